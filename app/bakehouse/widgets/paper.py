"""A page of HTML of our own as a PDF file."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument

_DOTS = 300
_POINTS = 9.0


def pdf_of_html(content: str, title: str) -> bytes:
    """A4 pages with numbers, text that can be marked. Nothing is loaded. GUI thread; about 20 ms a page."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("Bakehouse")
    writer.setResolution(_DOTS)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    # The document keeps two centimetres of its own.
    writer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    font = QGuiApplication.font()
    font.setPointSizeF(_POINTS)
    document.setDefaultFont(font)
    document.setHtml(content)
    document.print_(writer)
    return bytes(buffer.data().data())

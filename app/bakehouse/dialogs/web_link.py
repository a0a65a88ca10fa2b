"""The question before a web page that a store names is opened."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from bakehouse.dialogs.message import MessageDialog
from bakehouse.domain.source_links import is_web_link
from bakehouse.domain.text import visible

_SHOWN_CHARACTERS = 300


def ask_to_open(address: str, window: QWidget) -> None:
    """Ask whether to open an http(s) address in the browser; any other one is not offered."""
    if is_web_link(address):
        answers = ("Open", "Cancel")
        words = visible(address, _SHOWN_CHARACTERS)
        MessageDialog("Open this page in the browser?", words, window, answers, partial(_open, address)).open()


def _open(address: str, _answer: str) -> None:
    QDesktopServices.openUrl(QUrl(address))

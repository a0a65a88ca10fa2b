"""A small painted box of plain lines beside the pointer: names and values, never rich text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from bakehouse.domain.text import visible

if TYPE_CHECKING:
    from bakehouse.theme import Theme

_PADDING = 8.0
_WIDEST = 190.0


class ReadoutLine(NamedTuple):
    """One line: a swatch's colour or None, a name, a value; a heading stands above those that follow."""

    colour: QColor | None
    name: str
    value: str
    is_heading: bool = False


def small_font(font: QFont) -> QFont:
    """The platform's font at the size of labels in plots (11 px at the usual size)."""
    small = QFont(font)
    small.setPixelSize(11)
    return small


def readout_rows(font: QFont, height: float) -> int:
    """How many lines fit into a box of so many pixels."""
    return int((height - 2 * _PADDING - 1.0) / (QFontMetricsF(small_font(font)).height() + 3.0))


def paint_readout(
    painter: QPainter, theme: Theme, bounds: QRectF, at: QPointF, title: str, lines: list[ReadoutLine]
) -> QRectF:
    """Paint `title` and `lines` beside `at`, inside `bounds`; gives the box."""
    font = small_font(painter.font())
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    metrics, bold_metrics = QFontMetricsF(font), QFontMetricsF(bold)
    elide = Qt.TextElideMode.ElideRight
    title = bold_metrics.elidedText(visible(title, 200), elide, 2 * _WIDEST)
    names = [metrics.elidedText(visible(line.name, 200), elide, _WIDEST) for line in lines]
    values = [metrics.elidedText(visible(line.value, 200), elide, _WIDEST) for line in lines]
    swatch = 14.0 if any(line.colour for line in lines) else 0.0
    name_width = max((metrics.horizontalAdvance(n) for n in names), default=0.0)
    value_width = max((metrics.horizontalAdvance(v) for v in values), default=0.0)
    step = metrics.height() + 3.0
    inner = max(bold_metrics.horizontalAdvance(title), swatch + name_width + 14.0 + value_width)
    width = inner + 2 * _PADDING
    height = step * (len(lines) + (1 if title else 0)) + 2 * _PADDING - 3.0
    x = at.x() + 14.0 if at.x() + 14.0 + width <= bounds.right() else at.x() - 14.0 - width
    y = min(max(at.y() - height / 2, bounds.top() + 2.0), max(bounds.top() + 2.0, bounds.bottom() - height - 2.0))
    box = QRectF(max(bounds.left() + 2.0, x), y, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("line"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(box, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    y = box.top() + _PADDING
    row = QRectF(box.left() + _PADDING, y, inner, step)
    if title:
        painter.setFont(bold)
        painter.setPen(theme.color("text"))
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
        row.translate(0, step)
    painter.setFont(font)
    for line, name, value in zip(lines, names, values, strict=True):
        if line.colour is not None:
            painter.fillRect(QRectF(row.left(), row.top() + metrics.height() / 2 - 4, 8, 8), line.colour)
        painter.setPen(theme.color("text" if line.is_heading else "muted"))
        indent = 0.0 if line.is_heading else swatch
        painter.drawText(row.adjusted(indent, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, name)
        painter.setPen(theme.color("text"))
        painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, value)
        row.translate(0, step)
    return box

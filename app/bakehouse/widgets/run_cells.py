"""How the cells of the run table are painted: text, value bars, run colours."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from bakehouse.analysis.figures import MISSING
from bakehouse.analysis.frame import ColumnState
from bakehouse.domain.columns import RUN_NAME, STATUS
from bakehouse.itemmodels.run_table import CellColumn, RunTableModel
from bakehouse.itemmodels.selection import RunSelectionModel
from bakehouse.theme import ROW_HEIGHT, Theme

PADDING = 10
_SQUARE = 10
_SQUARE_GAP = 8
_BAR_INSET = 3
# Statuses worth a word beside the name; a finished run needs none.
_STATUS_WORDS = {"RUNNING": "good", "SCHEDULED": "muted", "FAILED": "bad", "KILLED": "bad"}

NAME_INDENT = PADDING + _SQUARE + _SQUARE_GAP


def tabular(font: QFont) -> QFont:
    """`font` with figures of one width, where it has them."""
    figures = QFont(font)
    if hasattr(QFont, "setFeature"):  # Qt 6.7 and later
        figures.setFeature(QFont.Tag("tnum"), 1)
    return figures


class RunCellDelegate(QStyledItemDelegate):
    """Paints straight from the model's columns, without a QVariant a role: a screenful has to fit in a frame."""

    def __init__(
        self, model: RunTableModel, selection: RunSelectionModel, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._selected = theme.color("selection")
        self._panel = theme.color("panel")
        self._line = QPen(theme.color("line"))
        self._text = QPen(theme.color("text"))
        self._muted = QPen(theme.color("muted"))
        self._bad = QPen(theme.color("bad"))
        self._bar = theme.color("value_bar")
        self._square = theme.color("line")
        self._font_key = ""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, ROW_HEIGHT)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row, place = index.row(), index.column()
        model, rect = self._model, option.rect
        cell = model.cell(place)
        run = int(model.rows[row])
        selected = bool(self._selection.mask[run])
        painter.fillRect(rect, self._selected if selected else self._panel)
        if cell.high > cell.low:
            self._paint_bar(painter, rect, model.bar_at(row, place))
        painter.setPen(self._line)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(PADDING, 0, -PADDING, -1)
        if cell.key == RUN_NAME:
            inner = self._paint_run(painter, inner, run, selected)
        self._paint_text(painter, inner, cell, cell.text(run))

    def _paint_bar(self, painter: QPainter, rect: QRect, length: float | None) -> None:
        if length is not None:
            width = max(2, round((rect.width() - 2) * length))
            painter.fillRect(rect.left(), rect.top() + _BAR_INSET, width, rect.height() - 2 * _BAR_INSET - 1, self._bar)

    def _paint_run(self, painter: QPainter, rect: QRect, run: int, selected: bool) -> QRect:
        """The run's square, and the status where it is not the usual one; returns the place left for the name."""
        frame = self._model.frame
        color = self._theme.run_color(frame.run_ids[run]) if selected else self._square
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        square = QRectF(rect.left(), rect.center().y() - _SQUARE / 2 + 1, _SQUARE, _SQUARE)
        painter.drawRoundedRect(square, 2.5, 2.5)
        painter.restore()
        rest = rect.adjusted(_SQUARE + _SQUARE_GAP, 0, 0, 0)
        statuses = frame.column(STATUS)
        status = statuses.text(run) if statuses is not None else ""
        if status in _STATUS_WORDS:
            word = status.lower()
            painter.setPen(QColor(getattr(self._theme, _STATUS_WORDS[status])))
            painter.drawText(rest, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, word)
            rest.setRight(rest.right() - painter.fontMetrics().horizontalAdvance(word) - PADDING)
        return rest

    def _paint_text(self, painter: QPainter, rect: QRect, cell: CellColumn, text: str) -> None:
        if not text:
            return
        if cell.state is ColumnState.FAILED:
            painter.setPen(self._bad)
        elif cell.is_muted or text == MISSING:
            painter.setPen(self._muted)
        else:
            painter.setPen(self._text)
        side = Qt.AlignmentFlag.AlignRight if cell.is_right else Qt.AlignmentFlag.AlignLeft
        metrics = self._metrics(painter)
        if len(text) * self._widest > rect.width() and metrics.horizontalAdvance(text) > rect.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), text)

    def _metrics(self, painter: QPainter) -> QFontMetrics:
        key = painter.font().key()
        if key != self._font_key:
            self._font_key = key
            self._font_metrics = painter.fontMetrics()
            self._widest = self._font_metrics.averageCharWidth()
        return self._font_metrics

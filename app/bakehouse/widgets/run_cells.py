"""How the rows of the run table are painted: text, value bars, run colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from bakehouse.analysis.columns import Mask, TextColumn
from bakehouse.analysis.figures import MISSING
from bakehouse.analysis.frame import ColumnState
from bakehouse.domain.columns import RUN_NAME, STATUS
from bakehouse.itemmodels.run_table import CellColumn, RunTableModel
from bakehouse.theme import ROW_HEIGHT, RunColors, Theme

PADDING = 10
_SQUARE = 10
_SQUARE_GAP = 8
_BAR_INSET = 3
_CURRENT_MARK = 2
# Statuses worth a word beside the name; a finished run needs none.
STATUS_WORDS = {"RUNNING": "good", "SCHEDULED": "muted", "FAILED": "bad", "KILLED": "bad"}

NAME_INDENT = PADDING + _SQUARE + _SQUARE_GAP


def tabular(font: QFont) -> QFont:
    """`font` with figures of one width, where it has them."""
    figures = QFont(font)
    if hasattr(QFont, "setFeature"):  # Qt 6.7 and later
        figures.setFeature(QFont.Tag("tnum"), 1)
    return figures


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shown column stands in the viewport, in logical pixels."""

    section: int
    left: int
    width: int


class TextRuler:
    """Widths of short texts from the widths of their characters: good to a pixel, and cheap enough for every cell."""

    def __init__(self, font: QFont) -> None:
        self.metrics = QFontMetricsF(font)
        self._widths: dict[str, float] = {}

    def width(self, text: str) -> float:
        widths = self._widths
        total = 0.0
        for character in text:
            width = widths.get(character)
            if width is None:
                width = widths[character] = self.metrics.horizontalAdvance(character)
            total += width
        return total

    def fitted(self, text: str, room: float) -> tuple[str, float]:
        """`text` cut to `room` where it must be, and its width."""
        width = self.width(text)
        if width <= room:
            return text, width
        cut = self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        return cut, self.width(cut)


class RowPainter:
    """Paints a stretch of rows column by column straight from the model's columns.

    A delegate costs a call, an option and a dozen variants for every cell; a screenful of these does not fit into
    the 16 ms of a frame, this does.
    """

    def __init__(self, model: RunTableModel, theme: Theme, colors: RunColors) -> None:
        self._model = model
        self._colors = colors
        self._ruler: TextRuler | None = None
        self._squares: dict[tuple[str, float], QPixmap] = {}
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._squares.clear()
        self._text, self._muted, self._bad, self._line = (
            QPen(theme.color(token)) for token in ("text", "muted", "bad", "line")
        )
        self._bar = theme.color("value_bar")

    def set_font(self, font: QFont) -> None:
        """The font that the painter will have."""
        self._ruler = TextRuler(font)

    def paint(
        self, painter: QPainter, area: QRect, top: int, rows: range, places: Sequence[Place], mask: Mask, current: int
    ) -> None:
        """Paint `rows`, the first of which begins at `top`, over `area`. `current` is the row with the mark, or -1."""
        painter.fillRect(area, self.theme.color("panel"))
        runs = self._model.rows[rows.start : rows.stop]
        self._paint_ground(painter, area, top, mask[runs])
        for place in places:
            cell = self._model.cell(place.section)
            if cell.high > cell.low:
                self._paint_bars(painter, top, rows, place)
            if cell.key == RUN_NAME:
                self._paint_names(painter, top, runs, place, cell, mask)
            else:
                self._paint_texts(painter, top, [cell.text(run) for run in runs.tolist()], place, cell)
        if current in rows:
            y = top + (current - rows.start) * ROW_HEIGHT
            painter.fillRect(area.left(), y, _CURRENT_MARK, ROW_HEIGHT - 1, self.theme.color("accent"))

    def _paint_ground(self, painter: QPainter, area: QRect, top: int, selected: Mask) -> None:
        ground = self.theme.color("selection")
        for place in np.flatnonzero(selected).tolist():
            painter.fillRect(area.left(), top + place * ROW_HEIGHT, area.width(), ROW_HEIGHT, ground)
        line = self.theme.color("line")
        for place in range(len(selected)):
            painter.fillRect(area.left(), top + (place + 1) * ROW_HEIGHT - 1, area.width(), 1, line)

    def _paint_bars(self, painter: QPainter, top: int, rows: range, place: Place) -> None:
        for offset, row in enumerate(rows):
            length = self._model.bar_at(row, place.section)
            if length is not None:
                width = max(2, round((place.width - 2) * length))
                y = top + offset * ROW_HEIGHT + _BAR_INSET
                painter.fillRect(place.left, y, width, ROW_HEIGHT - 2 * _BAR_INSET - 1, self._bar)

    def _paint_names(
        self,
        painter: QPainter,
        top: int,
        runs: np.ndarray[tuple[int], np.dtype[np.int32]],
        place: Place,
        cell: CellColumn,
        mask: Mask,
    ) -> None:
        """Each run's square and name, and its status where that is not the usual one."""
        ruler = self._ruler_of(painter)
        frame, statuses = self._model.frame, self._model.frame.column(STATUS)
        baseline = self._baseline(ruler)
        ratio = painter.device().devicePixelRatio()
        for offset, run in enumerate(runs.tolist()):
            y = top + offset * ROW_HEIGHT
            color = self._colors.color(self.theme, frame.run_ids[run]).name() if mask[run] else self.theme.line
            painter.drawPixmap(
                QPointF(place.left + PADDING, y + (ROW_HEIGHT - 1 - _SQUARE) / 2), self._square(color, ratio)
            )
            room = place.width - NAME_INDENT - PADDING
            status = statuses.text(run) if isinstance(statuses, TextColumn) else ""
            if status in STATUS_WORDS:
                word = status.lower()
                width = ruler.width(word)
                painter.setPen(QColor(getattr(self.theme, STATUS_WORDS[status])))
                painter.drawText(QPointF(place.left + place.width - PADDING - width, y + baseline), word)
                room -= int(width) + PADDING
            painter.setPen(self._text)
            text, _ = ruler.fitted(cell.text(run), room)
            painter.drawText(QPointF(place.left + NAME_INDENT, y + baseline), text)

    def _paint_texts(self, painter: QPainter, top: int, texts: list[str], place: Place, cell: CellColumn) -> None:
        ruler = self._ruler_of(painter)
        baseline = self._baseline(ruler)
        room = place.width - 2 * PADDING
        left, right = place.left + PADDING, place.left + place.width - PADDING
        usual = self._bad if cell.state is ColumnState.FAILED else self._muted if cell.is_muted else self._text
        painter.setPen(usual)
        for offset, text in enumerate(texts):
            if not text:
                continue
            shown, width = ruler.fitted(text, room)
            x = right - width if cell.is_right else left
            where = QPointF(x, top + offset * ROW_HEIGHT + baseline)
            if text == MISSING:
                painter.setPen(self._muted)
                painter.drawText(where, shown)
                painter.setPen(usual)
            else:
                painter.drawText(where, shown)

    def _baseline(self, ruler: TextRuler) -> float:
        return float(round((ROW_HEIGHT - 1 - ruler.metrics.height()) / 2 + ruler.metrics.ascent()))

    def _ruler_of(self, painter: QPainter) -> TextRuler:
        if self._ruler is None:
            self._ruler = TextRuler(painter.font())
        return self._ruler

    def _square(self, color: str, ratio: float) -> QPixmap:
        square = self._squares.get((color, ratio))
        if square is None:
            square = QPixmap(round(_SQUARE * ratio), round(_SQUARE * ratio))
            square.fill(Qt.GlobalColor.transparent)
            square.setDevicePixelRatio(ratio)
            painter = QPainter(square)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(color))
            painter.drawRoundedRect(QRectF(0, 0, _SQUARE, _SQUARE), 2.5, 2.5)
            painter.end()
            self._squares[(color, ratio)] = square
        return square

"""How the rows of the run table are painted: grounds, texts, value bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from bakehouse.analysis.columns import Mask
from bakehouse.analysis.figures import MISSING
from bakehouse.analysis.frame import ColumnState
from bakehouse.analysis.shading import STEPS, Steps
from bakehouse.itemmodels.cell_column import CellColumn
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.theme import ROW_HEIGHT, RunColors, Theme
from bakehouse.widgets.cell_places import PADDING, Place, TextRuler
from bakehouse.widgets.name_cells import NamePainter

_BAR_INSET = 3
_CURRENT_MARK = 2


def tabular(font: QFont) -> QFont:
    """`font` with figures of one width, where it has them."""
    figures = QFont(font)
    if hasattr(QFont, "setFeature"):  # Qt 6.7 and later
        figures.setFeature(QFont.Tag("tnum"), 1)
    return figures


class RowPainter:
    """Paints a stretch of rows column by column straight from the model's columns.

    A delegate costs a call, an option and a dozen variants for every cell; a screenful of these does not fit into
    the 16 ms of a frame, this does.
    """

    def __init__(self, model: RunTableModel, theme: Theme, colors: RunColors) -> None:
        self._model = model
        self._names = NamePainter(model, theme, colors)
        self._ruler: TextRuler | None = None
        self._faint: Mask = np.zeros(0, np.bool_)
        self._groups: Mask = self._faint
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._names.set_theme(theme)
        self._text, self._muted, self._bad, self._line = (
            QPen(theme.color(token)) for token in ("text", "muted", "bad", "line")
        )
        self._bar = theme.color("value_bar")
        self._shades = [theme.color("shade") for _ in range(STEPS + 1)]
        for step, shade in enumerate(self._shades):
            shade.setAlphaF(step / STEPS)

    def set_font(self, font: QFont) -> None:
        """The font that the painter will have."""
        self._ruler = TextRuler(font)

    def paint(
        self, painter: QPainter, area: QRect, top: int, rows: range, places: Sequence[Place], mask: Mask, current: int,
        hovered: int = -1,
    ) -> None:  # fmt: skip
        """Paint `rows`, the first of which begins at `top`, over `area`.

        `current` is the row with the mark, `hovered` the one under the mouse; -1 for none.
        """
        painter.fillRect(area, self.theme.color("panel"))
        runs = self._model.rows[rows.start : rows.stop]
        kept = self._model.arranged.kept
        # What is only kept, and the rows of groups, are told apart by their looks.
        self._groups = runs < 0
        self._faint = kept[runs] & ~self._groups if kept is not None else np.zeros(len(runs), np.bool_)
        selected = self._model.arranged.selected_rows(mask, rows.start, rows.stop - 1)
        self._paint_ground(painter, area, top, selected, self._groups)
        tree = self._model.tree_section
        for place in places:
            cell = self._model.cell(place.section)
            if cell.high > cell.low:
                self._paint_bars(painter, top, rows, place)
            if cell.shades is not None:
                self._paint_shades(painter, top, cell.shades()[runs], place)
            if place.section == tree:
                self._names.paint(painter, self._ruler_of(painter), top, rows, place, cell, mask, hovered)
            else:
                texts = [
                    cell.text(run) if run >= 0 else self._model.text_at(row, place.section)
                    for row, run in zip(rows, runs.tolist(), strict=True)
                ]
                self._paint_texts(painter, top, texts, place, cell)
        if current in rows:
            y = top + (current - rows.start) * ROW_HEIGHT
            painter.fillRect(area.left(), y, _CURRENT_MARK, ROW_HEIGHT - 1, self.theme.color("accent"))

    def paint_edge(self, painter: QPainter, x: int, area: QRect, *, is_over: bool) -> None:
        """The edge of the columns that stand still, which end before `x`; with a shadow where others lie below them."""
        painter.fillRect(x - 1, area.top(), 1, area.height(), self.theme.color("line"))
        if is_over:
            shadow = QColor(0, 0, 0)
            for step in range(4):
                shadow.setAlpha((28 if self.theme.is_dark else 12) * (4 - step) // 2)
                painter.fillRect(x + step, area.top(), 1, area.height(), shadow)

    def _paint_ground(self, painter: QPainter, area: QRect, top: int, selected: Mask, groups: Mask) -> None:
        ground = self.theme.color("raised")
        for place in np.flatnonzero(groups & ~selected).tolist():
            painter.fillRect(area.left(), top + place * ROW_HEIGHT, area.width(), ROW_HEIGHT, ground)
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

    def _paint_shades(self, painter: QPainter, top: int, steps: Steps, place: Place) -> None:
        # See-through, so that a selected row stays one.
        for offset, step in enumerate(steps.tolist()):
            if step:
                y = top + offset * ROW_HEIGHT
                painter.fillRect(place.left, y, place.width - 1, ROW_HEIGHT - 1, self._shades[step])

    def _paint_texts(self, painter: QPainter, top: int, texts: list[str], place: Place, cell: CellColumn) -> None:
        ruler = self._ruler_of(painter)
        baseline = ruler.baseline
        room = place.width - 2 * PADDING
        left, right = place.left + PADDING, place.left + place.width - PADDING
        usual = (
            self._bad
            if cell.state is ColumnState.FAILED
            else self._muted
            if cell.is_muted and cell.shades is None
            else self._text
        )
        painter.setPen(usual)
        # Of texts a group only says what its runs share; its figures are what it is looked at for.
        faint = self._faint | self._groups if cell.write is None else self._faint
        for offset, text in enumerate(texts):
            if not text:
                continue
            shown, width = ruler.fitted(text, room)
            x = right - width if cell.is_right else left
            where = QPointF(x, top + offset * ROW_HEIGHT + baseline)
            if text == MISSING or faint[offset]:
                painter.setPen(self._muted)
                painter.drawText(where, shown)
                painter.setPen(usual)
            else:
                painter.drawText(where, shown)

    def _ruler_of(self, painter: QPainter) -> TextRuler:
        if self._ruler is None:
            self._ruler = TextRuler(painter.font())
        return self._ruler

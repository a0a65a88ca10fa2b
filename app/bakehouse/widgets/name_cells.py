"""The first column of the run table: indent, arrow, run colour, name, status and star."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap

from bakehouse.analysis.columns import Mask, TextColumn
from bakehouse.domain.columns import STATUS
from bakehouse.domain.text import visible
from bakehouse.itemmodels.cell_column import CellColumn
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.theme import ROW_HEIGHT, RunColors, Theme
from bakehouse.widgets.cell_places import PADDING, Place, TextRuler

_SQUARE = 10
_SQUARE_GAP = 8
_STAR = 14
_ARROW = 12
_ARROW_ROOM = 16
_INDENT = 16
_INDENTS_AT_MOST = 12
"""Deeper rows stand below each other: the names must stay in sight."""
# Statuses worth a word beside the name; a finished run needs none.
STATUS_WORDS = {"RUNNING": "good", "SCHEDULED": "muted", "FAILED": "bad", "KILLED": "bad"}

NAME_INDENT = PADDING + _SQUARE + _SQUARE_GAP
STAR_ROOM = _STAR + 6
"""What the star takes at the right end of the column."""

# A star of five points in a square of 24, as in the icon set.
_STAR_POINTS = (
    (12, 2), (15.09, 8.26), (22, 9.27), (17, 14.14), (18.18, 21.02), (12, 17.77), (5.82, 21.02), (7, 14.14), (2, 9.27),
    (8.91, 8.26),
)  # fmt: skip


def name_width(model: RunTableModel, metrics: QFontMetrics, place: int) -> int:
    """The width that the row at a `place` of the outline wants in this column, folded away or not."""
    outline, frame = model.arranged.outline, model.frame
    run, room = int(outline.runs[place]), tree_room(model, int(outline.depths[place]))
    if run < 0:
        group = int(outline.groups[place])
        key, value = model.groups.label(group)
        texts = f"{key[:80]} {value[:80]} {model.groups.size(group):,}"
        return 2 * PADDING + room + metrics.horizontalAdvance(texts) + PADDING
    statuses = frame.column(STATUS)
    status = statuses.text(run) if statuses is not None else ""
    behind = metrics.horizontalAdvance(status.lower()) + PADDING if status in STATUS_WORDS else 0
    name = metrics.horizontalAdvance(visible(frame.name(run), 80))
    return NAME_INDENT + PADDING + STAR_ROOM + room + name + behind


class Part(Enum):
    """What of a cell lies under the mouse."""

    NAME = "name"
    ARROW = "arrow"
    STAR = "star"


def tree_room(model: RunTableModel, depth: int) -> int:
    """How far indent and arrow push a row of this depth to the right, in logical pixels: not at all in a flat table."""
    if not model.arranged.nested and model.arranged.grouping is None:
        return 0
    return min(depth, _INDENTS_AT_MOST) * _INDENT + _ARROW_ROOM


def part_at(model: RunTableModel, row: int, x: int, width: int) -> Part:
    """What lies at `x` logical pixels from the left edge of the first column's cell, which is `width` wide."""
    room = tree_room(model, model.depth(row))
    if room and model.is_foldable(row) and room - _ARROW_ROOM <= x - PADDING + 4 < room + 2:
        return Part.ARROW
    if model.rows[row] >= 0 and x >= width - PADDING - _STAR - 3:
        return Part.STAR
    return Part.NAME


class NamePainter:
    """Paints the cells of the first column straight from the model, for the RowPainter."""

    def __init__(self, model: RunTableModel, theme: Theme, colors: RunColors) -> None:
        self._model, self._colors = model, colors
        self._glyphs: dict[tuple[str, str, float], QPixmap] = {}
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._glyphs.clear()
        self._text, self._muted = (QPen(theme.color(token)) for token in ("text", "muted"))

    def paint(
        self, painter: QPainter, ruler: TextRuler, top: int, rows: range, place: Place, cell: CellColumn, mask: Mask,
        hovered: int,
    ) -> None:  # fmt: skip
        """Paint the cells of `rows`, the first of which begins at `top`; `hovered` is the row under the mouse."""
        model, ratio = self._model, painter.device().devicePixelRatio()
        for offset, row in enumerate(rows):
            y = top + offset * ROW_HEIGHT
            room = tree_room(model, model.depth(row))
            if room and model.is_foldable(row):
                arrow = self._glyph("open" if model.is_open(row) else "folded", self._theme.muted, ratio)
                x = place.left + PADDING - 2 + room - _ARROW_ROOM
                painter.drawPixmap(QPointF(x, y + (ROW_HEIGHT - 1 - _ARROW) / 2), arrow)
            if int(model.rows[row]) < 0:
                self._paint_group(painter, ruler, y, row, place, room)
            else:
                self._paint_run(painter, ruler, y, row, place, cell, mask, row == hovered)

    def _paint_group(self, painter: QPainter, ruler: TextRuler, y: int, row: int, place: Place, room: int) -> None:
        """The key muted, the value, and how many runs at the right."""
        group = self._model.group_at(row)
        key, value = self._model.groups.label(group)
        count = f"{self._model.groups.size(group):,}"
        left, right = place.left + PADDING + room, place.left + place.width - PADDING
        width = ruler.width(count)
        y_text = y + ruler.baseline
        painter.setPen(self._muted)
        painter.drawText(QPointF(right - width, y_text), count)
        free = right - width - PADDING - left
        said, taken = ruler.fitted(key if value else f"no {key}", max(free / 2, free - ruler.width(value) - 6))
        painter.drawText(QPointF(left, y_text), said)
        if value:
            painter.setPen(self._text)
            shown, _ = ruler.fitted(value, free - taken - 6)
            painter.drawText(QPointF(left + taken + 6, y_text), shown)

    def _paint_run(
        self, painter: QPainter, ruler: TextRuler, y: int, row: int, place: Place, cell: CellColumn, mask: Mask,
        is_hovered: bool,
    ) -> None:  # fmt: skip
        """The run's square and name, its status where that is not the usual one, and its star."""
        model, theme, ratio = self._model, self._theme, painter.device().devicePixelRatio()
        run, room = int(model.rows[row]), tree_room(model, model.depth(row))
        kept = model.arranged.kept is not None and bool(model.arranged.kept[run])
        color = self._colors.color(theme, model.frame.run_ids[run]).name() if mask[run] else theme.line
        square = self._glyph("square", color, ratio)
        painter.drawPixmap(QPointF(place.left + PADDING + room, y + (ROW_HEIGHT - 1 - _SQUARE) / 2), square)
        right, y_text = place.left + place.width - PADDING, y + ruler.baseline
        starred = bool(model.starred[run])
        if starred or is_hovered:
            glyph = self._glyph("star" if starred else "hollow", theme.accent if starred else theme.muted, ratio)
            painter.drawPixmap(QPointF(right - _STAR + 3, y + (ROW_HEIGHT - 1 - _STAR) / 2), glyph)
        right -= STAR_ROOM - 3
        statuses = model.frame.column(STATUS)
        status = statuses.text(run) if isinstance(statuses, TextColumn) else ""
        if status in STATUS_WORDS:
            word = status.lower()
            width = ruler.width(word)
            painter.setPen(QColor(getattr(theme, STATUS_WORDS[status])))
            painter.drawText(QPointF(right - width, y_text), word)
            right -= int(width) + PADDING
        held = model.folded_runs(row)
        if held:
            count = f"+{held:,}"
            width = ruler.width(count)
            painter.setPen(self._muted)
            painter.drawText(QPointF(right - width, y_text), count)
            right -= int(width) + PADDING
        painter.setPen(self._muted if kept else self._text)
        left = place.left + NAME_INDENT + room
        text, _ = ruler.fitted(cell.text(run), right - left)
        painter.drawText(QPointF(left, y_text), text)

    def _glyph(self, name: str, color: str, ratio: float) -> QPixmap:
        glyph = self._glyphs.get((name, color, ratio))
        if glyph is None:
            size = {"square": _SQUARE, "star": _STAR, "hollow": _STAR}.get(name, _ARROW)
            glyph = QPixmap(round(size * ratio), round(size * ratio))
            glyph.fill(Qt.GlobalColor.transparent)
            glyph.setDevicePixelRatio(ratio)
            painter = QPainter(glyph)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _draw(painter, name, QColor(color), size)
            painter.end()
            self._glyphs[(name, color, ratio)] = glyph
        return glyph


def _draw(painter: QPainter, name: str, color: QColor, size: int) -> None:
    if name == "square":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(0, 0, size, size), 2.5, 2.5)
        return
    pen = QPen(color, 1.4 if name in ("star", "hollow") else 1.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    if name in ("star", "hollow"):
        painter.setBrush(color if name == "star" else Qt.BrushStyle.NoBrush)
        scale = (size - 1.5) / 24
        points = [QPointF(x * scale + 0.75, y * scale + 0.75) for x, y in _STAR_POINTS]
    else:
        middle = size / 2
        arrow = ((-2, -3.5), (2, 0), (-2, 3.5)) if name == "folded" else ((-3.5, -2), (0, 2), (3.5, -2))
        points = [QPointF(middle + x, middle + y) for x, y in arrow]
    path = QPainterPath(points[0])
    for point in points[1:]:
        path.lineTo(point)
    if name in ("star", "hollow"):
        path.closeSubpath()
    painter.drawPath(path)

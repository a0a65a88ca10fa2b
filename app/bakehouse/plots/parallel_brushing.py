"""Mouse work on one axis: a drag makes, moves or resizes the axis's brush, a click beside it clears it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from bakehouse.analysis.axes import AxisLane
from bakehouse.analysis.brushes import Brush, brush_between, brush_extent

if TYPE_CHECKING:
    from bakehouse.analysis.axes import Axis
    from bakehouse.plots.parallel_layout import ParallelLayout

_EDGE = 5.0
_LEAST_DRAG = 3.0


class Grip(Enum):
    """What part of a brush the pointer holds."""

    NEW = "new"
    MOVE = "move"
    UPPER = "upper"
    LOWER = "lower"


def brush_boxes(layout: ParallelLayout, axis: Axis, brush: Brush | None) -> list[tuple[float, float]]:
    """The painted pieces of `brush` as (upper, lower) heights: the part on the scale first, then lanes."""
    boxes: list[tuple[float, float]] = []
    if brush is None:
        return boxes
    extent = brush_extent(axis, brush)
    if extent is not None:
        pad = 0.0
        if axis.categories is not None:
            spacing = (layout.bottom - layout.top) / max(1, len(axis.categories) - 1)
            pad = min(8.0, spacing / 2)
        boxes.append((layout.y_of(extent[1]) - pad, layout.y_of(extent[0]) + pad))
    wanted = {AxisLane.MISSING: brush.missing, AxisLane.NOT_FINITE: brush.not_finite}
    boxes += [(y - 7.0, y + 7.0) for lane, y in layout.lanes.items() if wanted[lane]]
    return boxes


@dataclass(slots=True)
class BrushDrag:
    """One drag on the axis `index` from the height `start`; `current` is the brush it means so far."""

    index: int
    axis: Axis
    grip: Grip
    start: float
    upper: float
    lower: float
    before: Brush | None
    moved: bool = False
    current: Brush | None = None

    @classmethod
    def begin(cls, layout: ParallelLayout, index: int, axis: Axis, brush: Brush | None, y: float) -> BrushDrag:
        """What a press at height `y` takes hold of."""
        grip, upper, lower = Grip.NEW, y, y
        if brush is not None and brush_extent(axis, brush) is not None:
            upper_edge, lower_edge = brush_boxes(layout, axis, brush)[0]
            found = grip_at(upper_edge, lower_edge, y)
            if found is not None:
                grip, upper, lower = found, upper_edge, lower_edge
        return cls(index, axis, grip, y, upper, lower, brush, current=brush)

    def drag(self, layout: ParallelLayout, y: float) -> None:
        """The pointer is at height `y` now."""
        self.moved = self.moved or abs(y - self.start) > _LEAST_DRAG
        if not self.moved:
            return
        upper, lower = self._edges(layout, y)
        lanes = layout.lanes_between(upper, lower) if self.grip is Grip.NEW else self._lanes()
        first, second = layout.position_at(upper), layout.position_at(lower)
        if self.grip is Grip.NEW and upper > layout.bottom + 6.0:
            first = second = float("nan")
        self.current = brush_between(self.axis, first, second, lanes)

    def release(self) -> Brush | None:
        """The brush that stays: a click outside the old one clears it, a click inside keeps it."""
        if self.moved:
            return self.current
        return None if self.grip is Grip.NEW else self.before

    def boxes(self, layout: ParallelLayout, y: float, boxes: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """What to paint while dragging in place of the brush's own `boxes`: its part on the scale follows at once."""
        if not self.moved:
            return boxes
        upper, lower = self._edges(layout, y)
        upper, lower = max(upper, layout.top), min(lower, layout.bottom)
        lanes = [box for box in boxes if box[0] > layout.bottom]
        return [(upper, lower), *lanes] if lower > upper else lanes

    def _edges(self, layout: ParallelLayout, y: float) -> tuple[float, float]:
        if self.grip is Grip.NEW:
            return min(self.start, y), max(self.start, y)
        if self.grip is Grip.UPPER:
            return min(y, self.lower), max(y, self.lower)
        if self.grip is Grip.LOWER:
            return min(y, self.upper), max(y, self.upper)
        # A moved brush stops at the ends of the scale and keeps its height.
        by = min(max(y - self.start, layout.top - self.upper), layout.bottom - self.lower)
        by = y - self.start if layout.top - self.upper > layout.bottom - self.lower else by
        return self.upper + by, self.lower + by

    def _lanes(self) -> tuple[AxisLane, ...]:
        if self.before is None:
            return ()
        wanted = ((AxisLane.MISSING, self.before.missing), (AxisLane.NOT_FINITE, self.before.not_finite))
        return tuple(lane for lane, chosen in wanted if chosen)


def grip_at(upper: float, lower: float, y: float) -> Grip | None:
    """The grip at height `y` of a brush from `upper` to `lower`; edges win, except in the middle of a small one."""
    edge = min(_EDGE, max(2.0, (lower - upper) / 3))
    if abs(y - upper) <= edge:
        return Grip.UPPER
    if abs(y - lower) <= edge:
        return Grip.LOWER
    return Grip.MOVE if upper < y < lower else None


def cursor_at(layout: ParallelLayout, axis: Axis, brush: Brush | None, y: float) -> Qt.CursorShape:
    """What the pointer over `axis` at height `y` looks like: whether it would make, move or resize the brush."""
    boxes = brush_boxes(layout, axis, brush)
    grip = grip_at(*boxes[0], y) if boxes and boxes[0][0] < layout.bottom else None
    if grip is None:
        return Qt.CursorShape.CrossCursor
    return Qt.CursorShape.SizeAllCursor if grip is Grip.MOVE else Qt.CursorShape.SizeVerCursor

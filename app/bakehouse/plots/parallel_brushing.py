"""Mouse and key work on one axis: brushes are made, moved, resized and taken away; an axis may have several."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import Qt

from bakehouse.analysis.axes import AxisLane
from bakehouse.analysis.brushes import Brush, brush_between, lanes_of, spans, tidied, without_piece

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bakehouse.analysis.axes import Axis
    from bakehouse.plots.parallel_layout import ParallelLayout

_EDGE = 5.0
_LEAST_DRAG = 3.0
_KEY_STEP = 0.02
_HAIR = 1e-6


class Grip(Enum):
    """What part of a brush the pointer holds."""

    NEW = "new"
    MOVE = "move"
    UPPER = "upper"
    LOWER = "lower"


class BrushBox(NamedTuple):
    """One painted piece of a brush: its heights, and what of the brush it stands for."""

    upper: float
    lower: float
    piece: Brush
    lane: AxisLane | None = None


def brush_boxes(layout: ParallelLayout, axis: Axis, brush: Brush | None) -> list[BrushBox]:
    """The painted pieces of `brush`: those on the scale from low to high, then the lanes."""
    if brush is None:
        return []
    pad = 0.0
    if axis.categories is not None:
        spacing = (layout.bottom - layout.top) / max(1, len(axis.categories) - 1)
        pad = min(8.0, spacing / 2)
    boxes = [
        BrushBox(layout.y_of(span.high) - pad, layout.y_of(span.low) + pad, span.piece) for span in spans(axis, brush)
    ]
    covered = lanes_of(axis, brush)
    boxes += [BrushBox(y - 7.0, y + 7.0, covered[lane], lane) for lane, y in layout.lanes.items() if lane in covered]
    return boxes


def box_at(boxes: list[BrushBox], y: float) -> BrushBox | None:
    """The box that a press at height `y` takes hold of: the one around it, or one whose edge is close."""
    around = [box for box in boxes if box.upper <= y <= box.lower]
    near = [box for box in boxes if box.lane is None and min(abs(y - box.upper), abs(y - box.lower)) <= _EDGE]
    return next(iter(around), next(iter(near), None))


@dataclass(slots=True)
class BrushDrag:
    """One drag on the axis `index` from the height `start`; `current` is the brush it means so far."""

    index: int
    axis: Axis
    grip: Grip
    start: float
    box: BrushBox | None
    before: Brush | None
    moved: bool = False
    current: Brush | None = None
    upper: float = 0.0
    lower: float = 0.0

    @classmethod
    def begin(cls, layout: ParallelLayout, index: int, axis: Axis, brush: Brush | None, y: float) -> BrushDrag:
        """What a press at height `y` takes hold of."""
        box = box_at(brush_boxes(layout, axis, brush), y)
        grip = Grip.NEW if box is None or box.lane is not None else grip_at(box.upper, box.lower, y) or Grip.NEW
        drag = cls(index, axis, grip, y, box, brush, current=brush, upper=y, lower=y)
        if box is not None and grip is not Grip.NEW:
            drag.upper, drag.lower = box.upper, box.lower
        return drag

    def drag(self, layout: ParallelLayout, y: float) -> None:
        """The pointer is at height `y` now."""
        self.moved = self.moved or abs(y - self.start) > _LEAST_DRAG
        if not self.moved:
            return
        upper, lower = self._edges(layout, y)
        lanes = layout.lanes_between(upper, lower) if self.grip is Grip.NEW else ()
        first, second = layout.position_at(upper), layout.position_at(lower)
        if self.grip is Grip.NEW and upper > layout.bottom + 6.0:
            first = second = float("nan")
        self.current = self._with(brush_between(self.axis, first, second, lanes))

    def _with(self, piece: Brush | None) -> Brush | None:
        """The brush with `piece` in place of the one that is held."""
        kept = self.before or Brush()
        if self.box is not None and self.grip is not Grip.NEW:
            kept = without_piece(self.axis, kept, self.box.piece)
        whole = kept if piece is None else kept.joined(piece)
        return None if whole.is_empty else tidied(self.axis, whole)

    def release(self) -> Brush | None:
        """The brush that stays: a click beside all of them clears the axis, a click inside keeps it."""
        if self.moved:
            return self.current
        return None if self.box is None else self.before

    def boxes(self, layout: ParallelLayout, y: float, boxes: list[BrushBox]) -> list[tuple[float, float]]:
        """What to paint while dragging in place of the brush's own `boxes`: its part on the scale follows at once."""
        if not self.moved:
            return [box[:2] for box in boxes]
        upper, lower = self._edges(layout, y)
        upper, lower = max(upper, layout.top), min(lower, layout.bottom)
        before = [] if self.before is None else brush_boxes(layout, self.axis, self.before)
        held = self.box.piece if self.box is not None and self.grip is not Grip.NEW else None
        others = [box[:2] for box in before if box.piece != held]
        others += [box[:2] for box in boxes if box.lane is not None]
        return [*([(upper, lower)] if lower > upper else []), *dict.fromkeys(others)]

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


def without_box(axis: Axis, brush: Brush, box: BrushBox) -> Brush | None:
    """`brush` less one of its boxes."""
    left = without_piece(axis, brush, box.piece)
    return None if left.is_empty else tidied(axis, left)


def first_brush(axis: Axis) -> Brush | None:
    """What a person starts with who has no mouse: the upper half of the scale."""
    found = brush_between(axis, 0.5, 1.0)
    return None if found is None else tidied(axis, found)


def nudged(axis: Axis, brush: Brush, place: int, lower: int, upper: int) -> tuple[Brush, int] | None:
    """`brush` with the edges of its box number `place` moved by steps up (1) or down (-1), and the box's new number.

    A step is a fiftieth of the axis, or as far as the next run where none lies so near. None where there is no such
    box or nothing would be left of it.
    """
    known = spans(axis, brush)
    if not 0 <= place < len(known):
        return None
    span = known[place]
    positions = axis.positions[~np.isnan(axis.positions)].astype(np.float64)
    low = _stepped(positions, span.low, lower, outward=-1)
    high = _stepped(positions, span.high, upper, outward=1)
    piece = None if low > high else brush_between(axis, low, high)
    if piece is None:
        return None
    whole = tidied(axis, without_piece(axis, brush, span.piece).joined(piece))
    middle = (low + high) / 2
    after = spans(axis, whole)
    nearest = min(range(len(after)), key=lambda i: abs((after[i].low + after[i].high) / 2 - middle), default=0)
    return whole, nearest


def _stepped(positions: NDArray[np.float64], edge: float, step: int, *, outward: int) -> float:
    """Where an edge goes: past a run for the brush to take it in or to leave it out."""
    if not step:
        return edge + outward * _HAIR
    # Seen from below up; a step down is the same upside down.
    ahead = np.sort(positions * step)
    from_here = edge * step
    is_outward = step == outward
    ahead = ahead[ahead > from_here + _HAIR] if is_outward else ahead[ahead >= from_here - _HAIR]
    return float(step * max(from_here + _KEY_STEP, ahead[0] + _HAIR if len(ahead) else from_here))


def grip_at(upper: float, lower: float, y: float) -> Grip | None:
    """The grip at height `y` of a brush from `upper` to `lower`; edges win, except in the middle of a small one."""
    edge = min(_EDGE, max(2.0, (lower - upper) / 3))
    if abs(y - upper) <= edge:
        return Grip.UPPER
    if abs(y - lower) <= edge:
        return Grip.LOWER
    return Grip.MOVE if upper < y < lower else None


def cursor_at(layout: ParallelLayout, axis: Axis, brush: Brush | None, y: float) -> Qt.CursorShape:
    """What the pointer over `axis` at height `y` looks like: whether it would make, move or resize a brush."""
    box = box_at(brush_boxes(layout, axis, brush), y)
    if box is not None and box.lane is not None:
        return Qt.CursorShape.ArrowCursor
    grip = None if box is None else grip_at(box.upper, box.lower, y)
    if grip is None:
        return Qt.CursorShape.CrossCursor
    return Qt.CursorShape.SizeAllCursor if grip is Grip.MOVE else Qt.CursorShape.SizeVerCursor

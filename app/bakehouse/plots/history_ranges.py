"""Ranges of an axis: with room around, as short as doubles allow, zoomed around a place."""

from __future__ import annotations

import numpy as np

_CLOSEST = 1e-9
_TINY = 1e-300


def widened(low: float, high: float, share: float) -> tuple[float, float]:
    """The range with `share` of its length of room on both sides; never too short to divide by."""
    if high - low <= _TINY:
        room = abs(low) * 0.05
        room = room if room > _TINY else 1.0
        return low - room, low + room
    room = (high * 0.5 - low * 0.5) * (2 * share)
    wider = low - room, high + room
    return wider if np.isfinite(wider).all() else (low, high)


def closest(whole: tuple[float, float]) -> float:
    """The shortest range to zoom to: doubles must still tell its pixels apart."""
    low, high = whole
    return max((high - low) * _CLOSEST, float(np.spacing(max(abs(low), abs(high)))) * 1e4)


def zoomed(low: float, high: float, share: float, factor: float) -> tuple[float, float]:
    """The range with the place at `share` of it held fast and its length times `factor`."""
    place = low * (1.0 - share) + high * share
    return place - (place - low) * factor, place + (high - place) * factor


def carried(part: tuple[float, float], whole: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """The part of `other` that lies in it as `part` lies in `whole`."""
    # Eighths, since the span of two large doubles of opposite sign is infinite.
    span = whole[1] * 0.125 - whole[0] * 0.125
    low, high = ((end * 0.125 - whole[0] * 0.125) / span for end in part)
    return other[0] * (1.0 - low) + other[1] * low, other[0] * (1.0 - high) + other[1] * high

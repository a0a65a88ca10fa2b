"""Round places for the ticks of a continuous axis: numbers, whole steps, seconds, moments."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil, floor, isfinite, log10

_SECOND, _MINUTE, _HOUR, _DAY = 1.0, 60.0, 3600.0, 86_400.0
_SPANS = (
    *(s * _SECOND for s in (1, 2, 5, 10, 15, 30)),
    *(m * _MINUTE for m in (1, 2, 5, 10, 15, 30)),
    *(h * _HOUR for h in (1, 2, 3, 6, 12)),
    *(d * _DAY for d in (1, 2, 7, 14, 30, 90, 180, 365)),
)


def number_places(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """At most about `most` multiples of 1, 2 or 5 times a power of ten from `low` to `high`; `whole`: no fractions."""
    span = high - low
    if not isfinite(span) or span <= 0 or most < 1:
        return [low] if isfinite(low) and low == high else []
    power = 10.0 ** floor(log10(span / most))
    step = next(m * power for m in (1.0, 2.0, 5.0, 10.0, 20.0) if span / (m * power) <= most)
    return _multiples(low, high, max(step, 1.0) if whole else step)


def log_places(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Places on an axis of decadic logarithms and what they say: powers of ten, thinned; 1, 2 and 5 times them or
    plain multiples where fewer than two powers lie between `low` and `high`.
    """
    first, last = ceil(low - 1e-9), floor(high + 1e-9)
    if last - first >= 1:
        step = max(1, ceil((last - first + 1) / max(1, most)))
        powers = [(float(e), f"{10.0**e:g}" if -4 <= e <= 5 else f"1e{e}") for e in range(first, last + 1, step)]
        if len(powers) * 3 > most:
            return powers
        between = [(e + log10(m), f"{m * 10.0**e:g}") for e in range(first - 1, last + 1) for m in (2, 5)]
        return sorted(powers + [place for place in between if low <= place[0] <= high])
    if not (low > -300 and high < 300) or high <= low:
        return []
    return [(log10(value), f"{value:.6g}") for value in number_places(10.0**low, 10.0**high, most) if value > 0]


def seconds_places(low: float, high: float, most: int) -> list[float]:
    """Places on an axis of seconds: multiples of what clocks and calendars count by."""
    span = high - low
    if span < 1.0 or most < 1:
        return number_places(low, high, most)
    step = next((s for s in _SPANS if span / s <= most), None)
    return number_places(low, high, most) if step is None else _multiples(low, high, step)


def moment_places(low_ms: float, high_ms: float, most: int) -> list[float]:
    """Places on an axis of milliseconds since 1970 at round times of the local clock."""
    offset = utc_offset_s((low_ms + high_ms) / 2)
    low, high = low_ms / 1000.0 + offset, high_ms / 1000.0 + offset
    return [(place - offset) * 1000.0 for place in seconds_places(low, high, most)]


def seconds_text(value_s: float, span_s: float) -> str:
    """A time since the start in the unit that suits an axis of `span_s`: `0.25 s`, `40 s`, `5 min`, `2.5 h`, `3 d`."""
    for unit, size in (("d", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if span_s >= 2 * size:
            return f"{value_s / size:.4g} {unit}"
    return f"{value_s:.4g} s"


def moment_label(value_ms: float, span_ms: float) -> str:
    """A moment of the local clock as exact as an axis of `span_ms` needs."""
    moment = _local(value_ms)
    if moment is None:
        return f"{value_ms:.6g}"
    span_s = span_ms / 1000.0
    if span_s < 10:
        return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"
    if span_s < 10 * _MINUTE:
        return f"{moment:%H:%M:%S}"
    if span_s < _DAY:
        return f"{moment:%H:%M}"
    return f"{moment:%m-%d %H:%M}" if span_s < 8 * _DAY else f"{moment:%Y-%m-%d}"


def utc_offset_s(moment_ms: float) -> float:
    """Seconds that the local clock is ahead of UTC at that moment (0 where the calendar ends)."""
    moment = _local(moment_ms)
    offset = moment.utcoffset() if moment is not None else None
    return offset.total_seconds() if offset is not None else 0.0


def _local(moment_ms: float) -> datetime | None:
    """The moment on the local clock; None where the calendar ends."""
    try:
        return datetime.fromtimestamp(moment_ms / 1000.0, UTC).astimezone()
    except (OverflowError, OSError, ValueError):
        return None


def _multiples(low: float, high: float, step: float) -> list[float]:
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)] if last - first < 1000 else []

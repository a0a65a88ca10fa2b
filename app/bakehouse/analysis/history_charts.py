"""What a chart of one metric's histories shows: lines of runs or of groups, smoothed and on the chosen scales."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from bakehouse.analysis.bands import Band, BandKind, make_band
from bakehouse.analysis.envelope import Series, make_series, off_log, on_log, with_pyramid
from bakehouse.analysis.smoothing import smoothed
from bakehouse.domain.text import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

XMode = Literal["step", "time", "relative"]
Best = Literal["", "best", "min", "max"]


class MetricHistory(Protocol):
    """One metric of one run, as `store.metrics.History` has it."""

    @property
    def run_id(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def steps(self) -> NDArray[np.int64]: ...
    @property
    def timestamps_ms(self) -> NDArray[np.int64]: ...
    @property
    def values(self) -> NDArray[np.float64]: ...


@dataclass(frozen=True, slots=True)
class HistoryLook:
    """How histories are drawn."""

    x_mode: XMode = "step"
    log_x: bool = False
    log_y: bool = False
    smoothing: float = 0.0
    """0 to 0.99, see `smoothing.smoothed`."""
    best: Best = ""
    """Which value of each line is marked; "best" stands for one of the other two by the metric's direction."""
    band: BandKind = BandKind.RANGE


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line on the axes of its chart (logarithms where those are logarithmic)."""

    ids: tuple[str, ...]
    """One run, or the runs of a group."""
    name: str
    series: Series
    raw: Series | None
    """What `series` was before it was smoothed, None where it was not."""
    band: Band | None
    """Around the mean of a group."""
    best: tuple[float, float] | None
    points: int
    off_axes: tuple[int, int]
    """How many points a logarithmic x and a logarithmic y have no place for."""
    sources: tuple[MetricHistory, ...]
    span: float
    """The length of x over which smoothing counts."""
    tone: int = 0
    """Which of all groups it is, in their order."""
    metric: int = 0
    """Which of the metrics of its chart."""


@dataclass(frozen=True, slots=True)
class CanvasMetric:
    """One of several metrics on one canvas: its y axis, and the least and greatest value drawn (None: none is)."""

    name: str
    axis: int
    reach: tuple[float, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """One metric of several runs, or several metrics on one canvas."""

    key: str
    look: HistoryLook
    lines: tuple[Line, ...]
    is_grouped: bool = False
    metrics: tuple[CanvasMetric, ...] = ()
    """Empty where the chart shows the metric `key` alone."""

    @property
    def axes(self) -> int:
        """How many y axes there are."""
        return 1 + max((metric.axis for metric in self.metrics), default=0)

    def axis_of(self, line: Line) -> int:
        """The y axis that a line is drawn against."""
        return self.metrics[line.metric].axis if self.metrics else 0

    def said(self) -> str:
        """What cannot be seen in its place, and how groups came about; empty when there is nothing to say."""
        parts = []
        if self.is_grouped:
            reach = "range" if self.look.band is BandKind.RANGE else "standard deviation"
            parts.append(f"mean and {reach}, interpolated between a run's own points")
        left, below = (sum(line.off_axes[place] for line in self.lines) for place in (0, 1))
        if below:
            parts.append(f"{counted(below, 'value')} at zero or below marked at the foot")
        if left:
            parts.append(f"{counted(left, 'point')} at {self.look.x_mode} zero or below marked at the left edge")
        return "; ".join(parts)


def make_chart(
    histories: Sequence[MetricHistory],
    names: Mapping[str, str],
    look: HistoryLook,
    groups: Mapping[str, str] | None = None,
    known: Chart | None = None,
    check: Callable[[], None] = lambda: None,
) -> Chart:
    """The chart of one metric: a line a run, or with `groups` (run id → group) a line a group with its band.

    Lines of `known` whose points and look are the same are taken over. Smoothing works on all raw points before
    anything is thinned for the picture, and on plain values also where the axis is logarithmic.
    """
    present = [history for history in histories if len(history.values)]
    if not present:
        return Chart("", look, (), groups is not None)
    span = _span(present, look.x_mode) if look.smoothing else 0.0
    same_look = known is not None and known.look == look
    old = {line.ids: line for line in known.lines} if known is not None and same_look else {}
    lines = []
    for ids, name, tone, members in _members(present, names, groups):
        check()
        line = old.get(ids)
        if line is not None and line.span == span and line.name == name and _are_same(line.sources, members):
            lines.append(line if line.tone == tone else replace(line, tone=tone))
        elif groups is None:
            lines.append(_run_line(ids, name, members[0], look, span, line))
        else:
            lines.append(replace(_group_line(ids, name, members, look, span), tone=tone))
    return Chart(present[0].key, look, tuple(lines), groups is not None)


def _members(
    histories: Sequence[MetricHistory], names: Mapping[str, str], groups: Mapping[str, str] | None
) -> list[tuple[tuple[str, ...], str, int, tuple[MetricHistory, ...]]]:
    """Run ids, name and tone of each line, and the histories that it is made of."""
    if groups is None:
        return [((h.run_id,), names.get(h.run_id) or h.run_id, 0, (h,)) for h in histories]
    # A group has the same tone in the charts of all metrics, also where one of them lacks another group.
    order = sorted({"", *groups.values()}, key=lambda group: (not group, group.casefold()))
    tones = {group: tone for tone, group in enumerate(order)}
    by_group: dict[str, list[MetricHistory]] = {}
    for history in histories:
        by_group.setdefault(groups.get(history.run_id, ""), []).append(history)
    return [
        (
            tuple(h.run_id for h in members),
            f"{group or '(none)'} · {counted(len(members), 'run')}",
            tones[group],
            tuple(members),
        )
        for group, members in sorted(by_group.items(), key=lambda pair: tones[pair[0]])
    ]


def _are_same(first: Sequence[MetricHistory], second: Sequence[MetricHistory]) -> bool:
    return len(first) == len(second) and all(a is b for a, b in zip(first, second, strict=True))


def _run_line(
    ids: tuple[str, ...],
    name: str,
    history: MetricHistory,
    look: HistoryLook,
    span: float,
    known: Line | None,
) -> Line:
    plain = make_series(x_values(history, look.x_mode), np.asarray(history.values, dtype=np.float64))
    soft = _smooth(plain, look, span)
    scales = {"log_x": look.log_x, "log_y": look.log_y}
    before = known if known is not None and soft is plain else None
    series = with_pyramid(on_log(soft, **scales), None if before is None else before.series)
    raw = None if soft is plain else with_pyramid(on_log(plain, **scales))
    best = _best(series if raw is None else raw, look.best)
    return Line(ids, name, series, raw, None, best, len(history.values), off_log(plain, **scales), (history,), span)


def _group_line(
    ids: tuple[str, ...], name: str, members: tuple[MetricHistory, ...], look: HistoryLook, span: float
) -> Line:
    plain = [make_series(x_values(h, look.x_mode), np.asarray(h.values, dtype=np.float64)) for h in members]
    band = make_band([_smooth(series, look, span) for series in plain], look.band)
    scales = {"log_x": look.log_x, "log_y": look.log_y}
    series = on_log(band.series, **scales)
    off = off_log(band.series, **scales)
    points = sum(len(h.values) for h in members)
    if look.log_x or look.log_y:
        band = _band_on_log(band, look)
    return Line(ids, name, series, None, band, _best(series, look.best), points, off, members, span)


def _smooth(series: Series, look: HistoryLook, span: float) -> Series:
    if not look.smoothing or len(series.x) < 2:
        return series
    return replace(series, y=smoothed(series.x, series.y, look.smoothing, span))


def _band_on_log(band: Band, look: HistoryLook) -> Band:
    """What has no logarithm is left out at x; a band that reaches to zero or below is cut far below its mean."""
    kept = (band.x > 0 if look.log_x else np.ones(len(band.x), np.bool_)) & (
        band.mean > 0 if look.log_y else np.ones(len(band.x), np.bool_)
    )
    x, mean, low, high = band.x[kept], band.mean[kept], band.low[kept], band.high[kept]
    if look.log_y:
        low = np.maximum(low, np.maximum(mean * 1e-9, 5e-324))
        mean, low, high = np.log10(mean), np.log10(low), np.log10(high)
    return Band(np.log10(x) if look.log_x else x, mean, low, high)


def reach_of(line: Line) -> tuple[float, float] | None:
    """The least and greatest y of what is drawn of a line."""
    found = [
        b[2:] for series in (line.series, line.raw) if series is not None and len(series.y) and (b := series.bounds)
    ]
    if line.band is not None and len(line.band.x):
        found.append((float(line.band.low.min()), float(line.band.high.max())))
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def _best(series: Series, best: Best) -> tuple[float, float] | None:
    """The first point of the least or greatest value."""
    if best not in ("min", "max") or not len(series.y):
        return None
    place = int(series.y.argmin() if best == "min" else series.y.argmax())
    return float(series.x[place]), float(series.y[place])


def _span(histories: Sequence[MetricHistory], mode: XMode) -> float:
    ends = [(float(x.min()), float(x.max())) for h in histories if len(x := x_values(h, mode))]
    return max(high for _, high in ends) - min(low for low, _ in ends)


def x_values(history: MetricHistory, mode: XMode) -> NDArray[np.float64]:
    """float64[n]: steps, ms since 1970, or seconds since the run's earliest point."""
    if mode == "step":
        return np.asarray(history.steps, dtype=np.float64)
    moments = np.asarray(history.timestamps_ms, dtype=np.float64)
    if mode == "relative" and len(moments):
        since: NDArray[np.float64] = (moments - moments.min()) / 1000.0
        return since
    return moments

"""Several metrics on one canvas: which of them share a y axis, so that each uses enough of the height."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from bakehouse.analysis.history_charts import CanvasMetric, Chart, reach_of

Axes = Literal["fit", "one", "two", "own"]
"""One y axis for all metrics, two, one each, or the first of these that leaves each metric enough of the height."""

Reach = tuple[float, float]
_ENOUGH = 0.2
"""A metric that spans less of its axis is not readable any more."""


def on_one_canvas(charts: Sequence[Chart], axes: Axes) -> Chart:
    """One chart of all lines of `charts`, which share their look; a chart alone stays as it is."""
    if len(charts) < 2:
        return charts[0]
    reaches = [_reach(chart) for chart in charts]
    of_metric = share_axes(reaches, axes)
    metrics = tuple(
        CanvasMetric(chart.key, axis, reach) for chart, axis, reach in zip(charts, of_metric, reaches, strict=True)
    )
    lines = tuple(replace(line, metric=place) for place, chart in enumerate(charts) for line in chart.lines)
    key = ", ".join(chart.key for chart in charts)
    return Chart(key, charts[0].look, lines, charts[0].is_grouped, metrics)


def share_axes(reaches: Sequence[Reach | None], axes: Axes) -> list[int]:
    """The axis of each metric by the least and greatest values of them (None: it has none); the first one's is 0."""
    one = [0] * len(reaches)
    if axes == "one" or sum(reach is not None for reach in reaches) < 2:
        return one
    two = _two(reaches)
    if axes == "two":
        return two
    own = list(range(len(reaches)))
    if axes == "own":
        return own
    return next((axes_of for axes_of in (one, two) if _least_share(reaches, axes_of) >= _ENOUGH), own)


def _two(reaches: Sequence[Reach | None]) -> list[int]:
    """The parting into two axes that leaves the metric with the least room the most; first metric on the first."""
    best, found = -1.0, [0] * len(reaches)
    known = [place for place, reach in enumerate(reaches) if reach is not None]
    # Metrics of one axis lie beside each other in one of these orders, or no axis fits them anyway.
    for order in (
        sorted(known, key=lambda place: _known(reaches[place])[1]),
        sorted(known, key=lambda place: _known(reaches[place])[0]),
        sorted(known, key=lambda place: _length(_known(reaches[place]))),
    ):
        for cut in range(1, len(order)):
            above = set(order[cut:])
            axes = [int(place in above) for place in range(len(reaches))]
            share = _least_share(reaches, axes)
            if share > best:
                best, found = share, axes
    return [1 - axis for axis in found] if found[0] else found


def _least_share(reaches: Sequence[Reach | None], axes: Sequence[int]) -> float:
    """The least part of its axis that a metric spans; a metric of one value needs no room."""
    least = 1.0
    for axis in set(axes):
        together = [reach for reach, own in zip(reaches, axes, strict=True) if own == axis and reach is not None]
        if not together:
            continue
        whole = _length((min(low for low, _ in together), max(high for _, high in together)))
        lengths = [length for reach in together if (length := _length(reach)) > 0]
        if whole > 0 and lengths:
            least = min(least, min(lengths) / whole)
    return least


def _known(reach: Reach | None) -> Reach:
    assert reach is not None
    return reach


def _length(reach: Reach) -> float:
    # Eighths, since the span of two large doubles of opposite sign is infinite.
    return reach[1] * 0.125 - reach[0] * 0.125


def _reach(chart: Chart) -> Reach | None:
    found = [reach for line in chart.lines if (reach := reach_of(line)) is not None]
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None

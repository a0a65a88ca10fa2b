"""Colours of runs by a category: each run has its category's, however many there are, and counts add up."""

from __future__ import annotations

import numpy as np
import pytest

from bakehouse.analysis.axes import Axis, AxisData, make_axis
from bakehouse.analysis.density import BINS, pair_histogram
from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.columns import param
from bakehouse.plots.parallel_inks import RunInks
from bakehouse.plots.point_colours import NO_COLOUR, category_slots
from bakehouse.theme import LIGHT


def axis_of(codes: np.ndarray, categories: int) -> Axis:
    names = tuple(f"c{number:06}" for number in range(categories))
    data = AxisData(param("kind"), "kind", np.full(len(codes), np.nan), codes >= 0, names, codes)
    return make_axis(data, np.arange(len(codes), dtype=np.int32), ScaleKind.CATEGORY)


@pytest.mark.parametrize("count", [1, 2, 7, 300, 10_000, 100_000])
@pytest.mark.parametrize("flipped", [False, True])
def test_that_every_run_has_the_colour_of_its_category(count: int, flipped: bool) -> None:
    codes = np.arange(-1, count, dtype=np.int32).repeat(2)
    codes = np.append(codes, np.full(5, count // 2, np.int32))
    axis = axis_of(codes, count)
    axis = axis.flipped() if flipped else axis
    slots, table, legend = category_slots(axis, LIGHT)
    assert (slots[codes < 0] == NO_COLOUR).all()
    assert len(table) == min(count, len(LIGHT.runs)) + 1
    first = {}
    for code, slot in zip(codes.tolist(), slots.tolist(), strict=True):
        assert first.setdefault(code, slot) == slot
    # The most frequent category has a colour of its own, and the legend says which.
    slot = first[count // 2]
    colour, name = legend.entries[slot]
    assert name == f"c{count // 2:06}"
    assert table[slot].tolist() == [colour.red(), colour.green(), colour.blue()]


def test_that_counting_by_colour_gives_the_sums_of_the_channels() -> None:
    random = np.random.default_rng(3)
    pairs = random.integers(0, BINS * BINS, 5_000).astype(np.int32)
    slots = random.integers(0, 4, 5_000).astype(np.uint8)
    inks = RunInks(slots=slots, table=random.random((4, 3)).astype(np.float32))
    chosen = np.flatnonzero(random.random(5_000) < 0.4)
    for places in (None, chosen):
        mine = pairs if places is None else pairs[places]
        counts, sums = inks.sums(mine, places)
        assert np.array_equal(counts, pair_histogram(mine))
        for one, channel in zip(sums, inks.channels(places), strict=True):
            assert np.allclose(one, pair_histogram(mine, channel), atol=1e-4)

"""Histogram and boxes, against what numpy says of the same values."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.axes import AxisData, axis_data, make_axis
from bakehouse.analysis.columns import TextColumn
from bakehouse.analysis.distribution import boxes, histogram
from bakehouse.domain.columns import metric, param

finite = st.floats(-1e6, 1e6)


def axis_of(values: list[float]) -> object:
    data = AxisData(metric("m"), "m", np.array(values, np.float64), np.ones(len(values), np.bool_))
    return make_axis(data, np.arange(len(values), dtype=np.int32))


@given(st.lists(st.one_of(finite, st.just(np.nan), st.just(np.inf)), max_size=200))
def test_that_every_run_with_a_number_is_in_one_bin(values: list[float]) -> None:
    found = histogram(axis_of(values))  # type: ignore[arg-type]
    assert int(found.counts.sum()) == int(np.isfinite(values).sum())
    assert (found.bins[~np.isfinite(values)] == -1).all()


def test_that_categories_have_a_bin_each() -> None:
    data = axis_data(param("p"), TextColumn.of_texts(["b", "a", "c", "a"]))
    found = histogram(make_axis(data, np.arange(4, dtype=np.int32)))
    assert found.counts.tolist() == [1, 1, 2]  # c, b, a: the first category stands at the end
    assert found.bins.tolist() == [1, 2, 0, 2]


def test_that_equal_values_are_one_bar() -> None:
    assert histogram(axis_of([3.0, 3.0])).counts.tolist() == [0, 0, 0, 0, 2, 0, 0, 0, 0]  # type: ignore[arg-type]


@given(st.lists(st.tuples(finite, st.integers(-1, 3)), max_size=120))
def test_that_boxes_have_the_quartiles_of_their_group(pairs: list[tuple[float, int]]) -> None:
    values = np.array([value for value, _ in pairs], np.float32)
    groups = np.array([group for _, group in pairs], np.int64)
    found = boxes(values, groups, 4)
    seen = 0
    for group in range(4):
        own = values[groups == group].astype(np.float64)
        assert found.counts[group] == len(own)
        if not len(own):
            assert np.isnan(found.middle[group])
            continue
        quartiles = np.quantile(own, [0.25, 0.5, 0.75])
        assert np.allclose(
            [found.first[group], found.middle[group], found.third[group]], quartiles, rtol=1e-6, atol=1e-6
        )
        outside = found.outside[groups[found.outside] == group]
        seen += len(outside)
        kept = np.delete(own, np.searchsorted(np.flatnonzero(groups == group), np.sort(outside)))
        assert found.low[group] == kept.min() and found.high[group] == kept.max()
    assert seen == len(found.outside)

"""Labels of the visible part of an axis."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.axes import AxisData, axis_data, make_axis
from bakehouse.analysis.axis_ticks import ticks_between
from bakehouse.analysis.columns import TextColumn
from bakehouse.analysis.scales import ScaleKind
from bakehouse.domain.columns import metric, param


def numbers(values: list[float]) -> AxisData:
    return AxisData(metric("m"), "m", np.array(values), np.ones(len(values), np.bool_))


def rows(data: AxisData) -> np.ndarray:
    return np.arange(data.size, dtype=np.int32)


def test_that_a_linear_axis_has_round_numbers() -> None:
    data = numbers([0.0, 10.0])
    ticks = ticks_between(make_axis(data, rows(data)), 0.0, 1.0, 5)
    assert [tick.text for tick in ticks] == ["0", "2", "4", "6", "8", "10"]
    zoomed = ticks_between(make_axis(data, rows(data)), 0.5, 0.6, 5)
    assert [tick.text for tick in zoomed] == ["5.0", "5.2", "5.4", "5.6", "5.8", "6.0"]


def test_that_a_log_axis_has_powers_of_ten_and_round_numbers_within_one() -> None:
    data = numbers([1e-5, 1.0])
    axis = make_axis(data, rows(data), ScaleKind.LOG)
    assert [tick.text for tick in ticks_between(axis, 0.0, 1.0, 6)] == ["1e-5", "0.0001", "0.001", "0.01", "0.1", "1"]
    inside = ticks_between(axis, 0.81, 0.99, 4)
    assert len(inside) >= 2 and all(0.81 <= tick.position <= 0.99 for tick in inside)


def test_that_extreme_values_have_few_labels() -> None:
    data = numbers([1e-300, 1e300])
    ticks = ticks_between(make_axis(data, rows(data), ScaleKind.LOG), 0.0, 1.0, 6)
    assert 2 <= len(ticks) <= 7


def test_that_every_category_has_a_label_and_numbers_beside_them_too() -> None:
    data = axis_data(param("p"), TextColumn.of_texts(["1", "2", "auto", "none"]))
    ticks = ticks_between(make_axis(data, rows(data), ScaleKind.LINEAR), 0.0, 1.0, 4)
    texts = [tick.text for tick in ticks]
    assert texts[-2:] == ["none", "auto"] and "1.0" in texts


@given(
    st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=20),
    st.sampled_from([ScaleKind.LINEAR, ScaleKind.LOG, ScaleKind.PERCENTILE, ScaleKind.CATEGORY]),
    st.floats(0.0, 0.9),
)
def test_that_labels_lie_inside_what_is_visible(values: list[float], kind: ScaleKind, low: float) -> None:
    data = numbers(values)
    ticks = ticks_between(make_axis(data, rows(data), kind), low, low + 0.1, 5)
    assert all(low <= tick.position <= low + 0.1 for tick in ticks)

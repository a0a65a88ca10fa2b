"""Which points lie inside an outline."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.lasso import inside_polygon

SQUARE = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)])


def test_that_a_concave_outline_leaves_out_its_bay() -> None:
    outline = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (5.0, 4.0), (0.0, 10.0)])
    assert inside_polygon(np.array([5.0, 5.0, 1.0]), np.array([2.0, 8.0, 8.0]), outline).tolist() == [True, False, True]


def test_that_two_corners_enclose_nothing() -> None:
    assert not inside_polygon(np.array([0.5]), np.array([0.5]), SQUARE[:2]).any()


@given(st.lists(st.tuples(st.floats(-5, 15), st.floats(-5, 15)), max_size=50), st.booleans())
def test_that_a_square_holds_what_its_sides_bound_in_either_direction(
    points: list[tuple[float, float]], turned: bool
) -> None:
    x, y = np.array([p[0] for p in points]), np.array([p[1] for p in points])
    inside = inside_polygon(x, y, SQUARE[::-1] if turned else SQUARE)
    strictly = (x > 0) & (x < 10) & (y > 0) & (y < 10)
    outside = (x < 0) | (x > 10) | (y < 0) | (y > 10)
    assert inside[strictly].all() and not inside[outside].any()

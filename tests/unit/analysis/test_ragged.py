"""One place sought in many sorted pieces at once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.ragged import Ragged

PIECES = st.lists(st.lists(st.integers(-5, 5), max_size=9).map(sorted), max_size=6)


@given(PIECES, st.integers(-6, 6), st.booleans())
def test_that_every_piece_is_searched_as_numpy_searches_one(pieces, sought, beyond):
    ragged = Ragged.of([np.array(piece, np.float64) for piece in pieces])
    side = "right" if beyond else "left"
    offsets = np.cumsum([0, *map(len, pieces)])
    expected = [offsets[i] + np.searchsorted(piece, sought, side=side) for i, piece in enumerate(pieces)]
    assert ragged.first(float(sought), beyond=beyond).tolist() == expected


def test_that_each_piece_can_be_asked_for_a_place_of_its_own():
    ragged = Ragged.of([np.array([1.0, 2.0, 2.0, 3.0]), np.empty(0), np.array([5.0])])
    assert ragged.first(np.array([2.0, 0.0, 9.0])).tolist() == [1, 4, 5]

"""A frame with every column as a page that opened the store now would have it, to compare a followed one with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bakehouse.analysis.columns import TextColumn, build_column
from bakehouse.analysis.frame import RunFrame, attribute_column, frame_of
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import RUN_ID, RUN_NAME, ColumnKind
from bakehouse.store.columns import list_keys, read_columns
from bakehouse.store.increments import Seen, look
from bakehouse.store.reading import Reader
from bakehouse.store.runs import read_headers

TOKEN = Token()


def loaded(reader: Reader, experiment_ids: Sequence[int], names: Mapping[int, str]) -> tuple[RunFrame, Seen]:
    """The runs of these experiments with all their columns, read at once."""
    seen = look(reader, TOKEN)
    headers = read_headers(reader, experiment_ids, TOKEN)
    frame = frame_of(headers, names)
    frame.rowids = headers.rowids
    for key in (RUN_NAME, RUN_ID):
        frame.put(key, attribute_column(frame, key))
    keys = list_keys(reader, experiment_ids, TOKEN)
    frame.know(keys)
    for key, values in read_columns(reader, keys, frame.row_of, TOKEN).items():
        frame.put(key, build_column(values, frame.size))
    return frame, seen


def assert_same(found: RunFrame, wanted: RunFrame) -> None:
    """Both hold the same runs in the same rows with the same values in every column that is not empty."""
    assert found.run_ids == wanted.run_ids
    assert found.names == wanted.names
    assert found.rowids is not None
    assert wanted.rowids is not None
    assert found.rowids.tolist() == wanted.rowids.tolist()
    assert found.row_of == wanted.row_of
    filled = {key for key, column in found.columns.items() if column.count and not key.figure}
    assert filled == {key for key, column in wanted.columns.items() if column.count}
    for key in filled:
        one, other = found.columns[key], wanted.columns[key]
        assert (one.size, one.count, one.kind, one.is_sparse) == (other.size, other.count, other.kind, other.is_sparse)
        assert [one.text(row) for row in range(one.size)] == [other.text(row) for row in range(one.size)], key
        assert np.array_equal(one.present(), other.present())
        assert np.array_equal(one.numbers(), other.numbers(), equal_nan=True)
        if key.kind is ColumnKind.ATTRIBUTE:
            continue  # as loaded they may know the empty text though no run has it
        if isinstance(one, TextColumn):
            assert isinstance(other, TextColumn)
            assert sorted(one.categories) == sorted(other.categories), key
            assert one.is_numeric == other.is_numeric
            folded = [[text.casefold() for text in column.categories] for column in (one, other)]
            assert folded[0] == folded[1] or np.array_equal(
                one.category_numbers, other.category_numbers, equal_nan=True
            )
        else:
            assert np.array_equal(one.directed_ranks(False), other.directed_ranks(False))

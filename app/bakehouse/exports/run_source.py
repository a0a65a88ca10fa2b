"""The runs of chosen experiments as columns, read when the filter, the order or the table asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.search.evaluation import DatasetValues
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import DURATION, END_TIME, RUN_ID, RUN_NAME, START_TIME, STATUS, ColumnKey, ColumnKind
from bakehouse.exports.tables import Cells, NumberCells, TextCells
from bakehouse.store.columns import Numbers, Texts, read_columns
from bakehouse.store.reading import Reader
from bakehouse.store.run_attributes import read_attribute, read_datasets
from bakehouse.store.runs import RunHeaders


class StoredRuns:
    """A ColumnSource over the store, one row for each run of `headers`. Used on the thread of `reader`."""

    def __init__(self, reader: Reader, headers: RunHeaders, token: Token) -> None:
        self._reader = reader
        self._headers = headers
        self._token = token
        self._row_of = {run_id: row for row, run_id in enumerate(headers.run_ids)}
        self._attributes: dict[str, TextColumn] = {}
        self._loaded: dict[ColumnKey, Numbers | Texts] = {}

    @property
    def size(self) -> int:
        return len(self._headers.run_ids)

    def load(self, keys: Sequence[ColumnKey]) -> None:
        """Read columns that will be asked for, all together: the figures of a metric's history in one go."""
        stored = [key for key in keys if key.kind is not ColumnKind.ATTRIBUTE and key not in self._loaded]
        self._loaded.update(read_columns(self._reader, stored, self._row_of, self._token))

    def numbers(self, key: ColumnKey) -> NumberColumn:
        if key == START_TIME:
            return NumberColumn.whole(self._headers.start_times_ms)
        if key == END_TIME:
            return NumberColumn.whole(self._headers.end_times_ms)
        if key == DURATION:
            return NumberColumn.whole(self._headers.end_times_ms - self._headers.start_times_ms)
        values = self._read(key)
        if not isinstance(values, Numbers):
            raise TypeError(key)
        return NumberColumn(values.rows, values.values, self.size)

    def texts(self, key: ColumnKey) -> TextColumn:
        if key.kind is ColumnKind.ATTRIBUTE:
            if key.name not in self._attributes:
                self._attributes[key.name] = self._attribute(key)
            return self._attributes[key.name]
        values = self._read(key)
        if not isinstance(values, Texts):
            raise TypeError(key)
        return TextColumn(values.rows, values.codes, values.categories, self.size, numeric=False)

    def datasets(self) -> DatasetValues:
        return self._datasets

    def cells(self, keys: Sequence[ColumnKey], rows: npt.NDArray[np.intp]) -> dict[ColumnKey, Cells]:
        """The metrics, params and tags `keys` of the runs at `rows`, in their order, without those that none has."""
        row_of = {self._headers.run_ids[row]: place for place, row in enumerate(rows.tolist())}
        found = read_columns(self._reader, keys, row_of, self._token)
        return {key: pair_cells(values, len(rows)) for key, values in found.items() if len(values.rows)}

    def attribute_cells(self, name: str, rows: npt.NDArray[np.intp]) -> TextCells:
        """A text of the runs' own rows, at `rows`."""
        column = self.texts(ColumnKey(ColumnKind.ATTRIBUTE, name))
        return TextCells(column.codes()[rows], column.categories)

    def _read(self, key: ColumnKey) -> Numbers | Texts:
        self.load([key])
        return self._loaded[key]

    @cached_property
    def _datasets(self) -> DatasetValues:
        found = read_datasets(self._reader, self._row_of, self._token)
        return DatasetValues(found.rows, found.names, found.digests, found.contexts)

    def _attribute(self, key: ColumnKey) -> TextColumn:
        run_ids = self._headers.run_ids
        if key == RUN_ID:
            return TextColumn.of_optional_texts(list(run_ids))
        if key.name == "experiment_id":
            return TextColumn.of_optional_texts([str(number) for number in self._headers.experiment_ids.tolist()])
        if key == STATUS:
            return TextColumn.of_optional_texts([status or None for status in self._headers.statuses])
        name = "name" if key == RUN_NAME else key.name
        return TextColumn.of_optional_texts(read_attribute(self._reader, name, run_ids, self._token))


def pair_cells(values: Numbers | Texts, size: int) -> Cells:
    """Cells of `size` rows from what the store read of a column."""
    if isinstance(values, Texts):
        codes = np.full(size, -1, np.int32)
        codes[values.rows] = values.codes
        return TextCells(codes, values.categories)
    numbers, present = np.full(size, np.nan), np.zeros(size, np.bool_)
    numbers[values.rows], present[values.rows] = values.values, True
    return NumberCells(numbers, present)

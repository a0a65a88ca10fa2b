"""The columns of a frame as the evaluator of filters asks for them; what a frame lacks is read from the store."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bakehouse.analysis.columns import Column, NumberColumn, TextColumn
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.search.evaluation import DatasetValues
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import STATUS, ColumnKey, ColumnKind
from bakehouse.store.handle import Store
from bakehouse.store.run_attributes import TEXT_ATTRIBUTES, read_attribute, read_datasets

_NO_ROWS = np.empty(0, np.int32)


class FrameSource:
    """A ColumnSource over one task's copy of the columns; used on that task's thread."""

    def __init__(self, frame: RunFrame, columns: Mapping[ColumnKey, Column], store: Store, token: Token) -> None:
        self._frame, self._columns, self._store, self._token = frame, columns, store, token

    @property
    def size(self) -> int:
        return self._frame.size

    def numbers(self, key: ColumnKey) -> NumberColumn:
        column = self._columns.get(key)
        return column if isinstance(column, NumberColumn) else NumberColumn(_NO_ROWS, np.empty(0), self.size)

    def texts(self, key: ColumnKey) -> TextColumn:
        if key.kind is ColumnKind.ATTRIBUTE and key.name in TEXT_ATTRIBUTES and key != STATUS:
            # The table takes users from their tag where the run's row names none; MLflow compares what the row holds.
            texts = read_attribute(self._store.reader(), key.name, self._frame.run_ids, self._token)
            return TextColumn.of_optional_texts(texts)
        column = self._columns.get(key)
        if isinstance(column, TextColumn):
            return column
        return TextColumn(_NO_ROWS, _NO_ROWS, [], self.size)

    def datasets(self) -> DatasetValues:
        found = read_datasets(self._store.reader(), self._frame.row_of, self._token)
        return DatasetValues(found.rows, found.names, found.digests, found.contexts)

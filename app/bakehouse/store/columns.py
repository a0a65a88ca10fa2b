"""Columns of the run table: the values of one key, or of many at once, for many runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, repeat

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.store.arrays import metric_values
from bakehouse.store.history_figures import read_figures
from bakehouse.store.keys import TABLES, has_key, list_keys, stored_keys
from bakehouse.store.reading import Reader
from bakehouse.store.scanning import LOOK_UP, Page, Values, bound, look_up_runs, scan_key, scan_table
from bakehouse.store.values import metric_expression

__all__ = ["Numbers", "Texts", "has_key", "list_keys", "read_column", "read_columns"]

# Seconds, measured; only their ratios matter. A row found through an index costs a jump to its page.
_PASSED_ROW = 0.25e-6
_TAKEN_ROW = 1.2e-6
_NEAR_JUMP = 2e-6
_FAR_JUMP = 8e-6
_ROW_BYTES = 100
_NEAR_BYTES = 12_000_000
"""What SQLite's page cache holds of one table."""
_PROBE = 5_000


@dataclass(frozen=True)
class Numbers:
    """A metric's latest values: row `rows[k]` (int32) has `values[k]` (float64).

    NaN is a logged NaN, infinities are infinities; a row that does not occur has no value.
    """

    rows: npt.NDArray[np.int32]
    values: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Texts:
    """A param's or tag's values: row `rows[k]` (int32) has `categories[codes[k]]`; a row that does not occur has none.

    The categories are unsorted, first seen first.
    """

    rows: npt.NDArray[np.int32]
    codes: npt.NDArray[np.int32]
    categories: list[str]


def read_column(reader: Reader, key: ColumnKey, row_of: Mapping[str, int], token: Token) -> Numbers | Texts:
    """One key's values for the runs in `row_of` (run id → row). Raises StoreError kin, ValueError for an attribute."""
    return read_columns(reader, [key], row_of, token)[key]


def read_columns(
    reader: Reader, keys: Sequence[ColumnKey], row_of: Mapping[str, int], token: Token
) -> dict[ColumnKey, Numbers | Texts]:
    """Many keys at once: where most of a large table is asked for, one pass over it serves them all.

    Metrics and figures of their histories come as Numbers, params and tags as Texts. Reports (rows read, 0) to
    `token`. Raises StoreError kin, ValueError for an attribute of the run.
    """
    found: dict[ColumnKey, Numbers | Texts] = {}
    for kind in dict.fromkeys(key.kind for key in keys):
        if kind not in TABLES:
            raise ValueError("attributes of a run are read with its header")
        of_kind = [key for key in dict.fromkeys(keys) if key.kind is kind and not key.figure]
        gathered = _Numbers(of_kind) if kind is ColumnKind.METRIC else _Texts(of_kind)
        if reader.has(TABLES[kind]) and row_of and of_kind:
            _gather(reader, TABLES[kind], gathered, of_kind, row_of, token)
        found.update(gathered.columns())
    figures = [key for key in keys if key.figure]
    found.update((key, Numbers(rows, values)) for key, rows, values in read_figures(reader, figures, row_of, token))
    return found


def _gather(
    reader: Reader,
    table: str,
    gathered: _Numbers | _Texts,
    keys: list[ColumnKey],
    row_of: Mapping[str, int],
    token: Token,
) -> None:
    """Choose the cheapest way through the table, key by key or for all keys together, and go it."""
    spellings = {key: stored_keys(reader, table, key.name, token) for key in keys}
    is_text = isinstance(gathered, _Texts)
    values = Values("value" if is_text else metric_expression(table, reader.has), is_text)
    flat = [(position, stored) for position, key in enumerate(keys) for stored in spellings[key]]
    costs = {stored: _cost(reader, table, stored, len(row_of), token) for _, stored in flat}
    table_rows = _greatest_rowid(reader, table, token)
    taken = sum(cost.rows for cost in costs.values())
    done = 0
    if table_rows * _PASSED_ROW + taken * _TAKEN_ROW < sum(cost.seconds for cost in costs.values()):
        position_of = {stored.decode(reader.schema.encoding, "replace"): position for position, stored in flat}
        for page in scan_table(reader, table, values, [stored for _, stored in flat], token):
            columns = np.fromiter(map(position_of.get, page.keys or (), repeat(-1)), np.int16, len(page))
            gathered.add(columns, page, row_of)
            done += len(page)
            token.report(done, 0, "Reading columns")
        return
    run_ids = list(row_of)
    for position, stored_key in flat:
        if costs[stored_key].run_by_run:
            pages = look_up_runs(reader, table, values, stored_key, run_ids, token)
        else:
            pages = scan_key(reader, table, values, stored_key, token)
        for page in pages:
            gathered.add(np.full(len(page), position, np.int16), page, row_of)
            done += len(page)
            token.report(done, 0, "Reading columns")


@dataclass(frozen=True)
class _Cost:
    """What it costs to read one key by itself, in the cheaper of two ways."""

    rows: int
    seconds: float
    run_by_run: bool


def _cost(reader: Reader, table: str, key: bytes, wanted: int, token: Token) -> _Cost:
    sample = f"FROM (SELECT rowid AS r FROM {table} WHERE key = CAST(? AS TEXT) LIMIT ?)"
    row = reader.first(f"SELECT count(*), min(r), max(r) {sample}", (bound(reader, key), _PROBE), token=token)
    count, low, high = row if row is not None and row[0] else (0, 0, 0)
    # Neighbours in the index that lie far apart in the table: each one is a page of its own.
    near = (high - low) * _ROW_BYTES < _NEAR_BYTES
    jump = (_NEAR_JUMP if near else _FAR_JUMP) + _TAKEN_ROW
    rows = count if count < _PROBE else max(_PROBE, _greatest_rowid(reader, "runs", token))
    if wanted <= LOOK_UP // 5 or wanted < rows:
        return _Cost(min(rows, wanted), wanted * jump, True)
    return _Cost(rows, rows * jump, False)


def _greatest_rowid(reader: Reader, table: str, token: Token) -> int:
    row = reader.first(f"SELECT max(rowid) FROM {table}", token=token)
    return int(row[0]) if row is not None and row[0] is not None else 0


class _Numbers:
    """Pages of metric values on their way to columns."""

    def __init__(self, keys: Sequence[ColumnKey]) -> None:
        self._keys = keys
        self._columns = [np.empty(0, np.int16)]
        self._rows = [np.empty(0, np.int32)]
        self._values = [np.empty(0, np.float64)]

    def add(self, columns: npt.NDArray[np.int16], page: Page, row_of: Mapping[str, int]) -> None:
        found, known = metric_values(page.values)
        rows = page.rows(row_of)
        kept = (rows >= 0) & (columns >= 0)
        if known is not None:
            kept &= known
        self._columns.append(columns[kept])
        self._rows.append(rows[kept])
        self._values.append(found[kept])

    def columns(self) -> Iterator[tuple[ColumnKey, Numbers]]:
        values = np.concatenate(self._values)
        for key, rows, chosen in _split(self._keys, self._columns, self._rows):
            yield key, Numbers(rows, values[chosen])


class _Texts:
    """Pages of texts on their way to columns; each column numbers its own texts.

    One index for all columns would hold millions of texts, and while it grows it keeps every other thread waiting.
    """

    def __init__(self, keys: Sequence[ColumnKey]) -> None:
        self._keys = keys
        self._parts = [_TextPart() for _ in keys]

    def add(self, columns: npt.NDArray[np.int16], page: Page, row_of: Mapping[str, int]) -> None:
        rows = page.rows(row_of)
        if (columns == columns[0]).all():
            if columns[0] >= 0:
                self._parts[columns[0]].add(rows, page.values)
            return
        texts = np.empty(len(page), object)
        texts[:] = page.values
        order = np.argsort(columns, kind="stable")
        bounds = np.searchsorted(columns[order], np.arange(len(self._keys) + 1)).tolist()
        rows, texts = rows[order], texts[order]
        for part, first, last in zip(self._parts, bounds, bounds[1:], strict=False):
            if first < last:
                part.add(rows[first:last], texts[first:last].tolist())

    def columns(self) -> Iterator[tuple[ColumnKey, Texts]]:
        for key, part in zip(self._keys, self._parts, strict=True):
            yield key, part.texts()


class _TextPart:
    """What has come of one column; of a row that came twice (two ids that read alike) the last counts."""

    def __init__(self) -> None:
        self._rows = [np.empty(0, np.int32)]
        self._codes = [np.empty(0, np.int32)]
        self._index: dict[str | None, int] = {}
        self._seen = 0

    def add(self, rows: npt.NDArray[np.int32], texts: Sequence[str | None]) -> None:
        # A text is numbered by the place in which it came first: numbers with gaps, but found at the speed of C.
        numbers = range(self._seen, self._seen + len(texts))
        codes = np.fromiter(map(self._index.setdefault, texts, numbers), np.int32, len(texts))
        self._seen += len(texts)
        kept = (codes != self._index.get(None, -1)) & (rows >= 0)
        self._rows.append(rows[kept])
        self._codes.append(codes[kept])

    def texts(self) -> Texts:
        """Give them out, once: the codes are made dense and the index is forgotten."""
        codes = np.concatenate(self._codes)
        used = np.zeros(self._seen, np.bool_)
        used[codes] = True
        place = np.cumsum(used, dtype=np.int32) - 1
        # The index holds the texts in the order of their numbers.
        first_of = np.fromiter(self._index.values(), np.int32, len(self._index))
        categories = [text or "" for text in compress(self._index, used[first_of].tolist())]
        self._index, self._codes = {}, []
        return Texts(np.concatenate(self._rows), place[codes], categories)


def _split(
    keys: Sequence[ColumnKey], columns: list[npt.NDArray[np.int16]], rows: list[npt.NDArray[np.int32]]
) -> Iterator[tuple[ColumnKey, npt.NDArray[np.int32], npt.NDArray[np.intp]]]:
    """For each key its rows and where they stood; of a row that came twice (two ids that read alike) the last stays."""
    all_columns, all_rows = np.concatenate(columns), np.concatenate(rows)
    order = np.argsort(all_columns, kind="stable")
    bounds = np.searchsorted(all_columns[order], np.arange(len(keys) + 1))
    for position, key in enumerate(keys):
        chosen = order[bounds[position] : bounds[position + 1]]
        yield key, all_rows[chosen], chosen

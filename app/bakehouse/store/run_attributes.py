"""What a run's own row says in text, and the datasets that went into it, for many runs at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.store.reading import Reader

# SQLite before 3.32 takes no more than 999 values in one statement.
_IDS_A_STATEMENT = 900

TEXT_ATTRIBUTES = ("artifact_uri", "name", "status", "user_id")


@dataclass(frozen=True, slots=True)
class DatasetInputs:
    """`rows` int32[k]: the run of each use of a dataset; name, digest and context (`mlflow.data.context`) of each."""

    rows: npt.NDArray[np.int32]
    names: list[str | None]
    digests: list[str | None]
    contexts: list[str | None]


def read_attribute(reader: Reader, attribute: str, run_ids: Sequence[str], token: Token) -> list[str | None]:
    """The text in column `attribute` (one of TEXT_ATTRIBUTES) of each run, None where the store has none."""
    if attribute not in TEXT_ATTRIBUTES:
        raise ValueError(attribute)
    texts: list[str | None] = [None] * len(run_ids)
    if not reader.has("runs", attribute):
        return texts
    row_of = {run_id: row for row, run_id in enumerate(run_ids)}
    for marks, ids in _pieces(run_ids):
        sql = f'SELECT run_uuid, "{attribute}" FROM runs WHERE run_uuid IN ({marks})'
        for run_id, text in reader.rows(sql, ids, token=token):
            texts[row_of[run_id]] = None if text is None else str(text)
    return texts


def read_datasets(reader: Reader, row_of: Mapping[str, int], token: Token) -> DatasetInputs:
    """Every dataset that went into the runs of `row_of`; none in a store of a client before 2.4."""
    found: list[tuple[int, str | None, str | None, str | None]] = []
    if reader.has("inputs") and reader.has("datasets"):
        context, join = "NULL", ""
        if reader.has("input_tags"):
            context = "t.value"
            join = "LEFT JOIN input_tags AS t ON t.input_uuid = i.input_uuid AND t.name = 'mlflow.data.context'"
        for marks, ids in _pieces(list(row_of)):
            rows = reader.rows(
                f"SELECT i.destination_id, d.name, d.digest, {context} FROM inputs AS i"
                f" JOIN datasets AS d ON d.dataset_uuid = i.source_id {join}"
                f" WHERE i.destination_type = 'RUN' AND i.destination_id IN ({marks})",
                ids,
                token=token,
            )
            found.extend((row_of[run_id], name, digest, text) for run_id, name, digest, text in rows)
    places, names, digests, contexts = zip(*found, strict=True) if found else ((), (), (), ())
    return DatasetInputs(np.array(places, np.int32), list(names), list(digests), list(contexts))


def _pieces(run_ids: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    for start in range(0, len(run_ids), _IDS_A_STATEMENT):
        ids = run_ids[start : start + _IDS_A_STATEMENT]
        yield ", ".join("?" * len(ids)), ids

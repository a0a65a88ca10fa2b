"""The names of every run of a store, to be found by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.store.arrays import whole_numbers
from bakehouse.store.reading import Reader
from bakehouse.store.runs import NAME_TAG, fill_from_tag, new_ones
from bakehouse.store.values import as_optional_int, as_text, texts


@dataclass(frozen=True)
class RunNames:
    """The active runs of all experiments as columns of equal length n, the last written one first."""

    run_ids: list[str]
    names: list[str]
    """The run's id where it has no name."""
    experiment_ids: npt.NDArray[np.int64]
    """-1 where the store holds no number."""
    experiments: dict[int, str]
    """Name by experiment id."""


def read_run_names(reader: Reader, token: Token) -> RunNames:
    """Read them in short pages. Raises StoreError kin."""
    columns = ["run_uuid", "name" if reader.has("runs", "name") else "NULL", "experiment_id"]
    seen: set[str] = set()
    ids: list[str] = []
    names: list[str] = []
    experiments: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    for first, last in reader.rowid_ranges("runs", token=token):
        source = "FROM runs WHERE rowid BETWEEN ? AND ? AND lifecycle_stage IS NOT 'deleted'"
        page = new_ones(reader.columns(columns, source, (first, last), token=token), seen)
        ids += page[0]
        names += texts(page[1])
        experiments.append(whole_numbers(page[2], -1))
    fill_from_tag(reader, NAME_TAG, ids, names, token)
    known = reader.rows("SELECT experiment_id, name FROM experiments", token=token)
    return RunNames(
        run_ids=ids[::-1],
        names=[name or run_id for name, run_id in zip(reversed(names), reversed(ids), strict=True)],
        experiment_ids=np.concatenate(experiments)[::-1],
        experiments={n: as_text(name) for key, name in known if (n := as_optional_int(key)) is not None},
    )

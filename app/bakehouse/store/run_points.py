"""All metric points of one run as arrays, for the small curves beside the metrics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.store.arrays import metric_values, whole_numbers
from bakehouse.store.metrics import by_run, run_ranges
from bakehouse.store.reading import Reader
from bakehouse.store.values import as_text, metric_expression

MOST_POINTS = 4_000_000
"""Beyond so many points of one run (64 MB) the rest is left out."""


@dataclass(frozen=True)
class RunPoints:
    """n points in the order of writing."""

    keys: list[str]
    codes: npt.NDArray[np.int32]
    """int32[n]: the place of each point's metric in `keys`."""
    steps: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    """NaN for a logged NaN, infinities as such."""
    is_cut: bool
    """Whether points were left out."""


def read_run_points(reader: Reader, run_id: str, token: Token) -> RunPoints:
    """Every point of every metric of the run, in pages. Raises StoreError kin."""
    places: dict[str, int] = {}
    codes: list[npt.NDArray[np.int32]] = [np.empty(0, np.int32)]
    steps: list[npt.NDArray[np.float64]] = [np.empty(0)]
    numbers: list[npt.NDArray[np.float64]] = [np.empty(0)]
    done, is_cut = 0, False
    step = "step" if reader.has("metrics", "step") else "0"
    chosen = f"key, {step}, {metric_expression('metrics', reader.has)}"
    for first, last in run_ranges(reader, run_id, token):
        if done >= MOST_POINTS:
            is_cut = True
            break
        page = reader.rows(
            f"SELECT {chosen} FROM metrics{by_run(reader)} WHERE run_uuid = ? AND rowid BETWEEN ? AND ? ORDER BY rowid",
            (run_id, first, last),
            token=token,
        )
        if not page:
            continue
        page_keys, page_steps, page_values = zip(*page, strict=True)
        values, known = metric_values(page_values)
        kept = slice(None) if known is None else known
        of_page = [places.setdefault(as_text(key), len(places)) for key in page_keys]
        codes.append(np.array(of_page, np.int32)[kept])
        steps.append(whole_numbers(page_steps)[kept].astype(np.float64))
        numbers.append(values[kept])
        done += len(page)
    return RunPoints(list(places), np.concatenate(codes), np.concatenate(steps), np.concatenate(numbers), is_cut)

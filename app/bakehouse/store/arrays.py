"""Turns pages of whatever a dynamically typed column holds into numpy arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bakehouse.store.values import GREATEST, as_float, as_int


def times_ms(values: Sequence[Any]) -> npt.NDArray[np.float64]:
    """Milliseconds as floats, NaN where the value is missing or no number."""
    return _floats(values, missing=math.nan)[0]


def metric_values(values: Sequence[Any]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_] | None]:
    """A page of `metric_expression` as floats, and which of them are values at all (None: all of them)."""
    numbers, known = _floats(values, missing=0.0)
    numbers[numbers >= GREATEST] = math.inf
    numbers[numbers <= -GREATEST] = -math.inf
    return numbers, known


def whole_numbers(values: Sequence[Any], missing: int = 0) -> npt.NDArray[np.int64]:
    """64-bit whole numbers, `missing` where the value is none."""
    try:
        return np.fromiter(values, np.int64, len(values))
    except (TypeError, ValueError, OverflowError):
        kept = (as_int(value, missing) for value in values)
        return np.fromiter((v if -(2**63) <= v < 2**63 else missing for v in kept), np.int64, len(values))


def _floats(values: Sequence[Any], missing: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_] | None]:
    try:
        # Texts such as "nan" and "1.5" are understood too.
        return np.fromiter(values, np.float64, len(values)), None
    except (TypeError, ValueError, OverflowError):
        pass
    known = np.fromiter((value is not None for value in values), np.bool_, len(values))
    try:
        # NULL among numbers is ordinary, a running run has no end; anything else is not.
        return np.fromiter((missing if v is None else v for v in values), np.float64, len(values)), known
    except (TypeError, ValueError, OverflowError):
        kept = [as_float(value) for value in values]
    known = np.fromiter((value is not None for value in kept), np.bool_, len(kept))
    return np.fromiter((missing if v is None else v for v in kept), np.float64, len(kept)), known

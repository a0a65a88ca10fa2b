"""How much a column goes along with a metric, to show first what may matter."""

from __future__ import annotations

import numpy as np

from bakehouse.analysis.columns import Column, Floats, dense_ranks


def association(column: Column, metric: Column) -> float:
    """0 (nothing to see) to 1: how much of a metric's order among the runs that have both the column explains.

    Numbers: the square of Spearman's rank correlation. Texts: the share of the ranks' variance between the
    categories (eta squared), lessened for having many categories as adjusted R squared is.
    """
    values = metric.numbers()
    both = column.present() & np.isfinite(values)
    if column.kind == "text" and not column.is_numeric:
        return _between(column.codes()[both], _ranks(values[both]))
    numbers = column.numbers()
    both &= np.isfinite(numbers)
    return _correlation(_ranks(numbers[both]), _ranks(values[both]))


def relevance(column: Column, metric: Column | None) -> float:
    """Fullness (0 to 1) and association (0 to 1) in one figure, by which first columns are chosen."""
    fullness = column.count / max(column.size, 1)
    return fullness * (0.1 + (association(column, metric) if metric is not None else 0.0))


def _ranks(values: Floats) -> Floats:
    """Ranks from 1 on, equal values sharing the mean of theirs."""
    ranks, _ = dense_ranks(values)
    counts = np.bincount(ranks)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[ranks], np.float64)


def _correlation(first: Floats, second: Floats) -> float:
    if len(first) < 3 or first.std() == 0 or second.std() == 0:
        return 0.0
    return float(((first - first.mean()) * (second - second.mean())).mean() ** 2 / (first.var() * second.var()))


def _between(codes: np.ndarray[tuple[int], np.dtype[np.int32]], ranks: Floats) -> float:
    groups, k = dense_ranks(codes.astype(np.int64))
    n = len(ranks)
    total = float(((ranks - ranks.mean()) ** 2).sum()) if n else 0.0
    if k < 2 or n - k < 1 or total == 0:
        return 0.0
    counts = np.bincount(groups)
    means = np.bincount(groups, ranks) / counts
    share = float((counts * (means - ranks.mean()) ** 2).sum()) / total
    return max(0.0, 1 - (1 - share) * (n - 1) / (n - k))

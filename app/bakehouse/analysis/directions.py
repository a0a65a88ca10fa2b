"""Which way a metric is better, guessed from the words of its name."""

from __future__ import annotations

import re

from bakehouse.domain.comparison import Direction

_LOWER = frozenset(
    {
        "loss", "error", "err", "rmse", "mse", "mae", "mape", "smape", "rmsle", "msle", "mase", "wape", "deviance",
        "latency", "time", "duration", "seconds", "ms", "perplexity", "ppl", "wer", "cer", "fid", "nll", "logloss",
        "regret", "brier", "divergence", "kl", "entropy", "cost", "misclassification", "hinge",
    }
)  # fmt: skip
_HIGHER = frozenset(
    {
        "auc", "auroc", "roc", "accuracy", "acc", "f1", "f2", "fbeta", "r2", "precision", "recall", "score", "bleu",
        "rouge", "map", "ndcg", "mrr", "iou", "dice", "reward", "return", "sharpe", "uplift", "lift", "profit",
        "revenue", "sensitivity", "specificity", "mcc", "kappa", "gini", "psnr", "ssim", "likelihood", "throughput",
        "hits", "success",
    }
)  # fmt: skip
_WORD = re.compile(r"[a-z]+[0-9]?|[0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def guessed_direction(name: str) -> Direction | None:
    """The direction that the words of `name` suggest, the last of them that says anything; None when none does.

    `val_loss` is lower, `training_r2_score` higher, `max_error` lower, `log_likelihood` higher.
    """
    words = _WORD.findall(_HUMP.sub("_", name).lower())
    # A score of an error is an error: scikit-learn's autologging writes `training_mean_squared_error`, `rmse_score`.
    for word in reversed(words):
        if word in _LOWER or word.rstrip("0123456789") in _LOWER:
            return Direction.LOWER
        if (word in _HIGHER or word.rstrip("0123456789") in _HIGHER) and word not in ("score", "return"):
            return Direction.HIGHER
    return Direction.HIGHER if {"score", "return"} & set(words) else None

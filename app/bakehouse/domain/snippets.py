"""Lines of Python that make MLflow's client log into a store."""

from __future__ import annotations

from pathlib import Path


def logging_snippet(store: Path, experiment: str = "") -> str:
    """What logs one run to the SQLite file `store` (an absolute path), in `experiment` unless that is empty."""
    lines = ["import mlflow", "", f"mlflow.set_tracking_uri({_quoted('sqlite:///' + store.as_posix())})"]
    if experiment:
        lines.append(f"mlflow.set_experiment({_quoted(experiment)})")
    return "\n".join([*lines, "with mlflow.start_run():", '    mlflow.log_metric("loss", 0.5)'])


def _quoted(text: str) -> str:
    is_plain = text.isprintable() and not {'"', "\\"}.intersection(text)
    return f'"{text}"' if is_plain else repr(text)

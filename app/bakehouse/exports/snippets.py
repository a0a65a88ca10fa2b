"""Texts that lead a person's own program to a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bakehouse.domain.runs import RunDetails
from bakehouse.registry.registering import models_of_run


def run_address(run_id: str) -> str:
    """The address under which MLflow finds a run's artifacts."""
    return f"runs:/{run_id}"


def model_addresses(details: RunDetails) -> list[str]:
    """The addresses under which MLflow loads the models of a run."""
    logged = [f"models:/{model.model_id}" for model in details.logged_models]
    if logged:
        return logged
    paths = (source.title if source.source != details.artifact_uri else "" for source in models_of_run(details))
    return [f"{run_address(details.run_id)}/{path}".rstrip("/") for path in paths]


def python_snippet(store: Path, run_ids: Sequence[str], models: Sequence[str] = ()) -> str:
    """A program that loads the runs from the store, and the first of `models` where there is one."""
    lines = ["import mlflow", "", f"mlflow.set_tracking_uri({'sqlite:///' + store.absolute().as_posix()!r})"]
    if len(run_ids) == 1:
        lines.append(f"run = mlflow.get_run({run_ids[0]!r})")
    else:
        lines.append("runs = [")
        lines += [f"    mlflow.get_run({run_id!r})," for run_id in run_ids]
        lines.append("]")
    if models:
        lines.append(f"model = mlflow.pyfunc.load_model({models[0]!r})")
    return "\n".join(lines) + "\n"

"""Which rows of an artifact tree are a model's folder, so that it can be registered."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex

from bakehouse.artifacts.remote_models import MODEL_FILE
from bakehouse.itemmodels.artifact_rows import Kind
from bakehouse.itemmodels.artifact_tree import ArtifactRoot, ArtifactTreeModel


def model_folder(model: ArtifactTreeModel, index: QModelIndex) -> tuple[ArtifactRoot, str] | None:
    """(root, folder below it with `/`) of a row that is an MLmodel file or the folder of one; None for other rows.

    A folder that was not listed yet may be one, so it counts; who registers it looks.
    """
    source = model.source(model.number(index)) if index.isValid() else None
    if source is None or not source[0].mlflow_uri:
        return None
    root, entry = source[0], model.entry(index)
    if entry is None:
        return (root, "") if model.kind(index) is Kind.ROOT and _may_hold_model(model, index) else None
    if entry.obstacle:
        return None
    if entry.is_folder:
        return (root, entry.relative) if _may_hold_model(model, index) else None
    return (root, entry.relative.rpartition("/")[0]) if entry.name == MODEL_FILE else None


def _may_hold_model(model: ArtifactTreeModel, index: QModelIndex) -> bool:
    folder = index.siblingAtColumn(0)
    rows = [model.index(row, 0, folder) for row in range(model.rowCount(folder))]
    names = {entry.name for row in rows for entry in model.entries_of(row)}
    return MODEL_FILE in names or (not names and model.canFetchMore(folder))

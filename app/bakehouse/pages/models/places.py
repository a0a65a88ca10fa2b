"""What the palette can go to on the models page: every model and every version."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from bakehouse.domain.models import RegisteredModel
from bakehouse.domain.text import counted
from bakehouse.itemmodels.palette_rows import Entry, Group
from bakehouse.itemmodels.registry_models import ModelKey, key_of


def registry_places(
    store: Path, models: Iterable[RegisteredModel], go: Callable[[ModelKey, int | None], object]
) -> list[Group]:
    """`go` shows a model, or one version of it."""
    entries, versions = [], []
    for model in models:
        key, count = f"model/{store}/{model.workspace}/{model.name}", counted(len(model.versions), "version")
        entries.append(Entry(key, model.name, "box", partial(go, key_of(model), None), hint=count))
        for one in reversed(model.versions):
            stage = [one.stage] if one.stage not in ("", "None") else []
            detail = " ".join([*stage, *(f"@{alias}" for alias in one.aliases)])
            show = partial(go, key_of(model), one.version)
            versions.append(Entry(f"{key}/{one.version}", f"{model.name} {one.version}", "package", show, detail))
    return [Group("Models", entries), Group("Versions", versions)]

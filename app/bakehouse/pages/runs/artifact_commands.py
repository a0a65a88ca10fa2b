"""The commands about the artifacts of the run that the inspector shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bakehouse.widgets.artifact_view import ArtifactView


def artifact_handlers(view: ArtifactView) -> Mapping[str, Callable[[], object]]:
    """What the window's commands do with the artifacts in `view`."""
    return {
        "artifacts.save": partial(view.taking.save, everything=True),
        "artifacts.zip": partial(view.taking.save_zip, everything=True),
        "artifacts.places": view.places.show_taught,
    }

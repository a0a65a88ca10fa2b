"""Files that a person adds to a run, placed as MLflow's own client would place them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bakehouse.artifacts.copying import CopyResult, copy_out
from bakehouse.artifacts.gathering import gather
from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.placing import Existing, world_errors
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible


@dataclass(frozen=True, slots=True)
class Addition:
    """What adding would do: into which folder, how much, which of the names are there already, what is left out."""

    folder: Path
    files: int
    size: int
    taken: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def plan_addition(locator: Locator, address: str, below: str, sources: Sequence[Path], token: Token) -> Addition:
    """Look at what would be added to the folder `below` an artifact address. Raises ArtifactError, Cancelled."""
    folder = _folder(locator, address, below)
    plan = gather([(source, source.name) for source in sources], None, Guard(locator.store_path), token)
    taken = tuple(source.name for source in sources if os.path.lexists(folder / source.name))
    return Addition(folder, len(plan.files), plan.size, taken, tuple(plan.left_out))


def add_artifacts(
    locator: Locator, address: str, below: str, sources: Sequence[Path], existing: Existing, token: Token
) -> CopyResult:
    """Copy files, and folders as folders of their own, to where `log_artifact` would put them.

    MLflow makes a run's folder with its first artifact; so does this. Raises NamesTaken, DiskFull, ArtifactError,
    Cancelled; then nothing was added.
    """
    folder = _folder(locator, address, below)
    with world_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return copy_out(sources, folder, token, guard=Guard(locator.store_path), existing=existing)


def _folder(locator: Locator, address: str, below: str) -> Path:
    location = locator.locate(address)
    if location.remote or location.host:
        raise ArtifactError(
            f"These artifacts lie elsewhere ({visible(address, 200)}); files can be added only to folders here."
        )
    top = location.path if location.path is not None else location.expected if location.is_empty else None
    if top is None:
        raise ArtifactError(f"Nothing can be added: {location.reason}")
    folder = top / below if below else top
    real_top, real = Path(os.path.realpath(top)), Path(os.path.realpath(folder))
    if not real.is_relative_to(real_top):
        raise ArtifactError(f"{visible(below, 200)} leads out of the run's folder; nothing is added there.")
    if os.path.lexists(folder) and not os.path.isdir(folder):  # noqa: PTH112 - says no where Path.is_dir raises
        raise ArtifactError(f"{visible(str(folder), 200)} is no folder; nothing can be added to it.")
    return folder

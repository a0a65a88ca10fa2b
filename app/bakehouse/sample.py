"""The sample store in the person's data folder: copied there once, with addresses that lead to the copy."""

from __future__ import annotations

import errno
import shutil
import tempfile
from pathlib import Path

from bakehouse.domain.errors import BakehouseError, DiskFull, StoreDenied, StoreError, StoreMissing
from bakehouse.domain.text import visible
from bakehouse.places import data_directory
from bakehouse.resources import sample_directory
from bakehouse.store.relocation import Relocation, rewrite_addresses

# Where `packaging/make_sample.py` let MLflow work: the root of every address in the sample.
SAMPLE_ROOT = "file:///data/bakehouse-sample"
_DATABASE = "mlflow.db"
_ARTIFACTS = "artifacts"


def install_sample(target: Path | None = None) -> Path:
    """Copy the sample store to `target` (default: `sample` in the data folder), unless it is there; its `mlflow.db`.

    What is there stays untouched, whatever the person changed in it. A folder without database or artifacts is set
    aside under a free name and a fresh copy put in its place. The copy is made under a temporary name and renamed,
    so that a half-made one is never found; a real MLflow client can load models from it.

    Takes about 0.2 s the first time, nothing later. Raises DiskFull, StoreDenied, StoreMissing (an incomplete
    installation) or StoreError, each with a sentence.
    """
    folder = target or data_directory() / "sample"
    try:
        if not _is_complete(folder):
            _install(folder.absolute())
    except OSError as error:
        raise _failure(error, folder) from error
    return folder / _DATABASE


def _is_complete(folder: Path) -> bool:
    return (folder / _DATABASE).is_file() and (folder / _ARTIFACTS).is_dir()


def _install(folder: Path) -> None:
    source = sample_directory()
    if not _is_complete(source):
        raise StoreMissing("The sample store is missing from this installation of Bakehouse; install it again.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    # The shell of `mkdtemp` is private to the person; the copy inside it gets the usual permissions.
    shell = Path(tempfile.mkdtemp(prefix=".sample-", dir=folder.parent))
    try:
        copy = shell / "sample"
        _copy(source, copy)
        rewrite_addresses(copy / _DATABASE, SAMPLE_ROOT, folder.as_uri())
        _rewrite_model_files(copy, folder)
        _make_room(folder)
        try:
            copy.rename(folder)
        except OSError:
            if not _is_complete(folder):  # else another Bakehouse was faster
                raise
    finally:
        shutil.rmtree(shell, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    """Copy contents only: in a bundle the sample may be read-only, the copy is the person's to change."""
    target.mkdir()
    for entry in sorted(source.iterdir()):
        if entry.is_dir():
            _copy(entry, target / entry.name)
        else:
            shutil.copyfile(entry, target / entry.name)


def _rewrite_model_files(copy: Path, folder: Path) -> None:
    """Change the address that an `MLmodel` file (YAML) records of itself."""
    relocation = Relocation(SAMPLE_ROOT, folder.as_uri())
    field = "artifact_path: "
    for file in copy.rglob("MLmodel"):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        for index, line in enumerate(lines):
            if line.startswith(field):
                lines[index] = field + relocation.address(line.removeprefix(field).rstrip("\n")) + "\n"
        file.write_text("".join(lines), encoding="utf-8", newline="\n")


def _make_room(folder: Path) -> None:
    """Leave nothing at the place of an incomplete sample; what a person may have put there gets another name."""
    if _is_complete(folder) or not (folder.exists() or folder.is_symlink()):
        return
    if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
        folder.rmdir()
        return
    number = 1
    while (free := folder.with_name(f"{folder.name}-incomplete-{number}")).exists():
        number += 1
    folder.rename(free)


def _failure(error: OSError, folder: Path) -> BakehouseError:
    place = visible(str(folder))
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"The sample store needs 8 MB and no space is left for {place}; make room and try again.")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return StoreDenied(f"The sample store cannot be copied to {place}: writing there is not permitted.")
    return StoreError(f"The sample store could not be copied to {place}: {error.strerror or error}.")

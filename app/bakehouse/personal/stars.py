"""Stars: the runs of a store that a person wants to find again, in the person's own data folder."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bakehouse.domain.errors import PersonalFileError
from bakehouse.domain.runs import Experiment
from bakehouse.places import data_directory


def store_identity(experiments: Sequence[Experiment], path: Path) -> str:
    """A name for a store that stays when its file is moved or renamed.

    It comes from what never changes in the oldest experiment: id, creation time, artifact location. A copy of a store
    has the same, and so the same stars. Without experiments, or where the oldest has no creation time (stores older
    than MLflow 1.30), it comes from the path.
    """
    oldest = min(experiments, key=lambda one: one.experiment_id, default=None)
    if oldest is None or oldest.creation_time_ms is None:
        made_of = ["path", str(path)]
    else:
        made_of = [str(oldest.experiment_id), str(oldest.creation_time_ms), oldest.artifact_location]
    return hashlib.sha256("\n".join(made_of).encode("utf-8", "surrogatepass")).hexdigest()[:32]


class StarFile:
    """The stars of one store: `stars/<identity>.json` with the run ids and the path the store had last.

    Any thread; each change reads the file again, so that windows and programs beside each other lose nothing.
    """

    def __init__(self, identity: str, store: Path) -> None:
        self._file = data_directory() / "stars" / f"{identity}.json"
        self._store = str(store)

    def read(self) -> frozenset[str]:
        """The ids of the runs with a star. Raises PersonalFileError."""
        file = self._file if self._file.is_file() else self._earlier()
        return _runs(file) if file is not None else frozenset()

    def change(self, changes: Mapping[str, bool]) -> frozenset[str]:
        """Give (True) or take (False) stars; the answer is what the file holds then. Raises PersonalFileError."""
        kept = [run_id for run_id in self.read() if changes.get(run_id, True)]
        runs = frozenset(kept) | {run_id for run_id, given in changes.items() if given}
        text = json.dumps({"version": 1, "store": self._store, "runs": sorted(runs)}, indent=0)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent, suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as target:
                    target.write(text)
                Path(name).replace(self._file)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise PersonalFileError(f"The stars could not be saved in {self._file}: {error.strerror}.") from error
        return runs

    def _earlier(self) -> Path | None:
        """The file of a store that lay at this place: `mlflow gc` may have removed the experiment it was named by."""
        if not self._file.parent.is_dir():
            return None
        for other in sorted(self._file.parent.glob("*.json")):
            if _content(other).get("store") == self._store:
                return other
        return None


def _runs(file: Path) -> frozenset[str]:
    runs = _content(file).get("runs", [])
    return frozenset(run for run in runs if isinstance(run, str)) if isinstance(runs, list) else frozenset()


def _content(file: Path) -> dict[str, object]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise PersonalFileError(f"The stars in {file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise PersonalFileError(
            f"The stars in {file} cannot be read: it is no JSON. Move it away or mend it."
        ) from error
    return content if isinstance(content, dict) else {}

"""Where artifacts lie on this machine, from the addresses a store records."""

from __future__ import annotations

import os
import posixpath
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bakehouse.artifacts.addresses import (
    Reading,
    decoded_path,
    foreign_scheme,
    is_meant,
    joined,
    local_texts,
    remote_readings,
)
from bakehouse.artifacts.fetching import cache_of
from bakehouse.artifacts.mlflow_server import artifact_address, is_server
from bakehouse.artifacts.remote import KINDS, host_of, missing_extra
from bakehouse.domain.text import visible

_ROOT_NAMES = frozenset({"mlruns", "mlartifacts"})

_KEPT_ELSEWHERE = {
    "hdfs": "in a Hadoop file system",
    "dbfs": "in a Databricks file system",
    "ftp": "on an FTP server",
    "sftp": "on an SFTP server",
}


@dataclass(frozen=True, slots=True)
class Location:
    """What was found for one address.

    `path` is an existing folder (or file), or None; then `reason` is a sentence for a person.
    `moved`: it does not lie where the store says, but in the same layout beside the store (or at a learned place).
    `expected` is where the artifacts would lie; `is_empty` says that place is known and nothing was logged there.
    `notice` is the line that tells a person that the artifacts were found elsewhere.
    `remote` is the address when it lies on another machine that may be asked; then `path` is the folder here for what
    is fetched of it, which need not exist. `host` names the machine that nobody has agreed to contact yet.
    """

    path: Path | None
    uri: str
    moved: bool = False
    reason: str = ""
    expected: Path | None = None
    is_empty: bool = False
    notice: str = ""
    remote: str = ""
    host: str = ""
    needs_server: bool = False
    """Only an MLflow server that nobody has named yet can give them."""

    @property
    def is_lost(self) -> bool:
        """Whether a person may know where it is: something was recorded, and it is not where it should be."""
        return self.path is None and not self.is_empty and bool(self.uri)


Keep = Callable[[Mapping[str, str | None]], Mapping[str, str]]
"""Takes changes (None: forget) of what was taught, and says what is known then."""


class Locator:
    """Turns addresses into places; any thread may ask. It only looks (stat), it never opens.

    `learned` maps recorded prefixes to folders here; `Locate…` and earlier finds fill it. The longest recorded prefix
    wins. Order of asking never changes which folder is found.
    """

    def __init__(
        self, store_path: Path, learned: Mapping[str, str] = MappingProxyType({}), keep: Keep | None = None
    ) -> None:
        """`keep` remembers for good what a person teaches; without it that holds until the store is closed."""
        absolute = Path(os.path.abspath(store_path))  # noqa: PTH100 - resolve() would follow links
        self.store_path = absolute
        self._folders = list(dict.fromkeys([absolute.parent, Path(os.path.realpath(absolute)).parent]))
        self._taught = dict(learned)
        self._keep = keep
        self._found: dict[str, str] = {}
        self._agreed: set[str] = set()
        self._lock = threading.Lock()

    @property
    def learned(self) -> Mapping[str, str]:
        """Recorded prefix → folder here, as given and as found since."""
        with self._lock:
            return {**self._found, **self._taught}

    def teach(self, places: Mapping[str, str]) -> None:
        """Recorded prefix → folder here, in place of all that was taught; what was found is sought anew."""
        with self._lock:
            self._taught = dict(places)
            self._found = {}

    @property
    def taught(self) -> Mapping[str, str]:
        """Recorded prefix → folder here, as a person said."""
        with self._lock:
            return dict(self._taught)

    def learn(self, changes: Mapping[str, str | None]) -> None:
        """Remember (a folder) or forget (None) prefixes for good. For a worker thread; raises BakehouseError."""
        if self._keep is not None:
            self.teach(self._keep(changes))
            return
        kept = {prefix: folder for prefix, folder in self.taught.items() if prefix not in changes}
        self.teach(kept | {prefix: folder for prefix, folder in changes.items() if folder is not None})

    def name_server(self, uri: str, server: str) -> None:
        """A person says which MLflow server (`server_address`) keeps `mlflow-artifacts:` addresses as `uri`, and wants
        it to be asked. For a worker thread; raises BakehouseError."""
        for reading in remote_readings(uri):
            self.learn({joined(reading.anchor, ()): server})
            self.agree(host_of(server))

    def agree(self, host: str) -> None:
        """The person wants this machine (`Location.host`) to be asked."""
        with self._lock:
            self._agreed.add(host)

    def lesson(self, uri: str, folder: Path) -> tuple[str, str] | None:
        """The (recorded prefix, folder here) to learn from a person who says that `uri` lies in or at `folder`.

        `folder` may be any folder on the way: a copy of the run's own, the experiment's, or of what holds them all.
        None when nothing of the address lies there. The prefix is as short as it can be, so that it serves other
        addresses too.
        """
        for reading in remote_readings(uri) or self._readings(uri):
            for start in range(len(reading.parts) + 1):
                there = folder.joinpath(*reading.parts[start:])
                if not is_meant(reading, start, there) or not _exists(there):
                    continue
                parts, place = reading.parts[:start], folder
                while parts and parts[-1] == place.name and place != place.parent:
                    parts, place = parts[:-1], place.parent
                return joined(reading.anchor, parts), str(place)
        return None

    def locate(self, uri: str) -> Location:
        """The place of an artifact address: relative (to the store's folder), absolute, `file:`, drive or UNC form.

        A `models:/m-...` or `runs:/...` source is no address; the caller asks the store for the address behind it.
        """
        if not uri:
            return Location(None, uri, reason="The store records no place for these artifacts.")
        scheme = foreign_scheme(uri)
        if scheme:
            return self._elsewhere(scheme, uri)
        readings = self._readings(uri)
        for reading in readings:
            if reading.path is None:
                continue
            try:
                reading.path.stat()
            except PermissionError:
                return Location(None, uri, expected=reading.path, reason=_denied(uri))
            except (OSError, ValueError):
                continue
            return Location(reading.path, uri)
        for reading in readings:
            place = self._taught_place(reading) or self._beside(reading)
            if place is not None:
                return self._moved(place, uri)
        return self._absent(uri, readings)

    def _elsewhere(self, scheme: str, uri: str) -> Location:
        """An address of another machine: at a learned place here, or there when it may be asked."""
        for reading in remote_readings(uri):
            place = self._taught_place(reading)
            if place is not None:
                return self._moved(place, uri)
        if scheme == "mlflow-artifacts":
            return self._proxied(uri)
        kind = KINDS.get(scheme)
        if kind is None:
            return Location(None, uri, reason=_reason_for_scheme(scheme, uri))
        return self._asked(uri, uri, kind.words)

    def _asked(self, uri: str, address: str, where: str) -> Location:
        """What lies at an address that can be asked for `uri`, if the person agreed to that."""
        lacking = missing_extra(address)
        if lacking:
            return Location(None, uri, reason=f"These artifacts are kept {where} ({_shown(uri)}). {lacking}")
        host = host_of(address)
        with self._lock:
            is_agreed = host in self._agreed
        if not is_agreed:
            sentence = f"These artifacts are kept {where} ({_shown(uri)}); nothing has been asked of it yet."
            return Location(None, uri, reason=sentence, host=host)
        return Location(cache_of(address), uri, remote=address)

    def _moved(self, place: Path, uri: str) -> Location:
        is_beside = any(place.is_relative_to(folder) for folder in self._folders)
        where = "beside the store" if is_beside else f"in {visible(str(place), 200)}"
        return Location(place, uri, moved=True, notice=f"Artifacts found {where} (recorded at {_shown(uri)})")

    def _readings(self, uri: str) -> list[Reading]:
        readings: list[Reading] = []
        for anchor, text in local_texts(uri):
            windows = anchor.endswith(":") or anchor.startswith("//")
            parts = [p for p in (re.split(r"[\\/]", text) if windows else text.split("/")) if p not in ("", ".")]
            if ".." in parts:
                parts = [p for p in posixpath.normpath("/".join(parts)).split("/") if p not in ("..", ".")]
            if windows:
                path = Path(f"{anchor}/{'/'.join(parts)}") if os.name == "nt" else None
            else:
                path = Path(os.path.normpath(self.store_path.parent / text))
            reading = Reading(anchor, tuple(parts), path)
            if reading not in readings:
                readings.append(reading)
        return readings

    def _beside(self, reading: Reading) -> Path | None:
        """The longest end of the recorded path that exists under the store's folder.

        It must hold the run or model id; an address without one must match in two parts at least, for a folder that is
        merely called `artifacts` belongs to anyone.
        """
        identity = reading.identity
        last = identity if identity is not None else len(reading.parts) - 2
        for start in range(last + 1):
            for folder in self._folders:
                place = folder.joinpath(*reading.parts[start:])
                if _exists(place):
                    self._learn(reading, start, folder)
                    return place
        return None

    def _learn(self, reading: Reading, start: int, folder: Path) -> None:
        if not start:
            return  # the whole address lies below the folder: that says nothing about other addresses
        prefix = joined(reading.anchor, reading.parts[:start])
        with self._lock:
            self._found.setdefault(prefix, str(folder))

    def _taught_server(self, reading: Reading) -> str:
        """The server that a person named for the address, or empty."""
        with self._lock:
            place = self._taught.get(joined(reading.anchor, ()), "")
        return place if is_server(place) else ""

    def _taught_place(self, reading: Reading) -> Path | None:
        return next((p for p in self._mapped(reading, self._taught) if _exists(p)), None)

    @staticmethod
    def _mapped(reading: Reading, prefixes: Mapping[str, str]) -> Iterator[Path]:
        for start in range(len(reading.parts), -1, -1):
            folder = prefixes.get(joined(reading.anchor, reading.parts[:start]))
            if folder is not None and not is_server(folder):
                yield Path(folder).joinpath(*reading.parts[start:])

    def _absent(self, uri: str, readings: Sequence[Reading]) -> Location:
        """Nothing lies there: either nothing was logged, or the artifacts stayed elsewhere."""
        for reading in readings:
            expected = self._unused_place(reading)
            if expected is not None:
                moved = expected != reading.path
                reason = "No artifacts were logged."
                return Location(None, uri, moved=moved, reason=reason, expected=expected, is_empty=True)
        reason = f"Artifacts are not here: recorded at {_shown(uri)}, and nothing like it lies beside the store."
        return Location(None, uri, reason=reason, expected=readings[0].path)

    def _unused_place(self, reading: Reading) -> Path | None:
        """Where the artifacts would lie, if the folder that would hold them is known (MLflow makes folders late)."""
        experiment = reading.experiment
        if reading.path is not None:
            depth = len(reading.parts) - len(experiment)
            home = Path(*reading.path.parts[:-depth]) if experiment and depth < len(reading.path.parts) else None
            if any(reading.path.is_relative_to(folder) for folder in self._folders):
                return reading.path
            if home is not None and (_exists(home) or (home.parent.name in _ROOT_NAMES and _exists(home.parent))):
                return reading.path
        for start in range(len(experiment) - 1):
            for folder in self._folders:
                if _exists(folder.joinpath(*experiment[start:])):
                    return folder.joinpath(*reading.parts[start:])
        return next(self._mapped(reading, self.learned), None)

    def _proxied(self, uri: str) -> Location:
        """`mlflow server` keeps what it is sent in `mlartifacts` beside the store, unless it was told otherwise."""
        path = re.sub(r"^mlflow-artifacts:(//[^/]*)?", "", uri, flags=re.IGNORECASE)
        parts = [p for p in path.split("/") if p not in ("", ".")]
        if parts and ".." not in parts:
            for folder in self._folders:
                place = folder.joinpath("mlartifacts", *parts)
                if _exists(place):
                    return self._moved(place, uri)
        for reading in remote_readings(uri):
            named = self._taught_server(reading)
            if named:
                return self._asked(uri, artifact_address(named, reading.parts), f"by the MLflow server at {named}")
        server = re.match(r"mlflow-artifacts://([^/]+)", uri, flags=re.IGNORECASE)
        which = (
            f"the MLflow server at {visible(server[1].rpartition('@')[2], 200)}"
            if server
            else "the MLflow server that the run was logged to (MLFLOW_TRACKING_URI of that program)"
        )
        reason = f"These artifacts are kept by {which} and can be read only through it ({_shown(uri)})."
        return Location(None, uri, reason=reason, needs_server=True)


def _reason_for_scheme(scheme: str, uri: str) -> str:
    where = _KEPT_ELSEWHERE.get(scheme)
    if where is not None:
        return f"These artifacts are kept {where} ({_shown(uri)}), which Bakehouse does not read."
    if scheme in {"models", "runs"}:
        return f"{_shown(uri)} names a {scheme[:-1]}, not a place; the store knows none for it."
    return f"Addresses that begin with {visible(scheme)}: cannot be read here ({_shown(uri)})."


def _denied(uri: str) -> str:
    return f"The artifacts at {_shown(uri)} may not be read; ask their owner for access."


def _shown(uri: str) -> str:
    """The address for the eye: a plain local `file:` form is shown as the path it means, and no password."""
    if uri.startswith("file:///"):
        uri = decoded_path(uri[len("file://") :])
    return visible(re.sub(r"^([^/]*//)[^/@]*:[^/@]*@", r"\1…@", uri), 300)


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True

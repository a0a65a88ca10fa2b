"""Where artifacts lie that are not where a store says: learned once from a person, kept in that person's folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bakehouse.personal.files import read_json, write_json
from bakehouse.personal.view_format import Json
from bakehouse.places import data_directory


class RelocationFile:
    """The learned prefixes of one store: `relocations/<identity>.json` with recorded prefix → folder here.

    Any thread; each change reads the file again, so that windows beside each other lose nothing.
    """

    def __init__(self, identity: str, store: Path) -> None:
        """`identity` as from `stars.store_identity`."""
        self._file = data_directory() / "relocations" / f"{identity}.json"
        self._store = str(store)

    def read(self) -> dict[str, str]:
        """Recorded prefix → folder here; empty when nothing was learned. Raises PersonalFileError."""
        content = read_json(self._file)
        places = content.get("places") if isinstance(content, dict) else None
        if not isinstance(places, dict):
            return {}
        return {prefix: folder for prefix, folder in places.items() if isinstance(folder, str)}

    def change(self, changes: Mapping[str, str | None]) -> dict[str, str]:
        """Learn (a folder) or forget (None) prefixes; the answer is what is known then. Raises PersonalFileError."""
        places: dict[str, str] = {prefix: folder for prefix, folder in self.read().items() if prefix not in changes}
        places |= {prefix: folder for prefix, folder in changes.items() if folder is not None}
        kept: dict[str, Json] = dict(places)
        write_json(self._file, {"version": 1, "store": self._store, "places": kept})
        return places

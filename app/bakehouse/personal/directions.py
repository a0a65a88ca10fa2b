"""Which way each metric is better, as the person has said once for all stores."""

from __future__ import annotations

from collections.abc import Mapping

from bakehouse.domain.comparison import Direction
from bakehouse.personal.files import read_json, write_json
from bakehouse.places import data_directory

_MOST = 5_000


class DirectionFile:
    """`metric-directions.json` in the person's data folder. Any thread; each change reads the file again."""

    def __init__(self) -> None:
        self._file = data_directory() / "metric-directions.json"

    def read(self) -> dict[str, Direction]:
        """By the metric's name. Raises PersonalFileError."""
        content = read_json(self._file)
        known = content.get("metrics") if isinstance(content, dict) else None
        values = {direction.value: direction for direction in Direction}
        pairs: Mapping[str, object] = known if isinstance(known, dict) else {}
        return {name: values[value] for name, value in pairs.items() if isinstance(value, str) and value in values}

    def change(self, name: str, direction: Direction | None) -> dict[str, Direction]:
        """Keep a direction, None forgets it; the answer is what the file holds then. Raises PersonalFileError."""
        known = self.read()
        known.pop(name, None)
        if direction is not None:
            known[name] = direction
        latest = dict(list(known.items())[-_MOST:])
        write_json(self._file, {"version": 1, "metrics": {key: value.value for key, value in latest.items()}})
        return latest

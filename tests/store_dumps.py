"""Whole stores as values, to compare what two programs wrote."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

Dump = dict[str, list[tuple[Any, ...]]]


def dump(path: Path) -> Dump:
    """Every cell of every table, rows in order of their text."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        names = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}


class Times:
    """New times said as the step that wrote them, so that two stores written at different moments compare."""

    def __init__(self, before: Dump) -> None:
        self._known = {cell for rows in before.values() for row in rows for cell in row if _is_time(cell)}
        self._steps: dict[int, str] = {}

    def replaced(self, content: Dump, step: int) -> Dump:
        return {name: sorted((self._row(row, step) for row in rows), key=repr) for name, rows in content.items()}

    def _row(self, row: tuple[Any, ...], step: int) -> tuple[Any, ...]:
        return tuple(
            self._steps.setdefault(cell, f"written by step {step}")
            if _is_time(cell) and cell not in self._known
            else cell
            for cell in row
        )


def _is_time(cell: object) -> bool:
    return isinstance(cell, int) and cell > 1_600_000_000_000

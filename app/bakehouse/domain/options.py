"""What the command line asked the window for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """`theme` is "light", "dark" or None (as the person prefers); `sample` asks for the sample store, not a `store`."""

    store: Path | None = None
    read_only: bool = False
    sample: bool = False
    theme: str | None = None

"""Where `resources/` lies: in a checkout, in an installed wheel and in a frozen bundle."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def resources_directory() -> Path:
    """The folder with icons and the sample store.

    Raises FileNotFoundError when the installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    bundle = getattr(sys, "_MEIPASS", None)
    candidates = [package / "_resources", package.parents[1] / "resources"]
    if bundle:
        candidates.insert(0, Path(bundle) / "bakehouse" / "_resources")
    for candidate in candidates:
        if (candidate / "icons").is_dir():
            return candidate
    raise FileNotFoundError(f"Bakehouse's resources folder is missing beside {package}; install it again.")


def sample_directory() -> Path:
    """The folder with the sample store (`mlflow.db` and `artifacts/`), never written to."""
    return resources_directory() / "sample"


def icon_path(name: str) -> Path:
    """The SVG file of the icon called `name` (without ending)."""
    return resources_directory() / "icons" / f"{name}.svg"


def help_path(name: str) -> Path:
    """The Markdown file of the help page called `name` (without ending)."""
    return resources_directory() / "help" / f"{name}.md"

"""The person's own folders: configuration, data and cache."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APPLICATION = "bakehouse"


def _folder(default: str, part: str) -> Path:
    root = os.environ.get("BAKEHOUSE_HOME")
    path = Path(root) / part if root else Path(default)
    path.mkdir(parents=True, exist_ok=True)
    return path


def config_directory() -> Path:
    """Folder of the settings file, made when absent. `BAKEHOUSE_HOME` moves all three folders below itself."""
    return _folder(platformdirs.user_config_dir(_APPLICATION, appauthor=False), "config")


def data_directory() -> Path:
    """Folder of personal data (sample store, recent list, learned artifact prefixes), made when absent."""
    return _folder(platformdirs.user_data_dir(_APPLICATION, appauthor=False), "data")


def cache_directory() -> Path:
    """Folder of what can be made again (log file, thumbnails), made when absent."""
    return _folder(platformdirs.user_cache_dir(_APPLICATION, appauthor=False), "cache")

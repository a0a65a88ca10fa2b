"""The person's own folders: configuration, data and cache."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APPLICATION = "bakehouse"
_PROFILE = "BAKEHOUSE_PROFILE"


def profile() -> str:
    """The profile in use: another person on the same account, with folders, key and name of their own; mostly ""."""
    return os.environ.get(_PROFILE, "")


def choose_profile(name: str) -> None:
    """Use this profile from now on, also in programs that are started. Called before any folder is asked for."""
    os.environ[_PROFILE] = name


def _folder(default: str, part: str) -> Path:
    root = os.environ.get("BAKEHOUSE_HOME")
    path = Path(root) / part if root else Path(default)
    if profile():
        path = path / "profiles" / profile()
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

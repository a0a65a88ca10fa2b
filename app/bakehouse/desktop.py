"""The menu entry, icon and file type of the application for the current user."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bakehouse.domain.errors import BakehouseError
from bakehouse.resources import icon_path

_TYPE = "application/x-mlflow-store"
_SQLITE_TYPES = "application/vnd.sqlite3;application/x-sqlite3;"

_MIME_PACKAGE = f"""<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{_TYPE}">
    <comment>MLflow store</comment>
    <sub-class-of type="application/vnd.sqlite3"/>
    <icon name="bakehouse"/>
    <glob pattern="mlflow.db" weight="80"/>
    <glob pattern="*.mlflow.db" weight="80"/>
  </mime-type>
</mime-info>
"""


def register() -> str:
    """Add menu entry, icon and file type for the current user; says what was done.

    Raises BakehouseError where the desktop has no such place or the folder cannot be written.
    """
    if sys.platform == "win32":
        return _windows(add=True)
    if sys.platform == "darwin":
        raise BakehouseError(_ON_MACOS)
    try:
        for path, text in _linux_files().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BakehouseError(f"The menu entry could not be written to {error.filename}: {error.strerror}.") from error
    _update_databases()
    _run("xdg-mime", "default", "bakehouse.desktop", _TYPE)
    return "Bakehouse is in the menu now, and mlflow.db files open with it. `bakehouse --unregister-desktop` undoes it."


def unregister() -> str:
    """Take away what `register` added; says what was done."""
    if sys.platform == "win32":
        return _windows(add=False)
    if sys.platform == "darwin":
        raise BakehouseError(_ON_MACOS)
    removed = 0
    try:
        for path in _linux_files():
            if path.exists():
                path.unlink()
                removed += 1
        _forget_default()
    except OSError as error:
        raise BakehouseError(f"{error.filename} could not be removed: {error.strerror}.") from error
    if not removed:
        return "Bakehouse was not registered with this desktop; nothing to remove."
    _update_databases()
    return "Menu entry, icon and file type are removed."


_ON_MACOS = (
    "On macOS the file type belongs to the application bundle: move Bakehouse.app into Applications "
    "and choose it once under Open With."
)


def _data_home() -> Path:
    return _base_directory("XDG_DATA_HOME", ".local/share")


def _base_directory(variable: str, default: str) -> Path:
    """As https://specifications.freedesktop.org/basedir-spec wants it: a relative path is ignored."""
    path = Path(os.environ.get(variable, ""))
    return path if path.is_absolute() else Path.home() / default


def _forget_default() -> None:
    """Take the line that `xdg-mime default` wrote out of the person's list of programs; there is no tool for it."""
    file = _base_directory("XDG_CONFIG_HOME", ".config") / "mimeapps.list"
    if not file.is_file():
        return
    lines = file.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(f"{_TYPE}=".encode())]
    if len(kept) < len(lines):
        file = file.resolve()
        copy = file.with_name(f".{file.name}.bakehouse")
        copy.write_bytes(b"".join(kept))
        shutil.copymode(file, copy)
        copy.replace(file)


def _linux_files() -> dict[Path, str]:
    home = _data_home()
    return {
        home / "applications" / "bakehouse.desktop": _desktop_entry(),
        home / "icons" / "hicolor" / "scalable" / "apps" / "bakehouse.svg": icon_path("bakehouse").read_text("utf-8"),
        home / "mime" / "packages" / "bakehouse.xml": _MIME_PACKAGE,
    }


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "bakehouse"]


def _desktop_entry() -> str:
    # The entry's own quoting rules: double quotes, with backslash, dollar and backtick escaped; % is doubled.
    def quoted(part: str) -> str:
        for character in ("\\", '"', "$", "`"):
            part = part.replace(character, "\\" + character)
        return '"' + part.replace("%", "%%") + '"'

    command = " ".join(quoted(part).replace("\\", "\\\\") for part in _command())
    return (
        "[Desktop Entry]\nType=Application\nName=Bakehouse\nGenericName=MLflow store browser\n"
        "Comment=Look at, compare and register MLflow runs\n"
        f"Exec={command} %f\nIcon=bakehouse\nTerminal=false\nCategories=Development;Science;\n"
        f"MimeType={_TYPE};{_SQLITE_TYPES}\nStartupWMClass=bakehouse\n"
    )


def _update_databases() -> None:
    home = _data_home()
    if (home / "mime").is_dir():
        _run("update-mime-database", str(home / "mime"))
    if (home / "applications").is_dir():
        _run("update-desktop-database", str(home / "applications"))


def _run(program: str, *arguments: str) -> None:
    """Run a desktop tool when there is one; desktops without it read the files by themselves."""
    if found := shutil.which(program):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run([found, *arguments], check=False, capture_output=True, timeout=30)


def _windows(*, add: bool) -> str:
    import winreg

    classes = r"Software\Classes"
    keys = {
        rf"{classes}\Bakehouse.Store": "MLflow store",
        rf"{classes}\Bakehouse.Store\shell\open\command": subprocess.list2cmdline([*_command(), "%1"]),
        rf"{classes}\.mlflow.db": "Bakehouse.Store",
        rf"{classes}\Applications\bakehouse.exe\shell\open\command": subprocess.list2cmdline([*_command(), "%1"]),
    }
    if add:
        for key, value in keys.items():
            winreg.SetValue(winreg.HKEY_CURRENT_USER, key, winreg.REG_SZ, value)  # type: ignore[attr-defined]
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, rf"{classes}\.db\OpenWithProgids") as handle:  # type: ignore[attr-defined]
            winreg.SetValueEx(handle, "Bakehouse.Store", 0, winreg.REG_SZ, "")  # type: ignore[attr-defined]
        return "Bakehouse stands in Open With for .db files now."
    for key in sorted(keys, key=len, reverse=True):
        try:
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)  # type: ignore[attr-defined]
        except OSError:
            continue
    return "Menu entry, icon and file type are removed."

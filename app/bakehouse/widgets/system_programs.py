"""Hands files to the desktop: shown in its file manager, opened with its program."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

from bakehouse.itemmodels.artifact_rows import file_url

try:
    from PySide6.QtDBus import QDBusConnection, QDBusMessage
except ImportError:  # no such part of Qt on Windows and macOS
    QDBusConnection = None  # type: ignore[assignment, misc]

_FILE_MANAGER = "org.freedesktop.FileManager1"


def reveal(path: Path) -> None:
    """Show the file or folder marked in the platform's file manager, or at least open the folder it lies in."""
    if sys.platform == "win32":
        # Explorer takes the path as part of one word; quoting the whole argument would hide the switch.
        process = QProcess()
        process.setProgram("explorer.exe")
        process.setNativeArguments(f'/select,"{path}"')  # type: ignore[attr-defined]
        process.startDetached()
    elif sys.platform == "darwin":
        QProcess.startDetached("/usr/bin/open", ["-R", str(path)])
    elif not _mark_in_file_manager(path):
        QDesktopServices.openUrl(file_url(path.parent))


def open_with_system(path: Path) -> bool:
    """Open it with the program the system has for it; False when there is none."""
    return QDesktopServices.openUrl(QUrl(file_url(path)))


def file_acts(path: Path) -> tuple[tuple[str, Callable[[], object]], ...]:
    """What a notice about a file that was written offers to do."""
    return ("Open", partial(open_with_system, path)), ("Show in folder", partial(open_with_system, path.parent))


def _mark_in_file_manager(path: Path) -> bool:
    """Ask the desktop's file manager by its interface; False when none answers to that name."""
    if QDBusConnection is None:
        return False
    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    known = bus.interface().isServiceRegistered(_FILE_MANAGER).value()
    activatable = bus.interface().activatableServiceNames().value()
    if not known and _FILE_MANAGER not in (activatable or []):
        return False
    call = QDBusMessage.createMethodCall(_FILE_MANAGER, "/org/freedesktop/FileManager1", _FILE_MANAGER, "ShowItems")
    call.setArguments([[bytes(file_url(path).toEncoded().data()).decode("ascii")], ""])
    return bus.send(call)

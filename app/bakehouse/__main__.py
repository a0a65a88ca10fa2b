"""Where the process starts: reads the command line, runs a command, or hands over to the window."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from bakehouse.commands.arguments import COMMANDS, parse_window
from bakehouse.commands.dispatch import answer, report, run_command
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.options import Options
from bakehouse.domain.text import visible
from bakehouse.places import cache_directory, choose_profile, config_directory, data_directory


def main(arguments: Sequence[str] | None = None) -> int:
    """Run Bakehouse with `arguments` (default: those of the process); the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in COMMANDS:
        return run_command(words[0], words[1:])
    try:
        chosen = parse_window(words)
    except BakehouseError as error:
        return report(error)
    if chosen.profile:
        choose_profile(chosen.profile)
    if chosen.register_desktop or chosen.unregister_desktop:
        return answer(lambda: _change_desktop(add=chosen.register_desktop))
    return _run_window(Options(chosen.store, chosen.read_only, chosen.sample, chosen.theme))


def _change_desktop(*, add: bool) -> str:
    from bakehouse.desktop import register, unregister

    return register() if add else unregister()


def _run_window(options: Options) -> int:
    try:
        _check_surroundings()
    except BakehouseError as error:
        return report(error)
    # Everything above works on a machine without any Qt library.
    try:
        from bakehouse.main import run_window
    except ImportError as error:
        if not (error.name or "").startswith(("PySide6", "shiboken6")) and "PySide6" not in str(error):
            raise
        return report(
            BakehouseError(
                f"The window needs Qt, which cannot be loaded here ({error}); info and export work without it."
            )
        )
    return run_window(options)


def _check_surroundings() -> None:
    """Raises BakehouseError where Qt would end the process, or the window could remember nothing."""
    if sys.platform == "linux" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
        raise BakehouseError("There is no display here to show the window on; info and export work without one.")
    try:
        for directory in (config_directory, data_directory, cache_directory):
            directory()
    except OSError as error:
        name = visible(str(error.filename))
        raise BakehouseError(f"Bakehouse needs the folder {name} for itself: {error.strerror}.") from error


if __name__ == "__main__":
    sys.exit(main())

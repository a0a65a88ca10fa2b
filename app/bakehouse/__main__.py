"""Where the process starts: reads the command line, runs a command, or hands over to the window."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bakehouse.commands.arguments import COMMANDS, parse_window
from bakehouse.commands.dispatch import answer, report, run_command
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.options import Options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run Bakehouse with `arguments` (default: those of the process); the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in COMMANDS:
        return run_command(words[0], words[1:])
    try:
        chosen = parse_window(words)
    except BakehouseError as error:
        return report(error)
    if chosen.register_desktop or chosen.unregister_desktop:
        return answer(lambda: _change_desktop(add=chosen.register_desktop))
    return _run_window(Options(chosen.store, chosen.read_only, chosen.sample, chosen.theme))


def _change_desktop(*, add: bool) -> str:
    from bakehouse.desktop import register, unregister

    return register() if add else unregister()


def _run_window(options: Options) -> int:
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


if __name__ == "__main__":
    sys.exit(main())

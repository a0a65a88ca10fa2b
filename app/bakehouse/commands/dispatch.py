"""Runs one command and turns what the world did into a sentence and an exit code."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from bakehouse.commands.arguments import parse_export, parse_info
from bakehouse.domain.errors import BakehouseError, FilterError
from bakehouse.domain.text import visible

FAILED = 2
INTERRUPTED = 130
_TERMINATED = 143


def run_command(name: str, arguments: Sequence[str]) -> int:
    """Run `info` or `export`; the exit code is 0, or 2 with one sentence on stderr, or 130 after Ctrl+C.

    Called on the main thread of a process without a window.
    """
    signal.signal(signal.SIGTERM, _end)
    as_json = name == "info" and "--json" in arguments
    try:
        _run(name, arguments)
        sys.stdout.flush()
    except BakehouseError as error:
        return report(error, as_json=as_json)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`bakehouse info ... | head`); Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return 0


def report(error: BakehouseError, *, as_json: bool = False) -> int:
    """Say `error` on stderr, and as {"error": ...} on stdout where JSON was asked for; the exit code."""
    sentence = str(error)
    if isinstance(error, FilterError):
        sentence = f"{sentence.rstrip('.')} (character {error.position + 1})."
    sentence = visible(sentence)
    sys.stderr.write(f"{sentence}\n")
    if as_json:
        sys.stdout.write(json.dumps({"error": sentence}) + "\n")
    return FAILED


def _run(name: str, arguments: Sequence[str]) -> None:
    # Each command brings what it needs: `info` answers before numpy would be imported.
    if name == "info":
        from bakehouse.commands.info import info

        info(parse_info(arguments))
    else:
        chosen = parse_export(arguments)
        from bakehouse.commands.export import export

        sys.stdout.write(export(chosen) + "\n")


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """SIGTERM unwinds the stack, so that a half-written file is removed."""
    raise SystemExit(_TERMINATED)

"""Runs one command and turns what the world did into a sentence and an exit code."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn, TextIO

from bakehouse.commands.arguments import TRY_LOCK, parse_export, parse_info, parse_verify
from bakehouse.domain.errors import BakehouseError, FilterError
from bakehouse.domain.text import visible
from bakehouse.store.lock_probe import try_lock

BROKEN = 1
FAILED = 2
INTERRUPTED = 130
_TERMINATED = 143


class Answer(NamedTuple):
    """What a command prints, and the exit code that goes with it."""

    text: str
    code: int = 0


def run_command(name: str, arguments: Sequence[str]) -> int:
    """Run `info`, `export` or `verify`; the exit code is 0, 1 for a trail that does not hold, 2 with one sentence on
    stderr, or 130 after Ctrl+C.

    Called on the main thread of a process without a window.
    """
    signal.signal(signal.SIGTERM, _end)
    try:
        return answer(lambda: _run(name, arguments), as_json="--json" in arguments)
    except KeyboardInterrupt:
        return INTERRUPTED


def answer(work: Callable[[], str | Answer], *, as_json: bool = False) -> int:
    """Print what `work` answers, or the sentence of the BakehouseError it raises; the exit code."""
    try:
        found = work()
    except BakehouseError as error:
        return report(error, as_json=as_json)
    said = found if isinstance(found, Answer) else Answer(found)
    try:
        _write(sys.stdout, f"{said.text}\n")
    except BrokenPipeError:
        # The reader of our output has gone (`bakehouse info ... | head`).
        return FAILED
    except OSError as error:
        return report(BakehouseError(f"The answer could not be written to standard output: {error.strerror}."))
    return said.code


def report(error: BakehouseError, *, as_json: bool = False) -> int:
    """Say `error` on stderr, and as {"error": ...} on stdout where JSON was asked for; the exit code."""
    sentence = str(error)
    if isinstance(error, FilterError):
        sentence = f"{sentence.rstrip('.')} (character {error.position + 1})."
    sentence = visible(sentence)
    for stream, text in ((sys.stderr, sentence), (sys.stdout, json.dumps({"error": sentence}) if as_json else "")):
        try:
            if text:
                _write(stream, f"{text}\n")
        except OSError:
            # Nobody listens; the exit code still tells.
            continue
    return FAILED


def _write(stream: TextIO | None, text: str) -> None:
    """Write all of `text` now. Raises OSError; the stream then leads nowhere, or Python would complain at exit."""
    if stream is None:  # closed before the start: `bakehouse info ... >&-`
        return
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        # In a locale that cannot print a name, an escape stands for each such character.
        reconfigure(errors="backslashreplace")
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise


def _run(name: str, arguments: Sequence[str]) -> str | Answer:
    if name == TRY_LOCK and len(arguments) == 1:
        return try_lock(Path(arguments[0]))
    # Each command brings what it needs: `info` answers before numpy would be imported.
    if name == "info":
        from bakehouse.commands.info import info

        return info(parse_info(arguments))
    if name == "verify":
        from bakehouse.commands.verify import verify

        text, holds = verify(parse_verify(arguments))
        return Answer(text, 0 if holds else BROKEN)
    chosen = parse_export(arguments)
    from bakehouse.commands.export import export

    return export(chosen)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """SIGTERM unwinds the stack, so that a half-written file is removed."""
    raise SystemExit(_TERMINATED)

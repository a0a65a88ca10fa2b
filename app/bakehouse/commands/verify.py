"""`bakehouse verify`: whether a store's trail, or one that was exported, holds."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import TrailError
from bakehouse.domain.text import counted, visible
from bakehouse.domain.trail import Head
from bakehouse.personal.trail_memory import TrailMemory
from bakehouse.registry.trail_check import EXPORT_FORMAT, Expected, check_export, check_trail, known_ids, rebuild
from bakehouse.registry.verifying import Verification
from bakehouse.store.failures import shown
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store

_MOST_BYTES = 2_000_000_000


def verify(chosen: argparse.Namespace) -> tuple[str, bool]:
    """What to print, and whether the trail holds (or there is none). Raises StoreError, TrailError."""
    token = Token(_progress if sys.stderr is not None and sys.stderr.isatty() else None)
    trusted = [] if chosen.trust is None else [_trusted(chosen.trust)]
    if chosen.store.suffix.lower() == ".json":
        done: Verification | None = check_export(_json(chosen.store), token, trusted)
    else:
        with open_store(chosen.store, read_only=True) as store:
            if chosen.rebuild:
                rebuild(store, token)
            done = check_trail(store, token, [*trusted, *_remembered(store, token)])
    if chosen.json:
        return json.dumps(_report(done), indent=2), done is None or done.holds
    return _sentences(shown(chosen.store), done, is_bound=bool(trusted)), done is None or done.holds


def _remembered(store: Store, token: Token) -> list[Expected]:
    memory = TrailMemory()
    seen = next((seen for one in known_ids(store, token) if (seen := memory.seen(one)) is not None), None)
    if seen is None:
        return []
    return [Expected(seen.head, f"on {time.strftime('%Y-%m-%d %H:%M', time.localtime(seen.seen_ms / 1000))}")]


def _trusted(path: Path) -> Expected:
    content = _json(path)
    if isinstance(content, dict) and content.get("format") == EXPORT_FORMAT:
        content = content.get("head")
    if isinstance(content, dict) and isinstance(content.get("genesis"), str):
        genesis = content["genesis"]
        length, last = content.get("length", 1), content.get("hash", genesis)
        if isinstance(length, int) and length > 0 and isinstance(last, str):
            return Expected(Head(genesis, length, last), f"in {shown(path)}")
    raise TrailError(f"{shown(path)} names no head of a trail: it needs at least a “genesis”.")


def _json(path: Path) -> Any:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise TrailError(f"{shown(path)} is too large for an exported trail.")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrailError(f"{shown(path)} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise TrailError(f"{shown(path)} is no JSON file.") from error


def _report(done: Verification | None) -> dict[str, Any]:
    if done is None:
        return {"trail": None}
    head = done.head
    trail = None if head is None else {"genesis": head.genesis, "length": head.length, "hash": head.hash}
    return {
        "trail": trail,
        "store_id": done.projection.store_id,
        "holds": done.holds,
        "findings": [{"entry": one.sequence, "sentence": visible(one.sentence)} for one in done.findings],
        "notices": [visible(one) for one in done.notices],
    }


def _sentences(name: str, done: Verification | None, *, is_bound: bool) -> str:
    if done is None:
        return f"{name} has no trail."
    lines = [visible(one.sentence) for one in done.findings] + [f"Note: {visible(one)}" for one in done.notices]
    if not done.holds:
        return "\n".join([f"The trail of {name} does not hold:", *(f"- {line}" for line in lines)])
    head = done.head
    assert head is not None
    entries = "1 entry" if head.length == 1 else f"{head.length:,} entries"
    people = counted(len(done.projection.people), "key")
    first = f"The trail of {name} holds: {entries} by {people}."
    bound = "It continues the head that was given." if is_bound else (
        "That nothing was cut from its end can be told only against a head kept elsewhere (--trust)."
    )  # fmt: skip
    return "\n".join([first, f"Head: {head.hash}", bound, *lines])


def _progress(done: int, total: int, text: str) -> None:
    if total:
        sys.stderr.write(f"\r{done:,} of {total:,} {text} ")
        sys.stderr.flush()

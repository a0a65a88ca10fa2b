"""Pictures that MLflow logs step by step, as one entry for each key."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.preview_kinds import Places, Preview
from bakehouse.artifacts.previews import read_preview
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token

FOLDER = "images"

# `%` up to MLflow 3.1, `+` later; `#` or `~` stands for `/`; the uuid's first character may be any letter.
_NAME = re.compile(
    r"(?P<key>.+)(?P<mark>[%+])step(?P=mark)(?P<step>-?\d{1,18})(?P=mark)timestamp(?P=mark)(?P<time>\d{1,18})(?P=mark)"
    r"[0-9a-z][0-9a-f]{7}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"(?P<small>(?P=mark)compressed)?\.(?:png|webp)",
    re.DOTALL,
)


def member_step(name: str) -> tuple[str, int, int, bool] | None:
    """(key, step, milliseconds, whether it is the small copy) of a file MLflow logged as a step; None for others."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    key = re.sub("[#~]", "/", found["key"])
    return key, int(found["step"]), int(found["time"]), found["small"] is not None


def with_series(entries: Sequence[Entry]) -> list[Entry]:
    """`entries` with the pictures of each key as one entry, steps in order; the rest as it was.

    Small copies of pictures that are there in full belong to the series but not to its steps.
    """
    found: dict[str, list[tuple[int, int, bool, Entry]]] = {}
    rest: list[Entry] = []
    for entry in entries:
        step = None if entry.is_folder or entry.obstacle else member_step(entry.name)
        if step is None:
            rest.append(entry)
        else:
            found.setdefault(step[0], []).append((step[1], step[2], step[3], entry))
    series = []
    for key, members in found.items():
        members.sort(key=lambda member: member[:3])
        whole = {member[:2] for member in members if not member[2]}
        steps = tuple(entry for step, time, small, entry in members if not small or (step, time) not in whole)
        first = steps[0]
        size = sum(member[3].size or 0 for member in members)
        latest = max(member[3].modified_ms or 0 for member in members)
        series.append(first._replace(name=key, size=size, modified_ms=latest, members=steps))
    return series + rest


def read_member(entry: Entry, place: int, token: Token, guard: Guard | None) -> tuple[Preview, Places]:
    """The picture at `place` among the steps of a series. Raises ArtifactError, Cancelled."""
    at = min(max(place, 0), len(entry.members) - 1)
    member = entry.members[at]
    step = member_step(member.name)
    label = f"step {step[1]:,}" if step is not None else ""
    return read_preview(member, token, guard=guard), Places("step", at, len(entry.members), label)

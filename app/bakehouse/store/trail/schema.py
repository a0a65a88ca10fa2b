"""The tables of the trail's file, by version, and how an older file becomes a newer one."""

from __future__ import annotations

from dataclasses import dataclass

APPLICATION_ID = 0x42414B45
"""“BAKE”: in the header of every trail's file."""

VERSION = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the projection: its columns, the first `keys` of which make its primary key."""

    columns: tuple[str, ...]
    keys: int


PROJECTED = {
    "people": Table(("key", "name", "role"), 1),
    "policies": Table(("workspace", "model", "stage", "policy", "entry"), 3),
    "requests": Table(
        (
            "id", "workspace", "model", "version", "run_id", "from_stage", "to_stage", "archive_existing",
            "requester_key", "requester_name", "comment", "created_ms", "digest", "state", "approvers",
            "decided_ms", "decided_key", "decided_name", "is_applied",
        ),
        1,
    ),
    "stages": Table(("workspace", "model", "version", "stage"), 3),
    "intents": Table(("entry", "request", "body"), 1),
    "activities": Table(
        (
            "sequence", "entry", "type", "workspace", "model", "version", "request", "key", "name", "time_ms",
            "from_stage", "to_stage", "comment", "system_comment",
        ),
        1,
    ),
}  # fmt: skip
"""What the entries add up to; it can be dropped and made again from them."""

_WHOLE = frozenset({"version", "archive_existing", "created_ms", "decided_ms", "sequence", "time_ms", "is_applied"})


def statements() -> list[str]:
    """What makes an empty file one of VERSION."""
    made = [
        "CREATE TABLE entries (sequence INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, envelope TEXT NOT NULL)",
    ]
    for name, table in PROJECTED.items():
        columns = [f"{column} {'INTEGER' if column in _WHOLE else 'TEXT'}" for column in table.columns]
        key = ", ".join(table.columns[: table.keys])
        made.append(f"CREATE TABLE {name} ({', '.join(columns)}, PRIMARY KEY ({key}))")
    made.append("CREATE INDEX activities_of_version ON activities (workspace, model, version, sequence)")
    made.append("CREATE INDEX requests_by_state ON requests (state, created_ms)")
    made.append(f"PRAGMA application_id = {APPLICATION_ID}")
    made.append(f"PRAGMA user_version = {VERSION}")
    return made

"""A projection as rows of the trail's tables, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bakehouse.domain.policy import Scope, policy_of, policy_payload, role_called
from bakehouse.domain.requests import Activity, ActivityType, Person, RequestState, ReviewRequest, VersionKey
from bakehouse.registry.projection import Intent, Projection
from bakehouse.store.trail.tables import Row, TrailTables

_OPEN = RequestState.PENDING.value, RequestState.APPROVED.value


def key_of(table: str, key: Any) -> Row:
    """The primary key's values of a touched row."""
    if table == "policies":
        return key.workspace, key.model, key.stage
    if table == "stages":
        return key.workspace, key.model, key.version
    return (key,)


def row_of(projection: Projection, table: str, key: Any) -> Row | None:
    """The row as the projection has it; None where it has none (any more)."""
    return _ROWS[table](projection, key)


def all_rows(projection: Projection) -> dict[str, list[Row]]:
    """Every row of every table, in the order of the primary keys: what the file must hold."""
    keys: Mapping[str, Any] = {
        "people": projection.people,
        "policies": projection.policies,
        "requests": projection.requests,
        "stages": projection.stages,
        "intents": projection.intents,
        "activities": projection.activities,
    }
    return {
        table: sorted(row for key in found if (row := _ROWS[table](projection, key))) for table, found in keys.items()
    }


def load(tables: TrailTables, *, activities: bool = False, only_open: bool = False) -> Projection:
    """The projection as the file has it, without activities unless asked; with `only_open` without requests whose
    story has ended (see `load_request`). Raises ValueError for rows that are none.
    """
    projection = Projection()
    for key, name, role in tables.rows("people"):
        projection.people[key] = name, None if role is None else role_called(role)
    for workspace, model, stage, policy, entry in tables.rows("policies"):
        projection.policies[Scope(workspace, model, stage)] = policy_of(json.loads(policy)), entry
    wanted = ("state = ? OR (state = ? AND is_applied = 0)", _OPEN) if only_open else ("", ())
    for row in tables.rows("requests", *wanted):
        projection.set_request(request_of(row))
    for workspace, model, version, stage in tables.rows("stages"):
        projection.set_stage(VersionKey(workspace, model, version), stage)
    for entry, request_id, body in tables.rows("intents"):
        projection.intents[entry] = Intent(entry, request_id, json.loads(body))
    if activities:
        for row in tables.rows("activities"):
            projection.activities[row[0]] = activity_of(row)
    return projection


def load_request(tables: TrailTables, projection: Projection, request_id: str) -> ReviewRequest | None:
    """The request, taken into the projection if it was left out of it; None when there is none. Raises ValueError."""
    if request_id not in projection.requests:
        for row in tables.rows("requests", "id = ?", (request_id,)):
            projection.set_request(request_of(row))
    return projection.requests.get(request_id)


def request_of(row: Row) -> ReviewRequest:
    """A row of `requests` as a value. Raises ValueError."""
    decided = row[15] is not None
    return ReviewRequest(
        request_id=row[0],
        version=VersionKey(row[1], row[2], row[3]),
        run_id=row[4],
        from_stage=row[5],
        to_stage=row[6],
        archive_existing=bool(row[7]),
        requester=Person(row[8], row[9]),
        comment=row[10],
        created_ms=row[11],
        digest=row[12],
        state=RequestState(row[13]),
        approvers=tuple(json.loads(row[14])),
        decided_ms=row[15],
        decided_by=Person(row[16], row[17]) if decided else None,
        is_applied=bool(row[18]),
    )


def activity_of(row: Row) -> Activity:
    """A row of `activities` as a value. Raises ValueError."""
    return Activity(
        sequence=row[0],
        entry_hash=row[1],
        type=ActivityType(row[2]),
        version=VersionKey(row[3], row[4], row[5]),
        request_id=row[6],
        person=Person(row[7], row[8]),
        time_ms=row[9],
        from_stage=row[10],
        to_stage=row[11],
        comment=row[12],
        system_comment=row[13],
    )


def _person_row(projection: Projection, key: str) -> Row:
    name, role = projection.people[key]
    return key, name, None if role is None else role.word


def _policy_row(projection: Projection, scope: Scope) -> Row | None:
    found = projection.policies.get(scope)
    if found is None:
        return None
    text = json.dumps(policy_payload(found[0]), sort_keys=True)
    return scope.workspace, scope.model, scope.stage, text, found[1]


def _request_row(projection: Projection, request_id: str) -> Row:
    one = projection.requests[request_id]
    decided = one.decided_by
    return (
        one.request_id,
        one.version.workspace,
        one.version.model,
        one.version.version,
        one.run_id,
        one.from_stage,
        one.to_stage,
        int(one.archive_existing),
        one.requester.key,
        one.requester.name,
        one.comment,
        one.created_ms,
        one.digest,
        one.state.value,
        json.dumps(one.approvers),
        one.decided_ms,
        decided.key if decided is not None else None,
        decided.name if decided is not None else None,
        int(one.is_applied),
    )


def _stage_row(projection: Projection, version: VersionKey) -> Row:
    return version.workspace, version.model, version.version, projection.stages[version]


def _intent_row(projection: Projection, entry: str) -> Row | None:
    found = projection.intents.get(entry)
    return None if found is None else (entry, found.request_id, json.dumps(found.body, sort_keys=True))


def _activity_row(projection: Projection, sequence: int) -> Row:
    one = projection.activities[sequence]
    version = one.version
    return (
        one.sequence,
        one.entry_hash,
        one.type.value,
        version.workspace,
        version.model,
        version.version,
        one.request_id,
        one.person.key,
        one.person.name,
        one.time_ms,
        one.from_stage,
        one.to_stage,
        one.comment,
        one.system_comment,
    )


_ROWS: Mapping[str, Callable[[Projection, Any], Row | None]] = {
    "people": _person_row,
    "policies": _policy_row,
    "requests": _request_row,
    "stages": _stage_row,
    "intents": _intent_row,
    "activities": _activity_row,
}

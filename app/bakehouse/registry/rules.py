"""The rules of a trail: what each entry needs to count where it stands, and what it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bakehouse.domain.models import Stage
from bakehouse.domain.policy import Policy, Role, Scope, policy_of, role_called
from bakehouse.domain.requests import (
    Activity,
    ActivityType,
    Person,
    RequestAction,
    RequestState,
    ReviewRequest,
    Situation,
    VersionKey,
    available_actions,
    comment_problem,
    counted_approvals,
    may_move_directly,
    may_request,
    name_problem,
)
from bakehouse.domain.trail import Entry, EntryType
from bakehouse.registry.projection import GONE, Intent, Projection
from bakehouse.registry.transitions import ACTIVE_STAGES

OUTSIDE = "changed outside of Bakehouse"
REMOVED = "deleted, or renamed with its model, outside of the trail"

Touched = list[tuple[str, Any]]
"""(table, key) of every row of the projection that an entry added or changed."""


class RuleBroken(Exception):
    """An entry that the rules do not allow where it stands; the sentence says which."""


def apply(projection: Projection, entry: Entry) -> Touched:
    """Take in the next entry. Raises RuleBroken and leaves everything as it was."""
    if (entry.type is EntryType.FOUNDED) != (not projection.store_id):
        raise RuleBroken("A trail begins with its founding, and has only one.")
    if projection.store_id and entry.store_id != projection.store_id:
        raise RuleBroken("The entry belongs to another store's trail.")
    _refuse(name_problem(entry.actor.name) or name_problem(entry.actor.account))
    try:
        touched = _STEPS[entry.type](projection, entry)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RuleBroken(f"The entry does not hold what its kind needs ({error}).") from error
    name, role = projection.people.get(entry.actor.key, (None, None))
    if name != entry.actor.name:
        projection.people[entry.actor.key] = entry.actor.name, role
        touched.append(("people", entry.actor.key))
    return touched


def situation(projection: Projection, request: ReviewRequest, digest: str) -> Situation:
    """The world around a request as the trail has it; `digest` is that of the model's files now, "" if not made."""
    stage = projection.stage(request.version)
    return Situation(None if stage == GONE else stage, bool(digest) and digest == request.digest)


# The trail itself


def _found(projection: Projection, entry: Entry) -> Touched:
    if not entry.store_id:
        raise RuleBroken("The trail's founding names no store.")
    stages = {_version(one): str(one["stage"]) for one in entry.body["stages"]}
    if "replaces" not in entry.body:
        raise RuleBroken("The trail's founding does not say whether it replaces another one.")
    projection.store_id, projection.replaces = entry.store_id, str(entry.body["replaces"])
    projection.people[entry.actor.key] = entry.actor.name, Role.MANAGER
    for version, stage in stages.items():
        projection.set_stage(version, stage)
    return [("people", entry.actor.key), *(("stages", version) for version in stages)]


def _set_role(projection: Projection, entry: Entry) -> Touched:
    _insist_on_manager(projection, entry)
    key, name, role = str(entry.body["key"]), str(entry.body["name"]), role_called(entry.body["role"])
    _refuse(name_problem(name))
    others = [one for one, (_, held) in projection.people.items() if held is Role.MANAGER and one != key]
    if role is not Role.MANAGER and not others:
        raise RuleBroken("The last manager cannot be given another role.")
    if len(key) != 64 or not set(key) <= set("0123456789abcdef"):
        raise RuleBroken("A role is given to a key of 64 hexadecimal digits.")
    projection.people[key] = name, role
    return [("people", key)]


def _set_policy(projection: Projection, entry: Entry) -> Touched:
    _insist_on_manager(projection, entry)
    where = entry.body["scope"]
    scope = Scope(str(where["workspace"]), str(where["model"]), str(where["stage"]))
    given = entry.body["policy"]
    if given is None:
        projection.policies.pop(scope, None)
    else:
        projection.policies[scope] = policy_of(given), entry.hash
    return [("policies", scope)]


def _insist_on_manager(projection: Projection, entry: Entry) -> None:
    if projection.role(entry.actor.key) is not Role.MANAGER:
        raise RuleBroken("Only a manager of this trail can do that.")


# Requests


def _request(projection: Projection, entry: Entry) -> Touched:
    body = entry.body
    version = _version(body["version"])
    from_stage, to_stage = str(body["from"]), Stage(body["to"]).value
    _refuse(may_request(projection.role(entry.actor.key)) or comment_problem(body["comment"]))
    if from_stage == to_stage or from_stage != projection.stage(version):
        raise RuleBroken(
            f"The version is in {projection.stage(version)}, so it cannot move from {from_stage} to {to_stage}."
        )
    if body["archive_existing"] is True and to_stage not in ACTIVE_STAGES:
        raise RuleBroken("Only a move to Staging or Production can archive the versions it replaces.")
    if projection.pending_for(version, to_stage) is not None:
        raise RuleBroken(f"A request to move this version to {to_stage} waits already.")
    request = ReviewRequest(
        request_id=entry.hash,
        version=version,
        run_id=str(body["version"]["run"]),
        from_stage=from_stage,
        to_stage=to_stage,
        archive_existing=body["archive_existing"] is True,
        requester=_person(entry),
        comment=str(body["comment"]),
        created_ms=entry.time_ms,
        digest=str(body["evidence"]["candidate"]["digest"]["sha256"]),
    )
    projection.set_request(request)
    return [("requests", entry.hash), _note(projection, entry, request)]


def _approve(projection: Projection, entry: Entry) -> Touched:
    request, policy = _decided(projection, entry, RequestAction.APPROVE)
    approving = replace(request, approvers=(*request.approvers, entry.actor.key))
    have, need = counted_approvals(approving, policy), policy.approvals if policy is not None else 1
    if have >= need:
        approving = replace(approving, state=RequestState.APPROVED, decided_ms=entry.time_ms, decided_by=_person(entry))
    projection.set_request(approving)
    wanted = "" if have >= need else f"{have} of {need} approvals"
    return [("requests", request.request_id), _note(projection, entry, request, wanted)]


def _reject(projection: Projection, entry: Entry) -> Touched:
    request, _ = _decided(projection, entry, RequestAction.REJECT)
    return _end(projection, entry, request, RequestState.REJECTED)


def _cancel(projection: Projection, entry: Entry) -> Touched:
    request, _ = _decided(projection, entry, RequestAction.CANCEL)
    return _end(projection, entry, request, RequestState.CANCELLED)


def _end(projection: Projection, entry: Entry, request: ReviewRequest, state: RequestState) -> Touched:
    projection.set_request(replace(request, state=state, decided_ms=entry.time_ms, decided_by=_person(entry)))
    return [("requests", request.request_id), _note(projection, entry, request)]


def _decided(projection: Projection, entry: Entry, action: RequestAction) -> tuple[ReviewRequest, Policy | None]:
    """The request that an entry decides about, when it may."""
    request = _request_of(projection, entry)
    where = request.version
    policy, set_by = projection.policy(where.workspace, where.model, request.to_stage)
    if str(entry.body["policy"]) != set_by:
        raise RuleBroken("The decision names another policy than the one in force.")
    role = projection.role(entry.actor.key)
    if str(entry.body["role"]) != role.word:
        raise RuleBroken("The decision names another role than the one its signer has.")
    now = situation(projection, request, str(entry.body.get("digest", "")))
    _refuse(available_actions(entry.actor.key, role, request, policy, now)[action])
    needed = policy is not None and policy.comment_required and action is not RequestAction.CANCEL
    _refuse(comment_problem(entry.body["comment"], required=needed))
    return request, policy


def _comment(projection: Projection, entry: Entry) -> Touched:
    _refuse(may_request(projection.role(entry.actor.key)) or comment_problem(entry.body["comment"], required=True))
    return [_note(projection, entry, _request_of(projection, entry))]


def _request_of(projection: Projection, entry: Entry) -> ReviewRequest:
    request = projection.requests.get(str(entry.body["request"]))
    if request is None or request.version != _version(entry.body["version"]):
        raise RuleBroken("The entry is about a request that is not in the trail.")
    return request


# Moves


def _intend(projection: Projection, entry: Entry) -> Touched:
    _check_move(projection, entry)
    if str(entry.body["intent"]):
        raise RuleBroken("An announcement confirms nothing.")
    projection.intents[entry.hash] = Intent(entry.hash, str(entry.body["request"]), entry.body)
    return [("intents", entry.hash)]


def _abandon(projection: Projection, entry: Entry) -> Touched:
    _refuse(may_request(projection.role(entry.actor.key)))
    intent = projection.intents.pop(str(entry.body["intent"]), None)
    if intent is None:
        raise RuleBroken("The entry takes back a move that was not announced.")
    touched: Touched = [("intents", intent.entry_hash)]
    request = projection.requests.get(intent.request_id)
    if request is not None:
        projection.set_request(
            replace(
                request,
                state=RequestState.PENDING,
                approvers=request.approvers[:-1],
                decided_ms=None,
                decided_by=None,
            )
        )
        touched.append(("requests", request.request_id))
    return touched


def _apply_move(projection: Projection, entry: Entry) -> Touched:
    body = entry.body
    version, intent = _version(body["version"]), str(body["intent"])
    touched: Touched = []
    completed = ""
    if intent:
        _refuse(may_request(projection.role(entry.actor.key)))
        announced = projection.intents.get(intent)
        if announced is None or {**announced.body, "intent": intent} != dict(body):
            raise RuleBroken("The move confirms an announcement that is not in the trail.")
        del projection.intents[intent]
        touched.append(("intents", intent))
    else:
        _check_move(projection, entry)
    request = projection.requests.get(str(body["request"]))
    if request is not None:
        projection.set_request(replace(request, is_applied=True))
        touched.append(("requests", request.request_id))
        by = request.decided_by
        completed = f"completed for {by.name}" if by is not None and by.key != entry.actor.key else ""
    to_stage = Stage(body["to"]).value
    projection.set_stage(version, to_stage)
    why = f"archived by the move of version {version.version} to {to_stage}"
    projection.follows = {
        replace(version, version=other): (entry.hash, why) for other in _whole_numbers(body["archived"])
    }
    note = _activity(projection, entry, version, str(body["comment"]), completed)
    return [*touched, ("stages", version), note]


def _check_move(projection: Projection, entry: Entry) -> None:
    body = entry.body
    version, to_stage, archived = _version(body["version"]), Stage(body["to"]).value, _whole_numbers(body["archived"])
    if str(body["from"]) != projection.stage(version) or to_stage == projection.stage(version):
        raise RuleBroken(f"The version is in {projection.stage(version)}; it cannot move from {body['from']}.")
    _refuse(comment_problem(body["comment"]))
    others = projection.others_in(version, to_stage)
    if not archived <= others or (archived and to_stage not in ACTIVE_STAGES):
        raise RuleBroken(f"The move archives versions that are not in {to_stage}.")
    policy, set_by = projection.policy(version.workspace, version.model, to_stage)
    role = projection.role(entry.actor.key)
    if (str(body["policy"]), str(body["role"])) != (set_by, role.word):
        raise RuleBroken("The move names another policy or role than those in force.")
    if not body["request"]:
        _refuse(may_move_directly(role, policy, str(body["comment"])))
        return
    request = projection.requests.get(str(body["request"]))
    if request is None or request.state is not RequestState.APPROVED or request.decided_by is None:
        raise RuleBroken("The move follows a request that was not approved.")
    if (request.version, request.to_stage) != (version, to_stage) or request.decided_by.key != entry.actor.key:
        raise RuleBroken("The move is another one than was approved.")
    if archived != (others if request.archive_existing else frozenset()):
        raise RuleBroken("The move archives other versions than were asked for.")
    if request.is_applied:
        raise RuleBroken("The approved move was made already.")


def _follow(projection: Projection, entry: Entry) -> Touched:
    """A stage that changed as a consequence of the move before it, or outside of the application."""
    _refuse(may_request(projection.role(entry.actor.key)))
    body = entry.body
    version, to_stage, after = _version(body["version"]), str(body["to"]), str(body["after"])
    if "request" not in body:
        raise RuleBroken("The entry does not say whether it follows from a request.")
    if str(body["from"]) != projection.stage(version) or to_stage == projection.stage(version):
        raise RuleBroken(f"The version is in {projection.stage(version)}, not in {body['from']}.")
    why = REMOVED if to_stage == GONE else OUTSIDE
    if after:
        move, why = projection.follows.get(version, ("", ""))
        if move != after or to_stage != Stage.ARCHIVED:
            raise RuleBroken("The entry names a consequence that no move had.")
        del projection.follows[version]
    projection.set_stage(version, to_stage)
    return [("stages", version), _activity(projection, entry, version, "", why)]


# What everybody sees


def _note(projection: Projection, entry: Entry, request: ReviewRequest, system_comment: str = "") -> tuple[str, int]:
    stages = request.from_stage, request.to_stage
    comment = str(entry.body["comment"])
    return _seen(projection, entry, request.version, request.request_id, stages, comment, system_comment)


def _activity(
    projection: Projection, entry: Entry, version: VersionKey, comment: str, system_comment: str
) -> tuple[str, int]:
    body = entry.body
    stages = str(body["from"]), str(body["to"])
    return _seen(projection, entry, version, str(body["request"]), stages, comment, system_comment)


def _seen(
    projection: Projection,
    entry: Entry,
    version: VersionKey,
    request_id: str,
    stages: tuple[str, str],
    comment: str,
    system_comment: str,
) -> tuple[str, int]:
    projection.activities[entry.sequence] = Activity(
        sequence=entry.sequence,
        entry_hash=entry.hash,
        type=ActivityType(entry.type.value),
        version=version,
        request_id=request_id,
        person=_person(entry),
        time_ms=entry.time_ms,
        from_stage=stages[0],
        to_stage=stages[1],
        comment=comment,
        system_comment=system_comment,
    )
    return "activities", entry.sequence


def _refuse(sentence: str) -> None:
    if sentence:
        raise RuleBroken(sentence)


def _person(entry: Entry) -> Person:
    return Person(entry.actor.key, entry.actor.name)


def _version(body: Mapping[str, Any]) -> VersionKey:
    return VersionKey(str(body["workspace"]), str(body["model"]), int(body["version"]))


def _whole_numbers(values: Any) -> frozenset[int]:
    return frozenset(int(one) for one in values)


_STEPS: Mapping[EntryType, Callable[[Projection, Entry], Touched]] = {
    EntryType.FOUNDED: _found,
    EntryType.ROLE: _set_role,
    EntryType.POLICY: _set_policy,
    EntryType.REQUESTED: _request,
    EntryType.APPROVED: _approve,
    EntryType.REJECTED: _reject,
    EntryType.CANCELLED: _cancel,
    EntryType.COMMENT: _comment,
    EntryType.INTENDED: _intend,
    EntryType.ABANDONED: _abandon,
    EntryType.APPLIED: _apply_move,
    EntryType.SYSTEM: _follow,
}

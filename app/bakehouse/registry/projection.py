"""What the entries of a trail add up to: roles, policies, requests and stages; the rules every entry must keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bakehouse.domain.models import Stage
from bakehouse.domain.policy import Policies, Policy, Role, Scope, policy_of, role_called
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
    may_move_directly,
    may_request,
)
from bakehouse.domain.trail import Entry, EntryType

Touched = list[tuple[str, Any]]
"""(table, key) of every row of the projection that an entry added or changed."""


class RuleBroken(Exception):
    """An entry that the rules do not allow where it stands; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A move that was announced and not confirmed yet."""

    entry_hash: str
    request_id: str
    body: Mapping[str, Any]


@dataclass
class Projection:
    """Built by applying entries in their order, or loaded from the rows that an earlier one left. One thread."""

    store_id: str = ""
    people: dict[str, tuple[str, Role | None]] = field(default_factory=dict)
    """Key → (display name last used or given, role; None for a key that nobody gave one)."""
    policies: dict[Scope, tuple[Policy, str]] = field(default_factory=dict)
    """With the hash of the entry that set it."""
    requests: dict[str, ReviewRequest] = field(default_factory=dict)
    stages: dict[VersionKey, str] = field(default_factory=dict)
    """Stages as the trail has them; a version that is not here was never seen outside None."""
    intents: dict[str, Intent] = field(default_factory=dict)
    activities: dict[int, Activity] = field(default_factory=dict)

    def role(self, key: str) -> Role:
        """What a key may do: an editor, unless a manager said otherwise."""
        given = self.people.get(key, ("", None))[1]
        return Role.EDITOR if given is None else given

    def policy(self, workspace: str, model: str, stage: str) -> tuple[Policy | None, str]:
        """The policy of a move with the hash of its entry; (None, "") where there is none."""
        by_scope = {scope: policy for scope, (policy, _) in self.policies.items()}
        found = Policies(by_scope).for_move(workspace, model, stage)
        entry = next((made for policy, made in self.policies.values() if policy is found), "")
        return found, entry

    def stage(self, version: VersionKey) -> str:
        return self.stages.get(version, Stage.NONE.value)

    def pending_for(self, version: VersionKey, stage: str) -> ReviewRequest | None:
        """The request for that move that still waits."""
        return next(
            (
                one
                for one in self.requests.values()
                if one.state is RequestState.PENDING and (one.version, one.to_stage) == (version, stage)
            ),
            None,
        )

    def apply(self, entry: Entry) -> Touched:
        """Take in the next entry. Raises RuleBroken and leaves everything as it was."""
        if (entry.type is EntryType.FOUNDED) != (not self.store_id):
            raise RuleBroken("A trail begins with its founding, and has only one.")
        if self.store_id and entry.store_id != self.store_id:
            raise RuleBroken("The entry belongs to another store's trail.")
        try:
            touched = self._steps()[entry.type](entry)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RuleBroken(f"The entry does not hold what its kind needs ({error}).") from error
        name, role = self.people.get(entry.actor.key, (None, None))
        if name != entry.actor.name:
            self.people[entry.actor.key] = entry.actor.name, role
            touched.append(("people", entry.actor.key))
        return touched

    def _steps(self) -> Mapping[EntryType, Callable[[Entry], Touched]]:
        return {
            EntryType.FOUNDED: self._found,
            EntryType.ROLE: self._set_role,
            EntryType.POLICY: self._set_policy,
            EntryType.REQUESTED: self._request,
            EntryType.APPROVED: self._approve,
            EntryType.REJECTED: self._reject,
            EntryType.CANCELLED: self._cancel,
            EntryType.COMMENT: self._comment,
            EntryType.INTENDED: self._intend,
            EntryType.ABANDONED: self._abandon,
            EntryType.APPLIED: self._apply_move,
            EntryType.SYSTEM: self._follow,
        }

    # The trail itself

    def _found(self, entry: Entry) -> Touched:
        if not entry.store_id:
            raise RuleBroken("The trail's founding names no store.")
        stages = {_version(one): str(one["stage"]) for one in entry.body["stages"]}
        self.store_id = entry.store_id
        self.people[entry.actor.key] = entry.actor.name, Role.MANAGER
        self.stages.update(stages)
        return [("people", entry.actor.key), *(("stages", version) for version in stages)]

    def _set_role(self, entry: Entry) -> Touched:
        self._insist_on_manager(entry)
        key, name, role = str(entry.body["key"]), str(entry.body["name"]), role_called(entry.body["role"])
        others = [one for one, (_, held) in self.people.items() if held is Role.MANAGER and one != key]
        if role is not Role.MANAGER and not others:
            raise RuleBroken("The last manager cannot be given another role.")
        if len(key) != 64 or not set(key) <= set("0123456789abcdef"):
            raise RuleBroken("A role is given to a key of 64 hexadecimal digits.")
        self.people[key] = name, role
        return [("people", key)]

    def _set_policy(self, entry: Entry) -> Touched:
        self._insist_on_manager(entry)
        where = entry.body["scope"]
        scope = Scope(str(where["workspace"]), str(where["model"]), str(where["stage"]))
        given = entry.body["policy"]
        if given is None:
            self.policies.pop(scope, None)
        else:
            self.policies[scope] = policy_of(given), entry.hash
        return [("policies", scope)]

    def _insist_on_manager(self, entry: Entry) -> None:
        if self.role(entry.actor.key) is not Role.MANAGER:
            raise RuleBroken("Only a manager can change roles and policies.")

    # Requests

    def _request(self, entry: Entry) -> Touched:
        body = entry.body
        version = _version(body["version"])
        from_stage, to_stage = str(body["from"]), Stage(body["to"]).value
        refuse(may_request(self.role(entry.actor.key)) or comment_problem(body["comment"]))
        if from_stage == to_stage or from_stage != self.stage(version):
            raise RuleBroken(
                f"The version is in {self.stage(version)}, so it cannot move from {from_stage} to {to_stage}."
            )
        if self.pending_for(version, to_stage) is not None:
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
        self.requests[entry.hash] = request
        return [("requests", entry.hash), self._note(entry, request, entry.hash, body["comment"])]

    def _approve(self, entry: Entry) -> Touched:
        request, policy = self._decided(entry, RequestAction.APPROVE)
        approvers = (*request.approvers, entry.actor.key)
        is_enough = len(approvers) >= (policy.approvals if policy is not None else 1)
        self.requests[request.request_id] = replace(
            request,
            approvers=approvers,
            state=RequestState.APPROVED if is_enough else RequestState.PENDING,
            decided_ms=entry.time_ms if is_enough else None,
            decided_by=_person(entry) if is_enough else None,
        )
        wanted = "" if is_enough else f"{len(approvers)} of {policy.approvals if policy else 1} approvals"
        note = self._note(entry, request, request.request_id, entry.body["comment"], wanted)
        return [("requests", request.request_id), note]

    def _reject(self, entry: Entry) -> Touched:
        request, _ = self._decided(entry, RequestAction.REJECT)
        return self._end(entry, request, RequestState.REJECTED)

    def _cancel(self, entry: Entry) -> Touched:
        request, _ = self._decided(entry, RequestAction.CANCEL)
        return self._end(entry, request, RequestState.CANCELLED)

    def _end(self, entry: Entry, request: ReviewRequest, state: RequestState) -> Touched:
        ended = replace(request, state=state, decided_ms=entry.time_ms, decided_by=_person(entry))
        self.requests[request.request_id] = ended
        note = self._note(entry, request, request.request_id, entry.body["comment"])
        return [("requests", request.request_id), note]

    def _decided(self, entry: Entry, action: RequestAction) -> tuple[ReviewRequest, Policy | None]:
        """The request that an entry decides about, when it may."""
        request = self.requests.get(str(entry.body["request"]))
        if request is None:
            raise RuleBroken("The entry is about a request that is not in the trail.")
        where = request.version
        policy, set_by = self.policy(where.workspace, where.model, request.to_stage)
        if str(entry.body["policy"]) != set_by:
            raise RuleBroken("The decision names another policy than the one in force.")
        role = self.role(entry.actor.key)
        if str(entry.body["role"]) != role.word:
            raise RuleBroken("The decision names another role than the one its signer has.")
        seen = entry.body.get("digest", "")
        now = Situation(self.stage(where), bool(seen) and seen == request.digest)
        refuse(available_actions(entry.actor.key, role, request, policy, now)[action])
        needed = policy is not None and policy.comment_required and action is not RequestAction.CANCEL
        refuse(comment_problem(entry.body["comment"], required=needed))
        return request, policy

    def _comment(self, entry: Entry) -> Touched:
        refuse(may_request(self.role(entry.actor.key)) or comment_problem(entry.body["comment"], required=True))
        request = self.requests.get(str(entry.body["request"]))
        if request is None:
            raise RuleBroken("The comment is about a request that is not in the trail.")
        return [self._note(entry, request, request.request_id, entry.body["comment"])]

    # Moves

    def _intend(self, entry: Entry) -> Touched:
        request_id = str(entry.body["request"])
        self._check_move(entry, request_id)
        self.intents[entry.hash] = Intent(entry.hash, request_id, entry.body)
        return [("intents", entry.hash)]

    def _abandon(self, entry: Entry) -> Touched:
        refuse(may_request(self.role(entry.actor.key)))
        intent = self.intents.pop(str(entry.body["intent"]), None)
        if intent is None:
            raise RuleBroken("The entry takes back a move that was not announced.")
        touched: Touched = [("intents", intent.entry_hash)]
        request = self.requests.get(intent.request_id)
        if request is not None:
            self.requests[request.request_id] = replace(
                request,
                state=RequestState.PENDING,
                approvers=request.approvers[:-1],
                decided_ms=None,
                decided_by=None,
            )
            touched.append(("requests", request.request_id))
        return touched

    def _apply_move(self, entry: Entry) -> Touched:
        body = entry.body
        version, intent = _version(body["version"]), str(body["intent"])
        touched: Touched = []
        if intent:
            announced = self.intents.get(intent)
            if announced is None or announced.body["version"] != body["version"]:
                raise RuleBroken("The move confirms an announcement that is not in the trail.")
            if announced.body["to"] != body["to"]:
                raise RuleBroken("The move is another one than was announced.")
            del self.intents[intent]
            touched.append(("intents", intent))
        else:
            self._check_move(entry, str(body["request"]))
        request = self.requests.get(str(body["request"]))
        if request is not None:
            self.requests[request.request_id] = replace(request, is_applied=True)
            touched.append(("requests", request.request_id))
        self.stages[version] = Stage(body["to"]).value
        note = self._activity(
            entry, version, str(body["request"]), str(body["from"]), str(body["to"]), str(body["comment"])
        )
        return [*touched, ("stages", version), note]

    def _check_move(self, entry: Entry, request_id: str) -> None:
        body = entry.body
        version, to_stage = _version(body["version"]), Stage(body["to"]).value
        if str(body["from"]) != self.stage(version):
            raise RuleBroken(f"The version is in {self.stage(version)}, not in {body['from']}.")
        refuse(comment_problem(body["comment"]))
        policy, set_by = self.policy(version.workspace, version.model, to_stage)
        if request_id:
            request = self.requests.get(request_id)
            if request is None or request.state is not RequestState.APPROVED:
                raise RuleBroken("The move follows a request that was not approved.")
            if (request.version, request.to_stage) != (version, to_stage):
                raise RuleBroken("The move is another one than was approved.")
            if request.is_applied:
                raise RuleBroken("The approved move was made already.")
            return
        role = self.role(entry.actor.key)
        if (str(body["policy"]), str(body["role"])) != (set_by, role.word):
            raise RuleBroken("The move names another policy or role than those in force.")
        refuse(may_move_directly(role, policy, str(body["comment"])))

    def _follow(self, entry: Entry) -> Touched:
        """A stage that changed as a consequence, or outside of the application."""
        refuse(may_request(self.role(entry.actor.key)))
        body = entry.body
        version = _version(body["version"])
        if str(body["from"]) != self.stage(version):
            raise RuleBroken(f"The version is in {self.stage(version)}, not in {body['from']}.")
        self.stages[version] = str(body["to"])
        cause = str(body["cause"])
        note = self._activity(entry, version, str(body["request"]), str(body["from"]), str(body["to"]), "", cause)
        return [("stages", version), note]

    # What everybody sees

    def _note(
        self, entry: Entry, request: ReviewRequest, request_id: str, comment: object, system_comment: str = ""
    ) -> tuple[str, int]:
        return self._activity(
            entry, request.version, request_id, request.from_stage, request.to_stage, str(comment), system_comment
        )

    def _activity(
        self,
        entry: Entry,
        version: VersionKey,
        request_id: str,
        from_stage: str,
        to_stage: str,
        comment: str,
        system_comment: str = "",
    ) -> tuple[str, int]:
        self.activities[entry.sequence] = Activity(
            entry.sequence,
            entry.hash,
            ActivityType(entry.type.value),
            version,
            request_id,
            _person(entry),
            entry.time_ms,
            from_stage,
            to_stage,
            comment,
            system_comment,
        )
        return "activities", entry.sequence


def refuse(sentence: str) -> None:
    """Raises RuleBroken with the sentence, unless there is none."""
    if sentence:
        raise RuleBroken(sentence)


def _person(entry: Entry) -> Person:
    return Person(entry.actor.key, entry.actor.name)


def _version(body: Mapping[str, Any]) -> VersionKey:
    return VersionKey(str(body["workspace"]), str(body["model"]), int(body["version"]))

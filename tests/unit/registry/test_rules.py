"""The state machine of requests, roles and policies under any order of acts by anybody."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from bakehouse.domain.models import Stage
from bakehouse.domain.policy import Policy, Role, Scope, policy_payload
from bakehouse.domain.requests import RequestAction, RequestState, VersionKey, available_actions, may_move_directly
from bakehouse.domain.trail import Actor, Entry, EntryType
from bakehouse.registry.desk import version_body
from bakehouse.registry.projection import Projection
from bakehouse.registry.rules import RuleBroken, apply, situation
from bakehouse.registry.trail_rows import all_rows, load
from tests.unit.registry.trails import DIGEST, MODEL

PEOPLE = [letter * 64 for letter in "abcd"]
VERSIONS = [VersionKey("default", MODEL, number) for number in (1, 2, 3)]
STAGES = [stage.value for stage in Stage]

people = st.sampled_from(PEOPLE)
versions = st.sampled_from(VERSIONS)
comments = st.sampled_from(["", "why"])
digests = st.sampled_from(["", DIGEST, "cd" * 32])
policies = st.builds(
    Policy,
    approver=st.sampled_from([Role.EDITOR, Role.REVIEWER, Role.MANAGER]),
    approvals=st.integers(1, 3),
    four_eyes=st.booleans(),
    comment_required=st.booleans(),
    digest_must_match=st.booleans(),
    direct=st.sampled_from([Role.EDITOR, Role.REVIEWER, Role.MANAGER]),
)


class Rows:
    """The rows of a projection where `load` looks for a file's."""

    def __init__(self, projection: Projection) -> None:
        self._rows = all_rows(projection)

    def rows(self, table: str, where: str = "", values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        return self._rows[table]


class Reviews(RuleBasedStateMachine):
    """Entries are offered without regard to what is allowed; what is taken in must have been, and the reverse."""

    requests = Bundle("requests")

    @initialize()
    def found(self) -> None:
        self.projection = Projection()
        self.count = 0
        self.decided: dict[str, RequestState] = {}
        assert self.offer(PEOPLE[0], EntryType.FOUNDED, {"stages": [], "replaces": ""})

    def offer(self, who: str, kind: EntryType, body: dict[str, Any]) -> Entry | None:
        """The entry if it counts; if it does not, nothing has changed."""
        entry = Entry(self.count, f"{self.count:064x}", "", "s", self.count, kind, Actor(who, who[0], ""), body)
        before = copy.deepcopy(self.projection)
        try:
            apply(self.projection, entry)
        except RuleBroken:
            assert self.projection == before
            return None
        self.count += 1
        return entry

    def standing(self, who: str, version: VersionKey, stage: str) -> dict[str, str]:
        _, policy = self.projection.policy(version.workspace, version.model, stage)
        return {"role": self.projection.role(who).word, "policy": policy}

    @rule(
        target=requests,
        who=people,
        version=versions,
        stage=st.sampled_from(STAGES),
        archive=st.booleans(),
        digest=digests,
    )
    def request(self, who: str, version: VersionKey, stage: str, archive: bool, digest: str) -> str:
        here = self.projection.stage(version)
        waits = self.projection.pending_for(version, stage)
        body = {
            "version": version_body(version),
            "from": here,
            "to": stage,
            "archive_existing": archive,
            "comment": "",
            "evidence": {"candidate": {"digest": {"sha256": digest}}},
        }
        entry = self.offer(who, EntryType.REQUESTED, body)
        can = self.projection.role(who) is not Role.VIEWER and not (archive and stage in ("None", "Archived"))
        allowed = can and stage != here and waits is None
        assert (entry is not None) is allowed
        return entry.hash if entry is not None else "none"

    @rule(which=requests, who=people, kind=st.sampled_from(list(RequestAction)), comment=comments, digest=digests)
    def decide(self, which: str, who: str, kind: RequestAction, comment: str, digest: str) -> None:
        before = self.projection.requests.get(which)
        version = before.version if before is not None else VERSIONS[0]
        stage = before.to_stage if before is not None else "Staging"
        policy, _ = self.projection.policy(version.workspace, version.model, stage)
        role = self.projection.role(who)
        body = {"request": which, "version": version_body(version), "comment": comment, "digest": digest}
        types = {
            RequestAction.APPROVE: EntryType.APPROVED,
            RequestAction.REJECT: EntryType.REJECTED,
            RequestAction.CANCEL: EntryType.CANCELLED,
            RequestAction.COMMENT: EntryType.COMMENT,
        }
        reason = ""
        if before is not None:
            now = situation(self.projection, before, digest)
            reason = available_actions(who, role, before, policy, now)[kind]
        entry = self.offer(who, types[kind], body | self.standing(who, version, stage))
        asks = kind is RequestAction.COMMENT or (
            kind is not RequestAction.CANCEL and policy is not None and policy.comment_required
        )
        allowed = before is not None and not reason and (comment != "" or not asks)
        assert (entry is not None) is allowed, reason
        after = self.projection.requests.get(which)
        if after is not None and before is not None and after.state is RequestState.APPROVED and not after.is_applied:
            self._move_approved(which, who)

    def _move_approved(self, which: str, who: str) -> None:
        """In the product's own transaction the move follows at once; nobody else can make it, or another one."""
        request = self.projection.requests[which]
        policy, _ = self.projection.policy(request.version.workspace, request.version.model, request.to_stage)
        counted = set(request.approvers) - ({request.requester.key} if policy and policy.four_eyes else set())
        assert len(counted) >= (policy.approvals if policy is not None else 1)
        others = (
            self.projection.others_in(request.version, request.to_stage) if request.archive_existing else frozenset()
        )
        for other in PEOPLE:
            if other != who:
                assert self._move(other, request.version, request.to_stage, others, which) is None
        for wrong in Stage:
            if wrong != request.to_stage:
                assert self._move(who, request.version, wrong.value, others, which) is None
        assert self._move(who, request.version, request.to_stage, others, which) is not None
        assert self.projection.requests[which].is_applied

    @rule(who=people, version=versions, stage=st.sampled_from(STAGES), archive=st.booleans(), comment=comments)
    def move(self, who: str, version: VersionKey, stage: str, archive: bool, comment: str) -> None:
        others = self.projection.others_in(version, stage) if archive else frozenset()
        policy, _ = self.projection.policy(version.workspace, version.model, stage)
        problem = may_move_directly(self.projection.role(who), policy, comment)
        can_archive = not others or stage in ("Staging", "Production")
        same = self.projection.stage(version) == stage
        entry = self._move(who, version, stage, others, "", comment)
        assert (entry is not None) is (not problem and can_archive and not same)

    def _move(
        self, who: str, version: VersionKey, stage: str, others: frozenset[int], request: str, comment: str = ""
    ) -> Entry | None:
        body = {
            "request": request,
            "version": version_body(version),
            "from": self.projection.stage(version),
            "to": stage,
            "archived": sorted(others),
            "comment": comment,
            "intent": "",
            **self.standing(who, version, stage),
        }
        entry = self.offer(who, EntryType.APPLIED, body)
        for other in sorted(others) if entry is not None else ():
            follow = {
                "version": version_body(VersionKey("default", MODEL, other)),
                "from": stage,
                "to": "Archived",
                "after": entry.hash if entry is not None else "",
                "request": request,
            }
            assert self.offer(who, EntryType.SYSTEM, {**follow, "to": "Staging"}) is None
            assert self.offer(who, EntryType.SYSTEM, follow) is not None
            assert self.offer(who, EntryType.SYSTEM, follow) is None
        return entry

    @rule(who=people, key=people, role=st.sampled_from(list(Role)))
    def set_role(self, who: str, key: str, role: Role) -> None:
        is_manager = self.projection.role(who) is Role.MANAGER
        others = {one for one, (_, held) in self.projection.people.items() if held is Role.MANAGER} - {key}
        entry = self.offer(who, EntryType.ROLE, {"key": key, "name": "n", "role": role.word})
        assert (entry is not None) is (is_manager and (role is Role.MANAGER or bool(others)))

    @rule(who=people, stage=st.sampled_from(["", *STAGES]), policy=st.none() | policies)
    def set_policy(self, who: str, stage: str, policy: Policy | None) -> None:
        scope = {"workspace": "", "model": "", "stage": stage}
        given = None if policy is None else policy_payload(policy)
        entry = self.offer(who, EntryType.POLICY, {"scope": scope, "policy": given})
        assert (entry is not None) is (self.projection.role(who) is Role.MANAGER)
        if entry is not None and policy is not None:
            assert self.projection.policies[Scope(stage=stage)][0] == policy

    @precondition(lambda self: self.count > 3)
    @rule(who=people)
    def found_again(self, who: str) -> None:
        assert self.offer(who, EntryType.FOUNDED, {"stages": [], "replaces": ""}) is None

    @invariant()
    def there_is_a_manager(self) -> None:
        held = [role for _, role in self.projection.people.values()]
        assert Role.MANAGER in held or not self.count

    @invariant()
    def what_was_decided_stays(self) -> None:
        for request in self.projection.requests.values():
            known = self.decided.setdefault(request.request_id, request.state)
            assert known in (RequestState.PENDING, request.state)
            self.decided[request.request_id] = request.state

    @invariant()
    def the_rows_hold_all_of_it(self) -> None:
        again = load(Rows(self.projection), activities=True)  # type: ignore[arg-type]
        again.store_id = self.projection.store_id
        for name in ("people", "policies", "requests", "stages", "intents", "activities"):
            assert getattr(again, name) == getattr(self.projection, name)


TestReviews = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")(Reviews.TestCase)
TestReviews.settings = settings(max_examples=60, stateful_step_count=40)

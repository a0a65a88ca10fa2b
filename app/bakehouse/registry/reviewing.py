"""The acts of a review as a person does them: request, decide, comment, move, and the rules about it."""

from __future__ import annotations

from dataclasses import dataclass

from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import WriteRefused
from bakehouse.domain.evidence import Evidence, evidence_payload
from bakehouse.domain.models import Stage
from bakehouse.domain.policy import Policy, Role, Scope, policy_payload
from bakehouse.domain.requests import (
    RequestAction,
    RequestState,
    ReviewRequest,
    VersionKey,
    available_actions,
    may_move_directly,
)
from bakehouse.domain.text import counted, visible
from bakehouse.domain.trail import EntryType
from bakehouse.registry.desk import Desk, Move, TrailSession, record_all_outside, record_outside, version_body
from bakehouse.registry.rules import situation
from bakehouse.registry.transitions import ACTIVE_STAGES
from bakehouse.store.registrations import stages_of_model
from bakehouse.store.writing import Transaction


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for: move `version` of `run_id` to `stage`."""

    version: VersionKey
    run_id: str
    from_stage: str
    stage: Stage
    archive_existing: bool
    comment: str


@dataclass(frozen=True, slots=True)
class RequestMade(Changes):
    """The changes of a request, with its id."""

    request_id: str = ""


def request_transition(desk: Desk, asked: Asked, evidence: Evidence) -> RequestMade:
    """Ask for a transition, with the evidence that was captured. Raises WriteRefused, StoreError kin."""

    def work(transaction: Transaction, session: TrailSession) -> str:
        _check_stage(transaction, session, asked.version, asked.from_stage)
        body = {
            "version": version_body(asked.version, asked.run_id),
            "from": asked.from_stage,
            "to": asked.stage.value,
            "archive_existing": asked.archive_existing and asked.stage in ACTIVE_STAGES,
            "comment": asked.comment.strip(),
            "evidence": evidence_payload(evidence),
        }
        return session.add(EntryType.REQUESTED, body).hash

    request_id = desk.write(work)
    sentence = f"Transition of {_named(asked.version)} to {asked.stage} requested"
    return RequestMade(sentence, model_names=frozenset({asked.version.model}), request_id=request_id)


def approve(desk: Desk, request_id: str, comment: str, digest: str) -> Changes:
    """Approve a request; with the last approval needed the version moves. `digest` is that of its files now.

    Raises WriteRefused (also when somebody else decided first), StoreError kin; then nothing is written.
    """
    found: list[ReviewRequest] = []

    def decide(transaction: Transaction, session: TrailSession) -> Move | None:
        request = _pending(session, request_id)
        found.append(request)
        where = request.version
        _check_stage(transaction, session, where, request.from_stage)
        _refuse_unless(session, request, RequestAction.APPROVE, digest)
        session.add(EntryType.APPROVED, {**_decision(session, request, comment), "digest": digest})
        approved = session.projection.requests[request_id]
        if approved.state is not RequestState.APPROVED:
            return None
        stage = Stage(request.to_stage)
        names = tuple(session.projection.people[key][0] for key in approved.approvers)
        others = _others(transaction, where, stage) if request.archive_existing else frozenset()
        return Move(where, request.from_stage, stage, others, comment.strip(), request_id, names)

    move = desk.move(decide)
    name, models = _named(found[-1].version), frozenset({found[-1].version.model})
    if move is None:
        return Changes(f"Approval of {name} noted; more are needed", model_names=models)
    return Changes(f"{name} approved and moved to {move.to_stage}{_archived(move)}", model_names=models)


def reject(desk: Desk, request_id: str, comment: str) -> Changes:
    """Decide against a request. Raises WriteRefused, StoreError kin."""
    return _end(desk, request_id, comment, EntryType.REJECTED, RequestAction.REJECT, "rejected")


def cancel(desk: Desk, request_id: str, comment: str) -> Changes:
    """Take one's own request back. Raises WriteRefused, StoreError kin."""
    return _end(desk, request_id, comment, EntryType.CANCELLED, RequestAction.CANCEL, "cancelled")


def add_comment(desk: Desk, request_id: str, comment: str) -> Changes:
    """Say something about a request, decided or not. Raises WriteRefused, StoreError kin."""

    def work(_transaction: Transaction, session: TrailSession) -> VersionKey:
        request = session.request(request_id)
        if request is None:
            raise WriteRefused("This request is not in the trail any more.")
        body = {"request": request_id, "version": version_body(request.version), "comment": comment}
        session.add(EntryType.COMMENT, body)
        return request.version

    version = desk.write(work)
    return Changes(f"Comment on {_named(version)} written", model_names=frozenset({version.model}))


def move_directly(
    desk: Desk, version: VersionKey, from_stage: str, stage: Stage, archived: frozenset[int], comment: str
) -> Changes:
    """Move a version without a request, where role and policy allow it; it is in the trail too.

    `archived` are the versions the person was told of. Raises WriteRefused, StoreError kin.
    """

    def decide(transaction: Transaction, session: TrailSession) -> Move | None:
        _check_stage(transaction, session, version, from_stage)
        policy, _ = session.projection.policy(version.workspace, version.model, stage.value)
        problem = may_move_directly(session.projection.role(session.signer.actor.key), policy, comment)
        if problem:
            raise WriteRefused(f"{problem} Nothing was written.")
        return Move(version, from_stage, stage, archived, comment.strip())

    move = desk.move(decide)
    assert move is not None
    sentence = f"{_named(version)} moved to {stage}{_archived(move)}"
    return Changes(sentence, model_names=frozenset({version.model}))


def exchange_directly(
    desk: Desk, first: tuple[VersionKey, Stage], second: tuple[VersionKey, Stage], comment: str
) -> Changes:
    """Let two versions, each given with the stage it is in, take each other's place; both moves are in the trail.

    Role and policy have to allow both. Raises WriteRefused, StoreError kin; then nothing is written.
    """
    pairs = ((*first, second[1]), (*second, first[1]))

    def decide(transaction: Transaction, session: TrailSession) -> tuple[Move, ...]:
        for version, stage, target in pairs:
            _check_stage(transaction, session, version, stage.value)
            policy, _ = session.projection.policy(version.workspace, version.model, target.value)
            problem = may_move_directly(session.projection.role(session.signer.actor.key), policy, comment)
            if problem:
                raise WriteRefused(f"{problem} Nothing was written.")
        return tuple(
            Move(version, stage.value, target, frozenset(), comment.strip()) for version, stage, target in pairs
        )

    desk.move_together(decide)
    sentence = f"{_named(first[0])} moved to {second[1]}, version {second[0].version} to {first[1]}"
    return Changes(sentence, model_names=frozenset({first[0].model}))


def set_role(desk: Desk, key: str, name: str, role: Role) -> Changes:
    """Give a key a role; only a manager can. Raises WriteRefused, StoreError kin."""
    body = {"key": key.strip().lower(), "name": name.strip(), "role": role.word}
    desk.write(lambda _transaction, session: session.add(EntryType.ROLE, body))
    return Changes(f"{visible(name.strip(), 60)} is a {role.word} now" if name.strip() else "Role set")


def set_policy(desk: Desk, scope: Scope, policy: Policy | None) -> Changes:
    """Put a policy in force, or take it away with None; only a manager can. Raises WriteRefused, StoreError kin."""
    where = {"workspace": scope.workspace, "model": scope.model, "stage": scope.stage}
    body = {"scope": where, "policy": None if policy is None else policy_payload(policy)}
    desk.write(lambda _transaction, session: session.add(EntryType.POLICY, body))
    what = "removed" if policy is None else "set"
    names = frozenset({scope.model}) if scope.model else frozenset[str]()
    return Changes(f"Policy {what}", model_names=names)


def record_changes_outside(desk: Desk) -> Changes:
    """Write down, under this person's key, what other programs changed in stages, and finish what was left undone.

    For the moment at which somebody switches to editing. Raises WriteRefused, StoreError kin.
    """
    models = desk.write(record_all_outside)
    return Changes(
        f"{counted(len(models), 'change')} made outside of Bakehouse recorded", model_names=frozenset(models)
    )


def _end(desk: Desk, request_id: str, comment: str, kind: EntryType, action: RequestAction, word: str) -> Changes:
    def work(_transaction: Transaction, session: TrailSession) -> VersionKey:
        request = _pending(session, request_id)
        _refuse_unless(session, request, action, "")
        session.add(kind, _decision(session, request, comment))
        return request.version

    version = desk.write(work)
    return Changes(f"Request for {_named(version)} {word}", model_names=frozenset({version.model}))


def _pending(session: TrailSession, request_id: str) -> ReviewRequest:
    request = session.request(request_id)
    if request is None:
        raise WriteRefused("This request is not in the trail any more; nothing was written.")
    if request.state is not RequestState.PENDING:
        by = f" by {visible(request.decided_by.name, 60)}" if request.decided_by is not None else ""
        raise WriteRefused(f"This request was {request.state.value}{by} meanwhile; nothing was written.")
    return request


def _refuse_unless(session: TrailSession, request: ReviewRequest, action: RequestAction, digest: str) -> None:
    where, projection, key = request.version, session.projection, session.signer.actor.key
    policy, _ = projection.policy(where.workspace, where.model, request.to_stage)
    now = situation(projection, request, digest)
    problem = available_actions(key, projection.role(key), request, policy, now)[action]
    if problem:
        raise WriteRefused(f"{problem} Nothing was written.")


def _decision(session: TrailSession, request: ReviewRequest, comment: str) -> dict[str, object]:
    standing = session.standing(request.version, request.to_stage)
    version = version_body(request.version)
    return {"request": request.request_id, "version": version, "comment": comment.strip(), **standing}


def _check_stage(transaction: Transaction, session: TrailSession, version: VersionKey, expected: str) -> None:
    """Bring the trail up to what stands in MLflow's table, and refuse what was decided about another state."""
    found = stages_of_model(transaction, version.model, version.workspace).get(version.version)
    if found is None:
        raise WriteRefused(f"{_named(version)} is not in this store any more; nothing was written.")
    if found != expected:
        raise WriteRefused(f"{_named(version)} is in {visible(found, 20)} by now; nothing was written.")
    record_outside(transaction, session, version.workspace, version.model)


def _others(transaction: Transaction, version: VersionKey, stage: Stage) -> frozenset[int]:
    stages = stages_of_model(transaction, version.model, version.workspace)
    return frozenset(number for number, where in stages.items() if where == stage.value) - {version.version}


def _named(version: VersionKey) -> str:
    return f"{visible(version.model, 80)} version {version.version}"


def _archived(move: Move) -> str:
    return f", {len(move.archived)} archived" if move.archived else ""

"""Transition requests: what happens to them, who may do what about them, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from bakehouse.domain.policy import Policy, Role

COMMENT_LIMIT = 65_535
"""The most characters of a comment, as in Databricks' registry."""

NAME_LIMIT = 200
"""The most characters of a person's name."""


class ActivityType(StrEnum):
    """The seven activities, in the words of Databricks' workspace registry."""

    REQUESTED = "REQUESTED_TRANSITION"
    APPROVED = "APPROVED_REQUEST"
    REJECTED = "REJECTED_REQUEST"
    CANCELLED = "CANCELLED_REQUEST"
    APPLIED = "APPLIED_TRANSITION"
    SYSTEM = "SYSTEM_TRANSITION"
    COMMENT = "NEW_COMMENT"


class RequestState(StrEnum):
    """Where a request stands; only a pending one can still change."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class RequestAction(Enum):
    """What can be done about a request; the value is the word on its button."""

    APPROVE = "Approve"
    REJECT = "Reject"
    CANCEL = "Cancel request"
    COMMENT = "Comment"


@dataclass(frozen=True, slots=True)
class VersionKey:
    """What tells a model version from all others."""

    workspace: str
    model: str
    version: int


@dataclass(frozen=True, slots=True)
class Person:
    """Who acted: the public key in hexadecimal, and the display name that went with the act."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """One request to move a version. `request_id` is the hash of the entry that made it."""

    request_id: str
    version: VersionKey
    run_id: str
    from_stage: str
    to_stage: str
    archive_existing: bool
    requester: Person
    comment: str
    created_ms: int
    digest: str
    """SHA-256 of the model's folder in the evidence; empty where it could not be made."""
    state: RequestState = RequestState.PENDING
    approvers: tuple[str, ...] = ()
    """Keys that have approved so far."""
    decided_ms: int | None = None
    decided_by: Person | None = None
    is_applied: bool = False
    """Whether the approved move was made."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One entry of the trail about a version, as everybody sees it."""

    sequence: int
    entry_hash: str
    type: ActivityType
    version: VersionKey
    request_id: str
    """Empty for a direct transition and what followed from it."""
    person: Person
    time_ms: int
    from_stage: str = ""
    to_stage: str = ""
    comment: str = ""
    system_comment: str = ""
    """What the application says of it: why it happened, or that it was noticed only."""


@dataclass(frozen=True, slots=True)
class Situation:
    """The world around a request at the moment of asking. `digest_matches` is None while that is not known."""

    stage: str | None
    """The version's stage in MLflow's table; None when the version is gone."""
    digest_matches: bool | None = None
    read_only: bool = False


def available_actions(
    viewer: str, role: Role, request: ReviewRequest, policy: Policy | None, now: Situation
) -> Mapping[RequestAction, str]:
    """Every action with the sentence that says why it is not available to the key `viewer`; "" where it is.

    The one place that decides: buttons, acts and verification ask it.
    """
    general = _general_obstacle(role, request, now)
    own = request.requester.key == viewer
    return {
        RequestAction.APPROVE: general or _approval_obstacle(viewer, role, request, policy, now),
        RequestAction.REJECT: general or _role_obstacle(role, policy),
        RequestAction.CANCEL: general
        or ("" if own or role is Role.MANAGER else "Only the requester or a manager can cancel a request."),
        RequestAction.COMMENT: _writing_obstacle(role, now),
    }


def may_request(role: Role, read_only: bool = False) -> str:
    """Why the holder of `role` cannot request a transition; "" when nothing stands against it."""
    return _writing_obstacle(role, Situation(None, read_only=read_only))


def may_move_directly(role: Role, policy: Policy | None, comment: str) -> str:
    """Why a version cannot be moved without a request; "" when nothing stands against it."""
    if role is Role.VIEWER:
        return "You are a viewer of this store's trail; a manager can give you another role."
    if policy is None:
        return ""
    if role < policy.direct:
        return f"The policy lets a {policy.direct.word} move versions here; request the transition instead."
    if not comment.strip():
        return "A move without a request needs a comment here."
    return ""


def counted_approvals(request: ReviewRequest, policy: Policy | None) -> int:
    """How many of a request's approvals count under the policy in force."""
    own = policy is not None and policy.four_eyes and request.requester.key in request.approvers
    return len(request.approvers) - own


def name_problem(name: str) -> str:
    """Why a person's name cannot be taken as it is; "" when it can."""
    if len(name) > NAME_LIMIT:
        return f"The name has {len(name):,} characters; {NAME_LIMIT} is the most."
    try:
        name.encode()
    except UnicodeEncodeError:
        return "The name holds half a character (a lone surrogate), which cannot be stored."
    return ""


def comment_problem(comment: str, *, required: bool = False) -> str:
    """Why a comment cannot be taken as it is; "" when it can."""
    if required and not comment.strip():
        return "The policy asks for a comment."
    if len(comment) > COMMENT_LIMIT:
        return f"The comment has {len(comment):,} characters; {COMMENT_LIMIT:,} is the most."
    try:
        comment.encode()
    except UnicodeEncodeError:
        return "The comment holds half a character (a lone surrogate), which cannot be stored."
    return ""


def _writing_obstacle(role: Role, now: Situation) -> str:
    if now.read_only:
        return "This store is open for reading only."
    if role is Role.VIEWER:
        return "You are a viewer of this store's trail; a manager can give you another role."
    return ""


def _general_obstacle(role: Role, request: ReviewRequest, now: Situation) -> str:
    if request.state is not RequestState.PENDING:
        return f"This request is {request.state.value} already."
    return _writing_obstacle(role, now)


def _role_obstacle(role: Role, policy: Policy | None) -> str:
    if policy is not None and role < policy.approver:
        return f"The policy asks for a {policy.approver.word}; you are {_with_article(role)}."
    return ""


def _approval_obstacle(viewer: str, role: Role, request: ReviewRequest, policy: Policy | None, now: Situation) -> str:
    if now.stage is None:
        return "The version is not in the store any more; reject or cancel the request."
    if now.stage != request.from_stage:
        return f"The version is in {now.stage} by now, not in {request.from_stage}; reject or cancel the request."
    if obstacle := _role_obstacle(role, policy):
        return obstacle
    if viewer in request.approvers:
        return "You have approved it already; another approval is needed."
    if policy is None:
        return ""
    if policy.four_eyes and request.requester.key == viewer:
        return "The policy asks for somebody else than the requester."
    if policy.digest_must_match and not request.digest:
        return "The policy asks for the model's digest, and the request has none; request it anew where the files are."
    if policy.digest_must_match and now.digest_matches is None:
        return "The model's files are being compared with their digest."
    if policy.digest_must_match and not now.digest_matches:
        return "The model's files are not those of the request any more; reject it and request anew."
    return ""


def _with_article(role: Role) -> str:
    return f"an {role.word}" if role is Role.EDITOR else f"a {role.word}"

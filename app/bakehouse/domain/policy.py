"""Who may decide about a stage: roles of keys, and the rules a model's stages have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

MOST_APPROVALS = 20

ANY = ""
"""Stands for every model, or for every stage, in a policy's scope."""


class Role(IntEnum):
    """What a key may do, each role including those before it. A key that nobody gave a role is an editor."""

    VIEWER = 0
    EDITOR = 1
    REVIEWER = 2
    MANAGER = 3

    @property
    def word(self) -> str:
        return self.name.lower()


def role_called(word: str) -> Role:
    """The role of that name. Raises ValueError."""
    found = {role.word: role for role in Role}.get(word)
    if found is None:
        raise ValueError(f"{word!r} is no role")
    return found


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a policy holds: a model of a workspace (ANY: all models) and a target stage (ANY: all stages)."""

    workspace: str = ANY
    model: str = ANY
    stage: str = ANY


@dataclass(frozen=True, slots=True)
class Policy:
    """What a move into a stage needs. Where there is none, everyone who is not a viewer may move and decide."""

    approver: Role = Role.REVIEWER
    """The least role that may approve."""
    approvals: int = 1
    """How many different keys must approve."""
    four_eyes: bool = True
    """Whether the requester's own approval does not count."""
    comment_required: bool = False
    digest_must_match: bool = True
    """Whether the model's bytes must still be those of the request's evidence when it is approved."""
    direct: Role = Role.MANAGER
    """The least role that may move a version without a request."""

    def __post_init__(self) -> None:
        if not 1 <= self.approvals <= MOST_APPROVALS:
            raise ValueError(f"A policy asks for 1 to {MOST_APPROVALS} approvals.")


def scopes_of_move(workspace: str, model: str, stage: str) -> tuple[Scope, ...]:
    """Where to look for a move's policy, the narrowest first: model and stage, model, stage, everything."""
    return Scope(workspace, model, stage), Scope(workspace, model), Scope(stage=stage), Scope()


def policy_payload(policy: Policy) -> dict[str, object]:
    """The policy as JSON values."""
    return {
        "approver": policy.approver.word,
        "approvals": policy.approvals,
        "four_eyes": policy.four_eyes,
        "comment_required": policy.comment_required,
        "digest_must_match": policy.digest_must_match,
        "direct": policy.direct.word,
    }


def policy_of(payload: Mapping[str, object]) -> Policy:
    """What `policy_payload` wrote. Raises ValueError for anything else."""
    try:
        approvals = payload["approvals"]
        flags = [payload[name] for name in ("four_eyes", "comment_required", "digest_must_match")]
        roles = [payload[name] for name in ("approver", "direct")]
    except (KeyError, TypeError) as error:
        raise ValueError(f"no policy: {error!r}") from error
    if type(approvals) is not int or any(type(flag) is not bool for flag in flags):
        raise ValueError("no policy: a value of another kind")
    approver, direct = (role_called(str(word)) for word in roles)
    four_eyes, comment, digest = (flag is True for flag in flags)
    return Policy(approver, approvals, four_eyes, comment, digest, direct)


def policy_sentences(policy: Policy | None) -> list[str]:
    """The policy in words, a sentence a rule."""
    if policy is None:
        return ["No policy: everyone who can edit the store may approve and move versions."]
    who = f"by a {policy.approver.word}" if policy.approver is not Role.EDITOR else "by an editor"
    count = "1 approval" if policy.approvals == 1 else f"{policy.approvals} approvals"
    first = f"{count}, {who if policy.approvals == 1 else who + ' each'}"
    sentences = [first + (", not by the requester." if policy.four_eyes else ".")]
    if policy.comment_required:
        sentences.append("A decision needs a comment.")
    if policy.digest_must_match:
        sentences.append("Model bytes must match their digest.")
    direct = {Role.MANAGER: "Only a manager", Role.REVIEWER: "A reviewer"}.get(policy.direct, "Everyone who can edit")
    sentences.append(f"{direct} may move a version without a request.")
    return sentences

"""What the entries of a trail add up to: people and roles, policies, requests, stages, activities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bakehouse.domain.models import Stage
from bakehouse.domain.policy import Policy, Role, Scope, scopes_of_move
from bakehouse.domain.requests import Activity, RequestState, ReviewRequest, VersionKey

GONE = "Deleted"
"""Stands for a stage where the trail has noticed that a version is not in the store any more."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A move that was announced and not confirmed yet."""

    entry_hash: str
    request_id: str
    body: Mapping[str, Any]


@dataclass
class Projection:
    """Changed by `rules.apply` only, or loaded from the rows that an earlier one left. One thread."""

    store_id: str = ""
    replaces: str = ""
    """The id of a trail that was gone when this one was begun anew."""
    people: dict[str, tuple[str, Role | None]] = field(default_factory=dict)
    """Key → (display name last used or given, role; None for a key that nobody gave one)."""
    policies: dict[Scope, tuple[Policy, str]] = field(default_factory=dict)
    """With the hash of the entry that set it."""
    requests: dict[str, ReviewRequest] = field(default_factory=dict)
    """Changed by `set_request`."""
    stages: dict[VersionKey, str] = field(default_factory=dict)
    """Stages as the trail has them; a version not here was never seen outside None. Changed by `set_stage`."""
    intents: dict[str, Intent] = field(default_factory=dict)
    activities: dict[int, Activity] = field(default_factory=dict)
    follows: dict[VersionKey, tuple[str, str]] = field(default_factory=dict)
    """Versions that a move archives, until an entry of their own says so: the move's hash, and why."""
    _occupants: dict[tuple[str, str, str], set[int]] = field(default_factory=dict)
    """(workspace, model, stage) → versions, so that no move has to look at all stages."""
    _pending: dict[tuple[VersionKey, str], str] = field(default_factory=dict)
    """The request that waits for a move of that version to that stage."""

    def role(self, key: str) -> Role:
        """What a key may do: an editor, unless a manager said otherwise."""
        given = self.people.get(key, ("", None))[1]
        return Role.EDITOR if given is None else given

    def policy(self, workspace: str, model: str, stage: str) -> tuple[Policy | None, str]:
        """The policy of a move with the hash of its entry; (None, "") where there is none."""
        for scope in scopes_of_move(workspace, model, stage):
            if scope in self.policies:
                return self.policies[scope]
        return None, ""

    def stage(self, version: VersionKey) -> str:
        return self.stages.get(version, Stage.NONE.value)

    def set_stage(self, version: VersionKey, stage: str) -> None:
        """Note where a version is."""
        self._occupants.get((version.workspace, version.model, self.stage(version)), set()).discard(version.version)
        self.stages[version] = stage
        self._occupants.setdefault((version.workspace, version.model, stage), set()).add(version.version)

    def others_in(self, version: VersionKey, stage: str) -> frozenset[int]:
        """The model's other versions that the trail has in `stage`, which is not None."""
        found = self._occupants.get((version.workspace, version.model, stage), set())
        return frozenset(found) - {version.version}

    def set_request(self, request: ReviewRequest) -> None:
        """Note a request as it is now."""
        self.requests[request.request_id] = request
        move = request.version, request.to_stage
        if request.state is RequestState.PENDING:
            self._pending[move] = request.request_id
        elif self._pending.get(move) == request.request_id:
            del self._pending[move]

    def pending_for(self, version: VersionKey, stage: str) -> ReviewRequest | None:
        """The request for that move that still waits."""
        found = self._pending.get((version, stage))
        return None if found is None else self.requests[found]


def outside_changes(found: Mapping[VersionKey, str], known: Mapping[VersionKey, str]) -> dict[VersionKey, str]:
    """Which of MLflow's stages (`found`) the trail (`known`) does not have; GONE for versions that are not there."""
    changed = {version: stage for version, stage in found.items() if stage != known.get(version, Stage.NONE.value)}
    gone = (version for version, stage in known.items() if version not in found and stage not in (GONE, Stage.NONE))
    return changed | dict.fromkeys(gone, GONE)

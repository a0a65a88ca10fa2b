"""What the reviews page reads of the trail and of the registry, as work for tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bakehouse.domain.cancellation import Token
from bakehouse.domain.comparison import Direction
from bakehouse.domain.errors import PersonalFileError, TrailError
from bakehouse.domain.evidence import Evidence, evidence_of
from bakehouse.domain.lineage import Graph
from bakehouse.domain.models import ModelVersion
from bakehouse.domain.policy import Policy, Role
from bakehouse.domain.requests import (
    Activity,
    RequestAction,
    RequestState,
    ReviewRequest,
    Situation,
    VersionKey,
    available_actions,
)
from bakehouse.domain.text import visible
from bakehouse.domain.trail import Head
from bakehouse.personal.directions import DirectionFile
from bakehouse.personal.identity import IdentityFile
from bakehouse.registry.lineage import graph_of_version, origin_of_version
from bakehouse.registry.projection import Projection
from bakehouse.registry.signing import NotAnEntry, read_entry
from bakehouse.registry.trail_check import envelope_of
from bakehouse.registry.trail_rows import activity_of, load
from bakehouse.store.handle import Store
from bakehouse.store.history_growth import RunHistories, read_run_histories
from bakehouse.store.registry import list_models, stages_of_versions
from bakehouse.store.trail.file import reading


@dataclass(frozen=True)
class Book:
    """All requests of a store, and who the person is to its trail. `me` is "" before the first signed act."""

    me: str = ""
    my_name: str = ""
    projection: Projection = field(default_factory=Projection)
    stages: Mapping[VersionKey, str] = field(default_factory=dict)
    """As MLflow's table has them."""
    head: Head | None = None

    @property
    def requests(self) -> list[ReviewRequest]:
        """The newest first."""
        return sorted(self.projection.requests.values(), key=lambda one: one.created_ms, reverse=True)

    @property
    def rules_obstacle(self) -> str:
        """Why the person cannot change roles and policies; empty for a manager, and before there is a trail."""
        if self.head is None or self.projection.role(self.me) is Role.MANAGER:
            return ""
        names = [visible(name, 40) for name, role in self.projection.people.values() if role is Role.MANAGER]
        return f"Only a manager can change this: {', '.join(names[:5])}."

    def policy(self, request: ReviewRequest) -> Policy | None:
        where = request.version
        return self.projection.policy(where.workspace, where.model, request.to_stage)[0]

    def actions(
        self, request: ReviewRequest, *, digest_matches: bool | None, read_only: bool
    ) -> Mapping[RequestAction, str]:
        """What the person may do about a request, with the reasons why not."""
        now = Situation(self.stages.get(request.version), digest_matches, read_only)
        return available_actions(self.me, self.projection.role(self.me), request, self.policy(request), now)

    def waits_for_me(self, request: ReviewRequest) -> bool:
        """Whether the person could decide it, as far as can be told without looking at files."""
        if request.state is not RequestState.PENDING:
            return False
        return not self.actions(request, digest_matches=True, read_only=False)[RequestAction.APPROVE]


@dataclass(frozen=True)
class Case:
    """What is shown of one request."""

    request: ReviewRequest
    evidence: Evidence
    activities: tuple[Activity, ...]
    """Of the version, the newest first."""
    directions: Mapping[str, Direction]
    version: ModelVersion | None
    """As it is in the registry now; None when it is gone."""
    graph: Graph


def read_book(store: Store, token: Token) -> Book:
    """Everything about requests. Raises TrailUnfinished, TrailError, StoreError kin."""
    me, name = IdentityFile().public() or ("", "")
    with reading(store.path) as tables:
        head = tables.head() if tables is not None else None
        if tables is None or head is None:
            return Book(me, name)
        try:
            projection = load(tables)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise TrailError("The trail's tables hold what no entry says; bakehouse verify tells more.") from error
    stages = stages_of_versions(store.reader(), token)
    return Book(me, name, projection, {VersionKey(*key): stage for key, stage in stages.items()}, head)


def read_case(store: Store, request: ReviewRequest, token: Token) -> Case:
    """The evidence and the activities of one request. Raises TrailError, StoreError kin."""
    where = request.version
    with reading(store.path) as tables:
        if tables is None:
            raise TrailError("The trail is not beside the store any more.")
        rows = tables.rows(
            "activities", "workspace = ? AND model = ? AND version = ?", (where.workspace, where.model, where.version)
        )
        envelope = envelope_of(tables, request.request_id)
    try:
        evidence = evidence_of(read_entry(envelope).body["evidence"])
        activities = tuple(activity_of(row) for row in reversed(rows))
    except (NotAnEntry, ValueError, KeyError, TypeError) as error:
        raise TrailError("The request's entry cannot be read; bakehouse verify tells more.") from error
    token.check()
    try:
        directions = DirectionFile().read()
    except PersonalFileError:
        directions = {}
    version = _version(store, where, token)
    return Case(request, evidence, activities, directions, version, _graph(store, version, token))


def read_evidence(store: Store, requests: Sequence[ReviewRequest], token: Token) -> list[Evidence]:
    """The evidence of each of these requests. Raises TrailError, StoreError kin."""
    with reading(store.path) as tables:
        if tables is None:
            raise TrailError("The trail is not beside the store any more.")
        envelopes = [envelope_of(tables, request.request_id) for request in requests]
    token.check()
    try:
        return [evidence_of(read_entry(one).body["evidence"]) for one in envelopes]
    except (NotAnEntry, ValueError, KeyError, TypeError) as error:
        raise TrailError("A request's entry cannot be read; bakehouse verify tells more.") from error


def read_curves(store: Store, case: Case, metrics: Sequence[str], token: Token) -> list[RunHistories]:
    """The histories of these in the candidate's run and in that of what it replaces. Raises StoreError kin."""
    seen = [one for one in (case.evidence.incumbent, case.evidence.candidate) if one is not None and one.run_id]
    return [read_run_histories(store.reader(), one.run_id, metrics, token) for one in seen]


def _version(store: Store, where: VersionKey, token: Token) -> ModelVersion | None:
    for model in list_models(store.reader(), token, where.model):
        if model.workspace == where.workspace:
            return next((one for one in model.versions if one.version == where.version), None)
    return None


def _graph(store: Store, version: ModelVersion | None, token: Token) -> Graph:
    if version is None:
        return Graph()
    return graph_of_version(version, *origin_of_version(store.reader(), version, token))

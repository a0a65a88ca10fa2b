"""Moving a version from stage to stage: the consequence in words, and the act itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bakehouse.domain.changes import Changes
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.domain.text import visible
from bakehouse.store.registrations import TRANSITION_COMMENT_TAG, exchange_stages, transition_stage
from bakehouse.store.writing import Writer

COMMENT_LIMIT = 5000
"""The narrowest `model_version_tags.value` of all schemas (1.30 to 2.x)."""

ACTIVE_STAGES = (Stage.STAGING, Stage.PRODUCTION)
"""The stages that a move can clear of other versions."""


@dataclass(frozen=True, slots=True)
class TransitionRequest:
    """What the person decided, with what they were shown: the stage left and the versions to be archived."""

    name: str
    version: int
    workspace: str
    from_stage: str
    stage: Stage
    archive_existing: bool
    archived: frozenset[int]
    comment: str = ""


@dataclass(frozen=True, slots=True)
class SwapRequest:
    """Two versions of a model, each in the stage that the person was shown, take each other's place."""

    name: str
    workspace: str
    version: int
    from_stage: Stage
    other: int
    stage: Stage
    """The stage of `other`, where `version` moves to."""
    comment: str = ""


StageMove: TypeAlias = TransitionRequest | SwapRequest


@dataclass(frozen=True, slots=True)
class TransitionPlan:
    """What a move would do. `problem` says why it cannot be done; the sentences are empty then."""

    sentences: tuple[str, ...]
    archived: tuple[int, ...]
    problem: str = ""

    @property
    def sentence(self) -> str:
        return " ".join(self.sentences)

    @property
    def allowed(self) -> bool:
        return not self.problem


def others_in_stage(model: RegisteredModel, version: ModelVersion, stage: Stage) -> tuple[int, ...]:
    """Numbers of the model's other versions in `stage`, ascending."""
    others = (v.version for v in model.versions if v.version != version.version and v.stage == stage.value)
    return tuple(sorted(others))


def plan_transition(
    model: RegisteredModel, version: ModelVersion, stage: Stage, archive_existing: bool, comment: str = ""
) -> TransitionPlan:
    """Say what moving `version` to `stage` does to it and to its neighbours."""
    name = f"{visible(model.name, 60)} {version.version}"
    problem = _problem(model, version, stage, comment)
    if problem:
        return TransitionPlan((), (), problem)
    others = others_in_stage(model, version, stage) if stage in ACTIVE_STAGES else ()
    sentences = [f"{name} moves from {in_words(version.stage)} to {in_words(stage)}."]
    if others and archive_existing:
        sentences.append(f"{_versions(others)}, now in {stage}, will be archived.")
    elif others:
        verb = "stays" if len(others) == 1 else "stay"
        sentences.append(f"{_versions(others)} {verb} in {stage} beside it.")
    if not comment.strip() and any(key == TRANSITION_COMMENT_TAG for key, _ in version.tags):
        sentences.append("The comment of its last transition is removed.")
    return TransitionPlan(tuple(sentences), others if archive_existing else ())


def partners(model: RegisteredModel, version: ModelVersion, stage: Stage) -> tuple[int, ...]:
    """Versions in `stage` that `version` can exchange places with, newest first; none from a stage MLflow lacks."""
    if canonical(version.stage) is None or version.stage == stage.value:
        return ()
    return others_in_stage(model, version, stage)[::-1]


def plan_swap(model: RegisteredModel, version: ModelVersion, other: ModelVersion, comment: str = "") -> TransitionPlan:
    """Say what it does when `version` and `other` take each other's place."""
    stage, back = canonical(other.stage), canonical(version.stage)
    if stage is None or back is None:
        foreign = version if back is None else other
        return TransitionPlan((), (), f"Version {foreign.version} is in a stage that MLflow does not have.")
    problem = _problem(model, version, stage, comment)
    if problem:
        return TransitionPlan((), (), problem)
    sentences = [
        f"{visible(model.name, 60)} {version.version} moves from {in_words(back)} to {in_words(stage)}, "
        f"and version {other.version} from {in_words(stage)} to {in_words(back)}, both at once."
    ]
    left = tuple(one for one in others_in_stage(model, version, stage) if one != other.version)
    if left and stage in ACTIVE_STAGES:
        sentences.append(f"{_versions(left)} {'stays' if len(left) == 1 else 'stay'} in {stage}.")
    return TransitionPlan(tuple(sentences), ())


def canonical(stage: str) -> Stage | None:
    """A stored stage as one of MLflow's; None for one that a foreign client made up."""
    return next((one for one in Stage if one.value == stage), None)


def _problem(model: RegisteredModel, version: ModelVersion, stage: Stage, comment: str) -> str:
    if version.stage == stage.value:
        return f"{visible(model.name, 60)} {version.version} is already in {in_words(stage)}."
    if len(comment.strip()) > COMMENT_LIMIT:
        return f"The comment has {len(comment.strip()):,} characters; a tag takes {COMMENT_LIMIT:,}."
    return ""


def in_words(stage: str) -> str:
    """A stage inside a sentence; the stage called None needs saying that it is a stage."""
    return "stage None" if stage == Stage.NONE.value else visible(stage, 20)


def transition(writer: Writer, request: StageMove) -> Changes:
    """Write the request in one transaction. Raises WriteRefused, also when the store moved on since it was shown."""
    if isinstance(request, SwapRequest):
        return exchange_stages(
            writer,
            request.name,
            (request.version, request.from_stage),
            (request.other, request.stage),
            comment=request.comment,
            workspace=request.workspace,
        )
    return transition_stage(
        writer,
        request.name,
        request.version,
        request.stage,
        archive_existing=request.archive_existing,
        comment=request.comment,
        expected_stage=request.from_stage,
        expected_archived=request.archived if request.archive_existing else None,
        workspace=request.workspace,
    )


def _versions(numbers: tuple[int, ...]) -> str:
    if len(numbers) == 1:
        return f"Version {numbers[0]}"
    if len(numbers) > 6:
        return f"{len(numbers)} versions"
    return f"Versions {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"

"""What is compared of one run, and which way a metric is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from bakehouse.domain.runs import DatasetInput


class Direction(Enum):
    """Which values of a metric are the better ones; the value is how it is written down."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """One run as read for a comparison; metrics by their latest value."""

    run_id: str
    name: str
    status: str
    lifecycle_stage: str
    user: str
    experiment: str
    start_time_ms: int | None
    end_time_ms: int | None
    artifact_uri: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    datasets: tuple[DatasetInput, ...]

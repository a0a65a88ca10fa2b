"""What a reviewer judges: a candidate version beside the one it would replace, as both were at one moment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NO_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@dataclass(frozen=True, slots=True)
class MetricSeen:
    """A metric's latest value (the row with the greatest step, timestamp, value) and the step it belongs to."""

    key: str
    value: float
    step: int


@dataclass(frozen=True, slots=True)
class DatasetSeen:
    """A dataset that went into the run; `context` as MLflow noted it, "" where it did not."""

    name: str
    digest: str
    context: str


@dataclass(frozen=True, slots=True)
class DigestSeen:
    """The digest of the model's folder; with an empty `sha256`, `reason` says why there is none."""

    sha256: str = ""
    rule: int = 0
    size: int = 0
    """Bytes of all files."""
    files: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VersionSeen:
    """One model version with what its run recorded. `run_id` is "" for a version without a run.

    `environment` are (name, value) pairs: Python, MLflow and each requirement. `left_out` counts what was too much
    for a record: metrics of the machine (`system/…`) and params or metrics beyond the limit.
    """

    version: int
    stage: str
    source: str
    run_id: str
    run_name: str
    params: tuple[tuple[str, str], ...]
    metrics: tuple[MetricSeen, ...]
    datasets: tuple[DatasetSeen, ...]
    environment: tuple[tuple[str, str], ...]
    digest: DigestSeen
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Captured at `captured_ms` (UTC); `incumbent` is the newest version in the target stage, None where none is."""

    captured_ms: int
    candidate: VersionSeen
    incumbent: VersionSeen | None = None


def evidence_payload(evidence: Evidence) -> dict[str, Any]:
    """The evidence as JSON values; numbers that JSON does not have as `NaN`, `Infinity`, `-Infinity`."""
    return {
        "captured_ms": evidence.captured_ms,
        "candidate": _payload(evidence.candidate),
        "incumbent": None if evidence.incumbent is None else _payload(evidence.incumbent),
    }


def evidence_of(payload: Mapping[str, Any]) -> Evidence:
    """What `evidence_payload` wrote. Raises ValueError for anything else."""
    try:
        incumbent = payload["incumbent"]
        return Evidence(
            int(payload["captured_ms"]), _seen(payload["candidate"]), None if incumbent is None else _seen(incumbent)
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no evidence of a request: {error!r}") from error


def _payload(seen: VersionSeen) -> dict[str, Any]:
    digest = seen.digest
    return {
        "version": seen.version,
        "stage": seen.stage,
        "source": seen.source,
        "run": {"id": seen.run_id, "name": seen.run_name},
        "params": dict(seen.params),
        "metrics": {one.key: {"value": _written(one.value), "step": one.step} for one in seen.metrics},
        "datasets": [{"name": one.name, "digest": one.digest, "context": one.context} for one in seen.datasets],
        "environment": dict(seen.environment),
        "digest": {
            "sha256": digest.sha256,
            "rule": digest.rule,
            "size": digest.size,
            "files": digest.files,
            "reason": digest.reason,
        },
        "left_out": seen.left_out,
    }


def _seen(payload: Mapping[str, Any]) -> VersionSeen:
    digest = payload["digest"]
    return VersionSeen(
        version=int(payload["version"]),
        stage=str(payload["stage"]),
        source=str(payload["source"]),
        run_id=str(payload["run"]["id"]),
        run_name=str(payload["run"]["name"]),
        params=tuple((str(key), str(value)) for key, value in payload["params"].items()),
        metrics=tuple(
            MetricSeen(str(key), _read(one["value"]), int(one["step"])) for key, one in payload["metrics"].items()
        ),
        datasets=tuple(
            DatasetSeen(str(one["name"]), str(one["digest"]), str(one["context"])) for one in payload["datasets"]
        ),
        environment=tuple((str(key), str(value)) for key, value in payload["environment"].items()),
        digest=DigestSeen(
            str(digest["sha256"]), int(digest["rule"]), int(digest["size"]), int(digest["files"]), str(digest["reason"])
        ),
        left_out=int(payload["left_out"]),
    )


def _written(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"


def _read(value: object) -> float:
    if isinstance(value, str):
        return _NO_NUMBERS[value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise TypeError(f"{value!r} is no metric value")

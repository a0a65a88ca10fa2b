"""Evidence of a request: what is captured, how it is written down, and the rows a reviewer reads."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.evidence_rows import EvidenceRow, evidence_rows
from bakehouse.artifacts.locator import Locator
from bakehouse.domain.cancellation import Token
from bakehouse.domain.comparison import Direction
from bakehouse.domain.evidence import (
    DatasetSeen,
    DigestSeen,
    Evidence,
    MetricSeen,
    VersionSeen,
    evidence_of,
    evidence_payload,
)
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.registry.evidence import capture, digest_of, incumbent_of
from bakehouse.sample import install_sample
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store
from bakehouse.store.registry import list_models


@pytest.fixture
def sample(own_home: Path) -> Iterator[Store]:
    store = open_store(install_sample(own_home / "sample"))
    yield store
    store.close()


def model_with_production(store: Store) -> tuple[RegisteredModel, ModelVersion]:
    """A sample model that has a version in Production and a newer one elsewhere."""
    for model in list_models(store.reader(), Token()):
        for version in model.versions:
            if version.stage != "Production" and incumbent_of(model, version, Stage.PRODUCTION):
                return model, version
    raise AssertionError("the sample has no such model")


def test_that_candidate_and_incumbent_are_captured_with_steps_environment_and_digest(sample: Store) -> None:
    model, version = model_with_production(sample)
    evidence = capture(sample.reader(), Locator(sample.path), model, version, Stage.PRODUCTION, Token())
    assert evidence.incumbent is not None
    assert evidence.incumbent.stage == "Production"
    for seen in (evidence.candidate, evidence.incumbent):
        assert seen.metrics and seen.params and seen.run_name
        assert len(seen.digest.sha256) == 64 and seen.digest.files > 1 and not seen.digest.reason
        assert {"Python", "mlflow"} <= dict(seen.environment).keys()
    assert json.loads(json.dumps(evidence_payload(evidence), allow_nan=False))


def test_that_a_stage_that_replaces_nothing_has_no_incumbent(sample: Store) -> None:
    model, version = model_with_production(sample)
    assert incumbent_of(model, version, Stage.ARCHIVED) is None


def test_that_files_that_are_gone_are_said_and_not_raised(sample: Store) -> None:
    model, version = model_with_production(sample)
    lost = replace(version, source="/nowhere/model", storage_location=None, run_id="gone")
    evidence = capture(sample.reader(), Locator(sample.path), model, lost, Stage.PRODUCTION, Token())
    assert evidence.candidate.digest.reason.startswith("not digested: ")
    assert (evidence.candidate.environment, evidence.candidate.metrics) == ((), ())


def test_that_files_on_another_machine_are_not_asked_for(sample: Store) -> None:
    _, version = model_with_production(sample)
    remote = replace(version, source="s3://bucket/model", storage_location="s3://bucket/model")
    assert digest_of(Locator(sample.path), remote, Token()).reason.startswith("not digested")


texts = st.text(max_size=12)
seen = st.builds(
    VersionSeen,
    version=st.integers(1, 10**6),
    stage=texts,
    source=texts,
    run_id=texts,
    run_name=texts,
    params=st.dictionaries(texts, texts, max_size=4).map(lambda found: tuple(found.items())),
    metrics=st.dictionaries(texts, st.tuples(st.floats(), st.integers(-(2**53), 2**53)), max_size=4).map(
        lambda found: tuple(MetricSeen(key, *point) for key, point in found.items())
    ),
    datasets=st.lists(st.builds(DatasetSeen, texts, texts, texts), max_size=3).map(tuple),
    environment=st.dictionaries(texts, texts, max_size=3).map(lambda found: tuple(found.items())),
    digest=st.builds(DigestSeen, texts, st.integers(0, 9), st.integers(0), st.integers(0), texts),
    left_out=st.integers(0, 10**5),
)


@given(st.builds(Evidence, st.integers(0), seen, st.none() | seen))
def test_that_evidence_comes_back_from_json_as_it_went(evidence: Evidence) -> None:
    # NaN is unequal to itself, so the texts are compared.
    back = evidence_of(json.loads(json.dumps(evidence_payload(evidence), allow_nan=False)))
    assert repr(back) == repr(evidence)


@pytest.mark.parametrize("payload", [{}, {"captured_ms": 1, "candidate": None, "incumbent": None}])
def test_that_anything_else_is_refused(payload: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no evidence"):
        evidence_of(payload)


def subject(number: int, metrics: dict[str, float], params: dict[str, str], dataset: str, sha256: str) -> VersionSeen:
    return VersionSeen(
        number,
        "Production",
        "models:/m-1",
        "run",
        "run",
        tuple(params.items()),
        tuple(MetricSeen(key, value, 3) for key, value in metrics.items()),
        (DatasetSeen("sales", dataset, "training"),),
        (("scikit-learn", "1.7.2"),),
        DigestSeen(sha256, 1, 10, 1),
    )


def rows() -> dict[str, EvidenceRow]:
    old = subject(1, {"rmse": 4.0, "auc": 0.8, "same": 1.0, "odd": math.nan}, {"n": "150"}, "a91f", "a" * 64)
    new = subject(2, {"rmse": 3.0, "auc": 0.7, "same": 1.0, "odd": math.nan}, {"n": "225"}, "d3c2", "b" * 64)
    found = evidence_rows(Evidence(0, new, old), {"auc": Direction.HIGHER})
    return {row.name: row for row in found}


def test_that_a_better_and_a_worse_metric_are_told_apart() -> None:
    found = rows()
    assert (found["rmse"].change, found["rmse"].verdict) == ("-25.0 %", 1)
    assert found["auc"].verdict == -1


def test_that_equal_values_do_not_differ_even_where_they_are_no_numbers() -> None:
    found = rows()
    assert not found["same"].differs and not found["odd"].differs and not found["scikit-learn"].differs


def test_that_new_data_and_other_files_are_said() -> None:
    found = rows()
    assert found["sales (training)"].change == "new data"
    assert (found["model digest"].incumbent, found["model digest"].differs) == ("aaaa…aa", True)


def test_that_without_an_incumbent_nothing_differs() -> None:
    alone = Evidence(0, subject(1, {"rmse": 4.0}, {"n": "1"}, "a", "a" * 64))
    assert not any(row.differs for row in evidence_rows(alone, {}))

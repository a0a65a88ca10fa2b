"""Runs side by side: which rows there are, which differ, what is best and how far it is from a baseline."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bakehouse.analysis.comparison import ComparedRow, Section, change_texts, chosen_rows, compare, verdict
from bakehouse.analysis.directions import guessed_direction
from bakehouse.analysis.figures import NumberStyle
from bakehouse.domain.comparison import ComparedRun, Direction
from bakehouse.domain.runs import DatasetInput


def run(run_id: str, **fields: object) -> ComparedRun:
    known: dict[str, object] = {
        "name": f"run {run_id}", "status": "FINISHED", "lifecycle_stage": "active", "user": "ada", "experiment": "one",
        "start_time_ms": 1_000, "end_time_ms": 61_000, "artifact_uri": "", "params": {}, "metrics": {}, "tags": {},
        "datasets": (),
    }  # fmt: skip
    return ComparedRun(run_id=run_id, **{**known, **fields})  # type: ignore[arg-type]


def rows_of(*runs: ComparedRun) -> dict[str, ComparedRow]:
    return {f"{row.section.name}.{row.name}": row for row in compare(runs).rows}


def test_that_every_name_of_any_run_is_one_row_in_the_order_of_the_sections() -> None:
    data = (DatasetInput("train", "d1", "local", "training"),)
    rows = rows_of(
        run("a", params={"lr": "0.1"}, metrics={"system/cpu": 1.0, "auc": 0.5}, tags={"team": "x", "mlflow.user": "u"}),
        run("b", params={"depth": "3"}, metrics={"loss": 2.0}, datasets=data),
    )
    assert list(rows)[6:] == [
        "PARAMS.depth", "PARAMS.lr", "METRICS.auc", "METRICS.loss", "METRICS.system/cpu", "TAGS.team", "DATASETS.train",
    ]  # fmt: skip
    assert rows["DATASETS.train"].texts == (None, "d1 (training)")
    assert rows["METRICS.loss"].present.tolist() == [False, True]


@pytest.mark.parametrize(
    ("values", "differs"),
    [((1.0, 1.0), False), ((math.nan, math.nan), False), ((1.0, math.nan), True), ((1.0, None), True),
     ((0.0, -0.0), False)],
)  # fmt: skip
def test_that_metrics_differ_when_a_value_or_its_presence_does(values, differs) -> None:
    rows = rows_of(*(run(str(p), metrics={} if v is None else {"m": v}) for p, v in enumerate(values)))
    assert rows["METRICS.m"].differs is differs


def test_that_params_are_numbers_only_where_all_of_them_are() -> None:
    rows = rows_of(run("a", params={"x": "1e-3", "y": "1", "z": "1_0"}), run("b", params={"x": "0.25", "y": "auto"}))
    assert (
        rows["PARAMS.x"].numbers is not None and rows["PARAMS.y"].numbers is None and rows["PARAMS.z"].numbers is None
    )
    style = rows["PARAMS.x"].style()
    assert [rows["PARAMS.x"].text(place, style) for place in (0, 1)] == ["0.001", "0.250"]
    assert rows["PARAMS.x"].exact(0) == "1e-3"


def test_that_the_best_are_marked_by_direction_and_only_where_values_differ() -> None:
    rows = rows_of(
        *(run(str(p), metrics={"m": v, "same": 1.0}) for p, v in enumerate((1.0, 3.0, math.inf, 3.0, math.nan)))
    )
    assert rows["METRICS.m"].best(Direction.HIGHER).tolist() == [False, True, False, True, False]
    assert rows["METRICS.m"].best(Direction.LOWER).tolist() == [True, False, False, False, False]
    for direction in (Direction.NEITHER, None):
        assert not rows["METRICS.m"].best(direction).any()
    assert not rows["METRICS.same"].best(Direction.HIGHER).any()


@pytest.mark.parametrize(
    ("value", "base", "told"),
    [
        (0.6, 0.5, ("+0.100", "+20.0 %")),
        (0.4, -0.5, ("+0.900", "+180.0 %")),
        (1.0, 0.0, ("+1.000", "")),
        (2.0, 2.0, ("±0", "")),
        (math.nan, 1.0, ("", "")),
        (math.inf, 1.0, ("", "")),
        (1e300, 1e-300, ("+1.00e+300", "")),
        (1.0001, 1.0, ("+1.00e-04", "+<0.1 %")),
    ],
)
def test_that_changes_are_told_with_the_decimals_of_the_row(value, base, told) -> None:
    assert change_texts(value, base, NumberStyle(3)) == told


def test_that_better_follows_the_direction() -> None:
    assert [verdict(2.0, 1.0, way) for way in (Direction.HIGHER, Direction.LOWER, Direction.NEITHER, None)] == [
        1,
        -1,
        0,
        0,
    ]
    assert verdict(math.nan, 1.0, Direction.HIGHER) == 0 and verdict(1.0, 1.0, Direction.LOWER) == 0


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("val_loss", Direction.LOWER), ("rmse", Direction.LOWER), ("latency_ms", Direction.LOWER),
        ("training_r2_score", Direction.HIGHER), ("accuracy", Direction.HIGHER), ("rocAuc", Direction.HIGHER),
        ("log_likelihood", Direction.HIGHER), ("training_mean_squared_error", Direction.LOWER),
        ("training_score", Direction.HIGHER), ("f1", Direction.HIGHER), ("epoch", None), ("", None),
        ("précision", None),
    ],
)  # fmt: skip
def test_that_directions_are_guessed_from_the_words_of_a_name(name, way) -> None:
    assert guessed_direction(name) is way


def test_that_rows_are_chosen_by_difference_words_and_fold_and_counted() -> None:
    comparison = compare([run("a", params={"lr": "1", "same": "2"}), run("b", params={"lr": "3", "same": "2"})])
    rows, counts = chosen_rows(comparison, differing=True, words="", folded=frozenset())
    assert counts[Section.PARAMS] == (1, 2) and Section.TAGS not in counts
    assert [comparison.rows[place].name for place in rows.tolist() if place >= 0] == ["Run ID", "lr"]
    rows, _ = chosen_rows(comparison, differing=False, words="SA", folded=frozenset())
    assert [comparison.rows[place].name for place in rows.tolist() if place >= 0] == ["same"]
    rows, counts = chosen_rows(comparison, differing=False, words="", folded=frozenset(Section))
    assert np.all(rows < 0) and counts[Section.PARAMS] == (2, 2)

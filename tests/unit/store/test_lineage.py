"""Relatives, datasets and points of one run."""

from __future__ import annotations

import math

import pytest

from bakehouse.analysis.sparklines import COLUMNS, make_sparklines
from bakehouse.domain.cancellation import Token
from bakehouse.domain.runs import RunReference
from bakehouse.store.lineage import read_lineage
from bakehouse.store.opening import open_store
from bakehouse.store.run_points import read_run_points
from bakehouse.store.runs import read_details
from tests.stores import add_points, add_run, change_store, insert, new_store, shared_store

PARENT = "mlflow.parentRunId"


@pytest.fixture
def path(tmp_path):
    return new_store(tmp_path / "mlflow.db")


@pytest.fixture
def reader(path):
    opened = []

    def make(where=path):
        opened.append(open_store(where))
        return opened[-1].reader()

    yield make
    for store in opened:
        store.close()


def test_that_parent_and_children_are_found_and_counted_by_status(path, reader):
    add_run(path, "p", name="sweep")
    for number, status in enumerate(("FINISHED", "FINISHED", "FAILED")):
        add_run(path, f"c{number}", name=f"trial {number}", status=status, tags={PARENT: "p"})
    add_run(path, "gone", stage="deleted", tags={PARENT: "p"})
    add_run(path, "other", tags={PARENT: "q"})
    found = read_lineage(reader(), "p", None, Token())
    assert found.parent is None
    assert found.child_ids == ("c0", "c1", "c2", "gone")
    assert found.statuses == (("FINISHED", 2), ("FAILED", 1))
    assert found.deleted == 1
    child = read_lineage(reader(), "c0", "p", Token())
    assert child.parent == RunReference("p", "sweep", "FINISHED")


def test_that_a_run_is_not_its_own_child_and_a_lost_parent_is_said(path, reader):
    add_run(path, "a", tags={PARENT: "a"})
    assert read_lineage(reader(), "a", "nowhere", Token()).child_ids == ()
    parent = read_lineage(reader(), "a", "nowhere", Token()).parent
    assert parent is not None and not parent.is_known


def test_that_children_are_found_over_many_pages(path, reader):
    add_run(path, "p")
    rows = [{"key": PARENT, "value": "p" if n % 3 == 0 else "q", "run_uuid": f"r{n:05d}"} for n in range(6000)]
    insert(path, "tags", *rows)
    assert len(read_lineage(reader(), "p", None, Token()).child_ids) == 2000


def test_that_a_datasets_source_schema_and_profile_come_along(reader):
    source = reader(shared_store("mlflow-3.17"))
    rows = source.rows("SELECT destination_id FROM inputs WHERE source_type = 'DATASET'", token=Token())
    details = read_details(source, rows[0][0], Token())
    assert details is not None and details.datasets
    data = details.datasets[0]
    assert data.source.startswith("{") and data.schema.startswith("{") and data.profile.startswith("{")


@pytest.mark.parametrize(("name", "width"), [("mlflow-1.30", 5000), ("mlflow-2.22", 8000), ("mlflow-3.17", 8000)])
def test_that_a_tags_width_is_the_stores_own(name, width, reader):
    source = reader(shared_store(name))
    (run_id,) = source.rows("SELECT run_uuid FROM runs LIMIT 1", token=Token())[0]
    details = read_details(source, run_id, Token())
    assert details is not None and details.tag_characters == width


def test_that_all_points_of_a_run_become_curves_with_gaps(path, reader):
    add_run(path, "r")
    series = [(step, math.nan if 400 <= step < 600 else float(step)) for step in range(1000)]
    add_points(path, "r", {"loss": series, "once": [(0, 1.0)], "flat": [(0, 2.0), (5, 2.0)]})
    add_points(path, "r", {"nothing": [(0, math.nan), (1, math.inf)]})
    points = read_run_points(reader(), "r", Token())
    assert len(points.values) == 1005 and not points.is_cut
    lines = make_sparklines(points.keys, points.codes, points.steps, points.values)
    assert set(lines) == {"loss", "flat"}
    loss = lines["loss"]
    assert len(loss.x) <= 4 * COLUMNS
    assert loss.y.min() == 0 and loss.y.max() == 1 and loss.x[0] == 0 and loss.x[-1] == 1
    gaps = [place for place in range(len(loss.x) - 1) if not loss.connect[place]]
    assert [(round(loss.x[g], 2), round(loss.x[g + 1], 2)) for g in gaps] == [(0.4, 0.6)]
    assert set(lines["flat"].y.tolist()) == {0.5}


def test_that_a_curve_keeps_a_single_outlier(path, reader):
    add_run(path, "r")
    add_points(path, "r", {"loss": [(step, 100.0 if step == 777 else 1.0) for step in range(5000)]})
    points = read_run_points(reader(), "r", Token())
    line = make_sparklines(points.keys, points.codes, points.steps, points.values)["loss"]
    assert line.y.max() == 1 and (line.y == 1).sum() == 1


def test_that_a_store_without_steps_is_read_too(path, reader):
    add_run(path, "r", metrics={"a": 1.0})
    change_store(path, "DELETE FROM latest_metrics", "CREATE INDEX more ON metrics (run_uuid)")
    assert read_run_points(reader(), "r", Token()).keys == ["a"]

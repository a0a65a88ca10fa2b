"""The sample store holds what it promises, and no path, user or host of the machine that made it."""

from __future__ import annotations

import getpass
import re
import socket
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bakehouse.resources import sample_directory
from bakehouse.sample import SAMPLE_ROOT

MOST_BYTES = 8 * 1024 * 1024
# Names that are words of the field or of any machine, so that finding them says nothing.
COMMON_NAMES = {
    "root",
    "user",
    "admin",
    "runner",
    "test",
    "data",
    "build",
    "app",
    "python",
    "main",
    "host",
    "train",
    "vm",
}
FORBIDDEN = [
    rb"/root\b", rb"/home/", rb"/tmp/", rb"/Users/", rb"/opt/", rb"/usr/", rb"/var/", rb"/mnt/",
    rb"[A-Za-z]:\\+Users", rb"site-packages", rb"dist-packages", rb"\.pyenv", rb"\.venv", rb"\.cache", rb"\bmlruns/",
    rb"AKIA[0-9A-Z]{16}", rb"(?<![\d.])(?:10|127|192\.168)(?:\.\d{1,3}){2,3}(?![\d.])", rb"localhost",
    re.escape(bytes(Path.cwd())) + rb"/",
]  # fmt: skip


def files() -> list[Path]:
    return sorted(path for path in sample_directory().rglob("*") if path.is_file())


def readable_parts(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and what is compressed inside zip members and PNG text chunks; no PNG pixels."""
    content = path.read_bytes()
    if content.startswith(b"\x89PNG"):
        yield from png_texts(content)
    else:
        yield content
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def png_texts(content: bytes) -> Iterator[bytes]:
    """The chunks of a PNG that are not pixels, unpacked where they are packed."""
    position = 8
    while position < len(content):
        size = int.from_bytes(content[position : position + 4], "big")
        kind, chunk = content[position + 4 : position + 8], content[position + 8 : position + 8 + size]
        if kind in (b"zTXt", b"iTXt"):
            start = chunk.find(b"x")
            yield chunk
            yield zlib.decompressobj().decompress(chunk[start:]) if kind == b"zTXt" else b""
        elif kind != b"IDAT":
            yield chunk
        position += 12 + size


def names_of_this_machine() -> list[bytes]:
    """User and host as patterns, where they are telling; a short or common word would be found by chance."""
    host = socket.gethostname()
    names = {getpass.getuser(), host, host.split(".")[0], Path.home().name}
    return [rb"\b" + re.escape(name.encode()) + rb"\b" for name in names if len(name) > 3 and name not in COMMON_NAMES]


def test_that_no_byte_tells_of_the_machine_that_made_it() -> None:
    pattern = re.compile(b"|".join([*FORBIDDEN, *names_of_this_machine()]))
    found = [
        (path.name, match[0], part[max(0, match.start() - 60) : match.end() + 60])
        for path in files()
        for part in readable_parts(path)
        for match in pattern.finditer(part)
    ]
    assert found == []


def test_that_every_absolute_address_lies_below_the_neutral_root() -> None:
    neutral = SAMPLE_ROOT.encode()
    for path in files():
        for part in readable_parts(path):
            for match in re.finditer(rb"file:/+[\w./-]+", part):
                assert match[0].startswith(neutral + b"/artifacts"), (path, match[0])


def test_that_the_scan_sees_into_png_texts() -> None:
    packed = zlib.compress(b"made by /home/somebody")
    chunk = b"Comment\0\0" + packed
    content = b"\x89PNG\r\n\x1a\n" + len(chunk).to_bytes(4, "big") + b"zTXt" + chunk + b"\0\0\0\0"
    assert b"made by /home/somebody" in list(png_texts(content))


def test_that_it_is_small_and_holds_nothing_needless() -> None:
    assert sum(path.stat().st_size for path in files()) <= MOST_BYTES
    assert sorted(path.name for path in sample_directory().iterdir()) == ["artifacts", "mlflow.db"]
    assert all(path.stat().st_size > 0 for path in files())


@pytest.fixture
def store() -> Iterator[sqlite3.Connection]:
    address = f"{(sample_directory() / 'mlflow.db').as_uri()}?immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        yield connection


def counts(store: sqlite3.Connection, query: str) -> dict[str, int]:
    return dict(store.execute(query).fetchall())


RUNS = "runs JOIN experiments USING (experiment_id) WHERE runs.lifecycle_stage = 'active'"


def test_that_the_promised_experiments_have_their_runs(store: sqlite3.Connection) -> None:
    assert counts(store, f"SELECT experiments.name, count(*) FROM {RUNS} GROUP BY 1") == {
        "price_optimization_2024": 200,
        "house_price_prediction": 60,
        "customer_churn_v2": 80,
    }
    in_price = f"{RUNS} AND experiments.name = 'price_optimization_2024'"
    statuses = counts(store, f"SELECT status, count(*) FROM {in_price} GROUP BY 1")
    assert statuses == {"FINISHED": 189, "FAILED": 6, "KILLED": 4, "RUNNING": 1}
    of_price = f"run_uuid IN (SELECT run_uuid FROM {in_price})"
    algorithms = counts(store, f"SELECT value, count(*) FROM params WHERE key = 'algorithm' AND {of_price} GROUP BY 1")
    assert algorithms.keys() == {"gradient_boosting", "random_forest", "linear"}
    assert min(algorithms.values()) >= 25


def test_that_runs_have_what_a_person_wants_to_look_at(store: sqlite3.Connection) -> None:
    one = {
        "a deleted run": "SELECT count(*) FROM runs WHERE lifecycle_stage = 'deleted'",
        "children of a sweep": "SELECT count(*) FROM tags WHERE key = 'mlflow.parentRunId'",
        "notes": "SELECT count(*) FROM tags WHERE key = 'mlflow.note.content'",
        "candidates": "SELECT count(*) FROM tags WHERE key = 'candidate'",
        "NaN": "SELECT count(*) FROM metrics WHERE is_nan = 1",
        "infinity": "SELECT count(*) FROM metrics WHERE value > 1e308",
        "long histories": "SELECT count(*) FROM (SELECT 1 FROM metrics GROUP BY run_uuid, key HAVING count(*) >= 20)",
        "datasets": "SELECT count(*) FROM datasets WHERE name = 'sales_2024'",
        "runs with a dataset": "SELECT count(*) FROM inputs WHERE source_type = 'DATASET'",
        "logged models": "SELECT count(*) FROM logged_models WHERE status = 2",
        "autologged runs": "SELECT count(*) FROM tags WHERE key = 'estimator_name'",
    }
    found = {what: store.execute(query).fetchone()[0] for what, query in one.items()}
    assert all(found.values()), found
    assert found["autologged runs"] == found["logged models"] >= 10
    names = {path.name for path in files()}
    assert {"feature_importance.png", "residuals.png", "predictions.csv", "predictions.json", "MLmodel"} <= names


def test_that_the_model_has_one_version_in_each_stage(store: sqlite3.Connection) -> None:
    versions = store.execute("SELECT name, version, current_stage FROM model_versions ORDER BY version").fetchall()
    assert versions == [
        ("DemandForecast", 1, "Archived"),
        ("DemandForecast", 2, "Production"),
        ("DemandForecast", 3, "Staging"),
    ]
    assert dict(store.execute("SELECT alias, version FROM registered_model_aliases")) == {
        "champion": 2,
        "challenger": 3,
    }


def test_that_a_slow_learning_rate_with_many_trees_visibly_wins(store: sqlite3.Connection) -> None:
    rows = store.execute(
        """
        SELECT CAST(rate.value AS REAL) < 0.1 AND CAST(trees.value AS REAL) > 150, uplift.value, rmse.value
        FROM runs
        JOIN params AS rate ON rate.run_uuid = runs.run_uuid AND rate.key = 'learning_rate'
        JOIN params AS trees ON trees.run_uuid = runs.run_uuid AND trees.key = 'n_trees'
        JOIN latest_metrics AS uplift ON uplift.run_uuid = runs.run_uuid AND uplift.key = 'revenue_uplift'
        JOIN latest_metrics AS rmse ON rmse.run_uuid = runs.run_uuid AND rmse.key = 'rmse'
        WHERE runs.status = 'FINISHED' AND runs.lifecycle_stage = 'active' AND uplift.is_nan = 0
        """
    ).fetchall()
    winners = sorted((uplift, rmse) for wins, uplift, rmse in rows if wins)
    others = sorted((uplift, rmse) for wins, uplift, rmse in rows if not wins)
    assert len(winners) >= 35
    assert len(others) >= 35
    assert winners[len(winners) // 10][0] > others[len(others) * 9 // 10][0]
    assert winners[len(winners) // 2][0] > 3 * others[len(others) // 2][0]
    middle = [sorted(rmse for _, rmse in group)[len(group) // 2] for group in (winners, others)]
    assert middle[0] < middle[1] - 2

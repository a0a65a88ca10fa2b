"""The version page over what a store should not hold: each a sentence, nothing hangs, nothing is run or fetched."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from bakehouse.artifacts import digests
from bakehouse.domain.cancellation import Token
from bakehouse.pages.models.version_page import VersionPage
from tests.stores import add_run, insert, new_store
from tests.ui.test_version_page import open_page, text
from tests.web_server import Server

__all__ = ["open_page"]

Open = Callable[..., VersionPage]
RUN = "a" * 32
# The first fetch of a process loads fsspec and aiohttp.
LIMIT_MS = 20_000
GOOD = "flavors:\n  python_function: {loader_module: mlflow.sklearn, python_version: 3.11.7}\n"


def make_store(folder: Path, *, name: str = "churn", source: str | None = None, run_id: str | None = RUN) -> Path:
    """A store with one model, version 1 of which lies in `model` beside it unless `source` says otherwise."""
    path = new_store(folder / "mlflow.db")
    add_run(path, RUN, name="gbm")
    insert(path, "registered_models", {"name": name})
    where = str(folder / "model") if source is None else source
    row = {"name": name, "version": 1, "current_stage": "None", "status": "READY", "source": where, "run_id": run_id}
    insert(path, "model_versions", row)
    return path


def add_model(folder: Path, content: str | bytes = GOOD) -> Path:
    model = folder / "model"
    model.mkdir()
    (model / "MLmodel").write_bytes(content.encode() if isinstance(content, str) else content)
    return model


@pytest.mark.parametrize(
    "source",
    [
        "",
        "s3://bucket/model",
        "gs://bucket/model",
        "http://127.0.0.1:9/model",
        "dbfs:/models/x",
        "hdfs://name/x",
        "mlflow-artifacts:/1/x",
        "models:/m-" + "0" * 32,
        "models:/other/3",
        "runs:/" + "0" * 32 + "/model",
        "file://elsewhere/share/model",
        "C:\\models\\x",
        "../../../../../nowhere",
        "no scheme at all \u202e\x00",
        "x" * 500,
        "weird:" + "/" * 50,
        "file:///%zz%00",
    ],
)
def test_that_a_source_of_any_kind_is_a_sentence(open_page: Open, tmp_path: Path, source: str) -> None:
    page = open_page(make_store(tmp_path, source=source), "churn", 1)
    assert not page.card.isVisible()
    sentence = text(page, "version_card_sentence")
    assert sentence.strip()
    assert "Reading" not in sentence
    assert not {"\u202e", "\x00"}.intersection(sentence)
    assert not page.digest.section.button.isVisible()
    assert "import mlflow" in page.snippets.code.toPlainText()


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02" * 100,
        b"flavors: [unclosed",
        b"just text",
        b"flavors: 7",
        BOMB.encode(),
        b"[" * 20_000,
        b"!!python/object/apply:os.system ['touch hit']",
        b"flavors: {x: !!python/object/apply:os.system ['touch hit']}\n" + BOMB.encode(),
        b"flavors: {sklearn: {}}\n" + b"# long\n" * 400_000,
    ],
)
def test_that_a_damaged_or_hostile_model_file_never_hurts(open_page: Open, tmp_path: Path, content: bytes) -> None:
    add_model(tmp_path, content)
    page = open_page(make_store(tmp_path), "churn", 1)
    assert page.card.isVisible() != bool(text(page, "version_card_sentence"))
    assert not (tmp_path / "hit").exists()
    assert not Path("hit").exists()


@pytest.mark.parametrize(
    "name",
    [
        "<img src='file:///etc/passwd'><b>x",
        "\u202eevil\u202c",
        "a" * 256,
        "../x",
        "a:b?c#d",
        "line\nbreak",
        "&amp; && %s",
    ],
)
def test_that_a_name_of_any_kind_is_shown_as_it_is(open_page: Open, tmp_path: Path, name: str) -> None:
    add_model(tmp_path)
    page = open_page(make_store(tmp_path, name=name), name, 1)
    label = page.findChild(QLabel, "version_page_model")
    assert label is not None
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert not {"\u202e", "\n"}.intersection(label.text())
    number = page.findChild(QLabel, "version_page_number")
    assert number is not None
    assert number.text() == "version 1"
    assert number.mapTo(page, number.rect().topRight()).x() < page.width() - 300
    for button in page.lineage.findChildren(type(page.lineage._buttons[0])):
        assert button.geometry().right() <= page.lineage.width()
        assert "<img" not in button.toolTip()


def test_that_links_in_the_folder_are_not_followed(open_page: Open, tmp_path: Path, qtbot: QtBot) -> None:
    model = add_model(tmp_path)
    (model / "away").symlink_to("/etc")
    (model / "self").symlink_to(model)
    (model / "nowhere").symlink_to("does-not-exist")
    page = open_page(make_store(tmp_path), "churn", 1)
    page.digest.section.button.click()
    qtbot.waitUntil(lambda: page.digest.section.button.text() == "Copy")
    words = page.findChildren(QLabel, "digest_words")
    assert any("3 links not followed" in one.text() for one in words)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
@pytest.mark.parametrize("where", ["MLmodel", "data"])
def test_that_a_pipe_in_the_folder_is_not_waited_for(open_page: Open, tmp_path: Path, qtbot: QtBot, where: str) -> None:
    model = add_model(tmp_path)
    (model / where).unlink(missing_ok=True)
    os.mkfifo(model / where)
    page = open_page(make_store(tmp_path), "churn", 1)
    assert page.card.isVisible() == (where != "MLmodel")
    page.digest.section.button.click()
    qtbot.waitUntil(lambda: page.digest.section.button.text() == "Compute")
    words = page.findChildren(QLabel, "digest_words")
    assert any("no digest can be made" in one.text() for one in words)


def test_that_a_model_file_that_leads_out_is_not_read(open_page: Open, tmp_path: Path) -> None:
    outside = tmp_path / "secret"
    outside.write_text(GOOD)
    model = add_model(tmp_path)
    (model / "MLmodel").unlink()
    (model / "MLmodel").symlink_to(outside)
    page = open_page(make_store(tmp_path), "churn", 1)
    assert not page.card.isVisible()
    assert text(page, "version_card_sentence")


def test_that_the_digest_of_a_large_folder_tells_how_far_it_is_and_stops(
    open_page: Open, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sparse file of 50 GB takes no room, but reading all of it would take minutes."""
    model = add_model(tmp_path)
    with (model / "weights").open("wb") as file:
        file.truncate(50_000_000_000)
    monkeypatch.setattr(digests, "_PIECE", 1 << 16)
    page = open_page(make_store(tmp_path), "churn", 1)
    words = page.digest.section._more
    page.digest.section.button.click()
    qtbot.waitUntil(lambda: "of 50 GB read" in words.text())
    assert page.digest.section.button.text() == "Cancel"
    page.digest.section.button.click()
    assert page.digest.section.button.text() == "Compute"
    qtbot.waitUntil(lambda: not page._tasks.busy)
    assert "SHA-256 over every file" in words.text()
    # Another version of the page, or none, leaves nothing behind either.
    page.digest.section.button.click()
    page.show_version(None, None)
    qtbot.waitUntil(lambda: not page._tasks.busy)
    assert threading.active_count() < 20


def test_that_a_huge_description_and_many_tags_do_not_hold_the_window_up(open_page: Open, tmp_path: Path) -> None:
    add_model(tmp_path)
    path = make_store(tmp_path)
    tags = ({"key": f"k{n}", "value": "v" * 300, "name": "churn", "version": 1} for n in range(300))
    insert(path, "model_version_tags", *tags)
    page = open_page(path, "churn", 1)
    assert page.isVisible()


def test_that_the_code_is_a_text_that_nobody_can_change(open_page: Open, tmp_path: Path) -> None:
    add_model(tmp_path)
    page = open_page(make_store(tmp_path), "churn", 1)
    code = page.findChild(QPlainTextEdit, "snippet_code")
    assert code is not None
    assert code.isReadOnly()


def test_that_a_model_on_another_machine_is_read_and_digested_only_when_asked(
    open_page: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    model = add_model(tmp_path)
    (model / "data").mkdir()
    (model / "data" / "weights.bin").write_bytes(bytes(range(256)) * 5_000)
    (model / "requirements.txt").write_text("numpy==2.1\n")
    (model / "registered_model_meta").write_text("left out")
    server = Server(tmp_path)
    try:
        path = make_store(tmp_path, source=f"{server.address}/model")
        page = open_page(path, "churn", 1)
        assert server.asked == []
        assert not page.card.isVisible()
        assert not page.digest.section.button.isVisible()
        connect = next(
            button for button in page.artifacts.findChildren(QPushButton) if button.text().startswith("Connect")
        )
        connect.click()
        qtbot.waitUntil(page.card.isVisible, timeout=LIMIT_MS)
        qtbot.waitUntil(lambda: not page._tasks.busy, timeout=LIMIT_MS)
        assert not any("weights" in asked for asked in server.asked)
        page.digest.section.button.click()
        qtbot.waitUntil(lambda: page.digest.section.button.text() == "Copy", timeout=LIMIT_MS)
        assert page.digest.section.digest.whole == str(digests.folder_digest(model, Token()))
    finally:
        server.close()

"""Bad files and names in the artifact view: always something to read, no stall, nothing opened that must not be."""

from __future__ import annotations

import gzip
import os
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QTimer
from PySide6.QtWidgets import QAbstractItemView, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from bakehouse.artifacts.locator import Locator
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.tasks import TaskRunner
from bakehouse.theme import ThemeSource
from bakehouse.widgets.artifact_preview import ArtifactPreview
from bakehouse.widgets.artifact_tree_view import ArtifactTreeView
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.labels import PlainLabel

# Far over the 50 ms that are promised: test machines are busy, and a benchmark measures. A stall is seconds.
_STALL_S = 1.0
_NAMES = (
    "-rf",
    "CON",
    "aux.csv",
    "\u202egnp.exe",
    "line\nbreak.txt",
    "x" * 255,
    "trailing.",
    "a\\b.txt",
    "<b>b<b>.txt",
)


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def _sparse(path: Path, beginning: bytes, size: int) -> None:
    with path.open("wb") as file:
        file.write(beginning)
        file.truncate(size)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mlflow.db").write_bytes(b"SQLite format 3\0 the store")
    root = tmp_path / "artifacts"
    root.mkdir()
    _sparse(root / "huge.log", b"one line of a log\n" * 60_000, 10_000_000_000)
    _sparse(root / "one_line.csv", b"a," * 1_000_000, 1_000_000_000)
    (root / "bomb.log.gz").write_bytes(gzip.compress(b"0" * 100_000_000, 1))
    (root / "giant.png").write_bytes(_png(100_000, 100_000))
    (root / "cut.parquet").write_bytes(b"PAR1" + bytes(200))
    (root / "deep.json").write_text("[" * 100_000 + "]" * 100_000)
    (root / "latin.txt").write_bytes("Grüße für Zoë\n".encode("latin-1"))
    with zipfile.ZipFile(root / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"0" * 100_000_000)
    (root / "out.txt").symlink_to("/etc/passwd")
    (root / "gone").symlink_to("gone too")
    (root / "itself").symlink_to("itself")
    os.link(tmp_path / "mlflow.db", root / "hard.db")
    os.mkfifo(root / "pipe")
    for name in _NAMES:
        (root / name).write_text("what it holds")
    with open(os.fsencode(root) + b"/bad\xff.txt", "w") as file:  # noqa: PTH123 - Path takes no bytes
        file.write("what it holds")
    return root


@pytest.fixture
def view(qtbot: QtBot, folder: Path, tmp_path: Path) -> Iterator[ArtifactView]:
    tasks = TaskRunner()
    crashes: list[object] = []
    tasks.crashed.connect(crashes.append)
    made = ArtifactView(ThemeSource("light"), tasks)
    qtbot.addWidget(made)
    made.resize(500, 800)
    made.set_locator(Locator(tmp_path / "mlflow.db"))
    made.show()
    made.show_roots([ArtifactRoot("Run artifacts", str(folder))])
    qtbot.waitUntil(lambda: not tasks.busy)
    yield made
    made.clear()
    tasks.close()
    assert not crashes, crashes


def said(widget: QWidget) -> str:
    words = [one.text() for one in widget.findChildren(PlainLabel) if one.isVisible()]
    words += [one.toPlainText()[:200] for one in widget.findChildren(QPlainTextEdit) if one.isVisible()]
    rows = [one for one in widget.findChildren(QAbstractItemView) if one.isVisible() and one.model() is not None]
    return "\n".join([*words, *(f"{one.model().rowCount()} rows" for one in rows)])


@pytest.mark.skipif(sys.platform == "win32", reason="these names and files cannot be made there")
def test_that_every_bad_file_has_its_words_and_the_window_goes_on(qtbot: QtBot, view: ArtifactView) -> None:
    tree, preview = view.findChild(ArtifactTreeView), view.findChild(ArtifactPreview)
    assert tree is not None and preview is not None
    model = tree.model()
    words = {
        "huge.log": "of 10 GB",
        "one_line.csv": "of 1.0 GB",
        "bomb.log.gz": "of what is packed",
        "giant.png": "only its header was read",
        "cut.parquet": "damaged or cut short",
        "deep.json": "not valid JSON",
        "latin.txt": "read as Latin-1",
        "bomb.zip": "100 MB unpacked",
        "out.txt": "leads out of the folder",
        "gone": "leads nowhere",
        "itself": "leads nowhere",
        "hard.db": "the store that is open",
        "pipe": "a pipe",
    }
    gaps, last = [0.0], [time.monotonic()]

    def tick() -> None:
        gaps.append(time.monotonic() - last[0])
        last[0] = time.monotonic()

    beating = QTimer(view, interval=5)
    beating.timeout.connect(tick)
    beating.start()
    flags = QItemSelectionModel.SelectionFlag
    names = [str(model.index(row, 0).data()) for row in range(model.rowCount())]
    assert len(names) == len(words) + len(_NAMES) + 1
    assert not any("\u202e" in name or "\n" in name or "\udcff" in name for name in names)
    for row, name in enumerate(names):
        tree.selectionModel().setCurrentIndex(model.index(row, 0), flags.ClearAndSelect | flags.Rows)
        # A table of a single name and nothing below it is what `aux.csv` is.
        expected = words.get(name, "rows" if name == "aux.csv" else "what it holds")
        qtbot.waitUntil(lambda e=expected: not view._tasks.busy and e in said(preview))  # type: ignore[misc]
    assert max(gaps) < _STALL_S

"""Bakehouse's artifact view on one address of a cloud store, with the environment's credentials; prints JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import fsspec
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton

from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.protection import Guard
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.tasks import TaskRunner
from bakehouse.theme import ThemeSource
from bakehouse.widgets.artifact_tree_view import ArtifactTreeView
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.labels import PlainLabel

folder, address = Path(sys.argv[1]), sys.argv[2]
application = QApplication(sys.argv)


def wait(condition: Callable[[], object], limit_s: float = 60) -> None:
    """Let the window live until that is so."""
    began = time.monotonic()
    while not condition():
        application.processEvents()
        if time.monotonic() - began > limit_s:
            print(json.dumps({"stuck": [one.text() for one in view.findChildren(PlainLabel) if one.text()]}))
            sys.exit(1)
        time.sleep(0.002)


contents = {
    "model/MLmodel": b"flavors: {}\n",
    "model/data/weights.bin": bytes(range(256)) * 12_000,
    "note.txt": b"remote",
    "50% off \xc3\xa4#1.txt".encode("latin-1").decode(): b"odd name",
}
system, base = fsspec.core.url_to_fs(address.replace("wasbs:", "abfss:"))
for name, body in contents.items():
    system.pipe_file(f"{base}/{name}", body)

tasks = TaskRunner()
view = ArtifactView(ThemeSource("light"), tasks)
said: list[str] = []
view.said.connect(said.append)
view.set_locator(Locator(folder / "mlflow.db"))
view.resize(500, 600)
view.show()
tree = view.findChild(ArtifactTreeView)
button = view.findChild(QPushButton, "connect_to_artifacts")
empty = view.findChild(PlainLabel, "artifacts_empty")
assert tree is not None and button is not None and empty is not None
model = tree.model()


def rows(parent: QModelIndex | None = None) -> dict[str, QModelIndex]:
    parent = parent or QModelIndex()
    return {str(model.index(r, 0, parent).data()): model.index(r, 0, parent) for r in range(model.rowCount(parent))}


answer: dict[str, object] = {}
view.show_roots([ArtifactRoot("Run artifacts", address, "runs:/run")])
wait(button.isVisible)
answer["asks_first"] = empty.text()
button.click()
wait(lambda: "note.txt" in rows())
answer["rows"] = list(rows())
answer["sizes"] = [str(index.siblingAtColumn(1).data()) for index in rows().values()]
answer["times"] = [str(index.siblingAtColumn(2).data()) for index in rows().values()]

tree.setCurrentIndex(rows()["note.txt"])
wait(lambda: any(edit.toPlainText() == "remote" for edit in view.findChildren(QPlainTextEdit)))

target = folder / "target"
target.mkdir()
said.clear()
view.taking.saving.save(view.taking.chosen(list(rows().values())), target, Guard(folder / "mlflow.db"))
wait(lambda: any(sentence.startswith("Saved") for sentence in said))
saved = {str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()}
answer["saved_is_equal"] = saved == contents

view.show_roots([ArtifactRoot("Run artifacts", address.rpartition("/")[0] + "/nothing")])
wait(lambda: empty.isVisible() and bool(empty.text()) and "Reading" not in empty.text())
answer["absent"] = empty.text()
view.clear()
tasks.close()
print(json.dumps(answer))

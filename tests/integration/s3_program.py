"""Bakehouse's artifact view on S3 addresses, with the environment's credentials; prints one line of JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import s3fs
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

HOSTILE = ["..\\up.txt", "CON", "-rf", "\u202egnp.exe", "50% off ä#1.txt", "x" * 255]
folder, many = Path(sys.argv[1]), int(sys.argv[2])
application = QApplication(sys.argv)


def wait(condition: Callable[[], object], limit_s: float = 60) -> float:
    """Let the window live until that is so; the seconds it took."""
    began = time.monotonic()
    while not condition():
        application.processEvents()
        if time.monotonic() - began > limit_s:
            print(json.dumps({"stuck": [one.text() for one in view.findChildren(PlainLabel) if one.text()]}))
            sys.exit(1)
        time.sleep(0.002)
    return time.monotonic() - began


system = s3fs.S3FileSystem(endpoint_url=os.environ["MLFLOW_S3_ENDPOINT_URL"])


def put(key: str, body: bytes) -> None:
    system.call_s3("put_object", Bucket="bucket", Key=key, Body=body)


contents = {"model/MLmodel": b"flavors: {}\n", "model/data/weights.bin": os.urandom(6_000_000), "note.txt": b"remote"}
for name, body in contents.items():
    put(f"1/run/artifacts/{name}", body)
for name in HOSTILE:
    put(f"1/hostile/artifacts/{name}", name.encode())

tasks = TaskRunner()
view = ArtifactView(ThemeSource("light"), tasks)
progress: list[tuple[int, int, str]] = []
tasks.task_progressed.connect(lambda _slot, done, total, text: progress.append((done, total, text)))
said: list[str] = []
view.said.connect(said.append)
failed: list[str] = []
view.taking.failed.connect(failed.append)
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
view.show_roots([ArtifactRoot("Run artifacts", "s3://bucket/1/run/artifacts", "runs:/run")])
wait(button.isVisible)
button.click()
wait(lambda: "note.txt" in rows())
answer["rows"] = list(rows())

tree.setCurrentIndex(rows()["note.txt"])
wait(lambda: any(edit.toPlainText() == "remote" for edit in view.findChildren(QPlainTextEdit)))

assert tree.drag_gate is not None
progress.clear()
answer["drags_at_once"] = tree.drag_gate([rows()["model"], rows()["note.txt"]]) is not None
wait(lambda: "Fetched: it can be dragged now" in said)
answer["drags_then"] = tree.drag_gate([rows()["model"], rows()["note.txt"]]) is not None
dragged = [Path(url.toLocalFile()) for url in model.mimeData([rows()["model"], rows()["note.txt"]]).urls()]
answer["dragged_is_equal"] = (
    (dragged[0] / "data" / "weights.bin").read_bytes() == contents["model/data/weights.bin"]
    and (dragged[0] / "MLmodel").read_bytes() == contents["model/MLmodel"]
    and dragged[1].read_bytes() == b"remote"
)
answer["progress"] = any(total and done > 0 for done, total, _ in progress)

target = folder / "target"
target.mkdir()
view.show_roots([ArtifactRoot("Run artifacts", "s3://bucket/1/hostile/artifacts")])
wait(lambda: len(rows()) == len(HOSTILE))
answer["hostile_rows"] = list(rows())
said.clear()
view.taking.saving.save(view.taking.chosen(list(rows().values())), target, Guard(folder / "mlflow.db"))
wait(lambda: any(sentence.startswith("Saved") for sentence in said))
answer["hostile_saved"] = sorted(p.name for p in target.rglob("*"))
answer["beside_target"] = sorted(p.name for p in folder.iterdir())

if many:
    view.show_roots([ArtifactRoot("Run artifacts", "s3://bucket/1/many/artifacts")])
    answer["many_s"] = first_s = round(wait(lambda: model.rowCount() > 1, 300), 2)
    # The first thousand are shown while the others are on their way.
    rest_s = wait(lambda: " more: " in str(model.index(model.rowCount() - 1, 0).data()), 300)
    answer["many_all_s"] = round(first_s + rest_s, 2)
    answer["many_more"] = str(model.index(model.rowCount() - 1, 0).data())

view.show_roots([ArtifactRoot("Run artifacts", "s3://absent/1/artifacts")])
wait(button.isVisible)
button.click()
wait(lambda: empty.isVisible() and "absent" in empty.text() and "asked" not in empty.text())
answer["absent"] = empty.text()
view.clear()
tasks.close()
print(json.dumps(answer))

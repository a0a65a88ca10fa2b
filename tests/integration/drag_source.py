"""The first program: an ArtifactView on the folder given; prints where its rows are on the screen.

`--all` selects every row.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QModelIndex, QTimer
from PySide6.QtWidgets import QApplication

from bakehouse.artifacts.locator import Locator
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.tasks import TaskRunner
from bakehouse.theme import ThemeSource, style_sheet
from bakehouse.widgets.artifact_tree_view import ArtifactTreeView
from bakehouse.widgets.artifact_view import ArtifactView

application = QApplication(sys.argv)
application.setStyle("Fusion")
themes = ThemeSource("light")
application.setStyleSheet(style_sheet(themes.theme))
tasks = TaskRunner()
view = ArtifactView(themes, tasks)
view.setWindowTitle("drag source")
view.setGeometry(20, 60, 344, 500)
view.set_locator(Locator(Path(sys.argv[1])))
view.show_roots([ArtifactRoot("Run artifacts", sys.argv[2])])
view.show()


def tell() -> None:
    """Where each row lies, once the rows are there and the window has its place."""
    tree = view.findChild(ArtifactTreeView)
    assert tree is not None
    model = tree.model()
    if not model.rowCount() or not view.isActiveWindow():
        return
    if "--all" in sys.argv:
        tree.selectAll()
    places = {}
    for row in range(model.rowCount()):
        index = model.index(row, 0, QModelIndex())
        place = tree.viewport().mapToGlobal(tree.visualRect(index).center())
        places[index.data()] = [place.x(), place.y()]
    print(json.dumps({"rows": places}), flush=True)
    waiting.stop()


waiting = QTimer(interval=50)
waiting.timeout.connect(tell)
waiting.start()
application.exec()

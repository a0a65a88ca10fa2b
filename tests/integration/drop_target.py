"""A second program: a window that takes dropped files and prints what arrived, one JSON line each."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget


class Target(QWidget):
    def __init__(self) -> None:
        super().__init__(None, Qt.WindowType.X11BypassWindowManagerHint)
        self.setAcceptDrops(True)
        self.setGeometry(500, 20, 200, 200)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        urls = [bytes(url.toEncoded().data()).decode() for url in event.mimeData().urls()]
        # Not toLocalFile, which cannot hold names that are no text.
        paths = [os.fsdecode(unquote_to_bytes(url.removeprefix("file://"))) for url in urls]
        content = {}
        for path in map(Path, paths):
            for file in [path] if path.is_file() else sorted(path.rglob("*")):
                if file.is_file():
                    content[str(file)] = file.read_bytes().hex()
        actions = event.possibleActions().value
        event.acceptProposedAction()
        print(json.dumps({"urls": urls, "content": content, "actions": actions}), flush=True)


application = QApplication(sys.argv)
target = Target()
target.show()
print(json.dumps({"ready": True}), flush=True)
application.exec()

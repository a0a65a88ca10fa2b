"""The one dialog that a bug reaches: what happened, to be copied, and whether to go on."""

from __future__ import annotations

import platform
import traceback

import PySide6
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from bakehouse import __version__
from bakehouse.theme import GRID
from bakehouse.widgets.labels import PlainLabel


class CrashDialog(QDialog):
    """Shows the traceback of `error`; accepted means go on, rejected means close the application."""

    def __init__(self, error: BaseException, log_file: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Bakehouse made a mistake")
        self.resize(720, 460)
        self._details = QPlainTextEdit(_report(error))
        self._details.setReadOnly(True)
        self._details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._details.setProperty("input", "true")
        self._details.setAccessibleName("Details of the mistake")
        said = PlainLabel(
            "This is a bug in Bakehouse, not something you did. Your store is safe: every edit is one transaction, "
            f"done whole or not at all. The details also stand in {log_file}."
        )
        said.setWordWrap(True)
        copy = QPushButton("Copy details")
        copy.clicked.connect(self._copy)
        leave = QPushButton("Quit")
        leave.clicked.connect(self.reject)
        go_on = QPushButton("Go on")
        go_on.setProperty("primary", "true")
        go_on.setDefault(True)
        go_on.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(copy)
        row.addStretch(1)
        row.addWidget(leave)
        row.addWidget(go_on)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(PlainLabel("Bakehouse made a mistake", "title"))
        layout.addWidget(said)
        layout.addWidget(self._details, 1)
        layout.addLayout(row)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details.toPlainText())


def _report(error: BaseException) -> str:
    lines = traceback.format_exception(error)
    facts = f"Bakehouse {__version__} · Python {platform.python_version()} · PySide6 {PySide6.__version__}"
    return f"{facts} · {platform.platform()}\n\n{''.join(lines)}"

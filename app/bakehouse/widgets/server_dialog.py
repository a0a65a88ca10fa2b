"""Asks which MLflow server keeps artifacts that only such a server can give."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from bakehouse.artifacts.mlflow_server import server_address
from bakehouse.domain.errors import ArtifactError
from bakehouse.theme import GRID
from bakehouse.widgets.labels import PlainLabel


class ServerDialog(QDialog):
    """A field for the address and a sentence on why it will not do. Shown with `open()`."""

    answered = Signal(str)
    """The server's address."""

    def __init__(self, server: str, parent: QWidget) -> None:
        """`server` is the likely one, or empty."""
        super().__init__(parent)
        self.setObjectName("name_server")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("MLflow server")
        self.setMinimumWidth(480)
        words = PlainLabel(
            "Artifacts of this run went through an MLflow server and can be read only through it. Its address is the "
            "one its pages have in the browser. It is kept in your own data folder; the store is not changed.",
            "muted",
        )
        words.setWordWrap(True)
        self._field = QLineEdit(server)
        self._field.setObjectName("server_address")
        self._field.setAccessibleName("Address of the MLflow server")
        self._field.setPlaceholderText("http://server:5000")
        self._field.selectAll()
        self._remark = PlainLabel("", "bad")
        self._remark.setObjectName("server_remark")
        self._remark.setWordWrap(True)
        self._button = QPushButton("Connect")
        self._button.setObjectName("connect_to_server")
        self._button.setProperty("primary", "true")
        self._button.setDefault(True)
        cancel = QPushButton("Cancel")
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(PlainLabel("Which MLflow server keeps them?", "title"))
        layout.addWidget(words)
        layout.addWidget(self._field)
        layout.addWidget(self._remark)
        layout.addStretch(1)
        layout.addLayout(buttons)
        self._field.textChanged.connect(self._check)
        self._button.clicked.connect(self._answer)
        cancel.clicked.connect(self.reject)
        self._check()

    def _address(self) -> str:
        """The address, or empty with the sentence shown."""
        text = self._field.text()
        try:
            address = server_address(text) if text.strip() else ""
            self._remark.setText("")
        except ArtifactError as error:
            address = ""
            self._remark.setText(str(error))
        return address

    def _check(self, _text: str = "") -> None:
        self._button.setEnabled(bool(self._address()))

    def _answer(self) -> None:
        address = self._address()
        if address:
            self.accept()
            self.answered.emit(address)

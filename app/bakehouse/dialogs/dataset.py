"""All that a store says of a dataset that went into a run."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from bakehouse.domain.runs import DatasetInput
from bakehouse.domain.text import visible, visible_lines
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.fact_list import Fact, FactList
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_CHARACTERS = 100_000
_ROWS_AT_MOST = 12


class DatasetDialog(QDialog):
    """Name, digest, context, and source, schema and profile as MLflow wrote them. Changes nothing."""

    def __init__(self, data: DatasetInput, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("dataset")
        self.setWindowTitle(f"Dataset {visible(data.name, 80)}")
        self.setMinimumWidth(520)
        facts = [Fact("Digest", data.digest, copies=True)]
        facts += [Fact("Context", data.context)] if data.context else []
        facts.append(Fact("Source type", data.source_type))
        listed = FactList(theme, name_share=0.2)
        listed.show_facts(facts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(ElidedLabel(data.name, "title"))
        layout.addWidget(listed)
        for title, text in (("SOURCE", data.source), ("SCHEMA", data.schema), ("PROFILE", data.profile)):
            if text:
                layout.addSpacing(GRID)
                layout.addWidget(PlainLabel(title, "section"))
                layout.addWidget(self._field(title.capitalize(), text))
        layout.addStretch(1)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        layout.addSpacing(GRID)
        layout.addLayout(row)

    @staticmethod
    def _field(name: str, text: str) -> QPlainTextEdit:
        field = QPlainTextEdit(visible_lines(_spread(text), _CHARACTERS))
        field.setReadOnly(True)
        field.setAccessibleName(name)
        field.setProperty("input", "true")
        font = field.font()
        font.setFamilies(["monospace"])
        font.setStyleHint(font.StyleHint.Monospace)
        field.setFont(font)
        rows = min(_ROWS_AT_MOST, field.blockCount()) + 1
        field.setFixedHeight(rows * field.fontMetrics().lineSpacing() + 2 * GRID)
        return field


def _spread(text: str) -> str:
    """JSON over several lines, anything else as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False) if len(text) <= _CHARACTERS else text
    except (ValueError, RecursionError):
        return text

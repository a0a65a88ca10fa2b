"""All that a store says of a dataset that went into a run, and what came of it."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bakehouse.domain.lineage import RUN_LINK, DatasetUse, VersionUse, version_link
from bakehouse.domain.runs import DatasetInput, RunReference
from bakehouse.domain.text import counted, visible, visible_lines
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.fact_list import Fact, FactList
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.sections import Section

_CHARACTERS = 100_000
_ROWS_AT_MOST = 12
_USE_HEIGHT = 154
_AROUND, _HEAD_AND_FOOT, _LEAST_HEIGHT = 80, 140, 360


class DatasetDialog(QDialog):
    """Name, digest, context, what came of it, and source, schema and profile as MLflow wrote them. Changes nothing."""

    link_activated = Signal(str)
    """A run or a version (`domain.lineage`) that was clicked."""

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
        inside = QWidget()
        inside.setObjectName("panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        column.addWidget(listed)
        self._use = Section("CAME OF IT", self._build_use(theme))
        self._use.setObjectName("dataset_use")
        column.addWidget(self._use)
        for title, text in (("SOURCE", data.source), ("SCHEMA", data.schema), ("PROFILE", data.profile)):
            if text:
                column.addSpacing(GRID)
                column.addWidget(PlainLabel(title, "section"))
                column.addWidget(self._field(title.capitalize(), text))
        column.addStretch(1)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(ElidedLabel(data.name, "title"))
        layout.addWidget(_scrolled(inside), 1)
        layout.addSpacing(GRID)
        layout.addLayout(row)
        # As tall as its content, unless that is taller than the window it belongs to.
        most = max(parent.window().height() - _AROUND, _LEAST_HEIGHT)
        self.resize(560, min(inside.sizeHint().height() + _HEAD_AND_FOOT, most))

    def _build_use(self, theme: Theme) -> QWidget:
        """What came of the dataset; read behind the open dialog, so its room is there from the beginning."""
        self._said = PlainLabel("Looking for runs and versions…", "muted")
        self._said.setObjectName("dataset_use_words")
        self._said.setWordWrap(True)
        self.versions = FactList(theme, name_share=0.2)
        self.versions.setAccessibleName("Versions that came of it")
        self.runs = FactList(theme, name_share=0.2)
        self.runs.setAccessibleName("Runs that had it as input")
        inside = QWidget()
        inside.setObjectName("panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(0)
        for part in (self.versions, self.runs):
            part.link_activated.connect(self.link_activated)
            column.addWidget(part)
        column.addStretch(1)
        self._listed = _scrolled(inside)
        self._listed.setFixedHeight(_USE_HEIGHT)
        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addWidget(self._said)
        whole.addWidget(self._listed)
        return body

    def show_use(self, use: DatasetUse) -> None:
        """What came of it was read."""
        words = f"{counted(len(use.run_ids), 'run')}, {counted(len(use.versions), 'version')}"
        left_out = len(use.run_ids) - len(use.runs)
        self.say(words + (f"; {left_out:,} of the runs are not listed" if left_out > 0 else ""))
        names = {run.run_id: run.name or run.run_id for run in use.runs}
        self.versions.show_facts([_version_fact(one, names.get(one.run_id, one.run_id)) for one in use.versions])
        self.runs.show_facts([_run_fact(run) for run in use.runs])

    def say(self, sentence: str) -> None:
        """Say this above what came of it."""
        self._said.setText(sentence)

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


def _scrolled(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    return area


def _version_fact(one: VersionUse, run_name: str) -> Fact:
    """A stage, and the version in it; None is a word that looks like nothing."""
    stage = "No stage" if one.stage == "None" else one.stage
    return Fact(stage, f"{one.name} {one.version} · from {run_name}", link=version_link(one.name, one.version))


def _run_fact(run: RunReference) -> Fact:
    status = "deleted" if run.is_deleted else run.status.lower() or "without a status"
    # A deleted run stands in no table that could select it.
    link = "" if run.is_deleted else f"{RUN_LINK}{run.run_id}"
    return Fact(status.capitalize(), run.name or run.run_id, full=run.run_id, token="muted", link=link)


def _spread(text: str) -> str:
    """JSON over several lines, anything else as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False) if len(text) <= _CHARACTERS else text
    except (ValueError, RecursionError):
        return text

"""What is known of one model version, at the right of the models page."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from bakehouse.artifacts.locator import Locator
from bakehouse.domain.models import ModelVersion
from bakehouse.domain.text import visible, visible_lines
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.itemmodels.registry_models import moment
from bakehouse.store.registrations import TRANSITION_COMMENT_TAG
from bakehouse.tasks import TaskRunner
from bakehouse.theme import GRID, Theme, ThemeSource
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.chips import ChipList
from bakehouse.widgets.fact_list import Fact, FactList
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.stages import StagePill

_READ_ONLY = "This store is open for reading only."
_LONGEST_TEXT = 20_000


class VersionInspector(QWidget):
    """Overview and artifacts of one version, and the button that moves it. GUI thread only."""

    run_requested = Signal(str)
    """The id of the run to go to."""
    transition_requested = Signal()

    def __init__(self, themes: ThemeSource, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(240)
        theme = themes.theme
        self._version: ModelVersion | None = None
        self._artifacts_of: ModelVersion | None = None
        self._title = ElidedLabel("", "title")
        self._title.setObjectName("version_title")
        self._stage = StagePill(theme)
        self._transition = QPushButton("Transition stage…")
        self._transition.setObjectName("transition")
        self._transition.setProperty("primary", "true")
        self._transition.clicked.connect(self.transition_requested)
        self._run = QPushButton()
        self._run.setObjectName("source_run")
        self._run.setProperty("link", "true")
        self._run.setCursor(Qt.CursorShape.PointingHandCursor)
        self._run.clicked.connect(self._go_to_run)
        self._facts = FactList(theme)
        self._aliases, self._tags = ChipList(theme), ChipList(theme)
        self._comment, self._description = self._paragraph("version_comment"), self._paragraph("version_description")
        self._sections: list[tuple[PlainLabel, QWidget]] = []
        self.artifacts = ArtifactView(themes, tasks)
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.currentChanged.connect(self._show_artifacts)
        self._lay_out()
        self._whole.hide()

    def set_theme(self, theme: Theme) -> None:
        for widget in (self._stage, self._facts, self._aliases, self._tags):
            widget.set_theme(theme)

    def set_store(self, locator: Locator | None, *, read_only: bool) -> None:
        """The open store's locator and whether it may be edited; None when it is closed."""
        self.artifacts.set_locator(locator)
        self._artifacts_of = None
        self._transition.setEnabled(not read_only)
        self._transition.setToolTip(_READ_ONLY if read_only else "")

    def show_version(self, version: ModelVersion | None, run_name: str) -> None:
        """Show this version; `run_name` is its source run's name as far as it is known."""
        self._version = version
        self._whole.setVisible(version is not None)
        if version is None:
            self._show_artifacts()
            return
        self._title.setText(f"Version {version.version}")
        self._stage.show_stage(version.stage)
        self.name_run(run_name)
        self._facts.show_facts(_facts_of(version))
        tags = dict(version.tags)
        comment = tags.pop(TRANSITION_COMMENT_TAG, "")
        self._aliases.show_texts([f"@{alias}" for alias in version.aliases])
        self._tags.show_texts([f"{key}: {value}" if value else key for key, value in tags.items()])
        self._comment.setText(visible_lines(comment[:_LONGEST_TEXT]))
        self._description.setText(visible_lines(version.description[:_LONGEST_TEXT]))
        filled = (version.aliases, tags, comment, version.description)
        for (heading, body), content in zip(self._sections, filled, strict=True):
            heading.setVisible(bool(content))
            body.setVisible(bool(content))
        self._show_artifacts()

    def name_run(self, run_name: str) -> None:
        """Show the source run's name, or what stands for it."""
        run_id = self._version.run_id if self._version is not None else None
        text = visible(run_name or run_id or "–", 40)
        # A single & would mark a shortcut.
        self._run.setText(text.replace("&", "&&"))
        self._run.setEnabled(bool(run_id))
        self._run.setAccessibleName(f"Source run {text}")

    def refresh_artifacts(self) -> None:
        """Look at the files again when the version is next shown."""
        self._artifacts_of = None
        self._show_artifacts()

    def _go_to_run(self) -> None:
        if self._version is not None and self._version.run_id:
            self.run_requested.emit(self._version.run_id)

    def _show_artifacts(self) -> None:
        """Files are looked at only while they are on screen."""
        version = self._version
        if version is None:
            self.artifacts.clear()
            self._artifacts_of = None
        elif self._tabs.currentWidget() is self.artifacts and version != self._artifacts_of:
            self._artifacts_of = version
            location = version.storage_location or version.source
            self.artifacts.show_roots([ArtifactRoot(f"{version.name} {version.version}", location)] if location else [])

    def _paragraph(self, name: str) -> PlainLabel:
        label = PlainLabel()
        label.setObjectName(name)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self._title, 1)
        head.addWidget(self._stage)
        overview = QWidget()
        inside = QVBoxLayout(overview)
        inside.setContentsMargins(2 * GRID, 12, 2 * GRID, 2 * GRID)
        inside.setSpacing(0)
        run_row = QHBoxLayout()
        run_row.setSpacing(0)
        run_row.addWidget(PlainLabel("Source run", "muted"), 36)
        run_row.addWidget(self._run, 64)
        inside.addLayout(run_row)
        inside.addSpacing(4)
        inside.addWidget(self._facts)
        for title, body in (
            ("ALIASES", self._aliases),
            ("TAGS", self._tags),
            ("COMMENT OF THE LAST TRANSITION", self._comment),
            ("DESCRIPTION", self._description),
        ):
            heading = PlainLabel(title, "section")
            heading.setContentsMargins(0, 2 * GRID, 0, 6)
            inside.addWidget(heading)
            inside.addWidget(body)
            self._sections.append((heading, body))
        inside.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(overview)
        self._tabs.addTab(scroll, "Overview")
        self._tabs.addTab(self.artifacts, "Artifacts")
        top = QVBoxLayout()
        top.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        top.setSpacing(12)
        top.addLayout(head)
        top.addWidget(self._transition)
        self._whole = QWidget(self)
        column = QVBoxLayout(self._whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._tabs, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._whole)


def _facts_of(version: ModelVersion) -> list[Fact]:
    status = version.status or "–"
    tokens = {"READY": "good", "FAILED_REGISTRATION": "bad"}
    facts = [
        Fact("Status", status.replace("_", " ").capitalize(), full=status, token=tokens.get(status, "warn")),
        Fact("Created", moment(version.creation_time_ms)),
        Fact("Updated", moment(version.last_updated_time_ms)),
        Fact("Run id", version.run_id or "–"),
        Fact("Source", version.source or "–"),
    ]
    if version.storage_location and version.storage_location != version.source:
        facts.append(Fact("Stored at", version.storage_location))
    if version.workspace != "default":
        facts.append(Fact("Workspace", version.workspace))
    return facts

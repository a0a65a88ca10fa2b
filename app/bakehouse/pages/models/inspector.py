"""What is known of one model version, at the right of the models page."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from bakehouse.analysis.figures import MISSING
from bakehouse.domain.models import ModelVersion, RegisteredModel
from bakehouse.domain.text import visible
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.itemmodels.registry_models import moment
from bakehouse.pages.models.version_edits import VersionEdits
from bakehouse.pages.session import Session
from bakehouse.store.registrations import TRANSITION_COMMENT_TAG
from bakehouse.tasks import TaskRunner
from bakehouse.theme import GRID, Theme, ThemeSource
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.fact_list import Fact, FactList
from bakehouse.widgets.labels import ElidedLabel, Paragraph, PlainLabel
from bakehouse.widgets.sections import Section, SectionPanel
from bakehouse.widgets.stages import StagePill

_READ_ONLY = "This store is open for reading only."
_ARTIFACTS_HEIGHT = 260
TAG_CHARACTERS = 100_000
"""What the newest MLflow takes as a registry tag's value; an older store's writer says what it takes."""


class VersionInspector(SectionPanel):
    """Facts, aliases, tags and artifacts of one version, and the button that moves it. GUI thread only."""

    run_requested = Signal(str)
    """The id of the run to go to."""
    transition_requested = Signal()
    request_requested = Signal()
    """Ask others to move it."""
    open_requested = Signal(object)
    """The ModelVersion whose page is wanted."""
    edit_requested = Signal(object)
    """One of `domain.registry_edits`."""

    def __init__(self, themes: ThemeSource, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme = themes.theme
        self._version: ModelVersion | None = None
        self._title = ElidedLabel("", "title")
        self._title.setObjectName("version_title")
        self._stage = StagePill(theme)
        self._run = QPushButton()
        self._run.setObjectName("source_run")
        self._run.setProperty("link", "true")
        self._run.setCursor(Qt.CursorShape.PointingHandCursor)
        self._run.clicked.connect(self._go_to_run)
        self._facts = FactList(theme)
        self._facts.setAccessibleName("Overview")
        self._transition = QPushButton("Transition stage…")
        self._transition.setObjectName("transition")
        self._transition.setProperty("primary", "true")
        self._transition.clicked.connect(self.transition_requested)
        self._request = QPushButton("Request transition…")
        self._request.setObjectName("request_transition_button")
        self._request.clicked.connect(self.request_requested)
        self._open = QPushButton("Open version")
        self._open.setObjectName("open_version")
        self._open.clicked.connect(self._open_page)
        self.edits = VersionEdits(theme, self)
        self._comment = Paragraph("version_comment")
        self.artifacts = ArtifactView(themes, tasks)
        self.artifacts.setMinimumHeight(_ARTIFACTS_HEIGHT)
        self._comment_section = Section("COMMENT OF THE LAST TRANSITION", self._comment)
        self._files = Section("ARTIFACTS", self.artifacts, "drag to save")
        self._refusal, self._has_aliases = "", True
        self.edits.edit_requested.connect(self.edit_requested)
        self._lay_out()

    def set_theme(self, theme: Theme) -> None:
        for widget in (self._stage, self._facts, self.edits):
            widget.set_theme(theme)

    def set_store(self, session: Session | None) -> None:
        """Show versions of this store from now on; None when it is closed."""
        self.artifacts.set_locator(None if session is None else session.locator)
        self.show_version(None, None, "")
        read_only = session is None or session.read_only
        self._refusal = _READ_ONLY if read_only else ""
        self._has_aliases = session is not None and session.store.schema.has("registered_model_aliases")
        self.edits.forget()
        for button in (self._transition, self._request):
            button.setEnabled(not read_only)
            button.setToolTip(_READ_ONLY if read_only else "")

    def show_version(self, model: RegisteredModel | None, version: ModelVersion | None, run_name: str) -> None:
        """Show this version of this model; `run_name` is its source run's name as far as it is known."""
        before, self._version = self._version, version
        if version is None or model is None:
            self.artifacts.clear()
            self.show_message("")
            return
        self._title.setText(f"Version {version.version}")
        self._stage.show_stage(version.stage)
        self.name_run(run_name)
        self._facts.show_facts(_facts_of(version))
        tags = dict(version.tags)
        comment = tags.pop(TRANSITION_COMMENT_TAG, "")
        self.edits.show_version(
            model,
            version,
            sorted(tags.items()),
            tag_characters=TAG_CHARACTERS,
            has_aliases=self._has_aliases,
            refusal=self._refusal,
        )
        self._comment.setText(comment)
        self._comment_section.setVisible(bool(comment))
        root = _root(version)
        self._files.setVisible(root is not None)
        # A reload of the same version leaves what is open and selected among its files alone.
        is_other = before is None or _root(before) != root
        if is_other:
            self.artifacts.show_roots([root] if root else [])
        self.show_sections(from_top=is_other)

    def name_run(self, run_name: str) -> None:
        """Show the source run's name, or what stands for it."""
        run_id = self._version.run_id if self._version is not None else None
        text = visible(run_name or run_id or MISSING, 40)
        # A single & would mark a shortcut.
        self._run.setText(text.replace("&", "&&"))
        self._run.setEnabled(bool(run_id))
        self._run.setAccessibleName(f"Source run {text}")

    def _open_page(self) -> None:
        if self._version is not None:
            self.open_requested.emit(self._version)

    def _go_to_run(self) -> None:
        if self._version is not None and self._version.run_id:
            self.run_requested.emit(self._version.run_id)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self._title, 1)
        head.addWidget(self._stage)
        run_row = QHBoxLayout()
        run_row.setSpacing(0)
        run_row.addWidget(PlainLabel("Source run", "muted"), 36)
        run_row.addWidget(self._run, 64)
        column = self.column
        column.addLayout(head)
        column.addSpacing(GRID)
        column.addLayout(run_row)
        column.addSpacing(2)
        column.addWidget(self._facts)
        column.addSpacing(GRID + 4)
        column.addWidget(self._transition)
        column.addSpacing(GRID)
        others = QHBoxLayout()
        others.setSpacing(GRID)
        others.addWidget(self._request, 1)
        others.addWidget(self._open)
        column.addLayout(others)
        for section in (*self.edits.sections, self._comment_section, self._files):
            column.addWidget(section)
        column.addStretch(1)


def _root(version: ModelVersion) -> ArtifactRoot | None:
    location = version.storage_location or version.source
    if not location:
        return None
    title = f"{visible(version.name, 100)} {version.version}"
    return ArtifactRoot(title, location, f"models:/{version.name}/{version.version}")


def _facts_of(version: ModelVersion) -> list[Fact]:
    status = version.status or MISSING
    tokens = {"READY": "good", "FAILED_REGISTRATION": "bad"}
    facts = [
        Fact("Status", status.replace("_", " ").capitalize(), full=status, token=tokens.get(status, "warn")),
        Fact("Created", moment(version.creation_time_ms)),
        Fact("Updated", moment(version.last_updated_time_ms)),
        Fact("Run id", version.run_id or MISSING),
        Fact("Source", version.source or MISSING),
    ]
    if version.storage_location and version.storage_location != version.source:
        facts.append(Fact("Stored at", version.storage_location))
    if version.workspace != "default":
        facts.append(Fact("Workspace", version.workspace))
    return facts

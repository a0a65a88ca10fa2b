"""The inspector: all about the current run, at the right of the runs page."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.runs import RunDetails
from bakehouse.domain.text import visible
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.pages.runs.run_facts import metric_facts, overview_facts, shown_tags, system_tag_count
from bakehouse.pages.session import Session
from bakehouse.registry.registering import models_of_run
from bakehouse.store.runs import read_details
from bakehouse.tasks import TaskRunner
from bakehouse.theme import GRID, Theme, ThemeSource
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.chips import ChipList
from bakehouse.widgets.fact_list import Fact, FactList
from bakehouse.widgets.labels import ElidedLabel, Paragraph, PlainLabel
from bakehouse.widgets.sections import FactSection, Section, SectionPanel

_SLOT = "runs.details"
_CHOOSE = "Select a run to see its details."
_ARTIFACTS_HEIGHT = 260


class RunInspector(SectionPanel):
    """Shows the details of one run and offers to register its model. Reads them itself when told which run."""

    register_requested = Signal(object)
    """RunDetails of the run whose model shall be registered."""
    model_known = Signal()
    """`has_model` may have changed."""
    said = Signal(str)

    def __init__(self, themes: ThemeSource, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._session: Session | None = None
        self._details: RunDetails | None = None
        self._run_id: str | None = None
        theme = themes.theme
        self._title = ElidedLabel("", "title")
        self._title.setObjectName("inspector_title")
        self._experiment = ElidedLabel("", "muted")
        self._several = PlainLabel("", "muted")
        self._overview = FactList(theme)
        self._overview.setAccessibleName("Overview")
        self._register = QPushButton("Register model…")
        self._register.setObjectName("register_model")
        self._register.setProperty("primary", "true")
        self._metrics = FactSection("METRICS", theme, 3, "last · min · max")
        self._params = FactSection("PARAMS", theme)
        self._chips = ChipList(theme)
        self._chips.setAccessibleName("Tags")
        self._tags = Section("TAGS", self._chips)
        self._system_tags = False
        self.artifacts = ArtifactView(themes, tasks)
        self.artifacts.setMinimumHeight(_ARTIFACTS_HEIGHT)
        self._artifact_section = Section("ARTIFACTS", self.artifacts, "drag to save")
        self._note = Paragraph()
        self._note_section = Section("NOTE", self._note)
        self.show_message(_CHOOSE)
        self._lay_out()
        self._register.clicked.connect(self.request_registration)
        self._tags.link.clicked.connect(self._toggle_system_tags)
        self.artifacts.said.connect(self.said)

    def _lay_out(self) -> None:
        column = self.column
        column.addWidget(self._title)
        column.addSpacing(2)
        column.addWidget(self._experiment)
        column.addWidget(self._several)
        column.addSpacing(GRID)
        column.addWidget(self._overview)
        column.addSpacing(GRID + 4)
        column.addWidget(self._register)
        for section in (self._metrics, self._params, self._tags, self._artifact_section, self._note_section):
            column.addWidget(section)
        column.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        for part in (self._overview, self._metrics.list, self._params.list, self._chips):
            part.set_theme(theme)

    def open(self, session: Session) -> None:
        """Show runs of this store from now on."""
        self._session = session
        self.artifacts.set_locator(session.locator)
        self.show_run(None, 0)

    def close_store(self) -> None:
        self._tasks.cancel(_SLOT)
        self._session = None
        self._run_id = self._details = None
        self.artifacts.set_locator(None)
        self.show_message(_CHOOSE)

    @property
    def details(self) -> RunDetails | None:
        """What is shown."""
        return self._details

    @property
    def has_model(self) -> bool:
        """Whether the shown run has a model that can be registered."""
        return self._details is not None and bool(models_of_run(self._details))

    def show_run(self, run_id: str | None, selected: int) -> None:
        """Show a run, or the empty state; `selected` runs are selected in all."""
        self._several.setText(f"{selected:,} runs selected" if selected > 1 else "")
        self._several.setVisible(selected > 1)
        if run_id is None:
            self._tasks.cancel(_SLOT)
            self._run_id = None
            self._show_none(_CHOOSE)
        elif run_id != self._run_id:
            self._run_id = run_id
            self.reload()

    def reload(self) -> None:
        """Read the shown run again; what is shown stays meanwhile."""
        session, run_id = self._session, self._run_id
        if session is None or run_id is None:
            return
        store = session.store

        def load(token: Token) -> RunDetails | None:
            return read_details(store.reader(), run_id, token)

        self._tasks.start(_SLOT, load, done=self._loaded, failed=self._failed)

    def request_registration(self) -> None:
        """Ask the window to register the shown run's model."""
        if self._details is not None and self.has_model:
            self.register_requested.emit(self._details)

    def _loaded(self, details: RunDetails | None) -> None:
        if details is None:
            self._show_none("This run is no longer in the store.")
            return
        is_same = self._details is not None and self._details.run_id == details.run_id
        roots = _roots(details)
        artifacts_are_same = is_same and self._details is not None and _roots(self._details) == roots
        self._details = details
        self._title.setText(details.name or details.run_id)
        self._experiment.setText(details.experiment_name)
        self._overview.show_facts(overview_facts(details, time.time() * 1000))
        self._metrics.show_facts(metric_facts(details.metrics))
        self._params.show_facts([Fact(key, value) for key, value in sorted(details.params)])
        self._show_tags()
        self._note.setText(details.note)
        self._note_section.setVisible(bool(details.note))
        self._show_register()
        if not artifacts_are_same:
            self.artifacts.show_roots(roots)
        self.show_sections(from_top=not is_same)
        self.model_known.emit()

    def _failed(self, error: BakehouseError) -> None:
        self._show_none(str(error))

    def _show_none(self, sentence: str) -> None:
        self._details = None
        self.show_message(sentence)
        self.model_known.emit()

    def _show_register(self) -> None:
        read_only = self._session is None or self._session.read_only
        self._register.setEnabled(self.has_model and not read_only)
        if not self.has_model:
            self._register.setToolTip("This run has logged no model.")
        else:
            self._register.setToolTip("The store was opened for reading only." if read_only else "")

    def _show_tags(self) -> None:
        if self._details is None:
            return
        system = system_tag_count(self._details)
        tags = shown_tags(self._details, system=self._system_tags)
        self._chips.show_tags(tags)
        self._tags.offer(
            "" if not system else "Hide system tags" if self._system_tags else f"Show {system} system tags"
        )
        self._tags.setVisible(bool(tags) or system > 0)

    def _toggle_system_tags(self) -> None:
        self._system_tags = not self._system_tags
        self._show_tags()


def _roots(details: RunDetails) -> list[ArtifactRoot]:
    """The run's own artifacts and those of the models it logged."""
    roots = [ArtifactRoot("Run artifacts", details.artifact_uri, f"runs:/{details.run_id}")]
    models = [
        ArtifactRoot(visible(one.name, 200), one.artifact_location, f"models:/{one.model_id}")
        for one in details.logged_models
    ]
    return [*(roots if details.artifact_uri else []), *models]

"""The inspector: all about the current run, at the right of the runs page."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from bakehouse.analysis.envelope import Polyline
from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.edits import AddArtifacts
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.registry_edits import RegisterFolder
from bakehouse.domain.runs import Lineage, RunDetails
from bakehouse.domain.text import visible
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.pages.run_curves import read_curves
from bakehouse.pages.runs.run_facts import overview_facts
from bakehouse.pages.runs.run_note import RunNote
from bakehouse.pages.runs.run_reading import RunReading, read_run
from bakehouse.pages.runs.run_tags import RunTags
from bakehouse.pages.runs.run_title import RunTitle
from bakehouse.pages.runs.several_runs import SeveralRuns
from bakehouse.pages.session import Session
from bakehouse.registry.lineage import graph_of_run
from bakehouse.registry.registering import models_of_run
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import GRID, Theme, ThemeSource
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.fact_list import FactList
from bakehouse.widgets.key_section import KeySection
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.lineage_graph import LineageGraph
from bakehouse.widgets.metric_rows import MetricRows
from bakehouse.widgets.sections import Section, SectionPanel

_SLOT, _CURVES_SLOT = "runs.details", "runs.curves"
_CHOOSE = "Select a run to see its details."
_READ_ONLY = "The store was opened for reading only."
_DELETED = "This run is deleted; restore it to change it."
_ARTIFACTS_HEIGHT = 260
_MODEL_ROOTS = 40
"""Of a run with more models than that, the others' files are found in the table of logged models."""
_OVERVIEW_NAMES = 0.27


class RunInspector(SectionPanel):
    """Shows the details of one run and takes edits in place. Reads the run itself when told which. GUI thread."""

    register_requested = Signal(object)
    """RunDetails of the run whose model shall be registered, or a RegisterFolder of its artifacts."""
    edit_requested = Signal(object)
    """One of `domain.edits`."""
    link_activated = Signal(str)
    """Where a line leads: one of the links of `run_facts`."""
    metric_chosen = Signal(str)
    """A metric whose history shall be shown."""
    model_known = Signal()
    """`has_model` may have changed."""
    said = Signal(str)

    def __init__(self, themes: ThemeSource, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._session: Session | None = None
        self._details: RunDetails | None = None
        self._lineage: Lineage | None = None
        self._run_id: str | None = None
        theme = themes.theme
        self.title = RunTitle(theme)
        self._experiment = ElidedLabel("", "muted")
        self.several = SeveralRuns(theme, tasks)
        self._other: QWidget | None = None
        self._are_several = False
        self._sentence = _CHOOSE
        self._refusal = PlainLabel("", "muted")
        self._refusal.setObjectName("inspector_refusal")
        self._refusal.setWordWrap(True)
        self.overview = FactList(theme, name_share=_OVERVIEW_NAMES)
        self.overview.setAccessibleName("Overview")
        self._register = QPushButton("Register model…")
        self._register.setObjectName("register_model")
        self._register.setProperty("primary", "true")
        rows = MetricRows(theme), MetricRows(theme)
        self.metrics = KeySection("METRICS", "metric", *rows, "last · min · max")
        self._curves = rows
        self.params = KeySection("PARAMS", "param", FactList(theme), FactList(theme))
        self.tags = RunTags(theme)
        self.graph = LineageGraph(theme)
        self._lineage_section = Section("LINEAGE", self.graph)
        self.artifacts = ArtifactView(themes, tasks)
        self.artifacts.setMinimumHeight(_ARTIFACTS_HEIGHT)
        self._artifact_section = Section("ARTIFACTS", self.artifacts, "drag to save")
        self.note = RunNote(theme)
        self.add_face(self.several)
        self.show_message(_CHOOSE)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = self.column
        column.addWidget(self.title)
        column.addSpacing(2)
        column.addWidget(self._experiment)
        self._refusal.setContentsMargins(0, GRID - 2, 0, 0)
        column.addWidget(self._refusal)
        column.addSpacing(GRID)
        column.addWidget(self.overview)
        column.addSpacing(GRID + 4)
        column.addWidget(self._register)
        for section in (
            self.metrics, self.params, self._lineage_section, self.tags, self.note, self._artifact_section,
        ):  # fmt: skip
            column.addWidget(section)
        column.addStretch(1)

    def _connect(self) -> None:
        self._register.clicked.connect(self.request_registration)
        self.artifacts.said.connect(self.said)
        for links in (self.overview, self.graph):
            links.link_activated.connect(self.link_activated)
        self.metrics.key_chosen.connect(self.metric_chosen)
        self.note.link_activated.connect(self._tell_web_link)
        self.artifacts.files_dropped.connect(self._add_files)
        self.artifacts.register_requested.connect(self._ask_to_register)
        for part in (self.title, self.tags, self.note):
            part.edit_requested.connect(self.edit_requested)

    def set_theme(self, theme: Theme) -> None:
        for part in (
            self.title, self.overview, self.metrics, self.params, self.graph, self.tags, self.note, self.several,
        ):  # fmt: skip
            part.set_theme(theme)

    def open(self, session: Session) -> None:
        """Show runs of this store from now on."""
        self._session = session
        for part in (self.title, self.tags):
            part.forget()
        self.note.open(session.settings, session.store.path)
        self.artifacts.set_locator(session.locator)
        self.artifacts.offer_registration(not session.read_only)
        self.show_selection(RunFrame([]), (), None)

    def close_store(self) -> None:
        self._cancel()
        self.several.forget()
        self.note.forget()
        self._are_several = False
        self._session = None
        self._run_id = self._details = None
        self.artifacts.set_locator(None)
        self.show_message(_CHOOSE)

    @property
    def session(self) -> Session | None:
        """The store whose runs are shown."""
        return self._session

    @property
    def details(self) -> RunDetails | None:
        """What is shown."""
        return self._details

    @property
    def lineage(self) -> Lineage | None:
        """Parent and children of the run that is shown."""
        return self._lineage

    @property
    def has_model(self) -> bool:
        """Whether the shown run has a model that can be registered."""
        return self._details is not None and bool(models_of_run(self._details))

    def show_selection(self, frame: RunFrame, run_ids: Sequence[str], current: str | None) -> None:
        """Show the `current` run, what several selected ones share, or the empty state."""
        self._are_several = len(run_ids) > 1
        if self._are_several:
            self.several.show_runs(frame, run_ids)
            self._present()
        else:
            self.several.forget()
        self._show_run(current)

    def _show_run(self, run_id: str | None) -> None:
        if run_id is None:
            self._cancel()
            self._run_id = None
            self._show_none(_CHOOSE)
        elif run_id != self._run_id:
            self._run_id = run_id
            self.reload()
        else:
            self._present()

    def show_other(self, face: QWidget | None) -> None:
        """Show a face that tells of something else than runs, None to tell of the runs again."""
        self._other = face
        self._present()

    def _present(self, *, from_top: bool = False) -> None:
        """Show what is to be told of: something else, several runs, one, or a sentence."""
        if self._other is not None:
            self.show_face(self._other)
        elif self._are_several:
            self.show_face(self.several)
        elif self._details is not None:
            self.show_sections(from_top=from_top)
        else:
            self.show_message(self._sentence)

    def reload(self) -> None:
        """Read the shown run again; what is shown stays meanwhile."""
        session, run_id = self._session, self._run_id
        if session is None or run_id is None:
            return
        self._tasks.start(_SLOT, partial(read_run, session.store, run_id), done=self._loaded, failed=self._failed)

    def _ask_to_register(self, owner: str, path: str) -> None:
        self.register_requested.emit(RegisterFolder(owner, path))

    def request_registration(self) -> None:
        """Ask the window to register the shown run's model."""
        if self._details is not None and self.has_model:
            self.register_requested.emit(self._details)

    def _cancel(self) -> None:
        self._tasks.cancel(_SLOT)
        self._tasks.cancel(_CURVES_SLOT)

    def _loaded(self, reading: RunReading | None) -> None:
        if reading is None:
            self._show_none("This run is no longer in the store.")
            return
        details = reading.details
        is_same = self._details is not None and self._details.run_id == details.run_id
        roots = _roots(details)
        artifacts_are_same = is_same and self._details is not None and _roots(self._details) == roots
        self._details, self._lineage = details, reading.lineage
        self._experiment.setText(details.experiment_name)
        self.overview.show_facts(overview_facts(details, reading.lineage, time.time() * 1000))
        if not is_same:
            self._show_curves({})
        self.metrics.show_facts(reading.metrics)
        self.params.show_facts(reading.params)
        graph = graph_of_run(details)
        self.graph.show_graph(graph)
        self._lineage_section.setVisible(bool(graph.nodes))
        refusal = self._why_not(details)
        for part in (self.title, self.tags, self.note):
            part.show_run(details, refusal)
        self._refusal.setText(refusal)
        self._refusal.setVisible(bool(refusal))
        self.artifacts.take_files(not refusal)
        self._show_register()
        if not artifacts_are_same:
            self.artifacts.show_roots(roots)
        self._present(from_top=not is_same)
        self.model_known.emit()
        self._read_curves(details)

    def _read_curves(self, details: RunDetails) -> None:
        if self._session is not None and any(one.points > 1 for one in details.metrics):
            work = partial(read_curves, self._session.store, details.run_id)
            self._tasks.start(
                _CURVES_SLOT, work, done=self._show_curves, failed=self._failed_curves, lane=Lane.BACKGROUND
            )

    def _show_curves(self, lines: Mapping[str, Polyline]) -> None:
        for rows in self._curves:
            rows.show_lines(lines)

    def _failed_curves(self, error: BakehouseError) -> None:
        self.said.emit(str(error))

    def _failed(self, error: BakehouseError) -> None:
        self._show_none(str(error))

    def _show_none(self, sentence: str) -> None:
        self._details = self._lineage = None
        self._sentence = sentence
        self._present()
        self.model_known.emit()

    def _add_files(self, address: str, below: str, paths: Sequence[Path]) -> None:
        details = self._details
        if details is not None and details.artifact_uri == address:
            names = tuple(str(path) for path in paths)
            self.edit_requested.emit(AddArtifacts(details.run_id, details.name, address, below, names))

    def _why_not(self, details: RunDetails) -> str:
        """Why the run cannot be changed, a sentence; empty when it can."""
        if self._session is None or self._session.read_only:
            return _READ_ONLY
        return _DELETED if details.lifecycle_stage == "deleted" else ""

    def _show_register(self) -> None:
        read_only = self._session is None or self._session.read_only
        self._register.setEnabled(self.has_model and not read_only)
        if not self.has_model:
            self._register.setToolTip("This run has logged no model.")
        else:
            self._register.setToolTip(_READ_ONLY if read_only else "")

    def _tell_web_link(self, address: str) -> None:
        self.link_activated.emit(f"web:{address}")


def _roots(details: RunDetails) -> list[ArtifactRoot]:
    """The run's own artifacts and those of the models it logged."""
    roots = [ArtifactRoot("Run artifacts", details.artifact_uri, f"runs:/{details.run_id}")]
    models = [
        ArtifactRoot(visible(one.name, 200), one.artifact_location, f"models:/{one.model_id}")
        for one in details.logged_models[:_MODEL_ROOTS]
    ]
    return [*(roots if details.artifact_uri else []), *models]

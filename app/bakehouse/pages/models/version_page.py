"""All that is known of one model version, on a page of its own."""

from __future__ import annotations

import re
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.analysis.figures import MISSING
from bakehouse.artifacts.listing import size_text
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.lineage import DATASET_LINK, LOGGED_LINK, MODEL_LINK, RUN_LINK, linked_version
from bakehouse.domain.loading_snippets import Address, Snippet, addresses_of, is_nameable, loading_snippets
from bakehouse.domain.models import ModelVersion, RegisteredModel
from bakehouse.domain.text import visible
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.itemmodels.registry_models import moment
from bakehouse.pages.datasets import DatasetRoom
from bakehouse.pages.models.version_head import VersionHead
from bakehouse.pages.models.version_reading import CardReading, SourceReading, make_digest, read_card, read_source
from bakehouse.pages.run_curves import read_curves
from bakehouse.pages.session import Session
from bakehouse.store.registrations import TRANSITION_COMMENT_TAG
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import GRID, INSPECTOR_WIDTH, Theme, ThemeSource
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.chips import ChipList
from bakehouse.widgets.digest_section import DigestSection
from bakehouse.widgets.empty_state import EmptyState
from bakehouse.widgets.fact_list import Fact, FactList
from bakehouse.widgets.key_section import KeySection
from bakehouse.widgets.labels import Paragraph, PlainLabel
from bakehouse.widgets.lineage_graph import LineageGraph
from bakehouse.widgets.metric_rows import MetricRows
from bakehouse.widgets.model_card_view import ModelCardBody
from bakehouse.widgets.note_viewer import NoteViewer
from bakehouse.widgets.sections import Section
from bakehouse.widgets.snippet_view import SnippetView
from bakehouse.widgets.table_ordering import TableOrdering

DIGEST_TAG = "bakehouse.digest"
"""The version tag in which a digest made at registration is noted: `sha256:<hex> rule <number>`."""

_SOURCE, _CURVES, _CARD, _DIGEST = "version.source", "version.curves", "version.card", "version.digest"
_EXAMPLE_ORDER = "version.example_order"
_DIGEST_TEXT = re.compile(r"sha256:([0-9a-f]{64})(?:\s+rule\s+(\d+))?")
_GONE = "This version is not in the store any more: it was deleted, or its model renamed."
_REMOTE_DIGEST = "SHA-256 over every file of the model. They lie on another machine: all of them are fetched for it."
_BACK = "Back to the versions"
_ARTIFACTS_HEIGHT = 380
_TWO_COLUMNS = 860
_ASIDE_PLACE = 3
"""Where the narrow column stands in the only one: behind lineage, description and programs."""


class VersionPage(QWidget):
    """Shows a version that it is told of and reads the rest itself. Owned by the models page. GUI thread."""

    back_requested = Signal()
    run_requested = Signal(str)
    """The id of the run to go to."""
    logged_model_requested = Signal(str)
    """The id of the logged model to go to."""
    version_requested = Signal(str, int)
    """(model name, version) to go to."""
    compare_requested = Signal()
    transition_requested = Signal()
    edit_requested = Signal(object)
    """One of `domain.registry_edits`."""
    said = Signal(str)

    def __init__(self, themes: ThemeSource, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("version_page")
        self._tasks = tasks
        self._datasets = DatasetRoom("version.dataset", self)
        self._session: Session | None = None
        self._model: RegisteredModel | None = None
        self._version: ModelVersion | None = None
        self._source: SourceReading | None = None
        self._found: CardReading | None = None
        self._artifacts_shown = False
        theme = themes.theme
        self.head = VersionHead(theme)
        self.lineage = LineageGraph(theme)
        self.description = NoteViewer(theme)
        self.card = ModelCardBody(theme)
        self._example_order = TableOrdering(tasks, _EXAMPLE_ORDER, self.card.table)
        self._card_sentence = PlainLabel("", "muted")
        self._card_sentence.setObjectName("version_card_sentence")
        self._card_sentence.setWordWrap(True)
        self.snippets = SnippetView(theme)
        self.artifacts = ArtifactView(themes, tasks)
        self.artifacts.setMinimumHeight(_ARTIFACTS_HEIGHT)
        self.overview = FactList(theme, name_share=0.3)
        self.overview.setAccessibleName("Overview")
        self.digest = DigestSection()
        self._tags = ChipList(theme)
        self._comment = Paragraph("version_page_comment")
        self._curves = MetricRows(theme), MetricRows(theme)
        self.metrics = KeySection("METRICS OF THE RUN", "metric", *self._curves, "last · min · max")
        self.params = KeySection("PARAMS OF THE RUN", "param", FactList(theme), FactList(theme))
        self._empty = EmptyState("version_gone")
        self._sections: dict[str, Section] = {}
        self._lay_out()
        self._connect()

    # Interface

    def set_store(self, session: Session | None) -> None:
        """Show versions of this store from now on; None when it is closed."""
        self._stop()
        self._session = session
        self._model = self._version = self._source = self._found = None
        self.artifacts.set_locator(None if session is None else session.locator)
        self.head.set_read_only(session is None or session.read_only)
        self._pages.setCurrentWidget(self._nothing)

    def show_version(self, model: RegisteredModel | None, version: ModelVersion | None) -> None:
        """Show this version of this model; None when it is gone. The same one again is read anew in its place."""
        if model is None or version is None:
            self._say_gone()
            return
        before = self._version
        is_other = before is None or _key(before) != _key(version)
        self._model, self._version = model, version
        if is_other:
            self._stop()
            self._source = self._found = None
            self._scroll.verticalScrollBar().setValue(0)
            self._forget()
        self._show_known()
        self._pages.setCurrentWidget(self._whole)
        self._read()

    @property
    def version(self) -> ModelVersion | None:
        """What is shown."""
        return self._version

    def set_theme(self, theme: Theme) -> None:
        for part in (
            self.head, self.lineage, self.description, self.card, self.snippets, self.overview, self._tags,
            self.metrics, self.params,
        ):  # fmt: skip
            part.set_theme(theme)

    def add_section(self, section: Section) -> None:
        """One more section at the end of the narrow column."""
        self._aside.insertWidget(self._aside.count() - 1, section)

    # Showing

    def _say_gone(self) -> None:
        self._stop()
        self._version = None
        self._empty.show_message(_GONE, action=_BACK)
        self._pages.setCurrentWidget(self._empty)

    def _forget(self) -> None:
        """Show nothing of another version."""
        self._sections["lineage"].hide()
        self.card.hide()
        self._card_sentence.setText("Reading the model's files…")
        self._card_sentence.show()
        self.artifacts.clear()
        for section in (self.metrics, self.params):
            section.show_facts([])
        self._show_lines({})
        self.digest.offer_digest()

    def _show_known(self) -> None:
        """What the registry itself says."""
        model, version = self._model, self._version
        if model is None or version is None:
            return
        self.head.show_version(version, len(model.versions) - 1, _subtitle(version))
        tags = dict(version.tags)
        comment = tags.pop(TRANSITION_COMMENT_TAG, "")
        noted = _DIGEST_TEXT.match(tags.pop(DIGEST_TAG, ""))
        if noted is not None:
            self.digest.compare_with(noted[1], int(noted[2] or 1), "noted at registration")
        else:
            self.digest.compare_with("", 0, "Not compared: no digest was recorded at registration.")
        self.description.show_markdown(version.description)
        self._comment.setText(comment)
        self._tags.show_tags(sorted(tags.items()))
        for name, content in (("description", version.description), ("comment", comment), ("tags", tags)):
            self._sections[name].setVisible(bool(content))
        self._show_overview()
        self._show_snippets()

    def _show_overview(self) -> None:
        if self._version is not None:
            self.overview.show_facts(_overview(self._version, self._source, self._found))

    def _show_snippets(self) -> None:
        version = self._version
        if version is None or self._session is None:
            return
        location = self._found.location if self._found is not None else None
        is_moved = location is not None and location.moved
        folder = (
            str(location.path) if location is not None and location.path is not None and not location.remote else ""
        )
        note = ""
        if not is_nameable(version.name):
            note = "MLflow finds no model by a name with /, : or ? in it, only its folder."
        elif is_moved:
            note = "The files do not lie where the store says, so MLflow finds them only by their folder."
        elif self._found is not None and self._found.card is None:
            note = "The MLmodel file could not be read, so these are the general ways."
        addresses = addresses_of(version, folder, folder_first=is_moved)
        self.snippets.show_snippets(addresses, self._make_snippets, note)

    def _make_snippets(self, address: Address) -> list[Snippet]:
        version, session = self._version, self._session
        if version is None or session is None:
            return []
        card = self._found.card if self._found is not None else None
        return loading_snippets(
            session.locator.store_path,
            address,
            [name for name, _ in card.flavors] if card is not None else [],
            loader=card.loader if card is not None else "",
            columns=[row[1] for row in card.signature if row[0] == "inputs"] if card is not None else [],
            workspace=version.workspace,
        )

    # Reading

    def _read(self) -> None:
        if self._session is None or self._version is None:
            return
        work = partial(read_source, self._session.store, self._version)
        self._tasks.start(_SOURCE, work, done=self._show_source, failed=self._fail_source)

    def _read_card(self) -> None:
        """Read the model's file, also again when the person has said where the files are."""
        if self._session is None or self._source is None:
            return
        work = partial(read_card, self._session.locator, self._source.address)
        self._tasks.start(_CARD, work, done=self._show_card, failed=self._fail_card, lane=Lane.PREVIEW)

    def _stop(self) -> None:
        for slot in (_SOURCE, _CURVES, _CARD, _DIGEST, _EXAMPLE_ORDER):
            self._tasks.cancel(slot)

    def _show_source(self, source: SourceReading) -> None:
        version, session = self._version, self._session
        if version is None or session is None:
            return
        before, self._source = self._source, source
        self.lineage.show_graph(source.graph)
        self._sections["lineage"].show()
        self.metrics.show_facts(source.metrics)
        self.params.show_facts(source.params)
        self._show_overview()
        if before is None or before.address != source.address:
            self._show_artifacts(version, source.address)
        self._read_card()
        if source.run is not None and any(one.points > 1 for one in source.run.metrics):
            curves = partial(read_curves, session.store, source.run.run_id)
            self._tasks.start(_CURVES, curves, done=self._show_lines, failed=self._fail_quietly, lane=Lane.BACKGROUND)

    def _show_artifacts(self, version: ModelVersion, address: str) -> None:
        title = f"{visible(version.name, 100)} {version.version}"
        root = ArtifactRoot(title, address, f"models:/{version.name}/{version.version}")
        self.artifacts.show_roots([root] if address else [])
        self._artifacts_shown = bool(address)
        self._sections["artifacts"].setVisible(self._artifacts_shown)

    def _show_card(self, found: CardReading) -> None:
        self._found = found
        if found.card is not None:
            self.card.show_card(found.card)
        self.card.setVisible(found.card is not None)
        self._card_sentence.setText(found.sentence)
        self._card_sentence.setVisible(bool(found.sentence))
        # Of a place that is not to be had the artifacts' section says why, and offers what can be done.
        self._sections["card"].setVisible(found.location.path is not None or not self._artifacts_shown)
        if found.location.path is None:
            self.digest.show_problem("Not digested: the files are not here.", can_try=False)
        elif found.location.remote and not self._tasks.is_active(_DIGEST):
            self.digest.offer_digest(_REMOTE_DIGEST)
        elif self.digest.is_out_of_reach:
            self.digest.offer_digest()
        self._show_overview()
        self._show_snippets()

    def _show_lines(self, lines: object) -> None:
        if isinstance(lines, dict):
            for rows in self._curves:
                rows.show_lines(lines)

    def _fail_source(self, error: BakehouseError) -> None:
        self._card_sentence.setText(str(error))
        self._card_sentence.show()

    def _fail_card(self, error: BakehouseError) -> None:
        self._card_sentence.setText(str(error))
        self._card_sentence.show()

    def _fail_quietly(self, error: BakehouseError) -> None:
        self.said.emit(str(error))

    # Digest

    def _start_digest(self) -> None:
        if self._session is None or self._source is None:
            return
        self.digest.show_progress("Reading the model's files…")
        self._tasks.start(
            _DIGEST,
            partial(make_digest, self._session.locator, self._source.address),
            done=self.digest.show_digest,
            failed=self._fail_digest,
            lane=Lane.WALK,
            title="Computing a digest",
        )

    def _stop_digest(self) -> None:
        self._tasks.cancel(_DIGEST)

    def _fail_digest(self, error: BakehouseError) -> None:
        self.digest.show_problem(str(error))

    def _tell_progress(self, slot: str, done: int, total: int, _text: str) -> None:
        if slot == _DIGEST and total and self._tasks.is_active(slot):
            self.digest.show_progress(f"{size_text(done)} of {size_text(total)} read", done, total)

    # Leading elsewhere

    def _follow(self, link: str) -> None:
        target = link.partition(":")[2]
        version = linked_version(link)
        if version is not None:
            self.version_requested.emit(*version)
        elif link.startswith(RUN_LINK):
            self.run_requested.emit(target)
        elif link.startswith(LOGGED_LINK):
            self.logged_model_requested.emit(target)
        elif link.startswith(MODEL_LINK):
            self.back_requested.emit()
        elif link.startswith(DATASET_LINK):
            self._show_dataset(int(target))

    def _show_dataset(self, place: int) -> None:
        run = self._source.run if self._source is not None else None
        if run is not None and self._session is not None:
            self._datasets.show(run.datasets[place], self._session, self.window())

    def _go_to_run(self, _name: str) -> None:
        """A metric's line leads to the run, where its whole history is."""
        if self._source is not None and self._source.run is not None:
            self.run_requested.emit(self._source.run.run_id)

    # Appearance

    def _lay_out(self) -> None:
        card = QWidget()
        inside = QVBoxLayout(card)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self._card_sentence)
        inside.addWidget(self.card)
        main, aside = QVBoxLayout(), QVBoxLayout()
        for name, title, body, words in (
            ("lineage", "LINEAGE", self.lineage, ""),
            ("description", "DESCRIPTION", self.description, ""),
            ("snippets", "LOAD IT", self.snippets, ""),
            ("card", "MODEL", card, ""),
            ("artifacts", "ARTIFACTS", self.artifacts, "drag to save"),
        ):
            self._sections[name] = Section(title, body, words)
            main.addWidget(self._sections[name])
        for name, title, part in (
            ("overview", "OVERVIEW", self.overview),
            ("comment", "COMMENT OF THE LAST TRANSITION", self._comment),
            ("tags", "TAGS", self._tags),
        ):
            self._sections[name] = Section(title, part)
            aside.addWidget(self._sections[name])
        for section in (self.digest, self.metrics, self.params):
            aside.addWidget(section)
        for column in (main, aside):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            column.addStretch(1)
        self._main, self._aside = main, aside
        self._side = QWidget()
        self._side.setLayout(aside)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(3 * GRID)
        self._columns.addLayout(main, 1)
        self._columns.addWidget(self._side)
        body = QWidget()
        body.setObjectName("panel")
        around = QVBoxLayout(body)
        around.setContentsMargins(3 * GRID, 0, 3 * GRID, 2 * GRID)
        around.addLayout(self._columns)
        around.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(body)
        line = QFrame()
        line.setProperty("line", "horizontal")
        self._whole, self._nothing = QWidget(), QWidget()
        whole = QVBoxLayout(self._whole)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for widget in (self.head, line, self._scroll):
            whole.addWidget(widget)
        self._pages = QStackedWidget()
        self._pages.setObjectName("page")
        self._pages.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        for page in (self._nothing, self._whole, self._empty):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self.setMinimumWidth(280)

    def _connect(self) -> None:
        self.head.back_requested.connect(self.back_requested)
        self.head.compare_requested.connect(self.compare_requested)
        self.head.transition_requested.connect(self.transition_requested)
        self._empty.acted.connect(self.back_requested)
        self.lineage.link_activated.connect(self._follow)
        self._datasets.run_requested.connect(self.run_requested)
        self._datasets.version_requested.connect(self.version_requested)
        self.overview.link_activated.connect(self._follow)
        self.metrics.key_chosen.connect(self._go_to_run)
        self.snippets.said.connect(self.said)
        self.artifacts.said.connect(self.said)
        self.artifacts.places.changed.connect(self._read_card)
        self.digest.digest_wanted.connect(self._start_digest)
        self.digest.digest_unwanted.connect(self._stop_digest)
        self._tasks.task_progressed.connect(self._tell_progress)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= _TWO_COLUMNS
        if is_wide:
            self._columns.addWidget(self._side)
        else:
            self._main.insertWidget(_ASIDE_PLACE, self._side)
        self._side.setMinimumWidth(INSPECTOR_WIDTH - 3 * GRID if is_wide else 0)
        self._side.setMaximumWidth(INSPECTOR_WIDTH - 3 * GRID if is_wide else 16_777_215)


def _key(version: ModelVersion) -> tuple[str, str, int]:
    return version.workspace, version.name, version.version


def _subtitle(version: ModelVersion) -> str:
    words = []
    if version.creation_time_ms is not None:
        words.append(f"registered {moment(version.creation_time_ms)}")
    if version.last_updated_time_ms not in (None, version.creation_time_ms):
        words.append(f"changed {moment(version.last_updated_time_ms)}")
    return " · ".join(words)


def _overview(version: ModelVersion, source: SourceReading | None, found: CardReading | None) -> list[Fact]:
    status = version.status or MISSING
    tokens = {"READY": "good", "FAILED_REGISTRATION": "bad"}
    facts = [Fact("Status", status.replace("_", " ").capitalize(), full=status, token=tokens.get(status, "warn"))]
    run = source.run if source is not None else None
    if run is not None and run.lifecycle_stage != "deleted":
        facts.append(Fact("Source run", run.name or run.run_id, full=run.run_id, link=f"{RUN_LINK}{run.run_id}"))
    elif run is not None:
        facts.append(Fact("Source run", f"{run.name or run.run_id} · deleted", full=run.run_id, token="muted"))
    elif version.run_id:
        words = f"{version.run_id} (not in this store)" if source is not None else version.run_id
        facts.append(Fact("Source run", words, full=version.run_id, token="muted"))
    if run is not None and run.experiment_name:
        facts.append(Fact("Experiment", run.experiment_name))
    if version.workspace != "default":
        facts.append(Fact("Workspace", version.workspace))
    facts.append(Fact("Source", version.source or MISSING, copies=bool(version.source)))
    address = source.address if source is not None else ""
    if address and address != version.source:
        facts.append(Fact("Stored at", address, copies=True))
    if found is not None and found.location.moved and found.location.path is not None:
        facts.append(Fact("Found at", str(found.location.path), copies=True))
    return facts

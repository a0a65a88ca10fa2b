"""All that is known of one model version, on a page of its own."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from bakehouse.dialogs.web_link import ask_to_open
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.lineage import DATASET_LINK, LOGGED_LINK, MODEL_LINK, RUN_LINK, linked_version
from bakehouse.domain.models import ModelVersion, RegisteredModel
from bakehouse.domain.text import visible
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.pages.datasets import DatasetRoom
from bakehouse.pages.models.version_columns import VersionColumns
from bakehouse.pages.models.version_digest import VersionDigest
from bakehouse.pages.models.version_edits import VersionEdits
from bakehouse.pages.models.version_facts import overview, subtitle
from bakehouse.pages.models.version_head import VersionHead
from bakehouse.pages.models.version_reading import CardReading, SourceReading, read_card, read_source
from bakehouse.pages.models.version_snippets import VersionSnippets
from bakehouse.pages.run_curves import read_curves
from bakehouse.pages.session import Session
from bakehouse.registry.registering import DIGEST_TAG
from bakehouse.store.registrations import TRANSITION_COMMENT_TAG
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import Theme, ThemeSource
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.empty_state import EmptyState
from bakehouse.widgets.fact_list import FactList
from bakehouse.widgets.key_section import KeySection
from bakehouse.widgets.labels import Paragraph, PlainLabel
from bakehouse.widgets.lineage_graph import LineageGraph
from bakehouse.widgets.metric_rows import MetricRows
from bakehouse.widgets.model_card_view import ModelCardBody
from bakehouse.widgets.sections import Section
from bakehouse.widgets.table_ordering import TableOrdering

_SOURCE, _CURVES, _CARD, _EXAMPLE_ORDER = "version.source", "version.curves", "version.card", "version.example_order"
_GONE = "This version is not in the store any more: it was deleted, or its model renamed."
_READ_ONLY = "The store was opened for reading only."
_BACK = "Back to the versions"
_ARTIFACTS_HEIGHT = 380
_LEAST_TAG_CHARACTERS = 5000
"""What a tag's value takes in every store, until it is read what it takes in this one."""


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
    request_requested = Signal()
    """A transition shall be asked for, which others decide."""
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
        self.edits = VersionEdits(theme, self)
        self.card = ModelCardBody(theme)
        self._example_order = TableOrdering(tasks, _EXAMPLE_ORDER, self.card.table)
        self._card_sentence = PlainLabel("", "muted")
        self._card_sentence.setObjectName("version_card_sentence")
        self._card_sentence.setWordWrap(True)
        self.snippets = VersionSnippets(theme)
        self.artifacts = ArtifactView(themes, tasks)
        self.artifacts.setMinimumHeight(_ARTIFACTS_HEIGHT)
        self.overview = FactList(theme, name_share=0.3)
        self.overview.setAccessibleName("Overview")
        self.digest = VersionDigest(tasks, self)
        self._comment = Paragraph("version_page_comment")
        self._curves = MetricRows(theme), MetricRows(theme)
        self.metrics = KeySection("METRICS OF THE RUN", "metric", *self._curves, "last · min · max")
        self.params = KeySection("PARAMS OF THE RUN", "param", FactList(theme), FactList(theme))
        self._empty = EmptyState("version_gone")
        self.columns = VersionColumns()
        self._sections: dict[str, Section] = {}
        self._lay_out()
        self._connect()

    # Interface

    def set_store(self, session: Session | None) -> None:
        """Show versions of this store from now on; None when it is closed."""
        self._stop()
        self._session = session
        self._model = self._version = self._source = self._found = None
        self.edits.forget()
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
            self.columns.show_top()
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
            self.head, self.lineage, self.edits, self.card, self.snippets, self.overview, self.metrics, self.params,
        ):  # fmt: skip
            part.set_theme(theme)

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
        self.digest.forget()

    def _show_known(self) -> None:
        """What the registry itself says."""
        model, version = self._model, self._version
        if model is None or version is None:
            return
        self.head.show_version(version, len(model.versions) - 1, subtitle(version))
        comment = dict(version.tags).get(TRANSITION_COMMENT_TAG, "")
        self._comment.setText(comment)
        self._sections["comment"].setVisible(bool(comment))
        self.digest.expect(dict(version.tags).get(DIGEST_TAG, ""))
        self._show_edits(model, version)
        self._show_overview()
        self._show_snippets()

    def _show_edits(self, model: RegisteredModel, version: ModelVersion) -> None:
        session = self._session
        self.edits.show_version(
            model,
            version,
            [tag for tag in version.tags if tag[0] not in (TRANSITION_COMMENT_TAG, DIGEST_TAG)],
            tag_characters=self._source.tag_characters if self._source is not None else _LEAST_TAG_CHARACTERS,
            has_aliases=session is not None and session.store.schema.has("registered_model_aliases"),
            refusal=_READ_ONLY if session is None or session.read_only else "",
        )

    def _show_overview(self) -> None:
        if self._version is not None:
            self.overview.show_facts(overview(self._version, self._source, self._found))

    def _show_snippets(self) -> None:
        if self._version is not None and self._session is not None:
            self.snippets.show_version(self._version, self._session.locator.store_path, self._found)

    # Reading

    def _read(self) -> None:
        if self._session is None or self._version is None:
            return
        work = partial(read_source, self._session.store, self._version)
        self._tasks.start(_SOURCE, work, done=self._show_source, failed=self._fail)

    def _read_card(self) -> None:
        """Read the model's file, also again when the person has said where the files are."""
        if self._session is None or self._source is None:
            return
        work = partial(read_card, self._session.locator, self._source.address)
        self._tasks.start(_CARD, work, done=self._show_card, failed=self._fail, lane=Lane.PREVIEW)

    def _stop(self) -> None:
        for slot in (_SOURCE, _CURVES, _CARD, _EXAMPLE_ORDER):
            self._tasks.cancel(slot)
        self.digest.stop()

    def _show_source(self, source: SourceReading) -> None:
        model, version, session = self._model, self._version, self._session
        if model is None or version is None or session is None:
            return
        before, self._source = self._source, source
        self.lineage.show_graph(source.graph)
        self._sections["lineage"].show()
        self.metrics.show_facts(source.metrics)
        self.params.show_facts(source.params)
        self._show_edits(model, version)
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
        if self._session is not None and self._source is not None:
            self.digest.show_place(self._session.locator, self._source.address, found.location)
        self._show_overview()
        self._show_snippets()

    def _show_lines(self, lines: object) -> None:
        if isinstance(lines, dict):
            for rows in self._curves:
                rows.show_lines(lines)

    def _fail(self, error: BakehouseError) -> None:
        self._card_sentence.setText(str(error))
        self._card_sentence.show()

    def _fail_quietly(self, error: BakehouseError) -> None:
        self.said.emit(str(error))

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

    def _ask_to_open(self, address: str) -> None:
        ask_to_open(address, self.window())

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
        parts: tuple[tuple[str, str, QWidget], ...] = (
            ("lineage", "LINEAGE", self.lineage),
            ("snippets", "LOAD IT", self.snippets),
            ("card", "MODEL", card),
            ("overview", "OVERVIEW", self.overview),
            ("comment", "COMMENT OF THE LAST TRANSITION", self._comment),
        )
        for name, title, part in parts:
            self._sections[name] = Section(title, part)
        self._sections["artifacts"] = Section("ARTIFACTS", self.artifacts, "drag to save")
        for section in (self._sections["lineage"], self.edits.description, self._sections["snippets"]):
            self.columns.add_main(section, is_before_aside=True)
        for section in (self._sections["card"], self._sections["artifacts"]):
            self.columns.add_main(section)
        for section in (
            self._sections["overview"], self.edits.aliases, self.edits.tags, self._sections["comment"],
            self.digest.section, self.metrics, self.params,
        ):  # fmt: skip
            self.columns.add_aside(section)
        line = QFrame()
        line.setProperty("line", "horizontal")
        self._whole, self._nothing = QWidget(), QWidget()
        whole = QVBoxLayout(self._whole)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for widget in (self.head, line, self.columns):
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
        self.head.request_requested.connect(self.request_requested)
        self._empty.acted.connect(self.back_requested)
        self.lineage.link_activated.connect(self._follow)
        self._datasets.run_requested.connect(self.run_requested)
        self._datasets.version_requested.connect(self.version_requested)
        self.overview.link_activated.connect(self._follow)
        self.metrics.key_chosen.connect(self._go_to_run)
        self.snippets.said.connect(self.said)
        self.artifacts.said.connect(self.said)
        self.artifacts.places.changed.connect(self._read_card)
        self.edits.edit_requested.connect(self.edit_requested)
        self.edits.description.link_activated.connect(self._ask_to_open)


def _key(version: ModelVersion) -> tuple[str, str, int]:
    return version.workspace, version.name, version.version

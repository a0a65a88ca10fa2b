"""The inspector: all about the current run, at the right of the runs page."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.runs import RunDetails
from bakehouse.domain.text import visible, visible_lines
from bakehouse.pages.runs.run_facts import metric_facts, overview_facts, system_tag_count, tag_texts
from bakehouse.pages.session import Session
from bakehouse.registry.registering import models_of_run
from bakehouse.store.runs import read_details
from bakehouse.tasks import TaskRunner
from bakehouse.theme import GRID, Theme, ThemeSource
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.chips import ChipList
from bakehouse.widgets.fact_list import Fact, FactList
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_SLOT = "runs.details"
_FEW = 8
_NOTE_CHARACTERS = 20_000
_ARTIFACTS_HEIGHT = 260


class _Section(QWidget):
    """A small heading with a word or a link at its right, above a body; hidden while it has nothing to say."""

    def __init__(self, title: str, body: QWidget, aside: str = "") -> None:
        super().__init__()
        self._heading = PlainLabel(title, "section")
        self.aside = PlainLabel(aside, "section")
        self.link = QPushButton("")
        self.link.setProperty("link", "true")
        self.link.setStyleSheet("font-size: 11px;")
        self.link.hide()
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._heading)
        line.addStretch(1)
        line.addWidget(self.aside)
        line.addWidget(self.link)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2 * GRID, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(line)
        layout.addWidget(body)

    def offer(self, text: str) -> None:
        """Show a link at the right, or none for an empty text."""
        self.link.setText(text)
        self.link.setVisible(bool(text))


class _FactSection(_Section):
    """Facts of which only the first few are shown until the person asks for all."""

    def __init__(self, title: str, theme: Theme, columns: int = 0, aside: str = "") -> None:
        self.list = FactList(theme, columns)
        self.list.setAccessibleName(title.capitalize())
        super().__init__(title, self.list, aside)
        self._facts: Sequence[Fact] = ()
        self._all = False
        self.link.clicked.connect(self._toggle)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        self._facts = facts
        self._fill()
        self.setVisible(bool(facts))

    def _toggle(self) -> None:
        self._all = not self._all
        self._fill()

    def _fill(self) -> None:
        many = len(self._facts) > _FEW + 2
        self.list.show_facts(self._facts if self._all or not many else self._facts[:_FEW])
        self.offer("" if not many else "Show fewer" if self._all else f"Show all {len(self._facts):,}")


class RunInspector(QWidget):
    """Shows the details of one run and offers to register its model. Reads them itself when told which run."""

    register_requested = Signal(object)
    """RunDetails of the run whose model shall be registered."""
    model_known = Signal()
    """`has_model` may have changed."""
    said = Signal(str)

    def __init__(self, themes: ThemeSource, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Inspector")
        self.setMinimumWidth(240)
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
        self._metrics = _FactSection("METRICS", theme, 3, "last · min · max")
        self._params = _FactSection("PARAMS", theme)
        self._chips = ChipList(theme)
        self._chips.setAccessibleName("Tags")
        self._tags = _Section("TAGS", self._chips)
        self._system_tags = False
        self.artifacts = ArtifactView(themes, tasks)
        self.artifacts.setMinimumHeight(_ARTIFACTS_HEIGHT)
        self._artifact_section = _Section("ARTIFACTS", self.artifacts, "drag to save")
        self._note = PlainLabel("")
        self._note.setWordWrap(True)
        self._note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._note_section = _Section("NOTE", self._note)
        self._message = PlainLabel("Select a run to see its details.", "muted")
        self._message.setObjectName("inspector_message")
        self._message.setWordWrap(True)
        self._lay_out()
        self._register.clicked.connect(self.request_registration)
        self._tags.link.clicked.connect(self._toggle_system_tags)
        self.artifacts.said.connect(self.said)

    def _lay_out(self) -> None:
        body = QWidget()
        body.setObjectName("panel")
        column = QVBoxLayout(body)
        column.setContentsMargins(2 * GRID, 2 * GRID - 2, 2 * GRID, 2 * GRID)
        column.setSpacing(0)
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
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(body)
        empty = QWidget()
        empty_layout = QVBoxLayout(empty)
        empty_layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        empty_layout.addWidget(self._message)
        empty_layout.addStretch(1)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self._scroll)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

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
        self._stack.setCurrentIndex(0)

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
            self._run_id = self._details = None
            self._say("Select a run to see its details.")
            self.model_known.emit()
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
            self._details = None
            self._say("This run is no longer in the store.")
            self.model_known.emit()
            return
        is_same = self._details is not None and self._details.run_id == details.run_id
        artifacts_are_same = is_same and self._roots(self._details) == self._roots(details)
        self._details = details
        self._title.setText(details.name or details.run_id)
        self._experiment.setText(details.experiment_name)
        self._overview.show_facts(overview_facts(details, time.time() * 1000))
        self._metrics.show_facts(metric_facts(details.metrics))
        self._params.show_facts([Fact(key, value) for key, value in sorted(details.params)])
        self._show_tags()
        self._note.setText(visible_lines(details.note[:_NOTE_CHARACTERS]))
        self._note_section.setVisible(bool(details.note))
        self._show_register()
        if not artifacts_are_same:
            self.artifacts.show_roots(self._roots(details))
        if not is_same:
            self._scroll.verticalScrollBar().setValue(0)
        self._stack.setCurrentIndex(1)
        self.model_known.emit()

    def _roots(self, details: RunDetails | None) -> list[tuple[str, str]]:
        if details is None:
            return []
        roots = [("Run artifacts", details.artifact_uri)] if details.artifact_uri else []
        return roots + [(visible(one.name, 200), one.artifact_location) for one in details.logged_models]

    def _failed(self, error: BakehouseError) -> None:
        self._details = None
        self._say(str(error))
        self.model_known.emit()

    def _say(self, sentence: str) -> None:
        self._message.setText(sentence)
        self._stack.setCurrentIndex(0)

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
        texts = tag_texts(self._details, system=self._system_tags)
        self._chips.show_texts(texts)
        self._tags.offer(
            "" if not system else "Hide system tags" if self._system_tags else f"Show {system} system tags"
        )
        self._tags.setVisible(bool(texts) or system > 0)

    def _toggle_system_tags(self) -> None:
        self._system_tags = not self._system_tags
        self._show_tags()

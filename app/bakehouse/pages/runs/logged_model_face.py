"""All about one logged model, in the inspector of the runs page."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from bakehouse.analysis.figures import MISSING, ago_text, moment_text, number_style
from bakehouse.artifacts.locator import Locator
from bakehouse.domain.lineage import RUN_LINK, version_link
from bakehouse.domain.registry_edits import RegisterFolder
from bakehouse.domain.runs import LoggedModel
from bakehouse.domain.text import visible
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.pages.runs.run_facts import SYSTEM_PREFIX
from bakehouse.store.logged_models import STATUSES, LoggedModelDetails, LoggedModelMetric
from bakehouse.tasks import TaskRunner
from bakehouse.theme import GRID, Theme, ThemeSource
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.chips import ChipList
from bakehouse.widgets.fact_list import Fact, FactList
from bakehouse.widgets.key_section import KeySection
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.sections import Section

_TOKENS = {"READY": "good", "PENDING": "warn", "FAILED": "bad"}
_READ_ONLY = "The store was opened for reading only."
_ARTIFACTS_HEIGHT = 260


class LoggedModelFace(QWidget):
    """Shows what it is given; its owner reads. GUI thread."""

    link_activated = Signal(str)
    """One of the links of `domain.lineage`."""
    register_requested = Signal(object)
    """The LoggedModel that shall be registered."""
    said = Signal(str)

    def __init__(self, themes: ThemeSource, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("logged_model_face")
        theme = themes.theme
        self._details: LoggedModelDetails | None = None
        self._read_only = False
        self._message = PlainLabel("", "muted")
        self._message.setObjectName("logged_model_message")
        self._message.setWordWrap(True)
        self._title = ElidedLabel("", "title")
        self._title.setObjectName("logged_model_title")
        self._id = ElidedLabel("", "muted")
        self.overview = FactList(theme, name_share=0.27)
        self.overview.setAccessibleName("Overview of the logged model")
        self.register = QPushButton("Register model…")
        self.register.setObjectName("register_logged_model")
        self.register.setProperty("primary", "true")
        self.metrics = KeySection("METRICS", "metric", FactList(theme, 1), FactList(theme, 1), "latest")
        self.params = KeySection("PARAMS", "param", FactList(theme), FactList(theme))
        for section in (self.metrics, self.params):
            section.search.setObjectName(f"logged_model_{section.search.objectName()}")
        self._chips = ChipList(theme)
        self._tags = Section("TAGS", self._chips)
        self._all_tags = False
        self.artifacts = ArtifactView(themes, tasks)
        self.artifacts.setMinimumHeight(_ARTIFACTS_HEIGHT)
        self._files = Section("ARTIFACTS", self.artifacts, "drag to save")
        self._body = QWidget()
        self._lay_out()
        self.overview.link_activated.connect(self.link_activated)
        self.register.clicked.connect(self.request_registration)
        self._tags.link.clicked.connect(self._toggle_tags)
        self.artifacts.said.connect(self.said)
        self.artifacts.register_requested.connect(self._ask_to_register)
        self.say("")

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self._title)
        inner.addSpacing(2)
        inner.addWidget(self._id)
        inner.addSpacing(GRID)
        inner.addWidget(self.overview)
        inner.addSpacing(GRID + 4)
        inner.addWidget(self.register)
        for section in (self.metrics, self.params, self._tags, self._files):
            inner.addWidget(section)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID - 2, 2 * GRID, 2 * GRID)
        column.setSpacing(0)
        column.addWidget(self._message)
        column.addWidget(self._body)
        column.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.overview, self.metrics, self.params, self._chips):
            part.set_theme(theme)

    def set_store(self, locator: Locator | None, *, read_only: bool) -> None:
        """The open store's locator and whether it may be edited; None when it is closed."""
        self._read_only = read_only
        self.artifacts.set_locator(locator)
        self.artifacts.offer_registration(not read_only)
        self.say("")

    def say(self, sentence: str) -> None:
        """Say one sentence instead of showing a model."""
        self._details = None
        self._message.setText(sentence)
        self._message.setVisible(bool(sentence))
        self._body.hide()

    @property
    def details(self) -> LoggedModelDetails | None:
        """What is shown."""
        return self._details

    def show_model(self, details: LoggedModelDetails) -> None:
        """Show this model; what is open among its files stays when it is the same."""
        before, self._details = self._details, details
        self._message.hide()
        self._title.setText(details.name or details.model_id)
        self._id.setText(details.model_id)
        self.overview.show_facts(_overview_of(details, time.time() * 1000))
        self.metrics.show_facts([_metric_fact(one) for one in details.metrics])
        self.params.show_facts([Fact(key, value) for key, value in details.params])
        self._show_tags()
        self.register.setEnabled(not self._read_only)
        self.register.setToolTip(_READ_ONLY if self._read_only else "")
        self._files.setVisible(bool(details.artifact_location))
        if before is None or before.artifact_location != details.artifact_location:
            title = visible(details.name or details.model_id, 200)
            self.artifacts.show_roots(
                [ArtifactRoot(title, details.artifact_location, f"models:/{details.model_id}")]
                if details.artifact_location
                else []
            )
        self._body.show()

    def request_registration(self) -> None:
        """Ask for the shown model to be registered."""
        if self._details is not None:
            self.register_requested.emit(_as_logged_model(self._details))

    def _ask_to_register(self, owner: str, path: str) -> None:
        self.register_requested.emit(RegisterFolder(owner, path))

    def _show_tags(self) -> None:
        if self._details is None:
            return
        own = [tag for tag in self._details.tags if not tag[0].startswith(SYSTEM_PREFIX)]
        count = len(self._details.tags) - len(own)
        self._chips.show_tags(self._details.tags if self._all_tags else own)
        self._tags.offer("" if not count else "Hide system tags" if self._all_tags else f"Show {count} system tags")
        self._tags.setVisible(bool(self._details.tags))

    def _toggle_tags(self) -> None:
        self._all_tags = not self._all_tags
        self._show_tags()


def _overview_of(details: LoggedModelDetails, now_ms: float) -> list[Fact]:
    status = details.status.capitalize() or MISSING
    facts = [Fact("Status", status, token=_TOKENS.get(details.status, "text"))]
    facts += [Fact("Message", details.status_message, token="bad")] if details.status_message else []
    for name, moment in (("Created", details.created_ms), ("Updated", details.updated_ms)):
        if moment is not None:
            whole = moment_text(float(moment))
            facts.append(Fact(name, f"{whole[:16]} · {ago_text(float(moment), now_ms)}", full=whole))
    facts += [Fact("Type", details.model_type)] if details.model_type else []
    if details.run_id:
        name = details.run_name or details.run_id
        facts.append(Fact("Source run", name, full=details.run_id, link=f"{RUN_LINK}{details.run_id}"))
    for place, (name, version, stage) in enumerate(details.versions):
        words = f"{name} {version}" + (f" · {stage}" if stage not in ("", "None") else "")
        facts.append(Fact("Registered" if not place else "", words, link=version_link(name, version)))
    facts.append(Fact("Model ID", details.model_id, copies=True))
    facts += [Fact("Artifacts", details.artifact_location, copies=True)] if details.artifact_location else []
    return facts


def _metric_fact(one: LoggedModelMetric) -> Fact:
    words = f"{one.value!r} at step {one.step}" + (f", on {one.dataset}" if one.dataset else "")
    style = number_style(np.array([one.value]))
    return Fact(one.key, style.text(one.value), full=words, copy=repr(one.value))


def _as_logged_model(details: LoggedModelDetails) -> LoggedModel:
    status = next((number for number, word in STATUSES.items() if word == details.status), 0)
    return LoggedModel(
        details.model_id,
        details.experiment_id,
        details.name,
        details.artifact_location,
        status,
        details.model_type or None,
        details.run_id or None,
        details.created_ms or 0,
    )

"""One request on screen: what is asked, the evidence, the curves, where the version comes from, and the thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from bakehouse.analysis.history_charts import HistoryLook, make_chart
from bakehouse.artifacts.locator import Locator
from bakehouse.dialogs.question import text_field
from bakehouse.domain.evidence import DigestSeen, VersionSeen
from bakehouse.domain.policy import policy_sentences
from bakehouse.domain.requests import COMMENT_LIMIT, RequestAction, RequestState
from bakehouse.domain.text import visible
from bakehouse.itemmodels.artifact_tree import ArtifactRoot
from bakehouse.pages.reviews.book import Book, Case
from bakehouse.pages.reviews.words import activity_lines, subtitle
from bakehouse.plots.history import HistoryPlot
from bakehouse.store.history_growth import RunHistories
from bakehouse.tasks import TaskRunner
from bakehouse.theme import GRID, INSPECTOR_WIDTH, RunColors, Theme, ThemeSource
from bakehouse.widgets.activity_thread import ActivityThread
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.evidence_view import EvidenceView
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.lineage_graph import LineageGraph
from bakehouse.widgets.sections import Section, SectionPanel

_PLOT_HEIGHT = 200
_FILES_HEIGHT = 300


class CaseView(QWidget):
    """Shows one Case of a Book and says what the person wants to do about it. GUI thread only."""

    decision_requested = Signal(object)
    """The RequestAction whose button was pressed."""
    comment_requested = Signal(str)
    metric_chosen = Signal(str)
    """Its histories are wanted."""
    link_activated = Signal(str)
    """A node of the lineage, see `domain.lineage`."""
    verification_requested = Signal()
    policy_requested = Signal()

    def __init__(self, themes: ThemeSource, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme = themes.theme
        self._case: Case | None = None
        self._colors = RunColors()
        self._title = ElidedLabel("", "title")
        self._title.setObjectName("case_title")
        self._subtitle = ElidedLabel("", "muted")
        self._why = PlainLabel("", "muted")
        self._why.setObjectName("case_obstacle")
        self._why.setWordWrap(True)
        self._buttons = {action: QPushButton(f"{action.value}…") for action in _DECISIONS}
        for action, button in self._buttons.items():
            button.setObjectName(f"case_{action.name.lower()}")
            button.setProperty("primary", "true" if action is RequestAction.APPROVE else "false")
            button.clicked.connect(partial(self._press, action))
        self.evidence = EvidenceView(theme)
        self.plot = HistoryPlot(theme, self._colors)
        self.plot.setFixedHeight(_PLOT_HEIGHT)
        self._curves = Section("DURING TRAINING", self.plot, "choose a metric above")
        self.lineage = LineageGraph(theme)
        self._lineage = Section("LINEAGE", self.lineage)
        self.files = ArtifactView(themes, tasks)
        self.files.setFixedHeight(_FILES_HEIGHT)
        self._files = Section("FILES", self.files, "drag to save")
        self.activities = ActivityThread(theme)
        self._field: QPlainTextEdit = text_field("new_comment", "Comment", "Say something about this request")
        self._send = QPushButton("Comment")
        self._send.setObjectName("send_comment")
        self._policy = PlainLabel("")
        self._policy.setObjectName("case_policy")
        self._policy.setWordWrap(True)
        self._lay_out()
        self._send.clicked.connect(self._comment)
        self._field.textChanged.connect(self._show_send)
        self.evidence.metric_chosen.connect(self.metric_chosen)
        self.lineage.link_activated.connect(self.link_activated)
        self._trail.link.clicked.connect(self.verification_requested)
        self._policies.link.clicked.connect(self.policy_requested)

    def set_theme(self, theme: Theme) -> None:
        for widget in (self.evidence, self.plot, self.lineage, self.activities):
            widget.set_theme(theme)

    def set_locator(self, locator: Locator | None) -> None:
        """The open store's; None when it is closed."""
        self.files.set_locator(locator)

    def show_case(self, case: Case, book: Book, *, read_only: bool) -> None:
        """Show this request. What is the same request stays scrolled and drawn as it was."""
        before, self._case = self._case, case
        request = case.request
        is_other = before is None or before.request.request_id != request.request_id
        name = visible(request.version.model, 120)
        self._title.setText(f"{name} {request.version.version} → {request.to_stage}")
        self._subtitle.setText(subtitle(request, case.evidence))
        if is_other:
            self.evidence.show_evidence(case.evidence, case.directions)
            self.plot.set_histories([], {})
            self._curves.hide()
            self._field.clear()
            self._scroll.verticalScrollBar().setValue(0)
        self.lineage.show_graph(case.graph)
        self._lineage.setVisible(bool(case.graph.nodes))
        self._show_files(case, is_other=is_other)
        self.activities.show_lines(activity_lines(case.activities, book.me))
        self._policy.setText("\n".join(policy_sentences(book.policy(request))))
        self.show_actions(book, digest_matches=None, read_only=read_only)

    def show_actions(self, book: Book, *, digest_matches: bool | None, read_only: bool) -> None:
        """Enable what the person may do; `digest_matches` is None while the files are not compared yet."""
        if self._case is None:
            return
        request = self._case.request
        actions = book.actions(request, digest_matches=digest_matches, read_only=read_only)
        is_pending = request.state is RequestState.PENDING
        for action, button in self._buttons.items():
            button.setEnabled(not actions[action])
            button.setToolTip(actions[action])
            button.setVisible(is_pending)
        own = request.requester.key == book.me
        self._buttons[RequestAction.CANCEL].setVisible(is_pending and (own or not actions[RequestAction.CANCEL]))
        self._why.setText(actions[RequestAction.APPROVE] if is_pending else _ended(self._case))
        self._why.setVisible(bool(self._why.text()))
        self._field.setEnabled(not actions[RequestAction.COMMENT])
        self._field.setToolTip(actions[RequestAction.COMMENT])
        self._show_send()

    def show_check(self, found: DigestSeen) -> None:
        """What a look at the candidate's files has told."""
        if self._case is None:
            return
        digest = self._case.evidence.candidate.digest
        if not found.sha256:
            self.evidence.model.set_check(found.reason, "muted")
        elif not digest.sha256:
            self.evidence.model.set_check("was not digested then", "muted")
        elif found.sha256 == digest.sha256:
            self.evidence.model.set_check("matches the files", "good")
        else:
            self.evidence.model.set_check("the files changed", "bad")

    def show_curves(self, metrics: Sequence[str], runs: Sequence[RunHistories]) -> None:
        """Draw the histories of the first of `metrics` that has any; nothing where a point each says all."""
        case = self._case
        if case is None:
            return
        seen = {one.run_id: one for one in (case.evidence.incumbent, case.evidence.candidate) if one is not None}
        of_metric = {metric: [run.histories[metric] for run in runs if metric in run.histories] for metric in metrics}
        metric = next((key for key, of in of_metric.items() if any(len(one.values) > 1 for one in of)), "")
        self._curves.setVisible(bool(metric))
        if metric:
            self._colors.choose(list(seen))
            names = {run_id: _version_name(one) for run_id, one in seen.items()}
            self.plot.set_chart(make_chart(of_metric[metric], names, HistoryLook()))

    def show_verification(self, text: str, token: str) -> None:
        """The chip over the thread: how much of the trail is verified."""
        self._trail.offer(text)
        self._trail.link.setProperty("tone", token)
        self._trail.link.style().polish(self._trail.link)

    def can(self, action: RequestAction) -> bool:
        """Whether the person may do this about the request shown."""
        button = self._buttons[action]
        return self._case is not None and button.isVisibleTo(self) and button.isEnabled()

    @property
    def panes(self) -> list[QWidget]:
        return [self._scroll, self._side]

    @property
    def side(self) -> QWidget:
        """The thread at the right."""
        return self._side

    def _show_files(self, case: Case, *, is_other: bool) -> None:
        version = case.version
        location = "" if version is None else version.storage_location or version.source
        self._files.setVisible(bool(location))
        if not is_other or version is None:
            return
        title = f"{visible(version.name, 100)} {version.version}"
        root = ArtifactRoot(title, location, f"models:/{version.name}/{version.version}")
        self.files.show_roots([root] if location else [])

    def _press(self, action: RequestAction, _checked: bool = False) -> None:
        self.decision_requested.emit(action)

    def _comment(self) -> None:
        text = self._field.toPlainText().strip()
        if text:
            self.comment_requested.emit(text)
            self._field.clear()

    def _show_send(self) -> None:
        length = len(self._field.toPlainText().strip())
        self._send.setEnabled(self._field.isEnabled() and 0 < length <= COMMENT_LIMIT)
        self._send.setToolTip(
            f"{length:,} characters; {COMMENT_LIMIT:,} is the most." if length > COMMENT_LIMIT else ""
        )

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(3)
        for label in (self._title, self._subtitle, self._why):
            words.addWidget(label)
        head = QHBoxLayout()
        head.setContentsMargins(2 * GRID + 6, 2 * GRID, 2 * GRID, 2 * GRID)
        head.setSpacing(GRID)
        head.addLayout(words, 1)
        for action in reversed(_DECISIONS):
            head.addWidget(self._buttons[action])
        rule = QFrame()
        rule.setProperty("line", "horizontal")
        body = QWidget()
        body.setObjectName("panel")
        column = QVBoxLayout(body)
        column.setContentsMargins(2 * GRID + 6, 2 * GRID, 2 * GRID + 6, 2 * GRID)
        column.setSpacing(GRID)
        for part in (self.evidence, self._curves, self._lineage, self._files):
            column.addWidget(part)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("case_scroll")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(body)
        self._side = SectionPanel()
        self._trail = Section("TRAIL", self.activities)
        self._trail.link.setObjectName("trail_chip")
        self._policies = Section("POLICY", self._policy)
        self._policies.offer("Change…")
        self._policies.link.setObjectName("change_policy")
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._send)
        side = self._side.column
        side.setContentsMargins(2 * GRID, 0, 2 * GRID, 2 * GRID)
        side.addWidget(self._trail)
        side.addWidget(self._field)
        side.addSpacing(GRID)
        side.addLayout(row)
        side.addWidget(self._policies)
        side.addStretch(1)
        self._side.show_sections(from_top=True)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self._scroll)
        self.split.addWidget(self._side)
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([900, INSPECTOR_WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(rule)
        layout.addWidget(self.split, 1)


_DECISIONS = (RequestAction.APPROVE, RequestAction.REJECT, RequestAction.CANCEL)


def _ended(case: Case) -> str:
    request = case.request
    by = f" by {visible(request.decided_by.name, 60)}" if request.decided_by is not None else ""
    return f"{request.state.value.capitalize()}{by}."


def _version_name(seen: VersionSeen) -> str:
    return f"version {seen.version}"

"""The window that answers which version was in which stage at any past time, for one model or all."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QFrame, QHBoxLayout, QScrollArea, QSlider, QVBoxLayout, QWidget

from bakehouse.analysis.figures import moment_text
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError, TrailError
from bakehouse.domain.models import Stage
from bakehouse.domain.requests import VersionKey
from bakehouse.domain.stage_history import Origin, StageHistory, stage_history
from bakehouse.domain.text import counted, visible
from bakehouse.pages.reviews.words import now_ms
from bakehouse.registry.rules import OUTSIDE
from bakehouse.registry.signing import NotAnEntry, read_entry
from bakehouse.registry.trail_rows import activity_of
from bakehouse.store.handle import Store
from bakehouse.store.trail.file import reading
from bakehouse.tasks import TaskRunner
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.stage_timeline import StageTimeline

_STEPS = 1_000
_SLOT = "reviews.timeline"
_NO_TRAIL = "Nothing is recorded yet: the trail begins with the first request, policy, role or move beside it."


class TimelineWindow(QDialog):
    """Reads the trail once, in a task. GUI thread only."""

    def __init__(self, store: Store, tasks: TaskRunner, theme: Theme, model: str, parent: QWidget) -> None:
        """`model` is the one shown first, empty for all."""
        super().__init__(parent)
        self.setObjectName("timeline_window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Stages over time")
        self.resize(1040, 560)
        self._wanted = model
        self._history = StageHistory(0, ())
        self._models = QComboBox()
        self._models.setObjectName("timeline_model")
        self._models.setAccessibleName("Model")
        self._models.setMinimumWidth(240)
        self._said = PlainLabel("")
        self._said.setObjectName("timeline_answer")
        self._said.setWordWrap(True)
        self._note = PlainLabel("", "muted")
        self._note.setWordWrap(True)
        self.chart = StageTimeline(theme)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("timeline_date")
        self._slider.setAccessibleName("Date")
        self._slider.setRange(0, _STEPS)
        self._lay_out()
        self._models.currentIndexChanged.connect(self._fill)
        self.chart.moment_changed.connect(self._say)
        self._slider.sliderMoved.connect(self._slide)
        self._slider.actionTriggered.connect(self._slide_by_key)
        tasks.start(_SLOT, partial(_read, store), done=self._show, failed=self._fail, title="Reading the trail")

    def _show(self, history: StageHistory | None) -> None:
        if history is None:
            self._note.setText(_NO_TRAIL)
            return
        self._history = history
        names = list(dict.fromkeys(stay.version.model for stay in history.stays))
        self._models.blockSignals(True)
        self._models.addItem("All models", "")
        for name in names:
            self._models.addItem(visible(name, 80), name)
        self._models.setCurrentIndex(max(self._models.findData(self._wanted), 0))
        self._models.blockSignals(False)
        self._fill()

    def _fail(self, error: BakehouseError) -> None:
        self._note.setText(str(error))
        self._note.set_role("bad")

    def _fill(self) -> None:
        """With all models only versions that were in use are shown, else every one that left None."""
        model = str(self._models.currentData() or "")
        active = (Stage.STAGING.value, Stage.PRODUCTION.value)
        versions: dict[VersionKey, None] = {}
        for stay in self._history.stays:
            if stay.version.model == model or (not model and stay.stage in active):
                versions[stay.version] = None
        self.chart.show_history(self._history, list(versions), now_ms())
        outside = sum(stay.origin is Origin.OUTSIDE and stay.version in versions for stay in self._history.stays)
        words = [f"Recorded since {moment_text(self._history.founded_ms)[:16]}; nothing is known before."]
        if outside:
            words.append(f"{counted(outside, 'change')} (◇) made outside of Bakehouse, at the time they were noticed.")
        self._note.setText(" ".join(words))
        self._say(self.chart.moment)

    def _slide(self, place: int) -> None:
        begin, end = self.chart.reach
        self.chart.set_moment(begin + (end - begin) * place // _STEPS)

    def _slide_by_key(self, _action: int) -> None:
        self._slide(self._slider.sliderPosition())

    def _say(self, moment: object) -> None:
        at = int(moment) if isinstance(moment, int) else 0
        begin, end = self.chart.reach
        self._slider.setValue(round((at - begin) / (end - begin) * _STEPS))
        when = moment_text(at)[:16]
        if at < self._history.founded_ms:
            self._said.setText(f"{when}: not recorded.")
            return
        model = str(self._models.currentData() or "")
        parts = []
        for stage in (Stage.PRODUCTION.value, Stage.STAGING.value):
            there = [
                stay.version
                for stay in self._history.at(at)
                if stay.stage == stage and model in ("", stay.version.model)
            ]
            names = ", ".join(f"{'' if model else visible(key.model, 40) + ' '}{key.version}" for key in there[:8])
            more = f" and {len(there) - 8} more" if len(there) > 8 else ""
            parts.append(f"{stage} {names or 'empty'}{more}")
        self._said.setText(f"{when}: {'; '.join(parts)}.")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2 * GRID)
        head.addWidget(PlainLabel("Stages over time", "title"))
        head.addStretch(1)
        head.addWidget(self._models)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        body.setObjectName("panel")
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.chart)
        inside.addStretch(1)
        scroll.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self._said)
        column.addWidget(self._slider)
        column.addWidget(scroll, 1)
        column.addWidget(self._note)


def _read(store: Store, token: Token) -> StageHistory | None:
    with reading(store.path) as tables:
        if tables is None or tables.head() is None:
            return None
        _, _, first = next(iter(tables.entries()))
        rows = tables.rows("activities", "type IN ('APPLIED_TRANSITION', 'SYSTEM_TRANSITION')")
    token.check()
    try:
        founding = read_entry(str(first))
        stages = {
            VersionKey(str(one["workspace"]), str(one["model"]), int(one["version"])): str(one["stage"])
            for one in founding.body["stages"]
        }
        activities = [activity_of(row) for row in rows]
    except (NotAnEntry, KeyError, TypeError, ValueError) as error:
        raise TrailError("The trail cannot be read; bakehouse verify tells more.") from error
    return stage_history(founding.time_ms, stages, activities, OUTSIDE)

"""The status line: store, mode, counts, progress with Cancel, and how long the last task took."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from bakehouse.analysis.figures import duration_text
from bakehouse.domain.changes import Sight
from bakehouse.domain.text import plain_tooltip
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_QUIET_MS = 300
_MOST_STEPS = 1 << 30


class StatusBar(QWidget):
    """Shows what the window tells it. Progress appears only when a titled task lasts longer than 0.3 s."""

    cancel_requested = Signal(str)
    """The slot of the task in progress."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(28)
        self._running: dict[str, str] = {}
        self.path = PlainLabel("", "muted")
        self.path.setObjectName("status_path")
        self.mode = PlainLabel("", "muted")
        self.mode.setObjectName("status_mode")
        self.live = PlainLabel("", "good")
        self.live.setObjectName("status_live")
        self.trail = QPushButton()
        self.trail.setObjectName("status_trail")
        self.trail.setProperty("link", "true")
        self.trail.setToolTip("Verify the trail from its first entry to its last")
        self.trail.hide()
        self.message = ElidedLabel("", "muted")
        self.message.setObjectName("status_message")
        self.last = PlainLabel("", "muted")
        self.last.setObjectName("status_last")
        self._progress = QProgressBar()
        self._progress.setFixedWidth(140)
        self._progress.setTextVisible(False)
        self._doing = PlainLabel("", "muted")
        self._doing.setObjectName("status_doing")
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("status_cancel")
        self._cancel.setProperty("link", "true")
        self._cancel.setAccessibleName("Cancel the running task")
        self._cancel.clicked.connect(self._ask_cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(20)
        for part in (self.path, self.mode, self.live, self.trail):
            layout.addWidget(part)
        layout.addWidget(self.message, 1)
        for widget in (self._doing, self._progress, self._cancel, self.last):
            layout.addWidget(widget)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_QUIET_MS)
        self._patience.timeout.connect(self._show_progress)
        self._set_progress_visible(False)

    def show_sight(self, sight: Sight, more: str = "") -> None:
        """Whether what others write is seen; `more` is a sentence about it."""
        is_live = sight is Sight.LIVE
        self.live.setText(f"{'●' if is_live else '○'} {sight.value}")
        self.live.set_role("good" if is_live else "bad" if sight is Sight.GONE else "warn")
        said = "What other programs write to the store appears by itself." if is_live else more
        self.live.setToolTip(plain_tooltip(said) if said else "")

    def show_trail(self, words: str, tone: str) -> None:
        """How much of the trail is verified, in the colour `tone`; nothing for a store without one."""
        self.trail.setText(words)
        self.trail.setProperty("tone", tone)
        self.trail.style().polish(self.trail)
        self.trail.setVisible(bool(words))

    def task_started(self, slot: str, title: str) -> None:
        """A task began; untitled ones are not shown."""
        if title:
            self._running.pop(slot, None)
            self._running[slot] = title
            if not self._patience.isActive() and not self._progress.isVisible():
                self._patience.start()

    def task_progressed(self, slot: str, done: int, total: int, text: str) -> None:
        """How far the task under `slot` is; total 0 means unknown."""
        if slot == self._front():
            while total > _MOST_STEPS:  # the bar counts in 32 bits
                done, total = done >> 10, total >> 10
            self._progress.setRange(0, max(total, 0))
            self._progress.setValue(done)
            if text:
                self._doing.setText(text)

    def task_finished(self, slot: str, title: str, elapsed_ms: float) -> None:
        """A task ended after `elapsed_ms` (0: cancelled)."""
        if not title:
            return
        self._running.pop(slot, None)
        if elapsed_ms:
            self.last.setText(f"{title} · {duration_text(elapsed_ms)}")
        if not self._running:
            self._patience.stop()
            self._set_progress_visible(False)
        elif self._progress.isVisible():
            self._show_progress()

    def _front(self) -> str:
        return next(reversed(self._running), "")

    def _show_progress(self) -> None:
        if self._running:
            self._progress.setRange(0, 0)
            self._doing.setText(self._running[self._front()] + " …")
            self._set_progress_visible(True)

    def _set_progress_visible(self, shown: bool) -> None:
        for widget in (self._doing, self._progress, self._cancel):
            widget.setVisible(shown)
        self.last.setVisible(not shown)

    def _ask_cancel(self) -> None:
        if slot := self._front():
            self.cancel_requested.emit(slot)

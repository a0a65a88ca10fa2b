"""The slim line under the filter: how many runs are shown, the filter's terms, and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.term_chips import HEIGHT, TermChips

# A filter that is being typed is wrong most of the time: that is said when the typing stops.
_CALM_MS = 600
# Under 0.3 s nothing flickers.
_QUIET_MS = 300
_GAP = 12


@dataclass(frozen=True)
class FilterNews:
    """What is to be said of the filter."""

    sentence: str = ""
    position: int | None = None
    """The character (0-based) at which the text cannot be read; None while nothing is wrong with it."""
    is_passing: bool = False
    """It will be over soon: said only when it lasts."""


class FilterSummary(QWidget):
    """Always as high as it is, so that the table below never moves. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self._count = PlainLabel("", "muted", self)
        self._count.setObjectName("filter_count")
        self.terms = TermChips(theme, self)
        self._news = ElidedLabel("", "muted", self)
        self._news.setObjectName("filter_news")
        self._news.hide()
        for label in (self._count, self._news):
            font = label.font()
            font.setPixelSize(12)
            label.setFont(font)
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._show_news)
        self._is_wrong = False
        self._state: QWidget | None = None

    def add_state(self, button: QWidget) -> None:
        """A button that stands before the count while it is shown; whoever owns it shows and hides it."""
        self._state = button
        button.setParent(self)
        button.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._arrange()
        return False

    def set_theme(self, theme: Theme) -> None:
        self.terms.set_theme(theme)
        self._arrange()

    def show_count(self, words: str) -> None:
        """`12 of 200 runs`."""
        if words != self._count.text():
            self._count.setText(words)
            self._arrange()

    def show_news(self, news: FilterNews) -> None:
        """Say something of the filter, or nothing."""
        self._later.stop()
        self._news.hide()
        self._news.setText(news.sentence)
        self._is_wrong = news.position is not None
        self._news.set_role("bad" if self._is_wrong else "muted")
        if self._is_wrong or news.is_passing:
            self._later.start(_CALM_MS if self._is_wrong else _QUIET_MS)
            self._arrange()
        else:
            self._show_news()

    def be_quiet(self) -> None:
        """What was said is no longer about the text that stands there."""
        self.show_news(FilterNews())

    def arrange(self) -> None:
        """The terms have changed."""
        self._arrange()

    def _show_news(self) -> None:
        self._news.setVisible(bool(self._news.text()))
        self._arrange()

    def _arrange(self) -> None:
        left = 0
        if self._state is not None and not self._state.isHidden():
            self._state.setGeometry(0, 0, self._state.sizeHint().width(), HEIGHT)
            left = self._state.width() + _GAP
        count = self._count.sizeHint().width() if self._count.text() else 0
        self._count.setGeometry(left, 0, count, HEIGHT)
        left += count + _GAP if count else 0
        room = max(0, self.width() - left)
        said = 0  # where not even one chip has room beside a sentence, they make way for it
        if not self._news.isHidden():
            said = self._news.fontMetrics().horizontalAdvance(self._news.text()) + GRID
            said = min(said, room if self._is_wrong or not self.terms.terms else room // 2)
        chips = min(self.terms.natural_width(), room - said - (_GAP if said else 0))
        if said and chips < min(self.terms.least_width(), self.terms.natural_width()):
            chips = 0
        self.terms.setVisible(chips > 0)
        self.terms.setGeometry(left, 0, max(chips, 0), HEIGHT)
        left += chips + _GAP if chips > 0 else 0
        self._news.setGeometry(left, 0, max(0, self.width() - left), HEIGHT)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

"""The terms of a filter as chips that select their text and can be taken away."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QPushButton, QSizePolicy, QWidget
from typing_extensions import override

from bakehouse.analysis.search.terms import Term
from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.plots.canvas import takes_delete
from bakehouse.theme import Theme

HEIGHT = 22
_GAP, _PAD, _CROSS = 6, 9, 20
_WIDEST = 260
_MORE = 90
_CHARACTERS = 300
_LISTED = 30
"""Of so many terms that have no room the menu tells."""


class TermChip(QAbstractButton):
    """One term: a click selects its text, the cross at its end (or Delete) takes it away."""

    removed = Signal()
    stepped = Signal(int)
    """An arrow key asks for the chip before (-1) or behind (1)."""

    def __init__(self, term: Term, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        shown = visible(" ".join(term.text.split()), _CHARACTERS)
        self.setText(shown)
        font = self.font()
        font.setPixelSize(12)
        self.setFont(font)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setToolTip(plain_tooltip(visible(term.text, 2_000)))
        self.setAccessibleName(f"Term {shown}")
        self.setAccessibleDescription("Enter selects it in the filter, Delete takes it away")

    @override
    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text()) + _PAD + _CROSS + 2
        return QSize(min(width, _WIDEST), HEIGHT)

    def _cross(self) -> QRect:
        return QRect(self.width() - _CROSS, 0, _CROSS, self.height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        over = self.underMouse()
        painter.setPen(QPen(self._theme.color("accent" if self.hasFocus() else "muted" if over else "line"), 1))
        painter.setBrush(self._theme.color("selection" if self.isDown() else "raised"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, HEIGHT / 2 - 0.5, HEIGHT / 2 - 0.5)
        painter.setPen(self._theme.color("text"))
        inner = self.rect().adjusted(_PAD, 0, -_CROSS, 0)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, inner.width())
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), text)
        on_cross = over and self._cross().contains(self.mapFromGlobal(self.cursor().pos()))
        painter.setPen(QPen(self._theme.color("bad" if on_cross else "muted"), 1.4))
        middle, arm = QPointF(self._cross().center()) + QPointF(-1, 0.5), 3.0
        painter.drawLine(middle + QPointF(-arm, -arm), middle + QPointF(arm, arm))
        painter.drawLine(middle + QPointF(-arm, arm), middle + QPointF(arm, -arm))
        painter.end()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.update()
        super().mouseMoveEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (
            event.button() == Qt.MouseButton.LeftButton
            and self.isDown()
            and self._cross().contains(event.position().toPoint())
        ):
            self.setDown(False)
            self.removed.emit()
            return
        super().mouseReleaseEvent(event)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and takes_delete(event):
            event.accept()  # the term is meant, not the selected runs
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self.stepped.emit(step)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class TermChips(QWidget):
    """A row of chips for what the filter says; terms without room stand in a menu at its end. GUI thread."""

    chosen = Signal(object)
    removed = Signal(object)
    """The Term that shall go."""
    left = Signal()
    """The keyboard leaves the row, back to the filter."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filter_terms")
        self.setAccessibleName("Terms of the filter")
        self._theme = theme
        self._terms: tuple[Term, ...] = ()
        self._chips: list[TermChip] = []
        self._more = QPushButton(self)
        self._more.setObjectName("more_terms")
        self._more.setProperty("link", "true")
        self._more.clicked.connect(self._open_menu)
        self._more.hide()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)

    @property
    def terms(self) -> tuple[Term, ...]:
        """What the chips stand for."""
        return self._terms

    @property
    def chips(self) -> list[TermChip]:
        """The chips that have room, in the order of the text."""
        return [chip for chip in self._chips if not chip.isHidden()]

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        terms, self._terms = self._terms, ()
        self.show_terms(terms)

    def show_terms(self, terms: Sequence[Term]) -> None:
        """Stand for these terms from now on. Chips whose words stay are moved, not made anew."""
        if [(term.start, term.text) for term in terms] == [(term.start, term.text) for term in self._terms]:
            return
        focused = next((place for place, chip in enumerate(self._chips) if chip.hasFocus()), None)
        self._terms = tuple(terms)
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._chips = []
        for place, term in enumerate(terms[:_LISTED]):
            chip = TermChip(term, self._theme, self)
            chip.clicked.connect(partial(self._choose, place))
            chip.removed.connect(partial(self._remove, place))
            chip.stepped.connect(partial(self._step, place))
            self._chips.append(chip)
        self._arrange()
        if focused is not None:
            self._focus(min(focused, len(self.chips) - 1))

    def natural_width(self) -> int:
        """The width at which all of them have room."""
        widths = [chip.sizeHint().width() for chip in self._chips]
        more = len(self._terms) > len(widths)
        return sum(widths) + _GAP * max(0, len(widths) - 1) + (_MORE if more else 0)

    def least_width(self) -> int:
        """The width at which the first of them has room."""
        rest = _GAP + _MORE if len(self._terms) > 1 else 0
        return self._chips[0].sizeHint().width() + rest if self._chips else 0

    def _arrange(self) -> None:
        widths = [chip.sizeHint().width() for chip in self._chips]
        shown = len(widths)
        whole = sum(widths) + _GAP * max(0, len(widths) - 1)
        if len(self._terms) > shown or whole > self.width():
            self._more.setText(f"+{len(self._terms):,} more")
            room, shown = self.width() - self._more.sizeHint().width() - _GAP, 0
            while shown < len(widths) and sum(widths[: shown + 1]) + _GAP * shown <= room:
                shown += 1
        x = 0
        for place, (chip, width) in enumerate(zip(self._chips, widths, strict=True)):
            chip.setVisible(place < shown)
            chip.setGeometry(x, 0, width, HEIGHT)
            x += (width + _GAP) if place < shown else 0
        hidden = len(self._terms) - shown
        self._more.setText(f"+{hidden:,} more")
        self._more.setAccessibleName(f"{hidden:,} more terms of the filter")
        self._more.setVisible(hidden > 0)
        self._more.setGeometry(x, 0, self._more.sizeHint().width(), HEIGHT)

    def rest_menu(self) -> QMenu:
        """The terms that have no room; one that is chosen is selected in the filter. It goes when closed."""
        menu = QMenu(self)
        menu.setObjectName("more_terms_menu")
        first = len(self.chips)
        for place in range(first, min(len(self._terms), first + _LISTED)):
            text = visible(" ".join(self._terms[place].text.split()), 80).replace("&", "&&")
            menu.addAction(text).triggered.connect(partial(self._choose, place))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _open_menu(self) -> None:
        self.rest_menu().popup(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _choose(self, place: int, _checked: bool = False) -> None:
        self.chosen.emit(self._terms[place])

    def _remove(self, place: int) -> None:
        self.removed.emit(self._terms[place])

    def _step(self, place: int, step: int) -> None:
        self._focus(place + step)

    def _focus(self, place: int) -> None:
        chips = self.chips
        if place < 0 or not chips:
            self.left.emit()
        else:
            chips[min(place, len(chips) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()

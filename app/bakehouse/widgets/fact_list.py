"""Names and values one below the other, drawn without a widget for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QScrollArea, QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.icons import pixmap
from bakehouse.widgets.run_cells import tabular

_CHARACTERS = 300
_COPY_SIZE = 14


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: a name, its value, and further values shown muted; `full` is what a copy holds."""

    name: str
    value: str
    more: tuple[str, ...] = ()
    full: str = ""
    token: str = "text"
    """The theme's colour of the value."""
    link: str = ""
    """What `link_activated` tells when the value is clicked; empty where it is no link."""
    copies: bool = False
    """Whether a button at the right end copies the value."""
    copy: str = ""
    """What a copy holds where that is not `full`."""

    @property
    def told(self) -> str:
        """The text of the tooltip."""
        return self.full or self.value

    @property
    def copied(self) -> str:
        """The text that a copy holds."""
        return self.copy or self.told


class FactList(QWidget):
    """Lines of facts. With `columns` the values stand right-aligned in columns, else left beside the names.

    Thousands of params cost one widget: only the lines in sight are drawn. A line's menu copies its value; the owner
    adds to it in `menu_opening`. Arrow keys move, Enter and Space do what a click does.
    """

    fact_clicked = Signal(str)
    link_activated = Signal(str)
    """The `link` of a fact whose value was clicked."""
    menu_opening = Signal(object, object)
    """(Fact, QMenu) before the menu of a line is shown."""
    copied = Signal(str)
    """The name of a fact whose value was copied."""

    def __init__(
        self, theme: Theme, columns: int = 0, parent: QWidget | None = None, *, name_share: float = 0.36
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = columns
        self._facts: list[Fact] = []
        self._row = 25 if columns else 22
        self._name_share = name_share
        self._column_width = 60
        self._current = -1
        self._hovered = -1
        self._clickable = False
        self.setFont(tabular(self.font()))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_clickable(self, clickable: bool) -> None:
        """Whether whole lines answer to a click (`fact_clicked`), and show it."""
        self._clickable = clickable

    def show_facts(self, facts: Sequence[Fact]) -> None:
        self._facts = list(facts)
        self._current = min(self._current, len(self._facts) - 1)
        self._hovered = -1
        self.setAccessibleDescription("; ".join(f"{fact.name}: {fact.value}" for fact in self._facts[:50]))
        self.setFixedHeight(self._row * len(self._facts))
        self._measure()
        self.update()

    def _measure(self) -> None:
        """Give the columns the room their values want, and the names a third of the line at least."""
        widest = max((len(text) for fact in self._facts for text in (fact.value, *fact.more)), default=0)
        wanted = self.fontMetrics().horizontalAdvance("0" * min(widest, 12)) + 10
        room = self.width() * 2 // 3 // max(self._columns, 1)
        self._column_width = max(44, min(wanted, room))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._measure()

    @property
    def facts(self) -> Sequence[Fact]:
        return self._facts

    def line_of(self, name: str) -> QRect:
        """Where the first line called `name` stands, empty when there is none."""
        place = next((place for place, fact in enumerate(self._facts) if fact.name == name), -1)
        return QRect() if place < 0 else self._line(place)

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, self._row * len(self._facts))

    # Drawing

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        first = max(0, event.rect().top() // self._row)
        last = min(len(self._facts) - 1, event.rect().bottom() // self._row)
        for place in range(first, last + 1):
            line = self._line(place)
            if place == self._current and self.hasFocus():
                painter.fillRect(line, self._theme.color("selection"))
            elif place == self._hovered and self._clickable:
                painter.fillRect(line, self._theme.color("raised"))
            if self._columns:
                self._paint_columns(painter, line, self._facts[place])
            else:
                self._paint_pair(painter, line, self._facts[place], hovered=place == self._hovered)
        painter.end()

    def _line(self, place: int) -> QRect:
        return QRect(0, place * self._row, self.width(), self._row)

    def _paint_pair(self, painter: QPainter, line: QRect, fact: Fact, *, hovered: bool) -> None:
        split = round(line.width() * self._name_share)
        painter.setPen(self._theme.color("muted"))
        self._draw(painter, line.adjusted(0, 0, split - line.width() - GRID, 0), fact.name)
        painter.setPen(self._theme.color("accent" if fact.link else fact.token))
        font = painter.font()
        if fact.link and hovered:
            font.setUnderline(True)
            painter.setFont(font)
        room = line.adjusted(split, 0, -(_COPY_SIZE + 6) if fact.copies else 0, 0)
        self._draw(painter, room, fact.value)
        font.setUnderline(False)
        painter.setFont(font)
        if fact.copies:
            colour = self._theme.accent if hovered else self._theme.muted
            drawn = pixmap("copy", colour, _COPY_SIZE, self.devicePixelRatioF())
            painter.drawPixmap(self._copy_place(line).topLeft(), drawn)

    def _copy_place(self, line: QRect) -> QRect:
        side = (self._row - _COPY_SIZE) // 2
        return QRect(line.right() - _COPY_SIZE, line.top() + side, _COPY_SIZE, _COPY_SIZE)

    def _paint_columns(self, painter: QPainter, line: QRect, fact: Fact) -> None:
        painter.setPen(self._theme.color("line"))
        painter.drawLine(line.bottomLeft(), line.bottomRight())
        values = (fact.value, *fact.more)
        width = self._column_width
        left = line.width() - width * self._columns
        before = self._paint_before(painter, line, fact, left)
        painter.setPen(self._theme.color("text"))
        # The ends of long keys tell them apart as often as their beginnings.
        room = line.adjusted(0, 0, before - line.width() - GRID, 0)
        self._draw(painter, room, fact.name, elide=Qt.TextElideMode.ElideMiddle)
        for place, value in enumerate(values):
            painter.setPen(self._theme.color("muted" if place else fact.token))
            cell = QRect(left + place * width, line.top(), width, line.height())
            self._draw(painter, cell.adjusted(6, 0, 0, 0), value, Qt.AlignmentFlag.AlignRight)

    def _paint_before(self, _painter: QPainter, _line: QRect, _fact: Fact, left: int, /) -> int:
        """Draw what stands between name and values, which begin at `left`; where the name has to end."""
        return left

    def _draw(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        *,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        shown = painter.fontMetrics().elidedText(visible(text, _CHARACTERS), elide, rect.width())
        painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)

    # Pointing and keys

    def _place_at(self, where: QPoint) -> int:
        place = where.y() // self._row
        return place if 0 <= place < len(self._facts) and self.rect().contains(where) else -1

    def _fact_at(self, where: QPoint) -> Fact | None:
        place = self._place_at(where)
        return self._facts[place] if place >= 0 else None

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            fact = self._fact_at(event.pos())
            text = f"{fact.name}\n{fact.told}".strip() if fact else ""
            QToolTip.showText(event.globalPos(), plain_tooltip(text), self)
            return True
        return super().event(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position().toPoint())
        if place != self._hovered:
            self._hovered = place
            fact = self._facts[place] if place >= 0 else None
            is_hand = fact is not None and (self._clickable or bool(fact.link) or fact.copies)
            self.setCursor(Qt.CursorShape.PointingHandCursor if is_hand else Qt.CursorShape.ArrowCursor)
            self.update()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.update()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._current < 0 and self._facts and event.reason() != Qt.FocusReason.MouseFocusReason:
            self._current = 0
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        where = event.position().toPoint()
        place = self._place_at(where)
        if event.button() != Qt.MouseButton.LeftButton or place < 0:
            return
        fact = self._facts[place]
        if fact.copies and self._copy_place(self._line(place)).adjusted(-6, -4, 0, 4).contains(where):
            self._copy(fact)
        else:
            self._activate(fact)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, keys = event.key(), Qt.Key
        steps = {keys.Key_Down: 1, keys.Key_Up: -1, keys.Key_Home: -len(self._facts), keys.Key_End: len(self._facts)}
        if key in steps and self._facts:
            self._current = max(0, min(len(self._facts) - 1, self._current + steps[keys(key)]))
            self._show_current()
        elif key in (keys.Key_Return, keys.Key_Enter, keys.Key_Space) and self._current >= 0:
            self._activate(self._facts[self._current])
        elif event.matches(QKeySequence.StandardKey.Copy) and self._current >= 0:
            self._copy(self._facts[self._current])
        else:
            super().keyPressEvent(event)

    def _show_current(self) -> None:
        self.update()
        area: QWidget | None = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        body = area.widget() if isinstance(area, QScrollArea) else None
        if isinstance(area, QScrollArea) and body is not None:
            place = self.mapTo(body, self._line(self._current).center())
            area.ensureVisible(0, place.y(), 0, self._row * 2)

    def _activate(self, fact: Fact) -> None:
        if fact.link:
            self.link_activated.emit(fact.link)
        self.fact_clicked.emit(fact.name)

    def _copy(self, fact: Fact) -> None:
        QGuiApplication.clipboard().setText(fact.copied)
        self.copied.emit(fact.name)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        place = self._current if by_key else self._place_at(event.pos())
        if not 0 <= place < len(self._facts):
            return
        where = self.mapToGlobal(self._line(place).center()) if by_key else event.globalPos()
        self.menu_for(self._facts[place]).popup(where)

    def menu_for(self, fact: Fact) -> QMenu:
        """The menu of a line; it goes when closed."""
        menu = QMenu(self)
        menu.setObjectName("fact_menu")
        self.menu_opening.emit(fact, menu)
        if menu.actions():
            menu.addSeparator()
        menu.addAction("Copy value").triggered.connect(lambda: self._copy(fact))
        menu.addAction("Copy name").triggered.connect(lambda: QGuiApplication.clipboard().setText(fact.name))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

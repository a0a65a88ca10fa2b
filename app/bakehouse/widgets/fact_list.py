"""Names and values one below the other, drawn without a widget for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.run_cells import tabular

_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: a name, its value, and further values shown muted; `full` is what a copy holds."""

    name: str
    value: str
    more: tuple[str, ...] = ()
    full: str = ""
    token: str = "text"
    """The theme's colour of the value."""


class FactList(QWidget):
    """Lines of facts. With `columns` the values stand right-aligned in columns, else left beside the names.

    Hundreds of params cost one widget. A line's menu copies its value; `fact_clicked` tells a click.
    """

    fact_clicked = Signal(str)

    def __init__(self, theme: Theme, columns: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = columns
        self._facts: list[Fact] = []
        self._row = 25 if columns else 22
        self._name_share = 0.36
        self._column_width = 60
        self.setFont(tabular(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_facts(self, facts: Sequence[Fact]) -> None:
        self._facts = list(facts)
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

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, self._row * len(self._facts))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        first = max(0, event.rect().top() // self._row)
        last = min(len(self._facts) - 1, event.rect().bottom() // self._row)
        for place in range(first, last + 1):
            line = QRect(0, place * self._row, self.width(), self._row)
            if self._columns:
                self._paint_columns(painter, line, self._facts[place])
            else:
                self._paint_pair(painter, line, self._facts[place])
        painter.end()

    def _paint_pair(self, painter: QPainter, line: QRect, fact: Fact) -> None:
        split = round(line.width() * self._name_share)
        painter.setPen(self._theme.color("muted"))
        self._draw(painter, line.adjusted(0, 0, split - line.width() - GRID, 0), fact.name)
        painter.setPen(self._theme.color(fact.token))
        self._draw(painter, line.adjusted(split, 0, 0, 0), fact.value)

    def _paint_columns(self, painter: QPainter, line: QRect, fact: Fact) -> None:
        painter.setPen(self._theme.color("line"))
        painter.drawLine(line.bottomLeft(), line.bottomRight())
        values = (fact.value, *fact.more)
        width = self._column_width
        left = line.width() - width * self._columns
        painter.setPen(self._theme.color("text"))
        self._draw(painter, line.adjusted(0, 0, left - line.width() - GRID, 0), fact.name)
        for place, value in enumerate(values):
            painter.setPen(self._theme.color("muted" if place else fact.token))
            cell = QRect(left + place * width, line.top(), width, line.height())
            self._draw(painter, cell.adjusted(6, 0, 0, 0), value, Qt.AlignmentFlag.AlignRight)

    def _draw(
        self, painter: QPainter, rect: QRect, text: str, side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
    ) -> None:
        shown = visible(text, _CHARACTERS)
        shown = painter.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)

    def _fact_at(self, where: QPoint) -> Fact | None:
        place = where.y() // self._row
        return self._facts[place] if 0 <= place < len(self._facts) else None

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            fact = self._fact_at(event.pos())
            text = f"{fact.name}\n{fact.full or fact.value}" if fact else ""
            QToolTip.showText(event.globalPos(), plain_tooltip(text), self)
            return True
        return super().event(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        fact = self._fact_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and fact is not None:
            self.fact_clicked.emit(fact.name)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        fact = self._fact_at(event.pos())
        if fact is None:
            return
        menu = QMenu(self)
        copy_value, copy_name = menu.addAction("Copy value"), menu.addAction("Copy name")
        chosen = menu.exec(event.globalPos())
        if chosen is copy_value:
            QGuiApplication.clipboard().setText(fact.full or fact.value)
        elif chosen is copy_name:
            QGuiApplication.clipboard().setText(fact.name)
        menu.deleteLater()

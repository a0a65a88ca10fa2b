"""A small graph of things that come from each other, from left to right, or below each other where it is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

from bakehouse.domain.lineage import Graph, Node, NodeKind
from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.theme import Theme
from bakehouse.widgets.stages import stage_token

_HEIGHT, _GAP, _PAD = 24, 6, 11
_ARROW = 34
"""Room between two columns, in which their edges run."""
_CAPTION = 18
_NARROWEST = 76
_WIDEST = 280
_INDENT = 18
_NOTE_GAP = 7
_CHARACTERS = 120
_HEAD = 3.5


class NodeButton(QAbstractButton):
    """One node as a chip; a link where it leads somewhere. Its tooltip tells all of it."""

    def __init__(self, node: Node, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.node = node
        self.theme = theme
        self.shows_note = True
        font = self.font()
        font.setPixelSize(12)
        self.setFont(font)
        self.setObjectName(f"lineage_{node.kind.name.lower()}")
        self.setAccessibleName(visible(f"{node.kind.word} {node.label}", 300))
        self.setAccessibleDescription(visible(node.told.replace("\n", ", "), 1000))
        self.setToolTip(plain_tooltip(node.told))
        if node.link:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if node.link else Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @override
    def sizeHint(self) -> QSize:
        return QSize(min(self._name_width() + self._note_width() + 2 * _PAD + 1, _WIDEST), _HEIGHT)

    def _name_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(visible(self.node.label, _CHARACTERS))

    def _note_width(self) -> int:
        note = visible(self.node.note, _CHARACTERS)
        return self.fontMetrics().horizontalAdvance(note) + _NOTE_GAP if note and self.shows_note else 0

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, node = self.theme, self.node
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_pointed = bool(node.link) and (self.underMouse() or self.hasFocus())
        edge = "accent" if node.is_here or is_pointed or self.hasFocus() else "line"
        pen = QPen(theme.color(edge), 1)
        if node.is_gone:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.color("selection" if is_pointed and not node.is_here else "raised"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        inner = self.rect().adjusted(_PAD, 0, -_PAD, 0)
        metrics = painter.fontMetrics()
        sides = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        label, note = visible(node.label, _CHARACTERS), visible(node.note, _CHARACTERS)
        wanted, aside = self._name_width(), self._note_width()
        room = inner.width() - aside
        painter.setPen(theme.color(self._ink()))
        painter.drawText(inner, sides, metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, room))
        if aside:
            painter.setPen(theme.color("muted"))
            painter.drawText(inner.adjusted(min(wanted, room) + _NOTE_GAP, 0, 0, 0), sides, note)
        painter.end()

    def _ink(self) -> str:
        if self.node.is_gone:
            return "muted"
        if self.node.kind is NodeKind.STAGE:
            return stage_token(self.node.label)
        return "accent" if self.node.is_here else "text"

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        # Arrow keys would make QAbstractButton leave for any sibling; the graph knows its edges.
        event.ignore()
        if event.key() == Qt.Key.Key_Space:
            super().keyPressEvent(event)


class LineageGraph(QWidget):
    """Lays nodes out by kind and draws their edges. Tab goes through all of them, arrow keys along. GUI thread."""

    link_activated = Signal(str)
    """The link of a node that was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lineage_graph")
        self.setAccessibleName("Lineage")
        self._theme = theme
        self._graph = Graph()
        self._buttons: list[NodeButton] = []
        # Never shown: it keeps the graph's place among what Tab goes through, where nodes that come later stand.
        self._anchor = QWidget(self)
        self._anchor.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._anchor.hide()
        self._captions: list[tuple[QRect, str]] = []
        self._ends: dict[int, int] = {}
        """Place of a node → where its column ends: edges bend only behind it."""
        self._is_narrow = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for button in self._buttons:
            button.theme = theme
            button.update()
        self.update()

    @property
    def graph(self) -> Graph:
        """What is shown."""
        return self._graph

    def show_graph(self, graph: Graph) -> None:
        """Show this graph; the same again changes nothing."""
        if graph == self._graph:
            return
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._graph = graph
        self._buttons = [NodeButton(node, self._theme, self) for node in graph.nodes]
        for button in self._buttons:
            button.clicked.connect(self._clicked)
            button.show()
        before = self._anchor
        for button in self._buttons:
            QWidget.setTabOrder(before, button)
            before = button
        self.setAccessibleDescription(_told(graph))
        self._arrange()

    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, NodeButton) and button.node.link:
            self.link_activated.emit(button.node.link)

    # Layout

    def _columns(self) -> list[list[int]]:
        """The places of the nodes of each kind that there is."""
        kinds = sorted({node.kind for node in self._graph.nodes})
        return [[place for place, node in enumerate(self._graph.nodes) if node.kind is kind] for kind in kinds]

    def _arrange(self) -> None:
        columns = self._columns()
        self._captions = []
        if not columns:
            self.setFixedHeight(0)
            return
        room = self.width() - _ARROW * (len(columns) - 1)
        wanted = self._wanted(columns, notes=True)
        if sum(wanted) > room:
            # A digest that is cut tells nothing; without them there is more room for names.
            wanted = self._wanted(columns, notes=False)
        widths = _shared(wanted, room)
        self._is_narrow = any(width < min(_NARROWEST, want) for width, want in zip(widths, wanted, strict=True))
        height = self._arrange_below(columns) if self._is_narrow else self._arrange_beside(columns, widths)
        self.setFixedHeight(height)
        self.update()

    def _wanted(self, columns: list[list[int]], *, notes: bool) -> list[int]:
        """How wide each column would be, with or without the digests of its nodes."""
        for button in self._buttons:
            button.shows_note = notes
        return [max(self._buttons[place].sizeHint().width() for place in column) for column in columns]

    def _arrange_beside(self, columns: list[list[int]], widths: list[int]) -> int:
        tallest = max(len(column) for column in columns)
        left = 0
        for column, width in zip(columns, widths, strict=True):
            self._captions.append(
                (QRect(left, 0, width + _ARROW - 8, _CAPTION), self._graph.nodes[column[0]].kind.word)
            )
            top = _CAPTION + ((tallest - len(column)) * (_HEIGHT + _GAP)) // 2
            for place in column:
                button = self._buttons[place]
                self._ends[place] = left + width
                button.setGeometry(left, top, min(button.sizeHint().width(), width), _HEIGHT)
                top += _HEIGHT + _GAP
            left += width + _ARROW
        return _CAPTION + tallest * (_HEIGHT + _GAP) - _GAP

    def _arrange_below(self, columns: list[list[int]]) -> int:
        top = 0
        for level, column in enumerate(columns):
            left = level * _INDENT
            for place in column:
                button = self._buttons[place]
                button.shows_note = True
                width = min(button.sizeHint().width(), max(self.width() - left, _NARROWEST))
                button.setGeometry(left, top, width, _HEIGHT)
                top += _HEIGHT + _GAP
        return top - _GAP

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._arrange()

    # Drawing

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(self._theme.color("muted"))
        for place, word in self._captions:
            painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), word)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for source, target in self._graph.edges:
            first, second = self._buttons[source].geometry(), self._buttons[target].geometry()
            if self._is_narrow:
                self._paint_elbow(painter, first, second)
            else:
                self._paint_curve(painter, first, second, self._ends[source])
        painter.end()

    def _paint_curve(self, painter: QPainter, first: QRect, second: QRect, bend: int) -> None:
        start = QPointF(bend + 3, first.center().y() + 0.5)
        end = QPointF(second.left() - 4, second.center().y() + 0.5)
        middle = max((end.x() - start.x()) / 2, 8.0)
        path = QPainterPath(QPointF(first.right() + 4, start.y()))
        path.lineTo(start)
        path.cubicTo(start + QPointF(middle, 0), end - QPointF(middle, 0), end - QPointF(_HEAD, 0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color("muted"), 1))
        painter.drawPath(path)
        self._paint_head(painter, end, QPointF(-2 * _HEAD, -_HEAD), QPointF(-2 * _HEAD, _HEAD))

    def _paint_elbow(self, painter: QPainter, first: QRect, second: QRect) -> None:
        x = first.left() + _INDENT / 2 + 0.5
        end = QPointF(second.left() - 1, second.center().y() + 0.5)
        path = QPainterPath(QPointF(x, first.bottom() + 1))
        path.lineTo(x, end.y())
        path.lineTo(end)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color("muted"), 1))
        painter.drawPath(path)

    def _paint_head(self, painter: QPainter, tip: QPointF, one: QPointF, other: QPointF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("muted"))
        painter.drawPolygon(QPolygonF([tip, tip + one, tip + other]))

    # Keys

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        place = next((place for place, button in enumerate(self._buttons) if button.hasFocus()), -1)
        if place < 0:
            super().keyPressEvent(event)
            return
        if event.key() in (keys.Key_Right, keys.Key_Left):
            forward = event.key() == keys.Key_Right
            edges = sorted(self._graph.edges)
            found = [b for a, b in edges if a == place] if forward else [a for a, b in edges if b == place]
        elif event.key() in (keys.Key_Down, keys.Key_Up):
            column = next(column for column in self._columns() if place in column)
            at = column.index(place) + (1 if event.key() == keys.Key_Down else -1)
            found = [column[at]] if 0 <= at < len(column) else []
        else:
            super().keyPressEvent(event)
            return
        if found:
            self._buttons[found[0]].setFocus(Qt.FocusReason.TabFocusReason)


def _shared(wanted: Sequence[int], room: int) -> list[int]:
    """Widths that fit into `room`: the widest give way first, until all are equal."""
    widths = list(wanted)
    over = sum(widths) - room
    while over > 0:
        widest = max(widths)
        if widest <= 1:
            break
        at_widest = [place for place, width in enumerate(widths) if width == widest]
        below = max((width for width in widths if width < widest), default=0)
        step = min(widest - below, -(-over // len(at_widest)))
        for place in at_widest:
            widths[place] -= step
        over = sum(widths) - room
    return widths


def _told(graph: Graph) -> str:
    """The graph in words."""
    lines = []
    for kind in NodeKind:
        labels = [visible(node.label, 60) for node in graph.nodes if node.kind is kind]
        if labels:
            lines.append(f"{kind.word}: {', '.join(labels)}")
    return "; ".join(lines)

"""Evidence on screen: a calm table as tall as its rows, with a link that shows the equal ones too."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.analysis.evidence_rows import Kind
from bakehouse.domain.comparison import Direction
from bakehouse.domain.evidence import Evidence
from bakehouse.domain.text import counted
from bakehouse.itemmodels.evidence_table import EvidenceColumn, EvidenceModel
from bakehouse.itemmodels.indexes import Index
from bakehouse.theme import HEADER_HEIGHT, ROW_HEIGHT, Theme
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.run_cells import tabular

_PADDING = 8
_SHARES = {EvidenceColumn.NAME: 31, EvidenceColumn.INCUMBENT: 22, EvidenceColumn.CANDIDATE: 22}
_LEFT = Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignRight


class _EvidenceDelegate(QStyledItemDelegate):
    """Texts at rest on one-pixel lines; the change in the colour of its verdict."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        column = EvidenceColumn(index.column())
        token = index.data(EvidenceModel.ROLE) if column is EvidenceColumn.CHANGE else "text"
        painter.fillRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1, self.theme.color("line"))
        painter.setPen(self.theme.color(str(token)))
        _paint_text(painter, option.rect, str(index.data() or ""), column)


class _EvidenceHeader(QHeaderView):
    """Whose values a column holds, muted, over a line."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.theme = theme
        self.setSectionsClickable(False)
        self.setFixedHeight(HEADER_HEIGHT)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(20)

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        painter.fillRect(rect, self.theme.color("panel"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, self.theme.color("line"))
        painter.setPen(self.theme.color("muted"))
        text = str(self.model().headerData(logicalIndex, Qt.Orientation.Horizontal) or "")
        if painter.fontMetrics().horizontalAdvance(text) > rect.width() - 2 * _PADDING:
            # The number alone says which is which; the stage stands above.
            text = text.partition(" (")[0]
        _paint_text(painter, rect, text, EvidenceColumn(logicalIndex))


class _EvidenceTable(QTableView):
    """As tall as its rows: the page around it scrolls, and only what is in sight is painted."""

    def __init__(self, model: EvidenceModel, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("evidence")
        self.setAccessibleName("Evidence")
        self.setModel(model)
        self.delegate, self.header = _EvidenceDelegate(theme, self), _EvidenceHeader(theme, self)
        self.setItemDelegate(self.delegate)
        self.setHorizontalHeader(self.header)
        self.setFont(tabular(self.font()))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        for policy in (self.setVerticalScrollBarPolicy, self.setHorizontalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        # Header sections would ask whether whole columns are selected, at every paint.
        for one in (rows, self.header):
            one.setSelectionModel(QItemSelectionModel(model, one))
        model.modelReset.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        """Take the height of the rows and share the width between the columns that say something."""
        model = self.model()
        assert isinstance(model, EvidenceModel)
        beside = model.has_incumbent
        for column in (EvidenceColumn.INCUMBENT, EvidenceColumn.CHANGE):
            # The change of the digest says whether the files still match, also where nothing is replaced.
            self.setColumnHidden(column, not beside and column is EvidenceColumn.INCUMBENT)
        left = self.width()
        for column, share in _SHARES.items():
            width = self.width() * share // 100
            self.setColumnWidth(column, width)
            left -= 0 if self.isColumnHidden(column) else width
        self.setColumnWidth(EvidenceColumn.CHANGE, max(left, 20))
        self.setFixedHeight(HEADER_HEIGHT + ROW_HEIGHT * model.rowCount())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    @override
    def sizeHint(self) -> QSize:
        return QSize(400, self.height())


class EvidenceView(QWidget):
    """Shows the evidence of one request. GUI thread only."""

    metric_chosen = Signal(str)
    """A metric's row was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = EvidenceModel(self)
        self.table = _EvidenceTable(self.model, theme)
        self.toggle = QPushButton()
        self.toggle.setObjectName("evidence_differences")
        self.toggle.setProperty("link", "true")
        self.toggle.setStyleSheet("font-size: 11px;")
        self.toggle.clicked.connect(self._toggle)
        self.table.clicked.connect(self._choose)
        self._left_out = PlainLabel("", "muted")
        self._left_out.setWordWrap(True)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(PlainLabel("EVIDENCE", "section"))
        head.addStretch(1)
        head.addWidget(self.toggle)
        self.toggle.setMinimumWidth(20)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.table)
        column.addWidget(self._left_out)

    def set_theme(self, theme: Theme) -> None:
        self.table.delegate.theme = self.table.header.theme = theme
        self.table.viewport().update()
        self.table.header.viewport().update()

    def show_evidence(self, evidence: Evidence | None, directions: Mapping[str, Direction]) -> None:
        """Show what was captured; `directions` are the person's own for metrics."""
        self.model.show(evidence, directions)
        seen = [] if evidence is None else [one for one in (evidence.candidate, evidence.incumbent) if one is not None]
        left = sum(one.left_out for one in seen)
        self._left_out.setText(
            f"{counted(left, 'value')} of the runs (system/… metrics, or beyond the first 2,000) are not in the record."
        )
        self._left_out.setVisible(bool(left))
        self._say()

    def _choose(self, index: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        if row.kind is Kind.METRIC:
            self.metric_chosen.emit(row.name)

    def _toggle(self) -> None:
        self.model.set_differing(not self.model.differing)
        self._say()

    def _say(self) -> None:
        hidden = self.model.hidden
        self.toggle.setVisible(self.model.has_incumbent)
        if self.model.differing:
            self.toggle.setText(f"differences only · {counted(hidden, 'equal row')} hidden")
        else:
            self.toggle.setText("all rows · show differences only")


def _paint_text(painter: QPainter, rect: QRect, text: str, column: EvidenceColumn) -> None:
    first, last = column is EvidenceColumn.NAME, column is EvidenceColumn.CHANGE
    room = rect.adjusted(0 if first else _PADDING, 0, 0 if last else -_PADDING, -1)
    mode = Qt.TextElideMode.ElideMiddle if first else Qt.TextElideMode.ElideRight
    shown = painter.fontMetrics().elidedText(text, mode, room.width())
    side = _LEFT if first else _RIGHT
    painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)

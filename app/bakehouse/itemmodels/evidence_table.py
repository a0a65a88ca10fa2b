"""Evidence of a request as a table: what the version in the stage had, what the candidate has, the change."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from typing_extensions import override

from bakehouse.analysis.evidence_rows import EvidenceRow, Kind, evidence_rows
from bakehouse.analysis.figures import MISSING
from bakehouse.domain.comparison import Direction
from bakehouse.domain.evidence import Evidence
from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.itemmodels.indexes import ROOT, Index

_CHARACTERS = 200
_ARROWS = {Direction.HIGHER: " ↑", Direction.LOWER: " ↓"}
_WORDS = {Direction.HIGHER: "higher is better", Direction.LOWER: "lower is better"}


class EvidenceColumn(IntEnum):
    """The columns, from left to right."""

    NAME = 0
    INCUMBENT = 1
    CANDIDATE = 2
    CHANGE = 3


class Check(NamedTuple):
    """What a look at the candidate's files has told; `role` is "good", "bad" or "muted"."""

    sentence: str
    role: str


class EvidenceModel(QAbstractTableModel):
    """Owns which rows are shown. GUI thread."""

    ROLE = Qt.ItemDataRole.UserRole + 1
    """Of the change: the colour token it is said in."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.evidence: Evidence | None = None
        self.differing = True
        self._all: list[EvidenceRow] = []
        self._shown: list[EvidenceRow] = []
        self.check = Check("", "muted")

    def show(self, evidence: Evidence | None, directions: Mapping[str, Direction]) -> None:
        """Show this evidence; nothing is known of the files then."""
        self.beginResetModel()
        self.evidence = evidence
        self.check = Check("", "muted")
        self._all = [] if evidence is None else evidence_rows(evidence, directions)
        self._choose()
        self.endResetModel()

    def set_differing(self, differing: bool) -> None:
        """Only rows that differ, or all of them."""
        if differing != self.differing:
            self.beginResetModel()
            self.differing = differing
            self._choose()
            self.endResetModel()

    def set_check(self, sentence: str, role: str) -> None:
        """What is known of the candidate's files now, in place of the change of the digest."""
        self.check = Check(sentence, role)
        for row, one in enumerate(self._shown):
            if one.kind is Kind.MODEL:
                place = self.index(row, EvidenceColumn.CHANGE)
                self.dataChanged.emit(place, place)

    @property
    def has_incumbent(self) -> bool:
        return self.evidence is not None and self.evidence.incumbent is not None

    @property
    def hidden(self) -> int:
        """How many rows are equal on both sides and therefore not shown."""
        return len(self._all) - len(self._shown)

    @property
    def metrics(self) -> list[str]:
        """Metrics by name, those that differ first."""
        of_kind = [row for row in self._all if row.kind is Kind.METRIC]
        return [row.name for row in sorted(of_kind, key=lambda row: not row.differs)]

    def row_at(self, row: int) -> EvidenceRow:
        return self._shown[row]

    def _choose(self) -> None:
        # The digest always stands there: it is what the decision is bound to.
        both = self.differing and self.has_incumbent
        self._shown = [row for row in self._all if not both or row.differs or row.kind is Kind.MODEL]

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(EvidenceColumn)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._shown[index.row()], EvidenceColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(self._text(row, column), _CHARACTERS)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._tooltip(row, column))
        if role == self.ROLE and column is EvidenceColumn.CHANGE:
            if row.kind is Kind.MODEL and self.check.sentence:
                return self.check.role
            return {1: "good", -1: "bad"}.get(row.verdict, "text")
        return None

    def _text(self, row: EvidenceRow, column: EvidenceColumn) -> str:
        if column is EvidenceColumn.NAME:
            return row.name + (_ARROWS.get(row.direction, "") if row.direction is not None else "")
        if column is EvidenceColumn.CHANGE:
            return self.check.sentence or row.change if row.kind is Kind.MODEL else row.change
        return (row.incumbent if column is EvidenceColumn.INCUMBENT else row.candidate) or MISSING

    def _tooltip(self, row: EvidenceRow, column: EvidenceColumn) -> str:
        if column is EvidenceColumn.NAME:
            words = _WORDS.get(row.direction, "") if row.direction is not None else ""
            return "\n".join(filter(None, (row.name, row.kind.title, words)))
        if column is EvidenceColumn.CHANGE:
            return {1: "better", -1: "worse"}.get(row.verdict, "")
        return row.exact[0 if column is EvidenceColumn.INCUMBENT else 1]

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole or self.evidence is None:
            return None
        candidate, incumbent = self.evidence.candidate, self.evidence.incumbent
        match EvidenceColumn(section):
            case EvidenceColumn.INCUMBENT:
                return f"Version {incumbent.version} ({visible(incumbent.stage, 20)})" if incumbent is not None else ""
            case EvidenceColumn.CANDIDATE:
                return f"Version {candidate.version} (candidate)"
            case EvidenceColumn.CHANGE:
                return "Change"
        return ""

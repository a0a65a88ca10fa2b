"""Runs compared as a table: the names of rows, then one column a run; sections fold, a baseline gives changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal
from typing_extensions import override

from bakehouse.analysis.columns import Ints, Mask
from bakehouse.analysis.comparison import (
    ComparedRow,
    Comparison,
    Section,
    change_texts,
    chosen_rows,
    verdict,
)
from bakehouse.analysis.directions import guessed_direction
from bakehouse.analysis.figures import MISSING, NumberStyle
from bakehouse.domain.comparison import Direction
from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.itemmodels.indexes import ROOT, Index

HANDFUL = 12
"""With more rows than this only those that differ are shown at first."""
_LONGEST = 300
_WORDS = {Direction.HIGHER: "higher is better", Direction.LOWER: "lower is better", Direction.NEITHER: "no direction"}
_NOTHING = Comparison((), (), (), ())


class Cell(NamedTuple):
    """What a value's cell shows; `change` is against the baseline, `verdict` 1 for better, -1 for worse, else 0."""

    text: str
    change: str = ""
    verdict: int = 0
    is_best: bool = False
    is_missing: bool = False
    is_number: bool = False


class _Look(NamedTuple):
    style: NumberStyle
    best: Mask


class ComparisonModel(QAbstractTableModel):
    """Owns which rows are shown, the baseline and the directions in use. Column 0 names rows. GUI thread."""

    baseline_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.comparison = _NOTHING
        self.baseline: str | None = None
        """The run that the others are held against."""
        self.differing = True
        self.words = ""
        self.folded: frozenset[Section] = frozenset()
        self.tells_directions = True
        """Whether better and worse are told apart."""
        self._directions: Mapping[str, Direction] = {}
        self._rows: Ints = np.empty(0, np.int32)
        self._counts: dict[Section, tuple[int, int]] = {}
        self._looks: dict[int, _Look] = {}

    # What is shown

    def show_comparison(self, comparison: Comparison) -> None:
        """Compare these runs; the baseline stays where it is among them."""
        self.beginResetModel()
        self.comparison = comparison
        if self.baseline not in comparison.run_ids:
            self.baseline = None
        self._looks.clear()
        self._choose()
        self.endResetModel()

    def filter(self, *, differing: bool, words: str) -> None:
        """Only rows that differ, or all; and of these those with every one of `words` in their names."""
        if (differing, words) != (self.differing, self.words):
            self.beginResetModel()
            self.differing, self.words = differing, words
            self._choose()
            self.endResetModel()

    def fold(self, row: int) -> None:
        """Fold or unfold the section whose line `row` is."""
        section = self.section_at(row)
        if section is not None:
            self.beginResetModel()
            self.folded = self.folded ^ {section}
            self._choose()
            self.endResetModel()

    def show_sections(self, sections: Iterable[Section]) -> None:
        """Unfold these sections and fold the others."""
        folded = frozenset(Section) - frozenset(sections)
        if folded != self.folded:
            self.beginResetModel()
            self.folded = folded
            self._choose()
            self.endResetModel()

    def tell_directions(self, on: bool) -> None:
        """Whether better and worse are told apart from now on."""
        if on != self.tells_directions:
            self.tells_directions = on
            self._looks.clear()
            self._repaint()

    def hold_against(self, run_id: str | None) -> None:
        """Make this run the baseline, None for none."""
        if run_id != self.baseline:
            self.baseline = run_id
            self._repaint()
            self.baseline_changed.emit()

    def set_directions(self, directions: Mapping[str, Direction]) -> None:
        """What the person has said of metrics, by name."""
        self._directions = dict(directions)
        self._looks.clear()
        self._repaint()

    def direction(self, row: ComparedRow) -> tuple[Direction | None, bool]:
        """Which way a row is better, and whether that is only guessed by its name."""
        if row.section is not Section.METRICS or not self.tells_directions:
            return None, False
        known = self._directions.get(row.name)
        return (guessed_direction(row.name), True) if known is None else (known, False)

    @property
    def shown_rows(self) -> list[ComparedRow]:
        """The rows that are shown, without the lines of sections."""
        return [self.comparison.rows[place] for place in self._rows.tolist() if place >= 0]

    def counts(self) -> tuple[int, int]:
        """How many rows match, and how many there are."""
        return sum(count for count, _ in self._counts.values()), len(self.comparison.rows)

    # Cells

    def section_at(self, row: int) -> Section | None:
        """The section whose line this is, None for a row of values."""
        place = int(self._rows[row])
        return Section(-1 - place) if place < 0 else None

    def section_text(self, section: Section) -> str:
        """The section's title and how many of its rows match."""
        matching, size = self._counts[section]
        return f"{section.title}  {matching:,}" + (f" of {size:,}" if matching != size else "")

    def row_at(self, row: int) -> ComparedRow | None:
        place = int(self._rows[row])
        return self.comparison.rows[place] if place >= 0 else None

    def cell(self, row: int, run: int) -> Cell:
        """The cell of the run at `run` in a row of values."""
        place = int(self._rows[row])
        compared = self.comparison.rows[place]
        look = self._look(place, compared)
        text = compared.text(run, look.style)
        is_number = compared.numbers is not None and compared.section is not Section.ATTRIBUTES
        if text is None:
            return Cell(MISSING, is_missing=True, is_number=is_number)
        change, better = self._change(compared, run, look.style)
        return Cell(visible(text, _LONGEST), change, better, bool(look.best[run]), False, is_number)

    def _look(self, place: int, row: ComparedRow) -> _Look:
        look = self._looks.get(place)
        if look is None:
            look = self._looks[place] = _Look(row.style(), row.best(self.direction(row)[0]))
        return look

    def _change(self, row: ComparedRow, run: int, style: NumberStyle) -> tuple[str, int]:
        if self.baseline is None or row.numbers is None or row.section not in (Section.METRICS, Section.PARAMS):
            return "", 0
        held = self.comparison.run_ids.index(self.baseline)
        if held == run or not row.present[held]:
            return "", 0
        value, base = float(row.numbers[run]), float(row.numbers[held])
        absolute, share = change_texts(value, base, style)
        return f"{absolute}  {share}" if share else absolute, verdict(value, base, self.direction(row)[0])

    # Qt

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.comparison.run_ids) + 1

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        row, column = index.row(), index.column()
        section, compared = self.section_at(row), self.row_at(row)
        if section is not None or compared is None:
            return self.section_text(section) if section is not None and column == 0 else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._tooltip(compared, column))
        if column == 0:
            return visible(compared.name, _LONGEST)
        cell = self.cell(row, column - 1)
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        words = [cell.text, cell.change, {1: "better", -1: "worse"}.get(cell.verdict, ""), "best" * cell.is_best]
        return ", ".join(word for word in words if word)

    def _tooltip(self, row: ComparedRow, column: int) -> str:
        if column > 0:
            return row.exact(column - 1)
        direction, is_guess = self.direction(row)
        if direction is None:
            return row.name
        return f"{row.name}\n{_WORDS[direction]}{' (guessed from the name)' if is_guess else ''}"

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section > len(self.comparison.names):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(self.comparison.names[section - 1], _LONGEST) if section else ""
        if role == Qt.ItemDataRole.ToolTipRole and section:
            held = "\nBaseline" if self.comparison.run_ids[section - 1] == self.baseline else ""
            return plain_tooltip(f"{self.comparison.names[section - 1]}\n{self.comparison.run_ids[section - 1]}{held}")
        return None

    # Inside

    def _choose(self) -> None:
        self._rows, self._counts = chosen_rows(
            self.comparison, differing=self.differing, words=self.words, folded=self.folded
        )

    def _repaint(self) -> None:
        if len(self._rows):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, self.columnCount() - 1))
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

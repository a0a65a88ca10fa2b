"""The one selection of runs, and how a table view of a hundred thousand rows takes part in it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QObject, QPersistentModelIndex, Signal
from typing_extensions import override

from bakehouse.analysis.columns import Ints, Mask
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.theme import RunColors

Flag = QItemSelectionModel.SelectionFlag

# Up to this many separate stretches Qt's own model holds the whole selection; above, the part around the window.
_SPANS_AT_MOST = 64
# So many selected runs get colours apart from each other; the others have those of their ids.
_COLORED_AT_MOST = 200


class RunSelection(QObject):
    """The selected runs and the current one; table, plots and inspector share it. GUI thread."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.colors = RunColors()
        """The colours of the selected runs, for table and plots alike."""
        self._ids: tuple[str, ...] = ()
        self._current: str | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The selected runs in the order they were selected."""
        return self._ids

    @property
    def current(self) -> str | None:
        """The run the inspector shows."""
        return self._current

    def set(self, ids: Iterable[str], current: str | None = None) -> None:
        """Select exactly `ids`; without `current` the present one stays when it is among them, else the last is it."""
        chosen = tuple(ids)
        if current is None and chosen:
            current = self._current if self._current in chosen else chosen[-1]
        if (chosen, current) != (self._ids, self._current):
            self._ids, self._current = chosen, current
            self.colors.choose(chosen[:_COLORED_AT_MOST])
            self.changed.emit()

    def toggle(self, run_id: str) -> None:
        """Add `run_id` to the selection or take it out."""
        if run_id in self._ids:
            self.set(other for other in self._ids if other != run_id)
        else:
            self.set((*self._ids, run_id), run_id)


class RunSelectionModel(QItemSelectionModel):
    """What a table view selects in: a mask over runs that survives order and filter, told to a RunSelection.

    Qt keeps a selection as ranges of rows and walks through them for every painted cell, so a scattered selection
    of thousands makes it stand still. Here the mask is the truth; Qt's own ranges are its shadow, whole while they
    are few and otherwise cut to the rows around the window (`show_window`).
    """

    def __init__(self, table: RunTableModel, selection: RunSelection) -> None:
        super().__init__(table, table)
        self._table = table
        self._selection = selection
        self._window = (0, 100)
        self._telling = self._moving = self._resetting = False
        self._committed: Mask = np.zeros(0, np.bool_)
        self.mask: Mask = self._committed
        """bool[runs]: the selected runs, hidden ones included."""
        self._adopt()
        selection.changed.connect(self._adopt)
        table.layoutChanged.connect(self._shadow)
        table.layoutAboutToBeChanged.connect(self._drop_shadow)
        table.rowsInserted.connect(self._shadow)
        table.rowsRemoved.connect(self._shadow)

    def show_window(self, first: int, last: int) -> None:
        """The view shows these rows now."""
        if (first, last) != self._window:
            self._window = (first, last)
            self._shadow()

    @override
    def select(self, selection: QItemSelection | QModelIndex, command: Flag) -> None:  # type: ignore[override]
        """As QItemSelectionModel's, in whole rows: what `Current` selects is replaced by the next such call."""
        if self._resetting:
            super().select(selection, command)
            return
        size = self._table.frame.size
        if command & Flag.Clear or len(self._committed) != size:
            self._committed = np.zeros(size, np.bool_)
        elif not command & Flag.Current:
            self._committed = self.mask
        mask = self._committed.copy()
        for top, bottom in _spans(selection):
            # A group stands for its runs; taken together they are turned together.
            runs = self._table.arranged.runs_of_rows(top, bottom)
            has_group = bool((self._table.rows[top : bottom + 1] < 0).any())
            if command & Flag.Select:
                mask[runs] = True
            elif command & Flag.Deselect:
                mask[runs] = False
            elif command & Flag.Toggle:
                mask[runs] = not mask[runs].all() if has_group else ~mask[runs]
        self._set_mask(mask)

    def select_runs(self, runs: Ints) -> None:
        """Select exactly these runs (int32[k], rows of the frame)."""
        mask = np.zeros(self._table.frame.size, np.bool_)
        mask[runs] = True
        self._committed = mask
        self._set_mask(mask)

    @override
    def setCurrentIndex(self, index: QModelIndex | QPersistentModelIndex, command: Flag) -> None:
        self._moving = True  # what Qt selects on the way is told once, when the current row is known
        try:
            super().setCurrentIndex(index, command)
        finally:
            self._moving = False
        if command != Flag.NoUpdate:
            self._tell()

    @override
    def reset(self) -> None:
        """The table shows other rows: the runs stay selected."""
        self._resetting = True  # on its way Qt clears, which otherwise means that the person did
        try:
            super().reset()
        finally:
            self._resetting = False
        if len(self.mask) != self._table.frame.size:
            self._adopt()
        self._shadow()

    @override
    def clear(self) -> None:
        super().clear()
        if self._resetting:
            return
        self._set_mask(np.zeros(self._table.frame.size, np.bool_))

    def adopt_frame(self) -> None:
        """The table has another frame: find the selected runs in it again, forget those that are gone."""
        self._adopt()
        current = self._selection.current
        self._tell(current if current in self._table.frame.row_of else None)

    def _set_mask(self, mask: Mask) -> None:
        changed = len(mask) != len(self.mask) or bool((mask != self.mask).any())
        self.mask = mask
        self._shadow()
        if changed and not self._moving:
            self._tell()

    def _tell(self, current: str | None = None) -> None:
        """Say what is selected; without `current` the run of the table's current row is the current one."""
        frame, mask, earlier = self._table.frame, self.mask, self._selection.ids
        row_of, run_ids = frame.row_of, frame.run_ids
        kept = [run_id for run_id in earlier if (row := row_of.get(run_id)) is not None and mask[row]]
        fresh = mask.copy()
        if kept:
            fresh[[row_of[run_id] for run_id in kept]] = False
        ordered = self._table.arranged.ordered_runs()
        visible = ordered[fresh[ordered]]
        fresh[visible] = False
        hidden = np.flatnonzero(fresh)
        added = [run_ids[row] for row in visible.tolist()] + [run_ids[row] for row in hidden.tolist()]
        index = self.currentIndex()
        if current is None:
            current = (self._table.run_id(index.row()) or None) if index.isValid() else None
        if current is not None and not mask[row_of[current]]:
            current = None
        self._telling = True
        try:
            self._selection.set([*kept, *added], current)
        finally:
            self._telling = False

    def _adopt(self) -> None:
        """The selection was changed elsewhere."""
        if self._telling:
            return
        frame = self._table.frame
        mask = np.zeros(frame.size, np.bool_)
        rows = [row for run_id in self._selection.ids if (row := frame.row_of.get(run_id)) is not None]
        mask[rows] = True
        self._committed = mask
        self.mask = mask
        self._shadow()

    def _drop_shadow(self) -> None:
        # Qt would turn every selected row into a persistent index before each change of order.
        self.blockSignals(True)
        super().select(QItemSelection(), Flag.Clear)
        self.blockSignals(False)

    def _shadow(self, *_what: object) -> None:
        rows, last_column = self._table.rows, self._table.columnCount() - 1
        shadow, scattered = QItemSelection(), False
        if len(rows) and last_column >= 0 and len(self.mask) == self._table.frame.size:
            tops, bottoms = _stretches(self._table.arranged.selected_rows(self.mask))
            scattered = len(tops) > _SPANS_AT_MOST
            if scattered:
                low, high = self._window
                near = (bottoms >= low) & (tops <= high)
                tops, bottoms = np.maximum(tops[near], low), np.minimum(bottoms[near], high)
            for top, bottom in zip(tops.tolist(), bottoms.tolist(), strict=True):
                shadow.select(self._table.index(top, 0), self._table.index(bottom, last_column))
        # The view paints from the mask; of a scattered selection it need not work out the regions of each stretch.
        blocked = self.blockSignals(scattered)
        super().select(shadow, Flag.ClearAndSelect)
        self.blockSignals(blocked)


def _spans(selection: QItemSelection | QModelIndex) -> list[tuple[int, int]]:
    if isinstance(selection, QModelIndex):
        return [(selection.row(), selection.row())] if selection.isValid() else []
    parts = (selection.at(place) for place in range(selection.count()))
    return [(part.top(), part.bottom()) for part in parts if part.isValid()]


def _stretches(
    mask: Mask,
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """First and last places of the unbroken stretches of True."""
    edges = np.diff(np.concatenate(([0], mask.view(np.int8), [0])))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1

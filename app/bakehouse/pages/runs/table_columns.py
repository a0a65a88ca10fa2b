"""Which columns the run table shows, where and how, and in what order the runs stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from bakehouse.analysis.frame import ColumnState, default_columns
from bakehouse.analysis.order import SortKey
from bakehouse.domain.column_look import USUAL_LOOK, ColumnLook, Ground
from bakehouse.domain.columns import DURATION, EXPERIMENT, RUN_NAME, START_TIME, ColumnKey, ColumnKind
from bakehouse.itemmodels.run_table import RunTableModel
from bakehouse.pages.runs.loading import RunLoader, Survey
from bakehouse.pages.runs.visible_runs import is_system_tag
from bakehouse.theme import Theme
from bakehouse.widgets.column_chooser import ColumnChooser
from bakehouse.widgets.filter_bar import FilterBar
from bakehouse.widgets.run_table_view import RunTableView

_FIRST_COLUMNS = (START_TIME, DURATION)
FROZEN = 1
"""The name stands still from the start."""


class TableColumns(QObject):
    """Owned by the page: fills the table's columns, asks the loader for them, and opens the chooser. GUI thread."""

    sorted = Signal()
    changed = Signal()
    """The person has changed columns, their order, widths or looks."""

    def __init__(
        self, table: RunTableView, model: RunTableModel, bar: FilterBar, loader: RunLoader, theme: Theme, page: QObject
    ) -> None:
        super().__init__(page)
        self.table, self.model, self._bar, self._loader = table, model, bar, loader
        self.defaults: list[ColumnKey] = []
        """The columns that the table shows by itself."""
        self.wanted: list[ColumnKey] = []
        """The columns that the person wants, also those that are hidden for being the same in all runs."""
        self._hidden: frozenset[ColumnKey] = frozenset()
        self.frozen = 0
        """How many columns stand still."""
        self.chooser = ColumnChooser(theme, bar)
        self.chooser.offer_differing()
        self.set_theme = self.chooser.set_theme
        self.freeze(FROZEN)
        bar.columns_requested.connect(self.choose)
        table.sorted_by.connect(self._sorted)
        table.column_moved.connect(self.move)
        table.widths_changed.connect(self.changed)
        self.chooser.columns_chosen.connect(self._chosen)

    def first(self, *, several: bool) -> list[ColumnKey]:
        """The columns shown before it is known which there are; with `several` experiments their names too."""
        self.defaults = []
        self.wanted = [RUN_NAME, *([EXPERIMENT] if several else []), *_FIRST_COLUMNS]
        return self.wanted

    def surveyed(self, survey: Survey) -> None:
        """It is known which columns there are: show the most telling."""
        columns = default_columns(self.model.frame, survey.relevance, survey.constant)
        if EXPERIMENT in self.model.columns:
            columns.insert(1, EXPERIMENT)
        self.defaults = columns
        self.wanted = list(columns)
        self.model.show_columns(self._shown())
        self.count()

    def choose(self) -> None:
        """Let the person choose."""
        frame = self.model.frame
        wanted = set(self.wanted)
        keys = [key for key in frame.keys if not is_system_tag(key) or key in wanted]
        self.chooser.open_below(self._bar.columns_button, keys, self.wanted, self.defaults, frame)

    def count(self) -> None:
        """Say on the button how many there are."""
        every = sum(not is_system_tag(key) for key in self.model.frame.keys)
        self._bar.set_columns(len(self.model.columns), every, len(self.wanted) - len(self.model.columns))

    def hide_same(self, same: frozenset[ColumnKey]) -> None:
        """Hide these of the wanted columns, because they are the same in all runs."""
        if same != self._hidden:
            self._hidden = same
            self._show_wanted()

    def _shown(self) -> list[ColumnKey]:
        return [key for key in self.wanted if key not in self._hidden] or [RUN_NAME]

    # What the person does with a column

    def move_current(self, step: int) -> None:
        """Move the column that the keyboard is in to the left (-1) or to the right (1)."""
        section = self.current()
        self.move(section, section + (step if step < 0 else step + 1))

    def current(self) -> int:
        """The shown column that the keyboard is in."""
        return max(self.table.currentIndex().column(), 0)

    def move(self, section: int, before: int) -> None:
        """Put a column before another one, or behind the last; dropped among those that stand still it does so too."""
        columns = list(self.model.columns)
        if not 0 <= before <= len(columns):
            return
        key = columns.pop(section)
        columns.insert(before - (before > section), key)
        if section >= self.frozen > before:
            self._freeze(self.frozen + 1)
        elif section < self.frozen < before:
            self._freeze(self.frozen - 1)
        self.show(columns)
        self.table.go_to_column(columns.index(key))

    def hide(self, section: int) -> None:
        """Take a column out of the table; in the chooser it comes back."""
        columns = list(self.model.columns)
        del columns[section]
        if section < self.frozen:
            self._freeze(self.frozen - 1)
        self.show(columns)

    def replace(self, key: ColumnKey, other: ColumnKey) -> None:
        """Show another figure of a metric in a column's place."""
        columns = [other if one == key else one for one in self.model.columns if one == key or one != other]
        self.show(columns)

    def freeze(self, count: int) -> None:
        """Let the first `count` columns stand still."""
        self._freeze(count)
        self.changed.emit()

    def _freeze(self, count: int) -> None:
        self.frozen = count
        self.table.freeze(count)

    def set_ground(self, key: ColumnKey, ground: Ground) -> None:
        """What lies behind the column's numbers."""
        self._look(key, replace(self.model.look(key), ground=ground))

    def set_decimals(self, key: ColumnKey, decimals: int | None) -> None:
        """How many decimals the column's numbers have, None for as many as fit."""
        self._look(key, replace(self.model.look(key), decimals=decimals))

    def _look(self, key: ColumnKey, look: ColumnLook) -> None:
        looks = {other: one for other, one in self.model.looks.items() if other != key}
        self.model.show_looks(looks if look == USUAL_LOOK else {**looks, key: look})
        self.changed.emit()

    def has_numbers(self, section: int) -> bool:
        """Whether a shown column holds numbers, as far as is known."""
        column = self.model.cell(section).column
        return self.model.columns[section] not in (RUN_NAME, START_TIME) and column is not None and column.is_numeric

    def unsort(self, key: ColumnKey) -> None:
        """Take one of several keys out of the order."""
        self.sort_by([one for one in self.model.sort_keys if one.column != key])

    def show(self, columns: Sequence[ColumnKey]) -> None:
        """Show these columns in this order."""
        self.wanted = with_hidden(columns, self.wanted, self._hidden) or [RUN_NAME]
        self._show_wanted()

    def _show_wanted(self) -> None:
        shown = self._shown()
        self.model.show_columns(shown)
        self._loader.want(shown)
        self.count()
        self.changed.emit()

    def is_shown(self, key: ColumnKey) -> bool:
        """Whether the table has this column."""
        return key in self.model.columns

    def add(self, key: ColumnKey) -> None:
        """Show one more column, at the end of its group."""
        if not self.is_shown(key):
            self._chosen([*self.wanted, key])

    def sort(self, key: ColumnKey, *, descending: bool) -> None:
        """Order the runs by this column alone, shown or not."""
        self.model.sort_by([SortKey(key, descending)])
        self._sorted(key, descending)

    def show_all(
        self,
        columns: Sequence[ColumnKey],
        *,
        frozen: int,
        looks: Mapping[ColumnKey, ColumnLook],
        widths: Mapping[ColumnKey, int],
    ) -> None:
        """Show these columns with these looks and widths; columns that have none are looked at as usual."""
        self.model.looks = dict(looks)
        self.table.set_chosen_widths(widths)
        self._freeze(frozen)
        self.wanted = list(columns) or [RUN_NAME]
        self._show_wanted()

    def sort_by(self, keys: Sequence[SortKey]) -> None:
        """Order the runs by these columns, which are read if they are not there yet."""
        self.model.sort_by(keys)
        self._loader.want(key.column for key in keys)
        self.sorted.emit()

    def _chosen(self, keys: Sequence[ColumnKey]) -> None:
        """Columns that are shown keep their places; a new one comes behind the last of its group."""
        wanted = set(keys)
        columns = [key for key in self.wanted if key in wanted]
        shown = set(columns)
        for kind in ColumnKind:
            place = _place_behind_kin(columns, kind)
            columns[place:place] = [key for key in keys if key.kind is kind and key not in shown]
        self.wanted = columns or [RUN_NAME]
        self._show_wanted()

    def _sorted(self, key: ColumnKey, _descending: bool) -> None:
        if self.model.frame.state(key) is ColumnState.FAILED:
            self._loader.again(key)
        else:
            self._loader.want([key])
        self.sorted.emit()


def _place_behind_kin(columns: Sequence[ColumnKey], kind: ColumnKind) -> int:
    """Behind the last column of the group, else of the last group before it."""
    kin = [place for place, key in enumerate(columns) if key.kind is kind]
    before = [place for place, key in enumerate(columns) if key.kind < kind]
    return (kin or before or [-1])[-1] + 1


def with_hidden(
    shown: Sequence[ColumnKey], earlier: Sequence[ColumnKey], hidden: frozenset[ColumnKey]
) -> list[ColumnKey]:
    """`shown` with those of `earlier` that are hidden, each behind the column that it stood behind."""
    followers: dict[ColumnKey | None, list[ColumnKey]] = {}
    present, before = set(shown), None
    for key in earlier:
        if key in present:
            before = key
        elif key in hidden:
            followers.setdefault(before, []).append(key)
    result = followers.get(None, [])
    for key in shown:
        result += [key, *followers.get(key, [])]
    return result

"""The view in which the runs are looked at: captured, put back, saved under a name, remembered for each table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from bakehouse.analysis.order import SortKey
from bakehouse.domain.column_look import USUAL_LOOK
from bakehouse.domain.columns import ATTRIBUTES, START_TIME, ColumnKey, ColumnKind
from bakehouse.domain.text import counted, visible
from bakehouse.pages.runs.table_columns import FROZEN, TableColumns
from bakehouse.pages.runs.view_files import ViewFiles
from bakehouse.personal.view_format import Json, View, ViewColumn
from bakehouse.personal.views import Shelf, table_name
from bakehouse.store.handle import Store
from bakehouse.tasks import TaskRunner
from bakehouse.widgets.filter_bar import FilterBar

_SETTLE_MS = 150
_REMEMBER_MS = 1_500


class Section(NamedTuple):
    """What another part of the page keeps in a view."""

    capture: Callable[[], Json]
    restore: Callable[[Json], None]
    """Must bear anything: the value may come from a stranger's file."""


class RunViews(QObject):
    """Owned by the page, which tells of stores, frames and surveys. GUI thread.

    The name is that of the view chosen last, empty for the table's own choice; whatever the person changes after that
    is remembered for these experiments and saved under the name only when asked.
    """

    said = Signal(str)
    changed = Signal()
    """The name, the shelf, or whether something is changed."""

    def __init__(self, columns: TableColumns, bar: FilterBar, tasks: TaskRunner, page: QObject) -> None:
        super().__init__(page)
        self.columns, self._bar = columns, bar
        self.files = ViewFiles(tasks, self)
        self.shelf = Shelf()
        self.name = ""
        self._sections: dict[str, Section] = {}
        self._sections_then: dict[str, Json] = {}
        self._memory: dict[str, View] = {}
        self._table = ""
        self._is_surveyed = False
        self._is_restoring = False
        self._is_touched = False
        self.is_changed = False
        """Whether something differs from the view of this name."""
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._soon.timeout.connect(self._compare)
        self._later = QTimer(self, singleShot=True, interval=_REMEMBER_MS)
        self._later.timeout.connect(self._remember)
        columns.changed.connect(self.touch)
        columns.sorted.connect(self.touch)
        bar.filter_changed.connect(self._soon.start)
        self.files.shelf_changed.connect(self._show_shelf)
        self.files.memory_read.connect(self._memory_arrived)
        self.files.imported.connect(self._imported)
        self.files.exported.connect(self._exported)
        self.files.failed.connect(self.said)

    def keep(self, name: str, capture: Callable[[], Json], restore: Callable[[Json], None]) -> None:
        """Let another part of the page have a section called `name` in every view."""
        self._sections[name] = Section(capture, restore)

    # What the page tells

    def open(self, store: Store) -> None:
        """Tables of this store are shown from now on."""
        self.files.open(store.path)

    def close(self) -> None:
        """The store is about to go."""
        self._remember()
        self.files.close()
        self._soon.stop()
        self._memory, self._table, self._is_surveyed, self.name, self.is_changed = {}, "", False, "", False

    def before_frame(self, experiment_ids: Sequence[int]) -> None:
        """The runs of these experiments are about to be shown: in the order in which their table was left."""
        self._remember()
        self._table, self._is_surveyed = table_name(experiment_ids), False
        left = self._memory.get(self._table)
        if left is not None and left.sort:
            self.columns.model.sort_by(left.sort)

    def surveyed(self) -> None:
        """It is known which columns there are: put back how the table was left."""
        self._is_surveyed, self._is_touched = True, False
        self._restore()

    # Views

    def captured(self) -> View:
        """How the runs are looked at now."""
        model, widths = self.columns.model, self.columns.table.chosen_widths
        shown = tuple(ViewColumn(key, widths.get(key), model.look(key)) for key in self.columns.wanted)
        sections = {name: section.capture() for name, section in self._sections.items()}
        return View(
            self.name, shown, self.columns.frozen, tuple(model.sort_keys), self._bar.text.strip(), sections
        )  # fmt: skip

    def own_choice(self) -> View:
        """What the table shows by itself."""
        columns = tuple(ViewColumn(key) for key in self.columns.defaults)
        return View("", columns, FROZEN, (SortKey(START_TIME, True),), self._bar.text.strip())

    def choose(self, name: str) -> None:
        """Look at the runs through a view of the shelf; empty for the table's own choice."""
        view = self.shelf.find(name) if name else self._without_own_filter(self.own_choice())
        if view is not None:
            self.name = name
            self._apply(view, with_filter=True)
            self._later.start()

    def save(self, name: str = "") -> None:
        """Save what is shown under its name, or under another one, which it then has."""
        view = replace(self._merged(self.captured()), name=name or self.name)
        self.name = view.name
        self._sections_then = dict(self.captured().sections)
        self._change(lambda shelf: shelf.with_view(view))
        self.said.emit(f"Saved the view “{visible(view.name, 60)}”")

    def rename(self, name: str) -> None:
        """Give the view another name."""
        before, self.name = self.name, name
        self._change(lambda shelf: shelf.renamed(before, name))

    def delete(self) -> None:
        """Take the view off the shelf; the table stays as it is."""
        before, self.name = self.name, ""
        self._change(lambda shelf: shelf.without(before))
        self.said.emit(f"Deleted the view “{visible(before, 60)}”")

    def use_as_default(self, wanted: bool) -> None:
        """Whether tables that were never changed start with this view."""
        name = self.name if wanted else ""
        self._change(lambda shelf: shelf.with_default(name))

    def export_to(self, path: Path) -> None:
        """Write what is shown into a file to be shared."""
        name = self.name or path.name.partition(".")[0]
        self.files.export_to(replace(self._merged(self.captured()), name=name), path)

    # Inside

    def _apply(self, view: View, *, with_filter: bool) -> None:
        columns, self._is_restoring = self.columns, True
        shown = [column for column in view.columns if self._exists(column.key)]
        widths = {column.key: column.width for column in view.columns if column.width is not None}
        looks = {column.key: column.look for column in view.columns if column.look != USUAL_LOOK}
        columns.show_all(
            [column.key for column in shown],
            frozen=sum(self._exists(column.key) for column in view.columns[: view.frozen]),
            looks=looks,
            widths=widths,
        )
        sort = [key for key in view.sort if self._exists(key.column)]
        if sort:
            columns.sort_by(sort)
        for name, section in self._sections.items():
            if name in view.sections:
                section.restore(view.sections[name])
        if with_filter and view.filter != self._bar.text.strip():
            self._bar.set_text(view.filter)
        self._is_restoring = False
        self._sections_then = dict(self.captured().sections)
        missing = len(view.columns) - len(shown) + len(view.foreign)
        if missing:
            verb = "is" if missing == 1 else "are"
            self.said.emit(f"{counted(missing, 'column')} of this view {verb} not in these runs and kept for others")
        self._compare()

    def _change(self, change: Callable[[Shelf], Shelf]) -> None:
        """Change the shelf, here at once and in its file."""
        self.shelf = change(self.shelf)
        self.files.change(change)
        self._compare()

    def _exists(self, key: ColumnKey) -> bool:
        if key.kind is ColumnKind.ATTRIBUTE:
            return key in ATTRIBUTES
        states = self.columns.model.frame.states
        return key in states or key.latest in states

    def _merged(self, view: View) -> View:
        """`view` with what the one of its name on the shelf has beside: columns not in these runs, unknown parts."""
        earlier = self.shelf.find(self.name) if self.name else None
        if earlier is None:
            return view
        kept = list(view.columns)
        before: ColumnKey | None = None
        extras = {column.key: column.extra for column in earlier.columns}
        for column in earlier.columns:
            if not self._exists(column.key):
                places = [place for place, one in enumerate(kept) if one.key == before]
                kept.insert(places[0] + 1 if places else len(kept), column)
            before = column.key
        kept = [replace(column, extra=extras.get(column.key, column.extra)) for column in kept]
        sort = [*view.sort, *(key for key in earlier.sort if not self._exists(key.column))]
        sections = {**earlier.sections, **view.sections}
        return replace(view, columns=tuple(kept), sort=tuple(sort), sections=sections, foreign=earlier.foreign)

    def _compare(self) -> None:
        """Find out whether anything differs from the view of this name."""
        now = self.captured()
        then = (self.shelf.find(self.name) if self.name else None) or self.own_choice()
        shown = [column for column in then.columns if self._exists(column.key)]
        frozen = sum(self._exists(column.key) for column in then.columns[: then.frozen])
        sort = tuple(key for key in then.sort if self._exists(key.column)) or now.sort
        told = (
            [(column.key, column.width, column.look) for column in shown],
            frozen, sort, then.filter, self._sections_then,
        )  # fmt: skip
        found = (
            [(column.key, column.width, column.look) for column in now.columns],
            now.frozen, now.sort, now.filter, now.sections,
        )  # fmt: skip
        self.is_changed = self._is_surveyed and told != found
        self._bar.set_view(self.name, self.is_changed)
        self.changed.emit()

    def _without_own_filter(self, view: View) -> View:
        """The filter that a view has brought goes with it; one that the person typed stays."""
        present = self.shelf.find(self.name) if self.name else None
        return replace(view, filter="") if present is not None and present.filter == view.filter else view

    def touch(self) -> None:
        """The person has changed something that a view keeps."""
        if not self._is_restoring and self._is_surveyed:
            self._is_touched = True
            self._later.start()
            self._soon.start()

    def _remember(self) -> None:
        """Keep how the table is left, without being asked."""
        if not self._later.isActive() and not self._is_touched:
            return
        self._later.stop()
        self._is_touched = False
        if self._table:
            self._compare()
            view = replace(self.captured(), filter="") if self.is_changed or self.name else None
            self._memory.pop(self._table, None)
            if view is not None:
                self._memory[self._table] = view
            self.files.remember({self._table: view})

    def _restore(self) -> None:
        left = self._memory.get(self._table)
        default = self.shelf.find(self.shelf.default) if self.shelf.default else None
        if left is not None:
            self.name = left.name if self.shelf.find(left.name) is not None else ""
            self._apply(left, with_filter=False)
        elif default is not None:
            self.name = default.name
            self._apply(default, with_filter=not self._bar.text.strip())
        else:
            self.name = ""
            self._sections_then = dict(self.captured().sections)
            self._compare()

    def _memory_arrived(self, memory: dict[str, View]) -> None:
        self._memory = memory
        if self._is_surveyed and not self._is_touched:
            self._restore()

    def _show_shelf(self, shelf: Shelf) -> None:
        self.shelf = shelf
        if self.name and shelf.find(self.name) is None:
            self.name = ""
        self._compare()

    def _imported(self, view: View) -> None:
        fresh = replace(view, name=self.shelf.free_name(view.name))
        self._change(lambda shelf: shelf.with_view(fresh))
        self.said.emit(f"Imported the view “{visible(fresh.name, 60)}”")
        self.choose(fresh.name)

    def _exported(self, path: Path) -> None:
        self.said.emit(f"Wrote the view to {visible(str(path), 200)}")

"""The artifacts of a run or logged model: tree over preview, dragged out, saved, never executed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QIcon, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.artifacts.locator import Locator
from bakehouse.itemmodels.artifact_rows import Kind
from bakehouse.itemmodels.artifact_tree import ArtifactRoot, ArtifactTreeModel
from bakehouse.tasks import TaskRunner
from bakehouse.theme import GRID, Theme, ThemeSource
from bakehouse.widgets.artifact_dropping import ArtifactDropping
from bakehouse.widgets.artifact_finding import ArtifactFinding
from bakehouse.widgets.artifact_places import ArtifactPlaces
from bakehouse.widgets.artifact_preview import ArtifactPreview
from bakehouse.widgets.artifact_reading import ArtifactReading, Contents
from bakehouse.widgets.artifact_registering import model_folder
from bakehouse.widgets.artifact_taking import ArtifactTaking
from bakehouse.widgets.artifact_tree_view import ArtifactTreeView, tree_icon
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.preview_reading import PreviewReading
from bakehouse.widgets.preview_room import PreviewRoom
from bakehouse.widgets.preview_window import PreviewWindow

_VIEWS = itertools.count(1)
_SLOW_MS = 300


class ArtifactView(QWidget):
    """Tree and preview of some artifact addresses. Pages own one; it asks the FILES lane for every look at the disk.

    Until `set_locator` was called nothing can be shown. GUI thread only.
    """

    said = Signal(str)
    """A sentence for the status bar."""
    files_dropped = Signal(str, str, object)
    """Artifact address, folder below it (empty: the top), tuple of paths that shall be added there."""
    register_requested = Signal(str, str)
    """`runs:/<id>` or `models:/m-...`, and the model's folder below it (empty: the top); see `offer_registration`."""

    def __init__(self, themes: ThemeSource, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("artifact_view")
        self._themes = themes
        self._tasks = tasks
        self._slot = f"artifacts.{next(_VIEWS)}"
        self._open: set[tuple[str, str]] = set()
        self._chosen: set[tuple[str, str]] = set()
        self._offers_registration = False
        self._icons: dict[str, QIcon] = {}
        self._model = ArtifactTreeModel(self._icon, self)
        self._reading = ArtifactReading(tasks, f"{self._slot}.list", self._model, self)
        self._reading.arrived.connect(self._place)
        self._window: PreviewWindow | None = None
        self._build()
        self._previewing = PreviewReading(tasks, f"{self._slot}.preview", self._preview, self)
        self._previewing.shown.connect(self._make_room)
        self.taking = ArtifactTaking(tasks, self._slot, self._tree, self._reading)
        self._dropping = ArtifactDropping(self, self._tree)
        self._dropping.dropped.connect(self.files_dropped)
        self._dropping.said.connect(self.said)
        for part in (self.taking, self.places):
            part.said.connect(self.said)
            part.failed.connect(self._show_problem)
        self.places.changed.connect(self.refresh)
        self._slow = QTimer(self, singleShot=True, interval=_SLOW_MS)
        self._slow.timeout.connect(self._say_slow)
        self._make_actions()
        themes.changed.connect(self._set_theme)
        self._set_theme(themes.theme)

    # Interface

    def set_locator(self, locator: Locator | None) -> None:
        """The open store's locator; None when the store is closed, which empties the view."""
        self.clear()
        self._reading.locator = locator
        self.places.set_locator(locator)
        self._finding.locator, self._finding.guard = locator, self._reading.guard

    def show_roots(self, roots: Sequence[ArtifactRoot]) -> None:
        """Show these addresses; the same ones again are read anew and keep what is open and selected."""
        is_same = tuple(roots) == self._model.roots
        self._open = self._keys(self._tree.expanded_rows()) if is_same else set()
        self._chosen = self._keys(self._tree.selected_rows()) if is_same else set()
        self._stop()
        self._finding.forget()
        self._room.hide()
        self._notice.hide()
        self._problem.hide()
        self.places.forget()
        self._model.show(roots)
        if not roots:
            self._show_empty("No artifacts.")
            return
        self._pages.setCurrentWidget(self._split)
        if self._reading.locator is None:
            return
        if len(roots) == 1:
            self._model.fetchMore(QModelIndex())
        else:
            for row in range(len(roots)):
                self._tree.expand(self._model.index(row, 0))
        self._slow.start()

    def take_files(self, wanted: bool) -> None:
        """Whether files may be dropped here, to be added to a run's artifacts (`files_dropped`)."""
        self._dropping.is_wanted = wanted

    def refresh(self) -> None:
        """Look again at what is shown."""
        self.taking.fetched.forget()
        self.show_roots(self._model.roots)

    def clear(self) -> None:
        """Show nothing and forget what was asked for."""
        self._stop()
        self.taking.stop()
        self._model.show([])
        self._finding.forget()
        self._preview.clear()
        self._room.hide()
        self._show_empty("")

    def selected_paths(self) -> list[Path]:
        """What a drag or Save as would take."""
        return [path for path, _ in self._model.usable_paths(self._tree.selected_rows())]

    # Building

    def _build(self) -> None:
        self._tree = ArtifactTreeView(self._model, self)
        self._tree.customContextMenuRequested.connect(self._show_menu)
        self._tree.activated.connect(self._activate)
        self._tree.clicked.connect(self._click)
        self._tree.selectionModel().selectionChanged.connect(self._select)
        self._model.rowsInserted.connect(self._span_notes)
        self._model.rowsInserted.connect(self._open_found)
        self._notice = ElidedLabel("", "muted")
        self._notice.setContentsMargins(0, 4, 0, 4)
        self._notice.hide()
        self._problem = PlainLabel("", "bad")
        self._problem.setWordWrap(True)
        self._problem.setContentsMargins(0, 4, 0, 4)
        self._problem.hide()
        self._preview = ArtifactPreview(self._themes.theme, self)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._finding = ArtifactFinding(self._tasks, f"{self._slot}.find", self._model)
        self._finding.begun.connect(self._keep_open)
        self._finding.ended.connect(self._open_again)
        self._finding.tree_wanted.connect(self._enter_tree)
        self._tree.search_wanted.connect(self._finding.line.setFocus)
        files = QWidget()
        column = QVBoxLayout(files)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._finding)
        column.addWidget(self._tree, 1)
        self._split.addWidget(files)
        self._split.addWidget(self._preview)
        self._room = PreviewRoom(self, self._split, self._preview)
        self._room.shared.connect(self._tree.share_room)
        self._empty = PlainLabel("", "muted")
        self._empty.setObjectName("artifacts_empty")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._empty.setContentsMargins(0, 4, 0, GRID)
        self.places = ArtifactPlaces(self._tasks, f"{self._slot}.places", self)
        self._pages = QStackedWidget()
        self._nothing = QWidget()
        self._under_sentence = QVBoxLayout(self._nothing)
        self._under_sentence.setContentsMargins(0, 0, 0, 0)
        self._under_sentence.setSpacing(0)
        self._under_sentence.addWidget(self._empty)
        self._under_sentence.addWidget(self.places)
        self._under_sentence.addStretch(1)
        self._pages.addWidget(self._nothing)
        self._pages.addWidget(self._split)
        layout = self._whole = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._notice)
        layout.addWidget(self._problem)
        layout.addWidget(self._pages, 1)

    def _make_actions(self) -> None:
        key = QKeySequence
        self._preview_action = self._action("Open preview", [key(Qt.Key.Key_Space)], self._open_window)
        self._places_action = self._action("Where artifacts lie…", [], self.places.show_taught)
        self._refresh_action = self._action("Refresh", [key(Qt.Key.Key_F5)], self.refresh)

    def _action(self, text: str, keys: Sequence[QKeySequence], run: object) -> QAction:
        action = QAction(text, self._tree)
        action.setShortcuts(list(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(run)
        self._tree.addAction(action)
        return action

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._room.fit()

    def _set_theme(self, theme: Theme) -> None:
        self._icons.clear()
        self._model.set_theme(theme)
        self._preview.set_theme(theme)

    def _icon(self, name: str) -> QIcon:
        if name not in self._icons:
            self._icons[name] = tree_icon(name, self._themes.theme)
        return self._icons[name]

    # Reading

    def _place(self, number: int, contents: Contents) -> None:
        self._slow.stop()
        location = contents.location
        if location is not None and location.notice and self._notice.isHidden():
            self._notice.setText(location.notice)
            self._notice.show()
        if location is not None:
            self.places.offer(location)
        if contents.notice:
            self.said.emit(contents.notice)
        is_top = not self._model.index_of(number).isValid()
        if contents.sentence and is_top:
            self._show_empty(contents.sentence)
        elif contents.sentence:
            self._model.fail(number, contents.sentence, location)
            self._whole.addWidget(self.places)
        else:
            self._model.place(number, contents.entries, location, is_whole=contents.is_whole)
            self._reopen(number)

    def _stop(self) -> None:
        self._reading.stop()
        self._tasks.cancel(f"{self._slot}.find")
        self._slow.stop()
        self._previewing.stop()

    def _say_slow(self) -> None:
        if not self._model.rowCount():
            self._show_empty("Reading…")

    def _show_empty(self, sentence: str) -> None:
        self._empty.setText(sentence)
        self._under_sentence.insertWidget(1, self.places)
        self._pages.setCurrentWidget(self._nothing)

    def _show_problem(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    # What is open and selected, kept while reading anew

    def _keys(self, rows: Sequence[QModelIndex]) -> set[tuple[str, str]]:
        """(address, path below it) of rows that are files or folders."""
        return {key for row in rows if (key := self._key(row)) is not None}

    def _key(self, row: QModelIndex) -> tuple[str, str] | None:
        source = self._model.source(self._model.number(row))
        return None if source is None or source[1] is None else (source[0].uri, source[1].relative)

    def _keep_open(self) -> None:
        """A search takes the tree's place; what is open and selected is remembered."""
        self._open = self._keys(self._tree.expanded_rows())
        self._chosen = self._keys(self._tree.selected_rows())

    def _open_again(self) -> None:
        """The tree is back after a search."""
        if len(self._model.roots) > 1:
            for row in range(len(self._model.roots)):
                self._tree.expand(self._model.index(row, 0))
        for number in self._model.listed():
            self._reopen(number)

    def _enter_tree(self) -> None:
        """From the search line to the first file found."""
        self._tree.setFocus(Qt.FocusReason.TabFocusReason)
        first = self._model.index(0, 0)
        if len(self._model.roots) > 1:
            first = self._model.index(0, 0, first) if self._model.rowCount(first) else first
        if not self._tree.selected_rows() and first.isValid():
            self._tree.setCurrentIndex(first)

    def _reopen(self, number: int) -> None:
        self._pages.setCurrentWidget(self._split)
        if not self._open and not self._chosen:
            return
        parent = self._model.index_of(number)
        for row in range(self._model.rowCount(parent)):
            index = self._model.index(row, 0, parent)
            key = self._key(index)
            if key in self._open:
                self._tree.expand(index)
            if key in self._chosen:
                flags = QItemSelectionModel.SelectionFlag
                self._tree.selectionModel().select(index, flags.Select | flags.Rows)

    def _span_notes(self, parent: QModelIndex, first: int, last: int) -> None:
        for row in {first, last}:
            if self._model.kind(self._model.index(row, 0, parent)) in (Kind.NOTE, Kind.MORE):
                self._tree.setFirstColumnSpanned(row, parent, True)

    def _open_found(self, parent: QModelIndex, _first: int, _last: int) -> None:
        """What a search finds below one of several addresses is in sight at once."""
        if self._model.is_finding and parent.isValid() and not parent.parent().isValid():
            self._tree.expand(parent)

    # Previewing

    def _select(self, _selected: QItemSelection, _deselected: QItemSelection) -> None:
        rows = self._tree.selected_rows()
        entry = self._model.entry(rows[0]) if len(rows) == 1 else None
        self._show_problem("")
        if entry is None or entry.is_folder:
            self._previewing.stop()
            self._room.hide()
            return
        self._previewing.guard = self._reading.guard
        self._previewing.read(entry)
        if self._window is not None:
            self._window.read(entry, self._reading.guard)

    def _make_room(self) -> None:
        self._room.show()
        self._tree.scrollTo(self._tree.currentIndex())

    def _activate(self, index: QModelIndex) -> None:
        entry = self._model.entry(index)
        if entry is not None and not entry.is_folder:
            self._open_window()
        elif self._model.kind(index) is Kind.MORE:
            self._model.reveal_more(index)

    def _click(self, index: QModelIndex) -> None:
        if self._model.kind(index) is Kind.MORE:
            self._model.reveal_more(index)

    def _open_window(self) -> None:
        """The current file in a window of its own; a folder opens or closes instead."""
        index = self._tree.currentIndex()
        entry = self._model.entry(index)
        if entry is None or entry.is_folder:
            if self._model.hasChildren(index):
                self._tree.setExpanded(index, not self._tree.isExpanded(index))
            return
        if self._window is None:
            self._window = PreviewWindow(self._themes, self._tasks, self.window())
            self._window.finished.connect(self._forget_window)
            self._window.show()
        self._window.read(entry, self._reading.guard)
        self._window.activateWindow()

    def _forget_window(self) -> None:
        self._window = None

    def offer_registration(self, offered: bool) -> None:
        """Whether the menu of a model's folder offers to register it."""
        self._offers_registration = offered

    # Taking out

    def _show_menu(self, place: QPoint) -> None:
        menu = self.menu_for(self._tree.indexAt(place))
        menu.popup(self._tree.viewport().mapToGlobal(place))

    def menu_for(self, index: QModelIndex) -> QMenu:
        """The menu of a row (or of none), with what the row and the selection allow; it is gone when closed."""
        entry = self._model.entry(index) if index.isValid() else None
        self._preview_action.setEnabled(entry is not None and not entry.is_folder)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self._preview_action)
        self.taking.fill(menu, index)
        menu.addSeparator()
        found = model_folder(self._model, index) if self._offers_registration else None
        if found is not None:
            root, folder = found
            register = menu.addAction("Register model…")
            register.setObjectName("register_folder")
            register.triggered.connect(partial(self.register_requested.emit, root.mlflow_uri, folder))
            menu.addSeparator()
        menu.addActions([self._places_action, self._refresh_action])
        for action in self._tree.actions():
            menu.aboutToHide.connect(partial(action.setEnabled, True))
        return menu

"""The tree of a run's and its logged models' files, filled level by level from outside."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QIcon
from typing_extensions import override

from bakehouse.artifacts.choosing import Choice, Given, carried, places
from bakehouse.artifacts.listing import Entry, size_text
from bakehouse.artifacts.locator import Location
from bakehouse.artifacts.ordering import BY_NAME, Order, OrderBy
from bakehouse.artifacts.remote import RemoteFolder, RemoteSource
from bakehouse.domain.cancellation import Token
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.artifact_rows import Kind, icon_name, spoken_text, time_text, tooltip
from bakehouse.itemmodels.indexes import ROOT, Index
from bakehouse.theme import LIGHT, Theme

_PAGE = 500
_NAME_LIMIT = 300
_ItemRole = Qt.ItemDataRole


_SELECTABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_LEAF = _SELECTABLE | Qt.ItemFlag.ItemNeverHasChildren
# (may have children, may be dragged); put together once, for a view asks for each row.
_FLAGS = {
    (True, False): _SELECTABLE,
    (True, True): _SELECTABLE | Qt.ItemFlag.ItemIsDragEnabled,
    (False, False): _LEAF,
    (False, True): _LEAF | Qt.ItemFlag.ItemIsDragEnabled,
}


class ArtifactColumn(IntEnum):
    NAME = 0
    SIZE = 1
    MODIFIED = 2


@dataclass(frozen=True, slots=True)
class ArtifactRoot:
    """One artifact address to show: `title` for its row, `mlflow_uri` (`runs:/<id>`, `models:/m-...`) to copy."""

    title: str
    uri: str
    mlflow_uri: str = ""


class _State(Enum):
    UNREAD = "unread"
    READING = "reading"
    READ = "read"


@dataclass(eq=False, slots=True)
class _Node:
    number: int
    parent: _Node | None
    row: int
    kind: Kind
    title: str
    entry: Entry | None = None
    root: ArtifactRoot | None = None
    location: Location | None = None
    children: list[_Node] = field(default_factory=list)
    waiting: list[Entry] = field(default_factory=list)
    is_whole: bool = True
    """Whether all entries are known, or the first of them only."""
    state: _State = _State.READ


class ArtifactTreeModel(QAbstractItemModel):
    """Rows for roots, folders and files. It does no file access: whoever owns it answers `contents_wanted`.

    One root stands for itself and its entries are the top level; several roots are rows. A folder of more than 500
    entries shows them in pages, so that no view has to lay out 100,000 rows. GUI thread.
    """

    contents_wanted = Signal(int)
    """Number of a node whose contents should be read; answer with `place` or `fail`."""
    order_wanted = Signal()
    """`order` is another now; answer by placing what is `listed` in that order."""

    def __init__(self, icon_of: Callable[[str], QIcon] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon_of = icon_of
        self._theme = LIGHT
        self._numbers = itertools.count(1)
        self._nodes: dict[int, _Node] = {}
        self._roots: tuple[ArtifactRoot, ...] = ()
        self._top = self._node(None, 0, Kind.NOTE, "")
        self._browsing: _Node | None = None
        self.order = BY_NAME

    # What is shown

    @property
    def roots(self) -> tuple[ArtifactRoot, ...]:
        return self._roots

    def show(self, roots: Sequence[ArtifactRoot]) -> None:
        """Forget everything and start with these roots, all unread."""
        self.beginResetModel()
        self._nodes.clear()
        self._roots = tuple(roots)
        self._browsing = None
        self._top = self._roots_node(_State.UNREAD)
        self.endResetModel()

    def show_found(self) -> list[int]:
        """Show, until `show_all`, what a search finds in place of the tree: the numbers to `place` it at, by root."""
        self.beginResetModel()
        if self._browsing is None:
            self._browsing = self._top
        else:
            self._forget(self._top)
        self._top = self._roots_node(_State.READING)
        self.endResetModel()
        tops = self._top.children if len(self._roots) != 1 else [self._top]
        return [node.number for node in tops]

    def show_all(self) -> None:
        """Show the tree again as it was before the search."""
        if self._browsing is None:
            return
        self.beginResetModel()
        self._forget(self._top)
        self._top, self._browsing = self._browsing, None
        self.endResetModel()

    @property
    def is_finding(self) -> bool:
        return self._browsing is not None

    def listed(self) -> dict[int, list[Entry]]:
        """All known entries of every node that shows some, by number."""
        return {
            number: [child.entry for child in node.children if child.entry is not None] + node.waiting
            for number, node in self._nodes.items()
            if node.is_whole and node.children and node.children[0].entry is not None
        }

    def place(
        self, number: int, entries: Sequence[Entry], location: Location | None = None, *, is_whole: bool = True
    ) -> None:
        """The contents of a node, again in another order or more than before; those of a node that is gone are ignored.

        `location` belongs to a root. Not `is_whole`: only the first are known so far.
        """
        node = self._nodes.get(number)
        if node is None:
            return
        node.state = _State.READ
        node.location = location or node.location
        node.is_whole = is_whole
        if node.children:
            self._place_again(node, entries)
            return
        node.waiting = list(entries)
        if entries:
            self._show_waiting(node)
        elif node is not self._top:
            index = self._index(node)
            self.dataChanged.emit(index, index)

    def _place_again(self, node: _Node, entries: Sequence[Entry]) -> None:
        """Put rows in their new order; selected and open ones stay so where as many are shown as before."""
        known = {child.entry.relative: child for child in node.children if child.entry is not None}
        page = min(max(len(known), _PAGE), len(entries))
        is_more = page < len(entries) or not node.is_whole
        if page + is_more != len(node.children):
            self.beginRemoveRows(self._index(node), 0, len(node.children) - 1)
            for child in node.children:
                self._forget(child)
            node.children = []
            self.endRemoveRows()
            node.waiting = list(entries)
            if entries:
                self._show_waiting(node)
            return
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        places = [(index.internalId(), index.column()) for index in kept]
        children = []
        for row, entry in enumerate(entries[:page]):
            is_known = entry.relative in known
            child = known.pop(entry.relative) if is_known else self._entry_node(node, row, entry)
            child.entry, child.row = entry, row
            children.append(child)
        node.waiting = list(entries[page:])
        if is_more:
            more = node.children[-1]
            more.title, more.row = self._more_title(node), page
            children.append(more)
        for child in known.values():
            self._forget(child)
        node.children = children
        self.changePersistentIndexList(kept, [self._index_at(*place) for place in places])
        self.layoutChanged.emit()

    def _index_at(self, number: int, column: int) -> QModelIndex:
        node = self._nodes.get(number)
        return QModelIndex() if node is None else self.createIndex(node.row, column, number)

    @staticmethod
    def _more_title(node: _Node) -> str:
        if not node.is_whole:
            return "Reading the rest…"
        return f"{len(node.waiting):,} more: show the next {min(_PAGE, len(node.waiting)):,}"

    def fail(self, number: int, sentence: str, location: Location | None = None) -> None:
        """A sentence instead of contents."""
        node = self._nodes.get(number)
        if node is None:
            return
        node.state = _State.READ
        node.location = location or node.location
        self.beginInsertRows(self._index(node), 0, 0)
        node.children = [self._node(node, 0, Kind.NOTE, sentence)]
        self.endInsertRows()

    def reveal_more(self, index: Index) -> None:
        """Replace a MORE row by the next page of what it stands for."""
        node = self._at(index)
        parent = node.parent
        if node.kind is not Kind.MORE or parent is None or not parent.waiting:
            return
        self.beginRemoveRows(self._index(parent), node.row, node.row)
        parent.children.pop()
        del self._nodes[node.number]
        self.endRemoveRows()
        self._show_waiting(parent)

    def _show_waiting(self, node: _Node) -> None:
        page, node.waiting = node.waiting[:_PAGE], node.waiting[_PAGE:]
        first = len(node.children)
        new = [self._entry_node(node, first + place, entry) for place, entry in enumerate(page)]
        if node.waiting or not node.is_whole:
            new.append(self._node(node, first + len(new), Kind.MORE, self._more_title(node)))
        self.beginInsertRows(self._index(node), first, first + len(new) - 1)
        node.children.extend(new)
        self.endInsertRows()

    # What a row stands for

    def kind(self, index: Index) -> Kind:
        return self._at(index).kind

    def number(self, index: Index) -> int:
        """The node's number, as in `contents_wanted`."""
        return self._at(index).number

    def index_of(self, number: int) -> QModelIndex:
        """The row of a node; invalid for the top level and for nodes that are gone."""
        node = self._nodes.get(number)
        return QModelIndex() if node is None else self._index(node)

    def is_known(self, number: int) -> bool:
        """Whether a node of this number is still part of the tree."""
        return number in self._nodes

    def entry(self, index: Index) -> Entry | None:
        return self._at(index).entry

    def source(self, number: int) -> tuple[ArtifactRoot, Entry | None, Location | None] | None:
        """What to read for a node: its root, its folder (None: the root itself) and the root's place once known."""
        node = self._nodes.get(number)
        if node is None:
            return None
        root = _root_of(node)
        return None if root is None or root.root is None else (root.root, node.entry, root.location)

    def path(self, index: Index) -> Path | None:
        """Where the row's file or folder lies, also for what is only shown."""
        node = self._at(index)
        if node.entry is not None:
            return node.entry.path
        return node.location.path if node.location is not None else None

    def mlflow_uri(self, index: Index) -> str:
        """`runs:/<id>/<path>` or `models:/m-.../<path>`; empty where the root has none."""
        node = self._at(index)
        root = _root_of(node)
        if root is None or root.root is None or not root.root.mlflow_uri or node.kind in (Kind.NOTE, Kind.MORE):
            return ""
        return root.root.mlflow_uri + (f"/{node.entry.relative}" if node.entry is not None else "")

    def entries_of(self, index: Index) -> list[Entry]:
        """The files and folders a row stands for: its own, the pictures of a series, all that are not shown yet."""
        node = self._at(index)
        if node.kind is Kind.MORE and node.parent is not None:
            found = node.parent.waiting
        else:
            found = [node.entry] if node.entry is not None else []
        if not any(entry.members for entry in found):
            return list(found)
        return [one for entry in found for one in (entry.members or (entry,))]

    def choice(self, indexes: Iterable[Index]) -> Choice:
        """What of these rows may be dragged or copied."""
        entries: list[Entry] = []
        given: list[Given] = []
        for index in indexes:
            if index.column() > 0:
                continue
            node = self._at(index)
            entries += [entry for entry in self.entries_of(index) if not entry.obstacle]
            location = node.location
            if node.kind is Kind.ROOT and location is not None and location.path is not None:
                source = RemoteSource(RemoteFolder(location.remote, location.path), "", True)
                given.append((source if location.remote else location.path, location.path))
        return Choice(tuple(entries), tuple(given))

    def usable_paths(self, indexes: Iterable[Index]) -> list[tuple[Path, Path]]:
        """(path, artifact folder) of rows that may be dragged or copied; what lies in a chosen folder counts once."""
        return places(self.choice(indexes))

    # Look

    def set_theme(self, theme: Theme) -> None:
        """New colours and icons."""
        self._theme = theme
        self.layoutAboutToBeChanged.emit()
        self.layoutChanged.emit()

    # QAbstractItemModel

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Ask for another order; -1 is the one by name."""
        by = {ArtifactColumn.SIZE: OrderBy.SIZE, ArtifactColumn.MODIFIED: OrderBy.TIME}
        kind = by.get(ArtifactColumn(column), OrderBy.NAME) if column >= 0 else OrderBy.NAME
        wanted = Order(kind, column >= 0 and order is Qt.SortOrder.DescendingOrder)
        if wanted != self.order:
            self.order = wanted
            self.order_wanted.emit()

    @override
    def columnCount(self, parent: Index = ROOT) -> int:
        return len(ArtifactColumn)

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.column() > 0 else len(self._at(parent).children)

    @override
    def hasChildren(self, parent: Index = ROOT) -> bool:
        node = self._at(parent)
        return parent.column() <= 0 and (bool(node.children) or node.state is not _State.READ)

    @override
    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        node = self._at(parent)
        if parent.column() > 0 or not (0 <= row < len(node.children) and 0 <= column < len(ArtifactColumn)):
            return QModelIndex()
        return self.createIndex(row, column, node.children[row].number)

    @override
    def parent(self, index: Index = ROOT) -> QModelIndex:  # type: ignore[override]
        node = self._at(index)
        return QModelIndex() if node.parent is None else self._index(node.parent)

    @override
    def canFetchMore(self, parent: Index) -> bool:
        return parent.column() <= 0 and self._at(parent).state is _State.UNREAD

    @override
    def fetchMore(self, parent: Index) -> None:
        node = self._at(parent)
        if node.state is _State.UNREAD:
            node.state = _State.READING
            self.contents_wanted.emit(node.number)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        node = self._at(index)
        if node.kind is Kind.MORE and node.parent is not None and not node.parent.is_whole:
            # Not to be chosen while nobody knows what it will stand for.
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        has_children = node.kind is Kind.ROOT or (node.entry is not None and node.entry.is_folder)
        return _FLAGS[has_children, _is_usable(node)]

    @override
    def data(self, index: Index, role: int = _ItemRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        node = self._at(index)
        column = ArtifactColumn(index.column())
        if role == _ItemRole.DisplayRole:
            return self._text(node, column)
        if role == _ItemRole.DecorationRole and column is ArtifactColumn.NAME and self._icon_of is not None:
            name = icon_name(node.kind, node.entry)
            return self._icon_of(name) if name else None
        if role == _ItemRole.ToolTipRole:
            return tooltip(node.title, node.entry, node.location)
        if role == _ItemRole.TextAlignmentRole and column is not ArtifactColumn.NAME:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == _ItemRole.ForegroundRole:
            is_quiet = column is not ArtifactColumn.NAME or node.kind is Kind.NOTE
            if is_quiet or (node.entry is not None and node.entry.obstacle):
                return self._theme.color("muted")
            if node.kind is Kind.MORE:
                return self._theme.color("accent")
        if role == _ItemRole.AccessibleTextRole and column is ArtifactColumn.NAME:
            return ", ".join(filter(None, (node.title, self._text(node, ArtifactColumn.SIZE), spoken_text(node.entry))))
        return None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ItemRole.DisplayRole) -> object:
        if role == _ItemRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return ("Name", "Size", "Modified")[section]
        return None

    @override
    def mimeTypes(self) -> list[str]:
        return ["text/uri-list"]

    @override
    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData("text/uri-list", carried(self.choice(indexes), Token()).uri_list)
        return data

    @override
    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    # Nodes

    def _node(self, parent: _Node | None, row: int, kind: Kind, title: str) -> _Node:
        node = _Node(next(self._numbers), parent, row, kind, title)
        self._nodes[node.number] = node
        return node

    def _roots_node(self, state: _State) -> _Node:
        """The top: the one root, or a node of all."""
        if len(self._roots) == 1:
            return self._root_node(None, 0, self._roots[0], state)
        top = self._node(None, 0, Kind.NOTE, "")
        top.children = [self._root_node(top, row, root, state) for row, root in enumerate(self._roots)]
        return top

    def _root_node(self, parent: _Node | None, row: int, root: ArtifactRoot, state: _State) -> _Node:
        node = self._node(parent, row, Kind.ROOT, visible(root.title, _NAME_LIMIT))
        node.root = root
        node.state = state
        return node

    def _forget(self, node: _Node) -> None:
        """Take a node and all below it out of what is known."""
        waiting = [node]
        while waiting:
            gone = waiting.pop()
            self._nodes.pop(gone.number, None)
            waiting += gone.children

    def _entry_node(self, parent: _Node, row: int, entry: Entry) -> _Node:
        node = self._node(parent, row, Kind.ENTRY, self._entry_title(parent, entry))
        node.entry = entry
        if entry.is_folder and not entry.obstacle:
            node.state = _State.UNREAD
        return node

    def _entry_title(self, parent: _Node, entry: Entry) -> str:
        """Its name; with the steps of a series, and with the path where a search found it."""
        if entry.members:
            return f"{visible(entry.name, _NAME_LIMIT)}  ({counted(len(entry.members), 'step')})"
        is_found = self._browsing is not None and parent.kind is Kind.ROOT
        return visible(entry.relative if is_found else entry.name, _NAME_LIMIT)

    def _at(self, index: Index) -> _Node:
        return self._nodes.get(index.internalId(), self._top) if index.isValid() else self._top

    def _index(self, node: _Node) -> QModelIndex:
        return QModelIndex() if node is self._top else self.createIndex(node.row, 0, node.number)

    @staticmethod
    def _text(node: _Node, column: ArtifactColumn) -> str:
        if column is ArtifactColumn.NAME:
            return node.title
        if node.entry is None:
            return ""
        if column is ArtifactColumn.SIZE:
            return "" if node.entry.is_folder else size_text(node.entry.size)
        return time_text(node.entry.modified_ms)


def _is_usable(node: _Node) -> bool:
    if node.entry is not None:
        return not node.entry.obstacle
    return node.location is not None and node.location.path is not None


def _root_of(node: _Node) -> _Node | None:
    at: _Node | None = node
    while at is not None and at.kind is not Kind.ROOT:
        at = at.parent
    return at

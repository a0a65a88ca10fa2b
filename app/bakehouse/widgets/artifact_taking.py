"""What an artifact view lets out: drags, Save as, zip, paths, addresses, other programs, digests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QMessageBox

from bakehouse.artifacts.choosing import Carried, Choice, brought_here, carried, missing
from bakehouse.artifacts.digests import FolderDigest, file_digest, folder_digest
from bakehouse.artifacts.fetching import Fetched, remote_source
from bakehouse.artifacts.following import can_follow
from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.opening import opening_risk
from bakehouse.artifacts.protection import Guard
from bakehouse.artifacts.remote import RemoteSource
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.artifact_tree import ArtifactTreeModel
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.widgets.artifact_reading import ArtifactReading
from bakehouse.widgets.artifact_saving import ArtifactSaving
from bakehouse.widgets.artifact_tree_view import ArtifactTreeView
from bakehouse.widgets.digest_window import DigestWindow
from bakehouse.widgets.link_following import LinkFollowing
from bakehouse.widgets.plain_question import PlainQuestion
from bakehouse.widgets.system_programs import open_with_system, reveal

_MOST_AT_ONCE = 2_000
"""So many paths are made at once; more of them are made in a task."""


def _bring_here(choice: Choice, fetched: Fetched, token: Token) -> Carried:
    """For a worker thread."""
    return brought_here(choice, fetched, token)


def _few(choice: Choice) -> Choice:
    """Some of it, enough to know where it lies."""
    return Choice(choice.entries[:1], choice.given[:1])


def mime_data(ready: Carried) -> QMimeData:
    """What a drag or the clipboard holds."""
    data = QMimeData()
    data.setData("text/uri-list", ready.uri_list)
    return data


def _digest(path: Path, is_folder: bool, guard: Guard | None, token: Token) -> FolderDigest | str:
    return folder_digest(path, token, guard=guard) if is_folder else file_digest(path, token, guard=guard)


class ArtifactTaking(QObject):
    """Owned by an ArtifactView: its commands act on the rows selected in the tree. GUI thread.

    What lies on another machine is fetched first, in the COPY lane, with progress in the status line.
    """

    said = Signal(str)
    failed = Signal(str)
    """Why it could not be done; empty when that is over."""

    def __init__(self, tasks: TaskRunner, slot: str, tree: ArtifactTreeView, reading: ArtifactReading) -> None:
        super().__init__(tree)
        self._tasks = tasks
        self._slot = slot
        self._tree = tree
        self._reading = reading
        self.fetched = Fetched()
        self.saving = ArtifactSaving(tasks, f"{slot}.save", tree)
        self.saving.said.connect(self.said)
        self.saving.failed.connect(self.failed)
        self._ready: tuple[Choice, Carried] | None = None
        tree.selectionModel().selectionChanged.connect(self._forget_ready)
        self._following = LinkFollowing(tasks, f"{slot}.follow", tree, self)
        self._following.failed.connect(self.failed)
        tree.drag_gate = self._may_drag
        key = QKeySequence
        self._save = self._action("Save as…", key(key.StandardKey.Save), self.save)
        self._zip = self._action("Save as zip…", key("Ctrl+Shift+S"), self.save_zip)
        self._save_followed = self._action("Save what the link leads to…", key(), self._follow)
        self._copy = self._action("Copy", key(key.StandardKey.Copy), self._copy_files)
        self._path = self._action("Copy path", key("Ctrl+Shift+C"), self._copy_path)
        self._uri = self._action("Copy MLflow address", key("Ctrl+Alt+C"), self._copy_uri)
        self._open = self._action("Open with the system's program", key("Ctrl+Return"), self._open_with_system)
        self._digest = self._action("Digest…", key("Ctrl+Alt+D"), self._show_digest)
        self._reveal = self._action("Reveal in folder", key("Ctrl+Alt+R"), self._reveal_in_folder)

    @property
    def _model(self) -> ArtifactTreeModel:
        model = self._tree.model()
        assert isinstance(model, ArtifactTreeModel)
        return model

    def _action(self, text: str, keys: QKeySequence, run: Callable[[], None]) -> QAction:
        action = QAction(text, self._tree)
        action.setShortcut(keys)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: run())
        self._tree.addAction(action)
        return action

    def fill(self, menu: QMenu, index: QModelIndex) -> None:
        """Add the commands to a menu over a row (or over none), as the row and the selection allow."""
        model = self._model
        entry = model.entry(index) if index.isValid() else None
        has_path = index.isValid() and model.path(index) is not None
        usable = bool(len(self.chosen(self._tree.selected_rows())))
        is_remote = bool(self._address(index)) if index.isValid() else False
        for action in (self._save, self._zip, self._copy):
            action.setEnabled(usable)
        self._path.setEnabled(has_path)
        self._reveal.setEnabled(has_path and not is_remote)
        self._open.setEnabled(has_path and (entry is None or not entry.obstacle))
        self._digest.setEnabled(has_path and (entry is None or not entry.obstacle))
        self._save_followed.setVisible(entry is not None and can_follow(entry))
        self._uri.setVisible(index.isValid() and bool(model.mlflow_uri(index)))
        menu.addActions([self._save, self._zip, self._save_followed])
        menu.addSeparator()
        menu.addActions([self._copy, self._path, self._uri])
        menu.addSeparator()
        menu.addActions([self._open, self._reveal, self._digest])

    def stop(self) -> None:
        """The store is closed: nothing is copied any more."""
        self.saving.cancel()
        self._ready = None
        self._following.stop()
        self._tasks.cancel(f"{self._slot}.fetch")
        self._tasks.cancel(f"{self._slot}.risk")
        self._tasks.cancel(f"{self._slot}.digest")

    # What is chosen

    def chosen(self, rows: Sequence[QModelIndex]) -> Choice:
        """What of these rows can be copied."""
        return self._model.choice(rows)

    def _everything(self) -> list[QModelIndex]:
        """The one address as a whole, also what is not listed yet; or each of several."""
        model = self._model
        if len(model.roots) == 1:
            return [QModelIndex()]
        return [model.index(row, 0) for row in range(model.rowCount())]

    def _address(self, row: QModelIndex) -> str:
        """Of what lies on another machine its address there; empty for what lies here."""
        source = next((one for one, _ in self._model.choice([row]).given if isinstance(one, RemoteSource)), None)
        entry = self._model.entry(row)
        if source is None and entry is not None and entry.remote:
            source = remote_source(entry)
        return source.folder.address_of(source.relative) if source is not None else ""

    # Bringing it here

    def when_here(self, choice: Choice, act: Callable[[Carried], None]) -> None:
        """Do it when all that was chosen lies here and its paths are made: at once, or after that was done."""
        if self._is_ready(choice):
            act(carried(choice, Token()))
            return
        self.failed.emit("")
        what = visible(choice.first_name, 60) if len(choice) == 1 else f"{len(choice):,} items"
        is_elsewhere = bool(missing(_few(choice), self.fetched))
        self._tasks.start(
            f"{self._slot}.fetch",
            partial(_bring_here, choice, self.fetched),
            done=act,
            failed=self._fail,
            lane=Lane.COPY,
            title=f"Fetching {what}" if is_elsewhere else f"Getting {what} ready",
        )

    def _is_ready(self, choice: Choice) -> bool:
        return len(choice) <= _MOST_AT_ONCE and not missing(choice, self.fetched)

    def _may_drag(self, rows: list[QModelIndex]) -> QMimeData | None:
        """What a drag takes. If it is not here yet it is fetched, and the drag begins then."""
        choice = self._model.choice(rows)
        if self._ready is not None and self._ready[0] == choice:
            return mime_data(self._ready[1])
        if len(choice) and not self._is_ready(choice):
            words = "Fetching first" if missing(_few(choice), self.fetched) else "Getting ready"
            self.said.emit(f"{words}; keep the button pressed, or drag again when it is here")
            self.when_here(choice, partial(self._drag_now, choice))
            return None
        return mime_data(carried(choice, Token()))

    def _drag_now(self, choice: Choice, ready: Carried) -> None:
        # Kept for the drag that follows, while the same rows are selected.
        self._ready = (choice, ready)
        if QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self._tree.startDrag(Qt.DropAction.CopyAction)
        elif missing(_few(choice), Fetched()):
            self.said.emit("Fetched: it can be dragged now")
        else:
            self.said.emit("Ready: it can be dragged now")

    def _forget_ready(self) -> None:
        self._ready = None

    def _fail(self, error: BakehouseError) -> None:
        self.failed.emit(str(error))

    # Commands

    def save(self, *, everything: bool = False) -> None:
        """Ask where, and copy what is selected there."""
        rows = self._everything() if everything else self._tree.selected_rows()
        chosen, guard = self.chosen(rows), self._reading.guard
        if len(chosen) and guard is not None:
            entry = self._model.entry(rows[0])
            is_file = len(rows) == 1 and entry is not None and not entry.is_folder
            self.saving.ask(chosen, guard, is_file=is_file)

    def save_zip(self, *, everything: bool = False) -> None:
        """Ask for a file, and pack what is selected into it."""
        chosen = self.chosen(self._everything() if everything else self._tree.selected_rows())
        if len(chosen) and self._reading.guard is not None:
            self.saving.ask_zip(chosen, self._reading.guard)

    def _follow(self) -> None:
        """Ask, and copy what the current link leads to under the link's name."""
        entry = self._model.entry(self._tree.currentIndex())
        if entry is not None and can_follow(entry):
            self._following.ask(entry, self._reading.guard, self._save_target)

    def _save_target(self, link: Entry, target: Entry) -> None:
        if self._reading.guard is not None:
            root = target.path if target.is_folder else target.root
            chosen = Choice((), ((target.path, root),))
            self.saving.ask(chosen, self._reading.guard, is_file=not target.is_folder, name=link.name)

    def _copy_files(self) -> None:
        """The files themselves, to be pasted into a file manager; their paths for a text field."""
        choice = self._model.choice(self._tree.selected_rows())
        if len(choice):
            self.when_here(choice, self._put_on_clipboard)

    def _put_on_clipboard(self, ready: Carried) -> None:
        data = mime_data(ready)
        data.setText(ready.text.encode(errors="replace").decode())
        QGuiApplication.clipboard().setMimeData(data)
        self.said.emit(f"Copied {counted(ready.count, 'item')}: paste it into a folder or a text")

    def _copy_path(self) -> None:
        rows = self._tree.selected_rows()
        self._copy_text([self._address(row) or str(self._model.path(row) or "") for row in rows])

    def _copy_uri(self) -> None:
        self._copy_text([self._model.mlflow_uri(row) for row in self._tree.selected_rows()])

    def _copy_text(self, lines: Sequence[str]) -> None:
        text = "\n".join(line for line in lines if line)
        if text:
            QGuiApplication.clipboard().setText(text.encode(errors="replace").decode())
            self.said.emit("Copied")

    def _reveal_in_folder(self) -> None:
        row = self._tree.currentIndex()
        path = self._model.path(row)
        if path is not None and not self._address(row):
            reveal(path)

    def _open_with_system(self) -> None:
        row = self._tree.currentIndex()
        entry = self._model.entry(row)
        path = self._model.path(row)
        if path is not None and (entry is None or not entry.obstacle):
            root = entry.root if entry is not None else path
            self.when_here(self._model.choice([row]), lambda _ready: self._look_before_opening(path, root))

    def _look_before_opening(self, path: Path, root: Path) -> None:
        self._tasks.start(
            f"{self._slot}.risk",
            partial(opening_risk, path, root, self._reading.guard),
            done=partial(self._ask_to_open, path),
            failed=self._fail,
            lane=Lane.FILES,
        )

    def _ask_to_open(self, path: Path, risk: str) -> None:
        if not risk:
            self._open_now(path)
            return
        words = f"{risk} Bakehouse itself never runs it."
        text = f"Open {visible(path.name, 80)}?"
        box = PlainQuestion("open_risk", "Open with the system's program", text, words, self._tree.window())
        yes = box.addButton("Open", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        yes.clicked.connect(partial(self._open_now, path))
        box.open()

    def _open_now(self, path: Path, _checked: bool = False) -> None:
        if not open_with_system(path):
            self.failed.emit(f"The system has no program for {visible(path.name, 80)}.")

    # Digests

    def _show_digest(self) -> None:
        row = self._tree.currentIndex()
        entry, path = self._model.entry(row), self._model.path(row)
        if path is not None and (entry is None or not entry.obstacle):
            is_folder = entry is None or entry.is_folder
            self.when_here(self._model.choice([row]), lambda _ready: self._start_digest(path, is_folder))

    def _start_digest(self, path: Path, is_folder: bool) -> None:
        self.failed.emit("")
        self._tasks.start(
            f"{self._slot}.digest",
            partial(_digest, path, is_folder, self._reading.guard),
            done=partial(self._digest_known, path.name),
            failed=self._fail,
            lane=Lane.WALK,
            title=f"Computing the digest of {visible(path.name, 60)}",
        )

    def _digest_known(self, name: str, digest: FolderDigest | str) -> None:
        DigestWindow(name, digest, self._tree.window()).open()

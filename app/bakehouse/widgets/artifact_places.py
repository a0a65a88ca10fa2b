"""What can be done about artifacts that are not here: ask another machine, or say where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from bakehouse.artifacts.locator import Location, Locator
from bakehouse.artifacts.mlflow_server import is_server, likely_server
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError, BakehouseError
from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import GRID
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.server_dialog import ServerDialog


def _learn(locator: Locator, uri: str, folder: Path, _token: Token) -> str:
    """Remember where an address lies; the answer is the recorded prefix. For a worker thread."""
    lesson = locator.lesson(uri, folder)
    if lesson is None:
        raise ArtifactError(
            f"{visible(str(folder), 200)} holds nothing that fits {visible(uri, 200)}. Choose the folder that "
            "holds the experiments' folders, or the run's own."
        )
    locator.learn(dict([lesson]))
    return lesson[0]


def _name_server(locator: Locator, uri: str, server: str, _token: Token) -> str:
    """Remember which server keeps an address; for a worker thread."""
    locator.name_server(uri, server)
    return server


def _change(locator: Locator, changes: Mapping[str, str | None], _token: Token) -> None:
    locator.learn(changes)


class ArtifactPlaces(QWidget):
    """Two buttons under the sentence that says why artifacts are not shown. Hidden where there is nothing to do.

    Owned by an ArtifactView, which reads again when `changed`. GUI thread.
    """

    changed = Signal()
    """Addresses may lead elsewhere now."""
    said = Signal(str)
    failed = Signal(str)

    def __init__(self, tasks: TaskRunner, slot: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("artifact_places")
        self._tasks = tasks
        self._slot = slot
        self._locator: Locator | None = None
        self._uri = ""
        self._host = ""
        self._folder = ""
        self._connect = QPushButton("Connect")
        self._connect.setObjectName("connect_to_artifacts")
        self._connect.clicked.connect(self._agree)
        self._server = QPushButton("Connect to server…")
        self._server.setObjectName("name_artifact_server")
        self._server.setToolTip("Say which MLflow server keeps these artifacts, and read them through it")
        self._server.clicked.connect(self.ask_for_server)
        self._locate = QPushButton("Locate…")
        self._locate.setObjectName("locate_artifacts")
        self._locate.setToolTip("Say where these artifacts lie; others recorded beside them are found there too")
        self._locate.clicked.connect(self.ask_where)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self._connect)
        layout.addWidget(self._server)
        layout.addWidget(self._locate)
        layout.addStretch(1)
        self.hide()

    def set_locator(self, locator: Locator | None) -> None:
        """The open store's locator."""
        self._locator = locator
        self.forget()

    def forget(self) -> None:
        """Nothing is missing, as far as is known."""
        self._uri = self._host = ""
        self.hide()

    def offer(self, location: Location) -> None:
        """Offer what helps with the first address that is not here."""
        if self._uri or not location.is_lost:
            return
        self._uri, self._host = location.uri, location.host
        self._connect.setToolTip(plain_tooltip(f"Ask {location.host} for these artifacts"))
        self._connect.setVisible(bool(location.host))
        self._server.setVisible(location.needs_server)
        self._locate.setVisible(not location.uri.lower().startswith(("models:", "runs:")))
        self.show()

    def _agree(self) -> None:
        if self._locator is not None and self._host:
            self._locator.agree(self._host)
            self.changed.emit()

    def ask_for_server(self) -> None:
        """Ask for the server that the missing address needs."""
        if self._locator is not None and self._uri:
            dialog = ServerDialog(likely_server(self._uri), self.window())
            dialog.answered.connect(self.name_server)
            dialog.open()

    def name_server(self, server: str) -> None:
        """Read the missing address through this server from now on."""
        if self._locator is None or not self._uri:
            return
        self.failed.emit("")
        self._tasks.start(
            self._slot,
            partial(_name_server, self._locator, self._uri, server),
            done=self._server_named,
            failed=self._fail,
            lane=Lane.FILES,
            title="Remembering the server",
        )

    def _server_named(self, server: str) -> None:
        self.said.emit(f"Reading artifacts through {visible(server, 200)}")
        self.changed.emit()

    def ask_where(self) -> None:
        """Ask for the folder that the missing address lies in."""
        if self._locator is None or not self._uri:
            return
        dialog = QFileDialog(self.window(), "Where do these artifacts lie?")
        dialog.setObjectName("locate_folder")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "They are here")
        home = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.HomeLocation)
        dialog.setDirectory(self._folder or home)
        dialog.fileSelected.connect(self.learn)
        dialog.open()

    def learn(self, folder: str) -> None:
        """Remember that the missing address lies in or at `folder`."""
        if self._locator is None or not self._uri:
            return
        self._folder = folder
        self.failed.emit("")
        self._tasks.start(
            self._slot,
            partial(_learn, self._locator, self._uri, Path(folder)),
            done=self._learned,
            failed=self._fail,
            lane=Lane.FILES,
            title="Looking for artifacts",
        )

    def _learned(self, prefix: str) -> None:
        self.said.emit(f"Learned where artifacts recorded below {visible(prefix, 200)} lie")
        self.changed.emit()

    def _fail(self, error: BakehouseError) -> None:
        self.failed.emit(str(error))

    def show_taught(self) -> None:
        """Show what was learned, to change or forget it."""
        if self._locator is not None:
            dialog = TaughtPlacesDialog(self._locator, self.window())
            dialog.change_requested.connect(partial(self._change, dialog))
            dialog.open()

    def _change(self, dialog: TaughtPlacesDialog, changes: Mapping[str, str | None]) -> None:
        if self._locator is not None:
            self._tasks.start(
                self._slot,
                partial(_change, self._locator, changes),
                done=partial(self._changed, dialog),
                failed=self._fail,
                lane=Lane.FILES,
                title="Remembering places",
            )

    def _changed(self, dialog: TaughtPlacesDialog, _nothing: None) -> None:
        dialog.fill()
        self.changed.emit()


class TaughtPlacesDialog(QDialog):
    """Recorded prefixes and where their artifacts lie, as the person said; each can be changed or forgotten."""

    change_requested = Signal(object)
    """Recorded prefix → folder here, or None to forget it."""

    def __init__(self, locator: Locator, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("taught_places")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Where artifacts lie")
        self.setMinimumWidth(640)
        self._locator = locator
        intro = PlainLabel(
            "What you said of artifacts that are not where this store records them. It is kept in your own data "
            "folder; the store is not changed.",
            "muted",
        )
        intro.setWordWrap(True)
        self._rows = QWidget()
        self._grid = QGridLayout(self._rows)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        close = QPushButton("Close")
        close.setProperty("primary", "true")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(intro)
        layout.addWidget(self._rows)
        layout.addStretch(1)
        layout.addLayout(buttons)
        self.fill()

    def fill(self) -> None:
        """Show what is known now."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        places = self._locator.taught
        if not places:
            self._grid.addWidget(PlainLabel("Nothing was learned: artifacts are sought where the store says."), 0, 0)
            return
        for column, title in enumerate(("RECORDED BELOW", "LIE IN")):
            self._grid.addWidget(PlainLabel(title, "section"), 0, column)
        for row, (prefix, folder) in enumerate(sorted(places.items()), 1):
            for column, text in enumerate((prefix, folder)):
                label = ElidedLabel(visible(text, 500), mode=Qt.TextElideMode.ElideMiddle)
                label.setMinimumWidth(180)
                self._grid.addWidget(label, row, column)
            change = QPushButton("Change…")
            change.setAccessibleName(f"Change where {visible(prefix, 100)} lies")
            change.clicked.connect(partial(self._ask, prefix, folder))
            forget = QPushButton("Forget")
            forget.setObjectName("forget_place")
            forget.setAccessibleName(f"Forget where {visible(prefix, 100)} lies")
            forget.clicked.connect(partial(self._request, prefix, None))
            self._grid.addWidget(change, row, 2)
            self._grid.addWidget(forget, row, 3)

    def _ask(self, prefix: str, folder: str) -> None:
        if is_server(folder):
            server = ServerDialog(folder, self)
            server.answered.connect(partial(self._request, prefix))
            server.open()
            return
        dialog = QFileDialog(self, "Where do they lie?", folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.fileSelected.connect(partial(self._request, prefix))
        dialog.open()

    def _request(self, prefix: str, folder: object) -> None:
        # A button's click hands over whether it is checked, which is no folder.
        self.change_requested.emit({prefix: folder if isinstance(folder, str) else None})

"""Takes out what a plot shows: a picture to a file or the clipboard, and its data as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from bakehouse.dialogs.message import MessageDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError, ExportError
from bakehouse.exports.file_output import check_target, new_file
from bakehouse.exports.formats import Format, format_of
from bakehouse.exports.table_files import NameTaken, write_table
from bakehouse.pages.runs.plots.tab import PlotTab, TableMaker
from bakehouse.plots.drawing import Drawing, PictureKind, drawn_image, pdf_bytes, picture_kind, png_bytes, svg_bytes
from bakehouse.settings import Settings
from bakehouse.store.failures import shown
from bakehouse.store.handle import Store
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import LIGHT, Theme, ThemeSource
from bakehouse.widgets.icons import icon
from bakehouse.widgets.system_programs import file_acts

_SLOT = "runs.plot_out"
_LIGHT = "plots.light_pictures"
_NOTHING = "There is nothing drawn to take out yet."

Encode = Callable[[], bytes]
Write = Callable[[Path, bool], None]


class PlotSaving(QObject):
    """Owned by the plot panel; asks it for the tab in front. Files are written in tasks. GUI thread."""

    said = Signal(str)
    noticed = Signal(str, object)
    """A sentence that stays, and what to do about it: ((button, act), …)."""

    def __init__(
        self,
        themes: ThemeSource,
        tasks: TaskRunner,
        settings: Settings,
        front: Callable[[], PlotTab],
        panel: QWidget,
    ) -> None:
        super().__init__(panel)
        self._themes, self._tasks, self._settings, self._front, self._panel = themes, tasks, settings, front, panel
        self._store: Store | None = None
        self._folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation))
        self._started = 0
        self.button = QToolButton()
        self.button.setObjectName("plot_out")
        self.button.setAccessibleName("Save or copy what is shown")
        self.button.setToolTip("Save or copy what is shown")
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setMenu(self._menu())
        self.set_theme(themes.theme)

    def _menu(self) -> QMenu:
        menu = QMenu(self.button)
        for text, act in (
            ("Save picture…", self.save_picture),
            ("Copy picture", self.copy_picture),
            ("Save data…", self.save_data),
        ):
            menu.addAction(text).triggered.connect(act)
        menu.addSeparator()
        self._on_light = QAction("Pictures always on a light ground", menu, checkable=True)
        self._on_light.setChecked(self._settings.flag(_LIGHT, False))
        self._on_light.toggled.connect(partial(self._settings.remember_flag, _LIGHT))
        menu.addAction(self._on_light)
        return menu

    def set_theme(self, theme: Theme) -> None:
        self.button.setIcon(icon("download", theme, 16))

    def open(self, store: Store | None) -> None:
        """Take data from this store from now on; None for none."""
        self._store = store

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """The commands answered here."""
        return {
            "plots.save_picture": self.save_picture,
            "plots.copy_picture": self.copy_picture,
            "plots.save_data": self.save_data,
        }

    # Pictures

    @property
    def _theme(self) -> Theme:
        return LIGHT if self._on_light.isChecked() else self._themes.theme

    def copy_picture(self) -> None:
        """Put what is drawn on the clipboard."""
        drawing = self._front().drawing()
        if drawing is None:
            self.said.emit(_NOTHING)
            return
        drawing.when_ready(self._theme, partial(self._copy, drawing, self._theme))

    def _copy(self, drawing: Drawing, theme: Theme) -> None:
        image = drawn_image(drawing, theme)
        QGuiApplication.clipboard().setImage(image)
        self.said.emit(f"Copied a picture of {image.width():,} × {image.height():,} pixels")

    def save_picture(self) -> None:
        """Ask where to, and save what is drawn."""
        drawing, tab = self._front().drawing(), self._front()
        if drawing is None:
            self.said.emit(_NOTHING)
            return
        kinds = [(f"{kind.name} picture", kind.ending) for kind in PictureKind]
        self._ask_where("Save picture", tab.file_name, kinds, partial(self.write_picture, drawing, tab.title))

    def write_picture(self, drawing: Drawing, title: str, path: Path, replace: bool = False) -> None:
        """Write `drawing` to `path` in the format of its ending; a file that is there is asked about first."""
        try:
            kind = picture_kind(path)
        except ExportError as error:
            self.noticed.emit(str(error), ())
            return
        drawing.when_ready(self._theme, partial(self._paint, drawing, self._theme, title, kind, path, replace))

    def _paint(self, drawing: Drawing, theme: Theme, title: str, kind: PictureKind, path: Path, replace: bool) -> None:
        """Paint here what needs the widgets, and write it in a task."""
        if kind is PictureKind.PNG:
            encode: Encode = partial(png_bytes, drawn_image(drawing, theme))
        else:
            encode = partial(svg_bytes if kind is PictureKind.SVG else pdf_bytes, drawing, theme, title)
            encode = encode if drawing.in_task else partial(bytes, encode())
        again = partial(self.write_picture, drawing, title)
        self._write(partial(_write_bytes, self._store_path(), path, encode, replace), again, path)

    # Data

    def save_data(self) -> None:
        """Ask where to, and save what is drawn as a table."""
        tab = self._front()
        maker = tab.data()
        if maker is None or self._store is None:
            self.said.emit(_NOTHING)
            return
        kinds = [(kind.title, kind.ending) for kind in Format]
        self._ask_where("Save data", tab.file_name, kinds, partial(self.write_data, maker))

    def write_data(self, maker: TableMaker, path: Path, replace: bool = False) -> None:
        """Write the table of `maker` to `path` in the format of its ending; a file that is there is asked about."""
        if self._store is not None:
            work = partial(_write_data, self._store, maker, path, replace)
            self._write(work, partial(self.write_data, maker), path)

    # Files

    def _store_path(self) -> Path | None:
        return None if self._store is None else self._store.path

    def _ask_where(self, title: str, name: str, kinds: list[tuple[str, str]], write: Write) -> None:
        dialog = QFileDialog(self._panel.window(), title)
        dialog.setObjectName("plot_file")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        # Whether a file is there is asked of the disk in the task, not here.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setNameFilters([f"{words} (*{ending})" for words, ending in kinds])
        dialog.setDirectory(str(self._folder))
        dialog.selectFile(name + kinds[0][1])
        dialog.fileSelected.connect(partial(self._chosen, dialog, kinds, write))
        dialog.open()

    def _chosen(self, dialog: QFileDialog, kinds: list[tuple[str, str]], write: Write, file: str) -> None:
        path = Path(file)
        chosen = next((ending for _, ending in kinds if f"*{ending})" in dialog.selectedNameFilter()), kinds[0][1])
        endings = [ending for _, ending in kinds]
        # The chosen filter names the kind; an ending that was typed beside the first filter is meant, too.
        if path.suffix.lower() not in endings:
            path = path.with_name(path.name + chosen)
        elif chosen != endings[0]:
            path = path.with_suffix(chosen)
        self._folder = path.parent
        write(path, False)

    def _write(self, work: Callable[[Token], str], again: Write, path: Path) -> None:
        self._started += 1
        self._tasks.start(
            f"{_SLOT} {self._started}",
            work,
            done=partial(self._done, path),
            failed=partial(self._failed, again, path),
            lane=Lane.EXPORT,
            title=f"Saving {shown(Path(path.name))}",
        )

    def _done(self, path: Path, sentence: str) -> None:
        self.noticed.emit(sentence, file_acts(path))

    def _failed(self, again: Write, path: Path, error: BakehouseError) -> None:
        if not isinstance(error, NameTaken):
            self.noticed.emit(str(error), ())
            return
        question = MessageDialog(
            "Replace the file?",
            f"{error} Replacing it takes its place only when the new one is complete.",
            self._panel.window(),
            ("Replace", "Cancel"),
            lambda _answer: again(path, True),
        )
        question.setObjectName("replace_file")
        question.open()


def _write_bytes(store: Path | None, path: Path, encode: Encode, replace: bool, token: Token) -> str:
    """Write what `encode` gives to `path`, whole or not at all; says so. Raises ExportError, NameTaken, DiskFull."""
    if store is not None:
        check_target(path, store)
    if not replace and path.exists():
        raise NameTaken(f"{shown(path)} is there already.")
    data = encode()
    token.check()
    with new_file(path) as file:
        file.write(data)
    return f"Picture saved to {shown(path)}."


def _write_data(store: Store, maker: TableMaker, path: Path, replace: bool, token: Token) -> str:
    """Write the table of `maker` to `path`; says so. Raises as `write_table`, StoreError kin."""
    check_target(path, store.path)
    write_table(maker(store.reader, token), path, token, kind=format_of(path), safe=True, replace=replace)
    return f"Data saved to {shown(path)}."

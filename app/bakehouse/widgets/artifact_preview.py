"""Shows one file's preview: text, picture, table or facts; nothing in it is executed, fetched or taken for markup."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QItemSelectionModel, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QFontDatabase, QImage, QImageReader, QPainter, QPaintEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QSizePolicy,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.previews import FactsPreview, ImagePreview, TextPreview, read_preview
from bakehouse.artifacts.protection import Guard
from bakehouse.artifacts.tables import TablePreview
from bakehouse.domain.cancellation import Token
from bakehouse.domain.text import visible
from bakehouse.itemmodels.preview_table import PreviewTableModel
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_LARGEST_SIDE = 2048
_MOST_ENLARGED = 8
_PIECE = 1_000
_SAMPLED_ROWS = 40
_WIDEST_COLUMN = 260


@dataclass(frozen=True)
class Picture:
    """A decoded picture, at most 2,048 pixels on its longer side; `notice` states its real size."""

    image: QImage
    notice: str


Shown = TextPreview | TablePreview | FactsPreview | Picture


def load_preview(entry: Entry, guard: Guard | None, token: Token) -> Shown:
    """Read and, for pictures, decode one file; for a worker thread. Raises ArtifactError, Cancelled."""
    preview = read_preview(entry, token, guard=guard)
    return decoded_picture(preview) if isinstance(preview, ImagePreview) else preview


def decoded_picture(preview: ImagePreview) -> Picture | FactsPreview:
    """The picture behind the bytes; facts when Qt cannot read it. QtGui only, so any thread may call it."""
    data = QByteArray(preview.data)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    stated = QSize(preview.width, preview.height)
    if max(preview.width, preview.height) > _LARGEST_SIDE:
        side = QSize(_LARGEST_SIDE, _LARGEST_SIDE)
        reader.setScaledSize(stated.scaled(side, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    buffer.close()
    if image.isNull():
        facts = (("Type", f"{preview.format} image"), ("Pixels", preview.notice))
        return FactsPreview("This picture cannot be read; it is damaged or cut short.", facts)
    return Picture(image, preview.notice)


class ArtifactPreview(QWidget):
    """A heading (name and what was cut) over the preview. GUI thread; the caller loads with `load_preview`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("artifact_preview")
        self._name = ElidedLabel("", mode=Qt.TextElideMode.ElideMiddle)
        self._notice = PlainLabel("", "muted")
        self._text = TextView()
        self._picture = PictureView(theme)
        self._table = _table_page()
        self._table_model: PreviewTableModel | None = None
        self._facts = _FactsPage()
        self._pages = QStackedWidget()
        for page in (self._text, self._picture, self._table, self._facts):
            self._pages.addWidget(page)
        heading = QHBoxLayout()
        heading.setContentsMargins(0, 6, 0, 6)
        heading.setSpacing(GRID)
        heading.addWidget(self._name, 1)
        heading.addWidget(self._notice)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(heading)
        layout.addWidget(self._pages, 1)

    def set_theme(self, theme: Theme) -> None:
        """New colours for what is painted here; the rest follows the palette."""
        self._picture.set_theme(theme)

    def show_preview(self, name: str, shown: Shown) -> None:
        """Show a loaded preview of the file called `name`."""
        self._name.setText(name)
        self._notice.setText(getattr(shown, "notice", ""))
        self._notice.setVisible(bool(self._notice.text()))
        if isinstance(shown, TextPreview):
            self._text.show_text(shown.text)
            self._pages.setCurrentWidget(self._text)
        elif isinstance(shown, Picture):
            self._picture.set_image(shown.image)
            self._pages.setCurrentWidget(self._picture)
        elif isinstance(shown, TablePreview):
            self._show_table(shown)
            self._pages.setCurrentWidget(self._table)
        else:
            self._facts.show_facts(shown.sentence, shown.facts)
            self._pages.setCurrentWidget(self._facts)

    def show_problem(self, name: str, sentence: str) -> None:
        """Say why there is no preview."""
        self.show_preview(name, FactsPreview(sentence, ()))

    def clear(self) -> None:
        """Forget the file that is shown."""
        self._name.setText("")
        self._notice.setText("")
        self._text.show_text("")
        self._picture.set_image(QImage())
        self._facts.show_facts("", ())
        self._pages.setCurrentWidget(self._facts)

    def _show_table(self, table: TablePreview) -> None:
        old = self._table_model
        self._table_model = PreviewTableModel(table, self)
        self._table.setModel(self._table_model)
        if old is not None:
            old.deleteLater()
        for header in (self._table.horizontalHeader(), self._table.verticalHeader()):
            # Sections otherwise ask isColumnSelected at every paint, seconds in a large selection.
            header.setSelectionModel(QItemSelectionModel(self._table_model, header))
        metrics = self._table.fontMetrics()
        for column, name in enumerate(table.columns):
            longest = max((row[column] for row in table.rows[:_SAMPLED_ROWS]), key=len, default="")
            width = max(metrics.horizontalAdvance(text[:60]) for text in (name, longest)) + 3 * GRID
            self._table.setColumnWidth(column, min(max(width, 48), _WIDEST_COLUMN))
        self._table.verticalHeader().setFixedWidth(metrics.horizontalAdvance("0000") + 2 * GRID)
        self._table.scrollToTop()


class PictureView(QWidget):
    """A picture fitted into the widget; small ones are enlarged in whole steps so that their pixels can be seen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image = QImage()
        self._fitted = QImage()
        self.setMinimumSize(48, 48)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Picture")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_image(self, image: QImage) -> None:
        self._image = image
        self._fitted = QImage()
        self.setAccessibleDescription(f"{image.width()} by {image.height()} pixels" if not image.isNull() else "")
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(320, 240)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("window"))
        if self._image.isNull():
            return
        ratio = self.devicePixelRatioF()
        room = (self.size() - QSize(2 * GRID, 2 * GRID)).expandedTo(QSize(1, 1)) * ratio
        wanted = self._fitting(room)
        if self._fitted.size() != wanted:
            enlarged = wanted.width() > self._image.width()
            mode = Qt.TransformationMode.FastTransformation if enlarged else Qt.TransformationMode.SmoothTransformation
            self._fitted = self._image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
        self._fitted.setDevicePixelRatio(ratio)
        size = wanted / ratio
        place = QRect((self.width() - size.width()) // 2, (self.height() - size.height()) // 2, *size.toTuple())
        painter.drawImage(place.topLeft(), self._fitted)
        painter.setPen(self._theme.color("line"))
        painter.drawRect(place.adjusted(-1, -1, 0, 0))

    def _fitting(self, room: QSize) -> QSize:
        """The picture's size in device pixels inside `room`."""
        size = self._image.size()
        if size.width() > room.width() or size.height() > room.height():
            return size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
        steps = min(room.width() // size.width(), room.height() // size.height(), _MOST_ENLARGED)
        return size * max(steps, 1)


class TextView(QPlainTextEdit):
    """Read-only text that fills itself in pieces, so that 20,000 lines never hold the window up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(0)
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.setAccessibleName("File text")
        self.setTabChangesFocus(True)
        self._waiting: list[str] = []
        self._filling = QTimer(self, interval=0)
        self._filling.timeout.connect(self._fill)

    def show_text(self, text: str) -> None:
        """Show `text` from its beginning; the rest follows behind."""
        lines = text.split("\n")
        self._waiting = ["\n".join(lines[i : i + _PIECE]) for i in range(0, len(lines), _PIECE)][::-1]
        self.setPlainText(self._waiting.pop())
        if self._waiting:
            self._filling.start()
        else:
            self._filling.stop()

    def _fill(self) -> None:
        if self._waiting:
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText("\n" + self._waiting.pop())
        if not self._waiting:
            self._filling.stop()


class _FactsPage(QWidget):
    """A sentence and what is known of the file."""

    def __init__(self) -> None:
        super().__init__()
        self._sentence = PlainLabel("")
        self._sentence.setWordWrap(True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self._sentence)
        layout.addLayout(self._grid)
        layout.addStretch(1)

    def show_facts(self, sentence: str, facts: tuple[tuple[str, str], ...]) -> None:
        self._sentence.setText(sentence)
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for row, (label, value) in enumerate(facts):
            shown = PlainLabel(visible(value, 1000))
            shown.setWordWrap(True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(PlainLabel(label, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(shown, row, 1)


def _table_page() -> QTableView:
    page = QTableView()
    page.setFrameShape(QTableView.Shape.NoFrame)
    page.setShowGrid(False)
    page.setWordWrap(False)
    page.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
    page.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    page.setCornerButtonEnabled(False)
    page.setTabKeyNavigation(False)
    page.setObjectName("file_table")
    page.setAccessibleName("File table")
    rows = page.verticalHeader()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(24)
    rows.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    page.horizontalHeader().setHighlightSections(False)
    return page

"""Shows one file's preview; nothing in it is executed, fetched or taken for markup but Markdown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from bakehouse.artifacts.preview_kinds import FactsPreview, MarkdownPreview, ModelCard, OutlinePreview, TextPreview
from bakehouse.artifacts.tables import TablePreview
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.file_table import FileTable
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.model_card_view import ModelCardView
from bakehouse.widgets.note_viewer import NoteViewer
from bakehouse.widgets.outline_view import OutlineView
from bakehouse.widgets.picture_view import PictureView
from bakehouse.widgets.preview_facts import FactsView
from bakehouse.widgets.preview_loading import Loaded, Picture, source_text
from bakehouse.widgets.preview_places import PlaceBar
from bakehouse.widgets.text_view import TextView


class ArtifactPreview(QWidget):
    """A heading (name, what was cut, text or not) over the preview, and below it the places of the file.

    GUI thread; the caller loads with `load_preview`, see PreviewReading.
    """

    browser_wanted = Signal()
    """The person wants the HTML file in the browser."""
    follow_wanted = Signal()
    """The person wants to see what the link leads to."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("artifact_preview")
        self._loaded = Loaded(FactsPreview("", ()))
        self._name = ElidedLabel("", mode=Qt.TextElideMode.ElideMiddle)
        self._notice = PlainLabel("", "muted")
        self._notice.setObjectName("preview_notice")
        self._text = TextView(theme)
        self.picture = PictureView(theme)
        self.table = FileTable()
        self._facts = FactsView(theme)
        self._outline = OutlineView(theme)
        self.markdown = NoteViewer(theme)
        self.markdown.setAccessibleName("Markdown")
        self.card = ModelCardView(theme)
        self.places = PlaceBar()
        self._pages = QStackedWidget()
        self._scrolled = _scrolled(self.markdown)
        for page in (
            self._text, self.picture, self.table, self._facts, self._outline, self._scrolled, self.card
        ):  # fmt: skip
            self._pages.addWidget(page)
        self._switch = _link("preview_switch", self._turn)
        self._hold = _link("preview_hold", self._hold_or_play)
        self._browser = _link("preview_browser", self.browser_wanted.emit)
        self._browser.setText("Open in browser…")
        self._follow = _link("preview_follow", self.follow_wanted.emit)
        self._follow.setText("Follow once…")
        self._build()

    def _build(self) -> None:
        heading = QHBoxLayout()
        heading.setContentsMargins(0, 6, 0, 6)
        heading.setSpacing(GRID)
        heading.addWidget(self._name, 1)
        for widget in (self._hold, self._switch, self._browser, self._follow):
            heading.addWidget(widget)
        self._notice.setWordWrap(True)
        self._notice.setContentsMargins(0, 0, 0, 6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(heading)
        layout.addWidget(self._notice)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.places)

    def set_theme(self, theme: Theme) -> None:
        """New colours for what is painted here; the rest follows the palette."""
        for page in (self._text, self.picture, self._outline, self.markdown, self.card):
            page.set_theme(theme)

    def show_preview(self, name: str, loaded: Loaded) -> None:
        """Show what was loaded of the file called `name`."""
        shown = loaded.shown
        self._loaded = loaded
        self._name.setText(name)
        self._notice.setText(getattr(shown, "notice", ""))
        self._notice.setVisible(bool(self._notice.text()))
        self.places.show_places(getattr(shown, "places", None))
        self._browser.setVisible(isinstance(shown, TextPreview) and shown.is_page)
        self._follow.setVisible(isinstance(shown, FactsPreview) and shown.is_link_out)
        self.picture.set_playing(False)
        self._hold.setVisible(isinstance(shown, Picture) and bool(shown.frames))
        has_text = not isinstance(shown, TextPreview) and source_text(shown) is not None
        self._switch.setVisible(has_text)
        self._show(loaded)

    def _show(self, loaded: Loaded) -> None:
        shown = loaded.shown
        if isinstance(shown, TextPreview):
            self._text.show_text(shown.text, loaded.colours)
            self._pages.setCurrentWidget(self._text)
        elif isinstance(shown, Picture):
            self.picture.set_image(shown.image, shown.frames, shown.delays_ms)
            self._hold.setText("Pause")
            self._pages.setCurrentWidget(self.picture)
        elif isinstance(shown, TablePreview):
            self.table.show_table(shown)
            self._pages.setCurrentWidget(self.table)
        elif isinstance(shown, OutlinePreview):
            self._outline.show_branches(shown.branches)
            self._pages.setCurrentWidget(self._outline)
        elif isinstance(shown, MarkdownPreview):
            self.markdown.show_markdown(shown.text)
            self._scrolled.verticalScrollBar().setValue(0)
            self._pages.setCurrentWidget(self._scrolled)
        elif isinstance(shown, ModelCard):
            self.card.show_card(shown)
            self._pages.setCurrentWidget(self.card)
        else:
            self._facts.show_facts(shown)
            self._pages.setCurrentWidget(self._facts)
        self._switch.setText("Show text")

    def _turn(self) -> None:
        """The text in place of what was made of it, and back."""
        source = source_text(self._loaded.shown)
        if source is None:
            return
        if self._pages.currentWidget() is self._text:
            self._show(self._loaded)
        else:
            self._text.show_text(source.text, self._loaded.colours)
            self._pages.setCurrentWidget(self._text)
            self._switch.setText("Show laid out")

    def _hold_or_play(self) -> None:
        playing = not self.picture.is_playing
        self.picture.set_playing(playing)
        self._hold.setText("Pause" if playing else "Play")

    def show_problem(self, name: str, sentence: str) -> None:
        """Say why there is no preview."""
        self.show_preview(name, Loaded(FactsPreview(sentence, ())))

    def clear(self) -> None:
        """Forget the file that is shown."""
        self.show_problem("", "")
        self._text.show_text("")
        self.picture.set_image(QImage())

    def focus_content(self) -> None:
        """Give the keyboard to what is shown."""
        page = self._pages.currentWidget()
        if page is not None:
            (self.markdown if page is self._scrolled else page).setFocus(Qt.FocusReason.OtherFocusReason)


def _link(name: str, run: object) -> QPushButton:
    button = QPushButton("")
    button.setObjectName(name)
    button.setProperty("link", "true")
    button.clicked.connect(run)
    button.hide()
    return button


def _scrolled(body: QWidget) -> QScrollArea:
    """`body`, which is as tall as its text, in a scrolled panel."""
    panel = QWidget()
    panel.setObjectName("panel")
    column = QVBoxLayout(panel)
    column.setContentsMargins(0, 0, GRID, 0)
    column.addWidget(body)
    column.addStretch(1)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(panel)
    return scroll

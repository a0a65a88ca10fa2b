"""The head of the model view: name, description and tags, edited in place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.analysis.figures import ago_text
from bakehouse.domain.models import RegisteredModel
from bakehouse.domain.registry_edits import DeleteModelTag, DescribeModel, RenameModel, SetModelTag
from bakehouse.domain.text import counted, visible
from bakehouse.pages.models.inspector import TAG_CHARACTERS
from bakehouse.pages.models.version_edits import DESCRIPTION_CHARACTERS
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.description_section import DescriptionSection
from bakehouse.widgets.labels import ElidedLabel
from bakehouse.widgets.tag_section import TagSection

_TALLEST = 96
_BESIDE = 640


class ModelHead(QWidget):
    """Shows the model it is given; edits go out as values. GUI thread."""

    edit_requested = Signal(object)
    """One of `domain.registry_edits`."""
    menu_requested = Signal(object)
    """The global QPoint of the model's menu."""
    link_activated = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: RegisteredModel | None = None
        self._refusal = ""
        self._title = ElidedLabel("", "title")
        self._title.setObjectName("model_title")
        self._subtitle = ElidedLabel("", "muted")
        self._subtitle.setObjectName("model_subtitle")
        self.rename = QPushButton("Rename…")
        self.rename.setObjectName("rename_model")
        self.more = QPushButton("More")
        self.more.setObjectName("model_more")
        self.more.setToolTip("What else can be done with this model")
        self.description = DescriptionSection(theme, most_height=_TALLEST)
        self.tags = TagSection(theme)
        self._lay_out()
        self.rename.clicked.connect(self._rename)
        self.more.clicked.connect(self._open_more)
        self.description.save_requested.connect(self._describe)
        self.description.link_activated.connect(self.link_activated)
        self.tags.set_requested.connect(self._set_tag)
        self.tags.delete_requested.connect(self._delete_tag)

    def set_theme(self, theme: Theme) -> None:
        self.description.set_theme(theme)
        self.tags.set_theme(theme)

    def set_refusal(self, refusal: str) -> None:
        """Why nothing may be changed, for all models shown from now on; empty when it may."""
        self._refusal = refusal
        self.description.forget()
        self.tags.forget()

    def show_model(self, model: RegisteredModel, now_ms: int) -> None:
        """Show this model; `now_ms` is what "ago" counts from."""
        self._model = model
        self._title.setText(model.name)
        self._subtitle.setText(_subtitle(model, now_ms))
        subject = model.workspace, model.name
        self.description.show_text(subject, model.description, DESCRIPTION_CHARACTERS, self._refusal)
        self.tags.show_tags(subject, model.tags, TAG_CHARACTERS, self._refusal)
        self.rename.setEnabled(not self._refusal)
        self.rename.setToolTip(self._refusal)

    def _rename(self) -> None:
        if self._model is not None:
            self.edit_requested.emit(RenameModel(self._model.name, "", self._model.workspace))

    def _open_more(self) -> None:
        self.menu_requested.emit(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _describe(self, text: str) -> None:
        if self._model is not None:
            self.edit_requested.emit(DescribeModel(self._model.name, text, self._model.workspace))

    def _set_tag(self, key: str, value: str) -> None:
        if self._model is not None:
            self.edit_requested.emit(SetModelTag(self._model.name, key, value, self._model.workspace))

    def _delete_tag(self, key: str) -> None:
        if self._model is not None:
            self.edit_requested.emit(DeleteModelTag(self._model.name, key, self._model.workspace))

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        first = QHBoxLayout()
        first.setSpacing(GRID)
        first.addLayout(words, 1)
        for button in (self.rename, self.more):
            first.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        for section, share in ((self.description, 64), (self.tags, 36)):
            holder = QVBoxLayout()
            holder.addWidget(section)
            holder.addStretch(1)
            self._parts.addLayout(holder, share)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 12, 2 * GRID, GRID)
        column.setSpacing(0)
        column.addLayout(first)
        column.addLayout(self._parts)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= _BESIDE
        directions = QBoxLayout.Direction
        self._parts.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)
        self._parts.setSpacing(4 * GRID if is_wide else 0)


def _subtitle(model: RegisteredModel, now_ms: int) -> str:
    words = [counted(len(model.versions), "version")]
    if model.last_updated_time_ms is not None:
        words.append(f"changed {ago_text(model.last_updated_time_ms, now_ms)}")
    if model.creation_time_ms is not None:
        words.append(f"created {ago_text(model.creation_time_ms, now_ms)}")
    if model.workspace != "default":
        words.append(f"workspace {visible(model.workspace, 60)}")
    return " · ".join(words)

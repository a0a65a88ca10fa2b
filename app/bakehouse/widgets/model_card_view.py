"""An MLmodel file as a card: digest, facts, flavors, signature, input example, requirements."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from bakehouse.artifacts.digests import FolderDigest
from bakehouse.artifacts.listing import size_text
from bakehouse.artifacts.preview_kinds import ModelCard, TextPreview
from bakehouse.domain.text import counted
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.fact_list import Fact, FactList
from bakehouse.widgets.file_table import FileTable
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.sections import Section
from bakehouse.widgets.text_view import TextView

_EXAMPLE_HEIGHT = 150
_PARTS = (("inputs", "INPUTS"), ("outputs", "OUTPUTS"), ("params", "PARAMS"))


class ModelCardView(QScrollArea):
    """Shows one card; the digest is made elsewhere, when `digest_wanted`, and told by `show_digest`. GUI thread."""

    digest_wanted = Signal()
    digest_unwanted = Signal()
    """The person stops the making of the digest."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("model_card")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._facts = FactList(theme, name_share=0.3)
        self._flavors = FactList(theme, name_share=0.3)
        self._signature = {part: FactList(theme, name_share=0.3) for part, _ in _PARTS}
        self._requirements = FactList(theme, name_share=0.5)
        self._lists = [self._facts, self._flavors, *self._signature.values(), self._requirements]
        self._missing = PlainLabel("", "warn")
        self._missing.setWordWrap(True)
        self._table = FileTable()
        self._text = TextView(theme)
        self._example_body = QWidget()
        example = QVBoxLayout(self._example_body)
        example.setContentsMargins(0, 0, 0, 0)
        for widget in (self._table, self._text):
            widget.setFixedHeight(_EXAMPLE_HEIGHT)
            example.addWidget(widget)
        self._build()

    def _build(self) -> None:
        self._digest = PlainLabel("", "mono")
        self._digest.setWordWrap(True)
        self._digest.setObjectName("model_digest")
        self._digest.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = PlainLabel("", "muted")
        self._more.setWordWrap(True)
        self._button = QPushButton()
        self._button.setObjectName("digest_button")
        self._button.clicked.connect(self._press)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self._more, 1)
        line.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)
        digest = QWidget()
        column = QVBoxLayout(digest)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._digest)
        column.addLayout(line)
        body = QWidget()
        body.setObjectName("panel")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, GRID, GRID)
        layout.setSpacing(0)
        layout.addWidget(self._facts)
        self._sections: dict[str, Section] = {}
        for name, title, widget in (
            ("flavors", "FLAVORS", self._flavors),
            *((part, title, self._signature[part]) for part, title in _PARTS),
            ("example", "INPUT EXAMPLE", self._example_body),
            ("requirements", "REQUIREMENTS", self._requirements),
            ("digest", "DIGEST", digest),
        ):
            self._sections[name] = Section(title, widget)
            layout.addWidget(self._sections[name])
        layout.addWidget(self._missing)
        layout.addStretch(1)
        self.setWidget(body)

    def set_theme(self, theme: Theme) -> None:
        for shown in self._lists:
            shown.set_theme(theme)
        self._text.set_theme(theme)

    def show_card(self, card: ModelCard) -> None:
        """Show a card from its beginning, the digest not made yet."""
        self.verticalScrollBar().setValue(0)
        self._facts.show_facts([Fact(label, value, copies=label in ("Run", "Model id")) for label, value in card.facts])
        self._fill("flavors", self._flavors, [Fact(name, about) for name, about in card.flavors])
        for part, shown in self._signature.items():
            rows = [row for row in card.signature if row[0] == part]
            facts = [Fact(name, f"{kind}  {detail}".strip()) for _, name, kind, detail in rows]
            self._fill(part, shown, facts)
        pairs = [line.partition("==") for line in card.requirements]
        self._fill("requirements", self._requirements, [Fact(name, version) for name, _, version in pairs])
        self._sections["example"].setVisible(card.example is not None)
        is_text = isinstance(card.example, TextPreview)
        self._text.setVisible(is_text)
        self._table.setVisible(not is_text)
        if isinstance(card.example, TextPreview):
            self._text.show_text(card.example.text)
        elif card.example is not None:
            self._table.show_table(card.example)
        self._missing.setText("\n".join(card.missing))
        self._missing.setVisible(bool(card.missing))
        self._show_digest_state("", "SHA-256 over every file of the model.", "Compute")

    def _fill(self, name: str, shown: FactList, facts: list[Fact]) -> None:
        shown.show_facts(facts)
        self._sections[name].setVisible(bool(facts))

    def show_digesting(self, words: str) -> None:
        """The digest is being made; `words` say how far."""
        self._show_digest_state("", words, "Cancel")

    def show_digest(self, digest: FolderDigest) -> None:
        """The digest is made."""
        links = sum(file.is_link for file in digest.files)
        words = f"{counted(len(digest.files), 'file')}, {size_text(digest.size)}, rule {digest.rule}"
        if links:
            words += f", {counted(links, 'link')} not followed"
        self._show_digest_state(str(digest), words, "Copy")

    def show_digest_problem(self, sentence: str) -> None:
        """Why there is no digest."""
        self._show_digest_state("", sentence, "Compute")

    def _show_digest_state(self, digest: str, words: str, button: str) -> None:
        self._digest.setText(digest)
        self._digest.setVisible(bool(digest))
        self._more.setText(words)
        self._button.setText(button)
        self._button.setAccessibleName(f"{button} digest")

    def _press(self) -> None:
        asked = self._button.text()
        if asked == "Copy":
            QGuiApplication.clipboard().setText(self._digest.text())
        elif asked == "Cancel":
            self._show_digest_state("", "SHA-256 over every file of the model.", "Compute")
            self.digest_unwanted.emit()
        else:
            self.digest_wanted.emit()

"""An MLmodel file as a card: facts, flavors, signature, input example, requirements; as a preview also its digest."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from bakehouse.artifacts.digests import FolderDigest
from bakehouse.artifacts.preview_kinds import ModelCard, TextPreview
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.digest_section import DigestSection
from bakehouse.widgets.fact_list import Fact, FactList
from bakehouse.widgets.file_table import FileTable
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.sections import Section
from bakehouse.widgets.signature_rows import SignatureRows
from bakehouse.widgets.text_view import TextView

_EXAMPLE_HEIGHT = 150
_SCROLL_BAR = 14
_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?)\s*(?:==\s*)?(.*)")
_PARTS = (("inputs", "INPUTS"), ("outputs", "OUTPUTS"), ("params", "PARAMS"))


def _requirement(line: str) -> Fact:
    """Name and version, or whatever else is demanded of it; a line that is no name stands as it is."""
    found = _REQUIREMENT.fullmatch(line)
    return Fact(found[1], found[2], full=line) if found is not None else Fact(line, "")


class ModelCardBody(QWidget):
    """The card as a column that is as tall as it has to be. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = FactList(theme, name_share=0.3)
        self._facts.setAccessibleName("Model file")
        self._flavors = FactList(theme, name_share=0.3)
        self._flavors.setAccessibleName("Flavors")
        self._signature = {part: SignatureRows(theme, part) for part, _ in _PARTS}
        self._requirements = FactList(theme, name_share=0.3)
        self._requirements.setAccessibleName("Requirements")
        self._lists = [self._facts, self._flavors, *self._signature.values(), self._requirements]
        self._missing = PlainLabel("", "warn")
        self._missing.setWordWrap(True)
        self.table = FileTable()
        self._text = TextView(theme)
        self._example_body = QWidget()
        example = QVBoxLayout(self._example_body)
        example.setContentsMargins(0, 0, 0, 0)
        for shown in (self.table, self._text):
            shown.setFixedHeight(_EXAMPLE_HEIGHT)
            example.addWidget(shown)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._facts)
        self._sections: dict[str, Section] = {}
        for name, title, widget in (
            ("flavors", "FLAVORS", self._flavors),
            *((part, title, self._signature[part]) for part, title in _PARTS),
            ("example", "INPUT EXAMPLE", self._example_body),
            ("requirements", "REQUIREMENTS", self._requirements),
        ):
            self._sections[name] = Section(title, widget)
            layout.addWidget(self._sections[name])
        layout.addWidget(self._missing)

    def set_theme(self, theme: Theme) -> None:
        for shown in self._lists:
            shown.set_theme(theme)
        self._text.set_theme(theme)

    def show_card(self, card: ModelCard) -> None:
        self._facts.show_facts([Fact(label, value, copies=label in ("Run", "Model id")) for label, value in card.facts])
        self._fill("flavors", self._flavors, [Fact(name, about) for name, about in card.flavors])
        for part, shown in self._signature.items():
            rows = [row[1:] for row in card.signature if row[0] == part]
            shown.show_rows(rows)
            self._sections[part].setVisible(bool(rows))
        self._fill("requirements", self._requirements, [_requirement(line) for line in card.requirements])
        self._sections["example"].setVisible(card.example is not None)
        is_text = isinstance(card.example, TextPreview)
        self._text.setVisible(is_text)
        self.table.setVisible(not is_text)
        if isinstance(card.example, TextPreview):
            self._text.show_text(card.example.text)
        elif card.example is not None:
            self.table.show_table(card.example)
        self._missing.setText("\n".join(card.missing))
        self._missing.setVisible(bool(card.missing))

    def _fill(self, name: str, shown: FactList, facts: list[Fact]) -> None:
        shown.show_facts(facts)
        self._sections[name].setVisible(bool(facts))


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
        self._card = ModelCardBody(theme)
        self.table = self._card.table
        self._digest = DigestSection()
        self._digest.digest_wanted.connect(self.digest_wanted)
        self._digest.digest_unwanted.connect(self.digest_unwanted)
        body = QWidget()
        body.setObjectName("panel")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, GRID, GRID)
        layout.setSpacing(0)
        layout.addWidget(self._card)
        layout.addWidget(self._digest)
        layout.addStretch(1)
        self.setWidget(body)

    def set_theme(self, theme: Theme) -> None:
        self._card.set_theme(theme)

    def show_card(self, card: ModelCard) -> None:
        """Show a card from its beginning, the digest not made yet."""
        self.verticalScrollBar().setValue(0)
        self._card.show_card(card)
        self._digest.offer_digest()

    def show_digesting(self, words: str, done: int = 0, total: int = 0) -> None:
        """The digest is being made; `words` say how far, `done` of `total` bytes."""
        self._digest.show_progress(words, done, total)

    def show_digest(self, digest: FolderDigest) -> None:
        """The digest is made."""
        self._digest.show_digest(digest)

    def show_digest_problem(self, sentence: str) -> None:
        """Why there is no digest."""
        self._digest.show_problem(sentence)

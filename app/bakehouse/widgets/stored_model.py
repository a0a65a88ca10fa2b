"""What a registration would store: the model's card, and the digest of its folder as it is made."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from bakehouse.artifacts.preview_kinds import ModelCard
from bakehouse.domain.text import counted, plain_tooltip
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.digest_section import DigestSection
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.model_card_view import ModelCardBody


class StoredModel(QFrame):
    """Shows what it is told; files are read elsewhere. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stored_model")
        self.card = ModelCardBody(theme)
        self.card.hide()
        self.sentence = PlainLabel("Reading the model's files…", "muted")
        self.sentence.setObjectName("stored_model_sentence")
        self.sentence.setWordWrap(True)
        self.summary = PlainLabel("")
        self.summary.setObjectName("stored_model_summary")
        self.summary.setWordWrap(True)
        self.summary.hide()
        self.digest = DigestSection()
        body = QWidget()
        body.setObjectName("panel")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(0)
        column.addWidget(self.sentence)
        column.addWidget(self.card)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName("What is stored")
        self._scroll.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(PlainLabel("WHAT IS STORED", "section"))
        layout.addSpacing(4)
        layout.addWidget(self.summary)
        layout.addSpacing(GRID)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.digest)

    def wait(self) -> None:
        """Another model is chosen; its files are being read."""
        self.show_card(None, "Reading the model's files…")
        self.digest.offer_digest()

    def show_card(self, card: ModelCard | None, sentence: str = "") -> None:
        """The model's card, or a sentence that says why there is none."""
        if card is not None:
            self.card.show_card(card)
            self._scroll.verticalScrollBar().setValue(0)
            self.summary.setText(_summary(card))
            self.summary.setToolTip(plain_tooltip("\n".join(card.requirements)))
        self.summary.setVisible(card is not None)
        self.card.setVisible(card is not None)
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))


def _summary(card: ModelCard) -> str:
    """`sklearn, python_function · 3 inputs, 1 output · 9 requirements`."""
    flavors = sorted((name for name, _ in card.flavors), key=lambda name: name == "python_function")
    parts = [sum(row[0] == part for row in card.signature) for part in ("inputs", "outputs", "params")]
    named = zip(parts, ("input", "output", "param"), strict=True)
    signature = ", ".join(counted(number, noun) for number, noun in named if number) or "no signature"
    return " · ".join((", ".join(flavors), signature, counted(len(card.requirements), "requirement")))

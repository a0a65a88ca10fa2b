"""The digest of a model's folder: made on demand, compared with the one that was recorded, copied."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from bakehouse.artifacts.digests import FolderDigest
from bakehouse.artifacts.listing import size_text
from bakehouse.domain.text import counted
from bakehouse.theme import GRID
from bakehouse.widgets.labels import BreakingLabel, PlainLabel
from bakehouse.widgets.sections import Section

_OFFER = "SHA-256 over every file of the model."
_STEPS = 1000


class DigestSection(Section):
    """Says what it is told; the digest is made elsewhere, when `digest_wanted`. GUI thread."""

    digest_wanted = Signal()
    digest_unwanted = Signal()
    """The person stops the making of the digest."""

    def __init__(self) -> None:
        self._recorded = ""
        self._rule = 0
        self._origin = ""
        self._sha256 = ""
        self.verdict = PlainLabel("")
        self.verdict.setObjectName("digest_match")
        self.verdict.setWordWrap(True)
        self.digest = BreakingLabel("mono")
        self.digest.setObjectName("model_digest")
        self.recorded = BreakingLabel("mono")
        self.recorded.setObjectName("recorded_digest")
        self._more = PlainLabel("", "muted")
        self._more.setObjectName("digest_words")
        self._more.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, _STEPS)
        self._bar.setAccessibleName("Progress of the digest")
        self.button = QPushButton()
        self.button.setObjectName("digest_button")
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self._more, 1)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self.verdict, self.recorded, self.digest, self._bar):
            column.addWidget(part)
        column.addLayout(line)
        super().__init__("DIGEST", body)
        self.button.clicked.connect(self._press)
        self.offer_digest()

    def compare_with(self, sha256: str, rule: int, origin: str) -> None:
        """What the next digest is compared with, and where that was noted; empty for nothing."""
        self._recorded, self._rule, self._origin = sha256, rule, origin

    def offer_digest(self, words: str = _OFFER) -> None:
        """No digest yet; `words` say what there is to do."""
        self._show("", words, "Compute")

    def show_progress(self, words: str, done: int = 0, total: int = 0) -> None:
        """The digest is being made; `words` say how far, `done` of `total` (0: unknown) bytes are read."""
        self._show("", words, "Cancel")
        self._bar.show()
        self._bar.setRange(0, _STEPS if total else 0)
        if total:
            self._bar.setValue(done * _STEPS // total)

    def show_digest(self, digest: FolderDigest) -> None:
        """The digest is made."""
        links = sum(file.is_link for file in digest.files)
        words = f"{counted(len(digest.files), 'file')}, {size_text(digest.size)}, rule {digest.rule}"
        if links:
            words += f", {counted(links, 'link')} not followed"
        self._show(str(digest), words, "Copy")
        self._judge(digest)

    def show_problem(self, sentence: str, *, can_try: bool = True) -> None:
        """Why there is no digest."""
        self._show("", sentence, "Compute" if can_try else "")

    @property
    def is_out_of_reach(self) -> bool:
        """Whether it was said that no digest can be made."""
        return not self.button.text()

    def _judge(self, digest: FolderDigest) -> None:
        if not self._origin:
            return
        if not self._recorded:
            sentence, role = self._origin, "muted"
        elif self._rule != digest.rule:
            sentence, role = f"The one {self._origin} was made by rule {self._rule}: not comparable.", "warn"
        elif self._recorded == digest.sha256:
            sentence, role = f"✓ The files match the digest {self._origin}.", "good"
        else:
            sentence, role = f"✗ The files have changed. The digest {self._origin}, and the one of now:", "bad"
            self.recorded.show_text(f"sha256:{self._recorded}")
            self.recorded.show()
        self.verdict.setText(sentence)
        self.verdict.set_role(role)
        self.verdict.show()

    def _show(self, digest: str, words: str, button: str) -> None:
        self.verdict.hide()
        self.recorded.hide()
        self._bar.hide()
        self.digest.show_text(digest)
        self.digest.setVisible(bool(digest))
        self._more.setText(words)
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.button.setAccessibleName(f"{button} digest")

    def _press(self) -> None:
        asked = self.button.text()
        if asked == "Copy":
            QGuiApplication.clipboard().setText(self.digest.whole)
        elif asked == "Cancel":
            self.offer_digest()
            self.digest_unwanted.emit()
        else:
            self.digest_wanted.emit()

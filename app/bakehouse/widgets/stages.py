"""Stages as they look everywhere: their colour, their pill and the button that chooses one."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

from bakehouse.domain.models import Stage
from bakehouse.domain.text import visible
from bakehouse.theme import Theme

_PILL_PX, _PILL_HEIGHT, _PILL_PAD = 12, 19, 9
_TINT = 26
DOT = 7
"""Diameter of the dot that stands for a stage's colour, in logical pixels."""
_WORD_CHARACTERS = 20


def stage_token(stage: str) -> str:
    """The theme's colour for the word of a stage, also for one that a foreign client made up."""
    tokens = {Stage.STAGING.value: "warn", Stage.PRODUCTION.value: "good"}
    return tokens.get(stage, "muted" if stage in (Stage.ARCHIVED.value, Stage.NONE.value) else "text")


def paint_stage(painter: QPainter, rect: QRectF, stage: str, theme: Theme) -> None:
    """A stage's word in a pill at the left of `rect`, on a breath of its own colour; None is a plain muted word."""
    painter.save()
    text = visible(stage, _WORD_CHARACTERS)
    ink = theme.color(stage_token(stage))
    painter.setPen(ink)
    if stage == Stage.NONE.value:
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), text)
        painter.restore()
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(_pill_font(painter.font()))
    ground = QColor(ink)
    ground.setAlpha(_TINT)
    width = min(rect.width(), painter.fontMetrics().horizontalAdvance(text) + 2 * _PILL_PAD)
    pill = QRectF(rect.left(), rect.center().y() - _PILL_HEIGHT / 2, width, _PILL_HEIGHT)
    painter.setPen(Qt.PenStyle.NoPen)
    # The panel's colour first: on a selected row the tint alone would leave the word under 4.5:1.
    for colour in (theme.color("panel"), ground):
        painter.setBrush(colour)
        painter.drawRoundedRect(pill, _PILL_HEIGHT / 2, _PILL_HEIGHT / 2)
    painter.setPen(ink)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(width) - _PILL_PAD)
    painter.drawText(pill, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine), shown)
    painter.restore()


class StagePill(QWidget):
    """One stage as a pill."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._stage = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_stage(self, stage: str) -> None:
        self._stage = stage
        self.setAccessibleName(f"Stage {visible(stage, _WORD_CHARACTERS)}")
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        word = QFontMetrics(_pill_font(self.font())).horizontalAdvance(visible(self._stage, _WORD_CHARACTERS))
        return QSize(word + 2 * _PILL_PAD, _PILL_HEIGHT + 3)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._stage:
            paint_stage(QPainter(self), QRectF(self.rect()), self._stage, self._theme)


class StageButton(QAbstractButton):
    """One stage to choose: its name in its colour and a few words below it."""

    def __init__(self, stage: Stage, words: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = stage
        self._words = words
        self._theme = theme
        self.setCheckable(True)
        self.setText(stage.value)
        self.setAccessibleName(f"{stage.value}, {words}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = max(metrics.horizontalAdvance(self.text()), metrics.horizontalAdvance(self._words))
        return QSize(width + 24, 2 * metrics.height() + 18)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if self.isChecked() else 1
        hovered = self.isEnabled() and self.underMouse()
        edge = "accent" if self.isChecked() else "muted" if hovered or self.hasFocus() else "line"
        painter.setPen(QPen(theme.color(edge), width))
        painter.setBrush(theme.color("selection" if self.isChecked() else "raised" if self.isEnabled() else "window"))
        half = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4.5, 4.5, -4.5, -4.5), 3, 3)
        inner = self.rect().adjusted(12, 9, -12, -9)
        # The colour is in a dot, since the word alone would be too pale on the chosen button's ground.
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(stage_token(self.stage)))
        middle = inner.top() + self.fontMetrics().height() / 2
        painter.drawEllipse(QRectF(inner.left(), middle - DOT / 2, DOT, DOT))
        word = inner.adjusted(DOT + 6, 0, 0, 0)
        painter.setPen(theme.color("text" if self.isEnabled() else "muted"))
        painter.drawText(word, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), self.text())
        painter.setPen(theme.color("muted"))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom), self._words)


def _pill_font(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(_PILL_PX)
    return small

"""Stays in stages as bars over time, a row a version, with a line at the moment that is asked about."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from bakehouse.analysis.figures import moment_text
from bakehouse.domain.requests import VersionKey
from bakehouse.domain.stage_history import Origin, StageHistory, Stay
from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.theme import Theme
from bakehouse.widgets.stages import stage_token

_ROW, _BAR = 30, 16
_NAMES = 190
_TOP = 26
_RIGHT = 120
_TICKS = 6
_STEP_MS = 3_600_000


class StageTimeline(QWidget):
    """Owns the moment asked about. As tall as its rows; the page around it scrolls. GUI thread only."""

    moment_changed = Signal(object)
    """Milliseconds, UTC."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stage_timeline")
        self.setAccessibleName("Stages over time")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._history = StageHistory(0, ())
        self._rows: list[VersionKey] = []
        self._stays: dict[VersionKey, list[Stay]] = {}
        self._begin, self._end = 0, 1
        self._moment = 0

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_history(self, history: StageHistory, versions: Sequence[VersionKey], now_ms: int) -> None:
        """Show these versions from the founding until now; the moment asked about becomes now."""
        self._history, self._rows = history, list(versions)
        self._stays = {key: [] for key in self._rows}
        for stay in history.stays:
            if stay.version in self._stays:
                self._stays[stay.version].append(stay)
        span = max(now_ms - history.founded_ms, 60_000)
        self._begin, self._end = history.founded_ms - span // 12, now_ms + span // 60
        self.setFixedHeight(_TOP + _ROW * len(self._rows) + 8)
        self.set_moment(now_ms)
        self.update()

    @property
    def reach(self) -> tuple[int, int]:
        """The times at the left and right end, in milliseconds."""
        return self._begin, self._end

    @property
    def moment(self) -> int:
        """The moment asked about."""
        return self._moment

    def set_moment(self, time_ms: int) -> None:
        """Ask about this moment."""
        time_ms = min(max(time_ms, self._begin), self._end)
        if time_ms != self._moment:
            self._moment = time_ms
            self.moment_changed.emit(time_ms)
            self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, self.height())

    # Geometry

    def _x_of(self, time_ms: float) -> float:
        return _NAMES + (time_ms - self._begin) / (self._end - self._begin) * (self.width() - _NAMES - _RIGHT)

    def _time_of(self, x: float) -> int:
        share = (x - _NAMES) / max(self.width() - _NAMES - _RIGHT, 1)
        return round(self._begin + share * (self._end - self._begin))

    def _stay_at(self, place: QPointF) -> Stay | None:
        row = int((place.y() - _TOP) // _ROW)
        if not 0 <= row < len(self._rows) or place.y() < _TOP:
            return None
        moment = self._time_of(place.x())
        return next((stay for stay in self._stays[self._rows[row]] if stay.holds(moment)), None)

    # The person

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.position().x() >= _NAMES:
            self.set_moment(self._time_of(event.position().x()))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and event.position().x() >= _NAMES:
            self.set_moment(self._time_of(event.position().x()))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = max((self._end - self._begin) // 200, _STEP_MS // 60)
        moves = {
            Qt.Key.Key_Left: self._moment - step,
            Qt.Key.Key_Right: self._moment + step,
            Qt.Key.Key_Home: self._begin,
            Qt.Key.Key_End: self._end,
        }
        wanted = moves.get(Qt.Key(event.key()))
        if wanted is None:
            super().keyPressEvent(event)
        else:
            self.set_moment(wanted)

    @override
    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            stay = self._stay_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), plain_tooltip(_told(stay)) if stay is not None else "", self)
            return True
        return super().event(event)  # type: ignore[arg-type]

    # Painting

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_ground(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first = max((event.rect().top() - _TOP) // _ROW, 0)
        last = min((event.rect().bottom() - _TOP) // _ROW + 1, len(self._rows))
        for row in range(first, last):
            self._paint_row(painter, row)
        x = self._x_of(self._moment)
        painter.setPen(QPen(self._theme.color("accent"), 1.5))
        painter.drawLine(QPointF(x, _TOP - 6), QPointF(x, self.height()))
        if self.hasFocus():
            painter.setBrush(self._theme.color("accent"))
            painter.drawEllipse(QPointF(x, _TOP - 6), 3.5, 3.5)

    def _paint_ground(self, painter: QPainter) -> None:
        theme = self._theme
        founded = int(self._x_of(self._history.founded_ms))
        unknown = QColor(theme.color("line"))
        hatched = QBrush(unknown, Qt.BrushStyle.BDiagPattern)
        painter.fillRect(QRect(_NAMES, _TOP, max(founded - _NAMES, 0), self.height() - _TOP), hatched)
        painter.setPen(theme.color("muted"))
        span = self._end - self._begin
        for number in range(_TICKS + 1):
            moment = self._begin + span * number // _TICKS
            x = int(self._x_of(moment))
            painter.fillRect(x, _TOP - 4, 1, self.height() - _TOP + 4, theme.color("line"))
            room = QRect(x - 60, 0, 120, _TOP - 6)
            if number < _TICKS:
                painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), _tick(moment, span))

    def _paint_row(self, painter: QPainter, row: int) -> None:
        theme, key = self._theme, self._rows[row]
        top = _TOP + row * _ROW
        painter.fillRect(0, top + _ROW - 1, self.width(), 1, theme.color("line"))
        painter.setPen(theme.color("text"))
        name = painter.fontMetrics().elidedText(
            visible(f"{key.model} {key.version}", 200), Qt.TextElideMode.ElideMiddle, _NAMES - 12
        )
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        painter.drawText(QRect(0, top, _NAMES - 8, _ROW), flags, name)
        now = None
        for stay in self._stays[key]:
            self._paint_stay(painter, stay, top)
            if stay.holds(self._moment) and self._moment >= self._history.founded_ms:
                now = stay.stage
        room = QRect(self.width() - _RIGHT + 10, top, _RIGHT - 10, _ROW)
        known = self._moment >= self._history.founded_ms
        painter.setPen(theme.color(stage_token(now) if now is not None else "muted"))
        painter.drawText(room, flags, visible(now, 20) if now is not None else "None" if known else "not recorded")

    def _paint_stay(self, painter: QPainter, stay: Stay, top: int) -> None:
        ink = self._theme.color(stage_token(stay.stage))
        left = self._x_of(stay.from_ms)
        right = self._x_of(stay.to_ms if stay.to_ms is not None else self._end)
        bar = QRectF(left, top + (_ROW - _BAR) / 2 - 0.5, max(right - left - 1, 2), _BAR)
        ground = QColor(ink)
        ground.setAlpha(60 if stay.stage in ("Production", "Staging") else 26)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(bar, 3, 3)
        painter.setPen(ink)
        word = painter.fontMetrics().elidedText(
            visible(stay.stage, 20), Qt.TextElideMode.ElideRight, int(bar.width()) - 14
        )
        if bar.width() > 36:
            painter.drawText(bar.adjusted(10, 0, -4, 0), int(Qt.AlignmentFlag.AlignVCenter), word)
        if stay.origin is Origin.OUTSIDE:
            # A hollow diamond: the change was noticed then, nobody knows when it was made.
            x, y, size = left + 1, bar.center().y(), 5.0
            painter.setPen(QPen(self._theme.color("bad"), 1.6))
            painter.setBrush(self._theme.color("panel"))
            painter.drawPolygon(
                QPolygonF([QPointF(x - size, y), QPointF(x, y - size), QPointF(x + size, y), QPointF(x, y + size)])
            )


def _told(stay: Stay) -> str:
    until = moment_text(stay.to_ms)[:16] if stay.to_ms is not None else "now"
    who = f" by {visible(stay.who, 60)}" if stay.who and stay.origin is Origin.APPLIED else ""
    lines = [
        f"{visible(stay.version.model, 100)} {stay.version.version} in {visible(stay.stage, 20)}",
        f"{moment_text(stay.from_ms)[:16]} until {until}",
        f"{stay.origin.value}{who}",
        stay.comment,
    ]
    return "\n".join(line for line in lines if line)


def _tick(moment: int, span: int) -> str:
    local = time.localtime(moment / 1000)
    if span < _TICKS * 2 * 86_400_000:
        return time.strftime("%d %b %H:%M", local)
    return time.strftime("%d %b %Y", local)

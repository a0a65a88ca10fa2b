"""A picture that is fitted at first, zooms and moves; an animation plays and can be held."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from bakehouse.theme import GRID, Theme

_MOST_ENLARGED = 8
_CLOSEST = 32.0
_STEP = 1.25


class PictureView(QWidget):
    """Fitted into the widget, small ones enlarged in whole steps so that their pixels can be seen.

    The wheel or + and - zoom, a drag or the arrow keys move, 0 or a double click fits again. GUI thread.
    """

    zoomed = Signal(float)
    """Device pixels for one of the picture's."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image = QImage()
        self._scaled = QImage()
        self._zoom = 0.0
        self._middle = QPointF(0.5, 0.5)
        self._grip: QPointF | None = None
        self._frames: tuple[QImage, ...] = ()
        self._delays: tuple[int, ...] = ()
        self._frame = 0
        self._playing = QTimer(self, singleShot=True)
        self._playing.timeout.connect(self._show_next)
        self.setMinimumSize(48, 48)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Picture")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_image(self, image: QImage, frames: Sequence[QImage] = (), delays_ms: Sequence[int] = ()) -> None:
        """Show a picture, fitted; `frames` play with `delays_ms` between them. One of the same size keeps the zoom."""
        if image.size() != self._image.size():
            self.fit()
        self._frames, self._delays, self._frame = tuple(frames), tuple(delays_ms), 0
        self._put(image)
        self.setAccessibleDescription(f"{image.width()} by {image.height()} pixels" if not image.isNull() else "")
        self.set_playing(bool(frames))

    @property
    def is_animated(self) -> bool:
        return bool(self._frames)

    @property
    def is_playing(self) -> bool:
        return self._playing.isActive()

    def set_playing(self, playing: bool) -> None:
        """Let an animation go on, or hold it where it is."""
        if playing and self._frames:
            self._playing.start(self._delays[self._frame])
        else:
            self._playing.stop()

    def fit(self) -> None:
        """Show the whole picture."""
        self._zoom = 0.0
        self._middle = QPointF(0.5, 0.5)
        self.update()

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        """Enlarge by `factor`; what lies under `around` (default: the middle) stays there."""
        if self._image.isNull():
            return
        place = around or QPointF(self.width() / 2, self.height() / 2)
        before = self.shown_rect()
        share = QPointF((place.x() - before.x()) / before.width(), (place.y() - before.y()) / before.height())
        least = min(self._fitting(), 1.0)
        self._zoom = min(max(self.scale * factor, least), _CLOSEST)
        size = self._size()
        left, top = place.x() - share.x() * size.width(), place.y() - share.y() * size.height()
        self._middle = QPointF((self.width() / 2 - left) / size.width(), (self.height() / 2 - top) / size.height())
        self._settle()

    @property
    def scale(self) -> float:
        """Device pixels for one of the picture's."""
        return self._zoom or self._fitting()

    def shown_rect(self) -> QRectF:
        """Where the whole picture would stand in the widget."""
        size = self._size()
        left = self.width() / 2 - self._middle.x() * size.width()
        top = self.height() / 2 - self._middle.y() * size.height()
        return QRectF(left, top, size.width(), size.height())

    @override
    def sizeHint(self) -> QSize:
        return QSize(320, 240)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("window"))
        if self._image.isNull():
            return
        rect = self.shown_rect().toRect()
        if self.scale < 1:
            painter.drawImage(rect.topLeft(), self._smaller())
        else:
            painter.drawImage(rect, self._image)
        painter.setPen(self._theme.color("line"))
        painter.drawRect(rect.adjusted(-1, -1, 0, 0))

    def _smaller(self) -> QImage:
        """The picture at the shown size, smooth; kept until size or picture change."""
        ratio = self.devicePixelRatioF()
        wanted = (self._image.size() * self.scale).expandedTo(QSize(1, 1))
        if self._scaled.size() != wanted:
            mode = Qt.TransformationMode.SmoothTransformation
            self._scaled = self._image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
            self._scaled.setDevicePixelRatio(ratio)
        return self._scaled

    def _size(self) -> QSize:
        """The picture's size in the widget's pixels at this zoom."""
        return (self._image.size() * (self.scale / self.devicePixelRatioF())).expandedTo(QSize(1, 1))

    def _fitting(self) -> float:
        """The zoom at which the picture fits: below 1, or a whole number."""
        if self._image.isNull():
            return 1.0
        ratio = self.devicePixelRatioF()
        across = max(1.0, (self.width() - 2 * GRID) * ratio) / self._image.width()
        down = max(1.0, (self.height() - 2 * GRID) * ratio) / self._image.height()
        scale = min(across, down)
        return scale if scale < 1 else float(min(int(scale), _MOST_ENLARGED))

    def _put(self, image: QImage) -> None:
        self._image = image
        self._scaled = QImage()
        self.update()

    def _show_next(self) -> None:
        self._frame = (self._frame + 1) % len(self._frames)
        self._put(self._frames[self._frame])
        # Not seen, it waits where it is.
        if self.isVisible():
            self._playing.start(self._delays[self._frame])

    def _settle(self) -> None:
        """Keep the picture in sight: where it is smaller than the widget it stands in the middle."""
        size = self._size()
        middle = []
        for at, room, length in (
            (self._middle.x(), self.width(), size.width()),
            (self._middle.y(), self.height(), size.height()),
        ):
            edge = min(0.5, room / 2 / length)
            middle.append(min(max(at, edge), 1 - edge))
        self._middle = QPointF(*middle)
        self.update()
        self.zoomed.emit(self.scale)

    def _move(self, across: float, down: float) -> None:
        size = self._size()
        self._middle -= QPointF(across / size.width(), down / size.height())
        self._settle()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._scaled = QImage()
        if not self._image.isNull():
            self._settle()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        if turn:
            self.zoom(_STEP ** (turn / 120), event.position())
        event.accept()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() is Qt.MouseButton.LeftButton:
            self._grip = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            by = event.position() - self._grip
            self._grip = event.position()
            self._move(by.x(), by.y())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None
        self.unsetCursor()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        factor = {Qt.Key.Key_Plus: _STEP, Qt.Key.Key_Equal: _STEP, Qt.Key.Key_Minus: 1 / _STEP}.get(key)
        by = {
            Qt.Key.Key_Left: (40, 0),
            Qt.Key.Key_Right: (-40, 0),
            Qt.Key.Key_Up: (0, 40),
            Qt.Key.Key_Down: (0, -40),
        }.get(key)
        if factor is not None:
            self.zoom(factor)
        elif by is not None and self._zoom:
            self._move(*by)
        elif key == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)

"""Icons of the one set, drawn in the theme's colours."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from bakehouse.resources import icon_path
from bakehouse.theme import Theme


def icon(name: str, theme: Theme, size: int = 20) -> QIcon:
    """The icon `name` (a file in resources/icons): text colour, faint when disabled, accent when checked."""
    result = QIcon()
    ratio = _sharpest()  # the sharpest screen's; others scale down
    result.addPixmap(pixmap(name, theme.text, size, ratio), QIcon.Mode.Normal, QIcon.State.Off)
    result.addPixmap(pixmap(name, theme.line, size, ratio), QIcon.Mode.Disabled, QIcon.State.Off)
    result.addPixmap(pixmap(name, theme.accent, size, ratio), QIcon.Mode.Normal, QIcon.State.On)
    return result


def _sharpest() -> float:
    application = QGuiApplication.instance()
    return application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0


@lru_cache(maxsize=512)
def pixmap(name: str, color: str, size: int, ratio: float) -> QPixmap:
    """`name` drawn in `color` at `size` logical pixels for the device pixel `ratio`."""
    svg = icon_path(name).read_text(encoding="utf-8").replace("currentColor", color)
    result = QPixmap(round(size * ratio), round(size * ratio))
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size * ratio, size * ratio))
    painter.end()
    result.setDevicePixelRatio(ratio)
    return result

"""A picture on a canvas that zooms with the wheel and moves with a drag."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QGraphicsPixmapItem, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.theme import Theme


def prepare() -> None:
    """Import what a canvas needs, about a second; for a worker thread before the first canvas is made."""
    import pyqtgraph  # noqa: F401


class PictureCanvas(QWidget):
    """Shows one decoded picture, fitted at first; wheel or +/- zooms, a drag moves, 0 fits again.

    GUI thread. pyqtgraph's view box does the moving; call `prepare` in a task first.
    """

    def __init__(self, theme: Theme, image: QImage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        import pyqtgraph

        self.setObjectName("picture_canvas")
        self.setAccessibleName("Picture")
        self.setAccessibleDescription(f"{image.width()} by {image.height()} pixels")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._view = pyqtgraph.GraphicsView(background=theme.window)
        self._box = pyqtgraph.ViewBox(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0.02)
        self._view.setCentralItem(self._box)
        self._item = QGraphicsPixmapItem(QPixmap.fromImage(image))
        self._item.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self._box.addItem(self._item)
        self._box.setLimits(minXRange=4, minYRange=4, maxXRange=20 * image.width(), maxYRange=20 * image.height())
        self._view.setFocusProxy(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)
        self.fit()

    def set_theme(self, theme: Theme) -> None:
        self._view.setBackground(theme.window)

    def fit(self) -> None:
        """Show the whole picture."""
        self._box.enableAutoRange()
        self._box.updateAutoRange()

    def zoom(self, factor: float) -> None:
        """Enlarge by `factor` around the middle."""
        self._box.scaleBy((1 / factor, 1 / factor))

    def shown_width(self) -> float:
        """How many of the picture's pixels the canvas spans."""
        return float(self._box.viewRect().width())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        factor = {Qt.Key.Key_Plus: 1.25, Qt.Key.Key_Equal: 1.25, Qt.Key.Key_Minus: 0.8}.get(Qt.Key(event.key()))
        if factor is not None:
            self.zoom(factor)
        elif event.key() == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)

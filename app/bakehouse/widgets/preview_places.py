"""Steps through the pages, parts or steps of a file."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QWidget

from bakehouse.artifacts.preview_kinds import Places
from bakehouse.theme import GRID
from bakehouse.widgets.labels import PlainLabel

_BUTTON_WIDTH = 34


class PlaceBar(QWidget):
    """Back, a slider, forward, and which place is shown; hidden where a file has one place only. GUI thread."""

    place_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places: Places | None = None
        self._back = self._button("‹", "Back", -1)
        self._forward = self._button("›", "Forward", 1)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("place_slider")
        self._slider.valueChanged.connect(self._slide)
        self._words = PlainLabel("", "muted")
        self._words.setObjectName("place_words")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, GRID, 0, 0)
        layout.setSpacing(GRID)
        for widget in (self._back, self._slider, self._forward, self._words):
            layout.addWidget(widget, 1 if widget is self._slider else 0)
        self.hide()

    def show_places(self, places: Places | None) -> None:
        """Which place of how many is shown."""
        self._places = places
        self.setVisible(places is not None and places.count > 1)
        if places is None:
            return
        self._slider.blockSignals(True)
        self._slider.setRange(0, places.count - 1)
        self._slider.setPageStep(max(1, places.count // 10))
        self._slider.setValue(places.current)
        self._slider.blockSignals(False)
        self._slider.setAccessibleName(places.noun.capitalize())
        self._say(places.current, places.label)

    def step(self, by: int) -> None:
        """Go `by` places further, within what there is."""
        self._slider.setValue(self._slider.value() + by)

    def _say(self, current: int, label: str) -> None:
        if self._places is None:
            return
        words = f"{current + 1:,} of {self._places.count:,}"
        self._words.setText(f"{label}, {words}" if label else f"{self._places.noun} {words}")
        self._back.setEnabled(current > 0)
        self._forward.setEnabled(current < self._places.count - 1)

    def _slide(self, place: int) -> None:
        self._say(place, "")
        self.place_wanted.emit(place)

    def _button(self, text: str, name: str, by: int) -> QPushButton:
        button = QPushButton(text)
        button.setFixedWidth(_BUTTON_WIDTH)
        button.setStyleSheet("padding: 0;")
        button.setAccessibleName(name)
        button.clicked.connect(self._go_back if by < 0 else self._go_on)
        return button

    def _go_back(self) -> None:
        self.step(-1)

    def _go_on(self) -> None:
        self.step(1)

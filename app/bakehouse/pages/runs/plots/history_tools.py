"""How histories are drawn, as a person chooses it: smoothing, scales, marks, groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QWidget,
)

from bakehouse.analysis.bands import BandKind
from bakehouse.analysis.history_canvas import Axes
from bakehouse.analysis.history_charts import HistoryLook
from bakehouse.domain.columns import ColumnKey
from bakehouse.personal.view_format import Json
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.column_picker import ColumnPicker
from bakehouse.widgets.icons import icon
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.metric_chooser import MetricChooser

_MODES = {"step": "Step", "time": "Time", "relative": "Relative time"}
_BEST = {"": "Not marked", "best": "Best value", "min": "Least value", "max": "Greatest value"}
_AXES = {
    "fit": "As few axes as fit",
    "one": "One axis",
    "two": "Two axes",
    "own": "One axis each",
}
_BANDS = {BandKind.RANGE: "Least to greatest", BandKind.DEVIATION: "± standard deviation"}
_SLIDER = 76
_SMOOTHING_REST_MS = 40


class HistoryTools(QWidget):
    """Owns the choosers beside the history tab and what is chosen in them. GUI thread."""

    look_changed = Signal()
    group_picked = Signal(object)
    """ColumnKey or None."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = HistoryLook()
        self.axes: Axes = "fit"
        """How metrics share the y axes of one canvas."""
        self.metrics = MetricChooser(theme, self)
        self.canvas = QToolButton(self)
        self.canvas.setObjectName("history_canvas")
        self.canvas.setAccessibleName("One canvas")
        self.canvas.setCheckable(True)
        self.canvas.setIconSize(QSize(16, 16))
        self.canvas.setFixedSize(30, 30)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setObjectName("history_smoothing")
        self.slider.setAccessibleName("Smoothing")
        self.slider.setToolTip("Smoothing: an exponential moving average by distance along x")
        self.slider.setRange(0, 99)
        self.slider.setPageStep(10)
        self.slider.setFixedWidth(_SLIDER)
        self._number = PlainLabel("0.00", "muted", self)
        self._number.setMinimumWidth(self._number.fontMetrics().horizontalAdvance("0.00") + 2)
        self._view = QPushButton("Options", self)
        self._view.setObjectName("history_options")
        self._view.setToolTip("Axes, marked values and groups")
        self.popup = _Popup(theme, self._view)
        self.group = self.popup.group
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for part in (self.metrics, self.canvas, self.slider, self._number, self._view):
            row.addWidget(part)
        self._rest = QTimer(self, singleShot=True, interval=_SMOOTHING_REST_MS)
        self._rest.timeout.connect(self.look_changed)
        self.slider.valueChanged.connect(self._smooth)
        self.group.picked.connect(self.group_picked)
        self._view.clicked.connect(self.popup.open_below)
        self.popup.changed.connect(self._take)
        self.canvas.toggled.connect(self._tell_canvas)
        self.set_several(False)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.canvas.setIcon(icon("layers", theme, 16))
        self.metrics.set_theme(theme)
        self.popup.set_theme(theme)

    def offer_groups(self, keys: Sequence[ColumnKey], key: ColumnKey | None) -> None:
        """Offer columns to group by."""
        self.group.offer(keys, key)

    @property
    def on_one_canvas(self) -> bool:
        """Whether all metrics are drawn on one canvas instead of beside each other."""
        return self.canvas.isChecked()

    def set_several(self, several: bool) -> None:
        """Whether several metrics are drawn, so that there is something to choose."""
        self.canvas.setEnabled(several)
        self.canvas.setToolTip(
            "Draw all metrics on one canvas" if several else "With two metrics or more: draw all on one canvas"
        )

    def show_look(self, look: HistoryLook) -> None:
        """Show what is chosen, without saying so."""
        self.look = look
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(look.smoothing * 100))
        self._number.setText(f"{look.smoothing:.2f}")
        self.popup.show_look(look)

    def settings(self) -> dict[str, Json]:
        """What a view keeps; empty while nothing was chosen."""
        look, usual = self.look, HistoryLook()
        kept: dict[str, Json] = {
            "x": look.x_mode,
            "log_x": look.log_x,
            "log_y": look.log_y,
            "smoothing": look.smoothing,
        }
        kept |= {"best": look.best, "band": look.band.value}
        kept = {} if look == usual else kept
        if self.on_one_canvas:
            kept["canvas"] = True
        if self.axes != "fit":
            kept["axes"] = self.axes
        return kept

    def restore(self, settings: Mapping[str, Json]) -> None:
        """Take up what fits of a view."""
        look = HistoryLook()
        if settings.get("x") in list(_MODES):
            look = replace(look, x_mode=settings["x"])
        if settings.get("best") in list(_BEST):
            look = replace(look, best=settings["best"])
        if settings.get("band") in [band.value for band in _BANDS]:
            look = replace(look, band=BandKind(settings["band"]))
        strength = settings.get("smoothing")
        if isinstance(strength, (int, float)) and 0 <= strength <= 0.99:
            look = replace(look, smoothing=round(float(strength), 2))
        axes = settings.get("axes")
        self.axes = axes if axes in list(_AXES) else "fit"
        self.popup.show_axes(self.axes)
        with QSignalBlocker(self.canvas):
            self.canvas.setChecked(settings.get("canvas") is True)
        self.show_look(replace(look, log_x=settings.get("log_x") is True, log_y=settings.get("log_y") is True))

    def _smooth(self, hundredths: int) -> None:
        self.look = replace(self.look, smoothing=hundredths / 100)
        self._number.setText(f"{self.look.smoothing:.2f}")
        self._rest.start()

    def _take(self) -> None:
        self.look = self.popup.taken(self.look)
        self.axes = self.popup.axes.currentData()
        self.look_changed.emit()

    def _tell_canvas(self, _on: bool) -> None:
        self.look_changed.emit()


class _Popup(QFrame):
    """Axes, mark of the best value, what runs are grouped by and what a group's band reaches over."""

    changed = Signal()

    def __init__(self, theme: Theme, anchor: QWidget) -> None:
        super().__init__(anchor, Qt.WindowType.Popup)
        self.setObjectName("history_popup")
        self.setAccessibleName("Axes, marked values and groups")
        self._anchor = anchor
        self.modes = _combo(self, "history_x", "Horizontal axis", _MODES)
        self.best = _combo(self, "history_best", "Marked value", _BEST)
        self.best.setToolTip("Best by each metric's direction, which the right button on its chart changes")
        self.band = _combo(self, "history_band", "Band of a group", {band.value: text for band, text in _BANDS.items()})
        self.axes = _combo(self, "history_axes", "Vertical axes of one canvas", _AXES)
        self.group = ColumnPicker("Group by", theme, none="nothing", parent=self)
        self.group.setObjectName("history_group")
        self.group.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.log_x = QCheckBox("Logarithmic x", self)
        self.log_y = QCheckBox("Logarithmic y", self)
        form = QFormLayout(self)
        form.setContentsMargins(GRID + 4, GRID + 4, GRID + 4, GRID + 4)
        form.setSpacing(GRID)
        form.addRow(PlainLabel("X", "muted", self), self.modes)
        form.addRow("", self.log_x)
        form.addRow("", self.log_y)
        form.addRow(PlainLabel("Y on one canvas", "muted", self), self.axes)
        form.addRow(PlainLabel("Mark", "muted", self), self.best)
        form.addRow(self.group)
        form.addRow(PlainLabel("Band", "muted", self), self.band)
        self.set_theme(theme)
        for combo in (self.modes, self.axes, self.best, self.band):
            combo.activated.connect(self.changed)
        for box, name in ((self.log_x, "history_log_x"), (self.log_y, "history_log_y")):
            box.setObjectName(name)
            box.toggled.connect(self.changed)

    def set_theme(self, theme: Theme) -> None:
        self.group.set_theme(theme)
        self.setStyleSheet(f"#history_popup {{ background: {theme.panel}; border: 1px solid {theme.line}; }}")

    def show_look(self, look: HistoryLook) -> None:
        self.modes.setCurrentIndex(self.modes.findData(look.x_mode))
        self.best.setCurrentIndex(self.best.findData(look.best))
        self.band.setCurrentIndex(self.band.findData(look.band.value))
        for box, wanted in ((self.log_x, look.log_x), (self.log_y, look.log_y)):
            with QSignalBlocker(box):
                box.setChecked(wanted)

    def show_axes(self, axes: Axes) -> None:
        self.axes.setCurrentIndex(self.axes.findData(axes))

    def taken(self, look: HistoryLook) -> HistoryLook:
        """`look` with what is chosen here."""
        return replace(
            look,
            x_mode=self.modes.currentData(),
            best=self.best.currentData(),
            band=BandKind(self.band.currentData()),
            log_x=self.log_x.isChecked(),
            log_y=self.log_y.isChecked(),
        )

    def open_below(self) -> None:
        """Show the popup under its button, right edges aligned, or above where there is no room."""
        self.adjustSize()
        at = self._anchor.mapToGlobal(QPoint(self._anchor.width() - self.width(), self._anchor.height() + 4))
        if at.y() + self.height() > self._anchor.screen().availableGeometry().bottom():
            at.setY(self._anchor.mapToGlobal(QPoint(0, -self.height() - 4)).y())
        self.move(at)
        self.show()
        self.modes.setFocus(Qt.FocusReason.PopupFocusReason)


def _combo(parent: QWidget, name: str, said: str, choices: Mapping[str, str]) -> QComboBox:
    combo = QComboBox(parent)
    combo.setObjectName(name)
    combo.setAccessibleName(said)
    for value, text in choices.items():
        combo.addItem(text, value)
    return combo

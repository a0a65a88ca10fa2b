"""A button that names the chosen metrics, and the popup in which a person checks others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.domain.text import plain_tooltip, visible
from bakehouse.itemmodels.indexes import Index
from bakehouse.itemmodels.metric_list import MetricListModel
from bakehouse.theme import Theme
from bakehouse.widgets.eliding_button import ElidingButton
from bakehouse.widgets.heading_delegate import HeadingDelegate, is_beside_box
from bakehouse.widgets.search_popup import SearchPopup

_SIZE = 320, 400
_CHARACTERS = 20
_NARROWEST = 104


class MetricChooser(ElidingButton):
    """Shows the names of the chosen metrics; what is checked in the popup takes effect at once. GUI thread."""

    metrics_chosen = Signal(object)
    """list[str]: at least one, where one is needed."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        name: str = "history_metrics",
        needs_one: bool = True,
    ) -> None:
        super().__init__(_NARROWEST, Qt.TextElideMode.ElideMiddle, parent)
        self.setObjectName(name)
        self._names: list[str] = []
        self._chosen: list[str] = []
        self.popup = _Popup(theme, self, needs_one=needs_one)
        self.popup.model.chosen_changed.connect(self._take)
        self.clicked.connect(self._open)
        self._say()

    def set_theme(self, theme: Theme) -> None:
        self.popup.set_theme(theme)

    def offer(self, names: Sequence[str], chosen: Sequence[str]) -> None:
        """Offer metrics, some of them chosen; an open popup stays as it is."""
        self._names, self._chosen = list(names), list(chosen)
        self._say()

    def _open(self) -> None:
        self.popup.open_below(self, self._names, self._chosen)

    def _take(self) -> None:
        self._chosen = self.popup.model.chosen
        self._say()
        self.metrics_chosen.emit(list(self._chosen))

    def _say(self) -> None:
        chosen = self._chosen
        self.setAccessibleName("Metrics: " + ", ".join(chosen[:20]))
        self.setToolTip(plain_tooltip("\n".join(chosen[:20]) or "Choose metrics"))
        more = f" +{len(chosen) - 1}" if len(chosen) > 1 else ""
        self.show_text(visible(chosen[0], _CHARACTERS) if chosen else "Metrics", more)


class _Popup(SearchPopup):
    """Search and list; a click beside a check box shows that metric alone."""

    def __init__(self, theme: Theme, parent: QWidget, *, needs_one: bool) -> None:
        super().__init__("metric_chooser", "Metrics", "Find metric", _SIZE, parent)
        self.model = MetricListModel(self, needs_one=needs_one)
        delegate = HeadingDelegate(theme, self)
        self.show_list(self.model, delegate, delegate)
        self.set_theme(theme)
        self.search.textChanged.connect(self.model.search)

    def open_below(self, anchor: QWidget, names: Sequence[str], chosen: Sequence[str]) -> None:
        """Show the popup at `anchor`."""
        self.search.clear()
        self.model.show(names, chosen)
        self.show_below(anchor)

    @override
    def first(self) -> Index:
        return self.model.first_key()

    @override
    def take(self, index: Index) -> None:
        name = self.model.key_at(index)
        if name is not None:
            self.model.choose_only(name)
            self.hide()

    @override
    def clicked(self, index: Index) -> None:
        name = self.model.key_at(index)
        if name is not None and is_beside_box(self.list, index):
            self.model.choose_only(name)

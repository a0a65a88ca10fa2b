"""What the plot panel tells each of its tabs, and what a tab may say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from bakehouse.analysis.columns import Ints
from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import ColumnKey
from bakehouse.exports.tables import TableSource
from bakehouse.personal.view_format import Json
from bakehouse.plots.drawing import Drawing
from bakehouse.store.handle import Store
from bakehouse.store.reading import Reader
from bakehouse.theme import GRID, Theme

TableMaker: TypeAlias = Callable[[Callable[[], Reader], Token], TableSource]
"""Makes a table in a task; the reader is asked for only when something has to be read."""


class PlotTab(QWidget):
    """One plot with its choosers (`tools`, which stand beside the tabs). GUI thread; made by the plot panel.

    A tab draws nothing and asks for nothing while it is not in front (`set_shown`).
    """

    title: ClassVar[str]
    """What it is called in files and views."""
    label: ClassVar[str] = ""
    """What stands on its tab, where that is shorter than its title."""

    status_changed = Signal()
    run_clicked = Signal(str, bool)
    """Run id; whether it adds to the selection."""
    run_hovered = Signal(str)
    """The run under the pointer, empty for none."""
    columns_wanted = Signal(object)
    """list[ColumnKey]: columns that shall be loaded before others."""
    said = Signal(str)
    settings_changed = Signal()
    """The person has chosen something that a view keeps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tools = QWidget()
        self.tool_row = QHBoxLayout(self.tools)
        self.tool_row.setContentsMargins(0, 0, 0, 0)
        self.tool_row.setSpacing(GRID)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        raise NotImplementedError

    def open(self, store: Store) -> None:
        """Read from this store from now on."""

    def close_store(self) -> None:
        """Forget the store; nothing is read after this."""

    def show_frame(self, frame: RunFrame, *, keep: bool) -> None:
        """Show other runs; with `keep` (a refresh) everything chosen and zoomed stays."""
        raise NotImplementedError

    def set_axes(self, axes: Sequence[ColumnKey]) -> None:
        """The most telling columns, to start with: params, then metrics, the foremost of them last."""

    def column_changed(self, key: ColumnKey) -> None:
        """A column has arrived or failed."""

    def show_rows(self, rows: Ints) -> None:
        """These runs (rows of the frame) are let through by the filter."""

    def show_selection(self, ids: Sequence[str]) -> None:
        """These runs are selected, in this order."""

    def show_hovered(self, run_id: str) -> None:
        """The pointer is over this run somewhere else (empty: over none)."""

    def refresh(self) -> None:
        """The store has changed: read again what is shown."""

    def set_shown(self, shown: bool) -> None:
        """Whether the tab is in front."""

    def settings(self) -> dict[str, Json]:
        """What the person has chosen here, to be kept in a view."""
        return {}

    def restore(self, settings: Mapping[str, Json]) -> None:
        """Take `settings` up as far as they fit these runs; they may come from a stranger's file."""

    def status(self) -> str:
        """What is drawn, counted; one sentence."""
        return ""

    def drawing(self) -> Drawing | None:
        """What is drawn, as a picture to keep; None while nothing is."""
        return None

    def data(self) -> TableMaker | None:
        """What makes a table of what is drawn; None while nothing is."""
        return None

    @property
    def file_name(self) -> str:
        """How its files are called at first, without ending."""
        return self.title.lower().replace(" ", "-")

    @property
    def columns(self) -> list[ColumnKey]:
        """The columns it draws."""
        return []

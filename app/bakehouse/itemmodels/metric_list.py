"""The metrics of some runs as a searchable list with check marks, system metrics apart."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from typing_extensions import override

from bakehouse.domain.text import visible
from bakehouse.itemmodels.checked_lines import CheckedLines
from bakehouse.itemmodels.indexes import Index

SYSTEM = "system/"


class MetricListModel(CheckedLines[str]):
    """Names of metrics, those of the system below a heading of their own; made for 12,000 of them."""

    def __init__(self, parent: QObject | None = None, *, needs_one: bool = True) -> None:
        """With `needs_one` the last checked metric stays checked."""
        super().__init__(parent)
        self._needs_one = needs_one
        self._all: list[tuple[str, str]] = []
        self._search = ""
        self._texts: dict[str, str] = {}

    @property
    def chosen(self) -> list[str]:
        """The checked metrics in the order in which they were."""
        return list(self.checked)

    def show(self, names: Sequence[str], chosen: Sequence[str]) -> None:
        """Offer these metrics, those of `chosen` checked and on top; the search is taken back."""
        self.checked = dict.fromkeys(chosen)
        first = [name for name in chosen if name in set(names)]
        self._all = [(name, name.casefold()) for name in dict.fromkeys([*first, *names])]
        self.search("")

    def search(self, text: str) -> None:
        """Show only metrics whose name contains `text`, without regard to case."""
        self._search = text.strip().casefold()
        self.beginResetModel()
        found = [name for name, folded in self._all if self._search in folded]
        self.lines = []
        for title, is_system in (("Metrics", False), ("System metrics", True)):
            names = [name for name in found if name.startswith(SYSTEM) is is_system]
            if names:
                self.lines.append((f"{title}  {len(names):,}", None))
                self.lines += [(self._text(name), name) for name in names]
        self.endResetModel()

    def choose_only(self, name: str) -> None:
        """Check this metric and no other."""
        self.checked = {name: None}
        self.tell_all()

    @override
    def toggle(self, index: Index) -> None:
        """Check or uncheck a metric."""
        name = self.key_at(index)
        if name is None:
            return
        if name in self.checked:
            if len(self.checked) > 1 or not self._needs_one:
                del self.checked[name]
        else:
            self.checked[name] = None
        self.tell_all()

    def _text(self, name: str) -> str:
        text = self._texts.get(name)
        if text is None:
            text = self._texts[name] = visible(name, 200)
        return text

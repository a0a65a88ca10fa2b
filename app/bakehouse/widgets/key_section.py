"""Params or metrics of one run: the first few, all on demand, a search when there are many, `system/...` folded."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from bakehouse.domain.text import counted, visible
from bakehouse.theme import Theme
from bakehouse.widgets.fact_list import Fact, FactList
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.search_field import SearchField
from bakehouse.widgets.sections import Section

_FEW = 8
_SEARCHED_FROM = 16
SYSTEM = "system/"


class KeySection(Section):
    """Facts in `rows`, those of the machine in `folded` below one line. Lists draw only what is in sight."""

    key_chosen = Signal(str)
    """A line was clicked."""
    menu_opening = Signal(object, object)
    """(Fact, QMenu) before the menu of a line is shown."""

    def __init__(self, title: str, noun: str, rows: FactList, folded: FactList, aside: str = "") -> None:
        self.rows, self.folded = rows, folded
        self._noun = noun
        self.search = SearchField()
        self.search.setObjectName(f"search_{noun}s")
        self.search.setPlaceholderText(f"Search {noun}s")
        self.search.setAccessibleName(f"Search {noun}s")
        self._none = PlainLabel("", "muted")
        self._none.setWordWrap(True)
        self.fold = QPushButton()
        self.fold.setObjectName(f"fold_{noun}s")
        self.fold.setProperty("link", "true")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self.search, rows, self._none, self.fold, folded):
            column.addWidget(part)
        rows.setAccessibleName(title.capitalize())
        folded.setAccessibleName(f"System {noun}s")
        super().__init__(title, body, aside)
        self._facts: list[Fact] = []
        self._system: list[Fact] = []
        self._all = self._unfolded = False
        self.link.clicked.connect(self._toggle)
        self.fold.clicked.connect(self._toggle_fold)
        self.search.textChanged.connect(self._fill)
        for one in (rows, folded):
            one.fact_clicked.connect(self.key_chosen)
            one.menu_opening.connect(self.menu_opening)

    def set_theme(self, theme: Theme) -> None:
        self.rows.set_theme(theme)
        self.folded.set_theme(theme)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show these; what is searched and unfolded stays so."""
        self._facts = [fact for fact in facts if not fact.name.startswith(SYSTEM)]
        self._system = [fact for fact in facts if fact.name.startswith(SYSTEM)]
        is_long = len(facts) >= _SEARCHED_FROM
        if not is_long:
            self.search.clear()
        self.search.setVisible(is_long)
        self._fill()
        self.setVisible(bool(facts))

    def _toggle(self) -> None:
        self._all = not self._all
        self._fill()

    def _toggle_fold(self) -> None:
        self._unfolded = not self._unfolded
        self._fill()

    def _fill(self) -> None:
        wanted = self.search.text().strip().casefold()
        facts, system = _matching(self._facts, wanted), _matching(self._system, wanted)
        many = len(facts) > _FEW + 2
        self.rows.show_facts(facts if self._all or not many else facts[:_FEW])
        self.rows.setVisible(bool(facts))
        more = "Show fewer" if self._all else f"Show all {len(facts):,}"
        self.offer(more if many else "")
        self._show_folded(system, opened=self._unfolded or bool(wanted))
        is_empty = bool(wanted) and not facts and not system
        self._none.setText(f"No {self._noun} matches “{visible(self.search.text(), 60)}”." if is_empty else "")
        self._none.setVisible(is_empty)

    def _show_folded(self, system: list[Fact], *, opened: bool) -> None:
        words = counted(len(system), f"{SYSTEM.rstrip('/')} {self._noun}")
        self.fold.setText(f"Hide {words}" if opened else f"Show {words}")
        self.fold.setVisible(bool(system))
        self.folded.show_facts(system if opened else [])
        self.folded.setVisible(opened and bool(system))


def _matching(facts: list[Fact], wanted: str) -> list[Fact]:
    if not wanted:
        return facts
    return [fact for fact in facts if wanted in fact.name.casefold() or wanted in fact.value.casefold()]

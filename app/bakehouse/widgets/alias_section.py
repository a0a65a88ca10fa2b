"""The aliases of a model version as chips, given and taken in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from bakehouse.domain.text import visible
from bakehouse.registry.names import alias_problem
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.chips import ChipList
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.sections import Section

_UNABLE = "Stores of MLflow before 2.3 have no aliases."


class AliasSection(Section):
    """Tells what is wanted, never writes. An alias that another version has moves here, and that is said beforehand.

    GUI thread.
    """

    set_requested = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, theme: Theme) -> None:
        self.chips = ChipList(theme)
        self.chips.setAccessibleName("Aliases")
        self.chips.set_clickable(True)
        self.add = QPushButton("Add alias")
        self.add.setObjectName("add_alias")
        self.add.setProperty("link", "true")
        self._none = PlainLabel("No aliases.", "muted")
        self.name = QLineEdit()
        self.name.setObjectName("alias_name")
        self.name.setAccessibleName("Alias")
        self.name.setPlaceholderText("champion")
        self.news = PlainLabel("", "muted")
        self.news.setObjectName("alias_news")
        self.news.setWordWrap(True)
        self.save = QPushButton("Save")
        self.save.setObjectName("alias_save")
        self.save.setProperty("primary", "true")
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("alias_cancel")
        self._editor = QWidget()
        body = QWidget()
        self._lay_out(body)
        super().__init__("ALIASES", body)
        self._aliases: list[str] = []
        self._taken: Mapping[str, int] = {}
        self._refusal = ""
        self._editor.hide()
        self._connect()

    def _lay_out(self, body: QWidget) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self.save)
        inside = QVBoxLayout(self._editor)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        inside.addWidget(self.name)
        inside.addWidget(self.news)
        inside.addLayout(buttons)
        last = QHBoxLayout()
        last.addWidget(self._none)
        last.addStretch(1)
        last.addWidget(self.add)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID - 2)
        column.addWidget(self.chips)
        column.addWidget(self._editor)
        column.addLayout(last)

    def _connect(self) -> None:
        self.chips.chip_clicked.connect(self._open_chip)
        self.chips.menu_requested.connect(self._open_menu)
        self.add.clicked.connect(self.begin)
        self.name.textChanged.connect(self._tell)
        self.name.returnPressed.connect(self._save)
        self.save.clicked.connect(self._save)
        self._cancel.clicked.connect(self._leave)
        escape = QShortcut(QKeySequence("Esc"), self._editor)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._leave)

    def set_theme(self, theme: Theme) -> None:
        self.chips.set_theme(theme)

    def show_aliases(self, aliases: Sequence[str], taken: Mapping[str, int], refusal: str, *, able: bool) -> None:
        """Show a version's aliases; `taken` says which version has each alias of the model. `refusal` says why none can
        be changed now, `able` whether the store has aliases at all."""
        if list(aliases) != self._aliases:
            self._leave()
        self._aliases, self._taken = list(aliases), taken
        self._refusal = refusal if able else _UNABLE
        self.chips.show_texts([f"@{alias}" for alias in aliases])
        self.chips.setVisible(bool(aliases))
        self._none.setVisible(not aliases)
        self.add.setEnabled(not self._refusal)
        self.add.setToolTip(self._refusal)
        self._tell()

    def forget(self) -> None:
        """Another version or store: nothing is typed for it yet."""
        self._leave()

    def begin(self) -> None:
        """Offer a new alias."""
        self._editor.show()
        self.add.hide()
        self._tell()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self) -> None:
        alias = self.name.text()
        problem = alias_problem(alias) if alias else ""
        sentence = problem or ""
        if not problem and alias in self._aliases:
            sentence = "This version has that alias already."
        elif not problem and alias in self._taken:
            sentence = f"Version {self._taken[alias]} has it now; it moves here."
        self.news.setText(sentence)
        self.news.set_role("bad" if problem else "muted")
        self.news.setVisible(bool(sentence))
        self.save.setEnabled(bool(alias) and not problem and alias not in self._aliases and not self._refusal)
        self.save.setToolTip(self._refusal)

    def _save(self) -> None:
        if self.save.isEnabled():
            self.set_requested.emit(self.name.text())

    def _leave(self) -> None:
        self._editor.hide()
        self.add.show()
        self.name.clear()

    def _open_chip(self, place: int) -> None:
        self._open_menu(place, self.chips.mapToGlobal(self.chips.rect().bottomLeft()))

    def _open_menu(self, place: int, where: QPoint) -> None:
        alias = self._aliases[place]
        menu = QMenu(self)
        menu.setObjectName("alias_menu")
        copy = menu.addAction(f"Copy @{visible(alias, 40)}")
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(alias))
        menu.addSeparator()
        remove = menu.addAction("Remove alias")
        remove.setEnabled(not self._refusal)
        remove.triggered.connect(lambda: self.delete_requested.emit(alias))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

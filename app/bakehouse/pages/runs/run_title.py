"""The name at the head of the inspector, renamed in place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.domain.edits import RenameRun
from bakehouse.domain.limits import run_name_problem
from bakehouse.domain.runs import RunDetails
from bakehouse.theme import Theme
from bakehouse.widgets.icons import icon
from bakehouse.widgets.labels import ElidedLabel, PlainLabel


class RunTitle(QWidget):
    """A double-click or the pencil makes it a field; Enter asks for the new name, Escape leaves the old one.

    The field stays until the store holds what was asked for, so a refused edit loses nothing; a name that was typed and
    not saved waits for its run to be looked at again. GUI thread.
    """

    edit_requested = Signal(object)
    """A RenameRun."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run_id = self._name = self._refusal = ""
        self._drafts: dict[str, str] = {}
        self.label = ElidedLabel("", "title")
        self.label.setObjectName("inspector_title")
        self.label.installEventFilter(self)
        self.pencil = QToolButton()
        self.pencil.setObjectName("rename_run")
        self.pencil.setAccessibleName("Rename the run")
        self.field = QLineEdit()
        self.field.setObjectName("run_name")
        self.field.setAccessibleName("Name of the run")
        self._problem = PlainLabel("", "bad")
        self._problem.setWordWrap(True)
        self._problem.hide()
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.label, 1)
        row.addWidget(self.pencil)
        self._layers = QStackedWidget()
        self._layers.addWidget(head)
        self._layers.addWidget(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._layers)
        column.addWidget(self._problem)
        self.set_theme(theme)
        self.pencil.clicked.connect(self.begin)
        self.field.returnPressed.connect(self._ask)
        self.field.textEdited.connect(self._keep)
        escape = QShortcut(QKeySequence("Esc"), self.field)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        escape.activated.connect(self._leave)

    def set_theme(self, theme: Theme) -> None:
        self.pencil.setIcon(icon("pencil", theme, 16))

    def show_run(self, details: RunDetails, refusal: str) -> None:
        """Show the run's name; `refusal` says why it cannot be renamed now, empty when it can."""
        is_other = details.run_id != self._run_id
        self._run_id, self._name, self._refusal = details.run_id, details.name, refusal
        self.label.setText(details.name or details.run_id)
        self.pencil.setEnabled(not refusal)
        self.pencil.setToolTip(refusal or "Rename (double-click the name)")
        draft = self._drafts.get(self._run_id)
        if draft is None or draft == self._name:
            # A field that was opened and not yet typed in stays open while its run is only read again.
            if is_other or draft is not None:
                self._drafts.pop(self._run_id, None)
                self._close()
        elif self.field.text() != draft or self._layers.currentIndex() == 0:
            self._open(draft)

    def forget(self) -> None:
        """Another store is opened: its runs have no drafts here."""
        self._drafts.clear()

    def begin(self) -> None:
        """Offer the name for editing."""
        if self._run_id and not self._refusal:
            self._open(self._name)
            self.field.selectAll()
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self, text: str) -> None:
        self.field.setText(text)
        self._layers.setCurrentIndex(1)

    def _close(self) -> None:
        self._problem.hide()
        self._layers.setCurrentIndex(0)

    def _leave(self) -> None:
        self._drafts.pop(self._run_id, None)
        self._close()

    def _keep(self, text: str) -> None:
        self._drafts[self._run_id] = text
        self._problem.hide()

    def _ask(self) -> None:
        name = self.field.text()
        if name == self._name:
            self._leave()
            return
        problem = run_name_problem(name)
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        if not problem:
            self.edit_requested.emit(RenameRun(self._run_id, name))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.label and event.type() == QEvent.Type.MouseButtonDblClick:
            self.begin()
            return True
        return super().eventFilter(watched, event)

"""The commands that edit runs and experiments: what they are about, and what the sidebar lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from bakehouse.actions import Context
from bakehouse.domain.changes import Changes, EditDone
from bakehouse.itemmodels.selection import RunSelection
from bakehouse.pages.runs.editing import EXPERIMENT_EDITS, RUN_EDITS, RunEditing
from bakehouse.pages.runs.sidebar import ExperimentSidebar
from bakehouse.pages.session import Session
from bakehouse.store.run_edits import LIFECYCLE

MENU_COMMANDS = ("runs.rename", "runs.tags", "runs.note", "runs.delete", "runs.restore")


class EditCommands(QObject):
    """Owned by the runs page: turns its commands into edit requests, and keeps pins and what the sidebar lists."""

    requested = Signal(str, object)
    """An edit request for the window."""
    context_changed = Signal()
    lifecycle_changed = Signal()
    """Deleted runs shall be shown instead of active ones, or the other way round."""

    def __init__(self, selection: RunSelection, sidebar: ExperimentSidebar, parent: QObject) -> None:
        super().__init__(parent)
        self.editing = RunEditing(self)
        self._selection = selection
        self._sidebar = sidebar
        self._session: Session | None = None
        self._wants_deleted = False
        self.editing.changed.connect(self._let_go)
        sidebar.deleted_toggled.connect(self.toggle_deleted_experiments)

    def open(self, session: Session) -> None:
        """Another store."""
        self._session = session
        self.editing.set_session(session)
        self._wants_deleted = False
        self._sidebar.show_deleted(False)
        self._sidebar.pin(session.settings.pins(session.store.path))

    def close_store(self) -> None:
        self._session = None
        self.editing.set_session(None)

    @property
    def shows_deleted(self) -> bool:
        """Whether deleted runs are to be shown: asked for, or because the chosen experiments are deleted themselves."""
        chosen = self._sidebar.chosen_experiments
        return self._wants_deleted or (bool(chosen) and all(one.lifecycle_stage == "deleted" for one in chosen))

    @property
    def edits(self) -> frozenset[str]:
        """The action ids whose edits are carried out here."""
        return RUN_EDITS | EXPERIMENT_EDITS

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """The commands answered here."""
        of_runs = {name: partial(self._request_for_runs, name) for name in MENU_COMMANDS}
        named = ("rename", "describe", "tags", "delete", "restore")
        of_experiments = {f"experiments.{name}": partial(self._request_for_experiment, name) for name in named}
        return {
            **of_runs,
            **of_experiments,
            "experiments.create": partial(self.requested.emit, "experiments.create", None),
            "runs.deleted": self.toggle_deleted_runs,
            "experiments.pin": self.toggle_pin,
            "experiments.show_deleted": self.toggle_deleted_experiments,
        }

    def context(self, context: Context) -> Context:
        """`context` with what the sidebar knows."""
        chosen = self._sidebar.chosen_experiments
        one = chosen[0] if len(chosen) == 1 else None
        return replace(
            context,
            deleted_runs=self.shows_deleted,
            selected_experiments=len(chosen),
            experiment_deleted=one is not None and one.lifecycle_stage == "deleted",
            experiment_pinned=one is not None and one.experiment_id in self._sidebar.model.pins,
            shows_deleted_experiments=self._sidebar.model.shows_deleted,
        )

    def toggle_deleted_runs(self) -> None:
        """Show deleted runs instead of active ones, or active ones again."""
        self._wants_deleted = not self.shows_deleted
        self.lifecycle_changed.emit()
        self.context_changed.emit()

    def toggle_pin(self) -> None:
        """Pin the chosen experiment, or let it go."""
        chosen = self._sidebar.selected
        if self._session is not None and len(chosen) == 1:
            pins = sorted(self._sidebar.model.pins ^ frozenset(chosen))
            self._session.settings.remember_pins(self._session.store.path, pins)
            self._sidebar.pin(pins)
            self.context_changed.emit()

    def toggle_deleted_experiments(self) -> None:
        """List deleted experiments in the sidebar, or no more."""
        before = self._sidebar.selected
        self._sidebar.show_deleted(not self._sidebar.model.shows_deleted)
        active = self._sidebar.model.active
        if before and not self._sidebar.selected and active:
            # The deleted one that was shown is hidden now.
            self._sidebar.select([max(active, key=lambda one: one.active_runs).experiment_id])
        self.context_changed.emit()

    def _let_go(self, changes: Changes) -> None:
        """Runs that went to the other side (deleted or restored) are selected no more."""
        if isinstance(changes, EditDone) and changes.undo is not None:
            moved = {
                str(key[-1]) for rows in changes.undo.changes if rows.columns == LIFECYCLE for key, _, _ in rows.rows
            }
            if moved & set(self._selection.ids):
                self._selection.set([run_id for run_id in self._selection.ids if run_id not in moved])

    def _request_for_runs(self, what: str) -> None:
        if self._selection.ids:
            self.requested.emit(what, tuple(sorted(self._selection.ids)))

    def _request_for_experiment(self, name: str) -> None:
        chosen = self._sidebar.selected
        if len(chosen) == 1:
            self.requested.emit(f"experiments.{name}", chosen[0])

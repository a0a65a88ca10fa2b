"""Editing runs and experiments as the person goes through it: read, ask, write, say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.dialogs.edit_tags import EditTagsDialog
from bakehouse.dialogs.experiment_tags import ExperimentTagsDialog
from bakehouse.dialogs.lifecycle import LifecycleDialog, gc_command
from bakehouse.dialogs.message import MessageDialog
from bakehouse.dialogs.new_experiment import NewExperimentDialog
from bakehouse.dialogs.question import QuestionDialog
from bakehouse.dialogs.text_answer import NameDialog, NoteDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import Changes
from bakehouse.domain.edits import (
    NOTE_TAG,
    AddArtifacts,
    DeleteExperiment,
    DeleteRuns,
    DeleteTag,
    DescribeExperiment,
    Edit,
    ExperimentEdit,
    RenameExperiment,
    RenameRun,
    RestoreExperiment,
    RestoreRuns,
    RunEdit,
    SetNote,
)
from bakehouse.domain.limits import experiment_name_problem, run_name_problem
from bakehouse.domain.runs import Experiment
from bakehouse.domain.text import counted, visible
from bakehouse.pages.editing import EditRoom
from bakehouse.pages.runs.adding import ADD, ArtifactAdding
from bakehouse.pages.session import Session
from bakehouse.store.edit_facts import RunEditFacts, count_children, read_experiment, read_run_facts, value_limit
from bakehouse.store.experiment_edits import edit_experiments
from bakehouse.store.experiments import list_experiments
from bakehouse.store.handle import Store
from bakehouse.store.run_edits import edit_runs
from bakehouse.store.writing import Writer

RUN_EDITS = frozenset({"runs.rename", "runs.tags", "runs.note", "runs.delete", "runs.restore", ADD})
EXPERIMENT_EDITS = frozenset(
    f"experiments.{what}" for what in ("create", "rename", "describe", "tags", "delete", "restore")
)

_SHOWN = 60
_TITLES = {DeleteRuns: "Deleting runs", RestoreRuns: "Restoring runs", DeleteTag: "Removing the tag"}

RunIds = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of the experiment that is asked about."""

    experiment: Experiment | None
    tags: Mapping[str, str]
    names: frozenset[str]
    """Of all experiments of the store."""
    value_limit: int


class RunEditing(EditRoom):
    """Owned by the runs page; the window has asked for editing mode before it gets here. GUI thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("runs", parent)
        self.adding = ArtifactAdding("runs.add", self)
        self.adding.said.connect(self.said)

    @override
    def set_session(self, session: Session | None) -> None:
        super().set_session(session)
        self.adding.set_session(session)

    def begin(self, what: str, argument: object, window: QWidget) -> None:
        """Do a complete edit; or ask about the runs (tuple of ids) or the experiment (id) that `what` is about."""
        if isinstance(argument, AddArtifacts):
            self.adding.begin(argument, window)
        elif isinstance(argument, Edit):
            self.carry_out(window, argument)
        elif what in RUN_EDITS and isinstance(argument, tuple) and argument:
            self._begin_runs(what, argument, window)
        elif what == "experiments.create":
            self.read(_read_names, partial(self._ask_new, window), window, "Reading", "Not read")
        elif what in EXPERIMENT_EDITS and isinstance(argument, int):
            ask = partial(self._ask_experiment, what, window)
            self.read(partial(_read_experiment, argument), ask, window, "Reading", "The experiment could not be read")

    def carry_out(self, window: QWidget, edit: Edit) -> None:
        """Write it."""
        self.write(window, _TITLES.get(type(edit), "Writing"), partial(_edit, edit))

    # Runs

    def _begin_runs(self, what: str, run_ids: RunIds, window: QWidget) -> None:
        if what == "runs.restore":
            self.carry_out(window, RestoreRuns(run_ids))
        elif what == "runs.delete":
            ask = partial(self._ask_delete, run_ids, window)
            self.read(partial(_count_children, run_ids), ask, window, "Looking for children", "Not read")
        else:
            ask_of = {"runs.rename": self._ask_name, "runs.tags": self._ask_tags, "runs.note": self._ask_note}
            work = partial(_read_facts, run_ids)
            self.read(
                work, partial(ask_of[what], run_ids, window), window, "Reading tags", "The runs could not be read"
            )

    def _ask_name(self, run_ids: RunIds, window: QWidget, facts: RunEditFacts) -> None:
        dialog = NameDialog("Rename run", run_ids[0], facts.name, "Rename", partial(_plan_run_name, facts.name), window)
        dialog.decided.connect(partial(self._rename_run, window, run_ids[0]))
        self.ask(dialog)

    def _rename_run(self, window: QWidget, run_id: str, name: str) -> None:
        self.carry_out(window, RenameRun(run_id, name))

    def _ask_tags(self, run_ids: RunIds, window: QWidget, facts: RunEditFacts) -> None:
        self._ask_edit(EditTagsDialog(run_ids, _subject(facts), facts, window), window)

    def _ask_note(self, run_ids: RunIds, window: QWidget, facts: RunEditFacts) -> None:
        note = facts.note
        text = (note.value or "") if note is not None else ""
        dialog = NoteDialog("Note", _subject(facts), text, partial(_plan_note, facts), window)
        dialog.decided.connect(partial(self._set_note, window, run_ids))
        self.ask(dialog)

    def _set_note(self, window: QWidget, run_ids: RunIds, text: str) -> None:
        self.carry_out(window, SetNote(run_ids, text))

    def _ask_delete(self, run_ids: RunIds, window: QWidget, children: int) -> None:
        if self.session is None:
            return
        one = len(run_ids) == 1
        runs = counted(len(run_ids), "run")
        sentence = (
            f"{'It is' if one else 'They are'} marked as deleted and no longer listed; “Show deleted runs” finds "
            f"{'it' if one else 'them'}, and {'it' if one else 'they'} can be restored. Files stay where they are."
        )
        if children:
            sentence += f" {counted(children, 'child run')} {'is' if children == 1 else 'are'} not touched."
        dialog = LifecycleDialog(
            f"Delete {runs}?",
            run_ids[0] if one else "The selected runs",
            sentence,
            f"Delete {runs}",
            DeleteRuns(run_ids),
            gc_command(self.session.store.path, run_ids=run_ids),
            window,
        )
        self._ask_edit(dialog, window)

    # Experiments

    def _ask_new(self, window: QWidget, names: Sequence[str]) -> None:
        self._ask_edit(NewExperimentDialog(names, window), window)

    def _ask_experiment(self, what: str, window: QWidget, asked: _Asked) -> None:
        experiment = asked.experiment
        if self.session is None:
            return
        if experiment is None:
            self.show(MessageDialog("Gone", "This experiment is not in the store any more.", window))
            return
        number, name = experiment.experiment_id, visible(experiment.name, _SHOWN)
        if what == "experiments.rename":
            plan = partial(_plan_experiment_name, experiment.name, asked.names)
            naming = NameDialog("Rename experiment", name, experiment.name, "Rename", plan, window)
            naming.decided.connect(partial(self._make, window, partial(RenameExperiment, number)))
            self.ask(naming)
        elif what == "experiments.describe":
            plan = partial(_plan_description, asked)
            describing = NoteDialog("Description", name, asked.tags.get(NOTE_TAG, ""), plan, window)
            describing.decided.connect(partial(self._make, window, partial(DescribeExperiment, number)))
            self.ask(describing)
        elif what == "experiments.tags":
            theme = self.session.themes.theme
            self._ask_edit(ExperimentTagsDialog(number, name, asked.tags, asked.value_limit, theme, window), window)
        elif what == "experiments.delete":
            self._ask_edit(
                _deletion(experiment, gc_command(self.session.store.path, experiment_ids=[number]), window), window
            )
        elif what == "experiments.restore":
            self._ask_edit(_restoration(experiment, window), window)

    def _make(self, window: QWidget, make: Callable[[str], Edit], text: str) -> None:
        self.carry_out(window, make(text))

    def _ask_edit(self, dialog: QuestionDialog, window: QWidget) -> None:
        """Ask a question whose answer is the edit itself."""
        dialog.decided.connect(partial(self.carry_out, window))
        self.ask(dialog)


def _deletion(experiment: Experiment, command: str, window: QWidget) -> LifecycleDialog:
    name, active = visible(experiment.name, _SHOWN), experiment.active_runs
    runs = f"its {counted(active, 'run')}" if active else "no active runs"
    sentence = (
        f"It is marked as deleted, with {runs}; “Show deleted experiments” finds it, and it can be restored. "
        "Files stay where they are."
    )
    if experiment.deleted_runs:
        sentence += f" {counted(experiment.deleted_runs, 'run')} in it were deleted before."
    edit = DeleteExperiment(experiment.experiment_id)
    return LifecycleDialog("Delete experiment?", name, sentence, "Delete experiment", edit, command, window)


def _restoration(experiment: Experiment, window: QWidget) -> LifecycleDialog:
    runs = experiment.deleted_runs + experiment.active_runs
    sentence = (
        f"Brings it back with all its {counted(runs, 'run')}: MLflow restores every run of an experiment, also those "
        "that had been deleted one by one before it."
        if runs
        else "Brings it back; it has no runs."
    )
    edit = RestoreExperiment(experiment.experiment_id)
    name = visible(experiment.name, _SHOWN)
    return LifecycleDialog("Restore experiment?", name, sentence, "Restore experiment", edit, "", window)


def _subject(facts: RunEditFacts) -> str:
    return facts.name if facts.runs == 1 else counted(facts.runs, "run")


def _plan_run_name(before: str, name: str) -> tuple[str, bool]:
    if name == before:
        return "This is its name now.", False
    problem = run_name_problem(name)
    return problem or "Changes the run's name, and the tag mlflow.runName with it.", not problem


def _plan_experiment_name(before: str, names: frozenset[str], name: str) -> tuple[str, bool]:
    if name == before:
        return "This is its name now.", False
    problem = experiment_name_problem(name)
    if not problem and name in names:
        problem = "Another experiment of this store, perhaps a deleted one, has this name already."
    return problem or "Scripts that log by the old name will make a new experiment of that name.", not problem


def _plan_note(facts: RunEditFacts, text: str) -> tuple[str, bool]:
    if len(text) > facts.value_limit:
        return f"The note has {len(text):,} characters; this store takes {facts.value_limit:,}.", False
    runs = "the run" if facts.runs == 1 else counted(facts.runs, "run")
    note = facts.note
    if not facts.counted:
        return f"Writes the note of {runs}, in place of notes that they may have.", True
    if note is not None and facts.runs == 1 and text == note.value:
        return "This is its note now.", False
    if note is None or facts.runs == 1:
        return f"Writes the note of {runs}.", True
    return f"Writes the note of {runs}; {note.runs:,} of them have a note now, which is replaced.", True


def _plan_description(asked: _Asked, text: str) -> tuple[str, bool]:
    if len(text) > asked.value_limit:
        return f"The description has {len(text):,} characters; this store takes {asked.value_limit:,}.", False
    if text == asked.tags.get(NOTE_TAG, ""):
        return "This is its description now.", False
    return "Writes the description of the experiment.", True


def _edit(edit: Edit, writer: Writer) -> Changes:
    if isinstance(edit, RunEdit):
        return edit_runs(writer, edit)
    assert isinstance(edit, ExperimentEdit)
    return edit_experiments(writer, edit)


def _read_facts(run_ids: RunIds, store: Store, token: Token) -> RunEditFacts:
    return read_run_facts(store.reader(), run_ids, token)


def _count_children(run_ids: RunIds, store: Store, token: Token) -> int:
    return count_children(store.reader(), run_ids, token)


def _read_names(store: Store, token: Token) -> list[str]:
    return [one.name for one in list_experiments(store.reader(), token)]


def _read_experiment(experiment_id: int, store: Store, token: Token) -> _Asked:
    reader = store.reader()
    found, tags = read_experiment(reader, experiment_id, token)
    names = frozenset(_read_names(store, token))
    return _Asked(found, tags, names, value_limit(reader, token, "experiment_tags"))

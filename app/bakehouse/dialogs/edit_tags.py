"""The question of a tag of runs: which key, set to what or removed, on how many."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.dialogs.tag_question import SYSTEM, TagQuestion
from bakehouse.domain.edits import RUN_NAME_TAG, DeleteTag, SetTag
from bakehouse.domain.limits import run_name_problem
from bakehouse.domain.text import counted, visible
from bakehouse.store.edit_facts import RunEditFacts

_SHOWN = 60


class EditTagsDialog(TagQuestion):
    """Asks about one tag of the runs `run_ids`; `decided` carries a SetTag or DeleteTag."""

    def __init__(
        self, run_ids: tuple[str, ...], subject: str, facts: RunEditFacts, parent: QWidget | None = None
    ) -> None:
        hint = "A key of these runs, or a new one" if facts.runs > 1 else "A key of this run, or a new one"
        super().__init__("edit_tags", "Edit tags", hint, facts.value_limit, parent)
        self._run_ids = run_ids
        self._facts = facts
        self.ask_about(subject, (use.key for use in facts.tags if not use.key.startswith(SYSTEM)))

    @property
    @override
    def edit(self) -> SetTag | DeleteTag:
        if self.removes:
            return DeleteTag(self._run_ids, self.key)
        return SetTag(self._run_ids, self.key, self.value)

    @override
    def present(self, key: str) -> tuple[bool, str | None]:
        use = self._facts.use(key)
        return use is not None, use.value if use is not None else None

    @override
    def value_problem(self) -> str:
        return run_name_problem(self.value) if self.key == RUN_NAME_TAG else super().value_problem()

    @override
    def consequence_of(self, key: str) -> str:
        named, runs, use = f"“{visible(key, _SHOWN)}”", counted(self._facts.runs, "run"), self._facts.use(key)
        if self.removes:
            there = f"the {counted(use.runs, 'run')}" if use is not None and self._facts.counted else "those"
            carry = "carries" if use is not None and use.runs == 1 else "carry"
            return f"Removes {named} from {there} of {runs} that {carry} it."
        sentence = f"Sets {named} on {runs}"
        if use is None:
            return f"{sentence}."
        if not self._facts.counted:
            return f"{sentence}, in place of the value that some may carry."
        carry = "carries" if use.runs == 1 else "carry"
        some = f"{use.runs:,} of them {carry}" if use.runs < self._facts.runs else "all of them carry"
        if self._facts.runs == 1:
            some = "it carries"
        return f"{sentence}; {some} it now, and the value there is replaced."

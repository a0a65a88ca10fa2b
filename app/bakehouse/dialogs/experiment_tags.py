"""The tags of an experiment: which there are, and one to set, change or remove."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.dialogs.question import Sections
from bakehouse.dialogs.tag_question import TagQuestion
from bakehouse.domain.edits import NOTE_TAG, DeleteExperimentTag, SetExperimentTag
from bakehouse.domain.text import visible
from bakehouse.theme import Theme
from bakehouse.widgets.fact_list import Fact, FactList

_SHOWN = 60
_LINES = 6


class ExperimentTagsDialog(TagQuestion):
    """`decided` carries a SetExperimentTag or DeleteExperimentTag. The description is asked for elsewhere."""

    def __init__(
        self,
        experiment_id: int,
        subject: str,
        tags: Mapping[str, str],
        limit: int,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        hint = "A key of this experiment, or a new one"
        super().__init__("experiment_tags", "Tags of the experiment", hint, limit, parent)
        self._experiment_id = experiment_id
        self._tags = tags
        own = {key: value for key, value in tags.items() if key != NOTE_TAG}
        self.listed = FactList(theme)
        self.listed.setObjectName("experiment_tag_list")
        self.listed.setAccessibleName("Tags of the experiment")
        self.listed.set_clickable(True)
        self.listed.show_facts([Fact(visible(key, _SHOWN), value, full=value) for key, value in own.items()])
        self._keys = list(own)
        self.listed.fact_clicked.connect(self._choose_shown)
        above: Sections = (("TAGS", (_scrolled(self.listed),)),) if own else ()
        self.ask_about(subject, own, above)

    def _choose_shown(self, name: str) -> None:
        self.choose(next((key for key in self._keys if visible(key, _SHOWN) == name), name))

    @property
    @override
    def edit(self) -> SetExperimentTag | DeleteExperimentTag:
        if self.removes:
            return DeleteExperimentTag(self._experiment_id, self.key)
        return SetExperimentTag(self._experiment_id, self.key, self.value)

    @override
    def present(self, key: str) -> tuple[bool, str | None]:
        return key in self._tags, self._tags.get(key)

    @property
    @override
    def changes(self) -> bool:
        return self.removes or self._tags.get(self.key) != self.value

    @override
    def consequence_of(self, key: str) -> str:
        named, before = f"“{visible(key, _SHOWN)}”", self._tags.get(key)
        if self.removes:
            return f"Removes {named} from the experiment; its runs are not touched."
        if before is None:
            return f"Sets {named} on the experiment; its runs are not touched."
        if before == self.value:
            return f"{named} has this value now."
        return f"Sets {named} on the experiment, in place of “{visible(before, _SHOWN)}”."


def _scrolled(listed: FactList) -> QWidget:
    """At most a few lines high; more are scrolled to."""
    area = QScrollArea()
    area.setObjectName("experiment_tag_area")
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    ground = QWidget()
    ground.setObjectName("panel")
    column = QVBoxLayout(ground)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(listed)
    column.addStretch(1)
    area.setWidget(ground)
    line = listed.height() // max(len(listed.facts), 1)
    area.setFixedHeight(line * min(len(listed.facts), _LINES))
    return area

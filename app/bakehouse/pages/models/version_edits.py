"""What of a version is changed in place: description, tags, aliases."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from bakehouse.domain.models import ModelVersion, RegisteredModel
from bakehouse.domain.registry_edits import DeleteAlias, DeleteVersionTag, DescribeVersion, SetAlias, SetVersionTag
from bakehouse.theme import Theme
from bakehouse.widgets.alias_section import AliasSection
from bakehouse.widgets.description_section import DescriptionSection
from bakehouse.widgets.sections import Section
from bakehouse.widgets.tag_section import TagSection

DESCRIPTION_CHARACTERS = 5000
"""Width of `model_versions.description` in every schema from 1.30 on."""


class VersionEdits(QObject):
    """Owned by the version page, which puts the sections into its columns. GUI thread."""

    edit_requested = Signal(object)
    """One of `domain.registry_edits`."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.description = DescriptionSection(theme)
        self.tags = TagSection(theme)
        self.aliases = AliasSection(theme)
        self._version: ModelVersion | None = None
        self.description.save_requested.connect(self._describe)
        self.tags.set_requested.connect(self._set_tag)
        self.tags.delete_requested.connect(self._delete_tag)
        self.aliases.set_requested.connect(self._set_alias)
        self.aliases.delete_requested.connect(self._delete_alias)

    @property
    def sections(self) -> tuple[Section, ...]:
        """In their order below each other."""
        return self.description, self.aliases, self.tags

    def set_theme(self, theme: Theme) -> None:
        for section in (self.description, self.tags, self.aliases):
            section.set_theme(theme)

    def forget(self) -> None:
        """Another store is opened."""
        self._version = None
        for section in (self.description, self.tags, self.aliases):
            section.forget()

    def show_version(
        self,
        model: RegisteredModel,
        version: ModelVersion,
        tags: list[tuple[str, str]],
        *,
        tag_characters: int,
        has_aliases: bool,
        refusal: str,
    ) -> None:
        """Show what can be changed of this version, of its tags only these; `refusal` says why nothing can be."""
        key = version.workspace, version.name, version.version
        before, self._version = self._version, version
        if before is None or (before.workspace, before.name, before.version) != key:
            self.aliases.forget()
        taken = {alias: one.version for one in model.versions for alias in one.aliases}
        self.description.show_text(key, version.description, DESCRIPTION_CHARACTERS, refusal)
        self.tags.show_tags(key, tags, tag_characters, refusal)
        self.aliases.show_aliases(version.aliases, taken, refusal, able=has_aliases)

    def _describe(self, text: str) -> None:
        one = self._version
        if one is not None:
            self.edit_requested.emit(DescribeVersion(one.name, one.version, text, one.workspace))

    def _set_tag(self, key: str, value: str) -> None:
        one = self._version
        if one is not None:
            self.edit_requested.emit(SetVersionTag(one.name, one.version, key, value, one.workspace))

    def _delete_tag(self, key: str) -> None:
        one = self._version
        if one is not None:
            self.edit_requested.emit(DeleteVersionTag(one.name, one.version, key, one.workspace))

    def _set_alias(self, alias: str) -> None:
        one = self._version
        if one is not None:
            self.edit_requested.emit(SetAlias(one.name, alias, one.version, one.workspace))

    def _delete_alias(self, alias: str) -> None:
        one = self._version
        if one is not None:
            self.edit_requested.emit(DeleteAlias(one.name, alias, one.workspace))

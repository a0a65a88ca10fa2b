"""The programs that load the shown version, as far as its files are known."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bakehouse.domain.loading_snippets import Address, Snippet, addresses_of, is_nameable, loading_snippets
from bakehouse.domain.models import ModelVersion
from bakehouse.pages.models.version_reading import CardReading
from bakehouse.widgets.snippet_view import SnippetView

_UNNAMEABLE = "MLflow finds no model by a name with /, : or ? in it, only its folder."
_MOVED = "The files do not lie where the store says, so MLflow finds them only by their folder."
_UNREAD = "The MLmodel file could not be read, so these are the general ways."


class VersionSnippets(SnippetView):
    """Owned by the version page. GUI thread."""

    def show_version(self, version: ModelVersion, store: Path, found: CardReading | None) -> None:
        """Show the programs for `version` of the SQLite file `store`; `found` is None while its files are looked at."""
        location = found.location if found is not None else None
        is_here = location is not None and location.path is not None and not location.remote
        is_moved = location is not None and location.moved
        folder = str(location.path) if location is not None and is_here else ""
        note = ""
        if not is_nameable(version.name):
            note = _UNNAMEABLE
        elif is_moved:
            note = _MOVED
        elif found is not None and found.card is None:
            note = _UNREAD
        addresses = addresses_of(version, folder, folder_first=is_moved)
        self.show_snippets(addresses, partial(_programs, version, store, found), note)


def _programs(version: ModelVersion, store: Path, found: CardReading | None, address: Address) -> list[Snippet]:
    card = found.card if found is not None else None
    if card is None:
        return loading_snippets(store, address, [], workspace=version.workspace)
    return loading_snippets(
        store,
        address,
        [name for name, _ in card.flavors],
        loader=card.loader,
        columns=[row[1] for row in card.signature if row[0] == "inputs"],
        workspace=version.workspace,
    )

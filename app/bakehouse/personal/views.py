"""Saved views of the run table: a shelf of named ones for all stores, files to share, and how each table was left."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bakehouse.domain.errors import PersonalFileError
from bakehouse.personal.files import read_json, read_text, said, write_json, write_text
from bakehouse.personal.view_format import Json, View, view_of, view_of_text, view_text, view_value
from bakehouse.places import data_directory

_TABLES_AT_MOST = 200


@dataclass(frozen=True)
class Shelf:
    """The named views of a person, in the order of their names."""

    views: tuple[View, ...] = ()
    default: str = ""
    """The name of the view for tables that were never changed; empty for the table's own choice."""
    foreign: tuple[Json, ...] = ()
    """Views of a newer format, kept as they are."""

    def find(self, name: str) -> View | None:
        """The view called `name`."""
        return next((view for view in self.views if view.name == name), None)

    def free_name(self, wanted: str) -> str:
        """`wanted`, with a number behind it where that is taken."""
        name, number = wanted, 1
        while self.find(name) is not None:
            number += 1
            name = f"{wanted} {number}"
        return name

    def with_view(self, view: View) -> Shelf:
        """With `view` in the place of the one of its name, or beside the others."""
        others = [other for other in self.views if other.name != view.name]
        return replace(self, views=tuple(sorted([*others, view], key=lambda one: (one.name.casefold(), one.name))))

    def without(self, name: str) -> Shelf:
        """Without the view called `name`."""
        default = "" if self.default == name else self.default
        return replace(self, views=tuple(one for one in self.views if one.name != name), default=default)

    def renamed(self, name: str, other: str) -> Shelf:
        """With another name for a view; it stays the default if it was."""
        view = self.find(name)
        if view is None:
            return self
        shelf = self.without(name).with_view(replace(view, name=other))
        return replace(shelf, default=other) if self.default == name else shelf

    def with_default(self, name: str) -> Shelf:
        """With `name` for tables that were never changed; empty for the table's own choice."""
        return replace(self, default=name)


class ViewShelf:
    """The file `views.json` of the person's data folder; any thread.

    Each change reads the file again, so that windows beside each other lose nothing.
    """

    @property
    def _path(self) -> Path:
        return data_directory() / "views.json"

    def read(self) -> Shelf:
        """What is on the shelf. Raises PersonalFileError."""
        value = read_json(self._path)
        if value is None:
            return Shelf()
        if not isinstance(value, dict) or not isinstance(value.get("views"), list):
            raise PersonalFileError(f"{said(self._path)} holds no views. Move it away or mend it.")
        shelf, foreign = Shelf(), []
        for one in value["views"]:
            try:
                view = view_of(one)
            except PersonalFileError:
                foreign.append(one)
            else:
                shelf = shelf.with_view(view) if view.name else shelf
        default = str(value.get("default", ""))
        return replace(shelf, default=default if shelf.find(default) else "", foreign=tuple(foreign))

    def change(self, change: Callable[[Shelf], Shelf]) -> Shelf:
        """Change what is on the shelf; the answer is what is there then. Raises PersonalFileError."""
        shelf = change(self.read())
        views = [*(view_value(view) for view in shelf.views), *shelf.foreign]
        write_json(self._path, {"version": 1, "default": shelf.default, "views": views})
        return shelf


def export_view(view: View, path: Path) -> Path:
    """Write one view into a file to be shared. Raises PersonalFileError."""
    write_text(path, view_text(view))
    return path


def import_view(path: Path) -> View:
    """The view in a file; named after the file where it has no name. Raises PersonalFileError with one sentence."""
    text = read_text(path)
    try:
        view = view_of_text(text)
    except PersonalFileError as error:
        raise PersonalFileError(f"{said(path)} was not taken: {error}.") from error
    return view if view.name else replace(view, name=path.name.partition(".")[0] or "Imported")


class TableMemory:
    """How the tables of one store were left, by their experiments: `tables/<store>.json` in the data folder.

    Any thread. The last ones left are kept, two hundred of them.
    """

    def __init__(self, store: Path) -> None:
        self._store = str(store)
        name = hashlib.sha256(self._store.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self._name = f"{name}.json"

    @property
    def _path(self) -> Path:
        return data_directory() / "tables" / self._name

    def read(self) -> dict[str, View]:
        """The views by the experiments they belong to (`table_name`). Raises PersonalFileError."""
        return {name: view for name, view in self._read().items() if view is not None}

    def remember(self, tables: dict[str, View | None]) -> None:
        """Keep these; None forgets how a table was left. Raises PersonalFileError."""
        try:
            known = self._read()
        except PersonalFileError:
            known = {}  # nobody's work: it is written anew rather than asked about
        for name, view in tables.items():
            known.pop(name, None)
            if view is not None:
                known[name] = view
        kept = list(known.items())[-_TABLES_AT_MOST:]
        views = {name: view_value(view) for name, view in kept if view is not None}
        write_json(self._path, {"version": 1, "store": self._store, "tables": views})

    def _read(self) -> dict[str, View | None]:
        value = read_json(self._path)
        tables = value.get("tables") if isinstance(value, dict) else None
        found: dict[str, View | None] = {}
        for name, one in tables.items() if isinstance(tables, dict) else ():
            try:
                found[name] = view_of(one)
            except PersonalFileError:
                continue
        return found


def table_name(experiment_ids: Sequence[int]) -> str:
    """What the table of these experiments is remembered by."""
    return ",".join(str(number) for number in sorted(experiment_ids))

"""Rewriting the addresses a store of our own records, after its files were copied to another place."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import unquote, urlsplit

from bakehouse.store.failures import SQLITE_FAILURES, failure

# Columns that hold nothing but an address.
_ADDRESSES = {
    "experiments": ("artifact_location",),
    "runs": ("artifact_uri",),
    "logged_models": ("artifact_location",),
    "model_versions": ("source", "storage_location", "run_link"),
}
# Columns that may hold an address, alone or as a text inside JSON: the sources of datasets, and tags.
_MAYBE_ADDRESSES = {
    "datasets": ("dataset_source",),
    "tags": ("value",),
    "experiment_tags": ("value",),
    "logged_model_tags": ("value",),
    "model_version_tags": ("value",),
    "registered_model_tags": ("value",),
    "trace_tags": ("value",),
}
# A person's words stay as they are, even when they begin with an address.
_WORDS = "mlflow.note.content"


class Relocation:
    """The change of one root folder in addresses, `file:` URLs and plain paths alike.

    `old` and `new` are absolute paths or `file:` URLs. An address keeps its form: what was a URL becomes a URL with
    blanks and other characters escaped, what was a path stays a path. What follows the root stays byte for byte,
    because MLflow puts names below a root without escaping them.

    Raises ValueError when one of the roots is no absolute path, or the whole file system.
    """

    def __init__(self, old: str, new: str) -> None:
        self.old_path, self.new_path = _path_of(old), _path_of(new)
        old_url, new_url = _url_of(self.old_path), _url_of(self.new_path)
        # Older clients wrote URLs without escaping, and `file:/a` beside `file:///a`.
        plain = old_url[: len(old_url) - len(urlsplit(old_url).path)] + unquote(urlsplit(old_url).path)
        urls = {old_url, plain, old.rstrip("/") if old.startswith("file:") else old_url}
        urls |= {"file:" + url.removeprefix("file://") for url in urls if url.startswith("file:///")}
        forms = dict.fromkeys(urls, new_url) | {self.old_path: self.new_path}
        # The longest first, so that no form hides a longer one.
        self.forms = dict(sorted(forms.items(), key=lambda form: -len(form[0])))

    def address(self, value: str) -> str:
        """The address below the new root, or `value` itself when it does not lie below the old one."""
        for old, new in self.forms.items():
            if value == old or (value.startswith(old) and value[len(old)] in "/\\"):
                return new + value[len(old) :]
        return value

    def value(self, value: str) -> str:
        """Like `address`, and if `value` is JSON, with every address inside it changed; else `value` itself."""
        changed = self.address(value)
        if changed != value or value[:1] not in ("{", "["):
            return changed
        try:
            content = json.loads(value)
        except (ValueError, RecursionError):
            return value
        moved = self._walk(content)
        return value if moved == content else json.dumps(moved)

    def _walk(self, content: Any) -> Any:
        if isinstance(content, str):
            return self.address(content)
        if isinstance(content, list):
            return [self._walk(item) for item in content]
        if isinstance(content, dict):
            return {key: self._walk(item) for key, item in content.items()}
        return content


def rewrite_addresses(database: Path, old: str, new: str) -> int:
    """Change the root of every address in the store `database` from `old` to `new`; the number of values changed.

    One transaction. Tables and columns that a schema does not have are passed over; views are never written to.
    It is meant for a copy that is ours and that nobody has open: triggers would fire.

    `old` and `new` as in `Relocation`. Raises StoreError kin, ValueError for a relative root.
    """
    relocation = Relocation(old, new)
    try:
        with closing(sqlite3.connect(database.absolute().as_uri() + "?mode=rw", uri=True)) as connection:
            connection.isolation_level = None
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.create_function("relocated_address", 1, _texts_only(relocation.address), deterministic=True)
            connection.create_function("relocated_value", 1, _texts_only(relocation.value), deterministic=True)
            connection.execute("BEGIN IMMEDIATE")
            count = _rewrite(connection, _ADDRESSES, "relocated_address")
            count += _rewrite(connection, _MAYBE_ADDRESSES, "relocated_value")
            connection.execute("COMMIT")
            return count
    except SQLITE_FAILURES as error:
        known = failure(error, database, writing=True)
        if known is None:
            raise
        raise known from error


def _rewrite(connection: sqlite3.Connection, columns: Mapping[str, tuple[str, ...]], function: str) -> int:
    count = 0
    for table, names in columns.items():
        present = _columns(connection, table)
        # The names come from the lists above, never from the file.
        spared = f"AND key <> '{_WORDS}'" if "key" in present else ""
        for name in names:
            if name in present:
                count += connection.execute(
                    f"UPDATE {table} SET {name} = {function}({name}) "
                    f"WHERE typeof({name}) = 'text' AND {function}({name}) <> {name} {spared}"
                ).rowcount
    return count


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    """The columns of a real table; none when it is absent or a view."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND lower(name) = ?"
    if connection.execute(query, (table,)).fetchone() is None:
        return set()
    return {row[0] for row in connection.execute("SELECT lower(name) FROM pragma_table_info(?)", (table,))}


def _texts_only(change: Callable[[str], str]) -> Callable[[Any], Any]:
    # SQLite may evaluate the function before it has looked at the value's type.
    return lambda value: change(value) if isinstance(value, str) else value


def _path_of(root: str) -> str:
    """The absolute path a root stands for, without a slash at its end."""
    path = root
    if root.startswith("file:"):
        path = unquote(urlsplit(root).path)
        if path[2:3] == ":":  # file:///C:/folder
            path = path[1:]
    pure: PurePath = PureWindowsPath(path) if path[1:2] == ":" else PurePosixPath(path)
    if not pure.is_absolute() or pure == pure.parent:
        raise ValueError(f"{root!r} is not the absolute path of a folder below the root")
    return path.rstrip("/\\")


def _url_of(path: str) -> str:
    pure: PurePath = PureWindowsPath(path) if path[1:2] == ":" else PurePosixPath(path)
    return pure.as_uri()

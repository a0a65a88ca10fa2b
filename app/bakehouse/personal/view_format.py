"""A view of the run table as a value, and as JSON that others may extend: what is not understood is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bakehouse.analysis.order import SortKey
from bakehouse.domain.column_look import DECIMALS_AT_MOST, USUAL_LOOK, ColumnLook, Ground
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import PersonalFileError

Json: TypeAlias = Any
"""What `json` reads: None, bool, int, float, str, lists and dicts with texts as keys."""

VERSION = 1
NAME_AT_MOST = 120
_MARK = "bakehouse_view"
_COLUMNS_AT_MOST = 50_000
_WIDTHS = (20, 5_000)
_GROUPS = {
    ColumnKind.ATTRIBUTE: "attributes",
    ColumnKind.PARAM: "params",
    ColumnKind.METRIC: "metrics",
    ColumnKind.TAG: "tags",
}
_KINDS = {name: kind for kind, name in _GROUPS.items()}
_FIGURES = ("", "min", "max", "at")


@dataclass(frozen=True)
class ViewColumn:
    """One column of a view."""

    key: ColumnKey
    width: int | None = None
    """Logical pixels, None where the person has set none."""
    look: ColumnLook = USUAL_LOOK
    extra: Mapping[str, Json] = field(default_factory=dict)
    """What a newer version has said of the column."""


@dataclass(frozen=True)
class View:
    """Everything about how a table of runs is looked at, apart from the runs themselves."""

    name: str = ""
    columns: tuple[ViewColumn, ...] = ()
    """In their order; no key twice."""
    frozen: int = 0
    """How many of the columns stand still."""
    sort: tuple[SortKey, ...] = ()
    filter: str = ""
    sections: Mapping[str, Json] = field(default_factory=dict)
    """What other parts of the page keep here, by name ("plots", "rows"), and what nobody here knows."""
    foreign: tuple[Json, ...] = ()
    """Columns of a sort that is not known here; they come last when the view is written."""


def view_value(view: View) -> dict[str, Json]:
    """The view as JSON values."""
    value: dict[str, Json] = dict(view.sections)
    value |= {
        _MARK: VERSION,
        "name": view.name,
        "columns": [*(_column_value(column) for column in view.columns), *view.foreign],
        "frozen": view.frozen,
        "sort": [{**key_value(one.column), "descending": one.descending} for one in view.sort],
        "filter": view.filter,
    }
    return value


def view_of(value: Json) -> View:
    """The view that `value` is. Raises PersonalFileError with half a sentence on what is wrong ("…")."""
    known = _Reading(value)
    version = known.take("a whole number", _MARK, int, None)
    if version is None:
        raise PersonalFileError("it is no view of Bakehouse")
    if version > VERSION:
        raise PersonalFileError(f"a newer Bakehouse made it (format {version})")
    columns, foreign = _columns(known.take("a list", "columns", list, []))
    sort = (_sort_key(one) for one in known.take("a list", "sort", list, []))
    name = known.take("a text", "name", str, "").strip()
    return View(
        name[:NAME_AT_MOST],
        columns,
        min(max(known.take("a whole number", "frozen", int, 0), 0), len(columns)),
        tuple({one.column: one for one in sort if one is not None}.values()),
        known.take("a text", "filter", str, ""),
        known.rest,
        foreign,
    )


def view_text(view: View) -> str:
    """The view as the text of a file."""
    return json.dumps(view_value(view), indent=1) + "\n"


def view_of_text(text: str) -> View:
    """The view in a file's text. Raises PersonalFileError with half a sentence on what is wrong."""
    return view_of(json_of(text))


def json_of(text: str) -> Json:
    """What JSON text says. Raises PersonalFileError with half a sentence on what is wrong."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PersonalFileError("it is no JSON") from error


def key_value(key: ColumnKey) -> dict[str, Json]:
    """The name of a column as JSON values."""
    value: dict[str, Json] = {"group": _GROUPS[key.kind], "name": key.name}
    if key.figure:
        value["figure"] = key.figure
    if key.figure == "at":
        value["step"] = key.step
    return value


def key_of(value: Json) -> ColumnKey | None:
    """The column that `value` names, None where it names none that is known here."""
    if not isinstance(value, dict):
        return None
    kind, name = _KINDS.get(_text(value.get("group"))), value.get("name")
    figure, step = value.get("figure", ""), value.get("step", 0)
    if kind is None or not isinstance(name, str) or figure not in _FIGURES or not isinstance(step, int):
        return None
    if figure and kind is not ColumnKind.METRIC:
        return None
    return ColumnKey(kind, name, figure, step if figure == "at" and abs(step) < 2**63 else 0)


def _column_value(column: ViewColumn) -> dict[str, Json]:
    value = {**column.extra, **key_value(column.key)}
    if column.width is not None:
        value["width"] = column.width
    if column.look.decimals is not None:
        value["decimals"] = column.look.decimals
    if column.look.ground is not Ground.AUTOMATIC:
        value["ground"] = column.look.ground.value
    return value


def _columns(values: Sequence[Json]) -> tuple[tuple[ViewColumn, ...], tuple[Json, ...]]:
    if len(values) > _COLUMNS_AT_MOST:
        raise PersonalFileError(f"it names {len(values):,} columns")
    found: dict[ColumnKey, ViewColumn] = {}
    foreign = []
    for value in values:
        key = key_of(value)
        if key is None:
            foreign.append(value)
        elif key not in found:
            found[key] = _column(key, value)
    return tuple(found.values()), tuple(foreign)


def _column(key: ColumnKey, value: Mapping[str, Json]) -> ViewColumn:
    """A column; what cannot be used of its looks stays with it untouched."""
    extra = {name: one for name, one in value.items() if name not in ("group", "name", "figure", "step")}

    def take(name: str, fits: Callable[[Json], bool]) -> Json:
        return extra.pop(name) if name in extra and fits(extra[name]) else None

    width = take("width", lambda one: _is_int(one) and _WIDTHS[0] <= one <= _WIDTHS[1])
    decimals = take("decimals", lambda one: _is_int(one) and 0 <= one <= DECIMALS_AT_MOST)
    ground = take("ground", lambda one: one in [ground.value for ground in Ground])
    return ViewColumn(key, width, ColumnLook(decimals, Ground(ground) if ground else Ground.AUTOMATIC), extra)


def _sort_key(value: Json) -> SortKey | None:
    key = key_of(value)
    return None if key is None else SortKey(key, value.get("descending") is True)


class _Reading:
    """An object of JSON from which the known members are taken one by one."""

    def __init__(self, value: Json) -> None:
        if not isinstance(value, dict):
            raise PersonalFileError("it is no view of Bakehouse")
        self.rest: dict[str, Json] = dict(value)

    def take(self, wanted: str, name: str, kind: type, default: Json) -> Json:
        value = self.rest.pop(name, default)
        if value is not default and (not isinstance(value, kind) or isinstance(value, bool)):
            raise PersonalFileError(f"its “{name}” is not {wanted}")
        return value


def _is_int(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""

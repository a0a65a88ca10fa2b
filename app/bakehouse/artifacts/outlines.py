"""JSON and YAML as a tree of members, read without making any object of theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from bakehouse.artifacts.preview_kinds import Branch
from bakehouse.domain.cancellation import Token
from bakehouse.domain.text import visible

MOST_BRANCHES = 50_000
YAML_LIMIT = 400_000
_VALUE_LIMIT = 1_000
_RANGE = 1_000
_CHECK_EVERY = 500
_WORDS = frozenset({"", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE"})


@dataclass(frozen=True, slots=True)
class Outline:
    """The members at the top. `is_cut`: there are more than `MOST_BRANCHES`."""

    branches: tuple[Branch, ...]
    is_cut: bool = False


class _Number(str):
    """A number as it is written."""


class _Members(list[tuple[str, object]]):
    """The members of a JSON object in their order, doubled names included."""


@dataclass(slots=True)
class _Open:
    """A list or map whose members are still coming."""

    name: str
    kind: str
    children: list[Branch] = field(default_factory=list)
    key: str | None = None

    def closed(self) -> Branch:
        count = len(self.children)
        noun = "member" if self.kind == "map" else "item"
        value = f"{count:,} {noun}{'' if count == 1 else 's'}"
        return Branch(self.name, value, self.kind, _in_ranges(self.children))

    def next_name(self) -> str:
        name, self.key = (self.key, None) if self.kind == "map" else (str(len(self.children)), None)
        return name or ""


def parsed_json(text: str) -> object:
    """JSON for `json_outline` and the readers of tables: numbers as written. Raises ValueError, RecursionError."""
    return json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_Number, object_pairs_hook=_Members)


def json_outline(content: object, token: Token) -> Outline:
    """The tree of what `parsed_json` found. Raises Cancelled."""
    top = _Open("", "list")
    stack: list[tuple[_Open, Iterator[tuple[str, object]]]] = [(top, iter([("", content)]))]
    count = 0
    while stack:
        place, members = stack[-1]
        found = next(members, None)
        if found is None or count >= MOST_BRANCHES:
            stack.pop()
            if stack:
                stack[-1][0].children.append(place.closed())
            continue
        count += 1
        if count % _CHECK_EVERY == 0:
            token.check()
        name, value = found
        if isinstance(value, _Members):
            stack.append((_Open(visible(name, 200), "map"), iter(value)))
        elif isinstance(value, list):
            stack.append((_Open(visible(name, 200), "list"), ((str(i), item) for i, item in enumerate(value))))
        else:
            place.children.append(Branch(visible(name, 200), *_json_value(value)))
    return Outline(_top(top), count >= MOST_BRANCHES)


def _json_value(value: object) -> tuple[str, str]:
    if isinstance(value, _Number):
        return visible(value, _VALUE_LIMIT), "number"
    if isinstance(value, str):
        return visible(value, _VALUE_LIMIT), "text"
    return {None: "null", True: "true", False: "false"}.get(value, ""), "word"  # type: ignore[call-overload]


def yaml_outline(text: str, token: Token) -> Outline:
    """The tree of a YAML text; anchors are not resolved, so that no reference multiplies. Raises ValueError, Cancelled.

    It reads the parser's events, which make no objects and run no constructor.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    stack = [_Open("", "list")]
    documents = 0
    count = 0
    try:
        for event in yaml.parse(text, Loader=loader):
            count += 1
            if count % _CHECK_EVERY == 0:
                token.check()
            place = stack[-1]
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
                stack[-1].children.append(place.closed())
            elif isinstance(event, yaml.NodeEvent):
                _take(stack, *_yaml_value(event))
            if count >= 2 * MOST_BRANCHES:
                break
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    while len(stack) > 1:
        place = stack.pop()
        stack[-1].children.append(place.closed())
    if documents > 1:
        return Outline(tuple(stack[0].children), count >= 2 * MOST_BRANCHES)
    return Outline(_top(stack[0]), count >= 2 * MOST_BRANCHES)


def _take(stack: list[_Open], value: str, kind: str) -> None:
    """Put one event where it belongs: a key waits for its value, a list or map for its members."""
    place = stack[-1]
    if kind in ("map", "list"):
        if place.kind == "map" and place.key is None:
            place.key = "?"
            stack.append(_Open("?", kind))
        else:
            stack.append(_Open(place.next_name(), kind))
    elif place.kind == "map" and place.key is None:
        place.key = visible(value, 200)
    else:
        place.children.append(Branch(place.next_name(), value, kind))


def _yaml_value(event: object) -> tuple[str, str]:
    import yaml

    if isinstance(event, yaml.MappingStartEvent):
        return "", "map"
    if isinstance(event, yaml.SequenceStartEvent):
        return "", "list"
    if isinstance(event, yaml.AliasEvent):
        return visible(f"*{event.anchor}", _VALUE_LIMIT), "word"
    if not isinstance(event, yaml.ScalarEvent):
        return "", "word"
    shown = visible(str(event.value), _VALUE_LIMIT)
    if event.style in ("'", '"', "|", ">"):
        return shown, "text"
    if event.value in _WORDS:
        return shown or "null", "word"
    return shown, "number" if _is_number(event.value) else "text"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _top(top: _Open) -> tuple[Branch, ...]:
    """What stands at the top: the members of the one map or list, or the one value itself."""
    if len(top.children) == 1 and top.children[0].children:
        return top.children[0].children
    return _in_ranges(top.children)


def _in_ranges(children: list[Branch]) -> tuple[Branch, ...]:
    """Members as they are, or thousands of them in ranges, for no view lays out 50,000 rows at once."""
    if len(children) <= _RANGE:
        return tuple(children)
    ranges = [tuple(children[at : at + _RANGE]) for at in range(0, len(children), _RANGE)]
    return tuple(Branch(f"{part[0].name} … {part[-1].name}", f"{len(part):,} of them", "list", part) for part in ranges)

"""From the text of a filter or an order to values, or to one sentence that points at the character."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bakehouse.analysis.search.expression import (
    EVERYTHING,
    Comparator,
    Condition,
    Conjunction,
    DatasetField,
    Expression,
    Subject,
    Value,
    is_number,
    subject_text,
)
from bakehouse.analysis.search.grammar import GRAMMAR
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import FilterError
from bakehouse.domain.text import visible

if TYPE_CHECKING:
    from lark import Lark, Token, Tree
    from lark.exceptions import UnexpectedInput


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One column to order by."""

    key: ColumnKey
    descending: bool


_KINDS = {
    "metric": ColumnKind.METRIC,
    "metrics": ColumnKind.METRIC,
    "param": ColumnKind.PARAM,
    "params": ColumnKind.PARAM,
    "parameter": ColumnKind.PARAM,
    "parameters": ColumnKind.PARAM,
    "tag": ColumnKind.TAG,
    "tags": ColumnKind.TAG,
    "attribute": ColumnKind.ATTRIBUTE,
    "attributes": ColumnKind.ATTRIBUTE,
    "attr": ColumnKind.ATTRIBUTE,
    "run": ColumnKind.ATTRIBUTE,
}
_DATASETS = frozenset({"dataset", "datasets"})
_ATTRIBUTES = {
    name: name for name in ("run_id", "run_name", "status", "start_time", "end_time", "user_id", "artifact_uri")
} | {"created": "start_time", "Created": "start_time"}
_RUN_NAME_ALIASES = ("run name", "Run name", "Run Name")
_FILTER_ATTRIBUTES = _ATTRIBUTES | dict.fromkeys(_RUN_NAME_ALIASES, "run_name")

_EQUALITY = frozenset({Comparator.EQUAL, Comparator.UNEQUAL})
_SIZE = frozenset({Comparator.LESS, Comparator.LESS_OR_EQUAL, Comparator.GREATER, Comparator.GREATER_OR_EQUAL})
_PATTERN = frozenset({Comparator.LIKE, Comparator.ILIKE})
_MEMBERSHIP = frozenset({Comparator.IN, Comparator.NOT_IN})
_PRESENCE = frozenset({Comparator.IS_NULL, Comparator.IS_NOT_NULL})


def parse(text: str) -> Expression:
    """The expression that the filter `text` means; blank text holds for every run.

    Raises FilterError, with the position, for whatever MLflow 3.17's client refuses. Kinder than MLflow only where it
    stumbles over its lexer: blank text, unquoted names that are keywords or digits, several blanks in IS NOT NULL.
    """
    if not text.strip():
        return EVERYTHING
    tree = _tree(text, "filter")
    terms = tuple(_condition(child) for child in _subtrees(tree))
    return terms[0] if len(terms) == 1 else Conjunction(terms)


def parse_order(text: str) -> OrderKey:
    """The column and direction that one `order_by` text means (`metrics.auc DESC`). Raises FilterError."""
    if not text.strip():
        raise FilterError("An order needs a column, for example metrics.auc DESC.", 0)
    tree = _tree(text, "order")
    subject_tree, *rest = tree.children
    subject = _subject(_only_token(subject_tree), _ATTRIBUTES)
    if isinstance(subject, DatasetField):
        raise FilterError("Runs cannot be ordered by their datasets.", _only_token(subject_tree).start_pos or 0)
    return OrderKey(subject, descending=bool(rest) and str(rest[0]).upper() == "DESC")


@cache
def _lark() -> Lark:
    from lark import Lark

    return Lark(
        GRAMMAR,
        parser="lalr",
        lexer="contextual",
        start=["filter", "order"],
        maybe_placeholders=False,
        propagate_positions=True,
    )


def _tree(text: str, start: str) -> Tree[Token]:
    from lark.exceptions import UnexpectedInput

    try:
        return _lark().parse(text, start=start)
    except UnexpectedInput as error:
        raise _syntax_error(text, error, start) from None


def _subtrees(tree: Tree[Token]) -> list[Tree[Token]]:
    return [child for child in tree.children if not isinstance(child, str)]


def _only_token(tree: Tree[Token] | Token) -> Token:
    while not isinstance(tree, str):
        tree = tree.children[0]
    return tree


def _condition(tree: Tree[Token]) -> Condition:
    column = _only_token(tree.children[0])
    operator = _only_token(tree.children[1])
    subject = _subject(column, _FILTER_ATTRIBUTES)
    comparator = _comparator(operator)
    _check_comparator(subject, comparator, operator)
    value = _value(subject, tree.children[2]) if len(tree.children) == 3 else None
    return Condition(subject, comparator, value, tree.meta.start_pos, tree.meta.end_pos)


def _subject(token: Token, attributes: dict[str, str]) -> Subject:
    position = token.start_pos or 0
    if token.type == "ATTRIBUTE":
        return _attribute(_unquoted(str(token)), attributes, position)
    entity, _, name = str(token).partition(".")
    entity, name = entity.strip("`"), _unquoted(name)
    if entity in _DATASETS:
        if name not in set(DatasetField):
            raise FilterError(f"A dataset has name, digest and context, but no {visible(name, 60)}.", position)
        return DatasetField(name)
    kind = _KINDS.get(entity)
    if kind is None:
        hint = "columns start with metrics, params, tags, attributes or dataset"
        raise FilterError(f"{visible(entity, 60)} is no kind of column: {hint}.", position)
    if kind is ColumnKind.ATTRIBUTE:
        return _attribute(name, attributes, position)
    return ColumnKey(kind, name)


def _attribute(name: str, attributes: dict[str, str], position: int) -> ColumnKey:
    if name not in attributes:
        known = ", ".join(sorted(set(attributes.values())))
        hint = f"a run has {known}; other columns start with metrics, params or tags and a dot."
        raise FilterError(f"{visible(name, 60)} is no attribute of a run: {hint}", position)
    return ColumnKey(ColumnKind.ATTRIBUTE, attributes[name])


def _unquoted(name: str) -> str:
    """As MLflow does: first the quotes go, then the backticks, and nothing inside is unescaped."""
    for quotes in ("'\"", "`"):
        if len(name) >= 2 and name[0] == name[-1] and name[0] in quotes:
            name = name[1:-1]
    return name


def _comparator(token: Token) -> Comparator:
    text = " ".join(token.upper().split())
    try:
        return Comparator(text)
    except ValueError:
        hint = {"==": "write =", "<>": "write !=", "NOT LIKE": "MLflow has no NOT LIKE"}.get(text, "")
        suggestion = f": {hint}" if hint else "; there are =, !=, <, <=, >, >=, LIKE, ILIKE, IN, NOT IN, IS NULL"
        raise FilterError(f"{text} is no comparator{suggestion}.", token.start_pos or 0) from None


def _allowed(subject: Subject) -> frozenset[Comparator]:
    """The comparators that MLflow 3.17 takes for `subject` (SearchUtils.VALID_*_COMPARATORS)."""
    if is_number(subject):
        return _EQUALITY | _SIZE
    if isinstance(subject, DatasetField):
        return _EQUALITY | _PATTERN | _MEMBERSHIP
    if subject.kind is ColumnKind.ATTRIBUTE:
        lists = _MEMBERSHIP if subject.name == "run_id" else frozenset[Comparator]()
        return _EQUALITY | _PATTERN | lists
    return _EQUALITY | _PATTERN | _PRESENCE


def _check_comparator(subject: Subject, comparator: Comparator, token: Token) -> None:
    allowed = _allowed(subject)
    if comparator not in allowed:
        names = ", ".join(item.value for item in Comparator if item in allowed)
        column = _shown(subject)
        raise FilterError(
            f"{column} cannot be compared with {comparator.value}, only with {names}.", token.start_pos or 0
        )


def _shown(subject: Subject) -> str:
    if isinstance(subject, DatasetField) or subject.kind is ColumnKind.ATTRIBUTE:
        return subject_text(subject)
    return visible(subject.search_name, 60)


def _value(subject: Subject, operand: Tree[Token] | Token) -> Value:
    if not isinstance(operand, str):
        return tuple(_item(item) for item in _subtrees(operand))
    position = operand.start_pos or 0
    if is_number(subject):
        if operand.type != "NUMBER":
            raise FilterError(f"{_shown(subject)} is compared with a number, written without quotes.", position)
        return float(operand)
    if operand.type != "TEXT":
        raise FilterError(f"{_shown(subject)} is compared with a text in quotes: '{operand}'.", position)
    return str(operand)[1:-1]


def _item(tree: Tree[Token]) -> str:
    """One text of a list. MLflow reads a list as Python, so beside each other texts join and backslashes escape."""
    parts = []
    for token in tree.children:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", category=SyntaxWarning)
                warnings.simplefilter("ignore", category=DeprecationWarning)
                parts.append(str(ast.literal_eval(str(token))))
        except (SyntaxError, ValueError):
            position = _only_token(token).start_pos or 0
            raise FilterError("A text in a list cannot hold a line break or an unfinished escape.", position) from None
    return "".join(parts)


_PLAIN_NAMES = "a name with other characters than letters, digits, _ and . stands in backticks: params.`my name`"
_LIST = "A list is written with quoted texts and commas: ('a', 'b')."
_AND_ONLY = "Conditions are joined by AND only, without OR, NOT or parentheses around them."


def _syntax_error(text: str, error: UnexpectedInput, start: str) -> FilterError:
    """One sentence for what stands at the place where lark stopped."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    expected: frozenset[str] = frozenset()
    position = len(text.rstrip())
    if isinstance(error, UnexpectedToken):
        expected = frozenset(error.accepts or error.expected)
        if error.token.type != "$END":
            position = error.token.start_pos or 0
    elif isinstance(error, UnexpectedCharacters):
        expected, position = frozenset(error.allowed), error.pos_in_stream or 0
    if position >= len(text.rstrip()):
        return FilterError(_unfinished(expected, start), position)
    if text[position] == "." and text[position + 1 : position + 2] in {"'", '"', "`"}:
        position += 1
    return FilterError(_unexpected(text, position, expected, start), position)


def _unfinished(expected: frozenset[str], start: str) -> str:
    if "NUMBER" in expected:
        return "The filter ends where a value is expected: a number, or a text in quotes."
    if "OPERATOR" in expected:
        return "The filter ends where a comparison is expected, for example metrics.auc > 0.9."
    if expected & {"RPAR", "LPAR", "TEXT", "COMMA"}:
        return f"The filter ends within a list. {_LIST}"
    return "The order ends too early." if start == "order" else "The filter ends too early."


def _unexpected(text: str, position: int, expected: frozenset[str], start: str) -> str:
    first = text[position]
    found = _found(text, position)
    glued = position > 0 and not text[position - 1].isspace()
    after_name = "OPERATOR" in expected or "DIRECTION" in expected
    sentence = f"{found} is not expected here."
    if first in "'\"`" and first not in text[position + 1 :]:
        sentence = "The quote that opens here is never closed."
    elif "NUMBER" in expected:
        hint = "; a list stands only behind IN or NOT IN" if first == "(" else ""
        if first.isalpha():
            hint = f"; a text stands in quotes: '{found}'"
        sentence = f"A number (12, -0.5, 1e-3) or a text in quotes is expected here, not {found}{hint}."
    elif first == "." and after_name:
        sentence = f"After the dot a name is expected; {_PLAIN_NAMES}."
    elif glued and after_name:
        sentence = f"{visible(first)} ends the name here; {_PLAIN_NAMES}."
    elif "DIRECTION" in expected and start == "order":
        sentence = f"After the column an order says ASC or DESC, not {found}."
    elif "OPERATOR" in expected:
        sentence = f"A comparison like > or = is expected here, not {found}."
    elif expected & {"TEXT", "RPAR", "COMMA", "LPAR"}:
        sentence = _LIST
    elif first in "()" or found.upper() in {"OR", "NOT"}:
        sentence = _AND_ONLY
    elif "COLUMN" in expected:
        sentence = f"A column like metrics.auc or params.lr is expected here, not {found}."
    return sentence


def _found(text: str, position: int) -> str:
    """What stands at `position`, short: up to the closing quote, or to the next blank."""
    quote = text[position]
    if quote in "'\"`" and quote in text[position + 1 :]:
        return visible(text[position : text.index(quote, position + 1) + 1], 40)
    return visible(text[position:].split(maxsplit=1)[0], 40)

"""From the text of a filter or an order to values, or to one sentence that points at the character."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bakehouse.analysis.search.expression import (
    EVERYTHING,
    Comparator,
    Condition,
    Conjunction,
    DatasetField,
    Disjunction,
    Expression,
    Negation,
    Subject,
    Value,
    is_number,
    subject_text,
)
from bakehouse.analysis.search.grammar import GRAMMAR
from bakehouse.domain.columns import NOTE, ColumnKey, ColumnKind
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
_FILTER_ATTRIBUTES = _ATTRIBUTES | dict.fromkeys(_RUN_NAME_ALIASES, "run_name") | {"duration": "duration"}

_EQUALITY = frozenset({Comparator.EQUAL, Comparator.UNEQUAL})
_SIZE = frozenset({Comparator.LESS, Comparator.LESS_OR_EQUAL, Comparator.GREATER, Comparator.GREATER_OR_EQUAL})
_PATTERN = frozenset({Comparator.LIKE, Comparator.ILIKE})
_MEMBERSHIP = frozenset({Comparator.IN, Comparator.NOT_IN})
_PRESENCE = frozenset({Comparator.IS_NULL, Comparator.IS_NOT_NULL})
_NAN = frozenset({Comparator.IS_NAN, Comparator.IS_NOT_NAN})
_DEEPEST = 200
_LONGEST_STEP = 20
_JOINTS = frozenset({"disjunction", "conjunction"})


def parse(text: str) -> Expression:
    """The expression that the filter `text` means; blank text holds for every run.

    All that MLflow 3.17's client takes means what it means there. Raises FilterError, with the position.
    """
    if not text.strip():
        return EVERYTHING
    children = _subtrees(_tree(text, "filter"))
    return _expression(children[0], 0) if children else EVERYTHING


def parse_terms(text: str) -> list[tuple[int, int, Expression]]:
    """The terms that a filter joins with AND at its outermost: (start, end, what it means), in the order of `text`.

    A filter of alternatives is one term, parentheses belong to theirs. Raises FilterError as `parse`.
    """
    children = _subtrees(_tree(text, "filter")) if text.strip() else []
    if children and children[0].data == "conjunction":
        children = _subtrees(children[0])
    return [(tree.meta.start_pos, tree.meta.end_pos, _expression(tree, 1)) for tree in children]


def _expression(tree: Tree[Token], depth: int) -> Expression:
    if depth > _DEEPEST:
        raise FilterError(f"NOT and parentheses stand more than {_DEEPEST} deep here.", tree.meta.start_pos)
    if tree.data in ("compared", "presence"):
        return _condition(tree)
    if tree.data == "group":
        (inner,) = _subtrees(tree)
        return _expression(inner, depth + (inner.data not in _JOINTS))
    terms = tuple(_expression(child, depth + 1) for child in _subtrees(tree))
    if tree.data == "negation":
        return Negation(terms[0])
    return Disjunction(terms) if tree.data == "disjunction" else Conjunction(terms)


def parse_order(text: str) -> OrderKey:
    """The column and direction that one `order_by` text means (`metrics.auc DESC`). Raises FilterError."""
    if not text.strip():
        raise FilterError("An order needs a column, for example metrics.auc DESC.", 0)
    tree = _tree(text, "order")
    subject_tree, *rest = tree.children
    subject = _subject(subject_tree, _ATTRIBUTES)
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


def _condition(tree: Tree[Token]) -> Expression:
    operator = _only_token(tree.children[1])
    subject = _subject(tree.children[0], _FILTER_ATTRIBUTES)
    denied = " ".join(operator.upper().split()) in ("NOT LIKE", "NOT ILIKE")
    comparator = Comparator(operator.upper().split()[1]) if denied else _comparator(operator)
    operand = tree.children[2] if len(tree.children) == 3 else None
    _check_comparator(subject, comparator, operator, against_number=_is_number(operand))
    value = None if operand is None else _value(subject, comparator, operand)
    condition = Condition(subject, comparator, value, tree.meta.start_pos, tree.meta.end_pos)
    return Negation(condition) if denied else condition


def _is_number(operand: Tree[Token] | Token | None) -> bool:
    return isinstance(operand, str) and operand.type == "NUMBER"


def _subject(tree: Tree[Token] | Token, attributes: Mapping[str, str]) -> Subject:
    if not isinstance(tree, str) and not isinstance(tree.children[0], str):
        return _figure(tree.children[0], attributes)
    return _column(_only_token(tree), attributes)


def _figure(tree: Tree[Token], attributes: Mapping[str, str]) -> Subject:
    word, column, *step = (token for token in tree.children if isinstance(token, str))
    figure = word.rstrip("( \t\n\r\f\v").lower()
    position = column.start_pos or 0
    metric = _column(column, attributes)
    if isinstance(metric, DatasetField) or metric.kind is not ColumnKind.METRIC:
        raise FilterError(f"{figure} looks at the history of a metric: {figure}(metrics.rmse).", position)
    if figure == "at" and not step:
        raise FilterError(f"at needs a step behind the metric: at({_shown(metric)}, 100).", position)
    if figure != "at" and step:
        raise FilterError(f"{figure} takes a metric only; a step stands in at(…, {step[0]}).", step[0].start_pos or 0)
    number = int(step[0]) if step and len(step[0]) <= _LONGEST_STEP else 0 if not step else 2**63
    if not -(2**63) <= number < 2**63:
        raise FilterError("No step is as large as this.", step[0].start_pos or 0)
    return ColumnKey(ColumnKind.METRIC, metric.name, figure, number)


def _column(token: Token, attributes: Mapping[str, str]) -> Subject:
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


def _attribute(name: str, attributes: Mapping[str, str], position: int) -> ColumnKey:
    if name == "note":
        return NOTE
    if name not in attributes:
        known = ", ".join(sorted({*attributes.values(), "note"}))
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
        hint = {"==": "write =", "<>": "write !=", "NOT RLIKE": "write NOT LIKE"}.get(text, "")
        suggestion = f": {hint}" if hint else "; there are =, !=, <, <=, >, >=, LIKE, ILIKE, IN, NOT IN, IS NULL"
        raise FilterError(f"{text} is no comparator{suggestion}.", token.start_pos or 0) from None


def _allowed(subject: Subject, *, against_number: bool) -> frozenset[Comparator]:
    """The comparators for `subject`: those that MLflow 3.17 takes (SearchUtils.VALID_*_COMPARATORS) and ours."""
    if is_number(subject):
        return _EQUALITY | _SIZE | _MEMBERSHIP | _PRESENCE | _NAN
    # With a pattern the value is at fault, not the comparator: `_value` says so.
    if against_number and isinstance(subject, ColumnKey) and subject.kind is not ColumnKind.ATTRIBUTE:
        return _EQUALITY | _SIZE | _PATTERN
    return _EQUALITY | _PATTERN | _MEMBERSHIP | _PRESENCE


def _check_comparator(subject: Subject, comparator: Comparator, token: Token, *, against_number: bool) -> None:
    allowed = _allowed(subject, against_number=against_number)
    if comparator not in allowed:
        names = ", ".join(item.value for item in Comparator if item in allowed)
        column = _shown(subject)
        hint = "" if is_number(subject) or comparator not in _SIZE else "; numbers stand without quotes"
        raise FilterError(
            f"{column} cannot be compared with {comparator.value} here, only with {names}{hint}.", token.start_pos or 0
        )


def _shown(subject: Subject) -> str:
    if isinstance(subject, DatasetField) or subject.kind is ColumnKind.ATTRIBUTE:
        return subject_text(subject)
    return visible(subject.search_name, 60)


def _value(subject: Subject, comparator: Comparator, operand: Tree[Token] | Token) -> Value:
    if not isinstance(operand, str):
        return _list_value(subject, operand)
    position = operand.start_pos or 0
    if is_number(subject):
        if operand.type != "NUMBER":
            raise FilterError(f"{_shown(subject)} is compared with a number, written without quotes.", position)
        return _number(operand)
    if operand.type == "TEXT":
        return str(operand)[1:-1]
    if comparator in _PATTERN or isinstance(subject, DatasetField) or subject.kind is ColumnKind.ATTRIBUTE:
        raise FilterError(f"{_shown(subject)} is compared with a text in quotes: '{operand}'.", position)
    return _number(operand)


def _number(text: str) -> float:
    """MLflow stores an infinity as the greatest float, so `inf` is another word for that one."""
    if text.lower().endswith("inf"):
        return -sys.float_info.max if text.startswith("-") else sys.float_info.max
    return float(text)


def _list_value(subject: Subject, operand: Tree[Token]) -> Value:
    items = [_item(item) for item in _subtrees(operand)]
    numbers = tuple(item for item in items if isinstance(item, float))
    texts = tuple(item for item in items if isinstance(item, str))
    only_texts = isinstance(subject, DatasetField) or (subject.kind is ColumnKind.ATTRIBUTE and not is_number(subject))
    position = operand.meta.start_pos
    if is_number(subject) and texts:
        raise FilterError(f"{_shown(subject)} is compared with numbers, written without quotes.", position)
    if only_texts and numbers:
        raise FilterError(f"{_shown(subject)} is compared with texts in quotes.", position)
    if numbers and texts:
        raise FilterError("A list holds either numbers or texts in quotes.", position)
    return numbers or texts


def _item(tree: Tree[Token]) -> str | float:
    """One value of a list. MLflow reads a list as Python, so texts beside each other join and backslashes escape."""
    if _is_number(tree.children[0]):
        return _number(_only_token(tree))
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
_FIGURES = "min(metrics.rmse), max(metrics.rmse) or at(metrics.rmse, 100)"
_LIST = "A list is written with commas: ('a', 'b') or (1, 2)."


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


def _is_in_figure(expected: frozenset[str]) -> bool:
    """Whether lark stopped between the parentheses of min, max or at."""
    return bool(expected & {"_STEP_COMMA", "STEP", "_FIGURE_END"}) or (
        "COLUMN" in expected and "FIGURE" not in expected
    )


def _unfinished(expected: frozenset[str], start: str) -> str:
    if _is_in_figure(expected):
        return f"The {start} ends within a function: {_FIGURES}."
    if "NUMBER" in expected:
        return "The filter ends where a value is expected: a number, or a text in quotes."
    if "OPERATOR" in expected:
        return "The filter ends where a comparison is expected, for example metrics.auc > 0.9."
    if expected == {"RPAR"}:
        return "A parenthesis that opens is never closed."
    if "COLUMN" not in expected and expected & {"RPAR", "LPAR", "TEXT", "COMMA"}:
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
    elif expected == {"STEP"}:
        sentence = "A step is a whole number: at(metrics.rmse, 100)."
    elif _is_in_figure(expected):
        sentence = f"{found} is not expected here: a function is {_FIGURES}."
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
    elif "COLUMN" not in expected and expected & {"TEXT", "RPAR", "COMMA", "LPAR"}:
        sentence = _LIST
    elif first == ")":
        sentence = "Nothing stands before this parenthesis, or it closes none."
    elif "COLUMN" in expected:
        sentence = f"A column like metrics.auc or params.lr is expected here, not {found}."
    return sentence


def _found(text: str, position: int) -> str:
    """What stands at `position`, short: up to the closing quote, or to the next blank."""
    quote = text[position]
    if quote in "'\"`" and quote in text[position + 1 :]:
        return visible(text[position : text.index(quote, position + 1) + 1], 40)
    return visible(text[position:].split(maxsplit=1)[0], 40)

"""Which language a text file is written in, by its name alone, and its pieces to be coloured."""

from __future__ import annotations

from pathlib import Path

from bakehouse.domain.cancellation import Token

HIGHLIGHTED = 60_000
"""Characters of a text that are coloured; the rest stays plain."""
_LONGEST_LINE = 1_000
_CHECK_EVERY = 2_000

# Pygments' lexers are regular expressions, so only well-worn ones are let near a foreign text.
_LANGUAGES = {
    "python": (".py", ".pyi", ".pyw"), "json": (".json", ".jsonl", ".ipynb", ".geojson"), "yaml": (".yaml", ".yml"),
    "toml": (".toml",), "ini": (".ini", ".cfg", ".conf", ".properties"), "bash": (".sh", ".bash", ".zsh"),
    "sql": (".sql",), "xml": (".xml", ".svg", ".xsd"), "html": (".html", ".htm"), "css": (".css",),
    "javascript": (".js", ".mjs"), "typescript": (".ts",), "markdown": (".md", ".markdown"), "r": (".r",),
    "java": (".java",), "scala": (".scala",), "c": (".c", ".h"), "cpp": (".cpp", ".cc", ".hpp", ".cu"),
    "go": (".go",), "rust": (".rs",), "julia": (".jl",), "diff": (".diff", ".patch"), "batch": (".bat",),
}  # fmt: skip
_OF_ENDING = {ending: language for language, endings in _LANGUAGES.items() for ending in endings}
_OF_NAME = {
    "MLmodel": "yaml", "MLproject": "yaml", "Dockerfile": "docker", "Makefile": "make", "Pipfile": "toml",
}  # fmt: skip

_KINDS = (
    ("Token.Comment", "comment"), ("Token.Keyword", "keyword"), ("Token.Name.Tag", "name"),
    ("Token.Name.Builtin", "name"), ("Token.Name.Function", "name"), ("Token.Name.Class", "name"),
    ("Token.Name.Decorator", "name"), ("Token.Name.Attribute", "name"), ("Token.Literal.String", "text"),
    ("Token.Literal.Number", "number"), ("Token.Literal.Scalar", "text"), ("Token.Generic.Heading", "keyword"),
    ("Token.Generic.Subheading", "keyword"), ("Token.Generic.Deleted", "deleted"),
    ("Token.Generic.Inserted", "text"), ("Token.Generic.Emph", "name"), ("Token.Generic.Strong", "keyword"),
)  # fmt: skip

Span = tuple[int, int, str]
"""(first character in its line, length, one of comment, keyword, name, text, number, deleted)"""


def language_of(name: str) -> str:
    """The Pygments name of the language a file of this name is written in; empty for none."""
    return _OF_NAME.get(name) or _OF_ENDING.get(Path(name).suffix.lower(), "")


def coloured_lines(text: str, language: str, token: Token) -> list[list[Span]]:
    """For each line its pieces to be coloured; none after `HIGHLIGHTED` characters or beside an endless line.

    For a worker thread. Raises Cancelled.
    """
    from pygments.lexers import get_lexer_by_name

    text = text[:HIGHLIGHTED]
    if not language or any(len(line) > _LONGEST_LINE for line in text.split("\n")):
        return []
    lines: list[list[Span]] = [[]]
    place = 0
    lexer = get_lexer_by_name(language)
    for number, (_, kind, value) in enumerate(lexer.get_tokens_unprocessed(text)):
        if number % _CHECK_EVERY == 0:
            token.check()
        shown = _shown_kind(str(kind))
        for count, piece in enumerate(value.split("\n")):
            if count:
                lines.append([])
                place = 0
            if shown and piece:
                lines[-1].append((place, len(piece), shown))
            place += len(piece)
    return lines


def _shown_kind(kind: str) -> str:
    return next((shown for start, shown in _KINDS if kind.startswith(start)), "")

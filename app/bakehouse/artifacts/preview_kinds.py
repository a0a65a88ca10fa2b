"""What was read of a file for the eye, one class for each way of showing it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bakehouse.artifacts.tables import TablePreview


@dataclass(frozen=True, slots=True)
class Places:
    """A file is shown in several views: `noun` ("page", "part", "step") number `current`, counted from 0, of `count`.

    `label` names the current one where its number does not.
    """

    noun: str
    current: int
    count: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class TextPreview:
    """Plain text, hidden characters as escapes, no endless lines. `notice` says what was cut.

    `language` is the Pygments name of its language, empty for plain text. `is_page`: it is what an HTML file says.
    """

    text: str
    notice: str = ""
    language: str = ""
    is_page: bool = False


@dataclass(frozen=True, slots=True)
class MarkdownPreview:
    """Markdown to be laid out by a viewer that loads nothing; `source` is the same as plain text."""

    text: str
    source: TextPreview
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """One member of a nested value. `kind` is "map", "list", "text", "number" or "word" (true, null, a reference)."""

    name: str
    value: str
    kind: str
    children: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class OutlinePreview:
    """JSON or YAML as a tree, and the same as text."""

    branches: tuple[Branch, ...]
    source: TextPreview
    notice: str = ""


@dataclass(frozen=True, slots=True)
class ImagePreview:
    """An image file's bytes with the size its header states; not decoded yet.

    An SVG's bytes have been cleaned of whatever leads out of it, and `source` is its text.
    """

    data: bytes
    width: int
    height: int
    format: str
    notice: str = ""
    source: TextPreview | None = None


@dataclass(frozen=True, slots=True)
class PagePreview:
    """One drawn page of a document: `pixels` are 4 bytes each (blue, green, red, unused), `stride` bytes a line."""

    pixels: bytes
    width: int
    height: int
    stride: int
    places: Places
    notice: str = ""


@dataclass(frozen=True, slots=True)
class FactsPreview:
    """What is known of a file that is not opened here: a sentence and (label, value) pairs.

    `content` holds some of its bytes as hexadecimal lines, `places` which.
    """

    sentence: str
    facts: tuple[tuple[str, str], ...]
    notice: str = ""
    content: str = ""
    places: Places | None = None
    is_link_out: bool = False
    """It is a link that is followed once a person agrees."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """An MLmodel file as a person reads it. Tables are rows of cell texts, `example` and requirements plain text."""

    facts: tuple[tuple[str, str], ...]
    flavors: tuple[tuple[str, str], ...]
    """(name, what the flavor says: versions, files)"""
    signature: tuple[tuple[str, str, str, str], ...]
    """(inputs, outputs or params; name, "" for one without; type; optional, shape or default)"""
    source: TextPreview
    example: TablePreview | TextPreview | None = None
    example_name: str = ""
    requirements: tuple[str, ...] = ()
    notice: str = ""
    missing: tuple[str, ...] = field(default=())
    """Sentences about files the card names that are not there."""
    loader: str = ""
    """The module that loads it as a Python function, as the file says."""


Preview = (
    TextPreview
    | MarkdownPreview
    | OutlinePreview
    | ImagePreview
    | PagePreview
    | TablePreview
    | FactsPreview
    | ModelCard
)

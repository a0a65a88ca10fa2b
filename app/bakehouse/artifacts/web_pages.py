"""What an HTML file says, as plain text: no script, no style, no picture, nothing fetched."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from typing_extensions import override

from bakehouse.domain.cancellation import Token

_LEFT_OUT = frozenset({"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "head"})
_BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "fieldset",
        "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
        "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tr", "ul", "title",
    )
)  # fmt: skip
_PIECE = 16_384
_SPACES = re.compile(r"[ \t\r\f\v\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.left_out = 0
        self._skipped: list[str] = []
        self._is_kept = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _LEFT_OUT:
            self._skipped.append(tag)
            self.left_out += tag != "head"
        if tag == "title":
            self._skipped.clear()
        if self._skipped:
            return
        if tag == "img":
            self.left_out += 1
            words = dict(attrs).get("alt") or ""
            self.pieces.append(f"[picture: {words}]" if words else "[picture]")
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append("\n• ")
        elif tag in ("td", "th"):
            self.pieces.append("\t")
        elif tag in _BLOCKS:
            self._is_kept += tag == "pre"
            self.pieces.append("\n")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in self._skipped:
            del self._skipped[self._skipped.index(tag) :]
            return
        if tag in _BLOCKS and not self._skipped:
            self._is_kept = max(0, self._is_kept - (tag == "pre"))
            self.pieces.append("\n" if tag in ("li", "tr", "dt", "dd") else "\n\n")

    @override
    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.pieces.append(data if self._is_kept else _SPACES.sub(" ", data))


def page_text(html: str, token: Token) -> tuple[str, int]:
    """(its words, how many scripts, styles and pictures were left out). Raises Cancelled."""
    words = _Words()
    for at in range(0, len(html), _PIECE):
        token.check()
        words.feed(html[at : at + _PIECE])
    text = "".join(words.pieces)
    text = "\n".join(line.strip(" ") for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", text).strip("\n"), words.left_out

"""Bytes as text that is safe to show: encodings, hidden characters, endless lines, JSON with one member a line."""

from __future__ import annotations

import re

from bakehouse.artifacts.preview_kinds import TextPreview
from bakehouse.domain.text import visible_lines

LINE_LIMIT = 4_000
MOST_LINES = 20_000

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What `visible_lines` escapes, as one class, since a look at each of a million characters takes a second.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+"
)


def text_preview(text: str, notice: str = "", language: str = "") -> TextPreview:
    """Text made safe for the eye and for a text widget: hidden characters escaped, endless lines broken."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _HIDDEN.sub(lambda found: visible_lines(found[0]), text)
    lines = text.split("\n", MOST_LINES)
    notices = [notice] if notice else []
    if len(lines) > MOST_LINES:
        lines.pop()
        notices.insert(0, f"first {MOST_LINES:,} lines")
    if any(len(line) > LINE_LIMIT for line in lines):
        lines = [line[i : i + LINE_LIMIT] for line in lines for i in range(0, max(len(line), 1), LINE_LIMIT)]
        notices.append(f"lines longer than {LINE_LIMIT:,} characters are broken")
    return TextPreview("\n".join(lines), ", ".join(notices), language)


def decoded(head: bytes) -> str | None:
    """Text of a file's first bytes, undecodable ones replaced; None when it is no text."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return head.decode(encoding, errors="replace")
    sample = head[:8192]
    if b"\0" in sample:
        return None
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\b\x1b" for byte in sample)
    if controls > 2 + len(sample) // 50:
        return None
    text = head.decode("utf-8", errors="replace")
    if text[: len(sample)].count("\ufffd") > len(sample) // 10:
        latin = sample.decode("latin-1")
        if sum(c.isprintable() or c.isspace() for c in latin) < len(latin) * 0.95:
            return None
        return head.decode("latin-1")
    return text


def encoding_remark(head: bytes, text: str) -> str:
    """What is to be said of how `decoded` read these bytes as `text`; empty for what is plainly UTF-8 or marked."""
    if any(head.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS):
        return ""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 3 and error.reason == "unexpected end of data":
            return ""
    else:
        return ""
    if "\ufffd" not in text:
        return "not UTF-8, read as Latin-1"
    return "signs that are no UTF-8 are shown as \ufffd"


_JSON_PIECES = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
_INLINE = re.compile(r'\[(?:"(?:[^"\\]|\\.){0,100}"|[^\[\]{}"]){0,100}\]|\{\s*\}')
_LONGEST_INLINE = 110


def indented_json(text: str, deepest: int = 40) -> str:
    """JSON with one member a line. Works on tokens, so number literals stay as written and a cut text is fine."""
    if "\n" in text[:2000]:
        return text
    out: list[str] = []
    depth = 0
    place = 0
    while place < len(text):
        short = _INLINE.match(text, place) if text[place] in "[{" else None
        if short is not None and len(short[0]) > _LONGEST_INLINE:
            short = None
        found = short or _JSON_PIECES.match(text, place)
        if found is None:
            place += 1
            continue
        piece = found[0]
        place = found.end()
        if short or piece not in "[]{},:":
            out.append(piece)
            continue
        if piece in "[{":
            depth += 1
        elif piece in "]}":
            depth = max(depth - 1, 0)
        newline = "\n" + "  " * min(depth, deepest)
        if piece == ":":
            out.append(": ")
        else:
            out.append(newline + piece if piece in "]}" else piece + newline)
    return "".join(out)

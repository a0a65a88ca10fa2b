"""Foreign text made safe and short for the eye."""

from __future__ import annotations

import html
import unicodedata

# Format characters that reorder or hide text (bidirectional controls, zero width characters, byte order mark).
_INVISIBLE = frozenset(
    chr(c) for c in (0x200B, 0x200E, 0x200F, 0xFEFF, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)

_TOOLTIP_CHARACTERS = 2000


def visible(text: str, limit: int = 0) -> str:
    """`text` on one line with control and bidirectional characters as escapes, cut to `limit` characters (0: whole)."""
    text = _cut(text, limit)
    if text.isprintable() and text.isascii():
        return text
    return "".join(_escaped(c) if _is_hidden(c) else c for c in text)


def visible_lines(text: str, limit: int = 0) -> str:
    """Like `visible`, but line breaks and tabs stay."""
    lines = _cut(text, limit).replace("\r\n", "\n")
    return "".join(c if c in "\n\t" or not _is_hidden(c) else _escaped(c) for c in lines)


def plain_tooltip(text: str) -> str:
    """`text` so that Qt's tooltip, which guesses rich text, shows it literally and wrapped; empty for none."""
    if not text:
        return ""
    return f"<p style='white-space:pre-wrap'>{html.escape(visible_lines(text, _TOOLTIP_CHARACTERS))}</p>"


def counted(number: int, noun: str) -> str:
    """`1 run`, `1,234 runs`, for nouns that take an s."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _cut(text: str, limit: int) -> str:
    return text[: limit - 1] + "…" if limit and len(text) > limit else text


def _is_hidden(c: str) -> bool:
    return c in _INVISIBLE or unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}


def _escaped(c: str) -> str:
    known = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(c)
    return known.get(c) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )

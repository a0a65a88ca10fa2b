"""Foreign text made safe and short for the eye."""

from __future__ import annotations

import unicodedata

# Format characters that reorder or hide text (bidirectional controls, zero width characters, byte order mark).
_INVISIBLE = frozenset(
    chr(c) for c in (0x200B, 0x200E, 0x200F, 0xFEFF, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)


def visible(text: str, limit: int = 0) -> str:
    """`text` on one line with control and bidirectional characters as escapes, cut to `limit` characters (0: whole)."""
    if limit and len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable() and text.isascii():
        return text
    return "".join(_escaped(c) if _is_hidden(c) else c for c in text)


def visible_lines(text: str) -> str:
    """Like `visible`, but line breaks and tabs stay."""
    return "".join(c if c in "\n\t" or not _is_hidden(c) else _escaped(c) for c in text.replace("\r\n", "\n"))


def _is_hidden(c: str) -> bool:
    return c in _INVISIBLE or unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}


def _escaped(c: str) -> str:
    known = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(c)
    return known.get(c) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )

"""Bytes of any file as lines of place, hexadecimal digits and what is printable of them."""

from __future__ import annotations

from bakehouse.artifacts.preview_kinds import Places

PART = 4096
_LINE = 16


def part_places(size: int, current: int) -> Places:
    """Which part of a file of `size` bytes is shown; a part beyond its end becomes the last."""
    count = max(1, -(-size // PART))
    return Places("part", min(max(current, 0), count - 1), count)


def hexadecimal_lines(data: bytes, start: int) -> str:
    """`data`, which stands in its file at `start`, with 16 bytes a line."""
    digits = 8 if start + len(data) < 1 << 32 else 12
    lines = []
    for at in range(0, len(data), _LINE):
        line = data[at : at + _LINE]
        left, right = line[:8].hex(" "), line[8:].hex(" ")
        shown = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in line)
        lines.append(f"{start + at:0{digits}x}  {left:<23}  {right:<23}  {shown}")
    return "\n".join(lines)

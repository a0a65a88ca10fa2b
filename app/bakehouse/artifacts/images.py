"""The size of a picture from its header, so that a hostile one is refused before it is decoded."""

from __future__ import annotations

import struct

MOST_PIXELS = 64_000_000

# JPEG frame headers: SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC). ITU T.81, table B.1.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})


def image_size(head: bytes) -> tuple[str, int, int] | None:
    """(format, width, height) in pixels of PNG, JPEG, GIF and WebP; zeros when the header is cut; None for others."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ("PNG", *_unpacked(">II", head, 16))
    if head.startswith((b"GIF87a", b"GIF89a")):
        return ("GIF", *_unpacked("<HH", head, 6))
    if head.startswith(b"\xff\xd8\xff"):
        return ("JPEG", *_jpeg(head))
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return ("WebP", *_webp(head))
    return None


def _unpacked(layout: str, head: bytes, offset: int) -> tuple[int, int]:
    try:
        first, second = struct.unpack_from(layout, head, offset)
    except struct.error:
        return (0, 0)
    return (first, second)


def _jpeg(head: bytes) -> tuple[int, int]:
    place = 2
    while place + 4 <= len(head):
        if head[place] != 0xFF:
            return (0, 0)
        marker = head[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker in _BARE_MARKERS:
            place += 2
        elif marker in _FRAMES:
            height, width = _unpacked(">HH", head, place + 5)
            return (width, height)
        else:
            place += 2 + max(2, int.from_bytes(head[place + 2 : place + 4], "big"))
    return (0, 0)


def _webp(head: bytes) -> tuple[int, int]:
    """RFC 9649: VP8X holds the canvas less one in 24 bits each, VP8L 14 bits each, VP8 14 bits in the key frame."""
    chunk = head[12:16]
    if chunk == b"VP8X" and len(head) >= 30:
        return (1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little"))
    if chunk == b"VP8L" and len(head) >= 25:
        bits = int.from_bytes(head[21:25], "little")
        return (1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if chunk == b"VP8 ":
        width, height = _unpacked("<HH", head, 26)
        return (width & 0x3FFF, height & 0x3FFF)
    return (0, 0)

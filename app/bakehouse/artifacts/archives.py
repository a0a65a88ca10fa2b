"""What lies in a ZIP file, and the beginning of a gzip file, however much either would grow."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from pathlib import Path

from bakehouse.artifacts.listing import size_text
from bakehouse.artifacts.tables import TablePreview
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible

MOST_MEMBERS = 5_000
_LARGEST_DIRECTORY = 8_000_000
_TAIL = 66_000


def zip_members(path: Path, token: Token) -> TablePreview:
    """Names and sizes from a ZIP file's directory; nothing in it is unpacked. Raises ArtifactError.

    The directory's size is looked at first, for reading one of millions of names would take all memory.
    """
    shown = visible(path.name, 100)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(0, size - _TAIL))
            tail = file.read(_TAIL)
            place = tail.rfind(b"PK\x05\x06")
            if place < 0 or place + 20 > len(tail):
                raise ArtifactError(f"{shown} is a damaged ZIP archive, or cut short.")
            total, length = struct.unpack_from("<HI", tail, place + 10)
            if length > _LARGEST_DIRECTORY:
                raise ArtifactError(f"{shown} is a ZIP archive with so many files that they are not listed here.")
            token.check()
            file.seek(0, os.SEEK_SET)
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise ArtifactError(f"{shown} is a damaged ZIP archive, or cut short.") from error
    rows = tuple(
        (visible(member.filename, 500), size_text(member.file_size), size_text(member.compress_size))
        for member in members[:MOST_MEMBERS]
    )
    total = len(members)
    whole = sum(member.file_size for member in members)
    notice = f"ZIP archive, {total:,} file{'' if total == 1 else 's'}, {size_text(whole)} unpacked"
    if total > MOST_MEMBERS:
        notice += f", first {MOST_MEMBERS:,} listed"
    return TablePreview(("Name", "Size", "Packed"), rows, (False, True, True), notice)


def gzip_beginning(head: bytes, limit: int) -> tuple[bytes, bool] | None:
    """(the first `limit` bytes that `head` unpacks to, whether there are more); None when it is damaged at once."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        data = unpacking.decompress(head, limit)
    except zlib.error:
        return None
    return data, not unpacking.eof

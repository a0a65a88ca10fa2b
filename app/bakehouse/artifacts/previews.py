"""What can be shown of a file without running or fetching anything: text, image, table or plain facts."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from bakehouse.artifacts.images import MOST_PIXELS, image_size
from bakehouse.artifacts.listing import Entry, folder_error, size_text
from bakehouse.artifacts.protection import NOTHING_FORBIDDEN, Guard, obstacle
from bakehouse.artifacts.tables import TablePreview, delimited_table, logged_table, parquet_table
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible, visible_lines

TEXT_LIMIT = 1_000_000
IMAGE_LIMIT = 32_000_000
LINE_LIMIT = 4_000
MOST_LINES = 20_000

_CODE_ENDINGS = frozenset({".pkl", ".pickle", ".joblib", ".cloudpickle", ".dill", ".pt", ".pth", ".ckpt", ".skops"})
_KINDS = (
    (b"\x80\x02", "Python pickle"),
    (b"\x80\x03", "Python pickle"),
    (b"\x80\x04", "Python pickle"),
    (b"\x80\x05", "Python pickle"),
    (b"SQLite format 3\0", "SQLite database"),
    (b"%PDF-", "PDF document"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"BZh", "bzip2 archive"),
    (b"\xfd7zXZ\0", "xz archive"),
    (b"\x93NUMPY", "NumPy array"),
    (b"\x89HDF\r\n", "HDF5 file"),
    (b"ARROW1", "Arrow file"),
    (b"\x7fELF", "program or library"),
    (b"RIFF", "audio or video"),
    (b"ID3", "audio"),
    (b"OggS", "audio or video"),
    (b"fLaC", "audio"),
)
_RUNS_CODE = "Not opened here: pickles can run code when they are loaded."
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What `visible_lines` escapes, as one class, since a look at each of a million characters takes a second.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+"
)


@dataclass(frozen=True, slots=True)
class TextPreview:
    """Plain text, hidden characters as escapes, lines at most `LINE_LIMIT` long. `notice` says what was cut."""

    text: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class ImagePreview:
    """An image file's bytes with the size its header states; not decoded yet."""

    data: bytes
    width: int
    height: int
    format: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class FactsPreview:
    """What is known of a file that is not opened here: a sentence and (label, value) pairs."""

    sentence: str
    facts: tuple[tuple[str, str], ...]
    notice: str = ""


Preview = TextPreview | ImagePreview | TablePreview | FactsPreview


def read_preview(entry: Entry, token: Token, *, limit: int = TEXT_LIMIT, guard: Guard | None = None) -> Preview:
    """Look at one file. `limit` is the most bytes read of a text or table. Raises ArtifactError, Cancelled."""
    token.check()
    try:
        facts = entry.path.lstat()
        forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
        why = obstacle(entry.path, facts, entry.root, forbidden)
        if entry.is_folder or stat.S_ISDIR(facts.st_mode):
            return FactsPreview("A folder.", (("Name", visible(entry.name, 300)),))
        if why:
            return _facts(entry, facts.st_size, "", why)
        head, size = _read(entry.path, limit)
    except OSError as error:
        raise folder_error(entry.path, error) from error
    token.check()
    return _preview(entry, head, size, token)


def _preview(entry: Entry, head: bytes, size: int, token: Token) -> Preview:
    ending = Path(entry.name).suffix.lower()
    found = image_size(head)
    if found is not None:
        return _image(entry, *found, size, token)
    if head.startswith(b"PAR1"):
        return parquet_table(entry.path, token)
    if not size:
        return _facts(entry, size, "empty file", "This file is empty.")
    kind = next((kind for magic, kind in _KINDS if head.startswith(magic)), "")
    if ending in _CODE_ENDINGS or kind == "Python pickle":
        return _facts(entry, size, kind or "saved Python object", _RUNS_CODE)
    text = None if kind else decoded(head)
    if text is None:
        return _facts(entry, size, kind or "binary file", "Nothing here shows this kind of file.")
    cut = f"first {size_text(len(head))} of {size_text(size)}" if size > len(head) else ""
    if ending in {".csv", ".tsv"}:
        table = delimited_table(text, is_cut=bool(cut), cut=cut, tabbed=ending == ".tsv")
        if table is not None:
            return table
    if ending == ".json":
        return _json(text, cut)
    return text_preview(text, cut)


def _json(text: str, cut: str) -> Preview:
    if not cut:
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            return text_preview(text, "not valid JSON, shown as it is")
        table = logged_table(content)
        if table is not None:
            return table
    return text_preview(indented_json(text), cut)


def _image(entry: Entry, format_name: str, width: int, height: int, size: int, token: Token) -> Preview:
    kind = f"{format_name} image, {width:,} × {height:,} pixels"
    if not width or not height:
        return _facts(entry, size, f"{format_name} image", "This picture states no size; it is damaged.")
    if width * height > MOST_PIXELS:
        most = MOST_PIXELS // 1_000_000
        return _facts(entry, size, kind, f"This picture has more than {most} megapixels; it is not opened here.")
    if size > IMAGE_LIMIT:
        return _facts(entry, size, kind, f"This picture is larger than {size_text(IMAGE_LIMIT)}; not opened here.")
    token.check()
    try:
        data, _ = _read(entry.path, IMAGE_LIMIT)
    except OSError as error:
        raise folder_error(entry.path, error) from error
    return ImagePreview(data, width, height, format_name, f"{width:,} × {height:,}")


def text_preview(text: str, notice: str = "") -> TextPreview:
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
    return TextPreview("\n".join(lines), ", ".join(notices))


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


def _facts(entry: Entry, size: int, kind: str, sentence: str) -> FactsPreview:
    facts = [("Size", f"{size_text(size)} ({size:,} bytes)" if size >= 1000 else size_text(size))]
    if kind:
        facts.insert(0, ("Type", kind))
    if entry.is_link:
        facts.append(("Link to", visible(_link_target(entry.path), 300)))
    return FactsPreview(sentence, tuple(facts))


def _link_target(path: Path) -> str:
    try:
        return os.readlink(path)  # noqa: PTH115 - Path.readlink loses a trailing part of odd targets
    except OSError:
        return ""


def _read(path: Path, limit: int) -> tuple[bytes, int]:
    """The first `limit` bytes and the whole size. Never blocks on a pipe that took the file's place."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb", buffering=0) as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise ArtifactError(f"{visible(str(path), 200)} is no plain file.")
        pieces = []
        left = limit
        while left and (piece := file.read(left)):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces), facts.st_size

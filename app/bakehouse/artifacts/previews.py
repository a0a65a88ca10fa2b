"""What can be shown of a file without running or fetching anything."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import replace
from pathlib import Path

from bakehouse.artifacts.archives import gzip_beginning, zip_members
from bakehouse.artifacts.documents import document_page
from bakehouse.artifacts.file_reading import read_piece
from bakehouse.artifacts.folder_table import folder_table
from bakehouse.artifacts.following import can_follow
from bakehouse.artifacts.hexadecimal import PART, hexadecimal_lines, part_places
from bakehouse.artifacts.images import MOST_PIXELS, image_size
from bakehouse.artifacts.languages import language_of
from bakehouse.artifacts.listing import Entry, folder_error, size_text
from bakehouse.artifacts.model_card import CARD_LIMIT, beside, model_card
from bakehouse.artifacts.outlines import YAML_LIMIT, json_outline, parsed_json, yaml_outline
from bakehouse.artifacts.preview_kinds import (
    FactsPreview,
    ImagePreview,
    MarkdownPreview,
    OutlinePreview,
    PagePreview,
    Preview,
    TextPreview,
)
from bakehouse.artifacts.protection import NOTHING_FORBIDDEN, Guard, obstacle
from bakehouse.artifacts.sounds import sound_facts
from bakehouse.artifacts.tables import (
    TablePreview,
    cut_logged_table,
    delimited_table,
    is_logged_table,
    logged_table,
    parquet_table,
)
from bakehouse.artifacts.texts import decoded, encoding_remark, indented_json, text_preview
from bakehouse.artifacts.vector_pictures import SVG_LIMIT, UnsafePicture, clean_picture
from bakehouse.artifacts.web_pages import page_text
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.laying_out import laid_out_extent
from bakehouse.domain.text import visible

TEXT_LIMIT = 1_000_000
IMAGE_LIMIT = 32_000_000
_BESIDE_LIMIT = 64_000
_GZIP_ENDINGS = (".gz", ".gzip")

# What can hold pickled objects or programs: loading it may run code.
_CODE_ENDINGS = frozenset(
    (
        ".pkl", ".pickle", ".joblib", ".cloudpickle", ".dill", ".pt", ".pth", ".ckpt", ".bin", ".skops",
        ".npy", ".npz", ".keras", ".h5", ".hdf5", ".pb", ".whl", ".jar",
    )
)  # fmt: skip
_OFFICE = {".xlsx": "Excel workbook", ".docx": "Word document", ".pptx": "PowerPoint presentation"}
_KINDS = (
    (b"\x80\x02", "Python pickle"),
    (b"\x80\x03", "Python pickle"),
    (b"\x80\x04", "Python pickle"),
    (b"\x80\x05", "Python pickle"),
    (b"SQLite format 3\0", "SQLite database"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"BZh", "bzip2 archive"),
    (b"\xfd7zXZ\0", "xz archive"),
    (b"\x28\xb5\x2f\xfd", "Zstandard archive"),
    (b"\x93NUMPY", "NumPy array"),
    (b"\x89HDF\r\n", "HDF5 file"),
    (b"ARROW1", "Arrow file"),
    (b"\x7fELF", "program or library"),
    (b"MZ", "Windows program or library"),
    (b"RIFF", "audio or video"),
    (b"\x1aE\xdf\xa3", "Matroska or WebM video"),
)
_RUNS_CODE = "Not opened here: files of this kind can run code when they are loaded, as pickles can."
_ARRAY = re.compile(rb"'descr': '([^']{1,40})'.{0,80}'shape': (\([0-9, ]{0,100}\))", re.DOTALL)
_SVG = re.compile(r"\s*(<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE[^>\[]*(\[[^\]]*\])?>|\s)*<(\w+:)?svg[\s>]", re.DOTALL)


def read_preview(
    entry: Entry, token: Token, *, limit: int = TEXT_LIMIT, guard: Guard | None = None, place: int = 0
) -> Preview:
    """Look at one file; `place` is the page or part wanted. Raises ArtifactError, Cancelled.

    `limit` is the most bytes read of a text or table.
    """
    token.check()
    try:
        facts = entry.path.lstat()
        forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
        why = obstacle(entry.path, facts, entry.root, forbidden)
        if stat.S_ISDIR(facts.st_mode):
            return folder_table(entry, guard, token)
        if why:
            shown = _facts(entry, facts.st_size, "", why)
            return replace(shown, is_link_out=can_follow(entry._replace(is_link=entry.path.is_symlink(), obstacle=why)))
        head, size = read_piece(entry.path, limit)
        token.check()
        return _Looking(entry, token, guard, limit, place).preview(head, size)
    except OSError as error:
        raise folder_error(entry.path, error) from error


class _Looking:
    """One look at one file, on a worker thread."""

    def __init__(self, entry: Entry, token: Token, guard: Guard | None, limit: int, place: int) -> None:
        self._entry = entry
        self._token = token
        self._guard = guard
        self._limit = limit
        self._place = place

    def preview(self, head: bytes, size: int) -> Preview:
        """By what the file begins with, then by its name, then by whether it is text."""
        entry, ending = self._entry, Path(self._entry.name).suffix.lower()
        found = image_size(head)
        if found is not None:
            return self._image(*found, size)
        if not size:
            return _facts(entry, size, "empty file", "This file is empty.")
        kind = next((kind for magic, kind in _KINDS if head.startswith(magic)), "")
        if kind == "Python pickle" or (ending in _CODE_ENDINGS and (kind or ending != ".bin")):
            return self._bytes(size, kind or "saved object", _RUNS_CODE, _array_facts(head))
        if head.startswith(b"PAR1"):
            return parquet_table(entry.path, self._token)
        if head.startswith(b"%PDF-"):
            return document_page(entry.path, self._place, self._token)
        if ending in _OFFICE and kind == "ZIP archive":
            return self._bytes(size, _OFFICE[ending], "Open it with its own program to see what is in it.")
        if kind == "ZIP archive":
            return zip_members(entry.path, self._token)
        sound = sound_facts(head, size)
        if sound is not None:
            return FactsPreview("Sound is not played here.", (*sound, _size(size)))
        if kind == "gzip archive":
            return self._gzip(head, size)
        text = None if kind else decoded(head)
        if text is None:
            return self._bytes(size, kind or "binary file", "Nothing here shows this kind of file.")
        words = f"first {size_text(len(head))} of {size_text(size)}"
        return _remarked(self._text(entry.name, text, words, size > len(head)), encoding_remark(head, text))

    def _text(self, name: str, text: str, words: str, is_cut: bool) -> Preview:
        """Text by its name: MLmodel, SVG, HTML, table, JSON, YAML, Markdown, code, or plain."""
        cut = words if is_cut else ""
        ending = Path(name).suffix.lower()
        source = text_preview(text, cut, language_of(name))
        if name == "MLmodel" and not is_cut and len(text) <= CARD_LIMIT:
            card = model_card(text, source, self._beside_text, self._beside_example)
            if card is not None:
                return card
        if ending == ".svg" or _SVG.match(text[:4000]):
            return self._svg(source)
        if ending in {".html", ".htm"} or text[:100].lstrip().lower().startswith(("<!doctype html", "<html")):
            shown, left_out = page_text(text, self._token)
            notices = [f"scripts, styles or pictures left out: {left_out:,}" if left_out else "", cut]
            page = text_preview(shown, ", ".join(filter(None, notices)))
            return TextPreview(page.text, page.notice, is_page=True)
        if ending in {".csv", ".tsv"}:
            table = delimited_table(text, is_cut=is_cut, cut=cut, tabbed=ending == ".tsv")
            if table is not None:
                return table
        if ending in {".json", ".ipynb", ".geojson"}:
            return self._json(text, cut)
        if ending in {".yaml", ".yml"} and not is_cut:
            return self._yaml(text, source)
        if ending in {".md", ".markdown"}:
            return _markdown(text, source)
        return source

    def _json(self, text: str, cut: str) -> Preview:
        if cut:
            rows = cut_logged_table(text, cut)
            return text_preview(indented_json(text), cut, "json") if rows is None else rows
        try:
            content = parsed_json(text)
        except (ValueError, RecursionError):
            return text_preview(text, "not valid JSON, shown as it is", "json")
        table = logged_table(json.loads(text)) if is_logged_table(text) else None
        if table is not None:
            return table
        outline = json_outline(content, self._token)
        source = text_preview(indented_json(text), "", "json")
        return OutlinePreview(outline.branches, source, _cut_outline(outline.is_cut))

    def _yaml(self, text: str, source: TextPreview) -> Preview:
        if len(text) > YAML_LIMIT:
            return source
        try:
            outline = yaml_outline(text, self._token)
        except ValueError:
            return TextPreview(source.text, "not valid YAML, shown as it is", source.language)
        return OutlinePreview(outline.branches, source, _cut_outline(outline.is_cut))

    def _image(self, format_name: str, width: int, height: int, size: int) -> Preview:
        kind = f"{format_name} image, {width:,} × {height:,} pixels"
        if not width or not height:
            return _facts(self._entry, size, f"{format_name} image", "This picture states no size; it is damaged.")
        if width * height > MOST_PIXELS:
            most = MOST_PIXELS // 1_000_000
            sentence = f"This picture has more than {most} megapixels; only its header was read."
            return _facts(self._entry, size, kind, sentence)
        if size > IMAGE_LIMIT:
            sentence = f"This picture is larger than {size_text(IMAGE_LIMIT)}; only its header was read."
            return _facts(self._entry, size, kind, sentence)
        self._token.check()
        data, _ = read_piece(self._entry.path, IMAGE_LIMIT)
        return ImagePreview(data, width, height, format_name, f"{width:,} × {height:,}")

    def _svg(self, source: TextPreview) -> Preview:
        data, size = read_piece(self._entry.path, SVG_LIMIT)
        if size > SVG_LIMIT:
            return source
        try:
            picture = clean_picture(data, self._token)
        except UnsafePicture as error:
            return TextPreview(source.text, str(error).rstrip("."), "xml")
        notice = f"SVG, {picture.width:,} × {picture.height:,}"
        if picture.left_out:
            notice += f", outside references or scripts left out: {picture.left_out:,}"
        return ImagePreview(picture.data, picture.width, picture.height, "SVG", notice, source)

    def _gzip(self, head: bytes, size: int) -> Preview:
        """The beginning of what is packed, as if it were a file; a bomb grows to the limit and no further."""
        found = gzip_beginning(head, self._limit)
        text = None if found is None or not found[0] else decoded(found[0])
        if found is None or text is None:
            return self._bytes(size, "gzip archive", "Nothing here shows this kind of file.")
        name = self._entry.name
        inner = name[: -len(Path(name).suffix)] if name.lower().endswith(_GZIP_ENDINGS) else name
        words = f"first {size_text(len(found[0]))} of what is packed"
        return _remarked(self._text(inner, text, words, found[1]), encoding_remark(found[0], text))

    def _bytes(self, size: int, kind: str, sentence: str, more: tuple[tuple[str, str], ...] = ()) -> FactsPreview:
        """Facts and the bytes of the wanted part."""
        places = part_places(size, self._place)
        data, _ = read_piece(self._entry.path, PART, places.current * PART)
        facts = _facts(self._entry, size, kind, sentence)
        content = hexadecimal_lines(data, places.current * PART)
        return FactsPreview(facts.sentence, (*facts.facts, *more), "", content, places)

    def _beside(self, name: str) -> tuple[Path, bytes, int] | None:
        """The beginning of a file next to this one, unless something stands against reading it."""
        path = beside(self._entry.path, name)
        if path is None:
            return None
        forbidden = NOTHING_FORBIDDEN if self._guard is None else self._guard.identities()
        try:
            if obstacle(path, path.lstat(), self._entry.root, forbidden):
                return None
            return (path, *read_piece(path, _BESIDE_LIMIT))
        except (OSError, ArtifactError):
            return None

    def _beside_text(self, name: str) -> str | None:
        found = self._beside(name)
        return None if found is None else decoded(found[1])

    def _beside_example(self, name: str) -> TablePreview | TextPreview | None:
        found = self._beside(name)
        text = None if found is None else decoded(found[1])
        if found is None or text is None:
            return None
        cut = f"first {size_text(len(found[1]))} of {size_text(found[2])}" if found[2] > len(found[1]) else ""
        shown = self._json(text, cut) if name.endswith(".json") else text_preview(text, cut)
        if isinstance(shown, OutlinePreview):
            return shown.source
        return shown if isinstance(shown, TablePreview | TextPreview) else None


def _remarked(shown: Preview, remark: str) -> Preview:
    """The preview with a remark in its notice."""
    if not remark or isinstance(shown, PagePreview):
        return shown
    return replace(shown, notice=", ".join(filter(None, (shown.notice, remark))))


def _markdown(text: str, source: TextPreview) -> MarkdownPreview:
    """Laid out as far as a window can do without a stall; the whole stands in the text."""
    end = laid_out_extent(text)
    if end == len(text):
        return MarkdownPreview(text, source, source.notice)
    notice = f"first {end:,} characters laid out, the rest is in the text"
    return MarkdownPreview(text[:end], source, notice)


def _cut_outline(is_cut: bool) -> str:
    return "more members than are shown as a tree; see the text" if is_cut else ""


def _array_facts(head: bytes) -> tuple[tuple[str, str], ...]:
    """Type and shape from a NumPy file's header, which is text."""
    found = _ARRAY.search(head[:500]) if head.startswith(b"\x93NUMPY") else None
    if found is None:
        return ()
    return (("Values", visible(found[1].decode("latin-1"), 40)), ("Shape", visible(found[2].decode("latin-1"), 100)))


def _size(size: int) -> tuple[str, str]:
    return ("Size", f"{size_text(size)} ({size:,} bytes)" if size >= 1000 else size_text(size))


def _facts(entry: Entry, size: int, kind: str, sentence: str) -> FactsPreview:
    facts = [_size(size)] if not entry.is_link else [("Link to", visible(_link_target(entry.path), 300))]
    if kind:
        facts.insert(0, ("Type", kind))
    return FactsPreview(sentence, tuple(facts))


def _link_target(path: Path) -> str:
    try:
        return os.readlink(path)  # noqa: PTH115 - Path.readlink loses a trailing part of odd targets
    except OSError:
        return ""

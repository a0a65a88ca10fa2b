"""Previews: something honest for every file, nothing executed, nothing stalled."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bakehouse.artifacts.images import image_size
from bakehouse.artifacts.listing import Entry, list_folder
from bakehouse.artifacts.preview_kinds import (
    FactsPreview,
    ImagePreview,
    MarkdownPreview,
    ModelCard,
    OutlinePreview,
    Preview,
    TextPreview,
)
from bakehouse.artifacts.previews import read_preview
from bakehouse.artifacts.protection import LEADS_OUT, THE_STORE, Guard
from bakehouse.artifacts.tables import TablePreview
from bakehouse.artifacts.texts import indented_json, text_preview
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible_lines
from tests.stores import shared_store


def entry_of(path: Path, guard: Guard | None = None) -> Entry:
    return next(e for e in list_folder(path.parent, Token(), guard=guard) if e.name == path.name)


def preview_of(path: Path, content: bytes | str) -> Preview:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_preview(entry_of(path), Token())


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def test_that_text_is_shown_with_hidden_characters_as_escapes(tmp_path: Path) -> None:
    shown = preview_of(tmp_path / "a.txt", "one\r\ntwo\t‮three\x07 ä\n")
    assert shown == TextPreview("one\ntwo\t\\u202ethree\\x07 ä\n", "")


def test_that_a_large_text_shows_its_beginning_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    with path.open("wb") as file:
        file.write((b"x" * 99 + b"\n") * 12_000)
        file.truncate(10_000_000_000)
    shown = read_preview(entry_of(path), Token())
    assert isinstance(shown, TextPreview)
    assert shown.notice == "first 1.0 MB of 10 GB"
    assert len(shown.text) == 1_000_000


def test_that_a_text_of_very_many_lines_is_cut_too(tmp_path: Path) -> None:
    shown = preview_of(tmp_path / "log.txt", "a\n" * 100_000)
    assert isinstance(shown, TextPreview)
    assert (shown.text.count("\n"), shown.notice) == (19_999, "first 20,000 lines")


def test_that_exactly_the_characters_that_hide_are_escaped() -> None:
    every = "".join(map(chr, range(0x110000)))
    assert text_preview(every, "").text.replace("\n", "") == visible_lines(every.replace("\r", "\n")).replace("\n", "")


def test_that_an_endless_line_is_broken(tmp_path: Path) -> None:
    shown = preview_of(tmp_path / "a.txt", "x" * 900_000)
    assert isinstance(shown, TextPreview)
    assert max(map(len, shown.text.split("\n"))) == 4_000
    assert "broken" in shown.notice


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfabc", "abc"),
        ("zwei\n".encode("utf-16"), "zwei\n"),
        (b"caf\xe9 with a word or two more behind it\n", "caf\ufffd with a word or two more behind it\n"),
    ],
)
def test_that_encodings_are_told_apart(tmp_path: Path, content: bytes, text: str) -> None:
    shown = preview_of(tmp_path / "a.txt", content)
    assert isinstance(shown, TextPreview) and shown.text == text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("model.pkl", pickle.dumps({"a": 1}), "can run code"),
        ("renamed.txt", pickle.dumps([1, 2]), "can run code"),
        ("model.joblib", b"old protocol text", "can run code"),
        ("weights.bin", bytes(range(256)), "Nothing here shows"),
        ("a.xlsx", b"PK\x03\x04....", "its own program"),
        ("array.npy", b"\x93NUMPY\x01\0v\0{'descr': '<f8', 'shape': (3, 4), }", "can run code"),
        ("nothing.txt", b"", "empty"),
        ("half.png", b"\x89PNG\r\n\x1a\n", "damaged"),
    ],
)
def test_that_other_files_are_facts(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    shown = preview_of(tmp_path / name, content)
    assert isinstance(shown, FactsPreview)
    assert words in shown.sentence
    assert any(label == "Size" for label, _ in shown.facts)


def test_that_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (os.mkdir, (str(tmp_path / "exploded"),))

    preview_of(tmp_path / "a.pkl", pickle.dumps(Bomb()))
    preview_of(tmp_path / "a.json", pickle.dumps(Bomb()))
    assert not (tmp_path / "exploded").exists()


def test_that_pictures_carry_the_size_of_their_header(tmp_path: Path) -> None:
    shown = preview_of(tmp_path / "a.dat", png(10, 20))
    assert isinstance(shown, ImagePreview)
    assert (shown.width, shown.height, shown.format, shown.notice) == (10, 20, "PNG", "10 × 20")


@pytest.mark.parametrize(
    ("head", "size"),
    [
        (b"GIF89a" + struct.pack("<HH", 3, 4), ("GIF", 3, 4)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x11\x08\x00\x07\x00\x09\x03", ("JPEG", 9, 7)),
        (b"RIFF....WEBPVP8X\x0a\0\0\0\0\0\0\0\x09\0\0\x13\0\0", ("WebP", 10, 20)),
        (b"RIFF....WEBPVP8L\x05\0\0\0\x2f\x09\xc0\x04\x00", ("WebP", 10, 20)),
        (b"RIFF....WEBPVP8 ....\0\0\0\x9d\x01\x2a\x0a\x00\x14\x00", ("WebP", 10, 20)),
        (b"\xff\xd8\xff\xe0", ("JPEG", 0, 0)),
        (b"BM....", None),
    ],
)
def test_that_sizes_are_read_from_each_kind_of_header(head: bytes, size: tuple[str, int, int] | None) -> None:
    assert image_size(head) == size


def test_that_a_giant_picture_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    shown = preview_of(tmp_path / "a.png", png(100_000, 100_000))
    assert isinstance(shown, FactsPreview) and "64 megapixels" in shown.sentence


def test_that_a_csv_becomes_a_table(tmp_path: Path) -> None:
    shown = preview_of(tmp_path / "a.csv", 'name,value\n"x, y",1.5\nz,\nragged\n')
    assert shown == TablePreview(("name", "value"), (("x, y", "1.5"), ("z", ""), ("ragged", "")), (False, True), "")
    semicolons = preview_of(tmp_path / "b.csv", "a;b\n1;2\n")
    assert isinstance(semicolons, TablePreview) and semicolons.columns == ("a", "b")
    tabs = preview_of(tmp_path / "c.tsv", "a\tb,c\n1\t2\n")
    assert isinstance(tabs, TablePreview) and tabs.columns == ("a", "b,c")


def test_that_a_large_csv_shows_its_first_rows_and_columns(tmp_path: Path) -> None:
    many = preview_of(tmp_path / "a.csv", "a,b\n" + "1,2\n" * 20_000)
    assert isinstance(many, TablePreview)
    assert (len(many.rows), many.notice) == (10_000, "first 10,000 rows")
    wide = preview_of(tmp_path / "b.csv", ",".join(map(str, range(500))) + "\n1\n")
    assert isinstance(wide, TablePreview)
    assert (len(wide.columns), wide.notice) == (200, "first 200 of 500 columns")


def test_that_a_csv_with_one_endless_line_does_not_stall(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b'"' + b"x" * 2_000_000)
        file.truncate(1_000_000_000)
    before = time.monotonic()
    shown = read_preview(entry_of(path), Token())
    assert time.monotonic() - before < 5
    assert isinstance(shown, TextPreview) and "of 1.0 GB" in shown.notice
    quoted = preview_of(tmp_path / "b.csv", 'a\n"' + "x\n" * 200_000)
    assert isinstance(quoted, TextPreview)


def test_that_a_logged_table_becomes_a_table(tmp_path: Path) -> None:
    shown = preview_of(tmp_path / "t.json", json.dumps({"columns": ["q", "n"], "data": [["a", 1], [None, 2]]}))
    assert shown == TablePreview(("q", "n"), (("a", "1"), ("", "2")), (False, True), "")
    other = preview_of(tmp_path / "u.json", json.dumps({"columns": ["q"], "data": [1]}))
    assert isinstance(other, OutlinePreview)


def test_that_json_is_a_tree_and_indented_text_and_keeps_its_literals(tmp_path: Path) -> None:
    shown = preview_of(tmp_path / "a.json", '{"a":1e5,"b":[1,"]",3],"c":{},"d":{"e":[{"f":1.10}]}}')
    assert isinstance(shown, OutlinePreview)
    text = shown.source.text
    assert text.splitlines()[:4] == ["{", '  "a": 1e5,', '  "b": [1,"]",3],', '  "c": {},']
    assert '"f": 1.10' in text
    found = [(branch.name, branch.value, branch.kind) for branch in shown.branches]
    assert found == [
        ("a", "1e5", "number"),
        ("b", "3 items", "list"),
        ("c", "0 members", "map"),
        ("d", "1 member", "map"),
    ]
    assert shown.branches[3].children[0].children[0].children[0].value == "1.10"
    broken = preview_of(tmp_path / "b.json", '{"a": ')
    assert isinstance(broken, TextPreview) and broken.notice.startswith("not valid JSON")
    deep = preview_of(tmp_path / "c.json", "[" * 100_000)
    assert isinstance(deep, TextPreview)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(deadline=None)
@given(_JSON)
def test_that_indenting_never_changes_what_the_json_means(value: object) -> None:
    compact = json.dumps(value, separators=(",", ":"))
    assert json.loads(indented_json(compact)) == value


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.json", "a.txt", "a.png", "a"]))
def test_that_any_bytes_give_a_preview_or_a_sentence(tmp_path: Path, content: bytes, name: str) -> None:
    with contextlib.suppress(ArtifactError):
        preview_of(tmp_path / name, content)


def test_that_parquet_shows_first_rows_and_damage_is_a_sentence(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"n": list(range(30_000)), "t": [None, *["x"] * 29_999], "b": [b"\xff"] * 30_000}), path)
    shown = read_preview(entry_of(path), Token())
    assert isinstance(shown, TablePreview)
    assert (shown.columns, len(shown.rows), shown.notice) == (("n", "t", "b"), 10_000, "first 10,000 of 30,000 rows")
    assert shown.rows[0] == ("0", "", r"b'\xff'") and shown.is_number == (True, False, False)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ArtifactError, match="damaged or cut short"):
        read_preview(entry_of(path), Token())


def test_that_the_open_store_and_links_that_lead_out_are_never_opened(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    store = tmp_path / "mlflow.db"
    store.write_bytes(b"SQLite format 3\0")
    guard = Guard(store)
    os.link(store, root / "a.txt")
    (root / "out.txt").symlink_to("/etc/hostname")
    found = {e.name: e for e in list_folder(root, Token())}
    inside = read_preview(found["a.txt"], Token(), guard=guard)
    assert isinstance(inside, FactsPreview) and inside.sentence == THE_STORE
    outside = read_preview(found["out.txt"], Token(), guard=guard)
    assert isinstance(outside, FactsPreview) and outside.sentence == LEADS_OUT
    assert ("Link to", "/etc/hostname") in outside.facts


def test_that_a_preview_of_the_store_would_drop_its_lock_and_ours_does_not(tmp_path: Path) -> None:
    """While a process holds a write transaction, a preview attempt must not let a second writer in."""
    program = """
import sqlite3, subprocess, sys
from pathlib import Path
from bakehouse.artifacts.listing import list_folder
from bakehouse.artifacts.previews import read_preview
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
store = Path(sys.argv[1])
ours = sqlite3.connect(store, isolation_level=None)
ours.execute("CREATE TABLE t (x)")
ours.execute("BEGIN IMMEDIATE")
for entry in list_folder(store.parent, Token(), guard=Guard(store)):
    read_preview(entry, Token(), guard=Guard(store))
second = "import sqlite3,sys; sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None).execute('BEGIN IMMEDIATE')"
print(subprocess.run([sys.executable, "-c", second, str(store)], capture_output=True, text=True).returncode)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "s.db")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1"


def test_that_a_vanished_file_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    entry = entry_of(path)
    path.unlink()
    with pytest.raises(ArtifactError, match="not there any more"):
        read_preview(entry, Token())


@pytest.mark.parametrize("name", ["mlflow-1.30", "mlflow-2.22", "mlflow-3.17"])
def test_that_every_file_of_a_real_store_has_a_preview(name: str) -> None:
    store = shared_store(name)
    kinds = set()
    for path in (store.parent / "artifacts").rglob("*"):
        if path.is_file():
            kinds.add(type(read_preview(entry_of(path), Token(), guard=Guard(store))))
    assert kinds == {
        TextPreview,
        ImagePreview,
        TablePreview,
        FactsPreview,
        OutlinePreview,
        MarkdownPreview,
        ModelCard,
    }


def test_that_no_library_for_tables_is_imported_beforehand() -> None:
    code = """
import sys
import bakehouse.artifacts.copying, bakehouse.artifacts.locator, bakehouse.artifacts.previews
late = ("pyarrow", "pandas", "numpy", "PySide6", "sqlite3", "yaml", "pygments", "pypdfium2")
print([name for name in late if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Grüße für Zoë\n".encode(), ""),
        ("Grüße für Zoë\n".encode("utf-16"), ""),
        ("Grüße".encode("latin-1"), "not UTF-8, read as Latin-1"),
        (b"a long text with one odd sign \xff in it, and more words after it", "no UTF-8"),
    ],
)
def test_that_another_encoding_is_said(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    (entry,) = list_folder(tmp_path, Token())
    shown = read_preview(entry, Token())
    assert isinstance(shown, TextPreview)
    assert words in shown.notice if words else not shown.notice


def test_that_another_encoding_is_said_of_tables_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("a,b\n1,Grüße für Zoë\n".encode("latin-1"))
    (entry,) = list_folder(tmp_path, Token())
    shown = read_preview(entry, Token())
    assert isinstance(shown, TablePreview) and shown.notice == "not UTF-8, read as Latin-1"

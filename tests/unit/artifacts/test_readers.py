"""Each reader of a kind of file: what it finds, and what it refuses of hostile ones."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import struct
import wave
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bakehouse.artifacts.hexadecimal import hexadecimal_lines, part_places
from bakehouse.artifacts.languages import coloured_lines, language_of
from bakehouse.artifacts.listing import Entry, list_folder
from bakehouse.artifacts.outlines import MOST_BRANCHES, json_outline, parsed_json, yaml_outline
from bakehouse.artifacts.preview_kinds import (
    Branch,
    FactsPreview,
    ImagePreview,
    MarkdownPreview,
    ModelCard,
    OutlinePreview,
    PagePreview,
    Places,
    Preview,
    TextPreview,
)
from bakehouse.artifacts.previews import read_preview
from bakehouse.artifacts.series import member_step, read_member, with_series
from bakehouse.artifacts.sounds import sound_facts
from bakehouse.artifacts.tables import TablePreview
from bakehouse.artifacts.vector_pictures import UnsafePicture, clean_picture
from bakehouse.artifacts.web_pages import page_text
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from tests.stores import shared_store


def entry_of(path: Path) -> Entry:
    return next(e for e in list_folder(path.parent, Token()) if e.name == path.name)


def preview_of(path: Path, content: bytes | str, place: int = 0) -> Preview:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_preview(entry_of(path), Token(), place=place)


def pdf(pages: int, width: float = 200, height: float = 100) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(width, height)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


# JSON and YAML


def test_that_yaml_is_a_tree_whose_references_are_never_multiplied() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    found = yaml_outline(bomb, Token()).branches
    assert [branch.name for branch in found] == list("abcdefghi")
    assert found[-1].children == (Branch("0", "*h", "word"), Branch("1", "*h", "word"))


def test_that_yaml_values_keep_their_kind_and_documents_stay_apart() -> None:
    found = yaml_outline("a: 1.10\nb: '1'\nc: ~\nd: |\n  two\n  lines\n? [x, y]\n: z\n", Token()).branches
    assert [(b.name, b.value, b.kind) for b in found][:4] == [
        ("a", "1.10", "number"),
        ("b", "1", "text"),
        ("c", "~", "word"),
        ("d", "two\\nlines\\n", "text"),
    ]
    assert len(yaml_outline("a: 1\n---\nb: 2\n", Token()).branches) == 2
    with pytest.raises(ValueError):
        yaml_outline("a: [1, 2\nb: }", Token())


def test_that_no_tag_of_a_yaml_file_makes_an_object(tmp_path: Path) -> None:
    evil = f"!!python/object/apply:os.mkdir ['{tmp_path / 'exploded'}']\n"
    assert isinstance(preview_of(tmp_path / "a.yaml", evil), OutlinePreview)
    preview_of(tmp_path / "MLmodel", "flavors:\n  x: " + evil)
    assert not (tmp_path / "exploded").exists()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(deadline=None)
@given(_JSON)
def test_that_an_outline_holds_every_member_of_the_json(value: object) -> None:
    def members(part: object) -> int:
        inner = list(part.values()) if isinstance(part, dict) else part if isinstance(part, list) else []
        return len(inner) + sum(map(members, inner))

    def branches(part: tuple[Branch, ...]) -> int:
        return len(part) + sum(branches(branch.children) for branch in part)

    found = json_outline(parsed_json(json.dumps(value)), Token())
    is_one = not (isinstance(value, dict | list) and value)
    assert branches(found.branches) == members(value) + is_one


def test_that_an_endless_outline_is_cut_and_says_so(tmp_path: Path) -> None:
    shown = preview_of(tmp_path / "a.json", "[" + ",".join("1" * (MOST_BRANCHES + 5)) + "]")
    assert isinstance(shown, OutlinePreview) and "more members" in shown.notice
    assert [branch.name for branch in shown.branches][:2] == ["0 … 999", "1000 … 1999"]
    deep = preview_of(tmp_path / "b.json", "[" * 900 + "]" * 900)
    assert isinstance(deep, OutlinePreview | TextPreview)


@settings(deadline=None)
@given(st.text())
def test_that_any_yaml_is_a_tree_or_an_error_with_words(text: str) -> None:
    with contextlib.suppress(ValueError):
        yaml_outline(text, Token())


# Pictures, pages, sounds


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="20">{}</svg>'
)


@pytest.mark.parametrize(
    "part",
    [
        '<image xlink:href="file:///etc/passwd"/>',
        '<image href="https://example.com/a.png"/>',
        "<script>alert(1)</script>",
        '<rect style="fill: url(http://example.com/x)"/>',
        "<style>@import 'http://example.com/a.css'; rect { fill: url(file:///x) }</style>",
        '<rect onclick="alert(1)"/>',
        '<use href="other.svg#a"/>',
        "<foreignObject><p>x</p></foreignObject>",
    ],
)
def test_that_nothing_of_a_drawing_leads_out_of_it(part: str) -> None:
    found = clean_picture(SVG.format(part).encode(), Token())
    assert found.left_out >= 1 and (found.width, found.height) == (40, 20)
    for word in (b"http://example", b"https:", b"file:", b"alert", b"other.svg", b"<p>"):
        assert word not in found.data.replace(b"http://www.w3.org", b"")


def test_that_inner_references_and_inner_pictures_stay() -> None:
    part = '<g id="a"><rect/></g><use xlink:href="#a"/><image href="data:image/png;base64,AAAA"/><rect fill="url(#a)"/>'
    found = clean_picture(SVG.format(part).encode(), Token())
    assert found.left_out == 0 and b'xlink:href="#a"' in found.data and b"data:image/png" in found.data


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "".join(f'<g id="g{i}">' + f'<use href="#g{i + 1}"/>' * 10 + "</g>" for i in range(12))
            + '<use href="#g0"/>',
            "repeats",
        ),
        ('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g><use href="#a"/>', "repeats"),
        ("<g>" * 500 + "</g>" * 500, "more parts"),
        ("<rect>", "damaged"),
    ],
)
def test_that_a_drawing_without_end_is_not_drawn(content: str, words: str) -> None:
    with pytest.raises(UnsafePicture, match=words):
        clean_picture(SVG.format(content).encode(), Token())


def test_that_entities_of_a_drawing_are_refused() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + SVG.format("<text>&b;</text>")
    with pytest.raises(UnsafePicture, match="grow without end"):
        clean_picture(bomb.encode(), Token())


def test_that_an_svg_is_a_picture_and_a_damaged_one_its_text(tmp_path: Path) -> None:
    shown = preview_of(tmp_path / "a.svg", SVG.format("<rect/>"))
    assert isinstance(shown, ImagePreview) and shown.format == "SVG" and shown.source is not None
    broken = preview_of(tmp_path / "b.svg", "<svg><rect>")
    assert isinstance(broken, TextPreview) and "damaged" in broken.notice


def test_that_pages_of_a_document_are_drawn_one_by_one(tmp_path: Path) -> None:
    shown = preview_of(tmp_path / "a.pdf", pdf(3), place=1)
    assert isinstance(shown, PagePreview)
    assert (shown.width, shown.height, shown.places) == (400, 200, Places("page", 1, 3))
    assert len(shown.pixels) == shown.stride * shown.height and shown.pixels[:3] == b"\xff" * 3
    last = preview_of(tmp_path / "a.pdf", pdf(2), place=9)
    assert isinstance(last, PagePreview) and last.places.current == 1


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", pdf(1)[:200], pdf(1, 10.0, 40_000.0), b"%PDF-" + os.urandom(5_000)])
def test_that_a_damaged_or_giant_document_is_a_sentence_or_a_small_page(tmp_path: Path, content: bytes) -> None:
    try:
        shown = preview_of(tmp_path / "a.pdf", content)
    except ArtifactError as error:
        assert str(error).endswith(".")
    else:
        assert isinstance(shown, PagePreview) and max(shown.width, shown.height) <= 1_600


def test_that_sounds_say_their_length(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(b"\0" * 16_000)
    shown = read_preview(entry_of(tmp_path / "a.wav"), Token())
    assert isinstance(shown, FactsPreview)
    assert dict(shown.facts) | {"Length": "1.0 s", "Channels": "1 (mono)", "Rate": "8,000 Hz"} == dict(shown.facts)
    flac = b"fLaC\0\0\0\x22" + b"\0" * 10 + (44_100 << 44 | 1 << 41 | 15 << 36 | 44_100 * 90).to_bytes(8, "big")
    assert ("Length", "1:30") in (sound_facts(flac, 10**6) or [])
    mp3 = b"\xff\xfb\x90\x00" + b"\0" * 100
    assert ("Length", "about 1:00") in (sound_facts(mp3, 16_000 * 60) or [])


# Archives


def test_that_archives_are_listed_and_never_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil.txt", "x")
        archive.writestr("zeros", b"\0" * 20_000_000)
    shown = read_preview(entry_of(tmp_path / "bomb.zip"), Token())
    assert isinstance(shown, TablePreview)
    assert shown.rows[0][0] == "../../evil.txt" and shown.notice == "ZIP archive, 2 files, 20 MB unpacked"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bomb.zip"]


def test_that_an_archive_of_endless_names_is_refused_before_it_is_read(tmp_path: Path) -> None:
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 65_535, 65_535, 2_000_000_000, 0, 0)
    with pytest.raises(ArtifactError, match="so many files"):
        preview_of(tmp_path / "a.zip", b"PK\x03\x04" + b"\0" * 100 + end)
    with pytest.raises(ArtifactError, match="damaged"):
        preview_of(tmp_path / "b.zip", b"PK\x03\x04" + b"\0" * 100)


def test_that_a_gzip_bomb_grows_to_the_limit_and_no_further(tmp_path: Path) -> None:
    bomb = gzip.compress(b"0123456789abcde\n" * 4_000_000)
    shown = preview_of(tmp_path / "train.log.gz", bomb)
    assert isinstance(shown, TextPreview) and "first 1.0 MB of what is packed" in shown.notice
    table = preview_of(tmp_path / "a.csv.gz", gzip.compress(b"a,b\n1,2\n"))
    assert isinstance(table, TablePreview) and table.rows == (("1", "2"),)
    assert isinstance(preview_of(tmp_path / "b.gz", gzip.compress(b"\0\1\2" * 999)), FactsPreview)


# Text, pages, code


def test_that_a_page_is_its_words_and_nothing_else(tmp_path: Path) -> None:
    html = (
        "<html><head><title>T</title><style>p{}</style></head><body><h1>One</h1><script>alert('no')</script>"
        "<p>a  <b>bold</b> word</p><ul><li>x<li>y</ul><img src='http://e/x' alt='curve'>"
        "<iframe>no</iframe></body></html>"
    )
    text, left_out = page_text(html, Token())
    assert text == "T\n\nOne\n\na bold word\n\n• x\n• y\n\n[picture: curve]"
    assert left_out == 4
    shown = preview_of(tmp_path / "a.html", html)
    assert isinstance(shown, TextPreview) and shown.is_page


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from(list("<>/!-&;'\"= abscriptyle\n"))))
def test_that_no_page_holds_up_its_reader(html: str) -> None:
    page_text(html, Token())


def test_that_code_is_coloured_line_by_line() -> None:
    assert [language_of(name) for name in ("a.py", "MLmodel", "x.unknown")] == ["python", "yaml", ""]
    lines = coloured_lines('def f():\n    """two\n    lines"""  # c\n', "python", Token())
    assert (0, 3, "keyword") in lines[0] and (4, 6, "text") in lines[1]
    assert any(kind == "comment" for _, _, kind in lines[2])
    assert coloured_lines("x" * 2_000, "python", Token()) == []


def test_that_markdown_keeps_its_source(tmp_path: Path) -> None:
    shown = preview_of(tmp_path / "a.md", "# Title\n")
    assert isinstance(shown, MarkdownPreview) and shown.source.text == "# Title\n"
    long = preview_of(tmp_path / "b.md", "- item\n" * 5_000)
    assert isinstance(long, MarkdownPreview) and len(long.text) < 8_000 < len(long.source.text)
    assert long.notice == f"first {len(long.text):,} characters laid out, the rest is in the text"


def test_that_bytes_are_shown_part_by_part(tmp_path: Path) -> None:
    content = bytes(range(256)) * 40
    shown = preview_of(tmp_path / "a.dat", content, place=2)
    assert isinstance(shown, FactsPreview) and shown.places == Places("part", 2, 3)
    lines = shown.content.splitlines()
    assert lines[0].startswith("00002000  00 01 02") and len(lines) == (len(content) - 8_192) // 16
    assert hexadecimal_lines(b"Az\0", 0) == "00000000  41 7a 00                                          Az·"
    assert part_places(0, 5) == Places("part", 0, 1)


def test_that_the_first_rows_of_a_large_logged_table_are_shown(tmp_path: Path) -> None:
    rows = [[i, "x" * 100] for i in range(20_000)]
    shown = preview_of(tmp_path / "t.json", json.dumps({"columns": ["n", "t"], "data": rows}))
    assert isinstance(shown, TablePreview) and shown.columns == ("n", "t") and shown.rows[1][0] == "1"
    assert "first 1.0 MB of" in shown.notice


# MLmodel and series


def test_that_a_real_model_is_a_card() -> None:
    found = sorted((shared_store("mlflow-3.17").parent / "artifacts").rglob("MLmodel"))
    for path in found:
        card = read_preview(entry_of(path), Token())
        assert isinstance(card, ModelCard)
        facts = dict(card.facts)
        assert facts["MLflow"].startswith("3.") and facts["Python"] and "sklearn" in dict(card.flavors)
        assert ("inputs", "", "tensor of float64", "any × 3") in card.signature
        assert any(line.startswith("mlflow==") for line in card.requirements)


def test_that_a_card_names_columns_params_and_what_is_missing(tmp_path: Path) -> None:
    inputs = [
        {"name": "a", "type": "double", "required": True},
        {"name": "b", "type": "array", "items": {"type": "long"}},
    ]
    params = [{"name": "t", "type": "float", "default": 0.5, "shape": None}]
    text = (
        "flavors:\n  sklearn: {sklearn_version: 1.2.2, code: null}\nsignature:\n"
        f"  inputs: '{json.dumps(inputs)}'\n  params: '{json.dumps(params)}'\n"
        "saved_input_example_info: {artifact_path: ../secret.json}\n"
    )
    (tmp_path / "sub").mkdir()
    (tmp_path / "secret.json").write_text('{"columns": ["x"], "data": [[1]]}')
    card = preview_of(tmp_path / "sub" / "MLmodel", text)
    assert isinstance(card, ModelCard) and card.example is None and "../secret.json is not there" in card.missing[0]
    assert card.signature == (
        ("inputs", "a", "double", ""),
        ("inputs", "b", "list of long", ""),
        ("params", "t", "float", "default 0.5"),
    )
    assert isinstance(preview_of(tmp_path / "MLmodel", "just: text\n"), TextPreview)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_that_no_model_file_fails(tmp_path: Path, text: str) -> None:
    preview_of(tmp_path / "MLmodel", "flavors:\n  a: " + text)


UUID = "3c298c0-adc9-4f11-a739-e0fe132ef52d"


def test_that_pictures_logged_by_step_are_one_entry(tmp_path: Path) -> None:
    for step in (10, 2, -1):
        for small in ("", "+compressed"):
            kind = "webp" if small else "png"
            (tmp_path / f"val~a+step+{step}+timestamp+{1000 + step}+z{UUID}{small}.{kind}").write_bytes(b"GIF89a")
    (tmp_path / f"b%step%3%timestamp%5%r{UUID}%compressed.webp").write_bytes(b"x")
    (tmp_path / "plain+step+3.png").write_bytes(b"x")
    found = with_series(list_folder(tmp_path, Token()))
    assert [(entry.name, len(entry.members)) for entry in found] == [("b", 1), ("val/a", 3), ("plain+step+3.png", 0)]
    series = found[1]
    assert series.size == 36 and [member_step(m.name) for m in series.members] == [
        ("val/a", -1, 999, False),
        ("val/a", 2, 1002, False),
        ("val/a", 10, 1010, False),
    ]
    _, places = read_member(series, 5, Token(), None)
    assert places == Places("step", 2, 3, "step 10")


MAGICS = [
    b"", b"PAR1", b"%PDF-1.4\n", b"PK\x03\x04", b"\x1f\x8b\x08", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0",
    b"RIFF\0\0\0\0WEBPVP8X", b"RIFF\0\0\0\0WAVEfmt ", b"fLaC", b"OggS", b"ID3", b"\xff\xfb", b"<svg ", b"<html>",
    b"\x93NUMPY\1\0", b"\x80\4", b"flavors:\n  a: ", b'{"columns": ["a"], "data": [', b"\xff\xfe", b"\xef\xbb\xbf",
]  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    magic=st.sampled_from(MAGICS),
    content=st.binary(max_size=400),
    name=st.sampled_from(["a", "a.csv", "a.json", "a.yaml", "a.md", "a.svg", "a.html", "a.gz", "a.zip", "MLmodel"]),
    place=st.integers(-3, 5),
)
def test_that_random_bytes_behind_every_magic_are_a_preview_or_a_sentence(
    tmp_path: Path, magic: bytes, content: bytes, name: str, place: int
) -> None:
    try:
        preview_of(tmp_path / name, magic + content, place)
    except ArtifactError as error:
        assert str(error).endswith(".") and "\n" not in str(error)

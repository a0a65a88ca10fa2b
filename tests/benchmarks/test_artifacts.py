"""How soon something of 100,000 files stands in the tree and of any file in the preview; it never fails."""

from __future__ import annotations

import gzip
import io
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bakehouse.artifacts.choosing import carried
from bakehouse.artifacts.digests import folder_digest
from bakehouse.artifacts.listing import Entry, list_folder
from bakehouse.artifacts.ordering import Order, OrderBy, in_order
from bakehouse.artifacts.searching import find_entries
from bakehouse.domain.cancellation import Token
from bakehouse.itemmodels.artifact_tree import ArtifactRoot, ArtifactTreeModel
from bakehouse.widgets.preview_loading import load_preview

pytestmark = pytest.mark.benchmark

FILES = 100_000


def test_a_folder_of_very_many_files(tmp_path: Path) -> None:
    for number in range(FILES):
        (tmp_path / f"step{number}.txt").touch()
    first: list[float] = []
    begun, spent = time.perf_counter(), time.process_time()
    entries = list_folder(tmp_path, Token(), glimpse=lambda _: first.append(time.perf_counter() - begun))
    whole, spent = time.perf_counter() - begun, time.process_time() - spent
    print(f"\n{FILES:,} files: first {first[0] * 1000:.0f} ms, all {whole:.2f} s ({spent:.2f} s of processor)")
    begun = time.process_time()
    in_order(entries, Order(OrderBy.SIZE, True), Token())
    print(f"by size: {time.process_time() - begun:.2f} s of processor")
    begun = time.process_time()
    found = find_entries(tmp_path, "99", Token(), lambda _entries, _count: None)
    print(f"search: {len(found.found):,} of {found.looked_at:,} in {time.process_time() - begun:.2f} s of processor")


def test_choosing_very_many_files(qapp: object) -> None:
    entries = [Entry(f"step{i}.txt", f"step{i}.txt", Path("/x/artifacts"), False, 1, 0, False) for i in range(FILES)]
    model = ArtifactTreeModel()
    wanted: list[int] = []
    model.contents_wanted.connect(wanted.append)
    model.show([ArtifactRoot("Run artifacts", "/x/artifacts")])
    model.fetchMore(model.index(-1, 0))
    model.place(wanted[0], entries)
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    begun = time.process_time()
    choice = model.choice(rows)
    chosen = time.process_time()
    carried(choice, Token())
    print(
        f"\n{len(choice):,} rows chosen in {(chosen - begun) * 1000:.0f} ms, "
        f"made ready aside for a drag in {time.process_time() - chosen:.2f} s of processor"
    )


def _text(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"one line of a log file\n" * 60_000)
        file.truncate(10_000_000_000)


def _endless_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"a," * 1_000_000)
        file.truncate(1_000_000_000)


def _table(path: Path) -> None:
    path.write_text("id,name,score\n" + "".join(f"{i},user {i % 97},{i / 7:.6f}\n" for i in range(300_000)))


def _parquet(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({f"c{i}": list(range(200_000)) for i in range(20)}), path)


def _json(path: Path) -> None:
    path.write_text(json.dumps({f"key{i}": {"value": i, "list": [i] * 5} for i in range(15_000)}))


def _yaml(path: Path) -> None:
    path.write_text("".join(f"key{i}:\n  value: {i}\n  list: [1, 2, 3]\n" for i in range(8_000)))


def _code(path: Path) -> None:
    path.write_text('def f(x: int) -> str:\n    """Words."""\n    return f"{x + 1}"  # why\n\n' * 12_000)


def _pdf(path: Path) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    for _ in range(300):
        document.new_page(595, 842)
    out = io.BytesIO()
    document.save(out)
    document.close()
    path.write_bytes(out.getvalue())


def _gzip(path: Path) -> None:
    path.write_bytes(gzip.compress(b"0" * 300_000_000, 1))


def _bytes(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 400_000)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("log.txt", _text), ("line.csv", _endless_line), ("table.csv", _table), ("table.parquet", _parquet),
        ("config.json", _json), ("config.yaml", _yaml), ("train.py", _code), ("report.pdf", _pdf),
        ("bomb.log.gz", _gzip), ("weights.dat", _bytes),
    ],
)  # fmt: skip
def test_a_preview(name: str, make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / name)
    (entry,) = list_folder(tmp_path, Token())
    times = []
    for _ in range(2):
        begun = time.process_time()
        load_preview(entry, None, Token())
        times.append(time.process_time() - begun)
    print(f"\n{name}: first {times[0] * 1000:.0f} ms, again {times[1] * 1000:.0f} ms of processor")


def test_a_digest(tmp_path: Path) -> None:
    for number in range(64):
        (tmp_path / f"part{number}").write_bytes(bytes([number]) * 4_000_000)
    begun = time.process_time()
    digest = folder_digest(tmp_path, Token())
    spent = time.process_time() - begun
    print(f"\ndigest of {digest.size / 1e6:.0f} MB: {spent:.2f} s of processor, {digest.size / spent / 1e6:.0f} MB/s")

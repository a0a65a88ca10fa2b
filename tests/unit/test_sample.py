"""The sample is copied once, completely or not at all, and every address in the copy leads to the copy."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse import sample
from bakehouse.domain.errors import DiskFull, StoreDenied, StoreMissing
from bakehouse.places import data_directory
from bakehouse.resources import sample_directory
from bakehouse.sample import SAMPLE_ROOT, install_sample
from bakehouse.store.relocation import Relocation, rewrite_addresses
from tests.stores import change_store, insert, new_store

HOSTILE_NAME = "Meine Läden & 50% #1 東京"


def column(database: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return [row[0] for row in connection.execute(query)]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class TestInstalling:
    def test_that_the_sample_lands_in_the_data_folder(self) -> None:
        database = install_sample()
        assert database == data_directory() / "sample" / "mlflow.db"
        assert contents(database.parent).keys() == contents(sample_directory()).keys()
        assert [path.name for path in data_directory().iterdir()] == ["sample"]

    @pytest.mark.parametrize("name", ["sample", HOSTILE_NAME])
    def test_that_every_address_leads_to_the_copy(self, tmp_path: Path, name: str) -> None:
        database = install_sample(tmp_path / name)
        root = database.parent.as_uri()
        for query in (
            "SELECT artifact_location FROM experiments",
            "SELECT artifact_uri FROM runs",
            "SELECT artifact_location FROM logged_models",
            "SELECT storage_location FROM model_versions",
        ):
            addresses = column(database, query)
            assert addresses and all(address.startswith(root + "/artifacts/") for address in addresses)
        for model_file in database.parent.rglob("MLmodel"):
            assert f"artifact_path: {model_file.parent.as_uri()}\n" in model_file.read_text(encoding="utf-8")

    def test_that_nothing_in_the_copy_names_the_place_it_was_made_at(self, tmp_path: Path) -> None:
        database = install_sample(tmp_path / "sample")
        change_store(database, "VACUUM")  # what was replaced may linger in free space of a page
        neutral = SAMPLE_ROOT.removeprefix("file://").encode()
        assert [name for name, content in contents(database.parent).items() if neutral in content] == []

    def test_that_the_copy_is_one_sound_file_without_a_journal(self, tmp_path: Path) -> None:
        database = install_sample(tmp_path / "sample")
        assert column(database, "PRAGMA integrity_check") == ["ok"]
        assert sorted(path.name for path in database.parent.iterdir()) == ["artifacts", "mlflow.db"]

    def test_that_a_copy_the_person_changed_stays_as_it_is(self, tmp_path: Path) -> None:
        database = install_sample(tmp_path / "sample")
        change_store(database, "UPDATE experiments SET name = 'mine' WHERE experiment_id = 2")
        note = next(database.parent.rglob("report.md"))
        note.write_text("my words", encoding="utf-8")
        before = contents(database.parent)
        assert install_sample(tmp_path / "sample") == database
        assert contents(database.parent) == before

    def test_that_an_incomplete_copy_is_set_aside_and_kept(self, tmp_path: Path) -> None:
        folder = tmp_path / "sample"
        folder.mkdir()
        (folder / "thoughts.txt").write_text("keep me", encoding="utf-8")
        assert install_sample(folder).is_file()
        assert (tmp_path / "sample-incomplete-1" / "thoughts.txt").read_text(encoding="utf-8") == "keep me"

    def test_that_an_empty_folder_is_filled(self, tmp_path: Path) -> None:
        assert install_sample(tmp_path).is_file()

    def test_that_a_read_only_installation_gives_a_copy_that_can_be_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = tmp_path / "resources"
        shutil.copytree(sample_directory(), source)
        for path in source.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        monkeypatch.setattr(sample, "sample_directory", lambda: source)
        database = install_sample(tmp_path / "sample")
        assert all(path.stat().st_mode & 0o200 for path in database.parent.rglob("*"))

    def test_that_an_incomplete_installation_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sample, "sample_directory", lambda: tmp_path / "nowhere")
        with pytest.raises(StoreMissing, match="install it again"):
            install_sample(tmp_path / "sample")

    def test_that_a_full_disk_leaves_nothing_half_made(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        copies = 0

        def copy_until_full(source: Path, target: Path) -> None:
            nonlocal copies
            copies += 1
            if copies > 20:
                target.write_bytes(b"half")
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            target.write_bytes(source.read_bytes())

        monkeypatch.setattr(shutil, "copyfile", copy_until_full)
        with pytest.raises(DiskFull, match="make room"):
            install_sample(tmp_path / "sample")
        assert list(tmp_path.iterdir()) == []

    def test_that_a_file_where_the_folder_should_be_made_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("", encoding="utf-8")
        with pytest.raises(sample.StoreError, match="could not be copied"):
            install_sample(tmp_path / "file" / "sample")

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
    def test_that_a_forbidden_place_is_said(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o555)
        with pytest.raises(StoreDenied, match="not permitted"):
            install_sample(tmp_path / "sample")


class TestAddresses:
    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("file:///data/old", "file:///new%20home"),
            ("file:///data/old/1/a%20b", "file:///new%20home/1/a%20b"),
            ("file:/data/old/1", "file:///new%20home/1"),
            ("/data/old/1/50% off", "/new home/1/50% off"),
            ("/data/older/1", "/data/older/1"),
            ("file:///data/older", "file:///data/older"),
            ("s3://data/old/1", "s3://data/old/1"),
            ("./mlruns/0", "./mlruns/0"),
            ("models:/m-0123", "models:/m-0123"),
            ("", ""),
        ],
    )
    def test_that_only_addresses_below_the_old_root_move(self, address: str, expected: str) -> None:
        assert Relocation("file:///data/old", "file:///new%20home").address(address) == expected
        assert Relocation("/data/old/", "/new home").address(address) == expected

    @pytest.mark.parametrize("address", ["file:///a%20b/1", "file:///a b/1"])
    def test_that_escaped_and_unescaped_urls_of_a_root_with_blanks_both_move(self, address: str) -> None:
        assert Relocation("/a b", "/c").address(address) == "file:///c/1"

    def test_that_windows_roots_move(self) -> None:
        relocation = Relocation("C:\\ml", "file:///D:/my%20ml")
        assert relocation.address("file:///C:/ml/1") == "file:///D:/my%20ml/1"
        assert relocation.address("C:\\ml\\1") == "D:/my ml\\1"

    @pytest.mark.parametrize("root", ["mlruns", "", "/", "file:///", "s3://bucket/x"])
    def test_that_a_root_that_is_no_folder_of_a_machine_is_refused(self, root: str) -> None:
        with pytest.raises(ValueError, match="absolute"):
            Relocation(root, "/new")

    def test_that_addresses_inside_json_move_and_other_json_keeps_its_bytes(self) -> None:
        relocation = Relocation("/old", "/new")
        assert relocation.value('{"uri": "file:///old/x", "n": [1, "/old"]}') == (
            '{"uri": "file:///new/x", "n": [1, "/new"]}'
        )
        for untouched in ('{"uri":"s3://old/x" ,"n":1}', "{old", "[" * 100_000, "in /old"):
            assert relocation.value(untouched) == untouched

    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(lambda t: t.replace("/", "_")))
    def test_that_there_and_back_is_the_same_address(self, name: str) -> None:
        new = f"/n/{name}/x"
        there, back = Relocation("/old", new), Relocation(new, "/old")
        for address in ("file:///old/1/a%20b", "/old/1/a b"):
            assert back.address(there.address(address)) == address


class TestRewriting:
    def test_that_all_columns_with_addresses_change_and_words_do_not(self, tmp_path: Path) -> None:
        database = new_store(tmp_path / "mlflow.db")
        change_store(database, "UPDATE experiments SET artifact_location = '/old/0'")
        insert(database, "runs", {"run_uuid": "r", "experiment_id": 0, "artifact_uri": "file:///old/0/r/artifacts"})
        tags = {"mlflow.note.content": "/old/0 is where it was", "data": "/old/data.csv", "why": "moved from /old/0"}
        for key, value in tags.items():
            insert(database, "tags", {"key": key, "run_uuid": "r", "value": value})
        insert(database, "experiment_tags", {"key": "mlflow.note.content", "experiment_id": 0, "value": "/old/note"})
        assert rewrite_addresses(database, "/old", "/new") == 3
        assert column(database, "SELECT artifact_location FROM experiments") == ["/new/0"]
        assert column(database, "SELECT artifact_uri FROM runs") == ["file:///new/0/r/artifacts"]
        expected = tags | {"data": "/new/data.csv"}
        assert column(database, "SELECT value FROM tags ORDER BY rowid") == list(expected.values())
        assert column(database, "SELECT value FROM experiment_tags") == ["/old/note"]

    def test_that_an_old_schema_and_values_that_are_no_text_are_passed_over(self, tmp_path: Path) -> None:
        database = tmp_path / "old.db"
        change_store(
            database,
            "CREATE TABLE experiments (experiment_id INTEGER, artifact_location TEXT)",
            "CREATE TABLE elsewhere (artifact_uri TEXT)",
            "CREATE VIEW runs AS SELECT artifact_uri FROM elsewhere",
            "INSERT INTO experiments VALUES (1, NULL), (2, x'2f6f6c64ff'), (3, 7), (4, '/old/4')",
            "INSERT INTO elsewhere VALUES ('/old/1')",
        )
        assert rewrite_addresses(database, "/old", "/new") == 1
        assert column(database, "SELECT artifact_location FROM experiments") == [None, b"/old\xff", "7", "/new/4"]
        assert column(database, "SELECT artifact_uri FROM elsewhere") == ["/old/1"]

    def test_that_a_missing_database_is_not_made(self, tmp_path: Path) -> None:
        with pytest.raises(StoreMissing):
            rewrite_addresses(tmp_path / "none.db", "/old", "/new")
        assert list(tmp_path.iterdir()) == []

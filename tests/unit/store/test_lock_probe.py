"""A second process is kept out by a lock, or the store is not edited."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bakehouse.store import lock_probe
from bakehouse.store.lock_probe import LocksUseless, check_locks, is_on_local_disk
from tests.stores import new_store

SECOND = [sys.executable, "-m", "bakehouse", "try-lock"]
# Where locks do not work, the second process gets its own.
ANSWERING = [sys.executable, "-c", "print('ready', flush=True); input(); print('free')"]


def test_that_a_lock_that_holds_allows_editing_and_changes_nothing(tmp_path: Path) -> None:
    store = new_store(tmp_path / "mlflow.db")
    before = store.read_bytes()
    check_locks(store, SECOND)
    assert store.read_bytes() == before and [one.name for one in tmp_path.iterdir()] == ["mlflow.db"]


def test_that_a_second_process_that_gets_the_lock_too_ends_editing(tmp_path: Path) -> None:
    store = new_store(tmp_path / "mlflow.db")
    with pytest.raises(LocksUseless, match="Locks do not work where"):
        check_locks(store, ANSWERING)


def test_that_a_lock_that_another_program_holds_keeps_us_out_and_so_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = new_store(tmp_path / "mlflow.db")
    monkeypatch.setattr(lock_probe, "_WAIT_S", 0.05)
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        check_locks(store, ANSWERING)


@pytest.mark.parametrize("second", [["/no/such/program"], [sys.executable, "-c", "raise SystemExit(1)"]])
def test_that_a_program_that_cannot_be_started_forbids_nothing(tmp_path: Path, second: list[str]) -> None:
    check_locks(new_store(tmp_path / "mlflow.db"), second)


def test_that_shares_are_told_from_disks_by_the_kernels_own_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    share = tmp_path / "the share"
    share.mkdir()
    escaped = str(share).replace(" ", "\\040")
    mounts.write_text(
        "22 1 0:20 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        f"36 22 0:30 / {escaped} rw,noatime shared:2 master:1 - nfs4 server:/x rw\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(lock_probe, "_MOUNTS", mounts)
    assert is_on_local_disk(tmp_path / "mlflow.db")
    assert not is_on_local_disk(share / "mlflow.db")
    monkeypatch.setattr(lock_probe, "_MOUNTS", tmp_path / "none")
    assert not is_on_local_disk(tmp_path / "mlflow.db")

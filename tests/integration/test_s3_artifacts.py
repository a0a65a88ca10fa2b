"""Artifacts in S3: a real server, the `s3` extra as it is installed, credentials from the environment alone."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.clients import ClientMissing
from tests.object_store import python_with, s3_server

pytestmark = pytest.mark.integration

MANY = int(os.environ.get("BAKEHOUSE_TEST_OBJECTS", "2500"))


def test_that_artifacts_in_s3_are_listed_shown_dragged_and_saved(tmp_path: Path) -> None:
    try:
        python = python_with("s3")
    except ClientMissing as missing:
        pytest.skip(str(missing))
    folder = tmp_path / "work"
    folder.mkdir()
    with s3_server(python, tmp_path / "server.log", MANY) as environment:
        program = [str(python), str(Path(__file__).with_name("s3_program.py")), str(folder), str(MANY)]
        done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-4000:]}"
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["rows"] == ["model", "note.txt"]
    assert not answer["drags_at_once"] and answer["drags_then"] and answer["dragged_is_equal"] and answer["progress"]
    # A backslash would be a separator on Windows: shown, not fetched.
    assert answer["hostile_saved"] == sorted(["CON", "-rf", "\u202egnp.exe", "50% off ä#1.txt", "x" * 255])
    assert answer["beside_target"] == ["target"]
    assert "\u202e" not in "".join(answer["hostile_rows"])
    assert answer["many_more"].startswith(f"{MANY - 500:,} more")
    assert answer["absent"].endswith(".") and "s3://absent" in answer["absent"]
    print(f"{MANY:,} objects: first rows after {answer['many_s']} s, all after {answer['many_all_s']} s")

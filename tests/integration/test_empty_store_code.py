"""The code that an empty store offers does what it says, run by a real client."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bakehouse.domain.cancellation import Token
from bakehouse.domain.snippets import logging_snippet
from bakehouse.store.opening import open_store
from bakehouse.store.run_names import read_run_names
from tests.clients import Client
from tests.stores import copy_of_store

pytestmark = pytest.mark.integration


def test_that_the_copied_code_logs_a_run_that_is_found(mlflow_client: Callable[[str], Client], tmp_path: Path) -> None:
    path = copy_of_store("empty-3.17", tmp_path)
    code = logging_snippet(path, 'the "first" one')
    mlflow_client("3.17.2").run(f"{code}\nprint(1)", folder=tmp_path)
    store = open_store(path)
    names = read_run_names(store.reader(), Token())
    store.close()
    assert len(names.run_ids) == 1
    assert names.experiments[int(names.experiment_ids[0])] == 'the "first" one'

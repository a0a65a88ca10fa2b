"""What the integration tests share: real MLflow clients."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.clients import Client, ClientMissing, client


@pytest.fixture(scope="session")
def mlflow_client() -> Callable[[str], Client]:
    """`mlflow_client("3.17.2")`: that client, or the test is skipped with the reason."""

    def get(version: str) -> Client:
        try:
            return client(version)
        except ClientMissing as missing:
            pytest.skip(str(missing))

    return get

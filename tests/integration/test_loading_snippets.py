"""The programs that the version page gives load the model with a real client, however the version is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.preview_kinds import ModelCard
from bakehouse.domain.cancellation import Token
from bakehouse.domain.loading_snippets import NATIVE, PYFUNC, SPARK, Snippet, addresses_of, loading_snippets
from bakehouse.domain.models import ModelVersion
from bakehouse.pages.models.version_reading import read_card, read_source
from bakehouse.store.opening import open_store
from bakehouse.store.registry import list_models
from tests.clients import Client

pytestmark = pytest.mark.integration

# Arguments: database. Logs a scikit-learn model and a class of its own, each registered as Production.
MAKE = """
import json, sys
import mlflow, numpy, pandas
from mlflow.models.signature import infer_signature
from sklearn.linear_model import LogisticRegression
mlflow.set_tracking_uri("sqlite:///" + sys.argv[1])
client = mlflow.MlflowClient()
class Doubling(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return 2 * numpy.asarray(model_input)
data = pandas.DataFrame({"age": [1.0, 2.0, 3.0, 4.0], "income": [4.0, 3.0, 2.0, 1.0]})
fitted = LogisticRegression().fit(data, [0, 0, 1, 1])
for name in ("churn", "Größe 50 % & more"):
    with mlflow.start_run():
        signature = infer_signature(data, fitted.predict(data))
        mlflow.sklearn.log_model(fitted, "model", signature=signature, registered_model_name=name)
with mlflow.start_run():
    mlflow.pyfunc.log_model("model", python_model=Doubling(), registered_model_name="doubling")
for name in ("churn", "Größe 50 % & more", "doubling"):
    client.transition_model_version_stage(name, 1, "Production")
    if hasattr(client, "set_registered_model_alias"):
        client.set_registered_model_alias(name, "champion", 1)
print(json.dumps(mlflow.__version__))
"""
RUN = """
import json, sys
seen = {}
for key, code in json.loads(sys.argv[1]).items():
    space = {}
    exec(code, space)
    seen[key] = type(space["model"]).__module__.partition(".")[0] + "." + type(space["model"]).__name__
print(json.dumps(seen))
"""


def programs(path: Path, name: str) -> dict[str, Snippet]:
    """All programs for version 1 of a model: `<how it is named>: <kind>` → program."""
    store = open_store(path, read_only=True)
    try:
        models = list_models(store.reader(), Token())
        version: ModelVersion = next(one for one in models if one.name == name).versions[0]
        address = read_source(store, version, Token()).address
    finally:
        store.close()
    locator = Locator(path)
    found = read_card(locator, address, Token())
    card = found.card
    assert isinstance(card, ModelCard), found.sentence
    assert found.location.path is not None
    return {
        f"{where.words}: {one.kind}": one
        for where in addresses_of(version, str(found.location.path))
        for one in loading_snippets(
            path,
            where,
            [flavor for flavor, _ in card.flavors],
            loader=card.loader,
            columns=[row[1] for row in card.signature if row[0] == "inputs"],
        )
    }


@pytest.mark.parametrize("version", ["1.30.1", "2.22.5", "3.17.2"])
def test_that_every_program_loads_the_model_by_version_stage_alias_and_folder(
    mlflow_client: Callable[[str], Client], tmp_path: Path, version: str
) -> None:
    client = mlflow_client(version)
    path = tmp_path / "mlflow.db"
    client.run(MAKE, path, folder=tmp_path)
    wanted = ["Version 1", "Stage Production", *(["Alias champion"] if version != "1.30.1" else []), "Folder"]
    code: dict[str, str] = {}
    for name in ("churn", "Größe 50 % & more", "doubling"):
        found = programs(path, name)
        assert list(found) == [f"{where}: {kind}" for where in wanted for kind in (PYFUNC, NATIVE, SPARK)]
        code |= {f"{name}: {key}": one.code for key, one in found.items() if one.kind != SPARK}
        for one in found.values():
            compile(one.code, "snippet", "exec")
    assert "# data: columns age, income" in code["churn: Version 1: pyfunc"]
    seen = client.run(RUN, json.dumps(code), folder=tmp_path)
    for key, kind in seen.items():
        native = "__main__.Doubling" if key.startswith("doubling") else "sklearn.LogisticRegression"
        assert kind == ("mlflow.PyFuncModel" if key.endswith(PYFUNC) else native), key

"""A real MLflow client finds everything in an installed sample and can use its models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bakehouse.sample import install_sample
from tests.clients import Client

pytestmark = pytest.mark.integration

# Arguments: database. Prints what it saw as JSON.
LOOK = """
import json, sys, mlflow, pandas
from mlflow import MlflowClient
mlflow.set_tracking_uri("sqlite:///" + sys.argv[1])
client = MlflowClient()
columns = ["price", "competitor_price", "discount", "promotion", "weekday", "temperature", "footfall"]
rows = [[2.5, 3.0, 0.1, 1.0, 5.0, 20.0, 500.0], [4.6, 4.0, 0.0, 0.0, 1.0, 4.0, 400.0]]
frame = pandas.DataFrame(rows, columns=columns)
seen = {
    name: [float(value) for value in mlflow.pyfunc.load_model("models:/DemandForecast" + name).predict(frame)]
    for name in ("/Production", "/Staging", "/1", "@champion")
}
best = client.get_model_version("DemandForecast", "3").run_id
seen["artifacts"] = sorted(item.path for item in client.list_artifacts(best))
seen["text"] = len(mlflow.artifacts.load_text(client.get_run(best).info.artifact_uri + "/training.log"))
experiment = client.get_experiment_by_name("price_optimization_2024")
found = client.search_runs([experiment.experiment_id], "metrics.revenue_uplift > 0.1 and params.learning_rate != 'x'")
seen["wins"] = len(found)
print(json.dumps(seen))
"""


def test_that_a_real_client_loads_and_predicts_from_the_installed_sample(
    mlflow_client: Callable[[str], Client], tmp_path: Path
) -> None:
    client = mlflow_client("3.17.2")
    # A blank and letters outside ASCII, as names of people's folders have them.
    database = install_sample(tmp_path / "Bäckerei data" / "sample")
    seen = client.run(LOOK, database, folder=tmp_path)
    cheap, dear = seen["/Production"]
    assert 20 < dear < cheap < 140
    assert seen["@champion"] == seen["/Production"] != seen["/Staging"]
    assert seen["/1"] != seen["/Production"]
    assert {"plots", "tables", "predictions.parquet", "config.json", "training.log"} <= set(seen["artifacts"])
    assert seen["text"] > 0
    assert seen["wins"] > 20

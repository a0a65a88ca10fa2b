"""Programs that load a model: what they name, what they import, and that any name stays a program."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.domain.loading_snippets import Address, addresses_of, loading_snippets
from bakehouse.domain.models import ModelVersion

STORE = Path("/data/mlflow.db")
VERSION = ModelVersion(
    "churn", 3, "Production", "READY", "models:/m-1", None, "r", "", 1, 1, ("champion", "eu"), (), "default"
)


def test_that_a_version_is_named_by_number_stage_alias_and_folder() -> None:
    found = addresses_of(VERSION, "/models/churn")
    assert [one.uri for one in found] == [
        "models:/churn/3",
        "models:/churn/Production",
        "models:/churn@champion",
        "models:/churn@eu",
        "/models/churn",
    ]
    assert addresses_of(VERSION, "/models/churn", folder_first=True)[0].words == "Folder"


def test_that_no_stage_names_no_version() -> None:
    assert [one.uri for one in addresses_of(replace(VERSION, stage="None", aliases=()))] == ["models:/churn/3"]


@pytest.mark.parametrize("name", ["../x", "a:b", "what?"])
def test_that_a_name_that_no_address_can_bear_leaves_the_folder(name: str) -> None:
    version = replace(VERSION, name=name)
    assert addresses_of(version, "/models/churn") == [Address("Folder", "/models/churn")]
    assert addresses_of(version) == [Address("Source", "models:/m-1")]


def test_that_each_known_flavor_has_a_program_of_its_own() -> None:
    flavors = ["python_function", "xgboost", "made_up"]
    found = loading_snippets(STORE, addresses_of(VERSION)[0], flavors, columns=["age", ""])
    assert [one.title for one in found] == ["Python function", "XGBoost", "Spark UDF"]
    assert 'mlflow.set_tracking_uri("sqlite:////data/mlflow.db")' in found[0].code
    assert "# data: columns age\n" in found[0].code
    assert 'mlflow.xgboost.load_model("models:/churn/3")' in found[1].code
    assert "import mlflow.xgboost" in found[1].code
    assert 'spark_udf(spark, "models:/churn/3")' in found[2].code


def test_that_an_own_class_is_unwrapped() -> None:
    found = loading_snippets(STORE, addresses_of(VERSION)[0], ["python_function"], loader="mlflow.pyfunc.model")
    assert "unwrap_python_model()" in next(one.code for one in found if one.title == "Own class")


def test_that_a_folder_needs_no_store_and_another_workspace_is_named() -> None:
    folder = loading_snippets(STORE, Address("Folder", "/m"), ["python_function"])[0].code
    assert "tracking_uri" not in folder
    named = loading_snippets(STORE, addresses_of(VERSION)[0], ["python_function"], workspace="team")[0].code
    assert 'mlflow.set_workspace("team")' in named


def test_that_without_a_model_file_the_general_ways_are_given() -> None:
    assert [one.kind for one in loading_snippets(STORE, addresses_of(VERSION)[0], [])] == ["pyfunc", "spark"]


@pytest.mark.parametrize("name", ['a"b', "a'b\"c", "line\nbreak", "back\\slash", "a\u2028b"])
def test_that_an_odd_name_stays_one_text_of_the_program(name: str) -> None:
    for one in loading_snippets(STORE, addresses_of(replace(VERSION, name=name))[0], ["python_function", "sklearn"]):
        texts = [node.value for node in ast.walk(ast.parse(one.code)) if isinstance(node, ast.Constant)]
        assert f"models:/{name}/3" in texts


@given(st.lists(st.text(), max_size=20))
def test_that_no_column_name_leaves_its_comment(columns: list[str]) -> None:
    plain = loading_snippets(STORE, addresses_of(VERSION)[0], ["python_function"])[0].code
    code = loading_snippets(STORE, addresses_of(VERSION)[0], ["python_function"], columns=columns)[0].code
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(plain))

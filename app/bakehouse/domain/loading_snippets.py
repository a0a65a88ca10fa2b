"""Python that loads a registered model with MLflow: as a Python function, in its own flavor, in Spark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bakehouse.domain.models import ModelVersion, Stage
from bakehouse.domain.text import visible

PYFUNC, NATIVE, SPARK = "pyfunc", "native", "spark"
"""The kinds of snippet."""

_PYTHON_MODEL_LOADER = "mlflow.pyfunc.model"
_FLAVORS = {
    "sklearn": "scikit-learn",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "transformers": "Transformers",
    "sentence_transformers": "Sentence Transformers",
    "spark": "Spark ML",
    "onnx": "ONNX",
    "statsmodels": "statsmodels",
    "prophet": "Prophet",
    "spacy": "spaCy",
    "langchain": "LangChain",
    "llama_index": "LlamaIndex",
    "dspy": "DSPy",
    "openai": "OpenAI",
    "pmdarima": "pmdarima",
    "diviner": "Diviner",
    "fastai": "fastai",
    "h2o": "H2O",
    "paddle": "PaddlePaddle",
    "johnsnowlabs": "John Snow Labs",
    "promptflow": "Prompt flow",
}
"""Flavors that MLflow can load by `mlflow.<flavor>.load_model`, with their names for the eye."""
_MOST_COLUMNS = 12
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Address:
    """One way to name a version to MLflow: `words` for the eye, `uri` for the program."""

    words: str
    uri: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """A program; `kind` is one of the constants, `title` names its tab."""

    kind: str
    title: str
    code: str


def addresses_of(version: ModelVersion, folder: str = "", *, folder_first: bool = False) -> list[Address]:
    """By version, by stage, by each alias, and by the folder where its files were found (`folder_first`: before all).

    A stage names the newest version in it; None names no version. MLflow's client reads no name with one of `/:?` out
    of an address, so such a model has only its folder, or what its source says.
    """
    if not is_nameable(version.name):
        return [Address("Folder", folder) if folder else Address("Source", version.source)]
    found = [Address(f"Version {version.version}", f"models:/{version.name}/{version.version}")]
    if version.stage in (Stage.STAGING, Stage.PRODUCTION, Stage.ARCHIVED):
        found.append(Address(f"Stage {version.stage}", f"models:/{version.name}/{version.stage}"))
    found += [Address(f"Alias {alias}", f"models:/{version.name}@{alias}") for alias in version.aliases]
    if folder:
        found.insert(0 if folder_first else len(found), Address("Folder", folder))
    return found


def is_nameable(name: str) -> bool:
    """Whether MLflow's client finds a model of that name by a `models:/` address."""
    return not {"/", ":", "?"}.intersection(name)


def loading_snippets(
    store: Path,
    address: Address,
    flavors: Sequence[str],
    *,
    loader: str = "",
    columns: Sequence[str] = (),
    workspace: str = "default",
) -> list[Snippet]:
    """Programs that load `address` from the SQLite file `store`.

    `flavors` are those of the MLmodel file, `loader` its python_function's module, `columns` the names of the inputs,
    "" for one without.
    Without flavors (the file could not be read) the general ways are given.
    """
    begin = _beginning(store, address, workspace)
    given = _given(columns)
    found = []
    if "python_function" in flavors or not flavors:
        code = [*begin, f"model = mlflow.pyfunc.load_model({_quoted(address.uri)})", *_predict("model", given)]
        found.append(Snippet(PYFUNC, "Python function", _program(code)))
    for flavor in flavors:
        if flavor in _FLAVORS:
            load = f"model = mlflow.{flavor}.load_model({_quoted(address.uri)})"
            code = [begin[0], f"import mlflow.{flavor}", *begin[1:], load]
            found.append(Snippet(NATIVE, _FLAVORS[flavor], _program(code)))
    if loader == _PYTHON_MODEL_LOADER:
        load = f"model = mlflow.pyfunc.load_model({_quoted(address.uri)}).unwrap_python_model()"
        found.append(Snippet(NATIVE, "Own class", _program([*begin, load])))
    if "python_function" in flavors or not flavors:
        found.append(Snippet(SPARK, "Spark UDF", _program(_spark(begin, address))))
    return found


def _beginning(store: Path, address: Address, workspace: str) -> list[str]:
    lines = ["import mlflow", ""]
    if address.uri.startswith("models:/"):
        lines.append(f"mlflow.set_tracking_uri({_quoted('sqlite:///' + store.as_posix())})")
        if workspace != "default":
            lines.append(f"mlflow.set_workspace({_quoted(workspace)})")
    return lines


def _predict(name: str, given: str) -> list[str]:
    return [*([f"# data: {given}"] if given else []), f"# predictions = {name}.predict(data)"]


def _given(columns: Sequence[str]) -> str:
    """The columns that the model wants, for a comment of one line."""
    named = [name for name in columns if name]
    if not named:
        return ""
    shown = visible(", ".join(named[:_MOST_COLUMNS]), _WIDTH)
    return f"columns {shown}" + (f" and {len(named) - _MOST_COLUMNS:,} more" if len(named) > _MOST_COLUMNS else "")


def _spark(begin: Sequence[str], address: Address) -> list[str]:
    return [
        begin[0],
        "from pyspark.sql import SparkSession",
        "from pyspark.sql.functions import struct",
        *begin[1:],
        "spark = SparkSession.builder.getOrCreate()",
        f"predict = mlflow.pyfunc.spark_udf(spark, {_quoted(address.uri)})",
        '# frame = frame.withColumn("prediction", predict(struct(*frame.columns)))',
    ]


def _program(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    is_plain = text.isprintable() and not {'"', "\\"}.intersection(text)
    return f'"{text}"' if is_plain else repr(text)

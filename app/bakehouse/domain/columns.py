"""The names of a run table's columns, as MLflow's search language names them."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class ColumnKind(IntEnum):
    """The groups of the run table, in their order on screen."""

    ATTRIBUTE = 0
    PARAM = 1
    METRIC = 2
    TAG = 3

    @property
    def title(self) -> str:
        return ("Run", "Params", "Metrics", "Tags")[self]


class ColumnKey(NamedTuple):
    """One column: its group and the key inside it; of a metric also a figure over its history."""

    kind: ColumnKind
    name: str
    figure: str = ""
    """Of a metric: "" the latest value, "min" or "max" of its history, "at" for the value at `step`."""
    step: int = 0

    @property
    def search_name(self) -> str:
        """`params.lr`, `metrics.auc`, `at(metrics.auc, 100)`, `tags.team`; attributes carry their bare name."""
        name = ("", "params.", "metrics.", "tags.")[self.kind] + self.name
        if not self.figure:
            return name
        return f"at({name}, {self.step})" if self.figure == "at" else f"{self.figure}({name})"

    @property
    def latest(self) -> ColumnKey:
        """The metric that a figure is taken from; every other column itself."""
        return ColumnKey(self.kind, self.name) if self.figure else self

    @property
    def title(self) -> str:
        """The name as a heading says it: `rmse`, `min rmse`, `rmse @100`; not yet made visible."""
        if not self.figure:
            return self.name
        return f"{self.name} @{self.step}" if self.figure == "at" else f"{self.figure} {self.name}"


# Attributes that a run table can show; the names are those of MLflow's search language where it has one.
RUN_NAME = ColumnKey(ColumnKind.ATTRIBUTE, "run_name")
RUN_ID = ColumnKey(ColumnKind.ATTRIBUTE, "run_id")
STATUS = ColumnKey(ColumnKind.ATTRIBUTE, "status")
START_TIME = ColumnKey(ColumnKind.ATTRIBUTE, "start_time")
END_TIME = ColumnKey(ColumnKind.ATTRIBUTE, "end_time")
DURATION = ColumnKey(ColumnKind.ATTRIBUTE, "duration")
USER = ColumnKey(ColumnKind.ATTRIBUTE, "user_id")
EXPERIMENT = ColumnKey(ColumnKind.ATTRIBUTE, "experiment")
ATTRIBUTES = (RUN_NAME, START_TIME, DURATION, STATUS, EXPERIMENT, USER, END_TIME, RUN_ID)


def param(name: str) -> ColumnKey:
    return ColumnKey(ColumnKind.PARAM, name)


def metric(name: str) -> ColumnKey:
    return ColumnKey(ColumnKind.METRIC, name)


def tag(name: str) -> ColumnKey:
    return ColumnKey(ColumnKind.TAG, name)


NOTE = tag("mlflow.note.content")
"""What a person wrote about a run; a filter calls it `note`."""
PARENT_RUN = tag("mlflow.parentRunId")
"""MLflow's own tag with the id of the run that a nested run lies under."""

"""What table and board say of a version beside what it holds itself: its run's name and metrics, and its age."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from bakehouse.analysis.figures import MISSING, NumberStyle, number_style, when_text
from bakehouse.domain.models import ModelVersion
from bakehouse.domain.text import visible

_SAMPLE = 2_000
_NAME_CHARACTERS = 300


class VersionFacts:
    """Owned by the model view, which fills it as things become known and then tells table and board. GUI thread."""

    def __init__(self) -> None:
        self.run_names: Mapping[str, str] = {}
        """Run id → name as far as it is known; empty for a run without one or that is gone."""
        self.now_ms = 0
        """What "ago" counts from."""
        self.relative_times = True
        self._metrics: dict[str, Mapping[str, float]] = {}
        self._styles: dict[str, NumberStyle] = {}

    @property
    def metrics(self) -> list[str]:
        """The metrics shown, in their order."""
        return list(self._metrics)

    def show_metrics(self, metrics: Mapping[str, Mapping[str, float]]) -> None:
        """Metric → run id → value; all of these and no others."""
        self._metrics = dict(metrics)
        self._styles = {}
        for name, values in self._metrics.items():
            sample = np.array(list(values.values())[:_SAMPLE], np.float64)
            self._styles[name] = number_style(sample)

    def run_text(self, version: ModelVersion) -> str:
        """The source run's name, else the start of its id."""
        if not version.run_id:
            return MISSING
        return visible(self.run_names.get(version.run_id) or version.run_id[:8], _NAME_CHARACTERS)

    def metric(self, name: str, version: ModelVersion) -> float | None:
        """The latest value in the version's source run, None where there is none."""
        if not version.run_id:
            return None
        return self._metrics.get(name, {}).get(version.run_id)

    def metric_text(self, name: str, version: ModelVersion) -> str:
        value = self.metric(name, version)
        if value is None:
            return MISSING
        return "NaN" if math.isnan(value) else self._styles[name].text(value)

    def when(self, time_ms: int | None) -> str:
        return MISSING if time_ms is None else when_text(time_ms, self.now_ms, relative=self.relative_times)

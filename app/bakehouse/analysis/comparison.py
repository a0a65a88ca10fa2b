"""Runs side by side: every attribute, param, metric, tag and dataset as a row over the runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from bakehouse.analysis.columns import Floats, Ints, Mask
from bakehouse.analysis.figures import NumberStyle, duration_text, moment_text, number_style
from bakehouse.domain.comparison import ComparedRun, Direction
from bakehouse.domain.runs import DatasetInput

_OWN_TAGS = "mlflow."
DURATION_NAME = "Duration"


class Section(IntEnum):
    """The groups of rows, in their order on screen."""

    ATTRIBUTES = 0
    PARAMS = 1
    METRICS = 2
    TAGS = 3
    DATASETS = 4
    SIGNATURE = 5
    REQUIREMENTS = 6
    FLAVORS = 7
    FILES = 8

    @property
    def title(self) -> str:
        return (
            "Attributes", "Params", "Metrics", "Tags", "Datasets", "Signature", "Requirements", "Flavors", "Files"
        )[self]  # fmt: skip


RUN_SECTIONS = (Section.ATTRIBUTES, Section.PARAMS, Section.METRICS, Section.TAGS, Section.DATASETS)
"""Those that runs have; the others are of model versions."""


@dataclass(frozen=True, slots=True, eq=False)
class ComparedRow:
    """One row over n runs. `texts` are the values as stored, None where missing; empty for metrics.

    `numbers` float64[n] where every value is a number (NaN where missing, too), else None; `present` bool[n].
    """

    section: Section
    name: str
    texts: tuple[str | None, ...]
    numbers: Floats | None
    present: Mask
    differs: bool

    def style(self) -> NumberStyle:
        """How the numbers of the row are written, all with the same decimals."""
        return NumberStyle(0) if self.numbers is None else number_style(self.numbers[self.present])

    def text(self, place: int, style: NumberStyle) -> str | None:
        """The value of a run for the eye, None where it has none."""
        if not self.present[place]:
            return None
        if self.numbers is not None and self.section is not Section.ATTRIBUTES:
            return style.text(float(self.numbers[place]))
        return self.texts[place]

    def exact(self, place: int) -> str:
        """The value in full; empty where there is none."""
        if not self.present[place]:
            return ""
        if self.texts:
            return self.texts[place] or ""
        value = math.nan if self.numbers is None else float(self.numbers[place])
        return "NaN" if math.isnan(value) else repr(value)

    def best(self, direction: Direction | None) -> Mask:
        """bool[n]: the runs with the best finite value; none where all are equal or no direction is known."""
        none = np.zeros(len(self.present), np.bool_)
        if self.numbers is None or direction not in (Direction.HIGHER, Direction.LOWER):
            return none
        usable = self.present & np.isfinite(self.numbers)
        values = self.numbers[usable]
        if len(values) < 2 or values.min() == values.max():
            return none
        best: Mask = usable & (self.numbers == (values.max() if direction is Direction.HIGHER else values.min()))
        return best


@dataclass(frozen=True, eq=False)
class Comparison:
    """All rows over the runs, in the order of sections and names."""

    run_ids: tuple[str, ...]
    names: tuple[str, ...]
    """A run's name, its id where it has none."""
    artifact_uris: tuple[str, ...]
    rows: tuple[ComparedRow, ...]
    sought_names: tuple[str, ...] = field(init=False)
    """The names of the rows as a search compares them; made where the rows are, not while somebody types."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sought_names", tuple(row.name.casefold() for row in self.rows))


def compare(runs: Sequence[ComparedRun], check: Callable[[], None] = lambda: None) -> Comparison:
    """Lay the runs side by side; for a worker thread. MLflow's own tags stay out."""
    rows = [
        *_attributes(runs),
        *text_rows(Section.PARAMS, [run.params for run in runs], check),
        *metric_rows([run.metrics for run in runs], check),
        *text_rows(
            Section.TAGS,
            [{key: text for key, text in run.tags.items() if not key.startswith(_OWN_TAGS)} for run in runs],
            check,
        ),
        *text_rows(Section.DATASETS, [dataset_words(run.datasets) for run in runs], check),
    ]
    return Comparison(
        tuple(run.run_id for run in runs),
        tuple(run.name or run.run_id for run in runs),
        tuple(run.artifact_uri for run in runs),
        tuple(rows),
    )


def change_texts(value: float, base: float, style: NumberStyle) -> tuple[str, str]:
    """How far `value` lies from `base`: signed, and as a share of the size of `base`; empty where there is none."""
    away = value - base
    if not math.isfinite(away) or away == 0:
        return ("", "") if not math.isfinite(away) else ("±0", "")
    sign = "+" if away > 0 else "-"
    absolute = sign + style.text(abs(away))
    share = abs(away / base) if base else math.inf
    if not math.isfinite(share):
        return absolute, ""
    percent = share * 100
    if percent >= 1_000:
        return absolute, f"{sign}{percent:.3g} %" if percent < 1e6 else ""
    return absolute, f"{sign}{percent:.1f} %" if percent >= 0.05 else f"{sign}<0.1 %"


def verdict(value: float, base: float, direction: Direction | None) -> int:
    """1 where `value` is better than `base`, -1 where it is worse, 0 where nobody can say."""
    if direction not in (Direction.HIGHER, Direction.LOWER) or not math.isfinite(value - base) or value == base:
        return 0
    return 1 if (value > base) == (direction is Direction.HIGHER) else -1


def chosen_rows(
    comparison: Comparison, *, differing: bool, words: str, folded: frozenset[Section]
) -> tuple[Ints, dict[Section, tuple[int, int]]]:
    """The rows to show, as places in `rows`, and for each section (rows that match, rows in all).

    A section's own line is -1 minus its number and stands before its rows; sections without a row have none.
    """
    sought = words.casefold().split()
    shown: list[int] = []
    counts: dict[Section, tuple[int, int]] = {}
    of_section: dict[Section, list[int]] = {section: [] for section in Section}
    for place, row in enumerate(comparison.rows):
        of_section[row.section].append(place)
    for section, places in of_section.items():
        if not places:
            continue
        rows, names = comparison.rows, comparison.sought_names
        matching = [place for place in places if rows[place].differs] if differing else places
        for word in sought:
            matching = [place for place in matching if word in names[place]]
        counts[section] = len(matching), len(places)
        shown.append(-1 - section)
        if section not in folded:
            shown += matching
    return np.array(shown, np.int32), counts


def _attributes(runs: Sequence[ComparedRun]) -> list[ComparedRow]:
    durations = [
        None if run.start_time_ms is None or run.end_time_ms is None else float(run.end_time_ms - run.start_time_ms)
        for run in runs
    ]
    lines: list[tuple[str, list[str | None], Floats | None]] = [
        ("Status", [run.status.lower() or None for run in runs], None),
        ("Experiment", [run.experiment or None for run in runs], None),
        ("User", [run.user or None for run in runs], None),
        ("Started", [None if run.start_time_ms is None else moment_text(run.start_time_ms) for run in runs], None),
        (
            DURATION_NAME,
            [None if length is None else duration_text(length) for length in durations],
            np.array([math.nan if length is None else length for length in durations]),
        ),
        ("Run ID", [run.run_id for run in runs], None),
    ]
    if any(run.lifecycle_stage != "active" for run in runs):
        lines.insert(1, ("Lifecycle", [run.lifecycle_stage for run in runs], None))
    made = []
    for name, texts, numbers in lines:
        present = np.array([text is not None for text in texts])
        if present.any():
            made.append(ComparedRow(Section.ATTRIBUTES, name, tuple(texts), numbers, present, len(set(texts)) > 1))
    return made


def text_rows(section: Section, of_runs: Sequence[Mapping[str, str]], check: Callable[[], None]) -> list[ComparedRow]:
    """A row for every name that any of them has; params that are numbers are told apart as such."""
    rows = []
    for place, name in enumerate(sorted({key for one in of_runs for key in one}, key=_order)):
        if place % 500 == 0:
            check()
        texts = tuple(one.get(name) for one in of_runs)
        present = np.array([text is not None for text in texts])
        numbers = _numbers(texts) if section is Section.PARAMS else None
        rows.append(ComparedRow(section, name, texts, numbers, present, len(set(texts)) > 1))
    return rows


def metric_rows(of_runs: Sequence[Mapping[str, float]], check: Callable[[], None]) -> list[ComparedRow]:
    """A row for every metric that any of them has, those of the machine last."""
    names = sorted({key for one in of_runs for key in one}, key=_order)
    place_of = {name: place for place, name in enumerate(names)}
    values = np.full((len(names), len(of_runs)), np.nan)
    present = np.zeros(values.shape, np.bool_)
    for column, one in enumerate(of_runs):
        check()
        places = [place_of[name] for name in one]
        values[places, column] = list(one.values())
        present[places, column] = True
    if not len(names):
        return []
    same = (values == values[:, :1]) | (np.isnan(values) & np.isnan(values[:, :1]))
    differs = ~(present.all(axis=1) & same.all(axis=1))
    return [
        ComparedRow(Section.METRICS, name, (), values[place], present[place], bool(differs[place]))
        for place, name in enumerate(names)
    ]


def _order(name: str) -> tuple[bool, str, str]:
    """Metrics of the machine come last."""
    return name.startswith("system/"), name.casefold(), name


def _numbers(texts: Sequence[str | None]) -> Floats | None:
    """float64[n] where every text is a plain number; such params are told apart as numbers."""
    values = []
    for text in texts:
        if text is None:
            values.append(math.nan)
            continue
        try:
            number = float(text)
        except ValueError:
            return None
        if "_" in text or not math.isfinite(number):
            return None
        values.append(number)
    return np.array(values)


def dataset_words(inputs: Sequence[DatasetInput]) -> dict[str, str]:
    """By the name of each dataset its digest and what it was used for."""
    found: dict[str, list[str]] = {}
    for one in inputs:
        words = f"{one.digest} ({one.context})" if one.context else one.digest
        found.setdefault(one.name, []).append(words)
    return {name: ", ".join(sorted(digests)) for name, digests in found.items()}

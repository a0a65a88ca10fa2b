"""Which rows a table of runs has, against a model that walks through runs one by one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.analysis.columns import NumberColumn, TextColumn
from bakehouse.analysis.frame import RunFrame
from bakehouse.analysis.nesting import DEEPEST, depths_of, parent_rows, sane_parents
from bakehouse.analysis.order import SortKey
from bakehouse.analysis.run_rows import RunRows
from bakehouse.domain.arrangement import Aggregate, Arrangement
from bakehouse.domain.columns import PARENT_RUN, metric, param

A, B, LOSS = param("a"), param("b"), metric("loss")


def frame_of_runs(
    parents: list[str | None], a: list[str | None], b: list[str | None], loss: list[float | None]
) -> RunFrame:
    """Runs r0, r1, … whose `parents` are ids."""
    size = len(parents)
    frame = RunFrame([f"r{i}" for i in range(size)])
    for key, texts in ((PARENT_RUN, parents), (A, a), (B, b)):
        frame.put(key, TextColumn.of_texts([text or "" for text in texts]))
    rows = [i for i, value in enumerate(loss) if value is not None]
    values = [value for value in loss if value is not None]
    frame.put(LOSS, NumberColumn(np.array(rows, np.int32), np.array(values, np.float64), size))
    return frame


def nested(*parents: int) -> RunFrame:
    """Runs whose parents are rows, -1 for none; loss falls from run to run."""
    size = len(parents)
    ids = [f"r{i}" if i >= 0 else None for i in parents]
    return frame_of_runs(ids, [None] * size, [None] * size, [float(size - i) for i in range(size)])


def rows_of(frame: RunFrame, mask=None, keys=(), *, folded=(), **arrangement) -> RunRows:
    rows = RunRows()
    rows.arrangement = Arrangement(**arrangement)
    rows.arrange(frame, mask, keys)
    for row in folded:
        rows.set_open(row, False)
    rows.fold()
    return rows


def test_that_children_stand_below_their_parent_each_family_in_the_order_asked_for():
    rows = rows_of(nested(-1, 0, 0, -1, 3), keys=[SortKey(LOSS)])
    assert rows.rows.tolist() == [3, 4, 0, 2, 1]
    assert rows.outline.depths.tolist() == [0, 1, 0, 1, 1]


def test_that_a_parent_without_the_value_stands_where_its_first_child_would():
    frame = nested(-1, 0, 0, -1, 3)
    frame.put(LOSS, NumberColumn(np.array([1, 2, 3, 4], np.int32), np.array([9.0, 1.0, 2.0, 0.5]), 5))
    assert rows_of(frame, keys=[SortKey(LOSS)]).rows.tolist() == [0, 2, 1, 3, 4]
    assert rows_of(frame, keys=[SortKey(LOSS, True)]).rows.tolist() == [0, 1, 2, 3, 4]


def test_that_runs_of_a_cycle_stand_at_the_top_and_what_hangs_on_them_stays_with_them():
    frame = nested(0, 2, 1, 2)
    assert parent_rows(frame).tolist() == [-1, -1, -1, 2]
    assert rows_of(frame).rows.tolist() == [0, 1, 2, 3]


def test_that_runs_whose_parent_is_not_here_stand_at_the_top():
    frame = frame_of_runs(["gone", None, "r1"], [None] * 3, [None] * 3, [None] * 3)
    assert rows_of(frame).rows.tolist() == [0, 1, 2]
    assert parent_rows(frame_of_runs(["gone"], [None], [None], [None])) is None


def test_that_a_chain_of_any_length_ends_at_the_greatest_depth():
    depths = depths_of(sane_parents(np.arange(-1, 99_999, dtype=np.int32)))
    assert depths[:70].tolist() == [*range(DEEPEST + 1), *[DEEPEST] * 5]
    assert depths.max() == DEEPEST and (depths[DEEPEST:] == DEEPEST).all()


def test_that_the_parent_of_a_match_is_kept_and_counted_apart():
    rows = rows_of(nested(-1, 0, 0, -1, 3), np.array([False, True, False, False, False]))
    assert rows.rows.tolist() == [0, 1]
    assert rows.kept.tolist() == [True, False, False, False, False]
    assert rows.matching_runs().tolist() == [1]


def test_that_without_parents_rows_are_the_order_alone():
    rows = rows_of(nested(-1, -1, -1), keys=[SortKey(LOSS)])
    assert not rows.nested and rows.rows.tolist() == [2, 1, 0] and rows.kept is None


def test_that_folding_hides_what_lies_inside_until_unfolded_and_survives_order_and_filter():
    frame = nested(-1, 0, 1, -1)
    rows = rows_of(frame, folded=[0])
    assert rows.rows.tolist() == [0, 3] and rows.ordered_runs().tolist() == [0, 1, 2, 3]
    rows.arrange(frame, np.ones(4, np.bool_), [SortKey(LOSS)])
    assert rows.rows.tolist() == [3, 0]
    assert rows.set_open(1, True) and not rows.set_open(0, True)
    rows.fold()
    assert rows.rows.tolist() == [3, 0, 1, 2] and rows.row_above(3) == 2


def test_that_uncovering_a_run_unfolds_all_it_lies_in_and_nothing_else():
    rows = rows_of(nested(-1, 0, 1, -1, 3), folded=[0])
    rows.folding.set_all(False)
    rows.fold()
    assert rows.rows.tolist() == [0, 3]
    assert rows.uncover(2) and rows.growth() == 2
    rows.fold()
    assert rows.rows.tolist() == [0, 1, 2, 3] and not rows.uncover(2)


def test_that_groups_stand_in_the_order_of_their_values_missing_last_and_start_folded():
    frame = frame_of_runs([None] * 5, ["10", "9", None, "x", "9"], [None] * 5, [1.0, 2.0, 3.0, None, 4.0])
    rows = rows_of(frame, group_by=(A,))
    paths = [rows.grouping.path(group) for group in rows.outline.groups[rows.places].tolist()]
    assert paths == [((A, "9"),), ((A, "10"),), ((A, "x"),), ((A, None),)]
    assert rows.rows.tolist() == [-1] * 4
    rows.set_open(0, True)
    rows.fold()
    assert rows.rows.tolist() == [-1, 1, 4, -1, -1, -1]


def test_that_groups_are_ordered_by_the_aggregate_of_the_metric_sorted_by_without_it_last():
    frame = frame_of_runs([None] * 5, ["a", "b", "b", "c", "d"], [None] * 5, [1.0, 5.0, -9.0, None, 0.5])

    def order(how, descending):
        rows = rows_of(frame, keys=[SortKey(LOSS, descending)], group_by=(A,), aggregate=how)
        return [rows.grouping.path(group)[0][1] for group in rows.outline.groups[rows.places].tolist()]

    assert order(Aggregate.MEAN, False) == ["b", "d", "a", "c"]
    assert order(Aggregate.MAXIMUM, True) == ["b", "a", "d", "c"]
    assert order(Aggregate.MINIMUM, True) == ["a", "d", "b", "c"]


def test_that_a_group_stands_for_its_runs_in_the_selection():
    frame = frame_of_runs([None] * 4, ["a", "b", "a", "b"], [None] * 4, [None] * 4)
    rows = rows_of(frame, group_by=(A,))
    assert rows.runs_of_rows(0, 0).tolist() == [0, 2] and rows.runs_of_rows(0, 1).tolist() == [0, 1, 2, 3]
    assert rows.selected_rows(np.array([True, True, True, False])).tolist() == [True, False]


def test_that_a_parent_in_another_group_leaves_its_children_at_the_top_of_theirs():
    frame = frame_of_runs([None, "r0", "r1"], ["x", "y", "y"], [None] * 3, [None] * 3)
    rows = rows_of(frame, group_by=(A,))
    rows.folding.set_all(True)
    rows.fold()
    assert rows.rows.tolist() == [-1, 0, -1, 1, 2]
    assert rows.outline.depths.tolist() == [0, 1, 0, 1, 2]


# Against a naive model

TEXTS = st.sampled_from([None, "0.1", "0.10", "2", "x", "Y"])
NUMBERS = st.none() | st.floats(-100, 100) | st.sampled_from([math.nan, math.inf, -math.inf])


@dataclass
class Case:
    frame: RunFrame
    mask: np.ndarray | None
    keys: list[SortKey]
    group_by: tuple
    is_nested: bool
    folded: set[str]


@st.composite
def cases(draw) -> Case:
    size = draw(st.integers(0, 14))
    ids = st.none() | st.sampled_from([f"r{i}" for i in range(size + 2)])
    lists = [draw(st.lists(kind, min_size=size, max_size=size)) for kind in (ids, TEXTS, TEXTS, NUMBERS)]
    mask = draw(st.none() | st.lists(st.booleans(), min_size=size, max_size=size))
    keys = draw(st.lists(st.builds(SortKey, st.sampled_from([A, B, LOSS]), st.booleans()), max_size=2))
    group_by = draw(st.sampled_from([(), (A,), (B,), (A, B)]))
    folded = draw(st.sets(st.sampled_from([f"r{i}" for i in range(size)]))) if size else set()
    return Case(
        frame_of_runs(*lists), None if mask is None else np.array(mask, np.bool_), keys, group_by, draw(st.booleans()),
        folded,
    )  # fmt: skip


def naive(case: Case) -> list[tuple[int, object]]:
    """(depth, run or group path) of every row, groups all open, runs but for the folded ones; groups by value."""
    frame, size = case.frame, case.frame.size
    parent: dict[int, int] = {}
    if case.is_nested:
        texts = frame.column(PARENT_RUN)
        parent = {run: frame.row_of[texts.text(run)] for run in range(size) if texts.text(run) in frame.row_of}
        circling = set()
        for run in parent:
            seen, at = set(), run
            while at in parent and at not in seen:
                seen.add(at)
                at = parent[at]
            if at == run:
                circling.add(run)
        parent = {run: over for run, over in parent.items() if run not in circling}

    def path(run: int) -> tuple:
        return tuple((key, frame.column(key).text(run) or None) for key in case.group_by)

    parent = {run: over for run, over in parent.items() if path(run) == path(over)}
    shown = {run for run in range(size) if case.mask is None or case.mask[run]}
    for run in list(shown):
        while run in parent:
            run = parent[run]
            shown.add(run)
    order = list(range(size))
    for key in reversed(case.keys):
        ranks = frame.column(key.column).directed_ranks(key.descending)
        order.sort(key=lambda run, ranks=ranks: ranks[run])
    order = [run for run in order if run in shown]
    if case.keys and frame.column(case.keys[0].column) is not None:
        lacks = ~frame.column(case.keys[0].column).present()

        def place(run: int) -> int:
            inside = [child for child, over in parent.items() if over == run and child in shown]
            return min([order.index(run), *map(place, inside)]) if lacks[run] else order.index(run)

        order = sorted(order, key=place)
    result: list[tuple[int, object]] = []

    def walk(over: int | None, within: tuple, depth: int) -> None:
        for run in order:
            if parent.get(run) == over and path(run) == within:
                result.append((depth, run))
                if frame.run_ids[run] not in case.folded:
                    walk(run, within, depth + 1)

    def walk_groups(within: tuple) -> None:
        if len(within) == len(case.group_by):
            walk(None, within, len(within))
            return
        key = case.group_by[len(within)]
        column = frame.column(key)
        for text in [*column.categories, None]:
            inner = (*within, (key, text))
            if any(path(run)[: len(inner)] == inner for run in shown):
                result.append((len(within), inner))
                walk_groups(inner)

    walk_groups(())
    return result


@settings(max_examples=400)
@given(cases())
def test_that_rows_are_those_of_a_walk_through_the_tree(case: Case):
    rows = RunRows()
    rows.arrangement = Arrangement(nested=case.is_nested, group_by=case.group_by)
    rows.arrange(case.frame, case.mask, case.keys)
    rows.folding.groups_open = True
    for place in range(len(rows.outline.runs)):
        run = int(rows.outline.runs[place])
        if run >= 0 and case.frame.run_ids[run] in case.folded:
            rows.folding.set(place, False, rows.outline, case.frame, rows.grouping)
    rows.fold()
    got = [
        (int(rows.outline.depths[place]), int(run) if run >= 0 else rows.grouping.path(int(rows.outline.groups[place])))
        for place, run in zip(rows.places.tolist(), rows.rows.tolist(), strict=True)
    ]
    wanted = naive(case)
    # The order among groups that are sorted by something has tests of its own.
    assert segments(got) == segments(wanted) if case.group_by and case.keys else got == wanted
    matching = case.frame.size if case.mask is None else int(case.mask.sum())
    assert len(rows.matching_runs()) == matching == len(set(rows.matching_runs().tolist()))


def segments(rows: list[tuple[int, object]]) -> dict[object, list[tuple[int, object]]]:
    """The runs that follow each group."""
    found: dict[object, list[tuple[int, object]]] = {}
    for depth, what in rows:
        if isinstance(what, int):
            found[next(reversed(found))].append((depth, what))
        else:
            found[what] = []
    return found


def members(case: Case, path: tuple) -> list[int]:
    return [
        run
        for run in range(case.frame.size)
        if (case.mask is None or case.mask[run])
        and all((case.frame.column(key).text(run) or None) == text for key, text in path)
    ]


@settings(max_examples=200)
@given(cases().filter(lambda case: case.group_by))
def test_that_the_figures_of_a_group_are_those_of_its_finite_values(case: Case):
    rows = RunRows()
    rows.arrangement = Arrangement(group_by=case.group_by)
    rows.arrange(case.frame, case.mask, case.keys)
    grouping = rows.grouping
    figures = {how: grouping.figures(case.frame.column(LOSS), how) for how in Aggregate}
    single, many = grouping.values(case.frame.column(B))
    for group in range(grouping.count):
        runs = members(case, grouping.path(group))
        assert sorted(grouping.members(group).tolist()) == runs and grouping.find(grouping.path(group)) == group
        values = [case.frame.column(LOSS).value(run) for run in runs]
        finite = np.array([value for value in values if value is not None and math.isfinite(value)])
        one = {how: float(values[group]) for how, values in figures.items()}
        assert one[Aggregate.COUNT] == len(finite)
        nothing = not len(finite)
        for how, value in (
            (Aggregate.MEAN, None if nothing else finite.mean()),
            (Aggregate.MINIMUM, None if nothing else finite.min()),
            (Aggregate.MAXIMUM, None if nothing else finite.max()),
            (Aggregate.MEDIAN, None if nothing else np.median(finite)),
            (Aggregate.DEVIATION, None if len(finite) < 2 else finite.std(ddof=1)),
        ):
            assert math.isnan(one[how]) if value is None else one[how] == pytest.approx(value, abs=1e-9)
        texts = {case.frame.column(B).text(run) for run in runs}
        assert many[group] == len(texts)
        if len(texts) == 1:
            code = int(single[group])
            assert (case.frame.column(B).categories[code] if code >= 0 else "") == texts.pop()


def test_that_figures_near_the_greatest_float_do_not_overflow():
    frame = frame_of_runs([None] * 2, ["a", "a"], [None] * 2, [1.7e308, 1.7e308])
    grouping = rows_of(frame, group_by=(A,)).grouping
    assert grouping.figures(frame.column(LOSS), Aggregate.MEAN).tolist() == [1.7e308]
    assert grouping.figures(frame.column(LOSS), Aggregate.MEDIAN).tolist() == [1.7e308]

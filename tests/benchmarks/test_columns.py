"""How long columns take: the chooser with 12,000 of them, which differ, a frame of scrolling beside frozen ones."""

from __future__ import annotations

import time

import pytest

from bakehouse.analysis.frame import RunFrame
from bakehouse.domain.cancellation import Token
from bakehouse.domain.columns import RUN_NAME, ColumnKind, metric
from bakehouse.itemmodels.column_list import ColumnListModel
from bakehouse.store.columns import list_keys
from bakehouse.store.differences import same_columns
from bakehouse.store.keys import TABLES
from bakehouse.store.opening import open_store
from bakehouse.store.runs import read_run_ids
from bakehouse.theme import LIGHT
from bakehouse.widgets.column_chooser import ColumnChooser
from tests.benchmarks.generated_store import cached_store
from tests.benchmarks.test_run_table import RUNS, measure, section, settle_paint, shown, wide

pytestmark = pytest.mark.benchmark

__all__ = ["shown", "wide"]


def test_the_chooser_with_12_000_columns(qapp, qtbot):
    keys = [RUN_NAME, *(metric(f"layer_{i // 40}/head_{i % 40}/loss") for i in range(12_000))]
    chooser = ColumnChooser(LIGHT)
    qtbot.addWidget(chooser)
    frame = RunFrame([])
    measure("make 12,000 lines", lambda: ColumnListModel().show(keys, keys[:5], {}), 5)

    def opened() -> None:
        chooser.open_below(chooser, keys, keys[:5], keys[:5], frame)
        chooser.repaint()

    measure("open the chooser", opened, 7)
    texts = iter(["l", "la", "layer_1", "layer_17", "head_3", "7/loss", "zzz", ""] * 3)
    measure("filter the chooser", lambda: (chooser.model.search(next(texts)), chooser.repaint()), 20)
    chooser.hide()


def test_which_columns_differ(monkeypatch):
    store = open_store(cached_store(RUNS), read_only=True)
    try:
        reader, token = store.reader(), Token()
        ids, keys = read_run_ids(reader, [1], token), list_keys(reader, [1], token)
        measure("which of 50 columns differ, all of them", lambda: same_columns(reader, keys, [1], ids, token), 3)
        # The dearest case: two columns of each table that look alike until its last row.
        some = [key for kind in TABLES for key in [one for one in keys if one.kind is kind][:2]]
        monkeypatch.setattr("bakehouse.store.differences._GROUPED", "CAST(key AS BLOB), count({value}), 1, 1")
        began = time.process_time()
        measure("two columns of each table compared to the end", lambda: same_columns(reader, some, [1], ids, token), 1)
        print(f"processor time {time.process_time() - began:.2f} s")
        assert {key.kind for key in some} == set(TABLES) and ColumnKind.METRIC in TABLES
    finally:
        store.close()


def test_scroll_beside_a_frozen_column(shown):
    model, view = shown
    model.sort(section(model, metric("m3")))
    for frozen in (0, 1):
        view.freeze(frozen)
        for name, bar, step in (("down", view.verticalScrollBar(), 81), ("across", view.horizontalScrollBar(), 60)):
            bar.setValue(0)

            def again(bar=bar, step=step) -> None:
                bar.setValue(bar.value() + step)
                settle_paint(view)

            began = time.process_time()
            measure(f"scroll {name} with {frozen} frozen, one frame", again, 25)
            print(f"processor time a frame {(time.process_time() - began) / 25 * 1000:.1f} ms")

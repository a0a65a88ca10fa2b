"""Colours: contrast, and runs that stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from bakehouse.theme import DARK, LIGHT, PALETTE_SIZE, RunColors, Theme


def _luminance(color: QColor) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(QColor(one)), _luminance(QColor(other))))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_that_words_keep_a_contrast_of_four_and_a_half(theme: Theme) -> None:
    for ground in (theme.panel, theme.raised, theme.window):
        for word in (theme.text, theme.muted, theme.accent, theme.good, theme.bad, theme.warn):
            assert _contrast(word, ground) >= 4.5, (word, ground)
    assert _contrast(theme.on_accent, theme.accent) >= 4.5
    assert _contrast(theme.text, theme.selection) >= 4.5
    assert _contrast(theme.text, theme.value_bar) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_that_run_colours_stand_out_from_the_panel(theme: Theme) -> None:
    assert len(set(theme.runs)) == PALETTE_SIZE
    assert all(_contrast(color, theme.panel) >= 3 for color in theme.runs)


@given(st.lists(st.text(min_size=1), unique=True, max_size=PALETTE_SIZE))
def test_that_as_many_runs_as_the_palette_has_colours_never_share_one(run_ids: list[str]) -> None:
    colors = RunColors()
    colors.choose(run_ids)
    assert len({colors.color(LIGHT, run_id).name() for run_id in run_ids}) == len(run_ids)


def test_that_a_run_keeps_its_colour_while_it_stays_selected() -> None:
    colors = RunColors()
    colors.choose(["a", "b", "c"])
    before = colors.color(LIGHT, "b").name()
    colors.choose(["d", "e", "b"])
    assert colors.color(LIGHT, "b").name() == before

"""How numbers and times are written."""

from __future__ import annotations

import numpy as np
import pytest

from bakehouse.analysis.figures import ago_text, duration_text, moment_text, number_style


@pytest.mark.parametrize(
    ("sample", "texts"),
    [
        ([0.12431, 0.0991], ["0.1243", "0.0991"]),
        ([3.914, 4.758123], ["3.914", "4.758"]),
        ([0.012, 0.05, 0.058], ["0.012", "0.050", "0.058"]),
        ([375.0, 50.0], ["375", "50"]),
        ([1e-8, 3.2e-9], ["1.000e-08", "3.200e-09"]),
        ([0.5, 1e-9], ["0.5000", "1.00e-09"]),
        ([1.5e12, 2.25e9 + 0.5], ["1.500e+12", "2.250e+09"]),
        ([0.0, 0.0], ["0", "0"]),
        ([np.nan, np.inf, -np.inf], ["NaN", "inf", "-inf"]),
        ([123.456, 107.0], ["123.5", "107.0"]),
    ],
)
def test_that_a_column_is_written_with_the_same_decimals(sample, texts):
    style = number_style(np.array(sample))
    assert [style.text(value) for value in sample] == texts


def test_that_a_column_without_numbers_has_a_style():
    assert number_style(np.array([])).text(1.0) == "1"


def test_that_times_are_short():
    assert [duration_text(v) for v in (350, 2700, 65_000, 720_000, 9e6, 3e8)] == \
        ["350 ms", "2.7 s", "65 s", "12 min", "2.5 h", "3.5 d"]  # fmt: skip
    assert duration_text(float("nan")) == "–"
    now = 1_700_000_000_000.0
    assert [ago_text(now - s * 1000, now) for s in (5, 300, 3 * 3600, 5 * 86400)] == \
        ["just now", "5 min ago", "3 h ago", "5 d ago"]  # fmt: skip
    assert ago_text(now - 90 * 86_400_000, now) == "2023-08-16"
    assert moment_text(float("inf")) == "–"
    assert moment_text(1e300).endswith(" ms")

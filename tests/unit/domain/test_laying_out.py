"""How much Markdown is laid out at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.domain.laying_out import laid_out_extent

PROSE = ("word " * 15 + "\n\n") * 105
TABLE = "|a|b|c|\n|-|-|-|\n" + "|1|2|3|\n" * 1_000


def test_that_usual_notes_are_laid_out_whole() -> None:
    assert laid_out_extent("") == 0
    assert laid_out_extent(PROSE) == len(PROSE)
    assert laid_out_extent(TABLE[:500]) == 500


def test_that_a_dense_table_is_cut_between_its_rows() -> None:
    end = laid_out_extent(TABLE)
    assert 100 < end < len(TABLE) and TABLE[:end].endswith("|\n")


@pytest.mark.parametrize("line", ["|a" * 30_000, "`a`" * 30_000, "a" * 100_000, "- " * 20_000, "[x](y) " * 20_000])
def test_that_one_endless_line_is_cut_too(line: str) -> None:
    assert 0 < laid_out_extent(line) <= 5_000


@given(st.text(alphabet="ab |`*_-\n[]()", max_size=4_000))
def test_that_something_of_every_text_is_laid_out_and_what_is_fits_again(text: str) -> None:
    end = laid_out_extent(text * 20)
    assert (end > 0) == bool(text) and end <= len(text) * 20
    assert laid_out_extent((text * 20)[:end]) == end

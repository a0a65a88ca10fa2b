"""Foreign text for the eye."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument

from bakehouse.domain.text import counted, plain_tooltip, visible, visible_lines


@pytest.mark.parametrize("text", ["<b>bold</b> & <img src='file:///x'>", r"C:\new\table", "a\n  b\n\nc", "\u202egnp"])
def test_that_a_tooltip_shows_a_text_as_it_is(text: str) -> None:
    document = QTextDocument()
    document.setHtml(plain_tooltip(text))
    assert document.toPlainText() == visible_lines(text)


def test_that_no_text_gives_no_tooltip() -> None:
    assert plain_tooltip("") == ""


def test_that_what_is_cut_says_so() -> None:
    assert visible("x" * 9, 4) == visible_lines("x" * 9, 4) == "xxx…"
    assert visible("x" * 4, 4) == visible_lines("x" * 4, 4) == "xxxx"


def test_that_things_are_counted_in_words() -> None:
    assert [counted(number, "run") for number in (0, 1, 2, 1234)] == ["0 runs", "1 run", "2 runs", "1,234 runs"]

"""Two texts line by line beside each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.differences import LINES_AT_MOST, Change, text_difference, unified

TEXTS = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=30).map("\n".join)


def test_that_changes_stand_beside_each_other_with_their_numbers() -> None:
    lines = text_difference("a\nb\nc", "a\nB\nc\nd").lines
    assert [(line.change, line.left_number, line.left, line.right_number, line.right) for line in lines] == [
        (Change.ALIKE, 1, "a", 1, "a"),
        (Change.CHANGED, 2, "b", 2, "B"),
        (Change.ALIKE, 3, "c", 3, "c"),
        (Change.ADDED, None, "", 4, "d"),
    ]


def test_that_long_stretches_alike_are_folded_and_counted() -> None:
    text = "\n".join(map(str, range(100)))
    difference = text_difference(text, text.replace("50", "fifty"))
    assert difference.changed == 1
    assert [line.left for line in difference.lines if line.change is Change.SKIPPED] == [
        "47 lines alike",
        "46 lines alike",
    ]
    assert text_difference(text, text).changed == 0


def test_that_only_the_first_lines_are_compared_and_that_is_said() -> None:
    long = "\n".join(map(str, range(LINES_AT_MOST + 5)))
    assert text_difference(long, long).notice == f"only the first {LINES_AT_MOST:,} lines"
    assert text_difference("a", "a").notice == ""


@given(TEXTS, TEXTS)
def test_that_every_line_of_both_is_there_once_or_counted_as_alike(left: str, right: str) -> None:
    lines = text_difference(left, right).lines
    skipped = sum(int(line.left.split()[0]) for line in lines if line.change is Change.SKIPPED)
    assert sum(line.left_number is not None for line in lines) + skipped == len(left.splitlines())
    assert sum(line.right_number is not None for line in lines) + skipped == len(right.splitlines())


def test_that_texts_alike_are_shown_whole() -> None:
    text = "\n".join(map(str, range(100)))
    assert [line.left for line in text_difference(text, text).lines] == text.splitlines()


@given(TEXTS, TEXTS)
def test_that_one_column_has_the_lines_of_both_sides_in_their_order(left: str, right: str) -> None:
    lines = text_difference(left, right).lines
    one = unified(lines)
    assert Change.CHANGED not in {line.change for line in one}
    for side, number in (("left", "left_number"), ("right", "right_number")):
        beside = [(getattr(line, number), getattr(line, side)) for line in lines if getattr(line, number) is not None]
        below = [(getattr(line, number), getattr(line, side)) for line in one if getattr(line, number) is not None]
        assert below == beside


def test_that_what_was_removed_in_a_place_stands_before_what_was_added_there() -> None:
    one = unified(text_difference("a\nb\nc\nz", "a\nB\nC\nz").lines)
    assert [(line.change, line.left or line.right) for line in one] == [
        (Change.ALIKE, "a"),
        (Change.REMOVED, "b"),
        (Change.REMOVED, "c"),
        (Change.ADDED, "B"),
        (Change.ADDED, "C"),
        (Change.ALIKE, "z"),
    ]

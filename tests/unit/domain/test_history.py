"""Back and forward: what counts as a place of its own, and what coming back leads to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bakehouse.domain.history import History, Place


def _runs(*area: int, run: str | None = "a", text: str = "") -> Place:
    return Place("runs", area, run, text)


def test_that_each_area_and_page_is_a_place() -> None:
    history = History()
    models = Place("models", ("default", "price"), 3)
    for second, place in enumerate((_runs(1), _runs(2), models)):
        history.note(place, second / 10)
    assert history.step(-1) == _runs(2)
    assert history.step(-1) == _runs(1)
    assert history.step(-1) is None
    assert history.step(1) == _runs(2)
    assert history.step(1) == models
    assert not history.can_go_forward


def test_that_walking_down_a_table_leaves_only_its_ends() -> None:
    history = History()
    history.note(_runs(1, run="a"), 0)
    for place, run in enumerate("bcdef"):
        history.note(_runs(1, run=run), 10 + place * 0.3)
    assert history.step(-1) == _runs(1, run="a")
    assert history.step(1) == _runs(1, run="f")


def test_that_a_filter_belongs_to_the_place() -> None:
    history = History()
    history.note(_runs(1), 0)
    history.note(_runs(1, text="lr"), 60)
    history.note(_runs(2, text="lr"), 120)
    assert history.step(-1) == _runs(1, text="lr")
    assert not history.can_go_back


def test_that_a_place_that_is_no_longer_whole_keeps_its_place() -> None:
    history = History()
    for second, place in enumerate((_runs(1, 2), _runs(3), _runs(4))):
        history.note(place, second)
    history.step(-2)
    history.note(_runs(1, run="b"), 50)  # experiment 2 is gone, and so is the run
    assert history.present == _runs(1, run="b")
    assert history.step(1) == _runs(3)


def test_that_a_new_way_from_an_old_place_drops_the_way_forward() -> None:
    history = History()
    for second, place in enumerate((_runs(1), _runs(2), _runs(3))):
        history.note(place, second)
    history.step(-2)
    history.note(_runs(1), 10)
    history.note(_runs(9), 11)
    assert not history.can_go_forward
    assert history.step(-1) == _runs(1)


def test_that_nothing_chosen_yet_is_no_place_to_come_back_to() -> None:
    history = History()
    history.note(Place("models"), 0)
    history.note(Place("models", ("default", "price"), 3), 20)
    assert not history.can_go_back


@given(st.lists(st.one_of(st.integers(0, 9), st.sampled_from(["back", "forward"])), max_size=300))
def test_that_whatever_is_done_there_is_a_present_place_between_the_ends(acts: list[int | str]) -> None:
    history = History()
    for second, act in enumerate(acts):
        if isinstance(act, int):
            history.note(_runs(act), second)
            assert history.present == _runs(act)
        else:
            could = history.can_go_back if act == "back" else history.can_go_forward
            assert (history.step(-1 if act == "back" else 1) is not None) == could
    assert (history.present is None) == (not any(isinstance(act, int) for act in acts))

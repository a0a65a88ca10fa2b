"""Finding by name: the best first, and the same among many names as for each alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bakehouse.analysis.names import NameIndex, Query, Tier, matched_spans, tier_of

_texts = st.lists(st.text(alphabet="ab_- ABß\n", max_size=8), max_size=40)


def test_that_prefix_comes_before_word_before_inside_before_scattered() -> None:
    names = ["b_l_r_x", "xlr_y", "big_lr", "lr_find", "LR", "other"]
    found = NameIndex(names).find(Query("lr"), 10)
    assert [names[row] for _, row in found] == ["LR", "lr_find", "big_lr", "xlr_y"]
    assert [names[row] for _, row in NameIndex(names).find(Query("blrx"), 10)] == ["b_l_r_x"]


def test_that_all_words_may_stand_in_any_order() -> None:
    assert tier_of("sweep-042 price", Query("price 042")) is Tier.WORDS
    assert tier_of("sweep-042 price", Query("price 043")) is None


def test_that_nothing_typed_finds_the_first_names() -> None:
    assert [row for _, row in NameIndex(list("abcdef")).find(Query("  "), 3)] == [0, 1, 2]


@given(_texts, st.text(alphabet="abß_ ", min_size=1, max_size=5).filter(str.strip))
def test_that_many_names_are_found_as_each_alone(names: list[str], text: str) -> None:
    query = Query(text)
    found = {row: tier for tier, row in NameIndex(names).find(query, 1000)}
    alone = {row: tier for row, name in enumerate(names) if (tier := tier_of(name, query)) is not None}
    assert found == alone


@given(_texts, st.text(alphabet="ab_", min_size=1, max_size=3), st.integers(1, 5))
def test_that_a_limit_keeps_the_best(names: list[str], text: str, limit: int) -> None:
    found = NameIndex(names).find(Query(text), limit)
    everything = sorted(NameIndex(names).find(Query(text), 1000))
    assert found == everything[:limit]


@given(st.text(alphabet="ab_ ", max_size=10), st.text(alphabet="ab ", min_size=1, max_size=4).filter(str.strip))
def test_that_what_is_marked_was_typed(name: str, text: str) -> None:
    query = Query(text)
    for start, end in matched_spans(name, query):
        assert name[start:end].casefold() in (query.phrase, *query.words)

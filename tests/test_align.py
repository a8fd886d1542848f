"""Alignments: what they map, and the laws of maps that follow each other."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsingest.article.align import Alignment
from newsingest.article.edits import Edit, apply


@st.composite
def edited(draw, text):
    """Edits of a text, in order."""
    cuts = st.integers(0, len(text))
    places = sorted(draw(st.lists(cuts, max_size=8).filter(lambda p: len(p) % 2 == 0)))
    pairs = zip(places[::2], places[1::2], strict=True)
    return [Edit(start, end, draw(st.text("xyz", max_size=3))) for start, end in pairs]


TEXTS = st.text("abcdefgh", max_size=12)


@given(TEXTS.flatmap(lambda text: st.tuples(st.just(text), edited(text))))
def test_what_is_the_same_on_both_sides_is_found(given_):
    text, edits = given_
    new = apply(edits, text)
    alignment = Alignment.of(edits)
    touched = {at for start, end, _ in edits for at in range(start, end)}
    for at, character in enumerate(text):
        if at not in touched:
            start, end = alignment.to_target(at, at + 1)
            assert new[start:end] == character
            assert alignment.to_source(start, end) == (at, at + 1)


@given(st.data())
def test_spans_stay_inside_and_in_order(data):
    text = data.draw(TEXTS)
    edits = data.draw(edited(text))
    new = apply(edits, text)
    alignment = Alignment.of(edits)
    for start in range(len(new) + 1):
        for end in range(start, len(new) + 1):
            first, last = alignment.to_source(start, end)
            assert 0 <= first <= last <= len(text)
            for at in range(start, end):
                one_first, one_last = alignment.to_source(at, at + 1)
                assert one_first == one_last or first <= one_first <= one_last <= last
    assert alignment.to_source(0, len(new))[1] <= len(text)


@settings(max_examples=300)
@given(st.data())
def test_two_that_follow_each_other_are_one(data):
    text = data.draw(TEXTS)
    first = data.draw(edited(text))
    middle = apply(first, text)
    second = data.draw(edited(middle))
    target = apply(second, middle)
    one, two = Alignment.of(first), Alignment.of(second)
    both = one.then(two)
    same = {
        place: found
        for place in range(len(text))
        if (found := through(place, first)) is not None
        and (found := through(found, second)) is not None
    }
    for place, found in same.items():
        assert both.to_target(place, place + 1) == (found, found + 1)
        assert both.to_source(found, found + 1) == (place, place + 1)
        assert target[found] == text[place]
    grown = sum(
        run.target_end - run.target - run.source_end + run.source for run in both.runs
    )
    assert len(text) + grown == len(target)


def through(place, edits):
    """Where an untouched character is after edits."""
    grown = 0
    for start, end, new in edits:
        if start <= place < end:
            return None
        if end <= place:
            grown += len(new) - end + start
    return place + grown


@given(TEXTS.flatmap(edited))
def test_flat_and_back(edits):
    alignment = Alignment.of(edits)
    assert Alignment.from_flat(alignment.flat()) == alignment
    assert pickle.loads(pickle.dumps(alignment)) == alignment  # noqa: S301


@pytest.mark.parametrize(
    ("edits", "target", "source"),
    [
        ([Edit(1, 3, "")], (0, 1), (0, 1)),
        ([Edit(1, 3, "")], (1, 2), (3, 4)),
        ([Edit(1, 3, "")], (0, 2), (0, 4)),
        ([Edit(1, 2, "four")], (2, 3), (1, 2)),
        ([Edit(1, 3, "x")], (1, 2), (1, 3)),
        ([Edit(1, 1, "new")], (1, 4), (1, 1)),
        ([Edit(1, 1, "new")], (0, 1), (0, 1)),
        ([Edit(1, 1, "new")], (4, 5), (1, 2)),
        ([Edit(1, 3, "ba")], (1, 2), (1, 3)),
        ([Edit(1, 2, "b")], (1, 2), (1, 2)),
    ],
)
def test_spans(edits, target, source):
    assert Alignment.of(edits).to_source(*target) == source

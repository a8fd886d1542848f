"""Replacements in a text, and the way back through them."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Edit(NamedTuple):
    """`text[start:end]` becomes `new`."""

    start: int
    end: int
    new: str


def apply(edits: Iterable[Edit], text: str) -> str:
    """The text after edits that are in order and do not overlap.

    >>> apply([Edit(0, 1, "J"), Edit(4, 5, "y")], "Hello")
    'Jelly'
    """
    pieces: list[str] = []
    at = 0
    for start, end, new in edits:
        pieces += text[at:start], new
        at = end
    return "".join((*pieces, text[at:]))


def back(edits: Sequence[Edit], places: Iterable[int]) -> list[int]:
    """Where places between the characters of the new text were in the old one.

    A place inside a replacement of the same length keeps its distance; inside any other
    it moves to the end.

    >>> back([Edit(1, 7, '"')], [0, 1, 2, 3])
    [0, 1, 7, 8]
    """
    grown = list(accumulate(len(new) - end + start for start, end, new in edits))
    ends = [edit.end + more for edit, more in zip(edits, grown, strict=True)]
    return [_back(edits, ends, place) for place in places]


def _back(edits: Sequence[Edit], ends: Sequence[int], place: int) -> int:
    passed = bisect_right(ends, place)
    if passed:
        place += edits[passed - 1].end - ends[passed - 1]
    if passed < len(edits):
        start, end, new = edits[passed]
        if place > start and len(new) != end - start:
            return end
    return place


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Where each line begins, and the line without its line feed."""
    at = 0
    for line in text.split("\n"):
        yield at, line
        at += len(line) + 1

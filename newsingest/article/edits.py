"""Replacements in a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


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


def lines(text: str) -> Iterator[tuple[int, str]]:
    r"""Where each line begins, and the line without its end.

    A line of a text in glyphs is turned round; a carriage return stays at its end.

    >>> list(lines("خبر\r\nعاجل"))
    [(0, 'خبر'), (4, ''), (5, 'عاجل')]
    """
    at = 0
    for line in text.replace("\r", "\n").split("\n"):
        yield at, line
        at += len(line) + 1

"""The way back: which span of a text a span of another text came from.

Built only when asked for. What each step of a profile does is said as edits; edits make
an alignment; alignments that follow each other are one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from functools import lru_cache
from math import inf
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from newsingest.article.edits import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

TATWEEL = "\N{ARABIC TATWEEL}"
SPACES = re.compile(r"\s+")
ENTITY = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")
"""What `html.unescape` looks at, whether it is an entity or not."""
JAMO = range(0x1160, 0x1200)
"""Vowels and finals of Hangul, which compose with the letter before them."""


class Run(NamedTuple):
    """A stretch that is not the same on both sides, character for character."""

    source: int
    source_end: int
    target: int
    target_end: int


class Stretch(NamedTuple):
    """So many characters of the source became so many of the target.

    An exact one can be cut anywhere: its characters correspond one by one.
    """

    source: float
    target: float
    exact: bool = False


SAME_TO_THE_END = Stretch(inf, inf, exact=True)


class Alignment(NamedTuple):
    """Runs of what changed between a source and a target; all else moved along.

    A span that cuts through a run takes all of it; what was deleted at its ends it
    leaves out.

    >>> both = Alignment.of([Edit(0, 1, ""), Edit(3, 4, "صلى")])
    >>> both.to_source(1, 3), both.to_target(3, 4)
    ((2, 4), (2, 5))
    >>> both.flat()
    [0, 1, 0, 2, 1, 3]
    >>> Alignment.from_flat(both.flat()) == both
    True
    """

    runs: tuple[Run, ...] = ()

    @classmethod
    def of(cls, edits: Iterable[Edit], *, in_place: bool = False) -> Alignment:
        """The alignment of a text with what edits make of it.

        `in_place`: also the characters of longer replacements of the same length
        correspond one by one.
        """
        grown, runs = 0, []
        for start, end, new in edits:
            length = len(new)
            if end - start != length or (length > 1 and not in_place):
                runs.append(Run(start, end, start + grown, start + grown + length))
            grown += length - end + start
        return cls(tuple(runs))

    @classmethod
    def from_flat(cls, flat: Sequence[int]) -> Alignment:
        """The alignment that `flat` wrote down."""
        triples = zip(flat[::3], flat[1::3], flat[2::3], strict=True)
        return cls._joined(
            stretch
            for same, source, target in triples
            for stretch in (Stretch(same, same, exact=True), Stretch(source, target))
        )

    @classmethod
    def side_by_side(cls, parts: Iterable[tuple[Alignment, int]]) -> Alignment:
        """The alignment of texts one behind the other; the length of each source."""
        return cls._joined(
            stretch for part, length in parts for stretch in part.stretches(length)
        )

    @classmethod
    def _joined(cls, stretches: Iterable[Stretch]) -> Alignment:
        source = target = 0
        runs = []
        for stretch in stretches:
            source_end = source + int(stretch.source)
            target_end = target + int(stretch.target)
            if not stretch.exact:
                runs.append(Run(source, source_end, target, target_end))
            source, target = source_end, target_end
        return cls(tuple(runs))

    def flat(self) -> list[int]:
        """Three integers a run: so many are the same, then so many became so many."""
        flat: list[int] = []
        at = 0
        for source, source_end, target, target_end in self.runs:
            flat += source - at, source_end - source, target_end - target
            at = source_end
        return flat

    def then(self, other: Alignment) -> Alignment:
        """Both as one: `other` starts from where this ends."""
        if not self.runs or not other.runs:
            return self if self.runs else other
        return self._joined(_composed(self, other))

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source that a span of the target came from."""
        return _moved(self.runs, start, end, (2, 3, 0, 1))

    def to_target(self, start: int, end: int) -> tuple[int, int]:
        """The span of the target that came of a span of the source."""
        return _moved(self.runs, start, end, (0, 1, 2, 3))

    def stretches(self, length: float = inf) -> Iterator[Stretch]:
        """All stretches of a source of so many characters."""
        at = 0
        for source, source_end, target, target_end in self.runs:
            if source > at:
                yield Stretch(source - at, source - at, exact=True)
            yield Stretch(source_end - source, target_end - target)
            at = source_end
        yield Stretch(length - at, length - at, exact=True)


class Aligned(NamedTuple):
    """A text, and its alignment with the text that it was made of."""

    text: str
    alignment: Alignment


def _moved(
    runs: Sequence[Run], start: int, end: int, sides: tuple[int, int, int, int]
) -> tuple[int, int]:
    """A span of one side of runs, on the other."""
    from_, from_end, to, to_end = sides
    first, last = start, end
    before = bisect_right(runs, start, key=itemgetter(from_))
    if before:
        run = runs[before - 1]
        inside = start < run[from_end]
        first = run[to] if inside else run[to_end] + start - run[from_end]
    behind = bisect_left(runs, end, key=itemgetter(from_end))
    if behind < len(runs):
        run = runs[behind]
        last = run[to_end] if end > run[from_] else run[to] + end - run[from_]
    elif runs:
        last = runs[-1][to_end] + end - runs[-1][from_end]
    return first, max(first, last)


class _Reader:
    """Stretches, of which exact ones are taken in parts."""

    def __init__(self, alignment: Alignment, middle: int) -> None:
        self.rest = alignment.stretches()
        self.middle = middle
        self.now = next(self.rest)

    def length(self) -> float:
        """How much of the text between both the stretch takes."""
        return self.now[self.middle]

    def take(self, most: float) -> Stretch:
        """The stretch, or of an exact one as much as is wanted."""
        now = self.now
        if now.exact and now.source > most:
            left = now.source - most
            self.now = Stretch(left, left, exact=True)
            return Stretch(most, most, exact=True)
        self.now = next(self.rest, SAME_TO_THE_END)
        return now


def _composed(first: Alignment, second: Alignment) -> Iterator[Stretch]:
    """Stretches from the first's source to the second's target."""
    one, two = _Reader(first, 1), _Reader(second, 0)
    while one.length() < inf or two.length() < inf:
        if not one.length():
            yield Stretch(one.take(0).source, 0)
        elif not two.length():
            yield Stretch(0, two.take(0).target)
        elif one.now.exact and two.now.exact:
            both = min(one.length(), two.length())
            one.take(both)
            yield two.take(both)
        else:
            yield _block(one, two)


def _block(one: _Reader, two: _Reader) -> Stretch:
    """Stretches up to where both sides of the text between end together."""
    source = target = ahead = 0.0
    while True:
        if ahead > 0 or (not ahead and one.now.exact):
            taken = two.take(ahead or 1)
            target += taken.target
            ahead -= taken.source
        else:
            taken = one.take(-ahead or 1)
            source += taken.source
            ahead += taken.target
        if not ahead:
            return Stretch(source, target)


def characters(
    changed: re.Pattern[str], table: Mapping[str, str], default: str | None, text: str
) -> list[Edit]:
    """What a character map does; `changed` are runs of what it may change.

    A mark that is deleted goes with the letter before it, so that whoever shows the
    letter in the source shows it with its marks.
    """
    edits: list[Edit] = []
    for found in changed.finditer(text):
        for at, character in enumerate(found[0], found.start()):
            new = table.get(character, default)
            edit = Edit(at, at + 1, character if new is None else new)
            if not new and at and _is_mark(character):
                if edits and edits[-1].end == at:
                    edit = edits.pop()._replace(end=at + 1)
                elif not text[at - 1].isspace():
                    edit = Edit(at - 1, at + 1, text[at - 1])
            edits.append(edit)
    return edits


def _is_mark(character: str) -> bool:
    return character == TATWEEL or unicodedata.combining(character) > 0


def pattern(find: re.Pattern[str], replace: str, until: str, text: str) -> list[Edit]:
    """What a pattern rewrites, up to the last of the characters `until`."""
    end = text.rfind(until) + len(until) if until in text else 0
    return [
        Edit(*found.span(), found.expand(replace))
        for found in find.finditer(text[:end] if until else text)
    ]


def spaces(text: str) -> list[Edit]:
    """What makes every white space one space, and none at the ends."""
    return [
        Edit(
            *found.span(), " " if found.start() > 0 and found.end() < len(text) else ""
        )
        for found in SPACES.finditer(text)
    ]


def entities(text: str) -> list[Edit]:
    """What reading HTML entities does."""
    import html  # noqa: PLC0415 - start-up: few profiles ask for it

    found = ENTITY.finditer(text)
    return [Edit(*one.span(), html.unescape(one[0])) for one in found]


def nothing(text: str) -> list[Edit]:
    """What changes nothing."""
    del text
    return []


def form(name: str, text: str) -> list[Edit]:
    """What a Unicode form changes: letters with their marks, as one."""
    if unicodedata.is_normalized(name, text):  # type: ignore[arg-type]
        return []
    starts = [at for at, char in enumerate(text) if not at or _begins(char, name)]
    pieces = zip(starts, (*starts[1:], len(text)), strict=True)
    return [
        Edit(start, end, new)
        for start, end in pieces
        if (new := unicodedata.normalize(name, text[start:end])) != text[start:end]  # type: ignore[arg-type]
    ]


@lru_cache(maxsize=4096)
def _begins(character: str, form: str) -> bool:
    """Whether a character is never composed with, or moved before, what precedes it."""
    first = unicodedata.normalize(form, character)[0]  # type: ignore[arg-type]
    return not unicodedata.category(first).startswith("M") and ord(first) not in JAMO

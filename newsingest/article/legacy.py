"""The 8-bit Arabic encodings, told apart by which letters follow which."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from operator import mul
from typing import TYPE_CHECKING

from newsingest.article import letters

if TYPE_CHECKING:
    from collections.abc import Mapping

# How much likelier each is beforehand, in the units of the letter table: what newsrooms
# wrote on Windows against what they wrote on anything else. Where two are equal the
# first wins: a text in Latin script is the same in Windows-1252 and 1256.
NAMES = {
    "cp1252": 3.0,
    "cp1256": 3.0,
    "iso8859-6": 0.0,
    "mac-arabic": 0.0,
    "cp720": -1.0,
    "cp864": -5.0,
}
ENOUGH = 4.0
"""The evidence that a reading as Arabic needs: fifty to one, about one word."""

SIBLINGS, AS_GOOD = ("iso8859-6", "mac-arabic", "cp864"), 0.1
"""These have their letters in the same places: the plainest is meant that falls short
of the best by no more than this share."""

SAMPLE = 1 << 18
"""How many bytes are weighed to choose an encoding."""
FIRST, CLEAR = 1 << 10, 50.0
"""No more than the first of them are weighed where these make one encoding so much
likelier than the next: 0.6 ms of an article's 1.1."""

ISO, NBSP = "iso8859-6", b"\xa0"
C1 = re.compile(rb"[\x80-\x9f]")


def choose(raw: bytes, start: int = 0) -> str | None:
    """The encoding in which bytes read most like text, if they do in any.

    They are weighed from `start` on, where the first stands that is not ASCII.

    >>> choose("قال الوزير اليوم".encode("iso8859-6"))
    'iso8859-6'
    >>> choose("Sydney, café".encode("cp1252"))
    'cp1252'
    >>> choose("шесть часов утра".encode("cp1251"))
    """
    if start + FIRST < len(raw):
        evidence = _weighed(raw[start : start + FIRST])
        *_, second, best = sorted(evidence, key=evidence.__getitem__)
        clear = max(ENOUGH, evidence[second] + CLEAR)
        if evidence[best] >= clear and decodes(raw, best):
            return best
    evidence = _weighed(raw[start : start + SAMPLE])
    for name in ranked(evidence):
        enough = 0.0 if name == "cp1252" else ENOUGH
        if evidence[name] >= enough and decodes(raw, name):
            return name
    return None


def _weighed(sample: bytes) -> dict[str, float]:
    """The evidence for every encoding."""
    pairs = {
        (first, second): count
        for (first, second), count in Counter(pairwise(b" %b " % sample)).items()
        if first > 127 or second > 127  # noqa: PLR2004 -- the end of ASCII
    }
    return {name: weigh(pairs, name) for name in NAMES}


def ranked(evidence: Mapping[str, float]) -> list[str]:
    """The encodings, the likeliest first."""
    score = {name: evidence[name] + prior for name, prior in NAMES.items()}
    best = sorted(NAMES, key=score.__getitem__, reverse=True)
    if best[0] not in SIBLINGS:
        return best
    enough = evidence[best[0]] * (1 - AS_GOOD)
    plain = [name for name in SIBLINGS if evidence[name] >= enough]
    return list(dict.fromkeys(plain + best))


def weigh(pairs: Mapping[tuple[int, int], int], name: str) -> float:
    """The evidence that counted neighbours are Arabic when read in an encoding."""
    known = worths(name)
    worth = map(known.__getitem__, pairs)
    return float(sum(map(mul, pairs.values(), worth)))


class Worths(dict[tuple[int, int], float]):
    """What two bytes are worth in an encoding, looked up when they are first met."""

    def __init__(self, chars: str) -> None:
        """Read bytes as `chars`."""
        super().__init__()
        self.chars = chars

    def __missing__(self, pair: tuple[int, int]) -> float:
        """Look it up, once a process: 0.8 µs, and a text has 600 pairs."""
        self[pair] = letters.worth(self.chars[pair[0]], self.chars[pair[1]])
        return self[pair]


@cache
def worths(name: str) -> Worths:
    """The worth of bytes in an encoding."""
    return Worths(alphabet(name))


@cache
def alphabet(name: str) -> str:
    """The characters of an encoding's 256 bytes, U+FFFD where there is none."""
    return bytes(range(256)).decode(name, "replace")


def decodes(raw: bytes, name: str) -> bool:
    """Whether nothing in the bytes speaks against an encoding.

    Python's ISO-8859-6 reads 0x80-0x9F as control characters that nobody writes, and
    MacArabic writes the space between Arabic words as 0xA0, a no-break space in
    ISO-8859-6: a text has fewer of those than of spaces.
    """
    if name == ISO and (C1.search(raw) or raw.count(NBSP) > raw.count(b" ")):
        return False
    try:
        raw.decode(name)
    except UnicodeDecodeError:
        return False
    return True

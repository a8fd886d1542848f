"""How Arabic a text looks, from which letters follow which."""

from __future__ import annotations

import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from newsingest.article import packaged

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANCE = 6
"""The digit of a pair that is as frequent as chance."""

TATWEEL = "\N{ARABIC TATWEEL}"


@dataclass(frozen=True, slots=True)
class Letters:
    """The table: what two neighbours are worth, by letter or by kind."""

    pairs: Mapping[tuple[str, str], float]
    costs: Mapping[tuple[str, str], float]
    stops: str
    marks: str


def read_table(name: str) -> dict[str, Any]:
    """The data of a built-in table."""
    return tomllib.loads(packaged.text("tables", name))


@cache
def table() -> Letters:
    """The built-in table, read when the first doubtful text asks for it."""
    data = read_table("letters")
    letters = data["letters"]
    pairs = {
        (first, second): float(int(digit) - CHANCE)
        for first, row in zip(letters, data["pairs"], strict=True)
        for second, digit in zip(letters, row, strict=True)
    }
    given = {tuple(kinds.split()): cost for kinds, cost in data["costs"].items()}
    costs = {(second, first): cost for (first, second), cost in given.items()} | given
    kinds = data["kinds"]
    return Letters(pairs, costs, kinds["stop"], kinds["mark"])


@lru_cache(maxsize=4096)
def kind(char: str) -> tuple[str, str]:
    """What a character is, and the letter that it counts as.

    >>> kind("é"), kind("ﺑ"), kind("═")
    (('accent', ' '), ('letter', 'ب'), ('junk', ' '))
    """
    letters = table()
    if char in letters.stops:
        return "stop", " "
    if char in letters.marks:
        return "mark", " "
    if char < "\x80":
        return ("latin" if char.isalpha() else "edge"), " "
    folded = unicodedata.normalize("NFKC", char).strip()[:1] or char
    if (" ", folded) in letters.pairs or folded == TATWEEL:
        return "letter", folded
    name = unicodedata.name(char, "")
    if char.isalpha():
        return ("accent" if name.startswith("LATIN") else "other"), " "
    return "junk", " "


def worth(first: str, second: str) -> float:
    """How likely two neighbours are in Arabic; 0 is chance, both ASCII is 0 as well."""
    left, a = kind(first)
    right, b = kind(second)
    if {left, right} <= {"letter", "edge", "stop"} and a + b != "  ":
        return table().pairs.get((a, b), 0.0)
    return table().costs.get((left, right), 0.0)


def arabic(text: str) -> float:
    """How Arabic a text looks: the mean worth of its neighbours outside ASCII.

    News has about 1, chance 0, a text that was read in a wrong encoding less than that.

    >>> arabic("قال الوزير اليوم") > 0.5 > 0 > arabic("ط§ظ„ظˆط²ظٹط±")
    True
    """
    framed = f" {text} "
    pairs = Counter(pairwise(framed))
    weighed = [
        (worth(first, second), count)
        for (first, second), count in pairs.items()
        if first > "\x7f" or second > "\x7f"
    ]
    total = sum(count for _, count in weighed)
    return sum(value * count for value, count in weighed) / total if total else 0.0

"""Shapes → what in them has the form of a date, a clock or a zone.

`datelexer` says what the letters of a shape mean. A form is found by its shape alone,
so lines of one shape (a newsroom prints thousands) are analysed once. Whether the day
exists is for `dates` to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Item:
    """A form found in a shape: its name, its tokens `start:end`, and its parts."""

    form: str
    start: int
    end: int
    parts: tuple[tuple[str, int], ...]
    """Role and token, in the order of the line."""
    first: Mapping[str, int]
    """The first token that plays a role."""

    def __getitem__(self, role: str) -> int:
        """The first token that plays a role; -1 where there is none."""
        return self.first.get(role, -1)


_SEPARATOR = r"\ {0,2}(?P<separator>[-/.])\ {0,2}"
_SAME = r"\ {0,2}(?P=separator)\ {0,2}"
_GAP = r"(?:[\ /.|\-()]{0,3}i){0,3}[\ /.|\-()]{0,3}"
_GAP_AFTER_MONTH = r"(?:[\ /.|\-(),]{0,3}i){0,3}[\ /.|\-(),]{0,3}"
_ALONE_BEFORE = r"(?<![dnyM][-/.:])"
_ALONE_OR_BEHIND_A_CLOCK = r"(?<!(?<!:)[dnyM][-/.:])"  # `14:05-3 فبراير 2025`
_ALONE_AFTER = r"(?![-/.][dny](?![:c]))(?!%)"
_MARK = r"(?:\ ?\(?(?P<mark>[hxgm])(?![/.]?[?]))?"
_DAY = r"(?P<day>[do])s?"
# `آب/أغسطس`, `كانون الثاني (يناير)`, and up to three calendars' names in a row.
_MONTH = (
    r"(?P<month>[MHX])(?:[\ /|,\-]{0,3}\(?\ ?(?P<month2>[MHX])\ ?\)?)?"
    r"(?:[\ /|,\-]{0,3}\(?\ ?(?P<month3>[MHX])\ ?\)?)?"
)
_YEAR = rf"(?P<year>y){_MARK}"
_FRACTION = r"(?:[.,][dny])?"
_SPAN = r"(?:(?P<hours>y)|(?P<hours2>d)(?::(?P<minutes>d))?)"
_OFFSET = rf"(?P<sign>[-+]){_SPAN}"

FORMS: Final = tuple(
    (name, re.compile(pattern, re.VERBOSE))
    for name, pattern in (
        # The earlier form takes its tokens first. A date of three numbers must go
        # before a clock (`2024-03-07 11:36`), a full date before what is part of one.
        (
            "year-month-day",
            (
                rf"{_ALONE_BEFORE}(?P<year>y){_SEPARATOR}(?P<month>d){_SAME}(?P<day>d)"
                rf"{_ALONE_AFTER}{_MARK}"
            ),
        ),
        (
            "day-month-year",
            (
                rf"{_ALONE_BEFORE}(?P<day>d){_SEPARATOR}(?P<month>d){_SAME}(?P<year>y)"
                rf"{_ALONE_AFTER}{_MARK}"
            ),
        ),
        (
            "day, month's name, year",
            (
                rf"{_ALONE_OR_BEHIND_A_CLOCK}{_DAY}{_GAP}{_MONTH}"
                rf"{_GAP_AFTER_MONTH}{_YEAR}"
            ),
        ),
        (
            # `الإثنين 03 , شباط 2025`: behind a weekday the comma is no list's.
            "day, month's name, year",
            rf"(?<=w\ ){_DAY}[\ ,]{{1,3}}{_MONTH}{_GAP_AFTER_MONTH}{_YEAR}",
        ),
        (
            "month's name, day, year",
            rf"{_MONTH}[\ .,]{{0,3}}(?P<day>d)s?[\ ,]{{1,3}}{_YEAR}(?!:)",
        ),
        (
            "year, month's name, day",
            (
                rf"{_ALONE_BEFORE}(?P<year>y){_GAP_AFTER_MONTH}{_MONTH}{_GAP}{_DAY}"
                r"(?![:c])"
            ),
        ),
        (
            # `7 مارس, 2024` turned round by software that lays lines out right to left.
            "year, day, month's name",
            rf"{_ALONE_BEFORE}(?P<year>y)[\ ,]{{1,3}}(?P<day>d)\ {_MONTH}",
        ),
        (
            "day, month's name, short year",
            (
                rf"{_ALONE_BEFORE}(?P<day>d)(?P<separator>[-/.])(?P<month>[MH])"
                r"(?P=separator)(?P<year>d)(?![-/.:])"
            ),
        ),
        (
            "short year",
            (
                r"(?<![dnyM][-/.:])(?P<first>d)(?P<separator>[-/.])(?P<second>d)"
                r"(?P=separator)(?P<third>d)(?![-/.:%])"
            ),
        ),
        ("month's name, year", rf"{_MONTH}{_GAP_AFTER_MONTH}{_YEAR}(?![-/:])"),
        ("no year", rf"{_DAY}{_GAP}{_MONTH}"),
        ("no year", r"(?P<month>M)\ (?P<day>d)s?(?!\ ?[:c]\ ?d)"),
        (
            "zone",
            (
                rf"(?:Z\ )?(?P<zone>z)(?:\ ?\(?{_OFFSET}\)?)?"
                r"|(?P<unknown>Z\ [?](?:\ [?])?)"
            ),
        ),
        (
            "zone",
            rf"(?<!\+)(?P<sign>\+){_SPAN}",
        ),
        (
            "zone",
            (
                r"(?<=:d)\ ?(?P<sign>-)(?P<hours>y)|(?<=:d:d)(?P<sign2>-)"
                r"(?P<hours2>d):(?P<minutes>d)"
            ),
        ),
        (
            "clock",
            (
                r"(?:k\ ?|(?<=\#\ )T\ )?(?:(?P<before>[pqm])\ ?)?"
                r"(?P<hour>d)\ ?[:c]\ ?(?P<minute>d)"
                rf"(?:\ ?:\ ?(?P<second>d){_FRACTION})?"
                r"(?:\ ?\(?(?P<half>[pqm])\)?)?(?!:)"
            ),
        ),
        (
            "dotted clock",
            (
                r"(?:k\ ?)?(?:(?P<before>[pqm])\ ?)?(?<![-/.\#])(?P<hour>d)"
                r"\.(?P<minute>d)"
                r"(?:\ ?\(?(?P<half>[pqm])\)?)?(?![-/.%])"
            ),
        ),
        (
            "hour",
            (
                r"k\ ?(?P<hour>[do])(?:\ (?P<part>v))?(?:\ ?(?P<half>[pqm]))?"
                r"|(?P<hour2>d)\ ?(?P<half2>p)|(?P<hour3>d)\ ?c(?!\w)"
            ),
        ),
        ("count", r"R[\ :]{0,3}(?P<count>[dnl])\ [uij]|(?P<count2>[dnl])\ [uij]\ R"),
        ("ago", r"a\ (?:(?P<number>[dnl])\ )?(?P<unit>[uij])"),
        ("ago", r"(?P<number>[dnl])\ (?P<unit>[uij])\ b"),
        ("today", r"(?P<today>r)"),
        ("weekday", r"(?P<weekday>w)\.?"),
        ("published", r"(?P<published>P)"),
        ("modified", r"(?P<modified>U)"),
        ("count", r"I[\ :.()]{0,3}(?P<count>[dyn])|(?P<count2>[dyn])\ V"),
    )
)
"""Every form, in the order in which they take their tokens."""

_BETWEEN = re.compile(r"[ ,/\-|().:jki]*")
"""What may stand between two items of one date line."""


@lru_cache(maxsize=2048)
def find(shape: str) -> tuple[Item, ...]:
    """The forms in a shape, from left to right; no token is in two of them.

    >>> [item.form for item in find("w d M y - d:d")]
    ['weekday', "day, month's name, year", 'clock']
    """
    items: list[Item] = []
    for form, pattern in FORMS:
        taken = [_item(form, found) for found in pattern.finditer(shape)]
        if taken:
            shape = _without(shape, taken)
            items += taken
    return tuple(sorted(items, key=lambda item: item.start))


def _item(form: str, found: re.Match[str]) -> Item:
    parts = sorted(
        (found.start(role), role)
        for role, text in found.groupdict().items()
        if text is not None and role != "separator"
    )
    named = tuple((role.rstrip("23"), token) for token, role in parts)
    return Item(form, found.start(), found.end(), named, dict(reversed(named)))


def _without(shape: str, taken: list[Item]) -> str:
    """The shape with the tokens of items made unusable."""
    pieces, last = [], 0
    for item in taken:
        pieces += [shape[last : item.start], "#" * (item.end - item.start)]
        last = item.end
    return "".join((*pieces, shape[last:]))


@lru_cache(maxsize=2048)
def touches(between: str) -> bool:
    """Whether two items with this shape between them belong to one date line."""
    return _BETWEEN.fullmatch(between) is not None

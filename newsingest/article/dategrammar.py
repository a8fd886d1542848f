"""Shapes → what in them has the form of a date, a clock or a zone.

`datelexer` says what the letters of a shape mean. A form is found by its shape alone,
so lines of one shape (a newsroom prints thousands) are analysed once. Whether the day
exists is for `dates` to say.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from newsingest.article.patterns import lazy


class Item:
    """A form found in a shape: its name, its tokens `start:end`, and its parts."""

    __slots__ = ("end", "first", "form", "parts", "start")

    def __init__(
        self, form: str, start: int, end: int, parts: tuple[tuple[str, int], ...]
    ) -> None:
        """Keep them; `parts` are role and token, in the order of the line."""
        self.form, self.start, self.end, self.parts = form, start, end, parts
        self.first = dict(reversed(parts))

    def __getitem__(self, role: str) -> int:
        """The first token that plays a role; -1 where there is none."""
        return self.first.get(role, -1)


class Form(NamedTuple):
    """What a date, a clock or a zone looks like in a shape."""

    name: str
    needs: tuple[str, ...]
    """A shape without one of each of these letters does not have the form."""
    pattern: str

    def items(self, shape: str) -> list[Item]:
        """Where the form is in a shape."""
        return [
            _item(self.name, found) for found in _compiled(self.pattern).finditer(shape)
        ]


# A line has few of the forms: compiling all of them was a tenth of a start.
@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE)


_SEPARATOR = r"\ {0,2}(?P<separator>[-/.])\ {0,2}"
_SAME = r"\ {0,2}(?P=separator)\ {0,2}"
_GAP = r"(?:[\ /.|\-()]{0,3}i){0,3}[\ /.|\-()]{0,3}"
_GAP_AFTER_MONTH = r"(?:[\ /.|\-(),]{0,3}i){0,3}[\ /.|\-(),]{0,3}"
_ALONE_BEFORE = r"(?<![dnyM][-/.:])"
_ALONE_OR_BEHIND_A_CLOCK = r"(?<!(?<!:)[dnyM][-/.:])"  # `14:05-3 فبراير 2025`
_ALONE_AFTER = r"(?![-/.][dny](?![:c]))(?![%/])"  # not of `/2023/05/12/news`
_MARK = r"(?:\ ?\(?(?P<mark>[hxgm])(?![/.]?[?]))?"
_DAY = r"(?P<day>d|(?<!d\ )o)s?"
# `آب/أغسطس`, `كانون الثاني (يناير)`, and up to three calendars' names in a row.
_MONTH = (
    r"(?P<month>[MHX])(?:[\ /|,\-]{0,3}\(?\ ?(?P<month2>[MHX])\ ?\)?)?"
    r"(?:[\ /|,\-]{0,3}\(?\ ?(?P<month3>[MHX])\ ?\)?)?"
)
_LIBYAN = r"(?P<month>L)(?:\ ?[/(\-]\ ?(?P<month2>[MH])\ ?\)?)?"
_YEAR = rf"(?P<year>y){_MARK}"
_FRACTION = r"(?:[.,][dny])?"
_SPAN = r"(?:(?P<hours>y)|(?P<hours2>d)(?::(?P<minutes>d))?)"
_OFFSET = rf"(?P<sign>[-+]){_SPAN}"

FORMS: Final = (
    Form(
        # `AFP 010812 GMT JAN 00`: how wires close a message: day, hour, minute.
        "wire stamp",
        ("n", "z", "M"),
        r"(?P<stamp>n)\ (?P<zone>z)\ (?P<month>M)\ (?P<year>[dy])(?!\ ?[-:/.])",
    ),
    # The earlier form takes its tokens first. A date of three numbers must go
    # before a clock (`2024-03-07 11:36`), a full date before what is part of one.
    Form(
        "year-month-day",
        ("y", "-/."),
        (
            rf"{_ALONE_BEFORE}(?P<year>y){_SEPARATOR}(?P<month>d){_SAME}(?P<day>d)"
            rf"{_ALONE_AFTER}{_MARK}"
        ),
    ),
    Form(
        "day-month-year",
        ("y", "-/."),
        (
            rf"{_ALONE_BEFORE}(?P<day>d){_SEPARATOR}(?P<month>d){_SAME}(?P<year>y)"
            rf"{_ALONE_AFTER}{_MARK}"
        ),
    ),
    Form(
        # `السبت والأحد 12 - 13 يوليو 2025`: two days' issue, and no day of either.
        "days, month's name, year",
        ("y", "MHX", "-"),
        (
            r"(?:^|(?<=[wP]\ )|(?<=:\ ))(?P<first>d)\ ?-\ ?"
            rf"{_DAY}\ {_MONTH}[\ ,]{{1,3}}{_YEAR}"
        ),
    ),
    Form(
        "day, month's name, year",
        ("y", "MHX"),
        (
            rf"{_ALONE_OR_BEHIND_A_CLOCK}{_DAY}{_GAP}(?:N\ ?d\ ?/\ ?)?{_MONTH}"
            rf"{_GAP_AFTER_MONTH}{_YEAR}"
        ),
    ),
    Form(
        # `الإثنين 03 , شباط 2025`: behind a weekday the comma is no list's.
        "day, month's name, year",
        ("y", "MHX"),
        rf"(?:^|(?<=w\ )){_DAY}[\ ,]{{1,3}}{_MONTH}{_GAP_AFTER_MONTH}{_YEAR}",
    ),
    Form(
        "day, month's name, year",
        ("y", "L"),
        rf"{_ALONE_OR_BEHIND_A_CLOCK}{_DAY}\ {_LIBYAN}[\ ,]{{1,3}}{_YEAR}",
    ),
    Form(
        "month's name, day, year",
        ("y", "MHX"),
        rf"{_MONTH}[\ .,]{{0,3}}(?P<day>d)s?[\ ,]{{1,3}}{_YEAR}(?!:)",
    ),
    Form(
        "year, month's name, day",
        ("y", "MHX"),
        (
            rf"{_ALONE_BEFORE}(?P<year>y){_GAP_AFTER_MONTH}{_MONTH}{_GAP}{_DAY}"
            r"(?![:c])"
        ),
    ),
    Form(
        # `7 مارس, 2024` turned round by software that lays lines out right to left.
        "year, day, month's name",
        ("y", "MHX"),
        rf"{_ALONE_BEFORE}(?P<year>y)[\ ,]{{1,3}}(?P<day>d)\ {_MONTH}",
    ),
    Form(
        # `GMT 02:27 2016 الأربعاء ,13 تموز / يوليو`
        "year, day, month's name",
        ("y", "MHX", "w"),
        rf"{_ALONE_BEFORE}(?P<year>y)\ w\ ?,?\ ?(?P<day>d)\ {_MONTH}(?!\ ?y)",
    ),
    Form(
        "day, month's name, short year",
        ("d", "MH", "-/."),
        (
            rf"{_ALONE_BEFORE}(?P<day>d)(?P<separator>[-/.])(?P<month>[MH])"
            r"(?P=separator)(?P<year>d)(?![-/.:])"
        ),
    ),
    Form(
        "short year",
        ("d", "-/."),
        (
            r"(?<![dnyM][-/.:])(?P<first>d)(?P<separator>[-/.])(?P<second>d)"
            r"(?P=separator)(?P<third>d)(?![-/.:%])"
        ),
    ),
    Form(
        "month's name, year",
        ("y", "MHX"),
        rf"{_MONTH}{_GAP_AFTER_MONTH}{_YEAR}(?![-/:])",
    ),
    Form("no year", ("MHX",), rf"{_DAY}{_GAP}{_MONTH}"),
    Form("no year", ("MHX",), r"(?P<month>M)\ (?P<day>d)s?(?!\ ?[:c]\ ?d)"),
    Form(
        "zone",
        ("zZ",),
        (
            rf"(?:Z\ )?(?P<zone>z)(?:\ ?\(?{_OFFSET}\)?)?"
            r"|(?P<unknown>Z\ [?](?:\ [?])?)"
        ),
    ),
    Form(
        "zone",
        ("+",),
        rf"(?<!\+)(?P<sign>\+){_SPAN}",
    ),
    Form(
        "zone",
        (":", "-"),
        (
            r"(?<=:d)\ ?(?P<sign>-)(?P<hours>y)|(?<=:d:d)(?P<sign2>-)"
            r"(?P<hours2>d):(?P<minutes>d)"
        ),
    ),
    Form(
        "clock",
        ("d", ":c"),
        (
            r"(?:k\ ?|(?<=\#\ )T\ )?(?:(?P<before>[pqm])\ ?)?"
            r"(?P<hour>d)\ ?[:c]\ ?(?P<minute>d)"
            rf"(?:\ ?:\ ?(?P<second>d){_FRACTION})?"
            r"(?:\ ?\(?(?P<half>[pqm])\)?)?(?!:)"
        ),
    ),
    Form(
        "dotted clock",
        ("d", "."),
        (
            r"(?:k\ ?)?(?:(?P<before>[pqm])\ ?)?(?<![-/.\#])(?P<hour>d)"
            r"\.(?P<minute>d)"
            r"(?:\ ?\(?(?P<half>[pqm])\)?)?(?![-/.%])"
        ),
    ),
    Form(
        "hour",
        ("kpc",),
        (
            r"k\ ?(?P<hour>[do])(?:\ (?P<part>v))?(?:\ ?(?P<half>[pqm]))?"
            r"|(?P<hour2>d)\ ?(?P<half2>p)|(?P<hour3>d)\ ?c(?!\w)"
        ),
    ),
    Form(
        "count",
        ("R",),
        r"R[\ :]{0,3}(?P<count>[dnl])\ [uij]|(?P<count2>[dnl])\ [uij]\ R",
    ),
    Form(
        # `7 مارس 2024 0 125 دقيقة واحدة`: comments, readers, and minutes of reading.
        "count",
        ("u",),
        r"(?<=\#\ )(?:[dn],?\ ?){0,3}(?P<count>[dnl])\ u",
    ),
    Form("ago", ("a",), r"a\ (?:(?P<number>[dnl])\ )?(?P<unit>[uij])"),
    Form("ago", ("b",), r"(?P<number>[dnl])\ (?P<unit>[uij])\ b"),
    Form("today", ("r",), r"(?P<today>r)"),
    Form("weekday", ("w",), r"(?P<weekday>w)\.?"),
    Form("published", ("P",), r"(?P<published>P)"),
    Form("modified", ("U",), r"(?P<modified>U)"),
    Form("count", ("B",), r"(?P<button>B)"),
    Form(
        "count",
        ("IV",),
        r"I[\ :.()]{0,3}(?P<count>[dyn])|(?:[dn],)*(?P<count2>[dyn])\ V",
    ),
)
"""Every form, in the order in which they take their tokens."""

_BETWEEN = lazy(r"[ ,/\-|().:jki]*")
"""What may stand between two items of one date line."""


@lru_cache(maxsize=2048)
def find(shape: str) -> tuple[Item, ...]:
    """The forms in a shape, from left to right; no token is in two of them.

    >>> [item.form for item in find("w d M y - d:d")]
    ['weekday', "day, month's name, year", 'clock']
    """
    items: list[Item] = []
    letters = frozenset(shape)
    for form in FORMS:
        if any(map(letters.isdisjoint, form.needs)):
            continue
        if taken := form.items(shape):
            shape = _without(shape, taken)
            letters = frozenset(shape)
            items += taken
    return tuple(sorted(items, key=lambda item: item.start))


def _item(form: str, found: re.Match[str]) -> Item:
    parts = sorted(
        (found.start(role), role)
        for role, text in found.groupdict().items()
        if text is not None and role != "separator"
    )
    named = tuple((role.rstrip("23"), token) for token, role in parts)
    return Item(form, found.start(), found.end(), named)


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

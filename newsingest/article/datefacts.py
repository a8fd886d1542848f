"""Forms → facts: whether there is such a day, such a time, and in which calendar.

`dategrammar` finds what has the form of a date; an item that is not true (a 31st of
April, a minute 75, a Hijri month with a Gregorian year) becomes no fact.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from newsingest.article import calendars
from newsingest.article.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsingest.article.dategrammar import Item
    from newsingest.article.datelexer import Scan
    from newsingest.article.record import DateOrder

GREGORIAN_YEARS: Final = range(1800, 2101)
HIJRI_YEARS: Final = range(1200, 1600)
AMAZIGH_YEARS: Final = range(2700, 3100)
"""950 ahead of the Gregorian ones, and printed with Gregorian months."""

UNKNOWN: Final = "?"
"""A zone that is printed but that no rule knows."""

CENTURY: Final = 50
"""Short years below this are of the 21st century."""

MONTHS: Final = range(1, 13)
DAYS: Final = range(1, 32)
HIJRI_DAYS: Final = range(1, 31)
COUNTS: Final = range(1, 1000)
OFFSET_HOURS: Final = range(15)
HALF_DAY: Final = 12
LAST_NOON: Final = 10
FIRST_DAWN: Final = 6


class Day(NamedTuple):
    """A printed day (or month) in one calendar.

    `days` are its possible Gregorian readings, the likeliest first; none for a month,
    or a Hijri year that no table reaches. `text` is ISO 8601 in its own calendar, empty
    where the line does not say enough.
    """

    text: str
    calendar: str
    days: tuple[date, ...] = ()
    flags: tuple[str, ...] = ()


class Clock(NamedTuple):
    """A printed time of day; hour 24 is midnight at the day's end."""

    hour: int
    minute: int
    second: int | None = None
    flags: tuple[str, ...] = ()


class Stamp(NamedTuple):
    """A day and a time in one number, and their zone."""

    day: Day
    clock: Clock
    zone: str


class Fact(NamedTuple):
    """What an item turned out to be: its kind, its tokens `start:end`, its value.

    | kind | value |
    | --- | --- |
    | `day` | a `Day` |
    | `clock` | a `Clock` |
    | `stamp` | a `Stamp` |
    | `zone` | an IANA name or an offset; `?` for a name that no rule knows |
    | `weekday` | 1 (Monday) to 7 |
    | `distance` | a unit and how many of it |
    | `label` | `published` or `modified` |
    | `count` | nothing to know: an issue's number, readers, minutes of reading |
    """

    kind: str
    start: int
    end: int
    value: Any
    item: Item


def understand(item: Item, scan: Scan, order: DateOrder) -> Fact | None:
    """The fact behind an item; `None` where there is no such day or time."""
    kind, read = _READERS[item.form]
    value = read(item, scan, order)
    return None if value is None else Fact(kind, item.start, item.end, value, item)


def _numeric(item: Item, scan: Scan, order: DateOrder) -> Day | None:
    roles = ("year", "month", "day")
    year, month, day = (int(scan.values[item[role]]) for role in roles)
    mark = _mark(item, scan)
    if year in HIJRI_YEARS and mark in ("", "h"):
        return _hijri(year, month, day) or _hijri(year, day, month)
    if mark == "x":
        return Day("", "other")
    if year not in GREGORIAN_YEARS or mark == "h":
        return None
    if item.form == "year-month-day":
        return _gregorian(year, [(month, day)])
    orders = [(month, day), (day, month)]
    return _gregorian(year, orders[::-1] if order == "mdy" else orders)


def _named(item: Item, scan: Scan, order: DateOrder) -> Day | None:
    del order
    months = [token for role, token in item.parts if role == "month"]
    kinds = {scan.shape[token] for token in months}
    kinds = {"M"} if kinds in ({"L"}, {"L", "M"}) else kinds
    numbers = {scan.values[token].value for token in months}
    if len(numbers) != 1 or len(kinds) != 1:
        return None
    (kind,), (month,) = kinds, numbers
    year, mark = int(scan.values[item["year"]]), _mark(item, scan)
    day = _number(scan, item["day"]) if item["day"] >= 0 else None
    if kind == "X" or mark == "x" or (kind == "M" and year in AMAZIGH_YEARS):
        return Day("", "other")
    if kind == "H":
        return _hijri(year, month, day) if year in HIJRI_YEARS and mark != "g" else None
    if year not in GREGORIAN_YEARS or mark == "h":
        return None
    if day is None:
        return Day(f"{year:04}-{month:02}", "gregorian")
    return _gregorian(year, [(month, day)])


def _days_named(item: Item, scan: Scan, order: DateOrder) -> Day | None:
    """`12 - 13 يوليو 2025`: the month, for the line does not say which day."""
    day = _named(item, scan, order)
    if day is None or day.calendar != "gregorian":
        return None
    return Day(day.text[: len("2025-07")], day.calendar, (), ("several-dates",))


def _short_named(item: Item, scan: Scan, order: DateOrder) -> Day | None:
    """`07-Mar-24`."""
    del order
    if scan.shape[item["month"]] != "M" or len(scan.values[item["year"]]) != len("24"):
        return None
    month, day = scan.values[item["month"]].value, int(scan.values[item["day"]])
    return _flagged(_gregorian(_full_year(scan.values[item["year"]]), [(month, day)]))


def _short(item: Item, scan: Scan, order: DateOrder) -> Day | None:
    """`7/3/24`: a date only in the company of a weekday, a clock or a label.

    Alone it may be a score, a version, an article of a law or a Hijri date.
    """
    around = scan.shape[: item.start] + scan.shape[item.end :]
    if not re.search(r"[wPU]|d ?[:c] ?d", around):
        return None
    texts = [scan.values[item[role]] for role in ("first", "second", "third")]
    first, second, third = map(int, texts)
    year = texts[0] if order == "ymd" else texts[2]
    if len(year) != len("24"):
        return None
    orders = {
        "dmy": [(second, first), (first, second)],
        "mdy": [(first, second), (second, first)],
        "ymd": [(second, third)],
    }
    return _flagged(_gregorian(_full_year(year), orders[order]))


def _flagged(day: Day | None) -> Day | None:
    flags = (*day.flags, "two-digit-year") if day else ()
    return day and Day(day.text, day.calendar, day.days, flags)


def _no_year(item: Item, scan: Scan, order: DateOrder) -> Day | None:
    del order
    months = {scan.values[t].value for role, t in item.parts if role == "month"}
    day = _number(scan, item["day"])
    return Day("", "no-year") if len(months) == 1 and day in DAYS else None


def _gregorian(year: int, orders: list[tuple[int, int]]) -> Day | None:
    """The day, by the first (month, day) that exists; another one is a doubt."""
    days: list[date] = []
    for month, day in orders:
        try:
            found = date(year, month, day)
        except ValueError:  # a 13th month or a 31st of April: no such reading
            continue
        if found not in days:
            days.append(found)
    if not days:
        return None
    flags = ("ambiguous-day-month",) if len(days) > 1 else ()
    return Day(days[0].isoformat(), "gregorian", tuple(days), flags)


def _hijri(year: int, month: int, day: int | None) -> Day | None:
    if month not in MONTHS or (day is not None and day not in DAYS):
        return None
    if day is None:
        return Day(f"{year:04}-{month:02}", "hijri")
    known = calendars.from_hijri(year, month, day)
    if known is None and (year in calendars.HIJRI_YEARS or day not in HIJRI_DAYS):
        return None
    return Day(f"{year:04}-{month:02}-{day:02}", "hijri", (known,) if known else ())


def _clock(item: Item, scan: Scan, order: DateOrder) -> Clock | None:
    del order
    minute = scan.values[item["minute"]]
    second = scan.values[item["second"]] if item["second"] >= 0 else "00"
    if len(minute) != len("00") or len(second) != len("00"):
        return None
    known = int(second) if item["second"] >= 0 else None
    return _time(int(scan.values[item["hour"]]), int(minute), known, _half(item, scan))


_AND_MINUTES = lazy(r"\s*و\s*\d")
"""`الساعة 17 و15 دقيقة`: the minutes are not read, and 17:00 would be wrong."""


def _hour(item: Item, scan: Scan, order: DateOrder) -> Clock | None:
    """`الساعة 5 مساء`, `الساعة الثامنة والنصف`."""
    del order
    if _AND_MINUTES.match(scan.line, scan.bounds[item.end]):
        return None
    minute = scan.values[item["part"]].value if item["part"] >= 0 else 0
    hour = _number(scan, item["hour"])
    if minute < 0:
        hour, minute = hour - 1, 60 + minute
    return _time(hour, minute, None, _half(item, scan))


def _time(hour: int, minute: int, second: int | None, half: str | None) -> Clock | None:
    if minute >= 60 or (second or 0) >= 60 or hour * 60 + minute > 24 * 60:  # noqa: PLR2004 - clocks
        return None
    if half is None or hour > HALF_DAY:
        # `22:17 pm` is a 24-hour clock whose software prints the half as well.
        contradicts = half == "am" and HALF_DAY < hour < 2 * HALF_DAY
        return Clock(hour, minute, second, ("meridiem-disagrees",) * contradicts)
    return Clock(_HALVES[half](hour), minute, second)


_HALVES: Final[dict[str, Callable[[int], int]]] = {
    "am": lambda hour: hour % HALF_DAY,
    "pm": lambda hour: hour % HALF_DAY + HALF_DAY,
    "noon": lambda hour: hour if hour >= LAST_NOON else hour + HALF_DAY,
    "night": lambda hour: (
        hour % HALF_DAY if hour % HALF_DAY < FIRST_DAWN else hour + HALF_DAY
    ),
}
"""Which hour of the day an hour up to 12 is. Night is both sides of midnight: 11 ليلا
is 23:00, 2 ليلا is 02:00; 11 ظهرا is 11:00, 1 ظهرا is 13:00."""


def _stamp(item: Item, scan: Scan, order: DateOrder) -> Stamp | None:
    """`010812 GMT JAN 00`: the first of January 2000, 8:12."""
    del order
    digits, year = scan.values[item["stamp"]], scan.values[item["year"]]
    if len(digits) != len("010812"):
        return None
    short = len(year) == len("00")
    if not short and int(year) not in GREGORIAN_YEARS:
        return None
    month = scan.values[item["month"]].value
    full = _full_year(year) if short else int(year)
    day = _gregorian(full, [(month, int(digits[:2]))])
    clock = _time(int(digits[2:4]), int(digits[4:]), None, None)
    zone: str = scan.values[item["zone"]].value
    day = _flagged(day) if short else day
    return Stamp(day, clock, zone) if day and clock else None


def _zone(item: Item, scan: Scan, order: DateOrder) -> str | None:
    """A name's zone, or the offset if one is printed (behind a name or alone)."""
    del order
    if item["unknown"] >= 0:
        return UNKNOWN
    if item["sign"] < 0:
        name: str = scan.values[item["zone"]].value
        return name
    digits = scan.values[item["hours"]].zfill(2)
    minutes = digits[2:] or "00"
    if item["minutes"] >= 0:
        minutes = scan.values[item["minutes"]]
    if int(digits[:2]) not in OFFSET_HOURS or minutes not in ("00", "30", "45"):
        return None
    return f"{scan.shape[item['sign']]}{digits[:2]}:{minutes}"


def _ago(item: Item, scan: Scan, order: DateOrder) -> tuple[str, int] | None:
    del order
    if scan.values[item["unit"]].value is None:
        return None
    unit, number = scan.values[item["unit"]].value
    if item["number"] >= 0:
        number = _number(scan, item["number"])
    return (unit, number) if number in COUNTS else None


def _today(item: Item, scan: Scan, order: DateOrder) -> tuple[str, int] | None:
    """`أمس`; `اليوم` only beside a clock or a weekday, for it is a paper's name too."""
    del order
    number: int = scan.values[item["today"]].value
    if number == 0 and not re.search(r"w|d ?: ?d", scan.shape):
        return None
    return "day", number


def _value(item: Item, scan: Scan, order: DateOrder) -> object:
    del order
    return scan.values[item.parts[0][1]].value


def _form(item: Item, scan: Scan, order: DateOrder) -> str:
    del scan, order
    return item.form


def _number(scan: Scan, token: int) -> int:
    """The number a token prints, in digits or in a word."""
    value = scan.values[token]
    return int(value) if isinstance(value, str) else int(value.value)


def _mark(item: Item, scan: Scan) -> str:
    """The calendar's mark behind the year; the letter م is the Gregorian one."""
    return scan.shape[item["mark"]].replace("m", "g") if item["mark"] >= 0 else ""


def _half(item: Item, scan: Scan) -> str | None:
    token = max(item["half"], item["before"] if item["half"] < 0 else -1)
    return scan.values[token].value if token >= 0 else None


def _full_year(digits: str) -> int:
    return int(digits) + (2000 if int(digits) < CENTURY else 1900)


_READERS: Final[dict[str, tuple[str, Callable[[Item, Scan, DateOrder], object]]]] = {
    "year-month-day": ("day", _numeric),
    "day-month-year": ("day", _numeric),
    "days, month's name, year": ("day", _days_named),
    "day, month's name, year": ("day", _named),
    "month's name, day, year": ("day", _named),
    "year, month's name, day": ("day", _named),
    "year, day, month's name": ("day", _named),
    "month's name, year": ("day", _named),
    "day, month's name, short year": ("day", _short_named),
    "short year": ("day", _short),
    "no year": ("day", _no_year),
    "wire stamp": ("stamp", _stamp),
    "clock": ("clock", _clock),
    "dotted clock": ("clock", _clock),
    "hour": ("clock", _hour),
    "zone": ("zone", _zone),
    "ago": ("distance", _ago),
    "today": ("distance", _today),
    "weekday": ("weekday", _value),
    "published": ("label", _form),
    "modified": ("label", _form),
    "count": ("count", _form),
}
"""Form → the kind of fact it tells, and what reads it."""

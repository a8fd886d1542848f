"""Hijri days → Gregorian days by Umm al-Qura; clocks in zones → offsets by IANA."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final

from newsingest.article.patterns import lazy

HIJRI_YEARS: Final = range(1343, 1501)
"""The years that Umm al-Qura's tables reach: 1 August 1924 to 16 November 2077."""

LONGEST_PRINTED: Final = 30

_OFFSET = lazy(r"([+-])([0-9]{2}):([0-9]{2})")


@lru_cache(maxsize=4096)
def from_hijri(year: int, month: int, day: int) -> date | None:
    """The Gregorian day; `None` where there is no such day or no table for it.

    Day 30 of a month that had 29 is the day after the 29th: newspapers print it when
    the moon was seen a day later than the tables say.

    >>> from_hijri(1445, 8, 26)
    datetime.date(2024, 3, 7)
    """
    from hijridate import Hijri  # noqa: PLC0415 - its tables are for Hijri lines only

    if year not in HIJRI_YEARS:
        return None
    # Three months of the 1340s have 31 days in the tables.
    length = Hijri(year, month, 1).month_length()
    if not 1 <= day <= max(length, LONGEST_PRINTED):
        return None
    known = Hijri(year, month, min(day, length)).to_gregorian()
    plain = date(known.year, known.month, known.day)
    return plain + timedelta(days=max(day - length, 0))


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The rules of a zone by its IANA name or its offset (`+03:00`).

    Raises `ValueError` for a name that IANA does not know.
    """
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - most lines print no zone

    if found := _OFFSET.fullmatch(name):
        span = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-span if found[1] == "-" else span)
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(
            f"no time zone is called {name!r}; IANA names look like 'Africa/Cairo'"
        ) from None


def place(local: datetime, name: str) -> tuple[datetime, str | None]:
    """A local time in its zone, and what is doubtful about it.

    >>> place(datetime(2024, 7, 7, 17, 42), "Africa/Cairo")[0].isoformat()
    '2024-07-07T17:42:00+03:00'
    >>> place(datetime(2024, 4, 26, 0, 30), "Africa/Cairo")[1]
    'nonexistent-time'
    """
    rules = zone(name)
    first = local.replace(tzinfo=rules, fold=0)
    if first.utcoffset() == local.replace(tzinfo=rules, fold=1).utcoffset():
        return first, None
    back = first.astimezone(UTC).astimezone(rules)
    if back.replace(tzinfo=None) == local:
        return first, "ambiguous-time"
    return first, "nonexistent-time"

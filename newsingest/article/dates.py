"""A printed line → a date, its precision, its doubts.

Find, validate, choose: `datelexer` turns the line into a shape, `dategrammar` finds
in it what has the form of a date, and here it is decided what is true: which day,
which calendar, which clock belongs to it, and how much of the line that explains.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from newsingest.article import calendars
from newsingest.article.dategrammar import find, touches
from newsingest.article.datelexer import Lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from newsingest.article.dategrammar import Item
    from newsingest.article.datelexer import Scan
    from newsingest.article.record import DateOrder
    from newsingest.article.rules import Rules

LINE_SHARE: Final = 0.6
"""A line is a date line if this share of its letters and digits is explained: the
least that keeps every CLDR line and lets no line of prose in."""

_HINT = re.compile("[0-9٠-٩۰-۹]|منذ|قبل|[أا]مس|البارحة|من شهر|الموافق|ago|esterday|hier")


def could_be_date(line: str) -> bool:
    """Whether a line has what every date needs: a digit, or a word that does without.

    Cheap (well under a microsecond a line) and never wrongly `False`.
    """
    return _HINT.search(line) is not None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a date line and what it was taken for; for `explain`."""

    start: int
    end: int
    role: str


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a printed line says about time.

    `start` and `end` bound everything that was read as date, time, zone or a label of
    them (so that `الرياض - رويترز | 7 مارس 2024` leaves its byline outside);
    `coverage` is the share of the line's letters and digits that were explained, and
    `set_off` says that what is left is a word or two behind a dash, bar or comma.
    `published` and `modified` are ISO 8601, only as precise as printed. Both are `None`
    where the line speaks of time but does not determine it (`منذ 3 ساعات` without a
    now, `7 مارس` without a year).
    """

    published: str | None
    modified: str | None
    precision: str | None
    hijri: str | None
    flags: tuple[str, ...]
    timezone: str | None
    timezone_source: str | None
    start: int
    end: int
    coverage: float
    parts: tuple[Part, ...]
    set_off: bool = False

    @property
    def created(self) -> str | None:
        """When it was published, or else when it was changed."""
        return self.published or self.modified

    @property
    def is_date_line(self) -> bool:
        """Whether the line is there for its date, and no prose that mentions one."""
        return self.coverage >= LINE_SHARE or self.set_off


@dataclass(frozen=True, slots=True)
class _Fact:
    """An item that was found true: what it is, its tokens, and its value."""

    kind: str
    start: int
    end: int
    value: Any
    item: Item


@dataclass(frozen=True, slots=True)
class _Day:
    """A printed day in one calendar.

    `days` are its possible readings, the likeliest first; none for a Hijri year that
    no table reaches. `text` is the day as ISO 8601 in its own calendar.
    """

    text: str
    precision: str
    days: tuple[date, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Clock:
    """A printed time of day."""

    hour: int
    minute: int
    second: int | None
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Moment:
    """What stands between two labels: the pieces of one moment, gathered."""

    label: str
    gregorian: list[_Day] = field(default_factory=list)
    hijri: list[_Day] = field(default_factory=list)
    clocks: list[_Clock] = field(default_factory=list)
    zone: str | None = None
    zone_unknown: bool = False


@dataclass(frozen=True, slots=True)
class _Told:
    """A moment understood."""

    text: str | None
    precision: str | None
    day: date | None
    flags: tuple[str, ...]
    zone: str | None
    zone_source: str | None


class DateReader:
    """The date grammar, compiled once from the rules and the options."""

    def __init__(
        self,
        rules: Rules,
        *,
        date_order: DateOrder = "dmy",
        timezone: str | None = None,
    ) -> None:
        """Compile. Raises `ValueError` for a zone that IANA does not know."""
        if timezone is not None:
            calendars.zone(timezone)
        self._lexicon = Lexicon(rules)
        self._order: DateOrder = date_order
        self._timezone = timezone

    def read(self, line: str, now: datetime | None = None) -> DateReading | None:
        """Read a printed line; `None` where there is no date in it.

        >>> from newsingest.article.rules import load
        >>> reading = DateReader(load()).read("الخميس 7 آذار/مارس 2024 - 14:35")
        >>> reading.published, reading.precision, reading.coverage
        ('2024-03-07T14:35', 'minute', 1.0)
        """
        if not could_be_date(line):
            return None
        scan = self._lexicon.scan(line)
        items = find(scan.shape)
        facts = [fact for item in items if (fact := self._understand(item, scan))]
        groups = [group for group in _groups(facts, scan) if _tells_a_day(group)]
        if not groups:
            return None
        best = max(groups, key=lambda group: _rank(group, scan))
        return self._reading(best, scan, now)

    # -- validate: is there such a day, such a time?

    def _understand(self, item: Item, scan: Scan) -> _Fact | None:
        kind, read = _READERS[item.form]
        value = read(self, item, scan)
        return value and _Fact(kind, item.start, item.end, value, item)

    def _numeric(self, item: Item, scan: Scan) -> _Day | None:
        year, month, day = (
            int(scan.values[item[role]]) for role in ("year", "month", "day")
        )
        mark = _mark(item, scan)
        if mark in _HIJRI_MARKS[year in HIJRI_YEARS]:
            return _hijri(year, month, day) or _hijri(year, day, month)
        if year not in GREGORIAN_YEARS or mark == "h":
            return None
        if item.form == "year-month-day":
            return _gregorian(year, [(month, day)])
        orders = [(month, day), (day, month)]
        return _gregorian(year, orders[::-1] if self._order == "mdy" else orders)

    def _named(self, item: Item, scan: Scan) -> _Day | None:
        months = [t for role, t in item.parts if role == "month"]
        kinds = {scan.shape[token] for token in months}
        numbers = {scan.values[token].value for token in months}
        year = int(scan.values[item["year"]])
        if len(numbers) != 1 or len(kinds) != 1:
            return None
        (kind,), (month,) = kinds, numbers
        mark = _mark(item, scan)
        day = _number(scan, item["day"]) if item["day"] >= 0 else None
        if kind == "X" or mark == "x" or (kind == "M" and year in OTHER_YEARS):
            return _Day("", "other")
        if kind == "H":
            return _hijri(year, month, day) if year in HIJRI_YEARS else None
        if year not in GREGORIAN_YEARS or mark == "h":
            return None
        if day is None:
            return _Day(f"{year:04}-{month:02}", "month")
        return _gregorian(year, [(month, day)])

    def _short_named(self, item: Item, scan: Scan) -> _Day | None:
        month = scan.values[item["month"]].value
        day, year = int(scan.values[item["day"]]), scan.values[item["year"]]
        if scan.shape[item["month"]] == "H":
            return None
        found = _gregorian(_full_year(year), [(month, day)])
        return found and _Day(found.text, "day", found.days, ("two-digit-year",))

    def _short(self, item: Item, scan: Scan) -> _Day | None:
        """`7/3/24`: only with a year that cannot be a day or month, and company."""
        texts = [scan.values[item[role]] for role in ("first", "second", "third")]
        if not _has_company(item, scan) or len(texts[2]) != len("24"):
            return None
        if self._order == "ymd":
            found = _gregorian(_full_year(texts[0]), [(int(texts[1]), int(texts[2]))])
        else:
            first, second = int(texts[0]), int(texts[1])
            orders = [(second, first), (first, second)]
            orders = orders[::-1] if self._order == "mdy" else orders
            found = _gregorian(_full_year(texts[2]), orders)
        return found and _Day(
            found.text, "day", found.days, (*found.flags, "two-digit-year")
        )

    def _no_year(self, item: Item, scan: Scan) -> _Day | None:
        months = {scan.values[t].value for role, t in item.parts if role == "month"}
        day = _number(scan, item["day"])
        return _Day("", "no-year") if len(months) == 1 and 1 <= day <= 31 else None  # noqa: PLR2004

    def _clock(self, item: Item, scan: Scan) -> _Clock | None:
        digits = [scan.values[item[role]] for role in ("hour", "minute")]
        second = scan.values[item["second"]] if item["second"] >= 0 else None
        if len(digits[1]) != len("00") or (second and len(second) != len("00")):
            return None
        halves = [scan.values[i].value for r in ("half", "before") if (i := item[r]) >= 0]
        hour, minute = int(digits[0]), int(digits[1])
        return _clock(hour, minute, second and int(second), halves[0] if halves else None)

    def _hour(self, item: Item, scan: Scan) -> _Clock | None:
        half = scan.values[item["half"]].value if item["half"] >= 0 else None
        minute = scan.values[item["part"]].value if item["part"] >= 0 else 0
        hour = _number(scan, item["hour"])
        if minute < 0:
            hour, minute = hour - 1, 60 + minute
        return _clock(hour, minute, None, half)

    def _zone(self, item: Item, scan: Scan) -> str | None:
        if item["unknown"] >= 0:
            return "?"
        if item["sign"] < 0:
            name: str = scan.values[item["zone"]].value
            return name
        digits = scan.values[item["hours"]].zfill(2)
        rest = scan.values[item["minutes"]] if item["minutes"] >= 0 else digits[2:] or "00"
        if int(digits[:2]) > 14 or rest not in ("00", "30", "45"):  # noqa: PLR2004
            return None
        sign = scan.line[scan.bounds[item["sign"]] : scan.bounds[item["sign"] + 1]]
        return f"{'+' if '+' in sign or '+' in sign else '-'}{digits[:2]}:{rest}"

    def _ago(self, item: Item, scan: Scan) -> tuple[str, int] | None:
        value = scan.values[item["unit"]].value
        if value is None:
            return None
        unit, number = value
        if (count := item["count"]) >= 0:
            number = _number(scan, count)
        return unit, number

    def _weekday(self, item: Item, scan: Scan) -> int:
        number: int = scan.values[item["weekday"]].value
        return number

    def _today(self, item: Item, scan: Scan) -> tuple[str, int]:
        return "day", scan.values[item["today"]].value

    def _label(self, item: Item, scan: Scan) -> str:
        del scan
        return item.form

    # -- choose: which day, which clock, published or modified?

    def _reading(
        self, group: Sequence[_Fact], scan: Scan, now: datetime | None
    ) -> DateReading:
        weekday = next((f.value for f in group if f.kind == "weekday"), None)
        moments = list(_moments(group))
        told: dict[str, _Told] = {}
        borrowed: date | None = None
        for moment in moments:
            if moment.label in told and not moment.gregorian and not moment.hijri:
                continue
            found = self._tell(moment, weekday, borrowed)
            borrowed = found.day or borrowed
            if found.text and moment.label not in told:
                told[moment.label] = found
        if not told and (distance := next((f for f in group if f.kind == "ago"), None)):
            told = self._relative(distance.value, moments, group, now)
        published, modified = told.get("published"), told.get("modified")
        main = published or modified or _NOTHING
        start, end = _bounds(group, scan)
        start_at, end_at = scan.bounds[start], scan.bounds[end]
        hijri = [day for moment in moments for day in moment.hijri]
        return DateReading(
            published=published.text if published else None,
            modified=modified.text if modified else None,
            precision=main.precision,
            hijri=hijri[0].text if hijri else None,
            flags=tuple(dict.fromkeys(main.flags or _doubts(group))),
            timezone=main.zone,
            timezone_source=main.zone_source,
            start=start_at,
            end=end_at,
            coverage=_coverage(scan.line, start_at, end_at),
            parts=tuple(_parts(group, scan)),
            set_off=_set_off(scan.line, start_at, end_at),
        )

    def _tell(
        self, moment: _Moment, weekday: int | None, borrowed: date | None
    ) -> _Told:
        day, precision, text, flags = _choose_day(moment, weekday)
        if text is None and borrowed and moment.clocks:
            day, precision, text = borrowed, "day", borrowed.isoformat()
        if text is None or day is None or not moment.clocks:
            zone, source = self._zone_of(moment) if text else (None, None)
            return _Told(text, precision if text else None, day, tuple(flags), zone, source)
        clock = moment.clocks[0]
        if len({(c.hour, c.minute) for c in moment.clocks}) > 1:
            flags.append("several-times")
        return self._at(day, clock, moment, flags)

    def _at(self, day: date, clock: _Clock, moment: _Moment, flags: list[str]) -> _Told:
        """A day and a clock, with the offset that its zone had then."""
        local = datetime(  # noqa: DTZ001 - naive as printed until a zone is known
            day.year, day.month, day.day, clock.hour % 24, clock.minute, clock.second or 0
        ) + timedelta(days=clock.hour // 24)
        flags += clock.flags
        zone, source = self._zone_of(moment)
        if moment.zone_unknown:
            flags.append("unknown-zone")
        if zone:
            local, doubt = calendars.place(local, zone)
            flags += [doubt] if doubt else []
        precision = "minute" if clock.second is None else "second"
        timespec = "minutes" if clock.second is None else "seconds"
        text = local.isoformat(timespec=timespec)
        return _Told(text, precision, day, tuple(flags), zone, source)

    def _zone_of(self, moment: _Moment) -> tuple[str | None, str | None]:
        if moment.zone:
            return moment.zone, "printed"
        if self._timezone and not moment.zone_unknown:
            return self._timezone, "configured"
        return None, None

    def _relative(
        self,
        distance: tuple[str, int],
        moments: list[_Moment],
        group: Sequence[_Fact],
        now: datetime | None,
    ) -> dict[str, _Told]:
        """A distance from now, no finer than its unit: `منذ يومين` gives a day."""
        if now is None:
            return {}
        from dateutil.relativedelta import relativedelta  # noqa: PLC0415 - rarely needed

        if now.tzinfo and self._timezone:
            now = now.astimezone(calendars.zone(self._timezone))
        unit, number = distance
        then = now - relativedelta(**{f"{unit}s": number})  # type: ignore[arg-type]
        label = next((m.label for m in moments if m.label == "modified"), "published")
        weekday = next((f.value for f in group if f.kind == "weekday"), None)
        flags = ["relative"]
        if weekday and then.isoweekday() != weekday:
            flags.append("weekday-disagrees")
        clock = next((m for m in moments if m.clocks), None)
        if unit == "day" and clock:
            return {label: self._at(then.date(), clock.clocks[0], clock, flags)}
        size, precision = _UNITS[unit]
        if precision in ("minute", "second") and not now.tzinfo and self._timezone:
            return {
                label: self._at(
                    then.date(), _Clock(then.hour, then.minute, None), _Moment(label), flags
                )
            }
        text = then.isoformat(timespec="seconds" if precision == "second" else "minutes")
        text = text if size is None else text[:size]
        return {label: _Told(text, precision, then.date(), tuple(flags), None, None)}


_NOTHING = _Told(None, None, None, (), None, None)
_UNITS: Final[dict[str, tuple[int | None, str]]] = {
    "second": (None, "second"),
    "minute": (None, "minute"),
    "hour": (None, "minute"),
    "day": (10, "day"),
    "week": (10, "day"),
    "month": (7, "month"),
    "year": (4, "year"),
}
"""How much of an ISO date-time a distance in a unit determines, and its name."""

GREGORIAN_YEARS: Final = range(1800, 2101)
HIJRI_YEARS: Final = range(1200, 1600)
OTHER_YEARS: Final = range(2700, 3100)
"""Amazigh years are 950 ahead and counted with Gregorian months."""

_HIJRI_MARKS: Final = {True: ("", "h"), False: ()}
"""Whether a year of three or four numbers is Hijri, by its mark."""

_CENTURY: Final = 50

_READERS: Final = {
    "year-month-day": ("day", DateReader._numeric),  # noqa: SLF001 - a table of its own
    "day-month-year": ("day", DateReader._numeric),  # noqa: SLF001
    "day, month's name, year": ("day", DateReader._named),  # noqa: SLF001
    "month's name, day, year": ("day", DateReader._named),  # noqa: SLF001
    "year, month's name, day": ("day", DateReader._named),  # noqa: SLF001
    "month's name, year": ("day", DateReader._named),  # noqa: SLF001
    "day, month's name, short year": ("day", DateReader._short_named),  # noqa: SLF001
    "short year": ("day", DateReader._short),  # noqa: SLF001
    "no year": ("day", DateReader._no_year),  # noqa: SLF001
    "clock": ("clock", DateReader._clock),  # noqa: SLF001
    "dotted clock": ("clock", DateReader._clock),  # noqa: SLF001
    "hour": ("clock", DateReader._hour),  # noqa: SLF001
    "zone": ("zone", DateReader._zone),  # noqa: SLF001
    "ago": ("ago", DateReader._ago),  # noqa: SLF001
    "today": ("ago", DateReader._today),  # noqa: SLF001
    "weekday": ("weekday", DateReader._weekday),  # noqa: SLF001
    "published": ("label", DateReader._label),  # noqa: SLF001
    "modified": ("label", DateReader._label),  # noqa: SLF001
    "issue": ("issue", DateReader._label),  # noqa: SLF001
}
"""Form → the kind of fact it tells and what reads it."""


def _number(scan: Scan, token: int) -> int:
    """The number a token prints, in digits or in a word."""
    value = scan.values[token]
    return int(value) if isinstance(value, str) else int(value.value)


def _mark(item: Item, scan: Scan) -> str:
    return scan.shape[item["mark"]].replace("m", "g") if item["mark"] >= 0 else ""


def _full_year(digits: str) -> int:
    return int(digits) + (2000 if int(digits) < _CENTURY else 1900)


def _has_company(item: Item, scan: Scan) -> bool:
    """Whether a clock, a weekday or a label stands beside a date with a short year."""
    around = scan.shape[: item.start] + scan.shape[item.end :]
    return re.search(r"[wPU]|d ?: ?d", around) is not None


def _gregorian(year: int, orders: list[tuple[int, int]]) -> _Day | None:
    """The day, by the first (month, day) that exists; another one is a doubt."""
    days: list[date] = []
    for month, day in orders:
        if 1 <= month <= 12 and 1 <= day <= 31:  # noqa: PLR2004
            try:
                found = date(year, month, day)
            except ValueError:
                continue
            if found not in days:
                days.append(found)
    if not days:
        return None
    flags = ("ambiguous-day-month",) if len(days) > 1 else ()
    return _Day(days[0].isoformat(), "day", tuple(days), flags)


def _hijri(year: int, month: int, day: int | None) -> _Day | None:
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 30):  # noqa: PLR2004
        return None
    if day is None:
        return _Day(f"{year:04}-{month:02}", "hijri-month")
    known = calendars.from_hijri(year, month, day)
    return _Day(f"{year:04}-{month:02}-{day:02}", "hijri", (known,) if known else ())


def _clock(hour: int, minute: int, second: int | None, half: str | None) -> _Clock | None:
    if minute > 59 or (second or 0) > 60 or hour > 24 or (hour == 24 and minute):  # noqa: PLR2004
        return None
    second = min(second, 59) if second is not None else None
    if half is None or hour > 12:  # noqa: PLR2004
        contradicts = half == "am" and 12 < hour < 24  # noqa: PLR2004
        return _Clock(hour, minute, second, ("half-disagrees",) * contradicts)
    return _Clock(_HALVES[half](hour), minute, second)


_HALVES: Final = {
    "am": lambda hour: hour % 12,
    "pm": lambda hour: hour % 12 + 12,
    "noon": lambda hour: hour if hour >= 10 else hour + 12,  # noqa: PLR2004
    "night": lambda hour: hour % 12 if hour == 12 or hour < 6 else hour + 12,  # noqa: PLR2004
}
"""Which hour of the day an hour up to 12 is. Night is both sides of midnight: 11 ليلا
is 23:00, 2 ليلا is 02:00; 11 ظهرا is 11:00, 1 ظهرا is 13:00."""


def _groups(facts: list[_Fact], scan: Scan) -> Iterator[list[_Fact]]:
    """Facts that nothing but marks and small words part."""
    group: list[_Fact] = []
    for fact in facts:
        if group and not touches(scan.shape[group[-1].end : fact.start]):
            yield group
            group = []
        group.append(fact)
    if group:
        yield group


def _tells_a_day(group: Sequence[_Fact]) -> bool:
    return any(fact.kind == "day" or fact.kind == "ago" for fact in group)


def _rank(group: Sequence[_Fact], scan: Scan) -> tuple[bool, int]:
    """A group with a full date before one without, then the one that explains most."""
    full = any(f.kind == "day" and f.value.text for f in group)
    return full, scan.bounds[group[-1].end] - scan.bounds[group[0].start]


def _moments(group: Sequence[_Fact]) -> Iterator[_Moment]:
    """The group cut at its labels."""
    moment = _Moment("published")
    for fact in group:
        if fact.kind == "label":
            yield moment
            moment = _Moment(fact.value)
        elif fact.kind == "clock":
            moment.clocks.append(fact.value)
        elif fact.kind == "zone":
            moment.zone_unknown = moment.zone_unknown or fact.value == "?"
            moment.zone = moment.zone or (fact.value if fact.value != "?" else None)
        elif fact.kind == "day" and fact.value.precision in ("day", "month"):
            moment.gregorian.append(fact.value)
        elif fact.kind == "day" and fact.value.precision in ("hijri", "hijri-month"):
            moment.hijri.append(fact.value)
    yield moment


def _choose_day(
    moment: _Moment, weekday: int | None
) -> tuple[date | None, str, str | None, list[str]]:
    """The day of a moment: the Gregorian one if printed, or else from the Hijri one."""
    hijri = moment.hijri[0] if moment.hijri else None
    if not moment.gregorian:
        return _from_hijri(hijri, weekday) if hijri else (None, "day", None, [])
    printed = min(moment.gregorian, key=lambda day: day.precision != "day")
    if not printed.days:
        return None, printed.precision, printed.text, []
    days = [other for other in moment.gregorian if other.days]
    flags = [flag for flag in printed.flags if flag != "ambiguous-day-month"]
    chosen = _settle(printed.days, weekday, hijri)
    if chosen is None:
        chosen = printed.days[0]
        flags += ["ambiguous-day-month"]
    if any(chosen not in other.days for other in days):
        flags.append("several-dates")
    if weekday and chosen.isoweekday() != weekday:
        flags.append("weekday-disagrees")
    if hijri and hijri.days and abs((hijri.days[0] - chosen).days) > 1:
        flags.append("hijri-disagrees")
    return chosen, "day", chosen.isoformat(), flags


def _settle(
    days: tuple[date, ...], weekday: int | None, hijri: _Day | None
) -> date | None:
    """The only day, or the only one that the weekday or the Hijri day agrees with."""
    if len(days) == 1:
        return days[0]
    fits = [day for day in days if weekday and day.isoweekday() == weekday]
    if len(fits) == 1:
        return fits[0]
    near = [d for d in days if hijri and hijri.days and abs((hijri.days[0] - d).days) <= 1]
    return near[0] if len(near) == 1 else None


_SNAP: Final = (0, 1, -1, 2, -2)


def _from_hijri(
    hijri: _Day, weekday: int | None
) -> tuple[date | None, str, str | None, list[str]]:
    """The Gregorian day of a lone Hijri one, by the weekday if that is two days off."""
    if not hijri.days:
        return None, "day", None, []
    known = hijri.days[0]
    flags = ["from-hijri"]
    if weekday:
        near = [s for s in _SNAP if (known + timedelta(s)).isoweekday() == weekday]
        if near:
            known += timedelta(near[0])
            flags += ["hijri-snapped"] * (near[0] != 0)
        else:
            flags.append("weekday-disagrees")
    return known, "day", known.isoformat(), flags


def _doubts(group: Sequence[_Fact]) -> list[str]:
    """Why a line that speaks of time gives no moment."""
    doubts = ["relative" for fact in group if fact.kind == "ago"]
    return doubts + [
        "no-year" for f in group if f.kind == "day" and f.value.precision == "no-year"
    ]


def _bounds(group: Sequence[_Fact], scan: Scan) -> tuple[int, int]:
    """The tokens of a group, with the small words and the brackets around it."""
    start, end = group[0].start, group[-1].end
    shape = scan.shape
    while start and shape[start - 1] in " jk":
        start -= 1
    while shape[start] == " ":
        start += 1
    if start and shape[start - 1] == "(" and shape[end : end + 1] == ")":
        start, end = start - 1, end + 1
    elif shape[end : end + 1] == ")" and "(" in shape[start:end]:
        end += 1
    return start, end


def _size(text: str) -> int:
    return sum(map(str.isalnum, text))


def _coverage(line: str, start: int, end: int) -> float:
    whole = _size(line)
    return round(_size(line[start:end]) / whole, 3) if whole else 0.0


_MARK_BEFORE = re.compile(r"[-–—/|،,:•·\N{ARABIC TATWEEL})][\s\W]*$")
_MARK_AFTER = re.compile(r"[\s\W]*?[-–—/|،,:•·\N{ARABIC TATWEEL}(]")
_END_OF_SENTENCE = re.compile(r"[.!?؟…]\s*$")
_FEW_WORDS: Final = 4


def _set_off(line: str, start: int, end: int) -> bool:
    """Whether the rest of the line is a word or two that a mark parts from the date."""
    before, after = line[:start], line[end:]
    if len(before.split()) + len(after.split()) > 2 * _FEW_WORDS:
        return False
    words = len(re.findall(r"\w+", before + " " + after))
    if words > _FEW_WORDS or _END_OF_SENTENCE.search(line):
        return False
    left = not before.strip() or _MARK_BEFORE.search(before)
    right = not after.strip() or _MARK_AFTER.match(after)
    return bool(left and right)


_ROLES: Final = {
    "mark": "calendar",
    "half": "half of the day",
    "before": "half of the day",
    "published": "label: published",
    "modified": "label: modified",
    "hours": "offset",
    "minutes": "offset",
    "sign": "offset",
    "unknown": "zone (unknown)",
    "part": "minute",
    "today": "day seen from now",
    "count": "how many",
    "issue": "issue number",
}


def _parts(group: Sequence[_Fact], scan: Scan) -> Iterator[Part]:
    for fact in group:
        day = fact.value if isinstance(fact.value, _Day) else None
        calendar = "Hijri " if day and day.precision.startswith("hijri") else ""
        calendar = "other calendar's " if day and day.precision == "other" else calendar
        for role, token in fact.item.parts:
            name = calendar + _ROLES.get(role, role)
            yield Part(scan.bounds[token], scan.bounds[token + 1], name)

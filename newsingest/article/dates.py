"""A printed line → a date, its precision, its doubts.

Find, validate, choose: `datelexer` turns the line into a shape, `dategrammar` finds
in it what has the form of a date, and here it is decided what is true: which day,
which calendar, which clock belongs to it, and how much of the line that explains.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from newsingest.article import calendars
from newsingest.article.datefacts import UNKNOWN, Clock, Day, Fact, understand
from newsingest.article.dategrammar import find, touches
from newsingest.article.datelexer import Lexicon
from newsingest.article.datelexer import fold as lexical
from newsingest.article.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from newsingest.article.datelexer import Scan
    from newsingest.article.record import DateOrder
    from newsingest.article.rules import Rules

LINE_SHARE: Final = 0.6
"""A line is a date line if this share of its letters and digits is explained: the
least that keeps every CLDR line and lets no line of prose in."""

MIDNIGHT: Final = 24
"""`24:00` is the end of its day."""

_DIGIT = re.compile("[0-9٠-٩۰-۹]")
_WITHOUT_DIGITS = ("منذ", "قبل", "أمس", "امس", "البارحة", "ago", "esterday", "hier")


def could_be_date(line: str) -> bool:
    """Whether a line has what every date needs: a digit, or a word that does without.

    Cheap (well under a microsecond a line) and never wrongly `False`.
    """
    if _DIGIT.search(line):
        return True
    for word in _WITHOUT_DIGITS:  # noqa: SIM110 - any() would double the cost
        if word in line:
            return True
    return False


class Part(NamedTuple):
    """A piece of a date line and what it was taken for; for `explain`."""

    start: int
    end: int
    role: str


class DateReading(NamedTuple):
    """What a printed line says about time.

    `start` and `end` bound everything that was read as date, time, zone or a label of
    them (so that `الرياض - رويترز | 7 مارس 2024` leaves its byline outside);
    `coverage` is the share of the line's letters and digits that were explained.
    `is_date_line` says that the line is there for its date, and no prose that mentions
    one: most of it is explained, or what is left is a word or two set off by a mark.
    `is_prose` says that a word of it forbids that, whoever is named beside the date.
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
    is_date_line: bool
    is_prose: bool
    facts: tuple[Fact, ...]
    scan: Scan

    @property
    def parts(self) -> tuple[Part, ...]:
        """What each piece of the line was taken for, from left to right."""
        return tuple(_parts(self.facts, self.scan))

    @property
    def created(self) -> str | None:
        """When it was published, or else when it was changed."""
        return self.published or self.modified


class _Moment:
    """What stands between two labels: the pieces of one moment, gathered."""

    __slots__ = ("clocks", "gregorian", "hijri", "label", "zone_of", "zones")

    def __init__(self, label: str) -> None:
        """Nothing has been gathered."""
        self.label = label
        self.gregorian: list[Day] = []
        self.hijri: list[Day] = []
        self.clocks: list[Clock] = []
        self.zones: list[str] = []
        self.zone_of: dict[int, str] = {}
        """The clock (by its place in `clocks`) that a zone stands behind."""

    @property
    def has_day(self) -> bool:
        """Whether a day is printed, in either calendar."""
        return bool(self.gregorian or self.hijri)


class _Told(NamedTuple):
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
        # The articles of a day carry the same line.
        self._remembered = lru_cache(maxsize=256)(self._read)

    def read(self, line: str, now: datetime | None = None) -> DateReading | None:
        """Read a printed line; `None` where there is no date in it.

        >>> from newsingest.article.rules import load
        >>> reading = DateReader(load()).read("الخميس 7 آذار/مارس 2024 - 14:35")
        >>> reading.published, reading.precision, reading.coverage
        ('2024-03-07T14:35', 'minute', 1.0)
        """
        return self._remembered(line, now)

    def has_word(self, word: str) -> bool:
        """Whether a word can be inside a date, or a part of one's label or zone."""
        return lexical(word) in self._lexicon.words

    def _read(self, line: str, now: datetime | None) -> DateReading | None:
        if not could_be_date(line):
            return None
        scan = self._lexicon.scan(line)
        if scan is None:
            return None
        groups = [
            (group, piece)
            for piece in scan.pieces()
            for group in _groups(self._facts(piece), piece)
            if _tells_time(group, piece)
        ]
        if not groups:
            return None
        best = max(groups, key=_rank) if len(groups) > 1 else groups[0]
        return self._reading(*best, scan, now)

    def _facts(self, scan: Scan) -> list[Fact]:
        found = (understand(item, scan, self._order) for item in find(scan.shape))
        return [fact for fact in found if fact]

    # -- choose: which day, which clock, published or modified?

    def _reading(
        self, group: Sequence[Fact], piece: Scan, scan: Scan, now: datetime | None
    ) -> DateReading:
        weekday = next((f.value for f in group if f.kind == "weekday"), None)
        moments = _moments(group)
        told: dict[str, _Told] = {}
        borrowed: date | None = None
        for moment in moments:
            found = self._tell(moment, weekday, borrowed)
            borrowed = found.day or borrowed
            if found.text:
                told.setdefault(moment.label, found)
        if not told and (
            distance := next((f for f in group if f.kind == "distance"), None)
        ):
            told = self._relative(distance.value, moments, weekday, now)
        # A day without a label is the page's own where another one is labelled.
        published = told.get("published") or told.get("")
        modified = told.get("modified")
        main = published or modified or _NOTHING
        start, end = _bounds(group, piece)
        coverage = _coverage(scan.line, start, end)
        flags = tuple(dict.fromkeys(main.flags or (() if told else _doubts(group))))
        certain = main.text is not None and main.precision not in ("month", "year")
        prose = coverage < 1 and _is_prose(scan)
        apart = coverage >= LINE_SHARE or _set_off(scan.line, start, end)
        hijri = [day for moment in moments for day in moment.hijri]
        return DateReading(
            published=published.text if published else None,
            modified=modified.text if modified else None,
            precision=main.precision,
            hijri=hijri[0].text if hijri else None,
            flags=flags,
            timezone=main.zone,
            timezone_source=main.zone_source,
            start=start,
            end=end,
            coverage=coverage,
            is_date_line=coverage == 1
            or (certain and _PUBLISHED_IN.fullmatch(scan.shape) is not None)
            or (
                apart
                and (certain or "relative" in flags)
                and not prose
                and not ("several-dates" in flags and len(moments) == 1)
                and not _is_told(group, piece, scan)
            ),
            is_prose=prose,
            facts=tuple(group),
            scan=piece,
        )

    def _tell(
        self, moment: _Moment, weekday: int | None, borrowed: date | None
    ) -> _Told:
        day, precision, text, flags = _choose_day(moment, weekday)
        if text is None and borrowed and moment.clocks:
            day, precision, text = borrowed, "day", borrowed.isoformat()
        if text is None or day is None or not moment.clocks:
            zone, source = self._zone(None) if text else (None, None)
            return _Told(
                text, precision if text else None, day, tuple(flags), zone, source
            )
        which = min(moment.zone_of, default=0)
        if len({(c.hour, c.minute) for c in moment.clocks}) > 1:
            flags.append("several-times")
        zone = moment.zone_of.get(which) or next(iter(moment.zones), None)
        return self._at(day, moment.clocks[which], zone, flags)

    def _at(self, day: date, clock: Clock, zone: str | None, flags: list[str]) -> _Told:
        """A day and a clock, with the offset that its zone had then."""
        if clock.hour == MIDNIGHT:
            day, clock = day + timedelta(days=1), clock._replace(hour=0)
        local = datetime(  # noqa: DTZ001 - naive as printed until a zone is known
            day.year, day.month, day.day, clock.hour, clock.minute, clock.second or 0
        )  # fmt: skip
        flags += clock.flags
        zone, source = self._zone(zone)
        if source == "unknown":
            flags.append("unknown-zone")
            source = None
        if zone:
            local, doubt = calendars.place(local, zone)
            flags += [doubt] if doubt else []
        precision = "minute" if clock.second is None else "second"
        timespec = "minutes" if clock.second is None else "seconds"
        text = local.isoformat(timespec=timespec)
        return _Told(text, precision, day, tuple(flags), zone, source)

    def _zone(self, printed: str | None) -> tuple[str | None, str | None]:
        """The zone that counts and where it is from."""
        if printed == UNKNOWN:
            return None, "unknown"
        if printed:
            return printed, "printed"
        return self._timezone, "configured" if self._timezone else None

    def _relative(
        self,
        distance: tuple[str, int],
        moments: list[_Moment],
        weekday: int | None,
        now: datetime | None,
    ) -> dict[str, _Told]:
        """A distance from now, no finer than its unit: `منذ يومين` gives a day."""
        if now is None:
            return {}
        from dateutil.relativedelta import relativedelta  # noqa: PLC0415 - rarely needed

        if now.tzinfo and self._timezone:
            now = now.astimezone(calendars.zone(self._timezone))
        unit, number = distance
        span: dict[str, Any] = {f"{unit}s": number}
        then = now - relativedelta(**span)
        flags = ["relative"]
        if weekday and then.isoweekday() != weekday:
            flags.append("weekday-disagrees")
        label = max(moment.label for moment in moments)
        timed = next((moment for moment in moments if moment.clocks), None)
        size, precision = _UNITS[unit]
        if unit == "day" and timed:
            zone = next(iter(timed.zones), None)
            return {label: self._at(then.date(), timed.clocks[0], zone, flags)}
        if size:
            text = then.isoformat()[:size]
            zone, source = self._zone(None)
            return {label: _Told(text, precision, then.date(), (*flags,), zone, source)}
        second = then.second if precision == "second" else None
        clock = Clock(then.hour, then.minute, second)
        zone = None if self._timezone else _offset(then)
        told = self._at(then.date(), clock, zone, flags)
        return {label: told._replace(zone_source=told.zone and "configured")}


def _offset(moment: datetime) -> str | None:
    """The offset of an aware moment, as zones are named: `+03:00`."""
    return moment.isoformat()[-len("+03:00") :] if moment.tzinfo else None


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


def _groups(facts: list[Fact], scan: Scan) -> Iterator[list[Fact]]:
    """Facts that nothing but marks and small words part."""
    group: list[Fact] = []
    for fact in facts:
        if group and not touches(scan.shape[group[-1].end : fact.start]):
            yield group
            group = []
        group.append(fact)
    if group:
        yield group


def _tells_time(group: Sequence[Fact], piece: Scan) -> bool:
    """Whether a group has a day, or is a clock that is the whole line."""
    if any(fact.kind in ("day", "distance", "stamp") for fact in group):
        return True
    clock = any(fact.item.form == "clock" for fact in group)
    return clock and _coverage(piece.line, *_bounds(group, piece)) == 1


def _rank(candidate: tuple[list[Fact], Scan]) -> tuple[bool, bool, int]:
    """A full date first, then one that is no update's, then what explains most."""
    group, scan = candidate
    update = group[0].kind == "label" and group[0].value == "modified"
    full = any((f.kind == "day" and f.value.text) or f.kind == "stamp" for f in group)
    return full, not update, scan.bounds[group[-1].end] - scan.bounds[group[0].start]


def _moments(group: Sequence[Fact]) -> list[_Moment]:
    """The group cut at its labels."""
    moments = [_Moment("")]
    for fact in group:
        moment, value = moments[-1], fact.value
        if fact.kind == "label":
            moments.append(_Moment(value))
        elif fact.kind == "stamp":
            moment.zone_of.setdefault(len(moment.clocks), value.zone)
            moment.gregorian.append(value.day)
            moment.clocks.append(value.clock)
        elif fact.kind == "clock":
            moment.clocks.append(value)
        elif fact.kind == "zone":
            # `KSA 17:26 - GMT 14:26`: before every clock, it is the first one's.
            moment.zones.append(value)
            moment.zone_of.setdefault(max(len(moment.clocks) - 1, 0), value)
        elif fact.kind == "day" and value.calendar == "gregorian":
            moment.gregorian.append(value)
        elif fact.kind == "day" and value.calendar == "hijri":
            moment.hijri.append(value)
    if len(moments) > 1 and not moments[0].has_day and not moments[1].clocks:
        # `14:35 - نشر في: 7 مارس 2024`: the clock stands before the label.
        before, labelled, *_ = moments
        labelled.clocks, labelled.zone_of = before.clocks, before.zone_of
        labelled.zones = before.zones + labelled.zones
    return moments


def _choose_day(
    moment: _Moment, weekday: int | None
) -> tuple[date | None, str, str | None, list[str]]:
    """The day of a moment: the Gregorian one if printed, or else from the Hijri one."""
    hijri = moment.hijri[0] if moment.hijri else None
    if not moment.gregorian:
        return _from_hijri(hijri, weekday) if hijri else (None, "day", None, [])
    printed = max(moment.gregorian, key=lambda day: bool(day.days))
    if not printed.days:
        return None, "month", printed.text, [*printed.flags]
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
    days: tuple[date, ...], weekday: int | None, hijri: Day | None
) -> date | None:
    """The only day, or the only one that the weekday or the Hijri day agrees with."""
    if len(days) == 1:
        return days[0]
    fits = [day for day in days if weekday and day.isoweekday() == weekday]
    if len(fits) == 1:
        return fits[0]
    near = [
        d for d in days if hijri and hijri.days and abs((hijri.days[0] - d).days) <= 1
    ]
    return near[0] if len(near) == 1 else None


_SNAP: Final = (0, 1, -1, 2, -2)


def _from_hijri(
    hijri: Day, weekday: int | None
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


def _doubts(group: Sequence[Fact]) -> list[str]:
    """Why a line that speaks of time gives no moment."""
    doubts = [
        "relative" if fact.kind == "distance" else _DOUBTS[fact.value.calendar]
        for fact in group
        if fact.kind in ("day", "distance")
    ]
    return doubts or ["no-day"]


_DOUBTS: Final = {
    "no-year": "no-year",
    "other": "other-calendar",
    "hijri": "hijri-out-of-range",
    "gregorian": "no-day",
}
_SINCE = lazy(r"a (?:[wj] ){0,2}[do](?: ?[-/.]| (?:i )?[MH])|d T|T(?! d ?:)")


def _is_prose(scan: Scan) -> bool:
    """Whether a word beside a date says that it is told of: `ولد في`, `منذ 7 مارس`."""
    return "t" in scan.shape or _SINCE.search(scan.shape) is not None


_TOLD = lazy(
    r"""
      \?[\ dyn:]*(?:[jki]\ ?)+\#  # `تقام المباراة يوم …`, `مقابلة بتاريخ …`
    | [?Io]\ ?:(?:[^?\#]*\?[^\#]*|\ ?)\#  # `تاريخ الوفاة: …`, `المكان: قاعة المدينة، …`
    | \#\ ?:[^-|,/.?]*\?         # `5 مايو 2019: توقيع الاتفاق`: a chronicle
    """,
    re.VERBOSE,
)
_PUBLISHED_IN = lazy(r"P(?:\ [^\ #]){1,4}\ j\ d\ ?[-/]\ ?d\ ?[-/]\ ?y")
"""`نشر في أخبار المدينة يوم 30 - 12 - 2009`: how press archives name whose it is."""
_GLUED = lazy(r"\?\ ?\#|[?o]\ d\ ?-\ ?\#|\#\ \?")
_COMPANY: Final = {"clock", "label", "count", "stamp"}
_BOTH: Final = {"gregorian", "hijri"}


def _is_told(group: Sequence[Fact], piece: Scan, scan: Scan) -> bool:
    """Whether unknown words beside a date say that it is the date of something else.

    A word that touches a day is what it is the day of: `حرب 6 أكتوبر 1973`. Where a
    clock, a label, a count or a Hijri day keep it company it is a desk or a name.
    """
    first = bisect_left(scan.bounds, piece.bounds[group[0].start])
    last = bisect_left(scan.bounds, piece.bounds[group[-1].end])
    shape = f"{scan.shape[:first]}#{scan.shape[last:]}"
    if _TOLD.search(shape):
        return True
    kinds = {fact.kind for fact in group}
    systems = {fact.value.calendar for fact in group if fact.kind == "day"}
    bare = kinds.isdisjoint(_COMPANY) and not systems >= _BOTH
    return bare and _GLUED.search(shape) is not None


def _bounds(group: Sequence[Fact], scan: Scan) -> tuple[int, int]:
    """Where a group starts and ends, with the small words and the brackets around."""
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
    return scan.bounds[start], scan.bounds[end]


_NO_LETTER = lazy(r"[\W_]+")


def _coverage(line: str, start: int, end: int) -> float:
    if start == 0 and end == len(line):
        return 1.0
    whole = len(_NO_LETTER.sub("", line))
    return round(len(_NO_LETTER.sub("", line[start:end])) / whole, 3)


_MARK_BEFORE = lazy(r"[-–—/|>،,:•·\N{ARABIC TATWEEL})][\s\W]*$")
_MARK_AFTER = lazy(r"[\s\W]*?[-–—/|،,:•·\N{ARABIC TATWEEL}(]")
_END_OF_SENTENCE = lazy(r"[.!?؟…]\s*$")
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
    "half": "am or pm",
    "before": "am or pm",
    "published": "label: published",
    "modified": "label: modified",
    "stamp": "day, hour, minute",
    "hours": "offset",
    "minutes": "offset",
    "sign": "offset",
    "unknown": "zone (unknown)",
    "part": "minute",
    "today": "day seen from now",
    "count": "a number that is no date's",
    "reading": "minutes of reading",
    "button": "a button",
}


def _parts(group: Sequence[Fact], scan: Scan) -> Iterator[Part]:
    for fact in group:
        day = fact.value if isinstance(fact.value, Day) else None
        calendar = "Hijri " if day and day.calendar == "hijri" else ""
        calendar = "other calendar's " if day and day.calendar == "other" else calendar
        for role, token in fact.item.parts:
            name = calendar + _ROLES.get(role, role)
            yield Part(scan.bounds[token], scan.bounds[token + 1], name)

"""Date lines: every rule's own cases, the table of forms, and the laws."""

from __future__ import annotations

import json
import os
import re
import tomllib
from datetime import date, datetime
from pathlib import Path

import pytest
from dateutil import parser as dateutil_parser
from hypothesis import given, settings
from hypothesis import strategies as st

import newsingest
from newsingest.article import packaged, rules
from newsingest.article.dates import DateReader, could_be_date

RULES = rules.merge(
    rules.read(packaged.text("rules", name), name) for name in rules.FILES
)
"""With their reasons and cases, which no start reads."""
READER = DateReader(rules.load())
KINDS = (
    "cardinal", "date-label", "date-trap", "date-word", "hour-part", "meridiem", "month", "ordinal",
    "relative-day", "unit", "weekday", "year-mark", "zone", "zone-word",
)  # fmt: skip
SAID = ("modified", "hijri", "timezone", "timezone_source")
HERE = Path(__file__).parent
TABLE = tomllib.loads((HERE / "cases" / "dates.toml").read_text("utf-8"))
DOCS = (HERE.parent / "docs" / "dates.md").read_text("utf-8")
NOW = datetime(2024, 3, 7, 12)  # noqa: DTZ001 - naive, as printed times are
SHARED = Path(
    os.environ.get("NEWSINGEST_SHARED", HERE.parents[1] / "shared"), "data", "dates"
)
MONTHS = RULES.kind("month").values()
MODULES = ("calendars", "datefacts", "dates")
FLAGS = {
    "ambiguous-day-month", "ambiguous-time", "from-hijri", "hijri-disagrees",
    "hijri-out-of-range", "hijri-snapped", "meridiem-disagrees", "no-day", "no-year",
    "nonexistent-time", "other-calendar", "several-dates", "several-times",
    "two-digit-year", "unknown-zone", "weekday-disagrees",
}  # fmt: skip


def every(key):
    return [
        pytest.param(item, id=f"{kind}.{name}-{number}")
        for kind in KINDS
        for name, rule in RULES.kind(kind).items()
        for number, item in enumerate(rule.get(key, ()))
    ]


def check(case):
    now = datetime.fromisoformat(case["now"]) if "now" in case else None
    reader = READER
    if "order" in case or "timezone_option" in case:
        reader = DateReader(
            RULES,
            date_order=case.get("order", "dmy"),
            timezone=case.get("timezone_option"),
        )
    reading = reader.read(case["line"], now)
    assert could_be_date(case["line"])
    assert reading is not None
    assert reading.created == case.get("created")
    for key in SAID:
        assert key not in case or getattr(reading, key) == case[key]
    assert list(reading.flags) == case.get("flags", [])
    assert reading.is_date_line


@pytest.mark.parametrize("kind", KINDS)
def test_each_rule_has_its_reason(kind):
    silent = [name for name, rule in RULES.kind(kind).items() if not rule.get("why")]
    assert silent == []


@pytest.mark.parametrize("case", every("case"))
def test_a_rule_does_what_it_says(case):
    check(case)


@pytest.mark.parametrize("line", every("unchanged"))
def test_a_rule_leaves_prose_alone(line):
    reading = READER.read(line, NOW)
    assert reading is None or reading.created is None


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{group}.{name}")
        for group, cases in TABLE.items()
        for name, case in cases.items()
    ],
)
def test_a_form_is_read_as_the_table_says(case):
    check(case)


def told(reading):
    """A reading in the words of the documentation's tables."""
    if reading is None:
        return "—", "no date"
    notes = []
    if reading.modified and not reading.published:
        notes.append("as modified")
    elif reading.modified:
        notes.append(f"modified `{reading.modified}`")
    if reading.hijri:
        notes.append(f"Hijri `{reading.hijri}`")
    if reading.timezone:
        notes.append(f"zone `{reading.timezone}`")
    notes += [f"`{flag}`" for flag in reading.flags]
    if not reading.is_date_line:
        notes.append("no date line")
    return (f"`{reading.created}`" if reading.created else "—"), ", ".join(notes)


def documented():
    for row in re.findall(r"^\| (.*) \| (.*) \| ?(.*) \|$", DOCS, re.MULTILINE):
        line = row[0].replace("\\|", "|").replace("&rlm;", "\N{RIGHT-TO-LEFT MARK}")
        if line not in ("printed", "---"):
            yield pytest.param(line, row[1], row[2].strip(), id=line)


@pytest.mark.parametrize(("line", "created", "notes"), list(documented()))
def test_the_documentation_is_true(line, created, notes):
    assert told(READER.read(line, NOW)) == (created, notes)


def test_the_documentation_names_every_kind_and_flag():
    assert [kind for kind in KINDS if f"`{kind}`" not in DOCS] == []
    source = Path(rules.__file__).parent
    texts = [(source / f"{name}.py").read_text("utf-8") for name in MODULES]
    flags = set(re.findall(r'"((?:[a-z]+-)+[a-z]+)"', " ".join(texts))) & FLAGS
    assert flags == FLAGS
    assert [flag for flag in FLAGS if f"`{flag}`" not in DOCS] == []


def test_a_broken_zone_is_named():
    with pytest.raises(ValueError, match="no time zone is called 'Africa/Kairo'"):
        DateReader(RULES, timezone="Africa/Kairo")


def test_a_rule_of_ones_own_is_read():
    toml = re.search(r"```toml\n(.*?)```", DOCS, re.DOTALL)[1]
    mine = DateReader(rules.load((("mine.toml", toml),)))
    (rule,) = tomllib.loads(toml)["date-label"].values()
    for case in rule["case"]:
        assert mine.read(case["line"]).coverage == 1
        assert mine.read(case["line"]).created == case["created"]
        assert READER.read(case["line"]).coverage < 1


def test_no_name_means_two_months():
    names = [(name, rule["calendar"]) for rule in MONTHS for name in rule["names"]]
    assert len(names) == len(set(names))
    for rule in MONTHS:
        for name in rule["names"] if rule["calendar"] == "gregorian" else ():
            reading = READER.read(f"7 {name} 2024")
            assert reading.created == f"2024-{rule['number']:02}-07"


def test_parts_say_what_each_piece_was_taken_for():
    line = "آخر تحديث: الخميس 26 شعبان 1445هـ - 7 مارس 2024م 02:35 م بتوقيت القاهرة"
    parts = [(line[p.start : p.end], p.role) for p in READER.read(line).parts]
    assert parts == [
        ("آخر تحديث", "label: modified"),
        ("الخميس", "weekday"),
        ("26", "Hijri day"),
        ("شعبان", "Hijri month"),
        ("1445", "Hijri year"),
        ("هـ", "Hijri calendar"),
        ("7", "day"),
        ("مارس", "month"),
        ("2024", "year"),
        ("م", "calendar"),
        ("02", "hour"),
        ("35", "minute"),
        ("م", "am or pm"),
        ("بتوقيت القاهرة", "zone"),
    ]


def test_the_rest_of_the_line_stays_outside():
    line = "الرياض - الرياضية | الأربعاء، 8 يوليو 2015 - 22:17"
    reading = READER.read(line)
    assert line[: reading.start] == "الرياض - الرياضية | "
    assert reading.end == len(line)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared vectors are not here")
@pytest.mark.parametrize("name", ["cldr", "hand", "negative"])
def test_the_shared_vectors(name):
    rows = map(json.loads, (SHARED / f"{name}.jsonl").read_text("utf-8").splitlines())
    wrong = []
    for row in list(rows)[:: 5 if name == "cldr" else 1]:
        reading = READER.read(row["text"], NOW)
        got = reading.created if reading and reading.is_date_line else None
        day = (row["expected"] or "")[:10]
        if (got or "")[:10] != day:
            wrong.append((row["text"], row["expected"], got))
    assert wrong == []


DAYS = st.dates(date(1900, 1, 1), date(2077, 11, 16))
FORMS = ["{d} {m} {y}", "{m} {d}, {y}", "{y} {m} {d}", "{d:02}-{m}-{y}", "{d}/{m}/{y}م"]
NATIVE = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
NAMES = [
    (rule["number"], name)
    for rule in MONTHS
    if rule["calendar"] == "gregorian"
    for name in rule["names"]
]


@given(DAYS, st.sampled_from(FORMS), st.sampled_from(NAMES), st.booleans())
@settings(max_examples=150)
def test_a_day_comes_back_in_every_form(day, form, named, native):
    number, name = named
    day = day.replace(month=number, day=min(day.day, 28))
    line = form.format(d=day.day, m=name, y=day.year)
    reading = READER.read(line.translate(NATIVE) if native else line)
    assert reading.created == day.isoformat()
    assert reading.coverage == 1


@given(st.datetimes(datetime(1900, 1, 1), datetime(2077, 1, 1)))  # noqa: DTZ001 - naive
@settings(max_examples=100)
def test_english_dates_are_what_dateutil_says(moment):
    line = moment.strftime("%A, %d %B %Y %I:%M %p")
    expected = dateutil_parser.parse(line).isoformat(timespec="minutes")
    assert READER.read(line).created == expected


PIECES = st.sampled_from(
    [
        "7",
        "07",
        "2024",
        "1445",
        "24",
        "14:35",
        "2:5",
        "مارس",
        "آذار",
        "شعبان",
        "الخميس",
        "م",
        "ص",
        "هـ",
        "/",
        "-",
        ".",
        "|",
        "،",
        "(",
        ")",
        ":",
        "في",
        "من",
        "منذ",
        "قبل",
        "ساعات",
        "يوم",
        "أمس",
        "اليوم",
        "آخر",
        "نشر",
        "تحديث",
        "GMT",
        "+3",
        "بتوقيت",
        "القاهرة",
        "كلمة",
        "العدد",
        "قراءة",
    ]
)
LINES = st.one_of(
    st.text(max_size=60),
    st.lists(PIECES, max_size=14).map(" ".join),
    st.lists(PIECES, max_size=14).map("".join),
)


@given(LINES, st.sampled_from([None, NOW]))
@settings(max_examples=300)
def test_whatever_is_printed_a_reading_is_sound(line, now):
    reading = READER.read(line, now)
    if reading is None:
        return
    assert could_be_date(line)
    assert 0 <= reading.start < reading.end <= len(line)
    assert 0 < reading.coverage <= 1
    ends = [0]
    for part in reading.parts:
        assert ends[-1] <= part.start < part.end
        ends.append(part.end)
    assert reading.start <= reading.parts[0].start
    assert ends[-1] <= reading.end
    for text in filter(None, (reading.published, reading.modified)):
        padded = text + "-01" * (2 - text.count("-")) if len(text) < 10 else text
        datetime.fromisoformat(padded)
    assert (reading.created is None) == (reading.precision is None)
    if reading.created is None:
        assert reading.flags


@given(LINES)
@settings(max_examples=100)
def test_only_a_now_makes_a_relative_date(line):
    reading, later = READER.read(line), READER.read(line, NOW)
    assert (reading is None) == (later is None)
    if reading and reading.created:
        assert reading == later


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("الثلاثاء، 10 مارس 2009 - 4:38 م", "الثلاثاء، 17 مارس 2009 - 5:39 م"),
        ("٢٠٢٤-٠١-٠٩ | ٠٨:٠٤", "2024-12-31 | 23:59"),
        ("7/3/2024 14:35", "31/2/2024 99:99"),
    ],
)
def test_a_line_that_differs_in_its_digits_alone_is_read_anew(first, second):
    fresh, used = DateReader(rules.load()), DateReader(rules.load())
    used.read(first)
    assert used.read(second) == fresh.read(second)


TITLE = "حديقة جديدة في المدينة"
TEXT = (
    "أعلنت البلدية بدء العمل في الحديقة الجديدة، وقالت إنها ستفتح أبوابها "
    "للزوار مجانا طوال أيام الأسبوع."
)
NO_DATES = [
    pytest.param(line, id=line)
    for group in tomllib.loads(
        (HERE / "cases" / "no-dates.toml").read_text("utf-8")
    ).values()
    for line in group["lines"]
]


def record_of(*lines):
    return newsingest.parse("\n\n".join(lines).encode(), path="1.txt", source="s")


PRINTED = tomllib.loads((HERE / "cases" / "date-lines.toml").read_text("utf-8"))


@pytest.mark.parametrize("group", PRINTED)
def test_date_lines_as_they_are_printed(group):
    wrong = []
    for line, created, *modified in PRINTED[group]["lines"]:
        record = record_of(TITLE, line, TEXT, TEXT)
        got = [record.created, record.metadata.date_modified]
        if got != [created, *(modified or [None])] or record.metadata.title != TITLE:
            wrong.append((line, created, *modified, *got))
    assert wrong == []


@pytest.mark.parametrize("line", NO_DATES)
def test_a_day_that_is_told_of_dates_nothing(line):
    reading = READER.read(line)
    assert reading is None or not reading.is_date_line
    assert record_of(TITLE, line, TEXT, TEXT).created is None
    assert record_of(TITLE, TEXT, TEXT, line).created is None


@pytest.mark.parametrize(
    ("line", "created"),
    [
        ("13 نوفمبر 2018 - 08:55", "2018-11-13T08:55"),
        ("4 مارس 2014 - 08:41 بتوقيت غرينتش", "2014-03-04T08:41+00:00"),
        ("14-10-2014 23:22", "2014-10-14T23:22"),
        ("9-6-1432هـ", "2011-05-12"),
        ("نشر في: 17 يوليو 2002", "2002-07-17"),
        ("العدد: 5725 | 24 أبريل 2002", "2002-04-24"),
        ("+20 2 1234 5678", None),
    ],
)
def test_a_date_below_the_text_is_no_telephone_number(line, created):
    record = record_of(TITLE, TEXT, TEXT, line)
    assert record.created == created
    assert record.metadata.phones == ([] if created else ["+20 2 1234 5678"])
    assert record.metadata.body == f"{TEXT}\n\n{TEXT}"


@pytest.mark.parametrize(
    ("line", "created"),
    [
        ("محمد علي 5 مايو 2020", "2020-05-05"),
        ("بيروت 4 كانون الثاني 2012", "2012-01-04"),
        ("القاهرة في 5 مارس 2019", "2019-03-05"),
        ("القاهرة: الأربعاء 6 مارس 2019", "2019-03-06"),
    ],
)
def test_a_known_name_or_place_may_touch_its_date(line, created):
    assert record_of(TITLE, line, TEXT, TEXT).created == created

"""Date lines: every rule's own cases, the table of forms, and the laws."""

from __future__ import annotations

from datetime import datetime

import pytest

from newsingest.article import rules
from newsingest.article.dates import DateReader, could_be_date

RULES = rules.load()
READER = DateReader(RULES)
KINDS = (
    "cardinal", "date-label", "date-trap", "date-word", "hour-part", "meridiem", "month", "ordinal",
    "relative-day", "unit", "weekday", "year-mark", "zone", "zone-word",
)  # fmt: skip
SAID = ("created", "modified", "hijri", "timezone")


def every(key):
    return [
        pytest.param(item, id=f"{kind}.{name}-{number}")
        for kind in KINDS
        for name, rule in RULES.kind(kind).items()
        for number, item in enumerate(rule.get(key, ()))
    ]


def check(case):
    now = datetime.fromisoformat(case["now"]) if "now" in case else None
    reading = READER.read(case["line"], now)
    assert could_be_date(case["line"])
    assert reading is not None
    assert reading.created == case.get("created")
    assert {key: getattr(reading, key) for key in SAID if key in case} == {
        key: case[key] for key in SAID if key in case
    }
    if case.get("order", True):
        assert [f for f in reading.flags if f != "ambiguous-day-month"] == case.get(
            "flags", []
        )
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
    reading = READER.read(line, datetime(2024, 3, 7, 12))  # noqa: DTZ001 - as printed
    assert reading is None or reading.created is None

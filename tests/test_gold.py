"""The gold set says of each article only what the article prints."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

GOLD = Path(__file__).parents[1] / "bench" / "gold"
LABELS = (
    "title subtitle section date byline dateline body heading related caption tags"
    " source share copyright contact boilerplate other"
)
PRINTED = ("title", "subtitle", "dateline", "section", "url", "prefix")
PRINTED_LISTS = ("authors", "tags", "related", "phones", "emails")
AGENCIES = (
    "reuters afp ap dpa anadolu spa wam kuna qna bna ona petra sana wafa mena ina nna"
    " map aps tap suna saba lana ami xinhua sputnik tass rt cnn bbc"
)
HIJRI = re.compile(r"1[34]\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|30)")
INVISIBLE = re.compile(
    "[\N{SOFT HYPHEN}\N{ARABIC LETTER MARK}"
    "\N{ZERO WIDTH SPACE}-\N{RIGHT-TO-LEFT MARK}"
    "\N{LEFT-TO-RIGHT EMBEDDING}-\N{RIGHT-TO-LEFT OVERRIDE}"
    "\N{LEFT-TO-RIGHT ISOLATE}-\N{POP DIRECTIONAL ISOLATE}"
    "\N{ZERO WIDTH NO-BREAK SPACE}]"
)
GLUED_TAIL = 40  # longest signature or end mark that shares a line with a paragraph


def clean(text: str) -> str:
    return " ".join(INVISIBLE.sub("", text).split())


def rows_of(folder: str) -> list[dict[str, Any]]:
    text = (GOLD / folder / "gold.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


FOLDERS = sorted(path.parent.name for path in GOLD.glob("*/gold.jsonl"))
ARTICLES = [
    pytest.param(folder, row, id=f"{folder}/{row['path']}")
    for folder in FOLDERS
    for row in rows_of(folder)
]


def lines_of(folder: str, row: dict[str, Any]) -> list[str]:
    source = (GOLD / folder / row["path"]).read_bytes().decode("utf-8-sig")
    return source.replace("\r\n", "\n").split("\n")


def labelled(row: dict[str, Any]) -> dict[int, str]:
    return {
        line: label
        for first, last, label in row["lines"]
        for line in range(first, last + 1)
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_has_one_gold_row(folder):
    files = sorted(path.name for path in (GOLD / folder).glob("*.txt"))
    assert [row["path"] for row in rows_of(folder)] == files


def test_the_held_out_layouts_differ_from_the_open_ones():
    seen = [{row["layout"] for row in rows_of(folder)} for folder in FOLDERS]
    assert len(set().union(*seen)) == sum(map(len, seen))


@pytest.mark.parametrize(("folder", "row"), ARTICLES)
def test_every_printed_line_has_one_label(folder, row):
    lines = lines_of(folder, row)
    labels = labelled(row)
    spread = sum(last - first + 1 for first, last, _ in row["lines"])
    assert len(labels) == spread, "ranges overlap"
    assert set(labels.values()) <= set(LABELS.split())
    printed = {n for n, line in enumerate(lines) if clean(line)}
    assert printed <= set(labels) | set(row.get("unjudged", []))
    assert max(labels, default=0) < len(lines)


@pytest.mark.parametrize(("folder", "row"), ARTICLES)
def test_the_body_is_the_lines_labelled_body(folder, row):
    if "body" not in row:
        return
    lines, labels = lines_of(folder, row), labelled(row)
    kept = [n for n, label in sorted(labels.items()) if label in ("body", "heading")]
    printed = [clean(lines[n]) for n in kept if clean(lines[n])]
    bodies = [clean(paragraph) for paragraph in row["body"]]
    prefix = clean(row.get("prefix", ""))
    printed = [line for line in printed if line != prefix]
    assert len(printed) == len(bodies)
    for line, paragraph in zip(printed, bodies, strict=True):
        head, found, tail = line.partition(paragraph)
        assert found
        assert head.strip() in ("", prefix)
        assert len(tail) <= GLUED_TAIL


@pytest.mark.parametrize(("folder", "row"), ARTICLES)
def test_a_title_stands_on_a_title_line(folder, row):
    title = row.get("title")
    lines = lines_of(folder, row)
    titles = [clean(lines[n]) for n, label in labelled(row).items() if label == "title"]
    assert not title or clean(title) in " ".join(titles)


@pytest.mark.parametrize(("folder", "row"), ARTICLES)
def test_every_value_is_printed_in_the_file(folder, row):
    text = clean(" ".join(lines_of(folder, row)))
    values = [row.get(field) for field in PRINTED]
    values += [item for field in PRINTED_LISTS for item in row.get(field, [])]
    missing = [value for value in values if value and clean(value) not in text]
    assert not missing


@pytest.mark.parametrize("folder", FOLDERS)
def test_dates_and_agencies_are_well_formed(folder):
    for row in rows_of(folder):
        for field in ("created", "date_modified"):
            assert not row.get(field) or datetime.fromisoformat(row[field])
        assert not row.get("date_hijri") or HIJRI.fullmatch(row["date_hijri"])
        assert set(row.get("agencies", [])) <= set(AGENCIES.split())


WEEKDAYS = (
    "الاثنين الإثنين",
    "الثلاثاء",
    "الأربعاء",
    "الخميس",
    "الجمعة",
    "السبت",
    "الأحد",
)


@pytest.mark.parametrize(("folder", "row"), ARTICLES)
def test_the_weekday_of_a_date_line_is_that_of_the_day(folder, row):
    """An article that contradicts itself would measure nothing."""
    day = row.get("created")
    if not day:
        return
    right = WEEKDAYS[datetime.fromisoformat(day).weekday()].split()
    lines, labels = lines_of(folder, row), labelled(row)
    first = next((lines[n] for n in sorted(labels) if labels[n] == "date"), "")
    named = [name for group in WEEKDAYS for name in group.split() if name in first]
    assert not named or set(named) & set(right)

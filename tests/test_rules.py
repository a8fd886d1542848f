"""Every built-in rule: why it is there, what it does, what it must leave alone."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import pytest

from newsingest.article import packaged, rulekeys, rules
from newsingest.article.bylines import BylineReader
from newsingest.article.fold import printed
from newsingest.article.phrases import EDGES, KINDS, PhraseBook
from newsingest.article.split import Splitter

WRITTEN = rules.merge(
    rules.read(packaged.text("rules", name), name) for name in rules.FILES
)
"""The built-in rules with their reasons and cases, which no start reads."""
PHRASES = PhraseBook(rules.load())
BYLINES = BylineReader(rules.load())
SPLITTER = Splitter(rules.load())
CONTEXT = "حديقة في المدينة\n\nأعلنت البلدية اليوم بدء العمل في الحديقة الجديدة بعد عامين من الإعداد لها."
NAME_KINDS = (
    "agency", "agency-group", "given", "honorific", "name-part", "not-name", "paper",
    "paper-edition", "paper-ending", "place", "role",
)  # fmt: skip


def every(kinds, key):
    return [
        pytest.param(kind, name, rule, case, id=f"{kind}.{name}-{number}")
        for kind in kinds
        for name, rule in WRITTEN.kind(kind).items()
        for number, case in enumerate(rule.get(key, ()))
    ]


def zone_of(rule):
    zone = rule.get("zone", "footer")
    return {"any": "body", "edge": "footer"}.get(zone, zone)


@pytest.mark.parametrize("kind", [*KINDS, *EDGES])
def test_each_phrase_rule_has_its_reason_and_a_case(kind):
    for name, rule in WRITTEN.kind(kind).items():
        assert rule.get("why"), f"{kind}.{name} does not say why it is there"
        assert rule.get("case"), f"{kind}.{name} has no case"


@pytest.mark.parametrize(
    ("kind", "name", "rule", "case"), every((*KINDS, *EDGES), "case")
)
def test_phrase_rule_does_what_it_says(kind, name, rule, case):
    text = case["text"]
    match = PHRASES.match(text, zone_of(rule))
    if match is None:
        assert case["label"] == "share"
        assert PHRASES.is_share_bar(text)
    else:
        assert match.phrase.rule == f"{kind}.{name}"
        assert match.label == case["label"]
        assert "rest" not in case or printed(text[match.rest :]) == case["rest"]
        assert PHRASES.may_start(text)


@pytest.mark.parametrize(
    ("kind", "name", "rule", "text"), every((*KINDS, *EDGES), "unchanged")
)
def test_phrase_rule_leaves_prose_alone(kind, name, rule, text):
    match = PHRASES.match(text, zone_of(rule))
    assert match is None, f"{text!r} is taken for {match.phrase.rule}"
    assert not PHRASES.is_share_bar(text)


LINES = {"share-ending": PHRASES.call, "bracketed": PHRASES.note}
"""Kinds that are told by the end of a line, or by a bracket around it."""


@pytest.mark.parametrize(("kind", "name", "rule", "case"), every(LINES, "case"))
def test_line_rule_does_what_it_says(kind, name, rule, case):
    assert LINES[kind](case["text"]) == f"{kind}.{name}"
    found = SPLITTER.split(f"{CONTEXT}\n\n{case['text']}\n")[-1]
    assert (found.label, found.rule) == (case["label"], f"{kind}.{name}")


@pytest.mark.parametrize(("kind", "name", "rule", "text"), every(LINES, "unchanged"))
def test_line_rule_leaves_other_lines_alone(kind, name, rule, text):
    assert LINES[kind](text) is None


@pytest.mark.parametrize(
    ("kind", "name", "rule", "case"), every(("text-field",), "case")
)
def test_a_field_is_found_before_the_text(kind, name, rule, case):
    length, found = PHRASES.text_field(case["text"])
    assert found == f"{kind}.{name}"
    assert case["text"][:length].rstrip().endswith(":")


@pytest.mark.parametrize(
    ("kind", "name", "rule", "text"), every(("text-field",), "unchanged")
)
def test_a_paragraph_is_no_field(kind, name, rule, text):
    assert PHRASES.text_field(text) is None


@pytest.mark.parametrize(("kind", "name", "rule", "case"), every(("slogan",), "case"))
def test_slogan_is_found_behind_a_name(kind, name, rule, case):
    assert PHRASES.is_slogan(case["text"])


@pytest.mark.parametrize(
    ("kind", "name", "rule", "text"), every(("slogan",), "unchanged")
)
def test_headline_is_no_slogan(kind, name, rule, text):
    assert not PHRASES.is_slogan(text)


@pytest.mark.parametrize(("kind", "name", "rule", "case"), every(NAME_KINDS, "case"))
def test_byline_rule_does_what_it_says(kind, name, rule, case):
    found = BYLINES.read(case["text"])
    if found is None:
        assert not case.get("authors")
        assert not case.get("agencies")
        return
    assert list(found.authors) == case.get("authors", [])
    assert list(found.agencies) == case.get("agencies", [])
    assert (found.dateline or "") == case.get("dateline", "")


@pytest.mark.parametrize(
    ("kind", "name", "rule", "text"), every(NAME_KINDS, "unchanged")
)
def test_byline_rule_leaves_headlines_alone(kind, name, rule, text):
    found = BYLINES.read(text)
    assert found is None or not found.certain, found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[agency.afp]\nnames = 3", "my.toml:2: agency.afp: names must be a list of"),
        ("[agency.afp]\nwhy = 'x'", "my.toml:1: agency.afp: names is missing"),
        ("[agenzy.afp]\nnames = []", "my.toml:1: no kind of rule is called 'agenzy'"),
        ("[agency.afp]\nname = []", "my.toml:2: agency.afp: no key is called 'name'"),
        ("[agency.afp\nnames = []", "my.toml:1: "),
        ("agency = 3", "my.toml:1: expected a table [agency.NAME]"),
        (
            "\n[share.x]\nphrases = ['a']\nmatch = 'end'",
            "my.toml:4: share.x: match is 'end'; it must be one of line, mark, start",
        ),
    ],
)
def test_a_mistake_names_the_file_the_line_and_what_was_expected(text, message):
    with pytest.raises(rules.RuleError) as raised:
        rules.read(text, "my.toml")
    assert str(raised.value).startswith(message)


def test_a_later_file_replaces_a_rule_and_can_switch_one_off():
    mine = (
        "mine.toml",
        "[agency.afp]\nnames = ['وكالتي']\n[share.buttons]\ndisabled = true",
    )
    merged = rules.load((mine,))
    assert merged.kind("agency")["afp"]["names"] == ["وكالتي"]
    assert "buttons" not in merged.kind("share")
    assert "buttons" in rules.load().kind("share")


DATE_KINDS = {
    "cardinal", "date-label", "date-trap", "date-word", "hour-part", "meridiem", "month", "ordinal",
    "relative-day", "unit", "weekday", "year-mark", "zone", "zone-word",
}  # fmt: skip
DOCS = Path(__file__).parents[1] / "docs" / "rules.md"


def block(name):
    text = DOCS.read_text("utf-8")
    found = re.search(
        rf"<!-- file: {re.escape(name)} -->\n```\w*\n(.*?)```", text, re.DOTALL
    )
    return found[1]


def test_the_tutorial_does_what_it_says():
    article = block("news.txt")
    before = Splitter(rules.load()).split(article)
    after = Splitter(rules.load((("my.toml", block("my.toml")),))).split(article)
    assert [span.rule for span in after] == [
        "shape.title",
        "byline.agency-place",
        "shape.prose",
        "related.nawras",
        "boilerplate.nawras",
    ]
    assert after[1].byline.agencies == ("nawras",)
    assert after[3].content == "الميناء يستقبل أولى السفن"
    assert [span.label for span in before][3:] == ["body", "body"]
    assert not (before[1].byline and before[1].byline.agencies)


def test_the_tutorial_names_every_kind():
    text = DOCS.read_text("utf-8")
    known = {kind for kind in rulekeys.KINDS if kind not in DATE_KINDS}
    assert {kind for kind in known if f"`{kind}`" not in text} == set()


def test_every_built_in_file_is_listed():
    folder = resources.files("newsingest") / "rules"
    found = {file.name for file in folder.iterdir() if file.name.endswith(".toml")}
    assert found == {f"{name}.toml" for name in rules.FILES}


def test_compiled_tables_are_those_of_the_toml_and_only_of_that():
    compiled = json.loads(packaged.compile_tables("rules", rules.FILES, rules.working))
    texts = [packaged.text("rules", name) for name in rules.FILES]
    files = [text.encode() for text in texts]
    assert compiled["of"] == packaged.digest(files)
    assert compiled["tables"] == [rules.working(text, "x.toml") for text in texts]
    edited = [files[0] + b"\n# a word more", *files[1:]]
    assert packaged.digest(edited) != compiled["of"]


def test_a_start_reads_all_of_a_rule_but_its_reason_and_cases():
    working, written = rules.load().tables, WRITTEN.tables
    assert working == {
        kind: {
            name: {key: rule[key] for key in rule if key not in rules.EXPLAINED}
            for name, rule in found.items()
        }
        for kind, found in written.items()
    }

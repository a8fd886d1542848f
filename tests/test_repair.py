"""Damaged text made whole: the table, the laws, and nothing else touched."""

import os
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsingest.article.decode import decode
from newsingest.article.edits import Edit, apply
from newsingest.article.repair import Repaired, repair

CASES = tomllib.loads(
    (Path(__file__).parent / "cases" / "repair.toml").read_text("utf-8")
)
SHARED = Path(
    os.environ.get("NEWSINGEST_SHARED", Path(__file__).parents[1].parent / "shared")
)
ARABIC = st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهويءأإآةى ،؛؟«»\n0123abc", min_size=1)
DAMAGE = st.text(
    "اأإآل ØÙÚÛÂâ€œ§„طظعغ&amp;nbsp#10;ﺍﻟﺮﺒﺧﻼ\n ÇáÓãabc\u0081\u00a0", max_size=60
)


@pytest.mark.parametrize("case", CASES["repaired"], ids=lambda case: case["name"])
def test_repaired(case):
    got = repair(case["text"])
    assert got.text == case["gives"]
    assert list(got.warnings) == case["warnings"]


@pytest.mark.parametrize("case", CASES["repaired"], ids=lambda case: case["name"])
def test_what_was_repaired_stays(case):
    got = repair(case["gives"])
    assert (got.text, got.warnings) == (case["gives"], ())


@pytest.mark.parametrize("case", CASES["unchanged"], ids=lambda case: case["name"])
def test_unchanged(case):
    got = repair(case["text"])
    assert (got.text, got.warnings, got.steps) == (case["text"], (), ())


def before(repaired, places):
    """Where places were before repair."""
    alignment = repaired.alignment
    return [alignment.to_source(0, place)[1] for place in places]


@given(st.text(max_size=40) | DAMAGE)
def test_laws(text):
    got = repair(text)
    assert got.text.count("\n") == text.count("\n")
    assert len(got.text.splitlines()) == len(text.splitlines())
    assert bool(got.warnings) == bool(got.steps) == (got.text != text)
    for edits in got.steps:
        assert all(one.end <= other.start for one, other in pairwise(edits))
    places = before(got, range(len(got.text) + 1))
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] == len(text)


@given(ARABIC)
def test_a_line_of_one_repaired_is_the_line_of_the_other(text):
    damaged = text.encode().decode("latin-1")
    got = repair(damaged)
    ends = [at for at, char in enumerate(got.text, 1) if char == "\n"]
    lines = [at for at, char in enumerate(damaged, 1) if char == "\n"]
    assert before(got, ends) == lines


@given(
    st.text("أعلن الوزير ي،", min_size=20).filter(
        lambda text: text.count("ا") > 3 and "اال" not in text
    )
)
def test_arabic_letters_read_wrong_and_right_again(text):
    news = f"{text} أعلنت الوزارة اليوم نتائج المسابقة"
    for codec in ("latin-1", "cp1256"):
        assert repair(news.encode().decode(codec)).text == news


def test_back_through_replacements():
    edits = [Edit(2, 8, "x"), Edit(9, 11, "ab"), Edit(12, 13, "xyz")]
    text = apply(edits, "0123456789abcdef")
    assert text == "01x8abbxyzdef"
    repaired = Repaired(text, steps=(tuple(edits),))
    assert before(repaired, range(14)) == [
        0,
        1,
        2,
        8,
        9,
        10,
        11,
        12,
        13,
        13,
        13,
        14,
        15,
        16,
    ]


FILES = sorted((SHARED / "data").rglob("*.txt"))


@pytest.mark.skipif(not FILES, reason="the articles to measure with are not here")
def test_articles_stay_as_they_are():
    """Of 1,400 real articles a dozen have literal entities, one is in glyphs."""
    texts = [decode(file.read_bytes()).text for file in FILES]
    changed = [text for text in texts if repair(text).text != text]
    assert len(changed) < len(texts) / 50
    assert all("&nbsp;" in text or "\ufe8d" in text for text in changed)


def test_long_lines_take_their_share_of_time_only():
    for unit in (
        "&amp;",
        "Ø§",
        "Ø",
        "ط§",
        "اال",
        "\ufe8d ",
        "ﺮﺑ",
        "Çá ",
        "â€",
        "A@",
        "اال ثالثاء ",
    ):
        repair(unit * (400_000 // len(unit)))

"""What each profile does, and the laws that all of them keep."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsingest.article import normalize
from newsingest.article.fold import WINDOWS

ARABIC = st.text(
    st.one_of(
        st.characters(min_codepoint=0x600, max_codepoint=0x6FF),
        st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFF),
        st.sampled_from(" \n@#.:/wht\N{NO-BREAK SPACE}\N{RIGHT-TO-LEFT MARK}"),
        st.characters(),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("profile", "text", "expected"),
    [
        ("none", "القُدس ـ ٢٠٢٤", "القُدس ـ ٢٠٢٤"),
        ("light", "القُـدس", "القُدس"),
        ("light", "خالد ـ عنيزة", "خالد ـ عنيزة"),
        ("light", "ﻣﺼﺮ", "مصر"),
        ("light", "أحمد\N{ARABIC LETTER MARK}\N{NO-BREAK SPACE}علي", "أحمد علي"),
        ("light", "ا\N{ARABIC HAMZA ABOVE}حمد", "أحمد"),
        ("standard", "هٰذا إلى آخرِه ٱلحمد", "هذا الى اخره الحمد"),
        ("standard", "٢٠٢٤/۰۳/٠٧", "2024/03/07"),
        ("standard", "على يحيى مؤسسة", "على يحيى مؤسسة"),
        (
            "standard",
            "https://example.com/أخبار/٢٠٢٤ أخبار",
            "https://example.com/أخبار/٢٠٢٤ اخبار",
        ),
        ("standard", "#أخبار @أحمد أحمد", "#أخبار @أحمد احمد"),
        ("search", "مؤسسة كتابی على ٣٫١٤، نعم؟", "موسسه كتابي علي 3.14, نعم?"),
    ],
)
def test_profile(profile, text, expected):
    assert normalize.load(profile)(text) == expected


@pytest.mark.parametrize("profile", normalize.names())
@given(text=ARABIC)
@settings(max_examples=60)
def test_twice_is_once(profile, text):
    once = normalize.load(profile)(text)
    assert normalize.load(profile)(once) == once


ON_WINDOWS = st.text(
    st.one_of(
        st.sampled_from("ـ \n\N{NO-BREAK SPACE}\N{RIGHT-TO-LEFT MARK}َّاأ"),
        st.sampled_from(WINDOWS),
    ),
    max_size=20,
)


@pytest.mark.parametrize("profile", normalize.names())
@given(text=ON_WINDOWS)
@settings(max_examples=200)
def test_one_pass_over_bytes_does_what_the_steps_do(profile, text):
    normalizer = normalize.load(profile)
    by_steps = text
    for step in normalizer.steps:
        by_steps = step.apply(by_steps, normalize.rare_leads(by_steps))
    assert normalizer.quick.apply(text) in (by_steps, None)


@pytest.mark.parametrize("profile", ["standard", "search"])
def test_most_texts_take_one_pass(profile):
    assert normalize.load(profile).quick.apply("شدّة الـ48 ـ إلى") is not None


@pytest.mark.parametrize("profile", normalize.names())
def test_lone_surrogates_and_all_planes_pass(profile):
    text = "\ud800 \udfff \U0001f600 \U0010ffff"
    assert normalize.load(profile)(text)


PATTERN = "[[step]]\nkind = 'pattern'\nneeds = 'a'\n"


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("name = ", "profile my: "),
        (
            "[[step]]\nkind = 'mop'",
            "a step's kind must be one of unicode, map, pattern",
        ),
        ("[[step]]\nkind = 'map'\nmop = 1", "a map step has no mop, only"),
        ("mop = 1", "a profile has no mop, only"),
        ("extends = ['light']", "extends must be a text"),
        ("step = 1", r"step must be tables, each headed \[\[step\]\]"),
        ("[[step]]\nkind = ['map']", "kind must be one of unicode"),
        ("[[step]]\nkind = 'unicode'", "step 1: a unicode step needs form: one of NFC"),
        ("[[step]]\nkind = 'map'\ndelete = 'ab'", "delete must be a list of char"),
        ("[[step]]\nkind = 'map'\nmap = {ab = 'c'}", "map must be a table of char"),
        ("[[step]]\nkind = 'map'\nmap = {a = 3}", "map must be a table of char"),
        (f"{PATTERN}find = '('", "find must be a regular expression"),
        (f"{PATTERN}find = 'a(b)'\nreplace = '\\2'", "replace does not fit find: inv"),
        (f"{PATTERN}find = 'a'", "a pattern step needs replace"),
    ],
)
def test_a_mistake_is_named(toml, message):
    with pytest.raises(normalize.ProfileError, match=message):
        normalize.load("my", toml)


def test_an_unknown_profile_names_the_known_ones():
    with pytest.raises(normalize.ProfileError, match=r"'mine'; there are .*standard"):
        normalize.load("mine")


REFERENCE = """
[[step]]
kind = "map"
map = { "أ" = "ا", "U+0660" = "0" }
delete = ["U+064B-U+0652", "U+200F"]
"""


def test_a_map_is_a_plain_translation_over_all_of_unicode():
    """The quick form looks before it works; the plain one does not."""
    quick = normalize.load("reference", REFERENCE)
    plain = str.maketrans({"أ": "ا", "٠": "0"}) | dict.fromkeys(
        (*range(0x64B, 0x653), 0x200F)
    )
    for code in range(0, 0x110000, 0x40):
        text = "".join(map(chr, range(code, code + 0x40)))
        assert quick(text) == text.translate(plain)


@pytest.mark.parametrize("profile", ["light", "standard", "search"])
def test_a_ligature_of_words_keeps_the_spaces_between_them(profile):
    words = normalize.load(profile)("\N{ARABIC LIGATURE JALLAJALALOUHOU}").split(" ")
    assert words == [normalize.load(profile)("جل"), normalize.load(profile)("جلاله")]


@pytest.mark.parametrize("profile", ["light", "standard", "search"])
def test_a_mark_that_stands_alone_brings_no_space(profile):
    assert " " not in normalize.load(profile)("ب\N{ARABIC FATHA ISOLATED FORM}ب")

"""What each profile does, and the laws that all of them keep."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsingest.article import normalize, quick
from newsingest.article.addresses import SIGNS
from newsingest.article.edits import apply
from newsingest.article.steps import compile_step

PIECES = [
    *"ابتةلـأإؤئی٠٧۴٫٬،@#.:/whtsp_«?-1é",
    *"\N{ARABIC FATHATAN}\N{ARABIC SHADDA}\N{ARABIC MADDAH ABOVE}",
    *"\N{ARABIC HAMZA ABOVE}\N{ARABIC HAMZA BELOW}\N{ARABIC LETTER SUPERSCRIPT ALEF}",
    *"\N{ARABIC SMALL HIGH SEEN}\N{COMBINING ACUTE ACCENT}\N{COMBINING DOT BELOW}",
    *"\N{ZERO WIDTH NON-JOINER}\N{RIGHT-TO-LEFT MARK}\N{SOFT HYPHEN}",
    *"\N{ARABIC LIGATURE LAM WITH ALEF ISOLATED FORM}\N{RIAL SIGN}",
    *"\N{ARABIC FATHA MEDIAL FORM}\N{ARABIC TATWEEL WITH FATHATAN ABOVE}",
    *"\ud800\N{COMBINING GRAPHEME JOINER}",
    *("www.", "https://", "a@b.c", "x.com/", "://", "@@"),
]
"""What has made a second call change something, or could."""
LIGATURES_OF_WORDS = [
    "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}",
    "\N{ARABIC LIGATURE BISMILLAH AR-RAHMAN AR-RAHEEM}",
]
WORD = st.lists(st.sampled_from(PIECES), min_size=1, max_size=10).map("".join)
AWKWARD = st.lists(
    st.sampled_from([*PIECES, *LIGATURES_OF_WORDS, " ", "\n", "\N{NO-BREAK SPACE}"]),
    max_size=14,
).map("".join)
ARABIC = st.one_of(
    AWKWARD,
    st.text(
        st.one_of(
            st.characters(min_codepoint=0x600, max_codepoint=0x6FF),
            st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFF),
            st.sampled_from(" \n@#.:/wht\N{NO-BREAK SPACE}\N{RIGHT-TO-LEFT MARK}"),
            st.characters(exclude_categories=()),
        ),
        max_size=40,
    ),
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
        ("standard", "example.com/أخبار أخبار", "example.com/أخبار اخبار"),
        ("standard", "7/آذار والوفد/أحمد", "7/اذار والوفد/احمد"),
        ("standard", "info@example.com/أخبار إلى", "info@example.com/أخبار الى"),
        (
            "standard",
            "#أخ\N{RIGHT-TO-LEFT MARK}بار http:\N{ZERO WIDTH JOINER}//x.com/أ",
            "#أخبار http://x.com/أ",
        ),
        ("search", "www.x.com/مكتبة، مكتبة", "www.x.com/مكتبة, مكتبه"),
        ("light", "https://example.com/هـ هــذا", "https://example.com/هـ هذا"),
        ("light", "يـ\N{ARABIC HAMZA ABOVE}", "ئ"),
        ("search", "مؤسسة كتابی على ٣٫١٤، نعم؟", "موسسه كتابي علي 3.14, نعم?"),
    ],
)
def test_profile(profile, text, expected):
    assert normalize.load(profile)(text) == expected


@pytest.mark.parametrize("profile", normalize.NAMES)
@given(text=ARABIC)
@settings(max_examples=300)
def test_twice_is_once(profile, text):
    once = normalize.load(profile)(text)
    assert normalize.load(profile)(once) == once


@pytest.mark.parametrize("profile", ["light", "standard", "search"])
@given(text=ARABIC)
@settings(max_examples=200)
def test_it_does_not_matter_how_a_letter_is_composed(profile, text):
    normalizer = normalize.load(profile)
    for form in ("NFC", "NFD"):
        assert normalizer(unicodedata.normalize(form, text)) == normalizer(text)


@pytest.mark.parametrize("profile", normalize.NAMES)
@given(words=st.lists(WORD, max_size=4))
@settings(max_examples=200)
def test_words_are_never_split_or_joined(profile, words):
    normalizer = normalize.load(profile)
    assert normalizer(" ".join(words)).split(" ") == (
        [normalizer(word) for word in words] or [""]
    )
    assert not any(set(normalizer(word)) & {" ", "\n"} for word in words)


COMMON = st.text(
    st.one_of(
        st.sampled_from("ـ \n\N{NO-BREAK SPACE}\N{RIGHT-TO-LEFT MARK}َّاأ"),
        st.sampled_from("ﻻﷺ●†中٬\N{ARABIC SMALL HIGH SEEN}\N{LEFT-TO-RIGHT ISOLATE}"),
        st.sampled_from(quick.COMMONEST),
    ),
    max_size=20,
)


def plainly(steps, text):
    """What the steps do, each by the edits it makes: the reference."""
    for step in steps:
        text = apply(step.plain()(text), text)
    return text


@pytest.mark.parametrize("profile", normalize.names())
@given(text=COMMON)
@settings(max_examples=150)
def test_all_at_once_and_step_by_step_is_what_the_plain_steps_do(profile, text):
    whole = normalize.load(profile).whole
    expected = plainly(whole.steps, text)
    assert whole.by_steps(text) == expected
    if whole.quick:
        assert whole.quick.apply(text) in (expected, None)


STEPS = st.one_of(
    st.sampled_from(
        [
            {"kind": "unicode", "form": "NFC"},
            {"kind": "unicode", "form": "NFKC"},
            {"kind": "pattern", "find": "ـ+(?=\\S)", "replace": "", "needs": "ـ"},
            {"kind": "pattern", "find": "ـ", "replace": "-ا", "needs": "ـ"},
            {"kind": "pattern", "find": "[ء-ي]ا", "replace": "ا", "needs": "ا"},
            {"kind": "pattern", "find": "ا(?=\\w)", "replace": "1", "needs": "ا"},
            {"kind": "pattern", "find": "(ا)ب", "replace": "\\1", "needs": "ا"},
            {"kind": "pattern", "find": "اا", "replace": "ﷺ", "needs": "ا"},
            {"kind": "pattern", "find": "٬", "replace": ",", "needs": "٬"},
            {"kind": "space", "policy": "single"},
        ]
    ),
    st.builds(
        lambda table, delete: {"kind": "map", "map": table, "delete": sorted(delete)},
        st.dictionaries(
            st.sampled_from("ابأﻻـ ـ،َّ1●†\N{NO-BREAK SPACE}"),
            st.sampled_from(["ا", "ب", "أ", "لا", "ـ", " ", "َ", "ﷺ", "●", ",", "†"]),
            max_size=3,
        ),
        st.sets(st.sampled_from("بَّـ،\N{RIGHT-TO-LEFT MARK}ﻻ"), max_size=3),
    ),
)


@given(
    own=st.lists(STEPS, min_size=1, max_size=5),
    text=st.text(
        "ابأ ـَّ،١1ﻻ●†é中ﷺ٬\N{NO-BREAK SPACE}\N{RIGHT-TO-LEFT MARK}", max_size=12
    ),
)
@settings(max_examples=500)
def test_so_does_any_profile_of_ones_own(own, text):
    steps = tuple(map(compile_step, own))
    whole = normalize.Pass.of(steps)
    assert whole(text) == whole.by_steps(text) == plainly(steps, text)


@pytest.mark.parametrize("profile", ["light", "standard", "search"])
@pytest.mark.parametrize("text", ["شدّة الـ48 ـ إلى", "ﻷن 3/4 جداًّ\N{NO-BREAK SPACE}٢٠"])
def test_most_texts_are_done_at_once(profile, text):
    assert normalize.load(profile).whole.quick.apply(text, spare=True) is not None


@pytest.mark.parametrize("profile", normalize.names())
def test_lone_surrogates_and_all_planes_pass(profile):
    text = "\ud800 \udfff \U0001f600 \U0010ffff"
    new, alignment = normalize.load(profile).align(text)
    assert new == normalize.load(profile)(text)
    assert alignment.to_source(0, len(new))[1] <= len(text)


PATTERN = "[[step]]\nkind = 'pattern'\nneeds = 'a'\n"


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("name = ", "profile my: "),
        (
            "[[step]]\nkind = 'mop'",
            "a step's kind must be one of unicode, map, pattern, addresses",
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


def test_a_profile_that_extends_an_unknown_one_is_named():
    with pytest.raises(normalize.ProfileError, match="profile my: extends: no profile"):
        normalize.load("my", "extends = 'mine'")


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


@pytest.mark.parametrize("profile", normalize.names())
@given(text=ARABIC)
@settings(max_examples=60)
def test_aligning_does_what_the_profile_does(profile, text):
    normalizer = normalize.load(profile)
    assert normalizer.align(text).text == normalizer(text)


@pytest.mark.parametrize("profile", normalize.names())
@given(text=ARABIC)
@settings(max_examples=60)
def test_a_span_of_the_target_and_its_source_find_each_other(profile, text):
    target, alignment = normalize.load(profile).align(text)
    at = 0
    for start in range(len(target)):
        source, end = alignment.to_source(start, start + 1)
        assert at <= source <= end <= len(text)
        first, last = alignment.to_target(source, end)
        assert source == end or first <= start < last
        at = source
    assert alignment.to_source(0, len(target))[1] <= len(text)


@pytest.mark.parametrize("profile", normalize.names())
@given(text=ARABIC)
@settings(max_examples=60)
def test_a_word_of_the_target_is_made_of_its_source_alone(profile, text):
    normalizer = normalize.load(profile)
    target, alignment = normalizer.align(text)
    for word in re.finditer("[^ \n]+", target):
        start, end = alignment.to_source(*word.span())
        if any(sign in text for sign in SIGNS):  # what begins depends on what precedes
            start = 1 + max(text.rfind(" ", 0, start), text.rfind("\n", 0, start))
            behind = re.compile("[ \n]|$").search(text, end)
            end = behind.start()
        assert word[0] in normalizer(text[start:end])


def seen(text):
    """What a reader sees: glyphs as letters, nothing that has no width, no stretching."""
    glyphs = (
        unicodedata.normalize("NFKC", c).strip() if "ﭐ" <= c <= "﷼" or c >= "ﹰ" else c
        for c in text
    )
    return unicodedata.normalize(
        "NFC",
        "".join(
            " " if c == "\N{NO-BREAK SPACE}" else c
            for c in "".join(glyphs)
            if c in "\t\n\v\f\r" or (c != "ـ" and unicodedata.category(c)[0] != "C")
        ),
    )


@given(text=ARABIC.filter(lambda text: not set(text) & set("﷼﷽")))
@settings(max_examples=300)
def test_light_shows_a_reader_the_same(text):
    assert seen(normalize.load("light")(text)) == seen(text)


@pytest.mark.parametrize(
    ("profile", "text", "word", "source"),
    [
        ("standard", "قال مُحَمَّدٌ أمس", "محمد", "مُحَمَّدٌ"),
        ("standard", "زار الـقـدس أمس", "القدس", "الـقـدس"),
        ("standard", "النبي ﷺ قال", "الله", "ﷺ"),
        (
            "standard",
            "من ا\N{ARABIC HAMZA ABOVE}حمد",
            "احمد",
            "ا\N{ARABIC HAMZA ABOVE}حمد",
        ),
        ("standard", "أخبار@example.com والأخبار", "والاخبار", "والأخبار"),
        (
            "light",
            "م\N{ARABIC SHADDA}\N{ARABIC FATHA}ن",
            "م\N{ARABIC FATHA}",
            "م\N{ARABIC SHADDA}\N{ARABIC FATHA}",
        ),
        ("search", "بلغ ٣٫١٤ دينار", "3.14", "٣٫١٤"),
        ("light", "كلمة\N{RIGHT-TO-LEFT MARK} أخرى", "كلمة", "كلمة"),
    ],
)
def test_the_way_back(profile, text, word, source):
    target, alignment = normalize.load(profile).align(text)
    at = target.index(word)
    assert text[slice(*alignment.to_source(at, at + len(word)))] == source
    at = text.index(source)
    start, end = alignment.to_target(at, at + len(source))
    assert word in target[start:end]

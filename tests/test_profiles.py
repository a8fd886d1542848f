"""The peers' profiles, held to what the peers really do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings

from newsingest.article import normalize, quick, steps
from newsingest.article.profiles import characters
from newsingest.run.differences import visible
from tests.test_normalize import ARABIC

SHARED = Path(
    os.environ.get("NEWSINGEST_SHARED", Path(__file__).parents[1].parent / "shared")
)
RECORDED = SHARED / "data/normalization/norm_peers.json"

TABLES = {
    "arabert": ("arabert.bert-base-arabertv02",),
    "arabic-norm": ("arabic-norm.normalize",),
    "arabic-normalize": ("arabic-normalize.normalize",),
    "arabic-normalize-search": ("arabic-normalize.normalize_for_search",),
    "camel": (
        "camel.dediac_ar",
        "camel.normalize_alef_ar",
        "camel.normalize_alef_maksura_ar",
        "camel.normalize_teh_marbuta_ar",
    ),
    "camel-arclean": ("camel.arclean",),
    "camel-dediac": ("camel.dediac_ar",),
    "camel-unicode": ("camel.normalize_unicode",),
    "lucene": ("lucene.ArabicNormalizer",),
    "lucene-digits": ("lucene.DecimalDigitFilter",),
    "lucene-persian": ("lucene.PersianNormalizer",),
    "nfkc": ("unicodedata.NFKC",),
    "pyarabic": ("pyarabic.normalize.normalize_searchtext",),
    "pyarabic-alef": ("pyarabic.araby.normalize_alef",),
    "pyarabic-tashkeel": ("pyarabic.araby.strip_tashkeel",),
}
"""The recorded functions that a profile is, one after the other."""

PROBED = [
    *range(0x600, 0x700),
    *range(0x750, 0x780),
    *range(0x870, 0x900),
    *range(0xFB50, 0xFE00),
    *range(0xFE70, 0xFF00),
]
"""Code points that every peer was asked about, beside those it changed."""

NOT_IDEMPOTENT = {
    "arabert": "<>",
    "camel-arclean": "⁋",
}
"""Where a peer, called again, changes its own result."""


@pytest.fixture(scope="module")
def recorded():
    if not RECORDED.exists():
        pytest.skip("the recorded results of the peers are not here")
    return json.loads(RECORDED.read_text("utf-8"))


@pytest.mark.parametrize("profile", normalize.PEERS)
def test_every_probed_character_becomes_what_the_peer_makes_of_it(profile, recorded):
    normalizer = normalize.load(profile)
    tables = [recorded[name] for name in TABLES[profile]]
    probed = set(map(chr, PROBED)).union(*tables) - {"ب"}  # three are a run
    expected = {}
    for character in probed:
        result = character
        for table in tables:
            result = table.get(result, result)
        expected[character] = result
    found = {character: normalizer(f"ب{character}ب")[1:-1] for character in probed}
    assert found == expected


ALEF, WASLA, LAM_ALEF = (
    "\N{ARABIC LETTER ALEF}",
    "ٱ",
    "\N{ARABIC LIGATURE LAM WITH ALEF WITH HAMZA ABOVE FINAL FORM}",
)
DAGGER, ABOVE = "\N{ARABIC LETTER SUPERSCRIPT ALEF}", "\N{ARABIC HAMZA ABOVE}"
SUKUN_HIGH = "\N{ARABIC SMALL HIGH DOTLESS HEAD OF KHAH}"


@pytest.mark.parametrize(
    ("profile", "text", "expected"),
    [
        ("lucene", f"ه{DAGGER}ذا {WASLA}لكتاب", f"ه{DAGGER}ذا {WASLA}لكتاب"),
        ("lucene", f"{ALEF}{ABOVE}مل", f"{ALEF}{ABOVE}مل"),
        ("lucene-persian", f"{ALEF}{ABOVE}مل", "امل"),
        ("lucene-digits", "\N{MATHEMATICAL BOLD DIGIT NINE} ١٬٢٣٤٫٥", "9 1٬234٫5"),
        ("camel-dediac", f"ه{DAGGER}ذا مـدينة", "هذا مـدينة"),
        ("camel", f"{ALEF}{ABOVE}مل {WASLA}لهدى", f"{ALEF}{ABOVE}مل الهدي"),
        ("camel-unicode", f"{ALEF}{ABOVE}مل {LAM_ALEF}", "أمل لأ"),
        ("camel-arclean", "مو\N{SOFT HYPHEN}قع é 🙂", "موقع é "),
        ("camel-arclean", "عام\N{RIGHT-TO-LEFT MARK}٢٠٢٤", "عام 2024"),
        ("camel-arclean", f"الح{SUKUN_HIGH}مد ﷺ", "الحمد "),
        ("pyarabic", f"{LAM_ALEF} ﻷ", f"{LAM_ALEF} لا"),
        ("pyarabic", "إلى الفتى", "الا الفتا"),
        ("pyarabic-alef", f"موسى{DAGGER} ه{DAGGER}ذا", "موسا هاذا"),
        ("pyarabic-tashkeel", f"الح{SUKUN_HIGH}مْد", f"الح{SUKUN_HIGH}مد"),
        ("arabert", "www.example.com/أخبار/نص", "[رابط] أخبار - نص"),
        ("arabert", "من @أحمد إلى سعاد@مثال.قطر", "من [مستخدم] إلى [بريد]"),
        ("arabert", "هههههه!!! ١٢٣كم", "هه ! ! 123 كم"),
        ("arabert", "مو\N{SOFT HYPHEN}قع Café ۱۲", "مو قع Caf"),
        ("arabert", "سطر\n\nسطر &lt;b&gt;", "سطر سطر"),
        ("arabic-norm", f"ن{ABOVE}ور\N{ARABIC SMALL YEH}", "نور"),
        (
            "arabic-normalize",
            "ن\N{ZERO WIDTH NON-JOINER}ور\N{ARABIC SMALL YEH}",
            "نور\N{ARABIC SMALL YEH}",
        ),
        ("arabic-normalize-search", "۱۲٫٥ رؤية", "12٫5 رويه"),
        ("nfkc", "ﷺ", "صلى الله عليه وسلم"),
        ("nfkc", "ﷲ ﷼ ½…", "الله ریال 1\N{FRACTION SLASH}2..."),
    ],
)
def test_awkward_strings(profile, text, expected):
    assert normalize.load(profile)(text) == expected


@pytest.mark.parametrize("profile", normalize.names())
def test_the_example_of_a_profile_is_true(profile):
    case = normalize.about(profile)["case"]
    assert normalize.load(profile)(case["in"]) == case["out"]


@pytest.mark.parametrize("profile", normalize.names())
def test_every_step_has_its_reason(profile):
    assert normalize.about(profile)["why"]
    assert all(step["why"] for step in normalize.described(profile))


@pytest.mark.parametrize("profile", sorted(set(normalize.PEERS) - set(NOT_IDEMPOTENT)))
@given(text=ARABIC)
@settings(max_examples=40)
def test_twice_is_once(profile, text):
    normalizer = normalize.load(profile)
    once = normalizer(text)
    assert normalizer(once) == once


@pytest.mark.parametrize(("profile", "text"), NOT_IDEMPOTENT.items())
def test_a_peer_that_changes_its_own_result(profile, text):
    normalizer = normalize.load(profile)
    once = normalizer(text)
    assert normalizer(once) != once


PAGE = Path(__file__).parents[1] / "docs" / "normalisation.md"
MARK = "<!-- made of newsingest/profiles by make docs -->\n"


def section(name):
    """What the page says of a profile, with what it makes of its example now."""
    about = normalize.about(name)
    before = about["case"]["in"]
    after = normalize.load(name)(before)
    yield f"\n### {name}\n\n" + about["why"].replace(". ", ".\n") + "\n"
    if "extends" in about:
        yield f"It begins with the steps of `{about['extends']}`.\n"
    yield f"\n```text\n{visible(before)}\n{visible(after)}\n```\n"
    if steps := about.get("step"):
        yield "\n" + "".join(f"* {step['why']}\n" for step in steps)


def test_the_page_says_what_the_profiles_do():
    page = PAGE.read_text("utf-8")
    parts = ("".join(section(name)) for name in normalize.names())
    made = page[: page.index(MARK)] + MARK + "".join(parts)
    if os.environ.get("NEWSINGEST_WRITE_DOCS"):
        PAGE.write_text(made, "utf-8")
    assert PAGE.read_text("utf-8") == made, "run `make docs`"


class Else(dict):
    """A table of `str.translate` that gives one thing for all other characters."""

    def __init__(self, table, default):
        super().__init__(table)
        self.default = default

    def __missing__(self, code):
        return self.default


ASSIGNED = "".join(map(chr, (*range(0x32400), *range(0xE0000, 0xE0200))))
"""Every character of Unicode, with those between; other planes have none."""


def maps_only(profile):
    return all(step["kind"] == "map" for step in normalize.described(profile))


@pytest.mark.parametrize("profile", [*filter(maps_only, normalize.PEERS)])
@pytest.mark.parametrize("text", [ASSIGNED, quick.COMMONEST[1:]], ids=["all", "common"])
def test_maps_are_what_translate_does_over_all_of_unicode(profile, text):
    expected = text
    for step in normalize.described(profile):
        table = str.maketrans(steps.entries(step))
        default = steps.DEFAULTS[step.get("default", "keep")]
        if default is not None:
            kept = {ord(c): c for c in characters(step.get("keep", ()))}
            table = Else(kept | table, default)
        expected = expected.translate(table)
    assert normalize.load(profile)(text) == expected


def test_addresses_are_left_alone_beside_steps_that_act_on_any_text():
    toml = """
    extends = "standard"
    [[step]]
    kind = "pattern"
    find = "(.)\\\\1{2,}"
    replace = "\\\\1"
    """
    text = "هههه أخبار www.example.com/أأأأ"
    expected = "ه اخبار www.example.com/أأأأ"
    assert normalize.load("own", toml)(text) == expected
    assert normalize.load("own", toml).align(text).text == expected

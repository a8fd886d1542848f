"""Text that a PDF or a DOS program gives as glyphs, or with glyphs out of order."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from newsingest.article.edits import Edit, apply, lines
from newsingest.article.letters import arabic, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

GLYPH = "[\ufb50-\ufdcf\ufdf2\ufe70-\ufefc]"
GLYPHS = re.compile(f"{GLYPH}+")
LETTER = re.compile(f"{GLYPH}|[\u0621-\u064a]")
WHOLE = 0.6
"""A text is in glyphs when this share of its letters is; an article that quotes a
pasted statement has half of them."""
MOST, WORD = 0.5, 3
"""A line is in glyphs when this share of its letters is, and so many."""

# What runs from left to right in a line that is stored as it is seen: Latin words with
# what is between them, and numbers, which Arabic before them keeps from joining % + -.
LEFT_TO_RIGHT = re.compile(
    "[A-Za-z][A-Za-z0-9@ .,:/%&'_+-]*[A-Za-z0-9]|[0-9]+(?:[.,:/][0-9]+)*"
    "|[\u0660-\u0669]+(?:[.,:/\u066b\u066c][\u0660-\u0669]+)*"
)
FIRST_BRACKET = re.compile(r"^[^()\[\]{}«»\n]*[()\[\]{}«»]", re.MULTILINE)
MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


def presentation_forms(text: str) -> list[Edit]:
    """A text in presentation forms, in the order of reading or as it is seen.

    Single ligatures, words and lines of glyphs inside normal text are left to
    normalisation: they are what was printed, and only a whole text of them is damage.

    >>> presentation_forms("ﺧﺒﺮ ﻋﺎﺟﻞ")
    [Edit(start=0, end=3, new='خبر'), Edit(start=4, end=8, new='عاجل')]
    >>> presentation_forms("ﻞﺟﺎﻋ ﺮﺒﺧ")
    [Edit(start=0, end=8, new='خبر عاجل')]
    """
    glyphs = sum(map(len, GLYPHS.findall(text)))
    if glyphs < WHOLE * len(LETTER.findall(text)):
        return []
    if reversed_(text):
        mirror = mirrored(text)
        return [
            Edit(at, at + len(line), read(line, mirror=mirror))
            for at, line in lines(text)
            if GLYPHS.search(line)
        ]
    shaped = [(start, line) for start, line in lines(text) if _shaped(line)]
    return [
        Edit(start + run.start(), start + run.end(), plain(run[0]))
        for start, line in shaped
        for run in GLYPHS.finditer(line)
    ]


def _shaped(line: str) -> bool:
    glyphs = sum(map(len, GLYPHS.findall(line)))
    return glyphs >= WORD and glyphs >= MOST * len(LETTER.findall(line))


@cache
def plain_of(glyph: str) -> str:
    """The letters of a glyph; a mark that carries a space of its own loses it."""
    return unicodedata.normalize("NFKC", glyph).replace(" ", "") or glyph


def plain(text: str) -> str:
    """A text with letters in place of glyphs.

    >>> plain("ﻼ")
    'لا'
    """
    return GLYPHS.sub(lambda run: "".join(map(plain_of, run[0])), text)


def reversed_(text: str) -> bool:
    """Whether words in glyphs are stored as they are seen: last letter first."""
    forms = [
        (unicodedata.decomposition(run[0][0]), unicodedata.decomposition(run[0][-1]))
        for run in GLYPHS.finditer(text)
        if len(run[0]) > 1
    ]
    right = sum(a.startswith("<initial>") - b.startswith("<initial>") for a, b in forms)
    right += sum(b.startswith("<final>") - a.startswith("<final>") for a, b in forms)
    if right >= 0:
        return False
    return arabic(read(text)) > arabic(plain(text))


def mirrored(text: str) -> bool:
    """Whether a text that is stored as it is seen has its brackets as they are seen.

    Some extractors turn them round as a screen does, others keep what was typed.
    """
    opens = [found[0][-1] in "([{«" for found in FIRST_BRACKET.finditer(text)]
    return 2 * sum(opens) >= len(opens)


def read(line: str, *, mirror: bool = True) -> str:
    """A line that is stored as it is seen, in the order of reading.

    >>> read("(ﺮﺒﺧ) Reuters 2024 ﺭﺪﺼﻣ")
    'مصدر Reuters 2024 (خبر)'
    """
    turned = LEFT_TO_RIGHT.sub(lambda run: run[0][::-1], line)[::-1]
    return plain(turned.translate(MIRRORED) if mirror else turned)


# No word has two alefs in a row, or an article behind a madda.
# One of the names of people is written so: `عطاالله`.
IMPOSSIBLE = re.compile("ا[اأإآ]ل(?!له)|آال")
RIGHT = re.compile("ل[اأإآ](?!ل)")  # `الالعب` is swapped, and has one of another
RIGHT_AFTER_ALEF = re.compile("ال[اأإآ]")
ENOUGH, COMMONER, RARE = 2, 3, 5
"""Swapped words that prove it; how much commoner the right order may be; how much rarer
it must be for the whole text to be swapped."""


INSIDE = r"[\w\u00ad\u0640\u064b-\u0652\u0670]"
"""What stands inside words: letters, soft hyphens, tatweel, tashkeel."""


def lam_alef(text: str) -> list[Edit]:
    """The lam-alef that a PDF's extractor read from left to right.

    Two different words that cannot be prove it, unless the right order is commoner.
    Those are put right everywhere; what could be a word, only where the table says what
    it stands for, in lines without a lam-alef in the right order.

    >>> apply(lam_alef("قال االثنين خالل االجتماع"), "قال االثنين خالل االجتماع")
    'قال الاثنين خلال الاجتماع'
    """
    places = [found.start() for found in IMPOSSIBLE.finditer(text)]
    if len({text[at : at + 6] for at in places}) < ENOUGH:
        return []
    if len(RIGHT_AFTER_ALEF.findall(text)) > COMMONER * len(places):
        return []
    sure = [_swap(text, at + 1) for at in places]
    halfway = apply(sure, text)
    everywhere = RARE * len(RIGHT.findall(text)) <= len(places)
    likely = [
        _swap(halfway, start + at)
        for start, line in lines(text)
        if everywhere or not RIGHT.search(line)
        for at in _known(halfway[start : start + len(line)])
    ]
    return sorted(sure + likely)


def _swap(text: str, at: int) -> Edit:
    return Edit(at, at + 2, text[at + 1] + text[at])


def _known(line: str) -> Iterator[int]:
    """Where words of the table and plurals with an article have their lam-alef."""
    for word in words().finditer(line):
        kind = word.lastgroup or ""
        find = line.rindex if kind == "alone" else line.index
        yield find("ال", word.start(kind), word.end(kind))


@cache
def words() -> re.Pattern[str]:
    """The words that a swapped lam-alef makes of others."""
    rules = read_table("repair")["lam-alef"]
    alone, stems, defined, suffixes = (
        "|".join(rules[key]) for key in ("alone", "stems", "with_article", "suffixes")
    )
    article = r"(?:[وف]?[بك]?ال|[وف]?لل)"
    return re.compile(
        rf"(?<!{INSIDE})(?:(?P<alone>{alone})|{article}\w{{2,9}}(?P<plural>ال)ت"
        rf"|(?:{article}|[وف]?[بكل]?)(?P<stem>{stems})(?:{suffixes})?"
        rf"|{article}(?P<defined>{defined})(?:{suffixes})?)(?!{INSIDE})"
    )

"""Text that was damaged before it was saved, made whole where that proves itself.

Each repair is kept only where its result is certain: it decodes or makes words, and is
more Arabic than before. Else the text stays as it is. A repair never adds or removes a
line, and undamaged text costs a few searches for single characters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from newsingest.article.edits import Edit, apply

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsingest.article.align import Alignment

# Names end in a semicolon, so that `?a=1&copy=2` in an address is none.
ENTITY = (
    "&(?:amp;){0,3}(?:nbsp|quot|apos|amp|lt|gt|[lr][sd]quo|[sb]dquo|[lr]aquo|[nm]dash"
    "|hellip|bull|middot|shy|zwn?j|[lr][lr]m|copy|reg|trade|deg|euro|[ae]acute|[ae]grave"
    "|#[0-9]{2,6}|#[xX][0-9a-fA-F]{2,5});"
)


LONGEST = 4 << 20
"""Characters of the longest text that is repaired: what is replaced takes up to eighty
times the memory of its text, and no article of a newspaper comes near."""
LOST = "\N{REPLACEMENT CHARACTER}"


class Repaired(NamedTuple):
    """A text, what was repaired, and the way back to the text as it was read."""

    text: str
    warnings: tuple[str, ...] = ()
    steps: tuple[tuple[Edit, ...], ...] = ()

    @property
    def alignment(self) -> Alignment:
        """The way from the text as it was read to this one."""
        from newsingest.article.align import Alignment  # noqa: PLC0415 - start-up

        whole = Alignment()
        for edits in self.steps:
            whole = whole.then(Alignment.of(edits, in_place=True))
        return whole


class Repair(NamedTuple):
    """A kind of damage: what tells that it may be there, and what undoes it."""

    warning: str
    signs: tuple[str, ...]
    find: Callable[[str], list[Edit]]


def repair(text: str) -> Repaired:
    """Repair what was damaged, if anything was.

    >>> repair("Ø§Ù„ØªØ¶Ø®Ù… ÙŠØªØ±Ø§Ø¬Ø¹").text
    'التضخم يتراجع'
    >>> repair("ديوان &quot;المتنبي&quot;").warnings
    ('repaired-entities',)
    >>> repair("لا شيء هنا")
    Repaired(text='لا شيء هنا', warnings=(), steps=())
    """
    if not (
        "&" in text
        or "Ø" in text
        or "§" in text
        or "Ç" in text
        or "â" in text
        or "\ufe8d" in text
        or "\ufe8e" in text
        or "اال" in text
    ):
        return Repaired(text)
    if len(text) > LONGEST:
        return Repaired(text, ("not-repaired",))
    warnings, steps = [], []
    for warning, signs, find in REPAIRS:
        if not any(sign in text for sign in signs):
            continue
        if edits := find(text):
            text = apply(edits, text)
            steps.append(tuple(edits))
            warnings.append(warning)
    return Repaired(text, tuple(dict.fromkeys(warnings)), tuple(steps))


def entities(text: str) -> list[Edit]:
    """Entities of HTML that were left as they are written, also doubled ones.

    Those of line ends and control characters stay: they would make lines.

    >>> entities("من &amp;quot; هنا")
    [Edit(start=3, end=13, new='"')]
    """
    from html import unescape  # noqa: PLC0415 -- a millisecond that few texts need

    edits = []
    for found in re.finditer(ENTITY, text):
        new = unescape("&" + found[0].rpartition("amp;")[2].removeprefix("&"))
        if new >= " " and new != LOST and len(f"{new}.".splitlines()) == 1:
            edits.append(Edit(found.start(), found.end(), new))
    return edits


# The modules that repair are loaded by the first damaged text: 5 ms of each start.


def mojibake(text: str) -> list[Edit]:
    """UTF-8 that was read as something else."""
    from newsingest.article import mojibake  # noqa: PLC0415

    return mojibake.utf_8_read_wrong(text)


def windows(text: str) -> list[Edit]:
    """Windows-1256 that was read as Windows-1252."""
    from newsingest.article import mojibake  # noqa: PLC0415

    return mojibake.windows_1256_read_as_1252(text)


def presentation_forms(text: str) -> list[Edit]:
    """A text that is made of glyphs."""
    from newsingest.article import glyphs  # noqa: PLC0415

    return glyphs.presentation_forms(text)


def lam_alef(text: str) -> list[Edit]:
    """Ligatures whose letters were swapped."""
    from newsingest.article import glyphs  # noqa: PLC0415

    return glyphs.lam_alef(text)


# Mojibake first: the others look for letters. Glyphs before lam-alef: they become it.
REPAIRS = (
    Repair("repaired-mojibake", ("Ø", "§", "â"), mojibake),
    Repair("repaired-mojibake", ("Ç",), windows),
    Repair("repaired-entities", ("&",), entities),
    Repair("repaired-presentation-forms", ("\ufe8d", "\ufe8e"), presentation_forms),
    Repair("repaired-lam-alef", ("اال",), lam_alef),
)

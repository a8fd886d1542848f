"""Web addresses, mail, @names and #tags: they lead nowhere when letters change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsingest.article.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKS = (
    "\N{ARABIC SIGN SALLALLAHOU ALAYHE WASSALLAM}-\N{ARABIC SMALL KASRA}"
    "\N{ARABIC FATHATAN}-\N{ARABIC WAVY HAMZA BELOW}"
    "\N{ARABIC LETTER SUPERSCRIPT ALEF}\u06d6-\u06ed\u08d3-\u08ff\u0300-\u036f"
)
"""What profiles may delete: an address neither begins behind one nor ends before it."""
ENDS = r"\s«»\"“”<>،؛"
ADDRESS = rf"""(?x)
    (?<![ـ{MARKS}]) https?:// [^{ENDS}]+           # addresses, digits and all
  | (?<![\w.+@{MARKS}-]) www\. [^{ENDS}]+
  | (?<![\w.+@#{MARKS}-]) [\w.+-]++ @ [\w-]++ (?:\.[\w-]++)++ (?: :?/ [^{ENDS}]* )?
  | (?<![\w.@#{MARKS}-]) (?:[A-Za-z0-9-]++\.)++ [A-Za-z]{{2,}}+ / [^{ENDS}]*
  | (?<![\w{MARKS}]) [@#] (?: (?!https?://|www\.) [\w{MARKS}] )+
    """
"""URLs with a scheme or without, mail, @names and #tags: compiled by the first sign.

What one of them begins must not depend on marks that are deleted around it.
"""
SIGNS = "@#/w"
SIGN = lazy(f"[{SIGNS}]")
"""Every address holds one of them; what is deleted cannot make one."""
PATH = lazy("[A-Za-z]/")
WORD_END = lazy("[ \n]")


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses stand in a text."""
    found = re.finditer(ADDRESS, text) if SIGN.search(text) else ()
    return (one.span() for one in found)


def doubtful(text: str, code: str = "") -> Iterator[tuple[int, int]]:
    """Where words stand that may be addresses.

    `code` is the text with other letters for the Arabic ones, half of which look like
    @ or # to `str.find`: signs are found in it at a tenth of the cost.
    """
    end = 0
    for at in sorted(_places(code or text)):
        if at >= end:
            start, end = word(text, at, end)
            if may_be(text[start:end]):
                yield start, end


def _places(text: str) -> Iterator[int]:
    for sign in SIGNS:
        at = text.find(sign)
        while at >= 0:
            yield at
            at = text.find(sign, at + 1)


def word(text: str, at: int, begin: int = 0) -> tuple[int, int]:
    """The word of a text in which a place lies, and which begins no earlier.

    >>> word("قال a/b أمس", 5)
    (4, 7)
    """
    start = 1 + max(text.rfind(" ", begin, at), text.rfind("\n", begin, at))
    found = WORD_END.search(text, at)
    return start or begin, found.start() if found else len(text)


def may_be(word: str) -> bool:
    """Whether it is worth while to look for addresses in a word with a sign of one."""
    return (
        "@" in word
        or "#" in word
        or "://" in word
        or "www." in word
        or PATH.search(word) is not None
        or not word.isprintable()
    )

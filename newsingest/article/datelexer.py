"""A printed line → the kinds of its words, numbers and marks.

The line is folded once (digits, letter variants, dashes and commas to one form each;
marks that print nothing are dropped), cut into tokens, and every token is given a
one-letter kind. The kinds, joined, are the line's *shape*: `الخميس 7 مارس 2024` has
the shape `w d M y`. The grammar works on shapes alone.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from newsingest.article.fold import FOLD, WINDOWS, from_windows, in_windows
from newsingest.article.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from newsingest.article.rules import Rules

KINDS: Final = {
    "d": "a number of one or two digits",
    "y": "a number of four digits",
    "n": "any other number",
    "M": "a Gregorian month",
    "L": "a Libyan name of a Gregorian month, a month between a day and a year only",
    "H": "a Hijri month",
    "X": "a month of another calendar",
    "w": "a weekday",
    "o": "an ordinal (السابع)",
    "l": "a number in words (ثلاث)",
    "p": "a word for a half of the day (صباحا, pm)",
    "q": "the letter ص",
    "m": "the letter م: pm after a clock, Gregorian after a year",
    "h": "a mark of Hijri years",
    "g": "a mark of Gregorian years",
    "x": "a mark of years of another calendar",
    "z": "a zone",
    "Z": "the words before a zone's name (بتوقيت)",
    "P": "a label of the date of publishing",
    "U": "a label of the date of change",
    "i": "a word inside a date (من, شهر, عام)",
    "j": "a word around a date (يوم, في, الموافق)",
    "k": "a word before a clock (الساعة)",
    "v": "a part of an hour (والنصف)",
    "s": "the ending of an English or French ordinal (th, er)",
    "a": "a word before a distance in time (منذ)",
    "b": "a word behind a distance in time (ago)",
    "u": "a unit of time (ساعات)",
    "r": "a day seen from today (أمس)",
    "I": "a word before a number that is no date's (العدد)",
    "V": "a word behind a number that is no date's (مشاهدة)",
    "R": "a word beside the time that reading takes (قراءة)",
    "N": "the name of two months, told apart by a number (كانون2)",
    "B": "a button beside a date (طباعة)",
    "T": "the word إلى: before a clock in Morocco, between two days elsewhere",
    "t": "a word that makes a line with a date prose (ولد)",
    "c": "the h in 14h35",
    "?": "any other word",
    "!": "a mark that dates do not have",
}
"""What the letters of a shape mean; other characters stand for themselves."""

WORD_KINDS: Final = {
    "weekday": "w",
    "ordinal": "o",
    "cardinal": "l",
    "date-trap": "t",
    "zone-word": "Z",
    "hour-part": "v",
    "relative-day": "r",
}
"""Kinds of rules whose names are all of one kind."""

KEYED_KINDS: Final = {
    "month": (
        "calendar",
        {"gregorian": "M", "libyan": "L", "hijri": "H", "other": "X"},
    ),
    "year-mark": ("calendar", {"gregorian": "g", "hijri": "h", "other": "x"}),
    "date-label": ("means", {"published": "P", "modified": "U"}),
    "date-word": (
        "place",
        {
            "inside": "i",
            "around": "j",
            "clock": "k",
            "ordinal-ending": "s",
            "before-distance": "a",
            "behind-distance": "b",
            "before-count": "I",
            "behind-count": "V",
            "reading": "R",
            "button": "B",
            "numbered-month": "N",
            "until": "T",
            "hour-letter": "c",
        },
    ),
}
"""Kinds of rules where one key of a rule decides about the kind of its names."""

_MARKS = {
    "-": "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}"
    "\N{HORIZONTAL BAR}\N{MINUS SIGN}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}",
    ",": "\N{ARABIC COMMA};\N{ARABIC SEMICOLON}\N{FULLWIDTH COMMA}",
    "/": "\\\N{FRACTION SLASH}\N{DIVISION SLASH}\N{ARABIC DATE SEPARATOR}"
    "\N{FULLWIDTH SOLIDUS}",
    ":": "\N{FULLWIDTH COLON}\N{RATIO}",
    "|": "¦*#_~\N{BOX DRAWINGS LIGHT VERTICAL}\N{BULLET}\N{MIDDLE DOT}"
    "\N{BULLET OPERATOR}\N{BLACK CIRCLE}\N{BLACK SMALL SQUARE}\N{BLACK SQUARE}"
    "\N{BLACK DIAMOND}\N{FULLWIDTH VERTICAL LINE}\N{DOUBLE VERTICAL LINE}",
    ".": "\N{ARABIC DECIMAL SEPARATOR}\N{ARABIC FULL STOP}\N{ONE DOT LEADER}",
    "(": "[{<\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}"
    "\N{LEFT DOUBLE QUOTATION MARK}\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}"
    "\N{ORNATE LEFT PARENTHESIS}",
    ")": "]}>\"'`\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"
    "\N{RIGHT DOUBLE QUOTATION MARK}\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
    "\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}"
    "\N{ORNATE RIGHT PARENTHESIS}",
    "+": "\N{FULLWIDTH PLUS SIGN}",
    "%": "\N{ARABIC PERCENT SIGN}",
}
"""Marks that newsrooms and their software print for one another."""


def _table() -> dict[int, str]:
    """One `str.translate` that folds every variant and drops what prints nothing."""
    table: dict[int, str] = {}
    # Whole texts are exported in presentation forms: one glyph, one character.
    for code in (*range(0xFE70, 0xFEFD), *range(0xFB50, 0xFBB2)):
        plain = unicodedata.normalize("NFKC", chr(code)).strip()
        table[code] = plain.translate(FOLD)
    for code in range(0x00C0, 0x0180):
        table[code] = unicodedata.normalize("NFKD", chr(code))[0].lower()
    table |= {0xFF10 + digit: str(digit) for digit in range(10)}
    for folded, variants in _MARKS.items():
        table |= dict.fromkeys(map(ord, variants), folded)
    urdu = (
        "\N{ARABIC LETTER HEH GOAL}\N{ARABIC LETTER AE}"
        "\N{ARABIC LETTER HEH DOACHASHMEE}"
    )
    table |= dict.fromkeys(map(ord, urdu), "ه")
    table[ord("\N{ARABIC LETTER YEH BARREE}")] = "ي"
    table |= dict.fromkeys((*range(9, 14), 0xA0, *range(0x2000, 0x200B), 0x202F), " ")
    table |= dict.fromkeys((0x205F, 0x3000), " ")
    table |= dict.fromkeys(range(0xFE00, 0xFE10), "")  # which picture of an icon
    return {code: str(folded) for code, folded in FOLD.items()} | table


_FOLD = _table()
_NOTHING = frozenset(chr(code) for code, folded in _FOLD.items() if not folded)
# Nearly every line is made of what Windows-1256 has; see `newsingest.article.fold`.
_GONE = bytes(byte for byte, char in enumerate(WINDOWS) if char in _NOTHING)
_FOLD_BYTES = bytes.maketrans(
    bytes(range(256)),
    "".join(char.translate(_FOLD) or char for char in WINDOWS).encode("cp1256"),
)
_TATWEEL_DASH = lazy(r"(?<![^\s\d)])\N{ARABIC TATWEEL}+(?![^\s\d(])")
_LIGATURE = lazy(
    "[\N{ARABIC LIGATURE LAM WITH ALEF WITH MADDA ABOVE ISOLATED FORM}"
    "-\N{ARABIC LIGATURE LAM WITH ALEF FINAL FORM}]"
)
_TOKEN = lazy(
    r"""
      [0-9]{4}(?=[0-9]{2}:[0-9]{2})  # a year glued to its clock: 7/3/202405:42
    | [0-9]+
    | [^\W\d_]+
    | [ ]+
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


_PIECE = lazy(r"[^?!t]+(?:(?<=Z )\?(?: \?)?)?")
_BREAK = lazy(r"[?!t]")
_PROMISING = lazy(r"[yMar]|d ?[-/.] ?d ?[-/.] ?d|d [uij] b|:d")
_NUMBERS = lazy(r"[0-9]{4}|[0-9] *[-/.] *[0-9]|:[0-9]")
_DIGIT = lazy("[0-9]")
_LETTERS = lazy(r"[^\W\d_]+")
"""What a line has that has anything promising: numbers so printed, or such words."""


def fold(text: str) -> str:
    """Every variant of a letter, digit or mark in one form; what prints nothing gone.

    >>> fold("٧ آذار/مــارس ٢٠٢٤، ١٤٤٥هـ")
    '7 اذار/مارس 2024, 1445ه'
    """
    try:
        raw = in_windows(text, "strict")
    except UnicodeEncodeError:
        return text.translate(_FOLD)
    return from_windows(raw.translate(_FOLD_BYTES, _GONE))


def _fold_all(names: Sequence[str]) -> list[str]:
    """Fold many names at once: a fifth of the cost of one after the other."""
    folded = fold("|".join(names)).split("|")
    return folded if len(folded) == len(names) else [*map(fold, names)]


def _tokens(folded: str) -> list[str]:
    """The tokens of a name: most are one word."""
    return [folded] if folded.isalpha() else _TOKEN.findall(folded)


def _first(folded: str) -> str:
    """The first token of a name."""
    head = folded.partition(" ")[0]
    return head if head.isalpha() else _tokens(folded)[0]


class Word(NamedTuple):
    """What a name in the tables is: its kind in a shape, its value, the rule's name."""

    kind: str
    value: Any
    rule: str


class Scan(NamedTuple):
    """A line cut up: token *i* has the kind `shape[i]` and the value `values[i]`.

    A number's value is its digits as text (their count matters), a word's the `Word`.
    `bounds[i]` and `bounds[i + 1]` are where the token starts and ends in the line.
    """

    line: str
    shape: str
    values: list[Any]
    bounds: list[int]

    def pieces(self) -> Iterator[Scan]:
        """The parts between words that no date has, where a date could be in them."""
        if not _BREAK.search(self.shape):
            if _PROMISING.search(self.shape):
                yield self
            return
        for found in _PIECE.finditer(self.shape):
            if not _PROMISING.search(found[0]):
                continue
            start, end = found.span()
            bounds = self.bounds[start : end + 1]
            yield Scan(self.line, found[0], self.values[start:end], bounds)


class _Cut(NamedTuple):
    """What is the same in all lines that differ in their digits alone."""

    shape: str
    values: list[Any]
    bounds: list[int]
    numbers: list[int]
    """The tokens that are numbers."""


class Lexicon:
    """All names of the rules, ready to be found in a line."""

    def __init__(self, rules: Rules) -> None:
        """Gather the names. A name is many tokens long where it has spaces or dots."""
        spellings: dict[str, Word] = {}
        names, words = zip(*_names(rules), strict=True)
        for folded, word in zip(_fold_all(names), words, strict=True):
            spellings.setdefault(folded, word)
            if "لا" in folded:
                spellings.setdefault(swapped_lam_alef(folded), word)
        # Cut up when a line has their first token: most never are, and all of them
        # took 2 ms of each start.
        self._spelt: dict[str, list[tuple[str, Word]]] = {}
        for spelling, word in spellings.items():
            self._spelt.setdefault(_first(spelling), []).append((spelling, word))
        self._entries = cache(self._entries_of)
        self._all = " ".join(spellings)
        # The dates of a house differ in little but their digits. With no digit in any
        # name, a line is cut up once for all of them.
        self._cut = lru_cache(maxsize=512)(self._cut_up)
        self._numberless = _DIGIT.search(self._all) is None
        # Of a name the longest word: `قبل` of `من قبل`, for `من` stands everywhere.
        self._tellers = frozenset(
            spelling if spelling.isalpha() else max(_LETTERS.findall(spelling), key=len)
            for spelling, word in spellings.items()
            if word.kind in "Marb"
        )

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of all names, folded: no other word is inside a date."""
        return frozenset(_LETTERS.findall(self._all))

    def _entries_of(self, first: str) -> list[tuple[list[str], Word]]:
        """The names that begin with a token, longest first: what follows it."""
        entries = [
            (_tokens(spelling)[1:], word)
            for spelling, word in self._spelt.get(first, ())
        ]
        return sorted(entries, key=lambda entry: -len(entry[0]))

    def scan(self, line: str) -> Scan | None:
        """Cut a line into tokens and say of what kind each is.

        `None` where what every date has is missing: most lines with a number in them.
        """
        text, origin = _fold_line(line)
        if not _NUMBERS.search(text) and self._tellers.isdisjoint(
            _LETTERS.findall(text)
        ):
            return None
        masked = _DIGIT.sub("0", text) if self._numberless else text
        shape, known, bounds, numbers = self._cut(masked)
        values = list(known)
        for index in numbers:
            values[index] = text[bounds[index] : bounds[index + 1]]
        if origin:
            bounds = [origin[at] for at in bounds]
        return Scan(line, shape, values, bounds)

    def _cut_up(self, text: str) -> _Cut:
        """The shape, values and bounds of a folded line, and which are numbers."""
        tokens: list[str] = _TOKEN.findall(text)
        keys = [t if t[0] != " " else " " for t in tokens] if "  " in text else tokens
        kinds: list[str | None] = list(map(_PLAIN.get, keys))
        values: list[Word | str] = list(keys)
        bounds = list(accumulate(map(len, tokens), initial=0))
        names = False
        for index, kind in enumerate(kinds):
            if kind is not None:
                continue
            after = index + 1
            key = keys[index]
            entries = self._entries(key) if key in self._spelt else None
            found = self._longest(entries, keys, after) if entries else None
            if not found:
                kinds[index] = _kind(key)
                continue
            tail, values[index] = found
            kinds[index] = found[1].kind
            if tail:
                kinds[after : after + len(tail)] = [""] * len(tail)
                names = True
        if names:
            # A name of many tokens is one: the rest of it goes.
            kept = [index for index, kind in enumerate(kinds) if kind]
            values = [values[index] for index in kept]
            bounds = [bounds[index] for index in kept] + bounds[-1:]
        shape = "".join(filter(None, kinds))
        numbers = [at for at, kind in enumerate(shape) if kind in "dyn"]
        return _Cut(shape, values, bounds, numbers)

    def _longest(
        self, entries: list[tuple[list[str], Word]], keys: list[str], after: int
    ) -> tuple[list[str], Word] | None:
        """The longest name of some that goes on as the line does."""
        for entry in entries:
            tail = entry[0]
            if not tail or tail == keys[after : after + len(tail)]:
                return entry
        return None


_PLAIN: Final = (
    {mark: mark for mark in " -,/:|.()+%"}
    | {f"{number:02}": "d" for number in range(100)}
    | {str(number): "d" for number in range(10)}
)
"""The kinds of most tokens of a date line, known without a look into the tables."""


def _kind(token: str) -> str:
    """The kind of a token that is in no table."""
    if token[0] in "0123456789":
        return "y" if len(token) == len("2024") else "n"
    if token[0] == " ":
        return " "
    if token[0].isalnum():
        return "?"
    # Icons of clocks and calendars part what they stand between.
    return "!" if token in _HARD else "|"


_HARD: Final = frozenset("!؟?@&=$€£^…\x1a")
"""Marks that sentences, addresses and sums have, and date lines have not."""


def swapped_lam_alef(name: str) -> str:
    """The name as some PDF exports leave it: `الثلاثاء` becomes `الثالثاء`.

    >>> swapped_lam_alef("الاثنين")
    'االثنين'
    """
    return name.replace("لا", "ال")


def _fold_line(line: str) -> tuple[str, list[int]]:
    """The folded line, and where its characters come from if that is not one to one."""
    if "\N{ARABIC TATWEEL}" in line:
        # `الفرج ـ عنيزة`: newsrooms print a tatweel between words for a dash.
        line = _TATWEEL_DASH.sub(lambda found: "-" * len(found[0]), line)
    text = fold(line)
    ligature = not line.isascii() and _LIGATURE.search(line)
    if len(text) == len(line) and not ligature:
        return text, []
    nothing = _NOTHING
    if ligature:
        get = _FOLD.get
        origin = [at for at, mark in enumerate(line) for _ in get(ord(mark), mark)]
    else:
        origin = [at for at, mark in enumerate(line) if mark not in nothing]
    # A token ends where the next one starts, so marks that print nothing
    # stay with the token before them.
    return text, [*origin, len(line)]


def _names(rules: Rules) -> Iterator[tuple[str, Word]]:
    for kind, letter in WORD_KINDS.items():
        for title, rule in rules.kind(kind).items():
            word = Word(letter, rule.get("number"), f"{kind}.{title}")
            yield from ((name, word) for name in rule["names"])
    for kind, (key, letters) in KEYED_KINDS.items():
        for title, rule in rules.kind(kind).items():
            word = Word(letters[rule[key]], rule.get("number"), f"{kind}.{title}")
            yield from ((name, word) for name in rule["names"])
    for title, rule in rules.kind("meridiem").items():
        for name in rule["names"]:
            letter = {"م": "m", "ص": "q"}.get(name, "p")
            yield name, Word(letter, rule["means"], f"meridiem.{title}")
    for title, rule in rules.kind("unit").items():
        value = (rule["unit"], rule.get("number", 1))
        letter = {"inside": "i", "around": "j"}.get(rule.get("place", ""), "u")
        word = Word(letter, value, f"unit.{title}")
        yield from ((name, word) for name in rule["names"])
    yield from _zone_names(rules)


def _zone_names(rules: Rules) -> Iterator[tuple[str, Word]]:
    """A zone's own names, and its places behind each of the words for "time of"."""
    openings: Iterable[str] = [
        name for rule in rules.kind("zone-word").values() for name in rule["names"]
    ]
    for title, rule in rules.kind("zone").items():
        word = Word("z", rule["zone"], f"zone.{title}")
        yield from ((name, word) for name in rule.get("names", ()))
        for place in rule.get("places", ()):
            yield from ((f"{opening} {place}", word) for opening in openings)

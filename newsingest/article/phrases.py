"""Phrases that give a line away: matched at its start, after folding."""

from __future__ import annotations

import re
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

from newsingest.article.fold import fold, fold_all, raw_offset
from newsingest.article.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsingest.article.record import Label
    from newsingest.article.rules import Rule, Rules

KINDS = (
    "related", "share", "tags", "source", "caption", "copyright", "contact", "title",
    "subtitle",
)  # fmt: skip
"""Rule kinds that are labels and can stand anywhere, strongest claim first."""

EDGES = ("section", "boilerplate")
"""Rule kinds of single words that mean something only away from the text."""

DECORATION = " \t\N{NO-BREAK SPACE},*•·▪●■◼◾○◦►▶»«>|/\\.…:،-–—_=+#~()[]{}\"'“”‘’!"
MARKS = ':-–—/|(«"“[.…،'
CREDIT_AT_END = lazy(r"(?<=\s)\([^()\d]{2,40}(?:(?<=\w )\d\d)?\)[.\s]*$")
"""A bracket that closes a line without a full stop before it credits the picture.

Digits are in it only as in a paper's name, `(عرب 48)`: others are a score, an hour.
"""

CREDIT_INSIDE = lazy(
    r"[\s-](?:الصورة|صورة من|صورة(?=\s*:)|تصوير|عدسة|بعدسة|حقوق النشر|credit|[pf]h?oto)"
    r"\s*:?\s*\S[^.]{0,40}$",
    re.IGNORECASE,
)
"""`… - الصورة: NAME`, `… تصوير : NAME`, `… Credit: NAME`."""

END_OF_SENTENCE = lazy("[.؟!]")
COUNTED = DECORATION + "0123456789٠١٢٣٤٥٦٧٨٩"
FIRST_WORD = re.compile(r"[\w@+]+")

COUNTED_LABELS = ("boilerplate", "share")
"""`صفحة 12`, `فيسبوك 340`, `استمع للمقال (02:41)`: with its number alone on a line."""

LONGEST_WORD = 40
"""Where a first word is looked for; a longer one begins no phrase."""

ROOM = 3
"""A printed phrase is at most so many times as long as a folded one: marks and tatweel
between its letters. More of a line is not folded to see whether it begins with one."""

FIRST_LOOK = 60
"""Characters of a line that are folded to see whether its first word begins phrases."""

LONGEST_INLINE = 80
"""Characters before its colon in which a phrase inside a line is looked for."""

LENGTHS = {"line": 90, "mark": 160, "start": 400}
"""The longest line, in characters, that a rule without `short` is tried on: a phrase
alone is short by nature; a related headline was seen with 230."""


LONGEST_BAR = 60
"""Characters in which buttons without a space between them are looked for."""
SHARE_OF_BAR = 0.5
"""A bar of buttons is share when this much of its words is: `Pin Interest` is not."""


class Phrase(NamedTuple):
    """One spelling of one rule."""

    folded: str
    rule: str
    label: Label
    match: str
    longest: int
    zone: str
    needs: tuple[str, ...]
    heads_list: bool
    glued: bool
    ends: bool


class Match(NamedTuple):
    """A phrase found at the start of a line; `rest` is where its value begins."""

    phrase: Phrase
    rest: int

    @property
    def label(self) -> Label:
        """The label that the rule gives the line."""
        return self.phrase.label


def _phrase(folded: str, kind: str, name: str, rule: Rule) -> Phrase:
    match = rule.get("match", "mark")
    return Phrase(
        folded,
        rule=f"{kind}.{name}",
        label=_label(kind, rule),
        match=match,
        longest=_reach(rule),
        zone=rule.get("zone", "edge" if kind in EDGES else "any"),
        needs=tuple(map(fold, rule.get("needs", ()))),
        heads_list=rule.get("list", False),
        glued=rule.get("glued", False),
        ends=rule.get("ends", False),
    )


def _label(kind: str, rule: Rule) -> Label:
    return cast("Label", rule.get("becomes", kind))


def _reach(rule: Rule) -> int:
    """The longest line that the phrases of a rule are tried on."""
    return cast("int", rule.get("short", LENGTHS[rule.get("match", "mark")]))


class _Known(NamedTuple):
    """What there is of phrases that begin with one word."""

    longest: int
    """The longest line that any of them is tried on."""
    lengths: tuple[int, ...]
    phrases: dict[str, list[Phrase]]


NONE_KNOWN = _Known(0, (), {})


def _first_word(folded: str) -> str:
    """The first word of a folded phrase, as lines are looked up by theirs."""
    head = folded.partition(" ")[0]
    if head.isalpha():
        return head
    found = FIRST_WORD.match(folded)
    return found[0] if found else ""


class PhraseBook:
    """All phrases, by the first folded word of a line.

    `match(line, zone)` gives the `Match` that a stripped line begins with, if it counts
    in this zone, or else `None`.
    """

    match: Callable[[str, str], Match | None]

    def __init__(self, rules: Rules) -> None:
        """Compile the phrase rules."""
        # A start that reads one article asks for some twenty first words of 430; to
        # make all phrases took it 3 ms.
        self._spelt: dict[str, list[tuple[str, str, str, Rule]]] = {}
        self.longest = 0
        for kind in (*KINDS, *EDGES):
            for name, rule in rules.kind(kind).items():
                self.longest = max(self.longest, _reach(rule))
                for folded in fold_all(rule["phrases"]):
                    bare = folded.strip(DECORATION) or folded
                    spelt = self._spelt.setdefault(_first_word(bare), [])
                    spelt.append((bare, kind, name, rule))
        self._known = cache(self._known_of)
        self._rules = rules
        self._endings = tuple(_named(rules, "caption-ending"))
        self._archived = _archived(rules)
        self._calls = _named(rules, "share-ending")
        self._notes = _named(rules, "bracketed")
        self._slogans = tuple(_named(rules, "slogan"))
        self._text_fields = _named(rules, "text-field")
        # First words and footers repeat from article to article: remembered, a word
        # costs 0.1 µs instead of 5.
        self.reach = lru_cache(maxsize=8192)(self._reach_of)
        self.match = lru_cache(maxsize=512)(self._match)

    def _known_of(self, word: str) -> _Known:
        """The phrases that begin with a word, by what they fold to."""
        spelt = self._spelt.get(word)
        if spelt is None:
            return NONE_KNOWN
        phrases: dict[str, list[Phrase]] = {}
        for folded, kind, name, rule in spelt:
            phrases.setdefault(folded, []).append(_phrase(folded, kind, name, rule))
        longest = max(_reach(rule) for *_, rule in spelt)
        return _Known(longest, (*sorted({*map(len, phrases)}, reverse=True),), phrases)

    @cached_property
    def _buttons(self) -> frozenset[str]:
        """The single words of buttons; a line below the text asks for them."""
        return frozenset(
            folded
            for spelt in self._spelt.values()
            for folded, kind, _, rule in spelt
            if _label(kind, rule) == "share" and " " not in folded
        )

    def _match(self, line: str, zone: str) -> Match | None:
        if len(line) > self.longest:
            return None
        bare = line.lstrip(DECORATION)
        if (
            bare
            and bare[0] in COUNTED
            and (counted := self._counted(bare.lstrip(COUNTED), zone))
        ):
            return counted
        size = FIRST_LOOK
        head = fold(bare[:size])
        first = FIRST_WORD.match(head)
        known = self._known(first[0] if first else "")
        lengths = known.lengths
        if lengths and size < ROOM * lengths[0] and size < len(bare):
            size = ROOM * lengths[0]
            head = fold(bare[:size])
        folded = head if len(bare) <= size else ""
        for length in lengths:
            for phrase in known.phrases.get(head[:length], ()):
                if len(line) > phrase.longest or not _counts(phrase, zone):
                    continue
                folded = folded or fold(bare)
                rest = _rest(phrase, folded)
                if rest is not None:
                    start = len(line) - len(bare)
                    same = len(folded) == len(bare)  # nothing was deleted
                    return Match(
                        phrase, start + (rest if same else raw_offset(bare, rest))
                    )
        return None

    def _counted(self, unit: str, zone: str) -> Match | None:
        """`2 min`, `1250 مشاهدة`: a number before a unit that stands alone."""
        match = self._match(unit, zone) if unit else None
        counter = (
            match and match.phrase.match == "line" and match.label == "boilerplate"
        )
        return match if counter else None

    def may_start(self, line: str) -> bool:
        """Whether any phrase begins with the first word; cheap enough for prose."""
        size = len(line)
        return size <= self.longest and size <= self.reach(
            line[:LONGEST_WORD].partition(" ")[0]
        )

    def _reach_of(self, word: str) -> int:
        """The longest line that a phrase which begins with a word is tried on."""
        bare = fold(word).lstrip(COUNTED)
        if not bare:
            return self.longest
        found = FIRST_WORD.match(bare)
        longest = self._known(found[0]).longest if found else 0
        return longest and longest + len(word)  # a counter may be glued to its unit

    def is_share_bar(self, line: str) -> bool:
        """Whether most words of a short line are buttons."""
        if len(line) > LENGTHS["mark"]:
            return False  # a paragraph: every word of it was looked up
        words = fold(line).split()
        if len(words) == 1 and len(line) <= LONGEST_BAR:
            return self._is_glued_bar(words[0])
        known = sum(word.strip(DECORATION) in self._buttons for word in words)
        return known > 1 and known >= SHARE_OF_BAR * len(words)

    def _is_glued_bar(self, word: str) -> bool:
        """`انشرWhatsAppTwitterFacebook`: two buttons or more, and nothing else."""
        found = 0
        while word:
            button = max(filter(word.startswith, self._buttons), key=len, default="")
            if not button:
                return False
            word, found = word[len(button) :], found + 1
        return found > 1

    def ends_caption(self, line: str) -> bool:
        """Whether a line ends as captions do: `… - أرشيفية`, `… (رويترز)`."""
        if len(line) > LENGTHS["mark"]:
            return False
        return (
            _credits_at_end(line)
            or fold(line).rstrip(DECORATION).endswith(self._endings)
            or self.credits_inside(line)
        )

    def ends_archived(self, line: str) -> bool:
        """Whether a line ends in what only pictures are: `… - صورة أرشيفية`."""
        return fold(line).rstrip(DECORATION).endswith(self._archived)

    def call(self, line: str) -> str | None:
        """The rule of a call to the reader that ends a line: `… اضغط هنا`."""
        bare = fold(line).rstrip(DECORATION)
        found = (rule for end, rule in self._calls.items() if bare.endswith(end))
        return next(found, None)

    def is_slogan(self, line: str) -> bool:
        """Whether a line says what a house is: `… - صحيفة إلكترونية مستقلة`."""
        folded = fold(line)
        return any(slogan in folded for slogan in self._slogans)

    def text_field(self, line: str) -> tuple[int, str] | None:
        """The name of the field with the text before it: its length, and its rule."""
        colon = line.find(":", 0, LONGEST_WORD)
        rule = self._text_fields.get(fold(line[:colon].strip())) if colon > 0 else None
        if rule is None:
            return None
        length = colon + 1 + len(line[colon + 1 :]) - len(line[colon + 1 :].lstrip())
        return (length, rule) if length < len(line) else None

    def note(self, line: str) -> str | None:
        """The rule of a note that is a line in brackets: `(إضافة تصريحات وتفاصيل)`."""
        if line[0] != "(" or line[-1] != ")" or len(line) > LENGTHS["mark"]:
            return None
        if ")" in line[:-1]:
            return None
        word = FIRST_WORD.match(fold(line[1:]))
        return self._notes.get(word[0]) if word else None

    def credits_inside(self, line: str) -> bool:
        """Whether a short line names who took its picture: `… - الصورة: NAME`."""
        return line[-1] not in ".:؟!" and CREDIT_INSIDE.search(line, 1) is not None

    @cached_property
    def _inline(self) -> re.Pattern[str]:
        """Compiled when the first line asks: 8 ms of each start."""
        return _inline(self._rules)

    def inline(self, line: str) -> tuple[int, int, str] | None:
        """Where a phrase with its colon stands inside a line: start, rest, rule.

        Looked for before each colon: from the front of a paragraph it takes 19 µs.
        """
        colon = line.find(":")
        while colon >= 0:
            begin = max(0, colon - LONGEST_INLINE)
            last = line[begin:colon].rstrip()[-1:]
            worded = "ء" <= last <= "\N{ARABIC SUKUN}"
            if worded and (found := self._inline.search(line, begin, colon + 1)):
                rest = len(line) - len(line[found.end() :].lstrip())
                return found.start(), rest, "related.inline"
            colon = line.find(":", colon + 1)
        return None


def _named(rules: Rules, kind: str) -> dict[str, str]:
    """The folded names of a kind, each with its rule."""
    return {
        fold(name): f"{kind}.{title}"
        for title, rule in rules.kind(kind).items()
        for name in rule["names"]
    }


def _archived(rules: Rules) -> tuple[str, ...]:
    """The endings of captions that say what the picture is, not whose."""
    endings = rules.kind("caption-ending").get("archive", {"names": ()})
    return tuple(name for name in map(fold, endings["names"]) if not name.isascii())


def _credits_at_end(line: str) -> bool:
    """Whether a bracket closes a line whose last sentence has words before it."""
    found = CREDIT_AT_END.search(line)
    return found is not None and any(
        map(str.isalnum, _last_sentence(line[: found.start()]))
    )


def _last_sentence(text: str) -> str:
    return END_OF_SENTENCE.split(text)[-1]


def _counts(phrase: Phrase, zone: str) -> bool:
    return phrase.zone in ("any", zone) or (
        phrase.zone == "edge" and zone in ("header", "footer")
    )


def _rest(phrase: Phrase, folded: str) -> int | None:
    """Where the value begins in the folded line that begins with the phrase.

    `None` when the rule does not fit.
    """
    at = len(phrase.folded)
    after = folded[at:]
    if not phrase.glued and after[:1].isalnum():
        return None
    value = after.lstrip(DECORATION if phrase.match != "start" else " :-–—.…")
    counted = not value.strip(COUNTED)  # `تعليقات 2`, `صفحة 12`, or nothing
    numbered = counted and phrase.label in COUNTED_LABELS
    if phrase.match == "line" and not numbered and value.strip(DECORATION):
        return None
    marked = after.lstrip(" ")[:1] in MARKS
    if phrase.match == "mark" and not counted and not marked:
        return None
    if phrase.needs and value and not any(word in after for word in phrase.needs):
        return None
    if phrase.heads_list and phrase.needs:
        return len(folded) if value else None
    return len(folded) - len(value)


def _inline(rules: Rules) -> re.Pattern[str]:
    """Read-also phrases with their colon, in the middle of a line, in any spelling."""
    spellings = {
        fold(spelling)
        for rule in rules.kind("related").values()
        if rule.get("inline") and rule.get("match") == "start"
        for spelling in rule["phrases"]
    }
    loose = {"ا": "[اأإآ]", "ه": "[هة]", "ي": "[يىئ]", "و": "[وؤ]", " ": r"\s+"}
    marks = "[\N{ARABIC FATHATAN}-\N{ARABIC SUKUN}\N{ARABIC TATWEEL}]?"
    patterns = (
        "".join(loose.get(letter, letter) + marks for letter in spelling)
        for spelling in sorted(spellings, key=len, reverse=True)
    )
    return re.compile(rf"(?:(?<=[.!؟»\"”…])\s*|\s)(?:{'|'.join(patterns)})\s*:")

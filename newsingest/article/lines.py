"""A text cut into lines, what a line looks like by itself, and what becomes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from newsingest.article.fold import CONTROLS, INVISIBLE
from newsingest.article.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsingest.article.bylines import Byline
    from newsingest.article.dates import DateReading
    from newsingest.article.phrases import Match
    from newsingest.article.record import Label

Zone = Literal["header", "body", "footer"]
SPACES = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\N{NO-BREAK SPACE}\u1680\u2028\u2029\u202f"
    "\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
)
"""What `str.strip` takes off by itself."""
BLANK = SPACES + INVISIBLE + CONTROLS
WITH_END = lazy(r"[^\r\n]*(?:\r\n?|\n|\Z)")
UNPRINTED = frozenset(INVISIBLE + CONTROLS)
"""What `str.strip` leaves at the ends of a line, and no reader sees."""
LONG = 100
"""Characters from which a line without a full stop is prose all the same."""
SHORT = 45
"""Characters below which a line is no paragraph even with a full stop."""
TERMINAL = '.!؟?…»")”:،؛'
FULL_STOP = '.!؟?…»")”'
BULLETS = "*•·▪●■◼◾○►▶+"
LONGEST_TITLE = 160
LONGEST_HEADLINE = 130
"""1,020 headlines end at 127 characters; up to `LONGEST_TITLE` a line must not look
like prose as well."""
MOST_HEADER = 14
"""More lines than that above the text are a page's navigation, not a header."""
LONGEST_HEADER_LINE = 140
LONGEST_SIGNATURE = 60
LONGEST_NOTICE = 200
LONGEST_INITIALS = 30
MOST_NAME_WORDS = 3
LONGEST_KICKER = 20
MUCH = 0.5
SOME = 0.3
LONGEST_TAG = 30
MOST_TAG_WORDS = 3
PAIR = 2
SENTENCE = 60
"""Characters from which a line that ends in a full stop is a sentence, no headline."""
SHORTEST_TITLE = 16
NEAR = 4
"""So many lines further down things still belong together: two paragraphs of one text
with a quote and a link between them, a name and the headline or the text below it."""
WORDS_OF_PAGES = {"boilerplate.page", "section.name"}
"""Rules of single words that can be a tag or a headline's word in a list."""
INITIALS = re.compile(
    r"[\s.()=_ـ*–-]*(?:(?:انتهى|انتهي|ت\s?:|م\s?:)\s+)?"
    r"(?:[^\W\d]{1,2}(?:[\s./،,*-]+|(?=[\s.()]*$))){2,8}[\s.()]*"
    r"|[^\W\d]{1,3}(?:/[^\W\d]{1,3}){1,4}"
    r"|[/\s]*(?:انتهى|انتهي)[/\s]*\d{1,2}"
    r"|-\s?[^\W\d]{1,3}\s?-"
)
"""Desk initials below agency copy: `م ع / ف ف`, `(ي.م)`, `كور/رض/نات`, `/انتهى8`."""
URL_LINE = lazy(r"(?:https?://|www\.)\S+")


class Span:
    """A labelled piece of the source: `text[start:end]`, white space behind included.

    `content` is what it says (a headline behind its phrase, a line without its marks),
    `rule` what decided, `second` the runner-up where the decision was close.
    """

    # Written by hand: a tuple's fields are read more slowly, which each article does
    # some hundred times (1 % of its time), and to make a dataclass takes a start 1 ms.
    __slots__ = (
        "byline", "content", "date", "end", "label", "rule", "second", "start",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913, PLR0917 - its fields
        self,
        label: Label,
        start: int,
        end: int,
        content: str,
        rule: str,
        date: DateReading | None = None,
        byline: Byline | None = None,
        second: str = "",
    ) -> None:
        """Keep them."""
        self.label = label
        self.start, self.end = start, end
        self.content = content
        self.rule = rule
        self.date = date
        self.byline = byline
        self.second = second


NO_MATCH: dict[Zone, Match | None] = {}
"""The phrases of a line that begins with none."""


class Line:
    """A line that is not blank: its visible text and where it stands.

    `prose` says that it has the shape of a paragraph rather than of a headline.
    """

    __slots__ = (
        "end", "indent", "matches", "prose", "size", "spans", "start", "text",
    )  # fmt: skip

    def __init__(self, text: str, start: int, end: int, indent: int) -> None:
        """Keep them; no phrase has been looked for, and it has no label."""
        self.text, self.start, self.end = text, start, end
        self.indent = indent
        self.size = size = len(text)
        if text[0] in BULLETS:
            self.prose = size >= LONG and text[-1] == "."
        else:
            self.prose = size >= LONG or (size >= SHORT and text[-1] in FULL_STOP)
        self.spans: Sequence[Span] = ()
        self.matches = NO_MATCH
        """The phrases it begins with, as far as anybody has asked."""

    @property
    def label(self) -> Label | None:
        """The label of its first span, once it has one."""
        return self.spans[0].label if self.spans else None


def lines_of(text: str) -> list[Line]:
    """Cut a text into lines that say something; blank ones join the line before."""
    lines: list[Line] = []
    end = 0
    ended = text.split("\n") if "\r" not in text else ()
    for line in ended or WITH_END.findall(text):
        start, end = end, end + len(line) + bool(ended)
        visible = line.strip()
        if visible and (visible[0] in UNPRINTED or visible[-1] in UNPRINTED):
            visible = line.strip(BLANK)
        if visible:
            indent = line.index(visible[0]) if visible is not line else 0
            lines.append(Line(visible, start + indent, end, indent))
        elif lines:
            lines[-1].end = end
    if lines:
        lines[-1].end = len(text)
    return lines


def is_paragraph(line: Line) -> bool:
    """Whether a line of prose cannot be a headline: long, and closed as one."""
    size = line.size
    closed = size >= LONG and line.text[-1] in FULL_STOP
    return size > LONGEST_HEADLINE or closed or closes_sentence(line.text)


def is_headline(line: Line) -> bool:
    """Whether a line has the length of a headline, and does not end as a sentence."""
    asks = line.size < LONG and line.text[-1] in "؟?!"
    headline = LONGEST_KICKER < line.size <= LONGEST_HEADLINE
    return headline and (asks or not line.prose) and not closes_sentence(line.text)


def is_plain(line: Line) -> bool:
    """Whether a line outside of any list is a paragraph, and nothing else.

    No notice is longer than `LONGEST_NOTICE`: a longer line is one in a list as well.
    """
    text = line.text
    return (
        line.size >= LONG
        and text[-1] != ")"
        and " " in text[:LONG]
        and (":" not in text or "يض" not in text)
        and (line.size > LONGEST_NOTICE or (text[0] != "(" and "©" not in text))
    )


def closes_sentence(text: str) -> bool:
    """Whether a line is long enough for a sentence, and ends in its full stop."""
    return text[-1] == "." and text[-2:] != ".." and len(text) > SENTENCE

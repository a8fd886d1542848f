"""Text → labelled spans.

No line is judged alone. The text is found first: the longest run of prose; what stands
above it is the header, what stands below it the footer, and a phrase, a date or a name
counts only in the zone where newsrooms print it. A page with much around its article
(navigation, sidebars, comments) is cut down to the article the same way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

from newsingest.article.bylines import Byline, BylineReader
from newsingest.article.dates import DateReader, DateReading, could_be_date
from newsingest.article.fold import CONTROLS, INVISIBLE, TATWEEL, fold
from newsingest.article.patterns import lazy
from newsingest.article.phrases import DECORATION, LONGEST_WORD, Match, PhraseBook
from newsingest.article.shapes import (
    TAG_BULLETS,
    bare,
    closes,
    continues,
    counts_picture,
    stems,
    tag_pieces,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from newsingest.article.record import DateOrder, Label
    from newsingest.article.rules import Rules

Zone = Literal["header", "body", "footer"]

WIDE = "\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
BLANK = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\N{NO-BREAK SPACE}"
    + WIDE
    + INVISIBLE
    + CONTROLS
)
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
LONGEST_ITEM = 170
"""The longest headline in a list of related articles."""
MOST_HEADER = 14
"""More lines than that above the text are a page's navigation, not a header."""
MOST_FOOTER = 400
"""More lines than that below the text are a table or a list: only the last ones can be
a footer, and only phrases are looked for in the others."""
MOST_KNOWN = 56
"""Lines that dates, names and phrases may tell at the top; more of them are a list."""
LONGEST_HEADER_LINE = 140
LONGEST_DATELINE = 110
LONGEST_SIGNATURE = 60
LONGEST_NOTICE = 200
LONGEST_INITIALS = 30
SLACK = 12
"""A headline printed twice differs by no more marks and spaces than that."""
MOST_NAME_WORDS = 3
LONGEST_KICKER = 20
LONGEST_PARTICLE = 3
MUCH = 0.5
SOME = 0.3
LONGEST_TAG = 30
LONGEST_CRUMBS = 60
FEWEST_TAGS, MOST_TAGS = 2, 15
MOST_TAG_WORDS = 3
PAIR = 2
MOST_CRUMBS = 4
SENTENCE = 60
"""Characters from which a line that ends in a full stop is a sentence, no headline."""
SHORTEST_TITLE = 16
WEIGHTY = 0.4
"""A block is the text if it weighs this much of the heaviest: comments can be more."""
NEAR = 4
"""Paragraphs of one text are at most so many lines apart: a quote, a related link."""
DATELINE_KINDS = {
    "agency", "weak-agency", "group", "place", "paper", "person", "role",
}  # fmt: skip
HOUSES = {"paper", "agency", "group"}
WORDS_OF_PAGES = {"boilerplate.page", "section.name"}
"""Rules of single words that can be a tag or a headline's word in a list."""
NAMES_ITSELF = {"section", "caption"}
"""Labels whose phrase says something by itself: `محليات`, `صورة أرشيفية`."""
ENDS_NOTHING = {"body", "byline", "date", "source"}
"""Labels below the text with which its footer has not begun."""
VALUED = {
    "related", "tags", "source", "section", "caption", "title", "subtitle",
}  # fmt: skip
"""Labels whose content is what stands behind the phrase."""

DECORATION_BESIDE = " \t|/-–—:،,•·◷()[]\N{NO-BREAK SPACE}"
DATELINE_MARK = re.compile(
    r"""
    [-–—ـ:/)]  # first, by itself: a search for one of some letters is the fastest
    (?: (?<=\)) (?: \s* [-–—:ـ]+ | (?=\s) )
      | (?<=-) -+ | (?<=[–—]) | (?<=[-ـ]) [-ـ]*\s | (?<=\s[-ـ]) [-ـ]*
      | (?<=:) [\s-]* | (?<=/) | (?<=\w-) (?=\w)
    ) \s*
    """,
    re.VERBOSE,
)
AROUND_DATE = lazy(r"\s+في\s*$|(?<!\w)(?:\d{1,4}|جمت|gmt)(?!\w)", re.IGNORECASE)
"""`المنامة في` before the day, `2145 جمت` before the date: no part of a byline."""
DAY_MONTH = lazy(r"\d{1,2}\s*[-/]\s*\d{1,2}(?:\s*[-/]\s*\d{2,4})?")
INITIALS = re.compile(
    r"[\s.()=_ـ*–-]*(?:(?:انتهى|انتهي|ت\s?:|م\s?:)\s+)?"
    r"(?:[^\W\d]{1,2}(?:[\s./،,*-]+|(?=[\s.()]*$))){2,8}[\s.()]*"
    r"|[^\W\d]{1,3}(?:/[^\W\d]{1,3}){1,4}"
    r"|[/\s]*(?:انتهى|انتهي)[/\s]*\d{1,2}"
    r"|-\s?[^\W\d]{1,3}\s?-"
)
"""Desk initials below agency copy: `م ع / ف ف`, `(ي.م)`, `كور/رض/نات`, `/انتهى8`."""
NOT_COUNT = lazy(r"[^\d\s.,]")
CRUMB = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
CRUMBS = re.compile(rf"[|{CRUMB}>»]| / ")
BREADCRUMB = lazy(rf"\s*[|{CRUMB}>]\s*|\s+[»/]\s+")
DESKS = lazy(r"\s+و(?=\S)")
BRACKETED = lazy(r"[-–\s]*[(/]\s*[^()/]{2,40}[)/]\W*")
BRACKETED_END = lazy(r"\(([^()]{2,40})\)$")
URL_LINE = lazy(r"(?:https?://|www\.)\S+")
NUMBERED_URL = lazy(r"\[?\d+[.\]]\s+https?://\S+")
"""A line of the references below a page that `lynx -dump` made text."""
LINK_NUMBER = lazy(r"(?:[*#•+]\s?)?\[\d+\](?=\S)")
"""What stands before a link there: `* [6]محليات`."""
HOUSE_MARK = lazy(r"[-–—|](?<=\s.)")
HASHTAGS = lazy(r"(?:#[\w_]+\s*)+")
CLOSING_CREDIT = lazy(r"(?<=[.!؟»\"])\s*[-–]*\s*\(([^()]{2,25})\)$")
SHORTEST_QUOTE = 40
"""Characters from which a line that the text says again is a quote pulled out of it;
subheadings of search engines' taste are shorter, and said again right below."""
SHORTEST_SCENE = 10
NUMBERS = " 0123456789٠١٢٣٤٥٦٧٨٩()"
FILE_NAME = lazy(r"(?:IMG|DSC|PHOTO|Screenshot|WhatsApp Image|صورة واتساب)[-_ ]?\d")
"""How a camera and a telephone name their pictures: `IMG-20240515-WA0012`."""
SHORTEST_CARD, MOST_CARDS, FEWEST_CARD_WORDS = 30, 3, 4
PULLED = 8
"""A pulled quote stands at most so many lines away from its paragraph."""
LONGEST_TAG_LIST = 120
ABOVE_TAGS = {"share", "boilerplate", "contact"}
"""Labels below which tags without a heading still begin, once the footer has."""
REPEATED = {"section", "caption", "tags", "related"}
"""Labels of lines that a tag can repeat; a line of the text is none printed twice."""
CONTACT = lazy(
    r"@[\w-]+\.\w|\bwww\.|https?://|\[email"
    r"|(?<!\d)(?!\d{4}-\d\d-\d\d|\d\d-\d\d-\d{4})\d[\d\s()+-]{6,}\d"
)


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


def _is_paragraph(line: Line) -> bool:
    """Whether a line of prose cannot be a headline: long, and closed as one."""
    size = line.size
    closed = size >= LONG and line.text[-1] in FULL_STOP
    return size > LONGEST_HEADLINE or closed or _closes_sentence(line.text)


def _is_headline(line: Line) -> bool:
    """Whether a line has the length of a headline, and does not end as a sentence."""
    asks = line.size < LONG and line.text[-1] in "؟?!"
    headline = LONGEST_KICKER < line.size <= LONGEST_HEADLINE
    return headline and (asks or not line.prose) and not _closes_sentence(line.text)


def _is_plain(line: Line) -> bool:
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


def _closes_sentence(text: str) -> bool:
    return text[-1] == "." and text[-2:] != ".." and len(text) > SENTENCE


class Splitter:
    """Everything that labels lines, compiled once."""

    def __init__(
        self,
        rules: Rules,
        *,
        date_order: DateOrder = "dmy",
        timezone: str | None = None,
    ) -> None:
        """Compile the tables. Raises `ValueError` for an unknown zone."""
        self.phrases = PhraseBook(rules)
        self.bylines = BylineReader(rules)
        self.dates = DateReader(rules, date_order=date_order, timezone=timezone)
        self.prose_words = frozenset(
            word
            for word in self.bylines.function_words
            if not self.dates.has_word(word)
        )
        """Words that say of a line's beginning that it is prose, date or not."""

    def split(self, text: str, now: datetime | None = None) -> list[Span]:
        """Cut a text into labelled spans that cover all of it; never raises."""
        lines = lines_of(text)
        if not lines:
            return [Span("blank", 0, len(text), "", "shape.blank")] if text else []
        _Reading(self, lines, now).label()
        spans = [span for line in lines for span in line.spans]
        if lines[0].start and text[: lines[0].start].strip("\ufeff"):
            first = lines[0].start
            spans.insert(0, Span("blank", 0, first, "", "shape.blank"))
        return spans


class Said(TypedDict, total=False):
    """What a span may carry beside its label."""

    date: DateReading | None
    byline: Byline | None
    second: str


class _Reading:
    """One article while its lines are being labelled."""

    def __init__(
        self, splitter: Splitter, lines: list[Line], now: datetime | None
    ) -> None:
        self.phrases, self.bylines = splitter.phrases, splitter.bylines
        self.dates, self.lines, self.now = splitter.dates, lines, now
        self.prose_words = splitter.prose_words
        longest, reach = self.phrases.longest, self.phrases.reach
        for line in lines:
            if line.size <= longest:
                word = line.text[:LONGEST_WORD].partition(" ")[0]
                if line.size <= reach(word):
                    line.matches = {}
        self.title, self.title_size = "", 0
        self.body = False
        self.said: tuple[str, frozenset[str]] | None = None
        self.dated = self.signed = self.named = self.named_by_guess = False
        self.guess: Line | None = None
        self.authors: set[str] = set()
        self.table, self.tags_end = range(0), 0

    def label(self) -> None:
        """Find the text, then read what stands above, in and below it."""
        prose = self._find_prose()
        if prose and prose[-1] > MOST_HEADER:
            block = self._find_block(prose)
            if block[0] > MOST_HEADER and self._is_navigation(block[0]):
                self._read_page(block)
                return
        body = self._read_header()
        self._read_text(body, prose[-1] if prose else body)

    def _find_prose(self) -> list[int]:
        """The numbers of the lines that are paragraphs.

        Headlines of a list below the text can look like prose. They are not where a
        footer's phrase stands between them and the last full paragraph.
        """
        prose = [at for at, line in enumerate(self.lines) if line.prose]
        prose = self._above_end(prose)
        while prose and self._is_footer(self.lines[prose[-1]]):
            prose.pop()
        full = next((at for at in reversed(prose) if self._is_full(at)), None)
        while full is not None and prose[-1] > full:
            between = range(full + 1, prose[-1])
            if not any(self._opens_footer(self.lines[at]) for at in between):
                break
            prose.pop()
        return prose

    def _is_full(self, at: int) -> bool:
        line = self.lines[at]
        closed = line.text[-1] in FULL_STOP
        return _is_paragraph(line) or (closed and continues(line.text))

    def _is_footer(self, line: Line) -> bool:
        notice = "©" in line.text and line.size < LONGEST_NOTICE
        return notice or self._match(line, "footer") is not None

    def _above_end(self, prose: list[int]) -> list[int]:
        """The prose above comments, or above a sidebar that is not the heavier part."""
        for at in range(prose[0] + 1 if prose else 0, len(self.lines)):
            line = self.lines[at]
            if line.matches is NO_MATCH or line.size > LONGEST_SIGNATURE:
                continue
            match = self._match(line, "footer")
            if match and match.phrase.ends:
                above = [before for before in prose if before < at]
                return above if 2 * len(above) >= len(prose) - len(above) else prose
        return prose

    def _opens_footer(self, line: Line) -> bool:
        match = self._match(line, "footer")
        if match is None:
            return False
        return match.label in ("share", "copyright", "tags") or _heads(match, line)

    # -- the header

    def _read_header(self) -> int:
        """Label the lines above the text; give the number of the text's first line."""
        for at, line in enumerate(self.lines[:MOST_KNOWN]):
            if self._label_known(at, line):
                continue
            if not self._label_by_place(at, line):
                return at
            if at > MOST_HEADER:
                break
        for line in self.lines[MOST_HEADER:]:  # fixtures, a list: text after all
            line.spans = ()
        return min(len(self.lines), MOST_HEADER)

    def _label_by_place(self, at: int, line: Line) -> bool:
        """Label a header line that nothing but its place and shape tells."""
        if line.text[0] in "hw" and URL_LINE.fullmatch(line.text):
            self._put(line, "boilerplate", "shape.url")
        elif LINK_NUMBER.match(line.text):
            self._put(line, "boilerplate", "shape.links")
        elif self.title:
            self._label_below_title(at, line)
        elif not self._label_above_title(at, line) and self._is_title(at, line):
            self._put(line, "title", "shape.title")
            self._keep_title(line)
        return bool(line.spans)

    def _label_above_title(self, at: int, line: Line) -> bool:
        """Label a line above the headline: a desk, a picture's, the house's."""
        if self._is_credit(at, line):
            self._put(line, "caption", "caption.above-title")
        elif self._is_house(at, line):
            self._put(line, "boilerplate", "shape.house", second="title")
        elif self._is_kicker(at, line):
            self._put(line, "section", "shape.kicker", second="title")
        elif self._is_unsaid(at, line):
            desk = len(line.text.split()) <= MOST_TAG_WORDS
            label: Label = "section" if desk else "boilerplate"
            self._put(line, label, "shape.unsaid", second="title")
        elif self._announces_title(at, line):
            self._put(line, "subtitle", "shape.kicker", second="title")
        return bool(line.spans)

    def _label_below_title(self, at: int, line: Line) -> None:
        """Label what describes a picture, a desk's name or a subtitle."""
        if self._is_caption(line):
            self._put(line, "caption", "caption.ending", second="subtitle")
        elif self._is_scene(at, line):
            self._put(line, "caption", "shape.scene", second="subtitle")
        elif self._is_above_marks(at, line, LONGEST_TAG):
            self._put(line, "caption", "shape.above-marks", second="subtitle")
        elif self._stands_in_header(at, line):
            if self._is_category(at, line):
                self._put(line, "section", "shape.category", second="subtitle")
            else:
                self._put_subtitle(line)
        elif self._is_above_marks(at, line, SENTENCE):
            self._put(line, "caption", "shape.above-marks", second="subtitle")

    def _is_house(self, at: int, line: Line) -> bool:
        """Whether a line above the headline is the house's: its name, a desk's slug.

        `SUDAN-GUM/SEASON (FEATURE)`, or a name with what the house is behind a mark.
        """
        foreign = line.text.isascii()
        if not foreign and not (HOUSE_MARK.search(line.text) and self._is_slogan(line)):
            return False
        return any(
            not below.text.isascii() and self._is_untold(below)
            for below in self.lines[at + 1 : at + 1 + NEAR]
        )

    def _is_unsaid(self, at: int, line: Line) -> bool:
        """Whether the text says nothing of a line, and much of a headline below it.

        The words of a house, of a menu or of a desk are not those of the news.
        """
        if line.size > SHORT or line.prose:
            return False
        near = range(at + 1, min(at + 1 + NEAR, len(self.lines)))
        first = 0
        for below in near:
            if self._is_untold(self.lines[below]):
                first = first or below
            elif self.lines[below].prose:
                near = range(at + 1, below)
                break
        if not first or not any(map(self._is_dated, self.lines[at + 1 : first + 3])):
            return False  # columns in print open with a verse or a saying
        prose = [line.text for line in self.lines[first + 1 :] if line.size >= LONG]
        said = stems(" ".join(prose[:PAIR]))
        if not said.isdisjoint(stems(line.text)):
            return False
        for below in near:
            words = stems(self.lines[below].text)
            if len(words & said) >= max(PAIR, SOME * len(words)):
                return self._is_untold(self.lines[below])
        return False

    def _is_untold(self, line: Line) -> bool:
        """Whether nothing but its shape tells a line, which is a headline's."""
        return _is_headline(line) and not self._is_mark(line)

    def _is_dated(self, line: Line) -> bool:
        return line.size <= LONGEST_HEADER_LINE and bool(self._read_dated(line.text))

    def _is_slogan(self, line: Line) -> bool:
        return line.size <= LONG and self.phrases.is_slogan(line.text)

    def _is_credit(self, at: int, line: Line) -> bool:
        """Whether a line above the headline credits or describes a picture."""
        if line.text[0] == "©":
            return line.size < LONG and not self._match(line, "footer")
        above = self.lines[at - 1].spans if at else ()
        credited = above and above[0].rule == "caption.above-title"
        return bool(credited) and line.text[-1] == "." and line.size < LONGEST_TITLE

    def _is_category(self, at: int, line: Line) -> bool:
        """A word or two right below the headline: a desk, a competition, a country."""
        text = line.text
        return (
            line.size <= LONGEST_KICKER
            and self.lines[at - 1].label == "title"
            and "." not in text
            and text[-1] not in TERMINAL
            and text.count(" ") < MOST_TAG_WORDS
            and all(above.label != "section" for above in self.lines[:at])
            and not any(map(str.isdigit, text))
        )

    def _put_subtitle(self, line: Line) -> None:
        """Label a line between headline and byline; a whole paragraph stays text."""
        if line.size > LONGEST_HEADLINE or _closes_sentence(line.text):
            self._put(line, "body", "shape.lead", second="subtitle")
        else:
            self._put(line, "subtitle", "shape.subtitle", second="body")

    def _is_caption(self, line: Line) -> bool:
        """Whether a line between headline and text describes a picture."""
        text = line.text
        credited = "©" in text[1:] and not self._match(line, "footer")
        return len(text) < LONG and (credited or self.phrases.ends_caption(text))

    def _is_scene(self, at: int, line: Line) -> bool:
        """Whether a short line right above the text describes its picture.

        Only on pages with a date line: columns in print open with such lines.
        """
        if not self.dated or at + 1 >= len(self.lines) or line.prose:
            return False
        few = line.size <= SENTENCE and line.text[-1] not in ".:"
        return few and self.lines[at + 1].prose

    def _is_above_marks(self, at: int, line: Line, most: int) -> bool:
        """Whether buttons, a credit or a name still stand between a line and the text.

        `مبادرة المثال`, the writer's name, `طباعة`: three lines before the first words.
        """
        if not self.dated or line.prose or line.text[0] in BULLETS + "-–":
            return False
        if line.size > (LONGEST_KICKER if line.text[-1] in ".:" else most):
            return False
        told = False
        for later in self.lines[at + 1 : at + 1 + NEAR]:
            if later.prose:
                return told and later.size >= SENTENCE
            mark = self._is_mark(later)
            most = LONGEST_KICKER if later.text[-1] in ".:" and not mark else SENTENCE
            if later.size > most:
                return False
            told |= mark
        return False

    def _is_mark(self, line: Line) -> bool:
        """Whether a short line above the text is known: a phrase, a name, a date."""
        if match := self._match(line, "header"):
            return match.label != "related"
        if self.bylines.is_person(line.text) or self._is_header_mark(line):
            return True
        byline = self.bylines.read(line.text)
        return byline is not None and not byline.kinds.isdisjoint(HOUSES)

    def _is_kicker(self, at: int, line: Line) -> bool:
        """A word or two above a headline: a competition, a file, a desk."""
        if self.title or line.size > LONGEST_KICKER or len(self.lines) <= at + 2:
            return False
        if any(above.label != "section" for above in self.lines[:at]):
            return False
        if " " not in line.text and self._is_title_below_date(at, line):
            return True
        following = self.lines[at + 1]
        return (
            following.size >= max(LONGEST_KICKER, 2 * line.size)
            and self._title_follows(at)
            and self._is_title(at + 1, following)
        )

    def _is_title_below_date(self, at: int, line: Line) -> bool:
        """Whether a headline follows a date below a single word: `ريبورتاج`."""
        if at + 2 >= len(self.lines) or not self._read_dated(self.lines[at + 1].text):
            return False
        below = self.lines[at + 2]
        return (
            below.size >= max(LONGEST_KICKER, 2 * line.size)
            and not below.prose
            and not self._is_mark(below)
            and self._is_title(at + 2, below)
        )

    def _announces_title(self, at: int, line: Line) -> bool:
        """A first line that ends in a colon: who says what the headline says."""
        if line.text[-1] != ":" or line.size > LONG or not self._title_follows(at):
            return False
        following = self.lines[at + 1].text
        return len(following) > LONGEST_KICKER and following[0] not in BULLETS

    def _label_known(self, at: int, line: Line) -> bool:
        """Label a header line that is a date, a byline, a phrase or the title again."""
        if self.title and self._is_title_again(line):
            self._put(line, "title", "shape.title-again")
            return True
        if line.size > LONGEST_HEADER_LINE:
            return False
        return (
            self._label_marks(line)
            or self._label_date(line)
            or self._label_phrase(line, "header")
            or self._label_byline(at, line)
        )

    def _keep_title(self, line: Line) -> None:
        self.title, self.title_size = fold(line.text), line.size

    def _is_title_again(self, line: Line) -> bool:
        size = line.size - self.title_size
        return -SLACK <= size <= SLACK and fold(line.text) == self.title

    def _is_title(self, at: int, line: Line) -> bool:
        """Whether a first unknown line is a headline: short, and no sentence."""
        size, text = line.size, line.text
        if size > LONGEST_TITLE or (size > LONGEST_HEADLINE and line.prose):
            return False
        sentence = _closes_sentence(text)
        if at + 1 == len(self.lines):
            return not line.prose and size > 1
        return (
            not sentence
            or self._stands_in_header(at, line)
            or self._is_told_again(at, text)
        )

    def _is_told_again(self, at: int, text: str) -> bool:
        """Whether the next line says most of this one again: a lead after a headline.

        The Libyan agency closes headlines with a full stop, as if they were text.
        """
        words = {word for word in fold(text).split() if len(word) > LONGEST_PARTICLE}
        lead = set(fold(self.lines[at + 1].text).split())
        return len(words & lead) >= MUCH * len(words)

    def _stands_in_header(self, at: int, line: Line) -> bool:
        """Whether a date or a sure byline follows, and the text only behind it."""
        if line.prose and (self.signed or self.dated):
            return False
        reach = 1 if _is_paragraph(line) else 3
        for later in range(at + 1, min(at + 1 + reach, len(self.lines) - 1)):
            candidate = self.lines[later]
            if self._is_header_mark(candidate):
                return True
            if self._is_caption(candidate):
                return True
            if candidate.prose:
                return False
        return False

    def _is_header_mark(self, line: Line) -> bool:
        """Whether a line is a date or a byline in which nothing is guessed."""
        text = line.text
        if len(text) > LONGEST_HEADER_LINE:
            return False
        if self._read_dated(text):
            return True
        byline = self.bylines.read(text)
        return byline is not None and byline.certain

    # -- single lines

    def _read_dated(self, text: str) -> tuple[DateReading, Byline | None] | None:
        """The date that a line is, and the byline beside it if there is one."""
        if not could_be_date(text):
            return None
        reading = self.dates.read(text, self.now)
        if reading is None or (self.dated and "no-year" in reading.flags):
            return None  # `السبت 23 نوفمبر:` of a fixture list, below the page's date
        beside = _beside(text, reading)
        byline = self.bylines.read(beside) if beside else None
        if byline and byline.kinds == {"weak-agency"}:
            byline = self.bylines.credit(beside)
        if byline and byline.guessed and "relative" in reading.flags:
            return None  # `… يصلح لعب الأطفال مجانا منذ 20 عاما` is a headline
        agency = byline and (byline.sure or byline.agencies)
        return (reading, byline) if reading.is_date_line or agency else None

    def _label_marks(self, line: Line) -> bool:
        """Label a rule of dashes, and the letters of a font-size control or a desk."""
        text = line.text
        worded = text[0].isalpha() and text[0] != TATWEEL
        if worded and line.size > LONGEST_CRUMBS:
            return False  # a headline: too long for all that could be told here
        if not worded and not any(map(str.isalnum, text.replace(TATWEEL, ""))):
            self._put(line, "boilerplate", "shape.rule")
        elif (
            line.size <= LONGEST_INITIALS
            and INITIALS.fullmatch(text)
            and not ((byline := self.bylines.read(text)) and byline.agencies)
        ):
            self._put(line, "boilerplate", "shape.initials")
        elif not worded and (note := self.phrases.note(text)):
            self._put(line, "boilerplate", note)
        elif self._is_breadcrumb(text):
            self._put(line, "section", "shape.breadcrumb")
        elif (not worded and not NOT_COUNT.search(text)) or (
            line.size <= LONGEST_TAG and text.isascii()
        ):
            self._label_latin(line)
        return bool(line.spans)

    def _label_latin(self, line: Line) -> None:
        """Label a counter, or a control or an account in Latin letters."""
        if could_be_date(line.text) and self._read_dated(line.text):
            return
        if self.title:
            self._put(line, "boilerplate", "shape.latin")

    def _is_breadcrumb(self, text: str) -> bool:
        """`أخبار|سفر`, `الرئيسية / محليات`, `تحقيقات وملفات`: desks and their marks."""
        if len(text) > LONGEST_CRUMBS:
            return False
        if not CRUMBS.search(text):
            desks = DESKS.split(text) if " و" in text and not self.title else ()
            return len(desks) == PAIR and all(map(self._is_section, desks))
        parts = BREADCRUMB.split(text)
        if not 1 < len(parts) <= MOST_CRUMBS:
            return False
        short = all(0 < len(part.split()) <= MOST_TAG_WORDS for part in parts)
        leads = len(parts) > PAIR or self._is_page_word(parts[0].strip())
        if short and (CRUMB in text or (leads and not self.title)):
            return True
        return short and any(self._is_section(part.strip()) for part in parts)

    def _is_page_word(self, text: str) -> bool:
        match = self.phrases.match(text, "footer")
        return match is not None and match.phrase.rule == "boilerplate.page"

    def _is_section(self, text: str) -> bool:
        if not self.phrases.may_start(text):
            return False
        match = self.phrases.match(text, "header")
        return match is not None and match.label == "section"

    def _label_date(self, line: Line) -> bool:
        """Label a date line; what stands beside the date may be a byline."""
        found = self._read_dated(line.text)
        if found is None:
            return False
        reading, byline = found
        if self.body and byline and byline.guessed:
            return False  # `تاريخ الجلسة: 10/6/2024` of a notice
        label: Label = "byline" if byline else "date"
        rule = "byline.with-date" if byline else "date.line"
        if byline and self.body and not byline.authors:
            label = "source"
        if reading.created is None and self._is_clock_of(line):
            self._put(line, "date", "date.clock-below")
            return True
        self._put(line, label, rule, date=reading, byline=byline)
        self.dated = True
        self.named |= bool(byline and byline.authors)
        return True

    def _is_clock_of(self, line: Line) -> bool:
        """Whether a clock belongs to the day that is the line above: `10:00 م`.

        That line is read again with it.
        """
        at = self.lines.index(line)
        above = self.lines[at - 1].spans[0] if at else None
        if above is None or above.date is None or above.date.precision != "day":
            return False
        gap = " " * (line.start - above.start - len(above.content))
        both = f"{above.content}{gap}{line.text}"
        reading = self.dates.read(both, self.now)
        day = above.date.created
        if (
            reading is None
            or day is None
            or not (reading.created or "").startswith(day)
        ):
            return False
        if reading.precision == "day":
            return False
        above.date, above.content = reading, f"{above.content} {line.text}"
        return True

    def _label_byline(self, at: int, line: Line) -> bool:
        byline = self.bylines.read(line.text)
        if byline is None:
            return False
        if self._is_picture(line, byline):
            self._put(line, "caption", "caption.no-byline", second="byline")
            return True
        if self.guess and self.bylines.is_person(line.text):
            # `سوق حضاري، فيتو` above the writer's name credits the picture.
            self._put(self.guess, "caption", "caption.above-name", second="byline")
            self.guess, self.signed = None, False
        if not byline.certain and (self.signed or line.prose):
            return False
        may_stand = self._may_stand_below if self.title else self._may_stand_above
        if not may_stand(at, line, byline):
            return False
        self._put(
            line, "byline", _byline_rule(byline), byline=byline, second="subtitle"
        )
        self.signed |= byline.sure or bool(byline.authors)
        self.named |= bool(byline.authors)
        self.authors.update(byline.authors)
        self.named_by_guess = self._is_guess(byline)
        if byline.guessed and "paper" in byline.kinds:
            self.guess = line
        return True

    def _may_stand_above(self, at: int, line: Line, byline: Byline) -> bool:
        """Whether a byline may be one above the headline."""
        if not self._may_open(byline, line):
            return False
        alone = at + 1 < len(self.lines) and self.lines[at + 1].prose
        return self._title_follows(at) or (alone and not byline.sure)

    def _may_stand_below(self, at: int, line: Line, byline: Byline) -> bool:
        """Whether a byline may be one below the headline."""
        if self._is_desk_above_name(at, byline):
            return False
        return byline.sure or self._may_sign(at, line, byline)

    def _is_desk_above_name(self, at: int, byline: Byline) -> bool:
        """`اقتصاد مصر` right below the headline, and a name that is known below it."""
        if not at or self.lines[at - 1].label != "title":
            return False
        if not byline.authors or not self._is_guess(byline):
            return False
        for later in self.lines[at + 1 : at + 1 + NEAR]:
            if later.prose:
                return False
            if self.bylines.is_person(later.text):
                return True
        return False

    def _is_picture(self, line: Line, byline: Byline) -> bool:
        """`بئر - صورة أرشيفية`, `طاحونة / صورة: AA`: read as a byline, it is none."""
        if "photo" in byline.kinds and not byline.authors:
            return True
        return bool(self.title) and self.phrases.ends_archived(line.text)

    def _is_guess(self, byline: Byline) -> bool:
        """Whether the only names so far are words that no table has for a name."""
        people = [piece.text for piece in byline.pieces if piece.kind == "person"]
        return not byline.sure and not any(map(self.bylines.is_person, people))

    def _may_open(self, byline: Byline, line: Line) -> bool:
        """Whether a byline can stand above the headline: all of it must be known."""
        if byline.kinds == {"person"} and not byline.sure:
            few = len(line.text.split()) <= MOST_NAME_WORDS
            return few and self.bylines.is_person(line.text)
        named = byline.agencies or byline.authors or self.bylines.has_role(line.text)
        return byline.certain and bool(named)

    def _title_follows(self, at: int) -> bool:
        """Whether the next line is a headline: a byline can stand above one."""
        if at + 1 >= len(self.lines):
            return False
        following = self.lines[at + 1]
        if following.prose or self._is_header_mark(following):
            return False
        signed = self.bylines.read(following.text)
        return signed is None or not signed.authors

    def _may_sign(self, at: int, line: Line, byline: Byline) -> bool:
        """Whether a lone name, place or paper stands where a byline does."""
        if at + 1 >= len(self.lines):
            return False
        following = self.lines[at + 1]
        known = byline.pieces[0].kind != "person" or self.bylines.is_person(line.text)
        return (
            known
            or following.prose
            or self._is_title_again(following)
            or self._read_dated(following.text) is not None
        )

    def _label_phrase(self, line: Line, zone: Zone) -> bool:
        match = self._match(line, zone)
        if match is None:
            return False
        if match.label == "title":
            return self._label_titled(line, match)
        if match.label in ("caption", "related") and not self.title:
            if match.rest < line.size or match.label == "related":
                return False  # `صور.. افتتاح المتحف` is a headline
            self._put(line, "section", "shape.kicker", second="caption")
        else:
            self._put_match(line, match)
        return True

    def _label_titled(self, line: Line, match: Match) -> bool:
        """Label a headline with its field's name before it, in a database's export."""
        if self.title or match.rest == line.size:
            return False
        self._put_match(line, match)
        self.title = fold(line.text[match.rest :])
        self.title_size = line.size - match.rest
        return True

    def _match(self, line: Line, zone: Zone) -> Match | None:
        """The phrase that a line begins with; a line is asked from several sides."""
        matches = line.matches
        if matches is NO_MATCH:
            return None
        if zone not in matches:
            matches[zone] = self.phrases.match(line.text, zone)
        return matches[zone]

    # -- the text and what follows it

    def _read_text(self, start: int, last_prose: int) -> None:
        """Label the text, the pieces inside it, and the footer."""
        self.body = True
        self.table = range(last_prose + MOST_FOOTER, len(self.lines) - MOST_HEADER)
        heading: Match | None = None
        footer = False
        ended = ""
        for at in range(start, len(self.lines)):
            line = self.lines[at]
            zone: Zone = "footer" if at > last_prose else "body"
            plain = start < at <= last_prose
            outside = heading is None or line.size > LONGEST_NOTICE
            if plain and outside and line.matches is NO_MATCH and _is_plain(line):
                prose = Span("body", line.start, line.end, line.text, "shape.prose")
                line.spans, heading = (prose,), None
                continue
            if ended and zone == "footer":
                self._label_after_end(at, line, ended)
                continue
            match = self._match(line, zone)
            if heading and match and match.phrase.rule in WORDS_OF_PAGES:
                match = None
            if match is None and (
                (plain and self._label_plain(line)) or self._label_copyright(at, line)
            ):
                heading = None
                footer |= line.label == "copyright"
                continue
            if heading and match is None and self._is_item(line, zone):
                self._put_item(line, heading)
                continue
            if match and match.phrase.rule == "boilerplate.list-mark":
                self._put_match(line, match)
                continue
            heading = None
            if match and self._accepts(match, zone):
                self._put_match(line, match)
                heading = match if _heads(match, line) else None
                ended = match.phrase.rule if match.phrase.ends else ended
                footer |= zone == "footer" and match.label not in ("related", "caption")
            elif zone == "footer" and self._label_below(at, line, footer=footer):
                parted = line.text[0] == "*" and line.spans[0].rule == "shape.rule"
                footer |= line.label not in ENDS_NOTHING and not parted
            else:
                self._put_body(at, line, first=at == start)

    def _label_below(self, at: int, line: Line, *, footer: bool) -> bool:
        """Label a line below the text that no phrase tells, if it is not text too."""
        if footer and closes(line.text):
            return False  # a button, an advertisement stood between paragraphs
        if at not in self.table:
            tags = self._label_tags(at, line, footer=footer)
            return tags or self._label_footer(at, line, footer=footer)
        if footer:
            self._put(line, "boilerplate", "shape.below-footer", second="body")
        return footer

    def _label_tags(self, at: int, line: Line, *, footer: bool) -> bool:
        """Label two or more words or names below the text that no heading announces."""
        above = self.lines[at - 1].label if at else None
        if line.label or above == "tags":
            return bool(line.label)
        if line.size <= LONGEST_TAG_LIST and self._label_tag_list(at, line):
            return True
        run = self._tags_from(at) if not footer or above in ABOVE_TAGS else 0
        fewest = 1 if above == "share" else FEWEST_TAGS
        marked = above in ABOVE_TAGS and line.text[0] in TAG_BULLETS
        marked = marked or self._are_last_words(at, run)
        if not fewest <= run <= MOST_TAGS or not (marked or self._occur(at, run)):
            return False
        for tag in self.lines[at : at + run]:
            self._put(tag, "tags", "shape.tags", second="body")
        return True

    def _are_last_words(self, at: int, run: int) -> bool:
        """Whether only a word or two a line stands below the last full stop."""
        if run < FEWEST_TAGS or at + run < len(self.lines) or not at:
            return False
        if self.lines[at - 1].text[-1] != ".":
            return False
        tags = [line.text for line in self.lines[at : at + run]]
        few = all(tag.count(" ") < PAIR and len(tag) <= LONGEST_KICKER for tag in tags)
        return few and not any(self.bylines.read(tag) for tag in tags)

    def _label_tag_list(self, at: int, line: Line) -> bool:
        """Label tags in one line that no heading announces: `الزراعة , المياه`."""
        text = line.text
        tags = () if text[-1] in TERMINAL else tag_pieces(text, fewest=FEWEST_TAGS + 1)
        if not 0 < len(tags) <= MOST_TAGS or not all(map(_is_tag, tags)):
            return False
        above, _ = self._said_above(at)
        if sum(fold(tag) in above for tag in tags) < MUCH * len(tags):
            return False
        self._put(line, "tags", "shape.tag-list", second="body")
        return True

    def _tags_from(self, at: int) -> int:
        """How many lines from `at` on look like tags; each is looked at once."""
        if at >= self.tags_end:
            self.tags_end = at
            for line in self.lines[at:]:
                if not _is_tag(line.text) or self._match(line, "footer"):
                    break
                self.tags_end += 1
        return self.tags_end - at

    def _occur(self, at: int, run: int) -> bool:
        """Whether a third of the lines from `at` on say what the text above says."""
        above, printed = self._said_above(at)
        tags = [
            fold(line.text.lstrip(TAG_BULLETS)) for line in self.lines[at : at + run]
        ]
        if not printed.isdisjoint(tags):
            return False
        return sum(tag in above for tag in tags) >= SOME * run

    def _said_above(self, at: int) -> tuple[str, frozenset[str]]:
        """What the first `at` lines say, and those of them that no tag repeats."""
        if not self.said:
            text = [line for line in self.lines[:at] if line.label not in REPEATED]
            self.said = (
                " ".join(fold(line.text) for line in self.lines[:at]),
                frozenset(fold(line.text) for line in text),
            )
        return self.said

    def _accepts(self, match: Match, zone: Zone) -> bool:
        if match.label == "boilerplate":
            return zone == "footer" or match.phrase.zone == "any"
        return zone == "footer" or match.label in (
            "related",
            "share",
            "caption",
            "tags",
        )

    def _is_item(self, line: Line, zone: Zone) -> bool:
        """Whether a line below a list's heading belongs to the list."""
        text = line.text
        if text[-1] == "." and text[-2:] != ".." and len(text) > LONGEST_TAG:
            return False
        if line.size >= SHORT and continues(text):
            return False
        return line.size <= (LONGEST_ITEM if zone == "footer" else LONGEST_HEADLINE)

    def _put_item(self, line: Line, heading: Match) -> None:
        """Label an item of a list; a date of its own below a headline is not one."""
        if could_be_date(line.text):
            reading = self.dates.read(line.text, self.now)
            if reading and reading.is_date_line:
                self._put(line, "boilerplate", f"{heading.phrase.rule}.date")
                return
        self._put(line, heading.label, heading.phrase.rule)

    def _label_plain(self, line: Line) -> bool:
        """Label a paragraph that ends any list, or a note: a line in brackets."""
        if line.size > LONGEST_NOTICE and _is_plain(line):
            self._put(line, "body", "shape.prose")
        elif note := self.phrases.note(line.text):
            self._put(line, "boilerplate", note)
        return bool(line.spans)

    def _label_copyright(self, at: int, line: Line) -> bool:
        """Label a line with a sign, and the holder below a notice that ends in `لـ`."""
        before = self.lines[at - 1] if at else None
        if line.size < LONGEST_NOTICE and "©" in line.text:
            self._put(line, "copyright", "copyright.sign")
        elif (
            before
            and before.label == "copyright"
            and fold(before.text).endswith((" ل", ":"))
            and line.size <= LONGEST_SIGNATURE
        ):
            self._put(line, "copyright", "copyright.holder-below")
        else:
            return False
        return True

    def _label_after_end(self, at: int, line: Line, ended: str) -> None:
        match = self._match(line, "footer")
        if match and match.label in ("copyright", "share", "contact"):
            self._put_match(line, match)
        elif not self._label_copyright(at, line):
            self._put(line, "boilerplate", ended)

    def _label_link(self, line: Line) -> bool:
        """Label hash tags, and an address in a list of references."""
        text = line.text
        if text[0] == "#" and HASHTAGS.fullmatch(text):
            self._put(line, "tags", "shape.hashtags")
        elif text[0] in "[0123456789" and NUMBERED_URL.fullmatch(text):
            self._put(line, "boilerplate", "shape.url")
        return bool(line.spans)

    def _label_footer(self, at: int, line: Line, *, footer: bool) -> bool:
        """Label a line below the text by its shape."""
        text = line.text
        if self._label_link(line):
            return True
        if self._is_below_picture(at, line):
            self._put(line, "caption", "caption.below-picture", second="body")
        elif self.phrases.is_share_bar(text):
            self._put(line, "share", "share.bar")
        elif rule := self._contact(at, line):
            self._put(line, "contact", rule)
        elif self._is_role_below(at, text):
            self._put(line, "byline", "byline.role-below", second="body")
        elif len(text) < LONG and (call := self.phrases.call(text)):
            self._put(line, "share", call)
        elif self._is_desk_below(at, text):
            self._put(line, "boilerplate", "shape.desk", second="byline")
        elif not self._label_marks(line) and not self._label_signature(at, line):
            if not footer:
                return False
            self._put(line, "boilerplate", "shape.below-footer", second="body")
        return True

    def _is_below_picture(self, at: int, line: Line) -> bool:
        """Whether a line is a picture's file, is counted, or says what another says."""
        counted = at and counts_picture(self.lines[at - 1].text)
        named = FILE_NAME.match(line.text) is not None
        return bool(counted) or named or self._is_alike(at)

    def _is_role_below(self, at: int, text: str) -> bool:
        """`* كاتب لبناني` below the text, or what the writer named above is."""
        if not self.bylines.is_role(text.lstrip("* ")):
            return False
        signed = at and self.lines[at - 1].spans[0].rule == "byline.last-line"
        return bool(signed) or text[-1] not in TERMINAL

    def _contact(self, at: int, line: Line) -> str:
        """The rule by which a line says how to reach somebody.

        `88591 - Stc` are the numbers below `للتواصل … أرسل رسالة إلى`.
        """
        text = line.text
        if CONTACT.search(text) and len(text) < LONG and not line.prose:
            return "contact.shape"
        above = self.lines[at - 1].label if at else None
        number = any(map(str.isdigit, text)) and len(text) <= LONGEST_TAG
        return "contact.continued" if above == "contact" and number else ""

    def _is_desk_below(self, at: int, text: str) -> bool:
        """`سليمان/ م ع` below an agency's credit."""
        above = self.lines[at - 1].label if at else None
        slashed = "/" in text and not any(map(str.isdigit, text))
        return above == "source" and slashed and len(text) <= LONGEST_INITIALS

    def _is_desk(self, at: int, byline: Byline) -> bool:
        """Whether names are the desk's: below an agency's credit, or behind it."""
        above = self.lines[at - 1].label if at else None
        return above == "source" or (bool(byline.agencies) and byline.dateline is None)

    def _label_signature(self, at: int, line: Line) -> bool:
        """An agency's credit, a writer's name or a date as one of the last lines."""
        if line.size > LONGEST_HEADER_LINE:
            return False
        if self._label_date(line):
            return True
        if self.authors and self._is_signed_again(line):
            self._put(line, "byline", "byline.again")
            return True
        bracketed = BRACKETED.fullmatch(line.text) is not None
        read = self.bylines.credit if bracketed else self.bylines.read
        byline = read(line.text)
        if byline is None:
            return False
        if byline.authors:
            self._label_signed(at, line, byline)
        elif byline.kinds == {"desk"} and line.size <= LONGEST_TAG:
            self._put(line, "boilerplate", "shape.desk", second="byline")
        if not line.spans:
            self._label_credit(at, line, byline)
        return bool(line.spans)

    def _label_signed(self, at: int, line: Line, byline: Byline) -> None:
        """Label a writer's name below the text, or the desk's."""
        if self._is_desk(at, byline):
            self._put(line, "boilerplate", "shape.desk")
        elif not self._is_listed(at) and self._may_close(line, byline):
            self._put(line, "byline", "byline.last-line", byline=byline)
            self.signed = True

    def _label_credit(self, at: int, line: Line, byline: Byline) -> None:
        """Label an agency or the paper as the last line; `وات` below a full stop."""
        if byline.kinds == {"weak-agency"} and self.lines[at - 1].text[-1] == ".":
            byline = self.bylines.credit(line.text) or byline
        paper = byline.kinds == {"paper"} and self.bylines.is_paper(line.text)
        if byline.agencies or "group" in byline.kinds or paper:
            self._put(line, "source", "source.last-line", byline=byline)

    def _is_listed(self, at: int) -> bool:
        """Whether names stand below `… كالتالي:`, or below one that does."""
        above = self.lines[at - 1]
        named = above.label == "body" and not above.prose
        alike = ":" in above.text and ":" in self.lines[at].text
        return above.text[-1] == ":" or (
            named and (alike or self.bylines.is_person(above.text))
        )

    def _is_signed_again(self, line: Line) -> bool:
        """`تحرير من طرف NAME`, `د. NAME - أستاذ` below the text, NAME above it too."""
        text = line.text
        if line.size > LONGEST_SIGNATURE or text[-1] in ".:" or line.prose:
            return False
        if any(map(text.endswith, self.authors)):
            return self.bylines.read(text) is not None
        return any(name in text[: len(name) + len("أ.د. ")] for name in self.authors)

    def _may_close(self, line: Line, byline: Byline) -> bool:
        """Whether a name below the text signs it."""
        text = line.text
        if len(text) > LONGEST_SIGNATURE or text[-1] in ".:":
            return False
        first = next((p.text for p in byline.pieces if p.kind == "person"), text)
        alone = (not self.named or self.named_by_guess) and (
            self.bylines.is_person(text)
            or (text[-1] == ")" and self.bylines.is_person(first))
        )
        return byline.certain or (alone and len(text.split()) <= MOST_NAME_WORDS + 1)

    def _put_body(self, at: int, line: Line, *, first: bool) -> None:
        text = line.text
        if text[0] in "hw" and URL_LINE.fullmatch(text):
            self._put(line, "boilerplate", "shape.url")
        elif line.size < LONG and self.phrases.credits_inside(text):
            self._put(line, "caption", "caption.ending", second="body")
        elif not line.prose and not first and (told := self._aside(at, line)):
            label, rule = told
            self._put(line, label, rule, second="body")
        elif first and (cut := self._dateline(text)):
            length, byline, reading = cut
            begins = line.start + length
            before = Span(
                "dateline", line.start, begins, text[:length].strip(),
                "dateline.prefix", reading, byline,
            )  # fmt: skip
            line.spans = (before, *self._paragraph(at, line, text[length:]))
        else:
            line.spans = self._paragraph(at, line, text)

    def _aside(self, at: int, line: Line) -> tuple[Label, str] | None:
        """What a short line between paragraphs is, if no part of the text."""
        text = line.text
        if could_be_date(text) and self._is_card_date(at, line):
            return "boilerplate", "shape.card"
        if counts_picture(text):
            return "boilerplate", "shape.counter"
        if line.spans or self._label_cards(at):
            return line.spans[0].label, line.spans[0].rule
        if FILE_NAME.match(text) or self._is_alike(at):
            return "caption", "caption.below-picture"
        if self._is_pulled(at, text):
            return "boilerplate", "shape.pulled-quote"
        if line.size >= LONG or at + 1 >= len(self.lines):
            return None
        below = self.lines[at + 1]
        between = self.lines[at - 1].prose and (below.prose or closes(below.text))
        if between and self._is_credited(text):
            return "caption", "caption.credited"
        return None

    def _is_card_date(self, at: int, line: Line) -> bool:
        """Whether a date with a clock stands below a headline between paragraphs.

        Both are a card that links to another article; the headline becomes related.
        """
        above = self.lines[at - 1]
        headline = above.label in ("heading", "body") and not above.prose
        if not headline or above.text[-1] in TERMINAL or above.size < SHORTEST_TITLE:
            return False
        reading = self.dates.read(line.text, self.now)
        if reading is None or not reading.is_date_line or reading.precision == "day":
            return False
        self._put(above, "related", "shape.card", second="body")
        return True

    def _label_cards(self, at: int) -> bool:
        """Label two or three headlines between two paragraphs that nothing announces.

        In 1,390 articles no text had any.
        """
        above = self.lines[at - 1]
        if not (self.dated and above.prose) or above.text[-1] in ":،؛":
            return False
        end = at
        while end < len(self.lines) and self._may_be_card(end):
            end += 1
        if not PAIR <= end - at <= MOST_CARDS:
            return False
        if end == len(self.lines) or not self.lines[end].prose:
            return False
        for card in self.lines[at:end]:
            self._put(card, "related", "shape.cards", second="body")
        return True

    def _may_be_card(self, at: int) -> bool:
        line = self.lines[at]
        text = line.text
        short = SHORTEST_CARD <= line.size <= LONGEST_HEADLINE and not line.prose
        return (
            short
            and text.count(" ") >= FEWEST_CARD_WORDS
            and text[-1] not in TERMINAL
            and text[0] not in BULLETS + "-–"
            and "*" not in text
            and not continues(text)
            and self._match(line, "body") is None
        )

    def _is_alike(self, at: int) -> bool:
        """Whether a neighbour says the same but for a number: pictures' captions."""
        text = self.lines[at].text
        said = text.rstrip(NUMBERS)
        if " " not in said or len(said) < SHORTEST_SCENE or text[-1] in ".:،":
            return False
        near = self.lines[at - 1 : at] + self.lines[at + 1 : at + 2]
        return any(other.text.rstrip(NUMBERS) == said for other in near)

    def _is_pulled(self, at: int, text: str) -> bool:
        """Whether a paragraph nearby says a line word for word: a quote pulled out."""
        said = bare(text)
        if len(said) < SHORTEST_QUOTE:
            return False
        near = self.lines[max(0, at - PULLED) : at] + self.lines[at + 2 : at + PULLED]
        return any(
            other.prose and other.label != "title"
            and said in bare(other.text)
            for other in near
        )  # fmt: skip

    def _is_credited(self, text: str) -> bool:
        """Whether a line ends in an agency or a paper in brackets: `… (رويترز)`."""
        if text[-1] != ")" and not self.phrases.ends_archived(text):
            return False
        found = BRACKETED_END.search(text)
        if found is None:
            return text[-1] != ")"
        credit = self.bylines.credit(found[1])
        named = credit and credit.kinds <= {"agency", "weak-agency", "group", "paper"}
        return bool(named) and not continues(text)

    def _paragraph(self, at: int, line: Line, content: str) -> tuple[Span, ...]:
        """The spans of a paragraph, from which a dateline has been cut: mostly one."""
        end = line.end
        start = line.start + line.size - len(content)
        marked = "يض" in content and ":" in content
        if marked and (inside := self.phrases.inline(content)):
            begins, rest, rule = inside
            cut = start + begins
            return (
                Span("body", start, cut, content[:begins].strip(), "shape.prose"),
                Span("related", cut, end, content[rest:].strip(), rule),
            )
        if content[-1] == ")" and (cut_off := self._closing_credit(at, content)):
            begins, credit = cut_off
            if begins == len(content):
                return (
                    Span("body", start, end, content, "shape.credited", None, credit),
                )
            cut, text = start + begins, content[begins:].strip()
            return (
                Span("body", start, cut, content[:begins].strip(), "shape.prose"),
                Span("source", cut, end, text, "source.closing", None, credit),
            )
        if self._is_heading(at, line):
            return (Span("heading", start, end, content, "shape.heading"),)
        return (Span("body", start, end, content, "shape.prose"),)

    def _closing_credit(self, at: int, content: str) -> tuple[int, Byline] | None:
        """An agency in a bracket behind the last full stop: where it begins.

        `… أمس. (رويترز)` is part of the paragraph, only the credit is read; `-(بترا)`
        behind a dash is a line of its own that was glued.
        """
        found = CLOSING_CREDIT.search(content[-LONGEST_TAG:])
        if found is None:
            return self._unclosed_credit(at, content)
        if len(content) <= LONG:
            return None
        credit = self.bylines.read(found[1])
        if credit is None or not credit.kinds <= {"agency", "group"}:
            return None
        glued = found[0].lstrip()[0] in "-–"
        return len(content) - (len(found[0]) if glued else 0), credit

    def _unclosed_credit(self, at: int, content: str) -> tuple[int, Byline] | None:
        """The agency behind the text's last word, where no full stop closes it."""
        last = at + 1 == len(self.lines) or not self.lines[at + 1].prose
        found = BRACKETED_END.search(content[-LONGEST_TAG:]) if last else None
        if found is None or len(content) < SENTENCE:
            return None
        credit = self.bylines.read(found[1])
        if credit is None or credit.kinds != {"agency"}:
            return None
        return len(content) - len(found[0]), credit

    def _is_heading(self, at: int, line: Line) -> bool:
        text = line.text
        return (
            len(text) <= SENTENCE
            and text[-1] not in TERMINAL
            and at + 1 < len(self.lines)
            and self.lines[at + 1].prose
        )

    def _dateline(self, text: str) -> tuple[int, Byline, DateReading | None] | None:
        """The place and agency glued before the first words, up to its mark."""
        head = text[:LONGEST_DATELINE]
        for found in reversed(list(DATELINE_MARK.finditer(head))):
            mark, start = found[0], found.start()
            prefix = text[: start + 1] if mark[0] == ")" else text[:start].rstrip()
            read = self._read_dateline(prefix, mark)
            glued = mark == "-" and len(prefix) == start
            if (
                read
                and text[found.end() :].strip()
                and not (glued and not read[0].agencies)
            ):
                return found.end(), *read
        return self._glued_dateline(head)

    def _glued_dateline(
        self, head: str
    ) -> tuple[int, Byline, DateReading | None] | None:
        """`دمشق-سانا` before the first word, with nothing but a space behind it."""
        words = head.split(None, 3)
        for count in range(1, len(words)):
            if "-" in words[count - 1]:
                length = head.index(words[count], len(" ".join(words[:count])) - 1)
                found = self._read_dateline(head[:length].rstrip())
                if found and found[0].agencies and found[0].dateline:
                    return length, *found
        return None

    def _read_dateline(
        self, prefix: str, mark: str = ""
    ) -> tuple[Byline, DateReading | None] | None:
        if not self.prose_words.isdisjoint(prefix.split()):
            return None
        reading = self.dates.read(prefix, self.now) if could_be_date(prefix) else None
        beside = _beside(prefix, reading) if reading else prefix
        byline = self.bylines.read(DAY_MONTH.sub(" ", beside))
        if byline is None or not byline.kinds <= DATELINE_KINDS:
            office = byline and byline.kinds == {"desk", "paper"} and ":" not in mark
            return (byline, reading) if byline and office else None
        people = [p.text for p in byline.pieces if p.kind == "person"]
        named = ":" in mark and byline.dateline and all(map(self._is_named, people))
        if people and not named and not (byline.agencies and byline.dateline):
            return None
        dated = reading and byline.agencies and "person" not in byline.kinds
        short = ":" in mark and byline.dateline and " " not in byline.dateline
        sure = short and (people or byline.kinds == {"place", "agency"})
        if byline.guessed and not (dated or sure or self._may_guess(byline)):
            return None
        if byline.kinds == {"paper"} and not self.bylines.is_paper(beside):
            return None
        return byline, reading

    def _is_named(self, person: str) -> bool:
        few = len(person.split()) <= MOST_NAME_WORDS + 1  # one may be `بن`
        return few and self.bylines.is_person(person)

    def _may_guess(self, byline: Byline) -> bool:
        """Whether a place no table knows stands beside one it knows and an agency."""
        places = [piece for piece in byline.pieces if piece.kind == "place"]
        known = [piece for piece in places if self.bylines.is_place(piece.text)]
        return bool(byline.agencies and known) and "person" not in byline.kinds

    # -- pages

    def _is_navigation(self, end: int) -> bool:
        """Whether what stands above is no text: at most one notice among its lines."""
        above = self.lines[:end]
        return not above[0].prose and sum(map(_is_paragraph, above)) <= 1

    def _find_block(self, prose: list[int]) -> list[int]:
        """The first block of paragraphs that weighs much: near, and indented alike."""
        blocks: list[list[int]] = []
        for at in prose:
            block = blocks[-1] if blocks else []
            near = block and at - block[-1] <= NEAR
            if near and self.lines[at].indent == self.lines[block[-1]].indent:
                block.append(at)
            else:
                blocks.append([at])
        weights = [sum(len(self.lines[at].text) for at in block) for block in blocks]
        enough = max(weights) * WEIGHTY
        return next(b for b, w in zip(blocks, weights, strict=True) if w >= enough)

    def _read_page(self, block: list[int]) -> None:
        """Cut the article out of a whole page: what is around its block is not it."""
        top = self._read_page_header(block[0])
        for line in self.lines[:top]:
            self._put(line, "boilerplate", "shape.navigation")
        for at in range(block[0], block[-1] + 1):
            line = self.lines[at]
            match = self._match(line, "body")
            if match and self._accepts(match, "body"):
                self._put_match(line, match)
            else:
                self._put_body(at, line, first=at == block[0])
        end = block[-1] + 1
        while end < len(self.lines) and self._ends_page_text(end):
            self._put_body(end, self.lines[end], first=False)
            end += 1
        self._read_below_page(end)

    def _ends_page_text(self, at: int) -> bool:
        """Whether a short sentence right below a page's text is its last one."""
        line = self.lines[at]
        closed = line.text[-1] == "." and line.text.count(" ") >= PAIR
        return closed and "©" not in line.text and self._match(line, "footer") is None

    def _read_below_page(self, start: int) -> None:
        """Label lists under a heading; all else below a page's text is not its."""
        heading: Match | None = None
        for at in range(start, len(self.lines)):
            line = self.lines[at]
            match = self._match(line, "footer")
            if heading and match and match.phrase.rule in WORDS_OF_PAGES:
                match = None
            if match and match.label in ("tags", "related") and not match.phrase.ends:
                self._put_match(line, match)
                heading = match if _heads(match, line) else None
            elif heading and match is None and self._is_item(line, "footer"):
                self._put_item(line, heading)
            else:
                heading = None
                self._label_after_end(at, line, "shape.below-text")

    def _read_page_header(self, body: int) -> int:
        """Label from a page's headline down to its text; give its first line."""
        titles, beside = self._find_page_title(body)
        if not titles:
            return body
        top = titles[-1]
        self.title = ""
        for at in range(top, body):
            line = self.lines[at]
            if at in titles:
                self._put(
                    line, "title", "shape.title" if at == top else "shape.title-again"
                )
                self._keep_title(line)
            elif label := beside.get(at):
                self._put(line, label, "shape.below-title", second="boilerplate")
            elif not self._label_known(at, line):
                self._put(line, "boilerplate", "shape.page-header")
        return top

    def _find_page_title(self, body: int) -> tuple[list[int], dict[int, Label]]:
        """Walk up from the text to its headline, which may be printed again above.

        What was met first was a caption or a subtitle if the headline stands above it.
        """
        titles: list[int] = []
        beside: dict[int, Label] = {}
        for at in range(body - 1, max(-1, body - 1 - MOST_HEADER), -1):
            line = self.lines[at]
            if titles and self._is_title_again(line):
                titles.append(at)
            elif titles and not beside and self._is_above_scene(at, titles[0]):
                beside, titles = {titles[0]: "caption"}, [at]
            elif beside and titles == [at + 1] and self._is_above_subtitle(at):
                beside[at + 1], titles = "subtitle", [at]
            elif not titles and self._may_be_page_title(line):
                titles = [at]
            if titles == [at]:
                self._keep_title(line)
        return titles, beside

    def _may_be_page_title(self, line: Line) -> bool:
        return line.size >= SHORTEST_TITLE and not self._is_beside_title(line)

    def _is_above_subtitle(self, at: int) -> bool:
        """Whether a longer line stands right above what was taken for the headline."""
        line, below = self.lines[at : at + PAIR]
        longer = below.size < line.size <= LONGEST_TITLE
        return longer and self._may_be_page_title(line)

    def _is_above_scene(self, at: int, scene: int) -> bool:
        """Whether a line is the headline, and what was taken for it a caption.

        A date stands between both, nothing unknown does, and the headline is longer.
        """
        line, below = self.lines[at], self.lines[scene]
        if below.size > SENTENCE or line.size <= max(below.size, SHORTEST_TITLE):
            return False
        between = self.lines[at + 1 : scene]
        marks = [other for other in between if other.size >= SHORTEST_TITLE]
        return (
            any(self._read_dated(other.text) for other in between)
            and all(map(self._is_beside_title, marks))
            and not any(map(self._is_desk_name, between))
            and self._may_be_page_title(line)
        )

    def _is_desk_name(self, line: Line) -> bool:
        match = self._match(line, "header")
        return match is not None and match.label == "section"

    def _is_beside_title(self, line: Line) -> bool:
        """Whether a line between headline and text is neither."""
        return (
            self._is_header_mark(line)
            or self._match(line, "header") is not None
            or self._is_caption(line)
            or self.bylines.is_person(line.text)
        )

    # -- spans

    def _put(self, line: Line, label: Label, rule: str, **said: Unpack[Said]) -> None:
        line.spans = (Span(label, line.start, line.end, line.text, rule, **said),)

    def _put_match(self, line: Line, match: Match) -> None:
        content = line.text[match.rest :] if match.label in VALUED else line.text
        whole = match.label == "caption" and match.phrase.match == "start"
        if whole or (not content and match.label in NAMES_ITSELF):
            content = line.text
        credit = self.bylines.credit(content) if match.label == "source" else None
        rule = match.phrase.rule
        line.spans = (
            Span(match.label, line.start, line.end, content, rule, None, credit),
        )


def _is_tag(text: str) -> bool:
    return (
        len(text) <= LONGEST_TAG
        and len(text.split()) <= MOST_TAG_WORDS
        and "@" not in text
        and "/" not in text
        and text[-1] not in TERMINAL
        and text[0] not in BULLETS + "-–"
        and not any(map(str.isdigit, text))
        and not INITIALS.fullmatch(text)
    )


def _heads(match: Match, line: Line) -> bool:
    return match.phrase.heads_list and not line.text[match.rest :].strip(DECORATION)


def _beside(text: str, reading: DateReading) -> str:
    """What a date line says beside its date."""
    pieces = (text[: reading.start], text[reading.end :])
    bare = (AROUND_DATE.sub("", piece).strip(DECORATION_BESIDE) for piece in pieces)
    return " - ".join(piece for piece in bare if piece)


def _byline_rule(byline: Byline) -> str:
    return "byline." + "-".join(dict.fromkeys(piece.kind for piece in byline.pieces))

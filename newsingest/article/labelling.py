"""What tells a line by itself, wherever it stands: marks, dates, names, phrases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypedDict, Unpack

from newsingest.article.dates import DateReader, DateReading, could_be_date
from newsingest.article.fold import TATWEEL, fold
from newsingest.article.lines import (
    INITIALS,
    LONGEST_HEADER_LINE,
    LONGEST_INITIALS,
    LONGEST_TAG,
    MOST_NAME_WORDS,
    MOST_TAG_WORDS,
    NEAR,
    NO_MATCH,
    PAIR,
    Line,
    Span,
    Zone,
    is_headline,
)
from newsingest.article.patterns import lazy
from newsingest.article.phrases import DECORATION, LONGEST_WORD, Match, PhraseBook

if TYPE_CHECKING:
    from datetime import datetime

    from newsingest.article.bylines import Byline, BylineReader
    from newsingest.article.record import Label

LEAD = 1000
"""Characters of a paragraph that are looked through for a headline's words."""
SLACK = 12
"""A headline printed twice differs by no more marks and spaces than that, and no more
spaces part a day from its clock."""
LONGEST_CRUMBS = 60
MOST_CRUMBS = 4
NAMES_ITSELF = {"section", "caption"}
"""Labels whose phrase says something by itself: `محليات`, `صورة أرشيفية`."""
VALUED = {
    "related", "tags", "source", "section", "caption", "title", "subtitle",
}  # fmt: skip
"""Labels whose content is what stands behind the phrase."""
DECORATION_BESIDE = " \t|/-–—:،,•·◷()[]\N{NO-BREAK SPACE}"
AROUND_DATE = lazy(r"\s+في\s*$|(?<!\w)(?:\d{1,4}|جمت|gmt)(?!\w)", re.IGNORECASE)
"""`المنامة في` before the day, `2145 جمت` before the date: no part of a byline."""
SPACED_CLOCK = lazy(r"(\d{1,2}) ?: ?(\d\d)")
NOT_COUNT = lazy(r"[^\d\s.,]")
CRUMB = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
CRUMBS = re.compile(rf"[|{CRUMB}>»]| / ")
BREADCRUMB = lazy(rf"\s*[|{CRUMB}>]\s*|\s+[»/]\s+")
BREADCRUMB_END = lazy(rf"\s*[|{CRUMB}>»/]")
"""What ends the first piece of a path, which may be the page that all begin at."""
QUOTES = {"«": "»", "“": "”", '"': '"'}
DESKS = lazy(r"\s+و(?=\S)")


class Said(TypedDict, total=False):
    """What a span may carry beside its label."""

    date: DateReading | None
    byline: Byline | None
    second: str


class Tools(NamedTuple):
    """What is compiled once: the tables, and what reads bylines and dates.

    `prose_words` say of a line's beginning that it is prose, date or not.
    """

    phrases: PhraseBook
    bylines: BylineReader
    dates: DateReader
    prose_words: frozenset[str]


class Labelling:
    """One article while its lines are being labelled, and what tells single ones."""

    def __init__(self, tools: Tools, lines: list[Line], now: datetime | None) -> None:
        """Nothing is known but which lines may begin with a phrase."""
        self.phrases, self.bylines, self.dates, self.prose_words = tools
        self.lines, self.now = lines, now
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

    def _keep_title(self, text: str) -> None:
        self.title, self.title_size = fold(text), len(text)

    def _is_title_again(self, line: Line) -> bool:
        size = line.size - self.title_size
        return -SLACK <= size <= SLACK and fold(line.text) == self.title

    def _is_header_mark(self, line: Line) -> bool:
        """Whether a line is a date or a byline in which nothing is guessed."""
        text = line.text
        if len(text) > LONGEST_HEADER_LINE:
            return False
        if self._read_dated(text):
            return True
        byline = self.bylines.read(text)
        return byline is not None and byline.certain

    def _read_dated(self, text: str) -> tuple[DateReading, Byline | None] | None:
        """The date that a line is, and the byline beside it if there is one."""
        if not could_be_date(text):
            return None
        reading = self.dates.read(text, self.now)
        if reading is None or (self.dated and "no-year" in reading.flags):
            return None  # `السبت 23 نوفمبر:` of a fixture list, below the page's date
        beside = without_date(text, reading)
        byline = self.bylines.read(beside) if beside else None
        if byline and byline.kinds == {"place"} and _is_zone(text, reading):
            byline = None
        elif byline and byline.kinds == {"weak-agency"}:
            byline = self.bylines.credit(beside)
        if byline and byline.guessed and "relative" in reading.flags:
            return None  # `… يصلح لعب الأطفال مجانا منذ 20 عاما` is a headline
        if reading.is_date_line or (byline and _is_known(byline, reading)):
            return reading, byline
        return None

    def _label_marks(self, at: int, line: Line) -> bool:
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
            if could_be_date(text) and self._read_dated(text):
                return False  # `سياسة | 4 ديسمبر 2017`
            front = self._is_page_word(BREADCRUMB_END.split(text, 1)[0])
            label: Label = "boilerplate" if front else "section"
            self._put(line, label, "shape.breadcrumb")
        elif (not worded and not NOT_COUNT.search(text)) or (
            line.size <= LONGEST_TAG and text.isascii()
        ):
            self._label_latin(at, line)
        return bool(line.spans)

    def _label_latin(self, at: int, line: Line) -> None:
        """Label a counter, or a control or an account in Latin letters."""
        if SPACED_CLOCK.fullmatch(line.text) and self._is_clock_below(at, line):
            self._put(line, "date", "date.clock-below")
            return
        if could_be_date(line.text) and self._read_dated(line.text):
            return
        match = self._match(line, "header")
        if match and match.label == "source":
            return  # `Source: WAM` of an export
        if self.title:
            self._put(line, "boilerplate", "shape.latin")

    def _is_breadcrumb(self, text: str) -> bool:
        """`أخبار|سفر`, `الرئيسية / محليات`, `تحقيقات وملفات`: desks and their marks."""
        if len(text) > LONGEST_CRUMBS:
            return False
        if "/" in text and self._is_page_word(text.partition("/")[0].strip()):
            return True
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

    def _label_date(self, at: int, line: Line) -> bool:
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
        if reading.created is None and self._is_clock_below(at, line):
            self._put(line, "date", "date.clock-below")
            return True
        self._put(line, label, rule, date=reading, byline=byline)
        self.dated = True
        self.named |= bool(byline and byline.authors)
        return True

    def _is_clock_below(self, at: int, line: Line) -> bool:
        """Whether a clock belongs to the day that is the line above: `10:00 م`.

        That line is read again with it.
        """
        if not at or not self.lines[at - 1].spans:
            return False
        above = self.lines[at - 1].spans[0]
        gap = line.start - above.start - len(above.content)
        if above.date is None or above.date.precision != "day" or gap > SLACK:
            return False
        clock = SPACED_CLOCK.sub(r"\1:\2", line.text)
        both = f"{above.content}{' ' * max(1, gap)}{clock}"
        reading = self.dates.read(both, self.now)
        if reading is None or reading.precision == "day":
            return False
        if not (reading.created or "").startswith(above.date.created or "-"):
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
        if self._is_second_name(at, line):
            byline = byline._replace(sure=True)
        elif not byline.certain and (self.signed or line.prose):
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

    def _is_second_name(self, at: int, line: Line) -> bool:
        """Whether two writers stand below one another, each a name on its line."""
        above = self.lines[at - 1].spans if at and self.title else ()
        byline = above[0].byline if above else None
        return bool(
            byline
            and above[0].label == "byline"
            and byline.kinds == {"person"}
            and self.bylines.is_person(line.text)
        )

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
        if following.prose and not is_headline(following):
            return False
        if self._is_header_mark(following):
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
        self._keep_title(line.text[match.rest :])
        return True

    def _match(self, line: Line, zone: Zone) -> Match | None:
        """The phrase that a line begins with; a line is asked from several sides."""
        matches = line.matches
        if matches is NO_MATCH:
            return None
        if zone not in matches:
            matches[zone] = self.phrases.match(line.text, zone)
        return matches[zone]

    def _put(self, line: Line, label: Label, rule: str, **said: Unpack[Said]) -> None:
        line.spans = (Span(label, line.start, line.end, line.text, rule, **said),)

    def _put_match(self, line: Line, match: Match) -> None:
        valued = match.label in VALUED
        content = _value(line.text, match.rest) if valued else line.text
        whole = match.label == "caption" and match.phrase.match == "start"
        if whole or (not content and match.label in NAMES_ITSELF):
            content = line.text
        credit = self.bylines.credit(content) if match.label == "source" else None
        rule = match.phrase.rule
        line.spans = (
            Span(match.label, line.start, line.end, content, rule, None, credit),
        )


def heads(match: Match, line: Line) -> bool:
    """Whether a phrase stands alone on its line, above the list it announces."""
    return match.phrase.heads_list and not line.text[match.rest :].strip(DECORATION)


def _value(text: str, start: int) -> str:
    """What stands behind a phrase, and a quotation mark taken for decoration.

    `title: "…"` is how YAML writes a headline, of which the marks are no part.
    """
    value, opening = text[start:], text[start - 1 : start]
    closing = QUOTES.get(opening)
    if not closing or closing not in value:
        return value
    quoted = opening == closing and value.index(closing) == len(value) - 1
    return value[:-1] if quoted else opening + value


def without_date(text: str, reading: DateReading) -> str:
    """What a date line says beside its date."""
    pieces = (text[: reading.start], text[reading.end :])
    bare = (AROUND_DATE.sub("", piece).strip(DECORATION_BESIDE) for piece in pieces)
    return " - ".join(piece for piece in bare if piece)


def _is_zone(text: str, reading: DateReading) -> bool:
    """Whether a place right behind a clock is the city whose it is: `11:22 دمشق`."""
    behind = text[reading.end :].strip()[:1].isalpha()
    return behind and reading.precision == "minute" and text[reading.end - 1].isdigit()


def _byline_rule(byline: Byline) -> str:
    return "byline." + "-".join(dict.fromkeys(piece.kind for piece in byline.pieces))


def _is_known(byline: Byline, reading: DateReading) -> bool:
    """Whether what stands beside a date is told by the tables, and may touch it."""
    if "photo" in byline.kinds and not byline.authors:
        return False  # `صورة أرشيفية من 25 يناير 2011`
    if byline.certain or byline.agencies:
        return True
    day = reading.precision not in ("month", "year")
    doubtful = reading.is_prose or "several-dates" in reading.flags
    return day and not (byline.guessed or doubtful)

"""Labelled spans → metadata."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from newsingest.article.fold import DIGITS, UNSEEN, fold, printed
from newsingest.article.lines import SPACES
from newsingest.article.locate import BETWEEN, BODY, paragraphs
from newsingest.article.patterns import lazy
from newsingest.article.phrases import DECORATION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from newsingest.article.bylines import Byline
    from newsingest.article.dates import DateReading
    from newsingest.article.lines import Span
    from newsingest.article.record import Metadata

EMAIL = lazy(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
PHONE = lazy(r"(?<![\w@.])(?:\+|00)?\(?\d[\d\s()\N{NO-BREAK SPACE}-]{4,}\d(?![\w@])")
CREDIT = lazy(r"©\s*(\S.*)$|\(([^()]{2,40})\)[.\s]*$")
PHOTO_ROLE = lazy(r"^(?:تصوير|عدسة|بعدسة|الصورة|صورة)\s*:?\s+")
QUOTES = f"{SPACES}«»\"'“”"
LONGEST_HEADLINE = 250
"""Longer ones are several headlines run together; nobody can tell them apart."""
FEWEST_DIGITS, MOST_DIGITS = 7, 16
"""A phone has so many digits; SMS short codes (`88548`) are none."""
URL = lazy(r"(?:https?://|www\.)[^\s<>«»\"“”()،]+[^\s<>«»\"“”()،.:;]")
PIECE = 1 << 16
"""Characters whose words are counted at once: a list of all words takes eight times
the memory of the text."""
YEAR = lazy(r"(?<!\d)(?:19|20)\d\d(?!\d)")
YEAR_RANGE = lazy(r"(?:19|20)\d\d\s*[-–—]\s*(?:19|20)\d\d")
TAG_MARKS = lazy(r"[،,؛;|•·#\n]+|\s[-–/]\s|\[?\d{1,4}\]")
SECTION_PREFIX = lazy(r"^(\S+(?: \S+){0,2}) ?/ (?=\S)")
LATIN_DIGITS = str.maketrans(DIGITS)
HOLDER_NOISE = lazy(
    r"©|\(c\)|copyright|all rights reserved\.?|جميع|كافة|كل|الحقوق|حقوق|"
    r"(?:ال)?نشر|(?:ال)?طبع|الملكية|محفوظ[ةه]|[اأ]لفكرية",
    re.IGNORECASE,
)
FOR = lazy(r"^(?:ل(?:ـ+|\s)|لدى\s|لصالح\s|to\s|by\s)\s*", re.IGNORECASE)
TAG_EDGES = f"{SPACES}[]:*♦◆❖•·▪●■◼◾○►▶»|-–—_"
EDGES = f"{SPACES}.:،,;*-–—_|/•·()[]"


def fill(metadata: Metadata, spans: list[Span], sections: frozenset[str]) -> str | None:
    """Read all fields off the spans into `metadata`; the publication date is returned.

    `sections` are the folded names of sections: before ` / ` in a headline only one of
    them is taken for a section.
    """
    by_label: dict[str, list[Span]] = {}
    for span in spans:
        if span.label in by_label:
            by_label[span.label].append(span)
        else:
            by_label[span.label] = [span]
    _fill_head(metadata, by_label, sections)
    _fill_body(metadata, spans)
    if signed := [span for span in spans if span.byline]:
        _fill_people(metadata, signed)
    _fill_links(metadata, by_label)
    _fill_footer(metadata, by_label)
    top = next((span.start for span in by_label.get("title", ())), 0)
    return _fill_dates(metadata, [span for span in spans if span.date], top)


def _fill_head(
    metadata: Metadata, by_label: dict[str, list[Span]], sections: frozenset[str]
) -> None:
    if titles := by_label.get("title"):
        metadata.title = printed(titles[0].content).replace("\n", " ") or None
    if subtitles := by_label.get("subtitle"):
        metadata.subtitle = printed(subtitles[0].content)
    if found := by_label.get("section"):
        metadata.section = printed(found[0].content).strip(DECORATION + SPACES) or None
    elif (
        metadata.title
        and "/" in metadata.title
        and (prefix := SECTION_PREFIX.match(metadata.title))
        and fold(prefix[1]) in sections
    ):
        metadata.section = prefix[1]


def _fill_body(metadata: Metadata, spans: list[Span]) -> None:
    """Join the paragraphs and count.

    What is printable has nothing unseen in it and no white space but spaces: most texts
    pay for one look at them. Behind a dateline glued to its text a span may begin with
    a space.
    """
    pieces = [span.content for span in spans if span.label in BODY]
    plain = all(map(str.isprintable, pieces)) and "" not in pieces
    if plain and [*map(str.strip, pieces)] == pieces:
        body = BETWEEN.join(pieces)
    else:
        plain, body = False, BETWEEN.join(text for _, text in paragraphs(spans))
    metadata.body = body
    metadata.char_count = len(body)
    if plain and "  " not in body:
        metadata.word_count = body.count(" ") + len(pieces)
    else:
        metadata.word_count = words(body)


def words(text: str) -> int:
    """How many words there are between white space.

    >>> words(" قال  الوزير ")
    2
    """
    if len(text) <= PIECE:
        return len(text.split())
    number = 0
    for start in range(0, len(text), PIECE):
        number += len(text[start : start + PIECE].split())
        cut = text[start - 1 : start + 1] if start else " "
        number -= not any(map(str.isspace, cut))  # one word on both sides
    return number


def _fill_people(metadata: Metadata, signed: list[Span]) -> None:
    if bylines := [span.content for span in signed if span.label == "byline"]:
        metadata.byline = printed(bylines[0])
    people: list[Byline] = [span.byline for span in signed if span.byline]
    metadata.authors = _all(by.authors for by in people)
    metadata.agencies = _all(by.agencies for by in people)
    metadata.image_credits = _all(by.photographers for by in people)
    for by in people:
        if by.dateline:
            metadata.dateline = printed(by.dateline)
            break


def _fill_links(metadata: Metadata, by_label: dict[str, list[Span]]) -> None:
    if related := by_label.get("related"):
        metadata.related = _unique(_items(related))
    if tags := by_label.get("tags"):
        metadata.tags = _unique(
            tag
            for span in tags
            for part in TAG_MARKS.split(UNSEEN.sub("", span.content))
            if (tag := part.lstrip(TAG_EDGES).rstrip(TAG_EDGES + "."))
        )
    if captions := by_label.get("caption"):
        credited = filter(None, map(_credit, captions))
        metadata.image_credits = _unique([*metadata.image_credits, *credited])
    metadata.url = _url(by_label)


def _url(by_label: dict[str, list[Span]]) -> str | None:
    """An address that is most of a line of its own: the article's, not a network's."""
    for label in ("boilerplate", "source", "title"):
        for span in by_label.get(label, ()):
            content = span.content
            addressed = "://" in content or "www." in content
            found = URL.search(content) if addressed else None
            if found and 2 * len(found[0]) > len(content):
                return found[0]
    return None


def _credit(span: Span) -> str | None:
    """Whom a caption credits: behind its label, behind `©`, or in a closing bracket."""
    text = printed(span.content)
    if span.rule == "caption.label":
        return text.strip(EDGES) or None
    if found := CREDIT.search(text):
        who = printed(found[1] or found[2]).strip(QUOTES)
        return PHOTO_ROLE.sub("", who) or None
    return None


def _items(spans: Iterable[Span]) -> list[str]:
    """What link and credit lines say, without bullets; a bare heading says nothing."""
    texts = (UNSEEN.sub("", span.content) for span in spans)
    items = (LINK_NUMBER.sub("", raw.lstrip(DECORATION_LEFT)).strip() for raw in texts)
    return [item for item in items if 0 < len(item) <= LONGEST_HEADLINE]


LINK_NUMBER = lazy(r"^\[\d+\]\s*")
"""What `lynx -dump` prints before a link."""
DECORATION_LEFT = " \t\N{NO-BREAK SPACE}*•·▪●■◼◾○►▶»|+–—-:"


def _fill_footer(metadata: Metadata, by_label: dict[str, list[Span]]) -> None:
    contacts = by_label.get("contact", [])
    notices = by_label.get("copyright", [])
    below = (*contacts, *notices, *by_label.get("boilerplate", ()))
    if mailed := [span.content for span in below if "@" in span.content]:
        metadata.emails = _all(map(EMAIL.findall, mailed))
    if contacts:
        metadata.phones = _unique(
            phone.strip().translate(LATIN_DIGITS)
            for span in contacts
            for phone in PHONE.findall(span.content)
            if FEWEST_DIGITS <= sum(map(str.isdigit, phone)) <= MOST_DIGITS
        )
    if notices:
        notice = " ".join(printed(span.content) for span in notices)
        metadata.copyright = notice
        metadata.copyright_year, metadata.copyright_holder = _read_notice(notice)


@lru_cache(maxsize=256)
def _read_notice(text: str) -> tuple[int | None, str | None]:
    """The year and the holder that a notice names; a house prints one for years."""
    text = text.translate(LATIN_DIGITS)
    return _copyright_year(text), _holder(text)


def _copyright_year(text: str) -> int | None:
    """The one year of a notice; a range (`1944 - 2018`) is not a year."""
    if YEAR_RANGE.search(text):
        return None
    years = set(YEAR.findall(text))
    return int(years.pop()) if len(years) == 1 else None


def _holder(text: str) -> str | None:
    """What is left of a notice without its year and its stock words."""
    text = YEAR.sub(" ", YEAR_RANGE.sub(" ", text))
    text = " ".join(HOLDER_NOISE.sub(" ", text).split()).strip(EDGES)
    text = FOR.sub("", text).strip(EDGES + "\"'«»“”")
    return text or None


def _fill_dates(metadata: Metadata, dated: list[Span], top: int) -> str | None:
    """The first line that says when it was published, or else updated."""
    chosen = next((span for span in dated if span.date and span.date.published), None)
    chosen = chosen or next(iter(dated), None)
    if chosen is None or chosen.date is None:
        return None
    date = chosen.date
    if len(dated) > 1 and date.precision == "day":
        chosen, date = _to_the_minute(chosen, date, dated, top)
    metadata.date_raw = printed(chosen.content)
    metadata.date_precision = date.precision
    metadata.date_modified = date.modified or _modified(dated)
    hijri = (span.date.hijri for span in dated if span.date and span.date.hijri)
    metadata.date_hijri = date.hijri or next(hijri, None)
    metadata.date_flags = list(date.flags)
    metadata.timezone = date.timezone
    metadata.timezone_source = date.timezone_source
    return date.published or date.modified


def _to_the_minute(
    chosen: Span, date: DateReading, dated: list[Span], top: int
) -> tuple[Span, DateReading]:
    """The line that says the clock too, where an issue's date stands above it.

    Above the headline a page prints today's date: an earlier one with a clock below
    the headline is the article's.
    """
    day = date.published or ""
    for span in dated:
        clock = span.date.published if span.date else None
        if span.date is None or clock is None or "T" not in clock:
            continue
        below = chosen.start < top < span.start and clock < day
        if below or clock.startswith(f"{day}T"):
            return span, span.date
    return chosen, date


def _modified(dated: list[Span]) -> str | None:
    readings: list[DateReading] = [span.date for span in dated if span.date]
    return next((date.modified for date in readings if date.modified), None)


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))


def _all(some: Iterable[Iterable[str]]) -> list[str]:
    return _unique(chain.from_iterable(some))

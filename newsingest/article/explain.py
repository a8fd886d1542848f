"""How one article was read: every span, its label, the rule that decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newsingest.article.fold import printed

if TYPE_CHECKING:
    from datetime import datetime

    from newsingest.article.bylines import Byline
    from newsingest.article.dates import DateReading
    from newsingest.article.lines import Span
    from newsingest.article.parse import Parser
    from newsingest.article.record import Label


@dataclass(frozen=True, slots=True)
class Reading:
    """One span: its line in the source (from 1), its label and why, what it says.

    `second` is the runner-up label where the decision was close, `parts` what the
    pieces of a date or a byline were taken for, as (text, role) pairs.
    """

    line: int
    label: Label
    rule: str
    text: str
    second: str
    date: dict[str, Any]
    byline: dict[str, Any]
    parts: tuple[tuple[str, str], ...]


def explain(
    parser: Parser, raw: bytes, now: datetime | None = None
) -> tuple[Reading, ...]:
    r"""Read an article as `Parser.parse` does, and keep the reasons.

    Raises `RejectedError` for bytes that are no text.

    >>> from newsingest.article.parse import parser
    >>> from newsingest.article.record import Options
    >>> article = "عنوان الخبر\n\nالقاهرة - أ ش أ".encode()
    >>> for reading in explain(parser(Options()), article):
    ...     print(reading.line, reading.label, reading.rule)
    1 title shape.title
    3 byline byline.place-agency
    """
    text = parser.read(raw)[1].text
    spans = parser.splitter.split(text, now or parser.options.relative_to)
    readings, line, at = [], 1, 0
    for span in spans:
        line += _line_ends(text, at, span.start)
        at = span.start
        readings.append(_reading(span, text, line))
    return tuple(readings)


def _line_ends(text: str, start: int, end: int) -> int:
    between = text[start:end]
    return between.count("\n") + between.count("\r") - between.count("\r\n")


def _reading(span: Span, text: str, line: int) -> Reading:
    date, byline = span.date, span.byline
    parts: list[tuple[str, str]] = []
    if date:
        parts += [(_printed(text, span, p.start, p.end), p.role) for p in date.parts]
    if byline:
        parts += [(printed(piece.text), piece.kind) for piece in byline.pieces]
    return Reading(
        line=line,
        label=span.label,
        rule=span.rule,
        text=printed(text[span.start : span.end]),
        second=span.second,
        date=_date(date) if date else {},
        byline=_byline(byline) if byline else {},
        parts=tuple(parts),
    )


def _printed(text: str, span: Span, start: int, end: int) -> str:
    return printed(text[span.start + start : span.start + end])


def _date(date: DateReading) -> dict[str, Any]:
    return {
        "published": date.published,
        "modified": date.modified,
        "precision": date.precision,
        "hijri": date.hijri,
        "timezone": date.timezone,
        "flags": list(date.flags),
    }


def _byline(byline: Byline) -> dict[str, Any]:
    return {
        "authors": list(byline.authors),
        "agencies": list(byline.agencies),
        "dateline": byline.dateline,
        "photographers": list(byline.photographers),
    }

"""Where a piece of `text` stands in the source file, and the other way round.

The source is aligned with `body`, and `body` with `text`: an entity that was found in
`text` can be shown as it was printed, and in the file where it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from newsingest.article.edits import Edit
from newsingest.article.fold import UNSEEN, printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from newsingest.article.align import Alignment
    from newsingest.article.lines import Span
    from newsingest.article.record import Alignments

Side: TypeAlias = Literal["source", "body", "text"]
BETWEEN = "\n\n"
BODY = ("body", "heading")
"""Labels of the spans that make the body, with `BETWEEN` between them."""


class Place(NamedTuple):
    """One piece of an article: where it starts and ends, in code points.

    `source` is the decoded file, `body` and `text` are those of the record.
    """

    source: tuple[int, int]
    body: tuple[int, int]
    text: tuple[int, int]


def locate(
    alignment: Alignments | Mapping[str, Sequence[int]],
    start: int,
    end: int,
    of: Side = "text",
) -> Place:
    r"""Where `text[start:end]` is in the source file and in the body.

    `alignment` is `metadata.alignment` of a record that was made with `--align`, `of`
    says whose offsets are given. What cannot be cut (a ligature, a letter with its
    marks) is taken whole; the ends of paragraphs belong to none.

    >>> import newsingest
    >>> raw = "الخبر\n\nوصل الـوزيرُ إلى بيروت اليوم.\n".encode()
    >>> record = newsingest.parse(raw, options=newsingest.Options(align=True))
    >>> at = record.text.index("الوزير")
    >>> place = locate(record.metadata.alignment, at, at + len("الوزير"))
    >>> raw.decode()[slice(*place.source)], record.metadata.body[slice(*place.body)]
    ('الـوزيرُ', 'الـوزيرُ')
    """
    from newsingest.article.align import Alignment  # noqa: PLC0415 - start-up

    to_body = Alignment.from_flat(alignment["body"])
    to_text = Alignment.from_flat(alignment["text"])
    if of == "source":
        body = to_body.to_target(start, end)
        return Place((start, end), body, to_text.to_target(*body))
    body = (start, end) if of == "body" else to_text.to_source(start, end)
    text = (start, end) if of == "text" else to_text.to_target(start, end)
    return Place(to_body.to_source(*body), body, text)


def paragraphs(spans: Sequence[Span]) -> Iterator[tuple[Span, str]]:
    """The spans that are the body, and each as it is printed."""
    for span in spans:
        if span.label in BODY and (text := printed(span.content)):
            yield span, text


def with_body(text: str, spans: Sequence[Span]) -> Alignment:
    """The alignment of a text with the body that its spans make."""
    from newsingest.article.align import Alignment  # noqa: PLC0415 - start-up

    return Alignment.of(_edits(text, spans))


def _edits(text: str, spans: Sequence[Span]) -> Iterator[Edit]:
    at, between = 0, ""
    for span, _ in paragraphs(spans):
        begin, end = _trimmed(text, span)
        yield Edit(at, begin, between)
        for unseen in UNSEEN.finditer(text, begin, end):
            yield Edit(*unseen.span(), "")
        at, between = end, BETWEEN
    yield Edit(at, len(text), "")


def _trimmed(text: str, span: Span) -> tuple[int, int]:
    """Where in the text a span's content stands that `printed` leaves at its ends."""
    begin = text.index(span.content, span.start)
    end = begin + len(span.content)
    while text[begin].isspace() or UNSEEN.match(text, begin):
        begin += 1
    while text[end - 1].isspace() or UNSEEN.match(text, end - 1):
        end -= 1
    return begin, end

"""The tags in which corpora wrap an article and its parts.

Collections of newspapers and of wires are distributed as one tagged article a file:
`<Headline>…</Headline>`, or `<P>` and `</P>` on lines of their own around a paragraph
that was wrapped at some width. Inside a line a tag stays what it is.
"""

from __future__ import annotations

from itertools import pairwise

from newsingest.article.lines import Line, Span
from newsingest.article.patterns import lazy

TAG = r"<(?:/?[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?|[!?][^<>]*)>"
TAGS = lazy(rf"(?:{TAG}\s*)+")
OPENING = lazy(r"<([A-Za-z]\w*)(?:\s[^<>]*)?>\Z")
"""The last tag of a line: what follows is the element's content."""
WHOLE = {"p", "headline", "title", "dateline"}
"""Elements that are one paragraph, on however many lines."""


def without_tags(text: str, lines: list[Line]) -> list[Line]:
    """The lines of a text, its tags in lines of their own, which have their label."""
    return _joined(text, [piece for line in lines for piece in _cut(line)])


def _cut(line: Line) -> list[Line]:
    """A line without the tags at its ends, and the tags."""
    text = line.text
    opening = TAGS.match(text)
    begins = opening.end() if opening else 0
    ends = _closing_tags(text, begins)
    if begins == 0 and ends == len(text):
        return [line]
    cut: list[Line] = []
    for at, (start, end) in enumerate(pairwise((0, begins, ends, len(text)))):
        if start == end:
            continue
        until = line.end if end == len(text) else line.start + end
        piece = text[start:end].rstrip()
        cut.append(Line(piece, line.start + start, until, line.indent))
        if at != 1:
            tag = Span("boilerplate", line.start + start, until, piece, "shape.tag")
            cut[-1].spans = (tag,)
    return cut


def _closing_tags(text: str, begins: int) -> int:
    """Where the tags begin that end a line, behind its first `begins` characters."""
    ends = before = len(text)
    while before > begins and text[before - 1] == ">":
        start = text.rfind("<", begins, before)
        if start < 0 or not TAGS.fullmatch(text, start, before):
            break
        ends = before = start
        while before > begins and text[before - 1].isspace():
            before -= 1
    return ends


def _joined(text: str, lines: list[Line]) -> list[Line]:
    """Make one line of a paragraph that stands on several between its two tags."""
    joined: list[Line] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        joined.append(line)
        at += 1
        opening = OPENING.search(line.text) if line.spans else None
        if opening is None or opening[1].lower() not in WHOLE:
            continue
        end = at
        while end < len(lines) and not lines[end].spans:
            end += 1
        closed = end < len(lines) and lines[end].text.startswith(f"</{opening[1]}")
        if closed and end - at > 1 and not _has_gap(text, lines[at:end]):
            joined.append(_one(text, lines[at], lines[end - 1]))
            at = end
    return joined


def _has_gap(text: str, lines: list[Line]) -> bool:
    """Whether anything but a line feed and spaces parts them: they are paragraphs."""
    gaps = (
        text[above.start + above.size : below.start] for above, below in pairwise(lines)
    )
    return any(gap.strip(" ") != "\n" for gap in gaps)


def _one(text: str, first: Line, last: Line) -> Line:
    end = last.start + last.size
    return Line(text[first.start : end], first.start, last.end, first.indent)

"""The text, and the lists and credits inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsingest.article.asides import BRACKETED_END
from newsingest.article.datelines import Datelines
from newsingest.article.dates import could_be_date
from newsingest.article.footer import Footer
from newsingest.article.labelling import LEAD, heads
from newsingest.article.lines import (
    LONG,
    LONGEST_NOTICE,
    LONGEST_TAG,
    MOST_HEADER,
    NO_MATCH,
    PAIR,
    SENTENCE,
    TERMINAL,
    URL_LINE,
    WORDS_OF_PAGES,
    Line,
    Span,
    Zone,
    is_plain,
)
from newsingest.article.patterns import lazy
from newsingest.article.shapes import stems

if TYPE_CHECKING:
    from newsingest.article.bylines import Byline
    from newsingest.article.phrases import Match

MOST_FOOTER = 400
"""More lines than that below the text are a table or a list: only the last ones can be
a footer, and only phrases are looked for in the others."""
ENDS_NOTHING = {"body", "byline", "date", "source"}
"""Labels below the text with which its footer has not begun."""
CLOSING_CREDIT = lazy(r"(?<=[.!؟»\"])\s*[-–]*\s*\(([^()]{2,25})\)$")


class Body(Footer, Datelines):
    """The text and the lines below it."""

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
            if plain and outside and line.matches is NO_MATCH and is_plain(line):
                prose = Span("body", line.start, line.end, line.text, "shape.prose")
                line.spans, heading = (prose,), None
                continue
            if ended and zone == "footer":
                heading = self._label_after_end(at, line, ended, heading)
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
            if heading and match is None and self._is_listed_link(at, line, zone):
                self._put_item(line, heading)
                continue
            if match and match.phrase.rule == "boilerplate.list-mark":
                self._put_match(line, match)
                continue
            heading = None
            if match and self._accepts(match, zone, line):
                heading = self._put_phrase(at, line, match)
                ended = match.phrase.rule if match.phrase.ends else ended
                footer |= zone == "footer" and match.label not in ("related", "caption")
            elif zone == "footer" and self._label_below(at, line, footer=footer):
                parted = line.text[0] == "*" and line.spans[0].rule == "shape.rule"
                footer |= line.label not in ENDS_NOTHING and not parted
            else:
                self._put_body(at, line, first=at == start)

    def _put_phrase(self, at: int, line: Line, match: Match) -> Match | None:
        """Label a line that begins with a phrase; give it back if it heads a list."""
        self._put_match(line, match)
        if heads(match, line):
            return match
        if match.label == "tags":
            self._part_tags(at, line)
        return None

    def _accepts(self, match: Match, zone: Zone, line: Line) -> bool:
        if match.label == "boilerplate":
            if not self.dated and could_be_date(line.text):
                # `نشر في: محليات` is filed there, `نشر في: 7 مارس 2024` is the date.
                return self._read_dated(line.text) is None
            return zone == "footer" or match.phrase.zone == "any"
        return zone == "footer" or match.label in (
            "related",
            "share",
            "caption",
            "tags",
        )

    def _is_listed_link(self, at: int, line: Line, zone: Zone) -> bool:
        if not self._is_item(line, zone):
            return False
        return zone == "footer" or not self._is_heading_below_list(at, line)

    def _is_heading_below_list(self, at: int, line: Line) -> bool:
        """Whether the last of a list's short lines heads the paragraph below it.

        The links of the list speak of other articles; a heading says a word of what
        it heads.
        """
        above, below = self.lines[at - 1], self.lines[at + 1 : at + PAIR]
        if line.size > SENTENCE or not below or not below[0].prose:
            return False
        listed = above.label in ("related", "boilerplate")
        if not listed or self._is_bare_heading(above):
            return False
        words = stems(line.text)
        said = stems(below[0].text[:LEAD])
        return bool(words) and PAIR * len(words & said) >= len(words)

    def _is_bare_heading(self, line: Line) -> bool:
        match = self._match(line, "body")
        return match is not None and heads(match, line)

    def _label_plain(self, line: Line) -> bool:
        """Label a paragraph that ends any list, or a note: a line in brackets."""
        if line.size > LONGEST_NOTICE and is_plain(line):
            self._put(line, "body", "shape.prose")
        elif note := self.phrases.note(line.text):
            self._put(line, "boilerplate", note)
        return bool(line.spans)

    def _put_body(self, at: int, line: Line, *, first: bool) -> None:
        text = line.text
        if text[0] in "hw" and URL_LINE.fullmatch(text):
            self._put(line, "boilerplate", "shape.url")
        elif line.size < LONG and self.phrases.credits_inside(text):
            self._put(line, "caption", "caption.ending", second="body")
        elif not line.prose and not first and (told := self._aside(at, line)):
            label, rule = told
            self._put(line, label, rule, second="body")
        elif first and line.size <= SENTENCE and (wire := self._wire_line(text)):
            byline, reading = wire
            self._put(line, "dateline", "dateline.line", byline=byline, date=reading)
        elif first and (field := self.phrases.text_field(text)):
            length, rule = field
            begins = line.start + length
            name = Span("boilerplate", line.start, begins, text[:length].strip(), rule)
            said = Line(text[length:], begins, line.end, line.indent)
            self._put_body(at, said, first=True)
            line.spans = (name, *said.spans)
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

"""Text → labelled spans.

No line is judged alone. The text is found first: the longest run of prose; what stands
above it is the header, what stands below it the footer, and a phrase, a date or a name
counts only in the zone where newsrooms print it. A page with much around its article
(navigation, sidebars, comments) is cut down to the article the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsingest.article.body import Body
from newsingest.article.bylines import BylineReader
from newsingest.article.dates import DateReader
from newsingest.article.header import Header
from newsingest.article.labelling import Tools, heads
from newsingest.article.lines import (
    BULLETS,
    FULL_STOP,
    LONGEST_NOTICE,
    LONGEST_SIGNATURE,
    LONGEST_TITLE,
    MOST_HEADER,
    NEAR,
    NO_MATCH,
    PAIR,
    SENTENCE,
    SHORTEST_TITLE,
    WORDS_OF_PAGES,
    Line,
    Span,
    is_paragraph,
    lines_of,
)
from newsingest.article.markup import without_tags
from newsingest.article.phrases import Match, PhraseBook
from newsingest.article.shapes import continues

if TYPE_CHECKING:
    from datetime import datetime

    from newsingest.article.record import DateOrder, Label
    from newsingest.article.rules import Rules

SMALLEST_MENU = 5
"""So many lines with a bullet above the text are a page's menu."""
WEIGHTY = 0.4
"""A block is the text if it weighs this much of the heaviest: comments can be more."""


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
        bylines = BylineReader(rules)
        dates = DateReader(rules, date_order=date_order, timezone=timezone)
        words = bylines.function_words
        prose = frozenset(word for word in words if not dates.has_word(word))
        self.tools = Tools(PhraseBook(rules), bylines, dates, prose)

    def split(self, text: str, now: datetime | None = None) -> list[Span]:
        """Cut a text into labelled spans that cover all of it; never raises."""
        lines = lines_of(text)
        if "<" in text:
            lines = without_tags(text, lines)
        if not lines:
            return [Span("blank", 0, len(text), "", "shape.blank")] if text else []
        if read := [line for line in lines if not line.spans]:
            _Reading(self.tools, read, now).label()
        spans = [span for line in lines for span in line.spans]
        if lines[0].start and text[: lines[0].start].strip("\ufeff"):
            first = lines[0].start
            spans.insert(0, Span("blank", 0, first, "", "shape.blank"))
        return spans


class _Reading(Header, Body):
    """One article, from its first line to its last."""

    def label(self) -> None:
        """Find the text, then read what stands above, in and below it."""
        prose = self._find_prose()
        if prose and (prose[-1] > MOST_HEADER or self._is_below_menu(prose[0])):
            block = self._find_block(prose)
            if self._is_page(block[0]):
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
        return is_paragraph(line) or (closed and continues(line.text))

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
        return match.label in ("share", "copyright", "tags") or heads(match, line)

    def _is_page(self, first: int) -> bool:
        """Whether more than a header stands above the text, or a menu does."""
        page = first > MOST_HEADER or self._is_below_menu(first)
        return page and self._is_navigation(first)

    def _is_below_menu(self, first: int) -> bool:
        if first < SMALLEST_MENU:
            return False
        menu = [line for line in self.lines[:first] if line.text[0] in BULLETS]
        return len(menu) >= SMALLEST_MENU

    def _is_navigation(self, end: int) -> bool:
        """Whether what stands above is no text: at most one notice among its lines."""
        above = self.lines[:end]
        return not above[0].prose and sum(map(is_paragraph, above)) <= 1

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
            if match and self._accepts(match, "body", line):
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
            if line.spans:
                continue
            if match and match.label in ("tags", "related"):
                self._put_match(line, match)
                heading = match if heads(match, line) else None
            elif heading and match is None and self._is_item(line, "footer"):
                self._put_item(line, heading)
            elif self._label_cards_below(at, line, footer=True):
                heading = None
            else:
                heading = None
                self._label_after_end(at, line, "shape.below-text")

    def _read_page_header(self, body: int) -> int:
        """Label from a page's headline down to its text; give its first line."""
        titles, beside = self._find_page_title(body)
        if not titles:
            return body
        top = titles[-1]
        if top and self.bylines.is_person(self.lines[top - 1].text):
            top -= 1
        self.title = ""
        for at in range(top, body):
            line = self.lines[at]
            if at in titles:
                self._put_title(line)
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
                self._keep_title(line.text)
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

    def _is_beside_title(self, line: Line) -> bool:
        """Whether a line between headline and text is neither."""
        return (
            self._is_header_mark(line)
            or self._match(line, "header") is not None
            or self._is_caption(line)
            or self.bylines.is_person(line.text)
        )

"""Lines above the text: the headline, and what newsrooms print around it."""

from __future__ import annotations

from newsingest.article.lines import (
    BULLETS,
    LONG,
    LONGEST_HEADER_LINE,
    LONGEST_HEADLINE,
    LONGEST_KICKER,
    LONGEST_TAG,
    MOST_HEADER,
    MOST_TAG_WORDS,
    NEAR,
    PAIR,
    SENTENCE,
    TERMINAL,
    URL_LINE,
    Line,
    closes_sentence,
)
from newsingest.article.patterns import lazy
from newsingest.article.titles import AboveTitle

MOST_KNOWN = 56
"""Lines that dates, names and phrases may tell at the top; more of them are a list."""
ITEM_MARKS = "0123456789٠١٢٣٤٥٦٧٨٩.-–) " + BULLETS
FARTHEST_HEADING = 100
"""Lines below a list of contents in which its headings are looked for."""
SIGNED = lazy(r"\s[-–—|/]\s*(بقلم\s*[:/]?\s*\S)")
"""`… – بقلم NAME` behind a column's headline."""
LINK_NUMBER = lazy(r"(?:[*#•+]\s?)?\[\d+\](?=\S)")
"""What stands before a link there: `* [6]محليات`."""
CREDITED_SENTENCE = lazy(r"\.\s*\([^()\d]{2,40}\)$")


class Header(AboveTitle):
    """The lines above the text."""

    def _read_header(self) -> int:
        """Label the lines above the text; give the number of the text's first line."""
        for at, line in enumerate(self.lines[:MOST_KNOWN]):
            if self._label_known(at, line):
                continue
            if not self._label_by_place(at, line) and not self._label_amid(at, line):
                return at
            if at > MOST_HEADER:
                break
        for line in self.lines[MOST_HEADER:]:  # fixtures, a list: text after all
            line.spans = ()
        return min(len(self.lines), MOST_HEADER)

    def _label_amid(self, at: int, line: Line) -> bool:
        """Label a short line that nothing tells, amid what is known above the text.

        The header ends at the first line that may be text. A few words are none where
        the page's date or a name still follows them, or where two marks of a page do.
        """
        if not self.title or line.size > SENTENCE or line.prose:
            return False
        if line.text[-1] in TERMINAL or line.text[0] in BULLETS + "-–":
            return False
        marks = 0
        for below in self._above_prose(at):
            other = self.lines[below]
            if self._is_header_mark(other) and not (self.dated and self.signed):
                marks += PAIR
            elif self._is_mark(other):
                marks += 1
        if marks >= PAIR:
            self._put(line, "boilerplate", "shape.amid-marks", second="body")
        return bool(line.spans)

    def _label_by_place(self, at: int, line: Line) -> bool:
        """Label a header line that nothing but its place and shape tells."""
        if line.text[0] in "hw" and URL_LINE.fullmatch(line.text):
            self._put(line, "boilerplate", "shape.url")
        elif "[" in line.text and LINK_NUMBER.match(line.text):
            self._put(line, "boilerplate", "shape.links")
        elif self.title and not line.prose and self.phrases.is_share_bar(line.text):
            self._put(line, "share", "share.bar")
        elif self.title:
            self._label_below_title(at, line)
        elif not self._label_above_title(at, line) and self._is_title(at, line):
            if at > PAIR:
                self._label_menu(at)
            self._put_title(line)
        return bool(line.spans)

    def _put_title(self, line: Line) -> None:
        """Label the headline; a writer's name at its end is read.

        `# …` is how a page that was made Markdown marks it.
        """
        text = line.text.lstrip("# ") or line.text
        found = SIGNED.search(text) if "بقلم" in text else None
        byline = self.bylines.read(text[found.start(1) :]) if found else None
        self._put(line, "title", "shape.title", byline=byline)
        line.spans[0].content = text
        self._keep_title(text)

    def _label_below_title(self, at: int, line: Line) -> None:
        """Label what describes a picture, a desk's name or a subtitle."""
        if line.size >= LONG and (self.dated or self.signed):
            return  # a paragraph: none of what follows is as long
        if self._is_caption(line) or self._is_credited_sentence(at, line):
            self._put(line, "caption", "caption.ending", second="subtitle")
        elif self._is_contents(at):
            self._put(line, "boilerplate", "shape.contents", second="subtitle")
        elif self._is_scene(at, line):
            self._put(line, "caption", "shape.scene", second="subtitle")
        elif self._is_above_marks(at, line, LONGEST_TAG):
            self._put(line, "caption", "shape.above-marks", second="subtitle")
        elif self._stands_in_header(at, line):
            if self._is_category(at, line):
                self._put(line, "section", "shape.category", second="subtitle")
            elif any(map(_is_amid_marks, self.lines[:at])):
                self._put(line, "boilerplate", "shape.amid-marks", second="subtitle")
            else:
                self._put_subtitle(line)
        elif self._is_above_marks(at, line, SENTENCE):
            self._put(line, "caption", "shape.above-marks", second="subtitle")

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
        if line.size > LONGEST_HEADLINE or closes_sentence(line.text):
            self._put(line, "body", "shape.lead", second="subtitle")
        else:
            self._put(line, "subtitle", "shape.subtitle", second="body")

    def _is_credited_sentence(self, at: int, line: Line) -> bool:
        """`جانب من الافتتاح. (الإنترنت)` above a date or a name describes a picture."""
        if line.size >= LONG or line.text[-1] != ")" or at + 1 >= len(self.lines):
            return False
        closed = CREDITED_SENTENCE.search(line.text) is not None
        return closed and self._is_mark(self.lines[at + 1])

    def _is_contents(self, at: int) -> bool:
        """Whether headings of the text are listed above it: two or more, in a row.

        Each is printed again below, alone on its line.
        """
        if at and self.lines[at - 1].spans[0].rule == "shape.contents":
            return self._is_printed_below(at)
        below = self.lines[at + 1 : at + 2]
        return bool(
            below
            and not below[0].prose
            and self._is_printed_below(at)
            and self._is_printed_below(at + 1)
        )

    def _is_printed_below(self, at: int) -> bool:
        line = self.lines[at]
        if line.prose or line.size > LONGEST_HEADLINE:
            return False
        said = line.text.lstrip(ITEM_MARKS)
        text = self.lines[at + PAIR : at + FARTHEST_HEADING]
        return any(other.text.lstrip(ITEM_MARKS) == said for other in text)

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

    def _label_known(self, at: int, line: Line) -> bool:
        """Label a header line that is a date, a byline, a phrase or the title again."""
        if self.title and self._is_title_again(line):
            self._put(line, "title", "shape.title-again")
            return True
        if line.size > LONGEST_HEADER_LINE:
            return False
        return (
            self._label_marks(at, line)
            or self._label_date(at, line)
            or self._label_phrase(line, "header")
            or self._label_byline(at, line)
        )


def _is_amid_marks(line: Line) -> bool:
    return line.spans[0].rule == "shape.amid-marks"

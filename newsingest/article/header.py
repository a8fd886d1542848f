"""Lines above the text: the headline, and what newsrooms print around it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from newsingest.article.fold import fold
from newsingest.article.labelling import LEAD, Labelling
from newsingest.article.lines import (
    BULLETS,
    LONG,
    LONGEST_HEADER_LINE,
    LONGEST_HEADLINE,
    LONGEST_KICKER,
    LONGEST_SIGNATURE,
    LONGEST_TAG,
    LONGEST_TITLE,
    MOST_HEADER,
    MOST_TAG_WORDS,
    MUCH,
    NEAR,
    PAIR,
    SENTENCE,
    SHORT,
    SOME,
    TERMINAL,
    URL_LINE,
    Line,
    closes_sentence,
    is_headline,
    is_paragraph,
)
from newsingest.article.patterns import lazy
from newsingest.article.shapes import stems

if TYPE_CHECKING:
    from newsingest.article.record import Label

MOST_KNOWN = 56
"""Lines that dates, names and phrases may tell at the top; more of them are a list."""
LONGEST_PARTICLE = 3
ABOVE_KICKER = {"section", "date", "boilerplate", "share"}
"""Labels of lines below which a headline may still be announced by a word or two."""
HOUSES = {"paper", "agency", "group"}
ITEM_MARKS = "0123456789٠١٢٣٤٥٦٧٨٩.-–) " + BULLETS
FARTHEST_HEADING = 100
"""Lines below a list of contents in which its headings are looked for."""
SIGNED = lazy(r"\s[-–—|/]\s*(بقلم\s*[:/]?\s*\S)")
"""`… – بقلم NAME` behind a column's headline."""
MANY_WORDS, MOSTLY = 4, 0.7
"""A line of so many words is no headline either if the text says one of them, and so
much of the headline below."""
LINK_NUMBER = lazy(r"(?:[*#•+]\s?)?\[\d+\](?=\S)")
"""What stands before a link there: `* [6]محليات`."""
HOUSE_MARK = lazy(r"[-–—|](?<=\s.)")
"""What parts a house's name from what it says it is."""
CREDITED_SENTENCE = lazy(r"\.\s*\([^()\d]{2,40}\)$")


class Header(Labelling):
    """The lines above the text."""

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
        elif "[" in line.text and LINK_NUMBER.match(line.text):
            self._put(line, "boilerplate", "shape.links")
        elif self.title and self.phrases.is_share_bar(line.text):
            self._put(line, "share", "share.bar")
        elif self.title:
            self._label_below_title(at, line)
        elif not self._label_above_title(at, line) and self._is_title(at, line):
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

    def _label_above_title(self, at: int, line: Line) -> bool:
        """Label a line above the headline: a desk, a picture's, the house's."""
        if self._is_credit(at, line):
            self._put(line, "caption", "caption.above-title")
        elif self._is_letterhead(at, line):
            self._put(line, "boilerplate", "shape.letterhead", second="title")
        elif self._is_house(at, line):
            self._put(line, "boilerplate", "shape.house", second="title")
        elif self._is_kicker(at, line):
            self._put(line, "section", "shape.kicker", second="title")
        elif self._is_unsaid(at, line):
            desk = len(line.text.split()) <= MOST_TAG_WORDS
            desk = desk and not self._is_desk_name(self.lines[at + 1])
            label: Label = "section" if desk else "boilerplate"
            self._put(line, label, "shape.unsaid", second="title")
        elif self._announces_title(at, line):
            self._put(line, "subtitle", "shape.kicker", second="title")
        return bool(line.spans)

    def _label_below_title(self, at: int, line: Line) -> None:
        """Label what describes a picture, a desk's name or a subtitle."""
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
            else:
                self._put_subtitle(line)
        elif self._is_above_marks(at, line, SENTENCE):
            self._put(line, "caption", "shape.above-marks", second="subtitle")

    def _is_house(self, at: int, line: Line) -> bool:
        """Whether a line above the headline is the house's: its name, a desk's slug.

        A paper that is known, `SUDAN-GUM/SEASON (FEATURE)`, or a name with what the
        house is behind a mark.
        """
        text = line.text
        named = (
            line.size <= LONGEST_SIGNATURE
            and " " in text  # `المدينة` is a desk as well
            and self.bylines.is_paper(text)
        )
        named = named or text.isascii()
        if not named and not (HOUSE_MARK.search(text) and self._is_slogan(line)):
            return False
        return any(
            not below.text.isascii() and self._is_untold(below)
            for below in self.lines[at + 1 : at + 1 + NEAR]
        )

    def _is_letterhead(self, at: int, line: Line) -> bool:
        """Whether an office's name stands above `بيان صحفي` and the headline."""
        if line.size > LONGEST_SIGNATURE:
            return False
        for below in range(at + 1, min(at + 1 + NEAR, len(self.lines) - 1)):
            if self.lines[below].prose:
                return False
            match = self._match(self.lines[below], "header")
            if match and match.phrase.rule == "boilerplate.press-release":
                return self._is_untold(self.lines[below + 1])
        return False

    def _is_unsaid(self, at: int, line: Line) -> bool:
        """Whether the text says nothing of a line, and much of a headline below it.

        The words of a house, of a menu or of a desk are not those of the news.
        """
        if line.size > SHORT or line.prose:
            return False
        reach = range(at + 1, min(at + 1 + NEAR, len(self.lines)))
        near = [below for below in reach if "©" not in self.lines[below].text]
        first = 0
        for count, below in enumerate(near):
            if self._is_untold(self.lines[below]):
                first = first or below
            elif self.lines[below].prose:
                near = near[:count]
                break
        if not first or not any(map(self._is_dated, self.lines[at + 1 : first + 3])):
            return False  # columns in print open with a verse or a saying
        text = (below for below in self.lines[first + 1 :] if below.size >= LONG)
        said = stems(" ".join(below.text[:LEAD] for below in islice(text, PAIR)))
        words = stems(line.text)
        told = len(words & said)
        if told > (len(words) >= MANY_WORDS):
            return False
        most = MOSTLY if told else SOME
        for below in near:
            words = stems(self.lines[below].text)
            if len(words & said) >= max(PAIR + told, most * len(words)):
                return self._is_untold(self.lines[below])
        return False

    def _is_untold(self, line: Line) -> bool:
        """Whether nothing but its shape tells a line, which is a headline's."""
        return is_headline(line) and not self._is_mark(line)

    def _is_dated(self, line: Line) -> bool:
        return line.size <= LONGEST_HEADER_LINE and bool(self._read_dated(line.text))

    def _is_desk_name(self, line: Line) -> bool:
        match = self._match(line, "header")
        return match is not None and match.label == "section"

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
        if line.size > LONGEST_HEADLINE or closes_sentence(line.text):
            self._put(line, "body", "shape.lead", second="subtitle")
        else:
            self._put(line, "subtitle", "shape.subtitle", second="body")

    def _is_caption(self, line: Line) -> bool:
        """Whether a line between headline and text describes a picture."""
        text = line.text
        credited = "©" in text[1:] and not self._match(line, "footer")
        return len(text) < LONG and (credited or self.phrases.ends_caption(text))

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
        if any(above.label not in ABOVE_KICKER for above in self.lines[:at]):
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
            self._label_marks(at, line)
            or self._label_date(at, line)
            or self._label_phrase(line, "header")
            or self._label_byline(at, line)
        )

    def _is_title(self, at: int, line: Line) -> bool:
        """Whether a first unknown line is a headline: short, and no sentence."""
        size, text = line.size, line.text
        if size > LONGEST_TITLE or (size > LONGEST_HEADLINE and line.prose):
            return False
        sentence = closes_sentence(text)
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
        reach = 1 if is_paragraph(line) else 3
        for later in range(at + 1, min(at + 1 + reach, len(self.lines) - 1)):
            candidate = self.lines[later]
            if self._is_header_mark(candidate):
                return True
            if self._is_caption(candidate):
                return True
            if candidate.prose:
                return False
        return False

"""Which line is the headline, and what stands above it."""

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
    NO_MATCH,
    PAIR,
    SHORT,
    SOME,
    Line,
    closes_sentence,
    is_headline,
    is_paragraph,
)
from newsingest.article.patterns import lazy
from newsingest.article.shapes import stems

if TYPE_CHECKING:
    from newsingest.article.record import Label

LONGEST_PARTICLE = 3
MENU = {"section", "boilerplate", "share", "contact"}
PAGES = {"boilerplate.page", "boilerplate.skip-links", "contact.label"}
"""What a page's menu has beside desks."""
ABOVE_KICKER = {"section", "date", "boilerplate", "share"}
"""Labels of lines below which a headline may still be announced by a word or two."""
HOUSES = {"paper", "agency", "group"}
MANY_WORDS, MOSTLY, HARDLY = 4, 0.6, 0.2
"""Shares of its words that the text says of a headline, and of a line that is none: of
1,718 pages two have a headline of which it says a fifth at most, and below it a line of
which it says more than half; of 76 headlines in a word or two none is such.
"""
MOST_HOUSE_WORDS = 5
SLUG = lazy(r"[^\W\d]+(?:[/-][^\W\d]+)+")
"""What a wire files a story under: words and strokes, and no space."""
HOUSE_MARK = lazy(r"[-–—|](?<=\s.)")
"""What parts a house's name from what it says it is."""


class AboveTitle(Labelling):
    """The headline, and what newsrooms print above it."""

    def _label_above_title(self, at: int, line: Line) -> bool:
        """Label a line above the headline: a desk, a picture's, the house's."""
        if self._is_credit(at, line):
            self._put(line, "caption", "caption.above-title")
        elif headlines := self._headlines_below(at):
            self._label_above_headline(at, line, headlines)
        if line.spans:
            return True
        if self._is_kicker(at, line):
            self._put(line, "section", "shape.kicker", second="title")
        elif self._announces_title(at, line):
            self._put(line, "subtitle", "shape.kicker", second="title")
        return bool(line.spans)

    def _label_above_headline(self, at: int, line: Line, headlines: list[int]) -> None:
        """Label a line that could be the headline, as some below it could."""
        if self._is_letterhead(at, line):
            self._put(line, "boilerplate", "shape.letterhead", second="title")
        elif self._is_house(at, line):
            self._put(line, "boilerplate", "shape.house", second="title")
        elif headline := self._unsaid_above(at, line, headlines):
            desk = len(line.text.split()) <= MOST_TAG_WORDS
            between = self.lines[at + 1 : headline]
            desk = desk and all(map(self._is_mark, between))
            desk = desk and not any(map(self._is_desk_name, between))
            label: Label = "section" if desk else "boilerplate"
            self._put(line, label, "shape.unsaid", second="title")

    def _label_menu(self, at: int) -> None:
        """Take desks in a row above the headline for a menu: of one article none is.

        Three of them, or two beside `الرئيسية` or `اتصل بنا`.
        """
        menu: list[Line] = []
        for line in reversed(self.lines[:at]):
            if line.label not in MENU:
                break
            menu.append(line)
        desks = [line for line in menu if line.label == "section"]
        pages = [line for line in menu if line.spans[0].rule in PAGES]
        if len(desks) > PAIR or (len(desks) == PAIR and pages):
            for line in desks:
                self._put(line, "boilerplate", "shape.menu", second="section")

    def _is_house(self, at: int, line: Line) -> bool:
        """Whether a line above the headline is the house's: its name, a desk's slug.

        A paper that is known, `SUDAN-GUM/SEASON (FEATURE)`, `سوريا/مفاوضات`, or a name
        with what the house is behind a mark.
        """
        text = line.text
        named = (
            line.size <= LONGEST_SIGNATURE
            and 0 < text.count(" ") < MOST_HOUSE_WORDS  # `المدينة` is a desk as well
            and self.bylines.is_paper(text)
        )
        named = named or text.isascii()
        named = named or ("/" in text and SLUG.fullmatch(text) is not None)
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
            if self.lines[below].matches is NO_MATCH:
                continue
            match = self._match(self.lines[below], "header")
            if match and match.phrase.rule == "boilerplate.press-release":
                return self._is_untold(self.lines[below + 1])
        return False

    def _unsaid_above(self, at: int, line: Line, headlines: list[int]) -> int:
        """The headline below a line of which the text says nothing; 0 if there is none.

        The words of a house, of a menu or of a desk are not those of the news.
        """
        if line.size >= LONG or line.prose:
            return 0
        text = (below for below in self.lines[at + 1 :] if below.size >= LONG)
        said = stems(" ".join(below.text[:LEAD] for below in islice(text, PAIR)))
        words = stems(line.text)
        told = len(words & said)
        for below in headlines:
            words_below = stems(self.lines[below].text)
            both = len(words_below & said)
            if both > max(PAIR, MOSTLY * len(words_below)):
                short = line.size <= LONGEST_KICKER
                most = MUCH if short else HARDLY
                other = told <= most * len(words) or self._is_menu(at, line)
                if other and self._is_scene_of(at, below):
                    other = self._is_menu(at, line)
                return below if other or self._is_named_below(at, line) else 0
        if line.size > SHORT or told > (len(words) >= MANY_WORDS):
            return 0
        first = headlines[0]
        if first > at + NEAR or not any(
            map(self._is_dated, self.lines[at + 1 : first + NEAR - 1])
        ):
            return 0  # columns in print open with a verse or a saying
        most = MOSTLY if told else SOME
        words = stems(self.lines[first].text)
        return first if len(words & said) >= max(PAIR + told, most * len(words)) else 0

    def _is_scene_of(self, at: int, below: int) -> bool:
        """Whether a first line of three words or more is a headline all the same.

        Its date is below it, and a picture's caption right above the text.
        """
        if at or below + 1 >= len(self.lines) or not self.lines[below + 1].prose:
            return False
        words = self.lines[at].text.count(" ") + 1
        dated = any(map(self._is_dated, self.lines[at + 1 : below]))
        return dated and words > PAIR

    def _headlines_below(self, at: int) -> list[int]:
        """The lines between one and the text that could be the headline as well."""
        lines = self.lines
        return [
            below for below in self._above_prose(at)
            if self._is_untold(lines[below]) and not self._is_caption(lines[below])
        ]  # fmt: skip

    def _above_prose(self, at: int) -> list[int]:
        """The lines from `at` to the first paragraph, without pictures' credits."""
        near: list[int] = []
        for below in range(at + 1, min(at + 1 + MOST_HEADER, len(self.lines))):
            line = self.lines[below]
            if "©" not in line.text:
                if line.prose and not is_headline(line):
                    break
                near.append(below)
        return near

    def _is_named_below(self, at: int, line: Line) -> bool:
        """Whether a house is named again: in quotes, by its copyright, in its links.

        `قال لـ«البوصلة»`, `جميع الحقوق محفوظة لموقع البوصلة`.
        """
        name = HOUSE_MARK.split(line.text, 1)[0].strip()
        if not 1 < len(name) <= LONGEST_TAG:
            return False
        for below in self.lines[at + 1 :]:
            text = below.text
            if name not in text or below.size == line.size:
                continue
            if not below.prose or f"«{name}»" in text or f'"{name}"' in text:
                return True
        return False

    def _is_menu(self, at: int, line: Line) -> bool:
        """Whether one of two short lines above the headline is another of a menu."""
        beside = self.lines[max(0, at - 1) : at] + self.lines[at + 1 : at + PAIR]
        return line.size <= LONGEST_KICKER and any(
            other.size <= LONGEST_KICKER and not self._is_dated(other)
            for other in beside
        )

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

    def _is_mark(self, line: Line) -> bool:
        """Whether a short line above the text is known: a phrase, a name, a date."""
        if match := self._match(line, "header"):
            return match.label != "related"
        if self._is_header_mark(line) or self.bylines.is_person(line.text):
            return True
        byline = self.bylines.read(line.text)
        return byline is not None and not byline.kinds.isdisjoint(HOUSES)

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

    def _is_caption(self, line: Line) -> bool:
        """Whether a line between headline and text describes a picture."""
        text = line.text
        credited = "©" in text[1:] and not self._match(line, "footer")
        return len(text) < LONG and (credited or self.phrases.ends_caption(text))

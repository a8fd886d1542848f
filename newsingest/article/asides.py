"""Short lines between paragraphs that are no part of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsingest.article.dates import could_be_date
from newsingest.article.labelling import Labelling
from newsingest.article.lines import (
    BULLETS,
    LONG,
    LONGEST_HEADLINE,
    PAIR,
    SHORTEST_TITLE,
    TERMINAL,
    Line,
)
from newsingest.article.patterns import lazy
from newsingest.article.shapes import bare, closes, continues, counts_picture

if TYPE_CHECKING:
    from newsingest.article.record import Label

BRACKETED_END = lazy(r"\(([^()]{2,40})\)$")
SHORTEST_QUOTE = 40
"""Characters from which a line that the text says again is a quote pulled out of it;
subheadings of search engines' taste are shorter, and said again right below."""
SHORTEST_SCENE = 10
NUMBERS = " 0123456789٠١٢٣٤٥٦٧٨٩()"
FILE_NAME = lazy(r"(?:IMG|DSC|PHOTO|Screenshot|WhatsApp Image|صورة واتساب)[-_ ]?\d")
"""How a camera and a telephone name their pictures: `IMG-20240515-WA0012`."""
SHORTEST_CARD, MOST_CARDS, FEWEST_CARD_WORDS = 30, 3, 4
PULLED = 8
"""A pulled quote stands at most so many lines away from its paragraph."""


class Asides(Labelling):
    """What stands between paragraphs: pictures, cards, quotes pulled out of them."""

    def _aside(self, at: int, line: Line) -> tuple[Label, str] | None:
        """What a short line between paragraphs is, if no part of the text."""
        text = line.text
        if could_be_date(text) and self._is_card_date(at, line):
            return "boilerplate", "shape.card"
        if counts_picture(text):
            return "boilerplate", "shape.counter"
        if line.spans or self._label_cards(at):
            return line.spans[0].label, line.spans[0].rule
        if FILE_NAME.match(text) or self._is_alike(at):
            return "caption", "caption.below-picture"
        if self._is_pulled(at, text):
            return "boilerplate", "shape.pulled-quote"
        if line.size >= LONG or at + 1 >= len(self.lines):
            return None
        below = self.lines[at + 1]
        between = self.lines[at - 1].prose and (below.prose or closes(below.text))
        if between and self._is_credited(text):
            return "caption", "caption.credited"
        return None

    def _is_card_date(self, at: int, line: Line) -> bool:
        """Whether a date with a clock stands below a headline between paragraphs.

        Both are a card that links to another article; the headline becomes related.
        """
        above = self.lines[at - 1]
        headline = above.label in ("heading", "body") and not above.prose
        if not headline or above.text[-1] in TERMINAL or above.size < SHORTEST_TITLE:
            return False
        reading = self.dates.read(line.text, self.now)
        if reading is None or not reading.is_date_line or reading.precision == "day":
            return False
        self._put(above, "related", "shape.card", second="body")
        return True

    def _label_cards(self, at: int) -> bool:
        """Label two or three headlines between two paragraphs that nothing announces.

        In 1,390 articles no text had any.
        """
        above = self.lines[at - 1]
        if not (self.dated and above.prose) or above.text[-1] in ":،؛":
            return False
        end = at
        while end < len(self.lines) and self._may_be_card(end):
            end += 1
        if not PAIR <= end - at <= MOST_CARDS:
            return False
        if end == len(self.lines) or not self.lines[end].prose:
            return False
        for card in self.lines[at:end]:
            self._put(card, "related", "shape.cards", second="body")
        return True

    def _may_be_card(self, at: int) -> bool:
        line = self.lines[at]
        text = line.text
        short = SHORTEST_CARD <= line.size <= LONGEST_HEADLINE and not line.prose
        return (
            short
            and text.count(" ") >= FEWEST_CARD_WORDS
            and text[-1] not in TERMINAL
            and text[0] not in BULLETS + "-–"
            and "*" not in text
            and not continues(text)
            and self._match(line, "body") is None
        )

    def _is_below_picture(self, at: int, line: Line) -> bool:
        """Whether a line is a picture's file, is counted, or says what another says."""
        counted = at and counts_picture(self.lines[at - 1].text)
        named = FILE_NAME.match(line.text) is not None
        return bool(counted) or named or self._is_alike(at)

    def _is_alike(self, at: int) -> bool:
        """Whether a neighbour says the same but for a number: pictures' captions."""
        text = self.lines[at].text
        said = text.rstrip(NUMBERS)
        if " " not in said or len(said) < SHORTEST_SCENE or text[-1] in ".:،":
            return False
        near = self.lines[at - 1 : at] + self.lines[at + 1 : at + 2]
        return any(other.text.rstrip(NUMBERS) == said for other in near)

    def _is_pulled(self, at: int, text: str) -> bool:
        """Whether a paragraph nearby says a line word for word: a quote pulled out."""
        said = bare(text)
        if len(said) < SHORTEST_QUOTE:
            return False
        near = self.lines[max(0, at - PULLED) : at] + self.lines[at + 2 : at + PULLED]
        return any(
            other.prose and other.label != "title"
            and said in bare(other.text)
            for other in near
        )  # fmt: skip

    def _is_credited(self, text: str) -> bool:
        """Whether a line ends in an agency or a paper in brackets: `… (رويترز)`."""
        if text[-1] != ")" and not self.phrases.ends_archived(text):
            return False
        found = BRACKETED_END.search(text)
        if found is None:
            return text[-1] != ")"
        credit = self.bylines.credit(found[1])
        named = credit and credit.kinds <= {"agency", "weak-agency", "group", "paper"}
        return bool(named) and not continues(text)

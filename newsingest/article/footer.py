"""Lines below the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsingest.article.asides import SHORTEST_CARD, Asides
from newsingest.article.dates import could_be_date
from newsingest.article.fold import fold
from newsingest.article.labelling import heads
from newsingest.article.lines import (
    LONG,
    LONGEST_HEADER_LINE,
    LONGEST_HEADLINE,
    LONGEST_INITIALS,
    LONGEST_NOTICE,
    LONGEST_SIGNATURE,
    LONGEST_TAG,
    MOST_NAME_WORDS,
    PAIR,
    SHORT,
    TERMINAL,
    WORDS_OF_PAGES,
    Line,
    Zone,
    is_headline,
)
from newsingest.article.patterns import lazy
from newsingest.article.shapes import closes, continues
from newsingest.article.tags import Tags

if TYPE_CHECKING:
    from newsingest.article.bylines import Byline
    from newsingest.article.phrases import Match

BRACKETED = lazy(r"[-–\s]*[(/]\s*[^()/]{2,40}[)/]\W*")
NUMBERED_URL = lazy(r"\[?\d+[.\]]\s+https?://\S+")
"""A line of the references below a page that `lynx -dump` made text."""
HASHTAGS = lazy(r"(?:#[\w_]+\s*)+")
SIGNATURES = {"byline.last-line", "byline.again"}
LONGEST_ITEM = 170
"""The longest headline in a list of related articles."""
CONTACT = lazy(
    r"@[\w-]+\.\w|\bwww\.|https?://|\[email"
    r"|(?<!\d)(?!\d{4}-\d\d-\d\d|\d\d-\d\d-\d{4})\d[\d\s()+-]{6,}\d"
)

YEAR = lazy(r"(?:1[349]|20|١[٣٤٩]|٢٠)\d\d(?!\d)")


class Footer(Tags, Asides):
    """The lines below the text, told by phrases, shapes and names."""

    def _label_below(self, at: int, line: Line, *, footer: bool) -> bool:
        """Label a line below the text that no phrase tells, if it is not text too."""
        if footer and closes(line.text):
            return False  # a button, an advertisement stood between paragraphs
        if self._label_cards_below(at, line, footer=footer):
            return True
        if at not in self.table:
            tags = self._label_tags(at, line, footer=footer)
            return tags or self._label_footer(at, line, footer=footer)
        if footer:
            self._put(line, "boilerplate", "shape.below-footer", second="body")
        return footer

    def _label_cards_below(self, at: int, line: Line, *, footer: bool) -> bool:
        """Label links below the text that nothing announces: a headline, then its date.

        One is enough where the footer has begun.
        """
        if line.label:
            return True
        if not self.dated or not self._is_card(at):
            return False
        if not footer and not self._is_card(at + PAIR):
            return False
        self._put(line, "related", "shape.card", second="boilerplate")
        self._put(self.lines[at + 1], "boilerplate", "shape.card", second="date")
        return True

    def _is_card(self, at: int) -> bool:
        """Whether a line is a headline, and the one below it its date."""
        if at + 1 >= len(self.lines) or not is_headline(self.lines[at]):
            return False
        line, below = self.lines[at], self.lines[at + 1]
        if line.size < SHORTEST_CARD or not could_be_date(below.text):
            return False
        if self._match(line, "footer") or self._match(below, "footer"):
            return False
        reading = self.dates.read(below.text, self.now)
        return reading is not None and reading.is_date_line

    def _label_copyright(self, at: int, line: Line) -> bool:
        """Label a line with a sign, and the holder below a notice that ends in `لـ`."""
        before = self.lines[at - 1] if at else None
        text = line.text
        reserved = "حقوق" in text and "محفوظ" in text and line.size < LONG
        if reserved or ("©" in text and line.size < LONGEST_NOTICE):
            self._put(line, "copyright", "copyright.sign")
        elif (
            before
            and before.label == "copyright"
            and fold(before.text).endswith((" ل", ":"))
            and line.size <= LONGEST_SIGNATURE
        ):
            self._put(line, "copyright", "copyright.holder-below")
        else:
            return False
        return True

    def _label_after_end(
        self, at: int, line: Line, ended: str, heading: Match | None = None
    ) -> Match | None:
        """Label a line below an end; give the heading of a list of links it is in."""
        match = self._match(line, "footer")
        lists = match and match.label == "related" and heads(match, line)
        if match and (lists or match.label in ("copyright", "share", "contact")):
            self._put_match(line, match)
            return match if lists else None
        if heading and match is None and self._is_item(line, "footer"):
            self._put_item(line, heading)
            return heading
        if not self._label_copyright(at, line):
            self._put(line, "boilerplate", ended)
        return None

    def _is_item(self, line: Line, zone: Zone) -> bool:
        """Whether a line below a list's heading belongs to the list."""
        text = line.text
        if text[-1] == "." and text[-2:] != ".." and len(text) > LONGEST_TAG:
            return False
        if line.size >= SHORT and continues(text):
            return False
        return line.size <= (LONGEST_ITEM if zone == "footer" else LONGEST_HEADLINE)

    def _put_item(self, line: Line, heading: Match) -> None:
        """Label an item of a list; a date of its own below a headline is not one."""
        if could_be_date(line.text):
            reading = self.dates.read(line.text, self.now)
            if reading and (reading.is_date_line or _is_latin(line.text)):
                self._put(line, "boilerplate", f"{heading.phrase.rule}.date")
                return
        match = self._match(line, "footer")
        page = match is not None and match.phrase.rule in WORDS_OF_PAGES
        desk = heading.label == "related" and (page or self._is_section(line.text))
        unnamed = not any(map(str.isalpha, line.text))
        if unnamed or (line.size <= LONGEST_TAG and (desk or _is_latin(line.text))):
            self._put(line, "boilerplate", f"{heading.phrase.rule}.house")
            return
        self._put(line, heading.label, heading.phrase.rule)

    def _label_link(self, line: Line) -> bool:
        """Label hash tags, and an address in a list of references."""
        text = line.text
        if text[0] == "#" and HASHTAGS.fullmatch(text):
            self._put(line, "tags", "shape.hashtags")
        elif text[0] in "[0123456789" and NUMBERED_URL.fullmatch(text):
            self._put(line, "boilerplate", "shape.url")
        return bool(line.spans)

    def _label_footer(self, at: int, line: Line, *, footer: bool) -> bool:
        """Label a line below the text by its shape."""
        text = line.text
        if self._label_link(line):
            return True
        if self._is_below_picture(at, line):
            self._put(line, "caption", "caption.below-picture", second="body")
        elif self.phrases.is_share_bar(text):
            self._put(line, "share", "share.bar")
        elif rule := self._contact(at, line):
            self._put(line, "contact", rule)
        elif self._is_role_below(at, text):
            self._put(line, "byline", "byline.role-below", second="body")
        elif len(text) < LONG and (call := self.phrases.call(text)):
            self._put(line, "share", call)
        elif self._is_desk_below(at, text):
            self._put(line, "boilerplate", "shape.desk", second="byline")
        elif not self._label_marks(at, line) and not self._label_signature(at, line):
            if not footer:
                return False
            self._put(line, "boilerplate", "shape.below-footer", second="body")
        return True

    def _is_role_below(self, at: int, text: str) -> bool:
        """`* كاتب لبناني` below the text, or what the writer named above is."""
        if not self.bylines.is_role(text.lstrip("* ")):
            return False
        above = self.lines[at - 1].spans[0].rule if at else ""
        return above in SIGNATURES or text[-1] not in TERMINAL

    def _contact(self, at: int, line: Line) -> str:
        """The rule by which a line says how to reach somebody.

        `88591 - Stc` are the numbers below `للتواصل … أرسل رسالة إلى`.
        """
        text = line.text
        if CONTACT.search(text) and len(text) < LONG and not line.prose:
            # `13 نوفمبر 2018 - 08:55` has as many digits as a telephone number.
            dated = YEAR.search(text) and self._read_dated(text)
            return "" if dated else "contact.shape"
        above = self.lines[at - 1].label if at else None
        number = any(map(str.isdigit, text)) and len(text) <= LONGEST_TAG
        return "contact.continued" if above == "contact" and number else ""

    def _is_desk_below(self, at: int, text: str) -> bool:
        """`سليمان/ م ع` below an agency's credit."""
        above = self.lines[at - 1].label if at else None
        slashed = "/" in text and not any(map(str.isdigit, text))
        return above == "source" and slashed and len(text) <= LONGEST_INITIALS

    def _is_desk(self, at: int, byline: Byline) -> bool:
        """Whether names are the desk's: below an agency's credit, or behind it."""
        above = self.lines[at - 1].label if at else None
        return above == "source" or (bool(byline.agencies) and byline.dateline is None)

    def _label_signature(self, at: int, line: Line) -> bool:
        """An agency's credit, a writer's name or a date as one of the last lines."""
        if line.size > LONGEST_HEADER_LINE:
            return False
        if self._label_date(at, line):
            return True
        if self.authors and self._is_signed_again(line):
            self._put(line, "byline", "byline.again")
            return True
        bracketed = BRACKETED.fullmatch(line.text) is not None
        read = self.bylines.credit if bracketed else self.bylines.read
        byline = read(line.text)
        if byline is None:
            return False
        if byline.authors:
            self._label_signed(at, line, byline)
        elif byline.kinds == {"desk"} and line.size <= LONGEST_TAG:
            self._put(line, "boilerplate", "shape.desk", second="byline")
        if not line.spans:
            self._label_credit(at, line, byline)
        return bool(line.spans)

    def _label_signed(self, at: int, line: Line, byline: Byline) -> None:
        """Label a writer's name below the text, or the desk's."""
        if self._is_desk(at, byline):
            self._put(line, "boilerplate", "shape.desk")
        elif not self._is_listed(at) and self._may_close(line, byline):
            self._put(line, "byline", "byline.last-line", byline=byline)
            self.signed = True

    def _label_credit(self, at: int, line: Line, byline: Byline) -> None:
        """Label an agency or the paper as the last line; `وات` below a full stop."""
        if byline.kinds == {"weak-agency"} and self.lines[at - 1].text[-1] == ".":
            byline = self.bylines.credit(line.text) or byline
        paper = byline.kinds == {"paper"} and self.bylines.is_paper(line.text)
        if byline.agencies or "group" in byline.kinds or paper:
            self._put(line, "source", "source.last-line", byline=byline)

    def _is_listed(self, at: int) -> bool:
        """Whether names stand below `… كالتالي:`, or below one that does."""
        above = self.lines[at - 1]
        named = above.label == "body" and not above.prose
        alike = ":" in above.text and ":" in self.lines[at].text
        return above.text[-1] == ":" or (
            named and (alike or self.bylines.is_person(above.text))
        )

    def _is_signed_again(self, line: Line) -> bool:
        """`تحرير من طرف NAME`, `د. NAME - أستاذ` below the text, NAME above it too."""
        text = line.text
        if line.size > LONGEST_SIGNATURE or text[-1] in ".:" or line.prose:
            return False
        if any(map(text.endswith, self.authors)):
            return self.bylines.read(text) is not None
        return any(name in text[: len(name) + len("أ.د. ")] for name in self.authors)

    def _may_close(self, line: Line, byline: Byline) -> bool:
        """Whether a name below the text signs it."""
        text = line.text
        if len(text) > LONGEST_SIGNATURE or text[-1] in ".:":
            return False
        first = next((p.text for p in byline.pieces if p.kind == "person"), text)
        alone = (not self.named or self.named_by_guess) and (
            self.bylines.is_person(text)
            or (text[-1] == ")" and self.bylines.is_person(first))
        )
        return byline.certain or (alone and len(text.split()) <= MOST_NAME_WORDS + 1)


def _is_latin(text: str) -> bool:
    """Whether a link's neighbour has no Arabic letter: `2025-11-02 Example 24`."""
    return text.isascii() and any(map(str.isalpha, text))

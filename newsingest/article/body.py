"""The text, the pieces inside it, and what follows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsingest.article.dates import DateReading, could_be_date
from newsingest.article.fold import fold
from newsingest.article.labelling import Labelling, without_date
from newsingest.article.lines import (
    BULLETS,
    INITIALS,
    LONG,
    LONGEST_HEADER_LINE,
    LONGEST_HEADLINE,
    LONGEST_INITIALS,
    LONGEST_KICKER,
    LONGEST_NOTICE,
    LONGEST_SIGNATURE,
    LONGEST_TAG,
    MOST_HEADER,
    MOST_NAME_WORDS,
    MOST_TAG_WORDS,
    MUCH,
    NO_MATCH,
    PAIR,
    SENTENCE,
    SHORT,
    SHORTEST_TITLE,
    SOME,
    TERMINAL,
    URL_LINE,
    WORDS_OF_PAGES,
    Line,
    Span,
    Zone,
    is_plain,
)
from newsingest.article.patterns import lazy
from newsingest.article.phrases import DECORATION, Match
from newsingest.article.shapes import (
    TAG_BULLETS,
    bare,
    closes,
    continues,
    counts_picture,
    tag_pieces,
)

if TYPE_CHECKING:
    from newsingest.article.bylines import Byline
    from newsingest.article.record import Label

LONGEST_ITEM = 170
"""The longest headline in a list of related articles."""
MOST_FOOTER = 400
"""More lines than that below the text are a table or a list: only the last ones can be
a footer, and only phrases are looked for in the others."""
LONGEST_DATELINE = 110
FEWEST_TAGS, MOST_TAGS = 2, 15
DATELINE_KINDS = {
    "agency", "weak-agency", "group", "place", "paper", "person", "role",
}  # fmt: skip
ENDS_NOTHING = {"body", "byline", "date", "source"}
"""Labels below the text with which its footer has not begun."""
DATELINE_MARK = re.compile(
    r"""
    [-–—ـ:/)]  # first, by itself: a search for one of some letters is the fastest
    (?: (?<=\)) (?: \s* [-–—:ـ]+ | (?=\s) )
      | (?<=-) -+ | (?<=[–—]) | (?<=[-ـ]) [-ـ]*\s | (?<=\s[-ـ]) [-ـ]*
      | (?<=:) [\s-]* | (?<=/) | (?<=\w-) (?=\w)
    ) \s*
    """,
    re.VERBOSE,
)
DAY_MONTH = lazy(r"\d{1,2}\s*[-/]\s*\d{1,2}(?:\s*[-/]\s*\d{2,4})?")
BRACKETED = lazy(r"[-–\s]*[(/]\s*[^()/]{2,40}[)/]\W*")
BRACKETED_END = lazy(r"\(([^()]{2,40})\)$")
NUMBERED_URL = lazy(r"\[?\d+[.\]]\s+https?://\S+")
"""A line of the references below a page that `lynx -dump` made text."""
HASHTAGS = lazy(r"(?:#[\w_]+\s*)+")
CLOSING_CREDIT = lazy(r"(?<=[.!؟»\"])\s*[-–]*\s*\(([^()]{2,25})\)$")
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
LONGEST_TAG_LIST = 120
ABOVE_TAGS = {"share", "boilerplate", "contact"}
"""Labels below which tags without a heading still begin, once the footer has."""
REPEATED = {"section", "caption", "tags", "related"}
"""Labels of lines that a tag can repeat; a line of the text is none printed twice."""
CONTACT = lazy(
    r"@[\w-]+\.\w|\bwww\.|https?://|\[email"
    r"|(?<!\d)(?!\d{4}-\d\d-\d\d|\d\d-\d\d-\d{4})\d[\d\s()+-]{6,}\d"
)


class Body(Labelling):
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
                self._label_after_end(at, line, ended)
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
            if heading and match is None and self._is_item(line, zone):
                self._put_item(line, heading)
                continue
            if match and match.phrase.rule == "boilerplate.list-mark":
                self._put_match(line, match)
                continue
            heading = None
            if match and self._accepts(match, zone):
                self._put_match(line, match)
                heading = match if heads(match, line) else None
                ended = match.phrase.rule if match.phrase.ends else ended
                footer |= zone == "footer" and match.label not in ("related", "caption")
            elif zone == "footer" and self._label_below(at, line, footer=footer):
                parted = line.text[0] == "*" and line.spans[0].rule == "shape.rule"
                footer |= line.label not in ENDS_NOTHING and not parted
            else:
                self._put_body(at, line, first=at == start)

    def _label_below(self, at: int, line: Line, *, footer: bool) -> bool:
        """Label a line below the text that no phrase tells, if it is not text too."""
        if footer and closes(line.text):
            return False  # a button, an advertisement stood between paragraphs
        if at not in self.table:
            tags = self._label_tags(at, line, footer=footer)
            return tags or self._label_footer(at, line, footer=footer)
        if footer:
            self._put(line, "boilerplate", "shape.below-footer", second="body")
        return footer

    def _label_tags(self, at: int, line: Line, *, footer: bool) -> bool:
        """Label two or more words or names below the text that no heading announces."""
        above = self.lines[at - 1].label if at else None
        if line.label or above == "tags":
            return bool(line.label)
        if line.size <= LONGEST_TAG_LIST and self._label_tag_list(at, line):
            return True
        run = self._tags_from(at) if not footer or above in ABOVE_TAGS else 0
        fewest = 1 if above == "share" else FEWEST_TAGS
        marked = above in ABOVE_TAGS and line.text[0] in TAG_BULLETS
        marked = marked or self._are_last_words(at, run)
        if not fewest <= run <= MOST_TAGS or not (marked or self._occur(at, run)):
            return False
        for tag in self.lines[at : at + run]:
            self._put(tag, "tags", "shape.tags", second="body")
        return True

    def _are_last_words(self, at: int, run: int) -> bool:
        """Whether only a word or two a line stands below the last full stop."""
        if run < FEWEST_TAGS or at + run < len(self.lines) or not at:
            return False
        if self.lines[at - 1].text[-1] != ".":
            return False
        tags = [line.text for line in self.lines[at : at + run]]
        few = all(tag.count(" ") < PAIR and len(tag) <= LONGEST_KICKER for tag in tags)
        return few and not any(self.bylines.read(tag) for tag in tags)

    def _label_tag_list(self, at: int, line: Line) -> bool:
        """Label tags in one line that no heading announces: `الزراعة , المياه`."""
        text = line.text
        tags = () if text[-1] in TERMINAL else tag_pieces(text, fewest=FEWEST_TAGS + 1)
        if not 0 < len(tags) <= MOST_TAGS or not all(map(_is_tag, tags)):
            return False
        above, _ = self._said_above(at)
        if sum(fold(tag) in above for tag in tags) < MUCH * len(tags):
            return False
        self._put(line, "tags", "shape.tag-list", second="body")
        return True

    def _tags_from(self, at: int) -> int:
        """How many lines from `at` on look like tags; each is looked at once."""
        if at >= self.tags_end:
            self.tags_end = at
            for line in self.lines[at:]:
                if not _is_tag(line.text) or self._match(line, "footer"):
                    break
                self.tags_end += 1
        return self.tags_end - at

    def _occur(self, at: int, run: int) -> bool:
        """Whether a third of the lines from `at` on say what the text above says."""
        above, printed = self._said_above(at)
        tags = [
            fold(line.text.lstrip(TAG_BULLETS)) for line in self.lines[at : at + run]
        ]
        if not printed.isdisjoint(tags):
            return False
        return sum(tag in above for tag in tags) >= SOME * run

    def _said_above(self, at: int) -> tuple[str, frozenset[str]]:
        """What the first `at` lines say, and those of them that no tag repeats."""
        if not self.said:
            text = [line for line in self.lines[:at] if line.label not in REPEATED]
            self.said = (
                " ".join(fold(line.text) for line in self.lines[:at]),
                frozenset(fold(line.text) for line in text),
            )
        return self.said

    def _accepts(self, match: Match, zone: Zone) -> bool:
        if match.label == "boilerplate":
            return zone == "footer" or match.phrase.zone == "any"
        return zone == "footer" or match.label in (
            "related",
            "share",
            "caption",
            "tags",
        )

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
            if reading and reading.is_date_line:
                self._put(line, "boilerplate", f"{heading.phrase.rule}.date")
                return
        self._put(line, heading.label, heading.phrase.rule)

    def _label_plain(self, line: Line) -> bool:
        """Label a paragraph that ends any list, or a note: a line in brackets."""
        if line.size > LONGEST_NOTICE and is_plain(line):
            self._put(line, "body", "shape.prose")
        elif note := self.phrases.note(line.text):
            self._put(line, "boilerplate", note)
        return bool(line.spans)

    def _label_copyright(self, at: int, line: Line) -> bool:
        """Label a line with a sign, and the holder below a notice that ends in `لـ`."""
        before = self.lines[at - 1] if at else None
        if line.size < LONGEST_NOTICE and "©" in line.text:
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

    def _label_after_end(self, at: int, line: Line, ended: str) -> None:
        match = self._match(line, "footer")
        if match and match.label in ("copyright", "share", "contact"):
            self._put_match(line, match)
        elif not self._label_copyright(at, line):
            self._put(line, "boilerplate", ended)

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
        elif not self._label_marks(line) and not self._label_signature(at, line):
            if not footer:
                return False
            self._put(line, "boilerplate", "shape.below-footer", second="body")
        return True

    def _is_below_picture(self, at: int, line: Line) -> bool:
        """Whether a line is a picture's file, is counted, or says what another says."""
        counted = at and counts_picture(self.lines[at - 1].text)
        named = FILE_NAME.match(line.text) is not None
        return bool(counted) or named or self._is_alike(at)

    def _is_role_below(self, at: int, text: str) -> bool:
        """`* كاتب لبناني` below the text, or what the writer named above is."""
        if not self.bylines.is_role(text.lstrip("* ")):
            return False
        signed = at and self.lines[at - 1].spans[0].rule == "byline.last-line"
        return bool(signed) or text[-1] not in TERMINAL

    def _contact(self, at: int, line: Line) -> str:
        """The rule by which a line says how to reach somebody.

        `88591 - Stc` are the numbers below `للتواصل … أرسل رسالة إلى`.
        """
        text = line.text
        if CONTACT.search(text) and len(text) < LONG and not line.prose:
            return "contact.shape"
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

    def _put_body(self, at: int, line: Line, *, first: bool) -> None:
        text = line.text
        if text[0] in "hw" and URL_LINE.fullmatch(text):
            self._put(line, "boilerplate", "shape.url")
        elif line.size < LONG and self.phrases.credits_inside(text):
            self._put(line, "caption", "caption.ending", second="body")
        elif not line.prose and not first and (told := self._aside(at, line)):
            label, rule = told
            self._put(line, label, rule, second="body")
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

    def _dateline(self, text: str) -> tuple[int, Byline, DateReading | None] | None:
        """The place and agency glued before the first words, up to its mark."""
        head = text[:LONGEST_DATELINE]
        for found in reversed(list(DATELINE_MARK.finditer(head))):
            mark, start = found[0], found.start()
            prefix = text[: start + 1] if mark[0] == ")" else text[:start].rstrip()
            read = self._read_dateline(prefix, mark)
            glued = mark == "-" and len(prefix) == start
            if (
                read
                and text[found.end() :].strip()
                and not (glued and not read[0].agencies)
            ):
                return found.end(), *read
        return self._glued_dateline(head)

    def _glued_dateline(
        self, head: str
    ) -> tuple[int, Byline, DateReading | None] | None:
        """`دمشق-سانا` before the first word, with nothing but a space behind it."""
        words = head.split(None, 3)
        for count in range(1, len(words)):
            if "-" in words[count - 1]:
                length = head.index(words[count], len(" ".join(words[:count])) - 1)
                found = self._read_dateline(head[:length].rstrip())
                if found and found[0].agencies and found[0].dateline:
                    return length, *found
        return None

    def _read_dateline(
        self, prefix: str, mark: str = ""
    ) -> tuple[Byline, DateReading | None] | None:
        if not self.prose_words.isdisjoint(prefix.split()):
            return None
        reading = self.dates.read(prefix, self.now) if could_be_date(prefix) else None
        beside = without_date(prefix, reading) if reading else prefix
        byline = self.bylines.read(DAY_MONTH.sub(" ", beside))
        if byline is None or not byline.kinds <= DATELINE_KINDS:
            office = byline and byline.kinds == {"desk", "paper"} and ":" not in mark
            return (byline, reading) if byline and office else None
        people = [p.text for p in byline.pieces if p.kind == "person"]
        named = ":" in mark and byline.dateline and all(map(self._is_named, people))
        if people and not named and not (byline.agencies and byline.dateline):
            return None
        dated = reading and byline.agencies and "person" not in byline.kinds
        short = ":" in mark and byline.dateline and " " not in byline.dateline
        sure = short and (people or byline.kinds == {"place", "agency"})
        if byline.guessed and not (dated or sure or self._may_guess(byline)):
            return None
        if byline.kinds == {"paper"} and not self.bylines.is_paper(beside):
            return None
        return byline, reading

    def _is_named(self, person: str) -> bool:
        few = len(person.split()) <= MOST_NAME_WORDS + 1  # one may be `بن`
        return few and self.bylines.is_person(person)

    def _may_guess(self, byline: Byline) -> bool:
        """Whether a place no table knows stands beside one it knows and an agency."""
        places = [piece for piece in byline.pieces if piece.kind == "place"]
        known = [piece for piece in places if self.bylines.is_place(piece.text)]
        return bool(byline.agencies and known) and "person" not in byline.kinds


def _is_tag(text: str) -> bool:
    return (
        len(text) <= LONGEST_TAG
        and len(text.split()) <= MOST_TAG_WORDS
        and "@" not in text
        and "/" not in text
        and text[-1] not in TERMINAL
        and text[0] not in BULLETS + "-–"
        and not any(map(str.isdigit, text))
        and not INITIALS.fullmatch(text)
    )


def heads(match: Match, line: Line) -> bool:
    """Whether a phrase stands alone on its line, above the list it announces."""
    return match.phrase.heads_list and not line.text[match.rest :].strip(DECORATION)

"""The place and the agency glued before the first words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsingest.article.dates import DateReading, could_be_date
from newsingest.article.labelling import Labelling, without_date
from newsingest.article.lines import MOST_NAME_WORDS, PAIR
from newsingest.article.patterns import lazy

if TYPE_CHECKING:
    from newsingest.article.bylines import Byline

DOTS = (".", " ", "…")
INITIAL = lazy(r"[^\W\d_]\s+(?=\w)")
SHORT_NAMES = (PAIR,)
"""Words of a name that no table has, between a paper, a place and a colon."""
LONGEST_DATELINE = 110
DATELINE_KINDS = {
    "agency", "weak-agency", "group", "place", "paper", "person", "role",
}  # fmt: skip
MOST_AGENCY_WORDS = 6
DATELINE_MARK = re.compile(
    r"""
    [-–—ـ:/)]  # first, by itself: a search for one of some letters is the fastest
    (?: (?<=\)) (?: \s* [-–—:ـ]+ | (?=\s) )
      | (?<=-) -+ | (?<=[–—]) | (?<=[-ـ])(?<!هـ) [-ـ]*\s | (?<=\s[-ـ]) [-ـ]*
      | (?<=:) [\s-]* | (?<=/) | (?<=\w-) (?=\w)
    ) \s*
    """,
    re.VERBOSE,
)
DAY_MONTH = lazy(r"\d{1,2}\s*[-/]\s*\d{1,2}(?:\s*[-/]\s*\d{2,4})?")


class Datelines(Labelling):
    """Where a text was sent from, if its first paragraph says so."""

    def _wire_line(self, text: str) -> tuple[Byline, DateReading | None] | None:
        """A wire's dateline on a line of its own: `بغداد 17-1 (اف ب)-`."""
        if not DAY_MONTH.search(text):
            return None
        found = self._read_dateline(text.rstrip(" -–—:ـ"))
        return found if found and found[0].agencies and found[0].dateline else None

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
                if signed := self._with_agency(head, found.end(), read[0]):
                    return signed
                end = self._with_initial(head, found.end(), read[0])
                while head[end : end + 1] in DOTS and end < len(head):
                    end += 1  # `الموصل / نينا / .. اعادت`
                return end, *read
        return self._glued_dateline(head)

    def _with_agency(
        self, head: str, end: int, byline: Byline
    ) -> tuple[int, Byline, DateReading | None] | None:
        """`القاهرة - رويترز أعلنت`: an agency that no mark parts from the first word.

        Where the lines of a page were joined, the one that ended the dateline is gone.
        """
        if byline.kinds != {"place"}:
            return None
        words = head[end:].split(None, MOST_AGENCY_WORDS)
        for count in range(len(words) - 1, 0, -1):
            name = " ".join(words[:count])
            if self._is_signature(name.rstrip(".:،")):
                cut = head.index(words[count], end + len(name))
                found = self._read_dateline(head[:cut].rstrip(" .:،"))
                return (cut, *found) if found else None
        return None

    def _is_signature(self, text: str) -> bool:
        """`رويترز`, `أ ف ب، رويترز`, `«الشرق الأوسط»`, `سليم حداد/ الأناضول`."""
        found = self.bylines.read(text)
        if found is None or found.guessed:
            return False
        if found.kinds == {"paper"}:
            return text[0] == "«" and text[-1] == "»" and self.bylines.is_paper(text)
        people = found.kinds == {"person", "agency"} and "/" in text
        return found.kinds == {"agency"} or people

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

    def _with_initial(self, head: str, end: int, byline: Byline) -> int:
        """Where `صحار - ش نظمت` ends: a place, and one letter that is the paper's."""
        known = byline.kinds == {"place"} and not byline.guessed
        found = INITIAL.match(head, end) if known else None
        return found.end() if found else end

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
        housed = ":" in mark and byline.dateline and "paper" in byline.kinds
        if housed and all(len(name.split()) in SHORT_NAMES for name in people):
            return byline, reading
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

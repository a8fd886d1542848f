"""Tags below the text that no heading announces."""

from __future__ import annotations

from newsingest.article.fold import fold
from newsingest.article.labelling import Labelling
from newsingest.article.lines import (
    BULLETS,
    FULL_STOP,
    INITIALS,
    LONGEST_KICKER,
    LONGEST_TAG,
    MOST_TAG_WORDS,
    MUCH,
    PAIR,
    SOME,
    TERMINAL,
    Line,
)
from newsingest.article.patterns import lazy
from newsingest.article.shapes import (
    TAG_BULLETS,
    continues,
    is_definite,
    stems,
    tag_pieces,
    tags_apart,
)

FEWEST_TAGS, MOST_TAGS = 2, 15
LONGEST_TAG_LIST = 120
ABOVE_TAGS = {"share", "boilerplate", "contact"}
"""Labels below which tags without a heading still begin, once the footer has."""
YEAR_AT_END = lazy(r"(?<=\w )(?:19|20)\d\d$")
IN_THE = ("بال", "لل", "وال", "كال")
REPEATED = {"section", "caption", "tags", "related"}
"""Labels of lines that a tag can repeat; a line of the text is none printed twice."""


class Tags(Labelling):
    """Words and names that stand below the text."""

    def _label_tags(self, at: int, line: Line, *, footer: bool) -> bool:
        """Label two or more words or names below the text that no heading announces."""
        above = self.lines[at - 1].label if at else None
        if line.label or above == "tags":
            return bool(line.label)
        if line.size <= LONGEST_TAG_LIST and (
            self._label_tag_list(at, line) or self._label_tag_words(at, line)
        ):
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

    def _part_tags(self, at: int, line: Line) -> None:
        """Part tags behind their heading that have nothing between them."""
        text = line.spans[0].content
        if text.count(" ") < PAIR or not text.replace(" ", "").isalpha():
            return
        line.spans[0].content = "، ".join(tags_apart(text, self._said_above(at)[0]))

    def _label_tag_words(self, at: int, line: Line) -> bool:
        """Label tags in one line with nothing between them, right below the text.

        `البورصة المصرية الطروحات`: no sentence, and half of it is said above.
        """
        text = line.text
        words = text.split()
        if not PAIR <= len(words) <= MOST_TAGS or text[-1] in TERMINAL or not at:
            return False
        above = self.lines[at - 1]
        if not (above.prose and above.text[-1] in FULL_STOP) or not text[0].isalpha():
            return False
        if not self.bylines.function_words.isdisjoint(words) or continues(text):
            return False
        if 2 * sum(map(is_definite, words)) < len(words) or self.bylines.read(text):
            return False
        if any(word.startswith(IN_THE) for word in words):
            return False  # `تبادل التهاني بالحد الجنوبي` describes a picture
        below = self.lines[at + 1 : at + PAIR]
        if below and not self._match(below[0], "footer"):
            return False
        said, _ = self._said_above(at)
        if sum(stem in said for stem in stems(text)) < MUCH * len(words):
            return False
        self._put(line, "tags", "shape.tag-words", second="body")
        line.spans[0].content = "، ".join(tags_apart(text, said))
        return True

    def _tags_from(self, at: int) -> int:
        """How many lines from `at` on look like tags; each is looked at once."""
        if at >= self.tags_end:
            self.tags_end = at
            for line in self.lines[at:]:
                listed = self.tags_end > at and self._is_said(at, line)
                tag = listed or _is_tag(line.text)
                if not tag or self._match(line, "footer"):
                    break
                self.tags_end += 1
        return self.tags_end - at

    def _is_said(self, at: int, line: Line) -> bool:
        """Whether the text says all of a line that is too long for most tags."""
        text = line.text
        if line.size > LONGEST_TAG + PAIR * PAIR or text[-1] in TERMINAL:
            return False
        return text.count(" ") > 1 and f" {fold(text)}" in self._said_above(at)[0]

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


def _is_tag(text: str) -> bool:
    return (
        len(text) <= LONGEST_TAG
        and len(text.split()) <= MOST_TAG_WORDS
        and "@" not in text
        and "/" not in text
        and text[-1] not in TERMINAL
        and text[0] not in BULLETS + "-–"
        and not any(map(str.isdigit, YEAR_AT_END.sub("", text)))
        and not INITIALS.fullmatch(text)
    )

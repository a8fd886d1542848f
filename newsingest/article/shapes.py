"""What a line's wording says of its place on the page, whatever stands around it."""

from __future__ import annotations

from newsingest.article.fold import fold, fold_word
from newsingest.article.patterns import lazy

CONTINUES = frozenset(
    (
        "قال", "اضاف", "اكد", "اوضح", "اشار", "افاد", "اعلن", "اظهر", "اعرب", "لفت",
        "تابع", "ذكر", "كان", "بين", "نقل", "راي", "ختم", "شدد", "دعا", "دع",
        "نوه", "كشف", "طالب", "عبر", "بحسب", "وفق", "جاء", "شهد", "بلغ", "حذر", "توقع",
        "اعتبر", "يري",
    )
)  # fmt: skip
"""Verbs, folded, with which a paragraph goes on: `وقالت …`, `كما أكد …`."""
GOES_ON = ("كما", "فيما", "بينما")
PRESENT, SHORTEST_VERB = "يت", 4
NOT_VERB = ("يل", "ين", "يك", "يم", "تر", "تي", "تد")
"""How names and nouns begin that look like such a verb: `ويليام`, `ويندوز`, `وتيرة`."""

FEWEST_BLANKS = 3
COUNTED_PICTURE = lazy(r"(?:صورة )?\d{1,3}\s*(?:/|من|of)\s*\d{1,3}")
TAG_MARKS = lazy(r"\s*[،,|;؛•·]\s*|\s+[-–/]\s+")
SPACED_TAG_MARKS = (" , ", " ، ", " | ")
TAG_BULLETS = "♦◆❖◈# "
"""Printed before tags, and hardly before anything else."""
SHORTEST_DEFINITE = 4
ADJECTIVES = ("ي", "يه")
AND_THE = "وال"
MOST_JOINED = 2
QUOTE_MARKS = str.maketrans("", "", "«»\"“”'’‘.…!؟،")


def continues(text: str) -> bool:
    """Whether a line goes on with a report, as paragraphs do and headlines do not.

    >>> continues("وقالت الوزيرة إن العمل مستمر"), continues("وزير المياه يزور السد")
    (True, False)
    """
    first, _, rest = text.partition(" ")
    if not rest or first[0] not in "وكفب":
        return False
    if first in GOES_ON:
        verb = fold_word(rest.split(None, 1)[0])
    elif first[0] == "و":
        verb = fold_word(first)[1:]
    else:
        return False
    if verb.removesuffix("ت") in CONTINUES:
        return True
    present = verb[:1] in PRESENT and len(verb) >= SHORTEST_VERB
    return first[0] == "و" and present and not verb.startswith(NOT_VERB)


def closes(text: str) -> bool:
    """Whether a short line is a paragraph all the same: `وحصل الطلاب على جائزة.`.

    >>> closes("وحصل الطلاب على جائزة المعهد."), closes("وكالات.")
    (True, False)
    """
    return text[0] == "و" and text[-1] == "." and text.count(" ") >= FEWEST_BLANKS


def counts_picture(text: str) -> bool:
    """Whether a line only counts the pictures of a gallery.

    >>> [*map(counts_picture, ("2 / 4", "صورة 1 من 9", "2/4/2024"))]
    [True, True, False]
    """
    return text[-1].isdigit() and COUNTED_PICTURE.fullmatch(text) is not None


def tag_pieces(text: str, *, fewest: int) -> list[str]:
    """The pieces of a line between commas or bars, one less where these stand alone.

    >>> [tag_pieces(text, fewest=3) for text in ("ماء , ري", "ماء، ري")]
    [['ماء', 'ري'], []]
    """
    if not ("," in text or "،" in text or "|" in text):
        return []
    spaced = any(mark in text for mark in SPACED_TAG_MARKS)
    pieces = [piece.strip(TAG_BULLETS) for piece in TAG_MARKS.split(text)]
    return pieces if len(pieces) >= fewest - spaced and all(pieces) else []


def is_definite(word: str) -> bool:
    """Whether a word has the article."""
    return word.startswith("ال") and len(word) > SHORTEST_DEFINITE


def tags_apart(text: str, said: str) -> list[str]:
    """Tags that stand in one line with nothing between them, told apart.

    A word with the article begins a tag of its own behind another one with it, unless
    it is an adjective or `said`, the folded text above, says both together; and so does
    a word without the article behind one with it.

    >>> tags_apart("البورصة المصرية الطروحات", "اسعار الطروحات")
    ['البورصة المصرية', 'الطروحات']
    """
    tags: list[str] = []
    before = ""
    for word in text.split():
        joined = before and (
            f"{fold_word(before)} {fold_word(word)}" in said
            or not is_definite(before)
            or word.startswith(AND_THE)
            or (is_definite(word) and fold_word(word).endswith(ADJECTIVES))
        )
        if joined and tags[-1].count(" ") < MOST_JOINED:
            tags[-1] += f" {word}"
        else:
            tags.append(word)
        before = word
    return tags


def bare(text: str) -> str:
    """A text without the marks in which a quote differs from where it was taken from.

    >>> bare("«المدن تُنسى، أما الأذن فلا»")
    'المدن تُنسى أما الأذن فلا'
    """
    return text.translate(QUOTE_MARKS).strip()


WORD = lazy(r"[^\W\d_]{3,}")
PREFIX = lazy(r"(?:[وف]?(?:[بك]?ال|لل)|[وفبلك])(?=\w{3})")
"""What is written together with a word: and, with, for, the."""


def stems(text: str) -> set[str]:
    """The words of a text without what is glued to their front, for comparison.

    >>> sorted(stems("المزارعون والأمطار في الوادي"))
    ['امطار', 'مزارعون', 'وادي']
    """
    return {PREFIX.sub("", word, 1) for word in {*WORD.findall(fold(text))}}

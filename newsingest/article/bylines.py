"""Bylines and datelines: who wrote it, which agency sent it, where from.

Every house has its order (`PLACE - NAME`, `NAME - PLACE`, `NAME (PLACE)`,
`PLACE: NAME`, lists on both sides), so a line is cut at its marks, every piece is
looked up by itself, and what no table knows is told by what stands beside it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from newsingest.article.fold import TATWEEL, UNSEEN, fold, fold_all, fold_word
from newsingest.article.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from newsingest.article.rules import Rules

Kind = Literal[
    "agency", "weak-agency", "group", "place", "paper", "person", "desk", "role",
    "photo", "unknown",
]  # fmt: skip

LONGEST = 140
"""No byline seen was longer; two correspondents with two places took 70 characters."""

ROOM = 2
"""Invisible characters and entities can make a line so many times as long."""

NAMED = {"place", "agency", "group"}
"""Kinds beside which an ordinary word is an agency's name."""

MOST_PIECES = 9
MOST_WORDS = 7
MOST_BLANKS = 12
"""A piece with more is a sentence, whatever its words are."""
LONGEST_INITIAL = 2
"""Words of at most so many letters are a desk's initials, no name: `ع ز`."""
MOST_GUESSED = 4
"""A name that begins with no known given name has at most so many words."""
SQUARES = "□■▪●◆◇►◄▶★✍✎✏✒🖊🖋📝👤\N{VARIATION SELECTOR-16} "
"""Printed before a byline, `□ بغداد / …`; no part of a name."""
DOMAIN = lazy(r"[\w-]+(?:\.\s?[A-Za-z]{2,})+|[^\W\d_]{4,}\.[^\W\d_]{2,4}")
LONGEST_PLACE = 4
"""A place that no table knows has at most so many words."""

SPACES = r"[ \t\N{NO-BREAK SPACE}]"
SIGNS = re.escape(':|/،,؛&+()[]«»"“”◷•')
MARK = lazy(
    rf"""
    [{SIGNS}{TATWEEL}–—م-]  # first, by itself: a search for some letters is the fastest
    (?: (?<=[{SIGNS}–—]) | (?<=-) -+                     # by themselves
      | (?<={SPACES}[-{TATWEEL}]) [-{TATWEEL}]*            # a dash has a space
      | (?<=[-{TATWEEL}]) [-{TATWEEL}]* {SPACES}           # on one side at least
      | (?<=[\s»"”)]م) ن {SPACES}                         # NAME من PLACE
    ) {SPACES}*
    """,
    re.VERBOSE,
)
HYPHEN = lazy(r"(?<=\w{3})-(?=\w{2})")
OPENING = '«"“'
EDGES = " \t\N{NO-BREAK SPACE}.:،,;*-–—_|/•·\"'«»“”()[]"
ENTITY_SPACE = lazy("(?:&nbsp;|\N{NO-BREAK SPACE})+")
INITIALS = lazy(r"(?:[^\W\d_]{1,2}(?:[\s./]+|$)){1,6}")
JOINED = lazy(r"و(?! )|(?:مع|عن|نقلا عن|المصدر) ")
"""What joins an agency to the name before it, or to nothing: `مع أ ف ب`."""
HANDLE = lazy(r"\S*@\S*")
"""An account or an address beside a name."""
CLOCK_AT_END = lazy(r"\s+في\s+\d{1,2}:\d\d\s*(?:[صم]|am|pm)?$", re.IGNORECASE)
"""`مرسلة بواسطة NAME في 10:45 ص` below a blog's text."""
NOT_ALNUM = lazy(r"[\W_]+")
ROLE_MARK, ROLE_END = lazy(r"[:/\-–]"), 60
"""A role's mark is looked for first: the pattern below tries each length of a role."""
ROLE_COLON = lazy(rf"^([^:،/|]{{2,24}}?){SPACES}*[:/\-–]{SPACES}*(?=\S)")


class Piece(NamedTuple):
    """A piece of a byline between two marks; many are made, so it is a tuple."""

    text: str
    start: int
    end: int
    kind: Kind
    before: str
    value: str = ""
    guessed: bool = False
    """No table knows it: told by what stands beside it."""


class Byline(NamedTuple):
    """What a byline says. `sure` is false for a name or a place that stands alone."""

    authors: tuple[str, ...]
    agencies: tuple[str, ...]
    dateline: str | None
    photographers: tuple[str, ...]
    pieces: tuple[Piece, ...]
    sure: bool
    guessed: bool = False

    @property
    def certain(self) -> bool:
        """Whether nothing was guessed: such a line can stand above the headline."""
        return self.sure and not self.guessed

    @property
    def kinds(self) -> set[Kind]:
        """The kinds of its pieces."""
        return {piece.kind for piece in self.pieces}


class BylineReader:
    """The tables of names, places, papers and agencies, compiled once.

    `read(line)` gives the `Byline` that a line says, or `None` where it says none.
    """

    read: Callable[[str], Byline | None]
    function_words: frozenset[str]
    """What no byline has as a word, beside a date or alone."""

    def __init__(self, rules: Rules) -> None:
        """Compile the tables."""
        # A header line is looked at from several sides, and a house's bylines come
        # again: remembering the last ones halves the time of a split.
        self.read = lru_cache(maxsize=256)(self._read)
        self._tell = lru_cache(maxsize=1024)(self._tell_kind)
        self._is_name_word = lru_cache(maxsize=8192)(self._may_be_in_name)
        self._given = _words(rules, "given")
        self._joins = _names(rules, "name-part")
        self._not_names = _words(rules, "not-name")
        function_words = rules.kind("not-name").get("function-words", {"words": ""})
        self.function_words = frozenset(function_words["words"].split())
        self._honorifics = _names(rules, "honorific")
        self._places = _names(rules, "place")
        self._papers = _names(rules, "paper")
        self._editions = _names(rules, "paper-edition")
        self._media = _names(rules, "paper-ending")
        roles = rules.kind("role")
        self._after = _folded(roles["after"]["names"])
        self._writers = _folded(roles["writer"]["names"])
        self._text_roles = _folded(roles["text"]["names"])
        self._role_openings = {name.split()[0] for name in self._text_roles}
        desks = _folded(roles["desk"]["names"])
        self._desks = tuple(f"{desk} " for desk in desks)
        groups = _names(rules, "agency-group")
        listed: tuple[tuple[Kind, frozenset[str]], ...] = (
            ("desk", desks),
            ("paper", self._papers),
            ("place", self._places),
            ("role", self._text_roles),
            ("photo", _folded(roles["photo"]["names"])),
            ("group", groups | {f"و{group}" for group in groups}),
        )  # later ones win: `خاص` is a group before it is a role
        self._listed = {name: kind for kind, names in listed for name in names}
        self._agencies: dict[str, str] = {}
        self._weak: dict[str, str] = {}
        for name, rule in rules.kind("agency").items():
            self._agencies |= dict.fromkeys(_compact(rule["names"]), name)
            self._weak |= dict.fromkeys(_compact(rule.get("weak", ())), name)

    def agency(self, text: str) -> str | None:
        """The id of an agency, whatever its spelling; `None` if it is none.

        A name that is an ordinary word as well (`واع`) is none by itself.
        """
        folded = fold(text)
        return self._agency(folded, NOT_ALNUM.sub("", folded))

    def _agency(self, folded: str, key: str) -> str | None:
        if len(key) < 3 and not key.isascii():  # noqa: PLR2004
            spaced = " " in folded.strip() or "." in folded
            return self._agencies.get(key) if spaced else None
        return self._agencies.get(key)

    def is_place(self, text: str) -> bool:
        """Whether the gazetteer knows the whole text as a place."""
        return fold(text).strip(EDGES) in self._places

    def has_role(self, line: str) -> bool:
        """Whether a line begins with a role and its mark: `كتب : …`."""
        return bool(self._leading_role(line)[0])

    def is_role(self, text: str) -> bool:
        """Whether a line says what a writer is: `كاتبة من العراق`."""
        words = text.split()
        return 0 < len(words) <= MOST_WORDS and fold_word(words[0]) in self._after

    def is_paper(self, text: str) -> bool:
        """Whether the tables know the whole text as a paper, site or channel."""
        return fold(text).strip(EDGES) in self._papers

    def is_person(self, text: str) -> bool:
        """Whether a text begins with a given name and has the shape of a name."""
        return self._is_name(self._strip_after(self._strip_honorific(text)))

    def _is_name(self, bare: str) -> bool:
        words = bare.split()
        return self._has_name_shape(words) and self._opens_name(words)

    def _read(self, line: str) -> Byline | None:
        if len(line) > ROOM * LONGEST:
            return None
        line = _visible(line)
        if not 1 < len(line) <= LONGEST or line[-1] in "؟!?؛":
            return None
        if "في " in line and ":" in line:
            line = CLOCK_AT_END.sub("", line)
        what = self._said_behind(line)
        if what:
            line = line[: -len(what)].rstrip("،-– ")
        if not self.function_words.isdisjoint(line.split()):
            return None
        if line.isalpha() and self._tell(line, False)[0] == "unknown":  # noqa: FBT003
            return None  # one word that no table has
        role, start = self._leading_role(line)
        cut = _cut(line, start)
        if any(text.count(" ") > MOST_BLANKS for text, *_ in cut):
            return None
        told = self._classify(cut)
        if role and len(told) == 1 and told[0].value.isascii():
            told = [told[0]._replace(kind="paper")]
        pieces = self._resolve(told) if 0 < len(told) <= MOST_PIECES else None
        if pieces is None:
            return None
        guessed = any(piece.guessed for piece in pieces if piece.kind != "paper")
        twice = any(p.kind == "unknown" and p.text.isascii() for p in told)
        written = role or what or ("twice" if twice and not guessed else "")
        return _byline(line, pieces, role=written, guessed=guessed)

    def _said_behind(self, line: str) -> str:
        """`صحافية وباحثة في التاريخ` behind a name and a comma or dash, to the end."""
        for mark in ("،", " - ", " – "):
            if mark in line:
                what = line.partition(mark)[2]
                words = what.split(None, 1)
                said = bool(words) and fold_word(words[0]) in self._writers
                return what if said and "،" not in what else ""
        return ""

    def credit(self, text: str) -> Byline | None:
        """Read what stands behind `المصدر:`, where `تاس` can only be the agency.

        Only agencies count: a source's people and places are not the article's.
        """
        found = self.read(text.strip(EDGES))
        if found is None:
            return None
        agencies = tuple(
            piece.value for piece in found.pieces
            if piece.kind in ("agency", "weak-agency")
        )  # fmt: skip
        return found._replace(agencies=agencies, authors=(), dateline=None)

    def _leading_role(self, line: str) -> tuple[str, int]:
        """A role such as `بقلم:` or `كتبت` at the front, and where the rest starts."""
        colon = ROLE_MARK.search(line, 0, ROLE_END)
        found = ROLE_COLON.match(line) if colon else None
        if found and fold(found[1]).strip(EDGES) in self._text_roles:
            return found[1], found.end()
        words = line.split(None, 2)
        if fold_word(words[0]) not in self._role_openings:
            return "", 0
        for count in (2, 1):
            head = " ".join(words[:count])
            if len(words) > count and fold(head) in self._text_roles:
                rest = line.index(words[count], len(words[0]))
                if self._is_signed(line, rest):
                    return head, rest
        return "", 0

    def _is_signed(self, line: str, start: int) -> bool:
        """Whether a name follows a verb: `كتبت أسماء نصار`, not `كتب المعلق …`."""
        pieces = _cut(line, start)
        if not pieces:
            return False  # nothing but marks behind the verb: `كتب - 4:3`
        text = pieces[0][0]
        words = text.split()
        if self.is_person(text):
            return True
        whole = fold(text).strip(EDGES)
        if len(pieces) == 1 and self._listed.get(whole) == "desk":
            return True  # `بواسطة admin`
        alone = len(pieces) == 1 and 1 < len(words) <= MOST_GUESSED
        article = fold_word(words[0]).startswith("ال")
        return alone and not article and self._has_name_shape(words)

    def _classify(self, cut: list[tuple[str, int, int, str]]) -> list[Piece]:
        found: list[Piece] = []
        for text, start, end, before in cut:
            kind, value = self._tell(text, before[-1:] in OPENING if before else False)
            told = Piece(text, start, end, kind, before, value)
            found.extend(self._people(told) if " " in value else (told,))
        return found

    def _tell_kind(self, text: str, quoted: bool) -> tuple[Kind, str]:  # noqa: FBT001
        """What the tables say of a piece; its value: an agency's id, a bare name."""
        whole = fold(text)
        folded = whole.strip(EDGES)
        key = whole.replace(" ", "")
        if not key.isalnum():
            key = NOT_ALNUM.sub("", key)
        if agency := self._agency(whole, key):
            return "agency", agency
        if quoted:
            is_name = len(folded.split()) <= LONGEST_PLACE
            return "paper" if is_name else "unknown", ""
        if kind := self._listed.get(folded):
            return kind, ""
        house, _, edition = folded.rpartition(" ")
        sited = edition in self._editions and house in self._papers
        if sited or (house and edition in self._media) or _is_domain(text):
            return "paper", ""
        if weak := self._weak.get(key):
            return "weak-agency", weak
        if folded.startswith(self._desks):
            return "desk", ""
        joined = JOINED.match(folded)
        if joined and (agency := self.agency(folded[joined.end() :])):
            return "agency", agency
        return self._tell_bearer(text)

    def _tell_bearer(self, text: str) -> tuple[Kind, str]:
        """What stands behind a role, a person or not: `مراسل الجزيرة نت`."""
        bare = self._strip_role(text)
        if bare != text:
            kind, value = self._tell(bare, False)  # noqa: FBT003
            if kind not in ("unknown", "person"):
                return kind, value
        name = self._strip_after(self._strip_honorific(bare))
        return "person" if self._is_name(name) else "unknown", name

    def _strip_after(self, name: str) -> str:
        """A name without what its bearer is: `رفعت سلام كاتب وباحث`."""
        words = name.split()
        for at in range(2, len(words)):
            word = fold_word(words[at])
            if word in self._after or word in self._text_roles:
                return " ".join(words[:at])
        return name

    def _strip_role(self, text: str) -> str:
        """A name without the role before it: `من مراسلنا سليم بدوي`."""
        words = text.split()
        start = 1 if len(words) > 1 and words[0] == "من" else 0
        if len(words) > start + 1 and fold_word(words[start]) in self._text_roles:
            return " ".join(words[start + 1 :])
        return " ".join(words[start:]) if start else text

    def _people(self, piece: Piece) -> list[Piece]:
        """Cut `أحمد علي ومحمود سعد` into its two people."""
        words = piece.value.split()
        if len(words) > 2 and self._listed.get(fold_word(words[0])) == "photo":  # noqa: PLR2004
            name = " ".join(words[1:])
            photo = piece._replace(kind="photo", value=words[0])
            guessed = not self.is_person(name)
            person = piece._replace(kind="person", value=name, guessed=guessed)
            return [photo, person]
        if piece.kind == "unknown" and piece.before and words[0][:1] == "و":
            # `محمد علي (القاهرة) وسارة محمود (بيروت)`
            second = [words[0][1:], *words[1:]]
            if self._opens_name(second) and self._has_name_shape(second):
                piece = piece._replace(kind="person", value=" ".join(second))
                words = second
        if piece.kind != "person":
            return [piece]
        for at in range(2, len(words) - 1):
            word = words[at]
            joined = word.startswith("و") and fold(word) not in self._given
            second = words[at + 1 :] if word == "و" else [word[1:], *words[at + 1 :]]
            if (joined or word == "و") and self._opens_name(second):
                first = piece._replace(value=" ".join(words[:at]))
                rest = piece._replace(value=" ".join(second), before=" و")
                return [first, *self._people(rest)]
        return [piece]

    def _resolve(self, pieces: list[Piece]) -> tuple[Piece, ...] | None:
        """Say what the unknown pieces are by what stands beside them."""
        pieces = _without_initials(self._tell_papers_from_places(pieces))
        pieces = _without_latin(pieces)
        unknown = [at for at, piece in enumerate(pieces) if piece.kind == "unknown"]
        for at in unknown:
            kinds = {piece.kind for piece in pieces}
            kind = self._guess(pieces[at], kinds, alone=len(pieces) == 1)
            if kind is None and len(unknown) == len(pieces) == 2:  # noqa: PLR2004
                kind = self._guess_pair(pieces, at)
            if kind is None:
                return None
            pieces[at] = pieces[at]._replace(kind=kind, guessed=True)
        if pieces[0].kind == "role" and len(pieces) == 1:
            return None
        return tuple(pieces)

    def _tell_papers_from_places(self, pieces: list[Piece]) -> list[Piece]:
        """`المدينة - جدة` is the paper Al-Madina in Jeddah: it has both names."""
        kinds = [piece.kind for piece in pieces]
        places = kinds.count("place")
        if not places and "weak-agency" not in kinds:
            return pieces
        both = [
            at
            for at, kind in enumerate(kinds)
            if kind == "place"
            and fold_word(pieces[at].text).strip(EDGES) in self._papers
        ]
        listed = both and any("،" in piece.before for piece in pieces)
        if both and places > len(both) and not listed:
            for at in both:
                pieces[at] = pieces[at]._replace(kind="paper")
        elif len(both) > 1 and not listed:
            last = both[-1]
            pieces[last] = pieces[last]._replace(kind="paper")
        if "weak-agency" in kinds and not NAMED.isdisjoint(p.kind for p in pieces):
            pieces = [
                p._replace(kind="agency") if p.kind == "weak-agency" else p
                for p in pieces
            ]
        return pieces

    def _guess(self, piece: Piece, kinds: set[Kind], *, alone: bool) -> Kind | None:
        words = piece.value.split()
        if not words or not self._has_name_shape(words):
            return None
        if alone:
            return "person" if self._may_be_name(words) else None
        in_brackets = piece.before.strip().endswith(("(", "["))
        if "role" in kinds and "person" not in kinds and len(words) > 1:
            return "person"
        if kinds & {"person", "role"} and "place" not in kinds:
            return "place" if len(words) <= LONGEST_PLACE else None
        if kinds == {"paper", "unknown"} and len(words) > 1 and not in_brackets:
            return "person"
        if kinds & {"agency", "group", "paper", "desk"} and "place" not in kinds:
            short = len(words) <= LONGEST_PLACE - 1
            return "place" if short or in_brackets else None
        if "place" in kinds:
            if len(words) > 1:
                return "person" if len(words) <= MOST_GUESSED else None
            return "paper" if fold(words[0]).startswith("ال") else None
        return None

    def _guess_pair(self, pieces: list[Piece], at: int) -> Kind | None:
        """Of two unknown pieces the one of one word is the place."""
        mine, other = (len(p.text.split()) for p in (pieces[at], pieces[1 - at]))
        if pieces[1].before.strip() == "من":
            return None
        if {mine, other} == {1, 2} and self._has_name_shape(pieces[at].value.split()):
            return "place" if mine == 1 else "person"
        return None

    def _strip_honorific(self, text: str) -> str:
        """A name without `د.`, `الدكتور` and the like, and without marks around it."""
        words = text.strip(EDGES).split()
        while len(words) > 1:
            head, dot, tail = words[0].rpartition(".")
            if fold_word(words[0]).rstrip(".:/") in self._honorifics:
                words = words[1:]
            elif dot and tail and fold(head) in self._honorifics:
                words[0] = tail
            else:
                break
        return " ".join(words) if len(words) > 1 else text.strip(EDGES)

    def _has_name_shape(self, words: list[str]) -> bool:
        if len(words) > MOST_WORDS:
            joined = not self._joins.isdisjoint(map(fold_word, words))
            if not joined or len(words) > MOST_WORDS + 2:
                return False
        if not words or max(map(len, words)) <= LONGEST_INITIAL:
            return False
        return all(map(self._is_name_word, words))

    def _may_be_in_name(self, word: str) -> bool:
        if not _is_word(word):
            return False
        folded = fold_word(word)
        bare = folded[1:] if folded[0] in "وف" and folded not in self._given else ""
        return folded not in self._not_names and bare not in self._not_names

    def _may_be_name(self, words: list[str]) -> bool:
        """Two or three words, the first without an article: a name, if it stands alone.

        Only the place of the line can say more (`Byline.sure` is false): columns open
        with names that no table has, such as `بداح السبيعي`.
        """
        if not 1 < len(words) <= MOST_GUESSED:
            return False
        with_article = [fold_word(word).startswith("ال") for word in words]
        joined = not self._joins.isdisjoint(map(fold_word, words))
        return not with_article[0] and (joined or sum(with_article) <= 1)

    def _opens_name(self, words: list[str]) -> bool:
        """Whether the first word is a given name: alone it is evidence of nothing."""
        # `على` is the preposition; folded it is the name علي.
        first = fold_word(words[0]) if words and words[0] != "على" else ""
        return len(words) > 1 and (
            first in self._given
            or (first.startswith("عبدال") and len(first) > 6)  # noqa: PLR2004
            or first in self._joins
            or (len(first) == LONGEST_INITIAL and first[1] == ".")
        )


def _words(rules: Rules, kind: str) -> frozenset[str]:
    return frozenset(
        word
        for rule in rules.kind(kind).values()
        for word in fold(rule["words"]).split()
    )


def _names(rules: Rules, kind: str) -> frozenset[str]:
    return _folded(name for rule in rules.kind(kind).values() for name in rule["names"])


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(str.strip, fold_all(names)))


def _compact(names: Iterable[str]) -> list[str]:
    """Letters only: `أ. ف. ب.`, `أ ف ب` and `أ.ف.ب` are one name."""
    return [
        name if name.isalnum() else NOT_ALNUM.sub("", name) for name in fold_all(names)
    ]


def _without_initials(pieces: list[Piece]) -> list[Piece]:
    """Drop desk initials beside an agency: `ز.أ.ب/أ.ح (أ ف ب، رويترز)`."""
    if all(piece.kind not in ("agency", "group") for piece in pieces):
        return pieces
    return [
        piece for piece in pieces
        if piece.kind != "unknown" or not INITIALS.fullmatch(piece.text)
    ]  # fmt: skip


def _without_latin(pieces: list[Piece]) -> list[Piece]:
    """Drop a name in Latin letters beside one in Arabic: `ليلى حداد - Layla Haddad`."""
    if len(pieces) == 1 or all(piece.kind != "person" for piece in pieces):
        return pieces
    return [
        piece for piece in pieces
        if piece.kind != "unknown" or not piece.text.isascii()
    ]  # fmt: skip


def _visible(line: str) -> str:
    """A line without entities, accounts and what nobody sees; most have none."""
    if "&" in line or not line.isprintable():
        line = ENTITY_SPACE.sub(lambda found: " " * len(found[0]), line)
        line = UNSEEN.sub("", line)
    if line and line[0] in SQUARES:
        line = line.lstrip(SQUARES)
    return (HANDLE.sub(" ", line) if "@" in line else line).rstrip()


def _is_word(word: str) -> bool:
    bare = fold_word(word).strip(".'’-")
    return bool(bare) and bare.replace(".", "").replace("-", "").isalpha()


def _is_domain(text: str) -> bool:
    return "." in text and DOMAIN.fullmatch(text) is not None


def _cut(line: str, start: int) -> list[tuple[str, int, int, str]]:
    """Cut at the marks; a hyphen without spaces counts only when there is no mark.

    Gives what stands between them, where, and the marks before it.
    """
    marks = [*MARK.finditer(line, start)] or [*HYPHEN.finditer(line, start)]
    pieces: list[tuple[str, int, int, str]] = []
    at, before = start, ""
    for found in (*marks, None):
        end = found.start() if found else len(line)
        text = line[at:end]
        if text.strip(EDGES):
            pieces.append((text.strip(), at, end, before))
            before = ""
        if found:
            before, at = before + found[0], found.end()
    return pieces


def _byline(
    line: str, pieces: tuple[Piece, ...], *, role: str, guessed: bool
) -> Byline:
    authors: list[str] = []
    photographers: list[str] = []
    photo = False
    for piece in pieces:
        if piece.kind == "photo":
            photo = True
        elif piece.kind == "person":
            (photographers if photo else authors).append(piece.value)
            photo = False
        elif piece.kind == "role":
            photo = False
    agencies = dict.fromkeys(piece.value for piece in pieces if piece.kind == "agency")
    places = [piece for piece in pieces if piece.kind == "place"]
    kinds = {piece.kind for piece in pieces}
    several = kinds == {"person"} and len(authors) > 1
    sure = bool(role) or several or len(kinds) > 1 or bool(kinds & {"agency", "group"})
    return Byline(
        authors=tuple(dict.fromkeys(authors)),
        agencies=tuple(agencies),
        dateline=_dateline(line, pieces, places),
        photographers=tuple(photographers),
        pieces=pieces,
        sure=sure,
        guessed=guessed,
    )


def _dateline(line: str, pieces: tuple[Piece, ...], places: list[Piece]) -> str | None:
    """The places as printed, with the mark between neighbours: `طهران - لندن`."""
    if len(places) < 2:  # noqa: PLR2004
        return line[places[0].start : places[0].end].strip(EDGES) if places else None
    first, last = pieces.index(places[0]), pieces.index(places[-1])
    if all(piece.kind == "place" for piece in pieces[first : last + 1]):
        return line[places[0].start : places[-1].end].strip(EDGES)
    return "، ".join(dict.fromkeys(place.text.strip(EDGES) for place in places))

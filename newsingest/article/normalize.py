"""Text → text, under a profile.

A profile is data: ordered steps of few kinds, each with its reason, in
`profiles/*.toml`. Here they are compiled to functions that look before they work: most
articles hold few of the characters that a profile changes.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from newsingest.article import packaged
from newsingest.article.fold import CONTROLS, WINDOWS
from newsingest.article.profiles import ProfileError, characters, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from newsingest.article.align import Aligned, Alignment
    from newsingest.article.edits import Edit

Step: TypeAlias = "Callable[[str, bytes], str]"
"""A text and the lead bytes of its rarer characters: what has none there need not be
looked for in the text."""

Plain: TypeAlias = "Callable[[str], list[Edit]]"
"""The same step as the edits it makes: slower, and a way back."""

MARKS = (
    "\N{ARABIC SIGN SALLALLAHOU ALAYHE WASSALLAM}-\N{ARABIC SMALL KASRA}"
    "\N{ARABIC FATHATAN}-\N{ARABIC WAVY HAMZA BELOW}"
    "\N{ARABIC LETTER SUPERSCRIPT ALEF}\u06d6-\u06ed\u08d3-\u08ff\u0300-\u036f"
)
"""What profiles may delete: an address neither begins behind one nor ends before it."""
ENDS = r"\s«»\"“”<>،؛"
ADDRESS = rf"""(?x)
    (?<![ـ{MARKS}]) https?:// [^{ENDS}]+           # addresses, digits and all
  | (?<![\w.+@{MARKS}-]) www\. [^{ENDS}]+
  | (?<![\w.+@#{MARKS}-]) [\w.+-]++ @ [\w-]++ (?:\.[\w-]++)++ (?: :?/ [^{ENDS}]* )?
  | (?<![\w.@#{MARKS}-]) (?:[A-Za-z0-9-]++\.)++ [A-Za-z]{{2,}}+ / [^{ENDS}]*
  | (?<![\w{MARKS}]) [@#] (?: (?!https?://|www\.) [\w{MARKS}] )+
    """
"""URLs with a scheme or without, mail, @names and #tags: compiled by the first sign.

What one of them begins must not depend on marks that are deleted around it.
"""
SIGNS = (b"@", b"#", b"/", b"w")
SIGN = re.compile("[@#/w]")
"""Every address holds one of them; what is deleted cannot make one."""
PATH = re.compile("[A-Za-z]/")
WORD_END = re.compile("[ \n]")
COMMON = bytes((*range(9, 14), *range(32, 127), *range(0x80, 0xC0), 0xD8, 0xD9))
"""Bytes of UTF-8 that tell nothing: ASCII, the Arabic block's leads, trailing bytes."""
NAMED_CHARACTER = re.compile(r"\\[uUNx]")
COMMONEST = WINDOWS.translate(
    dict(
        zip(
            map(ord, CONTROLS[1:]),
            "٠١٢٣٤٥٦٧٨٩ی٪\N{ARABIC LETTER SUPERSCRIPT ALEF}ٱ"
            "\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH SPACE}"
            "\N{RIGHT-TO-LEFT EMBEDDING}\N{POP DIRECTIONAL FORMATTING}",
            strict=False,
        )
    )
)
"""What nearly all articles are made of: Windows-1256, and digits for its controls.

None of them is composed with another.
"""
TO_BYTE = codecs.charmap_build(COMMONEST)
LONGEST_CHAIN = 64
"""Up to so many characters, asking for each is quicker than one pass over the text."""

NAMES = ("light", "none", "search", "standard")
"""Our own profiles, which a start reads."""

PEERS = (
    "arabert",
    "arabic-norm",
    "arabic-normalize",
    "arabic-normalize-search",
    "camel",
    "camel-arclean",
    "camel-dediac",
    "camel-unicode",
    "lucene",
    "lucene-digits",
    "lucene-persian",
    "nfkc",
    "pyarabic",
    "pyarabic-alef",
    "pyarabic-tashkeel",
)
"""What other packages and search engines do, each as it does it."""

DEFAULTS = {"keep": None, "delete": "", " ": " "}
"""What a map does with characters that it does not list."""

ADDRESSES = "addresses"
"""The kind of step from which on addresses are left alone."""


class Compiled(NamedTuple):
    """A step, ready to be applied.

    A pattern does nothing to a text without the character that it `needs`. It is
    `steady` where it cannot tell in which order two marks stand. `whole` is what works
    on a whole text and not on parts. `broad` is what may act on any text, and make
    rarer characters of common ones.
    """

    apply: Step
    plain: Callable[[], Plain]
    needs: str = ""
    steady: bool = False
    whole: bool = False
    broad: bool = False


class ByteTable(NamedTuple):
    """A profile for texts of `COMMONEST` characters: most, at a quarter of the cost.

    All maps together are one table of bytes. `patterns` stand in a row among them and
    are applied first, to texts with a byte of `needed` and without one of `before`,
    which the steps before them change. `awkward` bytes take the steps themselves.
    """

    table: bytes
    deleted: bytes
    awkward: bytes
    needed: bytes
    before: bytes
    patterns: tuple[Step, ...]

    @classmethod
    def compile(cls, steps: Sequence[Compiled]) -> ByteTable:
        """Send every character through the maps by itself."""
        needs = {step.needs for step in steps if step.needs}
        at = [
            n for n, step in enumerate(steps) if step.needs and step.needs in COMMONEST
        ]
        in_a_row = at == list(range(at[0], at[-1] + 1)) if at else True
        quick = in_a_row and all(steps[number].steady for number in at)
        awkward = set() if quick else set(needs)
        before: set[str] = set()
        results = list(COMMONEST)
        for number, step in enumerate(steps):
            if step.needs:
                continue
            results = _each(step.apply, results)
            changed = {c for c, r in zip(COMMONEST, results, strict=True) if c != r}
            now = zip(COMMONEST, results, strict=True)
            awkward |= {c for c, r in now if c in changed and not needs.isdisjoint(r)}
            before |= changed if at and number < at[0] else set()
        awkward |= {
            c
            for c, r in zip(COMMONEST, results, strict=True)
            if r not in COMMONEST or len(r) > 1 or _may_move(r)
        }
        results = [
            c if c in awkward else r for c, r in zip(COMMONEST, results, strict=True)
        ]
        return cls(
            table=_to_bytes(
                "".join(r or c for r, c in zip(results, COMMONEST, strict=True))
            ),
            deleted=bytes(number for number, r in enumerate(results) if not r),
            awkward=_to_bytes("".join(awkward), "ignore"),
            needed=_to_bytes("".join(needs), "ignore"),
            before=_to_bytes("".join(before), "ignore"),
            patterns=tuple(steps[number].apply for number in at),
        )

    def apply(self, text: str, signs: Sequence[bytes] = ()) -> str | None:
        """The text under the profile; `None` where it takes the steps themselves.

        Also where the text holds one of the `signs`, which are found in bytes at a
        tenth of the cost: half of all Arabic letters look like @ or # to `str`.
        """
        try:
            raw = _to_bytes(text)
            for sign in signs:
                if sign in raw:
                    return None
            if self.awkward and _holds(raw, self.awkward):
                return None
            if any(byte in raw for byte in self.needed):
                if _holds(raw, self.before):
                    return None
                for pattern in self.patterns:
                    text = pattern(text, b"")
                raw = _to_bytes(text)
        except UnicodeEncodeError:
            return None
        return codecs.charmap_decode(
            raw.translate(self.table, self.deleted), "strict", COMMONEST
        )[0]


def _to_bytes(text: str, errors: Literal["strict", "ignore"] = "strict") -> bytes:
    return codecs.charmap_encode(text, errors, TO_BYTE)[0]


def _holds(raw: bytes, any_of: bytes) -> bool:
    return len(raw.translate(None, any_of)) != len(raw)


def _each(step: Step, texts: list[str]) -> list[str]:
    """A map's result for each text, at once where no line end can be mistaken."""
    together = "\n".join("" if text == "\n" else text for text in texts)
    parts = step(together, rare_leads(together)).split("\n")
    if len(parts) != len(texts):
        return [step(text, rare_leads(text)) for text in texts]
    at = texts.index("\n") if "\n" in texts else None
    if at is not None:
        parts[at] = step("\n", b"")
    return parts


def _may_move(text: str) -> bool:
    """Whether composing can put a mark that stays before another one."""
    return any(map(unicodedata.combining, text))


class Pass(NamedTuple):
    """Steps that are taken one after the other, or at once where the text allows it."""

    steps: tuple[Compiled, ...]
    quick: ByteTable | None

    @classmethod
    def of(cls, steps: tuple[Compiled, ...]) -> Pass:
        """Compile the quick form as well."""
        broad = any(step.broad for step in steps)
        return cls(steps, None if broad else ByteTable.compile(steps))

    def __call__(self, text: str) -> str:
        """The text after the steps."""
        quick = self.quick.apply(text) if self.quick else None
        if quick is not None:
            return quick
        leads = rare_leads(text)
        for step in self.steps:
            after = step.apply(text, leads)
            if after is not text:
                rarer = leads or step.broad
                text, leads = after, rare_leads(after) if rarer else leads
        return text

    def align(self, text: str) -> Aligned:
        """The text after the steps, and the way back."""
        from newsingest.article import align, edits  # noqa: PLC0415 - start-up

        whole = align.Alignment()
        for step in self.steps:
            if step.apply(text, rare_leads(text)) == text:
                continue  # told a hundred times as fast as by looking for edits
            made = step.plain()(text)
            text = edits.apply(made, text)
            whole = whole.then(align.Alignment.of(made))
        return align.Aligned(text, whole)


class Sparing(NamedTuple):
    """The same steps, of which some leave addresses alone.

    Addresses are looked for in what the steps `before` make of the text, where nothing
    unseen stands beside them or in them.
    """

    before: Pass
    behind: Pass
    last: Pass

    @classmethod
    def of(cls, steps: tuple[Compiled, ...], at: int) -> Sparing:
        """The step `at` says from where on; a last Unicode form is for all again."""
        end = len(steps) - steps[-1].whole
        return cls(Pass.of(steps[:at]), Pass.of(steps[at:end]), Pass.of(steps[end:]))

    def __call__(self, text: str) -> str:
        """The text after the steps."""
        return self.last("".join(self._pieces(self.before(text))))

    def _pieces(self, text: str) -> Iterator[str]:
        at = 0
        for found in re.finditer(ADDRESS, text):
            yield self.behind(text[at : found.start()])
            yield found[0]
            at = found.end()
        yield self.behind(text[at:])

    def align(self, text: str) -> Aligned:
        """The text after the steps, and the way back."""
        from newsingest.article.align import (  # noqa: PLC0415 - start-up
            Aligned,
            Alignment,
        )

        first = self.before.align(text)
        at = 0
        parts: list[tuple[Alignment, int]] = []
        pieces: list[str] = []
        for start, end in (*_spans(first.text), (len(first.text),) * 2):
            piece = self.behind.align(first.text[at:start])
            parts += (piece.alignment, start - at), (Alignment(), end - start)
            pieces += piece.text, first.text[start:end]
            at = end
        last = self.last.align("".join(pieces))
        middle = Alignment.side_by_side(parts)
        return Aligned(last.text, first.alignment.then(middle).then(last.alignment))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    found = re.finditer(ADDRESS, text) if SIGN.search(text) else ()
    return (one.span() for one in found)


@dataclass(frozen=True, slots=True)
class Normalizer:
    """A compiled normalisation profile; call it with a text.

    >>> Normalizer.load("standard")("القُدس ٢٠٢٤، إلى info@example.com")
    'القدس 2024، الى info@example.com'
    """

    profile: str
    why: str
    whole: Pass
    sparing: Callable[[], Sparing] | None = None
    """Made when the first text has a sign of an address: 1 ms of each start."""

    @classmethod
    def load(cls, profile: str, toml: str | None = None) -> Normalizer:
        """Compile a built-in profile by name, or one of your own from its TOML.

        Raises `ProfileError` for an unknown name or a mistake in the TOML.
        """
        return load(profile, toml)

    def __call__(self, text: str) -> str:
        """The text under the profile. Never raises on any `str`."""
        if self.sparing is None:
            return self.whole(text)
        quick = self.whole.quick
        done = quick.apply(text, SIGNS) if quick else None
        if done is not None:
            return done
        return "".join(self._pieces(text, self.sparing()))

    def align(self, text: str) -> Aligned:
        """The text under the profile, and the way back to this one.

        Some ten times as slow as the text alone.

        >>> new, alignment = Normalizer.load("standard").align("مُحَمَّد ﷺ")
        >>> new, alignment.to_source(5, 8), alignment.to_target(0, 2)
        ('محمد صلى الله عليه وسلم', (9, 10), (0, 1))
        """
        steps = self.sparing() if self.sparing else self.whole
        return steps.align(text)

    def _pieces(self, text: str, sparing: Sparing) -> Iterator[str]:
        """Words that may be addresses, and what stands between them."""
        done = end = 0
        for sign in SIGN.finditer(text):
            at = sign.start()
            if at < end:
                continue
            start = 1 + max(text.rfind(" ", end, at), text.rfind("\n", end, at))
            start = start or end
            found = WORD_END.search(text, at)
            end = found.start() if found else len(text)
            if may_hold_address(text[start:end]):
                yield self.whole(text[done:start])
                yield sparing(text[start:end])
                done = end
        yield self.whole(text[done:])


def may_hold_address(word: str) -> bool:
    """Whether it is worth while to look for addresses in a word with a sign of one."""
    return (
        "@" in word
        or "#" in word
        or "://" in word
        or "www." in word
        or PATH.search(word) is not None
        or not word.isprintable()
    )


def rare_leads(text: str) -> bytes:
    """The lead bytes of a text's rarer characters, for the steps."""
    return text.encode("utf-8", "surrogatepass").translate(None, COMMON)


@cache
def load(profile: str, toml: str | None = None) -> Normalizer:
    """Compile a built-in profile by name, or one of the user's own from its TOML.

    Raises `ProfileError` for an unknown name or a mistake in the TOML.
    """
    data = about(profile, toml)
    own = described(profile, toml)
    kinds = [step["kind"] for step in own]
    steps = tuple(_compile(step) for step in own)
    return Normalizer(
        profile=data.get("name", profile),
        why=data.get("why", ""),
        whole=Pass.of(steps),
        sparing=cache(partial(Sparing.of, steps, kinds.index(ADDRESSES)))
        if ADDRESSES in kinds
        else None,
    )


def names() -> list[str]:
    """The built-in profiles: our own, then the peers'."""
    return [*NAMES, *PEERS]


def about(profile: str, toml: str | None = None) -> Mapping[str, Any]:
    """A profile as its TOML has it: `name`, `why`, `case`, `extends`, `step`."""
    return read(toml, profile) if toml is not None else _built_in(profile)


def described(profile: str, toml: str | None = None) -> list[dict[str, Any]]:
    """The steps of a profile as its TOML has them, those it extends first."""
    data = about(profile, toml)
    below = described(data["extends"]) if "extends" in data else []
    return [*below, *data.get("step", ())]


def _built_in(profile: str) -> Mapping[str, Any]:
    if profile in PEERS:
        return read(packaged.text("profiles", profile), profile)
    if profile not in NAMES:
        known = ", ".join(names())
        raise ProfileError(f"no profile is called {profile!r}; there are {known}")
    return _own()[NAMES.index(profile)]


@cache
def _own() -> list[dict[str, Any]]:
    return packaged.tables("profiles", NAMES, read)


def _compile(step: Mapping[str, Any]) -> Compiled:
    plain = cache(partial(_plain, step))
    if step["kind"] == "unicode":
        return Compiled(_unicode(step["form"]), plain, whole=True)
    if step["kind"] == ADDRESSES:
        return Compiled(_nothing, plain)
    if step["kind"] == "pattern":
        marks = any(map(unicodedata.combining, step["find"]))
        steady = not marks and not NAMED_CHARACTER.search(step["find"])
        needs = step.get("needs", "")[:1]
        return Compiled(_pattern(step), plain, needs, steady, broad=not needs)
    if step["kind"] == "space":
        return Compiled(_single_spaces, plain, broad=True)
    if step["kind"] == "entities":
        return Compiled(_entities, plain, broad=True)
    return Compiled(_map(step), plain)


def _plain(step: Mapping[str, Any]) -> Plain:
    """The plain form of a step that was compiled without a mistake."""
    from newsingest.article import align  # noqa: PLC0415 - start-up

    kind = step["kind"]
    bare = {
        ADDRESSES: align.nothing,
        "space": align.spaces,
        "entities": align.entities,
    }
    if kind in bare:
        return bare[kind]
    if kind == "unicode":
        return partial(align.form, step["form"])
    if kind == "pattern":
        find = re.compile(step["find"])
        return partial(align.pattern, find, step["replace"], step.get("until", ""))
    table, default = entries(step), _default(step)
    changed = [f"[{re.escape(''.join(table))}]"] if table else []
    if default is not None:
        changed.append(_others(step, table))
    runs = re.compile(f"(?:{'|'.join(changed) or '(?!)'})+")
    return partial(align.characters, runs, table, default)


def _default(step: Mapping[str, Any]) -> str | None:
    return DEFAULTS[step.get("default", "keep")]


def _others(step: Mapping[str, Any], listed: Iterable[str]) -> str:
    """The pattern of a character that is neither listed nor kept."""
    known = "".join({*listed, *characters(step.get("keep", ()))})
    return f"[^{re.escape(known)}]" if known else r"[\s\S]"


def _unicode(form: str) -> Step:
    def compose(text: str, leads: bytes) -> str:
        del leads
        if unicodedata.is_normalized(form, text):  # type: ignore[arg-type]
            return text
        return unicodedata.normalize(form, text)  # type: ignore[arg-type]

    return compose


def _nothing(text: str, leads: bytes) -> str:
    del leads
    return text


def _pattern(step: Mapping[str, Any]) -> Step:
    find, replace = re.compile(step["find"]), step["replace"]
    needs, until = step.get("needs", ""), step.get("until", "")

    def rewrite(text: str, leads: bytes) -> str:
        del leads
        return find.sub(replace, text) if needs in text else text

    def rewrite_until(text: str, leads: bytes) -> str:
        end = text.rfind(until) + len(until) if until in text else 0
        return rewrite(text[:end], leads) + text[end:]

    return rewrite_until if until else rewrite


def _single_spaces(text: str, leads: bytes) -> str:
    """One space between words and none round them; lines are joined."""
    del leads
    return " ".join(text.split())


def _entities(text: str, leads: bytes) -> str:
    """Characters written as HTML entities, also without their semicolon."""
    import html  # noqa: PLC0415 - start-up: few profiles ask for it

    del leads
    return html.unescape(text) if "&" in text else text


def entries(step: Mapping[str, Any]) -> dict[str, str]:
    """What a map step makes of each character that it lists."""
    table = {
        character: plain.strip(" ")
        for character in characters(step.get("compatibility", ()))
        if (plain := unicodedata.normalize("NFKC", character)) != character
    }
    table |= dict.fromkeys(characters(step.get("delete", ())), "")
    for row in step.get("digits", ()):
        table |= {c: str(value) for value, c in enumerate(characters([row]))}
    for character, result in step.get("map", {}).items():
        table |= dict.fromkeys(characters([character]), result)
    return table


def _map(step: Mapping[str, Any]) -> Step:
    """A character map: characters are looked for by their lead bytes, then singly."""
    table, default = entries(step), _default(step)
    by_lead: dict[bytes, dict[str, str]] = {}
    for character, result in table.items():
        by_lead.setdefault(_lead(character), {})[character] = result
    groups = tuple((lead, _group(by_lead[lead])) for lead in sorted(by_lead))

    def translate(text: str, leads: bytes) -> str:
        for lead, group in groups:
            if not lead or lead in leads:
                text = group(text)
        return text

    if default is None:
        return translate
    others = re.compile(_others(step, table))

    def translate_all(text: str, leads: bytes) -> str:
        return translate(others.sub(default, text), leads)

    return translate_all


def _lead(character: str) -> bytes:
    """The first byte of a character in UTF-8, or nothing if that is in every text."""
    lead = character.encode("utf-8", "surrogatepass")[:1]
    return b"" if lead in COMMON else lead


def _group(table: Mapping[str, str]) -> Callable[[str], str]:
    chained = len(table) <= LONGEST_CHAIN and table.keys().isdisjoint(
        "".join(table.values())
    )
    return _one_by_one(tuple(table.items())) if chained else _at_once(table)


def _one_by_one(pairs: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    def replace(text: str) -> str:
        for character, result in pairs:
            if character in text:
                text = text.replace(character, result)
        return text

    return replace


def _at_once(table: Mapping[str, str]) -> Callable[[str], str]:
    @cache
    def compiled() -> tuple[re.Pattern[str], dict[int, str]]:
        """Made when the first text has such characters: 3 ms of each start."""
        listed = re.escape("".join(table))
        return re.compile(f"[{listed}]+"), str.maketrans(dict(table))

    def replace(text: str) -> str:
        changed, translation = compiled()
        if not changed.search(text):
            return text
        return changed.sub(lambda found: found[0].translate(translation), text)

    return replace

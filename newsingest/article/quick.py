"""A whole profile at once, for texts of the commonest characters: nearly all.

Each of these characters is sent through the steps by itself when a profile is compiled.
A text goes through a code of one byte a character: what is deleted is taken out of the
bytes, and what is mapped is decoded as something else. That costs as much for ten
characters as for one. It gives what the steps give, by test, or nothing where only they
can tell.
"""

from __future__ import annotations

import unicodedata
from codecs import charmap_build, charmap_decode, charmap_encode
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from newsingest.article.addresses import SIGNS, doubtful
from newsingest.article.fold import CONTROLS, WINDOWS
from newsingest.article.patterns import lazy
from newsingest.article.steps import rare_leads

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from newsingest.article.steps import Compiled, Step

COMMONEST = WINDOWS.translate(
    dict(
        zip(
            map(ord, CONTROLS[1:]),  # a table that begins with another is no map of C
            "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹ی٪\N{ARABIC LETTER SUPERSCRIPT ALEF}ٱ"
            "\N{ZERO WIDTH SPACE}\N{RIGHT-TO-LEFT EMBEDDING}"
            "\N{POP DIRECTIONAL FORMATTING}",
            strict=True,
        )
    )
)
"""What nearly all articles are made of: Windows-1256, with digits for its controls.

None of them is composed with another.
"""
KNOWN = frozenset(COMMONEST)
TO_BYTE = charmap_build(COMMONEST)
AT, HASH, SLASH, W = SIGNS.encode()
UNDEFINED = "\ufffe"
"""What makes decoding a byte an error."""
RARER_KINDS = 8
"""A text with more kinds of rarer characters is left to the steps."""
STAND_INS = "†‡‰¤¦§¶±¬¢£¥"
"""What stands in for rarer characters while a text is bytes."""
SPACE = ("\\s", "\\S")
OTHER_ESCAPES = lazy(r"\\[^sS\W]|\(\?[a-zA-Z-]|[^ -~]-|-[^ -~]")
"""What means something else in bytes: words, digits, code points, flags, ranges."""


class Singly(NamedTuple):
    """What a profile makes of the commonest characters, each by itself.

    `results` are those of what it changes, `marks` stay but may change their order.
    `patterns` rewrite texts that have something of `needed`, behind the maps that
    change `before`. What is `awkward` is left to the steps.
    """

    results: Mapping[str, str]
    marks: frozenset[str]
    needed: frozenset[str]
    before: frozenset[str]
    patterns: tuple[Compiled, ...]
    awkward: frozenset[str]

    @classmethod
    def of(cls, steps: Sequence[Compiled]) -> Singly:
        """Send every character through the maps by itself."""
        needs = {step.needs for step in steps if step.needs}
        at = [n for n, step in enumerate(steps) if step.needs in needs & KNOWN]
        awkward = {"\0"}  # to look for it in a text takes longest of all
        before: dict[str, str] = {}
        results = [*COMMONEST]
        changed: dict[str, str] = {}
        for number, step in enumerate(steps):
            if at and number == at[0]:
                before = changed
            if step.needs:
                continue
            last, results = results, _each(step.apply, results)
            if results == last:
                continue
            pairs = zip(COMMONEST, results, strict=True)
            changed = {c: new for c, new in pairs if c != new}
            awkward |= {c for c, new in changed.items() if not needs.isdisjoint(new)}
        moving = any(step.form for step in steps)
        marks = {c for c in COMMONEST if moving and unicodedata.combining(c)}
        awkward |= {c for c, new in before.items() if changed.get(c) != new}
        for c, new in changed.items():
            if new and (
                c in marks or new in marks or new in changed or new not in KNOWN
            ):
                awkward.add(c)
        patterns = tuple(steps[number] for number in at)
        if not _commute(patterns, at, changed, before):
            awkward |= needs
        return cls(
            results={c: r for c, r in changed.items() if c not in awkward},
            marks=frozenset(marks.difference(changed)),
            needed=frozenset(step.needs for step in patterns) - awkward,
            before=frozenset(before) - awkward,
            patterns=patterns,
            awkward=frozenset(awkward & KNOWN),
        )


def _commute(
    patterns: Sequence[Compiled],
    at: Sequence[int],
    changed: Mapping[str, str],
    before: Mapping[str, str],
) -> bool:
    """Whether patterns stand in a row, add nothing that maps change, and fit bytes."""
    in_a_row = [*at] == [*range(at[0], at[0] + len(at))] if at else True
    return in_a_row and all(
        step.steady
        and changed.keys().isdisjoint(step.replace)
        and step.replace.isprintable()
        and step.replace.isascii()
        and "\\" not in step.replace
        and not OTHER_ESCAPES.search(step.find)
        and KNOWN.issuperset(step.find)
        and ("\N{NO-BREAK SPACE}" in before or not any(map(step.find.count, SPACE)))
        for step in patterns
    )


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


def _by_itself(steps: Sequence[Compiled], singly: Singly, character: str) -> str | None:
    """What the steps before patterns make of a rarer character, in common ones.

    It is the character itself where all steps leave it alone, and `None` where what
    becomes of it depends on what is beside it.
    """
    first = next((at for at, step in enumerate(steps) if step.needs), len(steps))
    result = character
    for step in steps[:first]:
        if step.form and not _is_inert(result, step):
            return None
        result = step.apply(result, rare_leads(result))
    if result == character:
        plain = character.isprintable() and all(
            character not in step.find if step.needs else _is_inert(character, step)
            for step in steps[first:]
        )
        return character if plain else None
    again = singly.before if singly.patterns else singly.results
    return (
        result
        if KNOWN.difference(again, singly.awkward, STAND_INS).issuperset(result)
        else None
    )


def _is_inert(text: str, step: Compiled) -> bool:
    """Whether a step leaves characters as they are, whatever is beside them."""
    from newsingest.article.align import JAMO  # noqa: PLC0415 - start-up

    return step.apply(text, rare_leads(text)) == text and not any(
        unicodedata.category(c).startswith("M") or ord(c) in JAMO for c in text
    )


class Quick(NamedTuple):
    """A profile that does all its steps at once.

    `needed` bytes call for `patterns`, behind the table `before` and what it deletes.
    """

    rarer: Callable[[str], str | None]
    inert: str
    needed: bytes
    foregoing: bytes
    before: tuple[bytes, bytes]
    patterns: tuple[tuple[re.Pattern[bytes], bytes], ...]
    deleted: bytes
    marks: bytes
    in_order: Step | None
    decoded: str

    @classmethod
    def of(cls, steps: Sequence[Compiled]) -> Quick:
        """Compile."""
        singly = Singly.of(steps)
        results = singly.results
        mapped = [c for c in singly.before if results[c]]
        undefined = dict.fromkeys(singly.awkward, UNDEFINED)
        touched = (*results, *results.values(), *singly.awkward)
        touched += tuple(step.find + step.replace for step in steps)
        forms = {step.form for step in steps if step.form}
        return cls(
            rarer=lru_cache(maxsize=1024)(partial(_by_itself, steps, singly)),
            inert=STAND_INS.translate(dict.fromkeys(map(ord, "".join(touched)))),
            needed=_in_bytes(singly.needed),
            foregoing=_in_bytes(singly.before),
            before=(
                bytes.maketrans(_in_bytes(mapped), _in_bytes(map(results.get, mapped))),
                _in_bytes(singly.before.difference(mapped)),
            ),
            patterns=tuple(
                (lazy(_in_bytes(step.find)), _in_bytes(step.replace))
                for step in singly.patterns
                if singly.needed
            ),
            deleted=_in_bytes(c for c, new in results.items() if not new),
            marks=_in_bytes(singly.marks),
            in_order=steps[-1].apply if steps[-1].form and len(forms) == 1 else None,
            decoded="".join(undefined.get(c) or results.get(c) or c for c in COMMONEST),
        )

    def apply(self, text: str, *, spare: bool = False) -> str | None:
        """The text under the profile; `None` where it takes the steps themselves.

        `spare`: also where it may hold an address.
        """
        try:
            raw, _ = charmap_encode(text, "strict", TO_BYTE)
        except UnicodeEncodeError as error:
            return self._with_rarer(text, error.start, spare=spare)
        signed = spare and (AT in raw or HASH in raw or SLASH in raw or W in raw)
        if signed and any(doubtful(text, raw.decode("latin-1"))):
            return None
        for byte in self.needed:
            if byte in raw:
                raw = self._rewritten(raw)
                break
        raw = raw.translate(None, self.deleted)
        try:
            new, _ = charmap_decode(raw, "strict", self.decoded)
        except UnicodeDecodeError:
            return None
        if not self.marks:
            return new
        if self.in_order:
            return self.in_order(new, b"")
        return new if raw.translate(None, self.marks) == raw else None

    def _rewritten(self, raw: bytes) -> bytes:
        """The bytes behind all patterns, and behind the maps before them."""
        for byte in self.foregoing:
            if byte in raw:
                raw = raw.translate(*self.before)
                break
        for find, replace in self.patterns:
            raw = find.sub(replace, raw)
        return raw

    def _with_rarer(self, text: str, at: int, *, spare: bool) -> str | None:
        """A text with few kinds of rarer characters, which others stand in for."""
        free = iter([character for character in self.inert if character not in text])
        back: list[tuple[str, str]] = []
        for _ in range(RARER_KINDS):
            character = text[at]
            new = self.rarer(character)
            if new == character:
                new = next(free, None)
                back += [(new, character)] if new else []
            if new is None:
                return None
            text = text.replace(character, new)
            try:
                charmap_encode(text, "strict", TO_BYTE)
            except UnicodeEncodeError as error:
                at = error.start
            else:
                break
        else:
            return None
        done = self.apply(text, spare=spare)
        if done is not None:
            for stand_in, character in back:
                done = done.replace(stand_in, character)
        return done


def _in_bytes(characters: Iterable[str | None]) -> bytes:
    return charmap_encode("".join(filter(None, characters)), "strict", TO_BYTE)[0]

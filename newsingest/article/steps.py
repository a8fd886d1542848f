"""The steps of a profile, as functions that look before they work.

Most articles hold few of the characters that a step changes: the lead bytes of a text's
rarer characters tell which steps have anything to do.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from newsingest.article.patterns import lazy
from newsingest.article.profiles import characters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from newsingest.article.edits import Edit

Step: TypeAlias = "Callable[[str, bytes], str]"
"""A text and the lead bytes of its rarer characters: what has none there need not be
looked for in the text."""

Plain: TypeAlias = "Callable[[str], list[Edit]]"
"""The same step as the edits it makes: slower, and a way back."""

COMMON = bytes((*range(9, 14), *range(32, 127), *range(0x80, 0xC0), 0xD8, 0xD9))
"""Bytes of UTF-8 that tell nothing: ASCII, the Arabic block's leads, trailing bytes."""
NAMED_CHARACTER = lazy(r"\\[uUNx]")
LONGEST_CHAIN = 64
"""Up to so many characters, asking for each is quicker than one pass over the text."""


DEFAULTS = {"keep": None, "delete": "", " ": " "}
"""What a map does with characters that it does not list."""

ADDRESSES = "addresses"
"""The kind of step from which on addresses are left alone."""


class Compiled(NamedTuple):
    """A step, ready to be applied.

    A pattern does nothing to a text without the character that it `needs`. It is
    `steady` where it cannot tell in which order two marks stand. A Unicode `form` works
    on a whole text and not on parts. `broad` is what may act on any text, whatever it
    holds. `adds` are the lead bytes of what it puts in, where they are known. A pattern
    puts `replace` for what it may `find`.
    """

    apply: Step
    plain: Callable[[], Plain]
    needs: str = ""
    steady: bool = False
    form: str = ""
    broad: bool = False
    adds: bytes | None = None
    find: str = ""
    replace: str = ""


def rare_leads(text: str) -> bytes:
    """The lead bytes of a text's rarer characters, for the steps."""
    return text.encode("utf-8", "surrogatepass").translate(None, COMMON)


def compile_step(step: Mapping[str, Any]) -> Compiled:
    """A step of a profile, as `profiles.read` gives it."""
    plain = cache(partial(_plain, step))
    if step["kind"] == "unicode":
        return Compiled(_unicode(step["form"]), plain, form=step["form"])
    if step["kind"] == ADDRESSES:
        return Compiled(_nothing, plain, adds=b"")
    if step["kind"] == "pattern":
        marks = any(map(unicodedata.combining, step["find"]))
        steady = not marks and not NAMED_CHARACTER.search(step["find"])
        needs = step.get("needs", "")[:1]
        return Compiled(
            _pattern(step),
            plain,
            needs,
            steady=steady and "until" not in step,
            broad=not needs,
            adds=rare_leads(step["replace"]),
            find=step["find"],
            replace=step["replace"],
        )
    if step["kind"] == "space":
        return Compiled(_single_spaces, plain, broad=True)
    if step["kind"] == "entities":
        return Compiled(_entities, plain, broad=True)
    if "compatibility" in step and step.keys() <= FORMS:
        listed = "".join(characters([*step["compatibility"], *step.get("map", ())]))
        leads = rare_leads(listed)
        if len(leads) == len(listed):  # none of them is common
            return Compiled(_forms(step, {*leads}), plain)
    table = entries(step)
    adds = rare_leads("".join({*table.values()}))
    return Compiled(_map(step, table), plain, adds=adds)


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
    find, replace = lazy(step["find"]), step["replace"]
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


def _map(step: Mapping[str, Any], table: Mapping[str, str]) -> Step:
    """A character map: characters are looked for by their lead bytes, then singly."""
    default = _default(step)
    changed = {character: new for character, new in table.items() if character != new}
    once = changed.keys().isdisjoint("".join(changed.values()))
    by_lead: dict[bytes, dict[str, str]] = {}
    for character, result in changed.items():
        lead = _lead(character) if once else b""
        by_lead.setdefault(lead, {})[character] = result
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


FORMS = {"kind", "why", "compatibility", "map"}


def _forms(step: Mapping[str, Any], leads: set[int]) -> Step:
    """A map of compatibility characters, made when a text may have one of them.

    Few texts have any of their lead bytes; making it takes a start 0.8 ms.
    """

    @cache
    def made() -> Step:
        return _map(step, entries(step))

    def translate(text: str, there: bytes) -> str:
        for lead in leads:
            if lead in there:
                return made()(text, there)
        return text

    return translate


def _lead(character: str) -> bytes:
    """The first byte of a character in UTF-8, or nothing if that is in every text."""
    lead = character.encode("utf-8", "surrogatepass")[:1]
    return b"" if lead in COMMON else lead


SHORT = 1024
"""Characters that are translated without a look whether one of them changes."""


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
    translation = str.maketrans(dict(table))

    @cache
    def pattern() -> re.Pattern[str]:
        """Made when the first long text has such characters: 2 ms of each start."""
        return re.compile(f"[{re.escape(''.join(table))}]+")

    def replace(text: str) -> str:
        if len(text) <= SHORT:
            return text.translate(translation)
        changed = pattern()
        if not changed.search(text):
            return text
        return changed.sub(lambda found: found[0].translate(translation), text)

    return replace

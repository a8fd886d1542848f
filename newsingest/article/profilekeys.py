"""What a profile's TOML may hold; a mistake is named before any text is read."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from newsingest.article.profiles import CODE_POINTS, ProfileError, characters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TEN = 10
FORMS = ("NFC", "NFD", "NFKC", "NFKD")


class Key(NamedTuple):
    """What a key must hold, in words and as a test."""

    expected: str
    holds: Callable[[Any], bool]
    required: bool = False


def read(toml: str, profile: str) -> dict[str, Any]:
    """The data of a profile. Raises `ProfileError` where it is none.

    >>> read("step = 1", "mine")
    Traceback (most recent call last):
    newsingest.article.profiles.ProfileError: profile mine: step must be tables, ...
    """
    try:
        data = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"profile {profile}: {error}") from None
    for fault in _faults(data):
        raise ProfileError(f"profile {profile}: {fault}")
    return data


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_expression(value: object) -> bool:
    try:
        re.compile(value)  # type: ignore[call-overload] # anything, from a user's TOML
    except (re.error, TypeError):
        return False
    return _is_text(value)


def _is_character(value: object) -> bool:
    return isinstance(value, str) and (
        len(value) == 1 or CODE_POINTS.fullmatch(value) is not None
    )


def _is_row(value: str) -> bool:
    return len([*characters([value])]) == TEN


CHARACTERS = Key(
    "a list of characters, U+064B or U+064B-U+0652",
    lambda value: isinstance(value, list) and all(map(_is_character, value)),
)
TEXT = Key("a text", _is_text)
PROFILE = {
    "name": TEXT,
    "why": TEXT,
    "extends": TEXT,
    "case": Key(
        'a table with "in" and "out"',
        lambda value: (
            isinstance(value, dict)
            and set(value) == {"in", "out"}
            and all(map(_is_text, value.values()))
        ),
    ),
    "step": Key(
        "tables, each headed [[step]]",
        lambda value: (
            isinstance(value, list) and all(isinstance(step, dict) for step in value)
        ),
    ),
}
STEPS: dict[str, dict[str, Key]] = {
    "unicode": {
        "form": Key(f"one of {', '.join(FORMS)}", FORMS.__contains__, required=True)
    },
    "map": {
        "map": Key(
            "a table of characters (or U+064B) and the texts they become",
            lambda value: (
                isinstance(value, dict)
                and all(map(_is_character, value))
                and all(map(_is_text, value.values()))
            ),
        ),
        "delete": CHARACTERS,
        "compatibility": CHARACTERS,
        "digits": Key(
            "a list of rows of ten digits, zero first, such as U+0660-U+0669",
            lambda value: CHARACTERS.holds(value) and all(map(_is_row, value)),
        ),
        "keep": CHARACTERS,
        "default": Key('"keep", "delete" or " "', ("keep", "delete", " ").__contains__),
    },
    "pattern": {
        "find": Key("a regular expression", _is_expression, required=True),
        "replace": TEXT._replace(required=True),
        "needs": Key(
            "a character that every text to be changed has",
            lambda value: _is_text(value) and value != "",
        ),
        "until": Key(
            "a text after whose last place nothing is changed",
            lambda value: _is_text(value) and value != "",
        ),
    },
    "addresses": {},
    "space": {"policy": Key('"single"', ("single",).__contains__, required=True)},
    "entities": {},
}


def _faults(data: Mapping[str, Any]) -> Iterator[str]:
    yield from _wrong(data, PROFILE, "a profile")
    for number, step in enumerate(data.get("step", ()), 1):
        yield from (f"step {number}: {fault}" for fault in _step_faults(step))


def _step_faults(step: Mapping[str, Any]) -> Iterator[str]:
    kind = step.get("kind")
    if not isinstance(kind, str) or kind not in STEPS:
        yield f"a step's kind must be one of {', '.join(STEPS)}"
        return
    yield from _wrong(step, STEPS[kind] | {"kind": TEXT, "why": TEXT}, f"a {kind} step")
    if kind == "pattern":
        try:
            re.sub(step["find"], step["replace"], "")
        except (re.error, IndexError) as error:
            yield f"replace does not fit find: {error}"


def _wrong(
    table: Mapping[str, Any], keys: Mapping[str, Key], what: str
) -> Iterator[str]:
    for key, value in table.items():
        if key not in keys:
            yield f"{what} has no {key}, only {', '.join(sorted(keys))}"
        elif not keys[key].holds(value):
            yield f"{key} must be {keys[key].expected}"
    for key, wanted in keys.items():
        if wanted.required and key not in table:
            yield f"{what} needs {key}: {wanted.expected}"

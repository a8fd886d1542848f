"""What a rule file may hold; only what is read from TOML is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT, TEXTS, NUMBER, YES_NO, CASES = "text", "texts", "number", "yes/no", "cases"
EXPECTED = {
    TEXT: "a string",
    TEXTS: "a list of strings",
    NUMBER: "a whole number",
    YES_NO: "true or false",
    CASES: "tables of cases",
}


class Key(NamedTuple):
    """What one key of a rule must look like."""

    type: str
    required: bool = False
    choices: tuple[str, ...] = ()


COMMON = {
    "why": Key(TEXT),
    "case": Key(CASES),
    "unchanged": Key(TEXTS),
    "disabled": Key(YES_NO),
}
"""Keys that every kind of rule may have: why it exists and where it was seen, what it
does, what it must leave alone, and whether it is switched off."""

PHRASES = {
    "phrases": Key(TEXTS, required=True),
    "match": Key(TEXT, choices=("line", "mark", "start")),
    "short": Key(NUMBER),
    "zone": Key(TEXT, choices=("any", "header", "footer", "edge")),
    "needs": Key(TEXTS),
    "list": Key(YES_NO),
    "inline": Key(YES_NO),
    "glued": Key(YES_NO),
    "ends": Key(YES_NO),
    "becomes": Key(TEXT),
}
NAMES = {"names": Key(TEXTS, required=True)}
NUMBERED = NAMES | {"number": Key(NUMBER, required=True)}
WORDS = {"words": Key(TEXT, required=True)}

KINDS: dict[str, dict[str, Key]] = {
    "agency": NAMES | {"weak": Key(TEXTS)},
    "agency-group": NAMES,
    "boilerplate": PHRASES,
    "bracketed": NAMES,
    "caption": PHRASES,
    "caption-ending": NAMES,
    "contact": PHRASES,
    "copyright": PHRASES,
    "cardinal": NUMBERED,
    "date-label": NAMES
    | {"means": Key(TEXT, required=True, choices=("published", "modified"))},
    "date-trap": NAMES,
    "date-word": NAMES
    | {
        "place": Key(
            TEXT,
            required=True,
            choices=(
                "inside",
                "around",
                "clock",
                "hour-letter",
                "ordinal-ending",
                "before-distance",
                "behind-distance",
                "before-count",
                "behind-count",
                "reading",
                "button",
                "numbered-month",
                "until",
            ),
        )
    },
    "given": WORDS,
    "honorific": NAMES,
    "hour-part": NUMBERED,
    "meridiem": NAMES
    | {"means": Key(TEXT, required=True, choices=("am", "pm", "noon", "night"))},
    "month": NUMBERED
    | {
        "calendar": Key(
            TEXT, required=True, choices=("gregorian", "libyan", "hijri", "other")
        ),
    },
    "name-part": NAMES,
    "not-name": WORDS,
    "ordinal": NUMBERED,
    "paper": NAMES,
    "paper-edition": NAMES,
    "paper-ending": NAMES,
    "place": NAMES,
    "related": PHRASES,
    "relative-day": NUMBERED,
    "role": NAMES,
    "section": PHRASES,
    "share": PHRASES,
    "share-ending": NAMES,
    "source": PHRASES,
    "slogan": NAMES,
    "text-field": NAMES,
    "subtitle": PHRASES,
    "tags": PHRASES,
    "title": PHRASES,
    "unit": NAMES
    | {
        "unit": Key(
            TEXT,
            required=True,
            choices=("second", "minute", "hour", "day", "week", "month", "year"),
        ),
        "number": Key(NUMBER),
        "place": Key(TEXT, choices=("inside", "around")),
    },
    "weekday": NUMBERED,
    "year-mark": NAMES
    | {
        "calendar": Key(TEXT, required=True, choices=("gregorian", "hijri", "other")),
    },
    "zone": {
        "zone": Key(TEXT, required=True),
        "names": Key(TEXTS),
        "places": Key(TEXTS),
    },
    "zone-word": NAMES,
}
"""Kind → the keys its rules may have, besides `COMMON`."""


def fault(key: str, value: object, keys: Mapping[str, Key]) -> str | None:
    """What is wrong with a key of a rule, if anything is."""
    if key not in keys:
        return f"no key is called {key!r}: {', '.join(sorted(keys))}"
    wanted = keys[key]
    if not _fits(value, wanted.type):
        return f"{key} must be {EXPECTED[wanted.type]}"
    if wanted.choices and value not in wanted.choices:
        return f"{key} is {value!r}; it must be one of {', '.join(wanted.choices)}"
    return None


def _fits(value: object, type_: str) -> bool:
    if type_ == TEXTS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if type_ == CASES:
        return isinstance(value, list) and all(isinstance(item, dict) for item in value)
    return {
        TEXT: isinstance(value, str),
        NUMBER: isinstance(value, int) and not isinstance(value, bool),
        YES_NO: isinstance(value, bool),
    }[type_]

"""Rule files: read, checked and merged; later files win rule by rule.

A rule file is TOML. Its tables are named KIND.NAME: the kind says what a rule is for
(`related`, `agency`, `month`, …) and which keys it may have, the name is what
`newsingest explain` prints and what the case that pins the rule is called.
"""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from newsingest.article import packaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Rule: TypeAlias = "Mapping[str, Any]"

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

KINDS: Mapping[str, Mapping[str, Key]] = {
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
        "calendar": Key(TEXT, required=True, choices=("gregorian", "hijri", "other")),
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
    "tags": PHRASES,
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


FILES = (
    "agencies",
    "datewords",
    "footers",
    "months-hijri",
    "months",
    "names",
    "papers",
    "places",
    "related",
    "zones-cldr",
    "zones",
)
"""The built-in files, in the order in which they are read; later ones win."""


class RuleError(ValueError):
    """A mistake in a rule file: says the file, the line and what was expected."""

    def __init__(self, file: str, line: int | None, message: str) -> None:
        """Read as `file:line: message`, the form that editors can jump to."""
        super().__init__(f"{file}:{line}: {message}" if line else f"{file}: {message}")
        self.file, self.line = file, line


class Rules(NamedTuple):
    """Merged rules: kind → name → rule. Immutable; compiled by those who use it."""

    tables: Mapping[str, Mapping[str, Rule]]

    def kind(self, kind: str) -> Mapping[str, Rule]:
        """The rules of one kind in the order they were read; none is an empty map."""
        return self.tables.get(kind, MappingProxyType({}))


def read(text: str, name: str) -> dict[str, dict[str, Rule]]:
    r"""Read and check one rule file; `name` is what errors call it.

    Raises `RuleError` on TOML that is none, on an unknown kind or key, on a value of
    the wrong type, and on a required key that is missing.

    >>> read("[agency.afp]\nnames = 'AFP'", "my.toml")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    newsingest.article.rules.RuleError: my.toml:2: agency.afp: names must be a list...
    """
    import tomllib  # noqa: PLC0415 - start-up: built-in rules are compiled

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise RuleError(name, int(found[1]) if found else None, str(error)) from None
    for kind, rules in data.items():
        if kind not in KINDS:
            known = ", ".join(sorted(KINDS))
            raise RuleError(
                name, _line(text, kind), f"no kind of rule is called {kind!r}: {known}"
            )
        if not isinstance(rules, dict):
            raise RuleError(
                name, _line(text, kind), f"expected a table [{kind}.NAME], not {kind} ="
            )
        for title, rule in rules.items():
            _check(text, name, f"{kind}.{title}", rule, COMMON | dict(KINDS[kind]))
    return data


def _check(
    text: str, file: str, title: str, rule: object, keys: Mapping[str, Key]
) -> None:
    if not isinstance(rule, dict):
        raise RuleError(file, _line(text, title), f"expected a table [{title}]")
    for key, value in rule.items():
        if fault := _fault(key, value, keys):
            # Looked up for a mistake only: in every key it took 170 ms of each start.
            raise RuleError(file, _line(text, title, key), f"{title}: {fault}")
    for key, wanted in keys.items():
        if wanted.required and key not in rule and not rule.get("disabled"):
            raise RuleError(file, _line(text, title), f"{title}: {key} is missing")


def _fault(key: str, value: object, keys: Mapping[str, Key]) -> str | None:
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


def _line(text: str, title: str, key: str | None = None) -> int | None:
    """The line of a table's heading or of a key below it, as far as can be told."""
    heading = re.search(rf"^\s*\[+\s*{re.escape(title)}\b", text, re.MULTILINE)
    if not heading:
        found = re.search(rf"^\s*\[*{re.escape(title)}\b", text, re.MULTILINE)
        return text.count("\n", 0, found.start()) + 1 if found else None
    at = heading.start()
    if key:
        below = re.compile(rf"^\s*\[*[\w.\"-]*\b{re.escape(key)}\b", re.MULTILINE)
        found = below.search(text, heading.end())
        at = found.start() if found else at
    return text.count("\n", 0, at + len(text[at:]) - len(text[at:].lstrip())) + 1


def merge(files: Iterable[Mapping[str, Mapping[str, Rule]]]) -> Rules:
    """Put files over one another: a rule replaces the one of the same kind and name."""
    tables: dict[str, dict[str, Rule]] = {}
    for file in files:
        for kind, rules in file.items():
            tables.setdefault(kind, {}).update(rules)
    return Rules(
        MappingProxyType(
            {
                kind: MappingProxyType(
                    {n: rule for n, rule in rules.items() if not rule.get("disabled")}
                )
                for kind, rules in tables.items()
            }
        )
    )


@cache
def load(extra: tuple[tuple[str, str], ...] = ()) -> Rules:
    """The built-in rules with the user's own (name, TOML) files over them, once."""
    built_in = packaged.tables("rules", FILES, read)
    return merge([*built_in, *(read(text, name) for name, text in extra)])

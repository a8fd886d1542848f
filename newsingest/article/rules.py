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

    from newsingest.article.rulekeys import Key

Rule: TypeAlias = "Mapping[str, Any]"

EXPLAINED = ("why", "case", "unchanged")
"""Keys that are for people and for tests."""

FILES = (
    "agencies",
    "datewords",
    "footers",
    "headers",
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

    from newsingest.article import rulekeys  # noqa: PLC0415

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise RuleError(name, int(found[1]) if found else None, str(error)) from None
    for kind, rules in data.items():
        if kind not in rulekeys.KINDS:
            known = ", ".join(sorted(rulekeys.KINDS))
            raise RuleError(
                name, _line(text, kind), f"no kind of rule is called {kind!r}: {known}"
            )
        if not isinstance(rules, dict):
            raise RuleError(
                name, _line(text, kind), f"expected a table [{kind}.NAME], not {kind} ="
            )
        for title, rule in rules.items():
            keys = rulekeys.COMMON | rulekeys.KINDS[kind]
            _check(text, name, f"{kind}.{title}", rule, keys)
    return data


def working(text: str, name: str) -> dict[str, dict[str, Rule]]:
    """A rule file without what its rules are there for and where they were seen.

    That is a third of the built-in files, and no article asks for it.
    """
    return {
        kind: {
            title: {key: value for key, value in rule.items() if key not in EXPLAINED}
            for title, rule in rules.items()
        }
        for kind, rules in read(text, name).items()
    }


def _check(
    text: str, file: str, title: str, rule: object, keys: Mapping[str, Key]
) -> None:
    from newsingest.article.rulekeys import fault  # noqa: PLC0415 - start-up

    if not isinstance(rule, dict):
        raise RuleError(file, _line(text, title), f"expected a table [{title}]")
    for key, value in rule.items():
        if wrong := fault(key, value, keys):
            # Looked up for a mistake only: in every key it took 170 ms of each start.
            raise RuleError(file, _line(text, title, key), f"{title}: {wrong}")
    for key, wanted in keys.items():
        if wanted.required and key not in rule and not rule.get("disabled"):
            raise RuleError(file, _line(text, title), f"{title}: {key} is missing")


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
    built_in = packaged.tables("rules", FILES, working)
    return merge([*built_in, *(read(text, name) for name, text in extra)])

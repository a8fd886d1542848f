"""Leave one outlet out: what an outlet loses when nothing is known only from it.

Rules are lists of phrases and names. For each outlet, the entries that are printed in
its articles and in no other outlet's are taken out of the rules, and its articles are
parsed again. Many of those entries would have been known without it (a town, an
agency), so that part of the loss is an upper bound. What it cannot show is code that
was shaped by the outlet; for that it takes layouts that nobody has looked at.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from newsingest.article.fold import fold
from newsingest.article.rulekeys import KINDS, TEXTS
from newsingest.article.rules import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from newsingest.article.rules import Rule

NO_WORD = re.compile(r"\W+")


def words(text: str) -> str:
    """Folded words with a blank around each, so that whole words are found in it."""
    return f" {NO_WORD.sub(' ', fold(text)).strip()} "


def only_here(texts: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Outlet → the entries of the rules that are printed there and nowhere else.

    `texts` are the articles of each outlet.
    """
    printed = {outlet: words("\n".join(some)) for outlet, some in texts.items()}
    found: dict[str, set[str]] = defaultdict(set)
    for entry in {entry for _, _, _, entry in entries()}:
        wanted = words(entry)
        where = [outlet for outlet, text in printed.items() if wanted in text]
        if len(where) == 1 and wanted.strip():
            found[where[0]].add(entry)
    return found


def entries() -> Iterable[tuple[str, str, str, str]]:
    """Kind, rule, key and entry of everything that the built-in rules list."""
    for kind, keys in KINDS.items():
        lists = [key for key, wanted in keys.items() if wanted.type == TEXTS]
        for name, rule in load().kind(kind).items():
            for key in lists:
                for entry in rule.get(key, ()):
                    yield kind, name, key, entry


def without(removed: set[str]) -> tuple[str, str]:
    """A rule file that puts the built-in rules back without some entries."""
    changed = {(kind, name) for kind, name, _, entry in entries() if entry in removed}
    tables = [
        _table(kind, name, load().kind(kind)[name], removed)
        for kind, name in sorted(changed)
    ]
    return "hold-out.toml", "\n".join(tables)


def _table(kind: str, name: str, rule: Rule, removed: set[str]) -> str:
    lines = [f"[{json.dumps(kind)}.{json.dumps(name, ensure_ascii=False)}]"]
    for key, wanted in KINDS[kind].items():
        if key not in rule:
            continue
        value = rule[key]
        if wanted.type == TEXTS:
            value = [entry for entry in value if entry not in removed]
            if not value and wanted.required:
                return f"{lines[0]}\ndisabled = true\n"
        lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"

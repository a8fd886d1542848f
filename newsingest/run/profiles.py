"""The normalisation profiles, for a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from newsingest.article import normalize
from newsingest.run.differences import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHOWN = 6
"""So many items of a long map or list are printed; the rest is counted."""


def every(file: TextIO) -> None:
    """Print each profile: what it is, and what it makes of an example."""
    for name in normalize.names():
        about = normalize.about(name)
        before = about["case"]["in"]
        after = normalize.load(name)(before)
        file.write(f"{name}: {about['why'].split('. ')[0].rstrip('.')}\n")
        file.write(f"    {visible(before)} → {visible(after)}\n")


def one(profile: str, toml: str | None, file: TextIO) -> None:
    """Print what a profile is, its steps with their reasons, and an example."""
    about = normalize.about(profile, toml)
    file.write(f"{about.get('name', profile)}: {about.get('why', '')}\n")
    for number, step in enumerate(normalize.described(profile, toml), 1):
        file.write(f"\n{number}. {step.get('why', '')}\n")
        file.writelines(f"   {line}\n" for line in settings(step))
    if case := about.get("case"):
        after = normalize.load(profile, toml)(case["in"])
        file.write(f"\nbefore: {visible(case['in'])}\nafter:  {visible(after)}\n")
        if after != case["out"]:
            file.write(f"not {visible(case['out'])}, as its case says\n")


def settings(step: Mapping[str, Any]) -> Iterator[str]:
    """What a step does, one line a setting.

    >>> list(settings({"kind": "map", "why": "…", "map": {"ى": "ي", "ة": "ه"}}))
    ['map: ى → ي, ة → ه']
    """
    alone = set(step) <= {"kind", "why"}
    if alone:
        yield str(step["kind"])
    for key, value in step.items():
        if key in {"kind", "why"}:
            continue
        if isinstance(value, dict):
            items = [
                f"{old} → {visible(new) if new.strip() else repr(new)}"
                for old, new in value.items()
            ]
        else:
            items = value if isinstance(value, list) else [f"'{value}'"]
        more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
        yield f"{key}: {', '.join(items[:SHOWN])}{more}"

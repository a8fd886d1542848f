"""Floors: the figures below which accuracy must not fall, pinned in a TOML file."""

from __future__ import annotations

import tomllib
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping
    from pathlib import Path

Figures = dict[str, dict[str, float]]
"""Field → name → figure, as `score.Tally.figures` gives them."""

Pins = dict[str, dict[str, float]]
"""Set and kind → `field.name` → floor."""

HIGH = ("score", "exact", "token_f1", "precision", "recall")
UNPINNED = ("labels", "record")
"""Fields without kinds of error: a line has a wrong label, or a file no record."""

HEAD = """\
# Accuracy must not fall below these (`make eval`; docs/accuracy.md).
# Written by `python bench/eval.py --update`, which only raises; with --lower it lowers.
"""


def pins(figures: Figures) -> dict[str, float]:
    """The figures that are worth a floor, rounded down to four digits."""
    found = {}
    for field, values in figures.items():
        for name in HIGH:
            if name in values:
                found[f"{field}.{name}"] = _down(values[name])
        for name in _errors(field, values):
            found[f"{field}.not_{name}"] = _down(1 - values.get(name, 0.0))
    return found


def _errors(field: str, values: Mapping[str, float]) -> tuple[str, ...]:
    """What is pinned turned round, and even where there was none of it.

    Absence is the point: an error that is gone must not come back, and a figure
    that is not there must not be taken for the worst.
    """
    if field in UNPINNED:
        return ()
    if field == "body":
        return ("lost", "leaked")
    return ("invented",) if "precision" in values else ("wrong", "invented")


def _down(value: float) -> float:
    return floor(value * 10_000 + 1e-6) / 10_000


def read(file: Path) -> Pins:
    """The pinned floors; none where there is no file yet."""
    return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}


def write(file: Path, floors: Pins) -> None:
    """Write floors, a table for each set and kind."""
    tables = [
        f'["{name}"]\n'
        + "".join(f'"{key}" = {value}\n' for key, value in sorted(table.items()))
        for name, table in sorted(floors.items())
    ]
    file.write_text(HEAD + "\n" + "\n".join(tables), "utf-8")


def fallen(floors: Pins, now: Pins) -> list[str]:
    """The figures below their floor; sets that were not measured are left out."""
    return [
        f"{name} {key}: {now[name].get(key, 0.0):.4f}, floor {least:.4f}"
        for name, table in floors.items()
        if name in now
        for key, least in table.items()
        if now[name].get(key, 0.0) < least
    ]


def raised(floors: Pins, now: Pins, *, lower: bool = False) -> Pins:
    """The floors after a run: never lower than they were, unless `lower` is set."""
    merged = {name: dict(table) for name, table in floors.items()}
    for name, table in now.items():
        old = {} if lower else merged.get(name, {})
        merged[name] = {
            key: max(value, old.get(key, 0.0)) for key, value in table.items()
        } | {key: least for key, least in old.items() if key not in table}
    return merged


def compare(file: Path, figures: Mapping[str, Figures], args: Namespace) -> int:
    """Say what fell, write what rose if asked; the exit status."""
    floors = read(file)
    now = {name: pins(values) for name, values in figures.items()}
    if args.update:
        write(file, raised(floors, now, lower=args.lower))
    for name in floors.keys() - now.keys():
        print(f"not measured, its folder is not here: {name}")
    lost = [] if args.update and args.lower else fallen(floors, now)
    held = sum(len(table) for name, table in floors.items() if name in now)
    print("\n".join(f"FELL {line}" for line in lost) or f"floors: all {held} held")
    return 1 if lost else 0

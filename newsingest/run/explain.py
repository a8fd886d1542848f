"""How a file was read, for a terminal or as JSON Lines."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from newsingest.article.explain import Reading

STYLES = {
    "title": "bold",
    "subtitle": "bold dim",
    "body": "",
    "heading": "underline",
    "date": "cyan",
    "byline": "green",
    "dateline": "green",
    "source": "green",
    "related": "magenta",
    "tags": "blue",
}
"""What is not listed is dim: it is not part of the article."""

LONGEST_EXCERPT = 70
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"""A hostile file must not move the cursor, colour the screen or reverse the columns."""


def as_lines(readings: Sequence[Reading]) -> Iterator[bytes]:
    """One JSON object a span."""
    import orjson  # noqa: PLC0415 - start-up: only `--json` needs it

    for reading in readings:
        yield orjson.dumps(asdict(reading), option=orjson.OPT_APPEND_NEWLINE)


def show(readings: Sequence[Reading], file: TextIO) -> None:
    """Print a table: line, label, rule, what it says, what was understood."""
    from rich.console import Console  # noqa: PLC0415 - start-up
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, padding=(0, 1), header_style="bold", show_edge=False)
    table.add_column("line", justify="right", style="dim")
    table.add_column("label", no_wrap=True, min_width=10)
    table.add_column("rule", style="dim", no_wrap=True, min_width=24)
    table.add_column("text", overflow="ellipsis", no_wrap=True, ratio=1)
    for reading in readings:
        style = STYLES.get(reading.label, "dim")
        second = f" ({reading.second}?)" if reading.second else ""
        table.add_row(
            str(reading.line),
            Text(reading.label + second, style=style),
            Text(reading.rule),
            Text(_excerpt(reading.text), style=style),
        )
        for text in understood(reading):
            table.add_row("", "", "", Text(f"→ {_clean(text)}", style="italic"))
    Console(file=file, highlight=False, emoji=False, markup=False).print(table)


def understood(reading: Reading) -> Iterator[str]:
    """What was made of a date or a byline, in words."""
    for found in (reading.date, reading.byline):
        said = [f"{key} {_value(value)}" for key, value in found.items() if value]
        if said:
            yield ", ".join(said)
    if reading.parts:
        yield " + ".join(f"{text} = {role}" for text, role in reading.parts)


def _value(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _excerpt(text: str) -> str:
    text = _clean(text)
    short = len(text) <= LONGEST_EXCERPT
    return text if short else f"{text[: LONGEST_EXCERPT - 1]}…"


def _clean(text: str) -> str:
    return CONTROL.sub(" ", text)

"""How a file was read, for a terminal or as JSON Lines."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, TextIO

from newsingest.run import terminal

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

NARROW = 80
"""Below so many columns the rule stands under the label, to leave room for the text."""

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"""A hostile file must not move the cursor, colour the screen or reverse the columns."""


def as_lines(readings: Sequence[Reading]) -> Iterator[bytes]:
    """One JSON object a span."""
    import orjson  # noqa: PLC0415 - start-up: only `--json` needs it

    for reading in readings:
        yield orjson.dumps(asdict(reading), option=orjson.OPT_APPEND_NEWLINE)


def show(readings: Sequence[Reading], file: TextIO) -> None:
    """Print what was read: a table on a terminal, else tab-separated and whole."""
    if file.isatty():
        _table(readings, file)
    else:
        for reading in readings:
            cells = (str(reading.line), _label(reading), reading.rule, reading.text)
            understanding = "; ".join(understood(reading))
            row = (*cells, understanding) if understanding else cells
            print(*map(_clean, row), sep="\t", file=file)


def _table(readings: Sequence[Reading], file: TextIO) -> None:
    from rich.console import Group  # noqa: PLC0415 - start-up
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = terminal.console(file)
    narrow = console.width < NARROW
    cells = [_cells(reading, narrow=narrow) for reading in readings]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    table = Table(box=None, padding=(0, 1), show_header=False, expand=True)
    table.add_column(justify="right", style="dim", min_width=widths[0])
    table.add_column(min_width=widths[1])
    if not narrow:
        table.add_column(style="dim", min_width=widths[2])
    table.add_column(ratio=1)
    for reading, row in zip(readings, cells, strict=True):
        style = STYLES.get(reading.label, "dim")
        text = Text(_clean(reading.text), style, no_wrap=True, overflow="ellipsis")
        below = (Text(f"→ {_clean(said)}", "italic") for said in understood(reading))
        line, label, *rule = row
        named = Text(label, style)
        table.add_row(line, named, *map(Text, rule), Group(text, *below))
    console.print(table)


def _cells(reading: Reading, *, narrow: bool) -> tuple[str, ...]:
    label = _label(reading)
    head = (f"{label}\n{reading.rule}",) if narrow else (label, reading.rule)
    return (str(reading.line), *head)


def _width(cell: str) -> int:
    return max(map(len, cell.split("\n")))


def _label(reading: Reading) -> str:
    return f"{reading.label} ({reading.second}?)" if reading.second else reading.label


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


def _clean(text: str) -> str:
    return CONTROL.sub(" ", text)

"""A terminal, as people's output is drawn on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST = 20
"""Columns. Where `COLUMNS` says 0, as some shells of editors do, Rich draws nothing."""


def console(file: TextIO, *, soft_wrap: bool = False) -> Console:
    """Draw on a terminal, and take no text for markup, whoever wrote it."""
    from rich.console import Console  # noqa: PLC0415 - start-up: pipes need none of it

    made = Console(
        file=file, highlight=False, markup=False, emoji=False, soft_wrap=soft_wrap
    )
    made.width = max(made.width, NARROWEST)
    return made

"""What a line was and what it has become, for a reader."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, TextIO

from newsingest.run import terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECES = re.compile(r"\s+|\w+|[^\w\s]")
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
NO_BREAK = "\N{NO-BREAK SPACE}"


def shower(name: str, file: TextIO) -> Callable[[int, bytes, bytes], None]:
    """Give a function that prints a changed line, before and after.

    On a terminal what changed is in colour.
    """
    return (_in_colour if file.isatty() else _plainly)(name, file)


def _plainly(name: str, file: TextIO) -> Callable[[int, bytes, bytes], None]:
    def show(number: int, before: bytes, after: bytes) -> None:
        old, new = visible(_text(before)), visible(_text(after))
        file.write(f"{name}:{number}\n-{old}\n+{new}\n")
        file.flush()

    return show


def _in_colour(name: str, file: TextIO) -> Callable[[int, bytes, bytes], None]:
    from rich.text import Text  # noqa: PLC0415 - start-up: only with --diff

    console = terminal.console(file)

    def show(number: int, before: bytes, after: bytes) -> None:
        old, new = Text.assemble(("-", "dim")), Text.assemble(("+", "dim"))
        for gone, come in compared(_text(before), _text(after)):
            changed = gone != come
            old.append(visible(gone), "bold red" if changed else "")
            new.append(visible(come), "bold green" if changed else "")
        head = Text(f"{name}:{number}", style="cyan")
        for line in (head, old, new):
            console.print(line, soft_wrap=True)

    return show


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def compared(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Pieces of two texts side by side, equal or not, each of words and signs.

    >>> list(compared("إلى البيت", "الى البيت"))
    [('إلى', 'الى'), (' البيت', ' البيت')]
    """
    old, new = PIECES.findall(before), PIECES.findall(after)
    for _, i, j, k, end in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        yield "".join(old[i:j]), "".join(new[k:end])


def visible(text: str) -> str:
    r"""A text with what cannot be seen written as its code point.

    Such characters are most of what some profiles remove, and could turn the columns
    of a terminal round or move its cursor.

    >>> visible("نص\N{RIGHT-TO-LEFT MARK}")
    'نص<U+200F>'
    """
    return "".join(
        f"<U+{ord(c):04X}>" if unicodedata.category(c) in UNSEEN or c == NO_BREAK else c
        for c in text
    )

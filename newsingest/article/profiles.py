"""What is written in profiles: characters, and mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsingest.article.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CODE_POINTS = lazy(
    r"U\+((?:10|[0-9A-F])?[0-9A-F]{4})(?:-U\+((?:10|[0-9A-F])?[0-9A-F]{4}))?"
)


class ProfileError(ValueError):
    """A mistake in a profile: says which profile and what was expected."""


def characters(items: Iterable[str]) -> Iterator[str]:
    """Characters written as themselves, as `U+064B` or as `U+064B-U+0652`.

    >>> "".join(characters(["a", "U+0062-U+0064"]))
    'abcd'
    """
    for item in items:
        found = CODE_POINTS.fullmatch(item) if item[:2] == "U+" else None
        if found is None:
            yield item
        else:
            first, last = int(found[1], 16), int(found[2] or found[1], 16)
            yield from map(chr, range(first, last + 1))

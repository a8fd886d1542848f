"""The way into archives, which loads what reads them when there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from newsingest.run.inputs import Input, Root, Selection


class Gate:
    """The way into archives; the ledger's gate passes over those it has read."""

    def members(
        self, root: Root, selection: Selection, skipped: Counter[str]
    ) -> Iterator[Input]:
        """The articles of one archive."""
        from newsingest.run import archives  # noqa: PLC0415 - start-up

        yield from archives.members(root, selection, skipped)

"""A printed line → a date, its precision, its doubts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from newsingest.article.record import DateOrder
    from newsingest.article.rules import Rules


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a date line and what it was taken for; for `explain`."""

    start: int
    end: int
    role: str


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a printed line says about time.

    `start` and `end` bound everything that was read as date, time, zone or a label of
    them (so that `الرياض - رويترز | 7 مارس 2024` leaves its byline outside);
    `coverage` is the share of the line's letters and digits that were explained.
    `published` and `modified` are ISO 8601, only as precise as printed.
    """

    published: str | None
    modified: str | None
    precision: str | None
    hijri: str | None
    flags: tuple[str, ...]
    timezone: str | None
    timezone_source: str | None
    start: int
    end: int
    coverage: float
    parts: tuple[Part, ...]

    @property
    def is_date_line(self) -> bool:
        """Whether most of the line is explained by its date."""
        return self.coverage >= 0.6  # noqa: PLR2004


class DateReader:
    """The date grammar, compiled once from the rules and the options."""

    def __init__(
        self,
        rules: Rules,
        *,
        date_order: DateOrder = "dmy",
        timezone: str | None = None,
    ) -> None:
        """Compile. Raises `ValueError` for a zone that IANA does not know."""

    def read(self, line: str, now: datetime | None = None) -> DateReading | None:
        """Read a printed line; `None` where there is no date in it."""
        del line, now
        return None


def could_be_date(line: str) -> bool:
    """Whether a line has anything that a date needs."""
    del line
    return False

"""The figures and the exit status."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple

from newsingest.article.record import Metadata, Reason
from newsingest.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

OK, FAILED, USAGE, REJECTS, LOCKED, SIGPIPE = 0, 1, 2, 3, 11, 141
"""Exit statuses; an interrupted run has 128 + the signal's number."""

COUNTED = ("created", *(one.name for one in fields(Metadata)))
"""The fields that `filled` counts: all of `metadata`, and the date above it."""


class RunError(Exception):
    """The run cannot do its work; reads as what, why and the remedy in one line."""

    def __init__(self, message: str, status: int = FAILED) -> None:
        """Keep the exit status beside the message."""
        super().__init__(message)
        self.status = status


class Reject(NamedTuple):
    """An input that gave no record; the keys of a line in the rejects file."""

    path: str
    source: str
    reason: Reason
    detail: str
    bytes: int | None
    sha256: str | None


@dataclass(slots=True, repr=False, eq=False)  # each made for nobody: 0.1 ms a start
class Summary:
    """What a run has done so far.

    Every input ends in exactly one of `records`, `rejected` and `skipped`.
    """

    profile: str
    inputs: int = 0
    records: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    seconds: float = 0.0
    filled: Counter[str] = field(
        default_factory=lambda: Counter(dict.fromkeys(COUNTED, 0))
    )
    warnings: Counter[str] = field(default_factory=Counter)

    def count_shapes(self, shapes: Mapping[tuple[bool, ...], int]) -> None:
        """Add how many records have which fields, in the order of `COUNTED`."""
        for shape, records in shapes.items():
            for name, has in zip(COUNTED, shape, strict=False):  # alignment is last
                if has:
                    self.filled[name] += records

    def add(self, found: Mapping[str, Any]) -> None:
        """Add what another summary, of a part of the work, has told as JSON."""
        for name in ("inputs", "records", "bytes", "seconds"):
            setattr(self, name, getattr(self, name) + found[name])
        for name in ("rejected", "skipped", "filled", "warnings"):
            getattr(self, name).update(found[name])

    def become(self, other: Summary) -> None:
        """Take the figures of another summary."""
        for one in fields(Summary):
            setattr(self, one.name, getattr(other, one.name))

    @property
    def status(self) -> int:
        """The exit status of a run that came to its end."""
        return REJECTS if self.rejected.total() else OK

    @property
    def ended(self) -> int:
        """Inputs whose end is known."""
        return self.records + self.rejected.total() + self.skipped.total()

    def share(self, name: str) -> float:
        """The share of records that have a field, 0 to 1."""
        return self.filled[name] / self.records if self.records else 0.0

    def as_dict(self) -> dict[str, Any]:
        """The summary as `--summary` writes it."""
        return {
            "inputs": self.inputs,
            "records": self.records,
            "rejected": _sorted(self.rejected),
            "skipped": _sorted(self.skipped),
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
            "filled": dict(self.filled),
            "warnings": _sorted(self.warnings),
            "newsingest": VERSION,
            "profile": self.profile,
        }

    def line(self) -> str:
        """The last line of a run.

        >>> Summary("standard", records=2, rejected=Counter(empty=1)).line()
        '2 records, 0 skipped, 1 rejected (1 empty), 0.0 s'
        """
        return (
            f"{count(self.records, 'record')}, {_reasons(self.skipped, 'skipped')}, "
            f"{_reasons(self.rejected, 'rejected')}, {self.seconds:.1f} s"
        )


def count(number: int, thing: str) -> str:
    """A number and its noun.

    >>> count(1, "record"), count(1200, "record")
    ('1 record', '1,200 records')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _sorted(counter: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counter.items()))


def _reasons(counter: Counter[str], verb: str) -> str:
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in sorted(counter.items()))
    return f"{counter.total():,} {verb}" + (f" ({reasons})" if reasons else "")

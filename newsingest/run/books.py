"""Where records go and how it is remembered: the sink, and the ledger behind it."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from newsingest.run import gate, sinks
from newsingest.run.inputs import is_remote, printable
from newsingest.run.summary import USAGE, RunError
from newsingest.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from newsingest.run.batch import Job, Result
    from newsingest.run.inputs import Done, Input, Root
    from newsingest.run.ledger import Gate, Ledger
    from newsingest.run.summary import Summary

COMMIT_BYTES, COMMIT_SECONDS = 8 << 20, 1.0
"""With `--state`, what is written is synced and remembered so often: an fsync for every
article would take longer than the article."""


class Books:
    """A run that remembers nothing: records go to a sink."""

    def __init__(self, sink: sinks.Sink) -> None:
        """Take a sink that is open."""
        self.sink = sink
        self.gate = gate.Gate()
        self.skipped: Counter[str] = Counter()
        self.notes: list[str] = []
        """What people should know before it begins."""

    def undone(self, inputs: Iterable[Input]) -> Iterable[Input]:
        """The inputs that are still to do."""
        return inputs

    def take(self, result: Result) -> None:
        """Write what came back."""
        self.sink.write(result.lines)

    def close(self, *, whole: bool) -> None:
        """End well; a file that is not whole is not promoted."""
        if whole or isinstance(self.sink, sinks.Stream):
            self.sink.commit()
        else:
            self.sink.discard()

    def describe(self, summary: Summary) -> None:
        """Let a dataset say what is in it."""
        if isinstance(self.sink, sinks.Described):
            self.sink.describe(summary)

    def fail(self) -> None:
        """End badly."""
        self.sink.discard()

    def vanished(self, root: Root, *, may_be_all: bool) -> list[str] | None:
        """The inputs of earlier runs that are gone from a folder; `None` if all are."""
        del root, may_be_all
        return []


class Remembering(Books):
    """A run that remembers: the ledger is written when the records are on disk."""

    def __init__(self, sink: sinks.Sink, ledger: Ledger, gate: Gate, note: str) -> None:
        """Take a sink and a ledger; `note` is what the ledger calls the sink."""
        super().__init__(sink)
        self.ledger, self.gate, self._note = ledger, gate, note
        self._ledger_gate = gate
        self.skipped = ledger.skipped
        self._done: list[Done] = []
        self._size = 0
        self._at = time.monotonic()
        self.commit()

    def undone(self, inputs: Iterable[Input]) -> Iterable[Input]:
        """The inputs that are new or changed."""
        return self.ledger.undone(inputs)

    def take(self, result: Result) -> None:
        """Write what came back; remember it once it is on disk."""
        self.sink.write(result.lines)
        self.skipped.update(result.skipped)
        for reject in result.rejects:
            self._ledger_gate.spoil(reject.source, reject.path)
        self._done += result.done
        self._size += len(result.lines)
        if self._size >= COMMIT_BYTES or time.monotonic() - self._at >= COMMIT_SECONDS:
            self.commit()

    def commit(self, *, closed: bool = False) -> None:
        """Flush, fsync, then the ledger: never the other way round."""
        notes = []
        if isinstance(self.sink, sinks.AppendedFile):
            known = self.sink.sync()
            how = "closed" if closed else "open"
            notes.append((self._note, f"{known.offset} {known.tail} {how}"))
        self.ledger.commit(self._done, notes)
        self._done, self._size, self._at = [], 0, time.monotonic()

    def close(self, *, whole: bool) -> None:
        """End well: everything is on disk; archives are done if all of them was."""
        if whole:
            self._done += self._ledger_gate.whole()
        self.commit(closed=True)
        self.sink.commit()

    def vanished(self, root: Root, *, may_be_all: bool) -> list[str] | None:
        """The inputs of earlier runs that are gone; told once, records kept."""
        unread = self._ledger_gate.unread
        return self.ledger.vanished(root, unread, may_be_all=may_be_all)


@contextmanager
def opened(  # noqa: PLR0913 - what the options say
    open_sink: Callable[[], sinks.Sink],
    *,
    output: str,
    state: str | None,
    lock_wait: float,
    reprocess: bool,
    job: Job,
) -> Iterator[Books]:
    """The books that the options ask for; one without a state has the sink given.

    Raises `RunError`.
    """
    if state is None:
        yield Books(open_sink())
        return
    from newsingest.run.ledger import Gate, Ledger  # noqa: PLC0415 - start-up: SQLite

    _check_local(output, state)
    ledger = Ledger(state, lock_wait)
    try:
        notes = _reconfigured(ledger, job, reprocess=reprocess)
        sink, note = _appended(output, ledger)
        if isinstance(sink, sinks.AppendedFile) and sink.cut:
            notes.append(f"{output}: {sink.cut:,} bytes of an unfinished run cut off")
        books = Remembering(sink, ledger, Gate(ledger), note)
        books.notes = notes
        yield books
    finally:
        ledger.close()


def _check_local(output: str, state: str) -> None:
    """Refuse what only a disk can do."""
    if is_remote(os.fsencode(state)):
        raise RunError(
            f"--state {printable(os.fsencode(state))}: a state file is locked and "
            "written in place: name a local file",
            USAGE,
        )
    if is_remote(os.fsencode(output)):
        raise RunError(
            f"-o {printable(os.fsencode(output))}: with --state records are appended, "
            "and nothing can be appended there: name a local file, and copy it after "
            "the run",
            USAGE,
        )


def _appended(output: str, ledger: Ledger) -> tuple[sinks.Sink, str]:
    """The sink, and what the ledger calls it."""
    note = f"output {os.path.realpath(output)}"
    if output == sinks.STDOUT or sinks.is_device(output):
        return sinks.opened(output), note
    offset, tail, *how = (ledger.said(note) or " ").split(" ")
    known = sinks.Known(int(offset), tail, how == ["closed"]) if offset else None
    return sinks.AppendedFile(output, known), note


def _reconfigured(ledger: Ledger, job: Job, *, reprocess: bool) -> list[str]:
    """Compare what records depend on with the last run; what people are to know."""
    digest = _digest(job)
    before = ledger.said("configuration")
    if before == digest:
        return []
    if before is not None:
        if not reprocess:
            raise RunError(
                f"the configuration has changed since {ledger.name} was written: "
                "run without --no-reprocess to do everything again"
            )
        ledger.forget()
    ledger.note("configuration", digest)
    if before is None:
        return []
    return ["the configuration has changed: everything is done again"]


def _digest(job: Job) -> str:
    """What a record depends on beside its input: options, rules, profile, version."""
    said = repr((VERSION, job.options, job.relative_to_mtime))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()

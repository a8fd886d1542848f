"""The loop: sources → workers → sinks, counting as it goes."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import orjson

from newsingest.run import progress as show
from newsingest.run import sinks, sources
from newsingest.run.batch import Result
from newsingest.run.inputs import Input, Root, Selection
from newsingest.run.reading import cannot_read
from newsingest.run.summary import REJECTS, SIGPIPE, USAGE, RunError, Summary
from newsingest.run.workers import results
from newsingest.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from newsingest.run.batch import Job
    from newsingest.run.inputs import Done
    from newsingest.run.ledger import Ledger
    from newsingest.run.progress import Progress

STDIN = "-"
COMMIT_BYTES, COMMIT_SECONDS = 8 << 20, 1.0
"""With `--state`, what is written is synced and remembered so often: an fsync for every
article would take longer than the article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that the command line has decided."""

    job: Job
    paths: tuple[str, ...] = ()
    files_from: tuple[str, ...] = ()
    null: bool = False
    root: str | None = None
    source: str | None = None
    selection: Selection = field(default_factory=Selection)
    output: str = sinks.STDOUT
    rejects: str | None = None
    summary: str | None = None
    jobs: int | None = None
    allow_empty: bool = False
    state: str | None = None
    lock_wait: float = 0.0
    reprocess: bool = True
    fail_under: tuple[tuple[str, float], ...] = ()
    summary_prom: str | None = None
    quiet: bool = False
    verbose: bool = False
    bar: bool | None = None
    log_format: str = "text"


class Stop:
    """Whether a signal has asked the run to end."""

    def __init__(self) -> None:
        """Nobody has."""
        self.signal = 0

    def __call__(self) -> int:
        """The signal's number, or 0."""
        return self.signal

    @contextmanager
    def listening(self) -> Iterator[None]:
        """End after the article in hand at the first signal, at once at the second."""
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._heard) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _heard(self, number: int, _frame: object) -> None:
        if self.signal:
            os._exit(128 + number)
        self.signal = number


def run(plan: Plan) -> int:
    """Do what a plan says; gives the exit status.

    Raises `RunError` when the run cannot do its work.
    """
    progress = show.chosen(
        quiet=plan.quiet,
        verbose=plan.verbose,
        bar=plan.bar,
        log_format=plan.log_format,
        tell_rejects=plan.rejects is None,
    )
    found = _sources(plan)
    summary = Summary(plan.job.options.profile)
    began = time.monotonic()
    stop = Stop()
    refused = False
    try:
        with stop.listening():
            _work(plan, found, summary, progress, stop)
    except BrokenPipeError:
        _leave_quietly()
        return SIGPIPE
    except RunError as error:
        refused = error.status == USAGE
        raise
    finally:
        summary.seconds = time.monotonic() - began
        if not refused:  # what was refused may be to write over an input
            _write_summary(plan, summary)
    progress.finish(summary)
    if stop.signal:
        progress.note(f"interrupted; to go on: {_again()}")
        return 128 + stop.signal
    if not summary.inputs and not plan.allow_empty:
        raise RunError(
            "no article was found: files are taken by their name, *.txt and its "
            "compressed forms; see --include, or --allow-empty if that is no error"
        )
    return _judge(plan, summary, progress)


def _judge(plan: Plan, summary: Summary, progress: Progress) -> int:
    """The exit status; a field that too few records have is told by its name."""
    low = [
        (name, share)
        for name, share in plan.fail_under
        if summary.records and summary.share(name) < share
    ]
    for name, share in low:
        progress.note(
            f"--fail-under: {summary.share(name):.3f} of the records have {name}, "
            f"less than {share:g}: has a page layout changed?"
        )
    return REJECTS if low else summary.status


def _sources(plan: Plan) -> sources.Sources:
    root = os.fsencode(plan.root) if plan.root else None
    paths = [path for path in plan.paths if path != STDIN]
    stdin = STDIN in plan.paths
    if stdin and STDIN in plan.files_from:
        raise RunError(
            "stdin is either one article or a list of files, not both", USAGE
        )

    def listed() -> Iterator[Root | Input]:
        for name in plan.files_from:
            with _list(name) as stream:
                yield from sources.listed(
                    stream, null=plan.null, root=root, source=plan.source
                )

    return sources.Sources(
        roots=sources.named(map(os.fsencode, paths), root=root, source=plan.source),
        selection=plan.selection,
        listed=listed if plan.files_from else None,
        stdin=sys.stdin.buffer.read if stdin else None,
        source=plan.source,
    )


@contextmanager
def _list(name: str) -> Iterator[IO[bytes]]:
    if name == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = open(name, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise RunError(cannot_read(f"--files-from {name}", error), USAGE) from None
    with stream:
        yield stream


def _work(
    plan: Plan,
    found: sources.Sources,
    summary: Summary,
    progress: Progress,
    stop: Stop,
) -> None:
    with _books(plan, progress) as books:
        rejects: sinks.Sink = sinks.Nowhere()
        try:
            rejects = sinks.opened(plan.rejects)
            known = not plan.files_from and all(root.folder for root in found.roots)
            progress.start(
                sources.count(found.roots, plan.selection) if known else None
            )
            inputs = books.undone(_guarded(found, plan))
            for result in results(plan.job, inputs, plan.jobs, stop):
                books.take(result)
                _count(summary, result, (found.skipped, books.skipped))
                _tell(result, rejects, progress, verbose=plan.verbose)
                progress.update(summary)
            _count(summary, Result(), (found.skipped, books.skipped))
            books.close(whole=not stop.signal)
            rejects.commit()
        except BaseException:
            books.fail()
            rejects.discard()
            raise
        if known and not stop.signal:
            gone = books.vanished({root.source for root in found.roots})
            if gone:
                progress.note(f"{gone:,} inputs of earlier runs are gone; records kept")


def _tell(
    result: Result, rejects: sinks.Sink, progress: Progress, *, verbose: bool
) -> None:
    for reject in result.rejects:
        line = orjson.dumps(reject._asdict(), option=orjson.OPT_APPEND_NEWLINE)
        rejects.write(line)
        progress.reject(reject)
    if verbose:
        for trace in result.traces:
            progress.note(show.clean(trace))


@contextmanager
def _books(plan: Plan, progress: Progress) -> Iterator[Books]:
    """Where records go and how it is remembered, by the options."""
    if plan.state is None:
        yield Books(sinks.opened(plan.output))
        return
    from newsingest.run.ledger import Ledger  # noqa: PLC0415 - start-up: SQLite

    ledger = Ledger(plan.state, plan.lock_wait)
    try:
        yield _remembered(plan, ledger, progress)
    finally:
        ledger.close()


def _remembered(plan: Plan, ledger: Ledger, progress: Progress) -> Books:
    digest = _digest(plan.job)
    before = ledger.said("configuration")
    if before not in (None, digest):
        if not plan.reprocess:
            raise RunError(
                f"the configuration has changed since {plan.state} was written: "
                "run without --no-reprocess to do everything again"
            )
        progress.note("the configuration has changed: everything is done again")
        ledger.forget()
    ledger.note("configuration", digest)
    if plan.output == sinks.STDOUT:
        return Books(sinks.opened(plan.output), ledger)
    whole = os.path.realpath(plan.output)
    offset = ledger.said(f"offset {whole}")
    sink = sinks.AppendedFile(plan.output, int(offset) if offset else None)
    if sink.cut:
        progress.note(f"{plan.output}: {sink.cut:,} bytes of an unfinished run cut off")
    books = Books(sink, ledger, whole)
    books.commit()
    return books


def _digest(job: Job) -> str:
    """What a record depends on beside its input: options, rules, profile, version."""
    said = repr((VERSION, job.options, job.relative_to_mtime))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


class Books:
    """The records' sink, and the ledger that runs behind it if there is one."""

    def __init__(
        self, sink: sinks.Sink, ledger: Ledger | None = None, output: str = ""
    ) -> None:
        """Keep both; `output` is what the ledger calls the file."""
        self.sink, self.ledger, self.output = sink, ledger, output
        self.skipped: Counter[str] = ledger.skipped if ledger else Counter()
        self._done: list[Done] = []
        self._size = 0
        self._at = time.monotonic()

    def undone(self, inputs: Iterable[Input]) -> Iterable[Input]:
        """The inputs that are still to do."""
        return self.ledger.undone(inputs) if self.ledger else inputs

    def take(self, result: Result) -> None:
        """Write what came back; remember it once it is on disk."""
        self.sink.write(result.lines)
        self.skipped.update(result.skipped)
        if self.ledger is None:
            return
        self._done += result.done
        self._size += len(result.lines)
        if self._size >= COMMIT_BYTES or time.monotonic() - self._at >= COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Flush, fsync, then the ledger: never the other way round."""
        if self.ledger is None:
            return
        offset = None
        if isinstance(self.sink, sinks.AppendedFile):
            offset = self.sink.sync()
        self.ledger.commit(self._done, self.output, offset)
        self._done, self._size, self._at = [], 0, time.monotonic()

    def close(self, *, whole: bool) -> None:
        """End well; a file that is not whole is not promoted."""
        self.commit()
        if whole or not isinstance(self.sink, sinks.AtomicFile):
            self.sink.commit()
        else:
            self.sink.discard()

    def fail(self) -> None:
        """End badly: what is synced stays, the rest is forgotten."""
        self.sink.discard()

    def vanished(self, sources: set[str]) -> int:
        """How many inputs of earlier runs are gone; their records are kept."""
        return self.ledger.vanished(sources) if self.ledger else 0


def _guarded(found: Iterable[Input], plan: Plan) -> Iterator[Input]:
    """The inputs; refuses to read what is being written."""
    options = (plan.output, plan.rejects, plan.summary, plan.summary_prom, plan.state)
    written = {
        os.fsencode(os.path.realpath(path)): path
        for path in options
        if path and path != sinks.STDOUT
    }
    names = tuple(map(os.path.basename, written))
    for item in found:
        if not item.file.endswith(names):
            pass
        elif path := written.get(os.path.realpath(item.file)):
            raise RunError(
                f"{path} is an input as well: write somewhere else, or name it "
                "so that --include does not take it",
                USAGE,
            )
        yield item


def _count(
    summary: Summary, result: Result, skipped: tuple[Counter[str], Counter[str]]
) -> None:
    """Add a result. Inputs skipped before they reached a worker are counted here."""
    summary.worked += result.inputs
    summary.records += result.records
    summary.bytes += result.bytes
    summary.rejected.update(reject.reason for reject in result.rejects)
    summary.warnings.update(result.warnings)
    summary.count_shapes(result.shapes)
    summary.skipped = skipped[0] + skipped[1]
    summary.inputs = summary.ended


def _write_summary(plan: Plan, summary: Summary) -> None:
    if plan.summary:
        content = orjson.dumps(
            summary.as_dict(), option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2
        )
        sinks.write_atomically(plan.summary, content)
    if plan.summary_prom:
        sinks.write_atomically(plan.summary_prom, prometheus(summary).encode())


def prometheus(summary: Summary) -> str:
    """The figures for the textfile collector of Prometheus' node exporter."""
    found = summary.as_dict()
    lines = [
        f"newsingest_{name} {found[name]}"
        for name in ("inputs", "records", "bytes", "seconds")
    ]
    for name, label in (
        ("rejected", "reason"),
        ("skipped", "reason"),
        ("filled", "field"),
        ("warnings", "name"),
    ):
        lines += [
            f'newsingest_{name}{{{label}="{what}"}} {number}'
            for what, number in found[name].items()
        ]
    return "\n".join(lines) + "\n"


def _leave_quietly() -> None:
    """Let Python flush into nothing: the reader of the pipe has gone."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _again() -> str:
    import shlex  # noqa: PLC0415 - only after an interrupt

    return shlex.join([os.path.basename(sys.argv[0]), *sys.argv[1:]])

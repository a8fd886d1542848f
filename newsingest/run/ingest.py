"""The loop: sources → workers → sinks, counting as it goes."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import orjson

from newsingest.run import progress as show
from newsingest.run import sinks, sources
from newsingest.run.inputs import Input, Root, Selection
from newsingest.run.summary import FAILED, SIGPIPE, USAGE, RunError, Summary
from newsingest.run.workers import results

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from newsingest.run.batch import Job, Result
    from newsingest.run.progress import Progress

STDIN = "-"


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
    try:
        with stop.listening():
            _work(plan, found, summary, progress, stop)
    except BrokenPipeError:
        _leave_quietly()
        return SIGPIPE
    finally:
        summary.seconds = time.monotonic() - began
        _write_summary(plan, summary)
    progress.finish(summary)
    if stop.signal:
        progress.note(f"interrupted; to go on, run again: {_again()}")
        return 128 + stop.signal
    if not summary.inputs and not summary.skipped and not plan.allow_empty:
        raise RunError(
            "no article was found: files are taken by their name, *.txt and its "
            "compressed forms; see --include, or --allow-empty if that is no error"
        )
    return summary.status


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
        why = (error.strerror or str(error)).lower()
        raise RunError(f"--files-from {name}: {why}", USAGE) from None
    with stream:
        yield stream


def _work(
    plan: Plan,
    found: sources.Sources,
    summary: Summary,
    progress: Progress,
    stop: Stop,
) -> None:
    records = sinks.opened(plan.output)
    rejects: sinks.Sink = sinks.Nowhere()
    try:
        rejects = sinks.opened(plan.rejects)
        known = not plan.files_from and all(root.folder for root in found.roots)
        progress.start(sources.count(found.roots, plan.selection) if known else None)
        inputs = _guarded(found, plan)
        for result in results(plan.job, inputs, plan.jobs, stop):
            records.write(result.lines)
            _count(summary, result, found)
            for reject in result.rejects:
                line = orjson.dumps(reject._asdict(), option=orjson.OPT_APPEND_NEWLINE)
                rejects.write(line)
                progress.reject(reject)
            for trace in result.traces:
                if plan.verbose:
                    progress.note(show.clean(trace))
            progress.update(summary)
        summary.skipped = found.skipped
        summary.inputs += found.skipped.total()
        if stop.signal and isinstance(records, sinks.AtomicFile):
            records.discard()
            rejects.discard()
            return
        records.commit()
        rejects.commit()
    except BaseException:
        records.discard()
        rejects.discard()
        raise


def _guarded(found: Iterable[Input], plan: Plan) -> Iterator[Input]:
    """The inputs; refuses to read what is being written."""
    if plan.output == sinks.STDOUT:
        yield from found
        return
    output = os.fsencode(os.path.realpath(plan.output))
    name = os.path.basename(output)
    for item in found:
        if item.file.endswith(name) and os.path.realpath(item.file) == output:
            raise RunError(
                f"{plan.output} is an input as well: write somewhere else, or name it "
                "so that --include does not take it",
                USAGE,
            )
        yield item


def _count(summary: Summary, result: Result, found: sources.Sources) -> None:
    summary.inputs += result.inputs
    summary.records += result.records
    summary.bytes += result.bytes
    summary.rejected.update(reject.reason for reject in result.rejects)
    summary.warnings.update(result.warnings)
    summary.count_shapes(result.shapes)
    summary.skipped = found.skipped


def _write_summary(plan: Plan, summary: Summary) -> None:
    if plan.summary:
        content = orjson.dumps(
            summary.as_dict(), option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2
        )
        sinks.write_atomically(plan.summary, content)


def _leave_quietly() -> None:
    """Let Python flush into nothing: the reader of the pipe has gone."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _again() -> str:
    import shlex  # noqa: PLC0415 - only after an interrupt

    return shlex.join([os.path.basename(sys.argv[0]), *sys.argv[1:]])


__all__ = ["FAILED", "Plan", "run"]

"""The loop: sources → workers → sinks, counting as it goes."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING, NamedTuple

import orjson

from newsingest.run import progress as show
from newsingest.run import sinks, sources
from newsingest.run.batch import Result, reject_lines
from newsingest.run.books import opened
from newsingest.run.ends import leave_quietly
from newsingest.run.inputs import (
    Input,
    Root,
    Selection,
    excluded,
    included,
    is_remote,
    printable,
)
from newsingest.run.jobs import results
from newsingest.run.reading import cannot_read, too_large
from newsingest.run.summary import (
    FAILED,
    REJECTS,
    SIGPIPE,
    USAGE,
    RunError,
    Summary,
    count,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from newsingest.run.batch import Job
    from newsingest.run.books import Books
    from newsingest.run.progress import Progress

STDIN = "-"
LOOK_AGAIN = 1.0
"""Seconds."""
NOTHING = (
    "no article was found: files are taken by their name, *.txt and its compressed "
    "forms; see --include, or --allow-empty if that is no error"
)


class Plan(NamedTuple):
    """Everything that the command line has decided."""

    job: Job
    paths: tuple[str, ...] = ()
    files_from: tuple[str, ...] = ()
    null: bool = False
    root: str | None = None
    source: str | None = None
    selection: Selection = Selection()
    output: str = sinks.STDOUT
    format: str = sinks.JSONL
    partition_by: str | None = None
    rejects: str | None = None
    summary: str | None = None
    jobs: int | None = None
    allow_empty: bool = False
    state: str | None = None
    parts: str | None = None
    """The folder of parts, where an engine makes them."""
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
        self._waiting = False

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

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Raise `KeyboardInterrupt` at the first signal: no article is in hand."""
        self._waiting = True
        try:
            if self.signal:  # heard since it was last asked for
                raise KeyboardInterrupt
            yield
        finally:
            self._waiting = False

    def _heard(self, number: int, _frame: object) -> None:
        before, self.signal = self.signal, number
        if self._waiting or before:
            raise KeyboardInterrupt


class Interruptible:
    """stdin, which may keep a run waiting; a signal is the end of it."""

    def __init__(self, stream: IO[bytes], stop: Stop) -> None:
        """Read from a file that nothing has been read from yet."""
        self._fd, self._stop = stream.fileno(), stop

    def read1(self, most: int) -> bytes:
        """What there is; nothing at the end, and nothing after a signal.

        A signal that comes just before the wait does not end it: one test in some
        hundreds hung so. It is looked for again every second.
        Raises `RunError` where it cannot be read.
        """
        try:
            with self._stop.waiting():
                while not self._stop():
                    if select.select([self._fd], [], [], LOOK_AGAIN)[0]:
                        return os.read(self._fd, most)
        except KeyboardInterrupt:
            pass
        except OSError as error:
            name = "stdin" if self._fd == 0 else "the list"
            raise RunError(cannot_read(f"cannot read {name}", error)) from None
        return b""


def run(plan: Plan) -> int:
    """Do what a plan says; gives the exit status.

    Raises `RunError` when it cannot begin.
    """
    progress = shown(plan)
    stop = Stop()
    check_apart(plan)
    found = sources_of(plan, stop)
    check_outputs(plan, found.roots)
    summary = Summary(plan.job.options.profile)
    work = Run(plan, found, summary, progress, stop).work
    return ended(plan, summary, progress, stop, work)


def shown(plan: Plan) -> Progress:
    """How a run shows itself."""
    return show.chosen(
        quiet=plan.quiet,
        verbose=plan.verbose,
        bar=plan.bar,
        log_format=plan.log_format,
        tell_rejects=plan.rejects is None,
    )


def ended(
    plan: Plan,
    summary: Summary,
    progress: Progress,
    stop: Stop,
    work: Callable[[], None],
) -> int:
    """Do the work of a run, and tell how it ended; gives the exit status."""
    began = time.monotonic()
    failure = ""
    try:
        with stop.listening():
            work()
    except BrokenPipeError:
        status = SIGPIPE
    except KeyboardInterrupt:
        status = 128 + (stop.signal or signal.SIGINT)
    except RunError as error:
        status, failure = error.status, str(error)
    else:
        status = 128 + stop.signal if stop.signal else judged(plan, summary, progress)
    summary.seconds = time.monotonic() - began
    try:
        if status != USAGE:  # what was refused may be to write over an input
            write_summary(plan, summary, status)
    except RunError as error:
        status, failure = FAILED, failure or str(error)
    tell_end(plan, summary, progress, status, failure)
    return status


def tell_end(
    plan: Plan, summary: Summary, progress: Progress, status: int, failure: str
) -> None:
    """The last lines: what went wrong, how to go on, and the figures."""
    if status == SIGPIPE:
        leave_quietly()
        return
    if failure:
        progress.fail(failure)
    elif status > 128:  # noqa: PLR2004 - a signal
        progress.note(f"interrupted; {_how_to_go_on(plan)}")
    progress.finish(summary)


def _how_to_go_on(plan: Plan) -> str:
    if plan.parts:
        return f"whole parts are in {plan.parts}; to go on: {again()}"
    if plan.state:
        return f"to go on: {again()}"
    written = "what was written is valid, but a rerun begins anew"
    if plan.output != sinks.STDOUT:
        written = f"{plan.output} is written whole or not at all, so it was not"
    return f"{written}; with --state FILE a run can go on where it stopped"


def judged(plan: Plan, summary: Summary, progress: Progress) -> int:
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


def sources_of(plan: Plan, stop: Stop) -> sources.Sources:
    """What a run is to read. Raises `RunError` for a path that is missing."""
    root = os.fsencode(plan.root) if plan.root else None
    paths = [path for path in plan.paths if path != STDIN]
    stdin = STDIN in plan.paths
    if stdin and STDIN in plan.files_from:
        raise RunError(
            "stdin is either one article or a list of files, not both", USAGE
        )

    def listed() -> Iterator[Root | Input]:
        for name in plan.files_from:
            with _list(name, stop) as lines:
                yield from sources.listed(
                    lines,
                    null=plan.null,
                    root=root,
                    source=plan.source,
                )

    return sources.Sources(
        roots=sources.named(map(os.fsencode, paths), root=root, source=plan.source),
        selection=plan.selection,
        listed=listed if plan.files_from else None,
        stdin=(lambda: _stdin(plan, stop)) if stdin else None,
    )


def _stdin(plan: Plan, stop: Stop) -> Input | None:
    """The article on stdin, as far as one may be long; none after a signal."""
    stream = Interruptible(sys.stdin.buffer, stop)
    parts, left = [], plan.job.max_bytes + 1
    while left > 0 and (part := stream.read1(min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    if stop():
        return None
    item = Input(b"", STDIN, plan.source or "stdin", raw=b"".join(parts))
    if left <= 0:
        error = too_large(plan.job.max_bytes + 1, plan.job.max_bytes)
        item = item._replace(raw=None, problem=(error.reason, error.detail))
    return item


@contextmanager
def _list(name: str, stop: Stop) -> Iterator[sources.Lines]:
    if name == STDIN:
        yield Interruptible(sys.stdin.buffer, stop)
        return
    if is_remote(os.fsencode(name)):
        from newsingest.run import places  # noqa: PLC0415 - start-up

        with places.named(name, f"--files-from {name}") as lines:
            yield lines  # type: ignore[misc] # all of them have a read1
        return
    try:
        stream = open(name, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise RunError(cannot_read(f"--files-from {name}", error), USAGE) from None
    with stream:
        yield Interruptible(stream, stop)


class Run(NamedTuple):
    """One run on its way."""

    plan: Plan
    found: sources.Sources
    summary: Summary
    progress: Progress
    stop: Stop

    def work(self) -> None:
        """From the lock to the last line. Raises `RunError`, `BrokenPipeError`."""
        folders = {root: _identity(root) for root in self.found.roots if root.folder}
        with ExitStack() as stack:
            with self.stop.waiting():  # perhaps for the lock
                books = stack.enter_context(_books(self.plan))
            rejects: sinks.Sink = sinks.Nowhere()
            try:
                rejects = sinks.opened(self.plan.rejects)
                self._pass_through(books, rejects)
                books.describe(self.summary)
                books.close(whole=not self.stop.signal)
                rejects.commit()
            except BaseException:
                books.fail()
                rejects.discard()
                raise
            if not self.plan.files_from and not self.stop.signal:
                for root, before in folders.items():
                    self._tell_vanished(books, root, before)

    def _pass_through(self, books: Books, rejects: sinks.Sink) -> None:
        """Every input to its end. Raises `RunError` where there was none."""
        for note in books.notes:
            self.progress.note(note)
        self.progress.start(self._total())
        self.found.gate = books.gate
        inputs = books.undone(guarded(self.found, self.plan))
        skipped = (self.found.skipped, books.skipped)
        for result in results(self.plan.job, inputs, self.plan.jobs, self.stop):
            books.take(result)
            result.lines = b""  # the next ones may need the room
            result.count_in(self.summary, skipped[0] + skipped[1])
            self._tell(result, rejects)
            self.progress.update(self.summary)
        Result().count_in(self.summary, skipped[0] + skipped[1])
        if self.summary.inputs or self.plan.allow_empty or self.stop.signal:
            return
        raise RunError(NOTHING)

    def _total(self) -> Iterator[int] | None:
        """Counts the inputs, where all of them can be counted before they are read."""
        if self.plan.files_from or self.found.stdin:
            return None
        if any(is_remote(root.file) for root in self.found.roots):
            return None  # listed once, as it is read
        return sources.count(self.found.roots, self.plan.selection)

    def _tell(self, result: Result, rejects: sinks.Sink) -> None:
        rejects.write(reject_lines(result.rejects))
        for reject in result.rejects:
            self.progress.reject(reject)
        if self.plan.verbose:
            for trace in result.traces:
                for row in trace.splitlines():
                    self.progress.note(show.clean(row))

    def _tell_vanished(self, books: Books, root: Root, before: object) -> None:
        """What is gone from a folder. Raises `RunError` when the folder itself is."""
        name = printable(root.file)
        if before != _identity(root):
            raise RunError(
                f"{name} is another folder than when the run began: has its disk been "
                "unmounted? Nothing is taken for gone; run again when it is back"
            )
        gone = books.vanished(root, may_be_all=self.plan.allow_empty)
        if gone is None:
            raise RunError(
                f"{name} has none of its articles any more: is its disk mounted? "
                "Nothing is taken for gone; --allow-empty if that is right"
            )
        if gone:
            what = count(len(gone), "input")
            self.progress.note(f"gone since the last run: {what}; records kept")
        if self.plan.verbose:
            for path in gone:
                self.progress.note(f"gone: {show.clean(path)}")


def _identity(root: Root) -> tuple[int, int] | None:
    """Which folder it is; none where it is not there."""
    try:
        found = os.stat(root.file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _sink(plan: Plan) -> sinks.Sink:
    if plan.format == sinks.JSONL:
        return sinks.opened(plan.output)
    from newsingest.run.columns import Dataset  # noqa: PLC0415 - an extra

    return Dataset(
        plan.output, partition_by=plan.partition_by, align=plan.job.options.align
    )


def _books(plan: Plan) -> AbstractContextManager[Books]:
    return opened(
        lambda: _sink(plan),
        output=plan.output,
        state=plan.state,
        lock_wait=plan.lock_wait,
        reprocess=plan.reprocess,
        job=plan.job,
    )


WRITTEN = ("output", "rejects", "summary", "summary_prom", "state")
"""Options of a plan that name what it writes."""


def _written(plan: Plan) -> dict[str, str]:
    """Option → what the run writes there; a device may be named twice."""
    said = {f"--{name.replace('_', '-')}": getattr(plan, name) for name in WRITTEN}
    return {
        option: path
        for option, path in said.items()
        if path is not None and (path == sinks.STDOUT or not sinks.is_device(path))
    }


def _files(plan: Plan) -> list[str]:
    """The files that a run writes."""
    return [path for path in _written(plan).values() if path != sinks.STDOUT]


def check_apart(plan: Plan) -> None:
    """Refuse two options that name one file: the later would replace the records."""
    owners: dict[str, str] = {}
    for option, path in _written(plan).items():
        place = path if path == sinks.STDOUT else os.fsdecode(_place(path))
        first = owners.setdefault(place, option)
        if first != option:
            what = "stdout" if path == sinks.STDOUT else printable(os.fsencode(path))
            raise RunError(
                f"{first} and {option} would both write {what}: "
                "give each a file of its own",
                USAGE,
            )


def check_outputs(plan: Plan, roots: Iterable[Root]) -> None:
    """Refuse what would be written over an input, or nowhere, before it happens."""
    for path in _files(plan):
        folder = os.path.dirname(os.path.realpath(path))
        if not is_remote(os.fsencode(path)) and not os.path.isdir(folder):
            raise RunError(
                f"cannot write {path}: no folder {folder}: make the folder first"
            )
        for root in roots:
            if _would_read(root, _place(path), plan.selection):
                raise _is_an_input(path)


def _place(path: str | bytes) -> bytes:
    """A path without links; an address as it is, less the last slash."""
    file = os.fsencode(path)
    return file.rstrip(b"/") if is_remote(file) else os.path.realpath(file)


def _would_read(root: Root, file: bytes, selection: Selection) -> bool:
    """Whether a run over this root would take this file for an article."""
    top = _place(root.file)
    if not root.folder:
        return top == file
    if not file.startswith(os.path.join(top, b"")):
        return False
    below = file[len(os.path.join(top, b"")) :]
    hidden = any(name.startswith(b".") for name in below.split(b"/"))
    return not hidden and included(selection, below) and not excluded(selection, below)


def _is_an_input(path: str) -> RunError:
    return RunError(
        f"{path} is an input as well: write somewhere else, or name it so that "
        "--include does not take it",
        USAGE,
    )


def guarded(found: Iterable[Input], plan: Plan) -> Iterator[Input]:
    """The inputs; refuses to read what is being written, by whatever name it came."""
    written = {_place(path) for path in _files(plan)}
    names = tuple(os.path.basename(path) for path in written)
    for item in found:
        if item.file.endswith(names) and _place(item.file) in written:
            raise _is_an_input(printable(item.file))
        yield item


def write_summary(plan: Plan, summary: Summary, status: int) -> None:
    """Write the figures where the options want them. Raises `RunError`."""
    if plan.summary:
        content = orjson.dumps(
            summary.as_dict() | {"status": status},
            option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2,
        )
        sinks.write_atomically(plan.summary, content)
    if plan.summary_prom:
        content = prometheus(summary, status, time.time()).encode()
        sinks.write_atomically(plan.summary_prom, content)


def prometheus(summary: Summary, status: int, now: float) -> str:
    """The figures for the textfile collector of Prometheus' node exporter."""
    found = summary.as_dict() | {"exit_status": status, "ended_timestamp_seconds": now}
    plain = ("inputs", "records", "bytes", "seconds", "exit_status")
    lines = [
        f"newsingest_{name} {found[name]}"
        for name in (*plain, "ended_timestamp_seconds")
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


def again() -> str:
    """The command that is running, for a shell."""
    import shlex  # noqa: PLC0415 - only after an interrupt

    return shlex.join([os.path.basename(sys.argv[0]), *sys.argv[1:]])

"""One batch of inputs → finished lines: the same code in this process or in another."""

from __future__ import annotations

import gc
import math
import os
import signal
import sys
import threading
import time
from collections import Counter, deque
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import orjson

from newsingest.article.parse import parser
from newsingest.article.record import Options, RejectedError
from newsingest.run.inputs import Done, is_remote, racy
from newsingest.run.reading import Reading, read
from newsingest.run.summary import Reject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from newsingest.run.inputs import Input
    from newsingest.run.remote import Fetcher
    from newsingest.run.summary import Summary

Batch: TypeAlias = "list[Input]"

UNTRUSTED = -1
"""A stamp that no file has: the next run looks at the SHA-256 instead."""
FLUSH = 4 << 20
"""Bytes of finished lines that a result holds at most, give or take one record."""
AHEAD, AHEAD_FILES = 1 << 20, 16
"""Bytes and files that are read before the first of them is parsed, at most."""
GRACE = 5.0
"""Seconds beyond `--timeout` after which a worker is killed from outside: its own
alarm does not reach it inside a system call or a library."""


class Job(NamedTuple):
    """What is done with every input. Picklable."""

    options: Options
    relative_to_mtime: bool = False
    max_bytes: int = 32 << 20
    timeout: float = 60.0
    """Seconds for one article; 0 is no limit."""
    track: bool = False
    """Whether results say how every input ended, for a ledger."""


class Result:
    """What some inputs, in order, became: whole lines and the figures about them."""

    __slots__ = (
        "bytes", "done", "inputs", "lines", "records", "rejects", "shapes", "skipped",
        "traces", "warnings",
    )  # fmt: skip

    def __init__(self) -> None:
        """Of no input yet."""
        self.lines = b""
        self.inputs = self.records = self.bytes = 0
        self.rejects: list[Reject] = []
        self.shapes: Counter[tuple[bool, ...]] = Counter()
        """Which fields records have, in the order of `summary.COUNTED`: how many."""
        self.warnings: Counter[str] = Counter()
        self.traces: list[str] = []
        self.done: list[Done] = []
        self.skipped: Counter[str] = Counter()

    @classmethod
    def of_reject(cls, reject: Reject, done: Sequence[Done] = ()) -> Result:
        """What one input became that gave no record."""
        made = cls()
        made.inputs, made.rejects, made.done = 1, [reject], [*done]
        return made

    def count_in(self, summary: Summary, skipped: Counter[str]) -> None:
        """Add to the figures; `skipped` is what never reached a worker, so far."""
        summary.records += self.records
        summary.bytes += self.bytes
        summary.rejected.update(reject.reason for reject in self.rejects)
        summary.warnings.update(self.warnings)
        summary.count_shapes(self.shapes)
        summary.skipped = skipped
        summary.inputs = summary.ended


def reject_lines(rejects: Iterable[Reject]) -> bytes:
    """The lines of the rejects file."""
    option = orjson.OPT_APPEND_NEWLINE
    return b"".join(orjson.dumps(one._asdict(), option=option) for one in rejects)


class TooSlowError(BaseException):
    """Time is up. No `Exception`: nothing on the way may take it for its own."""


class Worker:
    """Turns inputs into results; everything is compiled once."""

    def __init__(self, job: Job) -> None:
        """Compile the parser. Raises `ValueError` on mistakes in options or rules."""
        self.job = job
        self.parser = parser(job.options)
        gc.freeze()  # the tables are for good, and forked processes share them
        gc.enable()
        self.zone = _zone(job.options.timezone) if job.relative_to_mtime else UTC
        self._fetcher: Fetcher | None = None

    def work(
        self, batch: Iterable[Input], stop: Callable[[], object] = lambda: False
    ) -> Iterator[Result]:
        """Work through a batch, in order, until told to stop."""
        result, lines, size = Result(), list[bytes](), 0
        shapes: Counter[tuple[bool, ...]] = Counter()
        with alarm(self.job.timeout) as clock:
            for item, found in self._read_ahead(self._at_hand(batch), clock):
                if stop():
                    break
                # No name is kept for a line: the next article needs its room.
                lines.append(self._one(item, found, result, shapes, clock))
                result.inputs += 1
                size += len(lines[-1])
                if size > FLUSH:
                    yield _finish(result, lines, shapes)
                    result, lines, size = Result(), [], 0
                    shapes = Counter()
        yield _finish(result, lines, shapes)

    def _at_hand(self, batch: Iterable[Input]) -> Iterable[Input]:
        """The inputs; those on other machines are read ahead, and come with bytes."""
        batch = list(batch)
        if not any(is_remote(item.file) for item in batch):
            return batch
        if self._fetcher is None:
            from newsingest.run.remote import Fetcher  # noqa: PLC0415 - an extra

            self._fetcher = Fetcher(
                self.job.max_bytes, self.job.timeout, timed=self.job.relative_to_mtime
            )
        return self._fetcher.ahead(batch)

    def _read_ahead(
        self, items: Iterable[Input], clock: Clock | None
    ) -> Iterator[tuple[Input, Reading | Exception]]:
        """The inputs with their contents, or why there are none.

        Some are read in a row: between the reads of two articles the parser's code and
        tables would leave the processor's caches, at 10 to 15 µs an article.
        """
        ahead: deque[tuple[Input, Reading | Exception]] = deque()
        size = 0
        for item in items:
            found = self._attempt(item, clock)
            ahead.append((item, found))
            size += len(found.raw) if isinstance(found, Reading) else 0
            if len(ahead) >= AHEAD_FILES or size >= AHEAD:
                yield from _taken(ahead)
                size = 0
        yield from _taken(ahead)

    def _attempt(self, item: Input, clock: Clock | None) -> Reading | Exception:
        try:
            if clock:
                clock.start()
            try:
                return self._read(item)
            finally:
                if clock:
                    clock.stop()
        except TooSlowError:
            return self._slow()
        except Exception as failure:  # noqa: BLE001 - told when its turn has come
            return failure

    def _slow(self) -> RejectedError:
        return RejectedError("timeout", f"took over {self.job.timeout:g} seconds")

    def _one(
        self,
        item: Input,
        found: Reading | Exception,
        result: Result,
        shapes: Counter[tuple[bool, ...]],
        clock: Clock | None,
    ) -> bytes:
        """The line of one input, or nothing and the reason why."""
        reading = None
        try:
            if clock:
                clock.start()
            try:
                if isinstance(found, Exception):
                    raise found
                reading = found
                if item.known and item.known == sha256(reading.raw).hexdigest():
                    result.skipped["unchanged"] += 1
                    result.done.append(_done(item, reading, item.known, "record"))
                    return b""
                record = self.parser.parse(
                    reading.raw,
                    path=item.path,
                    source=item.source,
                    now=self._now(reading),
                )
                line = orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
            finally:
                if clock:
                    clock.stop()
        except RejectedError as error:
            return self._refuse(item, reading, error, result)
        except TooSlowError:
            return self._refuse(item, reading, self._slow(), result)
        except Exception as failure:  # noqa: BLE001 - one article must not end the run
            import traceback  # noqa: PLC0415 - start-up: only for what should not be

            what = f"{type(failure).__name__}: {failure}"
            result.traces.append(f"{item.source}/{item.path}: {traceback.format_exc()}")
            crash = RejectedError("crashed", what.splitlines()[0][:200])
            return self._refuse(item, reading, crash, result)
        result.records += 1
        result.bytes += len(reading.raw)
        metadata = vars(record.metadata)
        shapes[record.created is not None, *map(bool, metadata.values())] += 1
        if record.metadata.warnings:
            result.warnings.update(record.metadata.warnings)
        if self.job.track:
            result.done.append(_done(item, reading, metadata["sha256"], "record"))
        return line

    def _refuse(
        self,
        item: Input,
        reading: Reading | None,
        error: RejectedError,
        result: Result,
    ) -> bytes:
        reject = _reject(item, reading, error)
        result.rejects.append(reject)
        if self.job.track:
            result.done.append(_done(item, reading, reject.sha256 or "", error.reason))
        return b""

    def _read(self, item: Input) -> Reading:
        if item.problem:
            raise RejectedError(*item.problem)
        if item.raw is not None:
            size, at, mark = item.stamp or (None, None, None)
            return Reading(item.raw, size or len(item.raw), at or 0, mark)
        return read(item.file, self.job.max_bytes)

    def _now(self, reading: Reading) -> datetime | None:
        if not self.job.relative_to_mtime or not reading.mtime_ns:
            return None
        return datetime.fromtimestamp(reading.mtime_ns // 10**9, tz=self.zone)


def _taken(
    ahead: deque[tuple[Input, Reading | Exception]],
) -> Iterator[tuple[Input, Reading | Exception]]:
    """All of a queue, no longer kept in it: the next contents need the room."""
    while ahead:
        yield ahead.popleft()


def _zone(name: str | None) -> tzinfo:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - rarely needed

    return ZoneInfo(name) if name else UTC


def _finish(
    result: Result, lines: list[bytes], shapes: Counter[tuple[bool, ...]]
) -> Result:
    result.lines = b"".join(lines)
    result.shapes = shapes
    return result


def _done(item: Input, reading: Reading | None, digest: str, verdict: str) -> Done:
    size, mtime_ns = (reading.size, reading.mtime_ns) if reading else (0, 0)
    if reading and reading.mark is not None:
        mtime_ns = reading.mark
    if racy(mtime_ns):
        mtime_ns = UNTRUSTED
    return Done(item.path, item.source, size, mtime_ns, digest, verdict)


def _reject(item: Input, reading: Reading | None, error: RejectedError) -> Reject:
    size, digest = None, None
    if reading:
        size, digest = len(reading.raw), sha256(reading.raw).hexdigest()
    elif error.reason == "too-large" and item.stamp:
        size = item.stamp.size
    elif error.reason == "too-large" and item.raw is None:
        with suppress(OSError):
            size = os.stat(item.file).st_size
    return Reject(item.path, item.source, error.reason, error.detail, size, digest)


@lru_cache(maxsize=2)
def compiled(job: Job) -> Worker:
    """The worker for a job, kept: a process of a cluster is given shard after shard."""
    return Worker(job)


class Clock:
    """Raises `TooSlowError` in the main thread when an article has taken its time."""

    def __init__(self, seconds: float) -> None:
        """Take the seconds that one article may take."""
        self.seconds = seconds

    def start(self) -> None:
        """An article begins."""
        signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def stop(self) -> None:
        """It has ended."""
        signal.setitimer(signal.ITIMER_REAL, 0)


class Watchdog(Clock):
    """Ends the process when an article stands still in a thread.

    No signal reaches a thread, which is where some engines (Dask) run their tasks. The
    engine starts a new process, and the shard's later tries find out which article it
    is.
    """

    def __init__(self, seconds: float) -> None:
        """Start watching."""
        super().__init__(seconds + GRACE)
        self._since = math.inf
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def start(self) -> None:
        """An article begins."""
        self._since = time.monotonic()

    def stop(self) -> None:
        """It has ended; what is done with its line may take any time."""
        self._since = math.inf

    def close(self) -> None:
        """Watch no more."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(1.0):
            if time.monotonic() - self._since > self.seconds:
                sys.stderr.write(
                    f"newsingest: an article stood still for over {self.seconds:g} "
                    "seconds: this worker ends, and its shard is tried again\n"
                )
                sys.stderr.flush()
                os._exit(1)


@contextmanager
def alarm(seconds: float) -> Iterator[Clock | None]:
    """What keeps the time of each article; none where there is no limit."""
    if not seconds:
        yield None
    elif threading.current_thread() is not threading.main_thread():
        watchdog = Watchdog(seconds)
        try:
            yield watchdog
        finally:
            watchdog.close()
    else:
        before = signal.signal(signal.SIGALRM, _ring)
        clock = Clock(seconds)
        try:
            yield clock
        finally:
            clock.stop()
            signal.signal(signal.SIGALRM, before)


def _ring(*_: object) -> None:
    raise TooSlowError

"""Processes: hand out, collect in order, survive a dead one.

A worker is given a batch of paths, not of contents, and gives back finished lines,
not objects. One that dies is noticed by its sentinel at once; its batch is done again
alone, article by article, and the one that kills again is rejected as `crashed`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from newsingest.run.batch import Job, Result, Worker
from newsingest.run.inputs import Done
from newsingest.run.summary import Reject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess, SpawnProcess

    from newsingest.run.inputs import Input

Batch = list["Input"]

FEW = 2000
"""Inputs that one process does before others are started: at 0.3 ms an article they are
done before two processes would have paid for their start."""
BATCH = 64
MOST_BYTES = 4 << 20
"""Contents that a batch carries at most (members of archives come with theirs)."""
AHEAD = 3
"""Batches that a worker has at hand, so that it never waits for the next."""

# Nothing here starts a thread, so that forking is safe; the compiled tables are shared.
FORK = "fork" if sys.platform == "linux" else "spawn"


def results(
    job: Job,
    inputs: Iterable[Input],
    jobs: int | None = None,
    stop: Callable[[], object] = lambda: False,
) -> Iterator[Result]:
    """Work through inputs and yield results in their order, whatever `jobs` is.

    `jobs` is the number of processes; `None` decides by the number of inputs and of
    CPUs. Raises `ValueError` on mistakes in options or rules.
    """
    worker = Worker(job)
    batches = cut(inputs)
    if jobs != 1:
        wanted = jobs or os.cpu_count() or 1
        first = list(islice(batches, 1 if jobs else -(-FEW // BATCH)))
        rest = next(batches, None)
        if rest is not None and wanted > 1:
            if jobs:
                batches = chain(first, [rest], batches)
            else:
                for batch in first:
                    yield from worker.work(batch, stop)
                batches = chain([rest], batches)
            yield from Pool(job, wanted).run(batches, stop)
            return
        batches = chain(first, () if rest is None else [rest], batches)
    for batch in batches:
        yield from worker.work(batch, stop)
        if stop():
            return


def cut(inputs: Iterable[Input]) -> Iterator[Batch]:
    """Batches of so many inputs, fewer where they carry much with them."""
    batch: Batch = []
    size = 0
    for item in inputs:
        batch.append(item)
        size += len(item.raw or b"")
        if len(batch) >= BATCH or size >= MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@dataclass(slots=True)
class _Process:
    """One worker process: the batches it has at hand and what came back so far."""

    process: ForkProcess | SpawnProcess
    pipe: Connection
    at_hand: deque[int] = field(default_factory=deque)
    parts: list[Result] = field(default_factory=list)


class Pool:
    """Worker processes and the batches that are on their way."""

    def __init__(self, job: Job, jobs: int) -> None:
        """Start nothing yet."""
        self.job, self.jobs = job, jobs
        import multiprocessing  # noqa: PLC0415 - start-up: one process needs none of it

        self._context = multiprocessing.get_context(FORK)
        self._processes: list[_Process] = []
        self._sent: dict[int, Batch] = {}
        self._done: dict[int, list[Result]] = {}

    def run(
        self, batches: Iterator[Batch], stop: Callable[[], object]
    ) -> Iterator[Result]:
        """Hand out batches and yield their results in order."""
        numbered = enumerate(batches)
        due = 0
        try:
            self._processes = [self._start() for _ in range(self.jobs)]
            self._hand_out(numbered)
            while self._sent or self._done:
                while due in self._done:
                    yield from self._done.pop(due)
                    due += 1
                if stop() or not self._sent:
                    break
                self._collect()
                self._hand_out(numbered)
            while due in self._done and not stop():
                yield from self._done.pop(due)
                due += 1
        finally:
            self._end()

    def _hand_out(self, numbered: Iterator[tuple[int, Batch]]) -> None:
        """Give every worker its next batches; never far ahead of the slowest."""
        for one in self._processes:
            while len(one.at_hand) < AHEAD and len(self._done) < AHEAD * self.jobs:
                number, batch = next(numbered, (-1, []))
                if not batch:
                    return
                self._sent[number] = batch
                self._give(one, number)

    def _give(self, one: _Process, number: int) -> None:
        one.at_hand.append(number)
        try:
            one.pipe.send(self._sent[number])
        except OSError:  # it has just died: its sentinel says so in a moment
            return

    def _collect(self) -> None:
        """Wait for a result or a death, and take what has come."""
        from multiprocessing.connection import wait  # noqa: PLC0415

        pipes = {one.pipe: one for one in self._processes}
        sentinels = {one.process.sentinel: one for one in self._processes}
        ready = set(wait([*pipes, *sentinels]))
        for pipe, one in pipes.items():
            if pipe in ready:
                self._take(one)
        for sentinel, one in sentinels.items():
            if sentinel in ready and one in self._processes:
                self._bury(one)

    def _take(self, one: _Process) -> bool:
        """Take one message; whether there was one."""
        try:
            part = one.pipe.recv()
        except (EOFError, OSError):  # died in the middle: its sentinel is ready too
            return False
        if part is not None:
            one.parts.append(part)
            return True
        number = one.at_hand.popleft()
        del self._sent[number]
        self._done[number] = one.parts
        one.parts = []
        return True

    def _bury(self, one: _Process) -> None:
        """Put a new worker in a dead one's place, and do its first batch alone."""
        while one.pipe.poll() and self._take(one):
            pass
        one.pipe.close()
        one.process.join()
        at = self._processes.index(one)
        del self._processes[at]
        orphans = list(one.at_hand)
        if orphans:
            first = orphans.pop(0)
            self._done[first] = self._alone(self._sent.pop(first))
        new = self._start()
        self._processes.insert(at, new)
        for number in orphans:
            self._give(new, number)

    def _alone(self, batch: Batch) -> list[Result]:
        """Do a batch article by article; the one that kills its worker is rejected."""
        found: list[Result] = []
        lone: _Process | None = None
        for item in batch:
            lone = lone or self._start()
            parts = self._one(lone, item)
            if parts is None:
                code = lone.process.exitcode
                lone.pipe.close()
                lone = None
                parts = [_crashed(item, code)]
            found += parts
        if lone:
            _stop(lone)
        return found

    @staticmethod
    def _one(lone: _Process, item: Input) -> list[Result] | None:
        from multiprocessing.connection import wait  # noqa: PLC0415

        parts: list[Result] = []
        try:
            lone.pipe.send([item])
            while True:
                wait([lone.pipe, lone.process.sentinel])
                if not lone.pipe.poll():
                    lone.process.join()
                    return None
                part = lone.pipe.recv()
                if part is None:
                    return parts
                parts.append(part)
        except (EOFError, OSError):
            lone.process.join()
            return None

    def _start(self) -> _Process:
        ours, theirs = self._context.Pipe()
        others = [one.pipe for one in self._processes]
        process = self._context.Process(  # type: ignore[attr-defined] # fork or spawn
            target=_serve, args=(theirs, [ours, *others], self.job), daemon=True
        )
        process.start()
        theirs.close()
        return _Process(process, ours)

    def _end(self) -> None:
        for one in self._processes:
            _stop(one)
        self._processes = []


def _stop(one: _Process) -> None:
    one.process.terminate()
    one.pipe.close()
    one.process.join()


def _crashed(item: Input, code: int | None) -> Result:
    how = (
        f"signal {signal.Signals(-code).name}" if code and code < 0 else f"exit {code}"
    )
    detail = f"its worker died twice ({how}): out of memory, or killed from outside"
    reject = Reject(item.path, item.source, "crashed", detail, None, None)
    done = Done(item.path, item.source, 0, 0, "", "crashed")
    return Result(inputs=1, rejects=[reject], done=[done])


def _serve(pipe: Connection, others: list[Connection], job: Job) -> None:
    """The life of a worker: batches in, results out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in others:  # else no worker would see its pipe close
        other.close()
    worker = Worker(job)
    while True:
        try:
            batch = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            for result in worker.work(batch):
                pipe.send(result)
            pipe.send(None)
        except BrokenPipeError:
            return

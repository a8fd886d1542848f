"""Processes: hand out, collect in order, survive a dead one.

A worker is given a batch of paths, not of contents, and gives back finished lines,
not objects. One that dies is noticed by its sentinel at once; what is left of its batch
is done again alone, article by article, and the one that kills again is rejected as
`crashed`. One that stands still longer than an article may take is killed.

What is on its way is bounded: a batch that cannot be written yet waits in its worker,
which waits in its pipe; nothing is sent to a worker that might not be reading.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from newsingest.run.batch import GRACE, Result, compiled
from newsingest.run.ends import told
from newsingest.run.inputs import Done
from newsingest.run.summary import Reject, RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess, SpawnProcess

    from newsingest.run.batch import Batch, Job
    from newsingest.run.inputs import Input

AHEAD = 3
"""Batches that a worker has at hand, so that it never waits for the next."""
UNREAD = 48 << 10
"""Bytes of them that wait in its pipe. More than a pipe holds, and the parent would
wait for a worker that waits for the parent."""
ROOM = 1 << 20
"""Bytes that a pipe of results holds, where the system allows it."""
IN_FLIGHT = 5
"""Batches for each worker that may be begun before the first is written."""
BUFFERED = 32 << 20
"""Bytes of finished lines that may wait for a batch before them."""
TICK = 1.0
"""Seconds between two looks at whether workers still move."""


def _method() -> str:
    """How to start a process.

    Forking is quick (no imports, no compiling) and the compiled tables stay shared, but
    a fork has none of the threads that may hold its locks: a file system on another
    machine has one. Elsewhere than on Linux the system's own libraries start them.
    """
    if sys.platform != "linux" or len(os.listdir("/proc/self/task")) > 1:
        return "spawn"
    return "fork"


@dataclass(slots=True)
class _Task:
    """What a worker is told to do: a batch, or one article of a batch that killed."""

    number: int
    items: Batch
    alone: bool = False
    done: int = 0
    """Inputs whose results have come."""
    _packed: bytes | None = None

    @property
    def packed(self) -> bytes:
        """As it goes through the pipe."""
        from multiprocessing.reduction import ForkingPickler  # noqa: PLC0415 - start-up

        if self._packed is None:
            self._packed = bytes(ForkingPickler.dumps(self.items))
        return self._packed


@dataclass(slots=True)
class _Slot:
    """What has come back of one batch and could not be given on yet."""

    parts: deque[Result] = field(default_factory=deque)
    left: deque[Input] = field(default_factory=deque)
    """Of a batch that killed: what is still to be done alone."""
    finished: bool = False


@dataclass(slots=True)
class _Process:
    """One worker process and the tasks it has at hand, the first of them begun."""

    process: ForkProcess | SpawnProcess
    tasks: Connection
    pipe: Connection
    """Where its results come from."""
    beat: Any
    """Shared memory: how many articles it has begun."""
    at_hand: deque[_Task] = field(default_factory=deque)
    seen: int = 0
    since: float = 0.0
    stuck: bool = False

    def takes(self, task: _Task, depth: int) -> bool:
        """Whether it can be sent a task without a chance of waiting for it."""
        if not self.at_hand:
            return True
        if len(self.at_hand) > depth or self.at_hand[0].alone:
            return False
        unread = sum(len(one.packed) for one in self.at_hand) + len(task.packed)
        return unread <= UNREAD

    def give(self, task: _Task) -> None:
        """Send a task; if the process has just died, its sentinel will say so."""
        if not self.at_hand:
            self.since = time.monotonic()
        self.at_hand.append(task)
        try:
            self.tasks.send_bytes(task.packed)
        except OSError:
            return

    def hang_up(self) -> None:
        """Close both ways."""
        self.tasks.close()
        self.pipe.close()

    def still_for(self, now: float) -> float:
        """Seconds since it began an article; none while it waits for the parent."""
        if self.beat.value != self.seen or not self.at_hand or self.pipe.poll():
            self.seen, self.since = self.beat.value, now
        return now - self.since


class Pool:
    """Worker processes and the batches that are on their way."""

    def __init__(self, job: Job, jobs: int) -> None:
        """Start nothing yet."""
        self.job, self.jobs = job, jobs
        self.processes: list[_Process] = []
        self._waiting: deque[_Task] = deque()
        self._slots: dict[int, _Slot] = {}
        self._due = 0
        self.buffered = 0

    def run(
        self, batches: Iterator[Batch], stop: Callable[[], object]
    ) -> Iterator[Result]:
        """Hand out batches and yield their results in order."""
        numbered = enumerate(batches)
        try:
            self._hand_out(numbered)
            while self._slots and not stop():
                self._collect()
                self._hand_out(numbered)
                yield from self._ripe()
                self._hand_out(numbered)
        finally:
            self._end()

    def _ripe(self) -> Iterator[Result]:
        """What can be given on: the parts of the batch that is due, as they come."""
        while slot := self._slots.get(self._due):
            while slot.parts:
                part = slot.parts.popleft()
                self.buffered -= len(part.lines)
                yield part
            if not slot.finished:
                return
            del self._slots[self._due]
            self._due += 1

    def _hand_out(self, numbered: Iterator[tuple[int, Batch]]) -> None:
        """Give every worker its next batches, first one to each.

        Workers are started as there is work for them: a hundred articles and `-j 999`
        start four.
        """
        while len(self.processes) < self.jobs:
            task = self._next(numbered)
            if task is None:
                return
            self.processes.append(self._start())
            self.processes[-1].give(task)
        for depth in range(AHEAD):
            for one in self.processes:
                if len(one.at_hand) > depth:
                    continue
                task = self._next(numbered)
                if task is None:
                    return
                if not one.takes(task, depth):
                    self._waiting.appendleft(task)
                    continue
                one.give(task)

    def _next(self, numbered: Iterator[tuple[int, Batch]]) -> _Task | None:
        if self._waiting:
            return self._waiting.popleft()
        if len(self._slots) >= IN_FLIGHT * self.jobs:
            return None
        number, batch = next(numbered, (-1, []))
        if not batch:
            return None
        self._slots[number] = _Slot()
        return _Task(number, batch)

    def _collect(self) -> None:
        """Wait for a result or a death, and take what has come."""
        from multiprocessing.connection import wait  # noqa: PLC0415 - start-up

        pipes = {one.pipe: one for one in self.processes if self._may_speak(one)}
        sentinels = {one.process.sentinel: one for one in self.processes}
        ready = set(wait([*pipes, *sentinels], TICK))
        for pipe, one in pipes.items():
            if pipe in ready:
                self._take(one)
        for sentinel, one in sentinels.items():
            if sentinel in ready:
                self._bury(one)
        if self.job.timeout:
            self._watch()

    def _may_speak(self, one: _Process) -> bool:
        """Whether there is room for its results; there is for those that are due."""
        if self.buffered < BUFFERED:
            return True
        return bool(one.at_hand) and one.at_hand[0].number == self._due

    def _watch(self) -> None:
        """Kill what stands still: its sentinel then says that it has died."""
        now = time.monotonic()
        for one in self.processes:
            if one.still_for(now) > self.job.timeout + GRACE:
                one.stuck = True
                one.process.kill()

    def _take(self, one: _Process) -> bool:
        """Take one message; whether there was one."""
        try:
            part: Result | None = one.pipe.recv()
        except (EOFError, OSError):  # died in the middle: its sentinel is ready too
            return False
        task = one.at_hand[0]
        slot = self._slots[task.number]
        if part is not None:
            task.done += part.inputs
            self._keep(slot, part)
            return True
        one.at_hand.popleft()
        self._go_on(one, task.number)
        return True

    def _keep(self, slot: _Slot, part: Result) -> None:
        slot.parts.append(part)
        self.buffered += len(part.lines)

    def _go_on(self, one: _Process, number: int) -> None:
        """A task has ended: the next article that is done alone, or the batch ends."""
        slot = self._slots[number]
        if slot.left:
            one.give(_Task(number, [slot.left.popleft()], alone=True))
        else:
            slot.finished = True

    def _bury(self, one: _Process) -> None:
        """Put a new worker in a dead one's place, and do what it had begun alone."""
        while one.pipe.poll() and self._take(one):
            pass
        one.hang_up()
        one.process.join()
        new = self._start()
        self.processes[self.processes.index(one)] = new
        if not one.at_hand:
            return
        begun = one.at_hand.popleft()
        self._waiting.extendleft(reversed(one.at_hand))
        slot = self._slots[begun.number]
        left = begun.items[begun.done :]
        if not begun.alone:
            slot.left.extend(left)
        elif left:
            self._keep(slot, _crashed(left[0], one, self.job.timeout))
        self._go_on(new, begun.number)

    def _start(self) -> _Process:
        """A new worker. Raises `RunError` where the system has no room for it."""
        try:
            return self._started()
        except OSError as error:
            raise RunError(f"cannot start a worker: {told(error)}") from None

    def _started(self) -> _Process:
        import multiprocessing  # noqa: PLC0415 - start-up: one process needs none of it

        method = _method()
        context = multiprocessing.get_context(method)
        tasks, given = context.Pipe(duplex=False)[::-1]
        pipe, made = context.Pipe(duplex=False)
        _widen(made.fileno())
        beat = context.RawValue("Q", 0)
        kept = {given.fileno(), made.fileno()}
        others = _inherited(kept) if method == "fork" else []
        process = context.Process(  # type: ignore[attr-defined] # fork or spawn
            target=_serve, args=(given, made, beat, self.job, others), daemon=True
        )
        process.start()
        given.close()
        made.close()
        return _Process(process, tasks, pipe, beat)

    def _end(self) -> None:
        for one in self.processes:
            one.process.kill()
            one.hang_up()
            one.process.join()
        self.processes = []


def _crashed(item: Input, dead: _Process, timeout: float) -> Result:
    code = dead.process.exitcode
    if dead.stuck:
        reject = Reject(
            item.path,
            item.source,
            "timeout",
            f"stood still for over {timeout:g} seconds and had to be killed",
            None,
            None,
        )
    else:
        how = f"signal {_signal(-code)}" if code and code < 0 else f"exit {code}"
        detail = f"its worker died twice ({how}): out of memory, or killed from outside"
        reject = Reject(item.path, item.source, "crashed", detail, None, None)
    done = Done(item.path, item.source, 0, 0, "", reject.reason)
    return Result.of_reject(reject, [done])


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal has no name
        return str(number)


def _widen(pipe: int) -> None:
    """Let a pipe hold the lines of a batch: else their worker waits for the parent."""
    with suppress(OSError, AttributeError):  # not so much, not on this system
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, ROOM)


def _serve(
    given: Connection,
    made: Connection,
    beat: Any,  # noqa: ANN401 - a ctypes value
    job: Job,
    others: list[int],
) -> None:
    """The life of a worker: batches in, results out, until the pipe closes.

    Signals are the parent's to decide on: systemd sends them to every process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for fd in others:
        os.close(fd)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    worker = compiled(job)

    def begin() -> bool:
        beat.value += 1
        return False

    while True:
        try:
            batch = given.recv()
            for result in worker.work(batch, begin):
                made.send(result)
            made.send(None)
        except (EOFError, OSError):  # the parent has gone
            return


def _inherited(keep: set[int]) -> list[int]:
    """What a forked worker must let go of, stderr apart.

    The other workers' pipes, else no worker would see its own close when the parent is
    killed; the lock, else a killed run would hold it on; the pipe behind stdout, else
    its reader would wait on.
    """
    with os.scandir("/proc/self/fd") as entries:
        found = [int(entry.name) for entry in entries]
    return [fd for fd in found if fd not in keep | {0, 2} and _is_open(fd)]


def _is_open(fd: int) -> bool:
    """Whether it is more than what listed the others."""
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True

"""Inputs → results, in this process or in many: as asked, or as time tells."""

from __future__ import annotations

import os
import time
from itertools import chain, islice
from typing import TYPE_CHECKING

from newsingest.run.batch import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from newsingest.run.batch import Batch, Job, Result
    from newsingest.run.inputs import Input

PATIENCE = 0.3
"""Seconds of its own that one process works before others are started, where the number
of them was left to us: a small corpus never pays for processes, a busy machine counts
no time in which nothing was done."""
WORTH = 8
"""Batches that must still be there then: the last few take no longer here."""
BATCH = 32
"""Inputs; of twice as many the lines took 3 MiB more in each process."""
MOST_BYTES = 4 << 20
"""Contents that a batch carries at most (members of archives come with theirs)."""


def results(
    job: Job,
    inputs: Iterable[Input],
    jobs: int | None = None,
    stop: Callable[[], object] = lambda: False,
) -> Iterator[Result]:
    """Work through inputs and yield results in their order, whatever `jobs` is.

    `jobs` is the number of processes; `None` decides by how long it takes and by the
    number of CPUs. Raises `ValueError` on mistakes in options or rules.
    """
    worker = compiled(job)
    batches = cut(inputs)
    wanted = jobs or cpus()
    until = time.process_time() + (0.0 if jobs else PATIENCE)
    worth = 1 if jobs else WORTH
    while batch := next(batches, None):
        if stop():
            return
        if wanted > 1 and time.process_time() >= until:
            ahead = [*islice(batches, worth)]
            batches = chain(ahead, batches)
            if len(ahead) == worth:
                from newsingest.run.workers import Pool  # noqa: PLC0415 - start-up

                yield from Pool(job, wanted).run(chain([batch], batches), stop)
                return
        yield from worker.work(batch, stop)


def cpus() -> int:
    """The CPUs that this process may use, which in a container are not all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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

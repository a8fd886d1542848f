"""How cost grows: articles x workers, a Dask cluster beside the process pool.

    python bench/scale.py                2,000 and 20,000 articles, 1, 2, 4 workers
    python bench/scale.py --articles 200000 --workers 2 --repeat 1
    python bench/scale.py --quick

Pool and cluster take turns, so that a busy machine is unkind to both. Start-up is the
time of the same command for one article, and is taken off: for Dask that is Python,
the connection and one shard, for the pool Python and the tables. The cluster itself
stands already, as it does for those who have one. Memory is the highest resident size
of each process, as the kernel keeps it (VmHWM).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import corpus
from measure import family, load, run

if TYPE_CHECKING:
    from collections.abc import Iterator

NEWSINGEST = [sys.executable, "-m", "newsingest"]
QUIET = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}
"""Dask's profiler keeps what it has seen of the last 1,000 seconds."""
TICKS = os.sysconf("SC_CLK_TCK")


class Figures(NamedTuple):
    """One run: seconds on the clock and of CPU, megabytes of each worker."""

    wall: float
    cpu: float
    memory: float


def cpu_of(processes: list[int]) -> float:
    """Seconds of CPU that processes have taken so far, with their ended children."""
    total = 0
    for process in processes:
        stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, stat[11:15]))
    return total / TICKS


def highest(process: int) -> float:
    """The highest resident size of a process so far, in megabytes."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[int]]]:
    """A scheduler and workers; its address, and all their processes."""
    file = folder / "scheduler.json"
    file.unlink(missing_ok=True)
    program = [sys.executable, "-m"]
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = [*program, "distributed.cli.dask_scheduler", "--no-dashboard"]
    scheduler += ["--port", "0", "--host", "127.0.0.1", "--scheduler-file", str(file)]
    started = [subprocess.Popen(scheduler, **options)]  # type: ignore[call-overload]
    try:
        while not file.exists():
            time.sleep(0.05)
        address = json.loads(file.read_text())["address"]
        worker = [*program, "distributed.cli.dask_worker", address, "--nthreads", "1"]
        for _ in range(workers):
            command = [*worker, "--no-nanny", "--no-dashboard"]
            process = subprocess.Popen(command, env=os.environ | QUIET, **options)  # type: ignore[call-overload]
            started.append(process)
        yield address, [process.pid for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()


def parsed(folder: Path, output: Path, *options: str) -> tuple[float, float]:
    """Run the command; seconds on the clock and of its own CPU."""
    command = [*NEWSINGEST, "parse", folder, "-q", "-o", output, *options]
    cost = run(command, errors=sys.stderr.fileno())
    if cost.status not in {0, 3}:
        raise SystemExit(f"it ended with {cost.status}")
    return cost.wall, cost.cpu


def pool_memory(folder: Path, output: Path, workers: int) -> float:
    """The highest resident size of a worker of the pool, in a run of its own."""
    command = [*NEWSINGEST, "parse", folder, "-q", "-o", output, "-j", str(workers)]
    process = subprocess.Popen(command)
    most = 0.0
    while process.poll() is None:
        workers_only = list(family(process.pid))[1 if workers > 1 else 0 :]
        for one in workers_only:
            try:
                most = max(most, highest(one))
            except (OSError, StopIteration):  # it has ended meanwhile
                continue
        time.sleep(0.05)
    return most


def compared(
    folder: Path, one: Path, desk: Path, workers: int, repeat: int
) -> tuple[list[Figures], list[Figures]]:
    """Pool and Dask in turns, start-up taken off."""
    output = desk / "records.jsonl"
    pool, dask = [], []
    with cluster(desk, workers) as (address, processes):
        engine = ["--engine", "dask", "--scheduler", address]
        parsed(one, output, *engine)  # the workers have come, and know the way
        time.sleep(1)
        for _ in range(repeat):
            start, start_cpu = parsed(one, output, "-j", str(workers))
            wall, cpu = parsed(folder, output, "-j", str(workers))
            pool.append(Figures(wall - start, cpu - start_cpu, 0.0))
            start, start_cpu = parsed(one, output, *engine)
            before = cpu_of(processes)
            wall, cpu = parsed(folder, output, *engine)
            cpu += cpu_of(processes) - before
            memory = max(map(highest, processes[1:]))
            dask.append(Figures(wall - start, cpu - start_cpu, memory))
    memory = pool_memory(folder, output, workers)
    return [one._replace(memory=memory) for one in pool], dask


def median(found: list[Figures]) -> Figures:
    """The middle of each figure."""
    return Figures(*map(statistics.median, zip(*found, strict=True)))


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--articles", type=int, action="append")
    options.add_argument("--workers", type=int, action="append")
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--keep", type=Path, help="where the articles are, or go")
    given = options.parse_args()
    sizes = given.articles or ([2000] if given.quick else [2000, 20_000])
    numbers = given.workers or ([2] if given.quick else [1, 2, 4])
    print(f"{os.cpu_count()} CPUs, load {load():.1f}")
    print(
        "| articles | workers | pool s | Dask s | × | pool CPU s | Dask CPU s | ",
        end="",
    )
    print("pool worker MB | Dask worker MB |")
    print("| ---: " * 9 + "|")
    with tempfile.TemporaryDirectory() as name:
        desk = Path(name)
        one = desk / "one"
        corpus.write(one, 1)
        for articles in sizes:
            folder = (given.keep or desk) / f"news-{articles}"
            if not folder.exists():
                corpus.write(folder, articles, deep=articles > 20_000)
            for workers in numbers:
                pool, dask = compared(folder, one, desk, workers, given.repeat)
                ratio = statistics.median(
                    d.wall / p.wall for p, d in zip(pool, dask, strict=True)
                )
                p, d = median(pool), median(dask)
                print(
                    f"| {articles:,} | {workers} | {p.wall:.1f} | {d.wall:.1f} | "
                    f"{ratio:.2f} | {p.cpu:.1f} | {d.cpu:.1f} | {p.memory:.0f} | "
                    f"{d.memory:.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()

"""How cost grows: articles x workers, a Dask cluster beside the process pool.

    python bench/scale.py      2,000, 20,000, 200,000 articles; 1, 2, 4 workers
    python bench/scale.py --articles 200000 --workers 1 4
    python bench/scale.py --quick

Every row is printed as soon as it is known, small ones first, so that a run that is cut
off keeps its rows; the articles stay in .bench/scale for the next.
Pool and cluster take turns, so that a busy machine is unkind to both. Start-up is the
time of the same command for one article, and is taken off: for Dask that is Python,
the connection and one shard, for the pool Python and the tables. The cluster itself
stands already, as it does for those who have one. Memory is the highest resident size
of a worker, as the kernel keeps it (VmHWM); of `-j 1`, which has none, that of the run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import corpus
from measure import family, load

if TYPE_CHECKING:
    from collections.abc import Iterator

NEWSINGEST = [sys.executable, "-m", "newsingest"]
QUIET = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}
"""Dask's profiler keeps what it has seen of the last 1,000 seconds."""
TICKS = os.sysconf("SC_CLK_TCK")
SOON, LOOK = 0.1, 1.0
"""Seconds between two looks at a run that has begun just now, and later."""
ARTICLES, WORKERS = (2000, 20_000, 200_000), (1, 2, 4)
FLAT = 20_000
"""Articles in one folder at most, and in a run that is repeated."""
KEPT = Path(__file__).parents[1] / ".bench" / "scale"
HEAD = (
    "| articles | workers | pool s | Dask s | ratio | pool CPU s | Dask CPU s | "
    "pool worker MB | Dask worker MB |\n" + "| ---: " * 9 + "|"
)


class Figures(NamedTuple):
    """One run: seconds on the clock and of CPU, megabytes of each worker."""

    wall: float
    cpu: float
    memory: float

    def without(self, start: Figures) -> Figures:
        """The same less what it takes to start."""
        return self._replace(wall=self.wall - start.wall, cpu=self.cpu - start.cpu)


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


def parsed(folder: Path, output: Path, *options: str, sampled: bool = False) -> Figures:
    """Run the command: seconds on the clock, of CPU, and the most that one worker took.

    The memory of the pool is looked at while it works, once a second: that reads some
    lines of /proc, and a second run of 200,000 articles would take minutes.
    """
    command = [*NEWSINGEST, "parse", folder, "-q", "-o", output, *options]
    looks = [0.0]
    over = threading.Event()
    begun = time.perf_counter()
    process = subprocess.Popen(command)

    def look() -> None:
        while not over.wait(LOOK if time.perf_counter() - begun > LOOK else SOON):
            looks.append(largest_worker(process.pid))

    if sampled:
        threading.Thread(target=look).start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    over.set()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 3}:
        raise SystemExit(f"it ended with {process.returncode}")
    return Figures(wall, usage.ru_utime + usage.ru_stime, max(looks))


def largest_worker(process: int) -> float:
    """The most that a worker of the pool has taken; the run itself, if it has none."""
    found = []
    for one in family(process):
        with suppress(OSError, StopIteration):  # it has ended meanwhile
            found.append(highest(one))
    return max(found[1:] or found, default=0.0)


def compared(
    folder: Path, one: Path, desk: Path, workers: int, repeat: int
) -> tuple[list[Figures], list[Figures]]:
    """Pool and Dask in turns, start-up taken off."""
    output = desk / "records.jsonl"
    pool, dask = [], []
    jobs = ["-j", str(workers)]
    with cluster(desk, workers) as (address, processes):
        engine = ["--engine", "dask", "--scheduler", address]
        parsed(one, output, *engine)  # the workers have come, and know the way
        time.sleep(1)
        for _ in range(repeat):
            start = parsed(one, output, *jobs)
            found = parsed(folder, output, *jobs, sampled=True)
            pool.append(found.without(start))
            start = parsed(one, output, *engine)
            before = cpu_of(processes)
            found = parsed(folder, output, *engine)
            in_workers = cpu_of(processes) - before
            memory = max(map(highest, processes[1:]))
            found = found._replace(cpu=found.cpu + in_workers, memory=memory)
            dask.append(found.without(start))
    return pool, dask


def median(found: list[Figures]) -> Figures:
    """The middle of each figure."""
    return Figures(*map(statistics.median, zip(*found, strict=True)))


def row(articles: int, workers: int, pool: list[Figures], dask: list[Figures]) -> str:
    """One line of the table."""
    ratio = statistics.median(d.wall / p.wall for p, d in zip(pool, dask, strict=True))
    p, d = median(pool), median(dask)
    return (
        f"| {articles:,} | {workers} | {p.wall:.1f} | {d.wall:.1f} | {ratio:.2f} | "
        f"{p.cpu:.1f} | {d.cpu:.1f} | {p.memory:.0f} | {d.memory:.0f} |"
    )


def laid(folder: Path, articles: int) -> Path:
    """A folder with so many articles, written unless it is there from another run."""
    if not folder.exists():
        print(f"writing {articles:,} articles", file=sys.stderr)
        half = folder.with_name(f"{folder.name}.half")
        shutil.rmtree(half, ignore_errors=True)
        corpus.write(half, articles, deep=articles > FLAT)
        half.rename(folder)
    return folder


def main() -> None:
    """Measure and print a table, every row as soon as it is known."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--articles", type=int, nargs="+", default=ARTICLES)
    options.add_argument("--workers", type=int, nargs="+", default=WORKERS)
    options.add_argument(
        "--repeat", type=int, default=3, help="of sizes up to 20,000; others once"
    )
    options.add_argument("--quick", action="store_true", help="2,000 and 2 workers")
    options.add_argument(
        "--keep", type=Path, default=KEPT, help="where the articles are, or go"
    )
    given = options.parse_args()
    sizes, numbers = ([2000], [2]) if given.quick else (given.articles, given.workers)
    begun = time.monotonic()
    given.keep.mkdir(parents=True, exist_ok=True)
    one = laid(given.keep / "news-1", 1)
    print(f"{os.cpu_count()} CPUs, load {load():.1f}")
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory(dir=given.keep) as desk:
        for articles in sizes:
            folder = laid(given.keep / f"news-{articles}", articles)
            repeat = given.repeat if articles <= FLAT else 1
            for workers in numbers:
                found = compared(folder, one, Path(desk), workers, repeat)
                print(row(articles, workers, *found), flush=True)
    print(f"{time.monotonic() - begun:.0f} s, load {load():.1f}")


if __name__ == "__main__":
    main()

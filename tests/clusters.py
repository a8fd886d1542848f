"""Clusters of Dask for tests: everything is a process of its own, as in life."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

QUICK = {"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "10s"}
"""A machine that is cut off is given up after so long; five minutes in life."""


def dask(what, *args, before=(), env=None):
    command = [*before, sys.executable, "-m", "distributed.cli.dask_" + what, *args]
    return subprocess.Popen(
        command,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **QUICK, **(env or {})},
        start_new_session=True,
        cwd="/",
    )


def end(process):
    """A process that we started, and all below it."""
    for number in (*below(process.pid), process.pid):
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


def below(pid):
    """All processes below one, whichever of its threads has started them."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        lists = [(task / "children").read_text().split() for task in tasks]
    except OSError:
        return []
    children = [int(child) for found in lists for child in found]
    return [one for child in children for one in (*below(child), child)]


def busy(*processes):
    """The workers' own processes, which hold shards; their nannies hold none."""
    found = [pid for process in processes for pid in below(process.pid)]
    named = [(pid, Path(f"/proc/{pid}/cmdline")) for pid in found]
    return [
        pid
        for pid, name in named
        if name.exists() and b"spawn_main" in name.read_bytes()
    ]


@contextmanager
def cluster(desk, workers, *args, host="127.0.0.1", before=lambda _: (), env=None):
    """A scheduler and its workers; the address, and the workers' processes."""
    found = desk / f"scheduler-{random.random()}.json"  # noqa: S311 - a name
    started = [
        dask("scheduler", "--host", host, "--port", "0", "--no-dashboard", "--scheduler-file", found)
    ]  # fmt: skip
    try:
        until(found.exists)
        address = json.loads(found.read_text())["address"]
        options = ["--nthreads", "1", "--no-dashboard", *args]
        started += [
            dask("worker", address, *options, before=before(number), env=env)
            for number in range(workers)
        ]
        yield address, started[1:]
    finally:
        for process in started:
            end(process)


def until(there, seconds=60):
    limit = time.monotonic() + seconds
    while not (found := there()):
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.02)
    return found

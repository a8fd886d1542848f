"""Run a command as a real process and say what it cost."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SAMPLE_SECONDS = 0.02
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU and wall seconds of a command with all its processes; peak memory in bytes.

    `pss` is the proportional set size summed over all processes at its highest, 0 where
    it was not sampled. Sampling costs time: compare no times taken with it.
    """

    cpu: float
    wall: float
    pss: int
    status: int


def run(
    command: Sequence[str | Path],
    *,
    output: Path | None = None,
    memory: bool = False,
    errors: int = subprocess.DEVNULL,
) -> Cost:
    """Run a command to its end, its standard output into a file or nowhere.

    `errors` is the descriptor that its standard error goes to; nowhere if not said.
    """
    # An installed package comes with its bytecode; some build machines write none.
    environment = {k: v for k, v in os.environ.items() if k != NO_BYTECODE}
    with Path(output or os.devnull).open("wb") as sink:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=sink,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            env=environment,
        )
        pss = 0
        if memory:
            pss = watch(process)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(cpu=cpu, wall=wall, pss=pss, status=process.returncode)


def watch(process: subprocess.Popen[bytes]) -> int:
    """The highest PSS of a process and all below it; returns when it has ended."""
    highest = 0
    while (
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    ):
        highest = max(highest, sum(map(pss_of, family(process.pid))))
        time.sleep(SAMPLE_SECONDS)
    return highest


def family(root: int) -> Iterator[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # it ended meanwhile
                after_name = (entry / "stat").read_text().rpartition(")")[2]
                children.setdefault(int(after_name.split()[1]), []).append(
                    int(entry.name)
                )
    waiting = [root]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += children.get(each, [])


def pss_of(process: int) -> int:
    """A process's proportional set size in bytes; 0 once it has ended."""
    with suppress(OSError):
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        for line in rollup.splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def load() -> float:
    """How many processes wanted a core during the last minute."""
    return os.getloadavg()[0]

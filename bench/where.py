"""Where the time of parsing goes, by sampling: functions, then lines.

    python bench/where.py                 2,000 articles of the benchmark
    python bench/where.py FOLDER          a folder of your own
    python bench/where.py --calls         exact counts of calls instead (cProfile)

A sample is taken at every millisecond of CPU time, so that the code runs at its own
speed; a C function counts for the line that called it.
"""

from __future__ import annotations

import argparse
import cProfile
import linecache
import pstats
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import run

import newsingest
from newsingest.article.parse import parser
from newsingest.article.record import Options, RejectedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

OURS = str(Path(newsingest.__file__).parent)
SECONDS = 0.001


class Sampler:
    """Counts, at each tick of CPU time, what is running."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.ticks = 0
        self.functions: Counter[str] = Counter()
        self.lines: Counter[tuple[str, int]] = Counter()

    def __call__(self, _signal: int, frame: FrameType | None) -> None:
        """Count the functions on the stack, each once, and the innermost own line."""
        self.ticks += 1
        inside, seen = True, set()
        while frame:
            code = frame.f_code
            if code.co_filename.startswith(OURS):
                if inside:
                    self.lines[code.co_filename, frame.f_lineno or 0] += 1
                    inside = False
                seen.add(f"{Path(code.co_filename).stem}.{code.co_qualname}")
            frame = frame.f_back
        self.functions.update(seen)


def work(files: list[tuple[str, bytes]], rounds: int) -> None:
    """Parse and serialise every file."""
    parse, dumps = parser(Options()).parse, orjson.dumps
    for _ in range(rounds):
        for path, raw in files:
            try:
                dumps(parse(raw, path=path, source="bench"))
            except RejectedError:
                continue


def fastest(job: Callable[[], None], rounds: int) -> float:
    """The CPU seconds of the round that was disturbed least."""
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        job()
        spent.append(time.process_time() - begun)
    return min(spent)


def floor(files: list[tuple[str, bytes]]) -> None:
    """What the floor does, without the disk."""
    for path, raw in files:
        orjson.dumps({"id": path, "text": raw.decode("utf-8", "replace")})


def sampled(files: list[tuple[str, bytes]], rounds: int) -> None:
    """Print shares of the time by function and by line."""
    sampler = Sampler()
    begun = time.process_time()
    signal.signal(signal.SIGPROF, sampler)
    signal.setitimer(signal.ITIMER_PROF, SECONDS, SECONDS)
    work(files, rounds)
    signal.setitimer(signal.ITIMER_PROF, 0)
    each = (time.process_time() - begun) / rounds / len(files) * 1e6
    least = fastest(lambda: work(files, 1), rounds) / len(files) * 1e6
    bare = fastest(lambda: floor(files), rounds) / len(files) * 1e6
    print(f"{each:.0f} µs an article: parse and orjson, no disk; {least:.0f} at best")
    print(f"{bare:.1f} µs at best to decode it and serialise its text\n")
    print("µs, the function and all it calls")
    for name, count in sampler.functions.most_common(30):
        print(f"{each * count / sampler.ticks:7.1f}  {name}")
    print("\nµs, the line and the C functions it calls")
    for (file, number), count in sampler.lines.most_common(40):
        place = f"{Path(file).stem}:{number}"
        text = linecache.getline(file, number).strip()
        print(f"{each * count / sampler.ticks:7.1f}  {place:22} {text[:70]}")


def called(files: list[tuple[str, bytes]]) -> None:
    """Print how often everything is called."""
    profile = cProfile.Profile()
    profile.runcall(work, files, 1)
    pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(40)


def main() -> None:
    """Read a folder into memory, then parse it under observation."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--calls", action="store_true")
    options.add_argument("--rounds", type=int, default=5)
    args = options.parse_args()
    folder = args.folder or run.articles(2_000)
    files = [(path.name, path.read_bytes()) for path in sorted(folder.rglob("*.txt"))]
    work(files[:20], 1)  # what is compiled on first use is no cost of an article
    if args.calls:
        called(files)
    else:
        sampled(files, args.rounds)


if __name__ == "__main__":
    main()

"""The benchmark: newsingest, the floor and honest peers side by side.

    python bench/run.py               everything, about ten minutes of two cores
    python bench/run.py --quick       2,000 files, two rounds, two minutes
    python bench/run.py --only growth --only startup

Contenders take turns in every round, so that a busy machine is busy for all of them;
a ratio is taken within its round, and the median of the rounds is printed. At the end
all figures stand in one table, beside what is to be reached.
docs/speed.md says how to read it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import corpus
import measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Figure = tuple[str, str, str]
    """What was measured, what is to be reached, and what was."""

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("NEWSINGEST_BENCH", HERE.parent / ".bench"))
BIN = Path(sys.executable).parent
PYTHON = sys.executable
COMMAND = BIN / "newsingest"
PEERS = CACHE / "peers"

FULL, QUICK = 20_000, 2_000
SIZES = (1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 10 << 20)
SIZE_BYTES = 20 << 20
"""Bytes of all articles together, for each size."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Something that reads a folder and writes JSON Lines."""

    name: str
    command: Callable[[Path, Path], list[str | Path]]
    to_stdout: bool = False

    def run(self, folder: Path, output: Path, *, memory: bool = False) -> measure.Cost:
        """Run it; a peer that fails is no peer."""
        sink = output if self.to_stdout else None
        cost = measure.run(self.command(folder, output), output=sink, memory=memory)
        if cost.status:
            sys.exit(f"{self.name} ended with status {cost.status}: no figures")
        return cost


def parse(*options: str | Path) -> Callable[[Path, Path], list[str | Path]]:
    """The command line of newsingest, as people run it."""
    return lambda folder, out: [
        *(COMMAND, "parse", "-q", "-o", out, "--source", "bench"),
        *options,
        folder,
    ]


def script(python: Path | str, name: str) -> Callable[[Path, Path], list[str | Path]]:
    """The command line of a script beside this one."""
    return lambda folder, _: [python, HERE / name, folder]


FLOOR = Contender("floor", script(PYTHON, "floor.py"), to_stdout=True)
OURS = Contender("newsingest -j 1", parse("-j", "1"))
TWO = Contender("newsingest -j 2", parse("-j", "2"))
UNTOLD = Contender("newsingest", parse())
"""As many processes as it takes for right."""


def peers() -> list[Contender]:
    """The peers that can run here; their environment is made on first use."""
    python = peers_python()
    found = [
        Contender(
            "PyArabic + dateparser + json",
            script(python, "peers/pyarabic_dateparser.py"),
            to_stdout=True,
        ),
        Contender(
            "camel-tools + dateutil + orjson",
            script(python, "peers/camel_dateutil.py"),
            to_stdout=True,
        ),
        Contender(
            "datatrove pipeline",
            lambda folder, out: [
                *(python, HERE / "peers/datatrove_pipeline.py", folder),
                out.with_suffix(".datatrove"),
            ],
        ),
    ]
    if shutil.which("jq"):
        shell = Contender(
            "awk, sed, jq", script("sh", "peers/awk_sed_jq.sh"), to_stdout=True
        )
        found.append(shell)
    else:
        print("no jq on this machine: the shell script is left out", file=sys.stderr)
    return found


def peers_python() -> Path:
    """The interpreter of the peers' own environment."""
    python = PEERS / "bin" / "python"
    if not (PEERS / "ready").exists():
        print("installing the peers into .bench/peers", file=sys.stderr)
        install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        wanted = HERE / "peers"
        subprocess.run([PYTHON, "-m", "venv", PEERS], check=True)
        subprocess.run([*install, "-r", wanted / "requirements.txt"], check=True)
        lean = [*install, "--no-deps", "-r", wanted / "requirements-nodeps.txt"]
        subprocess.run(lean, check=True)
        (PEERS / "ready").touch()
    return python


def articles(files: int, *, deep: bool = False, size: int | None = None) -> Path:
    """A corpus from the cache, made anew where its maker or its words have changed."""
    recipe = (HERE / "corpus.py").read_bytes() + (HERE / "words.toml").read_bytes()
    shape = f"{files}-{'deep' if deep else 'flat'}-{size or 'mixed'}"
    folder = CACHE / hashlib.sha256(recipe).hexdigest()[:8] / shape
    if not folder.is_dir():
        print(f"writing {files:,} articles: {folder}", file=sys.stderr)
        making = folder.with_name(f"{shape}.making")
        shutil.rmtree(making, ignore_errors=True)
        corpus.write(making, files, deep=deep, size=size)
        making.rename(folder)
    return folder


@dataclass(frozen=True, slots=True)
class Settings:
    """How much to measure, and where to put what is written meanwhile."""

    files: int
    rounds: int
    scratch: Path
    peers: bool
    large: bool

    @property
    def output(self) -> Path:
        """The file that every contender writes to."""
        return self.scratch / "out.jsonl"


def interleaved(
    contenders: Iterable[Contender], folder: Path, settings: Settings
) -> dict[str, list[measure.Cost]]:
    """Name → costs, a round after the other; a first round warms the disk's cache."""
    costs: dict[str, list[measure.Cost]] = {each.name: [] for each in contenders}
    FLOOR.run(folder, settings.output)
    for _ in range(settings.rounds):
        for each in contenders:
            costs[each.name].append(each.run(folder, settings.output))
    return costs


def ratio(
    these: list[measure.Cost], those: list[measure.Cost], of: str = "cpu"
) -> float:
    """The median over the rounds of one cost divided by another."""
    pairs = zip(these, those, strict=True)
    return statistics.median(getattr(a, of) / getattr(b, of) for a, b in pairs)


def median(costs: Iterable[measure.Cost], of: str = "cpu") -> float:
    """The median of one figure."""
    return statistics.median(getattr(cost, of) for cost in costs)


def row(*cells: object) -> None:
    """A row of a Markdown table."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def heading(*cells: object) -> None:
    """The first rows of a Markdown table."""
    print()
    row(*cells)
    row(*("---" for _ in cells))


def side_by_side(settings: Settings) -> Iterable[Figure]:
    """CPU of everything against the floor, and of the peers against ours."""
    folder = articles(settings.files)
    contenders = [FLOOR, OURS, TWO, *(peers() if settings.peers else ())]
    costs = interleaved(contenders, folder, settings)
    ours, floor = costs[OURS.name], costs[FLOOR.name]
    heading(
        f"{settings.files:,} files",
        "µs CPU a file",
        "× floor",
        "× ours",
        "wall s",
    )
    for name, spent in costs.items():
        row(
            name,
            f"{median(spent) / settings.files * 1e6:.0f}",
            f"{ratio(spent, floor):.2f}",
            f"{ratio(spent, ours):.2f}",
            f"{median(spent, 'wall'):.2f}",
        )
    what = f"CPU of parse / CPU of floor, one process, {settings.files:,} files"
    yield what, "≤ 8 (aim 6)", f"{ratio(ours, floor):.2f}"
    for name, aim in AIMS.items():
        if name in costs:
            yield f"{name} / ours, CPU", aim, f"{ratio(costs[name], ours):.2f}"
    gain = ratio(ours, costs[TWO.name], "wall")
    yield "two processes against one, wall", "≥ 1.75", f"{gain:.2f}"
    more = ratio(costs[TWO.name], ours)
    yield "two processes against one, CPU of both", "", f"{more:.2f}"


AIMS = {
    "PyArabic + dateparser + json": "≥ 8",
    "camel-tools + dateutil + orjson": "≥ 2.4",
    "awk, sed, jq": "≥ 2.8",
    "datatrove pipeline": "≥ 4",
}
"""How many times our CPU time the peers are to take."""


def small(settings: Settings) -> Iterable[Figure]:
    """Small folders: what decides by itself is not to be slower than one process."""
    heading("files", "-j 1, wall s", "by itself, wall s", "× -j 1")
    for count in (100, 1_000):
        folder = articles(count)
        costs = interleaved([OURS, UNTOLD], folder, settings)
        one, untold = costs[OURS.name], costs[UNTOLD.name]
        times = f"{ratio(untold, one, 'wall'):.2f}"
        row(
            f"{count:,}",
            f"{median(one, 'wall'):.2f}",
            f"{median(untold, 'wall'):.2f}",
            times,
        )
        yield f"by itself against -j 1, {count:,} files, wall", "≤ 1", times


def state(settings: Settings) -> Iterable[Figure]:
    """A rerun with nothing changed against the floor, wall time."""
    folder = articles(settings.files)
    ledger = settings.scratch / "state.db"
    rerun = Contender("rerun with --state", parse("--state", ledger))
    rerun.run(folder, settings.scratch / "state.jsonl")
    seen = Contender(
        rerun.name,
        lambda where, _: rerun.command(where, settings.scratch / "state.jsonl"),
    )
    costs = interleaved([FLOOR, seen], folder, settings)
    heading("nothing changed", "wall s", "× floor's wall", "× floor's CPU")
    wall = median(costs[seen.name], "wall")
    times = f"{ratio(costs[seen.name], costs[FLOOR.name], 'wall'):.2f}"
    cpu = ratio(costs[seen.name], costs[FLOOR.name])
    row(seen.name, f"{wall:.2f}", times, f"{cpu:.2f}")
    yield "rerun with --state, nothing changed / floor, wall", "≤ 1", times


def startup(settings: Settings) -> Iterable[Figure]:
    """CPU of starting, against an interpreter that does nothing."""
    one = articles(1) / "0000000.txt"
    commands: dict[str, list[str | Path]] = {
        "python -c pass": [PYTHON, "-c", "pass"],
        "newsingest --version": [COMMAND, "--version"],
        "newsingest parse ONE": [COMMAND, "parse", "-q", one],
    }
    aims = {"newsingest --version": "≤ 2.5", "newsingest parse ONE": "≤ 7"}
    nothing = "python -c pass"
    costs: dict[str, list[measure.Cost]] = {name: [] for name in commands}
    for _ in range(settings.rounds * 5):
        for name, command in commands.items():
            costs[name].append(measure.run(command))
    heading("start-up", "CPU ms", "wall ms", "× python")
    for name, spent in costs.items():
        times = f"{ratio(spent, costs[nothing]):.2f}"
        row(
            name,
            f"{median(spent) * 1e3:.1f}",
            f"{median(spent, 'wall') * 1e3:.1f}",
            times,
        )
        if name in aims:
            yield f"{name} / {nothing}, CPU", aims[name], times


def growth(settings: Settings) -> Iterable[Figure]:
    """CPU and memory for more and more files: a straight line stays level."""
    counts = (2_000, 20_000, 200_000) if settings.large else (500, 2_000)
    heading("files", "folder", "who", "µs CPU a file", "× floor", "peak PSS, MiB")
    peaks: dict[str, list[int]] = {OURS.name: [], TWO.name: []}
    for count in counts:
        for deep in (True, False):
            # In a deep folder one process tells whether it costs more there.
            who = [FLOOR, OURS] if deep else [FLOOR, OURS, TWO]
            spent = once(who, articles(count, deep=deep), settings.output)
            for each, cost in spent.items():
                row(
                    f"{count:,}",
                    "deep" if deep else "flat",
                    each,
                    f"{cost.cpu / count * 1e6:.0f}",
                    f"{cost.cpu / spent[FLOOR.name].cpu:.2f}",
                    f"{cost.pss / 2**20:.1f}",
                )
                if each in peaks and not deep:
                    peaks[each].append(cost.pss)
    for (name, found), aim in zip(peaks.items(), (40, 70), strict=True):
        most = f"{found[-1] / 2**20:.1f} MiB"
        yield f"{name}, PSS, {counts[-1]:,} files", f"≤ {aim} MiB", most
        if not settings.large:  # what is made once weighs more than the files
            continue
        more = (found[-1] - found[-2]) / (counts[-1] - counts[-2])
        yield f"{name}, growing by", "≤ 250 bytes a file", f"{more:.0f} bytes"


def once(
    contenders: Sequence[Contender], folder: Path, output: Path
) -> dict[str, measure.Cost]:
    """One run of each, memory sampled: the sampler's CPU time is its own.

    Where many files make a run take minutes, more runs tell little more.
    """
    FLOOR.run(folder, output)
    return {each.name: each.run(folder, output, memory=True) for each in contenders}


def sizes(settings: Settings) -> Iterable[Figure]:
    """CPU a kilobyte for larger and larger articles: a straight line stays level."""
    bare = articles(1)
    heading("article", "files", "µs CPU a KB", "× floor", "peak PSS, MiB")
    for size in SIZES if settings.large else SIZES[:-2]:
        count = max(1, (SIZE_BYTES if settings.large else SIZE_BYTES // 10) // size)
        folder = articles(count, size=size)
        spent = once([FLOOR, OURS], folder, settings.output)
        idle, nothing = (
            median([each.run(bare, settings.output) for _ in range(5)])
            for each in (OURS, FLOOR)
        )
        written = sum(file.stat().st_size for file in folder.iterdir()) / 1024
        ours, floor = spent[OURS.name], spent[FLOOR.name]
        row(
            f"{size >> 10:,} KB",
            f"{count:,}",
            f"{(ours.cpu - idle) / written * 1e6:.1f}",
            f"{(ours.cpu - idle) / (floor.cpu - nothing):.2f}",
            f"{ours.pss / 2**20:.1f}",
        )
    return ()


SECTIONS = {
    each.__name__: each for each in (startup, side_by_side, small, state, growth, sizes)
}


def main() -> None:
    """Measure, and print Markdown."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--quick", action="store_true")
    options.add_argument("--rounds", type=int)
    options.add_argument("--files", type=int)
    options.add_argument("--no-peers", action="store_true")
    options.add_argument("--only", action="append", choices=list(SECTIONS))
    args = options.parse_args()
    print(f"{os.cpu_count()} cores, load before: {measure.load():.2f}")
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        settings = Settings(
            files=args.files or (QUICK if args.quick else FULL),
            rounds=args.rounds or (2 if args.quick else 3),
            scratch=Path(scratch),
            peers=not args.no_peers,
            large=not args.quick,
        )
        table: list[tuple[Figure, float]] = []
        for name in args.only or SECTIONS:
            figures = [*SECTIONS[name](settings)]
            load = measure.load()
            table += [(figure, load) for figure in figures]
            print(f"\nload: {load:.2f}", flush=True)
        heading("measure", "at least", "measured", "load")
        for figure, load in table:
            row(*figure, f"{load:.1f}")


if __name__ == "__main__":
    main()

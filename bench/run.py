"""The benchmark: newsingest, the floor and honest peers side by side.

    python bench/run.py               everything, about fifteen minutes
    python bench/run.py --quick       2,000 files, two rounds, a minute or two
    python bench/run.py --only memory --only startup

Contenders take turns in every round, so that a busy machine is busy for all of them;
a ratio is taken within its round, and the median of the rounds is printed.
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
    from collections.abc import Callable, Iterable

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


def side_by_side(settings: Settings) -> None:
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
        "aim",
    )
    aims = {
        OURS.name: "≤ 8 × floor",
        "PyArabic + dateparser + json": "≥ 8 × ours",
        "camel-tools + dateutil + orjson": "≥ 2.4 × ours",
        "datatrove pipeline": "≥ 4 × ours",
        "awk, sed, jq": "≥ 2.8 × ours",
    }
    for name, spent in costs.items():
        row(
            name,
            f"{median(spent) / settings.files * 1e6:.0f}",
            f"{ratio(spent, floor):.2f}",
            f"{ratio(spent, ours):.2f}",
            f"{median(spent, 'wall'):.2f}",
            aims.get(name, ""),
        )
    gain = ratio(ours, costs[TWO.name], "wall")
    print(f"\nTwo processes against one, wall: {gain:.2f} × (aim ≥ 1.75)")


def state(settings: Settings) -> None:
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
    heading("nothing changed", "wall s", "× floor's wall", "aim")
    wall = median(costs[seen.name], "wall")
    times = ratio(costs[seen.name], costs[FLOOR.name], "wall")
    row(seen.name, f"{wall:.2f}", f"{times:.2f}", "≤ 1")


def memory(settings: Settings) -> None:
    """Peak memory of all processes, and how it grows with the number of files."""
    counts = (2_000, 20_000, 200_000) if settings.large else (500, 2_000)
    folders = {count: articles(count, deep=count > FULL) for count in counts}
    heading("peak PSS, MiB", *(f"{count:,} files" for count in counts), "bytes a file")
    for each in (FLOOR, OURS, TWO):
        peaks = [
            each.run(folder, settings.output, memory=True).pss
            for folder in folders.values()
        ]
        growth = (peaks[-1] - peaks[-2]) / (counts[-1] - counts[-2])
        row(each.name, *(f"{peak / 2**20:.1f}" for peak in peaks), f"{growth:.0f}")
    print("\nAim: ≤ 40 MiB with -j 1, ≤ 70 MiB with -j 2, ≤ 250 bytes a file.")


def startup(settings: Settings) -> None:
    """CPU of starting, against an interpreter that does nothing."""
    one = articles(1) / "0000000.txt"
    commands: dict[str, list[str | Path]] = {
        "python -c pass": [PYTHON, "-c", "pass"],
        "newsingest --version": [COMMAND, "--version"],
        "newsingest parse ONE": [COMMAND, "parse", "-q", one],
    }
    aims = {"newsingest --version": "≤ 2.5", "newsingest parse ONE": "≤ 7"}
    costs: dict[str, list[measure.Cost]] = {name: [] for name in commands}
    for _ in range(settings.rounds * 5):
        for name, command in commands.items():
            costs[name].append(measure.run(command))
    heading("start-up", "CPU ms", "wall ms", "× python", "aim")
    nothing = costs["python -c pass"]
    for name, spent in costs.items():
        row(
            name,
            f"{median(spent) * 1e3:.1f}",
            f"{median(spent, 'wall') * 1e3:.1f}",
            f"{ratio(spent, nothing):.2f}",
            aims.get(name, ""),
        )


def growth(settings: Settings) -> None:
    """CPU an article for more and more files: a straight line stays level."""
    counts = (2_000, 20_000, 200_000) if settings.large else (500, 2_000)
    heading("files", "folder", "µs CPU a file", "× floor", "wall s")
    for count in counts:
        for deep in (False, True):
            folder = articles(count, deep=deep)
            once = settings if count <= FULL else one_round(settings)
            costs = interleaved([FLOOR, OURS], folder, once)
            ours = costs[OURS.name]
            row(
                f"{count:,}",
                "deep" if deep else "flat",
                f"{median(ours) / count * 1e6:.0f}",
                f"{ratio(ours, costs[FLOOR.name]):.2f}",
                f"{median(ours, 'wall'):.2f}",
            )


def one_round(settings: Settings) -> Settings:
    """The same with one round, where a round takes minutes."""
    return Settings(settings.files, 1, settings.scratch, settings.peers, settings.large)


def sizes(settings: Settings) -> None:
    """CPU a kilobyte for larger and larger articles: a straight line stays level."""
    bare = articles(1)
    heading("article", "files", "µs CPU a KB", "× floor", "peak PSS, MiB")
    for size in SIZES if settings.large else SIZES[:-2]:
        count = max(1, (SIZE_BYTES if settings.large else SIZE_BYTES // 10) // size)
        folder = articles(count, size=size)
        costs = interleaved([FLOOR, OURS], folder, settings)
        idle = median([OURS.run(bare, settings.output) for _ in range(5)])
        written = sum(file.stat().st_size for file in folder.iterdir()) / 1024
        spent = median(costs[OURS.name]) - idle
        peak = OURS.run(folder, settings.output, memory=True).pss
        row(
            f"{size >> 10:,} KB",
            f"{count:,}",
            f"{spent / written * 1e6:.1f}",
            f"{ratio(costs[OURS.name], costs[FLOOR.name]):.2f}",
            f"{peak / 2**20:.1f}",
        )


SECTIONS = {
    each.__name__: each
    for each in (side_by_side, state, memory, startup, growth, sizes)
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
    print(f"load before: {measure.load():.2f}")
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        settings = Settings(
            files=args.files or (QUICK if args.quick else FULL),
            rounds=args.rounds or (2 if args.quick else 5),
            scratch=Path(scratch),
            peers=not args.no_peers,
            large=not args.quick,
        )
        for name in args.only or SECTIONS:
            SECTIONS[name](settings)
            print(f"\nload: {measure.load():.2f}", flush=True)


if __name__ == "__main__":
    main()

"""Shards: a list of inputs → one part, on whatever machine, by whatever scheduler.

A part is a file of records, a file of rejects where there were any, and a summary.
Each is written whole or not at all, the summary last: a part is whole when its summary
has the digest of its line in the plan. Whole parts are passed over, so that anything
may be killed and run again, or run twice at once.

A shard that was begun and never ended leaves a mark. With two of them, the third try
does each article in a process that may die, which finds the one that kills; with three,
all of the shard's inputs are rejected.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from newsingest.run import places, plans, sinks
from newsingest.run.batch import Result, reject_lines
from newsingest.run.jobs import cut, results
from newsingest.run.summary import Reject, RunError, Summary
from newsingest.run.workers import Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from newsingest.run.plans import Listing, Shard

COMPRESSIONS = {"none": "", "zst": ".zst", "gz": ".gz"}
CAREFUL, GIVEN_UP = 2, 3
"""Tries without an end after which articles are done in a process that may die, and
after which they are no longer tried."""


@dataclass(frozen=True, slots=True)
class Part:
    """The files of one shard in the folder of parts."""

    folder: str
    number: int

    def _file(self, kind: str, suffix: str) -> str:
        return os.path.join(self.folder, f"{kind}-{self.number:06}{suffix}")

    def records(self, compress: str = "none") -> str:
        """Where records go."""
        return self._file("part", f".jsonl{COMPRESSIONS[compress]}")

    @property
    def rejects(self) -> str:
        """Where rejects go; not there when there are none."""
        return self._file("rejects", ".jsonl")

    @property
    def summary(self) -> str:
        """Where the figures go, last of all."""
        return self._file("summary", ".json")

    @property
    def tries(self) -> str:
        """A byte for every time that it was begun and has not ended."""
        return self._file("tries", "")

    def told(self) -> dict[str, Any] | None:
        """Its summary, if there is one."""
        try:
            found = orjson.loads(places.content(self.summary) or b"")
        except ValueError:
            return None
        return found if isinstance(found, dict) and "shard" in found else None

    def whole(self, shard: Shard) -> dict[str, Any] | None:
        """Its summary, if the part is whole and of this shard."""
        told = self.told()
        if not told or told["shard"]["digest"] != shard.digest:
            return None
        for name, size in told["shard"]["files"].items():
            if places.size(os.path.join(self.folder, name)) != size:
                return None
        return told

    def begun(self) -> int:
        """How often it was begun and has not ended."""
        return places.size(self.tries) or 0

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Leave a mark that only a sudden death leaves behind."""
        places.lengthen(self.tries)
        try:
            yield
        except BaseException:
            places.shorten(self.tries)
            raise
        with suppress(OSError):
            places.remove(self.tries)


@dataclass(frozen=True, slots=True)
class Way:
    """How shards are done: the folder of parts, and what changes no record."""

    folder: str
    compress: str = "none"
    jobs: int = 1
    stop: Callable[[], object] = lambda: False


def run_shard(
    plan: str, number: int, out: str, *, compress: str = "none"
) -> dict[str, Any]:
    """Make one part of a plan, unless it is there; gives its summary.

    A function to hand to any scheduler: it can be pickled, its arguments are text and
    numbers, it may be killed, repeated, and run twice at once.
    Raises `newsingest.run.summary.RunError` when the part cannot be made: a plan that
    is missing or of another version, a folder that cannot be written.

    >>> from newsingest import run_shard  # doctest: +SKIP
    >>> run_shard("plan.jsonl", 17, "parts")["records"]  # doctest: +SKIP
    1000
    """
    listing = plans.load(plan)
    places.folder_made(out)
    return done(listing, listing.shard(number), Way(out, compress))


def done(listing: Listing, shard: Shard, way: Way) -> dict[str, Any]:
    """Make one part, unless it is there. Raises `RunError`, `KeyboardInterrupt`."""
    part = Part(way.folder, shard.number)
    if told := part.whole(shard):
        return told
    begun = part.begun()
    in_thread = threading.current_thread() is not threading.main_thread()
    if begun == CAREFUL and in_thread:
        return _elsewhere(listing, shard, way)
    with part.trying():
        return _made(listing, shard, way, _how(listing, shard, way, begun))


def _how(listing: Listing, shard: Shard, way: Way, begun: int) -> Iterator[Result]:
    if begun >= GIVEN_UP:
        detail = (
            f"its shard's worker died {begun} times: out of memory, or killed from "
            "outside"
        )
        return _refusals(listing, shard, detail)
    inputs = shard.inputs(listing.selection)
    if begun == CAREFUL:
        return Pool(listing.job, 1).run(cut(inputs), way.stop)
    return results(listing.job, inputs, way.jobs, way.stop)


def _elsewhere(listing: Listing, shard: Shard, way: Way) -> dict[str, Any]:
    """The careful try: processes are not forked from a process that has threads."""
    command = [sys.executable, "-m", "newsingest", "shards", "run", listing.path, "-q"]
    command += ["--out", way.folder, "--compress", way.compress]
    command += ["--only", str(shard.number)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - itself
    told = Part(way.folder, shard.number).whole(shard)
    if not told:
        raise RunError(
            f"shard {shard.number}: its third try ended with {ended.returncode}: "
            f"{ended.stderr.strip()[-500:]}"
        )
    return told


def refused(listing: Listing, shard: Shard, way: Way, detail: str) -> dict[str, Any]:
    """Make a part in which every input is a reject; gives its summary."""
    return _made(listing, shard, way, _refusals(listing, shard, detail))


def _refusals(listing: Listing, shard: Shard, detail: str) -> Iterator[Result]:
    for item in shard.names(listing.selection):
        reject = Reject(item.path, item.source, "crashed", detail, None, None)
        yield Result.of_reject(reject)


def _made(
    listing: Listing, shard: Shard, way: Way, found: Iterator[Result]
) -> dict[str, Any]:
    part = Part(way.folder, shard.number)
    summary = Summary(listing.job.options.profile)
    began = time.monotonic()
    records = _Counted(part.records(way.compress))
    rejects: list[bytes] = []
    try:
        for result in _unless_stopped(found, way):
            records.write(result.lines)
            rejects.append(reject_lines(result.rejects))
            result.count_in(summary, summary.skipped)
        if told := part.whole(shard):  # a twin was faster
            records.discard()
            return told
        _without_others(part, way.compress)
        files = records.commit()
    except BaseException:
        records.discard()
        raise
    if lines := b"".join(rejects):
        sinks.write_atomically(part.rejects, lines)
        files[os.path.basename(part.rejects)] = len(lines)
    summary.seconds = time.monotonic() - began
    told = summary.as_dict() | {
        "shard": {
            "number": shard.number,
            "digest": shard.digest,
            "files": files,
            "sha256": records.digest.hexdigest(),
        }
    }
    sinks.write_atomically(part.summary, orjson.dumps(told, option=LINES))
    return told


def _unless_stopped(found: Iterator[Result], way: Way) -> Iterator[Result]:
    yield from found
    if way.stop():
        raise KeyboardInterrupt


LINES = orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2


def _without_others(part: Part, compress: str) -> None:
    """Take away what an earlier plan, or another --compress, has left of this part."""
    others = {part.records(name) for name in COMPRESSIONS} - {part.records(compress)}
    for path in (part.summary, part.rejects, *others):
        places.remove(path)


class _Counted:
    """The file of records, and the SHA-256 of its lines, whatever its compression."""

    def __init__(self, path: str) -> None:
        self.path, self.digest = path, sha256()
        self._sink = sinks.opened(path)

    def write(self, lines: bytes) -> None:
        self.digest.update(lines)
        self._sink.write(lines)

    def commit(self) -> dict[str, int]:
        """Make it last; its name and its bytes."""
        self._sink.commit()
        return {os.path.basename(self.path): places.size(self.path) or 0}

    def discard(self) -> None:
        self._sink.discard()

"""The folder of parts: which are done, which are left, and all of them put together.

Nothing is taken from memory: every figure is read from the parts' own summaries.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

import orjson

from newsingest.article.record import RejectedError
from newsingest.run import ingest, places, plans, reading, sinks
from newsingest.run.places import folder_made
from newsingest.run.shards import LINES, Part, Way, done
from newsingest.run.summary import USAGE, Reject, RunError, Summary, count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from newsingest.run.plans import Listing, Shard, Size
    from newsingest.run.progress import Progress

CHUNK = 1 << 20
FROM_ENVIRONMENT = "env:"
PART = re.compile(r"part-(\d{6,})\.jsonl(\.\w+)?$")
AT_ONCE, LOOKED_AT = 16, 64
"""Parts in a store that are asked for at once, and shards that are in memory for it."""
MOST_NAMED = 20
"""Numbers of shards that one line names."""


def plan(plan: ingest.Plan, size: Size) -> tuple[int, int]:
    """Write the plan of a run to its output; gives how many shards and inputs it has.

    Raises `RunError` for what cannot be planned: stdin, nothing at all.
    """
    if ingest.STDIN in plan.paths:
        raise RunError("stdin is one article, no part of a plan: name a PATH", USAGE)
    found = ingest.sources_of(plan, ingest.Stop())
    ingest.check_outputs(plan, found.roots)

    def check(inputs: int) -> None:
        if not inputs and not plan.allow_empty:
            raise RunError(ingest.NOTHING)

    return plans.write(plan.output, plan.job, plan.selection, found, size, check=check)


def planned(shards: int, inputs: int) -> str:
    """What people are told of a new plan.

    >>> planned(2, 1700)
    '1,700 inputs in 2 shards: 0-1'
    """
    last = f": 0-{shards - 1}" if shards else ""
    return f"{count(inputs, 'input')} in {count(shards, 'shard')}{last}"


def chosen(only: str | None, total: int, environment: Mapping[str, str]) -> range:
    """The shards that `--only` names: `K`, `K-M`, or `env:VARIABLE` with either in it.

    A stretch may end behind the last shard: a scheduler's last task has less to do.

    >>> chosen("3", 10, {}), chosen("3-5", 10, {}), chosen("env:N", 10, {"N": "7"})
    (range(3, 4), range(3, 6), range(7, 8))
    >>> chosen("8-15", 10, {})
    range(8, 10)
    """
    if only is None:
        return range(total)
    said = only
    if only.startswith(FROM_ENVIRONMENT):
        name = only.removeprefix(FROM_ENVIRONMENT)
        said = environment.get(name, "")
        if not said:
            raise RunError(
                f"--only {only}: the variable {name} is not set: a scheduler sets it "
                "in each of its tasks; at a prompt say --only 0",
                USAGE,
            )
    found = re.fullmatch(r"\s*([0-9]{1,9})(?:-([0-9]{1,9}))?\s*", said)
    if not found:
        raise RunError(
            f"--only {only}: {said!r} is neither a shard's number nor two with a - "
            "between, such as 17 or 0-99",
            USAGE,
        )
    first, last = int(found[1]), int(found[2] or found[1])
    if first >= total or first > last:
        raise RunError(
            f"--only {only}: the plan has the shards 0 to {total - 1}, not {said}: "
            "is the scheduler's first task 0?",
            USAGE,
        )
    return range(first, min(last + 1, total))


def run(
    listing: Listing,
    numbers: range,
    way: Way,
    shown: Progress,
    stop: ingest.Stop,
) -> int:
    """Make some parts in this process, one after the other; gives the exit status."""
    folder_made(way.folder)
    summary = Summary(listing.job.options.profile)
    before = 0
    shown.start(None)
    try:
        with stop.listening():
            for shard in listing.shards(numbers):
                part = Part(way.folder, shard.number)
                before += part.whole(shard) is not None
                summary.add(done(listing, shard, way))
                shown.update(summary)
    except KeyboardInterrupt:
        shown.note(f"interrupted; whole parts are kept; to go on: {ingest.again()}")
        return 128 + (stop.signal or 2)
    except RunError as error:
        shown.fail(str(error))
        return error.status
    if before:
        shown.note(f"{before:,} of {count(len(numbers), 'part')} were whole before")
    shown.finish(summary)
    return summary.status


@dataclass(frozen=True, slots=True)
class Status:
    """How far a plan is. `left` are the shards without a whole part."""

    shards: int
    summary: Summary
    left: tuple[int, ...]
    stale: tuple[int, ...]
    """Those of them that have one of another plan, version or configuration."""
    began: tuple[int, ...]
    """Those that were begun and have not ended: at work, or dead."""


def status(listing: Listing, folder: str) -> Status:
    """Look at every part."""
    summary = Summary(listing.job.options.profile)
    left, stale, began = [], [], []
    for shard, told in _looked_at(listing, folder):
        if told:
            summary.add(told)
            continue
        part = Part(folder, shard.number)
        left.append(shard.number)
        other = part.told()
        if other and other["shard"]["digest"] != shard.digest:
            stale.append(shard.number)
        if part.begun():
            began.append(shard.number)
    return Status(len(listing), summary, tuple(left), tuple(stale), tuple(began))


def _looked_at(
    listing: Listing, folder: str
) -> Iterator[tuple[Shard, dict[str, Any] | None]]:
    """Every shard, with the summary of its part where that is whole.

    In a store some are looked at at once: each is two requests, and a plan may have ten
    thousand.
    """

    def look(shard: Shard) -> tuple[Shard, dict[str, Any] | None]:
        return shard, Part(folder, shard.number).whole(shard)

    shards = listing.shards(range(len(listing)))
    if not places.far(folder):
        yield from map(look, shards)
        return
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - start-up

    with ThreadPoolExecutor(AT_ONCE) as threads:
        while some := list(islice(shards, LOOKED_AT)):
            yield from threads.map(look, some)


def status_json(found: Status) -> str:
    """For programs."""
    told = {
        "shards": found.shards,
        "whole": found.shards - len(found.left),
        "left": found.left,
        "stale": found.stale,
        "begun": found.began,
        "summary": found.summary.as_dict(),
    }
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE).decode()


def status_lines(found: Status) -> Iterator[str]:
    """For people."""
    whole = found.shards - len(found.left)
    yield f"{whole:,} of {count(found.shards, 'part')} whole: {found.summary.line()}"
    if found.left:
        yield f"left: {ranges(found.left)}"
    if found.began:
        yield f"begun and not ended: {ranges(found.began)}"
    if found.stale:
        yield f"made from another plan, version or configuration: {ranges(found.stale)}"


def ranges(numbers: Iterable[int], most: int = MOST_NAMED) -> str:
    """Numbers as one writes them, so many stretches at most.

    >>> ranges([0, 1, 2, 5, 7, 8])
    '0-2, 5, 7-8'
    """
    stretches: list[list[int]] = []
    for number in numbers:
        if stretches and stretches[-1][-1] == number - 1:
            stretches[-1][1:] = [number]
        else:
            stretches.append([number])
    said = ["-".join(map(str, stretch)) for stretch in stretches[:most]]
    more = len(stretches) - most
    return ", ".join(said) + (f" and {more:,} more" if more > 0 else "")


def check_whole(listing: Listing, folder: str) -> None:
    """Raise `RunError` unless every shard has its whole part."""
    found = status(listing, folder)
    if not found.left:
        return
    why = f"{folder} lacks {len(found.left):,} of {count(found.shards, 'part')}"
    if found.stale:
        why += (
            f" ({len(found.stale):,} were made from another plan, version or "
            "configuration)"
        )
    raise RunError(
        f"{why}: {ranges(found.left)}: to make them: "
        f"newsingest shards run {listing.path} --out {folder}"
    )


@dataclass(frozen=True, slots=True)
class Merged:
    """Where the parts of a plan go together."""

    output: str
    rejects: str | None = None
    summary: str | None = None
    format: str = sinks.JSONL
    partition_by: str | None = None

    def sink(self, *, align: bool) -> sinks.Sink:
        """Where records go, one after the other. Raises `RunError`."""
        if self.format == sinks.JSONL:
            return sinks.opened(self.output)
        from newsingest.run.columns import Dataset  # noqa: PLC0415 - an extra

        return Dataset(self.output, partition_by=self.partition_by, align=align)

    def links_parts(self) -> bool:
        """Whether the parts themselves go into a folder."""
        if places.far(self.output):
            return False
        named = self.output.endswith("/") or os.path.isdir(self.output)
        return named and self.format == sinks.JSONL


def merge(
    listing: Listing,
    folder: str,
    into: Merged,
    tell: Callable[[Summary], None] = lambda _: None,
) -> Summary:
    """Put all parts together, in order; gives the figures, summed from the parts.

    Records and rejects are byte for byte what `newsingest parse` writes. Raises
    `RunError` for a part that is missing, of another plan, or damaged.
    """
    check_whole(listing, folder)
    summary = Summary(listing.job.options.profile, skipped=listing.skipped.copy())
    summary.inputs = summary.ended
    as_folder = into.links_parts()
    if as_folder:
        records: sinks.Sink = sinks.Nowhere()
        _check_folder(into.output, len(listing))
    else:
        records = into.sink(align=listing.job.options.align)
    rejects: sinks.Sink = sinks.Nowhere()
    try:
        rejects = sinks.opened(_beside(into, "rejects.jsonl", into.rejects))
        for shard in listing.shards(range(len(listing))):
            part = Part(folder, shard.number)
            told = _told(part, shard)
            for lines in part_lines(part, told):
                records.write(lines)
            for lines in _rejects(part, told):
                rejects.write(lines)
            if as_folder:
                _linked(part, told, into.output)
            summary.add(told)
            tell(summary)
        if isinstance(records, sinks.Described):
            records.describe(summary)
        records.commit()
        rejects.commit()
    except BaseException:
        records.discard()
        rejects.discard()
        raise
    if path := _beside(into, "summary.json", into.summary):
        content = orjson.dumps(
            summary.as_dict() | {"status": summary.status}, option=LINES
        )
        sinks.write_atomically(path, content)
    return summary


def _beside(into: Merged, name: str, said: str | None) -> str | None:
    """Where a file goes that a folder has in any case."""
    if said is not None or not into.links_parts():
        return said
    return os.path.join(into.output, name)


def _check_folder(path: str, shards: int) -> None:
    """Make the folder of a dataset; refuse one with parts that are not of it."""
    folder_made(path)
    for name in os.listdir(path):
        found = PART.match(name)
        if found and int(found[1]) >= shards:
            raise RunError(
                f"{path} has {name}, which is no part of this plan: name a new folder",
                USAGE,
            )


def _told(part: Part, shard: Shard) -> dict[str, Any]:
    told = part.whole(shard)
    if not told:
        raise RunError(f"part {shard.number} has gone while parts were merged")
    return told


def part_lines(part: Part, told: Mapping[str, Any]) -> Iterator[bytes]:
    """The records of a part, unpacked. Raises `RunError` where it is damaged."""
    name = next(name for name in told["shard"]["files"] if PART.match(name))
    path = os.path.join(part.folder, name)
    digest = sha256()
    try:
        with places.opened(path) as file, _unpacked(file, name) as stream:
            while lines := stream.read(CHUNK):
                digest.update(lines)
                yield lines
    except RejectedError as error:
        raise _damaged(path, error.detail) from None
    except OSError as error:
        raise RunError(reading.cannot_read(path, error)) from None
    if digest.hexdigest() != told["shard"]["sha256"]:
        raise _damaged(path, "its SHA-256 is not the one in its summary")


def _damaged(path: str, why: str) -> RunError:
    return RunError(f"{path} is damaged ({why}): remove it and run its shard again")


def _unpacked(file: IO[bytes], name: str) -> AbstractContextManager[IO[bytes]]:
    if name.endswith(".jsonl"):
        return nullcontext(file)
    return _unpacking(file, name)


@contextmanager
def _unpacking(file: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    with (
        reading.damage_is_a_reject(),
        reading.unpacked(file, name.encode()) as stream,
    ):
        yield stream


def rejects(listing: Listing, folder: str) -> Iterator[Reject]:
    """What no record was made of, in all parts."""
    for shard in listing.shards(range(len(listing))):
        part = Part(folder, shard.number)
        for line in b"".join(_rejects(part, _told(part, shard))).splitlines():
            yield Reject(**orjson.loads(line))


def _rejects(part: Part, told: Mapping[str, Any]) -> Iterator[bytes]:
    if os.path.basename(part.rejects) not in told["shard"]["files"]:
        return
    try:
        with places.opened(part.rejects) as file:
            yield from iter(lambda: file.read(CHUNK), b"")
    except RejectedError as error:
        raise RunError(f"{part.rejects}: {error.detail}") from None
    except OSError as error:
        raise RunError(reading.cannot_read(part.rejects, error)) from None


def _linked(part: Part, told: Mapping[str, Any], folder: str) -> None:
    """Put a part's records into a folder: as another name of the file, or as a copy."""
    name = next(name for name in told["shard"]["files"] if PART.match(name))
    source, target = os.path.join(part.folder, name), os.path.join(folder, name)
    beside = os.path.join(folder, f".{name}.{os.urandom(4).hex()}.part")
    try:
        try:
            os.link(source, beside)
        except OSError:  # on another disk, or a file system without links
            shutil.copyfile(source, beside)
        os.replace(beside, target)
        with suppress(FileNotFoundError):  # the same file by both names: nothing moved
            os.unlink(beside)
    except OSError as error:
        raise sinks.cannot_write(target, error) from None

"""The plan of a run in shards: every input listed once, cut, and written as JSON Lines.

The first line says how articles are read (rules and profiles with their whole text),
so that every machine reads them alike. A line a shard follows. The last line has the
counts and where each shard begins: a machine that does one shard of a hundred thousand
reads its line alone.

Files are listed below the folder that they share, members of a zip with their place in
it; a tar, which can only be read from its beginning, is never cut.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Any

import orjson

from newsingest.article.record import Options
from newsingest.run import archives, places, sinks
from newsingest.run.batch import Job
from newsingest.run.gate import Gate
from newsingest.run.inputs import Input, Root, Selection, is_remote, printable
from newsingest.run.inputs import unprintable as _unprintable
from newsingest.run.summary import USAGE, RunError
from newsingest.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from newsingest.run.sources import Sources

FORMAT = 1
TAIL = 1 << 16
PIECES = 8
"""Shards that a zip is cut into at most: each of them reads its whole list of members,
which takes some 3 % of the time of reading the members themselves."""
CHANGED = ("unreadable", "the archive has changed since it was planned")


@dataclass(frozen=True, slots=True)
class Size:
    """How much goes into one shard: so many inputs, or so many bytes."""

    inputs: int = 0
    bytes: int = 0

    def reached(self, inputs: int, size: int) -> bool:
        """Whether a shard has enough."""
        return bool(
            (self.inputs and inputs >= self.inputs)
            or (self.bytes and size >= self.bytes)
        )


@dataclass(frozen=True, slots=True)
class Shard:
    """One line of a plan. `digest` stands for it and for how articles are read."""

    number: int
    count: int
    groups: tuple[dict[str, Any], ...]
    digest: str

    def inputs(self, selection: Selection) -> Iterator[Input]:
        """The inputs, in the order of the plan."""
        for group in self.groups:
            if "archive" in group:
                yield from _members(group, selection)
            else:
                yield from _files(group)

    def names(self, selection: Selection) -> Iterator[Input]:
        """The inputs without the contents of members, for telling who they are."""
        for group in self.groups:
            if "archive" not in group:
                yield from _files(group)
            elif "names" in group:
                yield from _named(group)
            else:
                listed = archives.members_listed(_root(group), selection, Counter())
                yield from (item for item, _ in listed)


@dataclass(frozen=True, slots=True)
class Listing:
    """A plan that has been written. Raises `RunError` where it cannot be used."""

    path: str
    job: Job
    selection: Selection
    inputs: int
    skipped: Counter[str]
    _head: bytes
    _offsets: tuple[int, ...]

    def __len__(self) -> int:
        """How many shards it has."""
        return len(self._offsets) - 1

    def shard(self, number: int) -> Shard:
        """One shard, by its number from 0."""
        if not 0 <= number < len(self):
            raise RunError(
                f"{self.path} has no shard {number}: its shards are 0 to "
                f"{len(self) - 1}",
                USAGE,
            )
        with _read(self.path) as file:
            return self._at(file, number)

    def shards(self, numbers: Iterable[int]) -> Iterator[Shard]:
        """Several shards."""
        with _read(self.path) as file:
            for number in numbers:
                yield self._at(file, number)

    def _at(self, file: IO[bytes], number: int) -> Shard:
        begin, end = self._offsets[number : number + 2]
        file.seek(begin)
        line = file.read(end - begin)
        try:
            found = orjson.loads(line)
            if found["shard"] != number:
                raise _damaged(self.path)
        except (ValueError, KeyError, TypeError):
            raise _damaged(self.path) from None
        digest = sha256(self._head + line).hexdigest()[:32]
        return Shard(number, found["inputs"], tuple(found["groups"]), digest)


def write(  # noqa: PLR0913 - what a plan is made of
    path: str,
    job: Job,
    selection: Selection,
    found: Sources,
    size: Size,
    *,
    check: Callable[[int], None] = lambda _: None,
) -> tuple[int, int]:
    """List every input and write the plan, whole or not at all.

    Gives how many shards and inputs it has; `check` may refuse the number of inputs.
    Raises `RunError`.
    """
    sink = sinks.opened(path)
    try:
        shards, inputs = _written(sink, job, selection, found, size)
        check(inputs)
        sink.commit()
    except BaseException:
        sink.discard()
        raise
    return shards, inputs


def _written(
    sink: sinks.Sink, job: Job, selection: Selection, found: Sources, size: Size
) -> tuple[int, int]:
    head = _line({"plan": FORMAT, "newsingest": VERSION, **_told(job, selection)})
    sink.write(head)
    offsets, inputs = [len(head)], 0
    for entry in _cut(found, size):
        line = _line({"shard": len(offsets) - 1, **entry})
        sink.write(line)
        offsets.append(offsets[-1] + len(line))
        inputs += entry["inputs"]
    end = {
        "shards": len(offsets) - 1,
        "inputs": inputs,
        "skipped": dict(sorted(found.skipped.items())),
        "offsets": offsets,
    }
    sink.write(_line(end))
    return len(offsets) - 1, inputs


def _cut(found: Sources, size: Size) -> Iterator[dict[str, Any]]:
    """The shards as they are written, without their numbers."""
    gate = _Gate()
    found.gate = gate
    groups, inputs, weight = _Groups(), 0, 0
    for item in found:
        groups.add(item, gate.at)
        inputs += 1
        if size.bytes:
            weight += gate.at.size if gate.at else _bytes(item)
        if (not gate.at or gate.at.cut) and size.reached(inputs, weight):
            yield {"inputs": inputs, "groups": groups.taken()}
            inputs = weight = 0
    if inputs:
        yield {"inputs": inputs, "groups": groups.taken()}


def _bytes(item: Input) -> int:
    if item.stamp and item.stamp.size is not None:
        return item.stamp.size
    if is_remote(item.file):  # a list, or a listing that does not say
        from newsingest.run import remote  # noqa: PLC0415 - an extra

        return remote.UNSAID
    try:
        return os.stat(item.file).st_size
    except OSError:  # its shard says what is wrong
        return 0


@dataclass(slots=True)
class _At:
    """Where in an archive the input is that has just been listed."""

    root: Root
    number: int
    size: int
    named: bool
    """Whether its members can be read from any place."""
    cut: bool
    """Whether a shard may end here."""


class _Gate(Gate):
    """The way into archives; says where in one an input is."""

    def __init__(self) -> None:
        self.at: _At | None = None

    def members(
        self, root: Root, selection: Selection, skipped: Counter[str]
    ) -> Iterator[Input]:
        """The articles of one archive, without their contents."""
        named = root.file.lower().endswith(b".zip")
        listed = list(archives.members_listed(root, selection, skipped))
        step = -(-len(listed) // (PIECES if named else 1))
        for number, (item, size) in enumerate(listed, 1):
            cut = number % step == 0 or number == len(listed)
            self.at = _At(root, number - 1, size, named, cut)
            yield item
        self.at = None


@dataclass(slots=True)
class _Groups:
    """Inputs that follow one another and share a folder, or an archive."""

    _made: list[dict[str, Any]] = field(default_factory=list)
    _key: tuple[object, ...] = ()
    _due: int = 0

    def add(self, item: Input, at: _At | None) -> None:
        """Put an input into the last group, or into a new one."""
        if at:
            self._add_member(item, at)
        else:
            self._add_file(item)

    def taken(self) -> list[dict[str, Any]]:
        """The groups; begins anew."""
        made, self._made, self._key = self._made, [], ()
        return made

    def _group(self, key: tuple[object, ...], made: dict[str, Any]) -> dict[str, Any]:
        if key != self._key:
            self._key = key
            self._made.append(made)
        return self._made[-1]

    def _add_file(self, item: Input) -> None:
        file, name = _absolute(item.file), unprintable(item.path)
        folder = file.removesuffix(name)
        if item.problem or folder == file or not folder.endswith(b"/"):
            odd = {"path": item.path, "file": printable(file)}
            if item.problem:
                odd["problem"] = list(item.problem)  # type: ignore[assignment] # two texts
            group = self._group(
                ("odd", item.source), {"source": item.source, "odd": []}
            )
            group["odd"].append(odd)
            return
        group = self._group(
            ("folder", item.source, folder),
            {"source": item.source, "folder": printable(folder), "names": []},
        )
        group["names"].append(item.path)

    def _add_member(self, item: Input, at: _At) -> None:
        made: dict[str, Any] = {
            "source": at.root.source,
            "archive": printable(_absolute(at.root.file)),
            "below": printable(at.root.below),
        }
        if at.root.only:
            made["only"] = list(at.root.only)
        made |= {"first": at.number, "names": []} if at.named else {"members": 0}
        if at.number != self._due:  # a twin was passed over
            self._key = ()
        self._due = at.number + 1
        group = self._group(("archive", at.root), made)
        if at.named:
            group["names"].append(item.path)
        else:
            group["members"] += 1


def _absolute(file: bytes) -> bytes:
    """A path that leads there from any folder, and through the same links."""
    if is_remote(file):
        return file
    return os.path.join(os.getcwdb(), file)


def _files(group: dict[str, Any]) -> Iterator[Input]:
    source = group["source"]
    folder = unprintable(group.get("folder", ""))
    for name in group.get("names", ()):
        yield Input(folder + unprintable(name), name, source)
    for odd in group.get("odd", ()):
        problem = tuple(odd["problem"]) if "problem" in odd else None
        yield Input(unprintable(odd["file"]), odd["path"], source, problem=problem)


def _root(group: dict[str, Any]) -> Root:
    return Root(
        unprintable(group["archive"]),
        unprintable(group["below"]),
        group["source"],
        folder=False,
        only=tuple(group.get("only", ())),
    )


def _named(group: dict[str, Any]) -> Iterator[Input]:
    file = unprintable(group["archive"])
    for name in group["names"]:
        yield Input(file, name, group["source"])


def _members(group: dict[str, Any], selection: Selection) -> Iterator[Input]:
    if "names" not in group:
        yield from archives.members(_root(group), selection, Counter())
        return
    first, last = group["first"], group["first"] + len(group["names"])
    found = archives.some_members(_root(group), selection, first, last)
    for planned in _named(group):
        item = next(found, None)
        if item and item.path == planned.path:
            yield item
        else:  # what has come into its place was not planned
            yield planned._replace(problem=CHANGED)  # type: ignore[arg-type] # a reason


def load(path: str) -> Listing:
    """Open a plan. Raises `RunError` for what is none, or is another version's."""
    with _read(path) as file:
        head = file.readline()
        told = _object(path, head)
        if told.get("plan") != FORMAT:
            raise _no_plan(path)
        if told.get("newsingest") != VERSION:
            raise RunError(
                f"{path} was made by newsingest {told.get('newsingest')}, this is "
                f"{VERSION}: install the same version everywhere, or plan anew"
            )
        try:
            end = _object(path, _last_line(file))
        except RunError:
            raise _damaged(path) from None
    try:
        job, selection = _understood(told)
        return Listing(
            path=path,
            job=job,
            selection=selection,
            inputs=end["inputs"],
            skipped=Counter(end["skipped"]),
            _head=head,
            _offsets=tuple(end["offsets"]),
        )
    except (LookupError, TypeError, ValueError):
        raise _damaged(path) from None


def _read(path: str) -> AbstractContextManager[IO[bytes]]:
    return places.named(path, path, ": `newsingest shards plan` makes one")


def _object(path: str, line: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except ValueError:
        raise _no_plan(path) from None
    if not isinstance(found, dict):
        raise _no_plan(path)
    return found


def _last_line(file: IO[bytes]) -> bytes:
    end = file.seek(0, os.SEEK_END)
    tail = b""
    while b"\n" not in tail[:-1] and len(tail) < end:
        begin = max(0, end - len(tail) - TAIL)
        file.seek(begin)
        tail = file.read(end - begin)
    return tail[tail.rfind(b"\n", 0, -1) + 1 :]


def _no_plan(path: str) -> RunError:
    return RunError(f"{path} is no plan: `newsingest shards plan` makes one", USAGE)


def _damaged(path: str) -> RunError:
    return RunError(f"{path} is cut short or was changed: plan anew")


def unprintable(path: str) -> bytes:
    """The bytes of a path as text."""
    return _unprintable(path.encode())


def _line(told: dict[str, Any]) -> bytes:
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def _told(job: Job, selection: Selection) -> dict[str, Any]:
    """How articles are read, as JSON."""
    return {
        "options": job.options._asdict(),
        "relative_to_mtime": job.relative_to_mtime,
        "max_bytes": job.max_bytes,
        "timeout": job.timeout,
        "selection": selection._asdict(),
    }


def _understood(told: dict[str, Any]) -> tuple[Job, Selection]:
    """What `_told` has told."""
    options = dict(told["options"])
    options["rules"] = tuple((name, text) for name, text in options["rules"])
    if options["relative_to"]:
        options["relative_to"] = datetime.fromisoformat(options["relative_to"])
    selection = dict(told["selection"])
    for name in ("include", "exclude"):
        selection[name] = tuple(selection[name])
    job = Job(
        options=Options(**options),
        relative_to_mtime=told["relative_to_mtime"],
        max_bytes=told["max_bytes"],
        timeout=told["timeout"],
    )
    return job, Selection(**selection)

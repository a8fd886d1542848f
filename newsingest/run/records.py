"""Files of records after a run: superseded ones dropped, all of them checked."""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

import orjson

from newsingest.article.decode import again
from newsingest.article.fields import words
from newsingest.article.fold import printed
from newsingest.article.locate import BETWEEN, BODY
from newsingest.article.parse import identity, parser
from newsingest.article.record import Options, RejectedError
from newsingest.article.repair import repair
from newsingest.run import archives, reading, sinks
from newsingest.run.inputs import ARCHIVES, Root, Selection, unprintable
from newsingest.run.summary import OK, REJECTS, USAGE, RunError, count
from newsingest.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from newsingest.article.normalize import Normalizer
    from newsingest.run.inputs import Input

Fault = str
MOST_BYTES = 1 << 30


@contextmanager
def lines_of(path: str) -> Iterator[IO[bytes]]:
    """The lines of a file of records, compressed or not; `-` is stdin.

    Raises `RunError` for one that cannot be opened or read, and `RejectedError` in the
    middle of one that is damaged.
    """
    try:
        with _opened(path) as lines:
            yield lines
    except OSError as error:
        raise RunError(reading.cannot_read(path, error)) from None


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    if path == "-":
        yield sys.stdin.buffer
        return
    with open(path, "rb") as file:
        name = os.fsencode(path)
        if not name.lower().endswith(reading.COMPRESSED):
            yield file
            return
        import io  # noqa: PLC0415 - only for compressed files

        with reading.unpacked(file, name) as stream:
            yield io.BufferedReader(_Raw(stream))  # type: ignore[type-var]


class _Raw:
    """The least that `io.BufferedReader` asks of a decompressor."""

    closed = False

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def readinto(self, buffer: memoryview) -> int:
        with reading.damage_is_a_reject():
            part = self._stream.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def flush(self) -> None:
        """Nothing is written."""

    def close(self) -> None:
        self.closed = True


def compact(path: str) -> tuple[int, int]:
    """Keep the last record of each id; how many were kept and how many dropped.

    The file is rewritten whole or not at all. Raises `RunError`, also for a line that
    is no record: nothing is changed then; and for a device, whose place the new file
    would take.
    """
    if sinks.is_device(path):
        raise RunError(f"{path}: a device or a pipe: name a file of records")
    try:
        with sinks.alone(path):
            return _compacted(path)
    except RejectedError as error:
        raise RunError(
            f"{path}: {error.detail}: nothing was changed; a run with --state cuts off "
            "what an unfinished one has left"
        ) from None


def _compacted(path: str) -> tuple[int, int]:
    last: dict[str, int] = {}
    number = -1
    with lines_of(path) as lines:
        for number, line in enumerate(lines):
            last[_id(path, number, line)] = number
    keep = set(last.values())
    sink = sinks.AtomicFile(path)
    try:
        with lines_of(path) as lines:
            for at, line in enumerate(lines):
                if at in keep:
                    sink.write(line)
        sink.commit()
    except BaseException:
        sink.discard()
        raise
    return len(keep), number + 1 - len(keep)


def _id(path: str, number: int, line: bytes) -> str:
    try:
        return str(orjson.loads(line)["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{path}:{number + 1}: not a record ({error}); newsingest verify says more"
        ) from None


def verify(
    path: str,
    root: str | None,
    profile: tuple[str, str | None],
    tell: Callable[[str], None],
) -> int:
    """Check records against the schema and their sources; tells a line a fault.

    `profile` is the name and the TOML of a profile of the user's own. Gives the exit
    status: 0, or 3 if there was a fault. Raises `RunError` when the file cannot be
    read.
    """
    checker = Checker(root, profile)
    faults = number = 0
    try:
        with lines_of(path) as lines:
            for number, line in enumerate(lines, 1):
                for fault in checker.faults(line, number):
                    tell(f"{path}:{number}: {fault}")
                    faults += 1
    except RejectedError as error:
        tell(f"{path}:{number + 1}: {error.detail}: the end of an unfinished run?")
        faults += 1
    for number, fault in sorted(chain(*checker.late.values())):
        tell(f"{path}:{number}: {fault}")
        faults += 1
    tell(checker.summary(faults))
    return REJECTS if faults else OK


class Checker:
    """What has been checked so far, and the sources that are at hand."""

    def __init__(
        self, root: str | None, profile: tuple[str, str | None] = ("standard", None)
    ) -> None:
        """`root` is the folder that paths are below; without it, spans only."""
        self.root = os.fsencode(root) if root else None
        self.seen: Counter[str] = Counter()
        self.checked = 0
        self.foreign = 0
        """Records whose text somebody else's profile, or another version, made."""
        self.late: dict[str, list[tuple[int, Fault]]] = {}
        """Where a record and its source differ, by id: no fault of a record that a
        later one supersedes."""
        self._archive = _Archive()
        self._normalizers: dict[str, Normalizer] = {}
        self._normalizer(*profile)

    def summary(self, faults: int) -> str:
        """The last line."""
        superseded = self.seen.total() - len(self.seen)
        told = count(faults, "fault")
        if self.foreign:
            told += f"; of {self.foreign:,} text not checked: other version or profile"
        return (
            f"{count(self.seen.total(), 'record')}, {superseded:,} superseded, "
            f"{self.checked:,} checked against their sources, {told}"
        )

    def faults(self, line: bytes, number: int = 0) -> Iterator[Fault]:
        """What is wrong with one line, the `number`th."""
        try:
            record = orjson.loads(line)
        except ValueError as error:
            yield f"no JSON: {error}"
            return
        if not line.endswith(b"\n"):
            yield "the line is not closed: the end of an unfinished run"
        wrong = shape_faults(record)
        if wrong:
            yield wrong
            return
        self.seen[record["id"]] += 1
        self.late.pop(record["id"], None)
        yield from self._inside(record)
        if self.root is not None:
            found = [(number, fault) for fault in self._source(record["metadata"])]
            if found:
                self.late[record["id"]] = found

    def _inside(self, record: Mapping[str, Any]) -> Iterator[Fault]:
        """What a record says of itself that does not fit."""
        meta, body = record["metadata"], record["metadata"]["body"]
        ends = meta["span_ends"]
        if record["id"] != identity(record["source"], meta["path"]):
            yield "id is not that of its source and path"
        if len(ends) != len(meta["span_labels"]):
            yield "span_labels and span_ends differ in length"
        if not ends:
            yield "no spans"
        if any(b <= a for a, b in zip([0, *ends], ends, strict=False)):
            yield "span_ends do not rise"
        if (meta["char_count"], meta["word_count"]) != (len(body), words(body)):
            yield "char_count and word_count are not those of body"
        normalizer = self._normalizer(meta["profile"])
        if meta["newsingest"] != VERSION or not normalizer:
            self.foreign += 1
            return
        if normalizer(body) != record["text"]:
            yield f"text is not what the profile {meta['profile']} makes of body"
        title = meta["title"]
        if meta["title_normalized"] != (title and normalizer(title)):
            yield f"title_normalized is not what {meta['profile']} makes of title"

    def _normalizer(self, profile: str, toml: str | None = None) -> Normalizer | None:
        """The profile of a name, kept; none where it is somebody's own."""
        from newsingest.article import normalize  # noqa: PLC0415 - start-up

        if profile in self._normalizers:
            return self._normalizers[profile]
        if toml is None and profile not in normalize.names():
            return None
        try:
            self._normalizers[profile] = normalize.load(profile, toml)
        except ValueError as error:
            raise RunError(str(error), USAGE) from None
        return self._normalizers[profile]

    def _source(self, meta: Mapping[str, Any]) -> Iterator[Fault]:
        try:
            raw = self._raw(meta["path"])
        except RejectedError as error:
            yield f"{meta['path']}: {error.detail}"
            return
        self.checked += 1
        for fault in source_faults(raw, meta):
            yield f"{meta['path']}: {fault}"

    def _raw(self, path: str) -> bytes:
        """A source's bytes. Raises `RejectedError`."""
        name = unprintable(path.encode())
        if name.startswith(b"/") or b".." in name.split(b"/") or b"\0" in name:
            raise RejectedError("unreadable", "its path leads out of --root")
        file = os.path.join(self.root or b"", name)
        if not os.path.lexists(file):
            found = self._member(path, name)
            if found is not None:
                return found
        return reading.read(file, MOST_BYTES).raw

    def _member(self, path: str, name: bytes) -> bytes | None:
        """A member of an archive."""
        parts = name.split(b"/")
        for at in range(1, len(parts)):
            below = b"/".join(parts[:at])
            if below.lower().endswith(ARCHIVES):
                return self._archive.find(self.root or b"", below, path)
        return None


def source_faults(raw: bytes, meta: Mapping[str, Any]) -> Iterator[Fault]:
    """Where a record's metadata and the bytes of its source differ."""
    import hashlib  # noqa: PLC0415 - only with --root

    if hashlib.sha256(raw).hexdigest() != meta["sha256"]:
        yield "the source has changed since"
        return
    if len(raw) != meta["bytes"]:
        yield f"bytes is {meta['bytes']}, not {len(raw)}"
    try:
        text = again(raw, meta["encoding"], meta["warnings"])
    except RejectedError as error:
        yield str(error)
        return
    end = meta["span_ends"][-1] if meta["span_ends"] else 0
    if end != len(text):
        yield f"spans end at {end}, not {len(text)}"
    elif meta["newsingest"] == VERSION and not _is_body(raw, text, meta):
        yield "body is not what its spans hold"


def _is_body(raw: bytes, text: str, meta: Mapping[str, Any]) -> bool:
    """Whether the spans hold the body; inside what was repaired they may not say where.

    A line in glyphs is turned round as a whole: a dateline that ends within it is told
    by reading the source anew.
    """
    if body_again(text, meta) == meta["body"]:
        return True
    if not _was_repaired(meta):
        return False
    read = parser(Options()).parse(raw).metadata
    same = (read.span_labels, read.span_ends) == (
        meta["span_labels"],
        meta["span_ends"],
    )
    return same and read.body == meta["body"]


def _was_repaired(meta: Mapping[str, Any]) -> bool:
    return any(name.startswith("repaired-") for name in meta["warnings"])


def body_again(text: str, meta: Mapping[str, Any]) -> str:
    """The body that a record's spans make of its source, repaired as it was then."""
    ends = meta["span_ends"]
    if _was_repaired(meta):
        repaired = repair(text)
        text, alignment = repaired.text, repaired.alignment
        ends = [alignment.to_target(0, end)[1] for end in ends]
    starts, parts = [0, *ends], zip(meta["span_labels"], ends, strict=False)
    pieces = (
        printed(text[start:end])
        for start, (label, end) in zip(starts, parts, strict=False)
        if label in BODY
    )
    return BETWEEN.join(filter(None, pieces))


class _Archive:
    """An archive read once where its records come in the order of its members."""

    def __init__(self) -> None:
        self._below = b""
        self._members: Iterator[Input] = iter(())

    def find(self, root: bytes, below: bytes, path: str) -> bytes | None:
        """The bytes of a member: the next one, or else from the beginning."""
        if self._below == below:
            found = next((one.raw for one in self._members if one.path == path), None)
            if found is not None:
                return found
        self._below = below
        whole = Root(os.path.join(root, below), below, "", folder=False)
        selection = Selection(include=("*",), max_bytes=MOST_BYTES)
        self._members = archives.members(whole, selection, Counter())
        return next((one.raw for one in self._members if one.path == path), None)


@cache
def _validator() -> Callable[[object], object]:
    from fastjsonschema import compile as compiled  # noqa: PLC0415 - start-up

    from newsingest.article.schema import schema  # noqa: PLC0415

    return compiled(schema())


def shape_faults(record: object) -> Fault | None:
    """Whether a record has the keys and types of the schema: the first that has not."""
    from fastjsonschema import JsonSchemaValueException  # noqa: PLC0415 - start-up

    try:
        _validator()(record)
    except JsonSchemaValueException as error:
        return str(error.message).replace("data", "record", 1)
    return None

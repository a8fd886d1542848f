"""Archives read as folders of articles; a member never touches the disk.

Members come in the order the archive has them, one in memory at a time. Their names
are never used to open anything; one that would lead out of the archive is rejected.
"""

from __future__ import annotations

import io
import os
import struct
from collections import Counter
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, NamedTuple

from newsingest.article.record import RejectedError
from newsingest.run import reading
from newsingest.run.inputs import (
    ARCHIVES,
    Input,
    Root,
    Selection,
    excluded,
    included,
    is_remote,
    printable,
)

if TYPE_CHECKING:
    import tarfile
    import zipfile
    from collections.abc import Callable, Iterator

ALLOWANCE = 256 << 20
"""Bytes that any archive may unpack to before its ratio is looked at."""
MOST_HEADER = 1 << 20
"""Bytes of a tar's long name or extended header, which tarfile reads into memory."""
MOST_INDEX = 64 << 20
"""Bytes of a zip's list of members, which zipfile makes an object each of."""
MOST_READS = 8
"""Reads behind the end of a tar: a member that says it has 2^62 bytes is passed over in
pieces of ten thousand, whether there are any or not."""
ELSEWHERE = 0xFFFFFFFF
"""A zip's size of its list when the true one is in the longer form of its end."""


class Member(NamedTuple):
    """One member of an archive; `read` takes the bytes that it may have."""

    name: bytes
    size: int
    read: Callable[[int], bytes]


def members(root: Root, selection: Selection, skipped: Counter[str]) -> Iterator[Input]:
    """The articles of one archive. Never raises: what is broken is a reject."""

    def read(item: Input, member: Member) -> Input:
        return _with_contents(item, member, selection.max_bytes)

    return _each(root, selection, skipped, read)


def some_members(
    root: Root, selection: Selection, first: int, last: int
) -> Iterator[Input]:
    """The articles of one archive from one place in it to before another.

    Those before are passed over without being read, which is cheap in a zip.
    """
    at = 0

    def read(item: Input, member: Member) -> Input:
        if at < first:
            return item
        return _with_contents(item, member, selection.max_bytes)

    for item in _each(root, selection, Counter(), read):
        if at >= first:
            yield item
        at += 1
        if at >= last:
            return


def members_listed(
    root: Root, selection: Selection, skipped: Counter[str]
) -> Iterator[tuple[Input, int]]:
    """The articles of one archive without their contents, and the bytes of each."""
    size = 0

    def noted(item: Input, member: Member) -> Input:
        nonlocal size
        size = member.size
        return item._replace(raw=b"")

    for item in _each(root, selection, skipped, noted):
        yield item, size
        size = 0


def _each(
    root: Root,
    selection: Selection,
    skipped: Counter[str],
    read: Callable[[Input, Member], Input],
) -> Iterator[Input]:
    seen: set[int] = set()
    missing = set(root.only)
    try:
        with _opened(root.file) as found:
            for member in found:
                name = member.name
                path = root.below + b"/" + _safe(name)
                text = printable(path)
                if text in missing:
                    missing.discard(text)
                elif root.only or not _taken(name, path, selection, skipped):
                    continue
                twin = hash(path) in seen
                seen.add(hash(path))
                yield _input(root, text, member, read, twin=twin)
    except RejectedError as error:
        whole = RejectedError(error.reason, f"archive: {error.detail}")
        yield _rejected(root, printable(root.below), whole)
    for text in sorted(missing):
        problem = RejectedError("unreadable", "the archive has none of this name")
        yield _rejected(root, text, problem)


def _rejected(root: Root, path: str, error: RejectedError) -> Input:
    return Input(root.file, path, root.source, problem=(error.reason, error.detail))


def _taken(
    name: bytes, path: bytes, selection: Selection, skipped: Counter[str]
) -> bool:
    if _hidden(name) or not _wanted(path, selection):
        return False
    if excluded(selection, path):
        skipped["excluded"] += 1
        return False
    return True


@contextmanager
def _damage_is_a_reject() -> Iterator[None]:
    """Turn what zipfile and tarfile raise on hostile bytes into `RejectedError`."""
    import tarfile  # noqa: PLC0415 - only for archives
    import zipfile  # noqa: PLC0415

    broken = (
        *(zipfile.BadZipFile, tarfile.TarError, struct.error),
        # Names, dates and numbers that are none, methods and passwords that they lack.
        *(ValueError, IndexError, KeyError, OverflowError, RuntimeError),
        *(NotImplementedError, AssertionError),
    )
    try:
        with reading.damage_is_a_reject():
            yield
    except RejectedError:  # is a ValueError
        raise
    except broken as error:
        detail = f"damaged: {str(error) or type(error).__name__}"
        raise RejectedError("unreadable", detail) from None


def _wanted(path: bytes, selection: Selection) -> bool:
    return included(selection, path) or path.lower().endswith(ARCHIVES)


def _input(
    root: Root,
    path: str,
    member: Member,
    read: Callable[[Input, Member], Input],
    *,
    twin: bool,
) -> Input:
    try:
        _check_name(member.name, twin=twin)
        return read(Input(root.file, path, root.source), member)
    except RejectedError as error:
        return _rejected(root, path, error)


def _with_contents(item: Input, member: Member, max_bytes: int) -> Input:
    raw = member.read(max_bytes)
    if member.name.lower().endswith(reading.COMPRESSED):
        raw = reading.unpack(io.BytesIO(raw), member.name, max_bytes)
    return item._replace(raw=raw)


def _check_name(name: bytes, *, twin: bool) -> None:
    if twin:
        raise RejectedError("unreadable", "the archive has another of this name")
    if b".." in name.split(b"/"):
        raise RejectedError("unreadable", "its name leads out of the archive")
    if name.lower().endswith(ARCHIVES):
        raise RejectedError("unreadable", "an archive inside an archive")


def _safe(name: bytes) -> bytes:
    """A member's name without what would make it absolute."""
    return b"/".join(part for part in name.split(b"/") if part not in {b"", b"."})


def _hidden(name: bytes) -> bool:
    """Whether a member is hidden, or what a Mac adds beside every file."""
    parts = [part for part in name.split(b"/") if part not in {b".", b".."}]
    return name.startswith(b"__MACOSX/") or any(part[:1] == b"." for part in parts)


@contextmanager
def _stream(file: bytes) -> Iterator[IO[bytes]]:
    """The bytes of an archive, on disk or elsewhere."""
    if is_remote(file):
        from newsingest.run import remote  # noqa: PLC0415 - an extra

        with remote.opened(file) as stream:
            yield stream
        return
    try:
        fd = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise RejectedError("unreadable", reading.reason(error)) from None
    with os.fdopen(fd, "rb") as stream:
        reading.regular(os.fstat(fd))
        yield stream


@contextmanager
def _opened(file: bytes) -> Iterator[Iterator[Member]]:
    with _stream(file) as stream:
        lower = file.lower()
        if lower.endswith(b".zip"):
            yield _zip(stream)
        elif lower.endswith(b".tar"):
            yield _tar(stream, stream.tell)
        else:
            with reading.unpacked(stream, lower) as unpacked:
                yield _tar(unpacked, stream.tell)


def _zip(stream: IO[bytes]) -> Iterator[Member]:
    import zipfile  # noqa: PLC0415 - only for archives

    with _damage_is_a_reject():
        _check_index(stream)
        archive = zipfile.ZipFile(stream)
    with archive:
        for info in archive.infolist():
            if not info.is_dir():
                read = _zip_reader(archive, info)
                yield Member(_zip_name(info), info.file_size, read)


def _check_index(stream: IO[bytes]) -> None:
    """Refuse a list of members that would not fit in memory, by what the end says."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - (1 << 16) - 22))
    tail = stream.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + 22:
        return  # zipfile says what is wrong
    index = int.from_bytes(tail[at + 12 : at + 16], "little")
    if index == ELSEWHERE:
        at = tail.rfind(b"PK\6\6")
        index = int.from_bytes(tail[at + 40 : at + 48], "little") if at >= 0 else index
    if index > MOST_INDEX:
        raise RejectedError("too-large", f"its list of members has {index:,} bytes")


def _zip_name(info: zipfile.ZipInfo) -> bytes:
    """A member's name in bytes; without the flag for UTF-8, zipfile took it for DOS."""
    name = info.filename
    return name.encode("utf-8" if info.flag_bits & 0x800 else "cp437")


def _zip_reader(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo
) -> Callable[[int], bytes]:
    def read(max_bytes: int) -> bytes:
        if info.flag_bits & 1:
            raise RejectedError("unreadable", "encrypted")
        if info.file_size > max_bytes:
            raise reading.too_large(info.file_size, max_bytes)
        with _damage_is_a_reject(), archive.open(info) as member:
            raw = member.read(max_bytes + 1)
        if len(raw) > max_bytes:  # its head lied
            raise reading.too_large(len(raw), max_bytes)
        reading.check_ratio(len(raw), info.compress_size, reading.CHUNK)
        return raw

    return read


def _tar(stream: IO[bytes], packed: Callable[[], int]) -> Iterator[Member]:
    counted = _Counted(stream, packed)
    with _damage_is_a_reject(), _untar(counted) as archive:
        while member := archive.next():
            archive.members = []  # type: ignore[attr-defined] # it keeps them all, and there may be a million
            if not member.isdir():
                name = member.name.encode("utf-8", "surrogateescape")
                yield Member(name, member.size, _tar_reader(archive, member))


def _untar(stream: _Counted) -> tarfile.TarFile:
    import tarfile  # noqa: PLC0415 - only for archives

    long = {
        *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
        *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    }

    class Header(tarfile.TarInfo):
        """A header that may not name gigabytes for its own continuation."""

        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Header:
            found = super().frombuf(buf, encoding, errors)
            if found.type in long and found.size > MOST_HEADER:
                raise tarfile.HeaderError(f"a header of {found.size:,} bytes")
            return found

    return tarfile.open(  # type: ignore[call-overload,no-any-return] # reads only
        fileobj=stream, mode="r|", encoding="utf-8", tarinfo=Header
    )


def _tar_reader(
    archive: tarfile.TarFile, member: tarfile.TarInfo
) -> Callable[[int], bytes]:
    def read(max_bytes: int) -> bytes:
        if not member.isreg():
            raise RejectedError("unreadable", "a link or a special file in an archive")
        if member.size > max_bytes:
            raise reading.too_large(member.size, max_bytes)
        with _damage_is_a_reject():
            found = archive.extractfile(member)
            raw = found.read() if found else b""
        if len(raw) != member.size:
            raise RejectedError("unreadable", f"damaged: {reading.CUT}")
        return raw

    return read


class _Counted:
    """A stream that stops at its end, and at what unpacks to far more than it packs."""

    def __init__(self, stream: IO[bytes], packed: Callable[[], int]) -> None:
        self._stream, self._packed, self._unpacked = stream, packed, 0
        self._left = MOST_READS

    def read(self, most: int) -> bytes:
        part = self._stream.read(most)
        self._unpacked += len(part)
        self._left -= not part
        if not self._left:
            raise EOFError(reading.CUT)
        reading.check_ratio(self._unpacked, self._packed(), ALLOWANCE)
        return part

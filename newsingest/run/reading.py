"""A file's bytes, decompressed, within bounds."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, NamedTuple

from newsingest.article.record import RejectedError

if TYPE_CHECKING:
    import lzma
    from collections.abc import Iterator

    import zstandard

COMPRESSED = (b".gz", b".bz2", b".xz", b".zst")
CHUNK = 1 << 20
MAX_RATIO = 1000
"""Text shrinks five- to tenfold, copies of one article a few hundredfold; gzip cannot
pass 1,032, the others pass a million when made to."""
DECODER_MEMORY = 256 << 20
"""An .xz names in its head how much memory its reader is to take: up to 4 GiB."""
AHEAD = 1 << 14
"""Bytes of an .xz that are read at once: what has been read bounds what may come."""
FEED = 256
"""Bytes of a .zst that are unpacked at once, each to 32 KiB at most."""
TRIES = 3
CUT = "ends in the middle of its data"


class Reading(NamedTuple):
    """A file's bytes (decompressed) and the stamp that the file had on disk."""

    raw: bytes
    size: int
    mtime_ns: int
    mark: int | None = None
    """What a ledger compares instead of `mtime_ns`, for files on other machines."""


def read(file: bytes, max_bytes: int) -> Reading:
    """Read one file whole.

    Raises `RejectedError`: `too-large`, or `unreadable` for what cannot be opened,
    is no regular file, is damaged, or does not stop changing.
    """
    try:
        # Non-blocking: what was a file when it was listed may be a FIFO by now.
        fd = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise RejectedError("unreadable", reason(error)) from None
    try:
        for _ in range(TRIES):
            before = os.fstat(fd)
            regular(before)
            raw = _contents(fd, before.st_size, file, max_bytes)
            after = os.fstat(fd)
            if (after.st_size, after.st_mtime_ns) == (
                before.st_size,
                before.st_mtime_ns,
            ):
                return Reading(raw, before.st_size, before.st_mtime_ns)
            os.lseek(fd, 0, os.SEEK_SET)
    except OSError as error:
        raise RejectedError("unreadable", reason(error)) from None
    finally:
        os.close(fd)
    raise RejectedError("unreadable", "kept changing while it was read")


def reason(error: OSError) -> str:
    """What went wrong, without the path that the reader of the line already has."""
    return (error.strerror or str(error)).lower()


def cannot_read(thing: str, error: OSError) -> str:
    """One line for what was named on the command line: what, why, what to do.

    >>> cannot_read("--rules my.toml", OSError(2, "No such file or directory"))
    '--rules my.toml: no such file or directory: check its name and its folder'
    """
    remedy = {
        errno.ENOENT: "check its name and its folder",
        errno.EACCES: "you need the right to read it",
        errno.EISDIR: "name a file in it",
        errno.ENOTDIR: "a part of it is a file, not a folder",
    }.get(error.errno or 0, "see whether other programs can read it")
    return f"{thing}: {reason(error)}: {remedy}"


def regular(found: os.stat_result) -> None:
    """Raise `RejectedError` unless this is a regular file; never opens it."""
    kind = stat.S_IFMT(found.st_mode)
    if kind != stat.S_IFREG:
        what = {
            stat.S_IFDIR: "a folder",
            stat.S_IFIFO: "a FIFO (what is piped in is read as -)",
            stat.S_IFSOCK: "a socket",
            stat.S_IFCHR: "a device",
            stat.S_IFBLK: "a device",
        }.get(kind, "no regular file")
        raise RejectedError("unreadable", f"{what}, not a file of text")


def _contents(fd: int, size: int, file: bytes, max_bytes: int) -> bytes:
    if file.lower().endswith(COMPRESSED):
        with os.fdopen(fd, "rb", closefd=False) as packed:
            return unpack(packed, file, max_bytes)
    if size > max_bytes:
        raise too_large(size, max_bytes)
    raw = os.read(fd, size + 1)
    if len(raw) != size:  # grew, shrank, or a system file that says 0
        raw += _rest(fd, max_bytes + 1 - len(raw))
        if len(raw) > max_bytes:
            raise too_large(len(raw), max_bytes)
    return raw


def _rest(fd: int, most: int) -> bytes:
    parts = []
    while most > 0 and (part := os.read(fd, min(most, CHUNK))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def too_large(size: int, max_bytes: int) -> RejectedError:
    """The rejection of something with more bytes than `--max-bytes`."""
    return RejectedError("too-large", f"{size:,} bytes, --max-bytes is {max_bytes:,}")


def unpack(packed: IO[bytes], name: bytes, max_bytes: int) -> bytes:
    """Decompress one article, by the suffix of its name.

    Raises `RejectedError` (`too-large`, `unreadable`).
    """
    if not packed.seek(0, os.SEEK_END):  # `empty`, not damaged: nothing ever came
        return b""
    packed.seek(0)
    parts, total = [], 0
    with damage_is_a_reject(), unpacked(packed, name) as stream:
        while part := stream.read(min(CHUNK, max_bytes + 1 - total)):
            parts.append(part)
            total += len(part)
            if total > max_bytes:
                raise RejectedError(
                    "too-large", f"unpacks to more than --max-bytes {max_bytes:,}"
                )
            check_ratio(total, packed.tell(), CHUNK)
    return b"".join(parts)


def check_ratio(unpacked: int, packed: int, allowance: int) -> None:
    """Raise `RejectedError` for a decompression bomb."""
    if unpacked > allowance and unpacked > MAX_RATIO * packed:
        raise RejectedError(
            "too-large", f"unpacks to more than {MAX_RATIO} times its size"
        )


@contextmanager
def damage_is_a_reject() -> Iterator[None]:
    """Turn what decompressors raise on broken input into `RejectedError`."""
    import lzma  # noqa: PLC0415 - only for compressed input
    import zlib  # noqa: PLC0415

    import zstandard  # noqa: PLC0415

    broken = (EOFError, OSError, lzma.LZMAError, zlib.error, zstandard.ZstdError)
    try:
        yield
    except broken as error:
        why = str(error) or CUT  # zipfile's EOFError says nothing
        raise RejectedError("unreadable", f"damaged: {why}") from None


@contextmanager
def unpacked(packed: IO[bytes], name: bytes) -> Iterator[IO[bytes]]:
    """The decompressed stream of a file, by the suffix of its name."""
    stream = _OPENERS[name[name.rindex(b".") :].lower()](packed)
    try:
        yield stream
    finally:
        stream.close()


def _gzip(packed: IO[bytes]) -> IO[bytes]:
    import gzip  # noqa: PLC0415 - only for compressed input

    return gzip.GzipFile(fileobj=packed)  # type: ignore[return-value] # reads and closes


def _bz2(packed: IO[bytes]) -> IO[bytes]:
    import bz2  # noqa: PLC0415 - only for compressed input

    return bz2.BZ2File(packed)


def _zst(packed: IO[bytes]) -> IO[bytes]:
    return _Zst(packed)  # type: ignore[return-value] # ditto


class _Zst:
    """zstandard's own reader takes a file that was cut for one that is whole."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._decoder = self._fresh()
        self._inside = False
        self._ready = b""

    @staticmethod
    def _fresh() -> zstandard.ZstdDecompressionObj:
        import zstandard  # noqa: PLC0415 - only for compressed input

        return zstandard.ZstdDecompressor().decompressobj()

    def read(self, most: int) -> bytes:
        while not self._ready:
            rest = b""
            if self._decoder.eof:  # frames may follow one another
                rest = self._decoder.unused_data
                self._decoder, self._inside = self._fresh(), False
            rest = rest or self._packed.read(FEED)
            if not rest and self._inside:
                raise EOFError(CUT)
            if not rest:
                return b""
            self._inside = True
            self._ready = self._decoder.decompress(rest)
        part, self._ready = self._ready[:most], self._ready[most:]
        return part

    def close(self) -> None:
        self._ready = b""


def _xz(packed: IO[bytes]) -> IO[bytes]:
    return _Xz(packed)  # type: ignore[return-value] # ditto


class _Xz:
    """`lzma.LZMAFile`, which takes no limit on its memory, with one."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._decoder = self._fresh()

    @staticmethod
    def _fresh() -> lzma.LZMADecompressor:
        import lzma  # noqa: PLC0415 - only for compressed input

        return lzma.LZMADecompressor(memlimit=DECODER_MEMORY)

    def read(self, most: int) -> bytes:
        while True:
            if self._decoder.eof:  # streams may follow one another, padded with zeros
                rest = (self._decoder.unused_data or self._packed.read(AHEAD)).lstrip(
                    b"\0"
                )
                if not rest:
                    return b""
                self._decoder = self._fresh()
            elif self._decoder.needs_input:
                rest = self._packed.read(AHEAD)
                if not rest:
                    raise EOFError(CUT)
            else:
                rest = b""
            if part := self._decoder.decompress(rest, most):
                return bytes(part)

    def close(self) -> None:
        self._decoder = self._fresh()


_OPENERS = {
    b".gz": _gzip,
    b".bz2": _bz2,
    b".zst": _zst,
    b".xz": _xz,
    b".tgz": _gzip,
    b".tbz2": _bz2,
    b".txz": _xz,
}

"""Records and rejects: whole lines, atomic files, compression."""

from __future__ import annotations

import io
import os
import stat
from contextlib import suppress
from typing import IO, Protocol

from newsingest.run.inputs import printable
from newsingest.run.summary import RunError

STDOUT = "-"
SUFFIXES = (".gz", ".bz2", ".xz", ".zst")


class Sink(Protocol):
    """Where whole lines go. Nothing is promised before `commit`."""

    def write(self, lines: bytes) -> None:
        """Append lines. Raises `RunError` or `BrokenPipeError`."""

    def commit(self) -> None:
        """Make what was written last. Raises `RunError`."""

    def discard(self) -> None:
        """Leave no trace, where that can be. Never raises."""


class Nowhere:
    """A sink for lines that nobody asked for."""

    def write(self, lines: bytes) -> None:
        """Drop them."""

    def commit(self) -> None:
        """Do nothing."""

    def discard(self) -> None:
        """Do nothing."""


class Stream:
    """A pipe, a terminal or a device: written at once, nothing to take back."""

    def __init__(self, fd: int, name: str) -> None:
        """Write to a file descriptor; `name` is for messages."""
        self.fd, self.name = fd, name

    def write(self, lines: bytes) -> None:
        """Write all of it. Raises `BrokenPipeError` when the reader has gone."""
        rest = memoryview(lines)
        try:
            while rest:
                rest = rest[os.write(self.fd, rest) :]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise cannot_write(self.name, error) from None

    def commit(self) -> None:
        """Nothing is held back."""

    def discard(self) -> None:
        """What was written is written."""


class AtomicFile:
    """A file that is there whole or not at all: written beside its place, renamed."""

    def __init__(self, path: str) -> None:
        """Open a private temporary file in the same folder.

        Raises `RunError` when the folder is missing or not writable.
        """
        import tempfile  # noqa: PLC0415 - start-up: stdout needs none of it

        self.path = path
        folder = os.path.dirname(path) or "."
        prefix = f".{os.path.basename(path)[:100]}."
        try:
            fd, self._beside = tempfile.mkstemp(".part", prefix, folder)
        except OSError as error:
            raise cannot_write(path, error) from None
        self._file = os.fdopen(fd, "wb", buffering=1 << 20)
        self._stream = compressed(self._file, path)

    def write(self, lines: bytes) -> None:
        """Append lines. Raises `RunError` when the disk is full."""
        try:
            self._stream.write(lines)
        except OSError as error:
            raise cannot_write(self.path, error) from None

    def commit(self) -> None:
        """Flush, fsync, rename over the old file, and fsync the folder."""
        try:
            if self._stream is not self._file:
                self._stream.close()
            self._file.flush()
            os.fchmod(self._file.fileno(), 0o666 & ~_umask())
            os.fsync(self._file.fileno())
            self._file.close()
            os.replace(self._beside, self.path)
            sync_folder(self.path)
        except OSError as error:
            self.discard()
            raise cannot_write(self.path, error) from None

    def discard(self) -> None:
        """Remove the temporary file."""
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            os.unlink(self._beside)


class AppendedFile:
    """A file that grows by whole lines from run to run (`--state`).

    What was written is kept until `sync` in memory if it is to be compressed: each
    sync then ends a stream of its own, and streams may follow one another.
    """

    def __init__(self, path: str, known: int | None) -> None:
        """Open for appending; cut back what no ledger knows of.

        `known` is up to where the ledger takes the file for whole. Without it, or
        where the file is shorter, the last whole line counts. Raises `RunError`.
        """
        self.path = path
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            size = os.fstat(self._fd).st_size
            self.offset = known if known is not None and known <= size else size
            if self.offset == size and _suffix(path) not in SUFFIXES:
                self.offset = _last_line_end(self._fd, size)
            self.cut = size - self.offset
            os.ftruncate(self._fd, self.offset)
            os.lseek(self._fd, self.offset, os.SEEK_SET)
        except OSError as error:
            raise cannot_write(path, error) from None
        self._pending: list[bytes] = []

    def write(self, lines: bytes) -> None:
        """Append lines; they are promised by `sync`. Raises `RunError`."""
        if lines:
            self._pending.append(lines)

    def sync(self) -> int:
        """Put everything on disk; up to where the file is whole now."""
        lines = b"".join(self._pending)
        self._pending = []
        if lines:
            packed = packed_whole(lines, self.path)
            try:
                rest = memoryview(packed)
                while rest:
                    rest = rest[os.write(self._fd, rest) :]
                os.fsync(self._fd)
            except OSError as error:
                with suppress(OSError):
                    os.ftruncate(self._fd, self.offset)
                raise cannot_write(self.path, error) from None
            self.offset += len(packed)
        return self.offset

    def commit(self) -> None:
        """Close; `sync` has been called."""
        os.close(self._fd)

    def discard(self) -> None:
        """Keep what is synced, forget the rest."""
        with suppress(OSError):
            os.close(self._fd)


def _last_line_end(fd: int, size: int) -> int:
    """Behind the last newline: what follows it is the torn tail of a crash."""
    end = size
    while end > 0:
        start = max(0, end - (1 << 16))
        at = os.pread(fd, end - start, start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return 0


def packed_whole(lines: bytes, path: str) -> bytes:
    """Some lines as one stream of the compression that a path's suffix names."""
    if _suffix(path) not in SUFFIXES:
        return lines
    buffer = io.BytesIO()
    stream = compressed(buffer, path)
    stream.write(lines)
    stream.close()
    return buffer.getvalue()


def opened(path: str | None) -> Sink:
    """The sink for a path: `-` is stdout, `None` nowhere, a device is written as is.

    Raises `RunError` when it cannot be written.
    """
    if path is None:
        return Nowhere()
    if path == STDOUT:
        return Stream(1, "stdout")
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return AtomicFile(path)
    if stat.S_ISDIR(mode):
        raise RunError(f"{_shown(path)} is a folder: name a file in it")
    if stat.S_ISREG(mode):
        return AtomicFile(path)
    try:
        return Stream(os.open(path, os.O_WRONLY), path)
    except OSError as error:
        raise cannot_write(path, error) from None


def write_atomically(path: str, content: bytes) -> None:
    """Write a small file whole or not at all. Raises `RunError`."""
    sink = opened(path)
    sink.write(content)
    sink.commit()


def compressed(file: IO[bytes], path: str) -> IO[bytes]:
    """The stream to write to, by the suffix of the path.

    No time and no name go into the file: the same records give the same bytes.
    """
    opener = {".gz": _gzip, ".bz2": _bz2, ".xz": _xz, ".zst": _zst}.get(_suffix(path))
    return opener(file) if opener else file


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()


def _gzip(file: IO[bytes]) -> IO[bytes]:
    import gzip  # noqa: PLC0415 - only for compressed output

    return gzip.GzipFile("", "wb", fileobj=file, mtime=0)  # type: ignore[return-value] # write and close are all that is used


def _bz2(file: IO[bytes]) -> IO[bytes]:
    import bz2  # noqa: PLC0415 - only for compressed output

    return bz2.BZ2File(file, "wb")


def _xz(file: IO[bytes]) -> IO[bytes]:
    import lzma  # noqa: PLC0415 - only for compressed output

    return lzma.LZMAFile(file, "wb")


def _zst(file: IO[bytes]) -> IO[bytes]:
    import zstandard  # noqa: PLC0415 - only for compressed output

    return zstandard.ZstdCompressor().stream_writer(file, closefd=False)


def sync_folder(path: str) -> None:
    """Make a rename last through a power cut."""
    fd = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def cannot_write(name: str, error: OSError) -> RunError:
    """A full disk, a read-only folder, a folder that is missing: one clear line."""
    why = (error.strerror or str(error)).lower()
    remedies = {
        "no space left on device": "free some space and run again",
        "no such file or directory": "make the folder first",
        "permission denied": "choose a folder that you can write to",
        "read-only file system": "choose another disk",
    }
    remedy = remedies.get(why, "nothing was promoted; run again")
    return RunError(f"cannot write {_shown(name)}: {why}: {remedy}")


def _shown(path: str) -> str:
    return printable(os.fsencode(path))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

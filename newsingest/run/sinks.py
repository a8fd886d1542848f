"""Records and rejects: whole lines, atomic files, compression."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import stat
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from newsingest.article.record import RejectedError
from newsingest.run import reading
from newsingest.run.inputs import is_remote, printable
from newsingest.run.summary import LOCKED, RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsingest.run.summary import Summary

STDOUT = "-"
JSONL, PARQUET = "jsonl", "parquet"
"""What `--format` may be."""
SUFFIXES = (".gz", ".bz2", ".xz", ".zst")


class Sink(Protocol):
    """Where whole lines go. Nothing is promised before `commit`."""

    def write(self, lines: bytes) -> None:
        """Append lines. Raises `RunError` or `BrokenPipeError`."""

    def commit(self) -> None:
        """Make what was written last. Raises `RunError`."""

    def discard(self) -> None:
        """Leave no trace, where that can be. Never raises."""


@runtime_checkable
class Described(Protocol):
    """A sink that says what is in it."""

    def describe(self, summary: Summary) -> None:
        """Take the figures, before `commit`."""


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
    """A file that is there whole or not at all.

    It is written without a name where the file system can do that, so that nothing is
    left of a run that is killed, and beside its place where not.
    """

    def __init__(self, path: str) -> None:
        """Open a private file in the same folder.

        Raises `RunError` when the folder is missing or not writable.
        """
        self.path = path
        self._place = os.path.realpath(path)  # a link stays a link
        folder, name = os.path.split(self._place)
        # Two machines that share a folder may use one process number at once.
        self._beside = os.path.join(folder, f".{name[:100]}.{os.urandom(4).hex()}.part")
        try:
            fd, self._named = _private(folder, self._beside)
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
            fd = self._file.fileno()
            self._like_before(fd)
            os.fsync(fd)
            if not self._named:
                _name(fd, self._beside)
                self._named = True
            os.replace(self._beside, self._place)
            self._file.close()
            sync_folder(self._place)
        except OSError as error:
            self.discard()
            raise cannot_write(self.path, error) from None

    def _like_before(self, fd: int) -> None:
        """Give it the owner and rights of the file replaced, or those of a new one."""
        try:
            before = os.stat(self._place)
        except OSError:
            os.fchmod(fd, 0o666 & ~_umask())
            return
        with suppress(OSError):  # only root may give a file away
            os.fchown(fd, before.st_uid, before.st_gid)
        os.fchmod(fd, stat.S_IMODE(before.st_mode))

    def discard(self) -> None:
        """Remove what was written."""
        if self._named:
            with suppress(OSError):
                os.unlink(self._beside)
        with suppress(OSError):
            self._file.close()


def _private(folder: str, beside: str) -> tuple[int, bool]:
    """A new file that only its owner may read, and whether it has a name."""
    try:
        return os.open(folder, os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC, 0o600), False
    except (OSError, AttributeError):  # not on this file system, not on this system
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(beside, flags, 0o600), True


def _name(fd: int, beside: str) -> None:
    """Give a file without a name one."""
    with suppress(FileNotFoundError):
        os.unlink(beside)
    here = os.open(os.path.dirname(beside), os.O_RDONLY | os.O_CLOEXEC)
    try:
        # With a folder's descriptor, Python calls linkat(), which follows the link to
        # the file; without, it calls link(), which does not.
        os.link(f"/proc/self/fd/{fd}", beside, dst_dir_fd=here, follow_symlinks=True)
    finally:
        os.close(here)


class Upload:
    """A file on another machine that is there whole or not at all.

    It is written on this one first, and sent when it is finished.
    """

    def __init__(self, url: str) -> None:
        """Open a private file where temporary ones go.

        Raises `RunError`, also where the store cannot be reached at all.
        """
        from tempfile import gettempdir  # noqa: PLC0415 - start-up

        from newsingest.run import remote  # noqa: PLC0415 - an extra

        self.url = url
        self._remote = remote
        remote.check_writable(os.fsencode(url))
        name = f"newsingest.{os.getpid()}.{os.path.basename(url)}"
        self.file = AtomicFile(os.path.join(gettempdir(), name))

    def write(self, lines: bytes) -> None:
        """Append lines. Raises `RunError` when the disk is full."""
        self.file.write(lines)

    def commit(self) -> None:
        """Finish the file here, then send it.

        Raises `RunError`; what could not be sent is kept here.
        """
        self.file.commit()
        try:
            self._remote.put(self.file.path, os.fsencode(self.url))
        except RunError as error:
            kept = f"what was to be sent is kept in {self.file.path}"
            raise RunError(f"{error}; {kept}", error.status) from None
        os.unlink(self.file.path)

    def discard(self) -> None:
        """Send nothing, keep nothing."""
        self.file.discard()


class Known(NamedTuple):
    """What a ledger knows of a file: how far it is whole, and its last line's hash.

    `closed`: the run that wrote it came to its end, nothing can follow.
    """

    offset: int
    tail: str
    closed: bool = False


class AppendedFile:
    """A file that grows by whole lines from run to run (`--state`).

    What was written is kept until `sync` in memory: each sync ends a stream of its own
    where the file is compressed, and streams may follow one another.
    """

    def __init__(self, path: str, known: Known | None) -> None:
        """Open for appending; cut back what no ledger knows of.

        Without `known`, all whole lines count. Raises `RunError`, also when the file
        is not the one that is known: its records would be taken for done; and when
        another run or `compact` is writing it.
        """
        self.path = path
        self.tail = known.tail if known else ""
        self._pending: list[bytes] = []
        if known and known.offset and not os.path.exists(path):
            raise self._not_known(known)
        try:
            self._fd = _locked(path, os.O_RDWR | os.O_CREAT)
            size = os.fstat(self._fd).st_size
            self.offset = self._whole(size, known)
            self.cut = size - self.offset
            os.ftruncate(self._fd, self.offset)
            os.lseek(self._fd, self.offset, os.SEEK_SET)
            sync_folder(path)
        except OSError as error:
            raise cannot_write(path, error) from None

    def _whole(self, size: int, known: Known | None) -> int:
        """Up to where the file is to be kept."""
        packed = _suffix(self.path) in SUFFIXES
        if known is None:
            return size if packed else _last_line_end(self._fd, size)
        if (
            size < known.offset
        ):  # what `newsingest compact` leaves ends in the same line
            if not size or self._last_line(size) != known.tail:
                raise self._not_known(known)
            return size
        if not packed and self._last_line(known.offset) != known.tail:
            raise self._not_known(known)
        end = size if packed else max(known.offset, _last_line_end(self._fd, size))
        if known.closed and end > known.offset:
            raise self._grown(end - known.offset)
        return known.offset

    def _last_line(self, end: int) -> str:
        """The hash of the last whole line before `end`."""
        if not end:
            return ""
        if _suffix(self.path) not in SUFFIXES:
            start = _last_line_end(self._fd, end - 1)
            return line_hash(os.pread(self._fd, end - start, start))
        line = rest = b""
        name = os.fsencode(self.path)
        try:
            with (
                open(self.path, "rb") as file,
                reading.damage_is_a_reject(),
                reading.unpacked(file, name) as stream,
            ):
                while part := stream.read(reading.CHUNK):
                    *whole, rest = (rest + part).splitlines(keepends=True)
                    if rest.endswith(b"\n"):
                        whole, rest = [*whole, rest], b""
                    line = whole[-1] if whole else line
        except RejectedError:
            return "damaged"
        return line_hash(line)

    def _not_known(self, known: Known) -> RunError:
        return RunError(
            f"{_shown(self.path)} is not the file that --state knows, with records in "
            f"{known.offset:,} bytes: put it back; or name another -o, and only what "
            "is new goes there; or remove the state file, and everything is done again"
        )

    def _grown(self, more: int) -> RunError:
        return RunError(
            f"{_shown(self.path)} has {more:,} bytes more than when the last run with "
            "this --state ended: somebody else writes it; name another -o for this "
            "state, and only what is new goes there"
        )

    def write(self, lines: bytes) -> None:
        """Append lines; they are promised by `sync`. Raises `RunError`."""
        if lines:
            self._pending.append(lines)

    def sync(self) -> Known:
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
            self.tail = line_hash(lines[lines.rfind(b"\n", 0, -1) + 1 :])
        return Known(self.offset, self.tail)

    def commit(self) -> None:
        """Close; `sync` has been called."""
        os.close(self._fd)

    def discard(self) -> None:
        """Keep what is synced, forget the rest."""
        with suppress(OSError):
            os.close(self._fd)


def _locked(path: str, flags: int) -> int:
    """Open a file that others must not write meanwhile. Raises `RunError`, `OSError`.

    The lock is the kernel's and goes with the process.
    """
    while True:
        fd = os.open(path, flags | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            raise RunError(
                f"another run is writing {_shown(path)}: wait for its end", LOCKED
            ) from None
        except OSError as error:
            # Some network file systems have no locks, or none for who only reads.
            if error.errno not in {errno.ENOLCK, errno.ENOTSUP, errno.EBADF}:
                raise
        if os.path.samestat(os.fstat(fd), os.stat(path)):
            return fd
        os.close(fd)  # `compact` has just put another in its place


@contextmanager
def alone(path: str) -> Iterator[None]:
    """Keep runs from writing a file meanwhile. Raises `RunError`."""
    try:
        fd = _locked(path, os.O_RDONLY)
    except OSError as error:
        raise RunError(reading.cannot_read(_shown(path), error)) from None
    try:
        yield
    finally:
        os.close(fd)


def line_hash(line: bytes) -> str:
    """What a line is known by."""
    return sha256(line).hexdigest()[:32]


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
    if is_remote(os.fsencode(path)):
        return Upload(path)
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


def is_device(path: str) -> bool:
    """Whether a path is there and is no regular file: nothing can take its place."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


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
        "file too large": "raise the limit (ulimit -f), or choose another disk",
        "file exists": "name another place: this is a file",
        "bad file descriptor": "open it, or name a file with -o",
    }
    remedy = remedies.get(why, "nothing was promoted; run again")
    return RunError(f"cannot write {_shown(name)}: {why}: {remedy}")


def _shown(path: str) -> str:
    return printable(os.fsencode(path))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

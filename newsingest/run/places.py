"""Small things done to files by name, whether the name is a path or an address."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from newsingest.article.record import RejectedError
from newsingest.run import sinks
from newsingest.run.inputs import is_remote
from newsingest.run.reading import cannot_read
from newsingest.run.summary import USAGE, RunError

if TYPE_CHECKING:
    from collections.abc import Iterator


def far(path: str) -> bool:
    """Whether it is an address."""
    return is_remote(os.fsencode(path))


def content(path: str) -> bytes | None:
    """A small file whole; `None` where there is none, or none that can be read.

    Raises `RunError` where a store does not answer: what is in it is not known then.
    """
    if far(path):
        from newsingest.run import remote  # noqa: PLC0415 - an extra

        return remote.content(os.fsencode(path))
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def size(path: str) -> int | None:
    """The bytes of a file; `None` where there is none. Raises `RunError`."""
    if far(path):
        from newsingest.run import remote  # noqa: PLC0415 - an extra

        return remote.size(os.fsencode(path))
    try:
        return os.stat(path).st_size
    except OSError:
        return None


def remove(path: str) -> None:
    """Take a file away, if it is there. Raises `RunError`, `OSError`."""
    if far(path):
        from newsingest.run import remote  # noqa: PLC0415 - an extra

        remote.remove(os.fsencode(path))
        return
    with suppress(FileNotFoundError):
        os.unlink(path)


@contextmanager
def opened(path: str, *, lines: bool = False) -> Iterator[IO[bytes]]:
    """A file to read, from an end to the other or only some `lines`.

    Raises `OSError`, or `RejectedError` where a store does not.
    """
    if far(path):
        from newsingest.run import remote  # noqa: PLC0415 - an extra

        step = remote.LINES if lines else remote.RANGE
        with remote.opened(os.fsencode(path), step) as stream:
            yield stream
        return
    with open(path, "rb") as file:
        yield file


@contextmanager
def named(path: str, said: str, remedy: str = "") -> Iterator[IO[bytes]]:
    """A file that the command line names with the words `said`, to read.

    Raises `RunError`, in reading too: wrong usage where there is no such file.
    """
    if far(path) and not exists(path):
        raise RunError(f"{said}: no such file{remedy}", USAGE)
    try:
        with opened(path, lines=True) as file:
            yield file
    except RejectedError as error:
        raise RunError(f"{said}: {error.detail}: run again when it answers") from None
    except OSError as error:
        raise RunError(f"{cannot_read(said, error)}{remedy}", USAGE) from None


def exists(path: str) -> bool:
    """Whether there is such a file. Raises `RunError` where a store does not answer."""
    if far(path):
        from newsingest.run import remote  # noqa: PLC0415 - an extra

        return remote.exists(os.fsencode(path))
    return os.path.exists(path)


def names(folder: str) -> list[str]:
    """The names in a folder, of a store also those below. Raises `RunError`."""
    if far(folder):
        from newsingest.run import remote  # noqa: PLC0415 - an extra

        return remote.names_below(os.fsencode(folder))
    try:
        return os.listdir(folder)
    except OSError as error:
        raise RunError(cannot_read(folder, error)) from None


def remove_folder(folder: str) -> None:
    """Take a folder away with all that is in it. Raises `RunError`, `OSError`."""
    if far(folder):
        from newsingest.run import remote  # noqa: PLC0415 - an extra

        remote.remove_below(os.fsencode(folder))
        return
    shutil.rmtree(folder)


def check_writable(path: str | None) -> None:
    """Refuse a place in a store that cannot be written. Raises `RunError`."""
    if path and far(path):
        from newsingest.run import remote  # noqa: PLC0415 - an extra

        remote.check_writable(os.fsencode(path))


def lengthen(path: str) -> None:
    """Make a mark a byte longer. Raises `RunError`."""
    if far(path):  # where nothing can be appended
        sinks.write_atomically(path, b"." * ((size(path) or 0) + 1))
        return
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        os.write(fd, b".")
        os.close(fd)
    except OSError as error:
        raise sinks.cannot_write(path, error) from None


def shorten(path: str) -> None:
    """Make a mark a byte shorter; none is left of the last. Never raises `OSError`."""
    left = (size(path) or 0) - 1
    with suppress(OSError):  # a twin may have ended, and taken it away
        if left <= 0:
            remove(path)
        elif far(path):
            sinks.write_atomically(path, b"." * left)
        else:
            os.truncate(path, left)


def folder_made(folder: str) -> None:
    """Make a folder, where there are folders. Raises `RunError`."""
    if far(folder):
        from newsingest.run import remote  # noqa: PLC0415 - an extra

        name = os.fsencode(f"{folder.rstrip('/')}/x")
        remote.check_writable(name, may_make=True)
        return
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise sinks.cannot_write(folder, error) from None

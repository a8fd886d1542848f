"""Small things done to files by name, whether the name is a path or an address."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from newsingest.run import sinks
from newsingest.run.inputs import is_remote

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
def opened(path: str) -> Iterator[IO[bytes]]:
    """A file to read. Raises `OSError`, or `RejectedError` where a store does not."""
    if far(path):
        from newsingest.run import remote  # noqa: PLC0415 - an extra

        with remote.opened(os.fsencode(path)) as stream:
            yield stream
        return
    with open(path, "rb") as file:
        yield file


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

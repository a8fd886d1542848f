"""What is read: one article to come, the folder it is in, which files are taken."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from newsingest.article.patterns import lazy
from newsingest.run import reading

if TYPE_CHECKING:
    from newsingest.article.record import Reason

ARTICLES = (b".txt", *(b".txt" + suffix for suffix in reading.COMPRESSED))
"""What is read in a folder without `--include`; in any case, for the corpora that were
burnt on CDs by Windows."""
RACE_NS = 2 * 10**9
"""Two writes may share a time stamp: of the clock's tick, or on FAT of two seconds."""
ARCHIVES = (
    *(b".zip", b".tar", b".tgz", b".tbz2", b".txz"),
    *(b".tar" + suffix for suffix in reading.COMPRESSED),
)


class Stamp(NamedTuple):
    """What a listing on another machine says of a file; `None` where it does not say.

    `mark` is what a ledger compares instead of a time on disk.
    """

    size: int | None = None
    mtime_ns: int | None = None
    mark: int | None = None


class Input(NamedTuple):
    """One article to come: where it is and what it will be called.

    `file` is what to open: a path, or a URL. `path` and `source` go to the record.
    `raw` is set where the bytes are here already, `problem` where it is known that
    there will be none.
    """

    file: bytes
    path: str
    source: str
    raw: bytes | None = None
    problem: tuple[Reason, str] | None = None
    known: str | None = None
    """The SHA-256 that its last record was made from, where a ledger knows it."""
    stamp: Stamp | None = None
    """What is known of a file on another machine."""


class Done(NamedTuple):
    """How one input ended, for the ledger: `size` and `mtime_ns` are those on disk."""

    path: str
    source: str
    size: int
    mtime_ns: int
    sha256: str
    verdict: str


class Root(NamedTuple):
    """A folder, file or archive to read.

    `below` is the part of `path` that comes before the names found in a folder;
    of a file it is the whole path. `only` names the members of an archive that are
    wanted; with none, all are.
    """

    file: bytes
    below: bytes
    source: str
    folder: bool
    only: tuple[str, ...] = ()
    stamp: Stamp | None = None


class Selection(NamedTuple):
    """Which files of a folder are read, and how far."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    follow_symlinks: bool = False
    max_bytes: int = 32 << 20


_SCHEME = lazy(rb"[A-Za-z][A-Za-z0-9+.-]*://")


def is_remote(path: bytes) -> bool:
    """Whether a path is an address, to be reached through fsspec.

    >>> is_remote(b"s3://bucket/news/"), is_remote(b"news/1.txt")
    (True, False)
    """
    return b"://" in path and bool(_SCHEME.match(path))


def racy(mtime_ns: int) -> bool:
    """Whether a file may change once more without its time stamp telling.

    So it is while the stamp is not yet old, or where a clock went backwards.
    """
    return mtime_ns > time.time_ns() - RACE_NS


def included(selection: Selection, path: bytes) -> bool:
    """Whether `--include` takes a path below its folder."""
    if not selection.include:
        return path.endswith(b".txt") or path.lower().endswith(ARTICLES)
    return _matches(selection.include, path)


def is_archive(name: bytes) -> bool:
    """Whether the articles are in it; names that say so are few among many."""
    return not name.endswith(b".txt") and name.lower().endswith(ARCHIVES)


def excluded(selection: Selection, path: bytes) -> bool:
    """Whether `--exclude` drops a path below its folder."""
    return bool(selection.exclude) and _matches(selection.exclude, path)


def _matches(globs: tuple[str, ...], path: bytes) -> bool:
    """Match the whole path, or its last name where the glob has no slash."""
    whole = printable(path)
    name = whole.rpartition("/")[2]
    return any(
        fnmatchcase(whole, glob) or ("/" not in glob and fnmatchcase(name, glob))
        for glob in globs
    )


_LOOKS_ESCAPED = lazy(rb"\\(?=x[0-9a-f]{2})")
_ESCAPE = lazy(rb"\\x([0-9a-f]{2})")


def printable(name: bytes) -> str:
    r"""A path as text that JSON can hold, whatever its bytes; no two become one.

    Bytes that are not UTF-8 are written as `\xNN`; a name that has that printed in it
    has its backslash written so too.

    >>> print(printable(b"caf\xe9.txt"), printable(b"caf\\xe9.txt"))
    caf\xe9.txt caf\x5cxe9.txt
    """
    if b"\\" in name:
        name = _LOOKS_ESCAPED.sub(rb"\\x5c", name)
    return name.decode("utf-8", "backslashreplace")


def unprintable(path: bytes) -> bytes:
    r"""The bytes behind a `printable` path.

    >>> unprintable(b"caf\\xe9.txt")
    b'caf\xe9.txt'
    """
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), path)

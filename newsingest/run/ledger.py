"""What is already done (SQLite, one lock).

A row says that the record of an input is on disk, so rows are committed only after the
output was flushed and synced. The ledger can be thrown away: then everything is done
again. Inputs are known by source and path, a change by size and mtime, then by SHA-256.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import time
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from newsingest.run import archives, gate
from newsingest.run.inputs import (
    ARCHIVES,
    Done,
    is_remote,
    printable,
    racy,
    unprintable,
)
from newsingest.run.summary import LOCKED, RunError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from newsingest.run.inputs import Input, Root, Selection, Stamp

RECORD, GONE, ARCHIVE = "record", "gone", "archive"
"""Verdicts beside the reasons of rejects: its record is on disk; so it is, but the
input is there no more; an archive of which every member has its record on disk."""
KNOWN = {RECORD, GONE, "unreadable"}
"""Verdicts of rows whose SHA-256, if they have one, is that of the last record."""
FORMAT = 1
TABLES = """
create table if not exists said (name text primary key, value text) without rowid;
create table if not exists done (
    id integer primary key, source text, path text, size integer, mtime_ns integer,
    sha256 text, verdict text, unique (source, path)
);
"""
MAGIC = b"SQLite format 3\0"
FIND = (
    "select id, size, mtime_ns, sha256, verdict from done where source = ? and path = ?"
)
TAKE = """
insert into done (source, path, size, mtime_ns, sha256, verdict)
values (?, ?, ?, ?, ?, ?)
on conflict (source, path) do update set size = excluded.size,
    mtime_ns = excluded.mtime_ns, verdict = excluded.verdict, sha256 = case
        when excluded.verdict = 'unreadable'
            and verdict in ('record', 'gone', 'unreadable')
        then sha256 else excluded.sha256 end
"""
"""Of what cannot be read for once, its last record is still known."""
MEMBERS = "select id from done where source = ? and path >= ? and path < ?"
BELOW = (
    "select id, path from done where source = ? and verdict = ? "
    "and path >= ? and (path < ? or ? = '')"
)
LOCK_POLL = 0.1
"""Seconds between two tries for a lock that somebody holds."""


def _no_other_file(fd: int) -> None:
    """SQLite overwrites a file of less than a page, `--state notes.txt` say."""
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        raise sqlite3.DatabaseError("a device or a pipe")
    head = os.pread(fd, len(MAGIC), 0)
    if head and head != MAGIC:
        raise sqlite3.DatabaseError("file is not a database")


def _remedy(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_BUSY:
        return "another program has it open: close that, and run again"
    if code == sqlite3.SQLITE_FULL:
        return "free some space and run again"
    return (
        "it is no state file, or its folder cannot be written; name another, or remove "
        "it and everything is done again"
    )


class Ledger:
    """The state file of one run, locked until it is closed."""

    def __init__(self, path: str, lock_wait: float = 0.0) -> None:
        """Open or make a state file and lock it.

        Raises `RunError`: status 11 when another run holds the lock, 1 for a file that
        cannot be opened or is no state file.
        """
        self.path = path
        self.name = printable(os.fsencode(path))
        self.skipped: Counter[str] = Counter()
        self._seen = bytearray()
        self._lock = self._locked(lock_wait)
        try:
            _no_other_file(self._lock)
            self._base = sqlite3.connect(path, isolation_level=None)
            self._base.execute("pragma journal_mode = wal")
            self._base.execute("pragma synchronous = full")
            self._check_format()
            self._base.executescript(TABLES)
            self._base.execute(f"pragma user_version = {FORMAT}")
            self._last = self._number("select max(id) from done")
        except sqlite3.Error as error:
            os.close(self._lock)
            raise RunError(f"--state {self.name}: {error}: {_remedy(error)}") from None
        self._seen = bytearray(self._last // 8 + 1)

    def _check_format(self) -> None:
        tables = self._number("select count(*) from sqlite_master")
        if tables and self._number("pragma user_version") != FORMAT:
            raise sqlite3.DatabaseError("made by another version of newsingest")

    def _number(self, query: str) -> int:
        return int(self._base.execute(query).fetchone()[0] or 0)

    def _locked(self, lock_wait: float) -> int:
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise RunError(
                f"--state {self.name}: {why}: name a file in a folder that is there "
                "and that you can write to"
            ) from None
        until = time.monotonic() + lock_wait
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    os.close(fd)
                    raise RunError(
                        f"another run holds the lock on {self.name}: wait for it, or "
                        "say --lock-wait SECONDS",
                        LOCKED,
                    ) from None
                time.sleep(LOCK_POLL)
            else:
                return fd

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """A full disk, a damaged file: one clear line."""
        try:
            yield
        except sqlite3.Error as error:
            raise RunError(
                f"--state {self.name}: {error}: free some space, or look at its disk; "
                "what is not in it is done again by the next run"
            ) from None

    def said(self, name: str) -> str | None:
        """What an earlier run noted under a name."""
        with self._failures():
            query = "select value from said where name = ?"
            found = self._base.execute(query, [name]).fetchone()
        return str(found[0]) if found else None

    def note(self, name: str, value: str) -> None:
        """Note something for later runs, at once."""
        with self._failures():
            self._base.execute("replace into said values (?, ?)", [name, value])

    def forget(self) -> None:
        """Take nothing for done: the configuration has changed."""
        with self._failures():
            self._base.execute("delete from done")
        self._last, self._seen = 0, bytearray(1)

    def undone(self, inputs: Iterable[Input]) -> Iterator[Input]:
        """The inputs that are new or changed; others are counted as `unchanged`.

        One whose size or mtime differs carries the SHA-256 that it had: the worker
        that reads it finds out whether it has really changed.
        """
        with self._failures():
            cursor = self._base.cursor()
            for item in inputs:
                row = cursor.execute(FIND, (item.source, item.path)).fetchone()
                found = self._judged(item, row) if row else item
                if found:
                    yield found

    def _judged(self, item: Input, row: tuple[int, int, int, str, str]) -> Input | None:
        number, size, mtime_ns, sha256, verdict = row
        self._see(number)
        if verdict not in KNOWN or not sha256:
            return item
        found = _stamp(item.file, item.stamp)
        same = item.raw is None and (size, mtime_ns) == found
        if verdict == RECORD and same:
            self.skipped["unchanged"] += 1
            return None
        return item._replace(known=sha256)

    def _see(self, number: int) -> None:
        if number <= self._last:  # newer ones are of this run
            self._seen[number >> 3] |= 1 << (number & 7)

    def archive(self, root: Root, selection: str) -> bool:
        """Whether an archive has not changed; its members are then `unchanged`.

        `selection` stands for which members are taken: it must not have changed either.
        """
        path = printable(root.below)
        row = self._base.execute(FIND, (root.source, path)).fetchone()
        if row is None or row[1:3] != _stamp(root.file, root.stamp):
            return False
        if row[3:] != (selection, ARCHIVE):
            return False
        within = (root.source, path + "/", path + "0")  # the character after `/`
        for (number,) in self._base.execute(MEMBERS, within):
            self._see(number)
            self.skipped["unchanged"] += 1
        return True

    def vanished(
        self, root: Root, unread: Container[str], *, may_be_all: bool
    ) -> list[str] | None:
        """The inputs below a folder with a record that are there no more.

        Each is told once. `unread` are archives that could not be read. `None` where
        all that was known of the folder is gone, unless that may be.
        """
        below = printable(root.below)
        within = (below, below[:-1] + "0", below)  # the character after `/`
        gone, there = dict[int, str](), False
        with self._failures():
            rows = self._base.execute(BELOW, (root.source, RECORD, *within))
            for number, path in rows:
                if number <= self._last and not self._was_seen(number):
                    gone[number] = path
                else:
                    there = True
            if gone and not there and not may_be_all:
                return None
            gone = {
                number: path
                for number, path in gone.items()
                if _is_gone(root, path.removeprefix(below), unread)
            }
            self._base.execute("begin immediate")
            marks = [(GONE, number) for number in gone]
            self._base.executemany("update done set verdict = ? where id = ?", marks)
            self._base.execute("commit")
        return [f"{root.source}/{path}" for path in gone.values()]

    def _was_seen(self, number: int) -> bool:
        return bool(self._seen[number >> 3] & (1 << (number & 7)))

    def commit(self, done: Iterable[Done], notes: Iterable[tuple[str, str]]) -> None:
        """Take inputs for done, and note what goes with that, in one go."""
        rows = [
            (one.source, one.path, one.size, one.mtime_ns, one.sha256, one.verdict)
            for one in done
        ]
        with self._failures():
            self._base.execute("begin immediate")
            self._base.executemany(TAKE, rows)
            for name, value in notes:
                self.note(name, value)
            self._base.execute("commit")

    def close(self) -> None:
        """Let go of the file and of the lock."""
        with suppress(sqlite3.Error):
            self._base.close()
        os.close(self._lock)


class Gate(gate.Gate):
    """The way into archives that passes over those that have not changed."""

    def __init__(self, ledger: Ledger) -> None:
        """Remember what is read."""
        self._ledger = ledger
        self._read: dict[tuple[str, str], tuple[int, int, str]] = {}
        self._spoilt: set[tuple[str, str]] = set()
        self.unread: set[str] = set()
        """Archives that could not be read, or not to their end."""

    def members(
        self, root: Root, selection: Selection, skipped: Counter[str]
    ) -> Iterator[Input]:
        """The articles of one archive; none where it has not changed."""
        taken = repr((selection.include, selection.exclude))
        if not root.only and self._ledger.archive(root, taken):
            return
        stamp = _stamp(root.file, root.stamp)
        whole = printable(root.below)
        for item in archives.members(root, selection, skipped):
            if item.path == whole:
                self.unread.add(whole)
            yield item
        if stamp and not root.only and not racy(stamp[1]):
            self._read[root.source, printable(root.below)] = (*stamp, taken)

    def spoil(self, source: str, path: str) -> None:
        """An input was rejected: an archive that it is in is read again next time."""
        parts = path.split("/")
        for at, name in enumerate(parts, 1):
            if name.lower().encode("utf-8", "replace").endswith(ARCHIVES):
                self._spoilt.add((source, "/".join(parts[:at])))

    def whole(self) -> Iterator[Done]:
        """The archives of which every member has its record."""
        for (source, path), (size, mtime_ns, taken) in self._read.items():
            if (source, path) not in self._spoilt:
                yield Done(path, source, size, mtime_ns, taken, ARCHIVE)


def _is_gone(root: Root, below: str, unread: Container[str]) -> bool:
    """Whether a file or member is there no more, not only out of reach or left out."""
    name = unprintable(below.encode())
    parts = name.split(b"/")
    for at in range(1, len(parts)):
        archive = root.below + b"/".join(parts[:at])
        if archive.lower().endswith(ARCHIVES) and printable(archive) in unread:
            return False
    if is_remote(root.file):
        from newsingest.run import listing  # noqa: PLC0415 - an extra

        return listing.is_missing(root, name)
    try:
        os.lstat(os.path.join(root.file, name))
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _stamp(file: bytes, listed: Stamp | None) -> tuple[int, int] | None:
    """Size and time of a file; of one on another machine, what its listing said."""
    if is_remote(file):
        size, _, mark = listed or (None, None, None)
        return None if size is None or mark is None else (size, mark)
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns

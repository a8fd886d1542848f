"""What is already done (SQLite, one lock).

A row says that the record of an input is on disk, so rows are committed only after the
output was flushed and synced. The ledger can be thrown away: then everything is done
again. Inputs are known by source and path, a change by size and mtime, then by SHA-256.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from newsingest.run.summary import LOCKED, RunError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from newsingest.run.inputs import Done, Input

RECORD = "record"
FORMAT = "1"
TABLES = """
create table if not exists said (name text primary key, value text) without rowid;
create table if not exists done (
    key blob primary key, size integer, mtime_ns integer, sha256 text, verdict text,
    source text
) without rowid;
"""
MAGIC = b"SQLite format 3\0"
LOCK_POLL = 0.1
"""Seconds between two tries for a lock that somebody holds."""


def _no_other_file(fd: int) -> None:
    """SQLite overwrites a file of less than a page, `--state notes.txt` say."""
    head = os.pread(fd, len(MAGIC), 0)
    if head and head != MAGIC:
        raise sqlite3.DatabaseError("file is not a database")


class Ledger:
    """The state file of one run, locked until it is closed."""

    def __init__(self, path: str, lock_wait: float = 0.0) -> None:
        """Open or make a state file and lock it.

        Raises `RunError`: status 11 when another run holds the lock, 1 for a file that
        cannot be opened or is no state file.
        """
        self.path = path
        self.skipped: Counter[str] = Counter()
        self.known = 0
        self._lock = self._locked(lock_wait)
        try:
            _no_other_file(self._lock)
            self._base = sqlite3.connect(path, isolation_level=None)
            self._base.execute("pragma journal_mode = wal")
            self._base.execute("pragma synchronous = full")
            self._base.executescript(TABLES)
            counts = "select source, count(*) from done group by source"
            self._before: dict[str, int] = dict(self._base.execute(counts))
        except sqlite3.Error as error:
            os.close(self._lock)
            raise RunError(
                f"--state {path}: {error}: it is no state file; name another, or "
                "remove it and everything is done again"
            ) from None

    def _locked(self, lock_wait: float) -> int:
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise RunError(
                f"--state {self.path}: {why}: name a file in a folder that is there "
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
                        f"another run holds the lock on {self.path}: wait for it, or "
                        "say --lock-wait SECONDS",
                        LOCKED,
                    ) from None
                time.sleep(LOCK_POLL)
            else:
                return fd

    def said(self, name: str) -> str | None:
        """What an earlier run noted under a name."""
        row = self._base.execute("select value from said where name = ?", [name])
        found = row.fetchone()
        return str(found[0]) if found else None

    def note(self, name: str, value: str) -> None:
        """Note something for later runs, at once."""
        self._base.execute("replace into said values (?, ?)", [name, value])

    def forget(self) -> None:
        """Take nothing for done: the configuration has changed."""
        self._base.execute("delete from done")
        self._before = {}

    def undone(self, inputs: Iterable[Input]) -> Iterator[Input]:
        """The inputs that are new or changed; others are counted as `unchanged`.

        One whose size or mtime differs carries the SHA-256 that it had: the worker
        that reads it finds out whether it has really changed.
        """
        find = "select size, mtime_ns, sha256, verdict from done where key = ?"
        cursor = self._base.cursor()
        for item in inputs:
            row = cursor.execute(find, [key(item.source, item.path)]).fetchone()
            if row is None:
                yield item
                continue
            self.known += 1
            size, mtime_ns, sha256, verdict = row
            if verdict != RECORD:
                yield item
            elif item.raw is None and (size, mtime_ns) == _stamp(item.file):
                self.skipped["unchanged"] += 1
            else:
                yield item._replace(known=sha256)

    def vanished(self, sources: set[str]) -> int:
        """How many inputs of earlier runs, of these sources, were not found again."""
        return max(0, sum(self._before.get(one, 0) for one in sources) - self.known)

    def commit(self, done: Iterable[Done], output: str, offset: int | None) -> None:
        """Take inputs for done, and the output for whole up to `offset` bytes."""
        rows = [
            (key(one.source, one.path), one.size, one.mtime_ns, one.sha256, one.verdict,
             one.source)
            for one in done
        ]  # fmt: skip
        self._base.execute("begin immediate")
        self._base.executemany("replace into done values (?, ?, ?, ?, ?, ?)", rows)
        if offset is not None:
            self.note(f"offset {output}", str(offset))
        self._base.execute("commit")

    def close(self) -> None:
        """Let go of the file and of the lock."""
        with suppress(sqlite3.Error):
            self._base.close()
        os.close(self._lock)


def key(source: str, path: str) -> bytes:
    """What an input is called in the ledger: the record's id."""
    return hashlib.sha256(f"{source}\0{path}".encode("utf-8", "replace")).digest()[:16]


def _stamp(file: bytes) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns

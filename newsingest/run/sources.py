"""Folders, lists, archives, stdin → inputs, in a fixed order.

Inputs are yielded one by one, in the byte order of their whole paths below each folder
given, and hold no contents (except those of stdin and of archive members, which have
no other place). A folder's own names are held while it is walked, nothing else.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from newsingest.article.record import RejectedError
from newsingest.run import reading
from newsingest.run.gate import Gate
from newsingest.run.inputs import (
    Input,
    Root,
    Selection,
    excluded,
    included,
    is_archive,
    is_remote,
    printable,
    unprintable,
)
from newsingest.run.summary import FAILED, USAGE, RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from newsingest.article.record import Reason


class Lines(Protocol):
    """What a list is read from."""

    def read1(self, most: int, /) -> bytes:
        """Some bytes; none at the end."""


class Sources:
    """Everything a run is to read; iterate to get the inputs, once.

    `skipped` counts what was knowingly passed over so far.
    """

    def __init__(
        self,
        roots: tuple[Root, ...],
        selection: Selection,
        listed: Callable[[], Iterable[Root | Input]] | None = None,
        stdin: Callable[[], Input | None] | None = None,
    ) -> None:
        """Read nothing yet."""
        self.roots, self.selection = roots, selection
        self.listed, self.stdin = listed, stdin
        self.gate = Gate()
        self.skipped: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Input]:
        """The inputs: PATHs in the order given, then lists, then stdin."""
        found = self._all()
        shared = Counter(root.source for root in self.roots)
        if self.listed or any(n > 1 for n in shared.values()):
            found = self._once(found)
        return found

    def _all(self) -> Iterator[Input]:
        for root in self.roots:
            yield from self._below(root)
        for item in self.listed() if self.listed else ():
            if isinstance(item, Input):
                yield item
            else:
                yield from self._below(item)
        if self.stdin and (article := self.stdin()):
            yield article

    def _below(self, root: Root) -> Iterator[Input]:
        if root.folder and is_remote(root.file):
            yield from self._listed_remotely(root)
        elif root.folder:
            yield from Walk(root, self.selection, self.skipped, self.gate)
        elif is_archive(root.file):
            yield from self.gate.members(root, self.selection, self.skipped)
        else:
            path = printable(root.below)
            yield Input(root.file, path, root.source, stamp=root.stamp)

    def _listed_remotely(self, root: Root) -> Iterator[Input]:
        from newsingest.run import listing, remote  # noqa: PLC0415 - an extra

        try:
            for found in listing.Listing(root, self.selection, self.skipped):
                if isinstance(found, Root):
                    yield from self.gate.members(found, self.selection, self.skipped)
                else:
                    yield found
        except remote.StoreError as error:
            if error.passing or root in self.roots:
                raise remote.failed(root.file, error) from None
            path = printable(root.below.rstrip(b"/")) or "."
            why = f"folder: {error}"
            yield Input(root.file, path, root.source, problem=("unreadable", why))

    def _once(self, found: Iterator[Input]) -> Iterator[Input]:
        """Give every id once: the same file twice is skipped, two files are refused."""
        seen: dict[bytes, bytes] = {}
        for item in found:
            name = sha256(f"{item.source}\0{item.path}".encode()).digest()[:16]
            file = sha256(os.path.realpath(item.file)).digest()[:8]
            first = seen.setdefault(name, file)
            if first is file:
                yield item
            elif first == file and item.raw is None:
                self.skipped["duplicate"] += 1
            else:
                raise same_name(item.path, item.source)


def same_name(path: str, source: str) -> RunError:
    """Two inputs that would have one id."""
    return RunError(
        f"two inputs are called {path!r} in the source {source!r} and would have the "
        "same id: read them in two runs, each with its own --source"
    )


def count(roots: Iterable[Root], selection: Selection) -> Iterator[int]:
    """Count the files of folders in steps, for an honest progress bar."""
    total = 0
    for root in roots:
        walk = Walk(root, selection, Counter(), None)
        for _ in walk if root.folder and not is_remote(root.file) else (root,):
            total += 1
            yield total


class Walk:
    """The inputs below one folder, in the byte order of their whole paths."""

    def __init__(
        self,
        root: Root,
        selection: Selection,
        skipped: Counter[str],
        gate: Gate | None,
    ) -> None:
        """`gate` is the way into archives; without one they count as one input each."""
        self.root, self.selection = root, selection
        self.skipped, self.gate = skipped, gate

    def __iter__(self) -> Iterator[Input]:
        """Walk with a stack, not by recursion: folders may be hundreds deep."""
        source = self.root.source
        stack = [self._names(self.root.file, self.root.below)]
        chain = [self._identity(self.root.file)]
        while stack:
            names, odd, folder, below = stack[-1]
            name = next(names, None)
            if name is None:
                stack.pop()
                chain.pop()
                continue
            file, path = folder + name, below + name
            if name.endswith(b"/"):
                identity = self._identity(file)
                if identity and identity in chain:
                    self.skipped["symlink-loop"] += 1
                    continue
                stack.append(self._names(file[:-1], path))
                chain.append(identity)
            elif name in odd:
                yield Input(file, printable(path), source, problem=odd[name])
            elif self.gate and is_archive(name):
                root = Root(file, path, source, folder=False)
                yield from self.gate.members(root, self.selection, self.skipped)
            else:
                yield Input(file, printable(path), source)

    def _identity(self, folder: bytes) -> tuple[int, int] | None:
        """What a folder is called when loops are possible."""
        if not self.selection.follow_symlinks:
            return None
        try:
            found = os.stat(folder)
        except OSError:
            return (-1, -1)  # gone: reading its names will say so
        return found.st_dev, found.st_ino

    def _names(
        self, folder: bytes, below: bytes
    ) -> tuple[Iterator[bytes], dict[bytes, tuple[Reason, str]], bytes, bytes]:
        """A folder's names in order; a folder among them ends in `/`.

        That is how it sorts in a path: `a.txt` is before `a/b.txt`, since `.` < `/`.
        """
        odd: dict[bytes, tuple[Reason, str]] = {}
        names: list[bytes] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name, problem = self._entry(entry, below)
                    if name:
                        names.append(name)
                    if problem:
                        odd[name] = problem
        except OSError as error:
            # The folder itself is the input that gave no record.
            odd[b""] = ("unreadable", f"folder: {reading.reason(error)}")
            return iter([b""]), odd, folder, below.rstrip(b"/") or b"."
        names.sort()
        return _packed(names), odd, os.path.join(folder, b""), below

    def _entry(
        self, entry: os.DirEntry[bytes], below: bytes
    ) -> tuple[bytes, tuple[Reason, str] | None]:
        """A name to keep, or an empty one; and why it cannot be read, if known."""
        name = entry.name
        if name.startswith(b"."):
            return b"", None
        plain = entry.is_file(
            follow_symlinks=False
        )  # nearly all: nothing more is asked
        if not plain and _is_folder(entry):
            return self._folder(entry, below), None
        if not included(self.selection, below + name) and not is_archive(name):
            return b"", None
        if excluded(self.selection, below + name):
            self.skipped["excluded"] += 1
            return b"", None
        return name, None if plain else self._odd(entry)

    def _folder(self, entry: os.DirEntry[bytes], below: bytes) -> bytes:
        """The name to keep of a folder, or an empty one."""
        if excluded(self.selection, below + entry.name):
            self.skipped["excluded"] += 1
            return b""
        if entry.is_symlink() and not self.selection.follow_symlinks:
            self.skipped["symlink"] += 1
            return b""
        return entry.name + b"/"

    @staticmethod
    def _odd(entry: os.DirEntry[bytes]) -> tuple[Reason, str] | None:
        """Why a link or a special file cannot be read, without opening it."""
        try:
            reading.regular(entry.stat())
        except RejectedError as error:
            return error.reason, error.detail
        except OSError as error:
            kind = "dangling link" if entry.is_symlink() else "unreadable"
            return "unreadable", f"{kind}: {reading.reason(error)}"
        return None


def _packed(names: list[bytes]) -> Iterator[bytes]:
    """The same names, held in one piece until they are asked for.

    As objects, those of 200,000 files take 12 MiB, and again in each forked process
    when they are let go of here.
    """
    names.append(b"")
    whole = b"\0".join(names)  # the one byte that is in no name
    names.clear()

    def unpacked() -> Iterator[bytes]:
        start = 0
        while (end := whole.find(b"\0", start)) >= 0:
            yield whole[start:end]
            start = end + 1

    return unpacked()


def _is_folder(entry: os.DirEntry[bytes]) -> bool:
    """Whether it is one or leads to one; not to itself, or where none may look."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def named(
    paths: Iterable[bytes], *, root: bytes | None, source: str | None
) -> tuple[Root, ...]:
    """The roots that the PATHs of the command line are.

    Raises `RunError` for a path that is missing or not below `root`, and for two
    that would give equal ids.
    """
    roots = tuple(_root(path, root, source, FAILED) for path in paths)
    if source is None:
        _refuse_twins(roots)
    return roots


def _refuse_twins(roots: tuple[Root, ...]) -> None:
    first: dict[tuple[str, bytes], Root] = {}
    for root in roots:
        twin = first.setdefault((root.source, root.below), root)
        if twin is root:
            continue
        one, other = printable(twin.file), printable(root.file)
        if os.path.realpath(twin.file) == os.path.realpath(root.file):
            raise RunError(f"{one} and {other} are one: name it once", USAGE)
        raise RunError(
            f"{one} and {other} are both called {root.source!r} and would give equal "
            "ids: read them in two runs, one of them with a --source of its own",
            USAGE,
        )


def _root(path: bytes, root: bytes | None, source: str | None, status: int) -> Root:
    if is_remote(path) or (root and is_remote(root)):
        from newsingest.run.listing import root_of  # noqa: PLC0415 - an extra

        return root_of(path, root, source, look=status == FAILED)
    file = os.path.join(root, path) if root and not os.path.isabs(path) else path
    if root and not os.path.lexists(file) and os.path.lexists(path):
        file = path
    try:
        found = os.stat(file)
    except OSError as error:
        raise RunError(reading.cannot_read(printable(file), error), status) from None
    folder = stat.S_ISDIR(found.st_mode)
    whole = os.path.abspath(file)
    if root:
        top = os.path.abspath(root)
        below = os.path.relpath(whole, top)
        if below.startswith(b"../") or below == b"..":
            raise RunError(
                f"{printable(file)} is not below --root {printable(root)}: "
                "name a folder above it",
                status,
            )
        below = b"" if below == b"." else below
    else:
        top = whole if folder else os.path.dirname(whole)
        below = b"" if folder else os.path.basename(whole)
    if folder and below:
        below += b"/"
    name = source or printable(os.path.basename(top)) or "/"
    return Root(file, below, name, folder)


def listed(
    stream: Lines, *, null: bool, root: bytes | None, source: str | None
) -> Iterator[Root | Input]:
    """The inputs that a list names, one a line; one that is missing is a reject.

    A member of an archive is named as its record names it, `archive.zip/inner.txt`;
    members that follow one another are read in one go.
    """
    together: Root | None = None
    for item in _resolved(stream, null=null, root=root, source=source):
        member = item if isinstance(item, Root) and item.only else None
        if together and member and member.file == together.file:
            together = together._replace(only=(*together.only, *member.only))
            continue
        if together:
            yield together
        together = member
        if not member:
            yield item
    if together:
        yield together


def _resolved(
    stream: Lines, *, null: bool, root: bytes | None, source: str | None
) -> Iterator[Root | Input]:
    for line in _entries(stream, b"\0" if null else b"\n"):
        path = line if null else line.removesuffix(b"\r")
        if not path:
            continue
        if b"\0" in path:
            raise RunError(
                "a line of the list has NUL bytes in it, as `find -print0` writes "
                "them: say -0",
                USAGE,
            )
        if is_remote(root or path):
            yield _member(path, root, source) or _root(path, root, source, USAGE)
            continue
        if b"\\x" in path and not os.path.lexists(os.path.join(root or b"", path)):
            path = unprintable(path).replace(b"\0", b"\\x00")  # in no name
        try:
            yield _root(path, root, source, USAGE)
        except RunError as error:
            yield _member(path, root, source) or _missing(
                path, root, source, str(error)
            )


def _member(path: bytes, root: bytes | None, source: str | None) -> Root | None:
    """The archive that a path leads into, and the member that it names."""
    parts = path.split(b"/")
    for at in range(1, len(parts)):
        archive = b"/".join(parts[:at])
        if is_archive(archive):
            try:
                found = _root(archive, root, source, USAGE)
            except RunError:
                continue
            if not found.folder:
                name = found.below + b"/" + b"/".join(parts[at:])
                return found._replace(only=(printable(name),))
    return None


def _missing(path: bytes, root: bytes | None, source: str | None, why: str) -> Input:
    if root:
        name = source or printable(os.path.basename(os.path.abspath(root)))
        below = path
    else:
        folder = os.path.dirname(os.path.abspath(path))
        name = source or printable(os.path.basename(folder)) or "/"
        below = os.path.basename(path)
    return Input(path, printable(below), name, problem=("unreadable", why))


def _entries(stream: Lines, end: bytes) -> Iterator[bytes]:
    rest = b""
    while part := stream.read1(1 << 16):
        *whole, rest = (rest + part).split(end)
        yield from whole
    if rest:
        yield rest

"""Folders on other machines → inputs, listed once, in the order of a folder on disk.

Object stores are listed flat, a page of a thousand names in memory: they give names in
byte order, and a request for each of their folders would take hours. Other stores are
listed folder by folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from newsingest.run import remote
from newsingest.run.inputs import (
    ARCHIVES,
    Input,
    Root,
    Selection,
    Stamp,
    excluded,
    included,
    is_remote,
    printable,
)
from newsingest.run.summary import FAILED, USAGE, RunError

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

Found = tuple[bytes, Stamp | remote.StoreError]
"""A name below the folder, and what is known of it; a folder's ends in `/`."""


def root_of(
    path: bytes, top: bytes | None, source: str | None, *, look: bool = True
) -> Root:
    """The root that an address is, alone or below the folder `top`.

    Without `look`, the store is not asked: an address that ends in `/` is a folder,
    any other a file. Raises `RunError` for what is missing or not below `top`.
    """
    file = path if is_remote(path) else _joined(top or b"", path)
    if top and not _folder(file).startswith(_folder(top)):
        raise RunError(
            f"{remote.shown(file)} is not below --root {printable(top)}: "
            "name a folder above it",
            FAILED if look else USAGE,
        )
    folder, stamp = (_looked_at(file) if look else None) or (file.endswith(b"/"), None)
    whole = _folder(file) if folder else file
    above = _folder(top) if top else whole if folder else _above(file)
    below = _decoded(file, whole[len(above) :])
    return Root(whole, below, source or _name(above), folder, stamp=stamp)


def _looked_at(file: bytes) -> tuple[bool, Stamp | None] | None:
    """Whether it is a folder, and the stamp of a file; `None` where only a list tells.

    A folder of a web server is told by its name alone.
    """
    place = remote.store(file)
    if place.scheme in remote.HTTP and file.endswith(b"/"):
        return None
    try:
        info = place.info(place.path(file))
    except remote.StoreError as error:
        raise remote.failed(file, error) from None
    if info["type"] == "directory" or file.endswith(b"/"):
        return True, None
    return False, remote.stamp(info)


def is_missing(root: Root, below: bytes) -> bool:
    """Whether a file of an earlier run is there no more, not only out of reach."""
    file = _joined(root.file, below)
    place = remote.store(file)
    try:
        place.info(place.path(file))
    except remote.StoreError as error:
        return error.missing
    return False


def _joined(top: bytes, below: bytes) -> bytes:
    is_http = top.lower().startswith(b"http")
    return _folder(top) + (quote_from_bytes(below).encode() if is_http else below)


def _folder(file: bytes) -> bytes:
    return file.rstrip(b"/") + b"/"


def _above(file: bytes) -> bytes:
    return file[: file.rindex(b"/") + 1]


def _decoded(file: bytes, below: bytes) -> bytes:
    """A name as it would be on disk: web servers write most letters as `%XX`."""
    return unquote_to_bytes(below) if file.lower().startswith(b"http") else below


def _name(folder: bytes) -> str:
    """What a folder is called: its last name, or its bucket or host."""
    last = folder.rstrip(b"/").rpartition(b"/")[2]
    if folder.count(b"/") > 3:  # noqa: PLR2004 - scheme://host/name/
        return printable(_decoded(folder, last))
    return urlsplit(os.fsdecode(folder)).hostname or printable(last)


@dataclass(slots=True)
class Listing:
    """The inputs below one remote folder, in the byte order of their whole paths."""

    root: Root
    selection: Selection
    skipped: Counter[str]

    def __iter__(self) -> Iterator[Input | Root]:
        """Files as inputs, archives as roots.

        Raises `StoreError` when the folder itself cannot be listed, or the store does
        not answer any more: what else there is, is not known then.
        """
        place = remote.store(self.root.file)
        is_flat = place.scheme in {"s3", "s3a"}
        found = flat(place, self.root.file) if is_flat else self._walked(place)
        for below, stamp in self.taken(found):
            yield self._input(below, stamp)

    def _input(self, below: bytes, stamp: Stamp | remote.StoreError) -> Input | Root:
        file, path = _joined(self.root.file, below), self.root.below + below
        source = self.root.source
        if isinstance(stamp, remote.StoreError):  # a folder that gave no record
            name = printable(path.rstrip(b"/"))
            return Input(file, name, source, problem=("unreadable", f"folder: {stamp}"))
        if below.lower().endswith(ARCHIVES):
            return Root(file, path, source, folder=False, stamp=stamp)
        return Input(file, printable(path), source, stamp=stamp)

    def taken(self, found: Iterator[Found]) -> Iterator[Found]:
        """What the selection takes; a folder that is passed over counts once."""
        entered: list[bytes] = []
        shut = b""
        for below, stamp in found:
            if shut and below.startswith(shut):
                continue
            *folders, name = below.split(b"/")
            shut = self._first_shut(folders, entered)
            entered = folders
            if shut:  # some of them were entered, and may be again: ask anew
                entered = []
            elif isinstance(stamp, remote.StoreError) or self._takes(below, name):
                yield below, stamp

    def _first_shut(self, folders: list[bytes], entered: list[bytes]) -> bytes:
        """The first of the new folders that is not entered."""
        for depth in range(1, len(folders) + 1):
            if folders[:depth] != entered[:depth]:
                below = b"/".join(folders[:depth])
                if not self._enters(below, folders[depth - 1]):
                    return below + b"/"
        return b""

    def _enters(self, below: bytes, name: bytes) -> bool:
        if name.startswith(b"."):
            return False
        if excluded(self.selection, self.root.below + below):
            self.skipped["excluded"] += 1
            return False
        return True

    def _takes(self, below: bytes, name: bytes) -> bool:
        path = self.root.below + below
        archive = name.lower().endswith(ARCHIVES)
        if name.startswith(b".") or not (archive or included(self.selection, path)):
            return False
        if excluded(self.selection, path):
            self.skipped["excluded"] += 1
            return False
        return bool(name)

    def _walked(self, place: remote.Store) -> Iterator[Found]:
        """Folder by folder, with a stack; each is listed when it is come to."""
        stack = [_names(place, self.root.file)]
        prefix = [b""]
        while stack:
            if not stack[-1]:
                stack.pop()
                prefix.pop()
                continue
            name, stamp = stack[-1].pop()
            below = prefix[-1] + name
            if not name.endswith(b"/"):
                yield below, stamp
            elif self._enters(below[:-1], name[:-1]):
                try:
                    stack.append(_names(place, _joined(self.root.file, below)))
                    prefix.append(below)
                except remote.StoreError as error:
                    if error.passing:
                        raise
                    yield below, error


def _names(place: remote.Store, folder: bytes) -> list[Found]:
    """What is in one folder, last first.

    A folder sorts as it does in a path: `a.txt` is before `a/b.txt`, since `.` < `/`.
    """
    path = place.path(folder)
    own = path.rstrip("/")
    names: dict[bytes, Found] = {}
    for entry in place.entries(path):
        whole = str(entry["name"]).rstrip("/")
        last = whole.rpartition("/")[2]
        if whole.endswith(own) and len(whole) - len(own) <= 1:
            continue  # the mark that some tools leave for a folder
        if place.scheme in remote.HTTP and ("?" in last or "#" in last):
            continue  # the links by which a page is sorted
        name = _decoded(folder, last.encode()) + b"/" * (entry["type"] == "directory")
        names[name] = (name, remote.stamp(entry))
    return [names[name] for name in sorted(names, reverse=True)]


def flat(place: remote.Store, folder: bytes) -> Iterator[Found]:
    """Every object below a prefix, page by page."""
    bucket, prefix, _ = place.fs.split_path(os.fsdecode(folder))
    prefix = prefix and prefix.rstrip("/") + "/"
    asked: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix}
    before = b""
    while True:
        page = place.patiently(partial(place.fs.call_s3, "list_objects_v2", **asked))
        found = page.get("Contents", [])
        for one in found:
            key = one["Key"].encode()
            if key <= before:
                raise remote.StoreError(
                    "it lists its files in no order: name its folders one by one"
                )
            before = key
            if not key.endswith(b"/"):  # the mark that some tools leave for a folder
                yield key[len(prefix.encode()) :], remote.stamp(one)
        if not page.get("IsTruncated"):
            break
        asked["ContinuationToken"] = page["NextContinuationToken"]
    if prefix and not before:
        raise remote.StoreError("no such file or folder", missing=True)

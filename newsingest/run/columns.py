"""Records in columns: a folder of Parquet files, there whole or not at all.

The schema is made from the dataclasses that make the records, as the JSON Schema is.
Records come as JSON lines and are turned into columns a row group at a time; where a
row group ends depends on the records alone, so that the same records give the same
bytes however they came.
"""

from __future__ import annotations

import io
import os
import re
import shutil
from dataclasses import dataclass, field, fields
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from newsingest.article.aligned import AlignedMetadata
from newsingest.article.record import Alignments, Metadata, Record
from newsingest.run import card, sinks
from newsingest.run.inputs import is_remote, printable
from newsingest.run.summary import USAGE, RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsingest.run.remote import Store
    from newsingest.run.summary import Summary

ROWS, GROUP_BYTES = 10_000, 16 << 20
"""A row group ends at so many records, or at so many bytes of their JSON."""
HELD_BYTES = 64 << 20
"""JSON that waits for its row groups in all partitions together; beyond it the largest
is written though it is not full."""
FILE_BYTES = 1 << 30
"""JSON in one file: some 300 MB of Parquet."""
YEAR = "year"
NO_YEAR = "__HIVE_DEFAULT_PARTITION__"
"""What Hive, and all that came after it, call the partition of what has none."""
SUCCESS = "data/_SUCCESS"
"""Written last where a folder cannot be renamed; Spark looks for it too."""
DATA = "data"
"""Where the files are: who reads a folder of Parquet chokes on a README in it."""
OURS = re.compile(r"README\.md|data/_SUCCESS|data/(year=\w+/)?part-\d{6}\.parquet")
_CREATED = b'"created":"'


def arrow_schema(*, align: bool = False) -> Any:  # noqa: ANN401 - pyarrow has no types
    """The Arrow schema of a record. Raises `RunError` where pyarrow is not installed.

    >>> arrow_schema().field("created").type  # doctest: +SKIP
    DataType(string)
    """
    arrow = _pyarrow()
    whole = AlignedMetadata if align else Metadata
    return arrow.schema(
        _fields(arrow, Record, {Metadata: whole}), metadata={"newsingest.schema": "1"}
    )


def _fields(arrow: Any, kind: type, instead: dict[type, type]) -> list[Any]:  # noqa: ANN401
    hints = get_type_hints(kind)
    names = list(hints) if kind is Alignments else [one.name for one in fields(kind)]
    return [_field(arrow, name, hints[name], instead) for name in names]


def _field(arrow: Any, name: str, hint: Any, instead: dict[type, type]) -> Any:  # noqa: ANN401
    return arrow.field(name, _type(arrow, hint, instead))


def _type(arrow: Any, hint: Any, instead: dict[type, type]) -> Any:  # noqa: ANN401
    if get_origin(hint) is UnionType:
        return _type(arrow, get_args(hint)[0], instead)
    if get_origin(hint) is list:
        return arrow.list_(_type(arrow, get_args(hint)[0], instead))
    if hint in (Metadata, Alignments):
        return arrow.struct(_fields(arrow, instead.get(hint, hint), instead))
    return arrow.int64() if hint is int else arrow.string()  # labels are text


def _pyarrow() -> Any:  # noqa: ANN401 - pyarrow has no types
    try:
        import pyarrow.json  # noqa: PLC0415 - an extra
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError as error:
        raise RunError(
            f"--format parquet needs a package that is not installed ({error}): "
            "pip install 'newsingest[parquet]'"
        ) from None
    return pyarrow


def year_of(line: bytes) -> str:
    r"""The year of a record's `created`, from its line.

    >>> year_of(b'{"text":"\\"created\\":\\"1999","created":"2024-03-07","v":1}')
    '2024'
    >>> year_of(b'{"text":"","created":null}')
    '__HIVE_DEFAULT_PARTITION__'
    """
    # Inside a text every quote has a backslash before it, so this is the key.
    at = line.find(_CREATED)
    if at < 0:
        return NO_YEAR
    return line[at + len(_CREATED) : at + len(_CREATED) + 4].decode()


@dataclass(slots=True)
class Partition:
    """The files of one partition, and the lines that wait for its next row group."""

    folder: str
    schema: Any
    lines: list[bytes] = field(default_factory=list)
    size: int = 0
    file_size: int = 0
    files: list[str] = field(default_factory=list)
    writer: Any = None

    def add(self, line: bytes) -> int:
        """Take a line; gives the bytes that are held no more, or one line more."""
        held = self.size
        self.lines.append(line)
        self.size += len(line)
        if len(self.lines) >= ROWS or self.size >= GROUP_BYTES:
            self.flush()
        return self.size - held

    def flush(self) -> None:
        """Write a row group."""
        if not self.lines:
            return
        arrow = _pyarrow()
        whole = b"".join(self.lines)
        table = arrow.json.read_json(
            io.BytesIO(whole),
            read_options=arrow.json.ReadOptions(
                use_threads=False,  # workers may have to be forked yet
                block_size=len(whole) + 1,  # a record must not straddle two
            ),
            parse_options=arrow.json.ParseOptions(
                explicit_schema=self.schema, unexpected_field_behavior="error"
            ),
        )
        self.begin()
        table = table.replace_schema_metadata(self.schema.metadata)
        self.writer.write_table(table, row_group_size=len(self.lines))
        self.file_size += self.size
        self.lines, self.size = [], 0
        if self.file_size >= FILE_BYTES:
            self.close()

    def begin(self) -> None:
        """Open a file, unless one is open."""
        if self.writer is None:
            self.writer = self.opened()

    def opened(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """The next file."""
        arrow = _pyarrow()
        os.makedirs(self.folder, exist_ok=True)
        path = os.path.join(self.folder, f"part-{len(self.files):06}.parquet")
        self.files.append(path)
        return arrow.parquet.ParquetWriter(path, self.schema, compression="zstd")

    def close(self) -> None:
        """End the file; another row group begins the next one."""
        if self.writer is not None:
            self.writer.close()
        self.writer, self.file_size = None, 0


class Dataset:
    """A sink for records that is a folder of Parquet files."""

    def __init__(
        self, path: str, *, partition_by: str | None = None, align: bool = False
    ) -> None:
        """Open a private folder beside the place, or where temporary ones go.

        Raises `RunError`: no pyarrow, no such place, a folder with other things in it.
        """
        self.path = path.rstrip("/")
        self.schema = arrow_schema(align=align)
        self._by_year = partition_by == YEAR
        self.partitions: dict[str, Partition] = {}
        self._held = 0
        self._align = align
        self._summary: Summary | None = None
        self._place = _Remote(self.path) if _far(path) else _Local(self.path)
        self.staging = self._place.staging

    def describe(self, summary: Summary) -> None:
        """Say what is in it: a dataset card is written from these figures."""
        self._summary = summary

    def write(self, lines: bytes) -> None:
        """Append whole lines. Raises `RunError` when the disk is full."""
        with _disk(self.path):
            for line in lines.splitlines(keepends=True):
                name = year_of(line) if self._by_year else ""
                self._held += self._partition(name).add(line)
                if self._held >= HELD_BYTES:
                    self._relieve()

    def _partition(self, name: str) -> Partition:
        found = self.partitions.get(name)
        if found is None:
            folder = os.path.join(self.staging, DATA, f"{YEAR}={name}" if name else "")
            found = self.partitions[name] = Partition(folder, self.schema)
        return found

    def _relieve(self) -> None:
        """Write the largest of the row groups that wait; the first of two as large."""
        largest = max(self.partitions.values(), key=lambda one: one.size)
        self._held -= largest.size
        largest.flush()

    def commit(self) -> None:
        """Write what waits, close every file, put the folder in its place.

        A folder of an earlier run is replaced. Raises `RunError`.
        """
        with _disk(self.path):
            if not self.partitions:  # readers want a schema where there are no rows
                self._partition("").begin()
            for one in self.partitions.values():
                one.flush()
                one.close()
            if self._summary:
                text = card.written(
                    self._summary, self.path, align=self._align, size=self._size()
                )
                with open(os.path.join(self.staging, "README.md"), "wb") as file:
                    file.write(text.encode())
        self._place.commit()

    def _size(self) -> int:
        files = (path for one in self.partitions.values() for path in one.files)
        return sum(os.stat(path).st_size for path in files)

    def discard(self) -> None:
        """Leave no trace."""
        for one in self.partitions.values():
            one.lines = []
            one.close()
        shutil.rmtree(self.staging, ignore_errors=True)


def _far(path: str) -> bool:
    return is_remote(os.fsencode(path))


class _disk:  # noqa: N801 - reads as a word of the code around it
    """Turns what a full disk raises into one line."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> None:
        """Nothing to do yet."""

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Raise `RunError` for an `OSError`."""
        if isinstance(error, OSError):
            raise sinks.cannot_write(self.path, error) from None


def _strangers(names: Iterator[str], path: str) -> None:
    """Refuse a folder with what no run of this command has written."""
    for name in names:
        if not OURS.fullmatch(name):
            shown = printable(os.fsencode(path))
            raise RunError(
                f"cannot write {shown}: there is a {name} in it, which is no part of a "
                "dataset: name a new folder",
                USAGE,
            )


class _Local:
    """A folder that is written beside its place and renamed."""

    def __init__(self, path: str) -> None:
        self.path = os.path.realpath(path)
        above, name = os.path.split(self.path)
        self.staging = os.path.join(above, f".{name[:100]}.{os.getpid()}.part")
        try:
            if os.path.lexists(self.path):
                os.listdir(self.path)  # a file is none
                there = (os.path.relpath(name, self.path) for name in _files(self.path))
                _strangers(there, path)
            os.mkdir(self.staging, 0o777)
        except OSError as error:
            raise sinks.cannot_write(path, error) from None

    def commit(self) -> None:
        """Put it in the place of the one before."""
        old = f"{self.staging}.old"
        with _disk(self.path):
            for file in _files(self.staging):
                _synced(file)
            if os.path.lexists(self.path):
                os.rename(self.path, old)
            os.rename(self.staging, self.path)
            sinks.sync_folder(self.path)
            shutil.rmtree(old, ignore_errors=True)


def _synced(path: str) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _files(folder: str) -> list[str]:
    found = (
        os.path.join(at, name) for at, _, names in os.walk(folder) for name in names
    )
    return sorted(found)


class _Remote:
    """A folder in a store: every file whole, `_SUCCESS` taken first and put last."""

    def __init__(self, path: str) -> None:
        from tempfile import mkdtemp  # noqa: PLC0415 - start-up

        from newsingest.run import remote  # noqa: PLC0415 - an extra

        self.path, self._remote = path, remote
        remote.check_writable(os.fsencode(f"{path}/{SUCCESS}"), may_make=True)
        _strangers(iter(self._there()), path)
        self.staging = mkdtemp(prefix="newsingest.")

    def _store(self) -> Store:
        return self._remote.store(os.fsencode(self.path))

    def _there(self) -> list[str]:
        """What is there now, below the folder."""
        return self._remote.names_below(os.fsencode(self.path))

    def commit(self) -> None:
        """Send everything. What cannot be sent is kept here, as the message says."""
        new = [os.path.relpath(file, self.staging) for file in _files(self.staging)]
        old = self._there()
        try:
            for name in [SUCCESS, *(name for name in old if name not in new)]:
                if name in old:
                    self._remote.remove(self._address(name))
            for name in new:
                local = os.path.join(self.staging, name)
                self._remote.put(local, self._address(name))
            done = os.path.join(self.staging, SUCCESS)
            with open(done, "wb"):
                pass
            self._remote.put(done, self._address(SUCCESS))
        except RunError as error:
            kept = f"what was to be sent is kept in {self.staging}"
            self.staging = ""
            raise RunError(f"{error}; {kept}", error.status) from None
        shutil.rmtree(self.staging, ignore_errors=True)

    def _address(self, name: str) -> bytes:
        return os.fsencode(f"{self.path}/{name}")

"""Files on other machines, through fsspec: asked for with patience, read ahead.

Every process opens its own file systems when it first needs them: their event loops and
connections do not survive a fork. Credentials are theirs to find, where each kind of
store has its usual places; nothing here takes, holds or prints one.
"""

from __future__ import annotations

import io
import os
import random
import re
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Any, TypeVar

from newsingest.article.record import RejectedError
from newsingest.run import reading
from newsingest.run.inputs import Input, Stamp, is_remote, printable
from newsingest.run.summary import FAILED, USAGE, RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future
    from datetime import datetime

T = TypeVar("T")

WAITS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds before the next tries, give or take a quarter: many workers that a server has
turned away together must not come back together."""
GIVE_UP = 3
"""Failures in a row, each after all tries, after which a store is asked once for each
file, until it answers: a million files of a dead server would take months."""
CONNECT_SECONDS, READ_SECONDS = 10, 30
THREADS = 16
"""Requests of one process at once: a store takes tens of milliseconds to answer, and
parsing less than one."""
AHEAD_BYTES = 32 << 20
"""Contents that are read ahead of the parser at most."""
UNSAID = 64 << 10
"""Bytes that a file is taken for where no listing says its size."""
RANGE = 4 << 20
"""Bytes of an archive or a part that are asked for at once."""
LINES = 256 << 10
"""Bytes of a plan or a list that are asked for at once: of a plan, some lines are read
that lie far apart."""
HTTP = ("http", "https")
ATOMIC = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "r2", "oci")
"""Stores in which a file appears whole when its upload ends."""


class StoreError(Exception):
    """What a store did not do; reads as the reason, without the address.

    `missing` if there is no such thing, `passing` if it may do it another time.
    """

    def __init__(
        self, detail: str, *, missing: bool = False, passing: bool = False
    ) -> None:
        """Keep what kind of failure it is."""
        super().__init__(detail)
        self.missing, self.passing = missing, passing


class Store:
    """One file system, in the process that opened it."""

    def __init__(self, url: str) -> None:
        """Open the file system of an address. Raises `RunError`."""
        self.scheme = url.partition("://")[0].lower()
        self.closing = threading.Event()
        self.warm = False
        """Whether a request has been made of it."""
        self._failures = 0
        self.fs = _filesystem(url, self.scheme)

    def path(self, file: bytes) -> str:
        """What the file system calls an address."""
        return str(self.fs._strip_protocol(os.fsdecode(file)))  # noqa: SLF001 - fsspec's own name for it

    def patiently(self, ask: Callable[[], T]) -> T:
        """Ask, and ask again while what is wrong may pass. Raises `StoreError`."""
        waits = WAITS if self._failures < GIVE_UP else ()
        for tries in range(len(waits) + 1):
            try:
                found = ask()
            except Exception as error:  # noqa: BLE001 - every store has errors of its own
                failure = _failure(error)
                if not failure.passing:
                    raise failure from None
                if tries == len(waits) or self._sleep(waits[tries]):
                    self._failures += 1
                    told = f"{failure}, {tries + 1} times" if tries else str(failure)
                    raise StoreError(told, passing=True) from None
            else:
                self._failures = 0
                return found
        raise AssertionError  # the last try returns or raises

    def _sleep(self, seconds: float) -> bool:
        """Wait, unless the run has ended meanwhile."""
        return self.closing.wait(seconds * random.uniform(0.75, 1.25))  # noqa: S311 - no secret

    def info(self, path: str) -> dict[str, Any]:
        """What the store says of one thing. Raises `StoreError`."""
        return self.patiently(lambda: dict(self.fs.info(path)))

    def entries(self, path: str) -> list[dict[str, Any]]:
        """What is in a folder, in no order. Raises `StoreError`."""
        return self.patiently(lambda: list(self.fs.ls(path, detail=True)))

    def read(self, path: str, stamp: Stamp, max_bytes: int) -> bytes:
        """A file's bytes, or one more than `max_bytes`. Raises `StoreError`."""
        if self.scheme in HTTP:
            ask = self._plain if stamp.size is not None else self._stream
            return self.patiently(lambda: ask(path, stamp.size, max_bytes))
        return self.patiently(lambda: self._range(path, stamp.size, max_bytes))

    def _range(self, path: str, size: int | None, max_bytes: int) -> bytes:
        """No more than is wanted, though it may have grown since it was listed."""
        if not size:  # no range of nothing can be asked for
            return bytes(self.fs.cat_file(path))
        raw = bytes(self.fs.cat_file(path, start=0, end=max_bytes + 1))
        if len(raw) < min(size, max_bytes) and len(raw) != self.fs.info(path)["size"]:
            raise ConnectionResetError("the file ended early")
        return raw

    def _plain(self, path: str, size: int | None, max_bytes: int) -> bytes:
        """Servers of pages may take a range for the whole."""
        del size, max_bytes
        return bytes(self.fs.cat_file(path))

    def _stream(self, path: str, size: int | None, max_bytes: int) -> bytes:
        """The server does not say how long it is."""
        del size
        parts, left = [], max_bytes + 1
        with self.fs.open(path, "rb", block_size=0) as stream:
            while left > 0 and (part := stream.read(min(left, reading.CHUNK))):
                parts.append(part)
                left -= len(part)
        return b"".join(parts)

    def put(self, local: str, file: bytes) -> None:
        """Make a local file a remote one, whole or not at all. Raises `StoreError`.

        On a store whose uploads can be seen before they end, it is sent under another
        name first.
        """
        path = self.path(file)
        if self.scheme in ATOMIC:
            self.patiently(lambda: self.fs.put_file(local, path))
            return
        folder, _, name = path.rpartition("/")
        self.patiently(lambda: self.fs.makedirs(folder, exist_ok=True))
        beside = f"{folder}/.{name}.{os.getpid()}.part"
        self.patiently(lambda: self.fs.put_file(local, beside))
        self.patiently(lambda: self._rename(beside, path))

    def _rename(self, beside: str, path: str) -> None:
        if self.fs.exists(path):  # HDFS does not rename over a file
            self.fs.rm_file(path)
        self.fs.mv(beside, path)


def store(file: bytes) -> Store:
    """The file system for an address, in this process. Raises `RunError`."""
    url = os.fsdecode(file)
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0]
    if ":" in host.rpartition("@")[0] or (scheme in HTTP and "?" in rest):
        raise RunError(
            f"{shown(file)}: a password or a signed link would end up in records and "
            "logs: credentials belong in the environment, ~/.aws, ~/.netrc or where "
            "else this kind of store looks for them",
            USAGE,
        )
    return _store(f"{scheme}://{host}/", os.getpid())


@cache
def _store(url: str, _pid: int) -> Store:
    """One for each process, were it forked or not."""
    return Store(url)


def _filesystem(url: str, scheme: str) -> Any:  # noqa: ANN401 - fsspec has no types
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra

        settings = _settings(scheme)
        found = url_to_fs(
            url, skip_instance_cache=True, use_listings_cache=False, **settings
        )[0]
    except ImportError as error:
        raise RunError(
            f"{url} needs packages that are not installed "
            f"({error}): pip install 'newsingest[remote]'",
        ) from None
    except ValueError as error:  # an unknown protocol, or one wrongly configured
        raise RunError(f"{url}: {_bare(str(error))}", USAGE) from None
    if scheme in {"s3", "s3a"}:
        found.retries = 1  # `patiently` is the one place that tries again
    return found


def _settings(scheme: str) -> dict[str, Any]:
    """Time limits, and no tries below ours: three layers of them are minutes."""
    from fsspec.config import conf  # noqa: PLC0415 - an extra

    if scheme in {"s3", "s3a"}:
        ours: dict[str, Any] = {
            "retries": {"total_max_attempts": 1},
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": READ_SECONDS,
            "max_pool_connections": THREADS,
        }
        return {"config_kwargs": ours | conf.get(scheme, {}).get("config_kwargs", {})}
    if scheme in HTTP:
        from aiohttp import ClientTimeout  # noqa: PLC0415 - an extra

        limits = ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
        client = {"timeout": limits, "trust_env": True}  # proxies, and ~/.netrc
        return {"client_kwargs": client | conf.get(scheme, {}).get("client_kwargs", {})}
    if scheme in {"gs", "gcs"}:
        # gcsfs of 2026 asks by gRPC what kind of bucket it has, and without an answer
        # again at every request, a minute each; and gRPC does not survive a fork.
        os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
    return {}


NEVER = (PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError)
STATUSES = (408, 425, 429)
"""Of a server's refusals those that pass; all from 500 do."""


def _failure(error: BaseException) -> StoreError:
    """What a store's error says, and whether it may pass."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, FileNotFoundError):
        cause = error.__cause__  # fsspec says so of every page that it cannot get
        if cause and (_status(cause) or _is_passing(cause)):
            return _failure(cause)
        return StoreError("no such file or folder", missing=True)
    if isinstance(error, PermissionError):
        return StoreError(f"access denied: {_bare(reading.reason(error))}")
    status = _status(error)
    if status in {404, 410}:
        return StoreError("no such file or folder", missing=True)
    if status:
        detail = f"the server says {status} {getattr(error, 'message', '')}".rstrip()
        return StoreError(detail, passing=_is_passing(error))
    if type(error).__name__ in {"NoCredentialsError", "DefaultCredentialsError"}:
        return StoreError(
            "no credentials were found where this kind of store looks for them; for a "
            "public bucket set FSSPEC_S3_ANON=true, or FSSPEC_GS_TOKEN=anon"
        )
    if isinstance(error, TimeoutError):
        return StoreError("no answer in time", passing=True)
    why = _bare(str(error) or type(error).__name__)
    if not isinstance(error, OSError):
        why = f"{type(error).__name__}: {why}"
    return StoreError(why, passing=_is_passing(error))


def _status(error: BaseException) -> int:
    """The HTTP status that an error carries: aiohttp's has one, gcsfs's a code."""
    found = str(getattr(error, "status", None) or getattr(error, "code", None))
    return int(found) if found.isdecimal() else 0


def _is_passing(error: BaseException) -> bool:
    if status := _status(error):
        return status >= 500 or status in STATUSES  # noqa: PLR2004 - server errors
    if isinstance(error, OSError):
        import errno  # noqa: PLC0415 - start-up

        # s3fs says so of requests that are wrong and will stay so.
        wrong = {errno.EINVAL, errno.EPERM, errno.ENOSYS, errno.ENAMETOOLONG}
        return not isinstance(error, NEVER) and error.errno not in wrong
    module, name = type(error).__module__, type(error).__name__
    return module.startswith("aiohttp") or (
        module.startswith(("botocore", "aiobotocore"))
        and name.endswith(
            ("ConnectionError", "TimeoutError", "HTTPClientError", "ClosedError")
        )
    )


_QUERY = re.compile(r"(://[^\s?'\"]*)\?[^\s'\"]*")
_USER = re.compile(r"://[^/@\s]*@")


def _bare(text: str) -> str:
    """A message in one line, without what in an address may be secret."""
    line = " ".join(text.split())
    return _USER.sub("://", _QUERY.sub(r"\1", line))[:300]


def shown(file: bytes) -> str:
    """An address for people.

    >>> shown(b"https://me:secret@example.org/a.txt?X-Amz-Signature=secret")
    'https://example.org/a.txt'
    """
    text = printable(file)
    return _bare(text) if text.startswith("http") else _USER.sub("://", text)


def stamp(info: Mapping[str, Any]) -> Stamp:
    """What is known of a file, in whatever words its store says it.

    >>> stamp({"size": 3, "mtime": 1.5})
    Stamp(size=3, mtime_ns=1500000000, mark=1500000000)
    """
    size = info.get("size", info.get("Size"))
    at = _nanoseconds(
        next((info[key] for key in TIMES if info.get(key) is not None), None)
    )
    etag = next((info[key] for key in TAGS if info.get(key)), None)
    return Stamp(
        size=int(size) if size is not None else None,
        mtime_ns=at,
        mark=_mark(str(etag)) if etag else at,
    )


TIMES = ("LastModified", "mtime", "updated", "last_modified", "Last-Modified")
TAGS = ("ETag", "etag", "md5Hash", "content_md5", "checksum")


def _mark(etag: str) -> int:
    """An ETag as a number that is no time: those are positive, and -1 is nobody's."""
    digest = sha256(etag.strip('"').encode()).digest()
    return -2 - (int.from_bytes(digest[:8], "big") >> 2)


def _nanoseconds(at: datetime | float | str | None) -> int | None:
    if at is None:
        return None
    if isinstance(at, int | float):
        return round(at * 1e9)
    if isinstance(at, str):
        at = _read_time(at)
    from datetime import UTC  # noqa: PLC0415 - start-up

    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return round(at.timestamp() * 1e9)


def _read_time(at: str) -> datetime:
    from datetime import datetime  # noqa: PLC0415 - start-up
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    try:
        return datetime.fromisoformat(at)
    except ValueError:
        return parsedate_to_datetime(at)  # as HTTP says it


def fetch(
    file: bytes, known: Stamp | None, max_bytes: int, *, timed: bool = False
) -> reading.Reading:
    """Read one file whole, decompressed.

    With `timed`, its time is asked for where no listing has said it.
    Raises `RejectedError`: `too-large`, before anything is read where a size is known,
    or `unreadable`.
    """
    place = store(file)
    path = place.path(file)
    try:
        found = known
        if found is None or (timed and found.mtime_ns is None):
            found = stamp(place.info(path))
        if found.size is not None and found.size > max_bytes:
            raise reading.too_large(found.size, max_bytes)
        raw = place.read(path, found, max_bytes)
    except StoreError as error:
        raise RejectedError("unreadable", str(error)) from None
    if len(raw) > max_bytes:
        raise reading.too_large(len(raw), max_bytes)
    size = len(raw) if found.size is None else found.size
    if file.lower().endswith(reading.COMPRESSED):
        raw = reading.unpack(io.BytesIO(raw), file, max_bytes)
    return reading.Reading(raw, size, found.mtime_ns or 0, found.mark)


def read(file: bytes, max_bytes: int) -> reading.Reading:
    """Read one file of which nothing is known. Raises `RejectedError`."""
    return fetch(file, None, max_bytes)


class Fetcher:
    """Reads a batch ahead of the parser, some files at once, in their order."""

    def __init__(self, max_bytes: int, timeout: float, *, timed: bool = False) -> None:
        """`timeout` is in seconds for one file; 0 is no limit.

        With `timed`, a file's time is asked for where no listing has said it.
        """
        self.max_bytes, self.timeout, self.timed = max_bytes, timeout, timed
        self._threads = ThreadPoolExecutor(THREADS)

    def ahead(self, batch: Iterable[Input]) -> Iterator[Input]:
        """The inputs with their bytes, or with the reason why there are none."""
        rest = iter(batch)
        begun: deque[tuple[Input, Future[Input] | None]] = deque()
        left, item = AHEAD_BYTES, next(rest, None)
        try:
            while begun or item:
                while item and (left > 0 or not begun):
                    begun.append((item, self._begin(item)))
                    left -= _weight(item)
                    item = next(rest, None)
                first, future = begun.popleft()
                yield self._end(first, future)
                left += _weight(first)
        finally:
            for one, future in begun:
                if future and not future.cancel():
                    store(one.file).closing.set()

    def close(self) -> None:
        """Let its threads go."""
        self._threads.shutdown(cancel_futures=True)

    def _begin(self, item: Input) -> Future[Input] | None:
        if item.raw is not None or item.problem or not is_remote(item.file):
            return None
        place = store(item.file)
        future = self._threads.submit(self._fetched, item)
        if not place.warm:
            # s3fs makes a client, half a second of work, for each of the first threads
            # that find none.
            wait([future], self.timeout or None)
            place.warm = True
        return future

    def _fetched(self, item: Input) -> Input:
        try:
            found = fetch(item.file, item.stamp, self.max_bytes, timed=self.timed)
        except RejectedError as error:
            return item._replace(problem=(error.reason, error.detail))
        known = Stamp(found.size, found.mtime_ns, found.mark)
        return item._replace(raw=found.raw, stamp=known)

    def _end(self, item: Input, future: Future[Input] | None) -> Input:
        if future is None:
            return item
        try:
            return future.result(self.timeout or None)
        except TimeoutError:
            slow = f"took over {self.timeout:g} seconds to fetch"
            return item._replace(problem=("timeout", slow))


def _weight(item: Input) -> int:
    return (item.stamp and item.stamp.size) or UNSAID


@contextmanager
def opened(file: bytes, step: int = RANGE) -> Iterator[IO[bytes]]:
    """A remote file to read and to seek in, a piece of `step` bytes in memory.

    Raises `RejectedError`, in reading too.
    """
    place = store(file)
    path = place.path(file)
    try:
        if place.scheme in HTTP:  # a range may be refused, or taken for the whole
            import tempfile  # noqa: PLC0415 - start-up

            with tempfile.TemporaryFile() as spooled:
                place.patiently(lambda: _spool(place, path, spooled))
                spooled.seek(0)
                yield spooled
            return
        size = int(place.info(path)["size"])
    except StoreError as error:
        raise RejectedError("unreadable", str(error)) from None
    with io.BufferedReader(_Ranges(place, path, size), step) as stream:
        yield stream


def _spool(place: Store, path: str, spooled: IO[bytes]) -> None:
    spooled.seek(0)
    spooled.truncate()
    with place.fs.open(path, "rb", block_size=0) as stream:
        while part := stream.read(reading.CHUNK):
            spooled.write(part)


class _Ranges(io.RawIOBase):
    """A remote file, read by ranges."""

    def __init__(self, place: Store, path: str, size: int) -> None:
        self._place, self._path, self._size, self._at = place, path, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever has a buffer
        end = min(self._at + len(buffer), self._size)
        if end <= self._at:
            return 0
        try:
            part = self._place.patiently(lambda: self._part(self._at, end))
        except StoreError as error:
            raise RejectedError("unreadable", str(error)) from None
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _part(self, start: int, end: int) -> bytes:
        part = bytes(self._place.fs.cat_file(self._path, start=start, end=end))
        if len(part) != end - start:
            raise ConnectionResetError("the file ended early")
        return part


def check_writable(file: bytes, *, may_make: bool = False) -> None:
    """Refuse what cannot be written before hours of work. Raises `RunError`.

    With `may_make`, its folder is made.
    """
    place = store(file)
    if place.scheme in HTTP:
        raise RunError(
            f"{shown(file)}: web servers are only read: write to a local file or to a "
            "store such as s3://",
            USAGE,
        )
    if file.endswith(b"/"):
        raise RunError(f"{shown(file)} is a folder: name a file in it", USAGE)
    path = place.path(file)
    bucket = path.partition("/")[0]
    folder = bucket if place.scheme in ATOMIC else path.rpartition("/")[0] or "/"
    try:
        if may_make and place.scheme not in ATOMIC:
            place.patiently(lambda: place.fs.makedirs(folder, exist_ok=True))
        place.info(folder)
    except StoreError as error:
        if error.passing or error.missing:  # who may write need not be able to look
            remedy = "make it first" if error.missing else "run again when it answers"
            raise RunError(f"cannot write {shown(file)}: {error}: {remedy}") from None


def put(local: str, file: bytes) -> None:
    """Send a finished file. Raises `RunError`."""
    try:
        store(file).put(local, file)
    except StoreError as error:
        raise RunError(f"cannot write {shown(file)}: {error}") from None


def names_below(folder: bytes) -> list[str]:
    """The files below a folder, by their names below it. Raises `RunError`."""
    place = store(folder)
    top = place.path(folder).rstrip("/")
    try:
        found = place.patiently(lambda: list(place.fs.find(top)))
    except StoreError as error:
        raise failed(folder, error) from None
    return [name[len(top) + 1 :] for name in found if name.startswith(f"{top}/")]


def size(file: bytes) -> int | None:
    """The bytes of a file; `None` where there is none. Raises `RunError`."""
    told = _told(file)
    return None if told is None else int(told["size"])


def exists(file: bytes) -> bool:
    """Whether there is such a file. Raises `RunError` where that is not known."""
    return _told(file) is not None


def _told(file: bytes) -> Mapping[str, Any] | None:
    """What a store says of a file; `None` where there is none. Raises `RunError`."""
    place = store(file)
    try:
        return place.info(place.path(file))
    except StoreError as error:
        if error.missing:
            return None
        raise failed(file, error) from None


def content(file: bytes) -> bytes | None:
    """A small file whole; `None` where there is none. Raises `RunError`."""
    place = store(file)
    path = place.path(file)
    try:
        return place.patiently(lambda: bytes(place.fs.cat_file(path)))
    except StoreError as error:
        if error.missing:
            return None
        raise failed(file, error) from None


def remove(file: bytes) -> None:
    """Remove a file. Raises `RunError`."""
    place = store(file)
    path = place.path(file)
    try:
        place.patiently(lambda: place.fs.rm_file(path))
    except StoreError as error:
        if not error.missing:
            raise failed(file, error) from None


def remove_below(folder: bytes) -> None:
    """Remove every file below a folder, some at once. Raises `RunError`.

    One by one, though stores can remove by a list: their clients take a `*` in a name
    for any letters.
    """
    top = folder.rstrip(b"/") + b"/"
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in threads.map(
            lambda name: remove(top + os.fsencode(name)), names_below(folder)
        ):
            pass
    place = store(folder)
    if place.scheme not in ATOMIC:  # where there are folders
        try:
            place.patiently(lambda: place.fs.rm(place.path(top), recursive=True))
        except StoreError as error:
            if not error.missing:
                raise failed(folder, error) from None


def failed(file: bytes, error: StoreError, status: int = FAILED) -> RunError:
    """A run that cannot do its work for what a store does not do."""
    remedy = ": check its name" if error.missing else ""
    if error.passing:
        remedy = ": run again when it answers"
    return RunError(f"{shown(file)}: {error}{remedy}", status)

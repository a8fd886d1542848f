"""Folders behind addresses, with what `make test` has: plain files and a web server."""

from __future__ import annotations

import functools
import gzip
import http.server
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from newsingest.article.record import RejectedError
from newsingest.run import listing, remote, sources
from newsingest.run.inputs import Input, Root, Selection, Stamp
from newsingest.run.summary import RunError

pytest.importorskip("fsspec", reason="pip install newsingest[remote]")
COMMAND = str(Path(sys.executable).parent / "newsingest")
ARTICLE = "حديقة في المدينة\n\nأعلنت البلدية بدء العمل في الحديقة أمس.\n".encode()


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    top = tmp_path_factory.mktemp("disk") / "news"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("in/1.txt", ARTICLE)
    for name, raw in {
        "a.txt": ARTICLE,
        "a/b.txt": ARTICLE,
        "a-b/c.txt.gz": gzip.compress(ARTICLE, mtime=0),
        "أخبار/مقال أول.txt": ARTICLE,
        "100%25/a+b&c=d.txt": ARTICLE,
        ".hidden.txt": ARTICLE,
        ".git/1.txt": ARTICLE,
        "drafts/1.txt": ARTICLE,
        "drafts/2.txt": ARTICLE,
        "empty.txt": b"",
        "notes.md": b"",
        "x.zip": archive.getvalue(),
        "z.txt": ARTICLE,
    }.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(raw)
    return top


@pytest.fixture(scope="module")
def web(disk):
    """A web server that lists folders, as most do."""
    pytest.importorskip("aiohttp")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            if "flaky" in self.path and self.path not in self.server.failed:
                self.server.failed.add(self.path)
                self.send_error(503)
            elif "broken" in self.path:
                self.send_error(500)
            else:
                self.path = self.path.replace("flaky/", "")
                super().do_GET()

    handler = functools.partial(Quiet, directory=str(disk.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.failed = set()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def run(*arguments, **more):
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", **more}
    done = subprocess.run(
        [COMMAND, "parse", *arguments, "-q"],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def expected(disk):
    done = run(str(disk), "--exclude", "drafts")
    assert done.returncode == 3
    assert done.stdout.count("\n") == 7
    return done.stdout


@pytest.mark.parametrize("kind", ["file", "web"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_address_gives_what_the_folder_gives(kind, jobs, disk, web, expected):
    place = f"file://{disk}" if kind == "file" else f"{web}/news/"
    done = run(place, "--exclude", "drafts", "-j", jobs)
    assert done.stdout == expected
    assert done.returncode == 3


def test_a_list_below_an_address(web, expected):
    paths = "\n".join(
        json.loads(line)["metadata"]["path"] for line in expected.splitlines()
    )
    done = subprocess.run(
        [COMMAND, "parse", "-q", "--root", f"{web}/news/", "--files-from", "-"],
        input=paths, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stdout == expected, done.stderr


AGO = "خبر\n\nمنذ 3 ساعات\n\nأعلنت البلدية بدء العمل في الحديقة أمس.\n"


def test_a_time_that_no_listing_tells_is_asked_for(disk, web):
    """Web servers say with a file alone how old it is."""
    put = disk.parent / "ago" / "1.txt"
    put.parent.mkdir()
    put.write_text(AGO, "utf-8")
    os.utime(put, (1_709_800_000, 1_709_800_000))
    relative = ("--relative-to", "mtime", "--source", "ago")
    there = run(f"{web}/ago/", *relative).stdout
    assert there == run(str(put.parent), *relative).stdout
    assert json.loads(there)["created"].startswith("2024-03-07T05:26")


def shards(*arguments, cwd):
    return subprocess.run(
        [COMMAND, "shards", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["file", "web"])
def test_a_plan_and_a_list_are_read_where_they_are(kind, disk, web, tmp_path):
    top = disk.parent / f"plans-{kind}"
    top.mkdir()
    (top / "list").write_text(f"{disk}/a.txt\n{disk}/empty.txt\n")
    there = f"file://{top}" if kind == "file" else f"{web}/{top.name}"
    plan = f"{there}/plan.jsonl"
    listed = ("--files-from", f"{there}/list")
    made = shards("plan", *listed, "-o", top / "plan.jsonl", "--size", 1, cwd=tmp_path)
    assert "2 inputs in 2 shards" in made.stderr
    done = shards("run", plan, "--out", "parts", "-q", "--only", "1", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "left: 0" in shards("status", plan, "parts", cwd=tmp_path).stdout
    assert shards("run", plan, "--out", "parts", cwd=tmp_path).returncode == 3
    merged = shards("merge", plan, "parts", "-q", cwd=tmp_path)
    assert merged.stdout == run(*listed).stdout != ""
    gone = shards("run", f"{there}/gone", "--out", "parts", cwd=tmp_path)
    assert gone.returncode == 2
    assert "no such file: `newsingest shards plan` makes one" in gone.stderr


def test_files_of_unknown_size_fill_shards_too(disk, tmp_path):
    paths = [f"file://{disk}/{name}\n" for name in ("a.txt", "z.txt", "empty.txt")]
    (tmp_path / "list").write_text("".join(paths))
    options = ("--files-from", "list", "-o", "plan", "--size", "128KiB")
    made = shards("plan", *options, cwd=tmp_path)
    assert "3 inputs in 2 shards" in made.stderr


def test_what_passes_is_waited_for(web, expected):
    done = run(f"{web}/flaky/news/", "--exclude", "drafts")
    assert done.stdout == expected


def test_what_stays_is_told(web):
    """In a process of its own, as all that would start threads in this one."""
    code = (
        "from newsingest.run import listing, remote; remote.WAITS = (0.0,); "
        f"listing.root_of(b'{web}/news/broken.txt', None, None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (
        "the server says 500 Internal Server Error, 2 times: run again" in done.stderr
    )


@pytest.mark.parametrize("place", ["/nowhere/", "/news/nowhere.txt"])
def test_what_is_missing_is_no_silence(place, web):
    done = run(web + place)
    assert done.returncode == 1
    assert "no such file or folder: check its name" in done.stderr


def test_output_behind_an_address_appears_whole(disk, tmp_path, expected):
    (tmp_path / "out").mkdir()
    output = tmp_path / "out" / "records.jsonl"
    output.write_text("before\n")
    done = run(
        str(disk), "--exclude", "drafts", "-o", f"file://{output}", TMPDIR=str(tmp_path)
    )
    assert done.returncode == 3
    assert output.read_text() == expected
    assert os.listdir(tmp_path / "out") == ["records.jsonl"]
    assert os.listdir(tmp_path) == ["out"]
    nowhere = run(str(disk), "-o", f"file://{tmp_path}/nowhere/records.jsonl")
    assert nowhere.returncode == 1
    assert "make it first" in nowhere.stderr


@pytest.mark.parametrize(
    "place",
    [
        "https://me:secret@example.org/news/",
        "https://example.org/1.txt?X-Amz-Signature=secret",
        "sftp://me:secret@example.org/news",
    ],
)
def test_credentials_in_an_address_are_refused_and_not_repeated(place):
    done = run(place)
    assert done.returncode == 2
    assert "credentials belong in the environment" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["-o", "https://example.org/records.jsonl"], "web servers are only read"),
        (["-o", "memory://x", "--state", "state"], "nothing can be appended there"),
        (["--state", "memory://x"], "name a local file"),
    ],
)
def test_what_an_address_cannot_be_is_refused(
    options, told, disk, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    done = run(str(disk), *options)
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr


def test_without_the_extra_its_name_is_told(tmp_path):
    (tmp_path / "fsspec.py").write_text("raise ImportError('no fsspec')")
    done = run("s3://bucket/news", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "pip install 'newsingest[remote]'" in done.stderr


def command(*arguments):
    return subprocess.run(
        [COMMAND, *arguments], capture_output=True, text=True, check=False
    )


def test_one_article_is_explained_where_it_is(disk):
    far = command("explain", f"file://{disk}/a.txt")
    assert (far.returncode, far.stdout) == (
        0,
        command("explain", f"{disk}/a.txt").stdout,
    )
    missing = command("explain", f"file://{disk}/none.txt")
    assert (missing.returncode, "no such file or folder" in missing.stderr) == (3, True)


def test_records_are_not_verified_against_an_address(disk):
    done = command("verify", "--root", "s3://bucket/news", os.devnull)
    assert (done.returncode, "copy the folder here" in done.stderr) == (2, True)


def test_a_start_imports_none_of_it(disk):
    code = (
        "import sys; from newsingest.run import options, ingest, sources; "
        "print({'fsspec', 'aiohttp', 'asyncio', 'newsingest.run.remote'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_too_large_is_known_before_anything_is_read(monkeypatch):
    store = remote.store(b"memory://big/")
    monkeypatch.setattr(store.fs, "cat_file", lambda *_, **__: pytest.fail("was read"))
    with pytest.raises(RejectedError, match="5,000 bytes"):
        remote.fetch(b"memory://big/1.txt", Stamp(5000), 4096)


def test_what_grew_since_it_was_listed_is_not_read_whole():
    remote.store(b"memory://grown/").fs.pipe_file("/grown/1.txt", b"x" * 100_000)
    with pytest.raises(RejectedError, match="4,097 bytes"):
        remote.fetch(b"memory://grown/1.txt", Stamp(5), 4096)


def test_reading_ahead_keeps_the_order_and_its_bound():
    fs = remote.store(b"memory://ahead/").fs
    items = []
    for number in range(200):
        fs.pipe_file(f"/ahead/{number}.txt", b"%d" % number)
        stamp = Stamp(remote.AHEAD_BYTES // 4)
        items.append(
            Input(
                b"memory://ahead/%d.txt" % number, f"{number}.txt", "ahead", stamp=stamp
            )
        )
    fetcher = remote.Fetcher(remote.AHEAD_BYTES, 60)
    found = list(fetcher.ahead(items))
    fetcher.close()
    assert [one.raw for one in found] == [b"%d" % number for number in range(200)]


def roots(path, root=None):
    found = listing.root_of(path, root, None, look=False)
    return found.below, found.source, found.folder


@pytest.mark.parametrize(
    ("path", "root", "below", "source", "folder"),
    [
        (b"s3://bucket/crawl/news/", None, b"", "news", True),
        (b"s3://bucket/", None, b"", "bucket", True),
        (b"s3://bucket/crawl/news/1.txt", None, b"1.txt", "news", False),
        (b"s3://bucket/1.txt", None, b"1.txt", "bucket", False),
        (b"a/1.txt", b"s3://bucket/news", b"a/1.txt", "news", False),
        (b"s3://bucket/news/a/", b"s3://bucket/news/", b"a/", "news", True),
        (b"https://example.org:8080/", None, b"", "example.org", True),
        (b"https://example.org/a%20b/%D8%A3.txt", None, "أ.txt".encode(), "a b", False),
    ],
)
def test_names_are_those_of_a_folder_on_disk(path, root, below, source, folder):
    assert roots(path, root) == (below, source, folder)


def test_what_is_not_below_the_root_is_refused():
    with pytest.raises(RunError, match="is not below --root"):
        roots(b"s3://other/1.txt", b"s3://bucket/news")


def test_a_flat_listing_counts_as_a_walk_does():
    """Folders that are passed over count once, wherever they stand."""
    names = [
        b"a/1.txt",
        b"a/.x/1.txt",
        b"a/skip/1.txt",
        b"a/skip/2.txt",
        b"b.txt",
        b"skip/1.txt",
        b"z.txt",
    ]
    skipped = Counter()
    root = Root(b"s3://bucket/", b"", "bucket", folder=True)
    found = listing.Listing(root, Selection(exclude=("skip",)), skipped)
    taken = [
        name
        for name, _ in found.taken(iter([(name, Stamp()) for name in sorted(names)]))
    ]
    assert taken == [b"a/1.txt", b"b.txt", b"z.txt"]
    assert skipped == {"excluded": 2}


class Pages:
    """A listing in pages, as S3 gives it."""

    closing = threading.Event()

    def __init__(self, *pages):
        self.pages = pages
        self.fs = self

    def patiently(self, ask):
        return ask()

    def split_path(self, url):
        return *url.removeprefix("s3://").split("/", 1), None

    def call_s3(self, _, Bucket, Prefix, ContinuationToken="0"):  # noqa: N803, ARG002 - S3's
        page = int(ContinuationToken)
        return {
            "Contents": [{"Key": Prefix + key, "Size": 1} for key in self.pages[page]],
            "IsTruncated": page + 1 < len(self.pages),
            "NextContinuationToken": str(page + 1),
        }


def test_a_listing_is_taken_page_by_page():
    found = listing.flat(Pages(["", "1.txt", "a/"], ["a/2.txt"]), b"s3://bucket/news/")
    assert [name for name, _ in found] == [b"1.txt", b"a/2.txt"]


def test_a_listing_in_no_order_is_refused():
    with pytest.raises(remote.StoreError, match="in no order"):
        list(listing.flat(Pages(["b.txt", "a.txt"]), b"s3://bucket/news/"))


def test_a_store_that_fails_again_and_again_is_asked_once(monkeypatch):
    monkeypatch.setattr(remote, "WAITS", (0.0, 0.0))
    store = remote.Store("memory://patience/")
    asked = []

    def ask():
        asked.append(1)
        raise ConnectionResetError("gone")

    for _ in range(remote.GIVE_UP):
        with pytest.raises(remote.StoreError, match="gone, 3 times"):
            store.patiently(ask)
    with pytest.raises(remote.StoreError, match=r"^gone$"):
        store.patiently(ask)
    assert len(asked) == 3 * remote.GIVE_UP + 1
    assert store.patiently(lambda: 1) == 1
    with pytest.raises(remote.StoreError, match="gone, 3 times"):
        store.patiently(ask)


@pytest.mark.parametrize(
    ("error", "passing", "missing"),
    [
        (FileNotFoundError("x"), False, True),
        (PermissionError("x"), False, False),
        (TimeoutError(), True, False),
        (OSError(16, "SlowDown"), True, False),
        (OSError(22, "InvalidRange"), False, False),
        (ValueError("x"), False, False),
    ],
)
def test_what_may_pass(error, passing, missing, monkeypatch):
    monkeypatch.setattr(remote, "WAITS", ())

    def ask():
        raise error

    with pytest.raises(remote.StoreError) as told:
        remote.Store("memory://errors/").patiently(ask)
    assert (told.value.passing, told.value.missing) == (passing, missing)


@pytest.mark.parametrize(
    ("info", "mark"),
    [
        ({"ETag": '"abc"', "LastModified": "2024-03-07T00:00:00Z"}, "tag"),
        ({"mtime": 1.5}, 1_500_000_000),
        ({"Last-Modified": "Thu, 01 Jan 1970 00:00:02 GMT"}, 2_000_000_000),
        ({}, None),
    ],
)
def test_stamps(info, mark):
    found = remote.stamp(info).mark
    assert found < -1 if mark == "tag" else found == mark


def test_a_named_folder_is_a_root(disk):
    (root,) = sources.named([f"file://{disk}".encode()], root=None, source=None)
    assert (root.source, root.folder, root.file) == (
        "news",
        True,
        f"file://{disk}/".encode(),
    )

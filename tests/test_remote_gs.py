"""Folders in a server that speaks Google's Cloud Storage, on loopback: `make remote`."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

GRPC = "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"
os.environ[GRPC] = "false"  # read when gcsfs is imported; no emulator answers to it

gcsfs = pytest.importorskip("gcsfs", reason="make remote")
pytest.importorskip("gcp_storage_emulator", reason="make remote")

from faults import Fault, Proxy, served  # noqa: E402

BIN = Path(sys.executable).parent
ARTICLE = "افتتاح الحديقة رقم {0}\n\nالقاهرة - رويترز\n\n7 مارس 2024\n\nأعلنت البلدية بدء العمل في الحديقة رقم {0} أمس.\n"


@pytest.fixture(scope="module")
def server():
    """The port of an emulator in a process of its own."""
    command = (BIN / "gcp-storage-emulator", "start", "--host", "127.0.0.1")
    with served(*command, "--in-memory", "--default-bucket", "corpus") as port:
        yield port


@pytest.fixture(scope="module")
def proxy(server):
    proxy = Proxy(server)
    yield proxy
    proxy.close()


@pytest.fixture(autouse=True)
def calm(proxy):
    proxy.reset()
    yield
    proxy.reset()


@pytest.fixture(scope="module")
def environment(proxy):
    here = {
        "STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{proxy.port}",
        "FSSPEC_GS_TOKEN": "anon",
        "NO_PROXY": "127.0.0.1",
    }
    mine = {name: value for name, value in os.environ.items() if name != GRPC}
    return mine | here  # newsingest is to see to it alone


@pytest.fixture(scope="module")
def bucket(server):
    """The store as another program sees it, past the proxy."""
    return gcsfs.GCSFileSystem(
        endpoint_url=f"http://127.0.0.1:{server}",
        token="anon",  # noqa: S106 - none
        use_listings_cache=False,
    )


@pytest.fixture(scope="module")
def disk(tmp_path_factory, bucket):
    """A folder on disk, and the same in the bucket."""
    top = tmp_path_factory.mktemp("disk") / "news"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("in/1.txt", ARTICLE.format(100))
    names = {f"{n % 3}/{n}.txt": ARTICLE.format(n).encode() for n in range(30)}
    names |= {
        "a.txt": ARTICLE.format("a").encode(),
        "a/b.txt": ARTICLE.format("b").encode(),
        "أخبار/مقال أول.txt": ARTICLE.format("c").encode(),
        "empty.txt": b"",
        "x.zip": archive.getvalue(),
        ".hidden.txt": b"hidden",
        "notes.md": b"no article",
    }
    for name, raw in names.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(raw)
        bucket.pipe_file(f"corpus/news/{name}", raw)
    return top


@pytest.fixture
def newsingest(environment, tmp_path):
    def newsingest(*arguments):
        done = subprocess.run(
            [BIN / "newsingest", *arguments], env=environment, cwd=tmp_path,
            capture_output=True, text=True, check=False, timeout=200,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return newsingest


@pytest.mark.parametrize(
    "fault",
    [None, Fault(r"alt=media", "503", 3), Fault(r"alt=media", "cut", 3), Fault(r"/o\?", "503", 2)],
    ids=["calm", "503", "cut", "listing"],
)  # fmt: skip
def test_a_bucket_gives_what_the_folder_gives(fault, disk, newsingest, proxy):
    whole = newsingest("parse", disk, "-q")
    proxy.reset(*([fault] if fault else []))
    there = newsingest("parse", "gs://corpus/news", "-q")
    assert there.stdout == whole.stdout, there.stderr
    assert there.stdout.count("\n") == 34
    assert there.returncode == whole.returncode == 3
    assert fault is None or fault.times == 0


def test_plan_parts_and_records_are_in_the_store(disk, bucket, newsingest, proxy):
    plan, parts, out = (f"gs://corpus/{name}" for name in ("plan", "parts", "records"))
    news = "gs://corpus/news"
    assert newsingest("shards", "plan", news, "-o", plan, "--size", "10").returncode == 0  # fmt: skip
    proxy.reset(Fault(r"^POST .*upload", "503", 1))
    assert newsingest("shards", "run", plan, "--out", parts, "-q").returncode == 3
    assert newsingest("shards", "merge", plan, parts, "-o", out, "-q").returncode == 3
    whole = newsingest("parse", disk, "-q").stdout
    assert bucket.cat_file("corpus/records").decode() == whole
    assert not [name for name in bucket.ls("corpus/parts") if "tries" in name]


def test_a_state_knows_objects(disk, bucket, newsingest, proxy):
    options = ("parse", "gs://corpus/small", "--state", "state", "-o", "records")
    for number in range(5):
        bucket.pipe_file(f"corpus/small/{number}.txt", ARTICLE.format(number).encode())
    assert "5 records" in newsingest(*options).stderr
    bucket.pipe_file("corpus/small/1.txt", ARTICLE.format(11).encode())
    proxy.reset()
    assert "1 record, 4 skipped (4 unchanged)" in newsingest(*options).stderr
    assert len(proxy.requests("alt=media")) == 1


@pytest.mark.parametrize("place", ["gs://corpus/nowhere", "gs://nobucket/news"])
def test_what_is_missing_is_no_silence(place, newsingest):
    done = newsingest("parse", place)
    assert done.returncode == 1
    assert f"{place}: no such file or folder: check its name" in done.stderr


def test_a_time_relative_to_an_object_is_kept_in_shards(bucket, newsingest):
    ago = "خبر\n\nمنذ 3 ساعات\n\nأعلنت البلدية بدء العمل في الحديقة أمس.\n"
    bucket.pipe_file("corpus/ago/1.txt", ago.encode())
    relative = ("gs://corpus/ago", "--relative-to", "mtime")
    whole = newsingest("parse", *relative, "-q").stdout
    assert json.loads(whole)["created"] is not None
    assert newsingest("shards", "plan", *relative, "-o", "plan", "-q").returncode == 0
    assert newsingest("shards", "run", "plan", "--out", "parts").returncode == 0
    assert newsingest("shards", "merge", "plan", "parts", "-q").stdout == whole

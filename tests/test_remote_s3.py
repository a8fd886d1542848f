"""Folders in a real S3 server on loopback, with faults in the middle: `make remote`."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

s3fs = pytest.importorskip("s3fs", reason="make remote")
pytest.importorskip("moto.server", reason="make remote")

from faults import Fault, Proxy, served  # noqa: E402

COMMAND = str(Path(sys.executable).parent / "newsingest")
SECRET = "wJalrXUtnFEMI-not-a-secret"  # noqa: S105 - of nobody
ARTICLE = """افتتاح الحديقة رقم {number}

القاهرة - رويترز

أعلنت البلدية اليوم الخميس بدء العمل في الحديقة رقم {number} بعد توقف دام عامين.

{more}
"""


def article(number, more=""):
    return ARTICLE.format(number=number, more=more).encode()


@pytest.fixture(scope="module")
def server():
    """The port of a moto server in a process of its own."""
    command = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1")
    with served(*command, port="-p") as port:
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
    proxy.slow = 0.0


@pytest.fixture(scope="module")
def environment(proxy, tmp_path_factory):
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("AWS_", "NEWSINGEST_PARSE"))
    }
    home = tmp_path_factory.mktemp("home")
    return kept | {
        "AWS_ACCESS_KEY_ID": "AKIANOBODY",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{proxy.port}",
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": str(home),
        "TMPDIR": str(home),
    }


@pytest.fixture(scope="module")
def bucket(server):
    """The store as another program sees it, past the proxy."""
    fs = s3fs.S3FileSystem(
        key="AKIANOBODY",
        secret=SECRET,
        endpoint_url=f"http://127.0.0.1:{server}",
        client_kwargs={"region_name": "us-east-1"},
        use_listings_cache=False,
    )
    fs.call_s3("create_bucket", Bucket="corpus")
    return fs


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A folder as people keep them, names out of order, with what is to be passed over."""
    top = tmp_path_factory.mktemp("disk") / "news"
    for number in range(1010):  # more than a page of a listing
        put(top / f"2024/{number % 7:02}/{number}.txt", article(number))
    put(top / "a.txt", article(1))
    put(top / "a/b.txt", article(2))
    put(top / "a-b/c.txt.gz", gzip.compress(article(3), mtime=0))
    put(top / "أخبار/مقال أول.txt", article(4))
    put(top / "100%/a+b&c=d.txt", article(5))
    put(top / ".hidden.txt", article(6))
    put(top / ".git/7.txt", article(7))
    put(top / "drafts/8.txt", article(8))
    put(top / "drafts/more/9.txt", article(9))
    put(top / "empty.txt", b"")
    put(top / "notes.md", b"no article")
    put(
        top / "x.zip",
        zipped(
            {"in/1.txt": article(10), "2.txt.gz": gzip.compress(article(11), mtime=0)}
        ),
    )
    put(top / "y.tar.gz", tarred({"1.txt": article(12), "deep/2.txt": article(13)}))
    return top


def put(file, raw):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(raw)


def zipped(members):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return whole.getvalue()


def tarred(members):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for name, raw in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    return whole.getvalue()


@pytest.fixture(scope="module")
def corpus(disk, bucket):
    files = [file for file in sorted(disk.rglob("*")) if file.is_file()]
    keys = [f"corpus/news/{file.relative_to(disk)}" for file in files]
    bucket.put([str(file) for file in files], keys)
    return "s3://corpus/news"


@pytest.fixture
def small(bucket):
    """A folder of ten articles that a test may change."""
    if bucket.exists("corpus/small"):
        bucket.rm("corpus/small", recursive=True)
    for number in range(10):
        bucket.pipe_file(f"corpus/small/{number}.txt", article(number))
    return "s3://corpus/small"


@pytest.fixture
def run(environment, tmp_path):
    def run(*arguments, **more):
        done = subprocess.run(
            [COMMAND, "parse", *arguments],
            env=environment | more,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        assert SECRET not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


SELECTED = ("--exclude", "drafts", "-q")


@pytest.fixture(scope="module")
def expected(disk, environment, tmp_path_factory):
    """What the folder on disk gives: records, rejects, summary."""
    return outcome(disk, environment, tmp_path_factory.mktemp("expected"), "-j", "1")


def outcome(place, environment, folder, *options):
    done = subprocess.run(
        [COMMAND, "parse", str(place), *SELECTED, "-o", "records", "--rejects", "rejects", "--summary", "summary", *options],
        env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    summary = json.loads((folder / "summary").read_bytes())
    del summary["seconds"]
    assert SECRET not in done.stderr
    return (folder / "records").read_bytes(), (folder / "rejects").read_bytes(), summary


@pytest.fixture
def given_by(environment, tmp_path):
    return lambda place, *options: outcome(place, environment, tmp_path, *options)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_bucket_gives_what_the_folder_gives(jobs, corpus, expected, given_by):
    assert expected[2]["records"] == 1019
    assert expected[2]["skipped"] == {"excluded": 1}
    assert expected[2]["rejected"] == {"empty": 1}
    assert given_by(corpus, "-j", jobs) == expected


def test_it_is_listed_once(corpus, run, proxy):
    assert run(corpus, "-o", "records", *SELECTED).returncode == 3
    assert len(proxy.requests(r"^GET /corpus\?.*list-type=2(?!.*max-keys=1&)")) == 2


FAULTS = {
    "503 in the middle of the listing": Fault("continuation-token", "503", 3),
    "the listing is cut": Fault("continuation-token", "cut", 2),
    "503 while reading": Fault(r"GET /corpus/news/2024/03", "503", 9),
    "contents are cut": Fault(r"GET /corpus/news/2024/05", "cut", 9),
    "connections are reset": Fault(r"^GET", "refuse", 5, after=40),
    "an archive is cut": Fault(r"GET /corpus/news/x.zip", "cut", 2),
    "a tar is cut": Fault(r"GET /corpus/news/y.tar.gz", "503", 2),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_passes_is_waited_for(fault, corpus, expected, given_by, proxy):
    proxy.reset(fault)
    assert given_by(corpus, "-j", "2") == expected
    assert fault.times == 0


@pytest.mark.parametrize("how", ["503", "cut", "refuse"])
def test_one_file_that_stays_unreadable_is_a_reject(how, small, run, proxy, tmp_path):
    proxy.reset(Fault(r"GET /corpus/small/5\.txt", how))
    done = run(small, "-o", "records", "--rejects", "rejects")
    assert done.returncode == 3
    (reject,) = map(json.loads, (tmp_path / "rejects").read_text().splitlines())
    assert (reject["path"], reject["source"], reject["reason"]) == (
        "5.txt",
        "small",
        "unreadable",
    )
    assert reject["detail"].endswith(", 6 times")
    # aiohttp itself asks again where a connection that was kept open is reset.
    assert len(proxy.requests(r"5\.txt")) in ({6, 12} if how == "refuse" else {6})
    assert (tmp_path / "records").read_text().count("\n") == 9
    proxy.reset()
    again = run(
        "--root",
        small,
        "--files-from",
        "list",
        "-o",
        "again",
        *given(tmp_path, "5.txt"),
    )
    assert again.returncode == 0
    record = json.loads((tmp_path / "again").read_text())
    whole = run(small)
    assert record in map(json.loads, whole.stdout.splitlines())


def given(folder, *paths):
    (folder / "list").write_text("".join(f"{path}\n" for path in paths))
    return ()


@pytest.mark.parametrize("how", ["503", "cut", "refuse"])
def test_a_listing_that_never_ends_well_ends_the_run(how, corpus, run, proxy, tmp_path):
    proxy.reset(Fault("continuation-token", how))
    (tmp_path / "records").write_text("before\n")
    done = run(corpus, "-o", "records")
    assert done.returncode == 1
    assert "s3://corpus/news/: " in done.stderr
    assert "6 times: run again when it answers" in done.stderr
    assert (tmp_path / "records").read_text() == "before\n"
    assert sorted(os.listdir(tmp_path)) == ["records"]


def test_a_server_that_dies_is_not_waited_for_at_every_file(small, run, proxy):
    proxy.reset(Fault(r"GET /corpus/small/\d", "refuse"))
    began = time.monotonic()
    done = run(small, "-j", "1")
    assert done.returncode == 3
    assert "10 rejected (10 unreadable)" in done.stderr
    assert time.monotonic() - began < 40


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("s3://corpus/nowhere", "s3://corpus/nowhere: no such file or folder: check its name"),
        ("s3://corpus/nowhere/", "s3://corpus/nowhere/: no such file or folder: check its name"),
        ("s3://nobucket/news", "s3://nobucket/news: no such file or folder: check its name"),
        ("s3://corpus/small/77.txt", "no such file or folder"),
    ],
)  # fmt: skip
def test_what_is_missing_is_no_silence(place, told, small, run):
    done = run(place)
    assert done.returncode == 1
    assert told in done.stderr


def test_an_empty_bucket_has_no_article(run, bucket):
    if not bucket.exists("void"):
        bucket.call_s3("create_bucket", Bucket="void")
    done = run("s3://void")
    assert done.returncode == 1
    assert "no article was found" in done.stderr
    assert run("s3://void", "--allow-empty").returncode == 0


def test_one_file_and_a_list(small, run, tmp_path):
    alone = run(f"{small}/3.txt", "-q")
    record = json.loads(alone.stdout)
    assert (record["source"], record["metadata"]["path"]) == ("small", "3.txt")
    given(tmp_path, f"{small}/3.txt", f"{small}/77.txt")
    done = run("--files-from", "list")
    assert done.returncode == 3
    assert done.stdout == alone.stdout
    assert "small/77.txt: unreadable: no such file or folder" in done.stderr


def test_what_is_too_large_is_not_asked_for(small, bucket, run, proxy):
    bucket.pipe_file("corpus/small/big.txt", b"x" * 5000)
    proxy.reset()
    done = run(small, "--max-bytes", "4K")
    assert done.returncode == 3
    assert "big.txt: too-large: 5,000 bytes, --max-bytes is 4,096" in done.stderr
    assert len(proxy.requests(r"GET /corpus/small/\d\.txt")) == 10
    assert not proxy.requests(r"big\.txt")


def test_without_credentials_the_remedy_is_told(small, bucket, run):
    done = run(small, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert done.returncode == 1
    assert "no credentials were found" in done.stderr
    for name in bucket.ls("corpus/small"):
        bucket.chmod(name, "public-read")
    assert (
        run(
            small, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", FSSPEC_S3_ANON="true"
        ).returncode
        == 0
    )


def test_a_state_knows_objects_by_their_etag(small, bucket, run, proxy, tmp_path):
    options = (small, "--state", "state", "-o", "records")
    assert "10 records, 0 skipped" in run(*options).stderr
    proxy.reset()
    bucket.pipe_file("corpus/small/1.txt", article(1))  # the same bytes, later
    assert "0 records, 10 skipped (10 unchanged)" in run(*options).stderr
    assert not proxy.requests(r"GET /corpus/small/\d")
    bucket.pipe_file("corpus/small/2.txt", article(22))
    bucket.pipe_file("corpus/small/new.zip", zipped({"1.txt": article(40)}))
    bucket.rm_file("corpus/small/3.txt")
    done = run(*options)
    assert "2 records, 8 skipped (8 unchanged)" in done.stderr
    assert "gone since the last run: 1 input" in done.stderr
    proxy.reset()
    assert "0 records, 10 skipped (10 unchanged)" in run(*options).stderr
    assert not proxy.requests(r"GET /corpus/small/(\d|new)")
    assert (tmp_path / "records").read_text().count("\n") == 12


def test_a_state_that_was_stopped_goes_on(small, run, proxy, tmp_path):
    proxy.reset(Fault(r"GET /corpus/small/[5-9]", "503"))
    options = (small, "--state", "state", "-o", "records")
    assert run(*options).returncode == 3
    proxy.reset()
    assert "5 records, 5 skipped (5 unchanged)" in run(*options).stderr
    ids = [
        json.loads(line)["id"]
        for line in (tmp_path / "records").read_bytes().splitlines()
    ]
    assert len(ids) == len(set(ids)) == 10


def test_output_appears_whole(small, bucket, run):
    done = run(
        small,
        "-o",
        "s3://corpus/out/records.jsonl.gz",
        "--rejects",
        "s3://corpus/out/rejects",
        "--summary",
        "s3://corpus/out/summary",
    )
    assert done.returncode == 0
    lines = gzip.decompress(bucket.cat_file("corpus/out/records.jsonl.gz"))
    assert lines.decode() == run(small, "-q").stdout
    assert bucket.cat_file("corpus/out/rejects") == b""
    assert json.loads(bucket.cat_file("corpus/out/summary"))["records"] == 10


@pytest.mark.parametrize("how", ["503", "refuse"])
def test_sending_is_tried_again(how, small, bucket, run, proxy):
    fault = Fault("^PUT /corpus/out", how, 3)
    proxy.reset(fault)
    assert run(small, "-o", f"s3://corpus/out/{how}.jsonl").returncode == 0
    assert fault.times == 0
    assert bucket.cat_file(f"corpus/out/{how}.jsonl").count(b"\n") == 10


def test_output_that_cannot_be_sent_is_kept_here(
    small, bucket, run, proxy, environment
):
    bucket.pipe_file("corpus/out/kept.jsonl", b"before\n")
    proxy.reset(Fault("^PUT", "503"))
    done = run(small, "-o", "s3://corpus/out/kept.jsonl")
    assert done.returncode == 1
    assert "cannot write s3://corpus/out/kept.jsonl: " in done.stderr
    kept = Path(done.stderr.partition("kept in ")[2].splitlines()[0])
    assert kept.parent == Path(environment["TMPDIR"])
    assert kept.read_bytes().count(b"\n") == 10
    assert bucket.cat_file("corpus/out/kept.jsonl") == b"before\n"
    kept.unlink()


def test_output_nowhere_is_told_before_the_work(small, run, proxy):
    done = run(small, "-o", "s3://nobucket/records.jsonl")
    assert done.returncode == 1
    assert (
        "cannot write s3://nobucket/records.jsonl: no such file or folder"
        in done.stderr
    )
    assert not proxy.requests(r"GET /corpus/small/\d")


@pytest.mark.parametrize(
    "output", ["s3://corpus/small/1.txt", "s3://corpus/small/out.txt"]
)
def test_output_among_the_inputs_is_refused(output, small, run):
    done = run(small, "-o", output)
    assert done.returncode == 2
    assert "is an input as well" in done.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_signal_leaves_nothing(jobs, corpus, bucket, proxy, environment):
    proxy.slow = 0.05
    command = [
        COMMAND,
        "parse",
        corpus,
        "-q",
        "-j",
        jobs,
        "-o",
        "s3://corpus/out/stopped.jsonl",
    ]
    with subprocess.Popen(command, env=environment, cwd=environment["HOME"]) as process:
        while len(proxy.requests("GET /corpus/news/2024")) < 60:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 143
    assert not bucket.exists("corpus/out/stopped.jsonl")
    assert not [
        name
        for name in os.listdir(environment["TMPDIR"])
        if name.startswith("newsingest")
    ]


def test_a_worker_that_is_killed_is_replaced(
    corpus, expected, proxy, environment, tmp_path
):
    proxy.slow = 0.02
    command = [COMMAND, "parse", corpus, *SELECTED, "-j", "2", "-o", "records"]
    with subprocess.Popen(command, env=environment, cwd=tmp_path) as process:
        while len(proxy.requests("GET /corpus/news/2024")) < 100:
            time.sleep(0.02)
        os.kill(workers(process.pid)[0], signal.SIGKILL)
        assert process.wait(100) == 3
    assert (tmp_path / "records").read_bytes() == expected[0]


def workers(parent):
    told = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        int(line.split()[0])
        for line in told.stdout.splitlines()
        if "--multiprocessing-fork" in line or "spawn_main" in line
    ]


@pytest.fixture
def shards(environment, tmp_path):
    def shards(*arguments, **more):
        command = [COMMAND, "shards", *map(str, arguments)]
        done = subprocess.run(
            command, env=environment | more, cwd=tmp_path,
            capture_output=True, text=True, check=False, timeout=200,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return shards


def test_shards_of_a_bucket_merge_to_what_parse_gives(
    small, bucket, shards, run, proxy
):
    bucket.pipe_file(
        "corpus/small/a.zip", zipped({"1.txt": article(50), "2.txt": article(51)})
    )
    bucket.pipe_file("corpus/small/empty.txt", b"")
    if bucket.exists("corpus/parts"):
        bucket.rm("corpus/parts", recursive=True)
    whole = run(small, "-q")
    parts = "s3://corpus/parts"
    assert shards("plan", small, "-o", "plan", "--size", "4", "-q").returncode == 0
    proxy.reset(
        Fault(r"^PUT /corpus/parts", "503", 2), Fault(r"^GET /corpus/small", "cut", 2)
    )
    assert shards("run", "plan", "--out", parts, "--only", "1-2", "-q").returncode == 0
    assert "2 of 4 parts whole" in shards("status", "plan", parts).stdout
    assert "lacks 2 of 4 parts" in shards("merge", "plan", parts).stderr
    assert shards("run", "plan", "--out", parts).returncode == 3
    proxy.reset()
    again = shards("run", "plan", "--out", parts)
    assert "4 of 4 parts were whole before" in again.stderr
    assert not proxy.requests(r"^(PUT|GET /corpus/small)")
    merged = shards("merge", "plan", parts, "-q", "--rejects", "rejects")
    assert merged.returncode == 3
    assert merged.stdout == whole.stdout
    assert (
        shards("merge", "plan", parts, "-q", "-o", "s3://corpus/out/merged").returncode
        == 3
    )
    assert bucket.cat_file("corpus/out/merged").decode() == whole.stdout
    assert not [name for name in bucket.ls("corpus/parts") if "tries" in name]


def test_a_part_that_was_begun_and_never_ended_is_marked(  # noqa: PLR0913, PLR0917
    small, bucket, shards, environment, proxy, tmp_path
):
    assert shards("plan", small, "-o", "plan", "--size", "100", "-q").returncode == 0
    proxy.slow = 0.3
    command = [COMMAND, "shards", "run", "plan", "--out", "s3://corpus/killed", "-q"]
    with subprocess.Popen(command, env=environment, cwd=tmp_path) as process:
        while not proxy.requests("GET /corpus/small/"):
            time.sleep(0.02)
        process.kill()
    assert bucket.cat_file("corpus/killed/tries-000000") == b"."
    proxy.slow = 0.0
    assert shards("run", "plan", "--out", "s3://corpus/killed", "-q").returncode == 0
    assert not bucket.exists("corpus/killed/tries-000000")


@pytest.fixture
def dataset(bucket):
    pytest.importorskip("pyarrow")
    if bucket.exists("corpus/dataset"):
        bucket.rm("corpus/dataset", recursive=True)
    return "s3://corpus/dataset"


def names(bucket):
    found = bucket.find("corpus/dataset")
    return sorted(name.removeprefix("corpus/dataset/") for name in found)


COLUMNS = ["README.md", "data/_SUCCESS", "data/part-000000.parquet"]


def test_columns_are_sent_whole_and_their_mark_last(dataset, small, bucket, run, proxy):
    columns = ("-o", dataset, "--format", "parquet")
    assert run(small, *columns, "--partition-by", "year").returncode == 0
    undated = "data/year=__HIVE_DEFAULT_PARTITION__/part-000000.parquet"
    assert names(bucket) == ["README.md", "data/_SUCCESS", undated]
    proxy.reset(Fault(r"^PUT /corpus/dataset", "503", 2))
    assert run(small, *columns).returncode == 0
    assert names(bucket) == COLUMNS
    changes = proxy.requests("^(PUT|DELETE|POST)")
    assert re.search(r"^DELETE .*_SUCCESS", changes[0])
    assert re.search(r"^PUT .*_SUCCESS", changes[-1])


def test_columns_that_cannot_be_sent_have_no_mark(dataset, small, bucket, run, proxy):
    columns = (small, "-o", dataset, "--format", "parquet")
    assert run(*columns).returncode == 0
    proxy.reset(Fault(r"^PUT .*parquet", "503"))
    done = run(*columns)
    assert done.returncode == 1
    assert "what was to be sent is kept in " in done.stderr
    assert "data/_SUCCESS" not in names(bucket)
    proxy.reset()
    assert run(*columns).returncode == 0
    assert names(bucket) == COLUMNS


def test_columns_do_not_go_among_other_things(dataset, small, bucket, run):
    bucket.pipe_file("corpus/dataset/thesis.txt", b"years of work")
    done = run(small, "-o", dataset, "--format", "parquet")
    assert done.returncode == 2
    assert "there is a thesis.txt in it" in done.stderr
    assert names(bucket) == ["thesis.txt"]


@pytest.fixture
def cluster(environment, tmp_path):
    """Workers of Dask that share no folder with the run, nor with one another."""
    pytest.importorskip("distributed")
    import clusters  # noqa: PLC0415 - needs Dask

    def apart(number):
        return ["env", f"TMPDIR={temporary(number)}", f"HOME={temporary(number)}"]

    def temporary(number):
        folder = tmp_path / f"machine-{number}"
        folder.mkdir(exist_ok=True)
        return folder

    with clusters.cluster(tmp_path, 3, before=apart, env=environment) as found:
        yield found


def whole(bucket, folder):
    return len(bucket.glob(f"{folder}/summary-*"))


DASK = ("--engine", "dask", "--shard-size", "50")


def test_machines_that_share_no_disk_lose_one(  # noqa: PLR0913, PLR0917
    corpus, bucket, cluster, expected, environment, proxy, tmp_path
):
    """Articles, plan, parts and records are all in the store; a worker is killed."""
    import clusters  # noqa: PLC0415 - needs Dask

    address, workers = cluster
    proxy.slow = 0.01
    proxy.reset(Fault(r"^PUT /corpus/dask/.*part-", "503", 2))
    command = [
        COMMAND, "parse", corpus, *SELECTED, *DASK, "--scheduler", address,
        "-o", "s3://corpus/dask/records.jsonl", "--rejects", "s3://corpus/dask/rejects",
        "--summary", "s3://corpus/dask/summary",
    ]  # fmt: skip
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as process:
        parts = "corpus/dask/records.jsonl.shards"
        clusters.until(lambda: whole(bucket, parts) >= 3)
        os.kill(clusters.busy(*workers)[0], signal.SIGKILL)
        told = process.communicate(timeout=200)[1]
    assert process.returncode == 3, told
    assert bucket.cat_file("corpus/dask/records.jsonl") == expected[0]
    assert bucket.cat_file("corpus/dask/rejects") == expected[1]
    summary = json.loads(bucket.cat_file("corpus/dask/summary"))
    assert {**summary, "seconds": 0} == {**expected[2], "seconds": 0}
    left = sorted(bucket.find("corpus/dask"))
    assert left == [f"corpus/dask/{name}" for name in ("records.jsonl", "rejects", "summary")]  # fmt: skip


def test_a_run_that_was_stopped_goes_on_from_the_parts_in_the_store(  # noqa: PLR0913, PLR0917
    small, bucket, cluster, run, proxy, environment, tmp_path
):
    address, _ = cluster
    options = ["--engine", "dask", "--shard-size", "1", "--scheduler", address]
    options += ["--shards", "s3://corpus/stopped", "-o", "records"]
    proxy.slow = 0.05
    command = [COMMAND, "parse", small, "-q", *options]
    with subprocess.Popen(command, env=environment, cwd=tmp_path) as process:
        while whole(bucket, "corpus/stopped") < 3:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    assert not (tmp_path / "records").exists()
    proxy.slow = 0.0
    before = whole(bucket, "corpus/stopped")
    proxy.reset()
    assert run(small, *options).returncode == 0
    assert len(proxy.requests(r"^PUT .*/part-")) <= 10 - before
    assert (tmp_path / "records").read_text() == run(small, "-q").stdout
    assert whole(bucket, "corpus/stopped") == 10


def test_a_store_that_cannot_be_written_is_told_before_the_work(small, cluster, run):
    address, _ = cluster
    options = ("--engine", "dask", "--scheduler", address, "--shards", "parts")
    done = run(small, *options, "-o", "s3://nobucket/records.jsonl")
    assert done.returncode == 1
    assert "cannot write s3://nobucket/records.jsonl: no such file" in done.stderr


def test_a_plan_and_a_list_in_the_store(small, bucket, shards, run, proxy):
    plan, parts = "s3://corpus/plans/PLAN.jsonl", "s3://corpus/planned"
    given = "".join(f"{small}/{number}.txt\n" for number in range(8))
    bucket.pipe_file("corpus/plans/list", given.encode())
    listed = ("--files-from", "s3://corpus/plans/list")
    assert shards("plan", *listed, "-o", plan, "--size", "3", "-q").returncode == 0
    proxy.reset(Fault(r"^GET /corpus/plans", "cut", 2))
    assert shards("run", plan, "--out", parts, "--only", "1-2").returncode == 0
    assert "left: 0" in shards("status", plan, parts).stdout
    assert shards("run", plan, "--out", parts).returncode == 0
    merged = shards("merge", plan, parts, "-q")
    assert merged.returncode == 0, merged.stderr
    assert merged.stdout == run(*listed, "-q").stdout
    assert merged.stdout.count("\n") == 8


@pytest.mark.parametrize(
    ("how", "status", "told"),
    [
        (None, 2, "no such file: `newsingest shards plan` makes one"),
        ("503", 1, "run again when it answers"),
    ],
)
def test_a_plan_that_cannot_be_had_is_told(  # noqa: PLR0913, PLR0917
    how, status, told, shards, proxy, bucket
):
    name = "gone" if how is None else "there"
    bucket.pipe_file("corpus/plans/there", b"{}\n")
    proxy.reset(*([Fault(r"/corpus/plans/there", how)] if how else []))
    done = shards("status", f"s3://corpus/plans/{name}", "parts")
    assert done.returncode == status
    assert told in done.stderr
    done = shards("plan", "--files-from", f"s3://corpus/plans/{name}", "-o", "plan")
    assert done.returncode == status
    assert f"s3://corpus/plans/{name}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_time_relative_to_an_object_is_kept_in_shards(bucket, shards, run):
    bucket.pipe_file(
        "corpus/ago/1.txt", "افتتاح الحديقة\n\nمنذ 3 ساعات\n\nأعلنت البلدية بدء العمل في الحديقة.\n".encode()
    )  # fmt: skip
    relative = ("s3://corpus/ago", "--relative-to", "mtime")
    whole = run(*relative, "-q").stdout
    assert json.loads(whole)["created"] is not None
    assert shards("plan", *relative, "-o", "plan", "-q").returncode == 0
    assert shards("run", "plan", "--out", "parts").returncode == 0
    assert shards("merge", "plan", "parts", "-q").stdout == whole

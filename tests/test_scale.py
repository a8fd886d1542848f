"""On real clusters: workers killed, starved and cut off; `make scale`, minutes.

Everything is a process of its own, as in life: the scheduler, each worker, the run.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="Dask is not installed: make scale")

from clusters import busy, cluster, end, until

ROOT = Path(__file__).parents[1]
KILLS = int(os.environ.get("NEWSINGEST_KILLS", "10"))
ARTICLES, SHARD = 6000, 100
NEWSINGEST = [sys.executable, "-m", "newsingest"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder of articles, and what `parse` makes of it."""
    desk = tmp_path_factory.mktemp("desk")
    command = [sys.executable, ROOT / "bench" / "corpus.py", desk / "news"]
    subprocess.run([*command, "--files", str(ARTICLES)], check=True)
    (desk / "news" / "empty.txt").write_bytes(b"")
    parse = [*NEWSINGEST, "parse", "news", "-q", "-j", "1", "-o", "records.jsonl"]
    done = subprocess.run([*parse, "--rejects", "rejects.jsonl"], cwd=desk, check=False)
    assert done.returncode == 3
    return desk


@contextmanager
def running(desk, *args, news="news"):
    """A run on a cluster, with its output in a folder of its own."""
    out = desk / f"out-{random.random()}"  # noqa: S311 - a name
    out.mkdir()
    command = [
        *NEWSINGEST, "parse", news, "--engine", "dask", "--shard-size", str(SHARD),
        "-o", out / "records.jsonl", "--rejects", out / "rejects.jsonl",
        "--summary", out / "summary.json", *args,
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=desk, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process, out
    finally:
        end(process)
        shutil.rmtree(out)


def whole(out):
    return len(list((out / "records.jsonl.shards").glob("summary-*")))


def same_as_parse(desk, out):
    """Exactly one record an input, and the very bytes."""
    for name in ("records.jsonl", "rejects.jsonl"):
        assert (out / name).read_bytes() == (desk / name).read_bytes(), name
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["inputs"], summary["records"]) == (ARTICLES + 1, ARTICLES)
    assert os.listdir(out) != ["records.jsonl.shards"]


def test_a_worker_killed_at_any_moment_costs_nothing(desk):
    chance = random.Random(8)  # noqa: S311 - the same moments on every run
    ends, in_hand = Counter(), 0
    with cluster(desk, 3) as (address, workers):
        for _ in range(KILLS):
            with running(desk, "--scheduler", address) as (process, out):
                after = chance.randrange(ARTICLES // SHARD)
                until(lambda out=out, after=after: whole(out) >= after)
                time.sleep(chance.uniform(0, 0.05))
                victim = chance.choice(until(lambda: busy(*workers)))
                in_hand += bool(list(out.glob("*/tries-*")))
                os.kill(victim, signal.SIGKILL)
                told = process.communicate(timeout=120)[1]
                assert process.returncode == 3, told
                same_as_parse(desk, out)
                ends[process.returncode] += 1
    print(  # noqa: T201 - make scale shows it
        f"killed {KILLS} times, {in_hand} with shards in hand: "
        f"{ends[3]} runs with exactly one record an input"
    )


def test_a_machine_that_is_lost_is_done_without(desk):
    with (
        cluster(desk, 3, "--no-nanny") as (address, workers),
        running(desk, "--scheduler", address) as (process, out),
    ):
        until(lambda: whole(out) >= 5)
        end(workers[0])
        until(lambda: whole(out) >= 15)
        end(workers[1])
        told = process.communicate(timeout=120)[1]
        assert process.returncode == 3, told
        same_as_parse(desk, out)


def test_a_local_cluster_starts_its_own_dead_anew(desk):
    with running(desk, "--workers", "2") as (process, out):
        until(lambda: whole(out) >= 5)
        os.kill(busy(process)[0], signal.SIGKILL)
        told = process.communicate(timeout=120)[1]
        assert process.returncode == 3, told
        assert len(told.splitlines()) == 1, told
        same_as_parse(desk, out)


def test_ctrl_c_leaves_whole_parts_and_the_command_goes_on(desk):
    with running(desk, "--workers", "2") as (process, out):
        until(lambda: whole(out) >= 5)
        os.killpg(process.pid, signal.SIGINT)
        told = process.communicate(timeout=60)[1]
        assert process.returncode == 130, told
        assert "to go on:" in told
        assert "Traceback" not in told
        before = {
            file: file.stat().st_mtime_ns
            for file in (out / "records.jsonl.shards").glob("part-*")
        }
        again = subprocess.run(
            process.args, cwd=desk, check=False, stderr=subprocess.PIPE
        )
        assert again.returncode == 3, again.stderr
        same_as_parse(desk, out)
        assert len(before) >= 5


DEADLY = """
import os, signal, sys
from newsingest.run import batch

def read(self, item, honest=batch.Worker._read):
    if item.path.startswith("killer"):
        os.kill(os.getpid(), signal.SIGKILL)
    if item.path.startswith("doom"):
        if "shards" in sys.argv:  # the careful try
            os.kill(os.getppid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
    return honest(self, item)

batch.Worker._read = read
"""


def rigged(desk, tmp_path, code, articles, *guilty):
    """Articles, and some that `code` knows; what makes every Python run it."""
    (tmp_path / "sitecustomize.py").write_text(code)
    news = tmp_path / "rigged"
    news.mkdir()
    for file in sorted((desk / "news").iterdir())[:articles]:
        shutil.copy(file, news)
    for name in guilty:
        shutil.copy(news / "0000000.txt", news / name)
    return news, {"PYTHONPATH": os.fspath(tmp_path)}


def test_only_the_guilty_are_rejected(desk, tmp_path):
    """An article that kills is found alone; a shard that kills even so is given up."""
    # By name, doom is the neighbour of 0200 to 0299.
    news, env = rigged(desk, tmp_path, DEADLY, 600, "killer.txt", "doom.txt")
    (news / "zz").mkdir()
    for number in range(150):
        shutil.copy(news / f"{number:07}.txt", news / "zz")
    with (
        cluster(desk, 3, env=env) as (address, _),
        running(desk, "--scheduler", address, news=news) as (process, out),
    ):
        told = process.communicate(timeout=200)[1]
        assert process.returncode == 3, told
        rejects = [
            json.loads(line)
            for line in (out / "rejects.jsonl").read_text().splitlines()
        ]
        details = {one["path"]: one["detail"] for one in rejects}
        assert set(Counter(one["reason"] for one in rejects)) == {"crashed"}
        assert "doom.txt" in details
        assert "died 3 times" in details["doom.txt"]
        assert len(rejects) == 100, (
            "doom's shard, which has the killer too, and no other"
        )
        records = (out / "records.jsonl").read_text().splitlines()
        assert len(records) == 752 - 100


def test_a_killer_alone_is_rejected_alone(desk, tmp_path):
    news, env = rigged(desk, tmp_path, DEADLY, 300, "killer.txt")
    with (
        cluster(desk, 2, env=env) as (address, _),
        running(desk, "--scheduler", address, news=news) as (process, out),
    ):
        told = process.communicate(timeout=200)[1]
        assert process.returncode == 3, told
        (reject,) = map(json.loads, (out / "rejects.jsonl").read_text().splitlines())
        assert (reject["path"], reject["reason"]) == ("killer.txt", "crashed")
        assert len((out / "records.jsonl").read_text().splitlines()) == 300


HUNGRY = """
import time
from newsingest.run import batch

def read(self, item, honest=batch.Worker._read):
    if item.path.startswith("hungry"):
        hoard = [bytes([1]) * (1 << 20) for _ in range(500)]
        time.sleep(3)
    return honest(self, item)

batch.Worker._read = read
"""


def test_a_worker_that_runs_out_of_memory_is_survived(desk, tmp_path):
    """Dask ends what takes too much; the third try is a process of its own."""
    news, env = rigged(desk, tmp_path, HUNGRY, 300, "hungry.txt")
    with (
        cluster(desk, 2, "--memory-limit", "300MB", env=env) as (address, workers),
        running(desk, "--scheduler", address, news=news) as (process, out),
    ):
        before = until(lambda: len(found := busy(*workers)) == 2 and set(found))
        told = process.communicate(timeout=300)[1]
        assert process.returncode == 0, told
        assert json.loads((out / "summary.json").read_text())["records"] == 301
        died = before - set(busy(*workers))
        assert died, "no worker was ended for its memory"


def test_a_scheduler_that_is_not_there_is_told(desk):
    with running(desk, "--scheduler", "tcp://127.0.0.1:9") as (process, _):
        told = process.communicate(timeout=60)[1]
        assert process.returncode == 1
        assert "no Dask scheduler answers at tcp://127.0.0.1:9" in told
        assert "Traceback" not in told


BLIND = """
from newsingest.run import places

def opened(path, **_):
    raise FileNotFoundError(2, "No such file or directory")

places.opened = opened
"""


def test_workers_that_do_not_see_the_folder_are_told_of(desk, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(BLIND)
    env = {"PYTHONPATH": os.fspath(tmp_path)}
    with (
        cluster(desk, 1, env=env) as (address, _),
        running(desk, "--scheduler", address) as (process, out),
    ):
        told = process.communicate(timeout=60)[1]
        assert process.returncode == 2, told
        assert f"a Dask worker says: {out}/records.jsonl.shards/plan.jsonl: " in told
        assert f"workers must see {out}/records.jsonl.shards as this machine" in told
        assert "--shards" in told
        assert "Traceback" not in told


def ip(*args):
    return (
        subprocess.run(["ip", *args], check=False, capture_output=True).returncode == 0
    )


@pytest.fixture
def machines():
    """Two network name spaces, each with one cable to this machine."""
    names = ["newsingest-a", "newsingest-b"]
    if not ip("netns", "add", names[0]):
        pytest.skip("no network name spaces here: root and iproute2 are needed")
    try:
        ip("netns", "add", names[1])
        ip("link", "add", "newsingest0", "type", "bridge")
        ip("addr", "add", "10.213.7.1/24", "dev", "newsingest0")
        assert ip("link", "set", "newsingest0", "up")
        for number, name in enumerate(names):
            inner, outer = f"nsi{number}", f"nso{number}"
            ip("link", "add", outer, "type", "veth", "peer", "name", inner)
            ip("link", "set", inner, "netns", name)
            ip("link", "set", outer, "master", "newsingest0", "up")
            inside = ["netns", "exec", name, "ip"]
            ip(*inside, "link", "set", "lo", "up")
            ip(*inside, "addr", "add", f"10.213.7.{number + 2}/24", "dev", inner)
            assert ip(*inside, "link", "set", inner, "up")
        yield names
    finally:
        for name in names:
            ip("netns", "del", name)
        ip("link", "del", "newsingest0")


def test_a_machine_that_falls_off_the_network_is_done_without(desk, machines):
    def before(number):
        return ["ip", "netns", "exec", machines[number]]

    with (
        cluster(desk, 2, host="10.213.7.1", before=before) as (address, _),
        running(desk, "--scheduler", address) as (process, out),
    ):
        until(lambda: whole(out) >= 10)
        assert ip("link", "set", "nso1", "down")
        told = process.communicate(timeout=200)[1]
        assert process.returncode == 3, told
        same_as_parse(desk, out)

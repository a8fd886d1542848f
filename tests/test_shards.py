"""Shards: whatever makes the parts, together they are what `parse` gives."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from newsingest import run_shard
from newsingest.run import batch, jobs, plans, shards, workers
from newsingest.run.batch import Worker
from newsingest.run.shards import Part
from newsingest.run.summary import RunError

ROOT = Path(__file__).parents[1]
ARTICLE = "خبر رقم {0} من المدينة\n\nالقاهرة - رويترز\n\n7 مارس 2024\n\nأعلنت البلدية بدء العمل في الحديقة رقم {0} أمس.\n"


def newsingest(*args, cwd, env=None, check=True):
    done = subprocess.run(
        [sys.executable, "-m", "newsingest", *map(os.fspath, args)],
        capture_output=True, text=True, cwd=cwd, env={**os.environ, **(env or {})},
        check=False,
    )  # fmt: skip
    if check:
        assert done.returncode in {0, 3}, done.stderr
    return done


def lines(file):
    with open(file, encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def sha256(file):
    with open(file, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()


def articles(folder, number, first=0):
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(first, first + number):
        (folder / f"{at:04}.txt").write_text(ARTICLE.format(at), "utf-8")


@pytest.fixture
def desk(tmp_path):
    """A folder with all that inputs can be."""
    return laid(tmp_path)


def laid(tmp_path):
    news = tmp_path / "news"
    articles(news, 40)
    articles(news / "sub", 30)
    (news / "0003.txt").write_bytes(b"")
    (news / "dangling.txt").symlink_to("nowhere")
    (news / "fifo.txt").unlink(missing_ok=True)
    os.mkfifo(news / "fifo.txt")
    with open(os.fsencode(news) + b"/caf\xe9 \\x41.txt", "wb") as odd:
        odd.write(ARTICLE.format("x").encode())
    packed = tmp_path / "packed"
    articles(packed, 25)
    (packed / "0007.txt").write_bytes(b"\0" * 100)
    with zipfile.ZipFile(news / "b.zip", "w") as archive:
        for file in sorted(packed.iterdir()):
            archive.write(file, file.name)
        archive.writestr("../out.txt", "x")
    with tarfile.open(news / "c.tar.gz", "w:gz") as archive:
        archive.add(packed, "inner")
    (news / "d.tar").write_bytes(b"no tar at all")
    return tmp_path


def parsed(desk, *options):
    newsingest(
        "parse", "news", "-j", "1", "-q", "-o", "records.jsonl", "--rejects", "rejects.jsonl",
        "--summary", "summary.json", *options, cwd=desk,
    )  # fmt: skip


def figures(file):
    found = json.loads(file.read_text("utf-8"))
    del found["seconds"]
    return found


def merged_is_what_parse_gives(desk, plan="plan.jsonl", parts="parts"):
    newsingest(
        "shards", "merge", plan, parts, "-q", "-o", "merged.jsonl", "--rejects", "merged.rejects",
        "--summary", "merged.json", cwd=desk,
    )  # fmt: skip
    assert (desk / "merged.jsonl").read_bytes() == (desk / "records.jsonl").read_bytes()
    assert (desk / "merged.rejects").read_bytes() == (
        desk / "rejects.jsonl"
    ).read_bytes()
    assert figures(desk / "merged.json") == figures(desk / "summary.json")


@pytest.mark.parametrize(
    ("size", "run"),
    [
        ("7", []),
        ("1000", ["--compress", "zst"]),
        ("2K", ["-j", "2", "--compress", "gz"]),
    ],
)
def test_parts_together_are_what_parse_gives(desk, size, run):
    options = [
        "--exclude",
        "*9.txt",
        "--profile",
        "lucene",
        "--timezone",
        "Asia/Riyadh",
    ]
    parsed(desk, *options)
    newsingest(
        "shards", "plan", "news", "-o", "plan.jsonl", "--size", size, *options, cwd=desk
    )
    told = newsingest("shards", "run", "plan.jsonl", "--out", "parts", *run, cwd=desk)
    assert told.returncode == 3
    merged_is_what_parse_gives(desk)


def test_a_plan_is_the_same_every_time_and_lists_each_input_once(desk):
    for name in ("a", "b"):
        newsingest("shards", "plan", "news", "-o", name, "--size", "9", cwd=desk)
    assert (desk / "a").read_bytes() == (desk / "b").read_bytes()
    listing = plans.load(os.fspath(desk / "a"))
    names = [
        item.path
        for shard in listing.shards(range(len(listing)))
        for item in shard.names(listing.selection)
    ]
    assert len(names) == len(set(names)) == listing.inputs
    assert {shard.count for shard in listing.shards(range(3))} == {9}


def test_lists_and_the_members_they_name_can_be_planned(desk):
    (desk / "list").write_text(
        "0001.txt\nb.zip/0004.txt\nb.zip/0009.txt\ngone.txt\nc.tar.gz/inner/0002.txt\n"
    )
    options = ["--files-from", "list", "--root", "news"]
    newsingest(
        "parse", *options, "-q", "-o", "records.jsonl", "--rejects", "rejects.jsonl", "--summary", "summary.json", cwd=desk,
    )  # fmt: skip
    newsingest("shards", "plan", *options, "-o", "plan.jsonl", "--size", "2", cwd=desk)
    newsingest("shards", "run", "plan.jsonl", "--out", "parts", cwd=desk)
    merged_is_what_parse_gives(desk)


def test_what_is_whole_is_passed_over_and_the_rest_is_made(desk):
    parsed(desk)
    newsingest("shards", "plan", "news", "-o", "plan.jsonl", "--size", "20", cwd=desk)
    run = ["shards", "run", "plan.jsonl", "--out", "parts"]
    newsingest(*run, cwd=desk)
    before = {file: file.stat().st_mtime_ns for file in (desk / "parts").iterdir()}
    os.unlink(desk / "parts" / "part-000001.jsonl")
    (desk / "parts" / "part-000002.jsonl").write_bytes(b"torn")
    (desk / "parts" / "summary-000003.json").write_bytes(b"{")
    told = newsingest("shards", "status", "plan.jsonl", "parts", cwd=desk, check=False)
    assert told.returncode == 1
    assert "left: 1-3" in told.stdout
    left = newsingest(
        "shards", "status", "plan.jsonl", "parts", "--left", cwd=desk, check=False
    )
    assert left.stdout.split() == ["1", "2", "3"]
    refused = newsingest(
        "shards", "merge", "plan.jsonl", "parts", cwd=desk, check=False
    )
    assert refused.returncode == 1
    assert "newsingest shards run plan.jsonl --out parts" in refused.stderr
    newsingest(*run, cwd=desk)
    after = {file: file.stat().st_mtime_ns for file in (desk / "parts").iterdir()}
    redone = {
        re.search(r"\d{6}", file.name)[0]
        for file in after
        if after[file] != before[file]
    }
    assert redone == {"000001", "000002", "000003"}
    assert (
        newsingest("shards", "status", "plan.jsonl", "parts", cwd=desk).returncode == 0
    )
    merged_is_what_parse_gives(desk)


def test_a_plan_that_has_changed_makes_its_parts_anew(desk):
    plan = ["shards", "plan", "news", "-o", "plan.jsonl", "--size", "20"]
    run = ["shards", "run", "plan.jsonl", "--out", "parts"]
    newsingest(*plan, cwd=desk)
    newsingest(*run, "--compress", "zst", cwd=desk)
    newsingest(*plan, "--profile", "lucene", cwd=desk)
    told = newsingest("shards", "status", "plan.jsonl", "parts", cwd=desk, check=False)
    assert "made from another plan, version or configuration: 0-5" in told.stdout
    refused = newsingest(
        "shards", "merge", "plan.jsonl", "parts", cwd=desk, check=False
    )
    assert "another plan" in refused.stderr
    newsingest(*run, cwd=desk)
    assert not list((desk / "parts").glob("*.zst"))
    parsed(desk, "--profile", "lucene")
    merged_is_what_parse_gives(desk)


def test_a_damaged_part_is_not_merged(desk):
    newsingest("shards", "plan", "news", "-o", "plan.jsonl", "--size", "50", cwd=desk)
    newsingest("shards", "run", "plan.jsonl", "--out", "parts", cwd=desk)
    part = desk / "parts" / "part-000001.jsonl"
    part.write_bytes(
        part.read_bytes().replace(b"Reuters", b"reuters").replace(b"2024", b"2025")
    )
    told = newsingest(
        "shards", "merge", "plan.jsonl", "parts", "-o", "m.jsonl", cwd=desk, check=False
    )
    assert told.returncode == 1
    assert "part-000001.jsonl is damaged" in told.stderr
    assert not (desk / "m.jsonl").exists()


def test_a_folder_gets_the_parts_and_what_is_beside_them(desk):
    parsed(desk)
    newsingest("shards", "plan", "news", "-o", "plan.jsonl", "--size", "30", cwd=desk)
    newsingest("shards", "run", "plan.jsonl", "--out", "parts", cwd=desk)
    for _ in range(2):  # again into the same folder
        told = newsingest(
            "shards", "merge", "plan.jsonl", "parts", "-o", "set/", cwd=desk
        )
        assert told.returncode == 3
    found = b"".join(p.read_bytes() for p in sorted((desk / "set").glob("part-*")))
    assert found == (desk / "records.jsonl").read_bytes()
    assert (desk / "set" / "rejects.jsonl").read_bytes() == (
        desk / "rejects.jsonl"
    ).read_bytes()
    assert figures(desk / "set" / "summary.json") == figures(desk / "summary.json")
    assert not [name for name in os.listdir(desk / "set") if name.startswith(".")]
    (desk / "set" / "part-000099.jsonl").write_bytes(b"{}\n")
    told = newsingest(
        "shards", "merge", "plan.jsonl", "parts", "-o", "set/", cwd=desk, check=False
    )
    assert told.returncode == 2
    assert "part-000099.jsonl" in told.stderr


@pytest.mark.parametrize("variable", ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"])
def test_a_scheduler_says_by_a_variable_which_shard(desk, variable):
    parsed(desk)
    newsingest("shards", "plan", "news", "-o", "plan.jsonl", "--size", "60", cwd=desk)
    for task in range(3):
        newsingest(
            "shards", "run", "plan.jsonl", "--out", "parts", "--only", f"env:{variable}",
            cwd=desk, env={variable: str(task)},
        )  # fmt: skip
        assert (desk / "parts" / f"part-{task:06}.jsonl").exists()
    merged_is_what_parse_gives(desk)


def recipe(kind, mark, desk):
    """A block of docs/clusters.md, with the shared folder where the test has it."""
    page = (ROOT / "docs" / "clusters.md").read_text("utf-8")
    found = re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)
    (block,) = (block for block in found if mark in block)
    return block.replace("/shared", os.fspath(desk))


def run_recipe(script, desk, **env):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for number in range(3):
        (name,) = env
        here = {**os.environ, "PATH": path, name: str(number)}
        subprocess.run(["sh", "-c", script], check=True, env=here)
        assert (desk / "parts" / f"part-{number:06}.jsonl").exists()


def test_the_recipe_for_slurm_makes_the_parts(desk):
    parsed(desk)
    newsingest("shards", "plan", "news", "-o", "plan.jsonl", "--size", "60", cwd=desk)
    script = recipe("sh", "#SBATCH", desk)
    assert "--array=0-2" in script
    run_recipe(script, desk, SLURM_ARRAY_TASK_ID="")
    merged_is_what_parse_gives(desk)


def test_the_recipe_for_kubernetes_makes_the_parts(desk):
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: make scale")
    parsed(desk)
    newsingest("shards", "plan", "news", "-o", "plan.jsonl", "--size", "60", cwd=desk)
    job = yaml.safe_load(recipe("yaml", "kind: Job", desk))
    assert job["spec"]["completions"] == 3
    assert job["spec"]["completionMode"] == "Indexed"
    (container,) = job["spec"]["template"]["spec"]["containers"]
    shell, option, script = container["command"]
    assert (shell, option) == ("sh", "-c")
    run_recipe(script, desk, JOB_COMPLETION_INDEX="")
    merged_is_what_parse_gives(desk)


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    """A folder with plans that are none."""
    desk = laid(tmp_path_factory.mktemp("wrong"))
    (desk / "empty").mkdir()
    newsingest("shards", "plan", "news", "-o", "plan.jsonl", "--size", "60", cwd=desk)
    plan = (desk / "plan.jsonl").read_text("utf-8")
    (desk / "torn.jsonl").write_text(plan[: len(plan) // 2], "utf-8")
    (desk / "records.jsonl").write_text('{"id": 1}\n')
    other = plan.replace('"newsingest":"', '"newsingest":"0.0.0",  "was":"', 1)
    (desk / "other.jsonl").write_text(other, "utf-8")
    edited = plan.replace('"selection":', '"choice":', 1)
    (desk / "edited.jsonl").write_text(edited, "utf-8")
    return desk


@pytest.mark.parametrize(
    ("args", "status", "told"),
    [
        (["run", "gone.jsonl", "--out", "p"], 2, "newsingest shards plan"),
        (["run", "news/0001.txt", "--out", "p"], 2, "is no plan"),
        (["run", "records.jsonl", "--out", "p"], 2, "is no plan"),
        (["run", "torn.jsonl", "--out", "p"], 1, "cut short"),
        (["run", "other.jsonl", "--out", "p"], 1, "made by newsingest 0.0.0"),
        (["run", "edited.jsonl", "--out", "p"], 1, "was changed: plan anew"),
        (["run", "plan.jsonl", "--out", "p", "--only", "3"], 2, "0 to 2"),
        (["run", "plan.jsonl", "--out", "p", "--only", "2-1"], 2, "0 to 2"),
        (["run", "plan.jsonl", "--out", "p", "--only", "two"], 2, "neither"),
        (["run", "plan.jsonl", "--out", "p", "--only", "env:NOT_SET"], 2, "NOT_SET is not set"),
        (["run", "plan.jsonl", "--out", "plan.jsonl"], 1, "cannot write"),
        (["plan", "-", "-o", "p"], 2, "stdin"),
        (["plan", "gone", "-o", "p"], 1, "gone"),
        (["plan", "empty", "-o", "p"], 1, "no article was found"),
        (["plan", "news", "-o", "news/0001.txt"], 2, "is an input"),
        (["plan", "news", "-o", "p", "--size", "0"], 2, "how many inputs"),
        (["plan", "news", "-o", "p", "--size", "many"], 2, "how many inputs"),
        (["plan", "-o", "p"], 2, "name a PATH"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_in_a_line(wrong, args, status, told):
    done = newsingest("shards", *args, cwd=wrong, check=False)
    assert done.returncode == status, done.stderr
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (wrong / "p").exists()


def test_an_archive_that_has_changed_gives_rejects_not_silence(desk):
    newsingest("shards", "plan", "news", "-o", "plan.jsonl", "--size", "10", cwd=desk)
    with zipfile.ZipFile(desk / "news" / "b.zip", "w") as archive:
        archive.writestr("0000.txt", ARTICLE)
        archive.writestr("new.txt", ARTICLE)
    newsingest("shards", "run", "plan.jsonl", "--out", "parts", cwd=desk)
    newsingest(
        "shards",
        "merge",
        "plan.jsonl",
        "parts",
        "-o",
        "m",
        "--rejects",
        "r",
        "--summary",
        "s",
        cwd=desk,
    )
    found = json.loads((desk / "s").read_text())
    assert found["inputs"] == plans.load(os.fspath(desk / "plan.jsonl")).inputs
    rejects = [
        json.loads(line) for line in (desk / "r").read_text("utf-8").splitlines()
    ]
    changed = [one["path"] for one in rejects if "has changed" in one["detail"]]
    assert len(changed) == 25
    assert changed[0] == "b.zip/0001.txt"


def planned(tmp_path, number, size):
    articles(tmp_path / "news", number)
    newsingest(
        "shards", "plan", "news", "-o", "plan.jsonl", "--size", str(size), cwd=tmp_path
    )
    return os.fspath(tmp_path / "plan.jsonl"), os.fspath(tmp_path / "parts")


def test_the_function_behind_it_can_be_pickled(tmp_path):
    plan, parts = planned(tmp_path, 10, 4)
    function = pickle.loads(pickle.dumps(run_shard))  # noqa: S301 - our own
    assert [function(plan, number, parts)["records"] for number in range(3)] == [
        4,
        4,
        2,
    ]
    with pytest.raises(RunError, match="0 to 2"):
        function(plan, 3, parts)


class Deadly(Worker):
    """Dies of one article, as of a library that fails."""

    def _read(self, item):
        if item.path == "0005.txt":
            os.kill(os.getpid(), signal.SIGKILL)
        return super()._read(item)


def in_a_process(work):
    """Run something in a forked process; its exit code."""
    pid = os.fork()
    if not pid:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_the_third_try_finds_the_article_that_kills(tmp_path, monkeypatch):
    plan, parts = planned(tmp_path, 10, 10)
    monkeypatch.setattr(workers, "compiled", Deadly)
    monkeypatch.setattr(jobs, "compiled", Deadly)
    for _ in range(2):
        assert in_a_process(lambda: run_shard(plan, 0, parts)) == -signal.SIGKILL
    assert Part(parts, 0).begun() == 2
    told = run_shard(plan, 0, parts)
    assert (told["records"], told["rejected"]) == (9, {"crashed": 1})
    (reject,) = lines(Part(parts, 0).rejects)
    assert reject["path"] == "0005.txt"
    assert Part(parts, 0).begun() == 0


def test_after_three_deaths_all_inputs_are_rejected_with_a_reason(
    tmp_path, monkeypatch
):
    _, parts = planned(tmp_path, 10, 10)
    os.mkdir(parts)
    with open(Part(parts, 0).tries, "wb") as tries:
        tries.write(b"...")
    told = newsingest("shards", "run", "plan.jsonl", "--out", "parts", cwd=tmp_path)
    assert told.returncode == 3
    assert "10 rejected (10 crashed)" in told.stderr
    rejects = lines(Part(parts, 0).rejects)
    assert "died 3 times" in rejects[0]["detail"]


def test_what_is_told_as_a_failure_is_no_death(tmp_path, monkeypatch):
    plan, parts = planned(tmp_path, 10, 10)
    monkeypatch.setattr(
        shards, "_made", lambda *_: (_ for _ in ()).throw(RunError("full"))
    )
    for _ in range(4):
        with pytest.raises(RunError, match="full"):
            run_shard(plan, 0, parts)
    assert Part(parts, 0).begun() == 0


def test_a_signal_leaves_whole_parts_and_the_command_to_go_on(tmp_path):
    planned(tmp_path, 1500, 20)
    command = [
        sys.executable,
        "-m",
        "newsingest",
        "shards",
        "run",
        "plan.jsonl",
        "--out",
        "parts",
    ]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "parts" / "summary-000002.json").exists():
        time.sleep(0.01)
    running.terminate()
    told = running.communicate()[1]
    assert running.returncode == 143
    assert "shards run plan.jsonl --out parts" in told
    assert not list((tmp_path / "parts").glob("tries-*"))
    status = newsingest(
        "shards", "status", "plan.jsonl", "parts", "--json", cwd=tmp_path, check=False
    )
    assert 2 < json.loads(status.stdout)["whole"] < 75
    done = newsingest("shards", "run", "plan.jsonl", "--out", "parts", cwd=tmp_path)
    assert "were whole before" in done.stderr
    merged = newsingest("shards", "merge", "plan.jsonl", "parts", "-q", cwd=tmp_path)
    assert len(merged.stdout.splitlines()) == 1500


def test_parts_do_not_depend_on_where_the_command_stands(tmp_path):
    planned(tmp_path, 10, 5)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    told = newsingest("shards", "run", "../plan.jsonl", "--out", "p", cwd=elsewhere)
    assert told.returncode == 0


def test_an_article_that_stands_still_in_a_thread_ends_its_process(tmp_path):
    code = """
import threading, time
from newsingest.run import batch
batch.GRACE = 0.5
def work():
    with batch.alarm(0.5) as clock:
        clock.start()
        time.sleep(30)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 1
    assert "stood still" in done.stderr


def test_a_watchdog_lets_go_of_what_has_ended(monkeypatch):
    ended = []
    monkeypatch.setattr(batch.os, "_exit", ended.append)
    watchdog = batch.Watchdog(-batch.GRACE)
    watchdog.start()
    watchdog.stop()
    time.sleep(1.2)
    watchdog.close()
    assert not ended


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        (["-o", "r.jsonl", "--state", "s"], 2, "--state"),
        ([], 2, "--shards DIR"),
        (
            ["-o", "r.jsonl", "--scheduler", "tcp://x:1", "--workers", "2"],
            2,
            "--workers",
        ),
        (["-o", "r.jsonl", "--shard-size", "x"], 2, "--shard-size"),
    ],
)
def test_what_an_engine_cannot_do_is_told(desk, options, status, told):
    done = newsingest(
        "parse", "news", "--engine", "dask", *options, cwd=desk, check=False
    )
    assert done.returncode == status
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_options_of_engines_need_one(desk):
    done = newsingest("parse", "news", "--workers", "2", cwd=desk, check=False)
    assert done.returncode == 2
    assert "--workers is for --engine dask" in done.stderr


@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is not None, reason="Dask is installed"
)
def test_an_extra_that_is_not_installed_is_named(desk):
    options = ["--engine", "dask", "-o", "r.jsonl"]
    done = newsingest("parse", "news", *options, cwd=desk, check=False)
    assert done.returncode == 2
    assert "pip install 'newsingest[dask]'" in done.stderr
    assert not (desk / "r.jsonl.shards").exists()


def test_the_base_install_imports_nothing_of_it(desk):
    code = "import sys; from newsingest.cli import cli; cli(['parse', 'news', '-q', '-o', 'o', '-j', '1'], standalone_mode=False)"
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code],
        cwd=desk, capture_output=True, text=True, check=False,
    ).stderr  # fmt: skip
    modules = {line.rpartition("|")[2].strip() for line in told.splitlines()}
    assert "newsingest.run.ingest" in modules
    assert not {
        name for name in modules if name.split(".")[0] in {"dask", "distributed"}
    }
    own = {f"newsingest.run.{name}" for name in ("cluster", "parts", "plans", "shards")}
    assert not own & modules


def test_a_twin_changes_nothing(tmp_path):
    plan, parts = planned(tmp_path, 200, 200)
    before = run_shard(plan, 0, parts)
    digest = sha256(Part(parts, 0).records())
    assert before["shard"]["sha256"] == digest
    shutil.rmtree(parts)
    command = [
        sys.executable,
        "-m",
        "newsingest",
        "shards",
        "run",
        plan,
        "--out",
        parts,
        "-q",
    ]
    twins = [subprocess.Popen(command) for _ in range(3)]
    assert [twin.wait(30) for twin in twins] == [0, 0, 0]
    assert sha256(Part(parts, 0).records()) == digest
    assert sorted(os.listdir(parts)) == ["part-000000.jsonl", "summary-000000.json"]

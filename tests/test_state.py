"""Runs that remember: only what is new, never twice, never half, whatever kills them."""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

ARTICLE = "خبر رقم {} من المدينة\n\n7 مارس 2024\n\nأعلنت البلدية بدء العمل في الحديقة رقم {} أمس.\n"
KILLS = int(os.environ.get("NEWSINGEST_KILLS", "4"))
"""`make chaos` kills a hundred times and more."""


def write(folder, numbers):
    folder.mkdir(exist_ok=True)
    for number in numbers:
        text = ARTICLE.replace("{}", str(number))
        (folder / f"{number:04}.txt").write_text(text, "utf-8")


def command(*args):
    return [sys.executable, "-m", "newsingest", *map(os.fspath, args)]


def newsingest(*args):
    return subprocess.run(command(*args), capture_output=True, check=False, text=True)


def parse(tmp_path, *args):
    return newsingest(
        "parse", tmp_path / "news", "-o", tmp_path / "out.jsonl",
        "--state", tmp_path / "state", *args,
    )  # fmt: skip


def records(tmp_path):
    lines = (tmp_path / "out.jsonl").read_text("utf-8").splitlines(keepends=True)
    assert all(line.endswith("\n") for line in lines)
    return [json.loads(line) for line in lines]


def current(tmp_path):
    return {record["metadata"]["path"]: record for record in records(tmp_path)}


def test_a_rerun_reads_only_what_is_new_or_changed(tmp_path):
    write(tmp_path / "news", range(20))
    assert "20 records, 0 skipped" in parse(tmp_path).stderr
    assert "0 records, 20 skipped (20 unchanged)" in parse(tmp_path).stderr
    write(tmp_path / "news", [20, 21])
    (tmp_path / "news" / "0003.txt").write_text(ARTICLE.replace("{}", "new"), "utf-8")
    os.utime(tmp_path / "news" / "0004.txt", (1, 1))
    assert "3 records, 19 skipped (19 unchanged)" in parse(tmp_path).stderr
    assert len(records(tmp_path)) == 23
    assert "new" in current(tmp_path)["0003.txt"]["text"]


def test_what_was_rejected_is_tried_again_and_what_vanished_is_told(tmp_path):
    write(tmp_path / "news", range(3))
    (tmp_path / "news" / "bad.txt").write_bytes(b"")
    assert parse(tmp_path).returncode == 3
    assert "1 rejected (1 empty)" in parse(tmp_path).stderr
    write(tmp_path / "news", [3])
    (tmp_path / "news" / "0000.txt").unlink()
    (tmp_path / "news" / "bad.txt").write_text(ARTICLE, "utf-8")
    done = parse(tmp_path)
    assert done.returncode == 0
    assert "1 inputs of earlier runs are gone; records kept" in done.stderr
    assert "0000.txt" in current(tmp_path)


def test_a_changed_configuration_is_told_and_done_again_or_refused(tmp_path):
    write(tmp_path / "news", range(3))
    parse(tmp_path)
    refused = parse(tmp_path, "--profile", "none", "--no-reprocess")
    assert refused.returncode == 1
    assert "configuration has changed" in refused.stderr
    again = parse(tmp_path, "--profile", "none")
    assert "configuration has changed: everything is done again" in again.stderr
    assert len(records(tmp_path)) == 6
    assert newsingest("compact", tmp_path / "out.jsonl").returncode == 0
    assert {record["metadata"]["profile"] for record in records(tmp_path)} == {"none"}
    assert len(records(tmp_path)) == 3
    assert "3 unchanged" in parse(tmp_path, "--profile", "none").stderr


def test_a_torn_tail_is_cut_back(tmp_path):
    write(tmp_path / "news", range(3))
    parse(tmp_path)
    with (tmp_path / "out.jsonl").open("ab") as file:
        file.write(b'{"id":"torn')
    write(tmp_path / "news", [3])
    assert "11 bytes of an unfinished run cut off" in parse(tmp_path).stderr
    assert len(records(tmp_path)) == 4


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_compressed_output_grows_by_streams(tmp_path, suffix):
    output = tmp_path / f"out.jsonl{suffix}"
    for numbers in (range(3), range(3, 5)):
        write(tmp_path / "news", numbers)
        newsingest("parse", tmp_path / "news", "-o", output, "--state", tmp_path / "s")
    told = newsingest("verify", "--root", tmp_path / "news", output)
    assert (
        "5 records, 0 superseded, 5 checked against their sources, 0 faults"
        in told.stderr
    )


def test_one_at_a_time(tmp_path):
    write(tmp_path / "news", range(3))
    with (tmp_path / "state").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert parse(tmp_path).returncode == 11
        waiting = subprocess.Popen(
            command(
                "parse", tmp_path / "news", "-o", tmp_path / "out.jsonl",
                "--state", tmp_path / "state", "--lock-wait", "30", "-q",
            )
        )  # fmt: skip
        time.sleep(0.5)
        assert waiting.poll() is None
    assert waiting.wait(30) == 0
    assert len(records(tmp_path)) == 3


def test_fail_under_names_the_field(tmp_path):
    write(tmp_path / "news", range(3))
    done = newsingest(
        "parse", tmp_path / "news", "-o", os.devnull,
        "--fail-under", "created=0.95", "--fail-under", "authors=0.5",
    )  # fmt: skip
    assert done.returncode == 3
    assert "0.000 of the records have authors" in done.stderr
    assert "have created" not in done.stderr
    assert newsingest("parse", "x", "--fail-under", "mood=1").returncode == 2


def test_figures_for_prometheus_and_a_log_in_json(tmp_path):
    write(tmp_path / "news", range(3))
    (tmp_path / "news" / "bad.txt").write_bytes(b"")
    prom = tmp_path / "newsingest.prom"
    done = parse(tmp_path, "--summary-prom", prom, "--log-format", "json")
    assert 'newsingest_rejected{reason="empty"} 1' in prom.read_text("utf-8")
    assert "newsingest_records 3" in prom.read_text("utf-8")
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [event["event"] for event in events] == ["start", "reject", "summary"]
    assert events[-1]["records"] == 3


@pytest.mark.parametrize("fault", ["hash", "text", "span", "json", "tail"])
def test_verify_finds_what_is_wrong(tmp_path, fault):
    write(tmp_path / "news", range(3))
    parse(tmp_path)
    output = tmp_path / "out.jsonl"
    lines = output.read_text("utf-8").splitlines(keepends=True)
    record = json.loads(lines[1])
    if fault == "hash":
        (tmp_path / "news" / "0001.txt").write_text("غير ذلك تماما", "utf-8")
    elif fault == "text":
        record["text"] += "!"
    elif fault == "span":
        record["metadata"]["span_ends"][-1] += 1
    lines[1] = json.dumps(record, ensure_ascii=False) + "\n"
    if fault == "json":
        lines[1] = lines[1][:50] + "\n"
    if fault == "tail":
        lines[2] = lines[2].rstrip("\n")
    output.write_text("".join(lines), "utf-8")
    told = newsingest("verify", "--root", tmp_path / "news", output)
    assert told.returncode == 3
    assert told.stderr.splitlines()[0].startswith(
        f"{output}:{3 if fault == 'tail' else 2}: "
    )


def endless(tmp_path):
    """A folder large enough to be interrupted in."""
    write(tmp_path / "news", range(2000))


def until_begun(running, output):
    """Wait until it listens to signals: on a busy machine that can take seconds."""
    latest = time.monotonic() + 30
    while not output.exists():
        assert running.poll() is None, running.stderr.read()
        assert time.monotonic() < latest, "it has not begun in 30 s"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_ends_it_well_and_a_rerun_goes_on(tmp_path, number, status):
    endless(tmp_path)
    running = subprocess.Popen(
        command(
            "parse", tmp_path / "news", "-o", tmp_path / "out.jsonl",
            "--state", tmp_path / "state", "--jobs", "1",
        ),
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    until_begun(running, tmp_path / "out.jsonl")
    running.send_signal(number)
    told = running.communicate(timeout=30)[1]
    assert running.returncode == status
    assert "interrupted; to go on: " in told
    written = len(records(tmp_path))
    assert written < 2000
    assert parse(tmp_path).returncode == 0
    assert len(records(tmp_path)) == len(current(tmp_path)) == 2000


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_killed_anywhere_nothing_is_lost_or_done_twice(tmp_path, jobs):
    endless(tmp_path)
    chance = random.Random(jobs)  # noqa: S311 - the same moments on every run
    for _ in range(KILLS):
        running = subprocess.Popen(
            command(
                "parse", tmp_path / "news", "-o", tmp_path / "out.jsonl", "-q",
                "--state", tmp_path / "state", "--jobs", jobs,
            ),
            start_new_session=True,
        )  # fmt: skip
        time.sleep(chance.uniform(0.1, 1.2))
        running.kill()
        running.wait()
    assert parse(tmp_path, "--jobs", jobs).returncode == 0
    assert len(records(tmp_path)) == len(current(tmp_path)) == 2000
    verified = newsingest("verify", "--root", tmp_path / "news", tmp_path / "out.jsonl")
    assert verified.returncode == 0, verified.stderr
    assert "2,000 checked against their sources, 0 faults" in verified.stderr


def test_a_full_disk_promotes_nothing_and_a_rerun_goes_on(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root only")
    try:
        write(tmp_path / "news", range(1500))
        args = ("parse", tmp_path / "news", "-o", disk / "out.jsonl")
        full = newsingest(*args)
        assert full.returncode == 1
        assert "no space left on device: free some space" in full.stderr
        assert os.listdir(disk) == []
        state = ("--state", tmp_path / "state")
        assert newsingest(*args, *state).returncode == 1
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        assert newsingest(*args, *state).returncode == 0
        lines = (disk / "out.jsonl").read_text("utf-8").splitlines()
        assert len({json.loads(line)["id"] for line in lines}) == len(lines) == 1500
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_file_that_is_no_state_is_left_alone(tmp_path):
    write(tmp_path / "news", [1])
    (tmp_path / "state").write_text("three", "utf-8")
    done = parse(tmp_path)
    assert (done.returncode, "it is no state file" in done.stderr) == (1, True)
    assert (tmp_path / "state").read_text("utf-8") == "three"

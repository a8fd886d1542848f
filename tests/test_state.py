"""Runs that remember: only what is new, never twice, never half, whatever kills them."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
import zipfile

import pytest

from newsingest.run import ingest, ledger
from newsingest.run.summary import RunError

ARTICLE = "خبر رقم {} من المدينة\n\n7 مارس 2024\n\nأعلنت البلدية بدء العمل في الحديقة رقم {} أمس.\n"


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
    assert "gone since the last run: 1 input; records kept" in done.stderr
    assert "0000.txt" in current(tmp_path)
    assert "gone" not in parse(tmp_path).stderr
    write(tmp_path / "news", [0])
    assert "0 records, 5 skipped (5 unchanged)" in parse(tmp_path).stderr
    (tmp_path / "news" / "0001.txt").unlink()
    assert "gone: news/0001.txt" in parse(tmp_path, "-v").stderr


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


def endless(tmp_path, articles=20_000):
    """A folder large enough to be interrupted in, of links: they are quick to make."""
    write(tmp_path / "news", [0])
    first = next((tmp_path / "news").iterdir())
    for number in range(1, articles):
        os.link(first, tmp_path / "news" / f"{number:05}.txt")


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
    endless(tmp_path, 4_000)
    running = subprocess.Popen(
        command(
            "parse", tmp_path / "news", "-o", tmp_path / "out.jsonl",
            "--state", tmp_path / "state", "--jobs", "1",
        ),
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    until_begun(running, tmp_path / "out.jsonl")
    time.sleep(0.1)
    running.send_signal(number)
    told = running.communicate(timeout=30)[1]
    assert running.returncode == status
    assert "interrupted; to go on: " in told
    written = len(records(tmp_path))
    assert 0 < written < 4_000
    assert parse(tmp_path).returncode == 0
    assert len(records(tmp_path)) == len(current(tmp_path)) == 4_000


def test_a_file_that_has_gone_or_is_another_is_not_taken_for_done(tmp_path):
    write(tmp_path / "news", range(3))
    parse(tmp_path)
    output = tmp_path / "out.jsonl"
    whole = output.read_bytes()
    for other in (None, whole[: len(whole) // 2], whole.replace(b"0002", b"0009")):
        output.unlink(missing_ok=True)
        if other is not None:
            output.write_bytes(other)
        refused = parse(tmp_path)
        assert refused.returncode == 1
        assert "is not the file that --state knows" in refused.stderr
        assert not output.exists() if other is None else output.read_bytes() == other
    output.write_bytes(whole)
    assert parse(tmp_path).returncode == 0


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_compacted_file_grows_on(tmp_path, suffix):
    output = tmp_path / f"out.jsonl{suffix}"
    args = ("parse", tmp_path / "news", "-o", output, "--state", tmp_path / "state")
    write(tmp_path / "news", range(3))
    newsingest(*args)
    newsingest(*args, "--profile", "none")
    assert "3 records kept, 3 superseded" in newsingest("compact", output).stderr
    write(tmp_path / "news", [3])
    assert "1 record, 3 skipped" in newsingest(*args, "--profile", "none").stderr
    assert "4 records, 0 superseded" in newsingest("verify", output).stderr


def test_a_change_that_size_and_time_do_not_show_is_found(tmp_path):
    """Two writes within one tick of the clock: the first run did not trust the stamp."""
    write(tmp_path / "news", range(3))
    file = tmp_path / "news" / "0001.txt"
    parse(tmp_path)
    before = file.stat()
    text = file.read_text("utf-8").replace("البلدية", "الحكومة")
    file.write_text(text, "utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    assert "1 record, 2 skipped" in parse(tmp_path).stderr


def test_an_archive_that_has_not_changed_is_not_read_again(tmp_path):
    (tmp_path / "news").mkdir()
    archive = tmp_path / "news" / "a.zip"

    def pack(*texts):
        with zipfile.ZipFile(archive, "w") as file:
            for number, text in enumerate(texts):
                file.writestr(f"{number}.txt", text)
        os.utime(archive, (10**9, 10**9 + len(texts)))

    pack(ARTICLE.replace("{}", "1"), ARTICLE.replace("{}", "2"))
    parse(tmp_path)
    spoilt = bytearray(archive.read_bytes())
    spoilt[60] ^= 0xFF
    archive.write_bytes(spoilt)  # would be told, were it read
    os.utime(archive, (10**9, 10**9 + 2))
    assert "0 records, 2 skipped (2 unchanged), 0 rejected" in parse(tmp_path).stderr
    pack(ARTICLE.replace("{}", "1"), ARTICLE.replace("{}", "3"), "")
    again = parse(tmp_path)
    assert "1 record, 1 skipped (1 unchanged), 1 rejected" in again.stderr
    assert "1 rejected" in parse(tmp_path).stderr


def test_a_mount_that_has_vanished_is_told_and_nothing_is_taken_for_gone(tmp_path):
    write(tmp_path / "news", range(3))
    parse(tmp_path)
    (tmp_path / "news").rename(tmp_path / "away")
    (tmp_path / "news").mkdir()
    empty = parse(tmp_path)
    assert empty.returncode == 1
    assert "no article was found" in empty.stderr
    assert "gone" not in empty.stderr
    (tmp_path / "news").rmdir()
    assert parse(tmp_path).returncode == 1
    (tmp_path / "away").rename(tmp_path / "news")
    assert "0 records, 3 skipped (3 unchanged)" in parse(tmp_path).stderr
    assert len(records(tmp_path)) == 3


def test_a_clock_that_went_backwards_makes_nothing_twice(tmp_path):
    write(tmp_path / "news", range(3))
    ahead = time.time() + 86_400
    os.utime(tmp_path / "news" / "0001.txt", (ahead, ahead))
    parse(tmp_path)
    assert "0 records, 3 skipped (3 unchanged)" in parse(tmp_path).stderr


def test_a_file_that_does_not_stop_changing_is_tried_again(tmp_path):
    write(tmp_path / "news", range(3))
    script = (
        "import os, time\n"
        f"fd = os.open({os.fspath(tmp_path / 'news' / '0001.txt')!r}, os.O_WRONLY)\n"
        "while True: os.pwrite(fd, b'x', 0); time.sleep(0)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", script])
    try:
        time.sleep(0.5)
        outcomes = {parse(tmp_path).returncode for _ in range(4)}
    finally:
        writer.kill()
        writer.wait()
    assert outcomes <= {0, 3}
    assert parse(tmp_path).returncode == 0
    told = newsingest("verify", "--root", tmp_path / "news", tmp_path / "out.jsonl")
    assert told.returncode == 0, told.stderr


def test_the_figures_are_written_when_the_run_fails(tmp_path):
    write(tmp_path / "news", range(3))
    summary, prom = tmp_path / "summary.json", tmp_path / "newsingest.prom"
    done = newsingest(
        "parse", tmp_path / "news", "-o", "/dev/full",
        "--summary", summary, "--summary-prom", prom,
    )  # fmt: skip
    assert done.returncode == 1
    assert json.loads(summary.read_text("utf-8"))["status"] == 1
    assert "newsingest_exit_status 1" in prom.read_text("utf-8")


class Endless:
    """A run that cannot end by itself: its list of inputs stays open."""

    def __init__(self, tmp_path, *args):
        write(tmp_path / "news", range(500))
        self.process = subprocess.Popen(
            command(
                "parse", "--files-from", "-", "--root", tmp_path / "news",
                "-o", tmp_path / "out.jsonl", "--log-format", "json", *args,
            ),
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        self.process.stdin.write(b"".join(b"%04d.txt\n" % n for n in range(500)))
        self.process.stdin.flush()
        assert b"start" in self.process.stderr.readline()
        time.sleep(0.3)

    def told(self):
        """What it still says; waits for its end."""
        told = self.process.stderr.read().decode()
        self.process.wait(30)
        self.process.stdin.close()
        self.process.stderr.close()
        return told


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_signal_without_a_state_leaves_nothing_half_done(tmp_path, jobs):
    run = Endless(tmp_path, "--jobs", jobs)
    run.process.terminate()
    assert "written whole or not at all" in run.told()
    assert run.process.returncode == 143
    assert os.listdir(tmp_path) == ["news"]


def test_a_killed_run_leaves_no_file_and_no_process_behind(tmp_path):
    run = Endless(tmp_path, "--jobs", "2")
    run.process.kill()
    run.told()
    assert os.listdir(tmp_path) == ["news"]
    until = time.monotonic() + 5
    while group_lives(run.process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not group_lives(run.process.pid)


def test_a_second_signal_ends_it_at_once(tmp_path):
    """The first ends it after the article in hand; here that one never ends."""
    write(tmp_path / "news", range(3))
    os.mkfifo(tmp_path / "pipe")
    running = subprocess.Popen(
        command("parse", tmp_path / "news", "-o", tmp_path / "pipe", "-q"),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    time.sleep(1.0)  # nobody reads the pipe: it waits for one
    running.send_signal(signal.SIGINT)
    time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    assert running.wait(10) == 130
    assert b"Traceback" not in running.stderr.read()
    running.stderr.close()


def group_lives(group):
    """Whether a process group has members; its workers are not our children."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_file_that_is_no_state_is_left_alone(tmp_path):
    write(tmp_path / "news", [1])
    (tmp_path / "state").write_text("three", "utf-8")
    done = parse(tmp_path)
    assert (done.returncode, "it is no state file" in done.stderr) == (1, True)
    assert (tmp_path / "state").read_text("utf-8") == "three"


def test_a_device_is_neither_a_state_nor_compacted(tmp_path):
    """`compact /dev/null`, by root, put a file in its place."""
    write(tmp_path / "news", [1])
    for kind in (stat.S_IFIFO, stat.S_IFCHR):
        odd = tmp_path / "state"
        try:
            os.mknod(odd, kind | 0o600, os.makedev(1, 3))
        except PermissionError:
            pytest.skip("only root may make a device")
        done = parse(tmp_path)
        assert (done.returncode, ": a device or a pipe: it is" in done.stderr) == (1, 1)
        done = newsingest("compact", odd)
        assert (done.returncode, ": a device or a pipe: name" in done.stderr) == (1, 1)
        assert stat.S_IFMT(odd.stat().st_mode) == kind
        assert sorted(os.listdir(tmp_path)) == ["news", "state"]
        odd.unlink()


def test_a_state_that_another_program_has_open_is_told(tmp_path, monkeypatch):
    impatient = functools.partial(sqlite3.connect, timeout=0.01)
    monkeypatch.setattr(ledger.sqlite3, "connect", impatient)
    with contextlib.closing(sqlite3.connect(tmp_path / "state")) as other:
        other.execute("begin exclusive")
        with pytest.raises(RunError, match="another program has it open: close that"):
            ledger.Ledger(str(tmp_path / "state"))


def test_two_states_cannot_share_an_output(tmp_path):
    """The second's records used to be cut off by the first's next run."""
    write(tmp_path / "news", range(3))
    write(tmp_path / "more", range(3, 6))
    output = tmp_path / "out.jsonl"
    assert parse(tmp_path).returncode == 0
    more = ("parse", tmp_path / "more", "-o", output, "--state", tmp_path / "other")
    assert newsingest(*more).returncode == 0
    whole = output.read_bytes()
    refused = parse(tmp_path)
    assert refused.returncode == 1
    assert "somebody else writes it; name another -o" in refused.stderr
    assert output.read_bytes() == whole
    assert len(whole.splitlines()) == 6


def test_while_a_run_writes_a_file_nobody_else_does(tmp_path):
    run = Endless(tmp_path, "--state", tmp_path / "state", "--jobs", "1")
    try:
        output = tmp_path / "out.jsonl"
        for other in (
            ("compact", output),
            ("parse", tmp_path / "news", "-o", output, "--state", tmp_path / "other"),
        ):
            refused = newsingest(*other)
            assert refused.returncode == 11
            assert "another run is writing" in refused.stderr
    finally:
        run.process.terminate()
        run.told()
    assert newsingest("compact", output).returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_compact_by_root_leaves_the_file_to_its_owner(tmp_path):
    write(tmp_path / "news", range(3))
    parse(tmp_path)
    output = tmp_path / "out.jsonl"
    os.chown(output, 1, 1)
    output.chmod(0o640)
    assert newsingest("compact", output).returncode == 0
    found = output.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (1, 1, 0o640)


@pytest.mark.parametrize("back", [86_400, 3, 0.001])
def test_a_change_by_a_clock_that_went_backwards_is_found(tmp_path, back):
    """Time stamps are compared for being the same, never for being later."""
    write(tmp_path / "news", range(3))
    file = tmp_path / "news" / "0001.txt"
    long_ago = time.time() - 10**6
    os.utime(file, (long_ago, long_ago))
    parse(tmp_path)
    same_size = file.read_text("utf-8").replace("البلدية", "الحكومة")
    file.write_text(same_size, "utf-8")
    os.utime(file, (long_ago - back, long_ago - back))
    assert "1 record, 2 skipped" in parse(tmp_path).stderr
    assert "الحكومة" in current(tmp_path)["0001.txt"]["text"]


def test_a_state_from_the_future_is_a_state(tmp_path):
    write(tmp_path / "news", range(3))
    parse(tmp_path)
    ahead = time.time() + 10**6
    for name in ("state", "out.jsonl", "news/0001.txt", "news"):
        os.utime(tmp_path / name, (ahead, ahead))
    for _ in range(2):
        assert "0 records, 3 skipped (3 unchanged)" in parse(tmp_path).stderr
    write(tmp_path / "news", [3])
    assert "1 record, 3 skipped" in parse(tmp_path).stderr
    assert len(records(tmp_path)) == 4


class Late(ingest.Stop):
    """A signal that comes between the last look for one and the wait."""

    def __call__(self):
        before, self.signal = self.signal, signal.SIGTERM
        return before


def test_a_signal_just_before_the_wait_for_stdin_ends_it(monkeypatch):
    monkeypatch.setattr(ingest, "LOOK_AGAIN", 0.1)
    ours, theirs = os.pipe()
    with open(ours, "rb") as stream, open(theirs, "wb"):  # nobody writes
        began = time.monotonic()
        assert ingest.Interruptible(stream, Late()).read1(10) == b""
        assert time.monotonic() - began < 5

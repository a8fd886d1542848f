"""A scraper fills a folder, runs are killed at any moment: nothing is lost or twice.

`make check` has a few kills of each kind, `make chaos` hundreds.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

KILLS = int(os.environ.get("NEWSINGEST_KILLS", "3"))
NEW, CHANGED = 300, 10
"""Articles that come, and that change, between two runs."""
ARTICLE = "خبر رقم {} من المدينة\n\n7 مارس 2024\n\nأعلنت البلدية بدء العمل في الحديقة رقم {} أمس.\n"


class Scraper:
    """What fills a folder while nobody looks."""

    def __init__(self, folder, seed):
        self.folder, self.count = folder, 0
        self.chance = random.Random(seed)  # noqa: S311 - the same moments on every run
        folder.mkdir()

    def work(self):
        for _ in range(NEW):
            self.put(self.count)
            self.count += 1
        for _ in range(CHANGED):
            self.put(self.chance.randrange(self.count))

    def put(self, number):
        text = ARTICLE.replace("{}", str(number)) + "تفاصيل أخرى. " * 200
        file = self.folder / f"{number % 7}" / f"{number:05}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{text}\nنسخة {self.chance.random()}", "utf-8")


def command(*args):
    return [sys.executable, "-m", "newsingest", *map(os.fspath, args)]


def children(process):
    """The worker processes of a run."""
    try:
        with open(f"/proc/{process.pid}/task/{process.pid}/children") as file:
            return [int(number) for number in file.read().split()]
    except OSError:
        return []


def strike(process, number, chance):
    """Send a signal to the run, or to one of its workers; whether it was there."""
    target = process.pid
    if number == "worker":
        number = signal.SIGKILL
        found = children(process)
        while not found and process.poll() is None:
            found = children(process)
        if not found:
            return False
        target = chance.choice(found)
    try:
        os.kill(target, number)
    except ProcessLookupError:
        return False
    return True


def begun(args):
    """A run that holds the lock and begins to read."""
    running = started(args)
    running.stderr.readline()
    return running


def started(args):
    """A run that may still be loading Python."""
    return subprocess.Popen(args, stderr=subprocess.PIPE, start_new_session=True)


def seconds(start, args):
    """How long a run takes from a start on."""
    running = start(args)
    began = time.monotonic()
    assert running.wait(60) == 0
    running.stderr.close()
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("jobs", "suffix", "number"),
    [
        ("1", "", signal.SIGKILL),
        ("2", ".zst", signal.SIGKILL),
        ("2", "", "worker"),
        ("2", "", signal.SIGTERM),
    ],
)
def test_whatever_kills_it_every_input_has_one_current_record(
    tmp_path, jobs, suffix, number
):
    output, state = tmp_path / f"out.jsonl{suffix}", tmp_path / "state"
    args = command(
        "parse", tmp_path / "news", "-o", output, "--state", state,
        "--jobs", jobs, "--log-format", "json",
    )  # fmt: skip
    scraper = Scraper(tmp_path / "news", f"{jobs}{suffix}{number}")
    chance = scraper.chance
    scraper.work()
    whole = seconds(started, args)
    scraper.work()
    work = seconds(begun, args)
    ends, struck = Counter(), 0
    for kill in range(KILLS):
        scraper.work()
        start, most = ((begun, work), (started, whole))[kill % 3 == 2]
        running = start(args)
        time.sleep(chance.uniform(0, most * (0.5 if number == "worker" else 1.1)))
        struck += strike(running, number, chance)
        running.communicate(timeout=60)
        ends[running.returncode] += 1
    expected = {0, -9} if number == signal.SIGKILL else {0, 143, -15}
    assert set(ends) <= ({0, 3} if number == "worker" else expected)
    assert struck > KILLS / 3  # else little was tried
    assert number != signal.SIGTERM or KILLS < 10 or ends[143] > KILLS / 4
    seconds(started, args)
    told = subprocess.run(
        command("verify", "--root", tmp_path / "news", output),
        capture_output=True,
        check=False,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    compacted = subprocess.run(
        command("compact", output), capture_output=True, check=False, text=True
    )
    assert compacted.stderr.startswith(f"{scraper.count:,} records kept, "), ends
    assert sorted(os.listdir(tmp_path)) == ["news", output.name, "state"], ends
    how = f"{jobs} jobs, {suffix or 'plain'}, {number!r}"
    print(f"{how}: {struck} struck, {dict(ends)}")  # noqa: T201 - make chaos shows it


def test_a_pipe_may_repeat_a_record_but_never_loses_one(tmp_path):
    scraper = Scraper(tmp_path / "news", "pipe")
    args = command(
        "parse", tmp_path / "news", "--state", tmp_path / "state", "-q", "-j", "2"
    )
    got = Counter()

    def run(after):
        running = subprocess.Popen(args, stdout=subprocess.PIPE)
        if after is not None:
            time.sleep(after)
            running.kill()
        for line in running.communicate()[0].splitlines(keepends=True):
            if line.endswith(b"\n"):
                got[json.loads(line)["metadata"]["path"]] += 1
        return running.returncode

    for _ in range(KILLS):
        scraper.work()
        run(scraper.chance.uniform(0.1, 1.0))
    assert run(None) == 0
    assert len(got) == scraper.count


def test_of_two_runs_at_once_one_works(tmp_path):
    scraper = Scraper(tmp_path / "news", "twins")
    for _ in range(5):
        scraper.work()
    args = command(
        "parse", tmp_path / "news", "-o", tmp_path / "out.jsonl",
        "--state", tmp_path / "state", "-q",
    )  # fmt: skip
    twins = [subprocess.Popen(args, stderr=subprocess.DEVNULL) for _ in range(4)]
    statuses = sorted(twin.wait(60) for twin in twins)
    assert statuses[0] == 0
    assert set(statuses) <= {0, 11}
    lines = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert len({json.loads(line)["id"] for line in lines}) == len(lines)
    assert len(lines) == scraper.count

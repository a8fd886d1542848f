"""docs/unattended.md, done as it says: cron lines, units, the log, what others see."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newsingest.run import progress
from newsingest.run.summary import Summary

PAGE = (Path(__file__).parents[1] / "docs" / "unattended.md").read_text("utf-8")
ARTICLE = "خبر من المدينة\n\n7 مارس 2024\n\nأعلنت البلدية بدء العمل في الحديقة أمس.\n"
HERE = Path(sys.executable).parent


def blocks(kind):
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == kind]


@pytest.fixture
def machine(tmp_path):
    """The folders that the page speaks of, and a logger that keeps what it is told."""
    for folder in ("srv/news", "srv/records", "var/lib/newsingest", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "var/lib/node_exporter").mkdir()
    for number in range(3):
        (tmp_path / f"srv/news/{number}.txt").write_text(ARTICLE, "utf-8")
    logger = tmp_path / "bin" / "logger"
    logger.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/log\n', "utf-8")
    logger.chmod(0o755)
    return tmp_path


def shell(machine, line):
    """Run a line of the page below the machine's own root."""
    line = re.sub(r"(?<![\w/])/(?=srv/|var/)", f"{machine}/", line)
    return subprocess.run(
        ["/bin/sh", "-c", line],
        env={"PATH": f"{machine}/bin:{HERE}:/usr/bin:/bin", "LC_ALL": "C"},
        capture_output=True,
        check=False,
        text=True,
        cwd=machine,
    )


def cron_lines():
    lines = [line for block in blocks("") for line in block.splitlines()]
    commands = [re.fullmatch(r"(?:\S+ ){5}(newsingest .*)", line) for line in lines]
    return [found[1].replace("\\%", "%") for found in commands if found]


def test_the_cron_line_speaks_up_when_there_is_something_to_say(machine):
    line = cron_lines()[0]
    for _ in range(2):
        done = shell(machine, line)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    records = machine / "srv/records/news.jsonl"
    assert len(records.read_bytes().splitlines()) == 3
    assert not (machine / "log").exists()
    (machine / "srv/news/bad.txt").write_bytes(b"")
    shell(machine, line)
    assert (machine / "log").read_text() == "-t newsingest exit status 3\n"
    shutil.rmtree(machine / "srv/news")
    told = shell(machine, line).stderr
    assert "srv/news: no such file or directory: check its name" in told


def test_a_file_a_day(machine):
    line = cron_lines()[1]
    for day, number in (("2024-03-07", 3), ("2024-03-08", 1)):
        fake = machine / "bin" / "date"
        fake.write_text(f"#!/bin/sh\n[ $1 = +%F ] && echo {day}\n", "utf-8")
        fake.chmod(0o755)
        done = shell(machine, line)
        assert done.returncode == 0, done.stderr
        told = shell(machine, f"newsingest verify srv/records/{day}.jsonl.zst")
        assert told.stderr.startswith(f"{number} record")
        (machine / "srv/news/new.txt").write_text(ARTICLE, "utf-8")
    assert len(os.listdir(machine / "srv/records")) == 2


def test_the_first_command_of_the_page(machine):
    done = shell(machine, blocks("sh")[0])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    prom = (machine / "var/lib/node_exporter/newsingest.prom").read_text()
    assert "newsingest_records 3\n" in prom
    assert (machine / "srv/records/news.rejects.jsonl").read_bytes() == b""


def test_the_units_are_what_systemd_takes(machine):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    files = []
    for unit in blocks("ini"):
        name = re.search(r"/etc/systemd/system/(\S+)", unit)[1]
        file = machine / name
        file.write_text(
            unit.replace("/opt/newsingest/bin", str(HERE)).replace(
                "User=newsingest\n", ""
            ),
            "utf-8",
        )
        files.append(file)
    assert len(files) == 2
    done = subprocess.run(
        ["systemd-analyze", "verify", *files], capture_output=True, check=False
    )
    told = done.stderr.decode()
    if "Failed to " in told:
        pytest.skip(f"systemd-analyze cannot run here: {told.splitlines()[0]}")
    assert (done.returncode, told) == (0, "")


def test_the_service_runs_what_it_says(machine):
    (command,) = re.findall(r"^ExecStart=\S+/(newsingest .*)$", PAGE, re.MULTILINE)
    (machine / "srv/news/bad\x1b[31m\u202e\x9b.txt").write_bytes(b"")
    done = shell(machine, command)
    (codes,) = re.findall(r"^SuccessExitStatus=(.*)$", PAGE, re.MULTILINE)
    assert str(done.returncode) in codes.split()
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [event["event"] for event in events] == ["start", "reject", "summary"]
    assert events[1]["path"] == "bad\x1b[31m\u202e\x9b.txt"
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stderr)
    listed = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert {"start", "note", "reject", "progress", "error", "summary"} <= set(listed)


@pytest.mark.parametrize("log", ["text", "json"])
@pytest.mark.parametrize("quiet", [[], ["-q"]])
def test_the_last_line_has_the_figures_also_when_it_fails(machine, log, quiet):
    for folder, status in (("srv/news", 0), ("srv/records", 1)):
        line = f"newsingest parse {folder} -o /dev/null --log-format {log}"
        done = shell(machine, " ".join([line, *quiet]))
        assert done.returncode == status
        told = done.stderr.splitlines()
        if quiet:
            assert len(told) == status
        elif log == "json":
            last = json.loads(told[-1])
            assert (last["event"], last["records"]) == ("summary", 3 - 3 * status)
        else:
            assert re.fullmatch(
                r"[03] records, 0 skipped, 0 rejected, \d+\.\d s", told[-1]
            )


SLOW = """
name = "slow"
why = "A pattern of somebody's own that tries every way to cut a word."
extends = "none"

[[step]]
kind = "pattern"
why = "-"
needs = "س"
find = '(?:س+)+ص'
replace = 'x'
"""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_article_that_makes_a_pattern_slow_is_given_up(machine, jobs):
    (machine / "slow.toml").write_text(SLOW, "utf-8")
    (machine / "srv/news/1-slow.txt").write_text(f"عنوان\n\nنص {'س' * 64}.\n", "utf-8")
    for number in range(100):
        (machine / f"srv/news/{number + 100}.txt").write_text(ARTICLE, "utf-8")
    began = time.monotonic()
    done = shell(
        machine,
        "newsingest parse srv/news -o out.jsonl --rejects rejects.jsonl -q "
        f"--profile slow.toml --timeout 0.5 --jobs {jobs}",
    )
    assert time.monotonic() - began < 30
    assert done.returncode == 3
    (reject,) = map(json.loads, (machine / "rejects.jsonl").read_bytes().splitlines())
    assert (reject["path"], reject["reason"]) == ("1-slow.txt", "timeout")
    assert reject["detail"] == "took over 0.5 seconds"
    assert len((machine / "out.jsonl").read_bytes().splitlines()) == 103


def waiting(machine, *args):
    """A run that waits for more names of files, with some of them read."""
    running = subprocess.Popen(
        [
            *(HERE / "newsingest", "parse", "--files-from", "-", "--jobs", "1"),
            *("--root", machine / "srv/news", *args),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=machine,
        umask=0,
    )
    running.stdin.write(b"".join(b"%d.txt\n" % (number % 3) for number in range(3)))
    running.stdin.flush()
    time.sleep(1)
    return running


def test_what_is_not_finished_is_nobodys_but_ours_and_in_the_outputs_folder(machine):
    running = waiting(machine, "-o", machine / "srv/records/out.jsonl")
    open_files = Path(f"/proc/{running.pid}/fd")
    if not open_files.is_dir():
        pytest.skip("no /proc here")
    found = [
        (os.readlink(fd), fd.stat())
        for fd in open_files.iterdir()
        if stat.S_ISREG(fd.stat().st_mode)
    ]
    running.terminate()
    running.communicate(timeout=30)
    (mine,) = [
        one for name, one in found if name.startswith(f"{machine / 'srv/records'}/")
    ]
    assert stat.S_IMODE(mine.st_mode) == 0o600
    assert all(
        name.startswith((str(machine), sys.prefix, sys.base_prefix))
        for name, _ in found
    )
    assert os.listdir(machine / "srv/records") == []


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_the_command_that_goes_on_is_told_as_a_shell_takes_it(machine, number, status):
    state = machine / "var/lib/newsingest/a state"
    running = waiting(machine, "-o", "out.jsonl", "--state", state)
    running.send_signal(number)
    told = running.communicate(timeout=30)[1].decode()
    assert running.returncode == status
    (command,) = re.findall(r"^interrupted; to go on: (.*)$", told, re.MULTILINE)
    done = shell(machine, f"printf '0.txt\\n1.txt\\n2.txt\\n' | {command}")
    assert done.returncode == 0, done.stderr
    told = shell(machine, "newsingest verify --root srv/news out.jsonl")
    assert told.stderr.startswith("3 records, 0 superseded, 3 checked")


def test_a_summary_is_there_or_not_and_never_half(machine):
    """Who reads it while it is replaced sees the old one or the new one."""
    prom = machine / "newsingest.prom"
    prom.write_text("old", "utf-8")
    kept = os.open(prom, os.O_RDONLY)
    shell(
        machine, "newsingest parse srv/news -o /dev/null --summary-prom newsingest.prom"
    )
    assert os.read(kept, 100) == b"old"
    os.close(kept)
    lines = prom.read_text("utf-8").splitlines()
    assert all(
        re.fullmatch(r'newsingest_[a-z_]+(\{[a-z]+="[\w-]+"\})? [0-9.]+', line)
        for line in lines
    )


def test_a_long_run_tells_how_far_it_is_but_not_often(monkeypatch):
    told = io.StringIO()
    log = progress.Json(told)
    summary = Summary("standard", inputs=3, records=2, bytes=10)
    log.update(summary)
    assert told.getvalue() == ""
    monkeypatch.setattr(progress, "LOG_EVERY", 0)
    log.update(summary)
    assert json.loads(told.getvalue()) == {
        "event": "progress", "records": 2, "rejected": 0, "skipped": 0, "bytes": 10,
    }  # fmt: skip


def test_a_reader_that_goes_away_is_no_reason_to_forget(machine):
    """More than a pipe holds: the run notices, and the next one repeats what it must."""
    text = ARTICLE + "تفاصيل أخرى عن الحديقة. " * 400
    for number in range(100):
        (machine / f"srv/news/{number}.txt").write_text(f"{text}{number}", "utf-8")
    line = "newsingest parse srv/news --state state --jobs 1"
    read = shell(machine, f"({line}; echo $? >status) | head -n 1")
    assert (machine / "status").read_text() == "141\n"
    assert read.stderr == ""
    rest = shell(machine, line)
    paths = {
        json.loads(one)["metadata"]["path"]
        for one in (read.stdout + rest.stdout).splitlines()
    }
    assert rest.returncode == 0
    assert len(paths) == 100
    assert "0 records, 100 skipped" in shell(machine, line).stderr

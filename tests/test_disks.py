"""Disks that fill up, vanish, cannot be written or give errors in the middle of a run."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time

import pytest

ARTICLE = "خبر رقم {} من المدينة\n\n7 مارس 2024\n\nأعلنت البلدية بدء العمل في الحديقة رقم {} أمس.\n"
LAST_YEAR = 10**9
NOBODY = 65534

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")


def write(folder, numbers):
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        file = folder / f"{number:04}.txt"
        file.write_text(ARTICLE.replace("{}", str(number)), "utf-8")
        os.utime(file, (LAST_YEAR, LAST_YEAR))


def command(*args):
    return [sys.executable, "-m", "newsingest", *map(os.fspath, args)]


def run(args, before=()):
    done = subprocess.run([*before, *args], capture_output=True, check=False, text=True)
    assert "Traceback" not in done.stderr
    return done


def parse(tmp_path, *args, before=()):
    return run(
        command(
            "parse", tmp_path / "news", "-o", tmp_path / "out.jsonl",
            "--state", tmp_path / "state", "--jobs", "1", *args,
        ),
        before,
    )  # fmt: skip


def paths(tmp_path):
    lines = (tmp_path / "out.jsonl").read_bytes().splitlines(keepends=True)
    assert all(line.endswith(b"\n") for line in lines)
    return [json.loads(line)["metadata"]["path"] for line in lines]


def mount(*args):
    done = subprocess.run(["mount", *args], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.decode().strip()}")


@pytest.fixture
def disk(tmp_path):
    """A disk of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", place)
    yield place
    subprocess.run(["umount", "-l", place], check=False, capture_output=True)


def injected(file, fault):
    """A prefix that makes system calls on one file fail, as a broken disk does."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    prefix = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", os.fspath(file)]
    prefix += ["-e", f"inject={fault}"]
    probe = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"strace cannot trace here: {probe.stderr.decode().strip()}")
    return prefix


@pytest.mark.parametrize("error", ["EIO", "ENOTCONN", "ESTALE"])
def test_a_file_that_cannot_be_read_for_once_is_tried_again(tmp_path, error):
    write(tmp_path / "news", range(3))
    broken = injected(tmp_path / "news" / "0001.txt", f"read:error={error}")
    first = parse(tmp_path, before=broken)
    assert first.returncode == 3
    assert "news/0001.txt: unreadable: " in first.stderr
    assert "1 record, 2 skipped" in parse(tmp_path).stderr
    assert sorted(paths(tmp_path)) == ["0000.txt", "0001.txt", "0002.txt"]


def test_nor_is_its_record_made_twice(tmp_path):
    write(tmp_path / "news", range(3))
    parse(tmp_path)
    file = tmp_path / "news" / "0001.txt"
    os.utime(file)
    assert parse(tmp_path, before=injected(file, "read:error=EIO")).returncode == 3
    assert "0 records, 3 skipped" in parse(tmp_path).stderr
    assert len(paths(tmp_path)) == 3


@pytest.mark.parametrize("error", ["EIO", "ENOTCONN"])
def test_what_is_in_a_folder_out_of_reach_is_not_gone(tmp_path, error):
    write(tmp_path / "news", range(3))
    write(tmp_path / "news" / "sub", range(3))
    parse(tmp_path)
    broken = injected(tmp_path / "news" / "sub", f"getdents64:error={error}")
    done = parse(tmp_path, before=broken)
    assert done.returncode == 3
    assert "news/sub: unreadable: folder: " in done.stderr
    assert "1 rejected" in done.stderr
    whole = injected(tmp_path / "news", f"getdents64:error={error}")
    gone = parse(tmp_path, before=whole)
    assert gone.returncode == 1
    assert "none of its articles any more: is its disk mounted?" in gone.stderr
    (tmp_path / "news" / "sub" / "0002.txt").unlink()
    back = parse(tmp_path)
    assert "gone since the last run: 1 input" in back.stderr
    assert "0 records, 5 skipped (5 unchanged), 0 rejected" in back.stderr
    assert len(paths(tmp_path)) == 6


@pytest.mark.parametrize("fault", ["write:error=EIO", "fsync:error=EIO"])
def test_what_did_not_reach_the_disk_is_not_done(tmp_path, fault):
    write(tmp_path / "news", range(3))
    parse(tmp_path)
    write(tmp_path / "news", range(3, 6))
    failed = parse(tmp_path, before=injected(tmp_path / "out.jsonl", fault))
    assert failed.returncode == 1
    assert "cannot write" in failed.stderr
    assert "3 records, 3 skipped" in parse(tmp_path).stderr
    assert sorted(paths(tmp_path)) == [f"{number:04}.txt" for number in range(6)]


def test_a_file_written_whole_or_not_at_all_is_not_there_when_its_sync_fails(tmp_path):
    write(tmp_path / "news", range(3))
    output = tmp_path / "out.jsonl"
    output.write_text("old", "utf-8")
    args = command("parse", tmp_path / "news", "-o", output)
    broken = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync:error=EIO"]
    injected(output, "fsync:error=EIO")
    failed = run(args, broken)
    assert failed.returncode == 1
    assert "input/output error" in failed.stderr
    assert output.read_text("utf-8") == "old"
    assert sorted(os.listdir(tmp_path)) == ["news", "out.jsonl"]


@root_only
def test_a_disk_that_is_unmounted_in_the_middle(tmp_path):
    """Lazily, so that it can go while a file of it is open."""
    news = tmp_path / "news"
    news.mkdir()
    mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", news)
    kept = tmp_path / "kept"
    try:
        write(news / "a", range(40))
        for folder in "bcdefgh":
            shutil.copytree(news / "a", news / folder)
        shutil.copytree(news, kept, dirs_exist_ok=True)
        parse(tmp_path)
        for file in sorted(news.rglob("*.txt")):
            file.write_text(f"{file.read_text('utf-8')}وأضاف.\n", "utf-8")
        slow = injected(news / "d" / "0020.txt", "openat:delay_enter=1500000")
        args = ("parse", news, "-o", tmp_path / "out.jsonl", "--jobs", "1")
        running = subprocess.Popen(
            [*slow, *command(*args, "--state", tmp_path / "state")],
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(1)
    finally:
        subprocess.run(["umount", "-l", news], check=True)
    told = running.communicate(timeout=30)[1]
    assert running.returncode == 1
    assert "has its disk been unmounted? Nothing is taken for gone" in told
    assert "gone since" not in told
    assert parse(tmp_path).returncode == 1
    shutil.copytree(kept, news, dirs_exist_ok=True)
    assert parse(tmp_path).returncode == 0
    told = run(command("verify", "--root", news, tmp_path / "out.jsonl"))
    assert "320 checked" in told.stderr or told.returncode == 0, told.stderr
    assert len(set(paths(tmp_path))) == 320


def test_of_two_folders_one_that_is_empty_is_told(tmp_path):
    write(tmp_path / "news", range(2))
    write(tmp_path / "more", range(3))
    assert parse(tmp_path, tmp_path / "more").returncode == 0
    shutil.move(tmp_path / "more", tmp_path / "away")
    (tmp_path / "more").mkdir()
    write(tmp_path / "news", [2])
    done = parse(tmp_path, tmp_path / "more")
    assert done.returncode == 1
    assert f"{tmp_path / 'more'} has none of its articles any more" in done.stderr
    assert "1 record, 2 skipped" in done.stderr
    assert len(paths(tmp_path)) == 6
    allowed = parse(tmp_path, tmp_path / "more", "--allow-empty")
    assert allowed.returncode == 0
    assert "gone since the last run: 3 inputs" in allowed.stderr


def test_what_is_left_out_or_not_asked_for_is_not_gone(tmp_path):
    write(tmp_path / "news", range(2))
    write(tmp_path / "news" / "sub", range(3))
    args = command(
        "parse", "--root", tmp_path / "news", "-o", tmp_path / "out.jsonl",
        "--state", tmp_path / "state",
    )  # fmt: skip
    assert run([*args, tmp_path / "news"]).returncode == 0
    for fewer in (["sub"], [".", "--exclude", "sub"], [".", "--include", "0001.txt"]):
        done = run([*args, *fewer])
        assert done.returncode == 0
        assert "gone" not in done.stderr


@root_only
@pytest.mark.parametrize("option", ["-o", "--state", "--summary", "--rejects"])
@pytest.mark.parametrize("kind", ["read-only", "not ours"])
def test_a_folder_that_cannot_be_written(tmp_path, disk, option, kind):
    """Root may write everywhere: the command is run without that capability."""
    write(tmp_path / "news", range(3))
    before = []
    if kind == "read-only":
        mount("-o", "remount,ro", disk)
    else:
        if not shutil.which("setpriv"):
            pytest.skip("setpriv is not installed")
        os.chown(disk, NOBODY, NOBODY)
        os.chmod(disk, 0o700)
        before = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
        if run(["ls", disk], before).returncode == 0:
            pytest.skip("capabilities cannot be dropped here")
    output = ["-o", os.devnull] if option != "-o" else []
    args = command("parse", tmp_path / "news", *output, option, disk / "file")
    done = run(args, before)
    assert done.returncode == 1
    why = "read-only file system" if kind == "read-only" else "permission denied"
    (line,) = [one for one in done.stderr.splitlines() if "newsingest: " in one]
    assert f"{disk / 'file'}: {why}: " in line
    assert os.listdir(disk) == []


@root_only
@pytest.mark.parametrize("suffix", ["", ".zst"])
def test_a_full_disk_promotes_nothing_and_a_rerun_goes_on(disk, tmp_path, suffix):
    noise = random.Random(0)  # noqa: S311 - what does not compress
    write(tmp_path / "news", range(200))
    for file in (tmp_path / "news").iterdir():
        words = "".join(map(chr, noise.choices(range(0x621, 0x64A), k=9000)))
        file.write_text(f"{file.read_text('utf-8')}\n{words} كلمة", "utf-8")
    args = command("parse", tmp_path / "news", "-o", disk / f"out.jsonl{suffix}")
    full = run(args)
    assert full.returncode == 1
    assert "no space left on device: free some space" in full.stderr
    assert "Exception ignored" not in full.stderr
    assert os.listdir(disk) == []
    state = ["--state", tmp_path / "state"]
    assert run([*args, *state]).returncode == 1
    mount("-o", "remount,size=64m", disk)
    assert run([*args, *state]).returncode == 0
    told = run(command("verify", disk / f"out.jsonl{suffix}"))
    assert "200 records, 0 superseded" in told.stderr


@root_only
def test_a_full_disk_under_the_state_is_told(disk, tmp_path):
    write(tmp_path / "news", range(900))
    args = command("parse", tmp_path / "news", "-o", tmp_path / "out.jsonl")
    state = ["--state", disk / "state"]
    (disk / "ballast").write_bytes(bytes((1 << 20) - 130_000))
    full = run([*args, *state])
    assert full.returncode == 1
    assert "free some space" in full.stderr
    (disk / "ballast").unlink()
    assert run([*args, *state]).returncode == 0
    found = paths(tmp_path)
    assert len(found) == len(set(found)) == 900

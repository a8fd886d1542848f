"""What no file in a folder may take: memory, time, or a place that was not named.

`make check` has what takes seconds, `make chaos` the large ones.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import re
import socket
import stat
import subprocess
import sys
import tarfile
import time
import zipfile

import pytest
import zstandard

ARTICLE = "خبر من المدينة\n\n7 مارس 2024\n\nأعلنت البلدية بدء العمل في الحديقة أمس.\n"
SENTENCE = "أعلنت الوزارة اليوم نتائج المسابقة السنوية، وقال الوزير إن العمل مستمر. "
MIB = 1 << 20
CHAOS = int(os.environ.get("NEWSINGEST_KILLS", "3")) > 3
chaos_only = pytest.mark.skipif(not CHAOS, reason="large: make chaos")


class Ended:
    """A run that has ended: its status, what it said and wrote, what it took."""

    def __init__(self, *args):
        command = [sys.executable, "-m", "newsingest", *map(os.fspath, args)]
        began = time.monotonic()
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            self.stdout, self.stderr = (one.decode() for one in running.communicate())
        self.status = running.returncode
        self.seconds = time.monotonic() - began
        assert "Traceback" not in self.stderr

    @property
    def rejects(self):
        found = re.findall(r"^\S+?/(\S+): ([\w-]+): (.*)$", self.stderr, re.MULTILINE)
        return {path: (reason, detail) for path, reason, detail in found}


def limited(most, *args):
    """A run that is given so much address space and no more."""
    script = (
        "import resource, sys; from newsingest.__main__ import main\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({most}, {most}))\n"
        f"sys.argv = ['newsingest', *{list(map(os.fspath, args))!r}]; main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=False, text=True
    )
    assert "Traceback" not in done.stderr
    return done


def peak(*args):
    """The most memory that a run had, in bytes, and how it ended."""
    script = (
        "import os, resource, subprocess, sys\n"
        "status = subprocess.run(sys.argv[1:]).returncode\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, status)\n"
    )
    command = [sys.executable, "-m", "newsingest", *map(os.fspath, args)]
    done = subprocess.run(
        [sys.executable, "-c", script, *command],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    most, status = map(int, done.stdout.split()[-2:])
    return most, status, done.stderr


def zeros(pack, times):
    """Ten gigabytes of zeros, as streams that follow one another."""
    return pack(bytes(10 * MIB)) * times


PACKED = {
    ".bz2": lambda: zeros(bz2.compress, 1000),
    ".xz": lambda: zeros(lambda raw: lzma.compress(raw, preset=1), 1000),
    ".zst": lambda: zeros(zstandard.compress, 1000),
    ".gz": lambda: zeros(lambda raw: gzip.compress(raw, 9), 1000),
}


@pytest.mark.parametrize("suffix", PACKED)
def test_kilobytes_that_are_ten_gigabytes(tmp_path, suffix):
    bomb = PACKED[suffix]()
    assert len(bomb) < 11 * MIB
    (tmp_path / f"bomb.txt{suffix}").write_bytes(bomb)
    (tmp_path / "good.txt").write_text(ARTICLE, "utf-8")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"bomb.txt{suffix}", bomb)
    for most in ("32M", "20G"):
        done = limited(700 * MIB, "parse", tmp_path, "--max-bytes", most)
        assert done.returncode == 3
        assert len(done.stdout.splitlines()) == 1
        reasons = re.findall(r"bomb\.txt\S*: ([\w-]+): unpacks to more", done.stderr)
        assert reasons == ["too-large"] * 2


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_member_that_says_it_has_four_million_terabytes(tmp_path, pack):
    """The tar was passed over in pieces, none of them there, until the end of days."""
    info = tarfile.TarInfo("a.txt")
    info.size = 1 << 62
    name = tmp_path / f"a.tar{'' if pack is bytes else '.gz'}"
    name.write_bytes(pack(info.tobuf(tarfile.GNU_FORMAT) + bytes(10_240)))
    done = Ended("parse", tmp_path)
    assert done.rejects["a.tar/a.txt" if pack is bytes else "a.tar.gz/a.txt"][0] == (
        "too-large"
    )
    assert "ends in the middle" in done.rejects[name.name][1]


def test_a_member_of_a_zip_that_is_cut_says_so(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", ARTICLE)
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    index = raw.index(b"PK\1\2")
    raw[index + 20 : index + 28] = (9999).to_bytes(4, "little") * 2  # packed, unpacked
    (tmp_path / "a.zip").write_bytes(raw)
    done = Ended("parse", tmp_path)
    assert done.rejects["a.zip/a.txt"] == (
        "unreadable", "damaged: ends in the middle of its data",
    )  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_devices_sockets_and_pipes_are_never_opened(tmp_path):
    (tmp_path / "good.txt").write_text(ARTICLE, "utf-8")
    os.mknod(tmp_path / "zero.txt", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    os.mknod(tmp_path / "tape.txt", 0o666 | stat.S_IFCHR, os.makedev(9, 0))
    os.mkfifo(tmp_path / "fifo.txt")
    with socket.socket(socket.AF_UNIX) as made:
        here = os.getcwd()
        os.chdir(tmp_path)  # the path of a socket may have 107 bytes
        made.bind("socket.txt")
        os.chdir(here)
    done = Ended("parse", tmp_path, "--follow-symlinks")
    assert (done.status, len(done.stdout.splitlines())) == (3, 1)
    assert done.rejects == {
        "fifo.txt": (
            "unreadable",
            "a FIFO (what is piped in is read as -), not a file of text",
        ),
        "socket.txt": ("unreadable", "a socket, not a file of text"),
        "tape.txt": ("unreadable", "a device, not a file of text"),
        "zero.txt": ("unreadable", "a device, not a file of text"),
    }
    for name in ("zero.txt", "fifo.txt"):
        alone = Ended("parse", tmp_path / name)
        assert (alone.status, alone.stdout) == (3, "")


def test_a_line_of_a_hundred_megabytes_is_not_even_read(tmp_path):
    with open(tmp_path / "large.txt", "wb") as file:
        file.truncate(100 * MIB)
    (tmp_path / "good.txt").write_text(ARTICLE, "utf-8")
    done = limited(400 * MIB, "parse", tmp_path)
    assert done.returncode == 3
    assert "large.txt: too-large: 104,857,600 bytes, --max-bytes is" in done.stderr


def test_nothing_is_written_outside_the_outputs_that_were_named(tmp_path):
    news, there = tmp_path / "news", tmp_path / "there"
    news.mkdir()
    there.mkdir()
    names = ["../../out.txt", "/etc/newsingest.txt", "a/../../b.txt", "c:\\d.txt"]
    with zipfile.ZipFile(news / "a.zip", "w") as archive:
        for name in names:
            archive.writestr(name, ARTICLE)
    with tarfile.open(news / "a.tar", "w") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            archive.addfile(info)
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            info = tarfile.TarInfo(f"link{kind.decode()}.txt")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    (news / "passwd.txt").symlink_to("/etc/passwd")
    before = sorted(tmp_path.rglob("*"))
    done = Ended(
        "parse", news, "-o", there / "out.jsonl", "--rejects", there / "rejects.jsonl",
        "--state", there / "state", "--summary", there / "summary.json",
        "--summary-prom", there / "newsingest.prom",
    )  # fmt: skip
    assert done.status == 3
    made = set(tmp_path.rglob("*")) - set(before)
    assert sorted(path.name for path in made) == [
        "newsingest.prom", "out.jsonl", "rejects.jsonl", "state", "summary.json",
    ]  # fmt: skip
    assert not os.path.exists("/etc/newsingest.txt")
    rejects = map(json.loads, (there / "rejects.jsonl").read_bytes().splitlines())
    reasons = {one["path"]: one["detail"] for one in rejects}
    assert reasons["a.tar/link1.txt"] == "a link or a special file in an archive"
    assert reasons["a.tar/link2.txt"] == "a link or a special file in an archive"


@chaos_only
@pytest.mark.parametrize(
    ("unit", "size", "times"),
    [
        (SENTENCE, 100, 9),
        (SENTENCE, 30, 11),
        (f"{SENTENCE}\n\n", 30, 18),
        ("وقال الوزير إن العمل مستمر في كل المدن.\n", 14, 20),
        ("قال &quot;المدير&quot; ", 30, 20),
        ("اال ", 30, 20),
        ("اال ", 7, 90),
        ("\N{ARABIC LETTER ALEF ISOLATED FORM} ", 30, 40),
        ("#وسم ", 30, 40),
        ("a@b.c ", 30, 40),
        ("س\n", 30, 8),
    ],
)
def test_a_large_article_does_not_multiply(tmp_path, unit, size, times):
    """So many times its size, beside the thirty megabytes that every run takes."""
    with open(tmp_path / "large.txt", "wb") as file:
        piece = (unit * 1000).encode()
        while file.tell() < size * MIB:
            file.write(piece)
    args = ("parse", tmp_path, "-o", os.devnull, "--max-bytes", "200M", "-q")
    most, status, told = peak(*args, "--timeout", "0")
    assert status in {0, 3}, told
    print(f"{unit[:12]!r} {size} MiB: {most / MIB:.0f} MiB, {most / MIB / size:.1f} ×")  # noqa: T201
    assert most < times * size * MIB + 40 * MIB


@chaos_only
def test_a_tar_of_a_million_members(tmp_path):
    news = tmp_path / "news"
    news.mkdir()
    with open(news / "a.tar", "wb") as archive:
        for number in range(1_000_000):
            raw = f"خبر {number}\n\nأعلنت البلدية بدء العمل أمس.\n".encode()
            info = tarfile.TarInfo(f"{number % 100}/{number}.txt")
            info.size = len(raw)
            archive.write(info.tobuf(tarfile.USTAR_FORMAT) + raw.ljust(512, b"\0"))
        archive.write(bytes(1024))
    args = ("parse", news, "-o", tmp_path / "o.zst", "--state", tmp_path / "state")
    for expected in ("1,000,000 records, 0 skipped", "0 records, 1,000,000 skipped"):
        most, status, told = peak(*args)
        assert (status, expected in told) == (0, True), told
        print(f"{told.splitlines()[-1]}: {most / MIB:.0f} MiB in one process")  # noqa: T201
        assert most < 250 * MIB


def test_files_beyond_the_right_to_read_are_rejects(tmp_path):
    """Also a folder; root may read everything, so that capability is dropped."""
    if os.geteuid() != 0:
        pytest.skip("needs root to give files away")
    for name in ("good.txt", "secret.txt", "sub/1.txt"):
        file = tmp_path / "news" / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(ARTICLE, "utf-8")
    for name in ("secret.txt", "sub"):
        os.chown(tmp_path / "news" / name, 1, 1)
        os.chmod(tmp_path / "news" / name, 0o700)
    done = subprocess.run(
        [
            *("setpriv", "--bounding-set=-all", "--inh-caps=-all"),
            *(sys.executable, "-m", "newsingest", "parse", tmp_path / "news"),
        ],
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert done.returncode == 3
    assert "news/secret.txt: unreadable: permission denied" in done.stderr
    assert "news/sub: unreadable: folder: permission denied" in done.stderr
    assert len(done.stdout.splitlines()) == 1

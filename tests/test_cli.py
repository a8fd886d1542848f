"""The real command, run as a process: outputs, exit statuses, bad input."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import lzma
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import tarfile
import time
import zipfile

import fastjsonschema
import pytest
import zstandard

from newsingest.article.schema import schema

ARTICLE = """حديقة في المدينة

القاهرة - رويترز

7 مارس 2024

أعلنت البلدية اليوم بدء العمل في الحديقة الجديدة بعد عامين من الإعداد لها.
"""


def newsingest(*args, stdin=b"", env=None, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "newsingest", *map(os.fspath, args)],
        input=stdin,
        capture_output=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **(env or {})},
    )


FITS_SCHEMA = fastjsonschema.compile(schema())


def records(done):
    return [FITS_SCHEMA(json.loads(line)) for line in done.stdout.splitlines()]


def paths(done):
    return [record["metadata"]["path"] for record in records(done)]


@pytest.fixture
def folder(tmp_path):
    top = tmp_path / "news"
    (top / "a").mkdir(parents=True)
    for name in ("a/2.txt", "a.txt", "b.txt", ".hidden.txt", "c.md"):
        (top / name).write_text(ARTICLE, "utf-8")
    return top


def test_a_folder_gives_records_in_the_byte_order_of_their_paths(folder):
    done = newsingest("parse", folder)
    assert (done.returncode, paths(done)) == (0, ["a.txt", "a/2.txt", "b.txt"])
    first = records(done)[0]
    assert (first["source"], first["created"]) == ("news", "2024-03-07")
    assert first["metadata"]["agencies"] == ["reuters"]
    assert done.stderr.decode().startswith("3 records, 0 skipped, 0 rejected, ")


def test_a_file_is_told_from_its_folder_and_stdin_from_nowhere(folder):
    by_folder = records(newsingest("parse", folder))
    by_file = records(newsingest("parse", folder / "b.txt"))
    assert by_file[0] == by_folder[2]
    piped = records(newsingest("parse", "-", stdin=ARTICLE.encode()))[0]
    assert (piped["source"], piped["metadata"]["path"]) == ("stdin", "-")


def test_globs_and_sources(folder):
    assert paths(newsingest("parse", folder, "--include", "*.md")) == ["c.md"]
    assert paths(newsingest("parse", folder, "--exclude", "a/*")) == ["a.txt", "b.txt"]
    assert paths(newsingest("parse", folder, "--exclude", "a/")) == ["a.txt", "b.txt"]
    named = records(newsingest("parse", folder, "--source", "mine"))
    assert {record["source"] for record in named} == {"mine"}


@pytest.mark.parametrize("null", [False, True])
def test_lists_give_the_ids_that_the_folder_gives(folder, null):
    ids = [record["id"] for record in records(newsingest("parse", folder))]
    listed = ("\0" if null else "\n").join(["a.txt", "a/2.txt", "b.txt"]).encode()
    flags = ["-0"] if null else []
    done = newsingest(
        "parse", "--root", folder, "--files-from", "-", *flags, stdin=listed
    )
    assert [record["id"] for record in records(done)] == ids


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [
        (".gz", gzip.compress),
        (".bz2", bz2.compress),
        (".xz", lzma.compress),
        (".zst", zstandard.compress),
    ],
)
def test_compressed_in_and_out(tmp_path, suffix, pack):
    (tmp_path / f"a.txt{suffix}").write_bytes(pack(ARTICLE.encode()))
    output = tmp_path / f"out.jsonl{suffix}"
    done = newsingest("parse", tmp_path, "-o", output)
    assert done.returncode == 0, done.stderr
    unpack = {
        ".gz": gzip.decompress,
        ".bz2": bz2.decompress,
        ".xz": lzma.decompress,
        ".zst": lambda raw: (
            zstandard.ZstdDecompressor().decompressobj().decompress(raw)
        ),
    }[suffix]
    assert json.loads(unpack(output.read_bytes()))["metadata"]["title"]
    (tmp_path / f"a.txt{suffix}").write_bytes(b"")
    assert b" 1 rejected (1 empty)" in newsingest("parse", tmp_path).stderr
    output.unlink()
    assert os.listdir(tmp_path) == [f"a.txt{suffix}"]


def test_archives_are_folders_of_articles(tmp_path):
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("in/1.txt", ARTICLE)
        archive.writestr("../out.txt", ARTICLE)
    with tarfile.open(tmp_path / "t.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("2.txt")
        info.size = len(ARTICLE.encode())
        archive.addfile(info, io.BytesIO(ARTICLE.encode()))
    rejects = tmp_path / "rejects.jsonl"
    done = newsingest("parse", tmp_path, "--rejects", rejects)
    assert paths(done) == ["t.tar.gz/2.txt", "z.zip/in/1.txt"]
    assert done.returncode == 3
    assert "leads out of the archive" in rejects.read_text("utf-8")
    assert sorted(os.listdir(tmp_path)) == ["rejects.jsonl", "t.tar.gz", "z.zip"]


def bad_folder(tmp_path):
    top = tmp_path / "bad"
    top.mkdir()
    (top / "0-good.txt").write_text(ARTICLE, "utf-8")
    (top / "1-empty.txt").write_bytes(b"")
    (top / "2-nul.txt").write_bytes(b"\0" * 1000)
    (top / "3-random.txt").write_bytes(bytes(range(256)) * 16)
    (top / "4-blank.txt").write_bytes(b" \n\n ")
    (top / "5-large.txt").write_bytes(ARTICLE.encode() * 100)
    (top / "6-dangling.txt").symlink_to("nowhere")
    os.mkfifo(top / "7-fifo.txt")
    with open(os.fsencode(top) + b"/8-caf\xe9.txt", "wb") as file:
        file.write(ARTICLE.encode())
    return top


def test_bad_input_is_rejected_with_a_reason_and_the_run_goes_on(tmp_path):
    top = bad_folder(tmp_path)
    rejects, summary = tmp_path / "rejects.jsonl", tmp_path / "summary.json"
    done = newsingest(
        "parse", top, "--rejects", rejects, "--summary", summary, "--max-bytes", "4K"
    )
    assert done.returncode == 3
    assert paths(done) == ["0-good.txt", "8-caf\\xe9.txt"]
    told = [json.loads(line) for line in rejects.read_text("utf-8").splitlines()]
    assert {line["path"]: line["reason"] for line in told} == {
        "1-empty.txt": "empty",
        "2-nul.txt": "binary",
        "3-random.txt": "binary",
        "4-blank.txt": "no-text",
        "5-large.txt": "too-large",
        "6-dangling.txt": "unreadable",
        "7-fifo.txt": "unreadable",
    }
    assert all(line["detail"] for line in told)
    figures = json.loads(summary.read_text("utf-8"))
    assert figures["inputs"] == 9
    assert (
        figures["records"]
        + sum(figures["rejected"].values())
        + sum(figures["skipped"].values())
        == 9
    )
    assert figures["filled"]["title"] == 2


def test_rejects_can_be_fed_back(tmp_path):
    top = bad_folder(tmp_path)
    rejects = tmp_path / "rejects.jsonl"
    newsingest("parse", top, "--rejects", rejects)
    names = [
        json.loads(line)["path"] for line in rejects.read_text("utf-8").splitlines()
    ]
    (top / "1-empty.txt").write_text(ARTICLE, "utf-8")
    again = newsingest(
        "parse", "--root", top, "--files-from", "-", stdin="\n".join(names).encode()
    )
    assert paths(again) == ["1-empty.txt"]


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (["parse"], 2, "name a PATH to parse"),
        (["parse", "missing"], 1, "missing: no such file or directory: check its name"),
        (["parse", "."], 1, "no article was found"),
        (["parse", ".", "-o", "no/out.jsonl"], 1, "make the folder first"),
        (["parse", ".", "--jobs", "0"], 2, "--jobs"),
        (["parse", ".", "--profile", "mine"], 2, "no profile is called 'mine'"),
        (["parse", ".", "--rules", "my.toml"], 2, "--rules my.toml: no such file"),
        (["parse", ".", "--timezone", "Mars"], 2, "Mars"),
        (["parse", ".", "--encoding", "klingon"], 2, "no encoding has that name"),
        (["parse", ".", "--max-bytes", "big"], 2, "'big' is no size"),
        (["parse", ".", "--config", "my.toml"], 2, "--config my.toml: no such file"),
        (
            ["parse", ".", "--job", "2"],
            2,
            "Did you mean '--jobs'?: see newsingest parse",
        ),
        (
            ["parsee"],
            2,
            "No such command 'parsee'. Did you mean 'parse'?: see newsingest",
        ),
        (
            ["parse", ".", "-j", "0"],
            2,
            "0 is not in the range 1<=x<=1000: see newsingest parse",
        ),
        (["parse", ".", "-j", "1000000"], 2, "1000000 is not in the range 1<=x<=1000"),
        (["parse", ""], 2, "a PATH without a name: leave it out, or name a file"),
        (["parse", ".", "-o", ""], 2, "--output without a name: leave it out, or name"),
        (["parse", ".", "--state", ""], 2, "--state without a name: leave it out"),
        (["parse", ".", "--files-from", ""], 2, "--files-from without a name: leave"),
        (["parse", ".", "--relative-to", "now"], 2, "neither a date such as"),
        (["parse", ".", "--timeout", "inf"], 2, "inf is not in the range"),
        (["parse", ".", "--timeout", "nan"], 2, "'nan' is no number of seconds"),
        (["parse", ".", "--timeout", "-1"], 2, "-1.0 is not in the range"),
        (["parse", ".", "--timeout", "soon"], 2, "'soon' is not a valid"),
        (["parse", ".", "--lock-wait", "nan"], 2, "'nan' is no number of seconds"),
        (["parse", ".", "--lock-wait", "inf"], 2, "inf is not in the range"),
        (["parse", ".", "--fail-under", "created=nan"], 2, "a share from 0 to 1"),
        (["parse", ".", "--fail-under", "created=inf"], 2, "a share from 0 to 1"),
        (["parse", ".", "--fail-under", "created=95"], 2, "a share from 0 to 1"),
        (["parse", ".", "--fail-under", "created"], 2, "a share from 0 to 1"),
        (["parse", ".", "--max-bytes", "-1"], 2, "'-1' is no size"),
        (["parse", ".", "--max-bytes", "nan"], 2, "'nan' is no size"),
        (["explain", "missing"], 1, "missing: no such file or directory: check its"),
        (["parse", ".", "-o", "a", "--rejects", "./a"], 2, "give each a file of its"),
        (["parse", ".", "--rejects", "-"], 2, "--output and --rejects would both"),
        (["parse", ".", "-o", "a", "--state", "a"], 2, "would both write a: give"),
    ],
)
def test_errors_name_the_thing_and_the_remedy(tmp_path, args, status, message):
    done = newsingest(*args, cwd=tmp_path)
    assert done.returncode == status
    said = done.stderr.decode()
    assert message in said
    assert said.startswith("newsingest: ")
    assert "Traceback" not in said


def test_a_device_may_be_named_twice(folder):
    done = newsingest("parse", folder, "-o", "/dev/null", "--rejects", "/dev/null")
    assert done.returncode == 0


@pytest.mark.parametrize("option", ["--output", "--rejects", "--summary", "--state"])
def test_what_is_read_is_never_written(folder, option):
    before = (folder / "a.txt").read_bytes()
    done = newsingest("parse", folder, option, folder / "a.txt")
    assert done.returncode in {1, 2}
    assert (folder / "a.txt").read_bytes() == before


def test_an_empty_folder_is_no_error_when_allowed(tmp_path):
    assert newsingest("parse", tmp_path, "--allow-empty").returncode == 0


def test_a_rule_file_with_a_mistake_is_refused_before_anything_is_read(folder):
    (folder / "my.toml").write_text("[agency.x]\nname = 3", "utf-8")
    done = newsingest("parse", folder, "--rules", "my.toml", cwd=folder)
    assert done.returncode == 2
    assert "my.toml:2: agency.x: no key is called 'name'" in done.stderr.decode()
    assert done.stdout == b""


def test_options_come_from_the_environment_and_from_a_file(folder):
    by_env = newsingest("parse", folder, env={"NEWSINGEST_PARSE_SOURCE": "env"})
    assert records(by_env)[0]["source"] == "env"
    (folder / "my.toml").write_text('source = "file"\ninclude = ["b.txt"]', "utf-8")
    by_file = newsingest("parse", folder, "--config", folder / "my.toml")
    assert [record["source"] for record in records(by_file)] == ["file"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("jobs = [1]", "jobs must be a text or a number"),
        ("jobs = 1.5", "'1.5' is not a valid"),
        ("jobs = {a = 1}", "jobs must be a text or a number"),
        ("jobs = 2024-01-01", "'2024-01-01' is not a valid"),
        ('output = ["a"]', "output must be a text or a number"),
        ("state = true", "state must be a text or a number"),
        ('quiet = "maybe"', "quiet must be true or false"),
        ("include = [true]", "include must be a text or a number"),
        ('output = "a\\u0000"', "output has a NUL in it"),
        ("JOBS = 1", "no option is called JOBS; its keys are"),
        ('source = "\udce9"', "'utf-8' codec can't decode"),
        ('include = "b.txt"\nrelative-to = 2024-01-01\nquiet = true', ""),
    ],
)
def test_a_file_of_options_is_checked_as_the_command_line_is(folder, line, message):
    (folder / "my.toml").write_text(line, "utf-8", "surrogateescape")
    done = newsingest("parse", ".", "--config", "my.toml", cwd=folder)
    assert done.returncode == (2 if message else 0)
    assert message in done.stderr.decode()
    assert paths(done) == ([] if message else ["b.txt"])
    assert len(done.stderr.splitlines()) == bool(message)


def test_a_list_of_find_print0_without_the_option_for_it(folder):
    done = newsingest("parse", "--files-from", "-", stdin=b"a.txt\0b.txt\0", cwd=folder)
    assert done.returncode == 2
    assert b"has NUL bytes in it, as `find -print0` writes them: say -0" in done.stderr
    done = newsingest("parse", "--files-from", "-", stdin=b"a\\x00.txt\n", cwd=folder)
    assert done.returncode == 3
    assert b"a\\x5cx00.txt: no such file" in done.stderr


def test_the_output_is_whole_or_not_at_all(folder, tmp_path):
    output = tmp_path / "out.jsonl"
    output.write_text("old", "utf-8")
    done = newsingest("parse", folder, "-o", output, "--rejects", "no/such.jsonl")
    assert done.returncode == 1
    assert output.read_text("utf-8") == "old"
    assert newsingest("parse", folder, "-o", output).returncode == 0
    assert len(output.read_bytes().splitlines()) == 3
    assert os.listdir(tmp_path) in (["news", "out.jsonl"], ["out.jsonl", "news"])


TELLERS = (
    ["--version"], ["--help"], ["parse", "--help"], ["schema"], ["profiles"],
    ["profiles", "lucene"], ["parse", "a.txt"], ["explain", "a.txt"],
    ["explain", "--json", "a.txt"], ["normalize", "a.txt"], ["normalize", "--diff", "a.txt"],
)  # fmt: skip


def shell(line, cwd, **env):
    command = line.replace("newsingest", f"{sys.executable} -m newsingest")
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True, check=False, cwd=cwd, env={**os.environ, **env},
    )  # fmt: skip


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("where", "status", "message"),
    [
        ("> /dev/full", 1, b"cannot write stdout: no space left on device: free"),
        (">&-", 1, b"cannot write stdout: bad file descriptor: open it, or name"),
        ("| true; exit ${PIPESTATUS[0]}", 141, b""),
    ],
)
def test_whoever_cannot_write_to_stdout_says_so(
    folder, where, status, message, unbuffered
):
    for args in TELLERS if unbuffered else TELLERS[::3]:
        line = f"newsingest {shlex.join(args)} {where}"
        if status == 141:
            line = f"(sleep 0.1; {line.replace(' |', ') |', 1)}"
        done = shell(line, folder, PYTHONUNBUFFERED=unbuffered)
        assert (done.returncode, args) == (status, args)
        told = [row for row in done.stderr.splitlines() if b" skipped, " not in row]
        assert len(told) == bool(message), args
        assert message in done.stderr, args


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("newsingest parse - <&-", 1, b"cannot read stdin: bad file descriptor"),
        ("newsingest parse --files-from - <&-", 1, b"cannot read stdin: bad file"),
        ("newsingest explain - <&-", 1, b"-: bad file descriptor: see whether"),
        ("newsingest verify - <&-", 1, b"-: bad file descriptor: see whether"),
        ("newsingest normalize <&-", 1, b"-: bad file descriptor: see whether"),
        ("newsingest parse a.txt <&- -o o; [ -s o ]", 0, b""),
        ("newsingest parse a.txt 2>&- >o; [ -s o ]", 0, b""),
    ],
)
def test_streams_that_are_closed(folder, line, status, message):
    done = shell(line, folder)
    assert done.returncode == status
    assert message in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_folder_that_is_gone_under_ones_feet(folder, tmp_path):
    for line, status in {
        f"newsingest parse {folder}": 0,
        "newsingest parse ../news": 1,
        "newsingest parse .": 1,
        f"newsingest parse {folder} -o out.jsonl": 1,
    }.items():
        done = shell(f"mkdir gone; cd gone; rmdir ../gone; {line}", tmp_path)
        assert done.returncode == status, line
        assert (b"is gone: change to one that is there" in done.stderr) == status


def test_what_is_short_is_named(tmp_path):
    (tmp_path / "news").mkdir()
    for number in range(70):
        (tmp_path / "news" / f"{number}.txt").write_text(ARTICLE, "utf-8")
    for limit, message in {
        "ulimit -n 8": b"cannot start a worker: too many open files: raise the limit",
        "ulimit -f 0": b"file too large: raise the limit (ulimit -f)",
    }.items():
        done = shell(f"{limit}; newsingest parse news -j2 -o out.jsonl", tmp_path)
        assert done.returncode == 1
        assert message in done.stderr
        assert b"Traceback" not in done.stderr


def test_explain_in_a_locale_of_old(folder):
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    told = newsingest("explain", "a.txt", cwd=folder, env=plain)
    assert told.stdout == newsingest("explain", "a.txt", cwd=folder).stdout
    assert "القاهرة" in told.stdout.decode()


def test_ctrl_c_while_it_starts(folder, tmp_path):
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt")
    done = newsingest("parse", "a.txt", cwd=folder, env={"PYTHONPATH": str(tmp_path)})
    assert (done.returncode, done.stderr) == (130, b"")


def test_two_folders_of_one_name_are_refused(tmp_path):
    for top in ("x", "y"):
        (tmp_path / top / "news").mkdir(parents=True)
        (tmp_path / top / "news" / "1.txt").write_text(ARTICLE, "utf-8")
    done = newsingest("parse", tmp_path / "x" / "news", tmp_path / "y" / "news")
    assert done.returncode == 2
    assert "--source" in done.stderr.decode()
    same = newsingest("parse", "news", "./news/", cwd=tmp_path / "x")
    assert same.returncode == 2
    assert b"news and ./news/ are one: name it once" in same.stderr


def test_what_is_an_input_or_another_output_is_not_written(folder, tmp_path):
    for output in (folder / "out.txt", folder / "a" / "2.txt"):
        done = newsingest("parse", folder, "-o", output)
        assert done.returncode == 2
        assert "is an input as well" in done.stderr.decode()
    assert (folder / "a" / "2.txt").read_text("utf-8") == ARTICLE
    assert not (folder / "out.txt").exists()
    assert newsingest("parse", folder, "-o", folder / "out.jsonl").returncode == 0
    listed = os.fsencode(folder / "b.txt")
    done = newsingest(
        "parse", "--files-from", "-", "-o", folder / "b.txt", stdin=listed
    )
    assert done.returncode == 2
    same = tmp_path / "x.jsonl"
    done = newsingest("parse", folder, "-o", same, "--rejects", same)
    assert done.returncode == 2
    assert "give each a file of its own" in done.stderr.decode()


def test_an_output_keeps_its_link_and_its_rights(folder, tmp_path):
    place = tmp_path / "elsewhere.jsonl"
    place.write_text("old", "utf-8")
    place.chmod(0o640)
    link = tmp_path / "out.jsonl"
    link.symlink_to(place.name)
    assert newsingest("parse", folder, "-o", link).returncode == 0
    assert link.is_symlink()
    assert place.stat().st_mode & 0o777 == 0o640
    assert len(place.read_bytes().splitlines()) == 3


def test_a_device_is_written_as_it_is(folder):
    done = newsingest("parse", folder, "-o", "/dev/stdout", "-q")
    assert (done.returncode, len(records(done))) == (0, 3)


def test_members_of_archives_are_listed_by_the_paths_of_their_records(tmp_path):
    (tmp_path / "news").mkdir()
    with zipfile.ZipFile(tmp_path / "news" / "z.zip", "w") as archive:
        for name in ("1.txt", "in/2.txt", "3.txt"):
            archive.writestr(name, ARTICLE)
    whole = newsingest("parse", tmp_path / "news", "-q")
    ids = {r["metadata"]["path"]: r["id"] for r in records(whole)}
    wanted = ["z.zip/3.txt", "z.zip/in/2.txt", "z.zip/none.txt"]
    done = newsingest(
        "parse", "--root", tmp_path / "news", "--files-from", "-",
        stdin="\n".join(wanted).encode(),
    )  # fmt: skip
    assert {r["metadata"]["path"]: r["id"] for r in records(done)} == {
        path: ids[path] for path in ("z.zip/in/2.txt", "z.zip/3.txt")
    }
    assert "z.zip/none.txt: unreadable: the archive has none" in done.stderr.decode()
    assert done.returncode == 3


def test_stdin_is_bounded(tmp_path):
    done = newsingest("parse", "-", "--max-bytes", "1K", stdin=b"x" * 5000)
    assert done.returncode == 3
    assert "too-large" in done.stderr.decode()


@pytest.mark.parametrize("args", [["-"], ["--files-from", "-"]])
def test_who_waits_for_stdin_can_be_interrupted(args):
    running = subprocess.Popen(
        [sys.executable, "-m", "newsingest", "parse", *args],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(1.5)
    running.send_signal(signal.SIGINT)
    assert running.wait(10) == 130
    assert b"Traceback" not in running.stderr.read()
    running.stdin.close()
    running.stderr.close()


def test_links(folder):
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "again").symlink_to(".")
    (folder / "good.txt").symlink_to("a.txt")
    done = newsingest("parse", folder)
    assert paths(done) == ["a.txt", "a/2.txt", "b.txt", "good.txt"]
    assert "1 skipped (1 symlink)" in done.stderr.decode()
    assert "loop.txt: unreadable: " in done.stderr.decode()
    followed = newsingest("parse", folder, "--follow-symlinks")
    assert paths(followed) == paths(done)
    assert "1 symlink-loop" in followed.stderr.decode()


def test_folders_two_hundred_deep_and_names_that_are_no_names(tmp_path):
    top = tmp_path / "news"
    deep = top.joinpath(*["d"] * 200)
    deep.mkdir(parents=True)
    for name in ("a\nb.txt", "\x1b[31m[red]c.txt", "\u202ed.txt", "خبر.txt"):
        (deep / name).write_text(ARTICLE, "utf-8")
        (deep / f"0{name}").write_bytes(b"")
    done = newsingest("parse", top)
    assert len(records(done)) == 4
    told = done.stderr.decode()
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert len(told.splitlines()) == 5


def test_errors_cannot_colour_the_terminal(tmp_path):
    done = newsingest("parse", tmp_path / "\x1b[31mno")
    assert done.returncode == 1
    assert b"\x1b" not in done.stderr


def test_the_same_bytes_for_any_number_of_processes(tmp_path):
    for number in range(300):
        text = ARTICLE.replace("المدينة", f"المدينة {number}")
        (tmp_path / f"{number:03}.txt").write_text(text, "utf-8")
    one, two, four = (
        newsingest("parse", tmp_path, "-q", "--jobs", jobs).stdout
        for jobs in ("1", "2", "4")
    )
    assert one.count(b"\n") == 300
    assert one == two == four


def test_explain_tells_rules_and_readings(folder):
    shown = newsingest("explain", folder / "b.txt")
    assert shown.returncode == 0
    assert "byline.place-agency" in shown.stdout.decode()
    lines = newsingest("explain", "--json", folder / "b.txt").stdout.splitlines()
    assert [json.loads(line)["label"] for line in lines] == [
        "title", "byline", "date", "body",
    ]  # fmt: skip


def on_a_terminal(*args, columns):
    """What the command draws on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    width = os.environ | {"COLUMNS": str(columns), "TERM": "xterm", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "newsingest", *map(str, args)]
    drawn = b""
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=width) as running:
        os.close(theirs)
        with contextlib.suppress(OSError):  # EIO: the other end is closed
            while piece := os.read(ours, 65536):
                drawn += piece
    os.close(ours)
    return running.returncode, drawn


@pytest.mark.parametrize("columns", [60, 100])
def test_explain_on_a_terminal_keeps_its_columns(folder, columns):
    status, drawn = on_a_terminal("explain", folder / "b.txt", columns=columns)
    assert status == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", drawn.decode()).splitlines()
    assert max(map(len, lines)) <= columns
    assert lines[0].split()[:2] == ["1", "title"]
    assert any("byline.place-agency" in line for line in lines)
    assert any("→ agencies" in line for line in lines)


@pytest.mark.parametrize("columns", [0, 1])
def test_a_terminal_of_no_columns_is_drawn_on(folder, columns):
    for args, said in {
        ("explain", "b.txt"): "title",
        ("normalize", "--diff", "b.txt"): "b.txt:",
        ("parse", "b.txt", "-o", "out.jsonl"): "1 record, 0 skipped, 0 rejected",
    }.items():
        names = [str(folder / a) if "." in a else a for a in args]
        status, drawn = on_a_terminal(*names, columns=columns)
        assert status == 0
        assert said in "".join(drawn.decode().split("\r\n")), args


@pytest.mark.parametrize("columns", [60, 100])
def test_hostile_text_cannot_colour_the_terminal(tmp_path, columns):
    (tmp_path / "a.txt").write_text(f"عنوان \x1b[31m[red]أحمر\n\n{ARTICLE}", "utf-8")
    shown = newsingest("explain", tmp_path / "a.txt").stdout
    _, drawn = on_a_terminal("explain", tmp_path / "a.txt", columns=columns)
    for text in (shown, drawn):
        assert b"\x1b[31m" not in text
        assert "[red]" in text.decode()


def test_explain_reads_as_parse_does(tmp_path):
    (tmp_path / "a.txt").write_text(
        ARTICLE.encode().decode("cp1252", "replace"), "utf-8"
    )
    repaired, printed = (
        newsingest("explain", tmp_path / "a.txt", *flags).stdout.decode()
        for flags in ((), ("--no-repair",))
    )
    assert "حديقة" in repaired
    assert "حديقة" not in printed


def test_explain_in_a_pipe_is_a_line_a_span_and_whole(tmp_path):
    long = "وصل الوفد أمس إلى المدينة، " * 20
    (tmp_path / "a.txt").write_text(f"عنوان قصير\n\n{long}\tنهاية.\n", "utf-8")
    shown = newsingest("explain", tmp_path / "a.txt").stdout.decode()
    rows = [line.split("\t") for line in shown.splitlines()]
    assert [row[1] for row in rows] == ["title", "body"]
    assert rows[1][3].startswith(long.strip())
    assert rows[1][3].endswith("نهاية.")
    assert all(len(row) == 4 for row in rows)


def test_version_and_help():
    assert newsingest("--version").stdout == b"0.1.0\n"
    assert b"newsingest parse articles/" in newsingest("parse", "--help").stdout

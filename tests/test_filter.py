"""`newsingest normalize` and `newsingest profiles`, run as processes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest

from newsingest.article import normalize
from newsingest.run.differences import compared, visible

ARTICLE = """حديقة في المدينة

القاهرة - رويترز

7 مارس 2024

أعلنت البلدية اليوم بدء العمل في الحديقة الجديدة.
"""
COMMAND = [sys.executable, "-m", "newsingest"]


def run(*args, stdin=b""):
    return subprocess.run(
        [*COMMAND, *args], input=stdin, capture_output=True, check=False
    )


@pytest.mark.parametrize(
    ("args", "given", "expected"),
    [
        ([], "إلى القُدس\n٢٠٢٤\n", "الى القدس\n2024\n"),
        ([], "إلى\r\nabc\r\n\r\n", "الى\r\nabc\r\n\r\n"),
        ([], "بلا سطر أخير", "بلا سطر اخير"),
        ([], "", ""),
        ([], "a\rb \x85 \u2028\n", "a\rb \x85 \u2028\n"),
        (["--profile", "none"], "إلى القُدس\n", "إلى القُدس\n"),
        (["--profile", "arabert"], "قال: نعم\nلا\n", "قال : نعم\nلا\n"),
        (["--repair"], "ديوان &quot;المتنبي&quot;\n", 'ديوان "المتنبي"\n'),
        ([], "ديوان &quot;المتنبي&quot;\n", "ديوان &quot;المتنبي&quot;\n"),
    ],
)
def test_lines(args, given, expected):
    done = run("normalize", *args, stdin=given.encode())
    assert (done.returncode, done.stdout.decode()) == (0, expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('{"text":"إلى","id":"أ"}', '{"text":"الى","id":"أ"}'),
        ('{"text": "إلى", "id": "أ"}', '{"text": "الى", "id": "أ"}'),
        ('{"text": "\\u0625\\u0644\\u0649"}', '{"text": "\\u0627\\u0644\\u0649"}'),
        ('{"metadata":{"tags":["أ",1]}}', '{"metadata":{"tags":["ا",1]}}'),
        ('{ "text" :"بلا تغيير"}', '{ "text" :"بلا تغيير"}'),
        (f'{{"text":"أ","n":{10**30}}}', f'{{"text": "ا", "n": {10**30}}}'),
        ('{"text":null}', '{"text":null}'),
        ('{"text":"\\ud800أ"}', '{"text": "\ud800ا"}'),
        ("[1]", "[1]"),
        ("", ""),
    ],
)
def test_fields_of_json_lines(given, expected):
    fields = ("--field", "text", "--field", "metadata.tags")
    done = run("normalize", *fields, stdin=given.encode() + b"\n")
    assert done.returncode == 0
    assert done.stdout == expected.encode("utf-8", "surrogatepass") + b"\n"


def test_a_field_that_no_line_has_is_named():
    done = run("normalize", "--field", "txet", stdin=b'{"text":"a"}\n')
    assert done.stderr.decode() == "newsingest: --field txet: no line has it\n"


BAD = "إلى\n".encode() + b"\xd9\xff\n" + "أخير\n".encode()
SAID = "-:2: not UTF-8 at byte 1 of the line (0xd9): invalid continuation byte"


def test_a_line_that_is_not_utf8_is_refused():
    done = run("normalize", stdin=BAD)
    assert (done.returncode, done.stdout.decode()) == (1, "الى\n")
    assert SAID in done.stderr.decode()


def test_a_line_that_is_not_utf8_passes_as_it_is():
    done = run("normalize", "--errors", "pass", stdin=BAD)
    assert done.returncode == 0
    assert done.stdout == "الى\n".encode() + b"\xd9\xff\n" + "اخير\n".encode()
    assert SAID in done.stderr.decode()


def test_a_line_that_is_not_json_is_named():
    done = run("normalize", "--field", "text", stdin=b'{"text":"a"}\n{"text"\n')
    assert done.returncode == 1
    assert b"-:2: not JSON: Expecting ':' delimiter" in done.stderr


def test_files_follow_one_another(tmp_path):
    for name, text in (("1.txt", "أ\n"), ("2.txt", "إ\n")):
        (tmp_path / name).write_text(text, "utf-8")
    done = run("normalize", str(tmp_path / "1.txt"), str(tmp_path / "2.txt"))
    assert (done.returncode, done.stdout.decode()) == (0, "ا\nا\n")


def test_a_file_that_is_not_there_is_named(tmp_path):
    done = run("normalize", str(tmp_path / "none.txt"))
    assert done.returncode == 1
    assert b"none.txt: no such file or directory" in done.stderr


def test_lines_longer_than_a_read_stay_whole():
    line = ("أ" * 300_000 + "\n").encode()
    done = run("normalize", stdin=line * 3)
    assert done.stdout == line.replace("أ".encode(), "ا".encode()) * 3


def test_a_waiting_reader_gets_its_line_at_once():
    with subprocess.Popen(
        [*COMMAND, "normalize"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        for line in ("أول\n", "آخر\n"):
            os.write(process.stdin.fileno(), line.encode())
            found = process.stdout.readline().decode()
            assert found == line.replace("أ", "ا").replace("آ", "ا")
        process.stdin.close()
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("options", "expected"),
    [("", "الى\nالى\n"), ("--diff", "-:1\n-إلى\n")],
)
def test_a_reader_that_leaves_is_no_error(options, expected):
    filtered = f"{sys.executable} -m newsingest normalize {options}"
    pipe = f"yes 'إلى' | {filtered} | head -n 2; exit ${{PIPESTATUS[1]}}"
    done = subprocess.run(["bash", "-c", pipe], capture_output=True, check=False)
    assert (done.stdout.decode(), done.stderr) == (expected, b"")
    assert done.returncode == 141


def test_diff_shows_what_changes_and_what_cannot_be_seen():
    given = "سطر\nإلى القدس\N{RIGHT-TO-LEFT MARK}\n"
    done = run("normalize", "--diff", stdin=given.encode())
    assert done.stdout.decode() == "-:2\n-إلى القدس<U+200F>\n+الى القدس\n"


def test_diff_is_in_colour_on_a_terminal():
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    environment.pop("NO_COLOR", None)
    subprocess.run(
        [*COMMAND, "normalize", "--diff"],
        input="إلى\n".encode(),
        stdout=theirs,
        env=environment,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 4096).decode()
    os.close(ours)
    assert "\x1b[1;31mإلى" in shown
    assert "\x1b[1;32mالى" in shown


def test_pieces_side_by_side_are_the_two_texts():
    before, after = "قال أحمد، إلى أين؟ 3", "قال احمد, الى اين? 3"
    pieces = list(compared(before, after))
    assert "".join(old for old, _ in pieces) == before
    assert "".join(new for _, new in pieces) == after
    assert ("قال ", "قال ") in pieces


def test_what_is_seen_stays():
    assert visible("قُدس ـ é") == "قُدس ـ é"


def test_profiles_are_listed_with_an_example():
    done = run("profiles")
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert [line.split(":")[0] for line in lines[::2]] == normalize.names()
    assert "    على هٰذا مؤسسة الأئمة ﻷنه → علا هاذا مءسسه الاءمه لانه" in lines


def test_a_profile_shows_its_steps_with_reasons():
    done = run("profiles", "lucene-persian")
    lines = done.stdout.decode().splitlines()
    assert (
        lines[3] == "   map: ی → ي, ے → ي, ک → ك, ۀ → ه, \N{ARABIC LETTER HEH GOAL} → ه"
    )
    assert lines[-2:] == ["before: کتابی ۀ گل", "after:  كتابي ه گل"]


def test_a_profile_of_ones_own(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "lucene"\n[[step]]\nkind = "map"\nwhy = "Gaf."\nmap = { "گ" = "ك" }\n',
        "utf-8",
    )
    shown = run("profiles", str(own)).stdout.decode()
    assert shown.endswith("4. Gaf.\n   map: گ → ك\n")
    done = run("normalize", "--profile", str(own), stdin="گلة\n".encode())
    assert done.stdout.decode() == "كله\n"


def test_a_case_that_does_not_hold_is_told(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('extends = "lucene"\ncase = { in = "أ", out = "أ" }\n', "utf-8")
    shown = run("profiles", str(own)).stdout.decode()
    assert shown.endswith("before: أ\nafter:  ا\nnot أ, as its case says\n")


@pytest.mark.parametrize("command", [["profiles", "x"], ["normalize", "--profile=x"]])
def test_an_unknown_profile_is_wrong_usage(command):
    done = run(*command)
    assert done.returncode == 2
    assert b"no profile is called 'x'; there are light, none" in done.stderr


def test_a_record_of_parse_can_be_given_another_text(tmp_path):
    (tmp_path / "1.txt").write_text(ARTICLE, "utf-8")
    record = run("parse", str(tmp_path)).stdout
    done = run("normalize", "--profile=search", "--field=text", stdin=record)
    assert (
        json.loads(done.stdout)["text"]
        == "اعلنت البلديه اليوم بدء العمل في الحديقه الجديده."
    )
    assert json.loads(done.stdout)["metadata"] == json.loads(record)["metadata"]

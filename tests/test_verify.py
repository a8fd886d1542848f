"""Records against their sources: nothing that parse makes is a fault, all else is."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile

import orjson
import pytest

ARTICLE = """حديقة في المدينة

القاهرة - رويترز

7 مارس 2024

أعلنت البلدية اليوم بدء العمل في الحديقة الجديدة بعد عامين من الإعداد لها.

وقال المدير إن الحديقةَ ستفتح في الشهر المقبل، وإن الدخول إليها من الشارع الكبير.
"""
DAMAGED = ARTICLE.encode().decode("latin-1").encode()
SOURCES = {
    "plain.txt": ARTICLE.encode(),
    "damaged.txt": DAMAGED,
    "entities.txt": ARTICLE.replace(" ", "&nbsp;").replace("،", "&#1548;").encode(),
    "half.txt": ARTICLE.encode() + b"\n" + DAMAGED.splitlines()[6],
    "legacy.txt": ARTICLE.encode("cp1256"),
    "mixed.txt": ARTICLE.encode() + "\n\nمن جديد في المدينة".encode("cp1256"),
    "marked.txt": ARTICLE.encode("utf-8-sig").replace(b"\n", b"\r\n"),
    "cut.txt": ARTICLE.encode("utf-16")[:-1],
    "packed.txt.gz": gzip.compress(ARTICLE.encode()),
}


def newsingest(*args, **given):
    command = [sys.executable, "-m", "newsingest", *map(os.fspath, args)]
    return subprocess.run(command, capture_output=True, check=False, **given)


def verify(*args, **given):
    done = newsingest("verify", *args, **given)
    told = done.stderr.decode()
    assert "Traceback" not in told
    return done.returncode, told


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of sources of every kind, and their records."""
    top = tmp_path_factory.mktemp("verify")
    news = top / "news"
    news.mkdir()
    for name, raw in SOURCES.items():
        (news / name).write_bytes(raw)
    with tarfile.open(news / "more.tar", "w") as archive:
        for name in ("1.txt", "2.txt"):
            info = tarfile.TarInfo(name)
            info.size = len(DAMAGED)
            archive.addfile(info, io.BytesIO(DAMAGED))
    output = top / "out.jsonl"
    assert newsingest("parse", news, "-o", output, "--align").returncode == 0
    return output


def changed(made, path, change):
    """The records, one of them changed, as a file of its own."""
    records = [orjson.loads(line) for line in made.read_bytes().splitlines()]
    (one,) = (record for record in records if record["metadata"]["path"] == path)
    change(one)
    output = made.with_name("changed.jsonl")
    lines = (orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in records)
    output.write_bytes(b"".join(lines))
    return output


@pytest.mark.parametrize("profile", ["standard", "search", "none"])
@pytest.mark.parametrize("repair", ["--repair", "--no-repair"])
def test_what_parse_makes_has_no_fault(made, tmp_path, profile, repair):
    news, output = made.with_name("news"), tmp_path / "out.jsonl.zst"
    newsingest("parse", news, "-o", output, "--profile", profile, repair)
    status, told = verify("--root", news, output)
    number = len(SOURCES) + 2
    assert status == 0, told
    assert told == (
        f"{number} records, 0 superseded, {number} checked against their sources, "
        "0 faults\n"
    )


def test_the_sources_are_of_every_kind(made):
    """Else nothing that is said of damaged ones below is looked at."""
    records = [orjson.loads(line) for line in made.read_bytes().splitlines()]
    warnings = {one["metadata"]["path"]: one["metadata"]["warnings"] for one in records}
    for path in ("damaged.txt", "half.txt", "more.tar/1.txt"):
        assert warnings[path][0] == "repaired-mojibake"
    assert warnings["entities.txt"] == ["repaired-entities"]
    assert "mixed-encodings" in warnings["mixed.txt"]
    assert "broken-bytes" in warnings["cut.txt"]


def meta(**values):
    return lambda record: record["metadata"].update(values)


def moved(record):
    """One span gives a word to the next."""
    ends = record["metadata"]["span_ends"]
    ends[-2] -= 7


def relabelled(record):
    labels = record["metadata"]["span_labels"]
    labels[labels.index("body")] = "caption"


def cut_short(record):
    record["metadata"]["span_ends"].pop()
    record["metadata"]["span_labels"].pop()


def longer(record):
    record["metadata"]["span_ends"][-1] += 1


def other_body(record):
    body = record["metadata"]["body"].replace("عامين", "قرنين")
    assert body != record["metadata"]["body"]
    record["metadata"]["body"] = body
    record["text"] = record["text"].replace("عامين", "قرنين")


CHANGES = [
    (lambda record: record.update(text=record["text"] + "!"), "text is not what"),
    (lambda record: record.update(text=""), "text is not what"),
    (other_body, "body is not what its spans hold"),
    (moved, "body is not what its spans hold"),
    (relabelled, "body is not what its spans hold"),
    (cut_short, "spans end at "),
    (longer, "spans end at "),
    (meta(sha256="0" * 64), "the source has changed since"),
    (meta(bytes=1), "bytes is 1, not "),
    (meta(char_count=1), "char_count and word_count are not those of body"),
    (meta(title_normalized="x"), "title_normalized is not what standard makes"),
    (meta(span_labels=["body"]), "span_labels and span_ends differ in length"),
    (meta(span_labels=[], span_ends=[]), "no spans"),
    (meta(span_ends=[9, 8, 7, 6], span_labels=["body"] * 4), "do not rise"),
    (lambda record: record.update(id="0" * 32), "id is not that of its source"),
    (lambda record: record.update(source="other"), "id is not that of its source"),
    (lambda record: record.pop("text"), "must contain"),
    (lambda record: record.update(created=7), "created must be"),
    (meta(mood="good"), "must not contain"),
    (meta(span_labels=["gossip"]), "must be one of"),
]


@pytest.mark.parametrize("path", ["plain.txt", "damaged.txt"])
@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_whatever_is_changed_is_found(made, path, number):
    change, fault = CHANGES[number]
    status, told = verify("--root", made.with_name("news"), changed(made, path, change))
    assert status == 3
    assert fault in told.splitlines()[0]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"path": "../secret.txt"}, "its path leads out of --root"),
        ({"path": "/etc/passwd"}, "its path leads out of --root"),
        ({"path": "a\0b"}, "its path leads out of --root"),
        ({"path": "gone.zip/1.txt"}, "no such file"),
        ({"path": "more.tar/3.txt"}, "more.tar/3.txt: "),
        ({"encoding": "rot13"}, "not rot13"),
        ({"encoding": "utf-16"}, ""),
        ({"path": "\x1b[31mred.txt"}, "?[31mred.txt: no such file"),
    ],
)
def test_a_record_cannot_mislead_it(made, change, fault):
    made.with_name("secret.txt").write_text("secret", "utf-8")
    output = changed(made, "plain.txt", meta(**change))
    status, told = verify("--root", made.with_name("news"), output)
    assert status == 3
    assert fault in told
    assert "\x1b" not in told


def test_a_source_that_has_changed_or_gone_is_told(tmp_path):
    news, output = tmp_path / "news", tmp_path / "out.jsonl"
    news.mkdir()
    for number in range(3):
        (news / f"{number}.txt").write_text(ARTICLE, "utf-8")
    newsingest("parse", news, "-o", output)
    (news / "1.txt").write_text(f"{ARTICLE}!", "utf-8")
    (news / "2.txt").unlink()
    status, told = verify("--root", news, output)
    assert status == 3
    assert told.splitlines()[:2] == [
        f"{output}:2: 1.txt: the source has changed since",
        f"{output}:3: 2.txt: no such file or directory",
    ]
    assert verify(output)[0] == 0


def test_of_a_changed_article_the_last_record_counts(tmp_path):
    news, output = tmp_path / "news", tmp_path / "out.jsonl"
    news.mkdir()
    args = ("parse", news, "-o", output, "--state", tmp_path / "state")
    for text in (ARTICLE, f"{ARTICLE}\nوأضاف المدير أن العمل مستمر.\n"):
        (news / "1.txt").write_text(text, "utf-8")
        newsingest(*args)
    status, told = verify("--root", news, output)
    assert (status, "2 records, 1 superseded, 2 checked" in told) == (0, True)


@pytest.mark.parametrize(
    ("tear", "fault"),
    [
        (lambda raw: raw[:-1], ":11: the line is not closed"),
        (lambda raw: raw[:-9], ":11: no JSON: "),
        (lambda raw: b"{}\n" + raw, ":1: record must contain"),
        (lambda raw: b"[1]\n" + raw, ":1: record must be object"),
        (lambda raw: b"\xff\n" + raw, ":1: no JSON: "),
        (lambda raw: b"\n" + raw, ":1: no JSON: "),
    ],
)
def test_lines_that_are_no_records(made, tear, fault):
    status, told = verify("-", input=tear(made.read_bytes()))
    assert status == 3
    assert told.splitlines()[0].startswith(f"-{fault}")


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_compressed_records_that_are_cut_are_told_and_not_compacted(
    made, tmp_path, suffix
):
    """A .zst that was cut used to be taken for one that is whole."""
    output = tmp_path / f"out.jsonl{suffix}"
    newsingest("parse", made.with_name("news"), "-o", output)
    torn = output.read_bytes()[:-20]
    output.write_bytes(torn)
    status, told = verify(output)
    assert status == 3
    assert "the end of an unfinished run" in told
    done = newsingest("compact", output)
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr.decode()
    assert os.listdir(tmp_path) == [output.name]
    assert output.read_bytes() == torn


def test_it_knows_a_profile_of_ones_own(made, tmp_path):
    own, output = tmp_path / "mine.toml", tmp_path / "out.jsonl"
    own.write_text('extends = "none"\n', "utf-8")
    newsingest("parse", made.with_name("news"), "-o", output, "--profile", own)
    assert verify("--profile", own, output)[0] == 0
    record = json.loads(output.read_bytes().splitlines()[0])
    record["text"] += "!"
    output.write_text(json.dumps(record) + "\n", "utf-8")
    status, told = verify(output)
    assert (status, told.endswith("text not checked: other version or profile\n")) == (
        0,
        True,
    )
    assert verify("--profile", own, output)[0] == 3

"""A word of `text`, as it was printed and where it stands in the file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import newsingest
from newsingest.article.decode import decode
from newsingest.article.fold import printed
from newsingest.article.record import RejectedError

ROOT = Path(__file__).parents[1]
FILES = [
    *sorted((ROOT / "samples").glob("*.txt")),
    *sorted((ROOT / "bench" / "gold").glob("*/*.txt"))[:40],
]
OPTIONS = newsingest.Options(align=True)
NORMALIZE = newsingest.Normalizer.load("standard")
WORD = re.compile(r"\S+")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_word_is_found_in_the_file(file):
    raw = file.read_bytes()
    record = newsingest.parse(raw, options=OPTIONS)
    source, body = decode(raw).text, record.metadata.body
    for word in WORD.finditer(record.text):
        place = newsingest.locate(record.metadata.alignment, *word.span())
        as_printed = body[slice(*place.body)]
        assert NORMALIZE(as_printed) == word[0]
        assert printed(source[slice(*place.source)]) == as_printed
        assert place.text == word.span()


LINES = st.lists(
    st.text("ابت ـ\N{ARABIC FATHA}أإ٣.:،\N{RIGHT-TO-LEFT MARK}\N{NO-BREAK SPACE}\t\x1aﷺ", max_size=50),
    min_size=1,
    max_size=6,
)  # fmt: skip


@settings(max_examples=150)
@given(LINES, st.sampled_from(["\n", "\n\n", "\r\n", " \n"]))
def test_whatever_the_lines_the_body_is_in_the_file(lines, end):
    raw = end.join(lines).encode()
    try:
        record = newsingest.parse(raw, options=OPTIONS)
    except RejectedError:
        return
    source, body = decode(raw).text, record.metadata.body
    for word in WORD.finditer(body):
        place = newsingest.locate(record.metadata.alignment, *word.span(), of="body")
        assert printed(source[slice(*place.source)]) == word[0]
        again = newsingest.locate(record.metadata.alignment, *place.source, of="source")
        assert again.body == word.span()


def test_a_repaired_text_is_found_where_it_was_damaged():
    news = "خبر عاجل\n\nأعلنت الوزارة «اليوم» نتائج المسابقة الكبيرة.\n"
    raw = news.replace("«", "&laquo;").replace("»", "&raquo;").encode()
    record = newsingest.parse(raw, options=OPTIONS)
    at = record.text.index("«اليوم»")
    place = newsingest.locate(record.metadata.alignment, at, at + 7)
    assert raw.decode()[slice(*place.source)] == "&laquo;اليوم&raquo;"


def test_the_alignment_is_there_only_when_asked_for():
    raw = "الخبر\n\nوصل الوزير إلى بيروت اليوم.\n".encode()
    plain = asdict(newsingest.parse(raw))
    aligned = asdict(newsingest.parse(raw, options=OPTIONS))
    assert list(aligned["metadata"].pop("alignment")) == ["body", "text"]
    assert plain == aligned


def test_the_alignment_is_small():
    raw = FILES[0].read_bytes()
    record = newsingest.parse(raw, options=OPTIONS)
    assert len(json.dumps(record.metadata.alignment)) < len(record.text) / 2


def test_the_command_aligns_sums_up_and_verifies(tmp_path):
    command = [sys.executable, "-m", "newsingest"]
    out, summary = tmp_path / "out.jsonl", tmp_path / "summary.json"
    files = ["--align", "-q", "-o", out, "--summary", summary, ROOT / "samples"]
    subprocess.run([*command, "parse", *files], check=True)
    with out.open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            at = newsingest.locate(record["metadata"]["alignment"], 0, 1, of="body")
            source = record["metadata"]["span_ends"][-1]
            assert 0 <= at.source[0] < at.source[1] <= source
    assert "alignment" not in json.loads(summary.read_text("utf-8"))["filled"]
    subprocess.run([*command, "verify", out], check=True, capture_output=True)

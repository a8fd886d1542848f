"""Damaged articles, end to end: repaired fields, spans of the source."""

import subprocess
import sys

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsingest import Options, parse
from newsingest.article.decode import decode
from newsingest.article.explain import explain
from newsingest.article.parse import parser
from newsingest.article.record import RejectedError

ARTICLE = """وزارة التعليم تعلن نتائج المسابقة

القاهرة - رويترز

أعلنت الوزارة اليوم أن النتائج النهائية للمسابقة ستنشر في الأسبوع المقبل.

وقال المدير إن العمل مستمر في كل المدن والقرى، وإن الطلبة ينتظرون منذ أشهر.
"""
MOJIBAKE = ARTICLE.encode().decode("latin-1").encode()
DAMAGED = st.text(
    "اأإآل ØÙÚÛÂâ€œ§„طظعغ&amp;nbsp#10;ﺍﻟﺮﺒﺧﻼ\n ÇáÓãabc\u0081\u00a0", max_size=60
)


def pieces(record, text):
    """The source, cut as the record says."""
    ends = record.metadata.span_ends
    return [text[a:b] for a, b in zip([0, *ends], ends, strict=False)]


def test_a_repaired_article_reads_like_the_undamaged_one():
    whole, damaged = parse(ARTICLE.encode()), parse(MOJIBAKE)
    assert damaged.metadata.warnings == ["repaired-mojibake", *whole.metadata.warnings]
    assert damaged.text == whole.text
    assert damaged.metadata.title == whole.metadata.title
    assert damaged.metadata.span_labels == whole.metadata.span_labels


def test_spans_are_those_of_the_source():
    whole, damaged = parse(ARTICLE.encode()), parse(MOJIBAKE)
    text = decode(MOJIBAKE).text
    assert [
        piece.encode("latin-1").decode() for piece in pieces(damaged, text)
    ] == pieces(whole, ARTICLE)


def test_repair_can_be_switched_off():
    record = parse(MOJIBAKE, options=Options(repair=False))
    assert "Ø" in record.metadata.title
    assert "repaired-mojibake" not in record.metadata.warnings


def test_explain_shows_the_repaired_text():
    first = explain(parser(Options()), MOJIBAKE)[0]
    assert first.text == ARTICLE.splitlines()[0]


def test_an_encoding_that_is_none_is_refused_before_the_first_article():
    with pytest.raises(ValueError, match="no encoding is called 'utf-9'"):
        parser(Options(encoding="utf-9"))


@given(DAMAGED)
def test_the_lossless_law_holds_through_repair(text):
    try:
        record = parse(text.encode())
    except RejectedError:
        return
    ends = record.metadata.span_ends
    assert ends == sorted(set(ends))
    assert ends[-1] == len(decode(text.encode()).text)
    assert len(record.metadata.span_labels) == len(ends)


def test_the_command_repairs_unless_told_not_to(tmp_path):
    (tmp_path / "a.txt").write_bytes(MOJIBAKE)
    command = [sys.executable, "-m", "newsingest", "parse", "-q", str(tmp_path)]
    for flags, title, warned in (
        ([], ARTICLE.splitlines()[0], True),
        (["--no-repair"], MOJIBAKE.decode().splitlines()[0], False),
    ):
        done = subprocess.run([*command, *flags], capture_output=True, check=True)
        metadata = orjson.loads(done.stdout)["metadata"]
        assert ("repaired-mojibake" in metadata["warnings"]) == warned
        assert metadata["title"][:3] == title[:3]


def test_a_mark_before_the_first_word_does_not_take_it():
    """`blank` took the word as well, since both were repaired as one."""
    marked = "\N{RIGHT-TO-LEFT MARK}" + ARTICLE
    raw = marked.encode().decode("latin-1").encode()
    record = parse(raw)
    assert record.metadata.span_labels[:2] == ["blank", "title"]
    blank = pieces(record, decode(raw).text)[0]
    assert blank.encode("latin-1").decode() == "\N{RIGHT-TO-LEFT MARK}"


def test_a_dateline_ends_between_words_of_a_repaired_line():
    text = ARTICLE.replace("أعلنت", "القاهرة (رويترز) - أعلنت").replace(
        " ", "\N{NO-BREAK SPACE}"
    )
    raw = text.encode().decode("latin-1").encode()
    record = parse(raw)
    held = dict(
        zip(record.metadata.span_labels, pieces(record, decode(raw).text), strict=True)
    )
    assert held["body"].encode("latin-1").decode().startswith("وقال")
    assert "dateline" in held
    assert held["dateline"].encode("latin-1").decode().endswith("-\N{NO-BREAK SPACE}")

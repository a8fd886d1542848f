"""The heart, on whole articles."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import newsingest
from newsingest.article.fields import words

SHARED = Path(os.environ.get("NEWSINGEST_SHARED", Path(__file__).parents[2] / "shared"))
SEED = SHARED / "data" / "seed" / "article.txt"


@pytest.fixture(scope="module")
def seed():
    if not SEED.exists():
        pytest.skip(f"{SEED} is not there")
    return newsingest.parse(SEED.read_bytes(), path="article.txt", source="seed")


def test_the_seed_article_field_by_field(seed):
    meta = seed.metadata
    assert meta.title == "حماس: محادثات وقف إطلاق النار في غزة ستُستأنف الأسبوع المقبل"
    assert seed.created == "2024-03-07T11:36"
    assert meta.date_precision == "minute"
    assert meta.date_raw == "11:36 ص ,07 مارس 2024"
    assert meta.related == [
        "إسرائيل تساوم فرنسا على حصانة نتنياهو مقابل دورها في وقف إطلاق النار",
        "نتنياهو يوافق على اتفاق وقف إطلاق النار مع لبنان",
    ]
    assert not any(headline in meta.body for headline in meta.related)
    assert (meta.copyright_holder, meta.copyright_year) == ("الحياة واشنطن", 2024)
    assert (meta.phones, meta.emails) == (["00961-81771671"], ["info@darhaya.com"])
    assert (meta.authors, meta.agencies) == ([], [])


def test_the_seed_article_keeps_its_fifteen_paragraphs(seed):
    paragraphs = seed.metadata.body.split("\n\n")
    assert len(paragraphs) == 15
    assert paragraphs[0].startswith("أعلنت حركة المقاومة")
    assert paragraphs[-1].startswith("وبفعل حربها البربرية")


def test_the_same_bytes_give_the_same_record():
    raw = "عنوان قصير للخبر\n\n7 مارس 2024\n\nنص الخبر الأول في هذه الصفحة.".encode()
    assert newsingest.parse(raw) == newsingest.parse(raw)


@pytest.mark.parametrize(
    "raw", [b"", b"  \n\n ", "\ufeff".encode(), b"." * 200, "😀".encode() * 200]
)
def test_nothing_to_say_is_rejected(raw):
    with pytest.raises(newsingest.article.record.RejectedError) as raised:
        newsingest.parse(raw)
    assert raised.value.reason in ("empty", "no-text")


def test_the_seed_article_is_normalised(seed):
    assert not set(seed.text) & set("أإآٱًٌٍَُِّْـ٠١٢٣٤٥٦٧٨٩")
    assert seed.text.count("\n\n") == 14


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_more_lines_than_any_article_has_are_refused(end):
    """Ten million lines of one letter took four gigabytes."""
    few, many = (f"عنوان قصير{end}" + f"س{end}" * number for number in (9, 500_001))
    assert newsingest.parse(few.encode()).metadata.body
    with pytest.raises(newsingest.article.record.RejectedError, match="too-large"):
        newsingest.parse(many.encode())


def test_what_is_too_long_to_be_repaired_says_so(monkeypatch):
    monkeypatch.setattr(newsingest.article.repair, "LONGEST", 100)
    text = "عنوان قصير للخبر\n\nقال &quot;المدير&quot; إن العمل مستمر. "
    short, long = (newsingest.parse((text * times).encode()) for times in (1, 3))
    assert short.metadata.warnings == ["repaired-entities"]
    assert long.metadata.warnings == ["not-repaired"]
    assert "&quot;" in long.metadata.body


@pytest.mark.parametrize("space", [" ", "\n\n", "  ", " \N{NO-BREAK SPACE}"])
@pytest.mark.parametrize("word", ["س", "كلمة", "س" * 65_536, "س" * 65_535])
def test_words_are_counted_in_pieces_as_in_one(word, space):
    text = f"{space}{word}" * (200_000 // len(word + space))
    assert words(text) == len(text.split())


@given(st.text(alphabet="اب .\N{NO-BREAK SPACE}\t\N{ZERO WIDTH JOINER}\x0b"))
def test_words_are_what_white_space_parts(middle):
    text = f"عنوان الخبر\n\nقال الوزير {middle} أمس.\n\nوقال إنه سيعود.\n"
    metadata = newsingest.parse(text.encode()).metadata
    assert metadata.word_count == len(metadata.body.split())
    assert metadata.char_count == len(metadata.body)


@pytest.mark.parametrize(
    "text", ["(CNN--" + " " * 120 + "ن.", "(CNN--" + " " * 120 + "نص الخبر هنا."]
)
def test_the_body_behind_a_glued_dateline_has_no_space_before_it(text):
    metadata = newsingest.parse(text.encode()).metadata
    assert metadata.body
    assert metadata.body == metadata.body.strip()
    assert metadata.word_count == len(metadata.body.split())

"""Bytes → text: the tables, the laws, and the articles that come in encodings."""

import json
import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsingest.article.decode import again, codec, decode
from newsingest.article.record import RejectedError

CASES = tomllib.loads(
    (Path(__file__).parent / "cases" / "decode.toml").read_text("utf-8")
)
HOME = Path(__file__).parents[1]
SHARED = Path(os.environ.get("NEWSINGEST_SHARED", HOME.parent / "shared"))
NEWS = "أعلنت وزارة التعليم اليوم أن نتائج المسابقة ستنشر في الأسبوع المقبل.\n"


def raw_of(case):
    """The bytes of a case, characters that its encoding lacks left out."""
    return b"".join(
        bytes.fromhex(part["hex"])
        if "hex" in part
        else part["text"].encode(part["in"], "ignore")
        for part in case["parts"]
    )


@pytest.mark.parametrize("case", CASES["read"], ids=lambda case: case["name"])
def test_read(case):
    raw = raw_of(case)
    got = decode(raw)
    printed = "".join(part["text"] for part in case["parts"] if "text" in part)
    assert got.text == case.get("text", printed)
    assert got.encoding == case["encoding"]
    assert list(got.warnings) == case.get("warnings", [])
    if not {"mixed-encodings", "broken-bytes"} & set(got.warnings):
        assert raw.decode(got.encoding) == got.text
    assert again(raw, got.encoding, got.warnings) == got.text


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["name"])
def test_refused(case):
    with pytest.raises(RejectedError) as refusal:
        decode(raw_of(case))
    assert refusal.value.reason == case["reason"]
    assert case["detail"] in refusal.value.detail


def reading(raw):
    """What became of bytes: decoded, or the refusal."""
    try:
        return decode(raw)
    except RejectedError as refusal:
        return refusal


@given(st.text(min_size=1), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_unicode_comes_back(text, encoding):
    printed = NEWS * 20 + text
    got = reading(printed.encode(encoding))
    if isinstance(got, RejectedError):  # many controls, private or lost letters
        assert got.reason in {"binary", "undecodable"}
    else:
        assert (got.text, got.encoding) == (printed, encoding)


@given(st.binary())
def test_any_bytes_are_read_or_refused(raw):
    got = reading(raw)
    if isinstance(got, RejectedError):
        assert got.reason in {"empty", "binary", "undecodable"}
        assert got.detail
    else:
        assert got.text
        assert got == decode(raw)
        if not set(got.warnings) & {"mixed-encodings", "broken-bytes"}:
            assert raw.decode(got.encoding) == got.text


@pytest.mark.parametrize("encoding", ["cp1256", "iso8859-6", "mac-arabic", "cp720"])
@given(words=st.integers(3, 11))
def test_a_few_words_are_enough(encoding, words):
    printed = " ".join(NEWS.split()[:words])
    assert decode(printed.encode(encoding)).text == printed


def test_a_named_encoding_is_taken_at_its_word():
    assert decode("كتاب".encode("cp1256"), "windows-1256").encoding == "cp1256"
    assert decode("\ufeffكتاب".encode(), "utf-8").text == "كتاب"
    assert decode("\ufeffكتاب".encode("utf-16-le"), "utf-16-le").encoding == "utf-16"
    with pytest.raises(RejectedError, match="undecodable: not utf-8"):
        decode("كتاب".encode("cp1256"), "utf-8")


def test_halves_of_characters_are_no_text():
    with pytest.raises(RejectedError, match="undecodable"):
        decode(b"abc \\ud800", "unicode_escape")


def test_codec_names():
    assert codec("auto") == "auto"
    for name in ("no-such-thing", "hex", "rot13", "undefined"):
        with pytest.raises(ValueError, match=f"no encoding is called '{name}'"):
            codec(name)


def test_long_input_takes_its_share_of_time_only():
    # 5 MB of one word; anything worse than linear would not end.
    assert decode(("وزير " * 10**6).encode("cp1256")).encoding == "cp1256"
    with pytest.raises(RejectedError):
        decode(b"\xc7\x8d\x81\xff" * 10**6)


def gold():
    path = SHARED / "data" / "encodings" / "gold.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.skipif(not gold(), reason="the articles to measure with are not here")
def test_every_transcoded_article_comes_out_right():
    for row in gold():
        raw = (SHARED / "data" / "encodings" / row["path"]).read_bytes()
        got = decode(raw)
        printed = raw.decode(row["encoding"][0]).removeprefix("\ufeff")
        assert (row["path"], got.text) == (row["path"], printed)
        assert not got.warnings

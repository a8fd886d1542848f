"""Whatever the bytes are: a record that is valid JSON, or a refusal, in linear time."""

import re
from time import process_time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsingest import Options, parse
from newsingest.article.decode import again
from newsingest.article.record import Record, RejectedError

PIECES = [
    "عنوان الخبر",
    "القاهرة - رويترز",
    "7 مارس 2024",
    "11:36 ص ,07 مارس 2024",
    "اقرأ أيضا:",
    "اقرأ أيضا: عنوان آخر",
    "كتب: محمد أحمد",
    "أعلنت الوزارة اليوم نتائج المسابقة.",
    "جميع الحقوق محفوظة © 2024",
    "هاتف: 00961-1234567",
    "info@example.org",
    "#وسم",
    "منذ 3 ساعات",
    "https://example.org/?a=1&amp;b",
    "المصدر: وكالات",
    "1445/8/26 هـ",
    "آب/أغسطس 2023",
    "شارك",
    "&nbsp;",
    "Ø§Ù„ÙˆØ²ÙŠØ±",
    "ط§ظ„ظˆط²ظٹط±",
    "ﺍﻟﺨﺒﺮ",
    "ﺮﺒﺨﻟﺍ",
    "االثنين",
    "ÇáæÒíÑ",
    "—",
    "ـ",
    " ",
    "  ",
    "\N{NO-BREAK SPACE}",
    "\N{RIGHT-TO-LEFT MARK}",
    "\N{RIGHT-TO-LEFT OVERRIDE}",
    "\ufeff",
    "\0",
    "\x1a",
    "\x1b[31m",
    "\x85",
    "\f",
    "\v",
    "\r",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "٣",
    "\N{DEVANAGARI DIGIT ZERO}",
    "²",
    "😀",
    "\N{ARABIC FATHA}",
    "\ufffd",
    "\ue000",
    "ﷺ",
    "<b>",
    "(",
    "»",
    "«",
    "[",
    "…",
]
SOUP = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=25).map("".join)
ENCODED = st.builds(
    lambda text, encoding: text.encode(encoding, "ignore"),
    SOUP,
    st.sampled_from(
        ["utf-8", "utf-8-sig", "cp1256", "iso8859-6", "utf-16", "utf-16-le"]
    ),
)
BROKEN = st.builds(
    lambda raw, at, junk: (
        raw[: at % (len(raw) + 1)] + junk + raw[at % (len(raw) + 1) :]
    ),
    ENCODED,
    st.integers(0, 500),
    st.binary(max_size=5),
)
OPTIONS = st.sampled_from(
    [
        Options(),
        Options(repair=False),
        Options(profile="none"),
        Options(encoding="cp1256"),
    ]
)


def outcome(raw, options):
    """The record as JSON, or the refusal; nothing else may happen."""
    try:
        record = parse(raw, options=options)
    except RejectedError as refusal:
        return f"{refusal.reason}: {refusal.detail}"
    return record


@given(st.binary(max_size=300) | ENCODED | BROKEN, OPTIONS)
def test_any_bytes_give_a_record_or_a_refusal(raw, options):
    got = outcome(raw, options)
    assert got == outcome(raw, options)
    if not isinstance(got, Record):
        assert re.match("(empty|binary|undecodable|no-text): .", got)
        return
    line = orjson.dumps(got)
    assert orjson.loads(line)["id"] == got.id
    assert b"\n" not in line
    ends, labels = got.metadata.span_ends, got.metadata.span_labels
    assert len(ends) == len(labels)
    assert ends == sorted(set(ends))
    assert ends[0] > 0
    metadata = got.metadata
    assert ends[-1] == len(again(raw, metadata.encoding, metadata.warnings))


@pytest.mark.parametrize("space", ["\N{LINE SEPARATOR}", "\N{IDEOGRAPHIC SPACE}"])
@pytest.mark.parametrize(
    "text", ["{}", "عنوان\n{}\nنص", "info@example.org\t\n{}اقرأ أيضا: عنوان آخر"]
)
def test_lines_of_wide_white_space(space, text):
    raw = text.format(space).encode()
    got = outcome(raw, Options())
    ends = got.metadata.span_ends if isinstance(got, Record) else [1]
    assert ends == sorted(set(ends))


UNITS = [
    "<b>",
    "x<b> ",
    "<b ",
    "></b",
    "a",
    " ",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "ا",
    "و",
    "كلمة ",
    "كلمة\n",
    "كلمة " * 20 + "\n\n",
    "1",
    "٣",
    "/",
    "1/2/",
    "1-",
    "12:",
    "0 ",
    ".",
    "-",
    " - ",
    "ـ",
    "(",
    "()",
    "«",
    "،",
    ":",
    " | ",
    "#وسم ",
    "@",
    "a@",
    "a@b.c ",
    "http://a",
    "&",
    "&amp;",
    "\N{ARABIC FATHA}",
    "\N{RIGHT-TO-LEFT MARK}",
    "\ufeff",
    "7 مارس 2024 ",
    "7 مارس 2024\n",
    "مارس/",
    "الأحد ",
    "الساعة ",
    "1445 هـ ",
    "GMT+",
    "القاهرة - رويترز\n",
    "محمد أحمد علي ",
    "كتب: محمد أحمد\n",
    "اقرأ أيضا: عنوان\n",
    "اقرأ أيضا ",
    "© ",
    "هاتف: 0096-",
    "جميع الحقوق محفوظة 2024\n",
    "شارك\n",
    "المصدر: رويترز\n",
    "Ø§",
    "ط§ظ„",
    "\ufe8d ",
    "ﻼﻳﺎ ",
    "اال",
    "Çá ",
    "\0",
    "\x85",
    "\N{LINE SEPARATOR}",
    "😀",
]
SHORT, LONG = 1 << 12, 1 << 14


def seconds(raw):
    """How much processor time a file takes."""
    start = process_time()
    outcome(raw, Options())
    return process_time() - start


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_time_grows_with_the_length_and_no_faster(unit):
    size = len(unit.encode())
    short, long = (
        f"عنوان الخبر\n\n{unit * (length // size)}\n\nأعلنت الوزارة اليوم.\n".encode()
        for length in (SHORT, LONG)
    )
    # Four times the length: four times as long, sixteen where it is quadratic. A busy
    # machine gets four tries.
    assert any(seconds(long) < 8 * seconds(short) + 0.005 for _ in range(4))

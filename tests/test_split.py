"""The lossless law, and what each zone makes of a line."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsingest.article import rules
from newsingest.article.lines import BLANK, lines_of
from newsingest.article.record import Label
from newsingest.article.split import Splitter

SPLITTER = Splitter(rules.load())
LABELS = set(get_args(Label))

WORDS = st.sampled_from(
    [
        "قالت", "الوزارة", "في", "بيان", "إن", "المشروع", "سيبدأ", "غدا", "القاهرة",
        "رويترز", "بقلم:", "محمد", "السيد", "اقرأ أيضا:", "©", "2024", "7 مارس 2024",
        "المصدر:", "شارك", "هاتف:", "00961-1234567", "news@example.com", "-", "ـ", "(",
        ")", "«", "»", "\N{NO-BREAK SPACE}", "\N{RIGHT-TO-LEFT MARK}", "عدد", "الأكثر قراءة",
        "<P>", "</TEXT>",
    ]
)  # fmt: skip
ARTICLES = st.lists(
    st.lists(WORDS, max_size=25).map(" ".join), max_size=25
).map("\n".join)  # fmt: skip


def check_law(text):
    spans = SPLITTER.split(text)
    ends = [span.end for span in spans]
    assert ends == sorted(set(ends))
    assert (ends[-1] if ends else 0) == len(text)
    assert {span.label for span in spans} <= LABELS
    begin = 0
    for span in spans:
        assert begin <= span.start < span.end
        begin = span.end


@pytest.mark.parametrize("line", ["*", "* كتب - 4:3", "7 مارس 2024", "شارك", "2024"])
@pytest.mark.parametrize("lines", [13, 14, 15, 16, 40])
def test_a_header_of_many_lines_is_labelled_once(line, lines):
    check_law("\n".join(["س", *[line] * lines]))


@pytest.mark.parametrize("text", ["ل\nكتب - 4:3", "كتب -", "بقلم: 4", "ل\nكتب\n4"])
def test_a_verb_with_nothing_behind_it_names_nobody(text):
    check_law(text)
    assert not [span for span in SPLITTER.split(text) if span.label == "byline"]


@given(st.text())
def test_any_text_is_covered_to_its_last_character(text):
    check_law(text)


@given(ARTICLES)
@settings(max_examples=200)
def test_any_article_is_covered_to_its_last_character(text):
    check_law(text)


@given(st.text(alphabet="ابج \t\r\n\x0b\x85\u2028\ufeff<b>/", max_size=40))
def test_lines_meet_and_cover_the_text(text):
    lines = lines_of(text)
    for before, after in pairwise(lines):
        assert before.end <= after.start
        assert not text[before.end : after.start].strip(BLANK)
    assert not lines or lines[-1].end == len(text)
    assert all(text[line.start :].startswith(line.text) for line in lines)


def labels(*lines):
    return [(span.label, span.content) for span in SPLITTER.split("\n\n".join(lines))]


PROSE = (
    "أعلنت البلدية اليوم بدء العمل في الحديقة الجديدة بعد عامين من الإعداد لها.",
    "وأضافت في بيان أن الكلفة لم تتجاوز ما رصد لها، وأن السكان شاركوا في الاختيار.",
)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_change_the_labels(line_end):
    text = f"حديقة في المدينة\n\nالقاهرة - رويترز\n\n{PROSE[0]}\n{PROSE[1]}"
    spans = SPLITTER.split(text.replace("\n", line_end))
    assert [span.label for span in spans] == ["title", "byline", "body", "body"]
    assert [span.content for span in spans][2:] == list(PROSE)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            ("حديقة في المدينة", *PROSE), ["title", "body", "body"], id="title"
        ),
        pytest.param(PROSE, ["body", "body"], id="no header: nothing is invented"),
        pytest.param(
            ("حديقة في المدينة", "محليات", "حديقة في المدينة", *PROSE),
            ["title", "section", "title", "body", "body"],
            id="a title printed twice is one title",
        ),
        pytest.param(
            (
                "حديقة في المدينة",
                *PROSE,
                "مواضيع ذات صلة",
                "سوق قديم",
                "جسر جديد",
            ),
            ["title", "body", "body", "related", "related", "related"],
            id="a list under its heading",
        ),
        pytest.param(
            ("حديقة في المدينة", *PROSE, "(رويترز)"),
            ["title", "body", "body", "source"],
            id="an agency as the last line",
        ),
        pytest.param(
            ("حديقة في المدينة", *PROSE, "م ع / ف ف"),
            ["title", "body", "body", "boilerplate"],
            id="the desk's initials",
        ),
        pytest.param(
            ("حديقة في المدينة", *PROSE, "كور/رض/نات"),
            ["title", "body", "body", "boilerplate"],
            id="the desk's initials, of three letters",
        ),
        pytest.param(
            ("حديقة في المدينة", *PROSE, "(ي.م)"),
            ["title", "body", "body", "boilerplate"],
            id="one person's initials in brackets",
        ),
        pytest.param(
            ("حديقة في المدينة", *PROSE, "/انتهى8"),
            ["title", "body", "body", "boilerplate"],
            id="an end mark with a number",
        ),
        pytest.param(
            ("حديقة في المدينة", *PROSE, "/العُمانية/", "سليمان/ م ع"),
            ["title", "body", "body", "source", "boilerplate"],
            id="the desk below an agency's credit",
        ),
        pytest.param(
            ("حديقة في المدينة", *PROSE, "(بترا)", "15/01/2025 15:47:02"),
            ["title", "body", "body", "source", "date"],
            id="a date below an agency's credit",
        ),
        pytest.param(
            ("حديقة في المدينة", PROSE[0], "(إضافة تصريحات وتفاصيل)", PROSE[1]),
            ["title", "body", "boilerplate", "body"],
            id="what the wire changed",
        ),
        pytest.param(
            ("حديقة في المدينة", PROSE[0], "(إضافة تصريحات) إلى المحضر", PROSE[1]),
            ["title", "body", "heading", "body"],
            id="a bracket that does not close the line is text",
        ),
        pytest.param(
            ("الرئيسية / أخبار المدينة", "حديقة في المدينة", "7 مارس 2024", *PROSE),
            ["boilerplate", "title", "date", "body", "body"],
            id="a breadcrumb above the headline",
        ),
        pytest.param(
            ("تحقيقات وملفات", "حديقة في المدينة", "7 مارس 2024", *PROSE),
            ["section", "title", "date", "body", "body"],
            id="two desks joined",
        ),
        pytest.param(
            ("رياضيون وصحفيون", "7 مارس 2024", *PROSE),
            ["title", "date", "body", "body"],
            id="two words joined that are no desks",
        ),
        pytest.param(
            ("صفحة 12", "حديقة في المدينة", "7 مارس 2024", *PROSE),
            ["boilerplate", "title", "date", "body", "body"],
            id="a page's number",
        ),
        pytest.param(
            ("حديقة في المدينة", *PROSE, "لمزيد من الأخبار اضغط هنا"),
            ["title", "body", "body", "share"],
            id="a call to click",
        ),
        pytest.param(
            ("حديقة في المدينة", *PROSE, "تعليقات 2", "أبو يزن: خبر جميل"),
            ["title", "body", "body", "boilerplate", "boilerplate"],
            id="comments with their number and no mark",
        ),
        pytest.param(
            ("حديقة في المدينة", "بواسطة admin", "0 تعليق", *PROSE),
            ["title", "byline", "boilerplate", "body", "body"],
            id="a desk behind its verb, and a count",
        ),
        pytest.param(
            ("حديقة في المدينة", *PROSE, "كاتب أردني"),
            ["title", "body", "body", "byline"],
            id="what the writer is, below the text",
        ),
        pytest.param(
            ("الموقع الرسمي » أخبار المجلس » جلسات", "حديقة في المدينة", *PROSE),
            ["section", "title", "body", "body"],
            id="a breadcrumb of three parts",
        ),
        pytest.param(
            ("حديقة في المدينة", "7 مارس 2024", "□ بغداد / تميم الجبوري", *PROSE),
            ["title", "date", "byline", "body", "body"],
            id="a square before the byline",
        ),
        pytest.param(
            ("حديقة في المدينة", *PROSE, "فاطمة الزهراء أمحزون (خنيفرة)"),
            ["title", "body", "body", "byline"],
            id="a name and its place below the text",
        ),
        pytest.param(
            ("حديقة في المدينة", f"بهلا - سيف بن ناصر الهنائي: {PROSE[0]}", PROSE[1]),
            ["title", "dateline", "body", "body"],
            id="place and writer glued before the text, with a colon",
        ),
        pytest.param(
            ("حديقة في المدينة", f"هيماء - العُمانية: {PROSE[0]}", PROSE[1]),
            ["title", "dateline", "body", "body"],
            id="a place no table knows beside an agency",
        ),
        pytest.param(
            ("حديقة في المدينة", f"الرئيس السابق - سيف الهنائي: {PROSE[0]}", PROSE[1]),
            ["title", "body", "body"],
            id="who is quoted is no dateline",
        ),
        pytest.param(
            (
                "مباريات الجولة العاشرة",
                "19 نوفمبر 2024",
                "الجمعة 22 نوفمبر:",
                "ملعب الوئام: اتحاد الهضاب - شباب الساحل (سا 15:00)",
                "ملعب النصر: وفاق الوادي - أمل الجبل (سا 17:00)",
            ),
            ["title", "date", "body", "body", "body"],
            id="fixtures are text, with their days and hours",
        ),
        pytest.param(
            (
                "حديقة في المدينة",
                *PROSE,
                "اقرأ أيضا:",
                "سوق قديم يفتح أبوابه",
                "ودعا المشروع البلديات إلى تسجيل الأبواب القديمة.",
            ),
            ["title", "body", "body", "related", "related", "body"],
            id="a sentence ends a list of links",
        ),
        pytest.param(
            (
                "أسواق جديدة في المحافظة قبل رمضان",
                "15/1/2025 - 12:44 م",
                "سوق حضاري، فيتو",
                "مصطفى سيد",
                *PROSE,
            ),
            ["title", "date", "caption", "byline", "body", "body"],
            id="a picture's credit above the writer's name",
        ),
        pytest.param(
            (
                "«عم صبحي» يصلح لعب الأطفال مجانا منذ 20 عاما: «بصلح فرحتهم»",
                "7 مارس 2024",
                *PROSE,
            ),
            ["title", "date", "body", "body"],
            id="a headline that says how long",
        ),
        pytest.param(
            (
                "حديقة في المدينة",
                *PROSE,
                "© 2021 حقوق النشر محفوظة لـ",
                "موقع المثال",
            ),
            ["title", "body", "body", "copyright", "copyright"],
            id="the holder below its notice",
        ),
        pytest.param(
            ("جوزف حاتم", "حديقة جديدة في قلب المدينة القديمة", *PROSE),
            ["byline", "title", "body", "body"],
            id="a columnist above the headline",
        ),
    ],
)
def test_zones(lines, expected):
    assert [label for label, _ in labels(*lines)] == expected


@pytest.mark.parametrize(
    "line",
    [
        "كتب المعلق في صحيفته أن المدينة لم تشهد مثل هذا المشروع منذ نصف قرن من الزمان.",
        "عن أهمية المشروع تحدث رئيس البلدية طويلا أمام الحضور في القاعة الكبرى أمس.",
        "المصدر الأمني قال إن الطريق المؤدية إلى الموقع ستبقى مغلقة حتى نهاية الأسبوع.",
        "المزيد من الأشجار سيصل في الربيع بحسب ما أعلنته اللجنة المشرفة على المشروع.",
        "شاهد الأهالي أولى الشاحنات تدخل الموقع صباح أمس وسط ترحيب من سكان الحي القديم.",
        "وتتلقى اللجنة الاستفسارات على هاتف 2464444 تحويلة 1420 أو بريد info@example.org.",
        "وذكرت رويترز أن الكلفة تجاوزت 20 مليونا بحلول 7 مارس 2024 بعد تأخر دام عامين.",
    ],
)
def test_prose_is_never_cut(line):
    found = labels("حديقة في المدينة", PROSE[0], line, PROSE[1])
    assert found[2] == ("body", line)


def test_a_related_line_inside_a_paragraph_is_taken_out_of_it():
    text = f"حديقة جديدة\n\n{PROSE[0]} اقرأ أيضاً: سوق قديم يعود\n{PROSE[1]}"
    spans = SPLITTER.split(text)
    assert [(span.label, span.content) for span in spans][1:3] == [
        ("body", PROSE[0]),
        ("related", "سوق قديم يعود"),
    ]


def test_a_dateline_is_cut_from_the_first_paragraph():
    text = f"حديقة في المدينة\n\nدمشق، سوريا (CNN) -- {PROSE[0]}\n{PROSE[1]}"
    spans = SPLITTER.split(text)
    assert [span.label for span in spans] == ["title", "dateline", "body", "body"]
    assert spans[1].byline.dateline == "دمشق، سوريا"
    assert spans[1].byline.agencies == ("cnn",)
    assert spans[2].content == PROSE[0]


def test_a_list_below_the_text_without_end_keeps_its_lines_and_its_footer():
    words = ("".join("ابتثجحخدذر"[int(c)] for c in str(n)) for n in range(1000))
    spans = SPLITTER.split(
        "\n".join(
            (
                "حديقة في المدينة",
                *PROSE,
                *(f"سطر {word}" for word in words),
                "للتواصل: a@paper.example",
                "© 2024 المرفأ",
            )
        )
    )
    assert [span.label for span in spans[-2:]] == ["contact", "copyright"]
    assert {span.label for span in spans[1:-2]} == {"body"}


@pytest.mark.parametrize(
    ("prefix", "place", "agencies"),
    [
        ("القاهرة - رويترز", "القاهرة", ("reuters",)),
        ("باريس - أ ف ب، رويترز", "باريس", ("afp", "reuters")),
        ("دمشق 12 مايو - سبوتنيك.", "دمشق", ("sputnik",)),
        ("أنقرة / الأناضول", "أنقرة", ("anadolu",)),
        ("غزة/ محمد ماجد/ الأناضول", "غزة", ("anadolu",)),
        ("لندن: «الشرق الأوسط»", "لندن", ()),
    ],
)
def test_a_dateline_that_no_mark_ends_ends_with_its_agency(prefix, place, agencies):
    text = "أعلنت البلدية بدء العمل في الحديقة الجديدة التي تمتد على مساحة واسعة."
    spans = SPLITTER.split(f"حديقة جديدة\n\n{prefix} {text}\n\nوأضافت {text}")
    assert [span.label for span in spans] == ["title", "dateline", "body", "body"]
    assert spans[1].byline.dateline == place
    assert spans[1].byline.agencies == agencies
    assert spans[2].content == text


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("محمد علي (القاهرة) وسارة محمود (بيروت)", ["محمد علي", "سارة محمود"]),
        ("بقلم: ستيفن وولت ترجمة: محمد حسن", ["ستيفن وولت", "محمد حسن"]),
        ("مراسل الجزيرة نت - بغداد", []),
        ("وليد علي - بيروت", ["وليد علي"]),
    ],
)
def test_a_byline_names_people_without_what_joins_them(line, authors):
    text = "أعلنت البلدية بدء العمل في الحديقة الجديدة التي تمتد على مساحة واسعة."
    spans = SPLITTER.split(f"حديقة جديدة\n\n{line}\n\n{text}\n\n{text}")
    assert list(spans[1].byline.authors) == authors

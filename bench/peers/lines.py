"""What a person writes who knows the job: read a folder, take articles apart by line.

The Python peers share it. It knows the usual shapes only: the first line is the title,
the header holds a date and a byline, some line beginnings are no body.
"""

import os
import re
from collections.abc import Iterator

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "يناير|كانون الثاني|جانفي|January",
            "فبراير|شباط|فيفري|February",
            "مارس|آذار|March",
            "أبريل|ابريل|نيسان|أفريل|April",
            "مايو|أيار|ماي|May",
            "يونيو|حزيران|جوان|June",
            "يوليو|تموز|جويلية|July",
            "أغسطس|آب|أوت|August",
            "سبتمبر|أيلول|September",
            "أكتوبر|تشرين الأول|October",
            "نوفمبر|تشرين الثاني|November",
            "ديسمبر|كانون الأول|December",
        ),
        1,
    )
    for name in names.split("|")
}
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
NAME = "|".join(sorted(MONTHS, key=len, reverse=True))
DATE = re.compile(rf"\d[\d/: -]*\d|\d|{NAME}")
HAS_DATE = re.compile(
    rf"\b\d{{1,2}}\s+(?:{NAME})|\d{{1,4}}[/-]\d{{1,2}}[/-]\d{{1,4}}|(?:{NAME})\s+\d"
)
RELATED = re.compile(r"\s*(?:اقر[أا]|إقر[أا]|شاهد|طالع) (?:أيض|ايض)\S*\s*:?\s*(.*)")
FOOTER = re.compile(
    r"\s*(?:©|جميع الحقوق|هاتف|البريد|المصدر:|شارك|الوسوم|طباعة|تابعونا|التعليقات"
    r"|مواضيع ذات صلة|لمراسلة|\(?(?:رويترز|أ ف ب|واس|د ب أ)\)?$|\S+@\S+$)"
)
BYLINE = re.compile(r"[^.]{2,40}(?: - |: ?| \()[^.]{2,40}")


def walk(folder: str) -> Iterator[str]:
    """The text files below a folder, in order."""
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".txt"):
                yield os.path.join(here, name)  # noqa: PTH118


def read(path: str) -> str:
    """A file's text: UTF-8, else UTF-16 with its mark, else Windows Arabic."""
    with open(path, "rb") as file:  # noqa: PTH123
        raw = file.read()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1256", "replace")


def has_date(line: str) -> bool:
    """Whether a line of the header looks like a date."""
    return len(line) < 90 and bool(HAS_DATE.search(line.translate(DIGITS)))


def take_apart(text: str) -> dict[str, object]:
    """Title, the date's line, byline, related links, footer, and the body's lines."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line]
    found: dict[str, object] = {"title": lines[0] if lines else None}
    body, related, footer, date, byline = [], [], [], None, None
    for number, line in enumerate(lines[1:], 1):
        if number < 5 and date is None and has_date(line):
            date = line
        elif number < 5 and byline is None and len(line) < 80 and BYLINE.match(line):
            byline = line
        elif match := RELATED.match(line):
            related.append(match[1])
        elif len(line) < 100 and FOOTER.match(line):
            footer.append(line)
        else:
            body.append(line)
    return found | {
        "date": date,
        "byline": byline,
        "related": related,
        "footer": footer,
        "body": "\n\n".join(body),
    }

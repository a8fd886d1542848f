"""PyArabic, dateparser and json: title, date and body, nothing else.

python pyarabic_dateparser.py DIR > out.jsonl
"""

import json
import sys
from datetime import datetime

import dateparser
import lines
from dateparser.search import search_dates
from pyarabic import araby

SETTINGS = {"DATE_ORDER": "DMY", "REQUIRE_PARTS": ["day", "month", "year"]}


def normalise(text: str) -> str:
    """Without tashkeel and tatweel, hamzas and ligatures made one."""
    text = araby.strip_tatweel(araby.strip_tashkeel(text))
    return araby.normalize_alef(araby.normalize_ligature(text))


def read_date(line: str) -> datetime | None:
    """The date of a line: as a whole, or else found somewhere in it.

    Naming the language makes it five times as fast; searching makes it find three
    times as many, since few lines are a date and nothing else.
    """
    whole = dateparser.parse(line, languages=["ar"], settings=SETTINGS)
    if whole:
        return whole
    found = search_dates(line, languages=["ar"], settings=SETTINGS)
    return found[0][1] if found else None


def record(path: str) -> dict[str, object]:
    """What this peer knows of an article."""
    rows = [row.strip() for row in lines.read(path).splitlines()]
    rows = [row for row in rows if row]
    date = None
    for row in rows[1:4]:
        if len(row) < 90 and any(character.isdigit() for character in row):
            date = read_date(row)
            if date:
                rows.remove(row)
                break
    body = "\n\n".join(rows[1:])
    return {
        "id": path,
        "title": rows[0] if rows else None,
        "created": date.isoformat() if date else None,
        "body": body,
        "text": normalise(body),
    }


for file in lines.walk(sys.argv[1]):
    print(json.dumps(record(file), ensure_ascii=False))

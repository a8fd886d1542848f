"""camel-tools, dateutil and orjson.

python camel_dateutil.py DIR > out.jsonl
"""

import hashlib
import sys

import lines
import orjson
from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import (
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
    normalize_unicode,
)
from dateutil import parser

ENGLISH = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def normalise(text: str) -> str:
    """NFKC, no marks, alef, alef maksura and teh marbuta made one."""
    text = normalize_alef_ar(dediac_ar(normalize_unicode(text)))
    return normalize_teh_marbuta_ar(normalize_alef_maksura_ar(text))


def date(line: str | None) -> str | None:
    """The date of a line, months put into English for dateutil."""
    if not line:
        return None
    digits = line.translate(lines.DIGITS)
    words = [
        ENGLISH[lines.MONTHS[word] - 1] if word in lines.MONTHS else word
        for word in lines.DATE.findall(digits)
    ]
    try:
        return parser.parse(" ".join(words), dayfirst=True, fuzzy=True).isoformat()
    except (ValueError, OverflowError):
        return None


def main() -> None:
    """One record a file."""
    write = sys.stdout.buffer.write
    for path in lines.walk(sys.argv[1]):
        text = lines.read(path)
        found = lines.take_apart(text)
        body = str(found["body"])
        record = {
            "id": hashlib.sha256(path.encode()).hexdigest()[:32],
            "text": normalise(body),
            "created": date(found["date"]),  # type: ignore[arg-type]
            "metadata": found
            | {
                "path": path,
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
                "title_normalized": normalise(str(found["title"] or "")),
                "word_count": len(body.split()),
            },
        }
        write(orjson.dumps(record))
        write(b"\n")


if __name__ == "__main__":
    main()

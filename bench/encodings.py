"""How often the encoding of an Arabic article is told right, beside charset_normalizer.

    python bench/encodings.py [--articles N] [--misses]

Articles are read from ../shared/data (or NEWSINGEST_SHARED), written again in every
encoding, whole and cut down to a few lines, and read back. Right means: the same text.
Texts that are not Arabic in any of the encodings must be refused (charset_normalizer
is not made for that: its Russian may be right). The third reader is charset_normalizer
told which encodings there are. The letter table was counted on other articles.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from charset_normalizer import from_bytes

from newsingest.article.decode import decode
from newsingest.article.record import RejectedError

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED = Path(os.environ.get("NEWSINGEST_SHARED", Path(__file__).parents[2] / "shared"))
ENCODINGS = (
    "utf-8",
    "cp1256",
    "iso8859-6",
    "mac-arabic",
    "utf-16-le",
    "utf-16-be",
    "cp720",
)
ENGLISH = """The ministry said on Thursday that results would be published next week.
Officials in the capital told reporters that work goes on in all cities and villages.
"""
LATIN = " Élysée, café; façade à Genève (Reuters 2024)"
FOREIGN = {
    "cp1251": "Правительство объявило сегодня о новых мерах поддержки в столице.",
    "koi8-r": "Правительство объявило сегодня о новых мерах поддержки в столице.",
    "cp1253": "Η κυβέρνηση ανακοίνωσε σήμερα νέα μέτρα στήριξης στην πρωτεύουσα.",
    "cp1255": "הממשלה הודיעה היום על צעדים חדשים לתמיכה במשפחות בעיר הבירה.",
    "shift-jis": "政府は今日、首都の家族を支援する新しい措置を発表しました。",
    "gb18030": "政府今天宣布了支持首都家庭的新措施。",
    "euc-kr": "정부는 오늘 수도의 가정을 지원하는 새로운 조치를 발표했습니다.",
}
Case = tuple[str, bytes, "str | None"]
"""Group, bytes, the text that they must give, or None where they must be refused."""


def pieces(text: str) -> dict[str, str]:
    """An article whole and cut down."""
    lines = [line for line in text.splitlines() if line.strip()]
    return {
        "whole": text,
        "3 lines": "\n".join(lines[:3]),
        "title": lines[0],
        "3 words": " ".join(lines[0].split()[:3]),
        "with French": text + "\n" + LATIN,
        "title, English": ENGLISH + lines[0] + "\n" + ENGLISH,
    }


def transcoded(texts: list[str]) -> Iterator[Case]:
    """Every text in every encoding that can hold it, characters it lacks left out."""
    for text in texts:
        for name, piece in pieces(text).items():
            for encoding in ENCODINGS:
                raw = piece.encode(encoding, "ignore")
                yield f"{encoding}\t{name}", raw, raw.decode(encoding)
        half = len(text) // 2
        first, last = text[:half], text[half:].encode("cp1256", "ignore")
        raw = (first + "\n").encode() + last
        yield "mixed\twhole", raw, f"{first}\n{last.decode('cp1256')}"


def refused(rng: random.Random, count: int) -> Iterator[Case]:
    """What no Arabic can be read from."""
    for encoding, text in FOREIGN.items():
        for length in (8, 20, len(text)):
            yield (
                f"refuse {encoding}\t{length} chars",
                text[:length].encode(encoding),
                None,
            )
    for _ in range(count):
        yield "refuse random\t200 bytes", rng.randbytes(200), None
        letters = bytes(rng.choice(range(0xC0, 0x100)) for _ in range(200))
        yield "refuse random letters\t200 bytes", letters, None


def gold() -> Iterator[Case]:
    """The transcoded files that come with their encodings."""
    folder = SHARED / "data" / "encodings"
    for line in (folder / "gold.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        raw = (folder / row["path"]).read_bytes()
        text = raw.decode(row["encoding"][0]).removeprefix("\ufeff")
        yield f"gold {row['path'].split('/')[0]}\twhole", raw, text


def ours(raw: bytes) -> str | None:
    """Our reading."""
    try:
        return decode(raw).text
    except RejectedError:
        return None


def theirs(raw: bytes) -> str | None:
    """The reading of charset_normalizer."""
    best = from_bytes(raw).best()
    return str(best).removeprefix("\ufeff") if best else None


def difference(text: str | None, got: str | None) -> str:
    """Where two readings part."""
    if text is None or got is None:
        return f"{text!r:.60} read as {got!r:.60}"
    at = next((i for i, (a, b) in enumerate(zip(text, got, strict=False)) if a != b), 0)
    return f"at {at}: {text[at : at + 30]!r} read as {got[at : at + 30]!r}"


def told(raw: bytes) -> str | None:
    """The reading of charset_normalizer among the encodings that there are."""
    names = [name for name in (*ENCODINGS, "cp1252", "cp864") if name != "mac-arabic"]
    best = from_bytes(raw, cp_isolation=names).best()
    return str(best).removeprefix("\ufeff") if best else None


READERS = {"ours": ours, "charset_normalizer": theirs, "told": told}


def measure(cases: list[Case], *, misses: bool) -> None:
    """Print the share that each reads right, by group."""
    right: Counter[tuple[str, str]] = Counter()
    total = Counter(group for group, _, _ in cases)
    wrong: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for name, read in READERS.items():
        for group, raw, text in cases:
            start = perf_counter()
            got = read(raw)
            seconds[name] += perf_counter() - start
            right[name, group] += got == text
            wrong[name] += got not in (text, None)
            if misses and name == "ours" and got != text:
                print(f"{group}: {difference(text, got)}", file=sys.stderr)
    print("encoding\ttext\tcases\t" + "\t".join(READERS))
    for group, count in total.items():
        shares = [right[name, group] / count for name in READERS]
        print(f"{group}\t{count}\t" + "\t".join(f"{share:.1%}" for share in shares))
    readable = sum(text is not None for _, _, text in cases)
    for name, spent in seconds.items():
        refusals = sum(right[name, group] for group in total if "refuse" in group)
        hits = sum(right[name, group] for group in total) - refusals
        print(
            f"{name}: {hits} of {readable} read right ({hits / readable:.2%}), "
            f"{refusals} of {len(cases) - readable} refused, "
            f"{wrong[name]} wrong texts, {spent / len(cases) * 1e3:.2f} ms each"
        )


def main() -> None:
    """Read the options, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    rng = random.Random(0)
    files = sorted((SHARED / "data" / "outlets").rglob("*.txt"))
    if not files:
        sys.exit(f"no articles under {SHARED}: set NEWSINGEST_SHARED")
    chosen = rng.sample(files, min(options.articles, len(files)))
    texts = [file.read_bytes().decode("utf-8-sig") for file in chosen]
    cases = [*gold(), *transcoded(texts), *refused(rng, options.articles)]
    measure(cases, misses=options.misses)


if __name__ == "__main__":
    main()

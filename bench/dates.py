"""How right and how fast dates are read: one command, one table.

`python bench/dates.py [--quick] [--show N]`. Sets that are not on this machine (the
shared vectors, Node's ICU, dateparser in the peers' environment) are left out by name.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsingest.article.dates import DateReader
from newsingest.article.rules import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("NEWSINGEST_SHARED", HERE.parents[1] / "shared"))
PEERS = HERE.parent / ".bench" / "peers" / "bin" / "python"
NOW = datetime(2024, 3, 7, 12)  # noqa: DTZ001 - the now of the hand-made vectors
FLOORS = {"cldr": 1.0, "hand": 0.98, "negative": 1.0, "icu": 1.0, "noisy": 1.0}
LINES_A_SECOND = 20_000

MONTHS = {
    "Egypt and the Gulf": """
        يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر
        ديسمبر
    """,
    "Egypt, other spellings": """
        يناير فبراير مارس ابريل مايو يونيه يوليه اغسطس سبتمبر اكتوبر نوفمبر
        ديسمبر
    """,
    "Levant and Iraq": """
        كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول
        تشرين_الثاني كانون_الأول
    """,
    "Iraq, other spellings": """
        كانون_ثاني شباط اذار نيسان مايس حزيران تموز اب ايلول تشرين_اول
        تشرين_ثاني كانون_اول
    """,
    "Algeria and Tunisia": """
        جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر
    """,
    "Morocco": """
        يناير فبراير مارس أبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر
    """,
    "Mauritania": """
        يناير فبراير مارس إبريل مايو يونيو يوليو أغشت شتمبر أكتوبر نوفمبر
        دجمبر
    """,
    "both names": """
        كانون_الثاني/يناير شباط/فبراير آذار/مارس نيسان/أبريل أيار/مايو
        حزيران/يونيو تموز/يوليو آب/أغسطس أيلول/سبتمبر تشرين_الأول/أكتوبر
        تشرين_الثاني/نوفمبر كانون_الأول/ديسمبر
    """,
    "both names, in brackets": """
        يناير_(كانون_الثاني) فبراير_(شباط) مارس_(آذار) أبريل_(نيسان)
        مايو_(أيار) يونيو_(حزيران) يوليو_(تموز) أغسطس_(آب) سبتمبر_(أيلول)
        أكتوبر_(تشرين_الأول) نوفمبر_(تشرين_الثاني) ديسمبر_(كانون_الأول)
    """,
    "English": """
        January February March April May June July August September October
        November December
    """,
    "French": """
        janvier février mars avril mai juin juillet août septembre octobre
        novembre décembre
    """,
}
HIJRI = """
    محرم صفر ربيع_الأول ربيع_الآخر جمادى_الأولى جمادى_الآخرة
    رجب شعبان رمضان شوال ذو_القعدة ذو_الحجة
"""
YEAR = re.compile(r"\d{4}،?")
HIJRI_MARK = re.compile(r"\bه[\Wـ]")
HALF = re.compile(r"(?<=:[0-9٠-٩۰-۹]{2}) [صم](?= |$)")
FIRST, LAST = date(1900, 1, 1), date(2077, 11, 16)
NATIVE = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass
class Score:
    """How often a set was read right, wrongly, or not at all."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Lines in the set."""
        return self.right + self.wrong + self.missed

    def add(self, text: str, expected: object, got: str | None, *, fits: bool) -> None:
        """Count a line, and keep it where it was not read right."""
        if fits:
            self.right += 1
            return
        self.wrong += got is not None
        self.missed += got is None
        self.misses.append(f"{text!r}: expected {expected}, got {got}")


def fits(row: dict[str, Any], got: str | None) -> bool:
    """Whether a reading says what a vector expects; seconds may be left out."""
    expected = row["expected"]
    if expected is None or got is None:
        return expected == got
    size = 16 if row["precision"] == "datetime" else 10
    if got[:size] != expected[:size] or len(got) < size:
        return False
    if size == 10:
        return len(got) == 10
    if got[16:17] == ":" and got[17:19] != (expected[17:19] or "00"):
        return False
    if "offset_min" not in row:
        return True
    offset = datetime.fromisoformat(got).utcoffset()
    return offset == timedelta(minutes=row["offset_min"])


def score(reader: DateReader, rows: Iterable[dict[str, Any]]) -> Score:
    """What a reader makes of vectors: a date counts only if its line is a date line."""
    result = Score()
    for row in rows:
        reading = reader.read(row["text"], NOW)
        got = reading.created if reading and reading.is_date_line else None
        result.add(row["text"], row["expected"], got, fits=fits(row, got))
    return result


def vectors(name: str) -> list[dict[str, Any]]:
    """A set of the shared vectors."""
    text = (SHARED / "data" / "dates" / f"{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def icu(seed: int) -> list[dict[str, Any]]:
    """Vectors from Node's ICU; the reader's answer must follow from the text.

    A Hijri line does not say which Islamic calendar it is in: one of a calendar that is
    not Umm al-Qura counts only where a weekday is printed (the long ones).
    """
    command = ["node", HERE / "icu_dates.js", str(seed)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in out.splitlines()]
    known = ("gregory", "islamic-umalqura")
    return [r for r in rows if r["calendar"] in known or r["format"].endswith("full")]


def noisy(
    rows: list[dict[str, Any]], count: int, seed: int
) -> Iterator[dict[str, Any]]:
    """Long ICU lines with one to three things that newsrooms do to them."""
    chance = random.Random(seed)
    long = [r for r in rows if r["format"].split("/")[1] in ("full", "long", "medium")]
    for row in chance.sample(long, count):
        text = row["text"]
        for change in chance.sample(NOISE, chance.randint(1, 3)):
            text = change(text, chance)
        yield row | {"text": text}


def _bidi(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice("\u200e\u200f\u202b\u202c\u2066\u2069") + text[at:]


def _tatweel(text: str, chance: random.Random) -> str:
    spots = [
        at
        for at in range(1, len(text))
        if "ء" < text[at - 1] <= "ي" and "ء" < text[at] <= "ي"
    ]
    at = chance.choice(spots) if spots else 0
    return (
        text[:at] + "\N{ARABIC TATWEEL}" * chance.randint(0, 3) * (at > 0) + text[at:]
    )


def _dual(text: str, chance: random.Random) -> str:
    gulf, levant = (
        MONTHS[key].split() for key in ("Egypt and the Gulf", "Levant and Iraq")
    )
    mark = chance.choice(["/", " / ", "/ ", " (%s)"])
    for one, other in zip(gulf, levant, strict=True):
        name = other.replace("_", " ")
        if f" {one} " in text:
            both = one + (mark % name if "%" in mark else mark + name)
            return text.replace(one, both, 1)
    return text


def _label(text: str, chance: random.Random) -> str:
    labels = [
        "نشر في: ",
        "تاريخ النشر: ",
        "آخر تحديث: ",
        "نُشر في ",
        "تم النشر ",
        "آخر تحديث ",
    ]
    return chance.choice(labels) + text


def _separator(text: str, chance: random.Random) -> str:
    mark = chance.choice([" | ", " - ", "، ", " – ", " • ", " ـ ", "  "])
    return (
        text.replace(" في ", mark, 1) if " في " in text else text.replace("، ", mark, 1)
    )


def _era(text: str, chance: random.Random) -> str:
    """The mark of Gregorian years behind the last year of four digits."""
    words = text.split(" ")
    years = [at for at, word in enumerate(words) if YEAR.fullmatch(word)]
    if years and not HIJRI_MARK.search(text):
        at = years[-1]
        bare = words[at].rstrip("،")
        words[at] = bare + chance.choice(["م", " م"]) + words[at][len(bare) :]
    return " ".join(words)


def _half(text: str, chance: random.Random) -> str:
    long = {" ص": ["صباحا", "صباحًا", "صباحاً"], " م": ["مساء", "مساءً"]}
    return HALF.sub(lambda found: " " + chance.choice(long[found[0]]), text)


def _reorder(text: str, chance: random.Random) -> str:
    """The clock and its zone before the date."""
    day, glue, clock = text.partition(" في ")
    mark = chance.choice([" - ", " | ", "، "])
    return clock + mark + day if glue else text


NOISE: list[Callable[[str, random.Random], str]] = [
    lambda text, _: text.translate(str.maketrans("أإآ", "ااا")),
    lambda text, _: text.replace(" ", "\N{NO-BREAK SPACE}"),
    lambda text, _: text.translate(str.maketrans("٠١٢٣٤٥٦٧٨٩ي", "۰۱۲۳۴۵۶۷۸۹ی")),
    lambda text, _: text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    lambda text, _: text.replace("،", ","),
    lambda text, _: f"({text})",
    lambda text, _: text.replace("ة", "ه"),
    _bidi, _tatweel, _dual, _label, _separator, _era, _half, _reorder,
]  # fmt: skip


def every_day(step: int) -> Iterator[dict[str, Any]]:
    """Every day through every table of months, day or month first, in both digits."""
    tables = [
        [name.replace("_", " ") for name in names.split()] for names in MONTHS.values()
    ]
    for number in range(0, (LAST - FIRST).days + 1, step):
        day = FIRST + timedelta(number)
        row = {"expected": day.isoformat(), "precision": "date"}
        for table in tables:
            month = table[day.month - 1]
            for text in (
                f"{day.day} {month} {day.year}",
                f"{month} {day.day}, {day.year}",
            ):
                yield row | {"text": text}
                yield row | {"text": text.translate(NATIVE)}
        for text in (day.strftime("%Y-%m-%d"), day.strftime("%Y/%m/%d")):
            yield row | {"text": text}
            yield row | {"text": text.translate(NATIVE)}
        numbers = f"{day.day}/{day.month}/{day.year}"
        yield row | {"text": numbers}
        yield row | {"text": numbers.translate(NATIVE)}


def every_hijri_day(step: int) -> Iterator[dict[str, Any]]:
    """Every day of Umm al-Qura's tables, by name and by number, in both digits."""
    from hijridate import Gregorian  # noqa: PLC0415 - only this set needs it

    names = [name.replace("_", " ") for name in HIJRI.split()]
    first = date(1924, 8, 1)
    for number in range(0, (LAST - first).days + 1, step):
        day = first + timedelta(number)
        hijri = Gregorian(day.year, day.month, day.day).to_hijri()
        row = {"expected": day.isoformat(), "precision": "date"}
        for text in (
            f"{hijri.day} {names[hijri.month - 1]} {hijri.year}هـ",
            f"{hijri.day}/{hijri.month}/{hijri.year}هـ",
            f"{hijri.year}/{hijri.month}/{hijri.day}",
        ):
            yield row | {"text": text}
            yield row | {"text": text.translate(NATIVE)}


def body_lines() -> Iterator[str]:
    """The paragraphs of the shared articles: none of them is a date line."""
    for gold in sorted((SHARED / "data").glob("*/gold.jsonl")):
        for line in gold.read_text("utf-8").splitlines():
            yield from json.loads(line).get("body") or []


def created() -> Score:
    """`created` over all articles of the shared data, through the whole parser."""
    from newsingest.article.parse import parse  # noqa: PLC0415 - only this set needs it

    result = Score()
    for gold in sorted((SHARED / "data").glob("*/gold.jsonl")):
        for line in gold.read_text("utf-8").splitlines():
            row = json.loads(line)
            if "created" in row:
                got = parse((gold.parent / row["path"]).read_bytes()).created
                size = 10 if row.get("created_min_precision") == "day" else None
                same = (got or "")[:size] == (row["created"] or "")[:size]
                result.add(row["path"], row["created"], got, fits=same)
    return result


def rate(lines: list[str]) -> float:
    """Lines a second of processor time, each read once by a new reader."""
    reader = DateReader(load())
    reader.read(lines[0])
    start = time.process_time()
    for line in lines:
        reader.read(line)
    return len(lines) / (time.process_time() - start)


def peer_rate(lines: list[str]) -> float:
    """Dateparser's lines a second, in its own environment, in this run."""
    command = [PEERS, HERE / "peers" / "date_lines.py"]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, input=json.dumps(lines)
    )
    return float(done.stdout)


def report(name: str, result: Score, show: int) -> bool:
    """Print a set's row; whether it reaches its floor."""
    share = result.right / result.total if result.total else 1.0
    floor = FLOORS.get(name, 1.0)
    good = share >= floor and (result.wrong == 0 or name == "hand")
    print(
        f"{name:22} {result.total:>9,} {share:>9.2%} {result.wrong:>6} "
        f"{result.missed:>6}  {'' if good else f'below {floor:.0%}'}"
    )
    for miss in result.misses[:show]:
        print("   ", miss)
    return good


def accuracy(reader: DateReader, *, quick: bool, show: int) -> bool:
    """Print the accuracy of every set that is here."""
    print(f"{'set':22} {'lines':>9} {'right':>9} {'wrong':>6} {'missed':>6}")
    good = True
    if SHARED.is_dir():
        for name in ("cldr", "hand", "negative"):
            good &= report(name, score(reader, vectors(name)), show)
        good &= report("created, shared data", created(), show)
        told = [(line, reader.read(line)) for line in body_lines()]
        prose = Score(right=len(told))
        for line, reading in told:
            if reading and reading.is_date_line:
                prose.right -= 1
                prose.add(line, None, reading.created or "a date line", fits=False)
        good &= report("body paragraphs", prose, show)
    else:
        print(f"shared vectors are not here: {SHARED}")
    if shutil.which("node"):
        rows = icu(1)
        good &= report("icu", score(reader, rows), show)
        good &= report("noisy", score(reader, noisy(rows, 1000, 2)), show)
    else:
        print("node is not on this machine: no vectors from ICU")
    step = 29 if quick else 1
    good &= report("every day", score(reader, every_day(step)), show)
    return good & report("every Hijri day", score(reader, every_hijri_day(step)), show)


def speed() -> bool:
    """Print the speed over CLDR's lines, beside dateparser's."""
    if not SHARED.is_dir():
        print("speed is measured on the shared vectors")
        return True
    lines = [row["text"] for row in vectors("cldr")]
    random.Random(3).shuffle(lines)
    own = rate(lines)
    print(f"\n{own:,.0f} lines/s of processor time on one core, CLDR's lines")
    if PEERS.exists():
        peer = peer_rate(lines)
        print(f"dateparser: {peer:,.0f} lines/s, {own / peer:.0f} times slower")
    else:
        print("dateparser is not installed: `make bench` sets up the peers")
    return own >= LINES_A_SECOND


def main() -> int:
    """Every figure, and a status of 1 where a floor is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="every 29th day")
    parser.add_argument("--show", type=int, default=5, help="misses to show of a set")
    options = parser.parse_args()
    reader = DateReader(load())
    good = accuracy(reader, quick=options.quick, show=options.show)
    good &= speed()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

"""Bytes → record, a million times: whatever is done to an article, the laws hold.

    python bench/fuzz.py [COUNT] [--jobs N] [--seed WORD] [--keep FOLDER] [--minutes M]
    python bench/fuzz.py --file FAULT

Inputs are made of samples/, by number: the same seed and number give the same bytes on
every machine, whatever --jobs is. Lines are heaped up, spliced from several articles,
swapped, glued and cut; digits change their script, spaces go, invisible marks come;
damage of encodings is done; then bytes are flipped, cut and repeated. Of each input:

* a record or a refusal with its reason, nothing else, in a time that its length bounds;
* the same bytes of JSON twice, one line that fits the schema;
* all that `newsingest verify` asks, of the source too: spans rise and cover it to its
  last character, and `body` and `text` are what they hold;
* normalised text that the profile leaves alone; printed text without invisible marks;
* a date that is one.

An input that breaks a law is made as small as it can be and kept; the exit status is 1.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing
import os
import random
import re
import sys
import time
from collections import Counter
from datetime import datetime
from functools import cache, partial
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import orjson

from newsingest.article.fold import UNSEEN
from newsingest.article.parse import parser
from newsingest.article.record import Options, Record, RejectedError
from newsingest.run.records import Checker, source_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from newsingest.article.parse import Parser

    Mutation = Callable[[random.Random, list[str]], list[str]]
    Spoiling = Callable[[random.Random, bytes], bytes]

SAMPLES = Path(__file__).parents[1] / "samples"
OPTIONS = (
    Options(),
    Options(),
    Options(),
    Options(profile="search", align=True),
    Options(profile="none", repair=False, timezone="Asia/Riyadh"),
    Options(profile="light", date_order="mdy"),
)
"""Of every number one: the default for half of them."""
REFUSALS = {"empty", "binary", "undecodable", "no-text", "too-large"}
BATCH = 200
AT_LEAST, A_BYTE = 0.25, 40e-6
"""Seconds of processor that an article may take, and for each of its bytes."""
PRINTED = (
    *("title", "subtitle", "section", "body", "date_raw", "byline", "dateline"),
    *("authors", "related", "tags", "image_credits", "copyright", "copyright_holder"),
)
"""Fields that are as printed, without what no reader sees."""
DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")
MARKS = (
    *("\N{RIGHT-TO-LEFT MARK}", "\N{LEFT-TO-RIGHT MARK}", "\N{ZERO WIDTH JOINER}"),
    *("\N{RIGHT-TO-LEFT OVERRIDE}", "\N{RIGHT-TO-LEFT EMBEDDING}", "\N{SOFT HYPHEN}"),
    *("\N{POP DIRECTIONAL FORMATTING}", "\N{ZERO WIDTH NO-BREAK SPACE}", "\x1a", "\0"),
    *("\N{FIRST STRONG ISOLATE}", "\N{ARABIC FATHA}", "\N{ARABIC TATWEEL}", "\x1b[3m"),
    *("\N{NO-BREAK SPACE}", "\N{LINE SEPARATOR}", "\x85", "\f", "\v", "\r", "\t"),
    *("\N{COMBINING GRAVE ACCENT}", "\N{IDEOGRAPHIC SPACE}", "\ue000", "\ufffd"),
    *("😀", "ﷺ", "<b>"),
)
PUNCTUATION = ".,:;/-–—|()[]«»\"'؟!،؛*•#@&©…ـ "
PHRASES = (
    *("كتب: ", "كتبت ", "اقرأ أيضا: ", "شاهد أيضا", "المصدر: ", "تصوير: ", "نشر في "),
    *("7 مارس 2024", "الخميس 26 شعبان 1445", "2024-03-07T11:36Z", "منذ 3 ساعات", "ص"),
    *(
        "القاهرة - ",
        "(رويترز)",
        "/واس/",
        "© ",
        "جميع الحقوق محفوظة",
        "هاتف: 009611234567",
    ),
    *(
        "info@example.org",
        "https://example.org/a?b=1&amp;c",
        "#وسم",
        "&quot;",
        "&#1548;",
    ),
    *(
        "الساعة",
        "GMT",
        "هـ",
        "م",
        "و",
        "عام / ",
        "آخر تحديث",
        "تعليقات",
        "الأكثر قراءة",
    ),
)
ENCODINGS = (
    *["utf-8"] * 12,
    *("utf-8-sig", "cp1256", "cp1256", "iso8859-6", "cp720", "mac_arabic", "cp864"),
    *("utf-16", "utf-16-le", "utf-16-be", "utf-32"),
)


@cache
def samples() -> tuple[bytes, ...]:
    """The articles that everything is made of."""
    files = sorted(SAMPLES.iterdir())
    return tuple(
        gzip.decompress(file.read_bytes())
        if file.suffix == ".gz"
        else file.read_bytes()
        for file in files
        if ".txt" in file.name
    )


@cache
def texts() -> tuple[tuple[str, ...], ...]:
    """The lines of the same, with their ends."""
    return tuple(tuple(_text(raw).splitlines(keepends=True)) for raw in samples())


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1256")


def _some(chance: random.Random) -> str:
    """A line of some article."""
    return chance.choice(chance.choice(texts()))


def _at(chance: random.Random, lines: list[str]) -> int:
    return chance.randrange(len(lines))


def heap(chance: random.Random, lines: list[str]) -> list[str]:
    """Many lines of headers and footers above or below the article."""
    more = [_some(chance) for _ in range(chance.randrange(2, 40))]
    return more + lines if chance.random() < 0.7 else lines + more


def splice(chance: random.Random, lines: list[str]) -> list[str]:
    """The first part of one article, the second of another."""
    other = list(chance.choice(texts()))
    return lines[: _at(chance, lines) + 1] + other[_at(chance, other) :]


def shuffle(chance: random.Random, lines: list[str]) -> list[str]:
    """Two lines swapped, or all of them."""
    if chance.random() < 0.2:
        chance.shuffle(lines)
        return lines
    one, two = _at(chance, lines), _at(chance, lines)
    lines[one], lines[two] = lines[two], lines[one]
    return lines


def repeat(chance: random.Random, lines: list[str]) -> list[str]:
    """One line, or a piece of one, many times."""
    at = _at(chance, lines)
    if chance.random() < 0.5:
        lines[at:at] = [lines[at]] * chance.randrange(1, 60)
        return lines
    begin = chance.randrange(len(lines[at]) + 1)
    piece = lines[at][begin : begin + chance.randrange(1, 12)]
    lines[at] = lines[at][:begin] + piece * chance.randrange(1, 80) + lines[at][begin:]
    return lines


def drop(chance: random.Random, lines: list[str]) -> list[str]:
    """Some lines gone; the end of one, so that two become one."""
    at = _at(chance, lines)
    if chance.random() < 0.5:
        lines[at] = lines[at].rstrip("\r\n")
        return lines
    return lines[:at] + lines[at + chance.randrange(1, 6) :] or lines


def glue(chance: random.Random, lines: list[str]) -> list[str]:
    """Half a line before half of another: what a wrong cut leaves."""
    at, other = _at(chance, lines), _some(chance)
    begin, end = chance.randrange(len(lines[at]) + 1), chance.randrange(len(other) + 1)
    lines[at] = lines[at][:begin] + other[end:]
    return lines


def insert(chance: random.Random, lines: list[str]) -> list[str]:
    """A phrase of newsrooms somewhere, on a line of its own or within one."""
    at, phrase = _at(chance, lines), chance.choice(PHRASES)
    if chance.random() < 0.4:
        lines.insert(at, phrase + "\n")
        return lines
    place = chance.choice((0, chance.randrange(len(lines[at]) + 1)))
    lines[at] = lines[at][:place] + phrase + lines[at][place:]
    return lines


def digits(chance: random.Random, lines: list[str]) -> list[str]:
    """Digits of another script, or other digits."""
    text = "".join(lines)
    if chance.random() < 0.5:
        text = re.sub(r"\d", lambda _: str(chance.randrange(10)), text)
    for one in DIGITS:
        text = text.translate(str.maketrans(one, chance.choice(DIGITS)))
    return text.splitlines(keepends=True)


def spaces(chance: random.Random, lines: list[str]) -> list[str]:
    """Spaces that are lost, doubled, or others."""
    share, new = (
        chance.choice((0.05, 0.5, 1.0)),
        chance.choice(("", "  ", "\xa0", "\t")),
    )
    return [
        re.sub(" ", lambda _: new if chance.random() < share else " ", line)
        for line in lines
    ]


def marks(chance: random.Random, lines: list[str]) -> list[str]:
    """What no reader sees, and what no reader should."""
    for _ in range(chance.randrange(1, 8)):
        at, mark = _at(chance, lines), chance.choice(MARKS)
        place = chance.randrange(len(lines[at]) + 1)
        lines[at] = (
            lines[at][:place] + mark * chance.choice((1, 1, 30)) + lines[at][place:]
        )
    return lines


def points(chance: random.Random, lines: list[str]) -> list[str]:
    """Punctuation that is another."""
    share = chance.choice((0.1, 0.6))
    listed = f"[{re.escape(PUNCTUATION)}]"
    return [
        re.sub(
            listed,
            lambda found: (
                chance.choice(PUNCTUATION) if chance.random() < share else found[0]
            ),
            line,
        )
        for line in lines
    ]


def damage(chance: random.Random, lines: list[str]) -> list[str]:
    """Lines that were read in a wrong encoding, or written for HTML."""
    how = chance.choice(DAMAGES)
    share = chance.choice((0.1, 1.0))
    return [how(line) if chance.random() < share else line for line in lines]


def _misread(written: str, read: str, text: str) -> str:
    return text.encode(written, "ignore").decode(read, "replace")


def _entities(text: str) -> str:
    return (
        text.replace(" ", "&nbsp;").replace("،", "&#1548;").replace("«", "&amp;laquo;")
    )


def _glyphs(text: str) -> str:
    return "".join(
        chr(0xFE8D + ord(one) % 0x70) if one > "\u0620" else one for one in text
    )


DAMAGES: tuple[Callable[[str], str], ...] = (
    partial(_misread, "utf-8", "latin-1"),
    partial(_misread, "utf-8", "cp1252"),
    partial(_misread, "utf-8", "cp1256"),
    partial(_misread, "cp1256", "cp1252"),
    partial(_misread, "cp1256", "latin-1"),
    _entities,
    _glyphs,
    lambda text: text.replace("لا", "ال").replace("لأ", "أل"),
)
MUTATIONS: tuple[Mutation, ...] = (
    *(heap, splice, splice, shuffle, repeat, drop, glue, glue, insert, insert, insert),
    *(digits, spaces, marks, points, damage),
)


def flip(chance: random.Random, raw: bytes) -> bytes:
    """Bytes that are others."""
    spoilt = bytearray(raw)
    for _ in range(chance.choice((1, 1, 4, 40))):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def cut(chance: random.Random, raw: bytes) -> bytes:
    """An end, a beginning or a middle that is gone, also within a character."""
    begin, end = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    return chance.choice((raw[:end], raw[begin:], raw[:begin] + raw[end:]))


def junk(chance: random.Random, raw: bytes) -> bytes:
    """Bytes that never were text."""
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + chance.randbytes(chance.choice((1, 2, 3, 8, 200))) + raw[at:]


def echo(chance: random.Random, raw: bytes) -> bytes:
    """A piece of it many times."""
    at = chance.randrange(len(raw) + 1)
    piece = raw[at : at + chance.randrange(1, 30)]
    return raw[:at] + piece * chance.randrange(1, 60) + raw[at:]


SPOILINGS: tuple[Spoiling, ...] = (flip, cut, junk, echo)


def made(seed: str, number: int) -> tuple[bytes, Options]:
    """The input of a number, and how it is to be read."""
    chance = random.Random(f"{seed} {number}")
    lines = list(chance.choice(texts()))
    for _ in range(chance.randrange(6)):
        lines = chance.choice(MUTATIONS)(chance, lines) or ["\n"]
    raw = "".join(lines).encode(chance.choice(ENCODINGS), "ignore")
    for _ in range(chance.choice((0, 0, 0, 1, 1, 3))):
        raw = chance.choice(SPOILINGS)(chance, raw or b"\n")
    return raw, OPTIONS[number % len(OPTIONS)]


class Fault(NamedTuple):
    """A law that an input breaks, and how."""

    law: str
    how: str


def fault(raw: bytes, read: Parser) -> tuple[Fault | None, bool]:
    """The first law that an input breaks, and whether it gave a record."""
    begun = time.thread_time()
    try:
        first = outcome(raw, read)
        found = _slow(raw, time.thread_time() - begun, read)
        return found or next(_faults(raw, first, read), None), isinstance(first, Record)
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return Fault(f"raises {type(error).__name__}", str(error)[:300]), False


def _faults(raw: bytes, first: Record | str, read: Parser) -> Iterator[Fault]:
    second = outcome(raw, read)
    if isinstance(first, Record) and isinstance(second, Record):
        line = orjson.dumps(first, option=orjson.OPT_APPEND_NEWLINE)
        if line != orjson.dumps(second, option=orjson.OPT_APPEND_NEWLINE):
            yield Fault("differs", "two readings of the same bytes")
        if line.count(b"\n") != 1:
            yield Fault("json", "not one line")
        yield from _of_record(raw, line, read)
    elif first != second:
        yield Fault("differs", f"{first!r}, then {second!r}"[:300])
    elif not re.match(rf"({'|'.join(REFUSALS)}): \S.*$", str(first)):
        yield Fault("refusal", repr(first))


def outcome(raw: bytes, read: Parser) -> Record | str:
    """The record, or the refusal."""
    try:
        return read.parse(raw, path="fuzz.txt", source="fuzz")
    except RejectedError as refusal:
        return f"{refusal.reason}: {refusal.detail}"


def _slow(raw: bytes, took: float, read: Parser) -> Fault | None:
    """A time beyond the bound; on a busy machine it has three more tries."""
    most = AT_LEAST + A_BYTE * len(raw)
    for _ in range(3):
        if took <= most:
            return None
        begun = time.thread_time()
        outcome(raw, read)
        took = min(took, time.thread_time() - begun)
    return Fault("time", f"{took:.2f} s for {len(raw):,} bytes")


def _of_record(raw: bytes, line: bytes, read: Parser) -> Iterator[Fault]:
    record = orjson.loads(line)
    meta = record["metadata"]
    for how in (*Checker(None).faults(line), *source_faults(raw, meta)):
        yield Fault("verify", how)
    for name, text in (("text", record["text"]), ("title", meta["title_normalized"])):
        if text and read.normalize(text) != text:
            yield Fault("idempotent", f"{name} is normalised further")
    for name in PRINTED:
        values = meta[name] if isinstance(meta[name], list) else [meta[name] or ""]
        for value in values:
            if UNSEEN.search(value) or value != value.strip():
                yield Fault("printed", f"{name} is {value[:80]!r}")
            if isinstance(meta[name], list) and not value:
                yield Fault("printed", f"{name} has an empty item")
    yield from _of_date(record["created"], meta)


def _of_date(created: str | None, meta: dict[str, object]) -> Iterator[Fault]:
    if (created is None) != (meta["date_precision"] is None):
        yield Fault("date", f"{created} to the {meta['date_precision']}")
    if created and len(created) > len("2024-03"):
        datetime.fromisoformat(created)


def smallest(raw: bytes, law: str, read: Parser) -> bytes:
    """An input without what its fault does not need: lines first, then bytes."""
    before = b""
    while raw != before:
        before = raw
        raw = _fewer(raw.splitlines(keepends=True), law, read)
        raw = _fewer([bytes([byte]) for byte in raw], law, read)
    return raw


def _fewer(parts: list[bytes], law: str, read: Parser) -> bytes:
    """Parts left out, many at once and then one by one, as long as the fault stays."""
    size = len(parts)
    while size := size // 2:
        at = 0
        while at < len(parts):
            found, _ = fault(b"".join(parts[:at] + parts[at + size :]), read)
            if found and found.law == law:
                del parts[at : at + size]
            else:
                at += size
    return b"".join(parts)


class Found(NamedTuple):
    """What a batch of numbers has shown."""

    inputs: int
    records: int
    faults: list[tuple[int, Fault]]
    slowest: tuple[float, int]


def batch(seed: str, first: int, last: int) -> Found:
    """Try the inputs of some numbers."""
    records, faults, slowest = 0, [], (0.0, first)
    for number in range(first, last):
        raw, options = made(seed, number)
        begun = time.thread_time()
        broken, record = fault(raw, parser(options))
        slowest = max(slowest, (time.thread_time() - begun, number))
        records += record
        if broken:
            faults.append((number, broken))
    return Found(last - first, records, faults, slowest)


def _tried(task: tuple[str, int, int]) -> Found:
    return batch(*task)


def kept(seed: str, number: int, broken: Fault, folder: Path) -> Path:
    """The smallest input with this fault, in a file."""
    raw, options = made(seed, number)
    small = smallest(raw, broken.law, parser(options))
    folder.mkdir(exist_ok=True)
    name = re.sub(r"\W+", "-", broken.law)
    file = folder / f"{name}-{sha256(small).hexdigest()[:8]}.txt"
    file.write_bytes(small)
    return file


def run(options: argparse.Namespace) -> int:
    """Try so many inputs on all cores; the number of faults."""
    begun = told = time.monotonic()
    until = begun + 60 * options.minutes
    steps = range(0, options.count, BATCH)
    tasks = [(options.seed, at, min(at + BATCH, options.count)) for at in steps]
    inputs = records = 0
    laws: Counter[str] = Counter()
    slowest = (0.0, 0)
    with multiprocessing.Pool(options.jobs) as pool:
        found = pool.imap_unordered(_tried, tasks)
        for one in takewhile(lambda _: time.monotonic() < until, found):
            inputs, records = inputs + one.inputs, records + one.records
            slowest = max(slowest, one.slowest)
            for number, broken in one.faults:
                laws[broken.law] += 1
                if laws[broken.law] <= options.each:
                    file = kept(options.seed, number, broken, options.keep)
                    print(
                        f"{number}: {broken.law}: {broken.how}\n    {file}", flush=True
                    )
            if time.monotonic() - told > options.every:
                told = time.monotonic()
                _tell(inputs, records, laws, slowest, told - begun)
        pool.terminate()
    _tell(inputs, records, laws, slowest, time.monotonic() - begun)
    return laws.total()


def _tell(
    inputs: int,
    records: int,
    laws: Counter[str],
    slowest: tuple[float, int],
    seconds: float,
) -> None:
    by_law = ", ".join(f"{count:,} {law}" for law, count in sorted(laws.items()))
    print(
        f"{laws.total():,} faults{f' ({by_law})' if by_law else ''}; "
        f"{inputs:,} inputs, {records:,} records, {inputs / seconds:,.0f} a second, "
        f"slowest {slowest[0] * 1000:.0f} ms (number {slowest[1]:,})",
        flush=True,
    )


def main() -> None:
    """Read the options and run."""
    read = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    read.add_argument("count", type=int, nargs="?", default=1_000_000)
    read.add_argument("--jobs", type=int, default=os.cpu_count())
    read.add_argument("--seed", default="newsingest")
    read.add_argument("--keep", type=Path, default=Path(".fuzz"))
    read.add_argument("--each", type=int, default=3, help="faults kept of every law")
    read.add_argument(
        "--every", type=float, default=30, help="seconds between two lines"
    )
    read.add_argument("--minutes", type=float, default=1e6, help="stop after")
    read.add_argument("--file", type=Path, help="try one file")
    options = read.parse_args()
    if options.file:
        raw = options.file.read_bytes()
        tried = [fault(raw, parser(one))[0] for one in dict.fromkeys(OPTIONS)]
        print(*tried, sep="\n")
        sys.exit(any(tried))
    sys.exit(run(options) > 0)


if __name__ == "__main__":
    main()

"""Make a folder of articles to measure speed on: distinct, real shapes, our own text.

    python bench/corpus.py DIR --files 20000            the mix that `make bench` uses
    python bench/corpus.py DIR --files 50 --size 1M     articles of one size

The same seed gives the same bytes, and article N is the same whatever the number of
files. Headlines and names are as
good as never the same, for a cache must not look better than it is. Shapes are those
of real outlets: about 4 KB and 18 lines on average with a long
tail, one or two marked letters in a hundred, a few vocalised texts, some Arabic-Indic
digits, some CRLF and BOM, two or three files in a hundred in legacy encodings.
"""

from __future__ import annotations

import argparse
import random
import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

POOL = 6000
"""Sentences made once; an article draws about thirty of them."""

INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
LATIN = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")  # Windows Arabic has no others
UNITS = {"K": 1 << 10, "M": 1 << 20}

FIRST_DAY, A_DAY = date(2009, 1, 1), 40
"""A newspaper prints some forty articles a day."""

VOCALISED, INDIC_DIGITS, SPACED = 0.012, 0.08, 0.6
"""Shares of articles: vocalised, with Arabic-Indic digits, with blank lines between."""

ENCODINGS = (
    (0.015, "cp1256"),
    (0.025, "utf-16"),
    (0.045, "utf-8-sig"),
)
"""Cumulative shares of the files that are not plain UTF-8."""

CRLF = 0.04


@cache
def words() -> dict[str, Any]:
    """The word lists."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))


class Filler(dict[str, str]):
    """Slots of a template, filled when they are asked for."""

    def __init__(self, rng: random.Random) -> None:
        """Draw from `rng`."""
        super().__init__()
        self.rng = rng

    def __missing__(self, name: str) -> str:
        """A word from the list of that name; a number is another one each time."""
        if name == "n":
            return str(self.rng.randint(3, 999))
        if name == "person":
            self[name] = f"{self['first']} {self['family']}"
            return self[name]
        value = str(self.rng.choice(words()["lists"][name]))
        self[name] = value
        return value


@cache
def pool(seed: int) -> tuple[str, ...]:
    """The sentences that the articles of a seed draw from."""
    rng, texts = random.Random(seed), words()
    sentences = []
    for _ in range(POOL):
        sentence = rng.choice(texts["sentences"]).format_map(Filler(rng))
        if rng.random() < 0.25:
            sentence = f"{rng.choice(texts['marked'])} {sentence}"
        sentences.append(sentence)
    return tuple(sentences)


def date_slots(rng: random.Random, number: int) -> dict[str, str]:
    """The numbers and names of one date: a folder's articles follow one another."""
    printed = FIRST_DAY + timedelta(days=number // A_DAY)
    day, month, year = printed.day, printed.month, printed.year
    hijri = number // A_DAY % 354
    lists = words()["lists"]
    names = {
        name: lists[name][month - 1]
        for name in ("month", "levant", "maghreb", "english")
    }
    return names | {
        "d": f"{day}",
        "dd": f"{day:02}",
        "m": f"{month}",
        "mo": f"{month:02}",
        "y": f"{year}",
        "hour": f"{rng.randint(1, 11)}",
        "hh": f"{rng.randint(0, 23):02}",
        "mm": f"{rng.randint(0, 59):02}",
        "hd": f"{hijri % 29 + 1}",
        "hy": f"{1430 + number // A_DAY // 354}",
        "hijri": lists["hijri"][hijri // 30],
        "weekday": lists["weekday"][printed.weekday()],
    }


def article(seed: int, number: int, size: int | None = None) -> str:
    """The text of one article; `size` is about how many bytes it should have."""
    rng = random.Random(seed * 1_000_003 + number)
    sentences = pool(seed)
    texts, slots = words(), Filler(rng)
    slots.update(date_slots(rng, number))
    slots["date"] = rng.choice(texts["dates"]["forms"]).format_map(slots)
    slots["sentence"] = rng.choice(sentences)
    slots["n5"] = f"{rng.randint(10_000, 99_999)}"
    for name in ("title", "title2", "title3", "title4"):
        slots[name] = rng.choice(texts["titles"]).format_map(Filler(rng))
    layout = rng.choices(texts["layout"], [row["weight"] for row in texts["layout"]])[0]
    body = list(paragraphs(rng, seed, size))
    if "middle" in layout and len(body) > 3:
        body.insert(len(body) // 2, layout["middle"].format_map(slots))
    gap = [""] if rng.random() < SPACED else []
    lines = [line.format_map(slots) for line in layout["header"]]
    for paragraph in body:
        lines += [paragraph, *gap]
    lines += [line.format_map(slots) for line in layout["footer"]]
    text = "\n".join(lines) + "\n"
    return text.translate(INDIC) if rng.random() < INDIC_DIGITS else text


def paragraphs(rng: random.Random, seed: int, size: int | None) -> Iterator[str]:
    """Paragraphs of one to five sentences; how many has a long tail."""
    vocalised = rng.random() < VOCALISED
    sentences = words()["vocalised"] if vocalised else pool(seed)
    wanted = max(2, min(150, int(rng.lognormvariate(2.1, 0.62))))
    made = written = 0
    while written < size if size else made < wanted:
        paragraph = " ".join(rng.choices(sentences, k=rng.choice((1, 2, 2, 3, 3, 4))))
        yield paragraph
        made, written = made + 1, written + int(len(paragraph) * 1.83)


def encoded(text: str, seed: int, number: int) -> bytes:
    """An article's bytes: most are UTF-8 with LF."""
    rng = random.Random(seed * 7_000_003 + number)
    if rng.random() < CRLF:
        text = text.replace("\n", "\r\n")
    draw = rng.random()
    name = next((name for share, name in ENCODINGS if draw < share), "utf-8")
    return (text.translate(LATIN) if name == "cp1256" else text).encode(name)


def write(
    folder: Path,
    files: int,
    *,
    seed: int = 1,
    deep: bool = False,
    size: int | None = None,
) -> None:
    """Write articles into a folder: flat, or ten a folder three levels deep."""
    for number in range(files):
        name = f"{number:07}.txt"
        below = folder / name[1:3] / name[3:5] / name[5:6] if deep else folder
        if number == 0 or deep:
            below.mkdir(parents=True, exist_ok=True)
        text = article(seed, number, size)
        data = text.encode() if size else encoded(text, seed, number)
        (below / name).write_bytes(data)


def size_in_bytes(text: str) -> int:
    """`4K` or `10M` in bytes."""
    return int(text.rstrip("KM")) * UNITS.get(text[-1], 1)


def main() -> None:
    """Write a corpus."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path)
    options.add_argument("--files", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--deep", action="store_true", help="three levels of folders")
    options.add_argument("--size", type=size_in_bytes, help="of each article: 4K, 10M")
    args = options.parse_args()
    write(args.folder, args.files, seed=args.seed, deep=args.deep, size=args.size)


if __name__ == "__main__":
    main()

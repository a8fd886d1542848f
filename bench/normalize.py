"""How fast the normaliser is, beside its peers and beside doing without.

    python bench/normalize.py [--articles N] [--rounds N]

All articles of ../shared/data/outlets (or NEWSINGEST_SHARED) are read, or samples/
where they are absent; the vocalised ones are the same with marks on two letters of
three. Every contender has every article as a fresh string (some keep a copy in UTF-8
inside the string) and its turn in every round. The best round counts: MB of UTF-8 a
second of CPU. PyArabic, arabic-norm and arabic-normalize take part where they are
installed. `standard` does more than any of them: the profiles that do what the last two
do, no more and no less, are called "as" them.
"""

from __future__ import annotations

import argparse
import os
from importlib import import_module
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

import orjson

from newsingest.article import normalize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("NEWSINGEST_SHARED", ROOT.parent / "shared"))
WANTED = (
    ("standard", "PyArabic", 40.0, 0.0),
    ("standard", "arabic-norm", 1.0, 0.8),
    ("as arabic-norm", "arabic-norm", 1.0, 0.8),
    ("standard", "arabic-normalize, digits", 1.0, 0.8),
    ("as arabic-normalize", "arabic-normalize", 1.0, 0.8),
    ("search", "str.translate", 5.0, 0.0),
    ("decode, standard, orjson", "decode, orjson", 0.75, 0.0),
)
"""Whose speed is told as a multiple of whose; what is aimed at on news, vocalised."""
MARKS = ("\N{ARABIC FATHA}", "\N{ARABIC KASRA}", "\N{ARABIC DAMMA}", "\N{ARABIC SUKUN}")
MARKS += ("\N{ARABIC SHADDA}\N{ARABIC FATHA}",)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    plain = articles(given.articles)
    kinds = {"news": plain, "vocalised": [vocalised(text) for text in plain]}
    speeds = {kind: measured(texts, given.rounds) for kind, texts in kinds.items()}
    print(f"{len(plain)} articles, load {os.getloadavg()[0]:.1f}\n")
    print(f"{'MB/s':28}" + "".join(f"{kind:>12}" for kind in speeds))
    for name in speeds["news"]:
        print(f"{name:28}" + "".join(f"{s[name]:12.1f}" for s in speeds.values()))
    print()
    for ours, other, *wanted in WANTED:
        if other not in speeds["news"]:
            print(f"{other} is not installed: make bench-normalize")
            continue
        for (kind, s), aim in zip(speeds.items(), wanted, strict=True):
            told = f"{ours} / {other}, {kind}: {s[ours] / s[other]:.2f}"
            print(f"{told} (aim {aim:g})" if aim else told)


def articles(most: int | None) -> list[str]:
    """Real articles, or our own samples."""
    folder = SHARED / "data/outlets"
    files = sorted((folder if folder.exists() else ROOT / "samples").rglob("*.txt"))
    return [file.read_bytes().decode("utf-8", "replace") for file in files[:most]]


def vocalised(text: str) -> str:
    """A text with marks on two letters of three."""
    marks = cycle(MARKS)
    return "".join(
        character + next(marks) if at % 3 and "ب" <= character <= "ي" else character
        for at, character in enumerate(text)
    )


def measured(texts: Sequence[str], rounds: int) -> dict[str, float]:
    """MB/s of each contender."""
    size = sum(len(text.encode()) for text in texts)
    raw = [text.encode() for text in texts]
    contenders = on_texts()
    best = dict.fromkeys([*contenders, *ON_BYTES], float("inf"))
    for _ in range(rounds):
        for name, work in contenders.items():
            fresh = [text[:-1] + text[-1:] for text in texts]
            best[name] = min(best[name], cpu(work, fresh))
        for name, on_bytes in ON_BYTES.items():
            best[name] = min(best[name], cpu(on_bytes, raw))
    return {name: size / seconds / 1e6 for name, seconds in best.items()}


def cpu(work: Callable[[Any], object], items: Sequence[object]) -> float:
    """Seconds of CPU for all items."""
    begun = process_time()
    for item in items:
        work(item)
    return process_time() - begun


def on_texts() -> Mapping[str, Callable[[str], object]]:
    """What normalises a text: ours, the plain translation, and who is installed."""
    search = normalize.load("search")
    everywhere = map(chr, (*range(0xD800), *range(0xE000, 0x10000)))
    table = {ord(c): new for c in everywhere if (new := search(c)) != c}
    found: dict[str, Callable[[str], object]] = {
        name: normalize.load(name) for name in ("light", "standard", "search")
    }
    found["str.translate"] = lambda text: text.translate(table)
    if find_spec("pyarabic"):
        found["PyArabic"] = pyarabic()
    if find_spec("arabic_norm"):
        found["arabic-norm"] = import_module("arabic_norm").normalize
        found["as arabic-norm"] = normalize.load("arabic-norm")
    if find_spec("arabic_normalize"):
        rust = import_module("arabic_normalize")
        found["arabic-normalize"] = rust.normalize
        found["arabic-normalize, digits"] = rust.Normalizer(digits="western").normalize
        found["as arabic-normalize"] = normalize.load("arabic-normalize")
    return found


def pyarabic() -> Callable[[str], object]:
    """The same job with PyArabic: marks, tatweel, alef and digits."""
    araby, trans = import_module("pyarabic.araby"), import_module("pyarabic.trans")

    def work(text: str) -> object:
        bare = araby.strip_tatweel(araby.strip_tashkeel(text))
        return trans.normalize_digits(araby.normalize_alef(bare))

    return work


STANDARD = normalize.load("standard")
ON_BYTES: Mapping[str, Callable[[bytes], object]] = {
    "decode, orjson": lambda raw: orjson.dumps({"id": "a", "text": raw.decode()}),
    "decode, standard, orjson": lambda raw: orjson.dumps(
        {"id": "a", "text": STANDARD(raw.decode())}
    ),
}
"""A line of JSON from an article's bytes, with and without normalising."""

if __name__ == "__main__":
    main()

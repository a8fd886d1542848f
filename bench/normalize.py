"""How fast the normaliser is, beside its peers and beside doing without.

    python bench/normalize.py [--articles N] [--rounds N]

Articles are read from ../shared/data (or NEWSINGEST_SHARED), or from samples/ where
that is absent; the vocalised ones have a mark on every other letter besides. Every
contender has every article as a fresh string (some keep a copy in UTF-8 inside the
string) and its turn in every round. The best round counts: MB of UTF-8 a second of CPU.
PyArabic, arabic-norm and arabic-normalize take part where they are installed.
"""

from __future__ import annotations

import argparse
import os
from importlib import import_module
from importlib.util import find_spec
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
    ("standard", "PyArabic", 40.0),
    ("standard", "arabic-norm", 1.0),
    ("standard", "arabic-normalize", 1.0),
    ("search", "str.translate", 5.0),
    ("decode, standard, orjson", "decode, orjson", 0.75),
)
"""Whose speed is told as a multiple of whose, and what is aimed at on news."""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=500)
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
    for ours, other, wanted in WANTED:
        if other in speeds["news"]:
            told = [f"{kind} {s[ours] / s[other]:.2f}" for kind, s in speeds.items()]
            print(f"{ours} / {other}: {', '.join(told)} (aim {wanted:g} on news)")
        else:
            print(f"{other} is not installed: make bench-normalize")


def articles(most: int) -> list[str]:
    """Real articles, or our own samples."""
    folder = SHARED / "data/outlets"
    files = sorted((folder if folder.exists() else ROOT / "samples").rglob("*.txt"))
    return [file.read_bytes().decode("utf-8", "replace") for file in files[:most]]


def vocalised(text: str) -> str:
    """A text with a fatha on every other letter."""
    return "".join(
        character + "\N{ARABIC FATHA}"
        if at % 2 and "ب" <= character <= "ي"
        else character
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
    if find_spec("arabic_normalize"):
        rust = import_module("arabic_normalize").Normalizer(digits="western")
        found["arabic-normalize"] = rust.normalize
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

"""Count the table of letter pairs anew: how `newsingest/tables/letters.toml` was made.

    python bench/letters.py [FOLDER]

FOLDER (300 articles of ../shared/data, or NEWSINGEST_SHARED) is walked for *.txt
in UTF-8. Prints the rows of `pairs`, and fails where the table says otherwise.
"""

from __future__ import annotations

import math
import os
import re
import sys
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path

HOME = Path(__file__).parents[1]
SHARED = Path(os.environ.get("NEWSINGEST_SHARED", HOME.parent / "shared"))
TABLE = HOME / "newsingest" / "tables" / "letters.toml"
BETWEEN = re.compile("[\u064b-\u0652\u0670\u0640]")
SMOOTHING, CHANCE = 0.02, 6


def count(folder: Path, letters: str) -> Counter[tuple[str, str]]:
    """How often each pair stands in the articles; a space is the edge of a word."""
    pairs: Counter[tuple[str, str]] = Counter()
    for file in sorted(folder.rglob("*.txt")):
        text = BETWEEN.sub("", file.read_bytes().decode("utf-8-sig"))
        only = "".join(char if char in letters else " " for char in text)
        pairs.update(pairwise(f" {' '.join(only.split())} "))
    return pairs


def row(pairs: Counter[tuple[str, str]], first: str, letters: str) -> str:
    """The digits of one letter: 6 + ln(how much more often than by chance), 0 to 9."""
    total = sum(pairs[first, second] + SMOOTHING for second in letters)
    digits = []
    for second in letters:
        share = (pairs[first, second] + SMOOTHING) / total
        digits.append(CHANCE + round(math.log(share * len(letters))))
    return "".join(str(max(0, min(9, digit))) for digit in digits)


def main() -> None:
    """Count, print, compare."""
    given = sys.argv[1:]
    folder = Path(given[0]) if given else SHARED / "data" / "almayadeen2023"
    table = tomllib.loads(TABLE.read_text("utf-8"))
    letters = table["letters"]
    pairs = count(folder, letters)
    rows = [row(pairs, first, letters) for first in letters]
    print(*rows, sep="\n")
    print(f"{sum(pairs.values()):,} pairs", file=sys.stderr)
    if rows != table["pairs"]:
        sys.exit(f"{TABLE.name} says otherwise")


if __name__ == "__main__":
    main()

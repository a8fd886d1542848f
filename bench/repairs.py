"""How much of damaged articles is made whole again, kind by kind.

    python bench/repairs.py [--articles N] [--misses]

Articles are read from ../shared/data (or NEWSINGEST_SHARED), damaged in each way, whole
and title alone, and repaired. `same` is the share of texts that come back character for
character, `made worse` the share of words that were right and are wrong after repair.
Glyphs and their order are made by arabic-reshaper and python-bidi.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from arabic_reshaper import ArabicReshaper
from bidi import get_display

from newsingest.article.repair import repair

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED = Path(os.environ.get("NEWSINGEST_SHARED", Path(__file__).parents[2] / "shared"))
LAM_ALEF = re.compile("ل([اأإآ])")


reshape = ArabicReshaper(configuration={"delete_harakat": False}).reshape


def seen(text: str) -> str:
    """A text in presentation forms, stored in the order in which it is seen."""
    return "\n".join(
        get_display(line, base_dir="R") for line in reshape(text).split("\n")
    )


def entities(text: str) -> str:
    """A text with its quotes and no-break spaces written for HTML."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("\xa0", "&nbsp;")


DAMAGE: dict[str, Callable[[str], str]] = {
    "utf-8 read as latin-1": lambda text: text.encode().decode("latin-1"),
    "utf-8 read as cp1252": lambda text: "".join(
        bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode()
    ),
    "utf-8 read as cp1252, bytes lost": lambda text: text.encode().decode(
        "cp1252", "ignore"
    ),
    "utf-8 read as cp1256": lambda text: text.encode().decode("cp1256"),
    "cp1256 read as cp1252": lambda text: "".join(
        bytes([byte]).decode("cp1252", "ignore") or chr(byte)
        for byte in text.encode("cp1256", "replace")
    ),
    "entities": entities,
    "glyphs": reshape,
    "glyphs as seen": seen,
    "lam-alef swapped": lambda text: LAM_ALEF.sub(r"\1ل", text),
}


def main() -> None:
    """Read the options, damage, repair, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    files = sorted((SHARED / "data" / "outlets").rglob("*.txt"))
    if not files:
        sys.exit(f"no articles under {SHARED}: set NEWSINGEST_SHARED")
    chosen = random.Random(0).sample(files, min(options.articles, len(files)))
    texts = [repair(file.read_bytes().decode("utf-8-sig")).text for file in chosen]
    titles = [text.strip().splitlines()[0] for text in texts]
    print("damage\ttexts\tdamaged\tsame\twords right\tmade worse")
    for name, damage in DAMAGE.items():
        report(f"{name}\twhole", texts, damage, misses=options.misses)
        report(f"{name}\ttitle", titles, damage, misses=options.misses)


def report(
    name: str, texts: list[str], damage: Callable[[str], str], *, misses: bool
) -> None:
    """Print a line on one kind of damage."""
    same = words = right = worse = damaged = 0
    for text in texts:
        bad = damage(text)
        if bad == text:
            continue
        damaged += 1
        got = repair(bad).text
        same += got == text
        rows = zip(text.split(), bad.split(), got.split(), strict=False)
        for want, before, after in rows:
            words += 1
            right += want == after
            worse += want == before and want != after
            if misses and want != after:
                print(f"{name}\t{want}\t{before}\t{after}", file=sys.stderr)
    shares = f"{same / damaged:.1%}\t{right / words:.2%}\t{worse / words:.2%}"
    print(f"{name}\t{damaged}\t{shares}")


if __name__ == "__main__":
    main()

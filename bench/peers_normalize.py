"""Whether the peers' profiles give what the peers' packages give, on whole strings.

    make peers-normalize

Strings are awkward fragments put together (the same ones every time), and the articles
of ../shared/data/outlets (or NEWSINGEST_SHARED) where they are. One line a profile:
equal/total, and the first difference. Exits with 1 where there is one. Lucene has no
package for Python: its profiles are held per character by tests/test_profiles.py.
"""

from __future__ import annotations

import os
import random
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import arabic_norm
import arabic_normalize
from arabert.preprocess import ArabertPreprocessor
from camel_tools.utils import charmap, dediac
from camel_tools.utils import normalize as camel
from pyarabic import araby
from pyarabic import normalize as pyarabic

from newsingest import Normalizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHARED = Path(os.environ.get("NEWSINGEST_SHARED", Path(__file__).parents[2] / "shared"))
STRINGS = int(os.environ.get("NEWSINGEST_STRINGS", "20000"))
ARTICLES = 500

FRAGMENTS = (
    *"اأإآٱىيةهوؤئءبلمن",
    *"٠٣٩\N{EXTENDED ARABIC-INDIC DIGIT ZERO}\N{EXTENDED ARABIC-INDIC DIGIT FIVE}0912"
    "٫٬،؛؟٪!.,:;-/\\&<>[]()\"'«»“”‘…—–@#_=+~%?*",
    *map(chr, (*range(0x64B, 0x660), 0x670, 0x6D6, 0x6DC, 0x6E1, 0x6E5, 0x6EA, 0x640)),
    *"کگپچژیےھہۀەۃٲٳٵﷲﷺ﷽﷼ﻻﻼﻷﻸﻵﻶﻹﻺﺍﺎﻯﻱﱞﹱ½²™",
    *map(chr, (0xAD, 0xA0, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x61C, 0x202A)),
    *map(chr, (0x202E, 0x2066, 0x2069, 0xFEFF, 0x2028, 0x85, 0x1C, 0xB, 0, 0xFE0F)),
    *"éÉçß你д🙂🇪🇬\U0001d7d7\ufffd",
    *(" ", "  ", "\n", "\n\n", "\t", "\r\n"),
    *("قال", "المدرسة", "على", "هٰذا", "ٱلۡحَمۡدُ لِلَّهِ", "كِتَابٌ", "موسىٰ", "هههههه", "ـــ"),
    *("http://example.com/a?b=c#d", "https://مثال.قطر/أخبار/٢٠٢٤", "www.example.org"),
    *(
        "info@example.com",
        "سعاد@مثال.قطر",
        "@user_1",
        "#وسم_طويل",
        "example.com",
        "a.co",
    ),
    *("&nbsp;", "&amp;", "&lt;b&gt;", "&#1575;", "&quot", "<br />", "<p class='x'>"),
    *(
        "٠٧/٠٣/٢٠٢٤",
        "1445هـ",
        "٣٫١٤",
        "١٬٢٣٤",
        "12كم",
        "كم12",
        "!!!",
        "....",
        "بببب",
        "://",
    ),
)


def arabert() -> Callable[[str], str]:
    """The preprocessor of the models without Farasa."""
    preprocess = ArabertPreprocessor("bert-base-arabertv02").preprocess
    return lambda text: str(preprocess(text))


def camel_all(text: str) -> str:
    """Four functions of CAMeL Tools in the order of its own examples."""
    text = camel.normalize_alef_ar(dediac.dediac_ar(text))
    return str(camel.normalize_teh_marbuta_ar(camel.normalize_alef_maksura_ar(text)))


PEERS: dict[str, Callable[[str], str]] = {
    "arabert": arabert(),
    "arabic-norm": arabic_norm.normalize,
    "arabic-normalize": arabic_normalize.normalize,
    "arabic-normalize-search": arabic_normalize.normalize_for_search,
    "camel": camel_all,
    "camel-arclean": charmap.CharMapper.builtin_mapper("arclean"),
    "camel-dediac": dediac.dediac_ar,
    "camel-unicode": camel.normalize_unicode,
    "nfkc": lambda text: unicodedata.normalize("NFKC", text),
    "pyarabic": pyarabic.normalize_searchtext,
    "pyarabic-alef": araby.normalize_alef,
    "pyarabic-tashkeel": araby.strip_tashkeel,
}


def strings() -> Iterator[str]:
    """Every fragment, many put together, and articles."""
    yield from FRAGMENTS
    chance = random.Random(1)  # the same strings every time
    for _ in range(STRINGS):
        yield "".join(chance.choices(FRAGMENTS, k=chance.randint(1, 30)))
    for path in sorted((SHARED / "data/outlets").rglob("*.txt"))[:ARTICLES]:
        yield path.read_text("utf-8", "replace")


def compare(profile: str, peer: Callable[[str], str], texts: list[str]) -> bool:
    """Print one line; whether all were equal."""
    ours = Normalizer.load(profile)
    differ = [
        text for text in texts if ours(text) != peer(text)
    ]  # one first difference is enough to start from
    print(f"{profile:24} {len(texts) - len(differ)}/{len(texts)}", end="")
    if differ:
        shortest = min(differ, key=len)
        given, wanted = ours(shortest), peer(shortest)
        print(f"  {shortest!a}: {given!a}, the peer {wanted!a}", end="")
    print(flush=True)
    return not differ


def main() -> int:
    """Compare every profile whose peer is a Python package."""
    texts = list(strings())
    equal = [compare(profile, peer, texts) for profile, peer in PEERS.items()]
    return 0 if all(equal) else 1


if __name__ == "__main__":
    sys.exit(main())

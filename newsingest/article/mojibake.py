"""Text that was read in a wrong encoding and saved again: found, and read anew."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from newsingest.article.edits import Edit, apply, lines
from newsingest.article.letters import arabic

if TYPE_CHECKING:
    from collections.abc import Iterator

UTF_8_READ_AS = ("cp1252", "cp1256")

CLEARLY = 1.0
"""How much more Arabic a line must be after it was read anew."""

MOST = 0.5
"""The share of what is not ASCII in a line that must look like UTF-8 read wrong."""

WORD = 4
"""Fewer characters than this, in a row or in a line, are no proof."""

# Curly quotes, dashes and the ellipsis in UTF-8, read as Windows-1252: never anything
# else, so that they need no other proof.
PUNCTUATION = re.compile("â€[“”\N{SMALL TILDE}™œ¢¦\x93\x94\x98\x99\x9c\x9d]")
# Feh (D9 81), damma, kasra and kasratan have a second byte that Windows-1252 does not
# have, and that many programs drop. Which of them it was is known where no mark can be.
FEH_FIRST = re.compile(r"(?<![^\s(\[\"'])Ù(?=[ØÙÚÛ])")
FEH_INSIDE = re.compile("Ù(?=[ØÙÚÛ])")
FEH = re.compile(r"Ù(?=[ØÙÚÛ\s.,:;!?()\"'-]|\Z)")
TASHKEEL = re.compile(
    "Ù[\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}ŒŽ‘’\x8b-\x8e\x91\x92]"
)
VOWELS = re.compile("Ù[Ž’\x8e\x92]")
LOST = "\N{REPLACEMENT CHARACTER}"
ACCENT = re.compile("[À-ÿ]")
BETWEEN = r"\s\u2000-\u206f،؛؟«»"
"""What stands between words, of what UTF-8 writes in several bytes."""
WORDS = re.compile(f"[{BETWEEN}]|[^{BETWEEN}]+")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f\s]")


def utf_8_read_wrong(text: str) -> list[Edit]:
    """UTF-8 that was read as Windows-1252, Latin-1 or Windows-1256.

    >>> utf_8_read_wrong("Ø®Ø¨Ø±")
    [Edit(start=0, end=6, new='خبر')]
    >>> utf_8_read_wrong("ط®ط¨ط±")
    [Edit(start=0, end=6, new='خبر')]
    """
    edits = [edit for start, line in lines(text) for edit in _line(line, start)]
    if edits:
        feh = _half_feh(text, edits)
        edits = sorted([*feh, *(word for edit in edits for word in _words(edit))])
    return edits or [_edit(found, 0, "cp1252") for found in PUNCTUATION.finditer(text)]


def _half_feh(text: str, edits: list[Edit]) -> list[Edit]:
    """Letters that lost their second byte, beside what was read anew."""
    pattern = FEH_FIRST if VOWELS.search(text) else FEH_INSIDE
    if not TASHKEEL.search(text):
        pattern = FEH
    beside = {edit.end for edit in edits} | {edit.start - 1 for edit in edits}
    places = (found.start() for found in pattern.finditer(text))
    return [Edit(at, at + 1, "ف") for at in places if at in beside]


def _line(line: str, start: int) -> list[Edit]:
    """What a line was, read wrong in the one way, the other, or (pasted) both."""
    found = [edit for codec in UTF_8_READ_AS for edit in _read_as(codec, line, start)]
    edits: list[Edit] = []
    for edit in sorted(found):
        if not edits or edit.start >= edits[-1].end:
            edits.append(edit)
    return edits


def _read_as(codec: str, line: str, start: int) -> list[Edit]:
    found = list(sequences(codec).finditer(line))
    if not any(len(run[0]) >= WORD for run in found):
        return []
    covered = sum(len(BEYOND_ASCII.findall(run[0])) for run in found)
    if covered < MOST * len(BEYOND_ASCII.findall(line)):
        return []
    edits = [_edit(run, 0, codec) for run in found]
    if arabic(apply(edits, line)) < arabic(line) + CLEARLY:
        return []
    return [_edit(run, start, codec) for run in found]


def _edit(run: re.Match[str], start: int, codec: str) -> Edit:
    """What a run of characters was in UTF-8; its pattern says that it decodes."""
    table = bytes_of(codec)
    new = bytes(table[char] for char in run[0]).decode()
    return Edit(start + run.start(), start + run.end(), new)


def _words(edit: Edit) -> Iterator[Edit]:
    """Its words and what stands between them: a span may end there.

    Every character of the source was one byte.
    """
    start = edit.start
    for piece in WORDS.findall(edit.new):
        end = start + len(piece.encode())
        yield Edit(start, end, piece)
        start = end


def windows_1256_read_as_1252(text: str) -> list[Edit]:
    """Arabic letters of Windows-1256 that were read as accented Latin ones.

    >>> windows_1256_read_as_1252("ÎÈÑ ÚÇÌá")
    [Edit(start=0, end=8, new='خبر عاجل')]
    """
    table = bytes_of("cp1252")
    edits = []
    for start, line in lines(text):
        if len(ACCENT.findall(line)) < WORD or not table.keys() >= set(line):
            continue
        new = bytes(table[char] for char in line).decode("cp1256")
        if arabic(new) > max(0.0, arabic(line) + CLEARLY):
            edits.append(Edit(start, start + len(line), new))
    return edits


@cache
def bytes_of(codec: str) -> dict[str, int]:
    """Which byte a character was; Windows reads an undefined byte as the C1 control."""
    table = {chr(byte): byte for byte in range(256 if codec == "cp1252" else 128)}
    decoded = bytes(range(128, 256)).decode(codec, "replace")
    table |= {char: byte for byte, char in enumerate(decoded, 128) if char != LOST}
    return table


@cache
def sequences(codec: str) -> re.Pattern[str]:
    """What UTF-8 of Arabic, quotes and dashes looks like when read in a codec."""
    chars: dict[int, str] = {}
    for char, byte in bytes_of(codec).items():
        chars[byte] = chars.get(byte, "") + char

    def some(first: int, last: int) -> str:
        return f"[{re.escape(''.join(chars[byte] for byte in range(first, last + 1)))}]"

    more = some(0x80, 0xBF)
    return re.compile(
        f"(?:{some(0xD8, 0xDB)}{more}|{some(0xC2, 0xC2)}{some(0xA0, 0xBF)}"
        f"|{some(0xE2, 0xE2)}{some(0x80, 0x80)}{more}"
        f"|{some(0xEF, 0xEF)}{some(0xAD, 0xBB)}{more})+"
    )

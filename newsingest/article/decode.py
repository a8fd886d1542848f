"""Bytes → text and the encoding's name.

The order: what is no text at all; a BOM; strict UTF-8, which is nearly everything and
pays for nothing below it; UTF-16 without a BOM; UTF-8 with pieces of something else in
it; then the legacy Arabic encodings, told apart by how plausible the result is as
Arabic. Windows-1256 decodes any bytes, so that something decoded proves nothing.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NamedTuple

from newsingest.article import magic
from newsingest.article.record import RejectedError

if TYPE_CHECKING:
    from collections.abc import Iterable

if TYPE_CHECKING:
    from collections.abc import Iterable

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

# A longer BOM stands before the one that it begins with.
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

WITH_BOM = {
    "utf-8": "utf-8-sig",
    "utf-16-le": "utf-16",
    "utf-16-be": "utf-16",
    "utf-32-le": "utf-32",
    "utf-32-be": "utf-32",
}
"""What an encoding is called that was named for bytes with a BOM."""

BOM_STARTS = frozenset(bom[0] for bom, _ in BOMS)

CONTROLS = bytes({*range(32), 127} - {*b"\t\n\v\f\r"})
DOUBTFUL = CONTROLS + b"\xee\xef"
"""What UTF-8 of controls, private use and U+FFFD has in it: one look for them all."""

# Compiled when they are asked for: start-up, and few texts ask.
PRIVATE = "[\ue000-\uf8ff]"
# Only what Arabic news is made of: any two bytes of CP720 make some UTF-8 sequence.
UTF_8_TEXT = (
    rb"[\xc2\xd8-\xdb][\x80-\xbf]|\xe2[\x80-\x84][\x80-\xbf]|\xef[\xad-\xbf][\x80-\xbf]"
)
NOT_NEWS = "[\N{SYRIAC END OF PARAGRAPH}-\u07ff]"  # lead bytes 0xDC-0xDF
WORD = rb"[^\x00-\x20]+"
HALF = rb"\xed[\xa0-\xbf]"
UTF_16_TEXT = "[\t\n\r -~\u00a0-\u00ff\u0600-\u06ff\u2010-\u2027\ufe70-\ufeff]"

HIGH = bytes(range(128, 256))
NOTHING = "nothing but NUL bytes: its content was lost"
LOST, QUESTIONS = "\N{REPLACEMENT CHARACTER}", "???"

CONTROL_SHARE = 0.05
"""From here on control characters mean data, not text with an accident in it."""
UTF_16_SHARE = 0.9
"""The share of characters of Arabic news that makes bytes without a BOM UTF-16."""
LOST_SHARE, LOST_COUNT = 0.01, 3
"""A text may have lost this share of its characters, or this many."""
UTF_8_SHARE, WORD_UTF_8_SHARE = 0.15, 0.5
"""With less of its high bytes in whole UTF-8 sequences, a text (a word) is no UTF-8."""


class Decoded(NamedTuple):
    """A decoded source: its text without a BOM, its Python codec, what was odd.

    `raw.decode(encoding)` gives `text` again, unless `warnings` has `mixed-encodings`
    or `broken-bytes`.
    """

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(raw: bytes, encoding: str = "auto") -> Decoded:
    r"""Decode an article's bytes.

    A named encoding is taken at its word: the bytes decode strictly or not at all.
    Raises `RejectedError` (`empty`, `binary`, `undecodable`), and `ValueError` for an
    encoding that Python does not know (`codec` tells before the first file).

    >>> decode("قال الوزير اليوم".encode("cp1256"))
    Decoded(text='قال الوزير اليوم', encoding='cp1256', warnings=())
    >>> decode(b"%PDF-1.7")
    Traceback (most recent call last):
    newsingest.article.record.RejectedError: binary: a PDF: extract its text first...
    """
    if not raw:
        raise RejectedError("empty", "the file has no bytes")
    if what := magic.kind(raw):
        raise RejectedError("binary", what)
    if encoding != "auto":
        return _strict(raw, encoding)
    if raw[0] in BOM_STARTS:
        for bom, name in BOMS:
            if raw.startswith(bom):
                return _marked(raw, bom, name)
    return _unmarked(raw)


def _unmarked(raw: bytes) -> Decoded:
    """Bytes behind no BOM."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return _not_utf_8(raw, error.start)
    if len(raw.translate(None, DOUBTFUL)) == len(raw) and not text.isascii():
        return Decoded(text, "utf-8")
    if not _has_controls(raw):
        return _checked(Decoded(text, "utf-8"))
    found = _with_controls(raw)
    return found or _checked(Decoded(text, "utf-8", ("control-characters",)))


def _marked(raw: bytes, bom: bytes, name: str) -> Decoded:
    """Bytes with a BOM, which is a promise that UTF-8 files have been seen to break."""
    if len(raw) == len(bom):
        raise RejectedError("empty", "nothing but a byte order mark")
    if bom == codecs.BOM_UTF8:
        found = _unmarked(raw[len(bom) :])
        kept = found.encoding == "utf-8"
        warnings = found.warnings if kept else (*found.warnings, "mixed-encodings")
        return Decoded(found.text, name if kept else found.encoding, warnings)
    try:
        return _in_text(raw.decode(name), name)
    except UnicodeDecodeError:  # cut inside a character
        return _in_text(raw.decode(name, "replace"), name, "broken-bytes")


def again(raw: bytes, encoding: str, warnings: Iterable[str]) -> str:
    """The text that the spans of a record count, from its source and what it says.

    One codec alone gives it unless the record warns of several or of broken bytes.
    Raises `RejectedError` (`undecodable`) where the record does not fit the source.
    """
    if not {"mixed-encodings", "broken-bytes"}.isdisjoint(warnings):
        return decode(raw).text
    try:
        return raw.decode(encoding)
    except (LookupError, UnicodeError) as error:
        raise RejectedError("undecodable", f"not {encoding}: {error}") from None


def codec(name: str) -> str:
    """The Python codec behind a name that a person gives; `auto` stays.

    Raises `ValueError` where there is none that makes text of bytes.

    >>> codec("windows-1256")
    'cp1256'
    """
    if name == "auto":
        return name
    try:
        found = codecs.lookup(name).name
        bytes(4).decode(found, "replace")
    except (LookupError, UnicodeError):  # unknown, no text, or `undefined`
        raise ValueError(
            f"no encoding is called {name!r}: try auto, utf-8, cp1256 or iso8859-6"
        ) from None
    return found


def _has_controls(raw: bytes) -> bool:
    return len(raw.translate(None, CONTROLS)) != len(raw)


def _strict(raw: bytes, encoding: str) -> Decoded:
    """Decode by a name that is known, or that a person gave."""
    name = codec(encoding)
    try:
        text = raw.decode(name)
        text.encode()  # `unicode_escape` makes halves of characters
    except UnicodeError as error:
        raise RejectedError(
            "undecodable", f"not {name}: {error}; leave --encoding out to detect it"
        ) from None
    if text.startswith(BOM) and name in WITH_BOM:
        name, text = WITH_BOM[name], text[1:]
    if not text:
        raise RejectedError("empty", "nothing but a byte order mark")
    return _in_text(text, name)


def _in_text(text: str, name: str, *warnings: str) -> Decoded:
    """A text whose bytes do not show what is wrong with it."""
    body = text.rstrip("\0")  # a file system's padding
    controls = sum(map(body.count, map(chr, CONTROLS)))
    if not body:
        raise RejectedError("binary", NOTHING)
    if controls > CONTROL_SHARE * len(body):
        raise RejectedError("binary", _share(controls, len(body), "control characters"))
    if controls or body != text:
        warnings += ("control-characters",)
    return _checked(Decoded(text, name, warnings))


def _with_controls(raw: bytes) -> Decoded | None:
    """What bytes with control characters are if not text in 8-bit units with a few.

    Raises `RejectedError` (`binary`) where they are no text at all.
    """
    text = raw.rstrip(b"\0")  # a file system's padding
    if not text:
        raise RejectedError("binary", NOTHING)
    controls = len(text) - len(text.translate(None, CONTROLS))
    if controls <= CONTROL_SHARE * len(text):
        return None
    if found := _utf_16(raw):
        return found
    raise RejectedError("binary", _share(controls, len(text), "control characters"))


def _utf_16(raw: bytes) -> Decoded | None:
    """UTF-16 without a BOM, where that gives characters of Arabic news."""
    for name in ("utf-16-le", "utf-16-be"):
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        if len(re.findall(UTF_16_TEXT, text)) >= UTF_16_SHARE * len(text):
            return _checked(Decoded(text, name))
    return None


def _checked(decoded: Decoded) -> Decoded:
    """A reading whose letters are there: not replaced, not a font's own."""
    text, warnings = decoded.text, decoded.warnings
    if replaced := text.count(LOST):
        _bear(
            replaced,
            text,
            "are lost: their bytes make no letter, or they were replaced earlier",
        )
        warnings += ("replacement-characters",)
    if private := len(re.findall(PRIVATE, text)):
        _bear(private, text, "mean something in a private font only")
        warnings += ("private-use-characters",)
    if QUESTIONS in text and text.count("?") * 2 > len(text):
        raise RejectedError(
            "undecodable",
            "its letters were replaced by question marks: find the source",
        )
    return Decoded(text, decoded.encoding, warnings)


def _bear(lost: int, text: str, what: str) -> None:
    """Refuse a text that has lost more than a reader can do without."""
    if lost > max(LOST_COUNT, LOST_SHARE * len(text)) or lost * 4 > len(text):
        raise RejectedError("undecodable", f"{lost} of {len(text)} characters {what}")


def _share(count: int, total: int, what: str) -> str:
    return f"{count} of {total} are {what}: data, not text"


def _not_utf_8(raw: bytes, at: int) -> Decoded:
    """Bytes with something at `at` that is not UTF-8."""
    warnings: tuple[str, ...] = ()
    if _has_controls(raw):
        if found := _with_controls(raw):
            return found
        warnings = ("control-characters",)
    if _utf_8_share(raw) >= UTF_8_SHARE:
        return _mixed(raw, warnings)
    from newsingest.article import legacy  # noqa: PLC0415 - start-up: few texts ask

    name = legacy.choose(raw, max(0, at - 1))
    if not name:
        raise RejectedError("undecodable", _no_reading(raw, at, legacy.NAMES))
    return Decoded(raw.decode(name), name, warnings)


def _utf_8_share(raw: bytes) -> float:
    """The share of bytes above ASCII that stand in whole UTF-8 sequences."""
    high = len(raw) - len(raw.translate(None, HIGH))
    return sum(map(len, re.findall(UTF_8_TEXT, raw))) / high


def _no_reading(raw: bytes, at: int, names: Iterable[str]) -> str:
    tried = ", ".join(names)
    return (
        f"not UTF-8 (byte 0x{raw[at]:02X} at {at}), and no Arabic in {tried}: "
        "give its --encoding, or repair it where it comes from"
    )


def _mixed(raw: bytes, warnings: tuple[str, ...]) -> Decoded:
    """UTF-8 in which some words are broken, or come in a legacy encoding."""
    from newsingest.article import legacy  # noqa: PLC0415 - start-up: few texts ask

    words = {word for word in re.findall(WORD, raw) if not _is_utf_8(word)}
    fixed = {word: text for word in words if (text := _halves(word))}
    words -= fixed.keys()
    foreign = [word for word in words if _utf_8_share(word) < WORD_UTF_8_SHARE]
    name = legacy.choose(b" ".join(sorted(foreign))) if foreign else None
    fixed |= {word: _word(word, name) for word in words}
    lost = any(LOST in text for text in fixed.values())
    if name or not lost:
        warnings += ("mixed-encodings",)
    if lost:
        warnings += ("broken-bytes",)
    utf_8 = {word: text.encode() for word, text in fixed.items()}
    text = re.sub(WORD, lambda found: utf_8.get(found[0], found[0]), raw).decode()
    return _checked(Decoded(text, "utf-8", warnings))


def _halves(word: bytes) -> str:
    """A word in which characters come in two halves, as MySQL and Java write emoji.

    A half by itself is a lost character; of any other word nothing is given.
    """
    if not re.search(HALF, word):
        return ""
    try:
        text = word.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return ""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _word(word: bytes, name: str | None) -> str:
    """A word that is not UTF-8: in the legacy encoding, else with its lost letters."""
    from newsingest.article import letters  # noqa: PLC0415 - start-up: few texts ask

    if name:
        text = word.decode(name, "replace")
        foreign = _utf_8_share(word) < WORD_UTF_8_SHARE
        if LOST not in text and (foreign or letters.arabic(text) > 0):
            return text
    return word.decode("utf-8", "replace")


def _is_utf_8(word: bytes) -> bool:
    """Whether a word is UTF-8 of news: `ك،` of Windows-1256 is a letter of N'Ko."""
    try:
        return not re.search(NOT_NEWS, word.decode())
    except UnicodeDecodeError:
        return False

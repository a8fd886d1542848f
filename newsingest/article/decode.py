"""Bytes → text and the encoding's name."""

from __future__ import annotations

from dataclasses import dataclass

from newsingest.article.record import RejectedError


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded source: its text without a BOM, its Python codec, what was odd."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(raw: bytes, encoding: str = "auto") -> Decoded:
    """Decode an article's bytes.

    Raises `RejectedError` (`empty`, `binary`, `undecodable`).
    """
    if not raw:
        raise RejectedError("empty", "the file has no bytes")
    name = "utf-8" if encoding == "auto" else encoding
    try:
        return Decoded(raw.decode(name).removeprefix("\ufeff"), name)
    except UnicodeDecodeError as error:
        raise RejectedError("undecodable", str(error)) from None

"""What files that are no text begin with, and what to do with them instead."""

from __future__ import annotations

# Only beginnings that no text has: "RIFF" or "ID3" alone could be words.
STARTS = {
    b"%PDF-": "a PDF: extract its text first (pdftotext)",
    b"PK\x03\x04": "a ZIP container (docx, xlsx, odt, epub, or an archive without "
    ".zip in its name): convert it to text, or name it .zip",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Office document (doc, xls): save it as plain text",
    b"{\\rtf1": "an RTF document: save it as plain text",
    b"\x1f\x8b\x08": "gzip data: name it .gz and it is read",
    b"BZh91AY&SY": "bzip2 data: name it .bz2 and it is read",
    b"\xfd7zXZ\0": "xz data: name it .xz and it is read",
    b"\x28\xb5\x2f\xfd": "zstd data: name it .zst and it is read",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive: unpack it first",
    b"Rar!\x1a\x07": "a RAR archive: unpack it first",
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF87a": "a GIF image",
    b"GIF89a": "a GIF image",
    b"II*\0": "a TIFF image",
    b"MM\0*": "a TIFF image",
    b"OggS\0": "a media file (Ogg)",
    b"ID3\x03": "a media file (MP3)",
    b"ID3\x04": "a media file (MP3)",
    b"\x7fELF": "a program (ELF)",
    b"MZ\x90\0": "a program (Windows)",
    b"SQLite format 3\0": "a SQLite database",
    b"PAR1\x15": "a Parquet file",
    b"bplist00": "a property list",
}
FIRST = frozenset(start[0] for start in STARTS)


def kind(raw: bytes) -> str | None:
    """What bytes are that begin like no text, with the remedy.

    >>> kind(b"GIF89a...")
    'a GIF image'
    """
    if raw[:1] and raw[0] in FIRST:
        return next((STARTS[start] for start in STARTS if raw.startswith(start)), None)
    return None

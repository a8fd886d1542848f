"""The tables that are shipped with the package: TOML, and the same as JSON.

TOML is what people write; reading all of it takes 40 ms, which every start would pay.
So an installation compiles each folder to JSON once, as it compiles modules to
bytecode. The compiled tables name the digest of the TOML that they were made of, and
are not used where that has changed since.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from importlib.abc import ResourceLoader

COMPILED = "compiled.json"
PACKAGE = __file__.rpartition("article")[0]
"""Where the package is, a folder or a zip file, with the separator behind it."""


def text(folder: str, name: str) -> str:
    """A packaged TOML file. Raises `FileNotFoundError` where there is none."""
    return _bytes(folder, f"{name}.toml").decode()


def tables(
    folder: str, names: Sequence[str], parse: Callable[[str, str], dict[str, Any]]
) -> list[dict[str, Any]]:
    """The data of a folder's files, compiled or from `parse(text, file name)`."""
    raw = [_bytes(folder, f"{name}.toml") for name in names]
    try:
        compiled = json.loads(_bytes(folder, COMPILED))
    except FileNotFoundError:  # run from a source tree that was never installed
        compiled = {"of": None}
    if compiled["of"] == digest(raw):
        return list(compiled["tables"])
    files = zip(raw, names, strict=True)
    return [parse(toml.decode(), f"{name}.toml") for toml, name in files]


def compile_tables(
    folder: str, names: Sequence[str], parse: Callable[[str, str], dict[str, Any]]
) -> str:
    """What an installation writes to a folder's `compiled.json`."""
    texts = [text(folder, name) for name in names]
    data = [parse(toml, name) for toml, name in zip(texts, names, strict=True)]
    of = digest(toml.encode() for toml in texts)
    return json.dumps({"of": of, "tables": data}, ensure_ascii=False)


def digest(files: Iterable[bytes]) -> str:
    """What tells whether the files are those that were compiled."""
    return sha256(b"\0".join(files)).hexdigest()


def _bytes(folder: str, file: str) -> bytes:
    """A packaged file, from wherever the package was loaded.

    `pkgutil.get_data` does the same in half a millisecond more, `importlib.resources`
    in ten.
    """
    return cast("ResourceLoader", __spec__.loader).get_data(f"{PACKAGE}{folder}/{file}")

"""The tables that are shipped with the package: TOML, and the same as JSON.

TOML is what people write; reading all of it takes 40 ms, which every start would pay.
So an installation compiles each folder to JSON once, as it compiles modules to
bytecode. The compiled tables name the digest of the TOML that they were made of, and
are not used where that has changed since.
"""

from __future__ import annotations

import json
import pkgutil
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COMPILED = "compiled.json"


def text(folder: str, name: str) -> str:
    """A packaged TOML file. Raises `FileNotFoundError` where there is none."""
    return _bytes(folder, f"{name}.toml").decode()


def tables(
    folder: str, names: Sequence[str], parse: Callable[[str, str], dict[str, Any]]
) -> list[dict[str, Any]]:
    """The data of a folder's files, compiled or from `parse(text, file name)`."""
    texts = [text(folder, name) for name in names]
    try:
        compiled = json.loads(_bytes(folder, COMPILED))
    except FileNotFoundError:  # run from a source tree that was never installed
        compiled = {"of": None}
    if compiled["of"] == digest(texts):
        return list(compiled["tables"])
    files = zip(texts, names, strict=True)
    return [parse(toml, f"{name}.toml") for toml, name in files]


def compile_tables(
    folder: str, names: Sequence[str], parse: Callable[[str, str], dict[str, Any]]
) -> str:
    """What an installation writes to a folder's `compiled.json`."""
    texts = [text(folder, name) for name in names]
    data = [parse(toml, name) for toml, name in zip(texts, names, strict=True)]
    return json.dumps({"of": digest(texts), "tables": data}, ensure_ascii=False)


def digest(texts: Sequence[str]) -> str:
    """What tells whether the texts are those that were compiled."""
    return sha256("\0".join(texts).encode()).hexdigest()


def _bytes(folder: str, file: str) -> bytes:
    """A packaged file; `pkgutil` takes 1 ms to import, `importlib.resources` 10."""
    raw = pkgutil.get_data("newsingest", f"{folder}/{file}")
    if raw is None:
        raise FileNotFoundError(f"{folder}/{file}")
    return raw

"""The normaliser alone, as a Unix filter: lines in, lines out.

What is read is written at once, so that a terminal or a pipe that waits sees its line,
and a file costs one call of the system for many lines. Lines to which nothing applies
keep their bytes.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from newsingest.run.inputs import printable
from newsingest.run.reading import cannot_read
from newsingest.run.sinks import Stream
from newsingest.run.summary import OK, RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from newsingest.article.normalize import Normalizer

STDIN, STDOUT = 0, 1
CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run of the filter does."""

    normalizer: Normalizer
    files: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    strict: bool = True
    diff: bool = False
    repair: bool = False


class BadLineError(ValueError):
    """A line that is not what was asked for: says what, and where in the line."""


@dataclass(slots=True)
class Told:
    """What happened that is worth a word at the end."""

    missing: set[str]
    repaired: dict[str, int] = field(default_factory=dict)


def run(plan: Plan) -> int:
    """Filter every file, or stdin; gives the exit status. Raises `RunError`."""
    told = Told(missing=set(plan.fields))
    for name in plan.files or ("-",):
        _one(plan, name, told)
    for name in sorted(told.missing):
        _say(f"--field {name}: no line has it")
    for warning, lines in told.repaired.items():
        _say(f"{warning}: {lines:,} lines")
    return OK


def _one(plan: Plan, name: str, told: Told) -> None:
    work = _Work(plan, name, told)
    out = Stream(STDOUT, "stdout")
    for lines in _lines(name):
        written: list[bytes] = []
        try:
            written.extend(map(work.line, lines))
        except BadLineError as error:
            raise RunError(f"{error}; --errors pass lets such lines through") from None
        finally:
            out.write(b"".join(written))


class _Work:
    """What is done to each line of one file."""

    def __init__(self, plan: Plan, name: str, told: Told) -> None:
        self._name, self._strict, self._number = name, plan.strict, 0
        self._change = _changer(plan, told)
        self._show = _shower(name) if plan.diff else None

    def line(self, line: bytes) -> bytes:
        """What is written for a line. Raises `BadLineError`."""
        self._number += 1
        text = line.removesuffix(b"\n").removesuffix(b"\r")
        try:
            new = self._change(text)
        except BadLineError as error:
            said = f"{printable(os.fsencode(self._name))}:{self._number}: {error}"
            if self._strict:
                raise BadLineError(said) from None
            _say(said)
            new = text
        if self._show is None:
            return line if new is text else new + line[len(text) :]
        if new != text:
            self._show(self._number, text, new)
        return b""


def _say(message: str) -> None:
    sys.stderr.write(f"newsingest: {message}\n")


def _lines(name: str) -> Iterator[list[bytes]]:
    """The lines that came with one read, with their ends. Raises `RunError`."""
    try:
        fd = STDIN if name == "-" else os.open(name, os.O_RDONLY)
        try:
            yield from _read(fd)
        finally:
            if fd != STDIN:
                os.close(fd)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise RunError(cannot_read(printable(os.fsencode(name)), error)) from None


def _read(fd: int) -> Iterator[list[bytes]]:
    pieces: list[bytes] = []
    while chunk := os.read(fd, CHUNK):
        whole, newline, rest = chunk.rpartition(b"\n")
        if newline:
            block = b"".join((*pieces, whole))
            yield [line + newline for line in block.split(newline)]
            pieces = []
        pieces.append(rest)
    if last := b"".join(pieces):
        yield [last]


def _changer(plan: Plan, told: Told) -> Callable[[bytes], bytes]:
    """Bytes of a line → bytes under the profile; the same object where it is as it was.

    What it gives raises `BadLineError`.
    """
    normalize = _repairing(plan.normalizer, told) if plan.repair else plan.normalizer

    def plain(line: bytes) -> bytes:
        text = _decoded(line)
        new = normalize(text)
        return line if new == text else new.encode("utf-8", "surrogatepass")

    def in_fields(line: bytes) -> bytes:
        if not line.strip():
            return line
        document, write = _parsed(line)
        changed = False
        for path in plan.fields:
            changed |= _change(document, path, normalize, told)
        return write(document) if changed else line

    return in_fields if plan.fields else plain


def _repairing(normalizer: Normalizer, told: Told) -> Callable[[str], str]:
    from newsingest.article.repair import repair  # noqa: PLC0415 - off by default

    def normalize(text: str) -> str:
        repaired = repair(text)
        for warning in repaired.warnings:
            told.repaired[warning] = told.repaired.get(warning, 0) + 1
        return normalizer(repaired.text)

    return normalize


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadLineError(
            f"not UTF-8 at byte {error.start + 1} of the line "
            f"(0x{line[error.start]:02x}): {error.reason}"
        ) from None


def _ascii(document: object) -> bytes:
    return json.dumps(document).encode()


def _spaced(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _parsed(line: bytes) -> tuple[object, Callable[[object], bytes]]:
    """A document, and how to write it in the style in which it came.

    orjson makes floats of integers over 64 bits; where it does not give the same bytes
    again, the standard library reads the line.
    """
    text = _decoded(line)
    try:
        document = orjson.loads(line)
        if orjson.dumps(document) == line:
            return document, orjson.dumps
    except (orjson.JSONDecodeError, TypeError):
        pass  # a lone surrogate, or no JSON at all: the next reader says
    try:
        return json.loads(text), _ascii if line.isascii() else _spaced
    except ValueError as error:
        raise BadLineError(f"not JSON: {error}") from None


def _change(
    document: object, path: str, normalize: Callable[[str], str], told: Told
) -> bool:
    """Normalise a field, or every string of a list; whether that changed it."""
    *above, name = path.split(".")
    holder = document
    for key in above:
        holder = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or name not in holder:
        return False
    told.missing.discard(path)
    value = holder[name]
    if isinstance(value, str):
        holder[name] = normalize(value)
    elif isinstance(value, list):
        holder[name] = [normalize(v) if isinstance(v, str) else v for v in value]
    return bool(holder[name] != value)


def _shower(name: str) -> Callable[[int, bytes, bytes], None]:
    from newsingest.run import differences  # noqa: PLC0415 - only with --diff

    return differences.shower(printable(os.fsencode(name)), sys.stdout)

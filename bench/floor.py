"""The floor: walk a folder in order, read, decode, write `{"id", "text"}` as JSON.

    python bench/floor.py DIR > out.jsonl

No program that turns these files into records can cost less; `make bench` says how many
times its CPU time everything else takes.
"""

import os
import sys
from collections.abc import Iterator

import orjson


def walk(folder: str) -> Iterator[str]:
    """The files below a folder, by name."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir():
            yield from walk(entry.path)
        else:
            yield entry.path


def main() -> None:
    """Read, decode, write."""
    write = sys.stdout.buffer.write
    for path in walk(sys.argv[1]):
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - the cheapest way
            raw = file.read()
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = raw.decode("cp1256", "replace")
        write(orjson.dumps({"id": path, "text": text}))
        write(b"\n")


if __name__ == "__main__":
    main()

"""A few thousand of the inputs that `make fuzz-bytes` has a million of."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from newsingest import Options
from newsingest.article.parse import parser

SCRIPT = Path(__file__).parents[1] / "bench" / "fuzz.py"
spec = importlib.util.spec_from_file_location("fuzz", SCRIPT)
fuzz = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fuzz)


def test_whatever_is_done_to_an_article_the_laws_hold():
    found = fuzz.batch("test", 0, 3000)
    assert not found.faults
    assert 1500 < found.records < 2900  # else nothing much was tried


def test_a_number_gives_the_same_bytes_in_every_process():
    script = (
        f"import sys; sys.path.append({os.fspath(SCRIPT.parent)!r}); import fuzz\n"
        "print([fuzz.made('x', number) for number in range(40)])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


class Broken:
    """A parser with one mistake, made where a text has an x in it."""

    def __init__(self, mistake):
        self.sound, self.mistake = parser(Options()), mistake
        self.normalize = self.sound.normalize

    def parse(self, raw, **given):
        record = self.sound.parse(raw, **given)
        return self.mistake(record) if b"x" in raw else record


def with_metadata(**change):
    return lambda record: replace(record, metadata=replace(record.metadata, **change))


def crash(record):
    raise IndexError(record.text)


def tire(record):
    total = 0
    for number in range(3_000_000):
        total += number
    return record


class Fickle:
    """Another record on every call."""

    def __init__(self):
        self.calls = 0

    def __call__(self, record):
        self.calls += 1
        return replace(record, created=f"{2000 + self.calls}")


@pytest.mark.parametrize(
    ("mistake", "law"),
    [
        (crash, "raises IndexError"),
        (tire, "time"),
        (Fickle(), "differs"),
        (with_metadata(span_ends=[1], span_labels=["body"]), "verify"),
        (with_metadata(body="other"), "verify"),
        (with_metadata(sha256=None), "verify"),
        (with_metadata(byline="\N{RIGHT-TO-LEFT MARK}x"), "printed"),
        (with_metadata(tags=[""]), "printed"),
        (with_metadata(date_precision="day"), "date"),
        (lambda record: replace(record, text=record.text + "\u064b"), "verify"),
    ],
)
def test_a_mistake_is_found(mistake, law, monkeypatch):
    if law == "time":
        monkeypatch.setattr(fuzz, "AT_LEAST", 0.03)
    raw = "عنوان قصير\n\nنص الخبر هنا x طويل بما يكفي.\n".encode()
    read = Broken(mistake)
    sound = raw.replace(b"x", b"y")
    assert any(fuzz.fault(sound, read) == (None, True) for _ in range(5))
    found, _ = fuzz.fault(raw, read)
    assert found.law == law


def test_what_is_kept_is_as_small_as_it_can_be():
    raw = "عنوان قصير\n\nنص الخبر هنا\nسطر x آخر.\n".encode()
    assert (
        fuzz.smallest(raw, "raises IndexError", Broken(crash)) == b"\xd8x"
    )  # `x` says nothing

"""What samples/ give, pinned: `make approve` rewrites it, the diff is read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLES = sorted(path.name for path in (ROOT / "samples").iterdir())
APPROVED = ROOT / "tests" / "approved"


@pytest.fixture(scope="module")
def parsed():
    """File name → its record as a page to read, from one run of the command."""
    done = subprocess.run(
        [sys.executable, "-m", "newsingest", "parse", "-q", "samples"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return {
        record["metadata"]["path"]: readable(record)
        for record in map(json.loads, done.stdout.splitlines())
    }


def readable(record):
    """Indented, each span beside its label, and without the release's number."""
    metadata = record["metadata"]
    del metadata["newsingest"]
    labels, ends = metadata.pop("span_labels"), metadata.pop("span_ends")
    metadata["spans"] = [f"{one} {end}" for one, end in zip(labels, ends, strict=True)]
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def explained(name):
    """What `explain` says of a sample in a pipe, a line a span."""
    done = subprocess.run(
        [sys.executable, "-m", "newsingest", "explain", ROOT / "samples" / name],
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def approve(page, text):
    if os.environ.get("NEWSINGEST_APPROVE"):
        page.parent.mkdir(exist_ok=True)
        page.write_text(text, "utf-8")
    assert text == page.read_text("utf-8"), "read, then `make approve`"


@pytest.mark.parametrize("name", SAMPLES)
def test_the_record_is_the_approved_one(name, parsed):
    approve(APPROVED / f"{name}.json", parsed[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_the_explanation_is_the_approved_one(name):
    approve(APPROVED / f"{name}.tsv", explained(name))


def test_nothing_is_approved_that_is_no_sample():
    pages = [f"{name}.{end}" for name in SAMPLES for end in ("json", "tsv")]
    assert sorted(page.name for page in APPROVED.iterdir()) == pages

"""The schema is made from what makes the records, and every record fits it."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from pathlib import Path

import fastjsonschema
import pytest

import newsingest
from newsingest.article.parse import Parser
from newsingest.article.schema import DESCRIPTIONS, schema, table

ROOT = Path(__file__).parents[1]
MADE = re.compile(r"(<!-- table:.*?-->\n).*?(\n<!-- end -->)", re.DOTALL)
VALIDATE = fastjsonschema.compile(schema())
ARTICLES = [
    *sorted((ROOT / "samples").glob("*.txt")),
    *sorted((ROOT / "bench" / "gold").glob("*/*.txt")),
]


@pytest.mark.parametrize("file", ARTICLES, ids=lambda file: file.name)
def test_records_fit_the_schema(file):
    VALIDATE(asdict(newsingest.parse(file.read_bytes(), path=file.name, source="x")))


def test_the_other_tests_hold_their_records_against_the_schema():
    assert Parser.parse.__wrapped__, "the fixture in conftest.py is not in force"


def test_a_record_that_does_not_fit_is_noticed():
    record = asdict(newsingest.parse("عنوان الخبر\n\nنص الخبر.".encode()))
    record["metadata"]["authors"] = None
    with pytest.raises(fastjsonschema.JsonSchemaValueException, match="authors"):
        VALIDATE(record)


def test_every_key_is_described_once():
    top = schema()["properties"]
    assert set(DESCRIPTIONS) == set(top) | set(top["metadata"]["properties"])


def test_the_documentation_has_the_same_table():
    page = ROOT / "docs" / "record.md"
    text = page.read_text("utf-8")
    fresh = MADE.sub(lambda found: f"{found[1]}{table()}{found[2]}", text)
    if os.environ.get("NEWSINGEST_WRITE_DOCS"):
        page.write_text(fresh, "utf-8")
    assert page.read_text("utf-8") == fresh, "run `make docs`"

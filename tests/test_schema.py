"""The schema is made from what makes the records, and every record fits it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import fastjsonschema
import pytest

import newsingest
from newsingest.article.schema import DESCRIPTIONS, schema, table

ROOT = Path(__file__).parents[1]
VALIDATE = fastjsonschema.compile(schema())
ARTICLES = [
    *sorted((ROOT / "samples").glob("*.txt")),
    *sorted((ROOT / "bench" / "gold").glob("*/*.txt")),
]


@pytest.mark.parametrize("file", ARTICLES, ids=lambda file: file.name)
def test_records_fit_the_schema(file):
    VALIDATE(asdict(newsingest.parse(file.read_bytes(), path=file.name, source="x")))


def test_a_record_that_does_not_fit_is_noticed():
    record = asdict(newsingest.parse("عنوان الخبر\n\nنص الخبر.".encode()))
    record["metadata"]["authors"] = None
    with pytest.raises(fastjsonschema.JsonSchemaValueException, match="authors"):
        VALIDATE(record)


def test_every_key_is_described_once():
    top = schema()["properties"]
    assert set(DESCRIPTIONS) == set(top) | set(top["metadata"]["properties"])


def test_the_documentation_has_the_same_table():
    assert table() in (ROOT / "docs" / "record.md").read_text("utf-8")

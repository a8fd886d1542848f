"""The same examples on every run, and every record held against the schema."""

from __future__ import annotations

import functools
import os
from dataclasses import asdict

import fastjsonschema
import pytest
from hypothesis import settings

from newsingest.article.parse import Parser
from newsingest.article.schema import schema

# `make test` must not turn red by luck on somebody else's change; `make fuzz` looks for
# new examples with NEWSINGEST_FUZZ=1.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("fuzz", deadline=None, max_examples=5000)
settings.load_profile("fuzz" if os.environ.get("NEWSINGEST_FUZZ") else "steady")


@pytest.fixture(autouse=True, scope="session")
def every_record_fits_the_schema():
    """Whatever record any test makes in this process; test_cli.py has the command's."""
    check = fastjsonschema.compile(schema())
    made = Parser.parse

    @functools.wraps(made)
    def parse(self, *args, **given):
        record = made(self, *args, **given)
        check(asdict(record))
        return record

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Parser, "parse", parse)
        yield

"""The forms of dates in shapes: what they are passed over for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsingest.article import dategrammar, datelexer

LETTERS = "".join(datelexer.KINDS) + " -/.,:()+%#"


@pytest.mark.parametrize("form", dategrammar.FORMS, ids=lambda form: form.name)
@settings(max_examples=20)
@given(data=st.data())
def test_a_shape_with_a_form_has_the_letters_that_it_needs(form, data):
    """Forms are passed over by their letters alone: none may be lost by that."""
    pattern = re.compile(form.pattern, re.VERBOSE)
    shape = data.draw(st.from_regex(pattern, alphabet=LETTERS))
    assert all(set(shape) & set(some) for some in form.needs)

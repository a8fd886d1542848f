"""Folding by bytes is folding by characters."""

import pytest

from newsingest.article.fold import FOLD, WINDOWS, fold


@pytest.mark.parametrize("char", [*WINDOWS, "٣", "ی", "ٱ", "\N{ZERO WIDTH SPACE}", "é"])
def test_every_character_folds_as_its_table_says(char):
    around = f"قال{char}أحمد"
    assert fold(around) == around.translate(FOLD)

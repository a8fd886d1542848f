"""Text → labelled spans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsingest.article.record import Label


@dataclass(slots=True)
class Spans:
    """The whole text, cut: span i is `text[ends[i-1]:ends[i]]` and has `labels[i]`."""

    text: str
    labels: list[Label]
    ends: list[int]


def split(text: str) -> Spans:
    """Cut a text into labelled spans; never raises."""
    return Spans(text, ["body"], [len(text)])

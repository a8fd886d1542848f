"""The record's metadata with `--align`: a module that only such a run imports."""

from __future__ import annotations

from dataclasses import dataclass, field

from newsingest.article.record import Alignments, Metadata


@dataclass(kw_only=True)
class AlignedMetadata(Metadata):
    """What is known of one article, and the way from its `text` back to the source."""

    alignment: Alignments = field(default_factory=lambda: Alignments(body=[], text=[]))

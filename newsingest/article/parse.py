"""The heart: an article's bytes in, its record out.

An article's bytes are decoded; its text is cut into labelled spans; the fields are read
off the spans; dates are understood; the body is normalised; the record says how.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from newsingest.article import decode, normalize, rules, split
from newsingest.article.record import (
    SCHEMA_VERSION,
    VERSION,
    Metadata,
    Options,
    Record,
    RejectedError,
)

if TYPE_CHECKING:
    from datetime import datetime


class Parser:
    """Everything that is compiled once: rules, date grammar, profile."""

    def __init__(self, options: Options) -> None:
        """Compile. Raises `ValueError` on a mistake in the options or the rules."""
        self.options = options
        self.rules = rules.load(options.rules)
        self.normalize = normalize.load(options.profile, options.profile_text)

    def parse(
        self,
        raw: bytes,
        *,
        path: str = "-",
        source: str = "stdin",
        now: datetime | None = None,
    ) -> Record:
        """Make the record of one article.

        `now` overrides `Options.relative_to` for this article (its file's mtime).
        Raises `RejectedError` where no honest record can be made.
        """
        del now
        decoded = decode.decode(raw, self.options.encoding)
        spans = split.split(decoded.text)
        body = decoded.text.strip()
        if not body:
            raise RejectedError("no-text", "nothing but white space")
        identity = hashlib.sha256(f"{source}\0{path}".encode("utf-8", "replace"))
        return Record(
            id=identity.hexdigest()[:32],
            text=self.normalize(body),
            source=source,
            created=None,
            version=SCHEMA_VERSION,
            metadata=Metadata(
                path=path,
                sha256=hashlib.sha256(raw).hexdigest(),
                bytes=len(raw),
                encoding=decoded.encoding,
                body=body,
                profile=self.options.profile,
                newsingest=VERSION,
                warnings=list(decoded.warnings),
                span_labels=spans.labels,
                span_ends=spans.ends,
            ),
        )


@lru_cache(maxsize=8)
def parser(options: Options) -> Parser:
    """The compiled parser for some options, kept while they are in use."""
    return Parser(options)


def parse(
    raw: bytes,
    *,
    path: str = "-",
    source: str = "stdin",
    options: Options | None = None,
) -> Record:
    r"""Make the record of one article from its bytes.

    >>> record = parse("عنوان\n\n7 مارس 2024\n\nنص الخبر.".encode(), path="a.txt")
    >>> record.metadata.path
    'a.txt'
    """
    return parser(options or Options()).parse(raw, path=path, source=source)

"""The heart: an article's bytes in, its record out.

An article's bytes are decoded and damage is repaired; its text is cut into labelled
spans; the fields are read off the spans; dates are understood; the body is normalised;
the record says how.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from newsingest.article import fields, normalize, rules
from newsingest.article.decode import codec, decode
from newsingest.article.fold import fold, in_windows
from newsingest.article.record import (
    SCHEMA_VERSION,
    Metadata,
    Options,
    Record,
    RejectedError,
)
from newsingest.article.repair import Repaired, repair
from newsingest.article.split import Splitter
from newsingest.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from newsingest.article.align import Alignment
    from newsingest.article.aligned import AlignedMetadata
    from newsingest.article.decode import Decoded
    from newsingest.article.lines import Span
    from newsingest.article.record import Alignments, Label

ARABIC = in_windows("".join(map(chr, range(0x621, 0x64B))), "ignore")
LATIN = bytes((*range(0x41, 0x5B), *range(0x61, 0x7B)))
"""The letters as bytes, which are counted ten times as fast as characters."""

LANGUAGE_SAMPLE = 400
DOUBTED = ("boilerplate", "related")
"""Labels under which a line that may be text is lost, and the record says so."""
MOST_LINES = 500_000


class Parser:
    """Everything that is compiled once: rules, date grammar, profile."""

    def __init__(self, options: Options, loaded: rules.Rules | None = None) -> None:
        """Compile. Raises `ValueError` on a mistake in the options or the rules.

        `loaded` are the rules of these options where they have been read already.
        """
        self.options = options
        self.shape = _shape(align=options.align)
        self.encoding = codec(options.encoding)
        loaded = loaded or rules.load(options.rules)
        self.splitter = Splitter(
            loaded, date_order=options.date_order, timezone=options.timezone
        )
        self.normalize = normalize.load(options.profile, options.profile_text)
        names = (rule["phrases"] for rule in loaded.kind("section").values())
        self.sections = frozenset(fold(name) for some in names for name in some)

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
        decoded, repaired = self.read(raw)
        spans = self.splitter.split(repaired.text, now or self.options.relative_to)
        labels, ends = in_source(spans, repaired)
        metadata = self.shape(
            path=path,
            sha256=hashlib.sha256(raw).hexdigest(),
            bytes=len(raw),
            encoding=decoded.encoding,
            profile=self.options.profile,
            newsingest=VERSION,
            warnings=[*decoded.warnings, *repaired.warnings],
            span_labels=labels,
            span_ends=ends,
        )
        created = fields.fill(metadata, spans, self.sections)
        if not metadata.title and not re.search(r"\w", metadata.body):
            raise RejectedError("no-text", "no line of it says anything")
        self._describe(metadata, spans)
        if self.options.align:
            found = self._aligned(metadata.body, spans, repaired)
            cast("AlignedMetadata", metadata).alignment = found
        return Record(
            id=identity(source, path),
            text=self.normalize(metadata.body),
            source=source,
            created=created,
            version=SCHEMA_VERSION,
            metadata=metadata,
        )

    def read(self, raw: bytes) -> tuple[Decoded, Repaired]:
        """The text of an article as it was saved, and with its damage repaired.

        Raises `RejectedError`, also for more lines than any article has: each takes
        hundreds of bytes of memory, however short it is.
        """
        decoded = decode(raw, self.encoding)
        if len(decoded.text) > MOST_LINES:
            _check_lines(decoded.text)
        if self.options.repair:
            return decoded, repair(decoded.text)
        return decoded, Repaired(decoded.text)

    def _aligned(self, body: str, spans: list[Span], repaired: Repaired) -> Alignments:
        """The way from the source to the body, and from the body to the text."""
        from newsingest.article.locate import with_body  # noqa: PLC0415 - start-up

        to_body = repaired.alignment.then(with_body(repaired.text, spans))
        to_text = self.normalize.align(body).alignment
        return {"body": to_body.flat(), "text": to_text.flat()}

    def _describe(self, metadata: Metadata, spans: list[Span]) -> None:
        """Name the language, and say what is in doubt."""
        body = metadata.body
        metadata.language = language(body or metadata.title or "")
        if metadata.title is None:
            metadata.warnings.append("no-title")
        else:
            metadata.title_normalized = self.normalize(metadata.title)
        if not body:
            metadata.warnings.append("no-body")
        elif any(span.second == "body" and span.label in DOUBTED for span in spans):
            metadata.warnings.append("body-unsure")


def identity(source: str, path: str) -> str:
    """The id of an article, which stays when it changes.

    >>> identity("news", "2024/01.txt")
    '7ce6734a5c9c7945a254c28e311b6759'
    """
    name = f"{source}\0{path}".encode("utf-8", "replace")
    return hashlib.sha256(name).hexdigest()[:32]


def _check_lines(text: str) -> None:
    lines = text.count("\n") or text.count("\r")
    if lines > MOST_LINES:
        raise RejectedError(
            "too-large",
            f"{lines:,} lines, an article may have {MOST_LINES:,}: is it many articles "
            "in one file?",
        )


def _shape(*, align: bool) -> type[Metadata]:
    if not align:
        return Metadata
    from newsingest.article.aligned import AlignedMetadata  # noqa: PLC0415 - start-up

    return AlignedMetadata


def in_source(spans: list[Span], repaired: Repaired) -> tuple[list[Label], list[int]]:
    """Labels and ends of spans in the text as it was saved.

    A span that ends inside something repaired takes all of it, a blank one leaves all
    of it to the next; one that is left with nothing is dropped.
    """
    if not repaired.steps:
        return [span.label for span in spans], [span.end for span in spans]
    labels: list[Label] = []
    ends: list[int] = []
    last = 0
    for span, end in zip(spans, _ends(spans, repaired.alignment), strict=True):
        if end > last:
            labels.append(span.label)
            ends.append(end)
            last = end
    return labels, ends


def _ends(spans: list[Span], alignment: Alignment) -> Iterator[int]:
    for span in spans:
        if span.label == "blank":
            yield alignment.to_source(span.end, span.end)[0]
        else:
            yield alignment.to_source(0, span.end)[1]


def language(text: str) -> str:
    """`ar` where most letters of the first 400 characters are Arabic, else `und`.

    >>> language("قالت وكالة «Reuters» إن"), language("Reuters قال")
    ('ar', 'und')
    """
    sample = in_windows(text[:LANGUAGE_SAMPLE], "ignore")
    not_latin = sample.translate(None, LATIN)
    arabic = len(not_latin) - len(not_latin.translate(None, ARABIC))
    return "ar" if arabic > len(sample) - len(not_latin) else "und"


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

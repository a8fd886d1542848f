"""The JSON Schema of a record, made from the dataclasses that make the records."""

from __future__ import annotations

from dataclasses import fields
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from newsingest.article.aligned import AlignedMetadata
from newsingest.article.record import Alignments, Metadata, Record
from newsingest.version import VERSION

DESCRIPTIONS = {
    "id": "32 hex digits of SHA-256 over `source`, NUL, `path`: stable over edits and reruns",
    "text": "the body under the profile, paragraphs separated by a blank line",
    "source": "collection or outlet: the name of the folder given, or `--source`",
    "created": "publication date-time, ISO 8601, only as precise as printed; an offset only if printed or configured",
    "version": "version of this record schema",
    "metadata": "everything else that is known of the article",
    "path": "path below the folder given; bytes that are not UTF-8 as `\\xNN`",
    "sha256": "SHA-256 of the source file (decompressed)",
    "bytes": "size of the source file (decompressed)",
    "encoding": "Python codec name of the source",
    "title": "headline as printed, the whole line",
    "title_normalized": "the same under the profile",
    "subtitle": "line between headline and byline",
    "section": "desk or rubric: `محليات`",
    "body": "the body as printed, paragraphs separated by a blank line; a byline or dateline glued before the first words is not part of it",
    "date_raw": "the printed line that `created` was read from",
    "date_precision": "`year`, `month`, `day`, `minute` or `second`",
    "date_modified": 'the printed "last updated"',
    "date_hijri": "the printed Hijri date: `1445-08-26`",
    "date_flags": "doubts: `ambiguous-day-month`, `weekday-disagrees`, `from-hijri`, `relative`, …",
    "timezone": "IANA name or offset",
    "timezone_source": "`printed` or `configured`",
    "byline": "the line as printed",
    "authors": "names only, without place, paper or role",
    "agencies": "canonical ids: `reuters`, `afp`, `spa`, …",
    "dateline": "place or places printed before the text",
    "related": "headlines behind `اقرأ أيضا` and its like",
    "tags": "tags",
    "url": "the article's address, if printed on a line of its own",
    "image_credits": "whom captions and photographers' lines credit",
    "copyright": "the notice as printed",
    "copyright_holder": "its holder",
    "copyright_year": "its year; a range is none",
    "phones": "from the footer, never from the body",
    "emails": "from the footer, never from the body",
    "language": "BCP 47 by script share: `ar`, else `und`",
    "char_count": "code points of `body`",
    "word_count": "words of `body`, by white space",
    "profile": "normalisation profile of `text`",
    "newsingest": "version that made the record",
    "warnings": "what is in doubt: `no-title`, `body-unsure`, `mixed-encodings`, …",
    "span_labels": "the whole decoded source, cut into labelled pieces: their labels",
    "alignment": "with `--align` only: how `body` was made of the source and `text` of `body`, three integers a run (so many the same, then so many became so many), for `newsingest.locate`",
    "span_ends": "where each piece ends, in code points; the last is the length of the source",
}
"""What every key means; the table in docs/record.md and the schema say the same."""

NOT_ALWAYS = {"alignment"}
"""What a record has only when it is asked for."""

INTEGERS = {"type": "array", "items": {"type": "integer"}}
ALIGNMENTS = {
    "type": "object",
    "properties": {"body": INTEGERS, "text": INTEGERS},
    "required": ["body", "text"],
    "additionalProperties": False,
}

TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a record.

    >>> schema()["properties"]["created"]["type"]
    ['string', 'null']
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"newsingest {VERSION} record",
        **_object(Record),
    }


def _object(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    names = [one.name for one in fields(kind)]
    return {
        "type": "object",
        "properties": {
            name: _property(hints[name]) | {"description": DESCRIPTIONS[name]}
            for name in names
        },
        "required": [name for name in names if name not in NOT_ALWAYS],
        "additionalProperties": False,
    }


def _property(hint: Any) -> dict[str, Any]:  # noqa: ANN401 - any type annotation
    if hint is Metadata:
        return _object(AlignedMetadata)
    if hint is Alignments:
        return ALIGNMENTS
    if get_origin(hint) is UnionType:
        inner, _none = get_args(hint)
        return {"type": [TYPES[inner], "null"]}
    if get_origin(hint) is list:
        return {"type": "array", "items": _property(get_args(hint)[0])}
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    return {"type": TYPES[hint]}


def type_name(hint: Any) -> str:  # noqa: ANN401 - any type annotation
    """A type as the record's table prints it.

    >>> type_name(list[str]), type_name(str | None)
    ('list[str]', 'str or null')
    """
    if get_origin(hint) is UnionType:
        return f"{type_name(get_args(hint)[0])} or null"
    if get_origin(hint) is list:
        inner = get_args(hint)[0]
        return f"list[{'str' if get_origin(inner) is Literal else inner.__name__}]"
    return "object" if hint in (Metadata, Alignments) else str(hint.__name__)


def table() -> str:
    """The record as a Markdown table, for the documentation."""
    rows = ["| key | type | meaning |", "| --- | --- | --- |"]
    for kind, prefix in ((Record, ""), (AlignedMetadata, "metadata.")):
        hints = get_type_hints(kind)
        rows += [
            f"| `{prefix}{one.name}` | {type_name(hints[one.name])} | "
            f"{DESCRIPTIONS[one.name]} |"
            for one in fields(kind)
        ]
    return "\n".join(rows)

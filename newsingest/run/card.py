"""The dataset card: what Hugging Face's hub and `datasets` read beside the files."""

from __future__ import annotations

import json
from dataclasses import fields
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from newsingest.article.aligned import AlignedMetadata
from newsingest.article.record import Alignments, Metadata, Record
from newsingest.run.summary import count
from newsingest.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsingest.run.summary import Summary

SIZES = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
)  # fmt: skip
"""The hub's words for how many rows a dataset has."""
MORE = "1B<n<10B"
NOT_TOLD = ("path", "sha256", "bytes", "encoding", "profile", "newsingest")
"""Fields of which all records have something."""


def size_category(records: int) -> str:
    """The hub's word for a number of rows.

    >>> size_category(15), size_category(20_000), size_category(2_000_000_000)
    ('n<1K', '10K<n<100K', '1B<n<10B')
    """
    return next((name for most, name in SIZES if records < most), MORE)


def written(summary: Summary, path: str, *, align: bool, size: int) -> str:
    """The card of a dataset: README.md, its YAML first. `size` is that of its files.

    It has no date and no duration: the same records give the same bytes.
    """
    name = path.rstrip("/").rpartition("/")[2]
    return "\n".join((*_head(summary, name, size, align=align), *_body(summary, name)))


def _head(summary: Summary, name: str, size: int, *, align: bool) -> Iterator[str]:
    yield from ("---", "language:", "- ar", f"pretty_name: {_text(name)}")
    yield from ("size_categories:", f"- {size_category(summary.records)}")
    yield from ("configs:", "- config_name: default", "  data_files:")
    yield from ("  - split: train", '    path: "data/**/*.parquet"')
    yield from ("dataset_info:", "  features:")
    yield from _features(Record, "  ", align=align)
    yield from ("  splits:", "  - name: train", f"    num_examples: {summary.records}")
    yield from (f"    num_bytes: {summary.bytes}", f"  download_size: {size}")
    yield from (f"  dataset_size: {summary.bytes}", "---", "")


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # YAML takes JSON's strings


def _features(kind: type, indent: str, *, align: bool) -> Iterator[str]:
    hints = get_type_hints(kind)
    names = list(hints) if kind is Alignments else [one.name for one in fields(kind)]
    for name in names:
        yield f"{indent}- name: {name}"
        yield from _feature(hints[name], f"{indent}  ", align=align)


def _feature(hint: Any, indent: str, *, align: bool) -> Iterator[str]:  # noqa: ANN401
    if get_origin(hint) is UnionType:
        hint = get_args(hint)[0]
    if hint in (Metadata, Alignments):
        yield f"{indent}struct:"
        kind = AlignedMetadata if hint is Metadata and align else hint
        yield from _features(kind, indent, align=align)
    elif get_origin(hint) is list:
        yield f"{indent}list: {_dtype(get_args(hint)[0])}"
    else:
        yield f"{indent}dtype: {_dtype(hint)}"


def _dtype(hint: Any) -> str:  # noqa: ANN401 - any type annotation
    return "int64" if hint is int else "string"


def _body(summary: Summary, name: str) -> Iterator[str]:
    yield from (f"# {name}", "")
    articles = count(summary.records, "Arabic news article")
    yield (
        f"{articles}, made by newsingest {VERSION} from "
        f"{count(summary.inputs, 'input')}: metadata split from the body, dates "
        f"understood, `text` normalised under the profile `{summary.profile}`, "
        "`metadata.body` as printed."
    )
    yield "What every key means: `newsingest schema`."
    yield from ("", "| what | how many |", "| --- | --- |")
    yield f"| records | {summary.records:,} |"
    for reason, number in sorted(summary.rejected.items()):
        yield f"| inputs without a record: {reason} | {number:,} |"
    for reason, number in sorted(summary.skipped.items()):
        yield f"| inputs passed over: {reason} | {number:,} |"
    yield f"| bytes of the articles | {summary.bytes:,} |"
    yield from ("", "| field | records that have it | share |", "| --- | --- | --- |")
    for field, number in summary.filled.items():
        if field not in NOT_TOLD:
            yield f"| {field} | {number:,} | {summary.share(field):.3f} |"
    if summary.warnings:
        yield from ("", "| warning | records |", "| --- | --- |")
    for warning, number in sorted(summary.warnings.items()):
        yield f"| {warning} | {number:,} |"
    yield from ("", "## Rights", "")
    yield "The articles belong to who published them; newsingest knows of no licence."
    yield ""

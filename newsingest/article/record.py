"""The shapes that leave the core: options in, a record or a rejection out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypedDict

if TYPE_CHECKING:
    from datetime import datetime

SCHEMA_VERSION = "1"
"""`version` of every record: changes when a key is removed or changes its meaning."""

Label = Literal[
    "title",
    "subtitle",
    "section",
    "date",
    "byline",
    "dateline",
    "body",
    "heading",
    "related",
    "caption",
    "tags",
    "source",
    "share",
    "copyright",
    "contact",
    "boilerplate",
    "blank",
]
"""What a span of the source is."""

Reason = Literal[
    "unreadable",
    "empty",
    "binary",
    "too-large",
    "undecodable",
    "no-text",
    "timeout",
    "crashed",
]
"""Why an input gave no record."""

DateOrder = Literal["dmy", "mdy", "ymd"]


class Options(NamedTuple):
    """Everything that can change a record; hashable and picklable.

    `profile_text` is the TOML of a profile of the user's own (`profile` is then its
    name), `rules` are extra rule files as (name, TOML) pairs, later ones win.
    `relative_to` is the "now" behind a date such as `منذ 3 ساعات`. `align` adds
    `metadata.alignment`.
    """

    profile: str = "standard"
    profile_text: str | None = None
    rules: tuple[tuple[str, str], ...] = ()
    encoding: str = "auto"
    timezone: str | None = None
    date_order: DateOrder = "dmy"
    relative_to: datetime | None = None
    repair: bool = True
    align: bool = False


class RejectedError(ValueError):
    """An input that gives no record; `reason` is for programs, `detail` for people."""

    def __init__(self, reason: Reason, detail: str) -> None:
        """Keep both, and read as one sentence."""
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail


class _Told:
    """Is shown by its fields and compared by them.

    `dataclass` writes both methods anew for every class, which takes a start 1 ms.
    """

    __hash__ = None  # type: ignore[assignment] # it may change

    def __eq__(self, other: object) -> bool:
        """Whether the other has the same type and the same fields."""
        return (
            vars(self) == vars(other) if type(other) is type(self) else NotImplemented
        )

    def __repr__(self) -> str:
        """As it could be made again."""
        said = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({said})"


@dataclass(kw_only=True, repr=False, eq=False)
class Metadata(_Told):
    """What is known of one article; every key is always there, with one type.

    Not frozen and without slots: a record is built for every article, and this is
    the form that Python fills and orjson reads fastest.
    """

    path: str
    sha256: str
    bytes: int
    encoding: str
    title: str | None = None
    title_normalized: str | None = None
    subtitle: str | None = None
    section: str | None = None
    body: str = ""
    date_raw: str | None = None
    date_precision: str | None = None
    date_modified: str | None = None
    date_hijri: str | None = None
    date_flags: list[str] = field(default_factory=list)
    timezone: str | None = None
    timezone_source: str | None = None
    byline: str | None = None
    authors: list[str] = field(default_factory=list)
    agencies: list[str] = field(default_factory=list)
    dateline: str | None = None
    related: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    url: str | None = None
    image_credits: list[str] = field(default_factory=list)
    copyright: str | None = None
    copyright_holder: str | None = None
    copyright_year: int | None = None
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    language: str = "und"
    char_count: int = 0
    word_count: int = 0
    profile: str = "standard"
    newsingest: str = ""
    warnings: list[str] = field(default_factory=list)
    span_labels: list[Label] = field(default_factory=list)
    span_ends: list[int] = field(default_factory=list)


class Alignments(TypedDict):
    """Source and body, body and text: three integers a run.

    So many characters are the same, then so many became so many; what follows the
    last run is the same.
    """

    body: list[int]
    text: list[int]


@dataclass(kw_only=True, repr=False, eq=False)
class Record(_Told):
    """One article: Dolma's document format at the top, the rest in `metadata`."""

    id: str
    text: str
    source: str
    created: str | None
    version: str
    metadata: Metadata

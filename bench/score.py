"""How a record is judged against gold: pure functions and one tally.

Gold is one JSON object a line, `{"path", "outlet", "kind", ...}`; docs/accuracy.md says
how to make it. A key that is absent is not judged; one that is null or [] must be empty
in the record, so that inventing is an error. A file without a record fails everything
that is judged on it.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Row = dict[str, Any]

TEXTS = (
    "title",
    "subtitle",
    "section",
    "dateline",
    "url",
    "date_hijri",
    "copyright_year",
    "encoding",
)
DATES = ("created", "date_modified")
LISTS = ("authors", "agencies", "related", "tags", "phones", "emails")
PRECISIONS = ("year", "month", "day", "minute", "second")
PROSE = {"body", "heading", "dateline", "blank"}
"""Labels that stand among the paragraphs: such a line is no leak."""

INVISIBLE = re.compile(
    r"[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    r"\x00-\x08\x0e-\x1f\x7f]"
)
ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[T ](?P<minute>\d\d:\d\d)(?P<second>:\d\d)?(?:\.\d+)?"
    r"(?P<offset>Z|[+-]\d\d:?\d\d)?)?)?)?"
)
NEWLINE = re.compile(r"\r\n|\n|\r")
LONG = 40
"""Letters from which a foreign line counts as leaked wherever it stands in the body,
not only as a line of its own: shorter ones are found in prose by chance."""


def clean(value: object) -> str:
    r"""Text as it is compared: no invisible characters, white space collapsed.

    >>> clean(" a\u200f \n b ")
    'a b'
    """
    return " ".join(INVISIBLE.sub("", "" if value is None else str(value)).split())


def comparable(name: str, value: object) -> str:
    """An item of a list field in the form in which two items are compared."""
    text = clean(value)
    if name == "phones":
        return re.sub(r"[^\d+]", "", text)
    return text.casefold() if name == "emails" else text


def f1(hits: float, extra: float, missed: float) -> float:
    """F1 of counts; 1 where there was nothing to find and nothing was found."""
    return 2 * hits / (2 * hits + extra + missed) if hits + extra + missed else 1.0


def judge_text(gold: object, got: object) -> str:
    """ok, wrong (another value), missing (gold has one) or invented (gold has none)."""
    want, have = clean(gold), clean(got)
    if want == have:
        return "ok"
    if not have:
        return "missing"
    return "wrong" if want else "invented"


def judge_encoding(gold: object, got: object) -> str:
    """By codec: gold may list several names, and a BOM may be in the name or not."""
    if not got:
        return "missing"
    names = gold if isinstance(gold, list) else [gold]
    return "ok" if _codec(got) in map(_codec, names) else "wrong"


def _codec(name: object) -> str:
    try:
        found = codecs.lookup(str(name)).name
    except LookupError:
        return str(name)
    return re.sub(r"^(utf-8|utf-16)-(sig|le|be)$", r"\1", found)


def judge_date(gold: str | None, got: str | None, least: str | None = None) -> str:
    """ok, missing, invented, wrong (another date) or imprecise.

    Imprecise agrees as far as both go, but says less or more than is printed; so does
    an offset that is printed and dropped, or added though none is printed. `least` is
    the precision beyond which the gold itself is doubtful.

    >>> judge_date("2024-03-07T11:36", "2024-03-07")
    'imprecise'
    """
    if not gold or not got:
        return "ok" if not (gold or got) else "missing" if gold else "invented"
    (want, want_zone), (have, have_zone) = _date_parts(gold), _date_parts(got)
    timed = len(want) > 3 and len(have) > 3
    if want_zone and have_zone and timed:
        want, have = _in_utc(want, want_zone), _in_utc(have, have_zone)
    depth = PRECISIONS.index(least) + 1 if least else len(PRECISIONS)
    if least and len(have) >= depth:
        want, have = want[:depth], have[:depth]
    zones_agree = least or len(want) < 4 or bool(want_zone) == bool(have_zone)
    if want == have and zones_agree:
        return "ok"
    return (
        "wrong"
        if any(a != b for a, b in zip(want, have, strict=False))
        else ("imprecise")
    )


def _date_parts(text: str) -> tuple[list[str], str | None]:
    """Year, month, day, HH:MM, :SS as far as they are given, and the offset."""
    found = ISO.fullmatch(text.strip())
    if not found:
        return [text], None
    return [found[name] for name in PRECISIONS if found[name]], found["offset"]


def _in_utc(parts: list[str], offset: str) -> list[str]:
    """The same moment's parts in UTC."""
    printed = "-".join(parts[:3]) + "T" + "".join(parts[3:]) + offset
    moment = datetime.fromisoformat(printed).astimezone(UTC)
    return moment.strftime("%Y %m %d %H:%M :%S").split()[: len(parts)]


def judge_list(
    name: str, gold: Iterable[object] | None, got: Iterable[object] | None
) -> tuple[int, int, int]:
    """Items found, too many, and missed; as multisets."""
    want = Counter(comparable(name, item) for item in gold or ())
    have = Counter(comparable(name, item) for item in got or ())
    hits = (want & have).total()
    return hits, have.total() - hits, want.total() - hits


def longest_common(left: list[str], right: list[str]) -> int:
    """Length of the longest common subsequence, a bit for each place of `left`.

    >>> longest_common(list("abcd"), list("axcd"))
    3
    """
    places: dict[str, int] = defaultdict(int)
    for at, token in enumerate(left):
        places[token] |= 1 << at
    everything = (1 << len(left)) - 1
    open_places = everything
    for token in right:
        here = open_places & places.get(token, 0)
        open_places = ((open_places + here) | (open_places - here)) & everything
    return len(left) - open_places.bit_count()


def judge_body(gold: Row, body: str, foreign: Iterable[str]) -> dict[str, float]:
    """The body's figures, each between 0 and 1.

    `token_f1`: bags of words. `rouge_l`: F1 of the longest common subsequence of words.
    `exact`: the same text, white space aside. `lost`: a gold paragraph is not in the
    body. `leaked`: a line that is no body stands in it. `prefix_kept`: the byline or
    dateline glued before the first words was left there (then it is not exact; the
    others look past it).
    """
    want = [clean(paragraph) for paragraph in gold["body"] or ()]
    have, lines = clean(body), [clean(line) for line in body.splitlines()]
    prefix = clean(gold.get("prefix"))
    kept = bool(prefix) and have.startswith(prefix)
    if kept:
        have = have.removeprefix(prefix).strip()
        lines[0] = lines[0].removeprefix(prefix).strip()
    whole = " ".join(want)
    left, right = whole.split(), have.split()
    common = (Counter(left) & Counter(right)).total()
    chain = common if left == right else longest_common(left, right)
    return {
        "token_f1": f1(common, len(right) - common, len(left) - common),
        "rouge_l": f1(chain, len(right) - chain, len(left) - chain),
        "exact": float(whole == have and not kept),
        "lost": float(any(paragraph not in have for paragraph in want)),
        "leaked": float(_leaks(foreign, have, set(lines), whole)),
        "prefix_kept": float(kept),
    }


def _leaks(foreign: Iterable[str], have: str, lines: set[str], whole: str) -> bool:
    return any(
        (line in lines or (len(line) > LONG and line in have)) and line not in whole
        for line in foreign
        if line
    )


def line_bounds(text: str) -> list[tuple[int, int]]:
    """Start and end of every line, its newline left out."""
    marks = list(NEWLINE.finditer(text))
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(text)]
    bounds = list(zip(starts, ends, strict=True))
    return bounds if starts[-1] < len(text) else bounds[:-1]


def label_between(record: Row | None, start: int, end: int) -> str:
    """The label that covers most of a line; `none` where there is no record."""
    if record is None:
        return "none"
    meta, share, begin = record["metadata"], Counter[str](), 0
    labels, ends = meta.get("span_labels") or [], meta.get("span_ends") or []
    for label, finish in zip(labels, ends, strict=False):
        share[label] += max(0, min(end, finish) - max(start, begin))
        begin = finish
    return share.most_common(1)[0][0] if share else "none"


def span_fault(record: Row, text: str | None) -> str | None:
    """How a record's spans break the lossless law; `None` where they keep it."""
    meta = record["metadata"]
    labels, ends = meta.get("span_labels"), meta.get("span_ends")
    if not ends or len(labels) != len(ends):
        return "no spans"
    if any(after <= before for before, after in pairwise([0, *ends])):
        return "ends do not rise"
    whole = text is None or ends[-1] in (len(text), len(text) + 1)
    if whole or "mixed-encodings" in meta.get("warnings", ()):
        return None
    return f"spans end at {ends[-1]}, source has {len(text or '')}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was said of one file: fields → verdicts, counts, figures; and its misses."""

    has_record: bool
    verdicts: dict[str, str]
    counts: dict[str, tuple[int, int, int]]
    invented: frozenset[str]
    body: dict[str, float] | None
    lines: tuple[tuple[str, str], ...]
    misses: tuple[str, ...]


def judge(gold: Row, record: Row | None, text: str | None) -> Judgement:
    """Judge one record (`None`: there is none) against its gold.

    `text` is the decoded source, for the gold's `lines`; without it, no line is judged.
    """
    meta: Row = (record or {}).get("metadata", {})
    values = meta | {"created": (record or {}).get("created")}
    verdicts = {
        name: _verdict(name, gold, values) if record else "missing"
        for name in (*TEXTS, *DATES)
        if name in gold
    }
    judged = [name for name in LISTS if name in gold]
    counts = {name: judge_list(name, gold[name], meta.get(name)) for name in judged}
    invented = frozenset(
        name for name in judged if not record or (not gold[name] and counts[name][1])
    )
    ranges = list(_gold_lines(gold, text))
    foreign = [clean(item) for item in gold.get("related") or ()]
    foreign += [clean(line) for line, label, _ in ranges if label not in PROSE]
    body = judge_body(gold, meta.get("body") or "", foreign) if "body" in gold else None
    lines = tuple(
        (label, _lenient(label, label_between(record, *bounds)))
        for _, label, bounds in ranges
    )
    misses = tuple(_misses(gold, values, verdicts, counts, body))
    return Judgement(bool(record), verdicts, counts, invented, body, lines, misses)


def _verdict(name: str, gold: Row, values: Row) -> str:
    if name in DATES:
        least = gold.get(f"{name}_min_precision")
        return judge_date(gold[name], values.get(name), least)
    if name == "encoding":
        return judge_encoding(gold[name], values.get(name))
    return judge_text(gold[name], values.get(name))


def _gold_lines(
    gold: Row, text: str | None
) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """The lines that gold labels and that are not blank: text, label, bounds."""
    if text is None or not gold.get("lines"):
        return
    bounds = line_bounds(text)
    for first, last, label in gold["lines"]:
        for start, end in bounds[first : last + 1]:
            if text[start:end].strip():
                yield text[start:end], label, (start, end)


def _lenient(want: str, got: str) -> str:
    """The label, where gold is coarser than the record, in gold's terms."""
    if want == "body" and got in ("heading", "dateline"):
        return "body"
    if want == "other" and got not in ("body", "heading", "blank", "none"):
        return "other"
    return got


def _misses(
    gold: Row,
    values: Row,
    verdicts: dict[str, str],
    counts: dict[str, tuple[int, int, int]],
    body: dict[str, float] | None,
) -> Iterator[str]:
    for name, verdict in verdicts.items():
        if verdict != "ok":
            yield f"{name} {verdict}: gold {gold[name]!r}, got {values.get(name)!r}"
    for name, (_, extra, missed) in counts.items():
        if extra or missed:
            yield f"{name}: gold {gold[name]!r}, got {values.get(name)!r}"
    if body and (body["exact"] < 1 or body["leaked"]):
        yield "body: " + " ".join(f"{name}={value:.3f}" for name, value in body.items())


@dataclass(slots=True)
class Tally:
    """The counts of some files: of an outlet, of a kind, of everything."""

    files: int = 0
    records: int = 0
    verdicts: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    counts: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    body: Counter[str] = field(default_factory=Counter)
    bodies: int = 0
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, judgement: Judgement) -> None:
        """Count one file."""
        self.files += 1
        self.records += judgement.has_record
        for name, verdict in judgement.verdicts.items():
            self.verdicts[name][verdict] += 1
        for name, (hits, extra, missed) in judgement.counts.items():
            seen = self.counts[name]
            seen.update(hits=hits, extra=extra, missed=missed, files=1)
            seen["invented"] += name in judgement.invented
            seen["exact"] += judgement.has_record and not extra + missed
        if judgement.body:
            self.body.update(judgement.body)
            self.bodies += 1
        self.labels.update(judgement.lines)

    def figures(self) -> dict[str, dict[str, float]]:
        """Field → figures, which stand on `n` files (lines for `labels`).

        `score` is the one to compare: the share that is exact; of lists the F1, of the
        body ROUGE-L.
        """
        found = {name: _text_figures(seen) for name, seen in self.verdicts.items()}
        found |= {name: _list_figures(seen) for name, seen in self.counts.items()}
        if self.bodies:
            means = {name: value / self.bodies for name, value in self.body.items()}
            found["body"] = {"n": self.bodies, "score": means.pop("rouge_l"), **means}
        if self.labels:
            total = self.labels.total()
            right = sum(n for (want, got), n in self.labels.items() if want == got)
            found["labels"] = {"n": total, "score": right / total}
        share = self.records / self.files if self.files else 1.0
        return found | {"record": {"n": self.files, "score": share}}

    def confusions(self) -> dict[str, int]:
        """Lines that were given another label than gold's, most frequent first."""
        return {
            f"{want}→{got}": count
            for (want, got), count in self.labels.most_common()
            if want != got
        }


def _text_figures(seen: Counter[str]) -> dict[str, float]:
    total = seen.total()
    shares = {name: count / total for name, count in seen.items() if name != "ok"}
    return {"n": total, "score": seen["ok"] / total, **shares}


def _list_figures(seen: Counter[str]) -> dict[str, float]:
    hits, extra, missed, files = (
        seen[name] for name in ("hits", "extra", "missed", "files")
    )
    empty = not hits + missed  # nothing to find: what counts is not to invent
    return {
        "n": files,
        "score": 1 - seen["invented"] / files if empty else f1(hits, extra, missed),
        "precision": hits / (hits + extra) if hits + extra else 1.0,
        "recall": 1.0 if empty else hits / (hits + missed),
        "invented": seen["invented"] / files,
        "exact": seen["exact"] / files,
    }

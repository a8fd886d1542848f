"""How accurate are the records? Per set, outlet and field, against gold.

    python bench/eval.py                  the sets named in floors.toml, floors checked
    python bench/eval.py FOLDER...        any folder with a gold.jsonl
    python bench/eval.py --misses 20      what was wrong in the first twenty files

docs/accuracy.md says how to read the report and how to label gold.
Exit status: 0, or 1 where a figure is below its floor.
"""

from __future__ import annotations

import argparse
import codecs
import json
import os
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import floors
import holdout
import orjson
import score

from newsingest.article.parse import parser
from newsingest.article.record import Options, RejectedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("NEWSINGEST_SHARED", HERE.parents[1] / "shared"))
OWN = ("DEV", "HELD")  # written for this project; HELD was looked at last
SETS = (
    *(HERE / "gold" / name for name in OWN),
    *(
        SHARED / "data" / name
        for name in ("outlets", "almayadeen2023", "pages", "seed", "akec", "encodings")
    ),
)

HEADLINE = (
    ("title exact", "title", "score", 0.995),
    ("created exact", "created", "score", 0.995),
    ("created not wrong", "created", "not_wrong", 1.0),
    ("authors F1", "authors", "score", 0.97),
    ("agencies F1", "agencies", "score", 0.98),
    ("dateline exact", "dateline", "score", 0.97),
    ("related precision", "related", "precision", 0.995),
    ("related recall", "related", "recall", 0.98),
    ("tags F1", "tags", "score", 0.98),
    ("copyright year", "copyright_year", "score", 0.98),
    ("phones F1", "phones", "score", 0.98),
    ("emails F1", "emails", "score", 0.98),
    ("body exact", "body", "exact", 0.95),
    ("body token F1", "body", "token_f1", 0.997),
    ("body: nothing lost", "body", "not_lost", 0.995),
    ("body: nothing leaked", "body", "not_leaked", 0.99),
)
"""What a newcomer asks first: name, field, figure, aim."""


@dataclass(frozen=True, slots=True)
class File:
    """One judged file."""

    set: str
    path: str
    outlet: str
    kind: str
    judgement: score.Judgement
    span_fault: str | None

    @property
    def column(self) -> str:
        """Its column in the first table: articles of our own stand by themselves."""
        return self.set if self.set in OWN else self.kind


def gold_rows(folder: Path) -> list[score.Row]:
    """The rows of a folder's gold; a mistake in it is said with its line."""
    rows = []
    text = (folder / "gold.jsonl").read_text("utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                rows.append(json.loads(line))
            except json.JSONDecodeError as error:
                sys.exit(f"{folder / 'gold.jsonl'}:{number}: not JSON: {error}")
    return rows


def records_of(
    folder: Path, rows: Iterable[score.Row], options: Options
) -> dict[str, score.Row]:
    """Path → record, parsed in this process and sent through JSON as users get them."""
    compiled, records = parser(options), {}
    for row in rows:
        file = folder / row["path"]
        try:
            record = compiled.parse(
                file.read_bytes(), path=row["path"], source=folder.name
            )
        except RejectedError:
            continue
        records[row["path"]] = orjson.loads(orjson.dumps(record))
    return records


def records_in(file: Path) -> dict[str, score.Row]:
    """Path → record, from a JSON Lines file."""
    with file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    return {row["metadata"]["path"]: row for row in rows}


def source_text(folder: Path, gold: score.Row, record: score.Row | None) -> str | None:
    """The decoded source, by gold's encoding or else the record's; a BOM is no text."""
    named = gold.get("encoding") or (record or {}).get("metadata", {}).get("encoding")
    name = named[0] if isinstance(named, list) else named or "utf-8"
    try:
        codecs.lookup(name)
        text = (folder / gold["path"]).read_bytes().decode(name)
    except (OSError, LookupError, UnicodeDecodeError):
        return None  # lines are then not judged; the fields still are
    return text.removeprefix("\ufeff")


def judged(
    folder: Path, rows: Iterable[score.Row], records: Mapping[str, score.Row]
) -> list[File]:
    """Every gold row of a folder, judged."""
    files = []
    for row in rows:
        record = records.get(row["path"])
        text = source_text(folder, row, record)
        files.append(
            File(
                set=folder.name,
                path=row["path"],
                outlet=str(row.get("outlet")),
                kind=str(row.get("kind", "native")),
                judgement=score.judge(row, record, text),
                span_fault=score.span_fault(record, text) if record else None,
            )
        )
    return files


def tally(files: Iterable[File]) -> score.Tally:
    """The counts of some files."""
    counts = score.Tally()
    for file in files:
        counts.add(file.judgement)
    return counts


def grouped(files: Iterable[File], key: str) -> dict[str, list[File]]:
    """Files by one of their attributes, in the order of first sight."""
    groups: dict[str, list[File]] = defaultdict(list)
    for file in files:
        groups[getattr(file, key)].append(file)
    return groups


def figure(figures: floors.Figures, field: str, name: str) -> float | None:
    """A figure, `not_X` being one less X; `None` where the field is not judged."""
    if field not in figures:
        return None
    if name.startswith("not_"):
        return 1 - figures[field].get(name.removeprefix("not_"), 0.0)
    return figures[field].get(name)


def headline(kinds: Mapping[str, floors.Figures]) -> list[str]:
    """The table of the aims: a column for each kind, n beside each figure."""
    lines = [f"{'':22}{'aim':>7}" + "".join(f"{kind:>22}" for kind in kinds)]
    for title, field, name, aim in HEADLINE:
        cells = [_cell(figures, field, name, aim) for figures in kinds.values()]
        lines.append(f"{title:22}{aim:>7.3f}" + "".join(f"{c:>22}" for c in cells))
    return lines


def _cell(figures: floors.Figures, field: str, name: str, aim: float) -> str:
    value = figure(figures, field, name)
    if value is None:
        return "-"
    return f"{'' if value >= aim else 'below '}{value:.4f} /{figures[field]['n']:.0f}"


def fields_table(figures: floors.Figures) -> list[str]:
    """Every field with every figure, worst first."""
    lines = [f"  {'field':15}{'n':>6}{'score':>8}"]
    for name, values in sorted(figures.items(), key=lambda item: item[1]["score"]):
        rest = "  ".join(
            f"{key} {value:.3f}"
            for key, value in values.items()
            if key not in ("n", "score")
        )
        lines.append(f"  {name:15}{values['n']:>6.0f}{values['score']:>8.3f}  {rest}")
    return lines


def outlets_table(groups: Mapping[str, list[File]]) -> list[str]:
    """A row for each outlet, the worst first; score/n for each field."""
    rows = {name: tally(files).figures() for name, files in groups.items()}
    columns = [
        name
        for name in (*score.TEXTS, *score.DATES, *score.LISTS, "body", "labels")
        if any(name in row for row in rows.values())
    ]
    lines = [f"  {'outlet':18}{'files':>6}" + "".join(f"{c[:9]:>12}" for c in columns)]
    for name, row in sorted(rows.items(), key=lambda item: (_mean(item[1]), item[0])):
        cells = "".join(
            f"{row[c]['score']:.3f}/{row[c]['n']:.0f}".rjust(12)
            if c in row
            else f"{'-':>12}"
            for c in columns
        )
        lines.append(f"  {name[:17]:18}{row['record']['n']:>6}{cells}")
    return lines


def _mean(figures: floors.Figures) -> float:
    return sum(values["score"] for values in figures.values()) / len(figures)


def set_report(name: str, files: list[File]) -> list[str]:
    """One set: kind by kind, fields and then outlets; confusions and broken spans."""
    lines = [f"== {name}: {len(files)} files"]
    for kind, members in grouped(files, "kind").items():
        counts = tally(members)
        lines += [f" {kind}, {len(members)} files", *fields_table(counts.figures())]
        confused = list(counts.confusions().items())[:12]
        if confused:
            said = ", ".join(f"{pair} {count}" for pair, count in confused)
            lines.append(f"  lines taken for something else (gold→got): {said}")
        lines += ["", *outlets_table(grouped(members, "outlet")), ""]
    broken = [file for file in files if file.span_fault]
    if broken:
        first = f"{broken[0].path}: {broken[0].span_fault}"
        lines.append(f"  spans broken in {len(broken)} files, first {first}")
    return lines


def misses_report(files: Iterable[File], limit: int) -> list[str]:
    """What was wrong in the first files that have a miss."""
    wrong = [file for file in files if file.judgement.misses][:limit]
    return [
        "\n    ".join((f"{file.set}/{file.path}", *file.judgement.misses))
        for file in wrong
    ]


def as_json(files: list[File]) -> str:
    """Everything that is in the report, for programs."""
    return json.dumps(
        {
            name: {
                "overall": tally(members).figures(),
                "by": {
                    outlet: tally(some).figures()
                    for outlet, some in sorted(grouped(members, "outlet").items())
                },
                "confusion": tally(members).confusions(),
                "span_faults": sum(file.span_fault is not None for file in members),
            }
            for name, members in grouped(files, "set").items()
        },
        ensure_ascii=False,
        indent=1,
    )


def measured(files: list[File]) -> dict[str, floors.Figures]:
    """Set and kind → figures: what floors are pinned for."""
    return {
        f"{name}.{kind}": tally(some).figures()
        for name, members in grouped(files, "set").items()
        for kind, some in grouped(members, "kind").items()
    }


def hold_out(folders: Iterable[Path]) -> int:
    """Each outlet parsed by rules that know nothing from it alone; what it loses."""
    homes: dict[str, list[tuple[Path, score.Row]]] = defaultdict(list)
    for folder in folders:
        if folder.name != "encodings":  # the same articles once more
            for row in gold_rows(folder):
                homes[str(row.get("outlet"))].append((folder, row))
    texts = {
        outlet: [source_text(folder, row, None) or "" for folder, row in rows]
        for outlet, rows in homes.items()
    }
    removed = holdout.only_here(texts)
    known, unknown = [], []
    for outlet, rows in homes.items():
        rules = (holdout.without(removed[outlet]),)
        before = rejudged(rows, Options())
        after = rejudged(rows, Options(rules=rules)) if removed[outlet] else before
        known, unknown = known + before, unknown + after
        losses = lost(tally(before).figures(), tally(after).figures())
        print(f"{outlet:20}{len(removed[outlet]):>4} entries out  {losses}")
    for name, files in (("all rules", known), ("each outlet held out", unknown)):
        kinds = grouped(files, "column")
        columns = {kind: tally(some).figures() for kind, some in kinds.items()}
        print(f"\n{name}", *headline(columns), sep="\n")
    return 0


def rejudged(rows: Iterable[tuple[Path, score.Row]], options: Options) -> list[File]:
    """Gold rows of any folders, parsed with some options and judged."""
    files = []
    for folder, row in rows:
        files += judged(folder, [row], records_of(folder, [row], options))
    return files


def lost(before: floors.Figures, after: floors.Figures) -> str:
    """The scores that differ, as `field 0.990→0.870`; `-` where none does."""
    changed = [
        f"{name} {values['score']:.3f}→{after[name]['score']:.3f}"
        for name, values in before.items()
        if abs(values["score"] - after[name]["score"]) > 0.0005
    ]
    return ", ".join(changed) or "-"


def arguments() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    options.add_argument("--misses", type=int, default=0, metavar="N")
    options.add_argument("--brief", action="store_true", help="only the first table")
    options.add_argument("--json", action="store_true", help="figures for programs")
    options.add_argument(
        "--records", type=Path, help="judge these records of one FOLDER, parse nothing"
    )
    options.add_argument("--rules", type=Path, action="append", default=[])
    options.add_argument(
        "--hold-out", action="store_true", help="leave one outlet out, each in turn"
    )
    options.add_argument("--floors", type=Path, help="default: floors.toml beside this")
    options.add_argument("--update", action="store_true", help="raise the floors")
    options.add_argument(
        "--lower", action="store_true", help="with --update: floors may go down too"
    )
    return options


def evaluate(folders: Iterable[Path], options: Options) -> list[File]:
    """Parse and judge every gold row of some folders."""
    files = []
    for folder in folders:
        rows = gold_rows(folder)
        files += judged(folder, rows, records_of(folder, rows, options))
    return files


def present(folders: list[Path]) -> list[Path]:
    """The folders to judge: those named, or the sets that are on this machine."""
    for folder in folders:
        if not (folder / "gold.jsonl").is_file():
            sys.exit(
                f"{folder}: no gold.jsonl in it; docs/accuracy.md says how to make it"
            )
    return folders or [each for each in SETS if (each / "gold.jsonl").is_file()]


def main() -> int:
    """Parse, judge, print, compare with the floors."""
    args = arguments().parse_args()
    folders = present(args.folders)
    if args.hold_out:
        return hold_out(folders)
    rules = tuple((file.name, file.read_text("utf-8")) for file in args.rules)
    if args.records:
        rows = gold_rows(folders[0])
        files = judged(folders[0], rows, records_in(args.records))
    else:
        files = evaluate(folders, Options(rules=rules))
    if args.json:
        print(as_json(files))
        return 0
    shown = [file for file in files if args.folders or file.set != "HELD"]
    print("\n".join(misses_report(shown, args.misses)))
    if not args.brief:
        for name, members in grouped(files, "set").items():
            print("\n".join(set_report(name, members)))
    kinds = grouped(files, "column")
    print("\n".join(headline({kind: tally(kinds[kind]).figures() for kind in kinds})))
    pinned = args.floors or (None if args.folders else HERE / "floors.toml")
    return floors.compare(pinned, measured(files), args) if pinned else 0


if __name__ == "__main__":
    sys.exit(main())

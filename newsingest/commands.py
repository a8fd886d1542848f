"""The commands beside `parse`."""

from __future__ import annotations

import sys
from typing import Any

import click

from newsingest.given import (
    JOBS,
    config,
    format_options,
    input_options,
    log_format,
    progress,
    quiet,
    read_options,
)


@click.group()
def shards() -> None:
    """Many machines: a plan of shards, one part a shard, all parts put together.

    Any scheduler will do that can run a command with a number. A part is written whole
    or not at all, and one that is whole is passed over: kill and repeat as you like.

    \b
        newsingest shards plan /data/news -o plan.jsonl --size 1000
        newsingest shards run plan.jsonl --out parts --only 17
        newsingest shards status plan.jsonl parts
        newsingest shards merge plan.jsonl parts -o records.jsonl
    """


@shards.command("plan")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="PLAN",
    help="Where the plan goes, JSON Lines; written whole or not at all.",
)
@click.option(
    "--size",
    default="1000",
    show_default=True,
    metavar="N|BYTES",
    help="What goes into one shard: so many inputs, or so many bytes of them with a unit, 64MiB.",
)
@input_options
@quiet
@config("size = 500")
def shards_plan(**given: Any) -> None:
    """List every input once, cut the list into shards, keep how they are to be read.

    The options are those of `newsingest parse`; the plan has the text of rules and
    profiles in it. The same folders and options give the same bytes. Paths are
    absolute: machines must see the folders in the same place.

    \b
        newsingest shards plan /data/news -o plan.jsonl --size 1000
        newsingest shards plan /data/news --profile lucene -o plan.jsonl --size 64MiB

    Exit status: 0; 1 no input, or the plan could not be written; 2 wrong usage.
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    if not given["paths"] and not given["files_from"]:
        raise click.UsageError("name a PATH to plan, or a list with --files-from")
    sys.exit(options.shards_plan(given))


@shards.command("run")
@click.argument("plan", metavar="PLAN")
@click.option(
    "--out", required=True, metavar="DIR", help="The folder of parts; made if missing."
)
@click.option(
    "--only",
    metavar="K|K-M|env:NAME",
    help="These shards, from 0; or those that a variable says, such as env:SLURM_ARRAY_TASK_ID. [default: all]",
)
@click.option(
    "--compress",
    type=click.Choice(["none", "zst", "gz"]),
    default="none",
    show_default=True,
    help="How parts are written.",
)
@click.option(
    "-j",
    "--jobs",
    type=JOBS,
    default=1,
    show_default=True,
    metavar="N",
    help="Processes inside one shard; the parts are the same for every N.",
)
@progress
@quiet
@log_format
def shards_run(**given: Any) -> None:
    """Make the parts of some shards, or of all; those that are whole are passed over.

    DIR gets part-000017.jsonl, summary-000017.json and, if there were any,
    rejects-000017.jsonl.

    \b
        newsingest shards run plan.jsonl --out parts
        newsingest shards run plan.jsonl --out parts --only 0-99 --compress zst
        newsingest shards run plan.jsonl --out parts --only env:SLURM_ARRAY_TASK_ID
        newsingest shards run plan.jsonl --out parts --only env:JOB_COMPLETION_INDEX

    Exit status: 0 every input became a record; 3 at least one was rejected, the parts
    are whole; 1 a part could not be made; 2 wrong usage; 130, 143 interrupted.
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    sys.exit(options.shards_run(given))


@shards.command("status")
@click.argument("plan", metavar="PLAN")
@click.argument("folder", metavar="DIR")
@click.option(
    "--left", is_flag=True, help="Only the numbers of shards left, one a line."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def shards_status(**given: Any) -> None:
    """How far a plan is: parts that are whole, and shards that are left.

    \b
        newsingest shards status plan.jsonl parts
        newsingest shards status plan.jsonl parts --left | xargs -n1 newsingest shards run plan.jsonl --out parts --only

    Exit status: 0 every part is whole; 1 some are not; 2 wrong usage.
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    sys.exit(options.shards_status(given))


@shards.command("merge")
@click.argument("plan", metavar="PLAN")
@click.argument("folder", metavar="DIR")
@click.option(
    "-o",
    "--output",
    default="-",
    metavar="FILE|DIR/",
    help="One file, as `newsingest parse` writes it; or a folder that gets the parts, rejects.jsonl and summary.json.",
)
@format_options
@click.option(
    "--rejects",
    metavar="FILE",
    help="One JSON line for every input that gave no record. [default: none, in a folder rejects.jsonl]",
)
@click.option(
    "--summary",
    metavar="FILE",
    help="The figures, summed from the parts. [default: none, in a folder summary.json]",
)
@progress
@quiet
def shards_merge(**given: Any) -> None:
    """Put all parts together, in order: the bytes that `newsingest parse` would give.

    Every part is checked against the plan and its own SHA-256.

    \b
        newsingest shards merge plan.jsonl parts -o records.jsonl.zst --rejects rejects.jsonl
        newsingest shards merge plan.jsonl parts -o dataset/
        newsingest shards merge plan.jsonl parts -o dataset --format parquet

    Exit status: 0; 3 there are rejects; 1 a part is missing, of another plan or
    damaged; 2 wrong usage.
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    sys.exit(options.shards_merge(given))


@click.command()
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a span.")
@read_options
def explain(**given: Any) -> None:
    """How one file was read: every line, its label, the rule that decided.

    `-` is an article on stdin.
    A label in brackets is the runner-up where the decision was close. On a terminal this
    is a table; in a pipe it is a line a span, tab-separated and whole: line, label, rule,
    text, what was understood.

    \b
        newsingest explain articles/0001.txt
        newsingest explain articles/0001.txt | grep -P '\\tbyline'
        newsingest explain --rules my.toml articles/0001.txt
        newsingest explain --json - < article.txt | jq -r 'select(.label == "body").text'

    Exit status: 0; 3 FILE gives no record, with the reason; 1 it is not there; 2 wrong
    usage.
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    sys.exit(options.explain(given))


@click.command()
@click.argument("file")
def compact(file: str) -> None:
    """Keep the last record of each id in FILE, atomically.

    With --state, a changed article's new record follows the old one; the last wins.

    \b
        newsingest compact records.jsonl

    Exit status: 0; 1 a line is no record, or FILE cannot be written: it is left as it
    was; 11 a run is writing it; 2 wrong usage.
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    sys.exit(options.compact(file))


@click.command()
@click.argument("records", default="-")
@click.option(
    "--root",
    metavar="DIR",
    help="The folder that paths are below: sources are read and compared.",
)
@click.option(
    "--profile",
    metavar="FILE",
    help="The TOML of the profile that `text` was made under, if it is your own.",
)
def verify(records: str, root: str | None, profile: str | None) -> None:
    """Check records against the schema and their sources.

    Every line of RECORDS (`-` is stdin) must parse and fit the schema.
    With --root the source must still have its SHA-256, the spans must cover it to its
    last character, and `body` and `text` must be what they hold; of an article that has
    changed, its last record counts.

    \b
        newsingest verify records.jsonl
        newsingest verify --root articles/ records.jsonl.zst

    Exit status: 0; 3 with a line a fault; 1 RECORDS cannot be read; 2 wrong usage.
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    sys.exit(options.verify(records, root, profile))


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--profile",
    default="standard",
    show_default=True,
    metavar="NAME|FILE",
    help="What to do to the text: see `newsingest profiles`; or a TOML file with your own.",
)
@click.option(
    "--field",
    multiple=True,
    metavar="NAME",
    help="Lines are JSON; normalise this field: text, metadata.title. May be repeated.",
)
@click.option(
    "--errors",
    type=click.Choice(["strict", "pass"]),
    default="strict",
    show_default=True,
    help="A line that is not UTF-8, or not JSON: stop there, or say so and let it through as it is.",
)
@click.option(
    "--diff", is_flag=True, help="Show the lines that change, before and after."
)
@click.option(
    "--repair/--no-repair",
    default=False,
    show_default=True,
    help="First repair text that was damaged before it was saved.",
)
def normalize(**given: Any) -> None:
    """Normalise lines: FILEs, or stdin, to stdout.

    Every line is written as soon as it is read. A line to which nothing applies keeps
    its bytes.

    \b
        newsingest normalize < corpus.txt > normalised.txt
        newsingest normalize --profile lucene --field text records.jsonl
        newsingest normalize --diff article.txt

    Exit status: 0; 1 a line or a file could not be read; 2 wrong usage.
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    sys.exit(options.normalize(given))


@click.command()
@click.argument("profile", metavar="[NAME|FILE]", required=False)
def profiles(profile: str | None) -> None:
    """The normalisation profiles, or the steps of one with their reasons.

    \b
        newsingest profiles
        newsingest profiles lucene
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    sys.exit(options.profiles(profile))


@click.command()
def schema() -> None:
    """The JSON Schema of a record.

    \b
        newsingest schema > record.schema.json
    """
    import json  # noqa: PLC0415 - start-up

    from newsingest.article.schema import schema as made  # noqa: PLC0415

    click.echo(json.dumps(made(), ensure_ascii=False, indent=2))


ALL = (shards, explain, compact, verify, normalize, profiles, schema)

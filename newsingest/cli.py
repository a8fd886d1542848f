"""The command: read options, make one call, exit with its status."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from newsingest.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

CONTEXT = {"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "NEWSINGEST"}
SIZES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


class Size(click.ParamType[int]):
    """A number of bytes: `500000`, `64K`, `32MiB`."""

    name = "size"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Give the number of bytes."""
        if isinstance(value, int):
            return value
        text = str(value).strip().lower().removesuffix("b").removesuffix("i")
        unit = text[-1:] if text[-1:] in SIZES and text[-1:] else ""
        number = text.removesuffix(unit) if unit else text
        if not number.isdecimal():
            self.fail(f"{value!r} is no size: say 500000, 64K or 32MiB", param, ctx)
        return int(number) * SIZES[unit]


class Seconds(click.FloatRange):
    """A time; `nan`, which is in no order with anything, would be in every range."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Give the number of seconds."""
        number = float(super().convert(value, param, ctx))
        if number != number:  # noqa: PLR0124 - only nan differs from itself
            self.fail(f"{value!r} is no number of seconds: say 60 or 0.5", param, ctx)
        return number


def _configured(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    """Take defaults from a TOML file whose keys are the options' names."""
    if value is None:
        return
    import tomllib  # noqa: PLC0415 - only with --config

    try:
        with open(value, "rb") as file:  # noqa: PTH123
            data = tomllib.load(file)
    except OSError as error:
        from newsingest.run.reading import cannot_read  # noqa: PLC0415

        raise click.UsageError(cannot_read(f"--config {value}", error)) from None
    except tomllib.TOMLDecodeError as error:
        raise click.UsageError(f"--config {value}: {error}") from None
    known = {param.name for param in ctx.command.params}
    defaults = {key.replace("-", "_"): item for key, item in data.items()}
    if unknown := sorted(set(defaults) - known):
        raise click.UsageError(
            f"--config {value}: no option is called {unknown[0]}; its keys are the "
            "long options' names, such as jobs or max-bytes"
        )
    ctx.default_map = {**(ctx.default_map or {}), **defaults}


READ_OPTIONS = (
    click.option(
        "--rules",
        multiple=True,
        metavar="FILE",
        help="Extra rules (TOML); later files win.",
    ),
    click.option(
        "--encoding",
        default="auto",
        show_default=True,
        metavar="NAME",
        help="Skip detection.",
    ),
    click.option(
        "--timezone",
        metavar="ZONE",
        help="IANA zone of dates printed without one. [default: they stay naive]",
    ),
    click.option(
        "--date-order",
        type=click.Choice(["dmy", "mdy", "ymd"]),
        default="dmy",
        show_default=True,
        help="How a date such as 3/4/2024 is meant.",
    ),
    click.option(
        "--relative-to",
        metavar="DATE|mtime",
        help="The now behind `منذ 3 ساعات`. [default: such a date stays null]",
    ),
    click.option(
        "--repair/--no-repair",
        default=True,
        show_default=True,
        help="Repair text that was damaged before it was saved.",
    ),
)
"""How an article is read: options of every command that reads articles."""


def read_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `READ_OPTIONS` to a command."""
    for option in reversed(READ_OPTIONS):
        command = option(command)
    return command


INPUT_OPTIONS = (
    click.option(
        "--files-from",
        multiple=True,
        metavar="FILE",
        help="Read more inputs from a list, one a line; `-` is stdin.",
    ),
    click.option(
        "-0", "--null", is_flag=True, help="The lists are separated by NUL bytes."
    ),
    click.option(
        "--root",
        metavar="DIR",
        help="The folder that listed paths are below; `path` and `source` are told from it.",
    ),
    click.option(
        "--include",
        multiple=True,
        metavar="GLOB",
        help="Take files that match. [default: *.txt and its compressed forms]",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Leave out files and folders that match.",
    ),
    click.option(
        "--follow-symlinks",
        is_flag=True,
        help="Follow links to folders; loops are noticed.",
    ),
    click.option(
        "--profile",
        default="standard",
        show_default=True,
        metavar="NAME|FILE",
        help="Normalisation profile of `text`, or a TOML file with your own.",
    ),
    *READ_OPTIONS,
    click.option(
        "--source",
        metavar="NAME",
        help="`source` of every record. [default: the folder's name]",
    ),
    click.option(
        "--align",
        is_flag=True,
        help="Add metadata.alignment: the way from a place in `text` back to the source.",
    ),
    click.option(
        "--max-bytes",
        type=Size(),
        default=32 << 20,
        metavar="SIZE",
        help="Larger inputs are rejected. [default: 32MiB]",
    ),
    click.option(
        "--timeout",
        type=Seconds(min=0, max=1e6),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        help="Time for one article; 0 is no limit.",
    ),
    click.option(
        "--allow-empty", is_flag=True, help="A folder without articles is no error."
    ),
)
"""What is read and how: options of the commands that read folders of articles."""


def input_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `INPUT_OPTIONS` to a command."""
    for option in reversed(INPUT_OPTIONS):
        command = option(command)
    return command


def format_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what records are written as."""
    command = click.option(
        "--partition-by",
        type=click.Choice(["year"]),
        help="With --format parquet: a folder for each year of `created`, year=2024/.",
    )(command)
    return click.option(
        "--format",
        type=click.Choice(["jsonl", "parquet"]),
        default="jsonl",
        show_default=True,
        help="Lines, or a folder of Parquet files with a dataset card: pip install 'newsingest[parquet]'.",
    )(command)


quiet = click.option(
    "-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors."
)
progress = click.option(
    "--progress/--no-progress",
    default=None,
    help="A bar on stderr. [default: on a terminal]",
)
log_format = click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What stderr is written in.",
)
"""What people are told: options of every command that takes its time."""


@click.group(context_settings=CONTEXT)
@click.version_option(VERSION, "-V", "--version", message="%(version)s")
def cli() -> None:
    """Folders of Arabic news articles in, JSON Lines out.

    Metadata (headline, date, byline, agency, place, related links, footer) is split
    from the body, dates are understood, the Arabic is normalised.

    \b
        newsingest parse articles/ -o records.jsonl
        newsingest explain articles/0001.txt
    """


@cli.command()
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option(
    "-o",
    "--output",
    default="-",
    metavar="FILE",
    help="Where records go; `-` is stdout. Compressed by suffix (.gz .bz2 .xz .zst), written whole or not at all.",
)
@format_options
@click.option(
    "--rejects",
    metavar="FILE",
    help="One JSON line for every input that gave no record. [default: reasons go to stderr]",
)
@input_options
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Worker processes; the output is the same for every N. [default: by itself, at most the number of CPUs]",
)
@click.option(
    "--engine",
    type=click.Choice(["processes", "dask"]),
    default="processes",
    show_default=True,
    help="What works: processes of this machine, or a Dask cluster (pip install 'newsingest[dask]').",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="With --engine dask: a cluster that is there, such as tcp://10.0.0.1:8786. [default: one on this machine]",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="With --engine dask, without --scheduler: its workers. [default: the number of CPUs]",
)
@click.option(
    "--shards",
    metavar="DIR",
    help="With --engine dask: where parts go and stay; every worker must see it. [default: OUTPUT.shards, removed at the end]",
)
@click.option(
    "--shard-size",
    default="1000",
    show_default=True,
    metavar="N|BYTES",
    help="With --engine dask: what goes into one shard.",
)
@click.option(
    "--state",
    metavar="FILE",
    help="Remember what was done; a later run reads only what is new or changed, and -o is appended to.",
)
@click.option(
    "--lock-wait",
    type=Seconds(min=0, max=1e6),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for another run on this state file. [default: exit 11 at once]",
)
@click.option(
    "--reprocess/--no-reprocess",
    default=True,
    help="When the configuration has changed, do everything again, or refuse. [default: do]",
)
@click.option(
    "--fail-under",
    multiple=True,
    metavar="FIELD=SHARE",
    help="Exit 3 when fewer records have a field: created=0.95.",
)
@click.option("--summary", metavar="FILE", help="The run's figures as JSON.")
@click.option(
    "--summary-prom",
    metavar="FILE",
    help="The same for Prometheus' textfile collector.",
)
@progress
@quiet
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Name every reject, and say where a crash was.",
)
@log_format
@click.option(
    "--config",
    callback=_configured,
    is_eager=True,
    expose_value=False,
    metavar="FILE",
    help="A TOML file with options: jobs = 4.",
)
def parse(**given: Any) -> None:
    """Parse folders, files, archives, or `-` for one article on stdin.

    Addresses (s3://, gs://, https://, hdfs://) are read and written like paths, with
    `pip install 'newsingest[remote]'`. Every option can come from the environment
    (NEWSINGEST_PARSE_JOBS=4) and from --config.

    \b
        newsingest parse articles/ -o records.jsonl.zst --rejects rejects.jsonl
        newsingest parse archive.tar.gz | jq -r .metadata.title
        find . -name '*.txt' -print0 | newsingest parse --files-from - -0
        jq -r .path rejects.jsonl | newsingest parse --root articles/ --files-from -
        newsingest parse articles/ -o records.jsonl --state records.state -q
        newsingest parse articles/ -o dataset --format parquet --partition-by year

    Exit status: 0 every input became a record; 3 at least one was rejected; 1 the run
    could not do its work; 2 wrong usage; 11 another run holds the lock; 130, 143
    interrupted.
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up: --help needs none of it

    if not given["paths"] and not given["files_from"]:
        raise click.UsageError("name a PATH to parse, or a list with --files-from")
    sys.exit(options.parse(given))


@cli.group()
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
@click.option(
    "--config",
    callback=_configured,
    is_eager=True,
    expose_value=False,
    metavar="FILE",
    help="A TOML file with options: size = 500.",
)
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
    type=click.IntRange(min=1),
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


@cli.command()
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
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    sys.exit(options.explain(given))


@cli.command()
@click.argument("file")
def compact(file: str) -> None:
    """Keep the last record of each id in FILE, atomically.

    With --state, a changed article's new record follows the old one; the last wins.

    \b
        newsingest compact records.jsonl
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    sys.exit(options.compact(file))


@cli.command()
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
    changed, its last record counts. Exit status 0, or 3 with a line a fault.

    \b
        newsingest verify records.jsonl
        newsingest verify --root articles/ records.jsonl.zst
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    sys.exit(options.verify(records, root, profile))


@cli.command()
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


@cli.command()
@click.argument("profile", metavar="[NAME|FILE]", required=False)
def profiles(profile: str | None) -> None:
    """The normalisation profiles, or the steps of one with their reasons.

    \b
        newsingest profiles
        newsingest profiles lucene
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up

    sys.exit(options.profiles(profile))


@cli.command()
def schema() -> None:
    """The JSON Schema of a record.

    \b
        newsingest schema > record.schema.json
    """
    import json  # noqa: PLC0415 - start-up

    from newsingest.article.schema import schema as made  # noqa: PLC0415

    click.echo(json.dumps(made(), ensure_ascii=False, indent=2))


def main() -> None:
    """Run the command; wrong usage is one line that says where to look."""
    try:
        sys.exit(cli.main(prog_name="newsingest", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        where = (
            error.ctx.command_path
            if isinstance(error, click.UsageError) and error.ctx
            else "newsingest"
        )
        from newsingest.run.progress import clean  # noqa: PLC0415 - start-up

        message = clean(error.format_message().rstrip("."))
        click.echo(f"newsingest: {message}: see {where} --help", err=True)
        sys.exit(error.exit_code)
    except click.Abort:  # Ctrl-C where no run is going on
        sys.exit(130)

"""The command: read options, make one call, exit with its status."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from newsingest.given import (
    JOBS,
    Seconds,
    config,
    format_options,
    input_options,
    log_format,
    progress,
    quiet,
)
from newsingest.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

OK, INTERRUPTED = 0, 130
CONTEXT = {"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "NEWSINGEST"}


@contextmanager
def _stdout_may_fail() -> Iterator[None]:
    """End with the status for it, where Click would say 1 for every reason."""
    try:
        yield
    except OSError as error:
        from newsingest.run.ends import failed  # noqa: PLC0415 - start-up

        sys.exit(failed(error))


class Commands(click.Group):
    """`parse`, and the others when one of them is wanted: 1 ms of each start."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the options of the group; `--help` writes here."""
        with _stdout_may_fail():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Read the options of a command, and run it."""
        with _stdout_may_fail():
            return super().invoke(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in self.commands:
            self._add_others()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all."""
        self._add_others()
        return super().list_commands(ctx)

    def _add_others(self) -> None:
        from newsingest import commands  # noqa: PLC0415 - start-up

        for command in commands.ALL:
            self.add_command(command)


@click.group(cls=Commands, context_settings=CONTEXT)
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
    type=JOBS,
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
@config("jobs = 4")
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
    interrupted; 141 the reader of the pipe went away.
    """
    from newsingest.run import options  # noqa: PLC0415 - start-up: --help needs none of it

    if not given["paths"] and not given["files_from"]:
        raise click.UsageError("name a PATH to parse, or a list with --files-from")
    sys.exit(options.parse(given))


def main() -> int:
    """Run the command; gives the exit status.

    Wrong usage is one line that says where to look.
    """
    try:
        status = cli.main(prog_name="newsingest", standalone_mode=False)
    except SystemExit as end:
        status = end.code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        status = error.exit_code
    except click.ClickException as error:
        where = (
            error.ctx.command_path
            if isinstance(error, click.UsageError) and error.ctx
            else "newsingest"
        )
        from newsingest.run.progress import clean  # noqa: PLC0415 - start-up

        message = clean(error.format_message().rstrip("."))
        click.echo(f"newsingest: {message}: see {where} --help", err=True)
        status = error.exit_code
    except click.Abort:  # Ctrl-C where no run is going on
        status = INTERRUPTED
    return status or OK

"""Options of more than one command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

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


JOBS = click.IntRange(min=1, max=1000)
"""Worker processes. A slip of a digit must not fill a machine with them."""


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


def configured(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
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
    except ValueError as error:  # no TOML, or no UTF-8
        raise click.UsageError(f"--config {value}: {error}") from None
    options = {param.name: param for param in ctx.command.params}
    defaults = {}
    for key, item in data.items():
        option = options.get(key.replace("-", "_"))
        if option is None:
            raise click.UsageError(
                f"--config {value}: no option is called {key}; its keys are the "
                "long options' names, such as jobs or max-bytes"
            )
        try:
            defaults[option.name] = _as_typed(option, item)
        except ValueError as error:
            raise click.UsageError(f"--config {value}: {key} {error}") from None
    ctx.default_map = {**(ctx.default_map or {}), **defaults}


def _as_typed(option: click.Parameter, item: object) -> bool | str | list[str]:
    """A value of a TOML file as if it stood on the command line.

    Raises `ValueError`: Click takes whatever it gets for a name or a number.
    """
    if option.multiple or option.nargs != 1:
        several = item if isinstance(item, list) else [item]
        return [_word(one) for one in several]
    if isinstance(option, click.Option) and option.is_flag:
        if isinstance(item, bool):
            return item
        raise ValueError("must be true or false")
    return _word(item)


def _word(item: object) -> str:
    if isinstance(item, bool | list | dict):
        raise ValueError("must be a text or a number")  # noqa: TRY004
    word = str(item)
    if "\0" in word:
        raise ValueError("has a NUL in it")
    return word


READ_OPTIONS = (
    click.option(
        "--rules",
        multiple=True,
        metavar="FILE",
        help="Extra rules (TOML); may be repeated, later files win.",
    ),
    click.option(
        "--encoding",
        default="auto",
        show_default=True,
        metavar="NAME",
        help="Skip detection: cp1256, utf-16, … as Python calls them.",
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
        help="Read more inputs from a list, one a line; `-` is stdin; may be repeated.",
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
        help="Take files whose name, or path below the folder, matches; may be repeated. [default: *.txt and its compressed forms]",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Leave out files and folders that match; may be repeated.",
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


def config(example: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option that takes defaults from a file."""
    return click.option(
        "--config",
        callback=configured,
        is_eager=True,
        expose_value=False,
        metavar="FILE",
        help=f"A TOML file with options: {example}.",
    )

"""What people see, always on stderr: a bar while it runs, a table at the end."""

from __future__ import annotations

import re
import sys
import time
from typing import TYPE_CHECKING, Protocol, TextIO

from newsingest.run import terminal
from newsingest.run.summary import COUNTED, Summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bar
    from rich.table import Table

    from newsingest.run.summary import Reject

CONTROL = (
    "[\x00-\x1f\x7f-\x9f\N{LEFT-TO-RIGHT EMBEDDING}-\N{RIGHT-TO-LEFT OVERRIDE}"
    "\N{LEFT-TO-RIGHT ISOLATE}-\N{POP DIRECTIONAL ISOLATE}]"
)
REFRESH = 0.2
LOG_EVERY = 30.0
"""Seconds between two `progress` events in a log."""
BAR_WIDTH = 20
FIELD_WIDTH = 10
WIDE = 80
"""Columns of a terminal from which fields stand in two columns."""
MOST_REASONS = 20
"""Rejects whose reasons are told on stderr when there is no rejects file."""
UNTOLD = {
    "path", "sha256", "bytes", "encoding", "char_count", "word_count", "profile",
    "newsingest", "span_labels", "span_ends", "language",
}  # fmt: skip
"""Fields that every record has: their share says nothing."""


class Progress(Protocol):
    """How a run shows itself."""

    def start(self, total: Iterator[int] | None) -> None:
        """Begin; `total` counts the inputs in steps where they can be counted."""

    def update(self, summary: Summary) -> None:
        """Show how far it is."""

    def reject(self, reject: Reject) -> None:
        """Tell that an input gave no record."""

    def note(self, text: str) -> None:
        """Tell people something."""

    def fail(self, text: str) -> None:
        """Tell why the run could not do its work."""

    def finish(self, summary: Summary) -> None:
        """Show the figures."""


def clean(text: str) -> str:
    r"""A text from a file name or a file, unable to move the cursor or colour it.

    >>> clean("a\x1b[31m.txt")
    'a?[31m.txt'
    """
    return re.sub(CONTROL, "?", text)


def _escaped(found: re.Match[str]) -> str:
    r"""A character as JSON may write it: a log is read on terminals too."""
    return f"\\u{ord(found[0]):04x}"


class Silent:
    """`--quiet`: nothing but what made the run fail."""

    def __init__(self, file: TextIO) -> None:
        """Write to `file`."""
        self.file = file

    def start(self, total: Iterator[int] | None) -> None:
        """Show nothing."""

    def update(self, summary: Summary) -> None:
        """Show nothing."""

    def reject(self, reject: Reject) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""

    def fail(self, text: str) -> None:
        """Write one line."""
        self.file.write(f"newsingest: {clean(text)}\n")

    def finish(self, summary: Summary) -> None:
        """Show nothing."""


class Lines:
    """Where stderr is no terminal: reasons of rejects, and one last line."""

    def __init__(
        self, file: TextIO, *, tell_rejects: bool, verbose: bool, often: bool = False
    ) -> None:
        """Write to `file`; `tell_rejects` where there is no rejects file.

        `often` is for those who ask for progress where there is no terminal.
        """
        self.file, self.verbose, self.often = file, verbose, often
        self.left = MOST_REASONS if tell_rejects else 0
        self.untold = 0
        self.told = time.monotonic()

    def start(self, total: Iterator[int] | None) -> None:
        """Show nothing: a log is no place for a bar."""

    def update(self, summary: Summary) -> None:
        """Tell how far it is, at a rate that suits a log."""
        if self.often and time.monotonic() - self.told >= LOG_EVERY:
            self.told = time.monotonic()
            self.note(f"so far: {summary.line()}")

    def reject(self, reject: Reject) -> None:
        """Name the first inputs that gave no record, and why."""
        if self.left or self.verbose:
            self.left -= bool(self.left)
            where = clean(f"{reject.source}/{reject.path}")
            self.note(f"{where}: {reject.reason}: {clean(reject.detail)}")
        else:
            self.untold += 1

    def note(self, text: str) -> None:
        """Write a line."""
        self.file.write(f"{text}\n")
        self.file.flush()

    def fail(self, text: str) -> None:
        """Write one line."""
        self.note(f"newsingest: {clean(text)}")

    def finish(self, summary: Summary) -> None:
        """Write the last line."""
        if self.untold and self.left == 0 and summary.rejected.total() >= MOST_REASONS:
            self.note(
                f"{self.untold:,} more were rejected: --rejects FILE keeps all of them"
            )
        self.note(summary.line())


class Json:
    """`--log-format json`: one object an event."""

    def __init__(self, file: TextIO, *, quiet: bool = False) -> None:
        """Write to `file`; only what made the run fail if `quiet`."""
        self.file, self.quiet = file, quiet
        self.told = time.monotonic()

    def start(self, total: Iterator[int] | None) -> None:
        """Tell that it begins."""
        del total
        self._event("start")

    def update(self, summary: Summary) -> None:
        """Tell how far it is, at a rate that suits a log."""
        if time.monotonic() - self.told >= LOG_EVERY:
            self.told = time.monotonic()
            self._event(
                "progress",
                records=summary.records,
                rejected=summary.rejected.total(),
                skipped=summary.skipped.total(),
                bytes=summary.bytes,
            )

    def reject(self, reject: Reject) -> None:
        """Tell which input gave no record."""
        self._event("reject", **reject._asdict())

    def note(self, text: str) -> None:
        """Tell something."""
        self._event("note", text=text)

    def fail(self, text: str) -> None:
        """Tell why the run could not do its work."""
        self._event("error", text=text)

    def finish(self, summary: Summary) -> None:
        """Tell the figures."""
        self._event("summary", **summary.as_dict())

    def _event(self, event: str, **what: object) -> None:
        import orjson  # noqa: PLC0415 - start-up: only logs in JSON need it here

        if self.quiet and event != "error":
            return
        line = orjson.dumps({"event": event} | what).decode()
        self.file.write(re.sub(CONTROL, _escaped, line) + "\n")
        self.file.flush()


class Terminal(Lines):
    """A bar while it runs, a table at the end; drawn by hand, so without a thread."""

    def __init__(
        self, file: TextIO, *, tell_rejects: bool, verbose: bool, bar: bool
    ) -> None:
        """Write to `file`, a terminal; `bar` is off with `--no-progress`."""
        super().__init__(file, tell_rejects=tell_rejects, verbose=verbose)
        self.console = terminal.console(file, soft_wrap=True)
        self.wanted = bar
        self.bar: Bar | None = None
        self.total: Iterator[int] | None = None
        self.drawn = 0.0

    def start(self, total: Iterator[int] | None) -> None:
        """Draw the bar; the total grows while the folders are being counted."""
        if not self.wanted:
            return
        from rich import progress as rich  # noqa: PLC0415 - start-up

        self.total = total
        self.bar = rich.Progress(
            rich.TextColumn("{task.completed:,}/{task.fields[total]}"),
            rich.BarColumn(BAR_WIDTH),
            rich.TextColumn("{task.fields[size]}"),
            rich.TextColumn("{task.fields[rate]}"),
            rich.TimeRemainingColumn(compact=True),
            rich.TextColumn("{task.fields[rejects]}"),
            console=self.console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self.task = self.bar.add_task("", total=None)
        self.bar.tasks[0].fields.update(total="?", size="", rate="", rejects="")
        self.began = time.monotonic()
        self.bar.start()

    def update(self, summary: Summary) -> None:
        """Redraw the bar, five times a second at most."""
        now = time.monotonic()
        if self.bar is None or now - self.drawn < REFRESH:
            return
        self.drawn = now
        self._count(now)
        seconds = max(now - self.began, 0.001)
        self.bar.update(
            self.task,
            completed=summary.ended,
            size=_size(summary.bytes),
            rate=f"{summary.ended / seconds:,.0f}/s",
            rejects=f"{summary.rejected.total():,} rejected",
        )
        self.bar.refresh()

    def _count(self, now: float) -> None:
        """Count on for a moment: a folder of a million names must not hold the run."""
        if self.bar is None or self.total is None:
            return
        counted = 0
        for counted in self.total:
            if time.monotonic() - now > REFRESH / 4:
                self.bar.tasks[0].fields["total"] = f"{counted:,}+"
                return
        self.total = None
        if counted:
            self.bar.tasks[0].fields["total"] = f"{counted:,}"
            self.bar.update(self.task, total=counted)

    def note(self, text: str) -> None:
        """Write a line above the bar."""
        from rich.text import Text  # noqa: PLC0415 - start-up

        self.console.print(Text(text))

    def fail(self, text: str) -> None:
        """Write one line, below the place of the bar."""
        if self.bar:
            self.bar.stop()
        super().fail(text)

    def finish(self, summary: Summary) -> None:
        """Take the bar away and show the table."""
        if self.bar:
            self.bar.stop()
        self.console.print(counts(summary))
        if summary.records:
            self.console.print(fields(summary, 2 if self.console.width > WIDE else 1))
        super().finish(summary)


def counts(summary: Summary) -> Table:
    """What became of the inputs, by reasons."""
    from rich.table import Table  # noqa: PLC0415 - start-up

    found = Table(box=None, show_header=False, padding=(0, 1), show_edge=False)
    found.add_column("what", style="bold")
    found.add_column("number", justify="right")
    found.add_row("inputs", f"{summary.inputs:,}")
    found.add_row("records", f"{summary.records:,}")
    for what, by_reason, style in (
        ("skipped", summary.skipped, "dim"),
        ("rejected", summary.rejected, "red"),
        ("warned", summary.warnings, "dim"),
    ):
        for reason, number in sorted(by_reason.items()):
            found.add_row(f"{what}: {reason}", f"{number:,}", style=style)
    return found


def fields(summary: Summary, columns: int) -> Table:
    """The share of records that have each field, with a small bar."""
    from rich.table import Table  # noqa: PLC0415 - start-up

    found = Table(box=None, show_header=False, padding=(0, 1), show_edge=False)
    for _ in range(columns):
        found.add_column("field", style="bold")
        found.add_column("share", justify="right")
        found.add_column("bar", no_wrap=True, style="cyan")
    names = [name for name in COUNTED if name not in UNTOLD]
    rows = -(-len(names) // columns)
    for row in range(rows):
        cells: list[str] = []
        for name in names[row::rows]:
            share = summary.share(name)
            full = round(share * FIELD_WIDTH)
            cells += [name, f"{share:.0%}", "█" * full + "·" * (FIELD_WIDTH - full)]
        found.add_row(*cells)
    return found


def _size(size: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004
            return f"{size:,.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"


def chosen(  # noqa: PLR0913 - what the options say
    *,
    quiet: bool,
    verbose: bool,
    bar: bool | None,
    log_format: str,
    tell_rejects: bool,
    file: TextIO | None = None,
) -> Progress:
    """How this run shows itself, by the options and by what stderr is."""
    file = file or sys.stderr
    if log_format == "json":
        return Json(file, quiet=quiet)
    if quiet:
        return Silent(file)
    if file.isatty():
        return Terminal(
            file, tell_rejects=tell_rejects, verbose=verbose, bar=bar is not False
        )
    return Lines(file, tell_rejects=tell_rejects, verbose=verbose, often=bar is True)

"""What the command line says → the plan of a run."""

from __future__ import annotations

import codecs
import os
import re
import signal
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsingest.article.record import Options, RejectedError
from newsingest.run.ends import failed
from newsingest.run.inputs import Selection, is_remote, printable
from newsingest.run.progress import clean
from newsingest.run.reading import cannot_read
from newsingest.run.sinks import JSONL, STDOUT
from newsingest.run.summary import COUNTED, FAILED, OK, REJECTS, USAGE, RunError, count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from newsingest.article.normalize import Normalizer
    from newsingest.article.parse import Parser
    from newsingest.run.batch import Job
    from newsingest.run.ingest import Plan
    from newsingest.run.plans import Size

MTIME = "mtime"


def parse(given: Mapping[str, Any]) -> int:
    """Run `newsingest parse`; gives the exit status."""
    return _told(lambda: _parse(given))


def _parse(given: Mapping[str, Any]) -> int:
    from newsingest.run import ingest  # noqa: PLC0415 - a wrong option needs none of it

    _check_names(given)
    _check_format(given)
    plan = ingest.Plan(
        job=_job(given),
        selection=_selection(given),
        bar=given["progress"],
        fail_under=tuple(map(_floor, given["fail_under"])),
        **{name: given[name] for name in PLAIN},
    )
    if given["engine"] != OURS:
        return _on_a_cluster(plan, given)
    for name in FOR_ENGINES:
        if given[name] is not None:
            raise RunError(f"--{name} is for --engine dask", USAGE)
    return ingest.run(plan)


OURS = "processes"
"""The engine that needs no other."""
FOR_ENGINES = ("scheduler", "workers", "shards")


def _on_a_cluster(plan: Plan, given: Mapping[str, Any]) -> int:
    from newsingest.run import cluster  # noqa: PLC0415 - start-up

    engine = cluster.Engine(
        size=size(given["shard_size"], "--shard-size"),
        scheduler=given["scheduler"],
        workers=given["workers"],
        folder=given["shards"],
    )
    return cluster.run(plan, engine)


NAMING = (
    "paths", "files_from", "root", "output", "rejects", "summary", "summary_prom",
    "state", "shards",
)  # fmt: skip
"""Options whose values are files or folders."""


def _check_names(given: Mapping[str, Any]) -> None:
    """Refuse `-o "$UNSET"`: an empty name is that of the folder one is in."""
    for name in NAMING:
        said = given.get(name)
        if said == "" or (isinstance(said, tuple) and "" in said):
            what = "a PATH" if name == "paths" else f"--{name.replace('_', '-')}"
            raise RunError(
                f"{what} without a name: leave it out, or name a file or a folder",
                USAGE,
            )


def _check_format(given: Mapping[str, Any]) -> None:
    """Refuse what only lines, or only columns, can do."""
    if given["format"] == JSONL:
        if given["partition_by"]:
            raise RunError("--partition-by is for --format parquet", USAGE)
        return
    if given["output"] == STDOUT:
        raise RunError("--format parquet writes a folder: name it, -o DIR", USAGE)
    if given.get("state"):
        raise RunError(
            "--state appends, and a Parquet file is closed for good: keep records in "
            "lines with --state, and make columns of them after the run",
            USAGE,
        )


def _job(given: Mapping[str, Any]) -> Job:
    """What is done with every input. Raises `RunError`."""
    from newsingest.run.batch import Job  # noqa: PLC0415 - a wrong option needs it not

    options = article_options(given)
    checked(options)
    return Job(
        options=options,
        relative_to_mtime=given["relative_to"] == MTIME,
        max_bytes=given["max_bytes"],
        timeout=given["timeout"],
        track=given.get("state") is not None,
    )


def _selection(given: Mapping[str, Any]) -> Selection:
    """Which files are read."""
    return Selection(
        include=tuple(given["include"]),
        exclude=tuple(glob.rstrip("/") for glob in given["exclude"]),
        follow_symlinks=given["follow_symlinks"],
        max_bytes=given["max_bytes"],
    )


PLAIN = (
    "paths", "files_from", "null", "root", "source", "output", "rejects", "summary",
    "jobs", "allow_empty", "quiet", "verbose", "log_format", "state", "lock_wait",
    "reprocess", "summary_prom", "format", "partition_by",
)  # fmt: skip
"""Options that go to the plan as they are."""


def shards_plan(given: Mapping[str, Any]) -> int:
    """Run `newsingest shards plan`; gives the exit status."""
    return _told(lambda: _shards_plan(given))


def _shards_plan(given: Mapping[str, Any]) -> int:
    from newsingest.run import ingest, parts  # noqa: PLC0415 - start-up

    _check_names(given)
    plan = ingest.Plan(
        job=_job(given),
        selection=_selection(given),
        **{name: given[name] for name in PLANNED},
    )
    made = parts.plan(plan, size(given["size"]))
    if not given["quiet"]:
        sys.stderr.write(f"{parts.planned(*made)}\n")
    return OK


PLANNED = ("paths", "files_from", "null", "root", "source", "output", "allow_empty")
"""Options of `shards plan` that go to the plan as they are."""


def size(said: str, option: str = "--size") -> Size:
    """How much goes into one shard: `1000` are inputs, `64MiB` bytes."""
    from newsingest.run.plans import Size  # noqa: PLC0415 - start-up

    found = re.fullmatch(r"([0-9]{1,15})\s*(?:([kmg])i?b?|(b))?", said.strip().lower())
    number = int(found[1]) if found else 0
    if not found or not number:
        raise RunError(
            f"{option} {said}: say how many inputs, such as 1000, or how many bytes, "
            "such as 64MiB",
            USAGE,
        )
    if not found[2] and not found[3]:
        return Size(inputs=number)
    return Size(bytes=number << {"k": 10, "m": 20, "g": 30}.get(found[2], 0))


def shards_run(given: Mapping[str, Any]) -> int:
    """Run `newsingest shards run`; gives the exit status."""
    return _told(lambda: _shards_run(given))


def _shards_run(given: Mapping[str, Any]) -> int:
    from newsingest.run import ingest, parts, plans, progress  # noqa: PLC0415 - start-up
    from newsingest.run.shards import Way  # noqa: PLC0415

    listing = plans.load(given["plan"])
    numbers = parts.chosen(given["only"], len(listing), os.environ)
    shown = progress.chosen(
        quiet=given["quiet"],
        verbose=False,
        bar=given["progress"],
        log_format=given["log_format"],
        tell_rejects=False,
    )
    stop = ingest.Stop()
    way = Way(given["out"], given["compress"], given["jobs"], stop)
    return parts.run(listing, numbers, way, shown, stop)


def shards_status(given: Mapping[str, Any]) -> int:
    """Run `newsingest shards status`; gives the exit status."""
    return _told(lambda: _shards_status(given))


def _shards_status(given: Mapping[str, Any]) -> int:
    from newsingest.run import parts, plans  # noqa: PLC0415 - start-up

    found = parts.status(plans.load(given["plan"]), given["folder"])
    if given["as_json"]:
        sys.stdout.write(parts.status_json(found))
    elif given["left"]:
        sys.stdout.writelines(f"{number}\n" for number in found.left)
    else:
        sys.stdout.writelines(f"{line}\n" for line in parts.status_lines(found))
    return FAILED if found.left else OK


def shards_merge(given: Mapping[str, Any]) -> int:
    """Run `newsingest shards merge`; gives the exit status."""
    return _told(lambda: _shards_merge(given))


def _shards_merge(given: Mapping[str, Any]) -> int:
    from newsingest.run import parts, plans, progress  # noqa: PLC0415 - start-up

    shown = progress.chosen(
        quiet=given["quiet"],
        verbose=False,
        bar=given["progress"],
        log_format="text",
        tell_rejects=False,
    )
    listing = plans.load(given["plan"])
    _check_format(given)
    into = parts.Merged(
        given["output"],
        given["rejects"],
        given["summary"],
        given["format"],
        given["partition_by"],
    )
    shown.start(iter([listing.inputs]))
    try:
        summary = parts.merge(listing, given["folder"], into, shown.update)
    except RunError as error:
        shown.fail(str(error))
        return error.status
    shown.finish(summary)
    return summary.status


def explain(given: Mapping[str, Any]) -> int:
    """Run `newsingest explain`; gives the exit status."""
    return _told(lambda: _explain(given))


def _explain(given: Mapping[str, Any]) -> int:
    from newsingest.article import explain as core  # noqa: PLC0415 - start-up
    from newsingest.run import explain as shown  # noqa: PLC0415
    from newsingest.run.reading import read  # noqa: PLC0415

    if is_remote(os.fsencode(given["file"])):
        from newsingest.run.remote import read  # noqa: PLC0415 - an extra

    parser = checked(article_options(given))
    file = os.fsencode(given["file"])
    if file != b"-" and not is_remote(file):
        _must_be_there(file)
    try:
        raw = _on_stdin() if file == b"-" else read(file, 32 << 20).raw
        readings = core.explain(parser, raw)
    except RejectedError as error:
        sys.stderr.write(f"newsingest: {printable(file)}: {error}\n")
        return REJECTS
    if given["as_json"]:
        sys.stdout.buffer.writelines(shown.as_lines(readings))
    else:
        shown.show(readings, sys.stdout)
    return OK


def _on_stdin() -> bytes:
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise RunError(cannot_read(STDOUT, error)) from None


def _must_be_there(file: bytes) -> None:
    try:
        os.stat(file)
    except OSError as error:
        raise RunError(cannot_read(printable(file), error)) from None


def compact(file: str) -> int:
    """Run `newsingest compact`; gives the exit status."""
    return _told(lambda: _compact(file))


def _compact(file: str) -> int:
    from newsingest.run import records  # noqa: PLC0415 - start-up

    kept, dropped = records.compact(file)
    sys.stderr.write(f"{count(kept, 'record')} kept, {dropped:,} superseded dropped\n")
    return OK


def verify(file: str, root: str | None, profile: str | None) -> int:
    """Run `newsingest verify`; gives the exit status."""
    return _told(lambda: _verify(file, root, profile))


def _verify(file: str, root: str | None, profile: str | None) -> int:
    from newsingest.run import records  # noqa: PLC0415 - start-up

    if root and is_remote(os.fsencode(root)):
        raise RunError(
            "--root: sources are compared on this machine: copy the folder here, or "
            "verify without --root",
            USAGE,
        )

    def tell(line: str) -> None:
        sys.stderr.write(f"{clean(line)}\n")

    own = _profile(profile or "standard")
    return records.verify(file, root, own, tell)


def normalize(given: Mapping[str, Any]) -> int:
    """Run `newsingest normalize`; gives the exit status."""
    return _told(lambda: _normalize(given))


def _normalize(given: Mapping[str, Any]) -> int:
    from newsingest.run import filter as lines  # noqa: PLC0415 - start-up

    return lines.run(
        lines.Plan(
            normalizer=_normalizer(given["profile"]),
            files=given["files"],
            fields=given["field"],
            strict=given["errors"] == "strict",
            diff=given["diff"],
            repair=given["repair"],
        )
    )


def profiles(profile: str | None) -> int:
    """Run `newsingest profiles`; gives the exit status."""
    return _told(lambda: _profiles(profile))


def _profiles(profile: str | None) -> int:
    from newsingest.run import profiles as shown  # noqa: PLC0415 - start-up

    if profile is None:
        shown.every(sys.stdout)
    else:
        _normalizer(profile)
        shown.one(*_profile(profile), sys.stdout)
    return OK


def _normalizer(value: str) -> Normalizer:
    from newsingest.article.normalize import Normalizer  # noqa: PLC0415 - start-up

    try:
        return Normalizer.load(*_profile(value))
    except ValueError as error:
        raise RunError(str(error), USAGE) from None


def article_options(given: Mapping[str, Any]) -> Options:
    """The options that can change a record. Raises `RunError`."""
    profile, text = _profile(given.get("profile", "standard"))
    return Options(
        profile=profile,
        profile_text=text,
        rules=tuple((name, _text(name, "--rules")) for name in given["rules"]),
        encoding=given["encoding"],
        timezone=given["timezone"],
        date_order=given["date_order"],
        relative_to=_now(given["relative_to"]),
        repair=given.get("repair", True),
        align=given.get("align", False),
    )


def checked(options: Options) -> Parser:
    """Compile everything before anything is read. Raises `RunError` on a mistake."""
    from newsingest.article.parse import parser  # noqa: PLC0415 - start-up

    if options.encoding != "auto":
        try:
            codecs.lookup(options.encoding)
        except LookupError:
            raise RunError(
                f"--encoding {options.encoding}: no encoding has that name; "
                "Python's names are meant, such as cp1256 or utf-8",
                USAGE,
            ) from None
    try:
        return parser(options)
    except ValueError as error:
        raise RunError(str(error), USAGE) from None


def _profile(value: str) -> tuple[str, str | None]:
    if not value.endswith(".toml"):
        return value, None
    name = os.path.basename(value).removesuffix(".toml")
    return name, _text(value, "--profile")


def _text(path: str, option: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise RunError(cannot_read(f"{option} {path}", error), USAGE) from None
    except UnicodeDecodeError as error:
        raise RunError(
            f"{option} {path}: not in UTF-8 ({error.reason} at byte {error.start}): "
            "save it as UTF-8",
            USAGE,
        ) from None


def _now(value: str | None) -> datetime | None:
    if value is None or value == MTIME:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise RunError(
            f"--relative-to {value}: neither a date such as 2024-03-07T12:00 nor mtime",
            USAGE,
        ) from None


def _floor(value: str) -> tuple[str, float]:
    name, _, share = value.partition("=")
    try:
        floor = float(share)
    except ValueError:
        floor = -1.0
    if name not in COUNTED or not 0 <= floor <= 1:
        raise RunError(
            f"--fail-under {value}: say FIELD=SHARE, a field of the record and a share "
            "from 0 to 1, such as created=0.95",
            USAGE,
        )
    return name, floor


def _told(work: Callable[[], int]) -> int:
    """Run, and turn what cannot be done into one line and its status."""
    try:
        return work()
    except RunError as error:
        sys.stderr.write(f"newsingest: {clean(str(error))}\n")
        return error.status
    except OSError as error:
        return failed(error)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT

"""`--engine dask`: the shards of one run, made on a Dask cluster, then put together.

Dask hands out numbers of shards and nothing else. What is done is known by the parts,
and which shard kills by the marks that it leaves: Dask itself blames whatever waited on
a worker that died, and would end innocent shards.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from newsingest.run import ingest, parts, places, plans, shards, sinks
from newsingest.run.jobs import cpus
from newsingest.run.shards import GIVEN_UP, Way, run_shard
from newsingest.run.summary import USAGE, RunError, Summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Client, Future

    from newsingest.run.ingest import Plan
    from newsingest.run.plans import Listing, Size
    from newsingest.run.progress import Progress

PLAN = "plan.jsonl"
AT_HAND = 100
"""Shards that the scheduler knows of at least; three a thread where that is more."""
TICK = 2.0
"""Seconds between two looks at whether there are workers."""
WITHOUT_WORKERS = 60.0
"""Seconds without any worker after which a run gives up."""
DEATHS = 1000
"""`allowed-failures` of a scheduler that is ours: deaths of workers after which it ends
a shard. The shard's own marks end it much sooner, if it is guilty."""


class Engine(NamedTuple):
    """Where shards are made. `folder` is where parts go, to be kept if it was named."""

    size: Size
    scheduler: str | None = None
    workers: int | None = None
    folder: str | None = None


def run(plan: Plan, engine: Engine) -> int:
    """Do what a plan says on a cluster; gives the exit status.

    Raises `RunError` when it cannot begin.
    """
    _check(plan, engine)
    folder = engine.folder or f"{plan.output.rstrip('/')}.shards"
    if not places.far(folder):
        folder = os.path.realpath(folder)
    plan = plan._replace(parts=folder)
    ingest.check_apart(plan)
    ingest.check_outputs(plan, ingest.sources_of(plan, ingest.Stop()).roots)
    stop = ingest.Stop()
    shown, summary = ingest.shown(plan), Summary(plan.job.options.profile)
    work = _Work(plan, engine, folder, shown, summary, stop)
    return ingest.ended(plan, summary, shown, stop, work.do)


def _check(plan: Plan, engine: Engine) -> None:
    """Refuse what an engine cannot do. Raises `RunError`."""
    if plan.state:
        raise RunError(
            "--engine dask has no --state: what is done is known by its parts; keep "
            "them with --shards DIR",
            USAGE,
        )
    if plan.output == sinks.STDOUT and not engine.folder:
        raise RunError(
            "--engine dask makes parts before it writes: say -o FILE, and they are "
            "beside it, or --shards DIR",
            USAGE,
        )
    if engine.scheduler and engine.workers:
        raise RunError(
            "--workers is for a cluster on this machine; one with a --scheduler has "
            "its own",
            USAGE,
        )
    try:
        import distributed  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise RunError(
            "--engine dask needs Dask: pip install 'newsingest[dask]'", USAGE
        ) from None


class _Work(NamedTuple):
    """One run on its way."""

    plan: Plan
    engine: Engine
    folder: str
    shown: Progress
    summary: Summary
    stop: ingest.Stop

    def do(self) -> None:
        """From the plan to the merged records. Raises `RunError`."""
        with self.stop.waiting():
            self._check_places()
            places.folder_made(self.folder)
            made = os.path.join(self.folder, PLAN)
            parts.plan(self.plan._replace(output=made), self.engine.size)
            listing = plans.load(made)
            _forget_tries(self.folder)
            self.summary.skipped = listing.skipped.copy()
            self.shown.start(iter([listing.inputs + listing.skipped.total()]))
            with client(self.engine) as found:
                for told in _Making(found, listing, self.folder, self.shown):
                    self.summary.add(told)
                    self.shown.update(self.summary)
            self._merge(listing)

    def _check_places(self) -> None:
        """Refuse stores that cannot be written, before hours of work."""
        is_folder = self.plan.format != sinks.JSONL
        places.check_writable(
            self.plan.output.rstrip("/") if is_folder else self.plan.output
        )
        places.check_writable(self.plan.rejects)
        places.check_writable(self.plan.summary)

    def _merge(self, listing: Listing) -> None:
        """Put the parts together; the figures are then those of the parts."""
        into = parts.Merged(
            self.plan.output,
            self.plan.rejects,
            format=self.plan.format,
            partition_by=self.plan.partition_by,
        )
        merged = parts.merge(listing, self.folder, into)
        self.summary.become(merged)
        self._tell_rejects(listing)
        if not self.engine.folder:
            self._remove_parts()

    def _remove_parts(self) -> None:
        """The records are where they belong: parts that stay are no failure."""
        try:
            places.remove_folder(self.folder)
        except (RunError, OSError) as error:
            self.shown.note(f"parts stay in {self.folder}, remove them: {error}")

    def _tell_rejects(self, listing: Listing) -> None:
        for reject in parts.rejects(listing, self.folder):
            self.shown.reject(reject)


def _forget_tries(folder: str) -> None:
    """Of an earlier run, whose workers were ended with the shards they had in hand."""
    for name in places.names(folder):
        if name.startswith("tries-"):
            places.remove(os.path.join(folder, name))


def dask_setup(_worker: object) -> None:
    """Leave Ctrl-C to the run: Dask calls this in each worker of a cluster of ours."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def client(engine: Engine) -> Iterator[Client]:
    """A client of the cluster. Raises `RunError` when no scheduler answers."""
    import dask  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 - an extra
    from distributed import Client, LocalCluster  # noqa: PLC0415

    # What a cluster tells of dying workers is ours to tell, if it matters.
    for name in ("distributed", "bokeh", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if engine.scheduler:
        try:
            found = Client(engine.scheduler, timeout="10s")
        except (OSError, ValueError) as error:
            raise RunError(
                f"no Dask scheduler answers at {engine.scheduler}: {error}: start one "
                "with `dask scheduler`, or leave --scheduler out"
            ) from None
        with found:
            yield found
        return
    settings = {
        "distributed.scheduler.allowed-failures": DEATHS,
        "distributed.scheduler.worker-saturation": 1.0,
        "distributed.worker.preload": [__name__],
        # Keeps a tree of calls for each of the last 1,000 seconds: 50 MB more.
        "distributed.worker.profile.enabled": False,
    }
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=engine.workers or cpus(),
            threads_per_worker=1,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as local,
        Client(local) as found,
    ):
        yield found


class _Making:
    """The shards of a plan on their way; iterate to get the parts' summaries."""

    def __init__(
        self, client: Client, listing: Listing, folder: str, shown: Progress
    ) -> None:
        self.client, self.listing, self.shown = client, listing, shown
        self.way = Way(folder)
        self._left = iter(range(len(listing)))
        self._at_hand: dict[Future, int] = {}
        self._failures: Counter[int] = Counter()
        self._tries: Counter[int] = Counter()
        self._alone_since: float | None = None
        self._most = max(AT_HAND, 3 * sum(client.nthreads().values()))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Summaries as parts are made. Raises `RunError`."""
        self._hand_out()
        while self._at_hand:
            for future in self._ended():
                told = self._taken(future)
                if told:
                    yield told
            self._hand_out()

    def _hand_out(self) -> None:
        while len(self._at_hand) < self._most:
            number = next(self._left, None)
            if number is None:
                return
            self._give(number)

    def _give(self, number: int) -> None:
        self._tries[number] += 1
        key = f"newsingest-{os.getpid()}-{number}-{self._tries[number]}"
        path, folder = self.listing.path, self.way.folder
        future = self.client.submit(
            run_shard, path, number, folder, key=key, pure=False
        )
        self._at_hand[future] = number

    def _ended(self) -> list[Future]:
        """Shards that have come to an end; none when there is just nothing yet."""
        from distributed import wait  # noqa: PLC0415 - an extra

        try:
            wait(list(self._at_hand), timeout=TICK, return_when="FIRST_COMPLETED")
        except TimeoutError:
            self._look_for_workers()
        else:
            self._alone_since = None
        return [future for future in self._at_hand if future.done()]

    def _look_for_workers(self) -> None:
        """Raise `RunError` when there has been no worker for a while."""
        if self.client.status != "running":
            raise RunError(f"the Dask scheduler has gone; to go on: {ingest.again()}")
        now = time.monotonic()
        if self.client.nthreads():
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = now
        elif now - self._alone_since > WITHOUT_WORKERS:
            raise RunError(
                f"no Dask worker for {WITHOUT_WORKERS:g} seconds: start some; to go "
                f"on: {ingest.again()}"
            )

    def _taken(self, future: Future) -> dict[str, Any] | None:
        """The summary of a part; or the shard is given out again."""
        number = self._at_hand.pop(future)
        if future.status == "finished":
            told: dict[str, Any] = future.result()
            return told
        error = future.exception() if future.status == "error" else None
        return self._failed(number, error)

    def _failed(
        self, number: int, error: BaseException | None
    ) -> dict[str, Any] | None:
        from distributed import KilledWorker  # noqa: PLC0415 - an extra

        if error is not None and not isinstance(error, KilledWorker):
            self._failures[number] += 1
            if self._failures[number] >= GIVEN_UP:
                return self._given_up(number, error)
        elif self._tries[number] > DEATHS:
            raise RunError(f"shard {number}: whatever worker takes it dies")
        self._give(number)
        return None

    def _given_up(self, number: int, error: BaseException) -> dict[str, Any]:
        """A shard that has failed too often, though no worker died of it."""
        why = f"{type(error).__name__}: {error}"
        if isinstance(error, RunError):
            raise RunError(
                f"a Dask worker says: {error}; workers must see {self.way.folder} as "
                "this machine does, and be able to write there: name a folder or a "
                "store that all share with --shards",
                error.status,
            )
        if isinstance(error, ImportError | AttributeError):
            raise RunError(
                f"a Dask worker cannot do it: {why}: install this version of "
                "newsingest on every worker"
            )
        shard = self.listing.shard(number)
        detail = f"its shard failed {GIVEN_UP} times: {why[:200]}"
        return shards.refused(self.listing, shard, self.way, detail)

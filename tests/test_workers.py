"""Processes: same order, and a dead one is noticed, replaced and blamed."""

from __future__ import annotations

import os
import signal
import time

import pytest

from newsingest.article.record import Options
from newsingest.run import jobs, workers
from newsingest.run.batch import Job, Worker
from newsingest.run.inputs import Input

ARTICLE = "حديقة في المدينة\n\nأعلنت البلدية بدء العمل في الحديقة رقم {} أمس.".encode()


def inputs(count):
    for number in range(count):
        raw = ARTICLE.replace(b"{}", str(number).encode())
        yield Input(b"", f"{number:04}.txt", "news", raw=raw)


def lines(job, count, processes):
    found = jobs.results(job, inputs(count), processes)
    return b"".join(result.lines for result in found)


@pytest.mark.parametrize("processes", [2, 3])
def test_results_come_in_the_order_of_their_inputs(processes):
    job = Job(options=Options())
    assert lines(job, 500, processes) == lines(job, 500, 1)


@pytest.mark.parametrize(("count", "pools"), [(1, 0), (256, 0), (257, 1), (700, 1)])
def test_processes_are_started_where_they_pay(monkeypatch, count, pools):
    started = []

    class Counted(workers.Pool):
        def _start(self):
            started.append(self)
            return super()._start()

    monkeypatch.setattr(jobs, "PATIENCE", 0.0)
    monkeypatch.setattr(jobs, "cpus", lambda: 2)
    monkeypatch.setattr(workers, "Pool", Counted)
    job = Job(options=Options())
    assert lines(job, count, None) == lines(job, count, 1)
    assert len(set(started)) == pools


class Deadly(Worker):
    """A worker that is killed by one article, as the kernel does when memory is out."""

    def _read(self, item):
        if item.path == "0123.txt":
            os.kill(os.getpid(), signal.SIGKILL)
        return super()._read(item)


def test_a_killer_is_rejected_and_nothing_else_is_lost(monkeypatch):
    whole = lines(Job(options=Options()), 400, 1).splitlines()
    monkeypatch.setattr(workers, "compiled", Deadly)
    found = list(
        workers.Pool(Job(options=Options()), 2).run(
            jobs.cut(inputs(400)), lambda: False
        )
    )
    rejects = [reject for result in found for reject in result.rejects]
    assert [(reject.path, reject.reason) for reject in rejects] == [
        ("0123.txt", "crashed")
    ]
    assert "SIGKILL" in rejects[0].detail
    text = b"".join(result.lines for result in found)
    assert text.count(b"\n") == 399
    assert text.splitlines() == whole[:123] + whole[124:]


class DiesOnce(Worker):
    """A worker killed from outside while it does its second batch."""

    def work(self, batch, stop=lambda: False):
        if batch[0].path == "0064.txt" and len(batch) > 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().work(batch, stop)


def test_an_innocent_batch_is_done_again(monkeypatch):
    monkeypatch.setattr(workers, "compiled", DiesOnce)
    found = list(
        workers.Pool(Job(options=Options()), 2).run(
            jobs.cut(inputs(300)), lambda: False
        )
    )
    assert not [reject for result in found for reject in result.rejects]
    assert sum(result.records for result in found) == 300


def test_contents_that_fill_the_pipes_both_ways_do_not_block_them():
    job = Job(options=Options())
    long = ARTICLE + "تفاصيل أخرى عن الحديقة. ".encode() * 4000
    many = [Input(b"", f"{n:03}.txt", "news", raw=long) for n in range(200)]
    found = workers.Pool(job, 2).run(jobs.cut(many), lambda: False)
    assert sum(result.records for result in found) == 200


def test_what_waits_for_a_slow_batch_is_bounded(monkeypatch):
    monkeypatch.setattr(workers, "BUFFERED", 1 << 16)
    monkeypatch.setattr(workers, "compiled", SlowAtFirst)
    pool = workers.Pool(Job(options=Options()), 2)
    most = 0
    for result in pool.run(jobs.cut(inputs(2000)), lambda: False):
        most = max(most, pool.buffered)
        assert result.lines
    assert 0 < most < 1 << 20


class SlowAtFirst(Worker):
    """A worker that lets the others run ahead."""

    def _read(self, item):
        if item.path == "0000.txt":
            time.sleep(0.5)
        return super()._read(item)


class Deaf(Worker):
    """A worker that one article holds where no alarm reaches it."""

    def _read(self, item):
        if item.path == "0100.txt":
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
            time.sleep(60)
        return super()._read(item)


def test_one_that_stands_still_is_killed_and_its_article_named(monkeypatch):
    monkeypatch.setattr(workers, "compiled", Deaf)
    monkeypatch.setattr(workers, "GRACE", 0.2)
    monkeypatch.setattr(workers, "TICK", 0.1)
    job = Job(options=Options(), timeout=0.3)
    found = list(workers.Pool(job, 2).run(jobs.cut(inputs(300)), lambda: False))
    rejects = [reject for result in found for reject in result.rejects]
    assert [(one.path, one.reason) for one in rejects] == [("0100.txt", "timeout")]
    assert sum(result.records for result in found) == 299


def test_every_worker_killed_at_random_moments_loses_nothing():
    """What only dies by chance is done again; nothing hangs, nothing is said twice."""
    pool = workers.Pool(Job(options=Options()), 2)
    found = []
    for result in pool.run(jobs.cut(inputs(1500)), lambda: False):
        found.append(result)
        if len(found) % 6 == 3:
            pool.processes[len(found) % 2].process.kill()
    ends = [len(result.rejects) + result.records for result in found]
    assert sum(ends) == sum(result.inputs for result in found) == 1500
    text = b"".join(result.lines for result in found)
    assert len(set(text.splitlines())) == text.count(b"\n")

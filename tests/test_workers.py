"""Processes: same order, and a dead one is noticed, replaced and blamed."""

from __future__ import annotations

import os
import signal

import pytest

from newsingest.article.record import Options
from newsingest.run import workers
from newsingest.run.batch import Job, Worker
from newsingest.run.inputs import Input

ARTICLE = "حديقة في المدينة\n\nأعلنت البلدية بدء العمل في الحديقة رقم {} أمس.".encode()


def inputs(count):
    for number in range(count):
        raw = ARTICLE.replace(b"{}", str(number).encode())
        yield Input(b"", f"{number:04}.txt", "news", raw=raw)


def lines(job, count, jobs):
    found = workers.results(job, inputs(count), jobs)
    return b"".join(result.lines for result in found)


@pytest.mark.parametrize("jobs", [2, 3])
def test_results_come_in_the_order_of_their_inputs(jobs):
    job = Job(options=Options())
    assert lines(job, 500, jobs) == lines(job, 500, 1)


class Deadly(Worker):
    """A worker that is killed by one article, as the kernel does when memory is out."""

    def _read(self, item):
        if item.path == "0123.txt":
            os.kill(os.getpid(), signal.SIGKILL)
        return super()._read(item)


def test_a_killer_is_rejected_and_nothing_else_is_lost(monkeypatch):
    whole = lines(Job(options=Options()), 400, 1).splitlines()
    monkeypatch.setattr(workers, "Worker", Deadly)
    found = list(
        workers.Pool(Job(options=Options()), 2).run(
            workers.cut(inputs(400)), lambda: False
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
    monkeypatch.setattr(workers, "Worker", DiesOnce)
    found = list(
        workers.Pool(Job(options=Options()), 2).run(
            workers.cut(inputs(300)), lambda: False
        )
    )
    assert not [reject for result in found for reject in result.rejects]
    assert sum(result.records for result in found) == 300

"""Records in columns: what is written, when, and who can read it. `make parquet`."""

from __future__ import annotations

import filecmp
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newsingest.article.schema import schema
from newsingest.run import card, columns, sinks
from newsingest.run.summary import RunError, Summary

COMMAND = str(Path(sys.executable).parent / "newsingest")
ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
needs_pyarrow = pytest.mark.skipif(
    not importlib.util.find_spec("pyarrow"), reason="make parquet"
)


def run(*arguments, status=0, **more):
    done = subprocess.run(
        [COMMAND, *map(str, arguments)],
        env={**os.environ, **more}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done


def parse(*arguments, **more):
    return run("parse", "-q", *arguments, **more)


@pytest.fixture(scope="module")
def records():
    return [json.loads(line) for line in parse(SAMPLES).stdout.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The samples in columns, whole and by year."""
    top = tmp_path_factory.mktemp("columns")
    parse(SAMPLES, "-o", top / "whole", "--format", "parquet")
    parse(SAMPLES, "-o", top / "years", "--format", "parquet", "--partition-by", "year")
    return top


def rows(dataset):
    parquet = pytest.importorskip("pyarrow.parquet")
    return [
        row
        for file in sorted(dataset.rglob("*.parquet"))
        for row in parquet.ParquetFile(file).read().to_pylist()
    ]


def by_id(found):
    return sorted(found, key=lambda one: one["id"])


@needs_pyarrow
def test_rows_are_the_records(folder, records):
    assert rows(folder / "whole") == records
    assert by_id(rows(folder / "years")) == by_id(records)


@needs_pyarrow
def test_a_folder_for_each_year(folder, records):
    names = sorted(one.name for one in (folder / "years" / "data").iterdir())
    years = {(one["created"] or "")[:4] or columns.NO_YEAR for one in records}
    assert names == sorted(f"year={year}" for year in years)
    for name in names:
        for row in rows(folder / "years" / "data" / name):
            assert ((row["created"] or "")[:4] or columns.NO_YEAR) == name.removeprefix(
                "year="
            )


@needs_pyarrow
@pytest.mark.parametrize("align", [False, True])
def test_the_schema_is_that_of_the_dataclasses(align):
    found = columns.arrow_schema(align=align)
    properties = schema()["properties"]
    assert found.names == list(properties)
    inner = {field.name: str(field.type) for field in found.field("metadata").type}
    told = dict(properties["metadata"]["properties"])
    if not align:
        del told["alignment"]
    assert list(inner) == list(told)
    kinds = {"string": "string", "integer": "int64"}
    for name, kind in told.items():
        said = kind.get("type", "string")
        if said == "array":
            assert inner[name].startswith("list<")
        elif said != "object":
            assert inner[name] == kinds[said[0] if isinstance(said, list) else said], (
                name
            )


@needs_pyarrow
def test_alignment_is_a_column_when_it_is_asked_for(tmp_path):
    parse(SAMPLES, "--align", "-o", tmp_path / "aligned", "--format", "parquet")
    lines = parse(SAMPLES, "--align").stdout.splitlines()
    assert rows(tmp_path / "aligned") == [json.loads(line) for line in lines]


def same(one, two):
    """Whether two folders have the same files with the same bytes."""
    names = [
        sorted(str(file.relative_to(top)) for file in top.rglob("*") if file.is_file())
        for top in (one, two)
    ]
    return names[0] == names[1] and not any(
        filecmp.cmpfiles(one, two, names[0], shallow=False)[1:]
    )


@needs_pyarrow
@pytest.mark.parametrize("kind", ["whole", "years"])
def test_the_same_records_give_the_same_bytes(kind, folder, tmp_path):
    by = ["--partition-by", "year"] if kind == "years" else []
    parse(SAMPLES, "-o", tmp_path / kind, "--format", "parquet", "-j", "2", *by)
    assert same(tmp_path / kind, folder / kind)


@needs_pyarrow
def test_row_groups_end_where_the_records_say(tmp_path, monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(columns, "ROWS", 4)
    lines = parse(SAMPLES).stdout.encode()
    written = []
    for number, step in enumerate((len(lines), 700)):
        sink = columns.Dataset(str(tmp_path / str(number)))
        pieces = cut(lines, step)
        for piece in pieces:
            sink.write(piece)
        sink.commit()
        (file,) = (tmp_path / str(number)).rglob("*.parquet")
        groups = parquet.ParquetFile(file).metadata
        assert [
            groups.row_group(at).num_rows for at in range(groups.num_row_groups)
        ] == [4, 4, 4, 3]
        written.append(file.read_bytes())
    assert written[0] == written[1]


def cut(lines, step):
    """Whole lines, at least `step` bytes of them at a time."""
    while lines:
        end = lines.find(b"\n", min(step, len(lines)) - 1) + 1
        yield lines[:end]
        lines = lines[end:]


@needs_pyarrow
def test_what_waits_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(columns, "HELD_BYTES", 8000)
    sink = columns.Dataset(str(tmp_path / "held"), partition_by="year")
    most = 0
    for line in parse(SAMPLES).stdout.encode().splitlines(keepends=True):
        sink.write(line)
        most = max(most, sum(one.size for one in sink.partitions.values()))
    sink.commit()
    assert most < 8000 + 4000
    assert len(rows(tmp_path / "held")) == 15


@needs_pyarrow
def test_files_end_at_a_size(tmp_path, monkeypatch, records):
    monkeypatch.setattr(columns, "ROWS", 4)
    monkeypatch.setattr(columns, "FILE_BYTES", 1)
    sink = columns.Dataset(str(tmp_path / "files"))
    sink.write(parse(SAMPLES).stdout.encode())
    sink.commit()
    names = sorted(file.name for file in (tmp_path / "files" / "data").iterdir())
    assert names == [f"part-{number:06}.parquet" for number in range(4)]
    assert rows(tmp_path / "files") == records


@needs_pyarrow
def test_odd_characters_come_through(tmp_path):
    article = 'عنوان\n\nنص فيه \x00 و\x1b و\u2028 و\U0001f600 و"created":"1999" كلمات كثيرة هنا.\n'
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.txt").write_text(article, "utf-8")
    lines = parse(tmp_path / "in").stdout.encode().splitlines()
    parse(
        tmp_path / "in",
        "-o",
        tmp_path / "odd",
        "--format",
        "parquet",
        "--partition-by",
        "year",
    )
    assert rows(tmp_path / "odd") == [json.loads(line) for line in lines]
    assert os.listdir(tmp_path / "odd" / "data") == [f"year={columns.NO_YEAR}"]


@needs_pyarrow
def test_nothing_has_a_schema_all_the_same(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "in").mkdir()
    parse(
        tmp_path / "in", "--allow-empty", "-o", tmp_path / "none", "--format", "parquet"
    )
    (file,) = (tmp_path / "none").rglob("*.parquet")
    found = parquet.ParquetFile(file)
    assert (found.metadata.num_rows, found.schema_arrow) == (0, columns.arrow_schema())


@needs_pyarrow
def test_a_dataset_takes_the_place_of_the_one_before(folder, tmp_path):
    parse(
        SAMPLES,
        "-o",
        tmp_path / "whole",
        "--format",
        "parquet",
        "--partition-by",
        "year",
    )
    parse(SAMPLES, "-o", tmp_path / "whole", "--format", "parquet")
    assert same(tmp_path / "whole", folder / "whole")
    assert os.listdir(tmp_path) == ["whole"]


@needs_pyarrow
def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    told = parse(SAMPLES, "-o", tmp_path / "mine", "--format", "parquet", status=2)
    assert "there is a thesis.txt in it" in told.stderr
    told = parse(
        SAMPLES, "-o", tmp_path / "mine" / "thesis.txt", "--format", "parquet", status=1
    )
    assert "not a directory" in told.stderr
    assert os.listdir(tmp_path / "mine") == ["thesis.txt"]
    assert os.listdir(tmp_path) == ["mine"]


@needs_pyarrow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_what_was_there(number, folder, tmp_path):
    parse(SAMPLES, "-o", tmp_path / "whole", "--format", "parquet")
    fifo = tmp_path / "list"
    os.mkfifo(fifo)
    command = [
        COMMAND,
        "parse",
        "-q",
        "--files-from",
        fifo,
        "-o",
        tmp_path / "whole",
        "--format",
        "parquet",
    ]
    with subprocess.Popen(command) as process, fifo.open("w") as names:
        names.write(f"{SAMPLES}/01-daily.txt\n")
        names.flush()
        for _ in range(100):
            if any(name.endswith(".part") for name in os.listdir(tmp_path)):
                break
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(20) == 128 + number
    assert same(tmp_path / "whole", folder / "whole")
    assert sorted(os.listdir(tmp_path)) == ["list", "whole"]


@needs_pyarrow
def test_a_disk_that_is_full_is_one_line(tmp_path, monkeypatch):
    sink = columns.Dataset(str(tmp_path / "full"))
    sink.write(parse(SAMPLES).stdout.encode())

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(columns.Partition, "opened", full)
    with pytest.raises(RunError, match="no space left on device: free some space"):
        sink.commit()
    sink.discard()
    assert os.listdir(tmp_path) == []


@needs_pyarrow
@pytest.mark.parametrize("by", [[], ["--partition-by", "year"]])
def test_merged_shards_are_what_parse_writes(by, tmp_path, folder):
    kind = "years" if by else "whole"
    run("shards", "plan", SAMPLES, "-o", tmp_path / "plan", "--size", "4", "-q")
    run("shards", "run", tmp_path / "plan", "--out", tmp_path / "parts", "-q")
    run(
        "shards",
        "merge",
        tmp_path / "plan",
        tmp_path / "parts",
        "-o",
        tmp_path / kind,
        "--format",
        "parquet",
        "-q",
        *by,
    )
    assert same(tmp_path / kind, folder / kind)


@needs_pyarrow
def test_an_address_gets_the_same_files(folder, tmp_path):
    pytest.importorskip("fsspec")
    (tmp_path / "temporary").mkdir()
    for by in (
        [],
        ["--partition-by", "year"],
    ):  # the second takes the place of the first
        parse(
            SAMPLES,
            "-o",
            f"file://{tmp_path}/far",
            "--format",
            "parquet",
            *by,
            TMPDIR=str(tmp_path / "temporary"),
        )
    done = tmp_path / "far" / "data" / "_SUCCESS"
    assert done.read_bytes() == b""
    done.unlink()
    (tmp_path / "far").rename(tmp_path / "years")
    for empty in [
        one
        for one in (tmp_path / "years").rglob("*")
        if one.is_dir() and not any(one.iterdir())
    ]:
        empty.rmdir()
    assert readmes(tmp_path, folder)
    assert os.listdir(tmp_path / "temporary") == []


def readmes(one, two):
    """The cards name their folders: compare the rest."""
    texts = [
        (top / "years" / "README.md").read_text().replace("far", "years")
        for top in (one, two)
    ]
    (one / "years" / "README.md").write_text(texts[1])
    return texts[0] == texts[1] and same(one / "years", two / "years")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--format", "parquet"], "name it, -o DIR"),
        (["--partition-by", "year"], "is for --format parquet"),
        (["--format", "parquet", "-o", "x", "--state", "y"], "--state appends"),
    ],
)
def test_what_columns_cannot_be_is_refused(options, told):
    assert told in parse(SAMPLES, *options, status=2).stderr


def test_without_the_extra_its_name_is_told(tmp_path):
    (tmp_path / "stub").mkdir()
    (tmp_path / "stub" / "pyarrow.py").write_text("raise ImportError('no pyarrow')")
    done = parse(
        SAMPLES, "-o", tmp_path / "out", "--format", "parquet",
        status=1, PYTHONPATH=str(tmp_path / "stub"),
    )  # fmt: skip
    assert "pip install 'newsingest[parquet]'" in done.stderr
    assert os.listdir(tmp_path) == ["stub"]


def test_a_sink_of_lines_has_no_card():
    assert not isinstance(sinks.Nowhere(), sinks.Described)
    assert isinstance(columns.Dataset.__new__(columns.Dataset), sinks.Described)


def figures():
    summary = Summary("standard", inputs=21, records=20, bytes=1000)
    summary.rejected["empty"] = 1
    summary.filled["created"] = 15
    summary.warnings["no-title"] = 2
    return summary


def test_the_card_has_the_figures_of_the_summary():
    found = card.written(figures(), "out/أخبار/", align=False, size=300)
    head, body = found.split("---\n")[1:]
    assert 'pretty_name: "أخبار"' in head
    assert "- n<1K" in head
    assert "num_examples: 20" in head
    for line in (
        "| records | 20 |",
        "| inputs without a record: empty | 1 |",
        "| created | 15 | 0.750 |",
        "| no-title | 2 |",
    ):
        assert line in body
    assert "alignment" not in head
    assert "name: alignment" in card.written(figures(), "out", align=True, size=1)


@needs_pyarrow
def test_duckdb_reads_it(folder, records):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as base:
        whole = base.read_parquet(f"{folder}/whole/data/*.parquet")  # noqa: F841 - in SQL
        count, dated = base.sql(
            "select count(*), count(created) from whole"
        ).fetchall()[0]
        years = base.read_parquet(
            f"{folder}/years/data/**/*.parquet", hive_partitioning=True
        )
        years = base.sql(
            "select year, count(*) from years "
            "where list_contains(metadata.agencies, 'spa') group by 1"
        ).fetchall()
    assert (count, dated) == (
        len(records),
        sum(one["created"] is not None for one in records),
    )
    assert years == [(2024, 1)]


@needs_pyarrow
def test_pandas_reads_it(folder, records):
    pandas = pytest.importorskip("pandas")
    for kind in ("whole", "years"):
        frame = pandas.read_parquet(folder / kind / "data", partitioning=None)
        assert sorted(frame["id"]) == sorted(one["id"] for one in records)
    titles = pandas.json_normalize(
        pandas.read_parquet(folder / "whole" / "data")["metadata"]
    )["title"]
    assert list(titles) == [one["metadata"]["title"] for one in records]


@needs_pyarrow
@pytest.mark.filterwarnings("ignore")
def test_datasets_reads_it_and_the_card_is_right(
    folder, records, tmp_path, monkeypatch
):
    pytest.importorskip("datasets", reason="make parquet")
    code = (
        "import datasets, json, sys; from datasets import Features, DatasetInfo; "
        "found = datasets.load_dataset(sys.argv[1], split='train'); "
        "from pyarrow import parquet; from pathlib import Path; "
        "file = next(Path(sys.argv[1]).rglob('*.parquet')); "
        "assert found.features == Features.from_arrow_schema(parquet.ParquetFile(file).schema_arrow); "
        "print(json.dumps([dict(one) for one in found]))"
    )
    for kind in ("whole", "years"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(folder / kind)],
            env={**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert by_id(json.loads(done.stdout)) == by_id(records)


@needs_pyarrow
def test_spark_reads_it(folder, records, tmp_path):
    pytest.importorskip("pyspark", reason="make parquet")
    code = """
import json, sys
from pyspark.sql import SparkSession
local = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
         "spark.ui.enabled": "false", "spark.driver.memory": "1g"}
builder = SparkSession.builder.master("local[2,4]")
for key, value in local.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
whole = spark.read.parquet(sys.argv[1] + "/whole/data").collect()
years = spark.read.parquet(sys.argv[1] + "/years/data").groupBy("year").count().collect()
print(json.dumps([[row.asDict(recursive=True) for row in whole], [list(row) for row in years]]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True, text=True, check=False, cwd=tmp_path, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    whole, years = json.loads(done.stdout.splitlines()[-1])
    assert by_id(whole) == by_id(records)
    assert sum(number for _, number in years) == len(records)
    assert {year for year, _ in years} == {
        int((one["created"] or "0")[:4]) or None for one in records
    }

"""The measuring scripts run; what they measure is not asserted here."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

import newsingest
from newsingest.article.record import RejectedError

ROOT = Path(__file__).parents[1]
BENCH = ROOT / "bench"
SHARED = Path(os.environ.get("NEWSINGEST_SHARED", ROOT.parent / "shared"))


def script(name, *args, **more):
    command = [sys.executable, BENCH / name, *map(str, args)]
    return subprocess.run(command, text=True, capture_output=True, check=False, **more)


@pytest.fixture
def labelled(tmp_path):
    """A folder of two articles with gold, one of them impossible to get right."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.txt").write_text("وصل الوفد أمس إلى المدينة.\n", "utf-8")
    (folder / "b.txt").write_text("وصل الوفد أمس إلى المدينة.\n", "utf-8")
    rows = [
        {"path": "a.txt", "outlet": "one", "kind": "native", "url": None},
        {
            "path": "b.txt",
            "outlet": "two",
            "kind": "native",
            "url": "https://nowhere.example/",
            "lines": [[0, 0, "copyright"]],
        },
    ]
    gold = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "gold.jsonl").write_text(gold, "utf-8")
    return folder


def test_accuracy_report_puts_the_worst_outlet_first(labelled):
    report = script("eval.py", labelled, "--misses", "5")
    assert report.returncode == 0, report.stderr
    assert "mine/b.txt\n    url missing: gold 'https://nowhere.example/'" in (
        report.stdout
    )
    rows = [line.split() for line in report.stdout.splitlines()]
    outlets = [row[0] for row in rows if row and row[0] in ("one", "two")]
    assert outlets == ["two", "one"]
    assert ["url", "2", "0.500", "missing", "0.500"] in rows


def test_floors_rise_by_themselves_and_fall_only_when_told(labelled, tmp_path):
    pinned = tmp_path / "floors.toml"
    run = ("eval.py", labelled, "--floors", pinned)
    assert script(*run, "--update").returncode == 0
    assert '"url.score" = 0.5' in pinned.read_text("utf-8")
    higher = pinned.read_text("utf-8").replace(
        '"url.score" = 0.5', '"url.score" = 0.75'
    )
    pinned.write_text(higher, "utf-8")
    for raising in ((), ("--update",)):
        fallen = script(*run, *raising)
        assert fallen.returncode == 1
        assert "FELL mine.native url.score: 0.5000, floor 0.7500" in fallen.stdout
    assert script(*run, "--update", "--lower").returncode == 0
    assert '"url.score" = 0.5' in pinned.read_text("utf-8")


def test_an_error_that_is_gone_has_not_fallen(labelled, tmp_path):
    """A figure that is no longer there, since there was none of it, is not the worst."""
    pinned = tmp_path / "floors.toml"
    run = ("eval.py", labelled, "--floors", pinned)
    gold = labelled / "gold.jsonl"
    rows = gold.read_text("utf-8")
    gold.write_text(rows.replace('"url": null', '"url": "https://a.example/"'), "utf-8")
    assert script(*run, "--update", "--lower").returncode == 0
    held = pinned.read_text("utf-8")
    assert '"url.not_wrong" = 1.0' in held
    gold.write_text(rows, "utf-8")
    better = script(*run)
    assert better.returncode == 0, better.stdout


def test_an_outlet_held_out_loses_what_only_it_has_taught(labelled):
    article = "افتتاح السد الجديد\n\nلندن - رويترز\n\nوصل الوفد أمس إلى المدينة.\n"
    (labelled / "c.txt").write_text(article, "utf-8")
    with (labelled / "gold.jsonl").open("a", encoding="utf-8") as gold:
        row = {"path": "c.txt", "outlet": "three", "agencies": ["reuters"]}
        gold.write(json.dumps(row) + "\n")
    report = script("eval.py", labelled, "--hold-out")
    assert report.returncode == 0, report.stderr
    losses = {line.split()[0]: line for line in report.stdout.splitlines() if line}
    assert losses["three"].endswith("agencies 1.000→0.000")
    assert losses["one"].endswith("-")


def test_a_mistake_in_gold_is_said_with_its_line(labelled):
    with (labelled / "gold.jsonl").open("a", encoding="utf-8") as gold:
        gold.write('{"path": \n')
    broken = script("eval.py", labelled)
    assert broken.returncode == 1
    assert f"{labelled / 'gold.jsonl'}:3: not JSON" in broken.stderr


@pytest.mark.parametrize("name", ["encodings", "pages"])
def test_figures_are_those_of_the_reference_scorer(name, tmp_path):
    folder, reference = SHARED / "data" / name, SHARED / "eval" / "score.py"
    gold = folder / "gold.jsonl"
    if not gold.is_file() or not reference.is_file():
        pytest.skip("the shared data sets are not on this machine")
    records = tmp_path / "records.jsonl"
    with records.open("wb") as lines:
        for path in sorted(folder.rglob("*.txt")):
            with contextlib.suppress(RejectedError):  # a file without a record counts
                name_below = path.relative_to(folder).as_posix()
                record = newsingest.parse(path.read_bytes(), path=name_below)
                lines.write(orjson.dumps(record) + b"\n")
    ours = script("eval.py", folder, "--records", records, "--json")
    theirs = subprocess.run(
        [sys.executable, reference, gold, records, "--json", "--root", folder],
        text=True,
        capture_output=True,
        check=True,
    )
    mine, wanted = json.loads(ours.stdout)[name], json.loads(theirs.stdout)
    assert mine["overall"] == wanted["overall"]
    assert mine["by"] == wanted["by"]
    assert mine["confusion"] == wanted["confusion"]


@pytest.fixture
def articles(tmp_path):
    folder = tmp_path / "articles"
    made = script("corpus.py", folder, "--files", "30")
    assert made.returncode == 0, made.stderr
    return folder


def test_articles_are_distinct_and_the_same_for_a_seed(articles, tmp_path):
    fewer = tmp_path / "fewer"
    script("corpus.py", fewer, "--files", "3", "--deep")
    contents = [path.read_bytes() for path in sorted(articles.iterdir())]
    again = [path.read_bytes() for path in sorted(fewer.rglob("*.txt"))]
    assert len(set(contents)) == 30
    assert again == contents[:3]


def test_articles_of_one_size(tmp_path):
    script("corpus.py", tmp_path / "big", "--files", "2", "--size", "64K")
    sizes = [path.stat().st_size for path in (tmp_path / "big").iterdir()]
    assert len(sizes) == 2
    assert all(60_000 < size < 75_000 for size in sizes)


def test_the_floor_writes_a_line_for_every_file(articles):
    floor = script("floor.py", articles)
    assert floor.returncode == 0, floor.stderr
    rows = [json.loads(line) for line in floor.stdout.splitlines()]
    assert [row["id"] for row in rows] == sorted(map(str, articles.iterdir()))
    assert all(row["text"] for row in rows)


def test_the_shell_peer_takes_articles_apart(articles):
    if not (shutil.which("jq") and shutil.which("awk")):
        pytest.skip("no jq or awk here")
    command = ["sh", BENCH / "peers" / "awk_sed_jq.sh", articles]
    peer = subprocess.run(command, capture_output=True, check=True)
    lines = peer.stdout.decode("utf-8", "replace").splitlines()
    assert len([json.loads(line) for line in lines]) == 30


@pytest.mark.parametrize("option", [(), ("--calls",)])
def test_the_profile_names_functions(articles, option):
    profile = script("where.py", articles, "--rounds", "3", *option)
    assert profile.returncode == 0, profile.stderr
    assert "parse" in profile.stdout


def test_the_benchmark_prints_its_tables(tmp_path):
    place = os.environ | {"NEWSINGEST_BENCH": str(tmp_path)}
    parts = ("side_by_side", "state", "startup")
    only = [word for part in parts for word in ("--only", part)]
    run = script(
        "run.py", "--files", "20", "--rounds", "1", "--no-peers", *only, env=place
    )
    assert run.returncode == 0, run.stderr
    for row in ("| floor |", "| newsingest -j 2 |", "| rerun with", "--version |"):
        assert row in run.stdout


def test_the_normaliser_is_measured():
    done = script("normalize.py", "--articles", 2, "--rounds", 1)
    assert done.returncode == 0, done.stderr
    assert "search / str.translate, news: " in done.stdout

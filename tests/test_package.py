"""What is built is whole; `make dist` installs it in a clean venv and runs it."""

from __future__ import annotations

import importlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import newsingest
from newsingest.article.patterns import Lazy

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "newsingest"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", folder, ROOT]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    if "No matching distribution found for hatchling" in done.stderr:
        pytest.skip("the build backend cannot be fetched here")
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_every_module_table_and_profile_is_in_the_wheel(wheel):
    wanted = {
        file.relative_to(ROOT).as_posix()
        for file in PACKAGE.rglob("*")
        if file.suffix in {".py", ".toml", ".typed"}
    }
    compiled = {f"newsingest/{name}/compiled.json" for name in ("rules", "profiles")}
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == wanted | compiled


def test_the_wheel_says_what_it_is(wheel):
    (file,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    told = wheel.read(file).decode()
    assert f"\nVersion: {newsingest.__version__}\n" in told
    assert "\nLicense-Expression: GPL-3.0-or-later\n" in told
    assert "\nRequires-Python: >=3.11\n" in told


def test_the_public_names_are_seven_and_each_is_there():
    assert sorted(newsingest.__all__) == [
        "Normalizer", "Options", "Record", "__version__", "locate", "parse",
        "run_shard",
    ]  # fmt: skip
    assert all(getattr(newsingest, name) for name in newsingest.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Parser'"):
        newsingest.Parser  # noqa: B018


def test_asking_for_the_version_imports_neither_core_nor_shell():
    code = "import newsingest, sys; newsingest.__version__; print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(told.stdout.split())
    assert "newsingest.version" in loaded
    assert not {name for name in loaded if name.startswith("newsingest.article")}
    assert not loaded & {"click", "rich", "orjson", "tomllib", "sqlite3", "hashlib"}


def started(code):
    """What a process that has parsed an article tells when it is asked `code`."""
    article = next((ROOT / "samples").glob("01-*"))
    script = (
        "import contextlib, io, sys\n"
        f"sys.argv = ['newsingest', 'parse', '-q', {str(article)!r}]\n"
        "from newsingest import cli\n"
        "with contextlib.suppress(SystemExit):\n    cli.main()\n"
        "sys.stdout = sys.stderr\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script + code],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.count("\n") == 1, "no record"
    return done.stderr


def test_a_plain_parse_imports_only_what_it_needs():
    loaded = set(started("print(*sys.modules)").split())
    others = {"asyncio", "dateutil", "fastjsonschema", "fsspec", "hijridate", "logging"}
    others |= {
        "multiprocessing",
        "pyarabic",
        "rich",
        "sqlite3",
        "subprocess",
        "tomllib",
    }
    assert not loaded & {*others, "zoneinfo", "zstandard"}
    core = {f"newsingest.article.{name}" for name in ("align", "glyphs", "legacy")}
    shell = {f"newsingest.run.{name}" for name in ("ledger", "remote", "workers")}
    assert not loaded & {*core, *shell}


def test_a_plain_parse_compiles_few_of_the_patterns():
    told = started(
        "from newsingest.article.patterns import Lazy\n"
        "import gc\n"
        "gc.unfreeze()\n"
        "found = [one for one in gc.get_objects() if isinstance(one, Lazy)]\n"
        "print(len(found), sum('search' in vars(one) for one in found))\n"
    )
    found, compiled = map(int, told.split())
    assert found > 40
    assert compiled < found // 2


def test_every_pattern_that_waits_can_be_compiled():
    names = [file.stem for file in (PACKAGE / "article").glob("[a-z]*.py")]
    modules = [importlib.import_module(f"newsingest.article.{name}") for name in names]
    waiting = [
        one for m in modules for one in vars(m).values() if isinstance(one, Lazy)
    ]
    assert len(waiting) > 40
    assert [one.pattern for one in waiting] == [one.source[0] for one in waiting]


def test_what_waits_for_the_end_of_the_process_is_waited_for():
    code = (
        "import atexit, sys\n"
        "atexit.register(print, 'waited')\n"
        "sys.argv = ['newsingest', 'profiles']\n"
        "from newsingest.__main__ import main\n"
        "main()\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert told.stdout.endswith(b"waited\n")

"""The documentation is executed."""

from __future__ import annotations

import doctest
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from newsingest.cli import CONTEXT, cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(
    r"(?:<!-- needs: (\w+) -->\n)?```(console|pycon)\n(.*?)```", re.DOTALL
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Where examples are run: samples/ is there, and records.jsonl made of them."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "samples").symlink_to(ROOT / "samples")
    told = printed("newsingest parse -q samples/ -o records.jsonl", folder)
    assert (folder / "records.jsonl").exists(), told
    return folder


def printed(command, folder):
    """What a shell prints, standard error included."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "100"},
    ).stdout.decode()


def blocks(kind):
    return [
        pytest.param(page, found[3], found[1], id=f"{page.name}-{number}")
        for page in PAGES
        for number, found in enumerate(BLOCK.finditer(page.read_text("utf-8")))
        if found[2] == kind
    ]


@pytest.mark.parametrize(("page", "block", "needs"), blocks("console"))
def test_commands_print_what_the_page_says(page, block, needs, desk):
    needs = needs or ("jq" if "| jq" in block else None)
    if needs and not (shutil.which(needs) or importlib.util.find_spec(needs)):
        pytest.skip(f"{needs} is not installed: see the make targets")
    for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, expected = step.partition("\n")
        got = printed(command, desk)
        assert doctest.OutputChecker().check_output(
            expected, got, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        ), got


@pytest.mark.parametrize(("page", "block", "needs"), blocks("pycon"))
def test_python_prints_what_the_page_says(page, block, needs, desk, monkeypatch):
    if needs and not importlib.util.find_spec(needs):
        pytest.skip(f"{needs} is not installed: make recipes")
    monkeypatch.chdir(desk)
    if needs:  # in a process of its own: DuckDB complains at the end of this one
        (desk / "example").write_text(block, "utf-8")
        monkeypatch.setenv("HF_HOME", str(desk / "cache"))
        command = [sys.executable, "-m", "doctest", "-o", "ELLIPSIS", "example"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return
    example = doctest.DocTestParser().get_doctest(block, {}, page.name, str(page), 0)
    told: list[str] = []
    failed, tried = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(
        example, out=told.append
    )
    assert tried
    assert not failed, "".join(told)


MENTIONED = re.compile(r"newsingest ([a-z]+)((?:[^\n`|;&>]|\\\n)*)")


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda p: p.name)
def test_commands_that_are_only_shown_could_run(page):
    """Cron lines and units are not executed; at least their options are real."""
    known = {
        name: {option for param in command.params for option in param.opts}
        | {option for param in command.params for option in param.secondary_opts}
        for name, command, _ in commands()
    }
    for mentioned in MENTIONED.findall(page.read_text("utf-8")):
        command, rest = below(*mentioned, known)
        if command not in known:
            assert not re.search(r"(?<!\S)--?\w", rest), f"{command}{rest}"
            continue
        named = set(re.findall(r"(?<!\S)--?[a-z0-9][\w-]*", rest))
        assert named <= known[command] | {"-h", "--help"}, f"{command}{rest}"


def below(command, rest, known):
    """A command of a group, such as `shards plan`, and what follows it."""
    first, *others = rest.split(maxsplit=1) or [""]
    if f"{command} {first}" in known:
        return f"{command} {first}", " ".join(others)
    return command, rest


def commands(group=cli, parent=None, before=""):
    context = parent or click.Context(group, info_name="newsingest", **CONTEXT)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        inner = click.Context(command, info_name=name, parent=context)
        yield f"{before}{name}", command, inner
        if isinstance(command, click.Group):
            yield from commands(command, inner, f"{before}{name} ")


def reference():
    """docs/command-line.md, from the commands themselves."""
    context = click.Context(cli, info_name="newsingest", terminal_width=90, **CONTEXT)
    parts = [
        "# The command line\n",
        "Made from the commands' own help texts by `make docs`.\n",
        f"```\n{cli.get_help(context)}\n```\n",
    ]
    for name, command, context in commands():
        context.max_content_width = 90
        context.terminal_width = 90
        parts.append(f"## newsingest {name}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def test_the_reference_is_not_stale():
    page = ROOT / "docs" / "command-line.md"
    if os.environ.get("NEWSINGEST_WRITE_DOCS"):
        page.write_text(reference(), "utf-8")
    assert page.read_text("utf-8") == reference(), "run `make docs`"


def test_every_command_and_option_explains_itself():
    for name, command, _ in commands():
        assert command.help, f"{name} has no help text"
        assert f"newsingest {name}" in command.help, f"{name} shows no example"
        for param in command.params:
            if isinstance(param, click.Option):
                assert param.help, f"{name} {param.opts[0]} has no help text"


def test_every_page_is_in_the_index():
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    for page in PAGES:
        assert page.name == "README.md" or f"({page.name})" in index, page.name

"""Folders, lists and archives, as found and as made by somebody who means harm."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile
from collections import Counter

import pytest

from newsingest.run import archives
from newsingest.run.inputs import Root, Selection

ARTICLE = "حديقة في المدينة\n\nأعلنت البلدية بدء العمل في الحديقة أمس.".encode()


def members(file, **selection):
    root = Root(str(file).encode(), file.name.encode(), "news", folder=False)
    found = archives.members(root, Selection(**selection), Counter())
    return [
        (one.path.removeprefix(file.name).lstrip("/"), one.problem and one.problem[1])
        for one in found
    ]


def zipped(file, *names):
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, ARTICLE)
    return file


def tarred(file, *names, mode="w", raw=ARTICLE):
    with tarfile.open(file, mode) as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    return file


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize(
    ("name", "path", "problem"),
    [
        ("in/1.txt", "in/1.txt", None),
        ("./1.txt", "1.txt", None),
        ("/etc/1.txt", "etc/1.txt", None),
        ("../1.txt", "../1.txt", "its name leads out of the archive"),
        ("a/../../1.txt", "a/../../1.txt", "its name leads out of the archive"),
        ("more.zip", "more.zip", "an archive inside an archive"),
        ("a\nb.txt", "a\nb.txt", None),
        ("\x1b[31m.txt", "\x1b[31m.txt", None),
    ],
)
def test_names_of_members(tmp_path, pack, name, path, problem):
    file = pack(tmp_path / "a.zip" if pack is zipped else tmp_path / "a.tar", name)
    assert members(file) == [(path, problem)]


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize(
    "name", [".hidden.txt", "__MACOSX/._1.txt", "in/.git/1.txt", "1.jpg", ".."]
)
def test_members_that_are_passed_over(tmp_path, pack, name):
    file = pack(tmp_path / "a.zip" if pack is zipped else tmp_path / "a.tar", name)
    assert members(file) == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_second_member_of_one_name_is_rejected(tmp_path, pack):
    file = tmp_path / "a.zip" if pack is zipped else tmp_path / "a.tar"
    assert members(pack(file, "1.txt", "./1.txt", "1.txt")) == [
        ("1.txt", None),
        ("1.txt", "the archive has another of this name"),
        ("1.txt", "the archive has another of this name"),
    ]


def test_a_damaged_member_does_not_stop_the_others(tmp_path):
    file = zipped(tmp_path / "a.zip", "1.txt", "2.txt")
    raw = bytearray(file.read_bytes())
    raw[raw.index(ARTICLE)] ^= 0xFF
    file.write_bytes(raw)
    found = members(file)
    assert found[0][1].startswith("damaged: Bad CRC-32")
    assert found[1] == ("2.txt", None)


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_no_damage_ends_the_run(tmp_path, kind):
    """Cut and spoilt archives: members or reasons, never an exception."""
    names = [f"{number}.txt" for number in range(5)]
    file = tmp_path / f"a.{kind}"
    if kind == "zip":
        zipped(file, *names)
    else:
        tarred(file, *names, mode="w:gz" if kind == "tar.gz" else "w")
    whole = file.read_bytes()
    chance = random.Random(kind)  # noqa: S311 - the same damage on every run
    told = 0
    for _ in range(150):
        raw = bytearray(whole[: chance.randrange(len(whole))] or whole)
        for _ in range(chance.randrange(1, 12)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        file.write_bytes(raw)
        found = members(file)
        told += any(problem for _, problem in found)
    assert told > 75


def test_a_bomb_is_cut_off(tmp_path):
    file = tmp_path / "bomb.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        info = tarfile.TarInfo("1.txt")
        info.size = 50 << 20
        archive.addfile(info, io.BytesIO(bytes(50 << 20)))
    (only,) = members(file)
    assert only == ("1.txt", "52,428,800 bytes, --max-bytes is 33,554,432")
    inner = gzip.compress(bytes(40 << 20))
    assert members(tarred(tmp_path / "b.tar", "1.txt.gz", raw=inner)) == [
        ("1.txt.gz", "unpacks to more than --max-bytes 33,554,432")
    ]


def test_a_header_cannot_take_the_memory(tmp_path):
    file = tmp_path / "a.tar"
    info = tarfile.TarInfo("1.txt")
    info.type, info.size = tarfile.XHDTYPE, 4 << 30
    file.write_bytes(info.tobuf() + bytes(10240))
    ((_, problem),) = members(file)
    assert "a header of 4,294,967,296 bytes" in problem


def test_a_list_of_members_cannot_take_the_memory(tmp_path):
    file = zipped(tmp_path / "a.zip", "1.txt")
    raw = bytearray(file.read_bytes())
    at = raw.rindex(b"PK\5\6")
    raw[at + 12 : at + 16] = (1 << 30).to_bytes(4, "little")
    file.write_bytes(raw)
    assert members(file) == [
        ("", "archive: its list of members has 1,073,741,824 bytes")
    ]

"""How a submission is packed, and what its owner is called: every packaging that is read, names as people have them."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Files = Mapping[str, bytes]
# Noon on a day in May 2026, in UTC: the same class has the same times.
WHEN = 1_778_328_000
PEOPLE = (
    "Zoë Müller", "Siobhán O'Brien", "李小龍", "Łukasz Żak", "Nguyễn Thị Ánh", "עדי לוי", "D'Angelo, Sam", "Ωμέγα Π",
    unicodedata.normalize("NFD", "José Ñandú"), "anne-marie", "Sales & Söhne", "100% done", "#1 fan", "=1+2", "-rf",
    "Ayşe Iğdır", "Σωκράτης", "Анна Ёлкина", "राधा", "🦆 duck", "Smith  John", "Dr. No.", "null", "+49 30",
)  # fmt: skip
_OWN_IMPORT = re.compile(r"^(?:from (\w+) import .*|import (\w+).*)$", re.MULTILINE)


@dataclass(frozen=True)
class Packing:
    """One way to hand in files: `pack` makes the bytes of a file that ends in `suffix`, or the files of a folder.

    `whole` says whether every file goes along as it is; `share` of the submissions come this way, in percent.
    """

    id: str
    suffix: str
    share: int
    pack: Callable[[Files, str], bytes | Files]
    whole: bool = True


def person(number: int) -> str:
    """A name that nobody else in the class has."""
    return f"{PEOPLE[number % len(PEOPLE)]} {number:04}"


def write(path: Path, packed: bytes | Files, number: int) -> None:
    """Writes an entry of the class, with a time of its own."""
    if isinstance(packed, bytes):
        path.write_bytes(packed)
    else:
        path.mkdir()
        for name, data in packed.items():
            file = path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            os.utime(file, (WHEN + 60 * number,) * 2)
    os.utime(path, (WHEN + 60 * number,) * 2)


def _zip(files: Files, folder: str = "") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(folder + name, (2026, 5, 9, 12, 0, 0))
            member.external_attr = 0o644 << 16
            archive.writestr(member, data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _mac_zip(files: Files, owner: str) -> bytes:
    inside = {f"{owner}/{name}": data for name, data in files.items()}
    litter = {f"__MACOSX/{owner}/._{name}": b"\0\5\26\7Mac OS X" for name in files}
    return _zip({**inside, f"{owner}/.DS_Store": b"\0Bud1", **litter})


def _tar_gz(files: Files, owner: str) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"./{owner}/{name}")
            member.size, member.mtime = len(data), WHEN
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), mtime=WHEN)


def _notebook(files: Files, owner: str) -> bytes:
    """All code in one notebook, a cell for each file, without the imports that one file makes of another."""
    own = {name.removesuffix(".py") for name in files}
    cells = [_cell("markdown", f"# Homework of {owner}"), _cell("code", "%matplotlib inline\n!pip install numpy")]
    for name, data in files.items():
        if name.endswith(".py"):
            text = data.decode("utf-8-sig").replace("\r\n", "\n")
            alone = _OWN_IMPORT.sub(lambda match: "" if (match[1] or match[2]) in own else match[0], text)
            cells.append(_cell("code", alone))
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(book, ensure_ascii=False, indent=1).encode()


def _cell(kind: str, source: str) -> dict[str, object]:
    more: dict[str, object] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True), **more}


def _deeper(files: Files, owner: str) -> Files:
    return {f"homework of {owner}/{name}": data for name, data in files.items()}


PACKINGS = (
    Packing("folder", "", 30, lambda files, owner: files),
    Packing("deeper", "", 10, _deeper),
    Packing("zip", ".zip", 18, lambda files, owner: _zip(files)),
    Packing("zip-of-folder", ".zip", 6, lambda files, owner: _zip(files, f"{owner}/")),
    Packing("mac-zip", ".zip", 8, _mac_zip),
    Packing("tar.gz", ".tar.gz", 9, _tar_gz),
    Packing("tgz", ".tgz", 3, _tar_gz),
    Packing("notebook", ".ipynb", 8, _notebook, whole=False),
    Packing("single", "_{file}", 8, lambda files, owner: next(iter(files.values())), whole=False),
)

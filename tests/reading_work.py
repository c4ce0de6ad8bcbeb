"""Readers for a class's reading process that end, hang or swell it: a test's own process, started for it alone."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from pathlib import Path

from grader.classroom.model import HandedIn
from grader.classroom.run import entries
from grader.classroom.run.reader import read_all
from grader.model import Submission


def read(one: HandedIn, folder: Path, wanted: Collection[str], revision: str) -> Submission:
    """What was handed in, but for entries whose names say what happens at them."""
    if one.name.startswith("dies"):
        os._exit(9)
    if one.name.startswith("once") and not (folder.parent / "died").exists():
        (folder.parent / "died").write_text("", "utf-8")
        os._exit(9)
    if one.name.startswith("hangs"):
        time.sleep(600)
    if one.name.startswith("swells"):
        bytearray(300 << 20)
    if one.name.startswith("fails"):
        raise ZeroDivisionError("sorry")
    if one.name.startswith("beats"):
        for _ in range(6000):
            with (folder.parent / "beat").open("a") as file:
                file.write("x")
            time.sleep(0.01)
    return entries.read(one, folder, wanted, revision)


def handed(folder: Path) -> list[HandedIn]:
    """Every entry of the folder under its own name."""
    return [HandedIn(path.name, ((path.name, ""),)) for path in sorted(folder.iterdir())]


def read_class(folder: Path) -> None:
    """Reads a class as a run does: for a process that is ended in the middle of it."""
    list(read_all(handed(folder), folder, ("work.py",), read=read))

"""docs/tutorial.md is followed here from top to bottom: every command is run, every edit made, every output seen."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

PAGE = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
EXIT = {"grade ../anna --course . --only 2": 1, "grade ../anna --course ../for-students --only 2": 1}
WHOLE = re.compile(r"`([^`]+)`\s+becomes:\s*$")
REPLACED = re.compile(r"In\s+`([^`]+)`,\s+replace\s*$")
APPENDED = re.compile(r"at the end of `([^`]+)`:\s*$")


def blocks() -> Iterator[tuple[str, str, str]]:
    """The language, the text and the words before each block of the page."""
    end = 0
    for found in re.finditer(r"```(\w+)\n(.*?)```\n", PAGE, re.S):
        yield found[1], found[2], PAGE[end : found.start()]
        end = found.end()


def follow(folder: Path) -> Iterator[str]:
    """The commands, each run in its folder with its output compared; edits are made between them."""
    replaced: tuple[Path, str] | None = None
    for language, text, before in blocks():
        if language == "console":
            for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.M):
                if command.startswith("cd "):
                    folder /= command.removeprefix("cd ")
                else:
                    run(command, shown, folder)
                    yield command
        elif replaced:
            assert before.strip() == "with"
            path, old = replaced
            whole = path.read_text("utf-8")
            assert whole.count(old) == 1, old
            path.write_text(whole.replace(old, text), "utf-8")
            replaced = None
        elif name := REPLACED.search(before):
            replaced = folder / name[1], text
        elif name := APPENDED.search(before):
            with (folder / name[1]).open("a", encoding="utf-8") as file:
                file.write(text)
        else:
            name = WHOLE.search(before)
            assert name, f"teach this test what is done with\n{text}"
            assert (folder / name[1]).is_file()
            (folder / name[1]).write_text(text, "utf-8")


def run(command: str, shown: str, folder: Path) -> None:
    program, *words = command.split()
    assert program == "grade"
    done = subprocess.run([sys.executable, "-m", "grader", *words], cwd=folder, capture_output=True, encoding="utf-8")
    assert done.returncode == (EXIT.get(command, 2 if "finding\n" in shown else 0)), done.stdout + done.stderr
    for line in shown.splitlines():
        assert line.strip() in done.stdout + done.stderr


@pytest.mark.slow
def test_the_tutorial_can_be_followed_from_top_to_bottom(tmp_path: Path) -> None:
    ran = [*follow(tmp_path)]
    assert len(ran) == PAGE.count("\n$ grade ")
    for made in ("for-students/course.yaml", "my-course/exercise-2.html"):
        assert (tmp_path / made).is_file()

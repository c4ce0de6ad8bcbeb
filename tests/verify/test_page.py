"""The example of docs/verify.md is a course, and what the page shows is what `grade verify` prints for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from conftest import ROOT, Graded, write_files

BLOCKS = re.findall(r"```(\w+)\n(.*?)```", (ROOT / "docs" / "verify.md").read_text("utf-8"), re.S)


def plain(text: str) -> str:
    """The text without what rounding may change: which inputs are drawn, and how many are."""
    return re.sub(r"\d+[.]\d+|\d+ inputs", "N", text)


def test_the_page_shows_the_real_output(run: Callable[..., Graded], tmp_path: Path) -> None:
    course, exercise, more = (text for language, text in BLOCKS if language == "yaml")
    (reference,) = (text for language, text in BLOCKS if language == "python")
    shown = [text for language, text in BLOCKS if language == "text"]
    files = {"course.yaml": course, "hinge.yaml": exercise, "solution/losses.py": reference}
    (tmp_path / "course" / "solution").mkdir(parents=True)
    write_files(tmp_path / "course", files)
    weak = run("verify", "--course", "course", "--jobs", "1")
    mended = (
        exercise.replace("between: [1.5, 4]", "between: [-4, 4]").replace("{x: 1.5}]", "{x: 1.5}, {x: 2, g: 0}]") + more
    )
    write_files(tmp_path / "course", {"hinge.yaml": mended})
    sound = run("verify", "--course", "course", "--jobs", "1")
    assert (weak.code, sound.code) == (2, 0), sound.out
    assert len(shown) == 5
    for text in shown[:3]:
        assert plain(text) in plain(weak.out), weak.out
    for text in shown[3:]:
        assert plain(text) in plain(sound.out), sound.out

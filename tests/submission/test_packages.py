"""Folders of Python files in a submission: those that are imported come along, and are never taken for what is due."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from classes import DOUBLE, make_course
from conftest import Files, Graded, Judged, write_files
from test_division import division
from test_submissions import committed, tarred, zipped

from grader.submission.reader import read_submission

OPS = (
    "import helpers.maths as maths\nfrom helpers import inner\n" + division("maths.over(a, b)") + "inner.deep.near()\n"
)
HELPERS: Files = {
    "helpers/__init__.py": "from . import inner\n",
    "helpers/maths.py": "from .inner.deep import VALUE\n\ndef over(a, b):\n    return VALUE * a / b\n",
    "helpers/inner/deep.py": "from ..maths import __name__ as name\nfrom . import größe\n\nVALUE = größe.ONE\n\n"
    "def near():\n    assert name == 'helpers.maths'\n",
    "helpers/inner/größe.py": "ONE = 1\n",
}
WANTED = ("ops.py", "value.py", "matmul.py")
PACKINGS: dict[str, Callable[[Path, Files], str | Path]] = {
    "folder": lambda at, files: write_files(at / "ann", files),
    "one-deeper": lambda at, files: write_files(at / "ann" / "hw 2", files).parent,
    "zip": lambda at, files: zipped(at / "ann.zip", files),
    "tar": lambda at, files: tarred(at / "ann.tar.gz", files, "w:gz"),
    "git": lambda at, files: f"{committed(write_files(at / 'repo', files))}@main",
}


@pytest.mark.parametrize("name", PACKINGS)
def test_a_package_comes_along_in_every_packing(name: str, tmp_path: Path, run: Callable[..., Graded]) -> None:
    files = {"ops.py": OPS, **HELPERS, "unused/__init__.py": "", "docs/ops.py": "", "helpers/__pycache__/x.py": ""}
    typed = PACKINGS[name](tmp_path, files)
    found = read_submission(str(typed), WANTED)
    assert found.files == {"ops.py": OPS, **HELPERS}
    assert found.digest == read_submission(str(write_files(tmp_path / "x", found.files)), WANTED).digest
    assert run(typed, "--only", "2.5").score == 8


def test_traces_and_places_name_the_file_in_the_package(
    hand_in: Callable[..., Graded], judged: Callable[..., Judged]
) -> None:
    files = {"ops.py": "from helpers.maths import over\n" + division("over(a, b)")}
    bad = "def over(a, b):\n    return a / nothing\n"
    called = judged({**files, "helpers/maths.py": bad}, "2.5").check("2.5", "forward")
    assert called["evidence"]["place"] == "helpers/maths.py:2  over"
    assert called["evidence"]["frames"][-1]["source"] == "return a / nothing"
    shown = hand_in({**files, "helpers/maths.py": bad}, "--only", "2.5", "--format", "github")
    assert "::error file=submission/helpers/maths.py,line=2," in shown.out
    at_import = judged({**files, "helpers/maths.py": "\nnothing\n"}, "2.5")
    message = "helpers/maths.py cannot be imported: line 2 raises NameError: name 'nothing' is not defined"
    assert at_import.check("2.5", "forward")["message"].startswith(message)
    unreadable = judged({**files, "helpers/maths.py": b"# \xff"}, "2.5")
    assert "note: helpers/maths.py is not UTF-8" in unreadable.out


def test_a_copied_library_wins_over_a_stand_in_and_never_over_the_judges_own(judged: Callable[..., Judged]) -> None:
    head = "import graphviz.dot\nfrom yaml.nodes import VALUE\nimport numpy as np\n"
    files = {
        "ops.py": head + division("graphviz.dot.over(a, b) * VALUE * np.float64(1)"),
        "graphviz/__init__.py": "", "graphviz/dot.py": "def over(a, b):\n    return a / b\n",
        "yaml/__init__.py": "", "yaml/nodes.py": "VALUE = 1\n", "numpy/__init__.py": "raise SystemExit\n",
        "answers.yaml": '"2.1": {a: left}\n',
    }  # fmt: skip
    graded = judged(files, "2.5", "2.1")
    assert graded.exercise("2.5")["score"] == 8 and graded.exercise("2.5")["notes"] == []
    assert graded.check("2.1", "direction")["status"] in ("correct", "wrong")
    assert "numpy/ is left out: the name `numpy` belongs to Python or numpy" in graded.out


def test_a_module_of_the_course_is_not_mixed_with_a_folder(judged: Callable[..., Judged], tmp_path: Path) -> None:
    course = write_files(make_course(tmp_path / "course"), {"course.yaml": "title: Sums\nmodules: [pluggy]\n"})
    files = {"work.py": "import pluggy._hooks\n" + DOUBLE, "pluggy/_hooks.py": "raise SystemExit\n"}
    assert judged(files, "1", course=course).score == 2


def test_what_lies_in_a_folder_is_never_what_is_asked_for(tmp_path: Path) -> None:
    files = {"ops.py": "import value, solutions.value\n", "value.py": "x = 1\n", "solutions/value.py": "x = 2\n",
             "solutions/matmul.py": "", "value/__init__.py": "x = 3\n"}  # fmt: skip
    found = read_submission(str(write_files(tmp_path, files)), WANTED)
    assert sorted(found.files) == ["ops.py", "solutions/matmul.py", "solutions/value.py", "value.py"]
    assert found.notes == () and not any("/" in name for name in found.names)


def test_limits_of_packages(tmp_path: Path) -> None:
    many = {f"many/x{number}.py": "" for number in range(300)}
    deep = {f"deep/{'a/' * number}x.py": "" for number in range(9)}
    env = {"env/pyvenv.cfg": "", "env/x.py": "", "env/lib/y.py": ""}
    ops = {"ops.py": "import env, deep, many\n"}
    found = read_submission(str(write_files(tmp_path / "a", {**many, **deep, **env, **ops})), WANTED)
    assert "ops.py" in found.files and len(found.files) == 200
    assert sorted(name for name in found.files if not name.startswith("many")) == [
        "deep/a/a/a/x.py", "deep/a/a/x.py", "deep/a/x.py", "deep/x.py", "ops.py"]  # fmt: skip
    assert [note.partition(":")[0] for note in found.notes] == ["only 200 files were read"]
    outside = write_files(tmp_path / "b", {"ops.py": "import linked, own\n", "own/x.py": ""})
    (outside / "linked").symlink_to(tmp_path / "a" / "deep")
    (outside / "own" / "y.py").symlink_to(tmp_path / "a" / "ops.py")
    found = read_submission(str(outside), WANTED)
    assert sorted(found.files) == ["ops.py", "own/x.py"]
    assert len(found.notes) == 1 and "own/y.py" in found.notes[0]


def test_of_a_package_that_raises_nothing_stays_imported(judged: Callable[..., Judged]) -> None:
    head = "try:\n    import helpers\nexcept ValueError:\n    pass\nfrom helpers.inner import VALUE\n"
    helpers = {
        "helpers/__init__.py": "from . import inner\nraise ValueError('no')\n",
        "helpers/inner.py": "VALUE = 1\n",
    }
    graded = judged({"ops.py": head + division("a / b"), **helpers}, "2.5")
    message = "helpers/__init__.py cannot be imported: line 2 raises ValueError: no"
    assert graded.check("2.5", "forward")["message"].startswith(message)

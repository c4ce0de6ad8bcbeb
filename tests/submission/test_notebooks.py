"""A notebook stands for the Python files that are wanted; what only IPython understands is left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Graded, write_files
from test_division import division
from test_submissions import WANTED, inside, read_single, tree, zipped

from grader.model import GraderError
from grader.submission.reader import read_submission


def notebook(*cells: str, **metadata: object) -> str:
    made = [
        {"cell_type": "code", "metadata": {}, "source": cell, "outputs": [], "execution_count": None} for cell in cells
    ]
    words = {"cell_type": "markdown", "metadata": {}, "source": ["# My work\n", "class Div: pass"]}
    return json.dumps({"cells": [words, *made], "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})


CELLS = (
    "%matplotlib inline\nimport math\n!pip install \\\n    'numpy>=1\nfiles = !ls\n%pip install x",
    "from __future__ import annotations\n" + division(),
    "%%bash\nrm -rf (everything",
    "%%time\nif True:\n    %timeit 1 + 1\nkept = 1",
    "share = (7\n    % 4)\ntext = '''\n%d of\n!none ('''\nmore = 9 \\\n  % 5\nassert (share, more, kept) == (3, 4, 1)",
    "assert text == '\\n%d of\\n!none ('\nmath?\n?math.sin\nassert '(' != \"'''\" # it's (",
    "assert '\\\\' and \"a\\\n%b\" == 'a%b'",
    "",
)


def test_a_notebook_is_graded_without_its_magics(run: Callable[..., Graded], tmp_path: Path) -> None:
    write_files(tmp_path, {"my work.ipynb": notebook(*CELLS)})
    graded = run("my work.ipynb", "--only", "2.5")
    assert (graded.code, graded.score, graded.err) == (0, 8, ""), graded.out
    for line in ("1: `%matplotlib inline`", "1: `!pip install \\`", "1: `files = !ls`", "3: `%%bash`", "4: `%%time`",
                 "4: `%timeit 1 + 1`", "6: `math?`"):  # fmt: skip
        assert f"my work.ipynb, code cell {line} is left out" in graded.out
    assert graded.out.count("is left out") == 9
    assert "my work.ipynb is read as " in graded.out


def test_a_notebook_stands_for_what_is_not_there_otherwise(tmp_path: Path) -> None:
    files = {"work.ipynb": notebook("x = 1"), "ops.py": "y = 1", "answers.yaml": "a: 1"}
    found = read_submission(str(zipped(tmp_path / "a.zip", inside("a/", files))), WANTED)
    assert found.files["ops.py"] == "y = 1" and "x = 1" in found.files["matmul.py"]
    assert any("work.ipynb is read as matmul.py" in note for note in found.notes)
    each = {"ops.ipynb": notebook("x = 1"), "Matmul.ipynb": notebook("x = 2"), "scratch.ipynb": "broken"}
    found = read_submission(str(tree(tmp_path / "b", each)), WANTED)
    assert "x = 1" in found.files["ops.py"] and "x = 2" in found.files["matmul.py"]
    broken = read_submission(str(tree(tmp_path / "c", {"ops.py": "", "work.ipynb": "{"})), WANTED)
    assert set(broken.files) == {"ops.py"} and any("as a notebook" in note for note in broken.notes)


BAD_NOTEBOOKS = {
    "text": "hello", "list": "[]", "null": "null", "no-cells": '{"nbformat": 4, "nbformat_minor": 4, "metadata": {}}',
    "cells-number": '{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": 7}', "latin": b'{"\xff": 1}',
    "version": '{"nbformat": 99, "cells": []}', "version-text": '{"nbformat": "x"}', "deep": "[" * 100_000,
    "surrogate": notebook("x = '\ud800'"), "nul": notebook("x = '\0'"), "r": notebook("x", language_info={"name": "R"}),
    "many-cells": notebook(*["x = 1"] * 2001), "wide": notebook("x" * (9 << 20)),
    "crowded": '{"cells": [' + "{}," * 1_000_000,
    "large": notebook("#" * 300_000), "digits": '{"nbformat": ' + "9" * 10_000 + "}",
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_NOTEBOOKS)
def test_a_broken_notebook_gets_one_line(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(GraderError, match=r"work.ipynb"):
        read_single(tmp_path, "work.ipynb", BAD_NOTEBOOKS[name])
    assert capfd.readouterr() == ("", "")


def test_odd_notebooks_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    odd = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [%s]}'
    cell = '{"cell_type": "code", "source": ["x = 1\\n", "y = 2"], "outputs": [], "metadata": {}, "more": 1}'
    assert "x = 1\ny = 2" in read_single(tmp_path, "work.ipynb", odd % cell).files["ops.py"]
    both = odd % cell.replace("1}", '1}], "worksheets": [')
    assert "y = 2" in read_single(tmp_path, "both.ipynb", both).files["ops.py"]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [
        {"cells": [{"cell_type": "code", "language": "python", "input": "x = 3", "outputs": []}]}]}  # fmt: skip
    assert "x = 3" in read_single(tmp_path, "old.ipynb", json.dumps(old)).files["ops.py"]
    oldest = {"cells": [{"cell_type": "code", "code": "x = 4", "prompt_number": 2}, {"cell_type": "text", "text": "x"}]}
    assert "x = 4" in read_single(tmp_path, "oldest.ipynb", json.dumps(oldest)).files["ops.py"]


def test_a_notebook_full_of_outputs_is_read(tmp_path: Path) -> None:
    book = json.loads(notebook(*["x = 1"] * 300))
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBOR" * 4000}}
    for cell in book["cells"][1:]:
        cell["outputs"] = [picture, {"output_type": "stream", "name": "stdout", "text": ["[[0.1, 0.2]]\n"] * 50}]
    assert read_single(tmp_path, "work.ipynb", json.dumps(book)).files["ops.py"].count("x = 1") == 300


def test_a_few_large_notebooks_are_read(tmp_path: Path) -> None:
    wanted = ("a.py", "b.py", "c.py")
    large = notebook("x = 1", note="a" * (6 << 20))
    found = read_submission(str(tree(tmp_path / "a", dict.fromkeys(("a.ipynb", "b.ipynb", "c.ipynb"), large))), wanted)
    assert set(found.files) == {"a.py", "b.py"}
    assert any("c.ipynb is left out" in note and "16 MiB" in note for note in found.notes)

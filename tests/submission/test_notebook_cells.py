"""A notebook's cells run in order; one that fails costs itself alone, is named, and is never a silent 0."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Graded, write_files
from notebooks import TOOLS, classic, colab, vscode
from test_division import division
from test_submissions import WANTED

from grader.submission.reader import read_submission

Run = Callable[..., Graded]
DIV = division()
FAILING = {
    "own-test": ("x = 1\nassert x == 2, 'still red'", "left out from line 2 on: AssertionError: still red"),
    "unfinished": ("x = 1\nfor i in range(3):", "left out: IndentationError: expected an indented block"),
    "mismatch": ("x = [\n1)", "does not match opening parenthesis '[' on line 1 (line 2)"),
    "brackets": ("print((1)", "left out: SyntaxError: '(' was never closed"),
    "no-name": ("Dvi().forward(1, 2)", "left out: NameError: name 'Dvi' is not defined"),
    "await": ("import asyncio\nawait asyncio.sleep(0)", "left out: SyntaxError: 'await' outside function"),
    "return": ("return 1", "left out: SyntaxError: 'return' outside function"),
    "colab": ("from google.colab import drive\ndrive.mount('/content/drive')", "left out from line 2 on: Module"),
    "plot": ("import matplotlib.pyplot as plt\nplt.plot([1], [2])\nplt.show()", "left out from line 2 on: Module"),
    "input": ("name = input('Your name? ')", "left out: EOFError: input() waits for the keyboard, and nobody can type"),
    "exit": ("exit()", "left out: SystemExit"),
    "sys-exit": ("import sys\nsys.exit('done')", "left out from line 2 on: SystemExit: done"),
    "interrupted": ("raise KeyboardInterrupt", "left out: KeyboardInterrupt"),
    "own-base": ("class Stop(BaseException):\n    pass\nraise Stop('now')", "left out from line 3 on: Stop: now"),
    "recursion": ("def f():\n    return f()\nf()", "left out from line 3 on: RecursionError"),
    "memory": ("x = bytearray(1 << 45)", "left out: MemoryError"),
    "file": ("data = open('/content/drive/data.csv').read()", "left out: "),
    "no-module": ("import importlib\nimportlib.import_module('torch')", "left out from line 2 on: ModuleNotFoundError"),
    "nothing": ("pass\n\x0c", ""),
    "display": ("display(math := 1, x=1)", "`display` does nothing here"),
    "shell": ("get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system('ls')", "`get_ipython` does"),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_cell_that_fails_costs_nothing_else(name: str, run: Run, tmp_path: Path) -> None:
    cell, note = FAILING[name]
    for at, tool in enumerate(TOOLS):
        cells = [DIV, DIV]
        cells.insert(at, cell)
        write_files(tmp_path, {"hw.ipynb": tool(*cells)})
        graded = run("hw.ipynb", "--only", "2.5")
        notes = [one for one in graded.exercise("2.5")["notes"] if "code cell" in one]
        assert (graded.code, graded.score, graded.err) == (0, 8, ""), graded.out
        assert len(notes) == bool(note) and all(f"hw.ipynb, code cell {at + 1}" in one and note in one for one in notes)
        assert all(one in graded.out and one.split(": ")[0] in graded.html for one in notes)
        if name == "plot":
            break


def test_what_a_cell_has_defined_before_it_fails_stays(run: Run, tmp_path: Path) -> None:
    cells = ("import math\nimport torch", DIV + "\nprint(Div().forward(1, 0))\nclass Div:\n    pass", "%time x = Div()",
             "Div = (x := x).__class__\n%time Div = None\nraise ValueError")  # fmt: skip
    write_files(tmp_path, {"hw.ipynb": colab(*cells[:2])})
    graded = run("hw.ipynb", "--only", "2.5")
    assert graded.score == 8 and "left out from line 10 on: ZeroDivisionError" in graded.out
    assert "hw.ipynb imports torch, which is not installed here" in graded.out
    write_files(tmp_path, {"hw.ipynb": colab(*cells)})
    assert run("hw.ipynb", "--only", "2.5").score == 0  # the last cell made it None: cells run in their order


def test_what_is_missing_by_a_failing_cell_says_so(run: Run, tmp_path: Path) -> None:
    cells = ("import numpy as np", f"np.zeros(3).nothing\n{DIV}", "def sigmoid(x):\n  return 1 / (1 + np.exp(-x)\n")
    write_files(tmp_path, {"hw.ipynb": vscode(*cells)})
    graded = run("hw.ipynb", "--only", "2.5", "--only", "2.6", "--only", "2.7")
    division, power, sigmoid = graded.results["exercises"]
    for check in division["checks"]:
        assert check["status"] == "crashed" and check["message"].startswith(
            "`Div` is missing because code cell 2 of hw.ipynb, which defines it, is left out: AttributeError: "
        )
    assert "code cell 3 of hw.ipynb, which defines it, is left out: SyntaxError" in sigmoid["checks"][0]["message"]
    assert power["status"] == "missing"
    for exercise in (division, power, sigmoid):
        assert sum("code cell" in note for note in exercise["notes"]) == 2
    assert graded.code == 1 and graded.out.count("note: hw.ipynb, code cell 2") == 1


def test_what_the_future_brings_holds_for_later_cells(run: Run, tmp_path: Path) -> None:
    cells = ("'''A docstring.'''\nfrom __future__ import annotations", "def f(x: NotThere): pass", DIV)
    write_files(tmp_path, {"hw.ipynb": classic(*cells)})
    graded = run("hw.ipynb", "--only", "2.5")
    assert graded.score == 8 and "code cell" not in graded.out


def test_a_loop_without_end_is_still_timed_out(hand_in_hostile: Run) -> None:
    graded = hand_in_hostile(
        {"hw.ipynb": colab(DIV, "try:\n    while True: pass\nexcept BaseException: pass")}, "--only", "2.5"
    )
    assert graded.exercise("2.5")["status"] == "timed_out"


def test_what_a_hostile_cell_says_is_short_and_harmless(hand_in_hostile: Run) -> None:
    cells = (
        "raise ValueError('<script>\\x1b[31m\\u202e::error::' + 'x' * 100_000)",
        "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E",
        "type('<b>' * 1000, (Exception,), {})\nraise type('<b>' * 1000, (Exception,), {})()",
        *["raise ValueError"] * 60,
        DIV,
    )
    graded = hand_in_hostile({"hw.ipynb": colab(*cells)}, "--only", "2.5")
    notes = graded.exercise("2.5")["notes"]
    assert graded.score == 8 and len(notes) < 12 and max(map(len, notes)) < 500
    assert "<script>" not in graded.html and "<b><b>" not in graded.html and "\x1b" not in graded.out
    assert "more code cells are left out" in notes[-1]


def test_a_place_names_cell_and_line(run: Run, tmp_path: Path) -> None:
    cells = ("import math", "\n\n%matplotlib inline\ndef half(x):\n    return x / nothing\n", division("half(a)"))
    write_files(tmp_path, {"hw.ipynb": classic(*cells)})
    graded = run("hw.ipynb", "--only", "2.5", "--format", "github=said")
    evidence = graded.check("2.5", "forward")["evidence"]
    assert evidence["place"] == "hw.ipynb, code cell 2, line 5  half"
    assert [frame["place"] for frame in evidence["frames"]] == [
        "hw.ipynb, code cell 3, line 5", "hw.ipynb, code cell 2, line 5"
    ]  # fmt: skip
    assert evidence["frames"][1]["source"] == "return x / nothing" and evidence["frames"][1]["file"] == "hw.ipynb"
    assert "<code>hw.ipynb, code cell 2, line 5</code>" in graded.html and "ops.py:" not in graded.html
    assert "::error file=hw.ipynb,title=" in (tmp_path / "said").read_text()
    write_files(tmp_path, {"hw.ipynb": classic("x = 1", division(backward="g, a"))})
    graded = run("hw.ipynb", "--only", "2.5")
    assert graded.check("2.5", "gradient")["evidence"]["place"] == "hw.ipynb, code cell 2, line 6  Div.backward"


def test_a_stub_is_told_by_its_cell(run: Run, tmp_path: Path) -> None:
    stub = "class Div:\n    def forward(self, a, b):\n        ...\n    def backward(self, g): pass\n"
    write_files(tmp_path / "work", {"hw.ipynb": vscode("x =", stub)})
    graded = run("work", "--only", "2.5", "--format", "github=said")
    assert graded.check("2.5", "forward")["message"].endswith("(hw.ipynb, code cell 2, line 2)")
    assert "::error file=work/hw.ipynb,title=" in (tmp_path / "said").read_text()
    write_files(tmp_path / "work", {"hw.ipynb": vscode(stub, "x =", DIV)})
    assert run("work", "--only", "2.5").score == 8


WRITTEN = {
    "plain": ("%%writefile ops.py\n" + DIV,), "file": ("%%file ops.py\n" + DIV,),
    "here": ("%%writefile ./ops.py\n" + DIV,), "colab": ("%%writefile /content/drive/MyDrive/hw/ops.py\n" + DIV,),
    "windows": ("%%writefile C:\\Users\\me\\ops.py\r\n" + DIV.replace("\n", "\r\n"),),
    "above": ('%%writefile "../../ops.py"\n' + DIV,), "form": ("\n#@title Division\n%%writefile Ops.py \n" + DIV,),
    "appended": ("%%writefile ops.py\nimport math\nbase =", "%%writefile ops.py\nclass Base: pass",
                 "%%writefile -a ops.py\n\n" + DIV.replace("Div", "Div(Base)")),
    "appended-after": ("%%writefile ops.py\nimport math", "%%file ops.py --append\n" + DIV),
    "imported": ("%%writefile ops.py\n" + DIV, "%run ./ops.py", "import ops\nprint(ops.Div, Div)"),
    "with-helper": ("%%writefile tools.py\ndef ratio(a, b): return a / b",
                    "%%writefile ops.py\nfrom tools import ratio\n" + division("ratio(a, b)")),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_a_cell_can_be_a_file(name: str, run: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"hw.ipynb": colab(*WRITTEN[name])})
    graded = run("hw.ipynb", "--only", "2.5")
    assert (graded.code, graded.score) == (0, 8), graded.out
    assert "read as ops.py" in graded.out and ("is left out" in graded.out) is False
    assert ("code cell 1: not used, because code cell 2 writes ops.py again" in graded.out) is (name == "appended")


def test_answers_can_be_written_by_a_cell(run: Run, tmp_path: Path) -> None:
    answers = (ROOT / "reference" / "answers.yaml").read_text("utf-8")
    write_files(tmp_path, {"hw.ipynb": vscode("%%writefile answers.yaml\n" + answers, DIV)})
    graded = run("hw.ipynb", "--only", "2.1", "--only", "2.5")
    assert (graded.code, graded.score) == (0, 12), graded.out


def test_a_file_comes_before_a_cell_that_writes_it(run: Run, tmp_path: Path) -> None:
    files = {"hw.ipynb": classic("%%writefile ops.py\nclass Div: pass", "x = 1"), "ops.py": DIV}
    graded = run(write_files(tmp_path / "work", files), "--only", "2.5")
    assert graded.score == 8 and "code cell 1: not used, because ops.py is in the submission as a file" in graded.out


def test_other_files_that_cells_write(tmp_path: Path) -> None:
    cells = ("%%writefile data.csv\n1,2", "%%writefile random.py\nx = 1", "%%writefile .hidden.py\nx = 1",
             "%%writefile\nx = 1", "%%writefile ..\nx = 1", "%%writefile a/b/../../tools.py\nx = 2")  # fmt: skip
    write_files(tmp_path, {"hw.ipynb": colab(*cells)})
    found = read_submission(str(tmp_path / "hw.ipynb"), WANTED)
    assert set(found.files) == {"tools.py"} and found.files["tools.py"] == "x = 2\n"
    assert sum("is left out" in note for note in found.notes) == 5 and any("random.py" in note for note in found.notes)


def test_the_place_in_a_written_file_is_told_by_its_cell(run: Run, tmp_path: Path) -> None:
    more = "%%writefile -a ops.py\n" + division("a / nothing")
    write_files(tmp_path, {"hw.ipynb": colab("x = 1", "# my file\n%%writefile ops.py\nimport math\n\n", more)})
    graded = run("hw.ipynb", "--only", "2.5")
    assert graded.check("2.5", "forward")["evidence"]["place"] == "hw.ipynb, code cell 3, line 6  Div.forward"
    write_files(tmp_path, {"hw.ipynb": colab("x = 1", "%%writefile ops.py\nclass Div\n    pass")})
    graded = run("hw.ipynb", "--only", "2.5")
    check = graded.check("2.5", "forward")
    assert check["evidence"]["place"] == "hw.ipynb, code cell 2, line 2" and "ops.py" in check["message"]


def test_magics_that_stand_for_python(run: Run, tmp_path: Path) -> None:
    cells = ("%%writefile tools.py\ndef ratio(a, b): return a / b",
             "%%time\n%time half, rest = 0.5, 1\nif half:\n    %time g1 = 1",
             "text = '''\n%time half = 0\n'''\n%time print(never)\n%run tools.py\n%run nowhere.py\n%timeit never",
             division("ratio(a, b) * half * 2 * g1"))  # fmt: skip
    write_files(tmp_path, {"hw.ipynb": colab(*cells)})
    graded = run("hw.ipynb", "--only", "2.5")
    assert graded.score == 8, graded.out
    for left in ("2: `%%time`", "3: `%time print(never)`", "3: `%run nowhere.py`", "3: `%timeit never`"):
        assert f"code cell {left} is left out" in graded.out
    assert graded.out.count("is left out") == 4


def test_a_file_of_several_cells_is_told_as_such(run: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"hw.ipynb": colab("%%writefile ops.py\nimport math", "%%writefile -a ops.py\n" + DIV)})
    graded = run("hw.ipynb", "--only", "2.5", "--only", "2.10")
    assert "note: hw.ipynb, code cells 1, 2 are read as ops.py" in graded.out
    assert "above" not in graded.check("2.10", "forward")["message"]  # in the terminal notes come last


def test_of_two_notebooks_none_is_guessed(run: Run, tmp_path: Path) -> None:
    two = {"hw.ipynb": colab(DIV), "hw-Copy1.ipynb": classic("x = 1")}
    graded = run(write_files(tmp_path / "work", two), "--only", "2.5")
    note = "hw-Copy1.ipynb, hw.ipynb: it is not clear which notebook counts"
    assert graded.code == 1 and graded.score == 0 and note in graded.out and "name each like the file" in graded.out
    assert "no notebook is read as it: hw-Copy1.ipynb, hw.ipynb" in graded.check("2.5", "forward")["message"]
    named = {"ops (1).ipynb": colab(DIV), "scratch.ipynb": classic("x = 1"), "more.ipynb": "broken"}
    graded = run(write_files(tmp_path / "named", named), "--only", "2.5")
    assert graded.score == 8 and "ops (1).ipynb is read as ops.py" in graded.out
    assert "more.ipynb, scratch.ipynb: it is not clear" in graded.out
    done = {**dict.fromkeys(("ops.py", "matmul.py"), DIV), "hw.ipynb": colab("x = 1")}
    found = read_submission(str(write_files(tmp_path / "done", done)), ("ops.py", "matmul.py"))
    assert any(note.startswith("hw.ipynb: not read, because the Python files are") for note in found.notes)


def test_a_notebook_without_code_is_told(run: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"hw.ipynb": classic("", " \n\n")})
    graded = run("hw.ipynb", "--only", "2.5")
    assert graded.code == 1 and "hw.ipynb has no code cells" in graded.out


def test_other_cells_are_another_submission(tmp_path: Path) -> None:
    one, two = ("x = 1\n\n# code cell 2\ny = 2",), ("x = 1", "y = 2")
    found = [
        read_submission(str(write_files(tmp_path, {"hw.ipynb": colab(*cells)}) / "hw.ipynb"), WANTED)
        for cells in (one, two)
    ]
    assert found[0].files == found[1].files and found[0].digest != found[1].digest

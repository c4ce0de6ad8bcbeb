"""A class that hands in notebooks, from every tool, with the habits of each: graded as its authors meant."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from classes import Run, gradebook, results
from conftest import COURSE, ROOT, write_files
from notebooks import classic, colab, vscode

ASKED = ("2.01", "2.05", "2.06", "2.07", "2.08")
OPS = (ROOT / "reference" / "ops.py").read_text("utf-8")
HEAD, OP, DIV, POW, SIGMOID = re.split(r"\n\n\n(?=class |def sigmoid\()", OPS)
GRADIENT = (ROOT / "reference" / "gradient_check.py").read_text("utf-8")
ANSWERS = (ROOT / "reference" / "answers.yaml").read_text("utf-8")
CHECK = "op = Div()\nprint(op.forward(6, 2))\nassert op.backward(1) == (0.5, -1.5)"
MOUNT = "from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive/hw3"
PLOT = "import matplotlib.pyplot as plt\n%matplotlib inline\nplt.plot([sigmoid(x) for x in range(9)])\nplt.show()"
ANY = "import numpy as np\nnp.random.default_rng(0)"
NONE = {"2.1": "0", "2.5": "0", "2.6": "0", "2.7": "0", "2.8": "0"}
CODE = {"2.1": "0", "2.5": "8", "2.6": "8", "2.7": "8", "2.8": "10"}
ALL = {**CODE, "2.1": "4"}

SINGLE = {
    # Colab: a drive, packages, each class in a cell of its own, tried out at once.
    "anna.ipynb": (colab(MOUNT, "!pip install -q torchviz\n" + HEAD, OP, DIV, CHECK, POW, SIGMOID, GRADIENT), CODE),
    # VS Code: her own test still fails, a cell is half written, a name was never defined.
    "ben.ipynb": (vscode(OPS, "assert Div().forward(1, 3) == 0.333", GRADIENT, "check_gradient(cube, 2.0)",
                         "for epsilon in (1e-3, 1e-5):"), CODE),
    # Classic: cells in another order than they were run in, so that the first use comes too early.
    "cleo.ipynb": (classic(CHECK, HEAD, OP, DIV, CHECK, POW, SIGMOID, PLOT, "display(Div())", GRADIENT), CODE),
    # Colab: files by magic, then imported, and the answers too.
    "dora.ipynb": (colab("%%writefile ops.py\n" + OPS, "%%writefile /content/gradient_check.py\n" + GRADIENT,
                         "from ops import Div\n" + CHECK, "%%writefile answers.yaml\n" + ANSWERS), ALL),
    # Colab: one file appended to cell by cell, below the titles of a form; a helper of her own.
    "emma.ipynb": (colab("#@title Operations\n%%writefile ops.py\n" + HEAD + "\n\n\n" + OP,
                         "%%writefile -a ops.py\n\n\n" + DIV,
                         "%%writefile -a ops.py\nfrom helpers import shifted\n\n\n" + POW + "\n\n\n" + SIGMOID,
                         "%%writefile helpers.py\ndef shifted(x): return x + 1"), {**CODE, "2.8": "0"}),
    # Classic: IPython's own names, top-level await, a question to the user, the end of the session.
    "finn.ipynb": (classic("get_ipython().run_line_magic('load_ext', 'autoreload')\n" + HEAD, OP + "\n\n\n" + DIV,
                           "import asyncio\nawait asyncio.sleep(0)", "n = int(input('n? '))\nPow(n)", POW, SIGMOID,
                           "%%time\n" + GRADIENT, "exit()"), CODE),
    # VS Code: the cell with Pow does not compile; Div has a wrong sign.
    "gus.ipynb": (vscode(HEAD, OP, DIV.replace("-grad_output", "grad_output"), POW.replace("(self, n)", "(self, n"),
                         SIGMOID, GRADIENT), {**CODE, "2.5": "3", "2.6": "0"}),
    # VS Code: nothing but notes so far.
    "hana.ipynb": (vscode(ANY, "# TODO"), NONE),
}  # fmt: skip
FOLDERS = {
    "ivo": ({"hw3.ipynb": classic(OPS, GRADIENT, PLOT), "answers.yaml": ANSWERS}, ALL),
    "jana": ({"ops.ipynb": vscode(OPS, CHECK), "Gradient_Check.ipynb": vscode(GRADIENT), "notes.ipynb": "{}"}, CODE),
    "kim": ({"hw3.ipynb": colab(OPS), "hw3-Copy1.ipynb": classic(ANY)}, None),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exercises that the class has been given."""
    root = tmp_path_factory.mktemp("course")
    for name in ("student_template", "reference"):
        shutil.copytree(ROOT / name, root / name)
    (root / "exercises").mkdir()
    for name in ("course", *ASKED):
        shutil.copy(next(COURSE.glob(f"{name}*.yaml")), root / "exercises")
    return root / "exercises"


def test_a_class_of_notebooks_is_graded_as_its_authors_meant(run: Run, tmp_path: Path, course: Path) -> None:
    work, out = tmp_path / "class", tmp_path / "out"
    due = {name.removesuffix(".ipynb"): points for name, (_, points) in (*SINGLE.items(), *FOLDERS.items())}
    write_files(work, {name: book for name, (book, _) in SINGLE.items()})
    for name, (files, _) in FOLDERS.items():
        write_files(work / name, files)
    with zipfile.ZipFile(work / "lea.zip", "w") as archive:
        archive.writestr("lea/.ipynb_checkpoints/hw3-checkpoint.ipynb", colab(ANY))
        archive.writestr("lea/hw3.ipynb", colab(HEAD, OP, DIV, "raise SystemExit", POW, SIGMOID, GRADIENT))
    due["lea"] = CODE
    graded = run("batch", work, "--out", out, "--course", course, "--jobs", "2")
    assert graded.code == 1, graded.out + graded.err  # of one it is not clear which notebook counts
    lines = gradebook(out)
    assert len(lines) == 12 and lines["kim"]["status"] == "unreadable"
    assert "hw3-Copy1.ipynb, hw3.ipynb: it is not clear which notebook counts" in graded.out
    for name, points in due.items():
        if points is not None:
            report = results(out, name)
            found = {exercise["id"]: f"{exercise['score']:g}" for exercise in report["exercises"]}
            assert found == points, (name, found)
            assert all(check["status"] != "judge_error" for one in report["exercises"] for check in one["checks"])
    gus = {exercise["id"]: exercise for exercise in results(out, "gus")["exercises"]}
    gradient = next(check for check in gus["2.5"]["checks"] if check["id"] == "gradient")
    assert gradient["evidence"]["place"].startswith("gus.ipynb, code cell 3, ") and "sign" in gradient["hint"]
    assert "code cell 4 of gus.ipynb, which defines it, is left out: SyntaxError" in gus["2.6"]["checks"][0]["message"]
    alone = run(work / "ben.ipynb", "--course", course, "--seed", results(out, "ben")["seed"])
    theirs = {exercise["id"]: exercise["notes"] for exercise in results(out, "ben")["exercises"]}
    assert {exercise["id"]: exercise["notes"] for exercise in alone.results["exercises"]} == theirs
    assert [note.split(": ")[0] for note in theirs["2.8"]] == [
        f"ben.ipynb, code cell {cell} is left out" for cell in (2, 4, 5)
    ]  # fmt: skip

"""A file that raises while it is imported earns nothing and says the same in every exercise; a module that is not there
costs nothing until it is used, and each import statement has its own answer to that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from classes import DOUBLE, make_course
from conftest import ROOT, Files, Graded, Judged, write_files
from test_pytest_plugin import cases, run_pytest

HALVE = """\
id: "1b"
title: Halving
file: work.py
points: 2
task: Write halve(x).
checks:
  - {id: value, claim: halve(x) is x / 2, kind: value, points: 2, call: halve(x), equals: x / 2,
     inputs: {x: {between: [1, 5]}}}
"""
WORK = DOUBLE + "\ndef halve(x):\n    return x / 2\n\n"
GUARDED = "try:\n    import helper\nexcept ValueError:\n    pass\n"
PLAIN = "import helper\n"
MORE = "def triple(x):\n    return 3 * x\n"
BAD_HELPER = "# of no use\nraise ValueError('not today')\n"
UNDER_MAIN = 'put it under `if __name__ == "__main__":`'
ENDINGS = {
    "raises": ("print(double(3) / 0)", "line 7 raises ZeroDivisionError: division by zero", UNDER_MAIN),
    "raises-inside": ("double(None)", "line 7 raises TypeError: unsupported operand", UNDER_MAIN),
    "in-lines": (
        "raise ValueError('first\\nsecond\\n  third')",
        "line 7 raises ValueError: first second   third",
        UNDER_MAIN,
    ),
    "ends-the-program": ("raise SystemExit", "line 7 ends the program", UNDER_MAIN),
    "exit": ("exit(0)", "line 7 ends the program", "remove that call"),
    "asks": ("n = input('n? ')", "line 7 calls `input()`, and nobody can type", UNDER_MAIN),
    "interrupt": ("raise KeyboardInterrupt", "line 7 raises KeyboardInterrupt", UNDER_MAIN),
    "lacks": ("def f():\n    import nowhere\nf()", "line 9 imports `nowhere`, which is not available", UNDER_MAIN),
    "no-name": ("class Net(Nowhere):\n    pass", "line 7 raises NameError", "Nowhere"),
}


@pytest.fixture(scope="module")
def sums(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(make_course(tmp_path_factory.mktemp("imports")), {"1b.yaml": HALVE})


@pytest.fixture
def graded(judged: Callable[..., Judged], sums: Path) -> Callable[..., Judged]:
    """`graded(files, "1", "2")`: a submission on which these exercises were judged."""

    def call(files: Files, *only: str) -> Judged:
        return judged(files, *only, course=sums)

    return call


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_exercise_in_it_is_told_the_same(ending: str, graded: Callable[..., Judged]) -> None:
    code, why, remedy = ENDINGS[ending]
    both = graded({"work.py": WORK + code + "\n"}, "1", "1b")
    checks = [both.check(id_, "value") for id_ in ("1", "1b")]
    alone = graded({"work.py": WORK + code + "\n"}, "1b").check("1b", "value")
    for check in [*checks, alone]:
        assert (check["status"], check["score"]) == ("crashed", 0)
        assert check["message"].startswith(f"work.py cannot be imported: {why}") and remedy in check["message"]
        assert (check["message"], check["evidence"]["frames"]) == (alone["message"], alone["evidence"]["frames"])
    if ending == "no-name":
        assert UNDER_MAIN not in alone["message"]


def test_batch_and_pytest_agree_in_every_order(run: Callable[..., Graded], sums: Path, tmp_path: Path) -> None:
    work = write_files(tmp_path / "class" / "ann", {"work.py": WORK + "1 / 0\n", "more.py": MORE})
    assert run("batch", tmp_path / "class", "--out", tmp_path / "out", "--course", sums, "--jobs", "1").code == 0
    by_class = Graded(0, "", "", tmp_path / "out" / "ann")
    for order in (("1b",), ("1", "1b"), ("2", "1b")):
        only = [part for id_ in order for part in ("--only", id_)]
        told = run(work, "--course", sums, *only).check("1b", "value")
        assert (told["message"], told["score"]) == (by_class.check("1b", "value")["message"], 0)
    run_pytest(tmp_path, f"--submission={work}", f"--grader-course={sums}", "--junitxml=x.xml")
    outcomes = {name: (outcome, message) for name, (outcome, message, _) in cases(tmp_path / "x.xml").items()}
    assert outcomes["1b value"] == ("failure", told["message"]) and outcomes["2 value"][0] == "passed"


@pytest.mark.parametrize(("work", "more"), [(GUARDED, PLAIN), (PLAIN, GUARDED), (PLAIN, PLAIN)])
def test_a_helper_that_raises_does_so_in_every_file(work: str, more: str, graded: Callable[..., Judged]) -> None:
    files = {"work.py": work + WORK, "more.py": more + MORE, "helper.py": BAD_HELPER}
    result = graded(files)
    for id_, head in (("1", work), ("1b", work), ("2", more)):
        check = result.check(id_, "value")
        if head == GUARDED:
            assert check["status"] == "correct"
        else:
            assert (
                check["message"]
                == "helper.py cannot be imported: line 2 raises ValueError: not today. "
                + (check["message"].partition("today. ")[2])
            )
            assert [frame["file"] for frame in check["evidence"]["frames"]][-1] == "helper.py"
            assert check["score"] == 0


def test_what_raised_once_raises_again(graded: Callable[..., Judged]) -> None:
    once = "import builtins\nif not hasattr(builtins, 'been_here'):\n    builtins.been_here = 1\n    1 / 0\n"
    twice = "count = 0\nfor _ in range(2):\n    try:\n        import helper\n    except ZeroDivisionError:\n"
    work = twice + "        count += 1\n\ndef double(x):\n    return x * count\n"
    assert graded({"work.py": work, "helper.py": once}, "1").score == 2


def test_a_file_that_raised_cannot_be_put_in_the_place_of_its_module(graded: Callable[..., Judged]) -> None:
    back = (
        "import sys, threading, time\nme = sys.modules[__name__]\n\ndef put_back():\n    for _ in range(200):\n"
        "        sys.modules['work'] = me\n        time.sleep(0.001)\n\n"
        "threading.Thread(target=put_back, daemon=True).start()\n1 / 0\n"
    )
    both = graded({"work.py": WORK + back}, "1", "1b")
    assert both.score == 0, both.out
    assert both.check("1b", "value")["message"] == both.check("1", "value")["message"]


def test_nothing_half_imported_is_left(graded: Callable[..., Judged]) -> None:
    files = {
        "work.py": "import helper\n" + WORK + "1 / 0\n",
        "helper.py": "import work\n",
        "kit/__init__.py": "from . import part\n1 / 0\n",
        "kit/part.py": "",
        "more.py": "import helper\n" + MORE,
    }
    assert graded(files).score == graded(files, "2").score == 0
    tried = "import sys\ntry:\n    import kit\nexcept ZeroDivisionError:\n    pass\n"
    assert graded({**files, "more.py": tried + "assert 'kit' not in sys.modules\n" + MORE}, "2").score == 3
    assert graded({**files, "more.py": tried + "import kit.part as part\n" + MORE}, "2").score == 0
    assert graded({**files, "more.py": tried + "from kit.part import __name__\n" + MORE}, "2").score == 0


def test_a_file_is_imported_as_if_it_were_judged_alone(graded: Callable[..., Judged]) -> None:
    files = {"work.py": WORK + "import more\nmore.triple(1)\n", "more.py": "from work import double\n" + MORE}
    found = {id_: graded(files, id_).check(id_, "value")["status"] for id_ in ("1", "1b", "2")}
    together = graded(files)
    assert {id_: together.check(id_, "value")["status"] for id_ in found} == found
    assert list(found.values()) == ["correct", "correct", "crashed"]


def test_an_engine_that_raises_earns_nothing_anywhere(judged: Callable[..., Judged]) -> None:
    names = ("value.py", "autograd_check.py", "visualize.py")
    files = {name: (ROOT / "reference" / name).read_text("utf-8") for name in names}
    files["value.py"] += "\nValue(1.0).backwards()\n"
    graded = judged(files, "value", "value-check", "graph")
    for id_ in ("value", "value-check", "graph"):
        exercise = graded.exercise(id_)
        assert (exercise["score"], exercise["status"]) == (0, "crashed")
        assert "value.py cannot be imported: line " in exercise["checks"][0]["message"]
        assert "'Value' object has no attribute 'backwards'" in exercise["checks"][0]["message"]


TRIED = "try:\n    import torch\nexcept {caught}:\n    torch = None\n"
FREE: dict[str, Files] = {
    "again-in-a-function": {"work.py": "import torch\n" + DOUBLE + "def demo():\n    import torch\n"},
    "again-in-a-function-that-is-called": {
        "work.py": "import torch\ndef double(x):\n    import torch\n    return 2 * x\n"},
    "again-under-main": {
        "work.py": "import torch.nn as nn\nif __name__ == '__main__':\n    import torch.nn as nn\n" + DOUBLE},
    "under-if": {"work.py": "if 1 < 2:\n    from torch import (\n        nn,\n        optim)\n" + DOUBLE},
    "in-a-handler": {"work.py": "try:\n    import cupy as np\nexcept ImportError:\n    import torch as np\n" + DOUBLE},
    "no-such-handler": {"work.py": "try:\n    import torch\nexcept OSError:\n    torch = None\n" + DOUBLE},
    "no-answer": {"work.py": "try:\n    import torch\nexcept ImportError:\n    raise SystemExit('!')\n" + DOUBLE},
    "no-answer-but-to-leave": {
        "work.py": "import sys\ntry:\n    import torch\nexcept ImportError:\n    sys.exit('no torch')\n" + DOUBLE},
    "tried-in-another-file": {
        "work.py": "import torch\nimport helper\n" + DOUBLE + "assert helper.torch is None\n",
        "helper.py": TRIED.format(caught="ImportError")},
    "plain-in-another-file": {
        "work.py": TRIED.format(caught="(OSError, ImportError)") + "import helper\nassert torch is None\n" + DOUBLE,
        "helper.py": "import torch\n"},
    "in-a-function-of-another-file": {
        "work.py": "import torch\nimport helper\n" + DOUBLE, "helper.py": "def f():\n    import torch\n"},
    "tried-in-a-function": {
        "work.py": "import torch\ndef double(x):\n    try:\n        import torch\n    except ImportError:\n"
        "        return 2 * x\n"},
    "annotations-and-types": {
        "work.py": "import torch\ndef double(x: 'a' and torch.Tensor | None) -> int | torch.Tensor:\n"
        "    return 0 if isinstance(x, (torch.Tensor, str)) else 2 * x\n"},
    "settings": {"work.py": "import torch\ntorch.backends.cudnn.deterministic = True\n" + DOUBLE},
    "looked-for": {
        "work.py": "import importlib.util\nif importlib.util.find_spec('torch'): import torch; torch.add()\n" + DOUBLE},
    "suppressed": {
        "work.py": "import contextlib\ntorch = None\nwith contextlib.suppress(ImportError):\n    import torch\n"
        "assert torch is None\n" + DOUBLE},
    "all-handlers": {"work.py": TRIED.format(caught="Exception") + "assert torch is None\n" + DOUBLE},
    "loaded-under-a-guard": {
        "work.py": "def load():\n    import torch\n    return torch\ntry:\n    torch = load()\nexcept ImportError:\n"
        "    torch = None\nassert torch is None\n" + DOUBLE},
}  # fmt: skip
USES = {
    "call": "plt.plot([1, 2])",
    "item": "plt.rcParams['figure.figsize'] = 8, 6",
    "decorator": "@plt.jit\ndef f(x): pass",
    "loop": "for i in plt.trange(3): pass",
    "arithmetic": "x = 2 * plt.pi",
    "comparison": "if plt.version < 3: pass",
}


@pytest.mark.parametrize("name", FREE)
def test_an_import_is_free(name: str, graded: Callable[..., Judged]) -> None:
    assert graded(FREE[name], "1").check("1", "value")["message"] == ""


@pytest.mark.parametrize("use", USES)
def test_note_and_message_say_the_same_of_a_use_at_top_level(
    use: str, graded: Callable[..., Judged]
) -> None:  # fmt: skip
    result = graded({"work.py": f"import matplotlib.pyplot as plt\n{USES[use]}\n" + DOUBLE}, "1")
    check = result.check("1", "value")
    assert check["status"] == "crashed"
    assert "work.py cannot be imported: line 2 uses `matplotlib.pyplot." in check["message"]
    assert "matplotlib is not available" in check["message"]
    note = "work.py imports matplotlib, which is not installed here: importing it is free, using it raises an error"
    assert result.exercise("1")["notes"] == [note]


def test_the_note_names_the_file_and_stays_with_it(graded: Callable[..., Judged]) -> None:
    files = {"work.py": "import helper\n" + DOUBLE, "helper.py": "import graphviz\n", "more.py": MORE}
    result = graded(files)
    assert [note.partition(", which")[0] for note in result.exercise("1")["notes"]] == ["helper.py imports graphviz"]
    assert result.exercise("2")["notes"] == []


def test_what_is_not_in_a_package_that_is_there_gets_no_stand_in(graded: Callable[..., Judged]) -> None:
    for head in ("from numpy import sigmoid\n", "from kit import sigmoid\n"):
        check = graded({"work.py": head + DOUBLE, "kit/part.py": ""}, "1").check("1", "value")
        assert check["message"].startswith("work.py cannot be imported: line 1 raises ImportError: cannot import name")


@pytest.mark.parametrize(
    ("line", "advised"), [("import math; math.nothing()", True), ("from math import nothing", False)]
)
def test_only_what_may_stand_elsewhere_is_sent_there(line: str, advised: bool, judged: Callable[..., Judged]) -> None:
    message = judged({"ops.py": f"{line}\n"}, "2.5").check("2.5", "forward")["message"]
    assert "ops.py cannot be imported: line 1 raises " in message
    assert ("put it under" in message) is advised

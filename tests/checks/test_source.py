"""The check kind `source`: what the text shows is found, what it does not show is never called wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Graded, Judged, write_files
from notebooks import colab

HEAD = """\
id: "1"
title: Softmax
file: work.py
points: 3
task: Write softmax(x).
checks:
  - {id: value, claim: softmax(x) is right, kind: value, points: 2, call: softmax(x), equals: exp(x) / sum(exp(x)),
     inputs: {x: {between: [1, 2], shape: [3]}}}
  - id: text
    claim: softmax uses no loop
    kind: source
    points: 1
"""
RULES = (
    "    in: softmax\n    forbids: [for, while, comprehension, numpy.vectorize, eval, map]\n    calls: [numpy.exp]\n"
)
NP = "import numpy as np\n"


@pytest.fixture
def graded(tmp_path: Path, judged: Callable[..., Judged]) -> Callable[..., Judged]:
    """`graded(work)`: the submission on a course with these rules."""

    def call(work: str, rules: str = RULES, **more: str) -> Judged:
        files = {"course.yaml": "title: T\ntemplate: template\n", "1.yaml": HEAD + rules}
        stub = NP + "def softmax(x):\n    return x\n\ndef other():\n    pass\n"
        course = write_files(tmp_path / "course", {**files, "template/work.py": stub})
        return judged({"work.py": work, **{f"{name}.py": text for name, text in more.items()}}, course=course)

    return call


ALLOWED = {
    "plain": NP + "def softmax(x):\n    e = np.exp(x)\n    return e / e.sum()\n",
    "alias": NP + "exp = np.exp\ndef softmax(x):\n    f = exp\n    return f(x) / np.sum(f(x))\n",
    "from": "from numpy import exp as e, sum\ndef softmax(x):\n    return e(x) / sum(e(x))\n",
    "star": "from numpy import *\ndef softmax(x):\n    e = exp(x)\n    return e / e.sum()\n",
    "helper": NP + "def softmax(x):\n    return e(x) / e(x).sum()\ndef e(x):\n    return np.exp(x)\n",
    "getattr": NP + "def softmax(x):\n    e = getattr(np, 'exp')(x)\n    return e / e.sum()\n",
    "inner": NP + "def softmax(x):\n    def e(x):\n        return np.exp(x)\n    return e(x) / e(x).sum()\n",
    "lambda": NP + "e = lambda x: np.exp(x)\nsoftmax = lambda x: e(x) / e(x).sum()\n",
    "both": "try:\n    import numpy as np\nexcept ImportError:\n    np = None\nimport numpy as np\n"
    "def softmax(x: map) -> map:\n    '''for all x, eval(x)'''\n    # while x: map(x)\n"
    "    return np.exp(x) / np.exp(x).sum()\n",
    "loop-elsewhere": NP + "def other():\n    for i in range(3):\n        pass\n"
    "def softmax(x):\n    e = np.exp(x)\n    return e / e.sum()\n",
    "main": NP + "def softmax(x):\n    e = np.exp(x)\n    return e / e.sum()\n"
    "if __name__ == '__main__':\n    for i in range(3):\n        print(softmax(np.ones(3)))\n",
    "dead": NP
    + "def softmax(x):\n    def slow():\n        for i in x: pass\n    e = np.exp(x)\n    return e / e.sum()\n"
    "    for i in x: pass\n",
    "if-false": NP
    + "def softmax(x):\n    if False:\n        for i in x: pass\n    e = np.exp(x)\n    return e / e.sum()\n",
    "own-map": NP + "def map(x):\n    return np.exp(x)\ndef softmax(x):\n    return map(x) / map(x).sum()\n",
    "parameter": NP + "def softmax(x, eval=None):\n    e = np.exp(x)\n    return e / e.sum()\n",
    "method": NP + "class Net:\n    def eval(self): return 1\ndef softmax(x):\n    Net().eval()\n"
    "    return np.exp(x) / np.exp(x).sum()\n",
    "redefined": NP
    + "def softmax(x):\n    for i in x: pass\ndef softmax(x):\n    return np.exp(x) / np.exp(x).sum()\n",
    "method-of-its-name": NP + "class Slow:\n    def sum(self):\n        for i in self: pass\n"
    "def softmax(x):\n    e = np.exp(x)\n    return e / e.sum()\n",
}
FORBIDDEN = {
    "for": ("e = np.exp(x)\n    for v in x: pass\n    return e / e.sum()", "work.py:4", "a `for` loop"),
    "while": ("e = np.exp(x)\n    while x is None: pass\n    return e / e.sum()", "work.py:4", "a `while` loop"),
    "comprehension": ("e = np.exp(x)\n    return e / sum(v for v in e)", "work.py:4", "a comprehension"),
    "list": ("e = np.exp(x)\n    return e / np.sum([v for v in e])", "work.py:4", "a comprehension"),
    "call": ("e = np.exp(x)\n    return np.vectorize(float)(e) / e.sum()", "work.py:4", "`numpy.vectorize`"),
    "alias": ("f = np.vectorize\n    return f(np.exp)(x) / np.exp(x).sum()", "work.py:4", "`numpy.vectorize`"),
    "import": ("from numpy import vectorize as v\n    return v(np.exp)(x) / np.exp(x).sum()", "work.py:4",
               "`numpy.vectorize`"),
    "getattr": ("v = getattr(np, 'vectorize')\n    return v(np.exp)(x) / np.exp(x).sum()", "work.py:4",
                "`numpy.vectorize`"),
    "eval": ("e = eval('np.exp(x)')\n    return e / e.sum()", "work.py:3", "`eval`"),
    "builtins": ("import builtins as b\n    e = np.array([*b.map(np.exp, x)])\n    return e / e.sum()", "work.py:4",
                 "`map`"),
    "helper": ("return helper(np.exp(x))\ndef helper(e):\n    return deeper(e)\ndef deeper(e):\n    for v in e: pass\n"
               "    return e / e.sum()", "work.py:7", "a `for` loop"),
    "inner": ("def total(e):\n        for v in e: pass\n        return e.sum()\n    return np.exp(x) / "
              "total(np.exp(x))", "work.py:4", "a `for` loop"),
    "else-of-main": ("e = np.exp(x)\n    if __name__ == '__main__': pass\n    else:\n        for v in e: pass\n"
                     "    return e / e.sum()", "work.py:6", "a `for` loop"),
}  # fmt: skip
UNDECIDED = {
    "computed": NP + "def softmax(x):\n    e = getattr(np, 'e' + 'xp')(x)\n    return e / e.sum()\n",
    "given": NP + "def softmax(x, exp=np.exp):\n    e = exp(x)\n    return e / e.sum()\n",
    "globals": NP + "exp = np.exp\ndef softmax(x):\n    e = globals()['exp'](x)\n    return e / e.sum()\n",
    "attribute": NP + "class Net:\n    def __init__(self): self.act = np.exp\nnet = Net()\n"
    "def softmax(x):\n    e = net.act(x)\n    return e / e.sum()\n",
    "table": NP + "F = {'exp': np.exp}\ndef softmax(x):\n    e = F['exp'](x)\n    return e / e.sum()\n",
    "passed": NP
    + "def apply(f, x):\n    return f(x)\ndef softmax(x):\n    e = apply(np.exp, x)\n    return e / e.sum()\n",
    "callback": NP + "def slow(v):\n    for i in range(1): pass\n    return v\n"
    "def softmax(x):\n    e = np.apply_along_axis(slow, 0, np.exp(x))\n    return e / e.sum()\n",
    "either": NP
    + "if np.pi > 3:\n    def total(e): return e.sum()\nelse:\n    def total(e): return sum(v for v in e)\n"
    "def softmax(x):\n    e = np.exp(x)\n    return e / total(e)\n",
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_keeps_the_rules_passes(name: str, graded: Callable[..., Judged]) -> None:
    found = graded(ALLOWED[name])
    assert found.score == 3, found.out


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_breaks_a_rule_is_shown_with_its_line(name: str, graded: Callable[..., Judged]) -> None:
    body, place, what = FORBIDDEN[name]
    found = graded(f"{NP}def softmax(x):\n    {body}\n")
    check = found.check("1", "text")
    assert (check["status"], found.check("1", "value")["status"]) == ("wrong", "correct"), found.out
    assert check["message"].startswith(f"{what} is not allowed in `softmax`: {place}")
    assert check["evidence"]["place"].startswith(place) and "^" in check["evidence"]["snippet"] and check["hint"]


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_the_text_does_not_tell_is_left_to_a_person(name: str, graded: Callable[..., Judged]) -> None:
    found = graded(UNDECIDED[name])
    assert found.check("1", "value")["status"] == "correct"
    assert found.check("1", "text")["status"] == "needs_review", found.out


def test_a_caret_stands_below_what_is_meant(graded: Callable[..., Judged]) -> None:
    found = graded(NP + "def softmax(x):\n\té = np.exp(x); v = np.vectorize(float)\n\treturn é / é.sum()\n")
    row, carets = found.check("1", "text")["evidence"]["snippet"].split("\n")
    assert row[carets.index("^") : carets.rindex("^") + 1] == "np.vectorize"


def test_a_call_that_is_missing_is_told(graded: Callable[..., Judged]) -> None:
    check = graded(NP + "def softmax(x):\n    return np.e**x / np.sum(np.e**x)\n").check("1", "text")
    assert (check["status"], check["message"]) == ("wrong", "`numpy.exp` is not called in `softmax`")
    either = RULES.replace("[numpy.exp]", "[[numpy.exp, numpy.power]]")
    assert graded(NP + "def softmax(x):\n    return np.power(np.e, x) / np.sum(np.e**x)\n", either).score == 3
    method = RULES.replace("[numpy.exp]", "[.sum]")
    assert graded(NP + "def softmax(x):\n    return np.exp(x) / np.exp(x).sum()\n", method).score == 3
    check = graded(NP + "def softmax(x):\n    return np.exp(x) / np.dot(np.exp(x), x**0)\n", either + "").check(
        "1", "text"
    )
    assert check["status"] == "correct"


def test_helpers_in_other_files_belong_to_it(graded: Callable[..., Judged]) -> None:
    work = "from helper import over\nimport numpy as np\ndef softmax(x):\n    return over(np.exp(x))\n"
    check = graded(work, helper="def over(e):\n    for v in e: pass\n    return e / e.sum()\n").check("1", "text")
    assert check["evidence"]["place"] == "helper.py:2  over" and "`over` is called there" in check["hint"]
    work = "import helper\ndef softmax(x):\n    return helper.softmax(x)\n"
    assert graded(work, helper="from numpy import exp\ndef softmax(x):\n    return exp(x) / sum(exp(x))\n").score == 3


def test_a_package_is_followed_through_its_own_imports(judged: Callable[..., Judged], tmp_path: Path) -> None:
    exercise = HEAD.replace("work.py", "needle/ops.py") + RULES
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": exercise})
    files = {
        "needle/__init__.py": "from .deep import over as divide\n",
        "needle/ops.py": "from . import deep\nimport needle\nfrom .deep import *\n"
        "def softmax(x):\n    needle.divide\n    return deep.over(e(x))\n",
        "needle/deep.py": NP + "def e(x):\n    return np.exp(x)\ndef over(x):\n    return x / sum(v for v in x)\n",
    }
    check = judged(files, course=course).check("1", "text")
    assert (check["status"], check["evidence"]["place"]) == ("wrong", "needle/deep.py:5  over")
    files["needle/deep.py"] = files["needle/deep.py"].replace("sum(v for v in x)", "x.sum()")
    assert judged(files, course=course).score == 3


def test_methods_and_classes(graded: Callable[..., Judged]) -> None:
    work = (
        NP + "class Net:\n    def __init__(self):\n        self.w = [1 for _ in range(3)]\n"
        "    def total(self, e):\n        for v in e: pass\n        return e.sum()\n"
        "    def run(self, x):\n        return np.exp(x) / self.total(np.exp(x))\n"
        "    def quick(self, x):\n        return np.exp(x)\n"
        "def softmax(x):\n    return np.exp(x) / np.exp(x).sum()\n"
    )
    for name, place in (("Net.run", "work.py:6"), ("Net", "work.py:4"), ("Net.quick", "")):
        check = graded(work, f"    in: [{name}, softmax]\n    forbids: [for, comprehension]\n").check("1", "text")
        assert check["evidence"]["place"].partition("  ")[0] == place, (name, check)
    check = graded(work, "    in: Net.rum\n    forbids: [for]\n").check("1", "text")
    assert check["status"] == "missing" and "should `Net.run` be renamed to `Net.rum`?" in check["message"]


def test_the_whole_file(graded: Callable[..., Judged]) -> None:
    rules = "    forbids: [for, numpy.linalg]\n"
    assert graded(ALLOWED["main"], rules).score == 3
    assert graded(ALLOWED["loop-elsewhere"], rules).check("1", "text")["evidence"]["place"] == "work.py:3  other"
    inv = NP + "inverse = np.linalg.inv(np.eye(2))\ndef softmax(x):\n    return np.exp(x) / np.exp(x).sum()\n"
    assert graded(inv, rules).check("1", "text")["message"] == "`numpy.linalg` is not allowed: work.py:2"


def test_a_stub_keeps_no_rule(graded: Callable[..., Judged]) -> None:
    stub = NP + "def softmax(x):\n    return x\n\ndef other():\n    return 1\n"
    check = graded(stub, "    in: softmax\n    forbids: [for]\n").check("1", "text")
    assert (check["status"], check["message"]) == ("missing", "`softmax` is not written yet (work.py:2)")
    whole = graded(NP + "def softmax(x):\n    return x\n\ndef other():\n    pass\n", "    forbids: [for]\n")
    assert whole.check("1", "text")["message"] == "nothing in work.py is written yet"
    net = "class Net:\n    def run(self):\n        raise NotImplementedError\n" + ALLOWED["plain"]
    of_class = graded(net, "    in: Net\n    forbids: [for]\n")
    assert of_class.check("1", "text")["message"] == "nothing in `Net` is written yet"


def test_a_file_that_is_no_python_and_one_that_raises(graded: Callable[..., Judged]) -> None:
    only = "    in: softmax\n    forbids: [for]\n"
    broken = graded("def softmax(x)\n    return x\n", only)
    assert [check["status"] for check in broken.exercise("1")["checks"]] == ["crashed", "skipped"]
    deep = graded(NP + "def softmax(x):\n    y = " + "-" * 900 + "1\n    return np.exp(x) / np.exp(x).sum()\n", only)
    assert deep.check("1", "text")["status"] in ("needs_review", "correct")


def test_notebooks_are_told_by_cell(graded: Callable[..., Judged], tmp_path: Path, run: Callable[..., Graded]) -> None:
    graded(ALLOWED["plain"])
    cells = [NP, "def broken(:", "def softmax(x):\n    e = np.exp(x)\n    for v in e: pass\n    return e / e.sum()\n"]
    folder = write_files(tmp_path / "book", {"homework.ipynb": colab(*cells)})
    check = run(folder, "--course", tmp_path / "course").check("1", "text")
    assert check["evidence"]["place"] == "homework.ipynb, code cell 3, line 3  softmax"
    assert check["evidence"]["snippet"].startswith("    3 |     for v in e: pass")


def test_variants_prove_it_and_students_keep_it(tmp_path: Path, run: Callable[..., Graded]) -> None:
    variants = (
        "wrong:\n  - {id: sums, swap: {e.sum(): 'sum(v for v in e)'}, fails: [text]}\n"
        "  - {id: power, swap: {np.exp(x): np.e**x}, fails: [text], hint: 'A power.'}\n"
        "  - {id: half, swap: {'e / e': '2 * e / e'}, fails: [value], hint: 'Twice.'}\n"
        "right:\n  - id: named\n    function: |\n      from numpy import exp\n      def softmax(x):\n"
        "          return exp(x) / sum(exp(x))\n"
    )
    head = "title: T\ntemplate: template\nreference: reference\n"
    course = write_files(tmp_path / "course", {
        "course.yaml": head, "1.yaml": HEAD + RULES + variants, "reference/work.py": ALLOWED["plain"],
        "template/work.py": NP + "def softmax(x):\n    return x\n"})  # fmt: skip
    verified = run("verify", "--course", course, "--seeds", "2")
    assert verified.out.endswith("0 findings\n"), verified.out
    assert run("pack", tmp_path / "packed", "--course", course).code == 0
    loop = write_files(tmp_path / "work", {"work.py": FORBIDDEN["list"][0].join([NP + "def softmax(x):\n    ", "\n"])})
    assert run(loop, "--course", tmp_path / "packed").check("1", "text")["status"] == "wrong"
    both = NP + "def softmax(x):\n    e = np.array([np.exp(v) for v in x])\n    return 2 * e / e.sum()\n"
    graded = run(write_files(tmp_path / "work", {"work.py": both}), "--course", course)
    assert graded.check("1", "value")["hint"] == "Twice." and graded.check("1", "text")["hint"] != "A power."


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("    forbids: [fro]\n", "unknown word `fro`; did you mean `for`?"),
        ("    forbids: [comprehensions]\n", "did you mean `comprehension`?"),
        ("    forbids: [numpy.gradeint]\n", "numpy has no `gradeint`; did you mean `gradient`?"),
        ("    forbids: [np.gradient]\n", "write `numpy.gradient`"),
        ("    forbids: ['x + y']\n", "is no construct and no name of a function"),
        ("    calls: [for]\n", "`for` is not called: only functions are"),
        ("    in: softmax\n", "needs `forbids` or `calls`"),
        ("    in: a.b.c\n    forbids: [for]\n", "is no function, class or Class.method"),
        ("    forbid: [for]\n", "did you mean `forbids`?"),
    ],
)
def test_rules_that_mean_nothing_are_refused(rules: str, said: str, tmp_path: Path, run: Callable[..., Graded]) -> None:
    course = write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": HEAD + rules})
    refused = run("show", "--course", course)
    assert refused.code == 2 and said in refused.err and "1.yaml:" in refused.err, refused.err

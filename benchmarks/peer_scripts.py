"""The checks of the course as other tools run them: a process for each submission, which judges it with known numbers.

Every peer calls the same functions (statements.py) and compares what they return with what the reference gave. Only the
frame around that is a peer's own. A process ends with an error unless all checks pass, so none is measured that fails.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

from bare import Bare, cpu, python
from recorder import CheckCalls

# Run once: what the reference answers. None is a program that raises, or what is no number and not compared.
ANSWERS = """
import json, sys
import numpy as np
import calls

def numbers(value):
    if isinstance(value, (list, tuple)):
        if value and all(type(item) in (int, float) for item in value):
            return {"array": value}
        return [numbers(item) for item in value]
    if isinstance(value, np.ndarray):
        return {"array": value.tolist()}
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, (bool, int, float)) else None

def answers(program):
    try:
        return [numbers(told) for told in program()]
    except Exception:
        return None

calls.load(sys.argv[1])
found = [[answers(program) for program in programs] for _, _, programs in calls.CHECKS]
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(found, file)
"""
CHECKS = """
import json
import numpy as np
import calls

with open({answers!r}, encoding="utf-8") as file:
    EXPECTED = json.load(file, object_hook=lambda found: np.array(found["array"]))
calls.load({work!r})

def same(answer, expected):
    if expected is None:
        return True
    if isinstance(expected, list):
        return len(answer) == len(expected) and all(map(same, answer, expected))
    return np.allclose(answer, expected, rtol=1e-6)

def right(number):
    _, _, programs = calls.CHECKS[number]
    pairs = zip(programs, EXPECTED[number])
    return all(expected is None or same(program(), expected) for program, expected in pairs)
"""
PLAIN = """
import sys
import calls, checks

points = total = 0.0
for number, (name, worth, _) in enumerate(calls.CHECKS):
    try:
        got = worth if checks.right(number) else 0.0
    except Exception as error:
        print(name, error)
        got = 0.0
    print(f"{name}: {got:g} of {worth:g}")
    points, total = points + got, total + worth
print(f"{points:g} of {total:g} points")
sys.exit(points < total)
"""
GRADESCOPE = """
import sys, unittest
from gradescope_utils.autograder_utils.decorators import weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner
import checks
"""
GRADESCOPE_RUN = """
suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
with open({results!r}, "w") as file:
    result = JSONTestRunner(visibility="visible", stream=file).run(suite)
sys.exit(not result.wasSuccessful())
"""
OTTER = """
import sys
import otter
import checks

notebook = otter.Notebook(tests_dir={tests!r})
results = [notebook.check(f"q{{number}}", {{"right": checks.right}}) for number in range({count})]
print(sum(result.passed_all for result in results), "of", len(results))
sys.exit(not all(result.passed_all for result in results))
"""
OTTER_TEST = """
from otter.test_files import test_case

OK_FORMAT = False
name = "q{number}"
points = {points}

@test_case(name={name!r}, points={points})
def test_right(right):
    assert right({number})
"""


def acts(bare: Bare, work: Path) -> dict[str, Callable[[], float]]:
    """The CPU seconds of each peer for this submission; a peer that is not installed is named, and left out."""
    folder = bare.folder
    expected = folder / "answers.json"
    cpu(python(_written(folder / "answers.py", ANSWERS), work, expected))
    _written(folder / "checks.py", CHECKS.format(answers=str(expected), work=str(work)))
    found = {"plain script": partial(cpu, python(_written(folder / "plain.py", PLAIN)))}
    for name, package, act in (
        ("gradescope-utils", "gradescope_utils", _gradescope),
        ("pytest", "pytest", _pytest),
        ("otter-grader", "otter", _otter),
    ):
        if find_spec(package) is None:
            print(f"{name} is not installed: left out")
        else:
            found[name] = act(folder, bare.checks)
    return dict(found)


def _gradescope(folder: Path, checks: Sequence[CheckCalls]) -> partial[float]:
    """A class of tests for each exercise, run as a Gradescope autograder runs them."""
    text = GRADESCOPE
    for place, (_, members) in enumerate(groupby(enumerate(checks), lambda one: one[1].name.partition(" ")[0])):
        text += f"\nclass Test{place}(unittest.TestCase):\n"
        for number, check in members:
            text += f"    @weight({check.points})\n    def test_{number:02}(self):\n        {check.name!r}\n"
            text += f"        self.assertTrue(checks.right({number}))\n"
    text += GRADESCOPE_RUN.format(results=str(folder / "results.json"))
    return partial(cpu, python(_written(folder / "run_tests.py", text)))


def _pytest(folder: Path, checks: Sequence[CheckCalls]) -> partial[float]:
    """A test for each check. No plugins: a course has none, and this environment may have any."""
    text = "import checks\n"
    for number, _ in enumerate(checks):
        text += f"\ndef test_{number:02}():\n    assert checks.right({number})\n"
    path = _written(folder / "test_checks.py", text)
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    return partial(cpu, [sys.executable, "-B", "-m", "pytest", *options, str(path)])


def _otter(folder: Path, checks: Sequence[CheckCalls]) -> partial[float]:
    """A question for each check, tried by otter's `Notebook` in the process of the submission. What `otter check` adds,
    a kernel that runs the submission as a notebook, is left out in its favour."""
    tests = folder / "tests"
    tests.mkdir()
    for number, check in enumerate(checks):
        _written(tests / f"q{number}.py", OTTER_TEST.format(number=number, name=check.name, points=check.points))
    script = _written(folder / "otter_run.py", OTTER.format(tests=str(tests), count=len(checks)))
    return partial(cpu, python(script), folder)  # it writes a log where it runs


def _written(path: Path, text: str) -> Path:
    path.write_text(text.lstrip("\n"), "utf-8")
    return path

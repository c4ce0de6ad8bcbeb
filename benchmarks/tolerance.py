"""Both ends of the tolerance: right code that rounds to float32 or guards a division, over many seeds, and the known
wrong rules with the smallest error that each of them makes.

    python benchmarks/tolerance.py [SEEDS] [EXERCISE...]

Prints a line for each right variant that lost a point in a seed, and the wrong rules of smallest error.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np

from grader.checks import KINDS
from grader.checks.program import Trial
from grader.course.load import load_course
from grader.judge.pipeline import grade
from grader.maths.compare import relative_error
from grader.maths.formula import Formula, env_of
from grader.model import Course, Report, Settings, Submission
from grader.sandbox.open_sandbox import open_sandbox
from grader.sandbox.source import Sandbox
from grader.submission.collect import submission

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = {file.name: file.read_text("utf-8") for file in (ROOT / "reference").glob("*.py")}


def value(at_rest: str, shown: str, gradient: str) -> str:
    """The reference's engine, its data and gradients kept as `at_rest`, its attributes shown through `shown`."""
    source = REFERENCE["value.py"].replace("import math", "import math\nimport numpy as np")
    properties = f"""
    @property
    def data(self):
        return {shown}(self._data)

    @data.setter
    def data(self, to):
        self._data = {at_rest}(to)

    @property
    def grad(self):
        return {shown}(self._grad)

    @grad.setter
    def grad(self, to):
        self._grad = {gradient}(to)

    def __init__("""
    return source.replace("\n    def __init__(", properties, 1)


def swapped(file: str, *swaps: tuple[str, str]) -> str:
    source = REFERENCE[file]
    for old, new in swaps:
        assert old in source, f"{file}: {old}"
        source = source.replace(old, new)
    return source


SINGLE = "np.float32"
ENGINES = {
    "float32 data": value(SINGLE, "", ""),
    "float32 data, told as float": value(SINGLE, "float", "float"),
    "float32 throughout": value(SINGLE, "", SINGLE),
    "float32 throughout, told as float": value(SINGLE, "float", SINGLE),
    "float64 data, float32 gradients": value("float", "", SINGLE),
    "float32 sigmoid and tanh": swapped(
        "value.py", ("import math", "import math\nimport numpy as np"),
        ("t = math.tanh(self.data)", "t = float(np.tanh(np.float32(self.data)))"),
        ("s = 1 / (1 + math.exp(-self.data))", "s = float(1 / (1 + np.exp(np.float32(-self.data))))"),
    ),
    "guarded division": swapped(
        "value.py", ("return self * other**-1", "return self * (other + 1e-8)**-1"),
    ),
}  # fmt: skip
TENSORS = {
    "float32 throughout": swapped("tensor.py", ("dtype=float", "dtype=np.float32")),
    "float32 data, float gradients": swapped(
        "tensor.py", ("dtype=float", "dtype=np.float32"), ("np.zeros_like(self.data)", "np.zeros(self.data.shape)")
    ),
    "float32 data as float": swapped(
        "tensor.py", ("np.asarray(data, dtype=float)", "np.asarray(data, np.float32).astype(float)")
    ),
    "float32 in @": swapped(
        "tensor.py",
        ("self.data @ other.data", "self.data.astype(np.float32) @ other.data.astype(np.float32)"),
    ),
    "float32 in relu": swapped("tensor.py", ("np.maximum(self.data, 0.0)", "np.maximum(np.float32(self.data), 0.0)")),
    "guarded division": swapped(
        "tensor.py", ("self.data / other.data", "self.data / (other.data + 1e-8)")
    ),
}  # fmt: skip
OPS = {
    "float32 inputs": swapped(
        "ops.py", ("self.a, self.b = a, b", "self.a, self.b = np.float32(a), np.float32(b)"),
        ("self.a = a\n", "self.a = np.float32(a)\n"),
        ("return 1 / (1 + np.exp(-x))", "return 1 / (1 + np.exp(-np.asarray(x, np.float32)))"),
    ),
    "float32 inputs, told as float": swapped(
        "ops.py", ("self.a, self.b = a, b", "self.a, self.b = float(np.float32(a)), float(np.float32(b))"),
        ("self.a = a\n", "self.a = float(np.float32(a))\n"),
        ("return 1 / (1 + np.exp(-x))", "return np.asarray(1 / (1 + np.exp(-np.asarray(x, np.float32))), float)"),
    ),
    "guarded division": swapped(
        "ops.py", ("return a / b", "return a / (b + 1e-8)"), ("grad_output / self.b", "grad_output / (self.b + 1e-8)"),
        ("self.b**2", "(self.b**2 + 1e-8)"),
    ),
}  # fmt: skip
RELU = "np.maximum("
RIGHT: dict[str, dict[str, dict[str, str]]] = {
    "value": {name: {"value.py": source} for name, source in ENGINES.items()},
    "xor": {name: {**REFERENCE, "value.py": source} for name, source in ENGINES.items()},
    "graph": {name: {**REFERENCE, "value.py": source} for name, source in ENGINES.items()},
    "tensor": {name: {"tensor.py": source} for name, source in TENSORS.items()},
    "classifier": {name: {**REFERENCE, "tensor.py": source} for name, source in TENSORS.items()},
    **{id: {name: {"ops.py": source} for name, source in OPS.items()} for id in ("2.5", "2.6", "2.7")},
}


def rounded_arrays(file: str, to: str) -> str:
    """The reference with every argument of every function rounded to float32, and results told `to`."""
    return f"""{REFERENCE[file]}
import numpy as np

def _rounding(function):
    def call(*args):
        found = function(*(np.asarray(arg, np.float32) for arg in args))
        parts = found if isinstance(found, tuple) else (found,)
        parts = tuple(np.asarray(part, {to}) for part in parts)
        return parts if isinstance(found, tuple) else parts[0]
    return call

for _name, _made in list(globals().items()):
    if callable(_made) and getattr(_made, "__module__", "") == __name__ and _name != "_rounding":
        globals()[_name] = _rounding(_made)
"""


for exercise, file in {"2.9": "matmul.py", "2.10": "network.py"}.items():
    RIGHT[exercise] = {
        f"float32 inside, told as {to}": {file: rounded_arrays(file, f"np.{to}")} for to in ("float32", "float64")
    }


def graded(course: Course, sandbox: Sandbox, files: dict[str, str], exercise: str, seed: int) -> Report:
    handed_in: Submission = submission("tolerance", "tolerance", files, {}, files, (), ())
    return grade(course, handed_in, Settings(only=(exercise,), seed=seed), sandbox)


def right(course: Course, sandbox: Sandbox, seeds: int, only: set[str]) -> int:
    """Prints what right variants lost; how many runs lost something."""
    lost = 0
    for exercise, variants in RIGHT.items():
        if only and exercise not in only:
            continue
        for name, files in variants.items():
            for seed in range(seeds):
                (result,) = graded(course, sandbox, files, exercise, seed).exercises
                bad = [check for check in result.checks if not check.advisory
                       and check.status.value not in ("correct", "missing")]  # fmt: skip
                for check in bad:
                    evidence = check.evidence
                    print(f"LOST {exercise} {name}, seed {seed}: {check.id} {check.status.value} {check.message}"
                          f" | {evidence.call} | yours {evidence.yours} expected {evidence.expected}")  # fmt: skip
                lost += bool(bad)
            print(f"{exercise}, {name}: {seeds} seeds", flush=True)
    return lost


def margins(course: Course, seeds: int, only: set[str]) -> list[tuple[float, str, str]]:
    """For each known wrong rule that is stated as formulas, its largest relative error on the cases of a check that it
    fails, the smallest over seeds and checks: (error, exercise, rule)."""
    found = []
    for exercise in course.exercises:
        for variant in exercise.wrong if not only or exercise.id in only else ():
            errors = []
            for check in exercise.checks:
                if check.id in variant.fails and check.id in variant.gives:
                    for seed in range(seeds):
                        trials = KINDS[check.kind].planned(check.spec, Random(f"{seed}/{exercise.id}/{check.id}"))
                        errors.append(max(_error(variant.gives[check.id], trial) for trial in trials))
            if errors:
                found.append((min(errors), exercise.id, variant.id))
    return sorted(found)


def _error(formulas: Sequence[Formula], trial: Trial) -> float:
    worst = 0.0
    for index, (formula, expected) in enumerate(zip(formulas, trial.expected, strict=True)):
        try:
            given = np.asarray(formula(env_of(trial.case)), np.float64)
        except ValueError:
            return float("inf")
        if given.shape != expected.shape or not np.isfinite(given).all():
            return float("inf")
        size = max(float(np.abs(expected).max(initial=0.0)), trial.scales[index])
        slack = trial.slack[index] if trial.slack else 0.0
        worst = max(worst, relative_error(given, expected, size, slack))
    return worst


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    course = load_course(ROOT / "exercises")
    with contextlib.closing(open_sandbox()) as sandbox:
        lost = right(course, sandbox, seeds, set(sys.argv[2:]))
    print(f"right code lost points in {lost} runs")
    rules = margins(course, min(seeds, 10), set(sys.argv[2:]))
    print(f"{len(rules)} known wrong rules; the smallest errors by which one is told from a right answer:")
    for error, exercise, rule in rules[:12]:
        print(f"{error:8.3g}  {exercise:5} {rule}")


if __name__ == "__main__":
    main()

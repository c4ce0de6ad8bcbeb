"""One page of each kind, as users get it: reports of graded work, class pages, verifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

from conftest import ROOT, Files, write_files
from made_classes import made_class

from grader.classroom.page import class_page
from grader.classroom.page.statistics import CheckMark, ClassPage, Student
from grader.judge.pipeline import grade
from grader.model import Course, Settings, Verdict
from grader.reports import html_report
from grader.sandbox.source import Sandbox
from grader.submission.reader import read_submission
from grader.verify import matrix_page
from grader.verify.kill_matrix import CourseDefect, MatrixRow
from grader.verify.mutants import Mutant
from grader.verify.naming import Naming
from grader.verify.verification import Verification

NASTY = "</script><script>document.title='caught'</script>\u202e<img src='https://example.org/x' onerror=alert(1)>&\"'"


def folder_of(name: str) -> Files:
    """The files of a folder of this repository."""
    return {path.name: path.read_text("utf-8") for path in sorted((ROOT / name).iterdir()) if path.is_file()}


# By file, a mistake: the reference's text, and what stands there instead.
MISTAKES = {
    "ops.py": ("-grad_output * self.a", "grad_output * self.a"),
    "value.py": ("self.grad += other.data * out.grad", "self.grad = other.data * out.grad"),
    "matmul.py": ("grad_Y @ W.T", "grad_Y @ W"),
    "network.py": (" * (a1 > 0)", ""),
    "gradient_check.py": ("(2 * epsilon)", "epsilon"),
    "answers.yaml": ("a: left", "a: right"),
}


def two_mistakes() -> Files:
    """The reference with a wrong sign, and an engine that keeps one contribution of several."""
    right = folder_of("reference")
    return dict(right) | {name: str(right[name]).replace(*MISTAKES[name]) for name in ("ops.py", "value.py")}


def wrong_work() -> Files:
    """The reference with a mistake in most exercises, so that a report shows every sort of finding."""
    files = {name: str(text) for name, text in folder_of("reference").items()}
    for name, (right, wrong) in MISTAKES.items():
        assert right in files[name], name
        files[name] = files[name].replace(right, wrong)
    files["xor.py"] = "from value import Value\n\nprint('learning')\nraise RuntimeError('not yet')\n"
    files["tensor.py"] = "class Tensor:\n    def __init__(self, data):\n        self.data = data\n"
    return files


def hostile_work() -> Files:
    """Names, outputs and errors that try to break a page."""
    noise = f"print({NASTY!r} * 3)\nprint('\\x1b[31mred\\x07', 'w' * 5000)\n"
    crash = f"def build():\n    raise ValueError({NASTY!r})\n\n\nbuild()\n"
    loop = "class Div:\n    def forward(self, a, b):\n        return " + repr(NASTY) + "\n    backward = forward\n"
    return {"value.py": noise + crash, "ops.py": noise + loop, "matmul.py": "def broken(:\n" + NASTY + "\n"}


def odd_class(course: Course) -> ClassPage:
    """A small class with hostile names, grader errors, answers to mark, and checks that nobody passes."""
    page = made_class(course, 2)
    checks = [check for exercise in page.exercises for check in exercise.checks]
    states = (Verdict.JUDGE_ERROR, Verdict.NEEDS_REVIEW, Verdict.WRONG)
    marks = [CheckMark(states[place % 3], 0, check.max_score, NASTY) for place, check in enumerate(checks)]
    nasty = Student(NASTY, f"{NASTY}/report.html", 0, 10, 0, 20, True, (NASTY, "w" * 500), marks, 1.0, 3.0)
    return replace(page, title=NASTY, students=[nasty, replace(nasty, name="Änne")], isolation=NASTY)


def verification(course: Course) -> Verification:
    """A verified course in which a mutant lives and a mistake is called by another's name."""
    rows, namings = [], []
    for exercise in course.exercises:
        everything = frozenset(check.id for check in exercise.checks)
        rows += [MatrixRow(exercise.id, kind, kind, frozenset()) for kind in ("reference", "right")]
        rows += [MatrixRow(exercise.id, "template", "template", everything)]
        rows += [MatrixRow(exercise.id, "wrong", one.id, frozenset(one.fails)) for one in exercise.wrong]
        mutant = Mutant("mutant-1", "operator swapped", f"return a - {NASTY}", "return a + b " * 20, "")
        rows += [MatrixRow(exercise.id, "mutant", "mutant-1", everything, mutant)]
        rows += [MatrixRow(exercise.id, "mutant", "mutant-2", frozenset(), mutant, "the term is zero anyway")]
    rows.append(MatrixRow("2.5", "mutant", "mutant-3", frozenset(), mutant))
    for mistake, style in product(
        ("mul-assign", "add-out", "no-seed"), ("reference", "tape", "with-closures", "a-set")
    ):
        namings.append(Naming("value", mistake, style, "" if style == "tape" else mistake, mistake != "no-seed"))
    finding = CourseDefect("2.5", "a mutant of the reference keeps full marks", "add a case", "- return a\n+ return b")
    return Verification(tuple(rows), (finding,), tuple(namings))


def _report(work: Callable[[], Files]) -> Callable[[Course, Sandbox, Path], Path]:
    def make(course: Course, sandbox: Sandbox, folder: Path) -> Path:
        submission = read_submission(str(write_files(folder / "work", work())), course.files)
        return html_report.write(grade(course, submission, Settings(), sandbox), folder)

    return make


def _class(count: int, absent: int) -> Callable[[Course, Sandbox, Path], Path]:
    return lambda course, sandbox, folder: class_page.write(made_class(course, count, absent), folder)


REPORTS: Mapping[str, Callable[[Course, Sandbox, Path], Path]] = {
    "report of the reference": _report(lambda: folder_of("reference")),
    "report of wrong work": _report(wrong_work),
    "report of hostile work": _report(hostile_work),
    "report of the template": _report(lambda: folder_of("student_template")),
}
OTHERS: Mapping[str, Callable[[Course, Sandbox, Path], Path]] = {
    "class of 60": _class(60, 3),
    "class of 5000": _class(5000, 40),
    "odd class": lambda course, sandbox, folder: class_page.write(odd_class(course), folder),
    "verification": lambda course, sandbox, folder: matrix_page.write(course, verification(course), folder),
}
PAGES = {**REPORTS, **OTHERS, "report of two mistakes": _report(two_mistakes)}

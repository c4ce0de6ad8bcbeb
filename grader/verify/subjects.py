"""Everything a course is verified with, each as a submission: reference, template, variants, mutants."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.checks import KINDS
from grader.judge.diagnosis import source_of
from grader.model import Course, Exercise, Submission
from grader.model.dataclass import dataclass
from grader.verify.mutants import Mutant, mutants
from grader.verify.reach import reached_names


@dataclass(frozen=True)
class Subject:
    """One thing that is graded for one exercise. `kind` is reference, template, wrong, right, pair or mutant."""

    kind: str
    id: str
    exercise: str
    files: Mapping[str, str]
    fails: tuple[str, ...] = ()
    mutant: Mutant | None = None
    may_fail: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A name that no other subject has."""
        return f"{self.exercise}/{self.kind}/{self.id}"

    def submission(self) -> Submission:
        """As if a student had handed it in."""
        return Submission(self.key, self.id, "", self.files, {}, tuple(self.files), ())


def subjects(course: Course, exercise: Exercise, reference: Mapping[str, str]) -> list[Subject]:
    """All subjects of one exercise but those whose swap does not match the reference once."""
    found = [Subject("reference", "reference", exercise.id, reference)]
    if course.template:
        found.append(Subject("template", "template", exercise.id, course.template))
    for kind, variants in (("wrong", exercise.wrong), ("right", exercise.right)):
        for variant in variants:
            source = source_of(variant, reference.get(variant.file, ""))
            if source:
                files = {**reference, variant.file: source}
                found.append(Subject(kind, variant.id, exercise.id, files, variant.fails, may_fail=variant.may_fail))
    found += _pairs(exercise, reference)
    if exercise.mutants and exercise.file.endswith(".py") and exercise.file in reference:
        for mutant in mutants(reference[exercise.file], _judged_names(exercise, reference[exercise.file])):
            files = {**reference, exercise.file: mutant.source}
            found.append(Subject("mutant", mutant.id, exercise.id, files, mutant=mutant))
    return found


def _pairs(exercise: Exercise, reference: Mapping[str, str]) -> Iterator[Subject]:
    """The zero and the identity pair for each check that has them, no two alike, behind the reference's code."""
    seen: set[str] = set()
    for check in exercise.checks:
        if check.advisory or not check.file.endswith(".py"):
            continue
        names = {target.partition(".")[0] for target in KINDS[check.kind].targets(check.spec)}
        if not names <= _defined(reference.get(check.file, "")):
            continue
        for name, code in KINDS[check.kind].pairs(check.spec).items():
            if code not in seen:
                seen.add(code)
                files = {**reference, check.file: reference[check.file] + code}
                yield Subject("pair", f"{name}-{check.id}", exercise.id, files)


def _defined(source: str) -> set[str]:
    """The names at the top of a text: functions, classes, and what is assigned or imported."""
    found: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                found.add(inner.id)
            elif isinstance(inner, ast.alias):
                found.add(inner.asname or inner.name)
    return found


def _judged_names(exercise: Exercise, source: str) -> list[str]:
    """The top-level names that the checks call, and the helpers of the same file that these use."""
    checks = [check for check in exercise.checks if check.file == exercise.file]
    return reached_names(source, [target for check in checks for target in KINDS[check.kind].targets(check.spec)])

"""Whether the judge names a known mistake rightly in several styles of an engine: in the method where it is, or not at
all."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from grader.checks.engine.expression_spec import Spec
from grader.judge.diagnosis import source_of
from grader.model import Exercise
from grader.model.dataclass import dataclass
from grader.simulation import array_faults, faults
from grader.verify.kill_matrix import CourseDefect
from grader.verify.subjects import Subject

KIND = "named"  # of the subjects that are graded for this


@dataclass(frozen=True)
class Naming:
    """What a mistake in an engine of some style is called: the judge's `name` for it, "" where it names none; whether
    that is in a method which the mistake changes."""

    exercise: str
    mistake: str
    style: str
    name: str
    rightly: bool

    @property
    def word(self) -> str:
        """For a cell of the matrix."""
        if not self.name:
            return "not named"
        return self.name if self.rightly else f"wrongly: {self.name}"


@dataclass(frozen=True)
class TriedMistake:
    """A mistake in the engine of some style: the texts of the engine with it and without, and what is graded."""

    subject: Subject
    mistake: str
    style: str
    right: str
    wrong: str


def tried(exercise: Exercise, reference: Mapping[str, str], seeds: int) -> dict[str, TriedMistake]:
    """By the subject's key, each mistake in the engine of the reference and in its right variants: with each seed the
    mistakes are tried in one style more."""
    if not any(isinstance(check.spec, Spec) for check in exercise.checks):
        return {}
    own = reference.get(exercise.file, "")
    styles = {"reference": own} | {
        variant.id: source_of(variant, own) for variant in exercise.right if variant.file == exercise.file
    }
    found = {}
    for style, right in list(styles.items())[:seeds]:
        for variant in exercise.wrong:
            if variant.swap and variant.file == exercise.file and (wrong := source_of(variant, right)):
                files = {**reference, exercise.file: wrong}
                subject = Subject(KIND, f"{variant.id} in {style}", exercise.id, files)
                found[subject.key] = TriedMistake(subject, variant.id, style, right, wrong)
    return found


def wrong_names(namings: Sequence[Naming]) -> Iterator[CourseDefect]:
    """A finding for each mistake that is called by the name of another one."""
    for one in namings:
        if not one.rightly and one.name:
            yield CourseDefect(
                one.exercise,
                f"the mistake {one.mistake!r} in the style {one.style!r} is taken for {one.name!r}, which is elsewhere",
                "report this as a mistake of the grader, with the course",
            )


def naming(exercise: str, one: TriedMistake, names: Sequence[str]) -> Naming:
    """How a mistake in an exercise is called, where all checks that lost points were given these `names`."""
    known = {fault.id: fault.method for fault in (*faults.faults(), *array_faults.faults())}
    if len(names) > 1:  # checks with further methods are diagnosed by the course's own variants: this one is right
        names = [name for name in names if one.mistake not in name.split("+")]
    named = next(iter(names), "")
    # What is changed in a function that some method calls may well be named by that method.
    changed = set(_changed(one.right, one.wrong)) & set(known.values())
    methods = {known.get(name, "") for name in named.split("+")} - {""}
    return Naming(exercise, one.mistake, one.style, named, len(names) < 2 and (not changed or methods <= changed))


def _changed(right: str, wrong: str) -> Iterator[str]:
    """The methods and functions whose text differs."""
    before, after = dict(_functions(right)), dict(_functions(wrong))
    yield from (name for name in before | after if before.get(name) != after.get(name))


def _functions(text: str) -> Iterator[tuple[str, str]]:
    for node in ast.parse(text).body:
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, ast.FunctionDef):
                yield inner.name, ast.dump(inner)

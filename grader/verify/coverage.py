"""What a verification found in one exercise, in words and counts: which wrong solutions are caught, by which check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from grader.base.text import enumerate_names
from grader.model import Check, Exercise
from grader.model.dataclass import dataclass
from grader.verify.kill_matrix import CourseDefect, MatrixRow
from grader.verify.naming import Naming
from grader.verify.verification import Verification

CORRECT = ("reference", "right")


class Fate(Enum):
    """What became of a subject; the value is the class that colours it."""

    AS_DUE = "correct"
    EQUIVALENT = "free"
    FAULTY = "wrong"


@dataclass(frozen=True)
class SubjectLine:
    """One subject in words: what it is, in code where that shows it, what became of it, and why that is right."""

    name: str
    was: str
    becomes: str
    hint: str
    fate: Fate
    words: str


@dataclass(frozen=True)
class SubjectGroup:
    """Subjects of one sort under a heading; `done` says what ought to become of each, as in `caught`."""

    title: str
    done: str
    lines: tuple[SubjectLine, ...]

    @property
    def counted(self) -> int:
        """How many there are, without those that are equivalent to the reference."""
        return len(self.lines) - self.equivalent

    @property
    def as_due(self) -> int:
        """How many became what they ought to."""
        return sum(line.fate is Fate.AS_DUE for line in self.lines)

    @property
    def equivalent(self) -> int:
        """How many behave like the reference, as the course declares."""
        return sum(line.fate is Fate.EQUIVALENT for line in self.lines)

    @property
    def in_short(self) -> str:
        """Their counts, as in `all 22 caught`."""
        if len(self.lines) == 1:
            return self.lines[0].words
        missing = self.counted - self.as_due
        text = f"{self.as_due} of {self.counted} {self.done}" if missing else f"all {self.counted} {self.done}"
        return f"{text}, {self.equivalent} equivalent to the reference" if self.equivalent else text


@dataclass(frozen=True)
class CheckCoverage:
    """How many wrong solutions a check catches, and how many of them no other check does."""

    check: Check
    catches: int
    alone: int


@dataclass(frozen=True)
class ExerciseCoverage:
    """One exercise: what is wrong with it, what each check catches, every subject, and what mistakes are called."""

    exercise: Exercise
    findings: tuple[CourseDefect, ...]
    checks: tuple[CheckCoverage, ...]
    wrong: tuple[SubjectGroup, ...]
    right: tuple[SubjectGroup, ...]
    namings: tuple[Naming, ...]

    @property
    def counted(self) -> int:
        """How many wrong solutions there are."""
        return sum(group.counted for group in self.wrong)

    @property
    def caught(self) -> int:
        """How many of them lose points."""
        return sum(group.as_due for group in self.wrong)


def coverage(exercise: Exercise, found: Verification) -> ExerciseCoverage:
    """One exercise of a verified course."""
    rows = [row for row in found.rows if row.exercise == exercise.id]
    hints = {variant.id: variant.hint for variant in exercise.wrong}
    wrong = (
        _group("Known mistakes", "caught", rows, ("wrong",), exercise, hints),
        _group("Mutants: automatic changes to the reference", "caught", rows, ("mutant",), exercise, hints),
        _group("Shortcuts: forward and backward agree, and both are wrong", "caught", rows, ("pair",), exercise, {}),
    )
    right = (
        _group("Correct solutions", "get full marks", rows, CORRECT, exercise, {}),
        _group("The untouched template", "earn nothing", rows, ("template",), exercise, {}),
    )
    return ExerciseCoverage(
        exercise,
        tuple(one for one in found.findings if one.exercise == exercise.id),
        tuple(_check(check, rows) for check in exercise.checks),
        tuple(group for group in wrong if group.lines),
        tuple(group for group in right if group.lines),
        tuple(one for one in found.namings if one.exercise == exercise.id),
    )


def _check(check: Check, rows: Iterable[MatrixRow]) -> CheckCoverage:
    killed = [row.killed for row in rows if check.id in row.killed and row.kind in ("wrong", "mutant")]
    return CheckCoverage(check, len(killed), sum(len(ids) == 1 for ids in killed))


def _group(
    title: str, done: str, rows: Iterable[MatrixRow], kinds: Sequence[str], exercise: Exercise, hints: dict[str, str]
) -> SubjectGroup:
    lines = (_line(row, exercise, hints.get(row.id, "")) for row in rows if row.kind in kinds)
    return SubjectGroup(title, done, tuple(lines))


def _line(row: MatrixRow, exercise: Exercise, hint: str) -> SubjectLine:
    name = row.mutant.change if row.mutant else row.id
    was, becomes = (row.mutant.was, row.mutant.becomes) if row.mutant else ("", "")
    return SubjectLine(name, was, becomes, hint, *_fate(row, exercise))


def _fate(row: MatrixRow, exercise: Exercise) -> tuple[Fate, str]:
    """What became of a subject, and that in words."""
    lost = [check.id for check in exercise.checks if check.id in row.killed]
    if row.kind in CORRECT:
        return (Fate.FAULTY, f"loses points on {enumerate_names(lost)}") if lost else (Fate.AS_DUE, "full marks")
    if row.kind == "template":
        kept = [check.id for check in exercise.checks if check.points and check.id not in row.killed]
        return (Fate.FAULTY, f"earns points on {enumerate_names(kept)}") if kept else (Fate.AS_DUE, "earns nothing")
    if row.why:
        if lost:
            return Fate.FAULTY, f"declared equivalent, yet caught by {enumerate_names(lost)}: {row.why}"
        found = row.alike is not None  # else the course says so
        return Fate.EQUIVALENT, row.why if found else f"equivalent to the reference: {row.why}"
    return (Fate.AS_DUE, f"caught by {enumerate_names(lost)}") if lost else (Fate.FAULTY, "not caught by any check")

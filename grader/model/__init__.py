"""The nouns of the project as frozen dataclasses: course, submission, settings; results.py has those of a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.model.dataclass import noun
from grader.model.exhibit import (
    AskedPoints,
    ComparedEntry,
    DerivativeCurve,
    Excerpt,
    Exhibit,
    GradientGraph,
    GradientNode,
    WrongPart,
)
from grader.model.results import (
    Cause,
    CheckResult,
    Drawing,
    Environment,
    Evidence,
    ExerciseResult,
    Frame,
    Report,
    Review,
    Verdict,
)

__all__ = [  # what others may import from here, besides what is defined below
    "AskedPoints",
    "Cause",
    "CheckResult",
    "ComparedEntry",
    "DerivativeCurve",
    "Drawing",
    "Environment",
    "Evidence",
    "Excerpt",
    "ExerciseResult",
    "Exhibit",
    "Frame",
    "GradientGraph",
    "GradientNode",
    "Report",
    "Review",
    "Verdict",
    "WrongPart",
]


class GraderError(Exception):
    """Something the user can repair: its text is one message with the place and the remedy. Exit code 2."""


@noun(frozen=True)
class Limits:
    """What one exercise may use: seconds of CPU, of wall time and of waiting, bytes of memory and of printed output.
    The defaults bound what a hostile or endless submission costs; a course sets its own (docs/authors.md)."""

    cpu: float = 10.0
    wall: float = 100.0
    memory: int = 2 << 30
    output: int = 16 << 20
    wait: float = 10.0


@noun(frozen=True)
class Check:
    """One claim about what the student hands in as `file`, worth some points. `spec` is the check kind's own data; what
    follows from a mistake that is counted in a check that it `builds_on` costs nothing here."""

    id: str
    claim: str
    kind: str
    points: float
    advisory: bool
    spec: Any
    file: str
    builds_on: tuple[str, ...] = ()


@noun(frozen=True)
class Variant:
    """A known wrong (or another right) way to solve an exercise; exactly one of the three ways to state it is given.

    `gives` holds formulas of the returned values by check, `function` is code that stands alone, `swap` is a change of
    the reference's text; the latter two stand for `file`. A wrong one loses points on all checks in `fails`, and on no
    others but those in `may_fail`, where that is left to chance.
    """

    id: str
    file: str
    fails: tuple[str, ...] = ()
    hint: str = ""
    gives: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    function: str = ""
    swap: Mapping[str, str] = field(default_factory=dict)
    may_fail: tuple[str, ...] = ()


@noun(frozen=True)
class Equivalent:
    """Mutants of the reference that no check can tell from it: the changed line before and after, and why; with an
    empty `becomes`, every mutant of that line that is not found."""

    was: str
    becomes: str
    why: str


@noun(frozen=True)
class Exercise:
    """One task of the course, submitted as `file`; single checks may judge another. `needs` names files it imports,
    `given` has texts of the course that stand in the place of such files where a known mistake in these costs points,
    `beside` those that stand beside the student's code in every run.

    `digest` is of everything in the course that the verdict may depend on, `inputs_digest` of what inputs are drawn by:
    the same without the reference, which an installed course does not have.
    """

    id: str
    title: str
    file: str
    points: float
    bonus: bool
    task: str
    limits: Limits
    checks: tuple[Check, ...]
    wrong: tuple[Variant, ...] = ()
    right: tuple[Variant, ...] = ()
    equivalent: tuple[Equivalent, ...] = ()
    needs: tuple[str, ...] = ()
    mutants: bool = True
    digest: str = ""
    inputs_digest: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def handed_in(self) -> tuple[str, ...]:
        """The files that are written for it, the main one first."""
        return tuple(dict.fromkeys([self.file, *(check.file for check in self.checks)]))

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the verdict may depend on."""
        return tuple(dict.fromkeys([*self.handed_in, *self.needs]))


@noun(frozen=True)
class LatePolicy:
    """What lateness costs: `per_day` per cent of the course's points for each day begun, `most` per cent at most.

    `due` is aware, in the time zone of the course. `grace` minutes after it are on time; days are counted from their
    end, and after `closed_after` days nothing is earned.
    """

    due: datetime
    grace: int = 0
    per_day: float = 0.0
    most: float = 100.0
    closed_after: float | None = None


NO_PART = "none"
# Limits of `cpu_factor`: with 10 s of CPU for most exercises, from 0.1 s (hardly enough to start) to almost 3 hours.
LEAST_CPU_FACTOR, LARGEST_CPU_FACTOR = 0.01, 1000


@noun(frozen=True)
class Fingerprint:
    """Digests of all that a course is read from: the exercises with course.yaml and data, the template, the reference.

    NO_PART where it has none: an installed course comes without its reference.
    """

    exercises: str
    template: str = NO_PART
    reference: str = NO_PART


@noun(frozen=True)
class CourseSources:
    """Relative to the course's folder: those of template and reference, where it names them, and the files of data."""

    template: str = ""
    reference: str = ""
    data: tuple[str, ...] = ()


@noun(frozen=True)
class Origin:
    """Where a course came from that is no folder of this machine: the `source` as it was named, without any password;
    and the `commit`, the `sha256` of the archive, or the `version` of the package that it was."""

    source: str = ""
    commit: str = ""
    sha256: str = ""
    version: str = ""

    @property
    def told(self) -> dict[str, str]:
        """What a report says of it: nothing for a folder."""
        return {name: text for name, text in vars(self).items() if text}

    @property
    def short(self) -> str:
        """The same in a few words, as in `git 1a2b3c4`; empty for a folder."""
        if self.commit:
            return f"git {self.commit[:SHORT_DIGEST]}"
        return f"{self.source} {self.version or self.sha256[:SHORT_DIGEST]}".strip()


SHORT_DIGEST = 7  # letters, as git shortens a commit


def origin_of(course: Mapping[str, str]) -> Origin:
    """Where the course came from of which a report says this."""
    return Origin(*(course.get(name, "") for name in ("source", "commit", "sha256", "version")))


@noun(frozen=True)
class Course:
    """What is asked: exercises in order; the template's files, by which untouched stubs are recognised; the
    reference's, where it is there, by which swaps explain failures; installed packages that students may import; what
    lateness costs; whether it is the "instructor" edition, or the "student" one, which has no keys; where it was read
    from, and where that came from."""

    title: str
    seed: int
    folder: Path
    fingerprint: Fingerprint
    exercises: tuple[Exercise, ...]
    template: Mapping[str, str]
    reference: Mapping[str, str] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    late: LatePolicy | None = None
    edition: str = "instructor"
    sources: CourseSources = field(default_factory=CourseSources)
    origin: Origin = field(default_factory=Origin)

    @property
    def full_title(self) -> str:
        """The title, and in short where the course came from."""
        return ", ".join(filter(None, [self.title, self.origin.short]))

    @property
    def place(self) -> str:
        """Where it is, as it was named."""
        return self.origin.source or str(self.folder)

    @property
    def digest(self) -> str:
        """Names the exercises, course.yaml and the data that checks read."""
        return self.fingerprint.exercises

    @property
    def files(self) -> frozenset[str]:
        """Every file that an exercise asks for."""
        return frozenset(file for exercise in self.exercises for file in exercise.files)


@noun(frozen=True)
class NotebookCell:
    """A code cell of a notebook, by its number among them from 1, in the text that was made of it. `first` is the line
    of that text, from 1, where the cell begins, `count` how many lines of it there are; `skipped` lines of the cell
    come before them."""

    number: int
    first: int
    count: int
    skipped: int = 0


@noun(frozen=True)
class Notebook:
    """Where a file's text comes from: the notebook `name`, cell by cell; or cells that have `written` it as a whole."""

    name: str
    cells: tuple[NotebookCell, ...]
    written: bool = False


@noun(frozen=True)
class Submission:
    """A submission, read once into memory: texts by file name, why a file could not be read, all names seen;
    `notebooks` tells of the files that were read from a notebook where their lines are in it, `given` are texts of the
    course that stand beside its own."""

    name: str
    path: str
    digest: str
    files: Mapping[str, str]
    unreadable: Mapping[str, str]
    names: tuple[str, ...]
    notes: tuple[str, ...]
    notebooks: Mapping[str, Notebook] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)


@noun(frozen=True)
class Settings:
    """What the command line asks of one run. `seed` None means the course's own; `case` names the inputs of an earlier
    run that are to come again.

    `extra` is what a command must say besides the submission, the exercise and the seed to repeat the run. Only with
    `explain` failures are diagnosed."""

    only: tuple[str, ...] = ()
    seed: int | None = None
    cpu_factor: float = 1.0
    extra: str = ""
    case: str = ""
    explain: bool = True

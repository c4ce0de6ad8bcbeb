"""The nouns of a verdict: what a check saw, the results of checks and exercises, the report. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from grader.model.dataclass import noun
from grader.model.exhibit import Exhibit


class Verdict(str, Enum):
    """What the judge says of a check or an exercise."""

    CORRECT = "correct"
    PARTIAL = "partial"
    WRONG = "wrong"
    MISSING = "missing"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    OUTPUT_LIMIT = "output_limit"
    FORBIDDEN = "forbidden"
    SKIPPED = "skipped"
    NEEDS_REVIEW = "needs_review"
    JUDGE_ERROR = "judge_error"

    @property
    def label(self) -> str:
        """The verdict as people read it."""
        return _LABELS.get(self.value, self.value.replace("_", " "))

    @property
    def mark(self) -> str:
        """One sign for it, for lists and tables."""
        return _MARKS.get(self.value, "✗")


_LABELS = {
    "partial": "partly correct", "output_limit": "too much output", "skipped": "not checked",
    "judge_error": "grader error",
}  # fmt: skip
_MARKS = {"correct": "✓", "partial": "◐", "missing": "○", "skipped": "–", "needs_review": "?", "judge_error": "!"}


@noun(frozen=True)
class Frame:
    """One line of the student's own traceback. `place` says where it is, unless that is `file:line`."""

    file: str
    line: int
    function: str
    source: str
    place: str = ""


@noun(frozen=True)
class Drawing:
    """A graph laid out for a report: nodes as (x, y, label) in columns and rows from 0, edges as pairs of indices."""

    nodes: tuple[tuple[float, float, str], ...] = ()
    edges: tuple[tuple[int, int], ...] = ()


@noun(frozen=True)
class Evidence:
    """What a check saw, ready to be laid out: every value is already text, safe to print.

    `case` names the inputs, `yours` and `expected` are the compared values, `numerical` is the derivative of the
    student's own forward, `worst` is the entry with the largest error, `snippet` is a piece of the student's file with
    a caret, `again` is the command that repeats the check. `facts` are measured quantities by name, `curve` is a
    positive quantity over time (a loss), `table` has rows and columns with their headings, `drawing` is a graph,
    `answer` a written answer in the student's own words. `exhibit` is what a page shows beside all that.
    """

    place: str = ""
    call: str = ""
    case: Mapping[str, str] = field(default_factory=dict)
    yours: str = ""
    expected: str = ""
    numerical: str = ""
    worst: str = ""
    wrong_cases: int = 0
    all_cases: int = 0
    frames: tuple[Frame, ...] = ()
    snippet: str = ""
    again: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    curve: tuple[float, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    drawing: Drawing = field(default_factory=Drawing)
    answer: str = ""
    exhibit: Exhibit | None = None


@noun(frozen=True)
class Review:
    """What a person decided on a check, in place of the judge's own verdict and points (`was`, `was_score`)."""

    comment: str
    was: Verdict
    was_score: float


@noun(frozen=True)
class CheckResult:
    """The verdict on one check; `seconds` is wall time, `digest` names what was judged: an answer's or a file's text.

    `review` is there where a person decided. What `follows` from the mistake counted in that check has all points,
    though it is wrong. An `unread` answer is there and could not be read: while it needs review,
    its points count as not earned.
    """

    id: str
    claim: str
    status: Verdict
    score: float
    max_score: float
    message: str = ""
    hint: str = ""
    misconception: str = ""
    evidence: Evidence = field(default_factory=Evidence)
    seconds: float = 0.0
    advisory: bool = False
    digest: str = ""
    review: Review | None = None
    unread: bool = False
    follows: str = ""


@noun(frozen=True)
class Cause:
    """A mistake that explains what went wrong in `checks` of an exercise, given by their ids; or several `mistakes`
    that only together explain it.

    `id` is the misconception of these checks, empty where only the `place` of the mistake is known; `what` is wrong
    there is told in the check `about` it. Those that `follows` names are right given the mistake, and lose no points;
    `lost` are the points that all of them lose.
    """

    id: str
    what: str
    place: str
    exercise: str
    about: str
    checks: tuple[str, ...]
    follows: tuple[str, ...] = ()
    lost: float = 0.0
    mistakes: int = 1


@noun(frozen=True)
class ExerciseResult:
    """The verdicts on one exercise; `output` is what the student's code printed, capped and cleaned, `astray` says what
    cannot be read in its files of answers: a report says that once for all exercises. `causes` are the known mistakes
    behind the verdicts. `task` is what was asked, where something of it is still to do."""

    id: str
    title: str
    file: str
    status: Verdict
    score: float
    max_score: float
    bonus: bool
    seed: int
    output: str
    notes: tuple[str, ...]
    checks: tuple[CheckResult, ...]
    astray: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    task: str = ""


@noun(frozen=True)
class Environment:
    """The machine a run was made on."""

    python: str
    numpy: str
    platform: str


@noun(frozen=True)
class Report:
    """Everything a report shows. `score` and `max_score` leave out bonus points, and those that a person must mark.

    `pending` are all points not marked yet; among them `unread`, of answers that cannot be read, is in `max_score`.
    """

    schema: int
    course: Mapping[str, str]
    submission: Mapping[str, str]
    seed: int
    isolation: str
    grader_version: str
    environment: Environment
    score: float
    max_score: float
    bonus: float
    max_bonus: float
    pending: float
    notes: tuple[str, ...]
    exercises: tuple[ExerciseResult, ...]
    unread: float = 0.0

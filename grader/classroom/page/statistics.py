"""Statistics of a class: the spread of scores, how well checks separate students, misconceptions, what is pending."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from itertools import islice
from math import floor, fsum, isnan, nan, sqrt
from operator import mul
from statistics import fmean, quantiles, stdev

from grader.judge.scoring import UNDECIDED
from grader.model import Verdict
from grader.model.dataclass import dataclass
from grader.simulation.hints import hint_of

NAMED = 5  # students named beside a pending check: examples to open, while the table lists all
# With 10 bins a class of 60 has 6 per bin on average, and 3 with 20: fewer would show noise.
FEW, MANY_BINS, FEW_BINS = 60, 20, 10
# Far above the rounding of shares between 0 and 1 (about 1e-16), far below any difference that is meant.
FLAT = 1e-9
# For fewer students the sign of a correlation is mostly chance: its standard error is about 1 / sqrt(20) = 0.22.
ENOUGH = 20
UNTRIED = (Verdict.MISSING, Verdict.SKIPPED)


@dataclass(frozen=True, slots=True)
class CheckMark:
    """One student's result on one check; `misconception` may name several, joined by "+"."""

    status: Verdict
    score: float
    max_score: float
    misconception: str = ""


@dataclass(frozen=True, slots=True)
class Student:
    """One submission, or (not `handed_in`) somebody without one: `link` is the path of its report from the page's
    folder, not quoted; `max_score` leaves out pending points, `score` bonus; `marks` are in the course's order of
    checks, empty where nothing was graded; `final` are the gradebook's points, None where there is no grade. `unread`
    pending points are in `max_score`; `people` is how many it counts for: the members of a team, and nobody where an
    excused person submitted nothing."""

    name: str
    link: str
    score: float
    max_score: float
    bonus: float
    pending: float
    late: bool
    notes: tuple[str, ...]
    marks: Sequence[CheckMark]
    penalty: float = 0.0
    final: float | None = None
    handed_in: bool = True
    unread: float = 0.0
    people: int = 1


@dataclass(frozen=True)
class ClassCheck:
    """A check of the course, as the page names it."""

    id: str
    claim: str
    max_score: float
    advisory: bool = False


@dataclass(frozen=True)
class ClassExercise:
    """An exercise of the course; `hints` explains its known misconceptions, by name."""

    id: str
    title: str
    checks: tuple[ClassCheck, ...]
    bonus: bool = False
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ClassPage:
    """The data of a class page. `students` is iterated once, so it may be a generator that reads them one by one;
    `pass_mark` is a share of the required points between 0 and 1."""

    title: str
    exercises: tuple[ClassExercise, ...]
    students: Iterable[Student]
    isolation: str
    generated: str
    grader_version: str
    pass_mark: float | None = None


@dataclass(frozen=True)
class Spread:
    """Location and spread of shares between 0 and 1, and the count in each of equally wide bins."""

    count: int
    median: float
    lower: float
    upper: float
    lowest: float
    highest: float
    mean: float
    deviation: float | None
    bins: tuple[int, ...]


@dataclass(frozen=True)
class CheckNumbers:
    """One check over the class: `decided` leaves out judge errors and open reviews, which are `undecided`; `tried`
    also leaves out missing code."""

    exercise: ClassExercise
    check: ClassCheck
    decided: int
    tried: int
    undecided: int
    earned: int
    mean_share: float | None
    correlation: float | None

    @property
    def nobody_passes(self) -> bool:
        """Some tried and none succeeded: the check itself may be wrong. Advice costs nobody anything, so it is never
        worth an alarm."""
        return self.tried > 0 and self.earned == 0 and not self.check.advisory

    @property
    def nobody_tried(self) -> bool:
        """Submissions were graded and none had code or an answer; pending answers count as tried."""
        return self.decided > 0 and self.tried + self.undecided == 0 and not self.check.advisory

    @property
    def favours_weak(self) -> bool:
        """Weak students pass it rather than strong ones, as far as a class of this size can show."""
        enough = self.decided >= ENOUGH and not self.check.advisory
        return enough and self.correlation is not None and self.correlation < 0


@dataclass(frozen=True)
class MisconceptionCount:
    """A misconception and how many students show it in one exercise, each once; `checks` and `lost` points are what
    each of them has by it, on average, together with a second mistake where it shows with one."""

    exercise: ClassExercise
    name: str
    count: int
    checks: float
    lost: float

    @property
    def hint(self) -> str:
        """What is said to students who have it; "" where nothing is."""
        return self.exercise.hints.get(self.name) or hint_of(self.name)


@dataclass(frozen=True)
class PendingCheck:
    """A check that is pending for `count` students; `first` are the positions of a few of them in the class."""

    exercise: ClassExercise
    check: ClassCheck
    count: int
    first: tuple[int, ...]


@dataclass(frozen=True)
class ClassNumbers:
    """All numbers of a class: `count` submissions of so many `people`, `without` people who submitted nothing; `spread`
    is None where nothing is decided yet."""

    count: int
    people: int
    without: int
    late: int
    pending: bool
    spread: Spread | None
    checks: tuple[CheckNumbers, ...]
    misconceptions: tuple[MisconceptionCount, ...]
    review: tuple[PendingCheck, ...]
    errors: tuple[PendingCheck, ...]


class Tally:
    """Adds up students one by one, keeping numbers in arrays and no objects."""

    def __init__(self, exercises: Sequence[ClassExercise]) -> None:
        self._checks = [(exercise, check) for exercise in exercises for check in exercise.checks]
        self._count = self._late = self._submissions = self._people = self._without = 0
        self._pending = False
        # One number for each student: of all exercises that count, and for each check.
        self._all = _Numbers()
        self._numbers = [_Numbers() for _ in self._checks]
        self._class_shares = array("d")
        self._earned: Counter[int] = Counter()
        self._tried: Counter[int] = Counter()
        # By exercise and name: students, and their checks and lost points together.
        self._misconceptions: dict[tuple[str, str], tuple[int, int, float]] = {}
        self._undecided_students: dict[tuple[Verdict, int], array[int]] = {}

    def add(self, student: Student) -> None:
        """Counts one student. Raises ValueError where the marks are not one for each check of the course, nor none."""
        shown: dict[tuple[str, str], tuple[int, float]] = {}
        marks = student.marks or (None,) * len(self._checks)
        all_scores = all_max = 0.0
        for place, ((exercise, _), mark) in enumerate(zip(self._checks, marks, strict=True)):
            if mark is None:
                self._numbers[place].append(0.0, 0.0, nan)
                continue
            if mark.status not in UNDECIDED:
                correct = mark.status is Verdict.CORRECT
                self._earned[place] += correct
                self._tried[place] += mark.status not in UNTRIED
                share = mark.score / mark.max_score if mark.max_score else float(correct)
                self._numbers[place].append(mark.score, mark.max_score, share)
                if not exercise.bonus:
                    all_scores, all_max = all_scores + mark.score, all_max + mark.max_score
            else:
                self._numbers[place].append(0.0, 0.0, nan)
                self._undecided_students.setdefault((mark.status, place), array("L")).append(self._count)
            for name in filter(None, mark.misconception.split("+")):
                checks, lost = shown.get((exercise.id, name), (0, 0.0))
                shown[exercise.id, name] = checks + 1, lost + mark.max_score - mark.score
        self._all.append(all_scores, all_max, nan)
        for key, (checks, lost) in shown.items():
            count, all_checks, all_lost = self._misconceptions.get(key, (0, 0, 0.0))
            self._misconceptions[key] = count + 1, all_checks + checks, all_lost + lost
        if student.max_score > 0:
            self._class_shares.append(student.score / student.max_score)
        self._count += 1
        self._late += student.late
        self._submissions += student.handed_in
        self._people += student.people * student.handed_in
        self._without += student.people * (not student.handed_in)
        self._pending |= student.pending > 0

    def numbers(self) -> ClassNumbers:
        """The numbers of all students added so far."""
        by_id = {exercise.id: exercise for exercise, _ in self._checks}
        return ClassNumbers(
            self._submissions,
            self._people,
            self._without,
            self._late,
            self._pending,
            spread(self._class_shares),
            tuple(map(self._check_numbers, range(len(self._checks)))),
            tuple(
                MisconceptionCount(by_id[id_], name, count, checks / count, lost / count)
                for (id_, name), (count, checks, lost) in sorted(
                    self._misconceptions.items(), key=lambda item: (-item[1][0], item[0])
                )
            ),
            self._pending_checks(Verdict.NEEDS_REVIEW),
            self._pending_checks(Verdict.JUDGE_ERROR),
        )  # fmt: skip

    def _check_numbers(self, place: int) -> CheckNumbers:
        exercise, check = self._checks[place]
        own = self._numbers[place]
        decided, shares, rests = [], [], []
        for share, score, max_score, all_score, all_max in zip(
            own.shares, own.scores, own.max_scores, self._all.scores, self._all.max_scores, strict=True
        ):
            if isnan(share):
                continue
            decided.append(share)
            rest, rest_max = (all_score, all_max) if exercise.bonus else (all_score - score, all_max - max_score)
            if rest_max > FLAT:
                shares.append(share)
                rests.append(rest / rest_max)
        return CheckNumbers(
            exercise, check, len(decided), self._tried[place], self._undecided(place), self._earned[place],
            fmean(decided) if decided else None, correlation(shares, rests),
        )  # fmt: skip

    def _undecided(self, place: int) -> int:
        return sum(len(self._undecided_students.get((status, place), ())) for status in UNDECIDED)

    def _pending_checks(self, verdict: Verdict) -> tuple[PendingCheck, ...]:
        return tuple(
            PendingCheck(*self._checks[place], len(students), tuple(islice(students, NAMED)))
            for (found, place), students in sorted(self._undecided_students.items())
            if found is verdict
        )


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A number for each student; a share that nobody decided is NaN."""

    scores: array[float] = field(default_factory=lambda: array("d"))
    max_scores: array[float] = field(default_factory=lambda: array("d"))
    shares: array[float] = field(default_factory=lambda: array("d"))

    def append(self, score: float, max_score: float, share: float) -> None:
        self.scores.append(score)
        self.max_scores.append(max_score)
        self.shares.append(share)


def spread(shares: Sequence[float]) -> Spread | None:
    """Median and quartiles by linear interpolation (definition 7 of Hyndman & Fan, Sample Quantiles in Statistical
    Packages, The American Statistician 50, 1996), mean, and the sample's standard deviation (divided by n - 1)."""
    count = len(shares)
    if not count:
        return None
    # The inclusive method is definition 7; it needs two values.
    lower, median, upper = quantiles(shares, n=4, method="inclusive") if count > 1 else [*shares] * 3
    bins = [0] * (MANY_BINS if count >= FEW else FEW_BINS)
    for share in shares:
        bins[min(max(floor(share * len(bins) + FLAT), 0), len(bins) - 1)] += 1
    return Spread(
        count, median, lower, upper, min(shares), max(shares), fmean(shares),
        stdev(shares) if count > 1 else None, tuple(bins),
    )  # fmt: skip


def correlation(item: Sequence[float], rest: Sequence[float]) -> float | None:
    """Pearson's correlation of an item with the rest score, None without variance or for fewer than three students (two
    points always lie on a line).

    For an item that is all or nothing this is the point-biserial correlation (Lord & Novick, Statistical Theories of
    Mental Test Scores, 1968, section 15.5). The rest leaves the item itself out, as a part would correlate with its
    whole (Henrysson, Correction of Item-Total Correlations in Item Analysis, Psychometrika 28, 1963).
    """
    if len(item) < 3:
        return None
    from_mean, rest_from_mean = _deviations(item), _deviations(rest)
    sizes = [sqrt(fsum(value * value for value in values)) for values in (from_mean, rest_from_mean)]
    if min(sizes) < FLAT * sqrt(len(item)):
        return None
    found = fsum(map(mul, from_mean, rest_from_mean)) / (sizes[0] * sizes[1])
    return min(1.0, max(-1.0, found))


def _deviations(values: Sequence[float]) -> list[float]:
    mean = fmean(values)
    return [value - mean for value in values]


def exercise_verdict(marks: Sequence[CheckMark]) -> Verdict:
    """One verdict for an exercise, the most urgent first: a pending check is never hidden behind `partial`."""
    seen = [mark.status for mark in marks]
    for urgent in (Verdict.JUDGE_ERROR, Verdict.NEEDS_REVIEW):
        if urgent in seen:
            return urgent
    failed = [mark.status for mark in marks if mark.max_score and mark.status is not Verdict.CORRECT]
    if not failed:
        return Verdict.CORRECT
    if any(mark.score > 0 for mark in marks):
        return Verdict.PARTIAL
    return next((status for status in failed if status is not Verdict.SKIPPED), Verdict.SKIPPED)

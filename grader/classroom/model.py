"""The nouns of a class: a person, what was handed in under which name, and one line of points for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum


class Status(str, Enum):
    """What became of one submission."""

    GRADED = "graded"
    NOTHING = "nothing handed in"
    UNREADABLE = "unreadable"
    FAILED = "grader error"


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the roster; `id` is unique in it. An excused person gets no grade.

    `platform_id` is a learning platform and its own number for the person, as in `canvas 104`, where the roster is an
    export of that platform.
    """

    id: str
    name: str
    email: str = ""
    login: str = ""
    section: str = ""
    group: str = ""
    excused: bool = False
    platform_id: str = ""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One submission as a learning platform names it: `entries` are pairs of the entry's name and the file's own name
    (empty for a folder). `name` is unique, `told` the person's name where that is another. `id` is the own number for
    the person of the platform `platform`, which need not be the roster's; `team` is the group that it was handed in
    for, as far as the entry tells."""

    name: str
    entries: tuple[tuple[str, str], ...] = ()
    id: str = ""
    login: str = ""
    late: bool = False
    told: str = ""
    platform: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class ExercisePoints:
    """The points of one exercise; `pending` ones wait for a person."""

    score: float
    max_score: float
    bonus: bool = False
    pending: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Points(Mapping[str, ExercisePoints]):
    """The points of a submission's exercises; `places` by exercise are the same object for the whole class."""

    places: Mapping[str, int]
    points: tuple[ExercisePoints, ...]

    def __getitem__(self, exercise: str) -> ExercisePoints:
        return self.points[self.places[exercise]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One line of the class: the points of one submission, for one person where it is known whose it is.

    `name` is the submission's, `lms_id` the learning platform's number for the person where its entry told it,
    `handed_in` a time as text, `penalty` points that lateness costs, `unread` the pending points in `max_score`.
    """

    name: str
    person: Person | None = None
    score: float = 0.0
    max_score: float = 0.0
    bonus: float = 0.0
    max_bonus: float = 0.0
    pending: float = 0.0
    exercises: Mapping[str, ExercisePoints] = field(default_factory=dict)
    status: Status = Status.GRADED
    handed_in: str = ""
    late_seconds: float = 0.0
    penalty: float = 0.0
    attempt: int = 1
    digest: str = ""
    notes: tuple[str, ...] = ()
    lms_id: str = ""
    unread: float = 0.0

    @property
    def whole(self) -> float:
        """The points that can be had without bonus, those that still wait for a person among them."""
        return self.max_score + self.pending - self.unread

    @property
    def final(self) -> float | None:
        """What goes into the gradebook: never below 0; None where there is nothing to put in."""
        if self.status is not Status.GRADED or (self.person is not None and self.person.excused):
            return None
        return max(0.0, self.score + self.bonus - self.penalty)

    def number(self, platform: str) -> str:
        """This platform's own number for the person, from the submission's name or the roster; empty if unknown."""
        known = self.person.platform_id.split(" ") if self.person is not None else []
        return self.lms_id or (known[1] if known[0:1] == [platform] else "")

    @property
    def shown_name(self) -> str:
        """The person's name, or the submission's where the person is not known."""
        return self.person.name if self.person is not None and self.person.name else self.name


@dataclass(frozen=True)
class Filled:
    """A platform's own sheet with our grades in it, and what a person should know before it is uploaded.

    `unknown`: rows with a grade that are not in the sheet. `without`: people of the sheet whom we have no grade for,
    their cells are as they were. `kept`: cells left alone although we had something to say. `by_name`: found by
    their name alone. `pending`: a grade was filled in while points still wait for a person. `replaced`: another grade
    stood in the cell. `locked`: the platform does not let the grade be changed.
    """

    text: str
    filled: int
    unknown: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    by_name: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()


def decimal(value: float, digits: int = 2) -> str:
    """A number of points without an exponent and without trailing zeros; halves are rounded up."""
    exact = Decimal(repr(round(value, 9)))  # 0.1 + 0.2 is 0.3
    text = f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text

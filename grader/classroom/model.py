"""The data types of a class: a person, a submission under its name, and one row of points for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import Enum

from grader.model.dataclass import dataclass

EXCUSED = "excused"  # in the gradebook, where the roster says so


class Status(str, Enum):
    """The result of a run for one submission."""

    GRADED = "graded"
    NOTHING = "nothing handed in"
    UNREADABLE = "unreadable"
    FAILED = "grader error"


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the roster; `id` is unique in it. An excused person gets no grade.

    `platform_id` is a learning platform and its number for the person, as in `canvas 104`, where the roster is an
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
    """One submission as a learning platform names it.

    `entries` are pairs of the entry's name and the file's own name (empty for a folder). `name` is unique,
    `person_name` the person's name where it differs. `id` is the number of the platform `platform` for the person, not
    necessarily the roster's; `team` is the group that it was handed in for, where the entry's name says so.
    """

    name: str
    entries: tuple[tuple[str, str], ...] = ()
    id: str = ""
    login: str = ""
    late: bool = False
    person_name: str = ""
    platform: str = ""
    team: str = ""

    @property
    def owner_name(self) -> str:
        """Whose submission it is, as far as its name says so."""
        return self.person_name or self.name


@dataclass(frozen=True, slots=True)
class ExercisePoints:
    """The points of one exercise; `pending` ones are not marked yet."""

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
    """One row of the class: the points of one submission, for one person where it is known whose it is.

    `name` is the submission's, `lms_id` the learning platform's number for the person from the entry's name,
    `handed_in` a time as text, `penalty` the points that lateness costs, `unread` the pending points in `max_score`.
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
    def possible(self) -> float:
        """The maximum without bonus, points that are not marked yet included."""
        return self.max_score + self.pending - self.unread

    @property
    def final(self) -> float | None:
        """The points for the gradebook, never below 0; None where there is no grade."""
        if self.status is not Status.GRADED or (self.person is not None and self.person.excused):
            return None
        return max(0.0, self.score + self.bonus - self.penalty)

    def number(self, platform: str) -> str:
        """This platform's number for the person, from the submission's name or the roster; empty if unknown."""
        known = self.person.platform_id.split(" ") if self.person is not None else []
        return self.lms_id or (known[1] if known[0:1] == [platform] else "")

    @property
    def shown_name(self) -> str:
        """The person's name, or the submission's where the person is unknown."""
        return self.person.name if self.person is not None and self.person.name else self.name


@dataclass(frozen=True)
class Filled:
    """A platform's own sheet with the grades filled in, and what an instructor should know before uploading it.

    `unknown`: graded, but not in the sheet. `without`: in the sheet, but without a grade; their cells are unchanged.
    `kept`: cells left unchanged although there is a grade, and why. `by_name`: matched by name only. `pending`: filled
    in although some points are not marked yet. `replaced`: the cell held a different grade. `locked`: the platform does
    not allow the grade to be changed.
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

"""The nouns of a class: a person, what was handed in under which name, and one line of points for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum


class Status(str, Enum):
    """What became of one submission."""

    GRADED = "graded"
    NOTHING = "nothing handed in"
    UNREADABLE = "unreadable"
    FAILED = "grader error"


@dataclass(frozen=True)
class Person:
    """One line of the roster; `id` is unique in it. An excused person gets no grade."""

    id: str
    name: str
    email: str = ""
    login: str = ""
    section: str = ""
    group: str = ""
    excused: bool = False


@dataclass(frozen=True)
class HandedIn:
    """One submission as a learning platform names it: `entries` are pairs of the entry's name and the file's own name
    (empty for a folder). `name` is unique, `told` the person's name where that is another. `id` is the platform's own
    number for the person, which is not the roster's."""

    name: str
    entries: tuple[tuple[str, str], ...] = ()
    id: str = ""
    login: str = ""
    late: bool = False
    told: str = ""


@dataclass(frozen=True)
class ExercisePoints:
    """The points of one exercise; `pending` ones wait for a person."""

    score: float
    max_score: float
    bonus: bool = False
    pending: float = 0.0


@dataclass(frozen=True)
class Row:
    """One line of the class: the points of one submission, for one person where it is known whose it is.

    `name` is the submission's, `lms_id` the learning platform's number for the person where its entry told it,
    `handed_in` a time as text, `penalty` points that lateness costs.
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

    @property
    def final(self) -> float | None:
        """What goes into the gradebook: never below 0; None where there is nothing to put in."""
        if self.status is not Status.GRADED or (self.person is not None and self.person.excused):
            return None
        return max(0.0, self.score + self.bonus - self.penalty)

    @property
    def shown_name(self) -> str:
        """The person's name, or the submission's where the person is not known."""
        return self.person.name if self.person is not None and self.person.name else self.name


@dataclass(frozen=True)
class Filled:
    """A platform's own sheet with our grades in it, and what a person should know before it is uploaded.

    `unknown`: rows with a grade that are not in the sheet. `without`: people of the sheet whom we have no grade for,
    their cells are as they were. `kept`: cells left alone although we had something to say. `by_name`: found by
    their name alone. `pending`: a grade was filled in while points still wait for a person.
    """

    text: str
    filled: int
    unknown: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    by_name: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def decimal(value: float, digits: int = 2) -> str:
    """A number of points without an exponent and without trailing zeros; halves are rounded up."""
    exact = Decimal(repr(round(value, 9)))  # 0.1 + 0.2 is 0.3
    text = f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text

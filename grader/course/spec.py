"""What course.yaml and an exercise file may hold, as pydantic models; check kinds bring their own fields."""

from __future__ import annotations

import keyword
import sys
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from grader.checks.spec_fields import refuse
from grader.course.time_zones import iso, on_clocks, zone_named

Points = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0.1, le=3600)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="lower-case letters, digits and dashes")]
Title = Annotated[str, Field(min_length=1, pattern=r"\S", description="text that is not empty")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class LimitsSpec(_Strict):
    """What one exercise may use."""

    cpu: Seconds = Field(10.0, description="CPU seconds")
    wall: Seconds | None = Field(None, description="wall-clock seconds; ten times `cpu`, at least 30, unless given")
    wait: Seconds | None = Field(
        None, description="seconds in which no thread runs, nor is ready to; 10, at most half of `wall`, unless given"
    )
    memory: Annotated[int, Field(ge=128, le=65536)] = Field(2048, description="MiB of address space")
    output: Annotated[int, Field(ge=1, le=1024)] = Field(16, description="MiB of printed output")


def _local(text: str) -> str:
    due = iso(text)
    if due is None:
        raise ValueError("must be a date and a time of day, as in 2026-11-20 23:59")
    if due.tzinfo is not None:
        raise ValueError("must be the time on the clocks of `zone`, without an offset, as in 2026-11-20 23:59")
    return text


def _zone(name: str) -> str:
    zone_named(name)
    return name


def _per_cent(value: float) -> float:
    """Nobody takes off less than one percent: a smaller number is meant as a share, 0.1 for 10 %."""
    if 0 < value < 1:
        raise ValueError(
            f"{value:g} is less than one percent: write percent, as in {100 * value:g} for {100 * value:g} %"
        )
    return value


PerCent = Annotated[float, Field(ge=0, le=100), AfterValidator(_per_cent)]


class LateSpec(_Strict):
    """What lateness costs; where it is left out, late work costs nothing."""

    due: Annotated[str, AfterValidator(_local)] = Field(
        description="the last moment that is on time, on the clocks of `zone`, as in 2026-11-20 23:59"
    )
    zone: Annotated[str, AfterValidator(_zone)] = Field(description="time zone, as in Europe/Berlin, or UTC")
    grace: Annotated[int, Field(ge=0, le=10_080)] = Field(0, description="minutes after `due` that are still on time")
    per_day: PerCent = Field(
        0.0, alias="per-day", description="percent of the course's points taken off for each day begun"
    )
    most: PerCent = Field(100.0, description="percent that `per-day` takes off at most")
    closed_after: Annotated[float, Field(ge=0, le=3650)] | None = Field(
        None, alias="closed-after", description="days after which nothing is earned; 0: late work earns nothing"
    )

    @model_validator(mode="after")
    def _whole(self) -> LateSpec:
        if "most" in self.model_fields_set and not self.per_day:
            refuse("most", "limits `per-day`, which is missing: add `per-day: …`, or remove `most`")
        moments = len(on_clocks(self.local, zone_named(self.zone)))
        if moments != 1:
            why, season = ("is ambiguous", "ends") if moments else ("does not exist", "begins")
            refuse("due", f"{self.due} {why} in {self.zone} (summer time {season}): choose another time")
        return self

    @property
    def local(self) -> datetime:
        """`due` as the clocks show it, without a zone."""
        local = iso(self.due)
        assert local is not None
        return local


class CourseSpec(_Strict):
    """course.yaml: what holds for every exercise."""

    title: Title
    seed: int = Field(0, description="with it, the same file gets the same inputs wherever the course is the same")
    template: str = Field("", description="folder of stubs, relative to course.yaml")
    reference: str = Field("", description="folder of the solution; where it is there, swaps explain failures too")
    limits: LimitsSpec = Field(LimitsSpec(), description="what the code of one exercise may use")
    modules: list[Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")]] = Field(
        [], description="installed packages that students may import besides numpy; with what these import themselves"
    )
    late: LateSpec | None = Field(None, description="the deadline, and what lateness costs in the gradebook")
    edition: Literal["instructor", "student"] = Field(
        "instructor", description="student: made by `grade pack`, without keys; reports say that they are advice"
    )


def _file(name: str) -> str:
    if "\\" in name:
        raise ValueError(f"write folders with `/`, on every system: {name.replace(chr(92), '/')}")
    *folders, file = name.split("/")
    stem, _, ending = file.rpartition(".")
    if all(folder.isidentifier() and not keyword.iskeyword(folder) for folder in folders):
        if ending == "py" and stem.isidentifier():
            top = folders[0] if folders else stem
            if top in sys.stdlib_module_names or top == "numpy":
                what = "folder" if folders else "file"
                raise ValueError(f"the name `{top}` belongs to Python or numpy: call the {what} something else")
            return name
        if ending in ("yaml", "yml") and stem.replace("-", "_").isidentifier():
            return name
    raise ValueError(
        "must be a Python file that can be imported, as in work.py or needle/ops.py, or a .yaml file; folders are "
        "relative, without `..`"
    )


FileName = Annotated[str, AfterValidator(_file)]


class CheckHead(BaseModel):
    """The fields of every check; the others belong to its kind."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    id: Identifier
    claim: Annotated[str, Field(min_length=1, description="what correct code does, in one line")]
    kind: str = Field(description="what sort of check it is; each kind has further keys")
    points: Points = Field(0.0, description="what it is worth; a check without points needs `advisory: true`")
    advisory: bool = Field(False, description="shown, costs no points")
    file: FileName | None = Field(None, description="the file that is judged, if not the exercise's")
    builds_on: list[Identifier] = Field(
        [],
        alias="builds-on",
        description="checks that it builds on: what follows from a mistake counted there costs nothing here",
    )


CHECK_KEYS = tuple(part.alias or name for name, part in CheckHead.model_fields.items())
"""The keys of every check."""

Formulas = list[str | int | float]
Code = Annotated[str, Field(min_length=1)]


class RightSpec(_Strict):
    """Another correct way: it must get full marks."""

    id: Identifier
    function: Code | None = Field(None, description="code that stands alone; np and math are imported")
    swap: dict[str, str] | None = Field(None, description="text of the reference, found exactly once, and its change")
    file: FileName | None = Field(None, description="the file that it stands for, if not the exercise's")


class WrongSpec(RightSpec):
    """A known mistake: it must lose points on exactly the checks in `fails`; a student who makes it gets the hint.

    On those in `may-fail` it may lose points or not, as where random graphs need not meet it.
    """

    gives: Formulas | dict[str, Formulas] | None = Field(
        None, description="what it returns, as formulas: for all checks in `fails`, or by check"
    )
    fails: Annotated[list[str], Field(min_length=1, description="ids of the checks that must fail")]
    may_fail: list[str] = Field(
        [], alias="may-fail", description="ids of checks that it may fail, depending on the inputs"
    )
    hint: str = Field("", description="one sentence that helps a student who made it")


class EquivalentSpec(_Strict):
    """Mutants that no input tells from the reference; one entry covers every line of the same text."""

    was: str = Field(description="the line of the reference, as `grade verify` shows it")
    becomes: str = Field(
        "", description="the line of the mutant; if left out: every mutant of the line that no check notices"
    )
    why: Annotated[str, Field(min_length=10, description="why no input can tell the two apart")]


class GivenSpec(_Strict):
    """A file of the course for the student's code: beside it in every run, or for a second try."""

    file: Annotated[str, Field(min_length=1, description="in the course's folder")]
    as_: FileName | None = Field(
        None, alias="as", description="the name under which it stands beside the student's code in every run"
    )
    instead_of: FileName | None = Field(
        None,
        alias="instead-of",
        description="the file in whose place it stands for a second try, where a known mistake there costs points",
    )

    @model_validator(mode="after")
    def _one_use(self) -> GivenSpec:
        if (self.as_ is None) == (self.instead_of is None):
            refuse("file", "needs either `as: NAME`, for a file in every run, or `instead-of: NAME`, for a second try")
        return self


def _named(given: Any) -> Any:
    return {"file": given, "as": given} if isinstance(given, str) else given


GivenOrName = Annotated[GivenSpec, BeforeValidator(_named, json_schema_input_type=str | GivenSpec)]


class ExerciseSpec(_Strict):
    """One exercise file."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$", description="letters, digits, dots and dashes")]
    title: Title
    file: FileName = Field(description="the file that students submit; in a folder as in needle/ops.py")
    needs: list[FileName] = Field([], description="other files of the submission that it imports")
    given: list[GivenOrName] = Field(
        [], description="files of the course that the student's code gets: a name alone is in the course's folder"
    )
    points: Points = Field(description="what it is worth: the sum of its checks' points")
    bonus: bool = Field(False, description="on top of the course's points")
    task: Annotated[str, Field(min_length=1, description="what students are asked to do; `code` in backticks")]
    limits: LimitsSpec | None = Field(None, description="what its code may use, instead of the course's limits")
    checks: Annotated[list[dict[str, Any]], Field(min_length=1, description="what is checked, and for how many points")]
    wrong: list[WrongSpec] = Field([], description="known mistakes: they prove the checks, and explain failures")
    right: list[RightSpec] = Field([], description="other correct ways")
    mutants: bool = Field(
        True, description="false: no automatic mutants, as where a model with a changed constant still learns"
    )
    equivalent: list[EquivalentSpec] = Field([], description="mutants of the reference that behave as it does")

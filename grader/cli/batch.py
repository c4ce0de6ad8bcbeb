"""`grade batch`: a class graded, its results written, and what an instructor should know told in a few lines."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.options import (
    EXIT_ALL,
    EXIT_INTERRUPTED,
    EXIT_JUDGE,
    EXIT_LOST,
    add_course,
    add_isolation,
    factor,
    folder,
    out_folder,
    seed,
    with_isolation,
)

if TYPE_CHECKING:
    from grader.classroom.model import ClassRow, HandedIn, Person
    from grader.classroom.outputs import FilledSheet
    from grader.classroom.people.copies import Copies
    from grader.classroom.people.matching import Owners
    from grader.classroom.run.final_points import FinalPoints
    from grader.classroom.run.grade_class import Executor, GradeStatus
    from grader.classroom.run.store import Store
    from grader.judge.environment import JudgeConfig
    from grader.model import Course

_EPILOG = """\
examples:
  grade batch submissions --out results
  grade batch submissions --out results --roster class.csv --names moodle
  grade batch submissions --out results --names moodle --gradebook moodle=worksheet.csv --feedback
  grade batch submissions --out results --names canvas --gradebook canvas=export.csv --assignment 'Homework 2'
  grade batch repositories --out results --names github --revision main

The same command again goes on where a run was interrupted, and judges only what has changed since: a submission, an
exercise, or the grader. What a person decided (`grade review`) is put in again.
exit codes: 0 everything was graded, 1 something could not be read, 2 wrong usage or an error in the course,
3 the grader itself failed somewhere, 130 interrupted (what was graded is kept)
"""

PATIENCE = 120.0


def batch(argv: Sequence[str]) -> int:
    """Runs `grade batch …` and returns its exit code. Raises GraderError."""
    arguments = _parser().parse_args(with_isolation(argv))
    from grader.classroom import outputs
    from grader.course.load import load_course, packaged_course
    from grader.model import GraderError

    if arguments.feedback and not any(text.startswith("moodle=") for text in arguments.gradebook):
        raise GraderError("--feedback needs Moodle's worksheet: give --gradebook moodle=WORKSHEET.csv as well")
    if arguments.scheduler and arguments.jobs is not None:
        raise GraderError("--jobs is for this machine alone: with --scheduler the cluster's workers do the work")
    sheets = outputs.sheets(arguments.gradebook, arguments.assignment)
    for sheet in sheets:
        outputs.filled(sheet, ())  # a sheet that cannot be filled in is told before an hour of grading
    course = load_course(arguments.course or packaged_course())
    if course.edition == "student":
        raise GraderError(
            f"{course.folder} is the student edition of a course, without keys: grade a class with your own edition"
        )
    found = _class(arguments, course, outputs.own_names(sheets))
    for note in found.notes:
        _tell(note)
    for sheet in sheets:
        outputs.filled(sheet, _known(arguments, sheet, outputs.expected(found.handed, found.owners, found.people)))
    out = out_folder(arguments.out, arguments.folder, ())
    return _graded(arguments, course, found, sheets, out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="grade batch",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Grade a whole class: a report for each submission, index.html for the class, gradebook.csv.",
    )
    add = parser.add_argument
    add(
        "folder", type=folder, metavar="FOLDER", help="holds an entry a submission: folders, .py, .ipynb, .zip, .tar.gz"
    )
    add("--out", type=folder, required=True, metavar="DIR", help="where results go, and are found again")
    add("--jobs", type=_count, metavar="N", help="processes on this machine (default: one a core)")
    add("--scheduler", default="", metavar="ADDRESS", help="work on a Dask cluster, as in tcp://host:8786")
    people = parser.add_argument_group("who handed in")
    add = people.add_argument
    add("--roster", type=Path, metavar="CSV", help="the people of the class: columns such as id, name, login, group")
    add(
        "--names", default="", choices=["canvas", "moodle", "github"], help="entries are named as this one exports them"
    )
    add("--revision", default="", metavar="REV", help="entries are git repositories: grade this branch, tag or commit")
    add("--times", type=Path, metavar="CSV", help="when work was handed in, for the course's policy on lateness")
    add("--policy", default="latest", choices=["latest", "best"], help="which attempt counts (default: latest)")
    grades = parser.add_argument_group("gradebooks, besides gradebook.csv")
    add = grades.add_argument
    add(
        "--gradebook",
        action="append",
        default=[],
        metavar="PLATFORM=CSV",
        help="fill in your own export: canvas=, moodle=",
    )
    add("--assignment", default="", metavar="NAME", help="the assignment's title or number in Canvas")
    add("--feedback", action="store_true", help="also the reports as the zip that Moodle takes")
    add("--anonymous", action="store_true", help="also a gradebook that names nobody")
    grading = parser.add_argument_group("grading")
    add_course(grading)
    grading.add_argument(
        "--seed", type=seed, default=(None, ""), metavar="N",
        help="draw everybody's inputs of this seed (default: one a submission)",
    )  # fmt: skip
    grading.add_argument("--cpu-factor", type=factor, default=1.0, metavar="X", help="stretch every time limit X times")
    add_isolation(grading)
    return parser


def _count(text: str) -> int:
    value = int(text) if text.isdecimal() else 0
    if not 1 <= value <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes")
    return value


@dataclass(frozen=True)
class _Class:
    """Who handed in what, as far as names tell."""

    handed: tuple[HandedIn, ...]
    people: Sequence[Person]
    owners: Owners
    times: Mapping[str, str]
    notes: Sequence[str]


@dataclass(frozen=True)
class _Ran:
    """The store, what came of everything, how many submissions of earlier runs are not there any more, and which are
    the same."""

    store: Store
    outcomes: Mapping[str, GradeStatus]
    lines: Sequence[FinalPoints]
    gone: int
    alike: Sequence[Copies]


def _class(arguments: argparse.Namespace, course: Course, taken: Collection[str]) -> _Class:
    from grader.classroom import outputs
    from grader.classroom.people.matching import match
    from grader.classroom.people.roster import Roster, read_roster
    from grader.classroom.people.times import read_times
    from grader.classroom.run import entries

    found = entries.listing(arguments.folder, course.files, arguments.names, (), taken)
    roster = read_roster(arguments.roster, found.handed) if arguments.roster else Roster([])
    people = roster.people
    if arguments.names == "github":  # known logins tell them from the assignment's name
        logins = [person.login for person in people]
        found = entries.listing(arguments.folder, course.files, arguments.names, logins, taken)
    owners, notes = match(found.handed, people)
    notes = [*roster.notes, *notes]
    times: dict[str, str] = {}
    if arguments.times is not None:
        sheet = read_times(arguments.times, course.late.due.tzinfo if course.late is not None else None)
        alone = {members[0].id for members in owners.values() if len(members) == 1}
        for one in found.handed:
            when, note = sheet.of_all(one, owners.get(one.name, ()), alone)
            notes += [note] if note else []
            if when is not None:
                times[one.name] = when.isoformat()
        strangers = sheet.strangers(found.handed, people)
        if strangers:
            notes.append(f"{len(strangers)} in the sheet of times that nobody here fits: {outputs.few(strangers)}")
        unknown = [one.name for one in found.handed if one.name not in times]
        if unknown and course.late is not None:
            notes.append(f"{len(unknown)} without a time of handing in, taken to be on time: {outputs.few(unknown)}")
        if course.late is None:
            notes.append("--times tells when work was handed in, but course.yaml has no `late`: nothing is taken off")
        elif course.late.per_day == 1:
            notes.append("`per-day: 1` takes off one per cent for each day; 100 would be everything on the first day")
    elif course.late is not None:
        notes.append("the course takes points off for lateness: without --times only times told in earlier runs count")
    return _Class(found.handed, people, owners, times, [*found.notes, *notes])


def _graded(
    arguments: argparse.Namespace, course: Course, found: _Class, sheets: Sequence[FilledSheet], out: Path
) -> int:
    import contextlib

    from grader.classroom.model import Status
    from grader.classroom.people.copies import copies, working_together
    from grader.classroom.run.final_points import standings
    from grader.classroom.run.grade_class import BatchConfig, grade_class
    from grader.classroom.run.progress import ProgressLine
    from grader.classroom.run.renamed_entries import take_along
    from grader.classroom.run.store import NAME, Store
    from grader.judge.environment import JudgeConfig, repeat_options
    from grader.model import GraderError, Settings
    from grader.sandbox.open_sandbox import choose

    _refuse_other(out, NAME)
    plan = JudgeConfig(
        course.folder, isolation=arguments.isolation, required=arguments.require_isolation,
        fingerprint=course.fingerprint,
    )  # fmt: skip
    settings = Settings(
        seed=arguments.seed[0],
        cpu_factor=arguments.cpu_factor,
        extra=repeat_options(arguments.course, arguments.cpu_factor),
    )
    isolation = "cluster" if arguments.scheduler else choose(arguments.isolation).name
    if arguments.require_isolation is not None:
        isolation += f" required {arguments.require_isolation}".rstrip()
    orders = BatchConfig(
        course, arguments.folder, out, found.handed, settings, isolation, arguments.revision,
        found.times,
    )  # fmt: skip
    line = ProgressLine(sys.stderr)
    with contextlib.closing(Store(out / NAME)) as store:
        take_along(found.handed, store, out)
        try:
            outcomes = grade_class(
                orders, store, lambda: _workforce(arguments, plan, course, len(found.handed)), line.hear
            )
        except KeyboardInterrupt:
            line.clear()
            print("\ninterrupted: what was graded is kept; the same command goes on from here", file=sys.stderr)
            return EXIT_INTERRUPTED
        finally:
            line.clear()
        if all(outcome.status is Status.UNREADABLE for outcome in outcomes.values()):
            why = next(iter(outcomes.values())).notes
            raise GraderError(f"no submission could be read, so the results are left as they were: {' '.join(why)}")
        digests = {name: outcome.digest for name, outcome in outcomes.items()}
        alike = copies(digests, working_together(found.handed, found.owners))
        lines = list(standings(course, found.handed, outcomes, store, arguments.policy, out, alike))
        known = {one.name for one in found.handed}
        gone = sum(name not in known for name in store.names())
        return _told(arguments, found, course, sheets, out, _Ran(store, outcomes, lines, gone, alike))


def _workforce(arguments: argparse.Namespace, plan: JudgeConfig, course: Course, count: int) -> Executor:
    if arguments.scheduler:
        from grader.classroom.dask.cluster import Cluster

        return Cluster(plan, arguments.scheduler)
    from grader.judge.process_pool import ProcessPool, default_processes

    # An exercise that the machine kept from being judged is tried twice: no submission can make it longer.
    limits = sum(2 * exercise.limits.wall for exercise in course.exercises)
    deadline = PATIENCE + limits * max(1.0, arguments.cpu_factor)
    return ProcessPool(plan, min(count, arguments.jobs or default_processes()), deadline)


def _refuse_other(out: Path, store: str) -> None:
    """Raises GraderError for a folder with files of our names that somebody else put there."""
    from grader.classroom.page import class_page
    from grader.model import GraderError

    page = out / class_page.NAME
    if page.is_file() and not (out / store).exists() and b"autodiff-grader" not in page.read_bytes():
        raise GraderError(f"{out} holds {page.name}, but not of a `grade batch`: give another --out, or move it away")


def _told(
    arguments: argparse.Namespace,
    found: _Class,
    course: Course,
    sheets: Sequence[FilledSheet],
    out: Path,
    run: _Ran,
) -> int:
    """Writes what a class's run leaves, and says it in a few lines."""
    from grader.classroom import outputs
    from grader.classroom.model import Status

    rows = outputs.lines(run.lines, found.owners, found.people)
    isolation = outputs.isolation(run.lines)
    links = {line.row.name: line.link for line in run.lines}
    told = list(outputs.summary(run.outcomes, rows, out, run.gone, run.alike))
    dropped = [line.row.name for line in run.lines if line.dropped]
    if dropped:
        told.append(
            f"{len(dropped)} with a person's decision that is not applied any more, as the work has changed: "
            f"{outputs.few(dropped)}"
        )

    def write() -> list[Path]:
        paths = [outputs.write_page(course, run.lines, run.store, rows, found.owners, out)]
        paths.append(outputs.write_gradebook(rows, out))
        if arguments.anonymous:
            paths.append(outputs.write_anonymous(rows, out))
        for sheet in sheets:
            known = _known(arguments, sheet, rows)
            filled = outputs.filled(sheet, known)
            paths.append(outputs.write_filled(sheet, filled, out))
            told.extend(outputs.told(paths[-1], filled))
            if arguments.feedback and sheet.platform == "moodle":
                paths.append(outputs.write_feedback(sheet, known, links, out))
        return paths

    from grader.base.atomic_write import written

    paths = written(out, write)
    print("\n".join(told))
    print()
    if isolation:
        print(f"isolation: {isolation}")
    for path in paths:
        print(path)
    if any(outcome.errors for outcome in run.outcomes.values()):
        return EXIT_JUDGE
    return EXIT_LOST if any(outcome.status is Status.UNREADABLE for outcome in run.outcomes.values()) else EXIT_ALL


def _known(arguments: argparse.Namespace, sheet: FilledSheet, rows: Sequence[ClassRow]) -> Sequence[ClassRow]:
    """The rows for a sheet: a platform's number says nothing on another platform."""
    return rows if sheet.platform == arguments.names else [replace(row, lms_id="") for row in rows]


def _tell(note: str) -> None:
    print(f"note: {note}", file=sys.stderr)

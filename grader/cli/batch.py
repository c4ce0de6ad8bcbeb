"""`grade batch`: grades a whole class, writes the results, and prints a short summary for the instructor."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.exit_codes import EXIT_INTERRUPTED, EXIT_JUDGE, EXIT_LOST, EXIT_OK
from grader.cli.options import (
    add_course,
    add_cpu_factor,
    add_isolation,
    add_seed,
    command_parser,
    default_out,
    folder,
    out_folder,
    percent,
    whole_number,
    with_isolation,
)
from grader.model.dataclass import dataclass

if TYPE_CHECKING:
    from grader.classroom.model import ClassRow, HandedIn, Person
    from grader.classroom.outputs import PlatformSheet
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

Run the same command again to continue an interrupted run, or to grade only what has changed since: submissions,
exercises, or the grader. Points given by hand (`grade review`) are kept.

exit codes:
  0    everything was graded
  1    a submission could not be read
  2    wrong usage, or an error in the course
  3    the grader itself failed
  130  interrupted (what was graded is kept)
"""

# Seconds that a process may take for one submission besides the time limits of its exercises: for starting workers and
# reading files on a busy machine. It ends only what hangs: far above the few seconds that these take.
PATIENCE = 120.0


def batch(argv: Sequence[str]) -> int:
    """Runs `grade batch …` and returns its exit code. Raises GraderError."""
    arguments = _parser().parse_args(with_isolation(argv))
    from grader.classroom.run.course_of_run import known_course, read_course
    from grader.model import GraderError
    from grader.origin.open_course import find_course

    if arguments.out is None:
        arguments.out = default_out(arguments.folder)
    if arguments.feedback and not any(text.startswith("moodle=") for text in arguments.gradebook):
        raise GraderError("--feedback needs Moodle's worksheet; add --gradebook moodle=WORKSHEET.csv")
    if arguments.scheduler and arguments.jobs is not None:
        raise GraderError("--jobs has no effect with --scheduler, which uses the cluster's workers; remove one of them")
    place = find_course(arguments.course)
    known = known_course(place.folder, arguments.out, bool(arguments.scheduler))
    from grader.classroom import outputs  # while another process reads a course that is not known
    from grader.classroom.model import ClassRow
    from grader.classroom.people.matching import class_rows

    sheets = outputs.sheets(arguments.gradebook, arguments.assignment)
    for sheet in sheets:
        outputs.filled(sheet, ())  # an error here comes before an hour of grading
    course = place.placed(known or read_course(place.folder))
    if course.edition == "student":
        raise GraderError(
            f"{course.place} is the student edition of a course, without answer keys: give the instructor's edition "
            "with --course"
        )
    found = _class(arguments, course, outputs.reserved_names(sheets))
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    ungraded = class_rows([ClassRow(one.name, lms_id=one.id) for one in found.handed], found.owners, found.people)
    for sheet in sheets:
        outputs.filled(sheet, _known(arguments, sheet, ungraded))
    out = out_folder(arguments.out, arguments.folder, ())
    return _graded(arguments, course, found, sheets, out)


def _parser() -> argparse.ArgumentParser:
    parser = command_parser(
        "grade batch",
        "Grade a whole class: a report for each submission, index.html for the class, and gradebook.csv.",
        _EPILOG,
    )
    add = parser.add_argument
    add(
        "folder",
        type=folder,
        metavar="FOLDER",
        help="folder with one entry per submission: a folder, .py, .ipynb, .zip or .tar.gz",
    )
    add(
        "--out",
        type=folder,
        metavar="DIR",
        help="folder for the results, also of earlier runs (default: ./grade-report)",
    )
    add(
        "--jobs",
        type=whole_number(1),
        metavar="N",
        help="processes here (default: one per core)",
    )
    add("--scheduler", default="", metavar="ADDRESS", help="use a Dask cluster, as in tcp://host:8786")
    people = parser.add_argument_group("students")
    add = people.add_argument
    add("--roster", type=Path, metavar="CSV", help="the class list, with columns such as id, name, login, group")
    add("--names", default="", choices=["canvas", "moodle", "github"], help="platform that named the entries")
    add("--revision", default="", metavar="REV", help="entries are git repositories: grade this branch, tag or commit")
    add("--times", type=Path, metavar="CSV", help="submission times, for the course's late policy")
    add("--policy", default="latest", choices=["latest", "best"], help="attempt that counts (default: latest)")
    gradebooks = parser.add_argument_group("gradebooks, in addition to gradebook.csv")
    add = gradebooks.add_argument
    add(
        "--gradebook",
        action="append",
        default=[],
        metavar="PLATFORM=CSV",
        help="fill in this export of canvas or moodle; may be repeated",
    )
    add("--assignment", default="", metavar="NAME", help="title or number of the assignment in Canvas")
    add("--feedback", action="store_true", help="also write the reports as a zip for Moodle")
    add("--anonymous", action="store_true", help="also write a gradebook without names")
    grading = parser.add_argument_group("grading")
    add_course(grading)
    grading.add_argument(
        "--pass-mark", type=percent, metavar="PERCENT", help="show on the class page who earns at least PERCENT"
    )
    add_seed(grading, "draw all inputs from this seed (default: a seed per submission)")
    add_cpu_factor(grading)
    add_isolation(grading)
    return parser


@dataclass(frozen=True)
class _Class:
    """The submissions, and who they belong to by their names."""

    handed: tuple[HandedIn, ...]
    people: Sequence[Person]
    owners: Owners
    times: Mapping[str, str]
    notes: Sequence[str]


@dataclass(frozen=True)
class _Ran:
    """The store, every submission's outcome and points, the number of submissions of earlier runs that are no longer
    there, and the sets of equal submissions."""

    store: Store
    outcomes: Mapping[str, GradeStatus]
    finals: Sequence[FinalPoints]
    gone: int
    alike: Sequence[Copies]


def _class(arguments: argparse.Namespace, course: Course, taken: Collection[str]) -> _Class:
    from grader.base.text import plural
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
        unmatched = sheet.unmatched(found.handed, people)
        if unmatched:
            notes.append(
                f"no submission for {plural(len(unmatched), 'row')} of {arguments.times}: {outputs.few(unmatched)}"
            )
        unknown = [one.name for one in found.handed if one.name not in times]
        if unknown and course.late is not None:
            notes.append(
                f"{plural(len(unknown), 'submission')} without a time, counted as on time: {outputs.few(unknown)}"
            )
        if course.late is None:
            notes.append("--times has no effect: course.yaml has no `late`, so no points are deducted")
        elif course.late.per_day == 1:
            notes.append("`per-day: 1` deducts 1 % per day; `per-day: 100` would deduct everything on the first day")
    elif course.late is not None:
        notes.append("the course deducts points for lateness: without --times, only times from earlier runs count")
    return _Class(found.handed, people, owners, times, [*found.notes, *notes])


def _graded(
    arguments: argparse.Namespace, course: Course, found: _Class, sheets: Sequence[PlatformSheet], out: Path
) -> int:
    import contextlib

    from grader.base.text import escape_controls
    from grader.classroom.model import Status
    from grader.classroom.people.copies import copies, working_together
    from grader.classroom.run.final_points import final_points
    from grader.classroom.run.grade_class import BatchConfig, grade_class
    from grader.classroom.run.progress import ProgressLine
    from grader.classroom.run.renamed_entries import move_renamed
    from grader.classroom.run.store import NAME, Store
    from grader.course.outline import outline_of
    from grader.judge.cache_key import grader_digest
    from grader.judge.environment import JudgeConfig, repeat_options
    from grader.model import GraderError, Settings
    from grader.sandbox.choose import choose

    _refuse_other(out, NAME)
    judge_config = JudgeConfig(
        course.folder,
        isolation=arguments.isolation,
        required=arguments.require_isolation,
        fingerprint=course.fingerprint,
        origin=course.origin,
    )
    settings = Settings(
        seed=arguments.seed,
        cpu_factor=arguments.cpu_factor,
        extra=repeat_options(arguments.course, arguments.cpu_factor),
    )
    isolation = "cluster" if arguments.scheduler else choose(arguments.isolation).name
    if arguments.require_isolation is not None:
        isolation += f" required {arguments.require_isolation}".rstrip()
    config = BatchConfig(
        course, arguments.folder, out, found.handed, settings, isolation, arguments.revision, found.times
    )
    if course.origin.source:
        print(f"course: {escape_controls(course.full_title)}", flush=True)
    line = ProgressLine(sys.stderr)
    with contextlib.closing(Store(out / NAME)) as store:
        store.keep_outline(grader_digest(), outline_of(course))
        move_renamed(found.handed, store, out)
        try:
            outcomes = grade_class(
                config, store, lambda: _start_workers(arguments, judge_config, course, len(found.handed)), line.hear
            )
        except KeyboardInterrupt:
            line.clear()
            print("\ninterrupted: what was graded is kept; run the same command again to continue", file=sys.stderr)
            return EXIT_INTERRUPTED
        finally:
            line.clear()
        if all(outcome.status is Status.UNREADABLE for outcome in outcomes.values()):
            why = next(iter(outcomes.values())).notes
            raise GraderError(f"no submission could be read, so the results were not changed: {' '.join(why)}")
        digests = {name: outcome.digest for name, outcome in outcomes.items()}
        alike = copies(digests, working_together(found.handed, found.owners))
        finals = list(final_points(course, found.handed, outcomes, store, arguments.policy, out, alike))
        known = {one.name for one in found.handed}
        gone = sum(name not in known for name in store.names())
        return _write_results(arguments, found, course, sheets, out, _Ran(store, outcomes, finals, gone, alike))


def _start_workers(arguments: argparse.Namespace, config: JudgeConfig, course: Course, count: int) -> Executor:
    if arguments.scheduler:
        from grader.classroom.dask.cluster import Cluster

        return Cluster(config, arguments.scheduler)
    from grader.classroom.run.hand_over import WORK
    from grader.judge import preload
    from grader.judge.process_pool import ProcessPool, default_processes

    preload.start(config.course, [WORK])  # where the last run's outline was enough until now
    # An exercise that the machine kept from being graded is tried twice; a submission cannot make it longer than that.
    limits = sum(2 * exercise.limits.wall for exercise in course.exercises)
    deadline = PATIENCE + limits * max(1.0, arguments.cpu_factor)
    return ProcessPool(config, min(count, arguments.jobs or default_processes()), deadline)


def _refuse_other(out: Path, store: str) -> None:
    """Raises GraderError for a folder whose index.html was not written by `grade batch`."""
    from grader.classroom.page import class_page
    from grader.model import GraderError

    page = out / class_page.NAME
    if page.is_file() and not (out / store).exists() and b"autodiff-grader" not in page.read_bytes():
        raise GraderError(f"{page} was not written by `grade batch`: give another --out, or move it away")


def _write_results(
    arguments: argparse.Namespace,
    found: _Class,
    course: Course,
    sheets: Sequence[PlatformSheet],
    out: Path,
    run: _Ran,
) -> int:
    """Writes the class page and the gradebooks, and prints a summary; the exit code."""
    from grader.base.atomic_write import written
    from grader.base.text import plural
    from grader.classroom import outputs
    from grader.classroom.model import Status
    from grader.classroom.people.matching import class_rows
    from grader.sandbox.source import summary_of_text

    rows = class_rows([final.row for final in run.finals], found.owners, found.people)
    links = {final.row.name: final.link for final in run.finals}
    summary = list(outputs.summary(run.outcomes, rows, out, run.gone, run.alike))
    dropped = [final.row.name for final in run.finals if final.dropped]
    if dropped:
        summary.append(
            f"{plural(len(dropped), 'submission')} changed after points were given by hand, which are not applied any "
            f"more: {outputs.few(dropped)}"
        )

    def write() -> list[Path]:
        mark = None if arguments.pass_mark is None else arguments.pass_mark / 100
        paths = [outputs.write_page(course, run.finals, run.store, rows, found.owners, out, mark)]
        paths.append(outputs.write_gradebook(rows, out))
        if arguments.anonymous:
            paths.append(outputs.write_anonymous(rows, out))
        for sheet in sheets:
            known = _known(arguments, sheet, rows)
            filled = outputs.filled(sheet, known)
            paths.append(outputs.write_filled(sheet, filled, out))
            summary.extend(outputs.upload_notes(paths[-1], filled))
            if arguments.feedback and sheet.platform == "moodle":
                paths.append(outputs.write_feedback(sheet, known, links, out))
        return paths

    paths = written(out, write)
    print("\n".join(summary))
    print()
    for line in sorted({summary_of_text(final.isolation) for final in run.finals if final.isolation}):
        print(line)
    for path in paths:
        print(path)
    if any(outcome.errors for outcome in run.outcomes.values()):
        return EXIT_JUDGE
    return EXIT_LOST if any(outcome.status is Status.UNREADABLE for outcome in run.outcomes.values()) else EXIT_OK


def _known(arguments: argparse.Namespace, sheet: PlatformSheet, rows: Sequence[ClassRow]) -> Sequence[ClassRow]:
    """The rows for a sheet: the ids of one platform mean nothing on another."""
    return rows if sheet.platform == arguments.names else [replace(row, lms_id="") for row in rows]

"""`grade verify`: tests a course with wrong solutions; with `--attack`, tests the sandbox with hostile submissions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.exit_codes import EXIT_OK, EXIT_USAGE
from grader.cli.options import (
    add_course,
    add_only,
    add_out,
    command_parser,
    folder,
    out_folder,
    whole_number,
)
from grader.model import GraderError

if TYPE_CHECKING:
    from grader.model import Course, Exercise
    from grader.verify.estimate import TimeLeft
    from grader.verify.verification import Verification

_EPILOG = """\
exit codes:
  0    nothing was found
  2    findings, wrong usage, or an error in the course
"""


def verify(argv: Sequence[str]) -> int:
    """Verifies the course, or with `--attack` the sandbox. Exit code 0 where nothing was found, else 2."""
    parser = command_parser(
        "grade verify",
        "Test the checks of a course: its known mistakes and automatic mutants of the reference must lose points; the "
        "reference and other correct solutions must get full marks. With --attack, test the sandbox: hostile "
        "submissions must not forge points, do harm, or crash the grader.",
        _EPILOG,
    )
    add = parser.add_argument
    add(
        "--reference",
        type=folder,
        metavar="DIR",
        help="the solution (default: `reference` in course.yaml, else ./reference)",
    )
    add_only(parser, "verify")
    add_out(parser, "verify.html")
    add(
        "--jobs",
        type=whole_number(0),
        metavar="N",
        help="processes (default: one per core; 0: new processes, without forking)",
    )
    add("--seeds", type=whole_number(1), metavar="N", help="seeds for each solution (default: 2, with --quick 1)")
    add("--attack", action="store_true", help="test every sandbox of this machine with hostile submissions instead")
    add("--quick", action="store_true", help="one seed and no mutants; with --attack: shorter time limits")
    add(
        "--isolation",
        action="append",
        default=[],
        metavar="NAME",
        help="with --attack: test only this sandbox; may be repeated",
    )
    add_course(parser)
    arguments = parser.parse_args(argv)
    return _attack(arguments) if arguments.attack else _verify(arguments)


def _attack(arguments: argparse.Namespace) -> int:
    """Prints what hostile submissions achieved; the exit code. A sandbox without a lock, where some would do harm, is
    tested only by name."""
    from grader.attack import attack_runner, corpus, scoreboard
    from grader.reports.terminal import Counter
    from grader.sandbox.backends import BACKENDS
    from grader.sandbox.confinement import Confinement

    here = [name for name, offer in BACKENDS.items() if isinstance(offered := offer(), Confinement) and offered.locked]
    backends = arguments.isolation or here
    if not backends:
        raise GraderError(
            "no sandbox that confines student code works on this machine; `grade doctor` says what to install or enable"
        )
    total = len(corpus.load(arguments.only)) * len(backends)
    counter, done = Counter(sys.stderr, "attacking"), [0]

    def listen(backend: str, result: scoreboard.AttackResult) -> None:
        done[0] += 1
        counter.show(done[0], total)

    boards = attack_runner.run_all(backends, arguments.only, listen, arguments.quick)
    counter.clear()
    for line in scoreboard.lines(boards):
        print(line)
    return EXIT_OK if scoreboard.sound(boards) else EXIT_USAGE


def _verify(arguments: argparse.Namespace) -> int:
    from grader.base.text import escape_controls, plural
    from grader.course.files import course_here
    from grader.course.on_disk import OnDisk, course_changed
    from grader.judge import process_pool
    from grader.origin.open_course import open_course
    from grader.reports.terminal import Counter
    from grader.submission.folder import read_folder
    from grader.verify import matrix_page
    from grader.verify.estimate import in_words
    from grader.verify.verification import verify

    course = open_course(arguments.course or course_here())
    if course.origin.source:
        print(f"course: {escape_controls(course.full_title)}", flush=True)
    if course.edition == "student":
        raise GraderError(
            f"{course.place} is the student edition of a course, without keys and solutions; give the instructor's "
            "edition with --course"
        )
    solution = arguments.reference or _reference(course)
    reference = read_folder(solution, course.files)
    out = out_folder(arguments.out, solution, (matrix_page.NAME,))
    processes = process_pool.default_processes() if arguments.jobs is None else arguments.jobs
    counter, disk = Counter(sys.stderr, "verifying"), OnDisk(course)
    seeds = arguments.seeds or (1 if arguments.quick else 2)
    told = False

    def count(progress: TimeLeft) -> None:
        nonlocal told
        if not progress.done:
            exercises = len(set(arguments.only)) or len(course.exercises)
            print(f"verifying {plural(exercises, 'exercise')}: {plural(progress.total, 'grading')}", flush=True)
        if progress.measured and not told:
            told = True
            counter.clear()
            print(f"this takes {in_words(progress.remaining)}", flush=True)
        left = f", {in_words(progress.remaining)} left" if progress.measured else ""
        counter.show(progress.done, progress.total, left)

    def ended(exercise: Exercise, found: Verification) -> None:
        counter.clear()
        print("\n".join(matrix_page.lines(exercise, found)), flush=True)

    try:
        found = verify(course, reference, arguments.only, seeds, processes, count, ended, arguments.quick)
    finally:
        counter.clear()
    if disk.changed():
        raise course_changed(course.folder)
    from grader.base.atomic_write import written

    path = written(out, lambda: [matrix_page.write(course, found, out)])[0]
    for line in matrix_page.findings(found):
        print(line)
    print(f"\nkill matrix: {path}")
    print(plural(len(found.findings), "finding"))
    return EXIT_USAGE if found.findings else EXIT_OK


def _reference(course: Course) -> Path:
    """The folder of the solution that the course names, else ./reference. Raises GraderError where it is missing."""
    named = course.sources.reference
    path = course.folder / named if named else Path("reference")
    if named and not path.is_dir():
        raise GraderError(
            f"course.yaml names the reference {named}, but there is no folder {path}: correct it, or give "
            "--reference DIR"
        )
    if not path.is_dir():
        raise GraderError(
            "course.yaml names no solution, and there is no folder ./reference: add the line `reference: DIR` to it, "
            "or give --reference DIR"
        )
    return path

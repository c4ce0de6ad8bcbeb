"""`grade verify`: the course checks itself; with `--attack`, the isolation is besieged."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.options import EXIT_ALL, EXIT_USAGE, add_course, folder, out_folder
from grader.model import GraderError

if TYPE_CHECKING:
    from grader.model import Course, Exercise
    from grader.verify.verification import Verification


def verify(argv: Sequence[str]) -> int:
    """Verifies the course, or with `--attack` the isolation. Exit code 0 where nothing was found, else 2."""
    parser = argparse.ArgumentParser(
        prog="grade verify",
        description="Show every check wrong code: the course's wrong variants and automatic mutants of the reference "
        "must lose points, the reference and other right ways must keep them. Exits with 2 on any finding. With "
        "--attack: try hostile submissions on the isolation; none may forge points, do harm, or make the grader fail.",
    )
    add = parser.add_argument
    add(
        "--reference",
        type=folder,
        metavar="DIR",
        help="the solution (default: the one that course.yaml names, else ./reference)",
    )
    add("--only", action="append", default=[], metavar="ID", help="verify this exercise alone; may be repeated")
    add("--out", type=Path, metavar="DIR", help="where verify.html goes (default: ./grade-report)")
    add("--jobs", type=int, metavar="N", help="processes (default: one a core; 0: fresh workers instead of forks)")
    add("--seeds", type=int, default=2, metavar="N", help="seeds for each subject (default: 2)")
    add("--attack", action="store_true", help="try hostile submissions on the isolation instead (on every one here)")
    add("--quick", action="store_true", help="with --attack: shorter limits")
    add("--isolation", action="append", default=[], metavar="NAME", help="with --attack: this one alone; repeatable")
    add_course(parser)
    arguments = parser.parse_args(argv)
    return _attack(arguments) if arguments.attack else _verify(arguments)


def _attack(arguments: argparse.Namespace) -> int:
    """The scoreboard of hostile submissions. Without a lock some of them would harm: `plain` is tried only by name."""
    from grader import words
    from grader.attack import attack_runner, corpus, scoreboard
    from grader.reports.terminal import Counter
    from grader.sandbox.backends import BACKENDS
    from grader.sandbox.confinement import Confinement

    here = [name for name, offer in BACKENDS.items() if isinstance(offered := offer(), Confinement) and offered.locked]
    backends = arguments.isolation or here
    if not backends:
        raise GraderError("no isolation of this machine locks workers; `grade doctor` says what to install or set")
    total = len(corpus.load(arguments.only)) * len(backends)
    counter, done = Counter(sys.stderr, words.ATTACKING), [0]

    def listen(backend: str, result: scoreboard.AttackResult) -> None:
        done[0] += 1
        counter.show(done[0], total)

    boards = attack_runner.run_all(backends, arguments.only, listen, arguments.quick)
    counter.clear()
    for line in scoreboard.lines(boards):
        print(line)
    return EXIT_ALL if scoreboard.sound(boards) else EXIT_USAGE


def _verify(arguments: argparse.Namespace) -> int:
    from grader import words
    from grader.base.text import plural
    from grader.course.load import load_course, packaged_course
    from grader.course.on_disk import OnDisk, course_changed
    from grader.judge import process_pool
    from grader.reports.terminal import Counter
    from grader.submission.folder import read_folder
    from grader.verify import matrix_page
    from grader.verify.verification import verify

    course = load_course(arguments.course or packaged_course())
    if course.edition == "student":
        raise GraderError(
            f"{course.folder} is the student edition of a course: without keys and solutions there is nothing "
            "to verify; give the instructor's course with --course"
        )
    solution = arguments.reference or _reference(course)
    reference = read_folder(solution, course.files)
    out = out_folder(arguments.out, solution, (matrix_page.NAME,))
    processes = process_pool.default_processes() if arguments.jobs is None else arguments.jobs
    counter, disk = Counter(sys.stderr, words.VERIFYING), OnDisk(course)

    def count(done: int, total: int) -> None:
        if not done:
            exercises = len(set(arguments.only)) or len(course.exercises)
            s = "" if exercises == 1 else "s"
            print(f"{total} gradings in {exercises} exercise{s}; a line for each exercise as it ends", flush=True)
        counter.show(done, total)

    def ended(exercise: Exercise, found: Verification) -> None:
        counter.clear()
        print("\n".join(matrix_page.lines(exercise, found)), flush=True)

    try:
        found = verify(course, reference, arguments.only, max(1, arguments.seeds), processes, count, ended)
    finally:
        counter.clear()
    if disk.changed():
        raise course_changed(course.folder)
    from grader.base.atomic_write import written

    path = written(out, lambda: [matrix_page.write(course, found, out)])[0]
    for line in matrix_page.findings(found):
        print(line)
    print("\n" + f"kill matrix: {path}")
    print(plural(len(found.findings), "finding"))
    return EXIT_USAGE if found.findings else EXIT_ALL


def _reference(course: Course) -> Path:
    """The folder of the solution where the command line names none. Raises GraderError where it is not there."""
    from grader.course.load import course_head

    named = course_head(course.folder).reference
    path = course.folder / named if named else Path("reference")
    if named and not path.is_dir():
        raise GraderError(
            f"course.yaml names the reference {named}, and there is no folder {path}: correct it, or give "
            "--reference DIR"
        )
    return path

"""`grade show`: the exercises of a course, or one of them; with `--html`, a page of it as students see it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.exit_codes import EXIT_OK
from grader.cli.options import add_course, command_parser
from grader.model import GraderError

if TYPE_CHECKING:
    from grader.model import Course, Exercise, Submission


def show(argv: Sequence[str]) -> int:
    """Prints the list of exercises, or one exercise's task and checks. Exit code 0. Raises GraderError."""
    parser = command_parser(
        "grade show",
        "List the exercises, or print one: its task and what is checked. With --html, write a page that shows it as "
        "students see it, and the report on the solution.",
    )
    parser.add_argument("id", nargs="?", help="the exercise to print, as in 2.5 (default: list all)")
    parser.add_argument(
        "--html",
        nargs="?",
        const="",
        metavar="FILE",
        help="write a preview of the task, and of the report on the solution (without one: on the template), into FILE "
        "(default: exercise-ID.html)",
    )
    add_course(parser)
    arguments = parser.parse_args(argv)
    if arguments.html is not None and not arguments.id:
        raise GraderError("--html shows one exercise: write `grade show ID --html`")
    from grader.course.files import course_here
    from grader.judge.pipeline import select
    from grader.origin.open_course import open_course
    from grader.reports import task

    course = open_course(arguments.course or course_here())
    exercises = select(course, [arguments.id] if arguments.id else [])
    if arguments.html is None:
        sys.stdout.write(task.one(exercises[0]) if arguments.id else task.listing(course))
    else:
        print(_preview(course, exercises[0], Path(arguments.html or f"exercise-{arguments.id}.html")))
    return EXIT_OK


def _preview(course: Course, exercise: Exercise, path: Path) -> Path:
    """Writes the page, for which the solution is graded as any submission is. Raises GraderError."""
    from contextlib import closing

    from grader.base.atomic_write import whole_file
    from grader.base.errors import cannot_make
    from grader.judge import pipeline
    from grader.model import Settings
    from grader.reports import html_report
    from grader.sandbox.open_sandbox import open_sandbox

    submission = _own_work(course, exercise)
    with closing(open_sandbox(True, "", course.modules)) as sandbox:
        report = pipeline.grade(course, submission, Settings((exercise.id,)), sandbox)
    try:
        return whole_file(path, html_report.preview(report, exercise))
    except OSError as error:
        raise cannot_make(path, error) from None


def _own_work(course: Course, exercise: Exercise) -> Submission:
    """The course's solution; its template where there is none. Raises GraderError where there is neither."""
    from grader.submission.folder import read_folder

    for name in filter(None, (course.sources.reference, course.sources.template)):
        if (course.folder / name / exercise.file).is_file():
            return read_folder(course.folder / name, course.files, Path(name).name)
    raise GraderError(
        f"there is nothing to show a report on: neither the course's reference nor its template has {exercise.file}"
    )

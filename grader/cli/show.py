"""`grade show`: the exercises of a course, or one of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from grader.cli.exit_codes import EXIT_OK
from grader.cli.options import add_course, command_parser


def show(argv: Sequence[str]) -> int:
    """Prints the list of exercises, or one exercise's task and checks. Exit code 0. Raises GraderError."""
    parser = command_parser("grade show", "List the exercises, or print one: its task and what is checked.")
    parser.add_argument("id", nargs="?", help="the exercise to print, as in 2.5 (default: list all)")
    add_course(parser)
    arguments = parser.parse_args(argv)
    from grader.course.files import course_here
    from grader.course.load import load_course
    from grader.judge.pipeline import select
    from grader.reports import task

    course = load_course(arguments.course or course_here())
    exercises = select(course, [arguments.id] if arguments.id else [])
    sys.stdout.write(task.one(exercises[0]) if arguments.id else task.listing(course))
    return EXIT_OK

"""`grade init`: a fresh copy of the template."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.base.shell import quoted
from grader.base.text import escape_controls
from grader.cli.exit_codes import EXIT_OK
from grader.cli.options import add_course, command_parser, folder, left_out

if TYPE_CHECKING:
    from grader.model import Course


def init(argv: Sequence[str]) -> int:
    """Copies a course's template and prints the paths. Exit code 0. Raises GraderError."""
    parser = command_parser("grade init", "Copy the course's template into a new folder, to be filled in.")
    parser.add_argument("folder", type=folder, metavar="DIR", help="a new or empty folder")
    add_course(parser)
    arguments = parser.parse_args(argv)
    from grader.course.files import course_here
    from grader.course.template import copy_template, unready
    from grader.origin.open_course import open_course

    course = open_course(arguments.course or course_here())
    for path in copy_template(course, arguments.folder):
        print(path)
    for note in left_out(unready(course)):
        print(note, file=sys.stderr)
    shown, option = (escape_controls(text) for text in (quoted(str(arguments.folder)), _option(course)))
    print(f"next: fill in a file, then run `grade {shown}{option}` (`grade show{option}` lists the exercises)")
    return EXIT_OK


def _option(course: Course) -> str:
    from grader.course.files import packaged_course

    return "" if course.folder == packaged_course() else f" --course {quoted(str(course.folder))}"

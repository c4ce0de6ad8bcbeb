"""`grade pack`: the student edition of a course."""

from __future__ import annotations

from collections.abc import Sequence

from grader.base.shell import quoted
from grader.cli.exit_codes import EXIT_OK
from grader.cli.options import add_course, command_parser, folder, left_out


def pack(argv: Sequence[str]) -> int:
    """Writes the student edition of a course and prints its files. Exit code 0. Raises GraderError."""
    parser = command_parser(
        "grade pack",
        "Write the student edition of a course, for students' own machines: without the keys of written answers "
        "(they are recorded there and graded by you), without the solution, and without known mistakes that show "
        "code. Code is checked in full.",
    )
    parser.add_argument("folder", type=folder, metavar="DIR", help="a new or empty folder")
    add_course(parser)
    arguments = parser.parse_args(argv)
    from grader.base.text import plural
    from grader.course.files import course_here
    from grader.course.student_edition import folder as edition
    from grader.course.template import unready
    from grader.origin.open_course import open_course

    course = open_course(arguments.course or course_here())
    packed = edition.pack(course, arguments.folder)
    for path in packed.paths:
        print(path)
    print()
    for note in left_out(unready(course)):
        print(note)
    print(f"{plural(packed.recorded, 'written answer')} without keys; {plural(packed.left_out, 'variant')} left out")
    if packed.referring:
        checks = plural(packed.referring, "check")
        print(f"{checks} compare with your reference, which stays with you: only your own runs grade them")
    print(f"students grade with: grade my-work --course {quoted(str(arguments.folder))}")
    return EXIT_OK

"""`grade new`: a course to begin with, or one more exercise for a course."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.base.shell import quoted
from grader.base.text import escape_controls
from grader.cli.exit_codes import EXIT_OK
from grader.cli.options import command_parser, folder

_EPILOG = """\
examples:
  grade new my-course                        make a course of one exercise
  grade new my-course --exercise softplus    add an exercise to it
  cd my-course && grade verify               test its checks
"""


def new(argv: Sequence[str]) -> int:
    """Writes a course, or adds an exercise to one, and prints the paths. Exit code 0. Raises GraderError."""
    parser = command_parser(
        "grade new",
        "Make a course of one exercise, with its solution and its template, that `grade verify` accepts at once; or "
        "add an exercise to a course. Nothing is overwritten.",
        _EPILOG,
    )
    parser.add_argument(
        "folder", type=folder, metavar="DIR", help="a new or empty folder; with --exercise, the course's folder"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--title", default="", metavar="TEXT", help="the course's title (default: the folder's name)")
    what.add_argument("--exercise", metavar="NAME", help="add an exercise of this name to the course in DIR")
    arguments = parser.parse_args(argv)
    from grader.course.starter.new_course import new_course, new_exercise

    target: Path = arguments.folder
    if arguments.exercise is None:
        paths = new_course(target, arguments.title)
    else:
        paths = new_exercise(target, arguments.exercise)
    for path in paths:
        print(escape_controls(str(path)))
    shown = escape_controls(quoted(str(target)))
    enter = "" if target.resolve() == Path.cwd().resolve() else f"cd {shown} && "
    print(f"next: edit {escape_controls(quoted(paths[arguments.exercise is None].name))}, then `{enter}grade verify`")
    return EXIT_OK

"""`grade pack`: the course for students' machines."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence

from grader.cli.options import EXIT_ALL, add_course, folder, left_out


def pack(argv: Sequence[str]) -> int:
    """Writes the students' edition of a course and tells its files. Exit code 0."""
    parser = argparse.ArgumentParser(
        prog="grade pack",
        description="Write the course for students' machines: written answers without their keys, which are recorded "
        "there and judged by you; without solutions and variants that show code. Checks of code work as they do here.",
    )
    parser.add_argument("folder", type=folder, metavar="DIR", help="a folder that is new or empty")
    add_course(parser)
    arguments = parser.parse_args(argv)
    from grader.course.load import load_course, packaged_course
    from grader.course.student_edition import folder as edition
    from grader.course.template import unready

    course = load_course(arguments.course or packaged_course())
    packed = edition.pack(course, arguments.folder)
    for path in packed.paths:
        print(path)
    print()
    for note in left_out(unready(course)):
        print(note)
    print(
        f"{packed.recorded} written answer{'' if packed.recorded == 1 else 's'} without keys; {packed.left_out} "
        f"variant{'' if packed.left_out == 1 else 's'} left out"
    )  # fmt: skip
    print(f"students grade with it: grade my-work --course {shlex.quote(str(arguments.folder))}")
    return EXIT_ALL

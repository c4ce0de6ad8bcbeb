"""`grade doctor`: which sandboxes work on this machine, what each was found to block, and what to install for more."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from contextlib import closing

from grader.base.text import plural
from grader.cli.exit_codes import EXIT_OK
from grader.cli.options import add_course, command_parser
from grader.model import GraderError


def doctor(argv: Sequence[str]) -> int:
    """Prints a line for each sandbox. Exit code 0. Raises GraderError."""
    parser = command_parser(
        "grade doctor", "Test the sandboxes for student code on this machine, and say what to install or enable."
    )
    add_course(parser)
    arguments = parser.parse_args(argv)
    import numpy

    from grader.judge.process_pool import default_processes

    print(
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, numpy {numpy.__version__}, "
        f"{plural(default_processes(), 'core')}"
    )
    print()
    for line in _table():
        print(line)
    if arguments.course:
        from grader.base.text import escape_controls
        from grader.origin.open_course import open_course

        course = open_course(arguments.course)
        print(f"\ncourse: {escape_controls(course.full_title)}, {plural(len(course.exercises), 'exercise')}")
        print(f"folder: {escape_controls(str(course.folder))}")
    return EXIT_OK


def _table() -> Iterator[str]:
    from grader.sandbox.backends import BACKENDS
    from grader.sandbox.confinement import Missing
    from grader.sandbox.open_sandbox import isolation, open_sandbox
    from grader.sandbox.source import HARMS

    is_strongest = True
    for name, offer in BACKENDS.items():
        offered = offer()
        if isinstance(offered, Missing):
            if offered.remedy:
                yield f"– {name:12} not available: {offered.why}"
                yield f"  {'':12} to enable: {offered.remedy}"
            continue
        try:
            with closing(open_sandbox(backend=name)) as sandbox:
                left = isolation(sandbox).open
        except GraderError as error:
            yield f"✗ {name:12} {error}"
            continue
        notes = [f"not blocked: {', '.join(HARMS[harm] for harm in left)}" if left else "blocks everything"]
        notes += ["experimental"] if offered.experimental else []
        notes += ["strongest; used unless --isolation names another"] if is_strongest else []
        yield f"{'✓' if not left else '◐' if offered.locked else '✗'} {name:12} {'; '.join(notes)}"
        is_strongest = False

"""`grade schema`: the JSON Schema of an exercise file or of course.yaml, for editors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from grader.cli.exit_codes import EXIT_OK
from grader.cli.options import command_parser


def schema(argv: Sequence[str]) -> int:
    """Prints a JSON Schema, or writes it into a file. Exit code 0. Raises GraderError."""
    parser = command_parser(
        "grade schema",
        "Print the JSON Schema of an exercise file, or of course.yaml: with it, an editor completes keys and marks "
        "mistakes. In VS Code, install the YAML extension, and begin the file with the line "
        "`# yaml-language-server: $schema=FILE`.",
    )
    parser.add_argument(
        "what", nargs="?", default="exercise", choices=["exercise", "course"], help="(default: exercise)"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write it into FILE, instead of printing it")
    arguments = parser.parse_args(argv)
    import json

    from grader.base.atomic_write import whole_file
    from grader.base.errors import cannot_make
    from grader.course.schema import SCHEMAS

    text = json.dumps(SCHEMAS[arguments.what](), indent=1, ensure_ascii=False) + "\n"
    if arguments.out is None:
        sys.stdout.write(text)
        return EXIT_OK
    try:
        print(whole_file(arguments.out, text))
    except OSError as error:
        raise cannot_make(arguments.out, error) from None
    return EXIT_OK

"""`grade diff A B`: compares two runs: which scores changed, in which check, and what else differs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from grader.cli.exit_codes import EXIT_LOST, EXIT_OK
from grader.cli.options import command_parser, folder
from grader.comparison import lines
from grader.comparison.folders import compare, find
from grader.reports.terminal import Counter, Terminal

_EPILOG = """\
A and B are each the folder of a report, a results.json, or the folder of a class, with one report folder per
submission. In a class, submissions are matched by the names of their folders; two single reports are compared
whatever their names are. Nothing is graded and nothing is written.

examples:
  grade diff before after            two reports, or two classes
  grade diff old.json new.json       two kept results.json
  grade diff monday/anna friday/anna one submission of two classes
  grade diff before after --json     the same as JSON

After each change, brackets show what differs between the two runs and so may be the cause:
  submission    the file or answer that this check grades
  other parts of the submission      for example a file that it imports
  course        the exercises, the template or the reference, or this check's claim or points
  grader        the version of the grader, Python or numpy, or the platform
  isolation     how student code was sandboxed
  seed          the inputs
  review        points given by hand
  --only        the exercise was graded in one run only
  no recorded cause                  possibly a bug in the grader, or a busy machine

exit codes:
  0    no scores changed
  1    a score changed, is in one run only, or could not be read
  2    wrong usage, or nothing to compare
"""


def diff(argv: Sequence[str]) -> int:
    """Prints what changed; returns 1 where anything did, else 0. Raises GraderError where nothing can be compared."""
    arguments = _parser().parse_args(argv)
    before, after = str(arguments.before), str(arguments.after)
    counter = Counter(sys.stderr, "comparing")
    try:
        found = compare(find(arguments.before), find(arguments.after), counter.show)
    finally:
        counter.clear()
    if arguments.json:
        print(json.dumps(lines.data(found, before, after), indent=1, allow_nan=False))
    else:
        for line in lines.lines(found, before, after, Terminal(sys.stdout).paint):
            print(line)
    return EXIT_OK if found.same else EXIT_LOST


def _parser() -> argparse.ArgumentParser:
    parser = command_parser(
        "grade diff",
        "Compare two runs: which scores changed, in which check, and whether the course, the submission or the grader "
        "changed.",
        _EPILOG,
    )
    parser.add_argument("before", type=folder, metavar="A", help="the earlier run")
    parser.add_argument("after", type=folder, metavar="B", help="the later run")
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")
    return parser

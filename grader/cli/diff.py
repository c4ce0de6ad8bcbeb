"""`grade diff A B`: whose score moved, on which check, and whether course, submission or grader changed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from grader import words
from grader.cli.options import folder
from grader.comparison import lines
from grader.comparison.folders import compare, find
from grader.reports.terminal import Counter, Terminal

EXIT_SAME, EXIT_MOVED = 0, 1
_COLOURS = {"good": "32", "bad": "31", "warn": "33", "quiet": "2", "bold": "1"}

_EPILOG = """\
Each of A and B is the folder of one report, a results.json, or the folder of a class: one that holds a report folder
for every submission. In a class, submissions are matched by the names of their folders; two single reports are
compared whatever they are called. Nothing is graded and nothing is written.

examples:
  grade diff before after            two reports, or two classes
  grade diff old.json new.json       two kept results.json
  grade diff monday/anna friday/anna one submission out of two classes
  grade diff before after --json     the same for a program

what stands in brackets after a move is what differs between the two runs, and so may be its cause:
  submission    the text that this check judges
  other parts of the submission      (a file that it imports, for one)
  course        the exercises, the template or the reference, or what this check claims or is worth
  grader        the grader's version, Python, numpy or the platform
  isolation     how student code was confined
  seed          the inputs that were drawn
  review        a person's decision
  --only        the exercise was graded on one side alone
  no recorded cause                  perhaps the grader or the machine

exit codes: 0 nothing moved, 1 something moved, is on one side alone or could not be read, 2 wrong usage or nothing
to compare
"""


def diff(argv: Sequence[str]) -> int:
    """Prints what moved and returns 1 where anything did, else 0. Raises GraderError where nothing can be compared."""
    arguments = _parser().parse_args(argv)
    before, after = str(arguments.before), str(arguments.after)
    counter = Counter(sys.stderr, words.DIFF_COMPARING)
    try:
        found = compare(find(arguments.before), find(arguments.after), counter.show)
    finally:
        counter.clear()
    if arguments.json:
        print(json.dumps(lines.data(found, before, after), indent=1, allow_nan=False))
    else:
        colour = Terminal(sys.stdout).colour

        def paint(text: str, tone: str) -> str:
            return f"\x1b[{_COLOURS[tone]}m{text}\x1b[0m" if colour else text

        for line in lines.lines(found, before, after, paint):
            print(line)
    return EXIT_SAME if found.same else EXIT_MOVED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="grade diff",
        description="Compare two runs: whose score moved, on which check, and whether course, submission or grader "
        "changed.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("before", type=folder, metavar="A", help="the earlier run")
    parser.add_argument("after", type=folder, metavar="B", help="the later run")
    parser.add_argument("--json", action="store_true", help="print the same as JSON")
    return parser

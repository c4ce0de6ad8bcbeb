"""`grade review`: a sheet of the answers to mark by hand, the sheet read back, one check marked by hand."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.base.text import escape_controls, plural
from grader.cli.exit_codes import EXIT_INTERRUPTED, EXIT_OK
from grader.cli.options import command_parser
from grader.model import GraderError, Report
from grader.model.dataclass import dataclass
from grader.reports import html_report, json_report, points_line
from grader.review import store
from grader.review.decision import Decision, decided_report, merged
from grader.review.given import decide, decisions_of_sheet
from grader.review.sheet import read_sheet, sheet

_EPILOG = """\
examples:
  grade review export grade-report > sheet.csv
  grade review import sheet.csv
  grade review set grade-report 2.4/c 1.5 --comment "the sign is missing"

The points are stored in reviews.json next to the report. `grade` applies them again as long as the answer is the same.

exit codes:
  0    done
  2    wrong usage, or an error (nothing was changed)
  130  interrupted
"""


def review(argv: Sequence[str]) -> int:
    """Runs `grade review …` and returns its exit code. Raises GraderError before anything is changed."""
    arguments = _parser().parse_args(argv)
    action: Callable[[argparse.Namespace], int] = arguments.action
    return action(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = command_parser("grade review", "Mark answers by hand.", _EPILOG)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    export = commands.add_parser(
        "export",
        help="print a CSV sheet of the checks that are not marked yet",
        description="Print a CSV sheet with one row per check that is not marked yet. Fill in the columns points and "
        "comment, save the sheet as CSV (UTF-8), and run `grade review import` on it.",
    )
    export.add_argument(
        "folder", type=Path, metavar="FOLDER", help="folder of a report, or folder that contains such folders"
    )
    export.add_argument("--all", action="store_true", help="list every check that is worth points")
    export.set_defaults(action=_export)
    read = commands.add_parser(
        "import",
        help="read the points from a sheet",
        description="Read the points from a sheet into the reports. Rows without points are skipped. If any row has "
        "an error, nothing is changed.",
    )
    read.add_argument("sheet", type=Path, metavar="SHEET", help="the CSV file")
    read.add_argument(
        "--into",
        type=Path,
        metavar="FOLDER",
        help="where the exported folder is now (default: as in the sheet's column `folder`)",
    )
    read.set_defaults(action=_import)
    one = commands.add_parser(
        "set", help="set the points of one check", description="Set the points of any check, whatever the grader gave."
    )
    one.add_argument("folder", type=Path, metavar="FOLDER", help="folder of a report")
    one.add_argument("check", metavar="EXERCISE/CHECK", help="as in 2.4/c")
    one.add_argument("points", metavar="POINTS", help="from 0 to the check's maximum")
    one.add_argument("--comment", required=True, metavar="TEXT", help="the reason; the report shows it")
    one.set_defaults(action=_set)
    return parser


def _export(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder
    reports = [(path, json_report.read(path)) for path in _report_folders(folder)]
    text, count = sheet(folder, reports, arguments.all)
    _print_bytes(text)
    if not count:
        print(f"{escape_controls(str(folder))}: all answers are marked (--all lists every check)", file=sys.stderr)
    return EXIT_OK


def _import(arguments: argparse.Namespace) -> int:
    rows = read_sheet(arguments.sheet)
    opened: dict[Path, Report] = {}

    def open_report(folder: Path) -> Report:
        opened[folder] = json_report.read(folder)
        return opened[folder]

    found = decisions_of_sheet(arguments.sheet, rows, arguments.into, open_report)
    pending = sum(not row.points for row in rows)
    if pending:
        print(f"{plural(pending, 'row')} without points: skipped (a comment alone is not kept)", file=sys.stderr)
    return _keep([_Kept(folder, opened[folder], decisions) for folder, decisions in found.items()])


def _set(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder
    report = json_report.read(folder)
    exercise, slash, check = arguments.check.partition("/")
    if not slash:
        raise GraderError(f"{escape_controls(arguments.check)!r} is not a check; write EXERCISE/CHECK, as in 2.4/c")
    decision = decide(report, exercise, check, arguments.points, arguments.comment)
    return _keep([_Kept(folder, report, [decision])])


@dataclass(frozen=True)
class _Kept:
    folder: Path
    report: Report
    new: Sequence[Decision]


def _keep(everything: Sequence[_Kept]) -> int:
    """Keeps new decisions in every report's folder. Raises GraderError before the first change, where it can."""
    decisions = [merged(store.load(kept.folder), kept.new) for kept in everything]
    done = 0
    try:
        for kept in everything:
            with tempfile.TemporaryFile(dir=kept.folder):
                pass
        for kept, all_of_it in zip(everything, decisions, strict=True):
            _write(kept, all_of_it)
            done += 1
    except KeyboardInterrupt:
        print(f"\ninterrupted: {done} of {len(everything)} reports were changed; run it again", file=sys.stderr)
        return EXIT_INTERRUPTED
    except OSError as error:
        raise GraderError(
            f"cannot write into {escape_controls(str(kept.folder))}: {error.strerror or error}; {done} of "
            f"{len(everything)} reports were changed"
        ) from None
    return EXIT_OK


def _write(kept: _Kept, decisions: Sequence[Decision]) -> None:
    """Writes the decisions, then the reports that show them; each file is whole at any time."""
    report = decided_report(kept.report, decisions)
    store.save(kept.folder, decisions)
    json_report.write(report, kept.folder)
    html_report.write(report, kept.folder)
    score = ", ".join(points_line.parts(report))
    print(f"{escape_controls(str(kept.folder))}: {plural(len(kept.new), 'decision')} saved, now {score}")


def _report_folders(folder: Path) -> list[Path]:
    try:
        if (folder / json_report.NAME).exists():
            return [folder]
        found = sorted(path for path in folder.iterdir() if (path / json_report.NAME).exists())
    except OSError:
        found = []
    if not found:
        raise json_report.no_reports(folder)
    return found


def _print_bytes(text: str) -> None:
    """Prints without a change of line ends, which a text stream makes on Windows."""
    if hasattr(sys.stdout, "buffer"):
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(text)

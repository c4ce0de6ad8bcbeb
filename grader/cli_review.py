"""`grade review`: a sheet of what waits for a person, the sheet read back, one check decided by hand."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from grader import words
from grader.judge.show import clean
from grader.model import GraderError, Report
from grader.reports import html_report, json_report
from grader.review import store
from grader.review.decision import Decision, decided_report, merged
from grader.review.given import decide, decisions_of_sheet
from grader.review.sheet import read_sheet, sheet

EXIT_DONE, EXIT_INTERRUPTED = 0, 130

_EPILOG = """\
examples:
  grade review export grade-report > sheet.csv
  grade review import sheet.csv
  grade review set grade-report 2.4/c 1.5 --comment "the sign is missing"

Decisions stand in reviews.json beside the report. `grade` applies them again as long as
the answer is the same. exit codes: 0 done, 2 wrong usage or an error (nothing is changed)
"""


def review(argv: Sequence[str]) -> int:
    """Runs `grade review …` and returns its exit code. Raises GraderError before anything is changed."""
    arguments = _parser().parse_args(argv)
    action: Callable[[argparse.Namespace], int] = arguments.action
    return action(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="grade review",
        description="Points that a person gives.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    export = commands.add_parser(
        "export",
        help="print a sheet (CSV) with one row a check that waits",
        description="Print a sheet (CSV) with one row a check that waits for a person. Type into the columns points "
        "and comment, save it as CSV (UTF-8), and give it to `grade review import`.",
    )
    export.add_argument(
        "folder", type=Path, metavar="FOLDER", help="the folder of one report, or one that holds such folders"
    )
    export.add_argument("--all", action="store_true", help="a row for every check that is worth points")
    export.set_defaults(action=_export)
    read = commands.add_parser(
        "import",
        help="take the points from a sheet",
        description="Take the points from a sheet into the reports. Rows without points are left as they are. On any "
        "error nothing is changed.",
    )
    read.add_argument("sheet", type=Path, metavar="SHEET", help="the CSV file")
    read.add_argument(
        "--into",
        type=Path,
        metavar="FOLDER",
        help="where the exported folder is now (default: the sheet's column `folder`, seen from here)",
    )
    read.set_defaults(action=_import)
    one = commands.add_parser(
        "set", help="give one check its points", description="Give any check its points, whatever the judge said."
    )
    one.add_argument("folder", type=Path, metavar="FOLDER", help="the folder of one report")
    one.add_argument("check", metavar="EXERCISE/CHECK", help="as in 2.4/c")
    one.add_argument("points", metavar="POINTS", help="from 0 to the check's maximum")
    one.add_argument("--comment", required=True, metavar="TEXT", help="why; it stands in the report")
    one.set_defaults(action=_set)
    return parser


def _export(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder
    reports = [(path, json_report.read(path)) for path in _report_folders(folder)]
    text, count = sheet(folder, reports, arguments.all)
    _print_bytes(text)
    if not count:
        print(words.NOTHING_WAITS.format(path=clean(str(folder))), file=sys.stderr)
    return EXIT_DONE


def _import(arguments: argparse.Namespace) -> int:
    rows = read_sheet(arguments.sheet)
    opened: dict[Path, Report] = {}

    def open_report(folder: Path) -> Report:
        opened[folder] = json_report.read(folder)
        return opened[folder]

    found = decisions_of_sheet(arguments.sheet, rows, arguments.into, open_report)
    kept = {folder: merged(store.load(folder), decisions) for folder, decisions in found.items()}
    done = 0
    try:
        for folder, decisions in found.items():
            _keep(folder, opened[folder], kept[folder], len(decisions))
            done += 1
    except KeyboardInterrupt:
        print("\n" + words.REVIEW_INTERRUPTED.format(done=done, all=len(found)), file=sys.stderr)
        return EXIT_INTERRUPTED
    pending = sum(not row.points for row in rows)
    if pending:
        print(words.LEFT_PENDING.format(count=pending, s="" if pending == 1 else "s"), file=sys.stderr)
    return EXIT_DONE


def _set(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder
    report = json_report.read(folder)
    exercise, slash, check = arguments.check.partition("/")
    if not slash:
        raise GraderError(words.EXERCISE_CHECK.format(text=clean(arguments.check)))
    decision = decide(report, exercise, check, arguments.points, arguments.comment)
    _keep(folder, report, merged(store.load(folder), [decision]), 1)
    return EXIT_DONE


def _keep(folder: Path, report: Report, decisions: Sequence[Decision], count: int) -> None:
    """Keeps the decisions, then shows them in both reports; each of the three files is written whole."""
    report = decided_report(report, decisions)
    store.save(folder, decisions)
    json_report.write(report, folder)
    html_report.write(report, folder)
    score = words.SCORE.format(score=f"{report.score:g}", max=f"{report.max_score:g}")
    if report.pending:
        score += ", " + words.PENDING_LINE.format(points=f"{report.pending:g}")
    s = "" if count == 1 else "s"
    print(words.DECISIONS_KEPT.format(path=clean(str(folder)), count=count, s=s, score=score))


def _report_folders(folder: Path) -> list[Path]:
    try:
        if (folder / json_report.NAME).exists():
            return [folder]
        found = sorted(path for path in folder.iterdir() if (path / json_report.NAME).exists())
    except OSError:
        found = []
    if not found:
        raise GraderError(words.NO_REPORTS.format(path=clean(str(folder))))
    return found


def _print_bytes(text: str) -> None:
    """Prints without a change of line ends, which a text stream makes on Windows."""
    if hasattr(sys.stdout, "buffer"):
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(text)

"""`grade SUBMISSION`: one submission graded, printed as it goes, its reports written."""

from __future__ import annotations

import argparse
import contextlib
import gc
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader import __version__
from grader.cli.exit_codes import EXIT_JUDGE, EXIT_LOST, EXIT_OK, EXIT_USAGE, exit_code_of
from grader.cli.options import (
    add_course,
    add_cpu_factor,
    add_isolation,
    add_only,
    add_out,
    add_verbose,
    command_parser,
    out_folder,
    percent,
    seed_and_inputs,
    whole_number,
    with_isolation,
)

if TYPE_CHECKING:
    from grader.judge.pipeline import Decide
    from grader.model import Course, Report, Submission
    from grader.reports.formats import FormatRequest, Placed
    from grader.sandbox.source import Sandbox

_EPILOG = """\
other commands:
  grade batch FOLDER            grade a whole class: reports, gradebook, overview of the class
  grade watch DIR               re-grade the affected exercises on save
  grade init DIR                copy the template into a new folder
  grade show [ID]               list the exercises, or print one
  grade new DIR                 make a course, or add an exercise to one
  grade schema                  print the JSON Schema of an exercise file, for editors
  grade pack DIR                write the student edition of a course, without answer keys
  grade review export FOLDER    list the answers to mark by hand (also: import, set)
  grade diff A B                compare two runs: which scores changed, and why
  grade verify                  test the course itself (for course authors)
  grade doctor                  show how this machine can sandbox student code
To grade a folder with the name of a command, write ./new (for example).

examples:
  grade                         grade the current folder
  grade . --only 2.5            grade one exercise
  grade alice --out /tmp/r      write the reports into another folder
  grade . --format junit        write a report for another tool as well

exit codes:
  0    full marks on everything that is graded automatically (--fail-under: at least PERCENT)
  1    points were lost (--fail-under: too many), or an answer could not be read
  2    wrong usage, or an error in the course
  3    the grader itself failed
  130  interrupted
"""


_FIRST_STEPS = """\
there is nothing to grade here: this folder has no file that the course asks for
  grade init my-work      copy the template into a new folder, to be filled in
  grade my-work           grade it: results on the terminal, and in grade-report/report.html
  grade watch my-work     re-grade on every save
  grade show              list the exercises (grade --help tells the rest)"""


def grade(argv: Sequence[str]) -> int:
    """Runs `grade SUBMISSION …` and returns its exit code. Raises GraderError."""
    arguments = _parser().parse_args(with_isolation(argv))
    if arguments.submission is None:
        if not _is_submission(Path.cwd(), arguments.course):
            _refuse_course(Path(), arguments.course)
            print(_FIRST_STEPS, file=sys.stderr)
            return EXIT_USAGE
        arguments.submission = "."
    if not arguments.format:
        return _grade(arguments, [], [])
    from grader.reports import formats, github

    wanted, output = formats.wanted(arguments.format), list[str]()
    in_log = any(one.name == "github" for one in wanted)
    with github.stopped(sys.stdout) if in_log else contextlib.nullcontext():
        code = exit_code_of(lambda: _grade(arguments, wanted, output))
    sys.stdout.write("".join(output))
    return code


def _is_submission(folder: Path, course: str | None) -> bool:
    """Whether any file that the course asks for lies in a folder. Raises GraderError."""
    from grader.origin.open_course import open_course

    return any((folder / name).is_file() for name in open_course(course).files)


def _refuse_course(folder: Path, course: Path | None) -> None:
    """Raises GraderError for a folder that holds a course, and nothing to grade."""
    from grader.base.shell import quoted
    from grader.base.text import escape_controls
    from grader.course.files import COURSE_FILE
    from grader.model import GraderError

    if (folder / COURSE_FILE).is_file() and course is None:
        name = escape_controls(quoted(str(folder)))
        raise GraderError(
            f"{escape_controls(str(folder))} holds a course, and nothing to grade: test it by `grade verify --course "
            f"{name}`, or grade by it with `grade SUBMISSION --course {name}`"
        )


def _refuse_nothing(submission: Submission, course: Course, arguments: argparse.Namespace) -> None:
    """Raises GraderError for an empty folder, and for one that holds a course instead. A tool that waits for a report
    gets one: with 0 points."""
    from grader.base.text import escape_controls
    from grader.model import GraderError

    folder = Path(arguments.submission)
    handed_in = not course.files.isdisjoint([*submission.files, *submission.unreadable])
    if handed_in or arguments.format or not folder.is_dir():
        return
    _refuse_course(folder, arguments.course)
    if not any(folder.iterdir()):
        raise GraderError(
            f"{escape_controls(arguments.submission)} is an empty folder: there is nothing to grade (`grade init DIR` "
            "copies the template into a new folder)"
        )


def _note_course_here() -> None:
    """Says that a course.yaml in the current folder is not used: it may be the student's, with an easy course."""
    from grader.course.files import COURSE_FILE

    if Path(COURSE_FILE).is_file():
        print(
            f"note: {COURSE_FILE} in this folder is not used, since a submission could bring its own course; to grade "
            "by it, add --course .",
            file=sys.stderr,
        )


def _parser() -> argparse.ArgumentParser:
    parser = command_parser(
        "grade", "Grade a submission: run its checks, print the results, write report.html and results.json.", _EPILOG
    )
    add = parser.add_argument
    add(
        "submission",
        nargs="?",
        help="a folder, a .py or .ipynb file, a .zip or .tar.gz archive, or REPO@REVISION; without it, the current "
        "folder, where that has files of the course",
    )
    add_out(parser)
    add_only(parser, "grade")
    add_verbose(parser)
    add(
        "--format",
        action="append",
        default=[],
        metavar="NAME[=FILE]",
        help="also write a report for another tool (classroom50, github, gradescope, junit, markdown); FILE may be - "
        "for the standard output; may be repeated",
    )
    add("--fail-under", type=percent, metavar="PERCENT", help="exit 0 if at least PERCENT is earned")
    add(
        "--seed",
        type=seed_and_inputs,
        default=(None, ""),
        metavar="N",
        help="draw the inputs from this seed (repeats an earlier run)",
    )
    add_course(parser)
    add_cpu_factor(parser)
    add(
        "--jobs",
        type=whole_number(0),
        default=1,
        metavar="N",
        help="0: start a new process for every worker, without forking",
    )
    add_isolation(parser)
    add("--version", action="version", version=f"autodiff-grader {__version__}")
    return parser


def _grade(arguments: argparse.Namespace, wanted: Sequence[FormatRequest], output: list[str]) -> int:
    """`output` receives what is to be printed on the standard output after everything else."""
    from grader.sandbox.open_sandbox import open_sandbox, require_isolation

    warm = arguments.jobs != 0
    gc.disable()  # what is imported and read now stays: looking through it again and again is a tenth of the start
    with contextlib.ExitStack() as stack:
        sandbox = stack.enter_context(contextlib.closing(open_sandbox(warm, arguments.isolation)))
        from grader.origin.open_course import open_course

        course = open_course(arguments.course, arguments.only)
        gc.freeze()
        gc.enable()
        if course.modules:
            again = open_sandbox(warm, arguments.isolation, course.modules)
            sandbox = stack.enter_context(contextlib.closing(again))
        if arguments.require_isolation is not None:
            require_isolation(sandbox, arguments.require_isolation)
        return _grade_in(sandbox, course, arguments, wanted, output)


def _grade_in(
    sandbox: Sandbox, course: Course, arguments: argparse.Namespace, wanted: Sequence[FormatRequest], output: list[str]
) -> int:
    from grader.judge import pipeline
    from grader.judge.environment import repeat_options
    from grader.model import Settings
    from grader.reports.terminal import Terminal
    from grader.sandbox.open_sandbox import isolation
    from grader.submission.reader import read_submission

    submission = read_submission(arguments.submission, course.files)
    _refuse_nothing(submission, course, arguments)
    if arguments.course is None:
        _note_course_here()
    pipeline.select(course, arguments.only)
    out = out_folder(arguments.out, Path(arguments.submission))
    seed, case = arguments.seed
    extra = repeat_options(arguments.course, arguments.cpu_factor)
    settings = Settings(tuple(arguments.only), seed, arguments.cpu_factor, extra, case)
    placed: list[Placed] = []
    if wanted:
        from grader.reports import formats

        placed = formats.placed(wanted, out, submission, course.files)
    alone = any(one.to_stdout and one.name != "github" for one in wanted)
    terminal = Terminal(sys.stderr if alone else sys.stdout, arguments.verbose)
    terminal.course(course)
    decide = _decisions(out, submission)
    report = pipeline.grade(course, submission, settings, sandbox, terminal.hear, decide=decide)

    from grader.base.atomic_write import written
    from grader.reports import attempts, html_report, json_report

    def write() -> list[Path]:
        page = html_report.write(report, out, attempts.record(report, out), only=arguments.only)
        return [page, json_report.write(report, out)]

    html, _ = written(out, write)
    if placed:
        output.append(formats.write(report, submission, placed))
    last_lines = [isolation(sandbox).summary, f"report: {html}"]
    last_lines += [f"{one.name}: {one.path}" for one in placed if one.path]
    last_lines += [] if arguments.fail_under is None else [_compared(report, arguments.fail_under)]
    terminal.summary(report, last_lines)
    return exit_code(report, arguments.fail_under)


def _decisions(out: Path, submission: Submission) -> Decide:
    """What applies the decisions that a person made on earlier reports of this submission in the same folder."""
    from functools import partial

    from grader.base.text import escape_controls
    from grader.review import store
    from grader.review.decision import decided, of_submission

    name = escape_controls(submission.name)
    kept = store.load(out)
    others = sorted({decision.submission for decision in kept} - {name})
    if others:
        print(
            f"note: {out / store.NAME} has decisions on {escape_controls(', '.join(others))}, not on {name}: they are "
            "not applied; use another --out to keep the reports apart",
            file=sys.stderr,
        )
    return partial(decided, decisions=of_submission(kept, name))


def exit_code(report: Report, least: float | None = None) -> int:
    """3 where the grader itself failed, 0 for `least` percent of the points (all required ones), else 1."""
    from grader.model import Verdict

    checks = [check for exercise in report.exercises for check in exercise.checks]
    if any(check.status is Verdict.JUDGE_ERROR for check in checks):
        return EXIT_JUDGE
    return EXIT_OK if _reaches(report, 100.0 if least is None else least) else EXIT_LOST


def _reaches(report: Report, least: float) -> bool:
    from grader.base.text import POINTS_ROUNDING

    return report.score >= report.max_score * least / 100 - POINTS_ROUNDING


def _compared(report: Report, least: float) -> str:
    """What --fail-under compares, in one line. A share is rounded down: 79.999 % is not shown as 80."""
    from grader.base.text import points

    share = 100 * report.score / report.max_score if report.max_score else 100.0
    # A little is added first: 81.25 % may be computed as 81.2499999999.
    shown = math.floor(share * 100 + 1e-7) / 100
    passes = "reached" if _reaches(report, least) else "not reached"
    return (
        f"--fail-under {least:g} is {passes}: {points(report.score)} of {points(report.max_score)} points are "
        f"{shown:g} %"
    )

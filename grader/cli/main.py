"""The command line: parse, call, exit code. Everything heavy is imported after the arguments are understood."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader import __version__
from grader.cli.options import (
    EXIT_ALL,
    EXIT_INTERRUPTED,
    EXIT_JUDGE,
    EXIT_LOST,
    EXIT_USAGE,
    add_course,
    add_isolation,
    factor,
    folder,
    lasting_output,
    left_out,
    no_windows,
    out_folder,
    percent,
    seed,
    with_isolation,
)

if TYPE_CHECKING:
    from grader.judge.pipeline import Decide
    from grader.model import Course, Report, Submission
    from grader.reports.formats import FormatRequest, Placed
    from grader.sandbox.source import Sandbox

_EPILOG = """\
other commands:
  grade batch FOLDER --out DIR a whole class: reports, gradebook, what the class did not understand
  grade watch DIR              judges again on every save what it touches
  grade init DIR               a fresh copy of the template, to be filled in
  grade show [ID]              what is asked, in all or in one exercise
  grade pack DIR               the course for students' machines, without keys of written answers
  grade review export FOLDER   what waits for a person, as a sheet (also: import, set)
  grade diff A B               whose score moved between two runs, on which check, and why
  grade verify                 the course checks itself (for authors)
  grade doctor                 how this machine confines student code, and what is left open
(a folder that is called like a command is given as ./init)

examples:
  grade .                      grade the folder you are in
  grade . --only 2.5           one exercise alone
  grade alice --out /tmp/r     write the report elsewhere
  grade . --format junit       a report for another tool as well

exit codes: 0 every required point that needs no person, 1 points lost (with --fail-under: too many of them) or
in answers that cannot be read, 2 wrong usage or an error in the course,
3 the grader itself failed somewhere, 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # the judge's arrays are small: threads only cost time to start
    given = list(sys.argv[1:] if argv is None else argv)
    if given[:1] == ["watch"]:  # which ends where nobody looks at it any more
        return _answered(lambda: _run(given))
    with lasting_output():
        return _answered(lambda: _run(given))


def _answered(act: Callable[[], int]) -> int:
    """The exit code of an action; what went wrong is told in words."""
    from grader.model import GraderError

    try:
        return act()
    except GraderError as error:
        text = str(error)
        print(text if text.startswith("error: ") else f"error: {text}", file=sys.stderr)
        return EXIT_USAGE
    except KeyboardInterrupt:
        from grader import words

        print(f"\n{words.INTERRUPTED}", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has seen enough: no word more
        return EXIT_ALL
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_USAGE
    except Exception as error:
        return _bug(error)


def _run(given: list[str]) -> int:
    if given and given[0] in COMMANDS:
        if given[0] in RUN_CODE and not {"-h", "--help"} & {*given}:
            no_windows()
        return COMMANDS[given[0]](given[1:])
    _guess(given)
    arguments = _parser().parse_args(with_isolation(given))
    no_windows()
    if not arguments.format:
        return _grade(arguments, [], [])
    from grader.reports import formats, github

    wanted, output = formats.wanted(arguments.format), list[str]()
    in_log = any(one.name == "github" for one in wanted)
    with github.stopped(sys.stdout) if in_log else contextlib.nullcontext():
        code = _answered(lambda: _grade(arguments, wanted, output))
    sys.stdout.write("".join(output))
    return code


def _guess(given: Sequence[str]) -> None:
    """Raises GraderError for a command that is mistyped: a name of nothing that is there, close to a command."""
    name = given[0] if given else ""
    if name[:1] in ("", "-", ".") or os.path.lexists(name):
        return
    import difflib

    close = difflib.get_close_matches(name.lower(), COMMANDS, 1, 0.7)
    if close:
        from grader.base.text import escape_controls
        from grader.model import GraderError

        raise GraderError(
            f"there is no {escape_controls(name)}, neither a file nor a command; did you mean `grade {close[0]}`?"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="grade",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Grade a submission: run its checks, print what was found, write report.html and results.json.",
    )
    add = parser.add_argument
    add("submission", help="what was handed in: a folder, a .py or .ipynb, a .zip or .tar.gz, or REPO@REVISION")
    add("--out", type=Path, metavar="DIR", help="where reports go (default: ./grade-report)")
    add("--only", action="append", default=[], metavar="ID", help="grade this exercise alone; may be repeated")
    add("--format", action="append", default=[], metavar="NAME[=FILE]", help="a report for another tool (classroom50, "
        "github, gradescope, junit, markdown), into FILE (-: standard output); may be repeated")  # fmt: skip
    add("--fail-under", type=percent, metavar="PERCENT", help="exit with 0 from this share of the points on")
    add("--seed", type=seed, default=(None, ""), metavar="N", help="draw the inputs of this seed, to repeat a run")
    add_course(parser)
    add("--cpu-factor", type=factor, default=1.0, metavar="X", help="stretch every time limit X times")
    add("--jobs", type=int, default=1, metavar="N", help="0: a fresh process for every worker instead of a fork")
    add_isolation(parser)
    add("--version", action="version", version=f"autodiff-grader {__version__}")
    return parser


def _show(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="grade show", description="Print what is asked.")
    parser.add_argument("id", nargs="?", help="one exercise; all are listed without it")
    add_course(parser)
    arguments = parser.parse_args(argv)
    from grader.course.load import load_course, packaged_course
    from grader.judge.pipeline import select
    from grader.reports import task

    course = load_course(arguments.course or packaged_course())
    exercises = select(course, [arguments.id] if arguments.id else [])
    sys.stdout.write(task.one(exercises[0]) if arguments.id else task.listing(course))
    return EXIT_ALL


def _init(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="grade init", description="Make a fresh copy of the template.")
    parser.add_argument("folder", type=folder, metavar="DIR", help="a folder that is new or empty")
    add_course(parser)
    arguments = parser.parse_args(argv)
    from grader.course.load import load_course, packaged_course
    from grader.course.template import copy_template, unready

    course = load_course(arguments.course or packaged_course())
    for path in copy_template(course, arguments.folder):
        print(path)
    for note in left_out(unready(course)):
        print(note, file=sys.stderr)
    return EXIT_ALL


def _verify(argv: Sequence[str]) -> int:
    from grader.cli.verify import verify

    return verify(argv)


def _pack(argv: Sequence[str]) -> int:
    from grader.cli.pack import pack

    return pack(argv)


def _review(argv: Sequence[str]) -> int:
    from grader.cli.review import review

    return review(argv)


def _batch(argv: Sequence[str]) -> int:
    from grader.cli.batch import batch

    return batch(argv)


def _doctor(argv: Sequence[str]) -> int:
    from grader.cli.doctor import doctor

    return doctor(argv)


def _diff(argv: Sequence[str]) -> int:
    from grader.cli.diff import diff

    return diff(argv)


def _watch(argv: Sequence[str]) -> int:
    from grader.cli.watch import watch

    return watch(argv)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "batch": _batch,
    "diff": _diff,
    "doctor": _doctor,
    "init": _init,
    "pack": _pack,
    "review": _review,
    "show": _show,
    "verify": _verify,
    "watch": _watch,
}
RUN_CODE = {"batch", "doctor", "verify", "watch"}  # and `grade SUBMISSION`


def _grade(arguments: argparse.Namespace, wanted: Sequence[FormatRequest], output: list[str]) -> int:
    """`output` takes what is to stand on the standard output after everything else."""
    from grader.sandbox.open_sandbox import open_sandbox

    warm = arguments.jobs != 0
    gc.disable()  # what is imported and read now stays: looking through it again and again is a tenth of the start
    with contextlib.ExitStack() as stack:
        sandbox = stack.enter_context(contextlib.closing(open_sandbox(warm, arguments.isolation)))
        from grader.course.load import load_course, packaged_course

        course = load_course(arguments.course or packaged_course())
        gc.freeze()
        gc.enable()
        if course.modules:
            again = open_sandbox(warm, arguments.isolation, course.modules)
            sandbox = stack.enter_context(contextlib.closing(again))
        if arguments.require_isolation is not None:
            from grader.sandbox.open_sandbox import require_isolation

            require_isolation(sandbox, arguments.require_isolation)
        return _grade_in(sandbox, course, arguments, wanted, output)


def _grade_in(
    sandbox: Sandbox, course: Course, arguments: argparse.Namespace, wanted: Sequence[FormatRequest], output: list[str]
) -> int:
    from grader import words
    from grader.judge import pipeline
    from grader.judge.environment import repeat_options
    from grader.model import Settings
    from grader.reports.terminal import Terminal
    from grader.submission.reader import read_submission

    pipeline.select(course, arguments.only)
    submission = read_submission(arguments.submission, course.files)
    out = out_folder(arguments.out, Path(arguments.submission))
    number, case = arguments.seed
    again = repeat_options(arguments.course, arguments.cpu_factor)
    settings = Settings(tuple(arguments.only), number, arguments.cpu_factor, again, case)
    placed: list[Placed] = []
    if wanted:
        from grader.reports import formats

        placed = formats.placed(wanted, out, submission, course.files)
    alone = any(one.to_stdout and one.name != "github" for one in wanted)
    terminal = Terminal(sys.stderr if alone else sys.stdout)
    decide = _decisions(out, submission)
    report = pipeline.grade(course, submission, settings, sandbox, terminal.hear, decide=decide)

    from grader.base.atomic_write import written
    from grader.reports import html_report, json_report

    paths = written(out, lambda: [html_report.write(report, out), json_report.write(report, out)])
    if placed:
        output.append(formats.write(report, submission, placed))
    told = [f"isolation: {report.isolation}", words.REPORT_AT.format(path=paths[0])]
    told += [f"{one.name}: {one.path}" for one in placed if one.path]
    told += [] if arguments.fail_under is None else [compared(report, arguments.fail_under)]
    terminal.summary(report, told)
    return exit_code(report, arguments.fail_under)


def _decisions(out: Path, submission: Submission) -> Decide:
    """What puts in the decisions that a person made on earlier reports of this submission in the same folder."""
    from functools import partial

    from grader.base.text import escape_controls
    from grader.review import store
    from grader.review.decision import decided, of_submission

    name = escape_controls(submission.name)
    kept = store.load(out)
    others = sorted({decision.submission for decision in kept} - {name})
    if others:
        text = (
            f"{out / store.NAME} decides on {escape_controls(', '.join(others))}, not on {name}: none of that "
            "is applied (another --out keeps them apart)"
        )
        print(f"note: {text}", file=sys.stderr)
    return partial(decided, decisions=of_submission(kept, name))


def exit_code(report: Report, due: float | None = None) -> int:
    """0 for every decidable required point (for `due` per cent of them), else 1; 3 where the grader itself failed."""
    from grader.model import Verdict

    checks = [check for exercise in report.exercises for check in exercise.checks]
    if any(check.status is Verdict.JUDGE_ERROR for check in checks):
        return EXIT_JUDGE
    return EXIT_ALL if _reaches(report, 100.0 if due is None else due) else EXIT_LOST


def _reaches(report: Report, due: float) -> bool:
    return report.score >= report.max_score * due / 100 - 1e-9


def compared(report: Report, due: float) -> str:
    """What --fail-under compares, in one line. A share is rounded down: 79.999 % is not shown as 80."""
    import math

    from grader import words
    from grader.base.text import points

    share = 100 * report.score / report.max_score if report.max_score else 100.0
    text = words.ENOUGH if _reaches(report, due) else words.NOT_ENOUGH
    earned = {"score": points(report.score), "max": points(report.max_score)}
    return text.format(**earned, share=f"{math.floor(share * 100 + 1e-7) / 100:g}", due=f"{due:g}")


def _bug(error: Exception) -> int:
    import tempfile
    import traceback

    from grader import words

    with tempfile.NamedTemporaryFile("w", prefix="grade-bug-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write(f"autodiff-grader {__version__}, Python {sys.version}\n\n")
        traceback.print_exception(error, file=file)
    print(words.BUG.format(what=f"{type(error).__name__}: {error}", path=file.name), file=sys.stderr)
    return EXIT_JUDGE

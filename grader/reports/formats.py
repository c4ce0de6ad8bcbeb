"""The reports for other tools, by name; a new format is one module and one line here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timezone
from pathlib import Path

from grader.base.atomic_write import whole_file
from grader.base.text import did_you_mean, escape_controls
from grader.model import GraderError, Report, Submission
from grader.model.dataclass import dataclass
from grader.reports import classroom50, github, gradescope, html_report, json_report, junit, markdown

STDOUT = "-"


@dataclass(frozen=True)
class Format:
    """`text` makes the report; `file` is its default file ("-": the standard output); `also` is what else is done,
    which may raise OSError."""

    text: Callable[[Report, Submission, datetime], str]
    file: str
    also: Callable[[Report], None] = lambda report: None


FORMATS: dict[str, Format] = {
    "classroom50": Format(classroom50.text, "result.json"),
    "github": Format(github.text, STDOUT, github.summarize),
    "gradescope": Format(gradescope.text, "gradescope.json"),
    "junit": Format(junit.text, "junit.xml"),
    "markdown": Format(markdown.text, "report.md"),
}


@dataclass(frozen=True)
class FormatRequest:
    """One `--format NAME[=FILE]` as it was typed; no file means the format's own."""

    name: str
    file: str = ""

    @property
    def to_stdout(self) -> bool:
        """Whether it goes to the standard output."""
        return (self.file or FORMATS[self.name].file) == STDOUT


@dataclass(frozen=True)
class Placed:
    """A wanted format and the path it will be written to, None for the standard output."""

    name: str
    path: Path | None


def wanted(options: Sequence[str]) -> list[FormatRequest]:
    """The requested formats. Raises GraderError for an unknown one, a missing file, or two to the standard output."""
    found = []
    for option in options:
        name, equals, file = option.partition("=")
        if name not in FORMATS:
            guess = did_you_mean(name, FORMATS)
            raise GraderError(f"unknown report format {name!r}{guess} (formats: {', '.join(FORMATS)})")
        if equals and not file:
            raise GraderError(f"--format {name}= has no file: write --format {name}=FILE, or --format {name}")
        found.append(FormatRequest(name, file))
    to_stdout = [one for one in found if one.to_stdout]
    if len(to_stdout) > 1:
        raise GraderError(
            f"only one format can go to the standard output: write --format {to_stdout[-1].name}=FILE for the others"
        )
    return found


def placed(formats: Sequence[FormatRequest], out: Path, submission: Submission, files: Collection[str]) -> list[Placed]:
    """The path of each; files of an earlier run are removed, so that a run that fails leaves no older grade.

    Raises GraderError where two share a file, or where a file cannot be written or is one of the exercises' `files`.
    """
    taken = {out.resolve() / html_report.NAME, out.resolve() / json_report.NAME}
    handed_in = {(Path(submission.path) / file).resolve() for file in files} | {Path(submission.path).resolve()}
    found = []
    for one in formats:
        if one.to_stdout:
            found.append(Placed(one.name, None))
            continue
        path = Path(one.file) if one.file else out / FORMATS[one.name].file
        if path.resolve() in handed_in:
            raise GraderError(f"{path} is a file of the submission: write the {one.name} report to another path")
        place = path.parent.resolve() / path.name  # a link there is replaced, so its target does not matter
        if place in taken:
            raise GraderError(
                f"{path} would be written twice: give each format its own file, as in --format {one.name}=FILE"
            )
        taken.add(place)
        found.append(Placed(one.name, path))
    for each in found:
        if each.path is not None:
            _made_free(each.path, each.name)
    return found


def write(report: Report, submission: Submission, formats: Sequence[Placed]) -> str:
    """Writes the reports into their files; returns the text for the standard output. Raises GraderError."""
    now = datetime.now(timezone.utc)
    output = []
    for one in formats:
        made = FORMATS[one.name].text(report, submission, now)
        try:
            if one.path is None:
                output.append(made)
            else:
                whole_file(one.path, made)
            FORMATS[one.name].also(report)
        except OSError as error:
            raise _unwritable(one.path or Path(error.filename or STDOUT), one.name, error) from None
    return "".join(output)


def _made_free(path: Path, name: str) -> None:
    system = path.absolute().parts[1:2] in (("dev",), ("proc",), ("sys",))
    try:
        if system or (path.exists() and not path.is_file()):  # a device or a pipe would be replaced by a file
            raise GraderError(
                f"{escape_controls(str(path))} is not a regular file: give the {name} report a file, or - for the "
                "standard output"
            )
        whole_file(path, "")  # a link there is replaced, never followed
        path.unlink()
    except OSError as error:
        raise _unwritable(path, name, error) from None


def _unwritable(path: Path, name: str, error: OSError) -> GraderError:
    return GraderError(
        f"cannot write {escape_controls(str(path))}: {error.strerror or error}; name another file, as in "
        f"--format {name}=FILE"
    )

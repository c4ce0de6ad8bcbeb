"""The sheet that points are typed into, written and read: CSV that survives a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from grader.base.csv_table import CsvTable, csv_text, open_table, two_columns
from grader.base.rounded_ids import refuse_rounded
from grader.base.text import enumerate_names, points
from grader.model import CheckResult, ExerciseResult, GraderError, Report, Verdict
from grader.model.dataclass import dataclass

COLUMNS = (
    "report", "submission", "exercise", "check", "claim", "answer", "points", "max", "comment", "digest", "folder",
)  # fmt: skip
NEEDED = ("report", "exercise", "check", "points", "digest")
# Excel and LibreOffice cut a cell at 32,767 characters; quotes before formulas and the mark of a cut need some room.
MAX_CELL = 32_000
# A spreadsheet may save digits alone as another number.
DIGEST = "sha:"


@dataclass(frozen=True)
class ReviewRow:
    """One row as a person left it; `line` is where it begins, `folder` and `report` say where the report is."""

    line: int
    folder: str
    report: str
    exercise: str
    check: str
    points: str
    comment: str
    digest: str


def sheet(folder: Path, reports: Iterable[tuple[Path, Report]], everything: bool) -> tuple[str, int]:
    """The text of a sheet with one row per check that is not marked yet (`everything`: per check), and their number.

    `reports` come with their folders. Only checks that are worth points have a row.
    """
    rows = [
        [*_cells(folder, path, report, exercise, check)]
        for path, report in reports
        for exercise in report.exercises
        for check in exercise.checks
        if check.max_score and (everything or check.status is Verdict.NEEDS_REVIEW)
    ]
    return csv_text([COLUMNS, *rows]), len(rows)


def read_sheet(path: Path) -> list[ReviewRow]:
    """The rows of a sheet that are not blank. Raises GraderError with the place of the first mistake."""
    table = open_table(path, remedy="make one with `grade review export`")
    columns = _columns(path, table)
    refuse_rounded(table, [columns[name] for name in NEEDED if name != "points"])
    return [_row(line.number, {name: line.raw(at) for name, at in columns.items()}) for line in table.people]


def _cells(folder: Path, path: Path, report: Report, exercise: ExerciseResult, check: CheckResult) -> Iterator[str]:
    answer = check.evidence.answer or check.evidence.yours
    yield _as_path(path.relative_to(folder))
    yield report.submission["name"]
    yield f"{exercise.id} {exercise.title}"
    yield check.id
    yield check.claim
    yield answer if len(answer) <= MAX_CELL else f"{answer[:MAX_CELL]} …"
    yield ""
    yield points(check.max_score)
    yield ""
    yield DIGEST + check.digest
    yield _as_path(folder)


def _as_path(path: PurePath) -> str:
    """A path that no spreadsheet takes for a number or a date, as it would 0042."""
    text = path.as_posix()
    return text if path.is_absolute() or text.startswith(".") else f"./{text}"


def _columns(path: Path, table: CsvTable) -> dict[str, int]:
    """The places of the known columns; others are ignored."""
    names = [name.lower() for name in table.head]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise GraderError(
            f"{path}:{table.first}: the first row must name the columns {enumerate_names(NEEDED)}; missing: "
            f"{', '.join(missing)}"
        )
    for name in COLUMNS:
        if names.count(name) > 1:
            raise two_columns(table, name)
    return {name: names.index(name) for name in COLUMNS if name in names}


def _row(line: int, cells: dict[str, str]) -> ReviewRow:
    plain = {name: re.sub(r"\A'(?=[=+\-@])", "", cell.strip()) for name, cell in cells.items()}
    return ReviewRow(
        line, cells.get("folder", ""), cells["report"], (plain["exercise"].split() or [""])[0],
        plain["check"], plain["points"], plain.get("comment", ""), plain["digest"].removeprefix(DIGEST),
    )  # fmt: skip

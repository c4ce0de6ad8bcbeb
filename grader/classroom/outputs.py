"""The files of a class's run besides the reports: class page, gradebook, sheets for learning platforms; its summary."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader import __version__
from grader.base.atomic_write import new_file, whole_file
from grader.base.shell import quoted
from grader.base.text import abbreviate, escape_controls, plural
from grader.classroom.gradebook import canvas, gradebook_csv, moodle
from grader.classroom.model import EXCUSED, ClassRow, Filled, Status
from grader.classroom.page import class_page
from grader.classroom.page.statistics import ClassCheck, ClassExercise, ClassPage, Student
from grader.classroom.people.copies import Copies
from grader.classroom.people.matching import Owners
from grader.classroom.run.final_points import FinalPoints
from grader.classroom.run.grade_class import GradeStatus
from grader.classroom.run.store import NAME as DATABASE
from grader.classroom.run.store import Store
from grader.classroom.run.summary import marks_from_text
from grader.model import Course, GraderError
from grader.model.dataclass import dataclass

ANONYMOUS = "gradebook-anonymous.csv"
FEEDBACK = "moodle-feedback.zip"
FEW = 8  # names in one line


@dataclass(frozen=True)
class PlatformSheet:
    """A sheet to fill in, exported from `canvas` (where `assignment` names the column) or `moodle`.

    `mark` makes the name of its filled copy unique among several sheets; `feedback` is the name of its zip.
    """

    platform: str
    path: Path
    assignment: str = ""
    mark: str = ""
    feedback: str = FEEDBACK


def sheets(texts: Iterable[str], assignment: str) -> list[PlatformSheet]:
    """The sheets named by `canvas=FILE` and `moodle=FILE`, with unique names for the results. Raises GraderError."""
    found: list[PlatformSheet] = []
    for text in texts:
        one, taken = _sheet(text, assignment), {name.casefold() for other in found for name in _names(other)}
        number = 1
        while taken & {name.casefold() for name in _names(one)}:
            number += 1
            one = replace(one, mark=f"-{number}")
        before = sum(other.platform == "moodle" for other in found)
        if before and one.platform == "moodle":
            one = replace(one, feedback=f"{Path(FEEDBACK).stem}-{before + 1}.zip")
        found.append(one)
    return found


def reserved_names(sheets: Sequence[PlatformSheet]) -> set[str]:
    """The names of the results' own files, also those that a database creates; no submission may have one."""
    database = {DATABASE + end for end in ("", "-wal", "-shm", "-journal")}
    filled = {name for sheet in sheets for name in (*_names(sheet), sheet.feedback)}
    return {class_page.NAME, gradebook_csv.NAME, ANONYMOUS, FEEDBACK, *database, *filled}


def write_page(
    course: Course,
    finals: Sequence[FinalPoints],
    store: Store,
    rows: Sequence[ClassRow],
    owners: Owners,
    out: Path,
    pass_mark: float | None = None,
) -> Path:
    """Writes index.html, with a row for each submission, and for each person who submitted nothing; `pass_mark` is a
    share of the required points."""
    page = ClassPage(
        course.full_title, _exercises(course), _students(course, finals, store, rows, owners), isolation(finals),
        datetime.datetime.now().astimezone().isoformat(" ", "minutes"), __version__, pass_mark,
    )  # fmt: skip
    return class_page.write(page, out)


def isolation(finals: Sequence[FinalPoints]) -> str:
    """Every way in which student code was sandboxed."""
    return "; ".join(sorted({final.isolation for final in finals if final.isolation}))


def write_gradebook(rows: Sequence[ClassRow], out: Path) -> Path:
    """Writes gradebook.csv."""
    return whole_file(out / gradebook_csv.NAME, gradebook_csv.gradebook(rows))


def write_anonymous(rows: Sequence[ClassRow], out: Path) -> Path:
    """Writes the gradebook without names."""
    return whole_file(out / ANONYMOUS, gradebook_csv.anonymous(rows))


def filled(sheet: PlatformSheet, rows: Sequence[ClassRow]) -> Filled:
    """The sheet with the grades filled in, as text. Raises GraderError for a sheet that cannot be filled in."""
    if sheet.platform == "canvas":
        return canvas.fill(sheet.path, sheet.assignment, rows)
    return moodle.fill(moodle.open_worksheet(sheet.path), rows)


def write_filled(sheet: PlatformSheet, found: Filled, out: Path) -> Path:
    """Writes the filled copy into `out`, never over the original."""
    path, other = (out / name for name in _names(sheet))
    if path.resolve() == sheet.path.resolve():
        path = other
    with new_file(path) as file:
        file.write(found.text.encode("utf-8"))  # its line ends are the sheet's own
    return path


def write_feedback(sheet: PlatformSheet, rows: Sequence[ClassRow], links: Mapping[str, str], out: Path) -> Path:
    """Writes the zip of reports for Moodle; `links` are the reports' paths by the row's name."""
    path = out / sheet.feedback
    with new_file(path) as file:
        moodle.feedback_zip(moodle.open_worksheet(sheet.path), rows, _Reports(out, links), file)
    return path


def upload_notes(path: Path, found: Filled) -> Iterator[str]:
    """What an instructor should know about a filled sheet before uploading it."""
    yield f"{escape_controls(str(path))}: {plural(found.filled, 'grade')} filled in"
    if found.pending:
        yield f"{len(found.pending)} of them with points that are not marked yet"
    if found.replaced:
        yield f"{len(found.replaced)} of them in place of a different grade: {few(found.replaced)}"
    if found.locked:
        yield f"{len(found.locked)} not filled in because the grade cannot be changed: {few(found.locked)}"
    if found.unknown:
        yield f"graded, but not in the sheet: {few(found.unknown)}"
    if found.without:
        yield f"in the sheet, but without a grade here: {few(found.without)}"
    if found.by_name:
        yield f"matched by name only: {few(found.by_name)}"
    for what in found.kept:
        yield f"left unchanged: {what}"
    yield from found.notes


def summary(
    outcomes: Mapping[str, GradeStatus], rows: Sequence[ClassRow], out: Path, gone: int, alike: Sequence[Copies]
) -> Iterator[str]:
    """A class's run in a few lines; `gone` counts submissions of earlier runs that are no longer in the folder."""
    graded = [one for one in outcomes.values() if one.status is Status.GRADED]
    reused = sum(one.reused for one in graded)
    yield f"{plural(len(outcomes), 'submission')}: {len(graded) - reused} graded, {reused} unchanged (reused)"
    for what, status in (("could not be read", Status.UNREADABLE), ("not graded: the grader failed", Status.FAILED)):
        names = [name for name, one in outcomes.items() if one.status is status]
        if names:
            yield f"{len(names)} {what}: {few(names)}"
            yield from (
                f"  {escape_controls(name)}: {escape_controls(' '.join(outcomes[name].notes))}" for name in names[:FEW]
            )
    nothing = [row.shown_name for row in rows if row.status is Status.NOTHING]
    if nothing:
        yield f"{plural(len(nothing), 'person', 'people')} on the roster submitted nothing: {few(nothing)}"
    excused = [row.shown_name for row in rows if row.person is not None and row.person.excused]
    if excused:
        yield f"{len(excused)} excused: {few(excused)}"
    pending = len({row.name for row in rows if row.pending > 0})
    if pending:
        command = f"grade review export {quoted(str(out))}"
        yield f"{plural(pending, 'submission')} with points that are not marked yet: `{command}`"
    for one in alike[:FEW]:
        yield f"identical: {few(one.names)}"
    if gone:
        yield (
            f"{plural(gone, 'submission')} of earlier runs no longer in the folder: kept in class.sqlite, not in the "
            "gradebook"
        )


def few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    return abbreviate(names, FEW)


def _sheet(text: str, assignment: str) -> PlatformSheet:
    platform, equals, path = text.partition("=")
    if platform not in ("canvas", "moodle") or not equals or not path:
        raise GraderError(f"--gradebook must be canvas=FILE or moodle=FILE, not {escape_controls(text)!r}")
    if platform == "canvas" and not assignment:
        raise GraderError("--gradebook canvas=FILE also needs --assignment: the assignment's title or number in Canvas")
    return PlatformSheet(platform, Path(path), assignment)


def _names(sheet: PlatformSheet) -> tuple[str, str]:
    """The name of the filled copy, and another one in case that is the original."""
    name = f"{sheet.path.stem}{sheet.mark}{sheet.path.suffix}"
    return f"{sheet.platform}-{name}", f"{sheet.platform}-filled-{name}"


class _Reports(Mapping[str, bytes]):
    """Reports by name, each read when it is needed."""

    def __init__(self, out: Path, links: Mapping[str, str]) -> None:
        self._out, self._links = out, links

    def __getitem__(self, name: str) -> bytes:
        return (self._out / self._links[name]).read_bytes()

    def __contains__(self, name: object) -> bool:
        return bool(self._links.get(str(name)))

    def __iter__(self) -> Iterator[str]:
        return (name for name, link in self._links.items() if link)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _exercises(course: Course) -> tuple[ClassExercise, ...]:
    return tuple(
        ClassExercise(
            one.id, one.title,
            tuple(ClassCheck(check.id, check.claim, check.points, check.advisory) for check in one.checks),
            one.bonus, {variant.id: variant.hint for variant in one.wrong if variant.hint},
        )
        for one in course.exercises
    )  # fmt: skip


def _students(
    course: Course, finals: Iterable[FinalPoints], store: Store, rows: Iterable[ClassRow], owners: Owners
) -> Iterator[Student]:
    """The rows of the class page; the marks are read from the store one by one."""
    checks = [(exercise.id, check.id) for exercise in course.exercises for check in exercise.checks]
    for final in finals:
        row, members = final.row, owners.get(final.row.name, ())
        excused = bool(members) and all(person.excused for person in members)
        kept = marks_from_text(store.marks(row.name, row.attempt)) if final.link else {}
        marks = tuple(kept[check] for check in checks if check in kept)
        yield Student(
            ", ".join(person.name or person.id for person in members) or row.shown_name,
            final.link, row.score, row.max_score, row.bonus, row.pending, row.late_seconds > 0, _notes(row, excused),
            marks if len(marks) == len(checks) else (), row.penalty, None if excused else row.final, True, row.unread,
            max(1, len(members)),
        )  # fmt: skip
    for row in rows:
        if row.status is Status.NOTHING:
            excused = row.person is not None and row.person.excused
            yield Student(
                row.shown_name, "", 0.0, 0.0, 0.0, 0.0, False, _notes(row, excused), (), handed_in=False,
                people=int(not excused),
            )  # fmt: skip


def _notes(row: ClassRow, excused: bool) -> tuple[str, ...]:
    status = [] if row.status is Status.GRADED else [row.status.value]
    return *status, *([EXCUSED] if excused else []), *row.notes

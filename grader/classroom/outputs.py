"""What a class's run leaves besides the reports: the class page, the gradebook, sheets for learning platforms."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader import __version__, words
from grader.base.atomic_write import new_file, whole_file
from grader.base.text import abbreviate, escape_controls
from grader.classroom.gradebook import canvas, gradebook_csv, moodle
from grader.classroom.model import ClassRow, Filled, HandedIn, Person, Status
from grader.classroom.page import class_page
from grader.classroom.page.statistics import ClassPage, Student
from grader.classroom.people.copies import Copies
from grader.classroom.people.matching import Owners, class_rows
from grader.classroom.run.final_points import FinalPoints, exercises, students
from grader.classroom.run.grade_class import GradeStatus
from grader.classroom.run.store import NAME as DATABASE
from grader.classroom.run.store import Store
from grader.model import Course, GraderError

ANONYMOUS = "gradebook-anonymous.csv"
FEEDBACK = "moodle-feedback.zip"
FEW = 8


@dataclass(frozen=True)
class FilledSheet:
    """An instructor's own sheet to be filled in: of `canvas`, where `assignment` names the column, or of `moodle`.

    `mark` tells its filled copy apart from that of another sheet of this name; `feedback` is the zip for it.
    """

    platform: str
    path: Path
    assignment: str = ""
    mark: str = ""
    feedback: str = FEEDBACK


def own_names(sheets: Sequence[FilledSheet]) -> set[str]:
    """The names of the results' own files, and of those that a database has beside it: no submission may have one."""
    database = {DATABASE + end for end in ("", "-wal", "-shm", "-journal")}
    filled = {name for sheet in sheets for name in _names(sheet)}
    zips = {sheet.feedback for sheet in sheets}
    return {class_page.NAME, gradebook_csv.NAME, ANONYMOUS, FEEDBACK, *zips, *database, *filled}


def lines(standings: Sequence[FinalPoints], owners: Owners, people: Sequence[Person]) -> list[ClassRow]:
    """The gradebook's lines: a line for each submission and person, and one for each who handed in nothing."""
    return class_rows([standing.row for standing in standings], owners, people)


def expected(handed: Iterable[HandedIn], owners: Owners, people: Sequence[Person]) -> list[ClassRow]:
    """The gradebook's lines before anything is judged: whom a sheet does not fit is told before the grading."""
    return class_rows([ClassRow(one.name, lms_id=one.id) for one in handed], owners, people)


def write_page(
    course: Course, standings: Sequence[FinalPoints], store: Store, rows: Sequence[ClassRow], owners: Owners, out: Path
) -> Path:
    """Writes index.html: a line for each submission, and for each person who handed in nothing."""
    page = ClassPage(
        course.title, exercises(course), _students(course, standings, store, rows, owners), isolation(standings),
        datetime.datetime.now().astimezone().isoformat(" ", "minutes"), __version__,
    )  # fmt: skip
    return class_page.write(page, out)


def isolation(standings: Sequence[FinalPoints]) -> str:
    """Every way in which student code was confined."""
    return "; ".join(sorted({standing.isolation for standing in standings if standing.isolation}))


def write_gradebook(rows: Sequence[ClassRow], out: Path) -> Path:
    """Writes gradebook.csv."""
    return whole_file(out / gradebook_csv.NAME, gradebook_csv.gradebook(rows))


def write_anonymous(rows: Sequence[ClassRow], out: Path) -> Path:
    """Writes the gradebook that names nobody."""
    return whole_file(out / ANONYMOUS, gradebook_csv.anonymous(rows))


def filled(sheet: FilledSheet, rows: Sequence[ClassRow]) -> Filled:
    """The sheet with the grades in it, as text. Raises GraderError for a sheet that cannot be filled in."""
    if sheet.platform == "canvas":
        return canvas.fill(sheet.path, sheet.assignment, rows)
    return moodle.fill(moodle.open_worksheet(sheet.path), rows)


def write_filled(sheet: FilledSheet, found: Filled, out: Path) -> Path:
    """Writes the filled sheet beside the other results, never over the instructor's own."""
    path, other = (out / name for name in _names(sheet))
    if path.resolve() == sheet.path.resolve():
        path = other
    with new_file(path) as file:
        file.write(found.text.encode("utf-8"))  # its line ends are the sheet's own
    return path


def write_feedback(sheet: FilledSheet, rows: Sequence[ClassRow], links: Mapping[str, str], out: Path) -> Path:
    """Writes the zip of reports that Moodle takes; `links` are the reports' paths by the row's name."""
    path = out / sheet.feedback
    with new_file(path) as file:
        moodle.feedback_zip(moodle.open_worksheet(sheet.path), rows, _Reports(out, links), file)
    return path


def told(path: Path, found: Filled) -> Iterator[str]:
    """What a person should know of a filled sheet before it is uploaded."""
    yield f"{escape_controls(str(path))}: {found.filled} grade{'' if found.filled == 1 else 's'} filled in"
    if found.pending:
        yield f"{len(found.pending)} of them while points still wait for a person"
    for sentence, names in (
        (words.FILLED_OVER, found.replaced),
        (words.FILLED_LOCKED, found.locked),
        (words.FILLED_UNKNOWN, found.unknown),
        (words.FILLED_WITHOUT, found.without),
        (words.FILLED_BY_NAME, found.by_name),
    ):
        if names:
            yield sentence.format(count=len(names), names=few(names))
    for what in found.kept:
        yield f"left as it was: {what}"
    yield from found.notes


def summary(
    outcomes: Mapping[str, GradeStatus], rows: Sequence[ClassRow], out: Path, gone: int, alike: Sequence[Copies]
) -> Iterator[str]:
    """A class's run in a few lines; `gone` submissions of earlier runs are not in the folder any more."""
    graded = [one for one in outcomes.values() if one.status is Status.GRADED]
    reused = sum(one.reused for one in graded)
    yield (
        f"{len(outcomes)} submission{'' if len(outcomes) == 1 else 's'}: {len(graded) - reused} judged, "
        f"{reused} as they were"
    )
    for sentence, status in ((words.CLASS_NOT_READ, Status.UNREADABLE), (words.CLASS_FAILED, Status.FAILED)):
        names = [name for name, one in outcomes.items() if one.status is status]
        if names:
            yield f"{sentence.format(count=len(names))}: {few(names)}"
            yield from (
                f"  {escape_controls(name)}: {escape_controls(' '.join(outcomes[name].notes))}" for name in names[:FEW]
            )
    nothing = [row for row in rows if row.status is Status.NOTHING]
    excused = [row for row in rows if row.person is not None and row.person.excused]
    for sentence, of in ((words.CLASS_NOTHING, nothing), (words.CLASS_EXCUSED, excused)):
        if of:
            yield f"{sentence.format(count=len(of))}: {few([row.shown_name for row in of])}"
    waiting = len({row.name for row in rows if row.pending > 0})
    if waiting:
        yield f"{waiting} wait for a person: `grade review export {shlex.quote(str(out))}`"
    for one in alike[:FEW]:
        yield f"identical: {few(one.names)}"
    if gone:
        yield (
            f"{gone} submission{'' if gone == 1 else 's'} of earlier runs are not in the folder now: kept in "
            "class.sqlite, not in the gradebook"
        )


def few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    return abbreviate(names, FEW)


def sheets(texts: Iterable[str], assignment: str) -> list[FilledSheet]:
    """The sheets that are named, each with a name of its own among the results. Raises GraderError."""
    found: list[FilledSheet] = []
    for text in texts:
        one, taken = sheet(text, assignment), {name.casefold() for other in found for name in _names(other)}
        number = 1
        while taken & {name.casefold() for name in _names(one)}:
            number += 1
            one = replace(one, mark=f"-{number}")
        before = sum(other.platform == "moodle" for other in found)
        if before and one.platform == "moodle":
            one = replace(one, feedback=f"{Path(FEEDBACK).stem}-{before + 1}.zip")
        found.append(one)
    return found


def sheet(text: str, assignment: str) -> FilledSheet:
    """The sheet that `canvas=FILE` or `moodle=FILE` names. Raises GraderError."""
    platform, equals, path = text.partition("=")
    if platform not in ("canvas", "moodle") or not equals or not path:
        raise GraderError(f"--gradebook is canvas=FILE or moodle=FILE, not {escape_controls(text)!r}")
    if platform == "canvas" and not assignment:
        raise GraderError("which column is meant? give --assignment with the assignment's title or number in Canvas")
    return FilledSheet(platform, Path(path), assignment)


def _names(sheet: FilledSheet) -> tuple[str, str]:
    name = f"{sheet.path.stem}{sheet.mark}{sheet.path.suffix}"
    return f"{sheet.platform}-{name}", f"{sheet.platform}-filled-{name}"


class _Reports(Mapping[str, bytes]):
    """Reports read one by one, when they are asked for."""

    def __init__(self, out: Path, links: Mapping[str, str]) -> None:
        self._out, self._links = out, links

    def __getitem__(self, name: str) -> bytes:
        return (self._out / self._links[name]).read_bytes()

    def __iter__(self) -> Iterator[str]:
        return (name for name, link in self._links.items() if link)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return bool(self._links.get(str(name)))


def _students(
    course: Course, standings: Sequence[FinalPoints], store: Store, rows: Sequence[ClassRow], owners: Owners
) -> Iterator[Student]:
    for standing, student in zip(standings, students(course, standings, store), strict=True):
        members = owners.get(standing.row.name, ())
        none = bool(members) and all(person.excused for person in members)
        final, notes = (None, (words.EXCUSED, *student.notes)) if none else (standing.row.final, student.notes)
        name = ", ".join(person.name or person.id for person in members) or student.name
        yield replace(student, name=name, notes=notes, penalty=standing.row.penalty, final=final)
    for row in rows:
        if row.status is Status.NOTHING:
            excused = [words.EXCUSED] if row.person is not None and row.person.excused else []
            notes = (row.status.value, *excused, *row.notes)
            yield Student(row.shown_name, "", 0.0, 0.0, 0.0, 0.0, False, notes, (), handed_in=False)

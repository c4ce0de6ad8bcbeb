"""Files of the course that stand beside the student's code: theirs of the same name are not used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.base.text import escape_controls
from grader.judge.untouched import is_untouched
from grader.model import Exercise, ExerciseResult, Submission


def with_given(submission: Submission, exercise: Exercise) -> Submission:
    """The submission as an exercise sees it."""
    if not exercise.beside:
        return submission
    gone = {*exercise.beside, *_hiding(exercise)}

    def own(found: Mapping[str, str]) -> dict[str, str]:
        return {name: text for name, text in found.items() if name not in gone}

    books = {name: book for name, book in submission.notebooks.items() if name not in gone}
    return replace(
        submission, files=own(submission.files), unreadable=own(submission.unreadable), notebooks=books,
        given=exercise.beside,
    )  # fmt: skip


def with_notes(result: ExerciseResult, exercise: Exercise, submission: Submission) -> ExerciseResult:
    """The result, with a note on each file that was handed in and is another one than the course's."""
    handed_in = submission.files
    notes = [
        f"{name}: the course's own copy was used" for name, text in exercise.beside.items()
        if name in handed_in and not is_untouched(handed_in[name], text)
    ]  # fmt: skip
    notes += [
        f"{escape_controls(name)} was not used: the course's own files are in the folder `{name.removesuffix('.py')}`"
        for name in _hiding(exercise) if name in handed_in
    ]  # fmt: skip
    return replace(result, notes=(*result.notes, *notes)) if notes else result


def _hiding(exercise: Exercise) -> set[str]:
    """Files by whose names a package of the course's would not be found."""
    return {f"{name.partition('/')[0]}.py" for name in exercise.beside if "/" in name}

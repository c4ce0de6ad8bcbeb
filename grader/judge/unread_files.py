"""Why a file of a submission cannot be judged at all: it is missing, lies in another place, or cannot be read."""

from __future__ import annotations

from collections.abc import Collection

from grader.base.text import abbreviate, did_you_mean, escape_controls
from grader.checks.base import Finding
from grader.model import Submission, Verdict
from grader.submission.similar_names import misplaced

FEW = 5  # names in a sentence
NEAR = 0.7  # similarity (difflib's ratio) from which on another file's name is taken for a misspelt one


def unread_file(name: str, submission: Submission, asked: Collection[str]) -> Finding | None:
    """The finding on a file that is not there; None where it is. `asked` are the files that the course asks for."""
    if name in submission.unreadable:
        return Finding(Verdict.CRASHED, 0.0, escape_controls(submission.unreadable[name]))
    if name in submission.files:
        return None
    message = f"{name} is not in the submission"
    if elsewhere := misplaced(name, [*submission.names, *submission.files], asked):
        return Finding(Verdict.MISSING, 0.0, message + escape_controls(elsewhere))
    others = [file for file in submission.names if file not in asked]
    books = [file for file in others if file.lower().endswith(".ipynb")] if name.endswith(".py") else []
    others = [file for file in others if file not in books]
    longer = [file for file in others if file.lower().startswith(name.lower())]  # as `ops.py (1).txt`
    if guess := did_you_mean(name, longer or others, 0.0 if longer else NEAR):
        message += f"{guess} Then rename it to {name}"
    elif books:
        message += f", and no notebook is read as it: {abbreviate(books, FEW)} (the notes say why)"
    return Finding(Verdict.MISSING, 0.0, message)

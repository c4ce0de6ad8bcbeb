"""A stored result is used again only where nothing that its verdict rests on has changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.judge.cache_key import keys
from grader.model import Course, Submission

FILES = {"ops.py": "x = 1\n", "network.py": "import helper\n", "helper.py": "y = 2\n"}
PLAIN = Submission("anna", "anna", "d", FILES, {}, tuple(FILES), ())


def key(course: Course, submission: Submission, exercise: str = "2.5") -> str:
    return keys(course, submission, "environment")[exercise]


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, files={**PLAIN.files, "ops.py": "x = 2\n"}),
        replace(PLAIN, files={"network.py": "import helper\n"}),
        replace(PLAIN, files={}, unreadable={"ops.py": "is no text"}),
        replace(PLAIN, files={}, unreadable={"ops.py": "is too large"}),
        replace(PLAIN, name="ben"),
    ],
)
def test_what_a_verdict_rests_on_is_in_its_key(other: Submission, whole_course: Course) -> None:
    assert key(whole_course, other) != key(whole_course, PLAIN)


def test_why_a_file_cannot_be_read_is_in_the_key(whole_course: Course) -> None:
    no_text, too_large = (
        replace(PLAIN, files={}, unreadable={"ops.py": why}) for why in ("is no text", "is too large")
    )
    assert key(whole_course, no_text) != key(whole_course, too_large)


def test_what_no_verdict_rests_on_changes_no_key(whole_course: Course) -> None:
    other = replace(PLAIN, files={**PLAIN.files, "matmul.py": "z = 3\n"})
    assert key(whole_course, other) == key(whole_course, PLAIN)

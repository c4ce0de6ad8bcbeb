"""What is proven at once is what the slow way finds correct: both are run on every variant of the course."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from conftest import ROOT

from grader.checks import KINDS
from grader.checks.base import AnswerSheets, CheckContext, Record
from grader.checks.proof import Layout
from grader.judge.first_answers import FirstAnswers, first_answers
from grader.model import Check, Course, Exercise, Submission, Verdict
from grader.sandbox.answers import Array, ProtocolError
from grader.sandbox.connection import WorkerLost
from grader.sandbox.data_reader import Reader
from grader.sandbox.exercise_workers import Workers
from grader.sandbox.source import Sandbox
from grader.submission.folder import read_folder
from grader.verify.subjects import subjects

SEED = 17
NUMERIC = ("2.5", "2.6", "2.7", "2.8", "2.9", "2.10", "value", "value-check", "tensor")


def both_ways(
    exercise: Exercise, submission: Submission, sandbox: Sandbox, folder: Path
) -> list[tuple[Check, bool, Verdict]]:
    """For each check that has a plan, whether it is proven, and what the slow way says of the same answers."""
    workers = Workers(sandbox, submission)
    workers.begin(exercise.limits)
    try:
        plans = {
            check.id: KINDS[check.kind].plan(check.spec, Random(f"{SEED}/{check.id}")) for check in exercise.checks
        }
        attempts = {check.id: plan.attempt(check.file) for check in exercise.checks if (plan := plans[check.id])}
        first = first_answers(workers.judged(), attempts)
        return [
            (check, *_ways(exercise, check, first[check.id], workers, submission, folder))
            for check in exercise.checks
            if check.id in first and first[check.id].complete
        ]
    finally:
        workers.close()


def _ways(
    exercise: Exercise, check: Check, first: FirstAnswers, workers: Workers, submission: Submission, folder: Path
) -> tuple[bool, Verdict]:
    reader = Reader(workers.reading)
    context = CheckContext(
        workers.judged, check.file, submission.files, Random(SEED), workers.apart, reader,
        AnswerSheets(reader, submission.files, {}), exercise.id, folder, Record(), first.known,
    )  # fmt: skip
    try:
        found = first.attempt.explain(context).status
    except (WorkerLost, ProtocolError):  # over a further question
        found = Verdict.CRASHED
    return first.attempt.prove(first.replies, Record()) is not None, found


@pytest.mark.slow
@pytest.mark.parametrize("name", NUMERIC)
def test_the_two_ways_agree_on_every_variant(name: str, whole_course: Course, warm_sandbox: Sandbox) -> None:
    exercise = next(one for one in whole_course.exercises if one.id == name)
    reference = read_folder(ROOT / "reference", whole_course.files).files
    seen: set[bool] = set()
    for subject in subjects(whole_course, exercise, reference):
        if subject.kind == "mutant":
            continue
        for check, proven, found in both_ways(exercise, subject.submission(), warm_sandbox, whole_course.folder):
            # What is right in another form, or by another alternative, is found so by the slow way alone.
            assert found is Verdict.CORRECT or not proven, f"{subject.key}: {check.id} is {found}, and proven"
            seen.add(proven)
    assert seen == {True, False}


@pytest.mark.parametrize("name", NUMERIC)
def test_the_reference_is_proven_without_a_second_look(name: str, whole_course: Course, warm_sandbox: Sandbox) -> None:
    exercise = next(one for one in whole_course.exercises if one.id == name)
    reference = read_folder(ROOT / "reference", whole_course.files)
    required = [
        (check.id, proven)
        for check, proven, _ in both_ways(exercise, reference, warm_sandbox, whole_course.folder)
        if not check.advisory
    ]
    assert required and all(proven for _, proven in required), required


@pytest.mark.filterwarnings("error")
def test_a_result_that_is_not_judged_may_be_infinite() -> None:
    layout, record = Layout(2), Record()
    layout.put(Array(np.array([0.0]), "float64"), 2.0, 1e-3, 1.0, 0.0)
    assert layout.right(np.array([2.0 + 1e-4, np.inf]), record)
    assert record.errors == [pytest.approx(1e-4)]

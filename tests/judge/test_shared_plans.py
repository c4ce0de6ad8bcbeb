"""A class shares its plans: nobody can foresee which, and who knows all of them knows no check's answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from conftest import ROOT
from tables import calls, checker, engine, point_text

from grader.checks import KINDS
from grader.checks.proof import TrialPlan
from grader.judge.pipeline import grade
from grader.judge.plans import Plans
from grader.judge.seeds import CLASS, PLANS, in_class, of_exercise
from grader.model import Course, Exercise, Settings, Submission, Verdict
from grader.sandbox.source import Sandbox
from grader.submission.folder import read_folder

SALT = b"only the class's own store knows it"
CODE = ("2.5", "2.6", "2.7", "2.8", "2.9", "2.10", "value", "value-check", "tensor")


def seeds(count: int) -> list[int]:
    return [in_class(SALT, f"files {number}") for number in range(count)]


def exercise_of(course: Course, name: str) -> Exercise:
    return next(exercise for exercise in course.exercises if exercise.id == name)


@pytest.fixture(scope="module")
def reference(whole_course: Course) -> Submission:
    return read_folder(ROOT / "reference", whole_course.files)


def test_a_seed_of_a_class_names_one_of_few_plans_and_is_its_own(whole_course: Course, reference: Submission) -> None:
    found = [of_exercise(seed, exercise_of(whole_course, "2.5"), reference) for seed in seeds(200)]
    assert len({one.shared for one in found}) == PLANS and len({one.own for one in found}) == 200
    assert all(CLASS <= seed < 2 * CLASS < 2**53 + 1 for seed in seeds(200))
    assert in_class(b"another", "files 0") != in_class(SALT, "files 0") == seeds(1)[0]
    assert of_exercise(7, exercise_of(whole_course, "2.5"), reference).shared == ""


@pytest.mark.parametrize("name", CODE)
def test_every_attempt_on_a_shared_plan_has_something_of_its_own(
    name: str, whole_course: Course, reference: Submission
) -> None:
    exercise, plans = exercise_of(whole_course, name), Plans(whole_course)
    one = in_class(SALT, "files 0")
    other = one + 1  # the same plan, another submission
    for check in exercise.checks:
        attempts: list[Any] = []
        for seed in (one, other, one):
            drawn = of_exercise(seed, exercise, reference)
            plan = plans.of(exercise, drawn).get(check.id)
            if isinstance(plan, TrialPlan):
                attempts.append(plan.attempt(check.file, drawn.own_stream(check)))
        if attempts:
            own, others, again = (
                [
                    repr((trial.call(), sorted(trial.case.items())))
                    for trial in attempt.plan.trials[len(attempt.shared.trials) :]
                ]
                for attempt in attempts
            )
            assert attempts[0].shared is attempts[1].shared
            assert own == again and own, check.id
            assert own != others, check.id


def test_the_reference_has_full_marks_on_shared_plans(
    whole_course: Course, reference: Submission, warm_sandbox: Sandbox
) -> None:
    plans = Plans(whole_course)
    for seed in seeds(3):
        report = grade(whole_course, reference, Settings(CODE, seed), warm_sandbox, plans=plans)
        assert report.score == report.max_score
        alone = grade(whole_course, reference, Settings(CODE, seed), warm_sandbox)
        assert [exercise.seed for exercise in alone.exercises] == [exercise.seed for exercise in report.exercises]


@pytest.mark.parametrize(
    "text",
    ["raise ValueError('no')\n", "import os\nos._exit(3)\n", "x = 1\n", "def (\n"],
    ids=["raises", "exits", "empty", "syntax"],
)
@pytest.mark.parametrize("name", CODE)
def test_files_that_do_not_work_are_told_as_such_on_shared_plans(
    name: str, text: str, whole_course: Course, reference: Submission, warm_sandbox: Sandbox
) -> None:
    exercise = exercise_of(whole_course, name)
    files = [file for file in exercise.files if file.endswith(".py")]
    plans = Plans(whole_course)
    for broken in (files, files[-1:]):
        work = replace(reference, files={**reference.files, **dict.fromkeys(broken, text)})
        report = grade(whole_course, work, Settings((name,), seeds(1)[0]), warm_sandbox, plans=plans)
        statuses = {check.id: check.status for check in report.exercises[0].checks}
        assert Verdict.JUDGE_ERROR not in statuses.values(), report.exercises[0].checks
        judged = [check for check in exercise.checks if check.file in broken]
        assert not any(statuses[check.id] is Verdict.CORRECT for check in judged)


FORWARD = """
import numpy as np

def check_gradient(f, x, epsilon=1e-5):
    x = np.array(x, dtype=float)
    value, claimed = f(x.copy())
    found = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        moved = x.copy()
        moved[i] += epsilon
        found[i] = (f(moved)[0] - value) / epsilon
    return bool(np.allclose(claimed, found, rtol=1e-8, atol=0))
"""


def test_a_point_may_be_given_as_a_list(whole_course: Course, reference: Submission, warm_sandbox: Sandbox) -> None:
    """To a function that answers from a table, and to the judge."""
    lists = FORWARD.replace("f(moved)", "f(moved.tolist())").replace("f(x.copy())", "f(x.tolist())")
    central = lists.replace("(f(moved.tolist())[0] - value) / epsilon", "difference(f, x, i, epsilon)").replace(
        "rtol=1e-8", "rtol=1e-4"
    )
    central += """
def difference(f, x, i, epsilon):
    up, down = x.copy(), x.copy()
    up[i] += epsilon
    down[i] -= epsilon
    return (f(up.tolist())[0] - f(down.tolist())[0]) / (2 * epsilon)
"""
    plans, work = Plans(whole_course), replace(reference, files={**reference.files, "gradient_check.py": central})
    for _ in range(2):
        (exercise,) = grade(whole_course, work, Settings(("2.8",), seeds(1)[0]), warm_sandbox, plans=plans).exercises
        statuses = {check.id: check.status for check in exercise.checks}
        assert statuses["number"] is statuses["vector"] is Verdict.CORRECT, exercise.checks


def test_a_checker_is_told_the_same_whether_its_points_were_known(
    whole_course: Course, reference: Submission, warm_sandbox: Sandbox
) -> None:
    """The second submission on a plan finds in a table what the first one asked the judge."""
    plans, seed = Plans(whole_course), seeds(1)[0]
    work = replace(reference, files={**reference.files, "gradient_check.py": FORWARD})
    told = []
    for _ in range(2):
        (exercise,) = grade(whole_course, work, Settings(("2.8",), seed), warm_sandbox, plans=plans).exercises
        told.append([(check.id, check.status, check.message, check.hint, check.evidence) for check in exercise.checks])
    assert told[0] == told[1]
    assert any("one-sided" in hint for _, _, _, hint, _ in told[0])
    right = grade(whole_course, reference, Settings(("2.8",), seed), warm_sandbox, plans=plans)
    assert right.score == right.max_score


def tables(course: Course, exercise: Exercise, reference: Submission, known: list[int]) -> dict[str, str]:
    """Files that answer by a table of all plans that these seeds name."""
    plans, trials, verdicts, targets = Plans(course), {}, {}, {}
    for seed in known:
        for check in exercise.checks:
            plan: Any = plans.of(exercise, of_exercise(seed, exercise, reference)).get(check.id)
            targets.setdefault(check.file, []).extend(KINDS[check.kind].targets(check.spec))
            if isinstance(plan, TrialPlan):
                trials.setdefault((check.file, check.kind), []).extend(plan.trials)
            elif plan is not None:
                right = {"exact", "tiny", "quotient"}
                found = {point_text(getattr(trial, "x", None) if hasattr(trial, "x") else list(trial.numbers)):
                         trial.plant in right for trial in plan.trials}  # fmt: skip
                verdicts.setdefault(check.file, {}).update(found)
    files = {}
    for (file, kind), some in trials.items():
        if kind in ("expression", "tensor"):
            files[file] = engine(some, "Value" if kind == "expression" else "Tensor")
        else:
            every = [trial for (other, _), more in trials.items() if other == file for trial in more]
            files[file] = calls(every, targets[file])
    for file, known_verdicts in verdicts.items():
        files[file] = checker(known_verdicts, targets[file][0].partition(".")[0], "f, x")
    return files


@pytest.mark.slow
@pytest.mark.parametrize("name", CODE)
def test_a_table_of_all_plans_earns_no_check(
    name: str, whole_course: Course, reference: Submission, warm_sandbox: Sandbox
) -> None:
    exercise = exercise_of(whole_course, name)
    drawn = seeds(60)
    by_plan = {of_exercise(seed, exercise, reference).shared: seed for seed in drawn}
    assert len(by_plan) == PLANS
    typed = tables(whole_course, exercise, reference, list(by_plan.values()))
    guessed = dict.fromkeys([check.id for check in exercise.checks if check.kind in ("planted", "detached")], 0)
    # A part that is asked of one number alone may meet a number of the tables, as 16 of some 14,000 are.
    met: list[float] = []
    for number, seed in enumerate(drawn[:4]):
        texts = {file: f"# {number}\n{text}" for file, text in typed.items()}
        work = replace(reference, files={**reference.files, **texts})
        report = grade(whole_course, work, Settings((name,), seed), warm_sandbox)
        judged = {check.id: check for check in report.exercises[0].checks if check.max_score}
        kinds = {check.id: check.file for check in exercise.checks}
        earned = {id_: check.score for id_, check in judged.items() if kinds[id_].endswith(".py") and check.score}
        guessed.update({id_: guessed[id_] + 1 for id_ in earned if id_ in guessed})
        parts = {id_: score for id_, score in earned.items() if id_ not in guessed}
        assert all(score < judged[id_].max_score for id_, score in parts.items()), f"{name}: {earned}"
        met += parts.values()
        assert not any(check.status is Verdict.JUDGE_ERROR for check in judged.values())
    assert len(met) < 2, met
    # Of few verdicts, each of which is yes or no, all may be guessed once: a table that is right by chance is no more.
    assert max(guessed.values(), default=0) < 2, guessed


@pytest.mark.parametrize("name", ["2.5", "2.7", "2.9", "value"])
def test_such_a_table_answers_the_shared_part_rightly(
    name: str, whole_course: Course, reference: Submission, warm_sandbox: Sandbox
) -> None:
    """Else the tables would prove nothing: without what is drawn for this submission alone, it has its points."""
    exercise, seed = exercise_of(whole_course, name), in_class(SALT, "files 0")
    work = replace(reference, files={**reference.files, **tables(whole_course, exercise, reference, [seed])})
    plans = Plans(whole_course)
    for check in exercise.checks:
        plan = plans.of(exercise, of_exercise(seed, exercise, work)).get(check.id)
        if isinstance(plan, TrialPlan):
            object.__setattr__(plan, "with_own", lambda rng, plan=plan: plan)
    report = grade(whole_course, work, Settings((name,), seed), warm_sandbox, plans=plans)
    assert report.score > 0.6 * report.max_score, report.exercises

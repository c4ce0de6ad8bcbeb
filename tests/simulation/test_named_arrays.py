"""The one mistake in an engine of arrays is named in several styles; right engines are never named anything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import tensor_strangers as strangers
from conftest import ROOT, Judged

from grader.model import CheckResult, ExerciseResult

Judge = Callable[..., Judged]
# By the id in tests/tensor_strangers: what the judge calls it.
NAMED = {
    "bcast-none": "not-summed",
    "bcast-leading-only": "columns-not-summed",
    "bcast-mean": "unbroadcast-means",
    "bcast-missing-second": "second-not-summed",
    "matmul-swapped": "matmul-swapped",
    "sum-axis-not-restored": "sum-axis-not-restored",
    "sum-axis-at-end": "sum-axis-at-the-end",
    "relu-grad-mask": "relu-mask-of-grad",
    "mul-assign": "mul-assign",
    "seed-data": "seed-data",
    "all-assign": "assign-everywhere",
    "mul-no-upstream": "mul-no-outgrad",
    "relu-in-place": "relu-changes-operand",
    "add-second-missing": "add-self-only",
}
PLAIN = ("micrograd", "tape", "functions")
ENGINES = [
    (style, fault) for place, fault in enumerate(NAMED) for style in (PLAIN[place % 3], PLAIN[(place + 1) % 3])
    if strangers.source(style, fault) is not None
]  # fmt: skip
REFERENCE = (ROOT / "reference" / "tensor.py").read_text("utf-8")


def lost(result: ExerciseResult) -> list[CheckResult]:
    return [check for check in result.checks if check.score < check.max_score]


@pytest.mark.parametrize(("style", "fault"), ENGINES)
def test_the_mistake_is_named(style: str, fault: str, judged: Judge) -> None:
    wrong = lost(judged({"tensor.py": strangers.source(style, fault) or ""}, "tensor").report.exercises[0])
    assert wrong and {check.misconception for check in wrong} == {NAMED[fault]}


@pytest.mark.slow
@pytest.mark.parametrize("style", strangers.STYLES)
def test_a_right_engine_is_named_nothing(style: str, judged: Judge) -> None:
    result = judged({"tensor.py": strangers.source(style) or ""}, "tensor").report.exercises[0]
    assert result.score == result.max_score
    assert not any(check.misconception for check in result.checks)


def test_a_sum_that_is_missing_is_counted_in_few_checks(judged: Judge) -> None:
    """sum() does not broadcast, nor does a mean of its own; what is made of others loses what it cannot show."""
    source = strangers.source("tape", "bcast-none") or ""
    assert {check.id for check in lost(judged({"tensor.py": source}, "tensor").report.exercises[0])} <= {
        "rows", "columns", "graphs", "mean"
    }  # fmt: skip


def test_operations_that_follow_from_another_one_get_their_points_back(judged: Judge) -> None:
    text = REFERENCE.replace(
        "self.grad += unbroadcast(out.grad, self.data.shape)\n            other.grad -= unbroadcast(out.grad",
        "self.grad += unbroadcast(out.grad, self.data.shape)\n            other.grad += unbroadcast(out.grad",
    )
    assert text != REFERENCE
    result = judged({"tensor.py": text}, "tensor").report.exercises[0]
    assert {check.id for check in result.checks if check.follows} == {"rows", "columns"}
    assert {check.id for check in lost(result)} == {"arithmetic", "graphs"}


def test_a_classifier_on_an_engine_with_a_known_mistake_is_also_tried_on_the_courses(judged: Judge) -> None:
    files = {
        "tensor.py": strangers.source("tape", "bcast-none") or "",
        "classifier.py": (ROOT / "reference" / "classifier.py").read_text("utf-8"),
    }
    tensor, classifier = judged(files, "tensor", "classifier").report.exercises
    assert lost(tensor) and not lost(classifier)
    assert "tensor.py has a mistake that exercise tensor counts (not-summed)" in classifier.notes[-1]


def test_a_mistake_in_no_method_in_particular_is_said_to_be_in_none(judged: Judge) -> None:
    wrong = lost(judged({"tensor.py": strangers.source("tape", "bcast-none") or ""}, "tensor").report.exercises[0])
    assert not any("Tensor.backward" in check.evidence.place for check in wrong)


def test_a_difference_that_adds_is_named(judged: Judge) -> None:
    wrong = lost(judged({"tensor.py": strangers.source("micrograd", "sub-plus") or ""}, "tensor").report.exercises[0])
    assert {check.misconception for check in wrong} == {"sub-is-add"}


@pytest.mark.parametrize("style", ["kahn", "tables"])
def test_what_lacks_a_gradient_is_named_where_gradients_begin_as_nothing(style: str, judged: Judge) -> None:
    """One style uses what is not there, the other looks it up in a table."""
    source = strangers.source(style, "mul-second-missing") or ""
    wrong = lost(judged({"tensor.py": source}, "tensor").report.exercises[0])
    assert {check.misconception for check in wrong} == {"mul-self-only"}


def test_two_mistakes_are_named_where_one_has_two_names(judged: Judge) -> None:
    text = next(
        text for one, other, text in strangers.pairs("functions")
        if {one, other} == {"relu-no-mask", "matmul-second-transposed"}
    )  # fmt: skip
    wrong = lost(judged({"tensor.py": text}, "tensor").report.exercises[0])
    assert all(check.misconception.startswith("relu-mask+matmul-") for check in wrong)

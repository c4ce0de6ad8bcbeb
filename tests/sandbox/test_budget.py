"""A budget: each kind of spending takes from its own account, and the first that is empty is named."""

from __future__ import annotations

import pytest

from grader.model import Limits
from grader.sandbox.budget import Budget


@pytest.mark.parametrize("kind", ["cpu", "wait", "output", "wall"])
def test_what_is_spent_is_named_and_nothing_else_is(kind: str) -> None:
    budget = Budget.of(Limits(cpu=10, wait=10, wall=10, output=10))
    budget.spend(**{kind: 10})
    assert budget.spent == ""
    budget.spend(**{kind: 1})
    assert budget.spent == kind
    left = {name: getattr(budget, name) for name in ("cpu", "wait", "output", "wall", "serving")}
    assert left == {name: -1 if name == kind else 10 for name in left}


def test_the_judges_own_time_has_an_account_of_its_own() -> None:
    budget = Budget.of(Limits(cpu=2))
    budget.spend(serving=3)
    assert (budget.serving, budget.cpu, budget.spent) == (-1, 2, "")

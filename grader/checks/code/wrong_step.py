"""The first intermediate result of a student's backward that is off, among those whose names tell what they are."""

from __future__ import annotations

import re
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from grader.base.text import enumerate_names
from grader.checks.base import CheckContext
from grader.checks.code.gradient_spec import Spec
from grader.checks.code.gradient_trials import plain
from grader.checks.program import Trial
from grader.maths import display
from grader.maths.compare import largest, mismatch, tolerance
from grader.maths.formula import env_of
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Answer, Array, Named, UnexpectedType, as_array
from grader.sandbox.requests import Request

# `grad_z1`, `dz1`, `dL_dz1`, `d_z1`, `gz1`, `z1_grad`, `delta_z1`: the gradient of z1.
_GRADIENT = re.compile(r"(?:grad(?:ient)?_?|d?l_?d_?|d_?|g_?|delta_?)([a-z]\d?)|([a-z]\d?)_?(?:grad|gradient|bar)")


@dataclass(frozen=True)
class WrongStep:
    """What a student calls the first intermediate result that is off, and what is wrong with it; the names of those
    before it, which are right."""

    name: str
    what: str
    before: tuple[str, ...]

    @property
    def text(self) -> str:
        """A line of a report."""
        right = f" ({enumerate_names([f'`{name}`' for name in self.before])} before it: right)" if self.before else ""
        return f"`{self.name}`{right}: {self.what}"


def wrong_step(spec: Spec, trial: Trial, context: CheckContext) -> WrongStep | None:
    """The first of the course's `steps` that the student's code computes under such a name, and wrongly; None where
    all of them are right, or none shows."""
    if not spec.steps:
        return None
    inside = plain(spec, dict(trial.case), inside=True)
    [outcome] = context.answers(Request(context.file, [inside.program], first=True))
    if outcome.failure is not None or not isinstance(outcome.answers[0], Named):
        return None
    known = {normal(name): (name, answer) for name, answer in outcome.answers[0].items}
    env = env_of(trial.case)
    before: list[str] = []
    for step, formula in spec.intermediate.items():
        if normal(step) not in known:
            continue
        name, answer = known[normal(step)]
        with suppress(ValueError):  # a formula that is not finite there
            what = _off(answer, np.asarray(formula(env), np.float64))
            if what:
                return WrongStep(name, what, tuple(before))
            before.append(name)
    return None


def normal(name: str) -> str:
    """A variable's name in a form that is the same for all ways to write what it is."""
    name = name.lower()
    found = _GRADIENT.fullmatch(name)
    return f"gradient of {found[1] or found[2]}" if found else name.replace("_", "")


def _off(answer: Answer, expected: NDArray[np.float64]) -> str:
    """What is wrong with an intermediate result; "" where it is right."""
    try:
        found: Array = as_array(answer, expected.shape)
    except UnexpectedType as refusal:
        return refusal.of("it")
    if mismatch(found.values, expected, largest(expected), tolerance(found.dtype)) is None:
        return ""
    yours, right = display.pair(found.values, expected)
    return f"yours is {yours}, expected {right}"

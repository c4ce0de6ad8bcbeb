"""Exact derivatives of formulas by the complex step (Squire and Trapp, SIAM Review 40, 1998)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.maths.formula import Formula, env_of

STEP = 1e-150


def vector_jacobian(
    formula: Formula, inputs: Mapping[str, Any], upstream: Any, wrt: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """The upstream gradient times the Jacobian, for each name in `wrt`, in that input's shape.

    f(x + ih) = f(x) + ih f'(x) + O(h^2): with h = 1e-150 the imaginary part is h f'(x) to machine precision, without
    the cancellation of a difference. Holds where the formula is analytic; abs, relu, maximum follow their real parts.
    """
    env = env_of(inputs)
    gradients = {}
    with np.errstate(all="ignore"):
        for name in wrt:
            base = env[name]
            if base.ndim == 0:
                slope = formula.compute({**env, name: base + 1j * STEP}).imag / STEP
                gradients[name] = np.asarray((upstream * slope).sum(), np.float64)
                continue
            gradient = np.empty(base.shape)
            moved = base.astype(np.complex128)
            trial = {**env, name: moved}
            for index in np.ndindex(base.shape):
                moved[index] += 1j * STEP
                gradient[index] = (upstream * (np.imag(formula.compute(trial)) / STEP)).sum()
                moved[index] = base[index]
            gradients[name] = gradient
    return gradients

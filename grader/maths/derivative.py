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
    for name in wrt:
        base = np.asarray(env[name])
        gradient = np.empty(base.shape)
        for index in np.ndindex(base.shape):
            moved = base.astype(np.complex128)
            moved[index] += 1j * STEP
            slope = np.imag(formula({**env, name: moved if base.shape else moved[()]})) / STEP
            gradient[index] = np.sum(upstream * slope)
        gradients[name] = gradient
    return gradients

"""Exact derivatives of formulas by the complex step (Squire and Trapp, SIAM Review 40, 1998)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.maths.formula import Formula, env_of

STEP = 1e-150  # its square, 1e-300, is still a float64, and vanishes beside any value of interest


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
                gradients[name] = np.asarray(np.add.reduce(upstream * slope, axis=None), np.float64)
                continue
            gradient = np.empty(base.size)
            moved = np.array(base, np.complex128, order="C")
            entries = moved.reshape(-1)
            trial = {**env, name: moved}
            for index, entry in enumerate(base.reshape(-1).tolist()):
                entries[index] = complex(entry, STEP)
                gradient[index] = np.add.reduce(upstream * (formula.compute(trial).imag / STEP), axis=None)
                entries[index] = entry
            gradients[name] = gradient.reshape(base.shape)
    return gradients

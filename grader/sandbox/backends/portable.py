"""What every system has, and no power of Linux' own: so that what macOS and Windows run can be tried on Linux."""

from __future__ import annotations

import importlib.util
import sys

from grader.sandbox.confinement import Confinement, Missing


def offer() -> Confinement | Missing:
    """Available on Linux, with psutil. Elsewhere, `plain` is the same."""
    if sys.platform != "linux":
        return Missing("portable", "it is what `plain` is on this system", "")
    if importlib.util.find_spec("psutil") is None:
        return Missing("portable", "the package psutil is not installed", "run `pip install psutil`")
    return Confinement("portable", portable=True)

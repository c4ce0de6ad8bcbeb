"""Grades exercises on reverse-mode automatic differentiation by checks that are specified in YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from grader.api import Grader, grade, load_course, write
    from grader.model import (
        CheckResult,
        Course,
        Evidence,
        Exercise,
        ExerciseResult,
        GraderError,
        Report,
        Verdict,
    )

__all__ = [
    "CheckResult", "Course", "Evidence", "Exercise", "ExerciseResult", "Grader", "GraderError", "Report", "Verdict",
    "__version__", "grade", "load_course", "write",
]  # fmt: skip
_FUNCTIONS = ("Grader", "grade", "load_course", "write")


def __getattr__(name: str) -> object:
    """The Python interface, imported when it is used: `import grader` alone costs nothing."""
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module 'grader' has no attribute {name!r}")
    return getattr(import_module("grader.api" if name in _FUNCTIONS else "grader.model"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

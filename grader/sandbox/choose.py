"""Which confinement student code gets: the one that was asked for, or the strongest that this machine offers."""

from __future__ import annotations

from grader.base.text import did_you_mean
from grader.model import GraderError
from grader.sandbox.backends import BACKENDS
from grader.sandbox.confinement import Confinement


def choose(backend: str = "") -> Confinement:
    """The backend of that name, or the strongest. Raises GraderError."""
    for name in [known(backend)] if backend else BACKENDS:
        offered = BACKENDS[name]()
        if isinstance(offered, Confinement):
            return offered
        if backend:
            raise GraderError(f"{backend}: {offered.why}" + (f"; {offered.remedy}" if offered.remedy else ""))
    raise GraderError("no sandbox works here; `grade doctor` says why")


def known(backend: str) -> str:
    """The name of a backend, unchanged. Raises GraderError for an unknown one."""
    if backend not in BACKENDS:
        raise GraderError(
            f"unknown sandbox {backend!r}{did_you_mean(backend, BACKENDS) or '; choose one of ' + ', '.join(BACKENDS)}"
        )
    return backend

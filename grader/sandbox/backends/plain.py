"""No confinement but a separate process with limits: what every machine has."""

from __future__ import annotations

from grader.sandbox.confinement import Confinement


def offer() -> Confinement:
    """Always available."""
    return Confinement("plain")

"""Landlock and seccomp, which a worker puts on itself: needs no root, no user namespace, and works in containers."""

from __future__ import annotations

import sys

from grader.sandbox.confinement import Confinement, Missing


def offer() -> Confinement | Missing:
    """Available on Linux with Landlock (5.13 or newer) and seccomp."""
    why, remedy = unlockable()
    return Missing("lock", why, remedy) if why else Confinement("lock", locked=True)


def unlockable() -> tuple[str, str]:
    """Why a worker cannot lock itself here and what to do about it; two empty texts where it can."""
    if sys.platform != "linux":
        return "needs Linux (Landlock and seccomp)", "use a Linux machine or container for grades that count"
    try:
        import landlockpy
        import seccompy
    except ImportError as error:
        return f"the package {error.name} is not installed", f"run `pip install {error.name}`"
    if not landlockpy.supported():
        return "the kernel has no Landlock", "use Linux 5.13 or newer, with landlock in the boot parameter lsm="
    if not seccompy.supported():
        return "the kernel or the container's own filter refuses seccomp", "run the container with seccomp allowed"
    return "", ""

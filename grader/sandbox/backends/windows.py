"""Windows: a Job Object would cap memory and processes, and hides neither files nor network. Not offered yet."""

from __future__ import annotations

import sys

from grader.sandbox.confinement import Missing


def offer() -> Missing:
    """Not available: workers need passed descriptors and poll, which Windows does not have."""
    if sys.platform != "win32":
        return Missing("windows", "this is not Windows", "")
    return Missing("windows", "workers do not run on Windows itself", "use WSL 2, which is Linux")

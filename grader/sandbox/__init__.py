"""One file a way to get a worker; `open_sandbox` chooses, everything else sees only `start` and `close`."""

from __future__ import annotations

import sys
from typing import Protocol

from grader.model import Limits
from grader.sandbox.line import Line


class Sandbox(Protocol):
    """A source of workers."""

    @property
    def name(self) -> str:
        """What it confines, in a few words for the report."""

    def start(self, limits: Limits, cpu: int) -> Line:
        """A worker for one submission, `cpu` seconds in all."""

    def close(self) -> None:
        """Ends every process that is left."""


def open_sandbox(warm: bool = True) -> Sandbox:
    """Warm workers on Linux, a fresh process for each worker elsewhere or when asked for."""
    if warm and sys.platform == "linux":
        from grader.sandbox.warm import Warm

        return Warm()
    from grader.sandbox.plain import Plain

    return Plain()

"""The judge's own process as a canary: its memory may not swell, its descriptors may not run out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

_STATUS = Path("/proc/self/status")
_PEAK_RESET = Path("/proc/self/clear_refs")
MAX_GROWTH = 96 << 10  # KiB; far above what a report of honest code takes, far below what an attack may ask for
MAX_LEAK = 8  # descriptors; a worker that runs has some, one that is lost per check would be seen soon


class JudgeSelf:
    """Measured on Linux alone."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}
        self.arm()

    def arm(self) -> None:
        """Takes what is used now as the measure."""
        with contextlib.suppress(OSError):
            _PEAK_RESET.write_text("5", "ascii")
        self._memory, self._open = _kib("VmRSS"), _descriptors()

    def harm(self, said: str, printed: str) -> Iterator[str]:
        """How far it went beyond that."""
        grown = _kib("VmHWM") - self._memory
        if grown > MAX_GROWTH:
            yield f"the judge's memory grew by {grown >> 10} MiB"
        leaked = _descriptors() - self._open
        if leaked > MAX_LEAK:
            yield f"the judge has {leaked} more open descriptors"

    def close(self) -> None:
        """Nothing is held."""


def _kib(field: str) -> int:
    try:
        lines = _STATUS.read_text("utf-8", "replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(field + ":")), 0)


def _descriptors() -> int:
    try:
        return sum(1 for _ in Path("/proc/self/fd").iterdir())
    except OSError:
        return 0

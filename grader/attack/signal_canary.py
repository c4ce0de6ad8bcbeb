"""A process as a canary: another of the same user, which tells when it is signalled, changed, stopped or killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_CODE = """\
import os, signal
def note(number, frame):
    os.write(1, bytes([number]))
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
    signal.signal(number, note)
os.write(1, b"\\0")
while os.getppid() == PARENT:
    signal.sigtimedwait([], 5)
"""


class SignalCanary:
    """Started anew whenever it was harmed."""

    def __init__(self) -> None:
        self._start()

    @property
    def places(self) -> dict[str, str]:
        """Its process id."""
        return {"pid": str(self._process.pid)}

    def arm(self) -> None:
        """Nothing changes between attacks."""

    def harm(self, said: str, printed: str) -> Iterator[str]:
        """Which signals it got, and whether it lives as before."""
        found: list[str] = []
        status = self._process.poll()
        if status is not None:
            found.append(f"another process of the judge's user was killed (status {status})")
        else:
            found += [f"another process of the judge's user got signal {number}" for number in self._signals()]
            now = self._state()
            if now != self._before:
                found.append("another process of the judge's user was stopped or given other limits")
        if found:
            self.close()
            self._start()
        yield from found

    def close(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _start(self) -> None:
        code = _CODE.replace("PARENT", str(os.getpid()))
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", code], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self._process.stdout.read(1)
        os.set_blocking(self._process.stdout.fileno(), False)
        self._before = self._state()

    def _signals(self) -> list[int]:
        assert self._process.stdout is not None
        try:
            return list(os.read(self._process.stdout.fileno(), 64))
        except BlockingIOError:
            return []

    def _state(self) -> tuple[object, ...]:
        """Stopped or not, niceness, cores and limits."""
        place = Path(f"/proc/{self._process.pid}")
        if not place.exists():
            return ()
        fields = (place / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        limits = (place / "limits").read_text("ascii")
        return fields[0] in "Tt", fields[16], os.sched_getaffinity(self._process.pid), limits

"""What an attack leaves behind, as canaries: marked files, System V segments, kernel settings, processes."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from grader.base.text import plural
from grader.sandbox.spawn import ENTRY

PLACES = ("/tmp", "/dev/shm", "/var/tmp", "/dev/mqueue", "/run/lock", "/")
PATIENCE = 2.0  # seconds for a process that was killed to be gone: milliseconds, but on a busy machine
PAUSE = 0.05  # seconds between two looks
_SETTING = Path("/proc/sys/kernel/domainname")


class Leftovers:
    """`marker` is in the names of files and command lines, `key` that of segments."""

    def __init__(self) -> None:
        marker, key = f"left-{secrets.token_hex(6)}", 0x1000_0000 + secrets.randbelow(1 << 28)
        self.places = {"marker": marker, "key": str(key)}
        self._marker, self._key = marker, key
        self._running = 0
        self._setting = ""

    def arm(self) -> None:
        """As many workers as run now may run: the one that forks others, which may be started anew."""
        self._running = len(_processes(self._marker))
        self._setting = _read(_SETTING)

    def harm(self, said: str, printed: str) -> Iterator[str]:
        """What is left; files, segments and processes are removed."""
        for path in self._files():
            yield f"a file is left behind: {path}"
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        yield from self._segments()
        if _read(_SETTING) != self._setting:
            yield "a setting of the kernel was changed"
            _SETTING.write_text(self._setting, "utf-8")
        left = self._left_running()
        if left:
            yield f"{plural(len(left) - self._running, 'process', 'processes')} too many left running"

    def close(self) -> None:
        """Nothing is held."""

    def _files(self) -> list[Path]:
        found = []
        for place in map(Path, PLACES):
            try:
                found += [path for path in place.iterdir() if self._marker in path.name]
            except OSError:
                continue
        return found

    def _segments(self) -> Iterator[str]:
        for kind in ("shm", "sem", "msg"):
            for line in _read(Path("/proc/sysvipc") / kind).splitlines()[1:]:
                if int(line.split()[0]) == self._key:
                    yield f"a System V segment ({kind}) is left behind"
                    option = {"shm": "-m", "sem": "-s", "msg": "-q"}[kind]
                    subprocess.run(["ipcrm", option, line.split()[1]], check=False, capture_output=True)

    def _left_running(self) -> list[int]:
        """All that run, where more than allowed do not end by themselves soon."""
        deadline = time.monotonic() + PATIENCE
        while True:
            now = _processes(self._marker)
            if len(now) <= self._running:
                return []
            if time.monotonic() > deadline:
                return now
            time.sleep(PAUSE)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _processes(marker: str) -> list[int]:
    """Workers, and what names the marker on its command line; not those of other graders on this machine."""
    wanted = (str(ENTRY).encode(), marker.encode())
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                line = (place / "cmdline").read_bytes()
            except OSError:
                continue
            if any(text in line for text in wanted) and _is_ours(int(place.name)):
                found.append(int(place.name))
    return found


def _is_ours(pid: int) -> bool:
    """Below this process, or an orphan."""
    pid = _parent(pid)
    if pid == 1:
        return True
    while pid > 1 and pid != os.getpid():
        pid = _parent(pid)
    return pid == os.getpid()


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0

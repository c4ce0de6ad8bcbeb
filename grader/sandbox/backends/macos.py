"""macOS's sandbox-exec: a profile that allows reading Python and nothing else. Experimental: never run by our tests."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from grader.sandbox.confinement import Confinement, Missing

PROFILE = """\
(version 1)
(deny default)
(allow process-exec (literal "{python}"))
(allow file-read-metadata)
(allow file-read* (subpath "/usr/lib") (subpath "/System") (literal "/dev/null") (literal "/dev/urandom") {readable})
(allow file-write-data (literal "/dev/null"))
(allow sysctl-read)
(allow signal (target self))
"""


def offer() -> Confinement | Missing:
    """Available on macOS; the profile language is sandbox(7)'s, which Apple calls deprecated and still uses."""
    if sys.platform != "darwin":
        return Missing("macos", "this is not macOS", "")
    if not shutil.which("sandbox-exec"):
        return Missing("macos", "sandbox-exec is not installed", "it is part of macOS")
    return Confinement("macos", _wrap, experimental=True)


def _wrap(command: Sequence[str], readable: Sequence[str]) -> list[str]:
    quoted = " ".join(f'(subpath "{_escaped(path)}")' for path in readable)
    return ["sandbox-exec", "-p", PROFILE.format(python=_escaped(command[0]), readable=quoted), *command]


def _escaped(path: str) -> str:
    return path.replace("\\", "\\\\").replace('"', '\\"')

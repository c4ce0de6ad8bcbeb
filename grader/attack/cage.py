"""A separate process tree for the judge under attack: a hole in the sandbox must not reach the whole machine."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys

PATIENCE = 10  # seconds to start a namespace, which takes some milliseconds


@functools.cache
def prefix() -> tuple[str, ...]:
    """What a command is started under; empty where the system does not allow it.

    The shell between is the namespace's first process, which signals from within do not reach; the judge must not be.
    """
    if sys.platform != "linux" or not shutil.which("unshare"):
        return ()
    own = [] if os.geteuid() == 0 else ["--user", "--map-current-user"]
    command = ["unshare", *own, "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", '"$@"; exit $?', "sh"]
    try:
        done = subprocess.run([*command, "true"], capture_output=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(command) if done.returncode == 0 else ()

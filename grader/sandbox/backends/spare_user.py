"""For root, as in most containers: the worker becomes a user that owns nothing, then locks itself."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from grader.sandbox.backends.lock import unlockable
from grader.sandbox.confinement import Confinement, Missing
from grader.sandbox.spawn import needed

SPARE = range(61184, 65520)  # systemd's range of dynamic users: nobody logs in as one of these


def offer() -> Confinement | Missing:
    """Available to root, where every user may read Python and its packages."""
    why, remedy = unlockable()
    if why:
        return Missing("spare-user", why, remedy)
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return Missing("spare-user", "needs root, to become another user", "run as root, as containers do")
    closed = next((path for path in needed() if not _open_to_all(Path(path))), "")
    if closed:
        return Missing(
            "spare-user", f"other users may not read {closed}", "install Python where every user may read it"
        )
    uid = _free_uid()
    if uid == 0:
        return Missing("spare-user", "this namespace has no other user", "map more user ids into the container")
    return Confinement("spare-user", locked=True, uid=uid)


def _open_to_all(path: Path) -> bool:
    try:
        whole = path.resolve()
        return all(place.stat().st_mode & stat.S_IXOTH for place in whole.parents) and bool(
            whole.stat().st_mode & stat.S_IROTH
        )
    except OSError:
        return False


def _free_uid() -> int:
    """A user id of the spare range that this namespace has and no process uses; 0 for none."""
    if sys.platform != "linux":
        return 0
    used = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                used.add(entry.stat().st_uid)
            except OSError:
                continue
    mapped = [line.split() for line in Path("/proc/self/uid_map").read_text("ascii").splitlines()]
    for uid in SPARE:
        if uid not in used and any(int(first) <= uid < int(first) + int(count) for first, _, count in mapped):
            return uid
    return 0

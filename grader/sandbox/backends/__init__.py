"""One file a way to confine a worker; BACKENDS lists them, strongest first."""

from __future__ import annotations

from collections.abc import Callable

from grader.sandbox.backends import bubblewrap, lock, macos, plain, spare_user, windows
from grader.sandbox.confinement import Confinement, Missing

BACKENDS: dict[str, Callable[[], Confinement | Missing]] = {
    "bubblewrap": bubblewrap.offer,
    "spare-user": spare_user.offer,
    "lock": lock.offer,
    "macos": macos.offer,
    "windows": windows.offer,
    "plain": plain.offer,
}

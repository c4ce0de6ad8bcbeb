"""One file per way to confine a worker; BACKENDS lists them, strongest first; LEAVES says what each does not block."""

from __future__ import annotations

from collections.abc import Callable

from grader.sandbox.backends import bubblewrap, lock, macos, plain, portable, spare_user, windows
from grader.sandbox.confinement import Confinement, Missing

BACKENDS: dict[str, Callable[[], Confinement | Missing]] = {
    "bubblewrap": bubblewrap.offer,
    "spare-user": spare_user.offer,
    "lock": lock.offer,
    "macos": macos.offer,
    "windows": windows.offer,
    "plain": plain.offer,
    "portable": portable.offer,
}
_ALL = frozenset({"read", "write", "exist", "run", "network", "signal", "spy", "share"})
# The harms (`grader.sandbox.harm_probe`) that a backend does not block even where all of it holds. Each allows at least
# what those before it allow: so the order of BACKENDS is the order of strength.
LEAVES: dict[str, frozenset[str]] = {
    "bubblewrap": frozenset(),
    "spare-user": frozenset({"exist"}),
    "lock": frozenset({"exist"}),  # as spare-user, but the worker's user owns files, should the lock ever fail
    "macos": frozenset({"exist", "share"}),
    "windows": _ALL,
    "plain": _ALL,
    "portable": _ALL,
}

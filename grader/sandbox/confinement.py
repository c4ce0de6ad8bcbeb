"""A way to confine workers, as data: what the process is started under, and how it locks itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from grader.model.dataclass import dataclass

Wrap = Callable[[Sequence[str], Sequence[str]], list[str]]


def bare(command: Sequence[str], readable: Sequence[str]) -> list[str]:
    """The command as it is."""
    return list(command)


@dataclass(frozen=True)
class Confinement:
    """`wrap(command, readable)` is the command line that starts `command` where only the `readable` paths are there.

    `locked` asks the worker to put Landlock and seccomp on itself, `uid` (0: none) to become that user first, `low` to
    lower its integrity level (Windows). `portable` workers use nothing that only Linux has. `modules` are installed
    packages that student code may import besides numpy.
    """

    name: str
    wrap: Wrap = bare
    locked: bool = False
    uid: int = 0
    low: bool = False
    portable: bool = False
    experimental: bool = False
    modules: tuple[str, ...] = ()

    @property
    def by_linux(self) -> bool:
        """Whether Linux' own powers serve: its forks, limits of memory, times of threads, and end with the parent."""
        return sys.platform == "linux" and not self.portable


@dataclass(frozen=True)
class Missing:
    """A confinement that this machine does not offer: why, and what to install or set."""

    name: str
    why: str
    remedy: str

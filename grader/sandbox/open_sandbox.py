"""Where workers come from: `open_sandbox` takes the strongest confinement that this machine offers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from grader.model import GraderError
from grader.sandbox.choose import choose, known
from grader.sandbox.source import HARMS, Isolation, Sandbox


def open_sandbox(warm: bool = True, backend: str = "", modules: Sequence[str] = ()) -> Sandbox:
    """Forks of a warm worker on Linux, a fresh process for each elsewhere or when asked for; the strongest backend.

    Student code may import `modules` besides numpy. Raises GraderError for a `backend` that this machine does not
    offer, or a module that is not installed.
    """
    confinement = replace(choose(backend), modules=tuple(modules))
    if sys.platform != "win32" and warm and confinement.by_linux:
        from grader.sandbox.forked_workers import Warm

        return Warm(confinement)
    from grader.sandbox.fresh_workers import Fresh

    return Fresh(confinement)


def isolation(sandbox: Sandbox) -> Isolation:
    """What confines this sandbox's workers, tried out once. Raises GraderError where no worker can be started."""
    if sandbox.probed is None:
        from grader.sandbox.harm_probe import probe  # it needs numpy, and a warm worker can be started before that

        sandbox.probed = probe(sandbox)
    return sandbox.probed


def require_isolation(sandbox: Sandbox, least: str = "") -> None:
    """Raises GraderError where student code can do something that it should not.

    With `least`, the name of a backend: where the confinement is weaker, or allows more than that one does.
    """
    from grader.sandbox.backends import BACKENDS, LEAVES

    order = [*BACKENDS]
    name = sandbox.confinement.name
    if least and order.index(known(least)) < order.index(name):
        raise GraderError(
            f"the sandbox here is `{name}`, but at least `{least}` is required; `grade doctor` says what to install or "
            "change"
        )
    allowed = LEAVES[least] if least else frozenset()
    left = [harm for harm in isolation(sandbox).open if harm not in allowed]
    if left:
        raise GraderError(
            f"the sandbox `{name}` does not block: {', '.join(HARMS[harm] for harm in left)}; `grade doctor` says what "
            "to install or change"
        )

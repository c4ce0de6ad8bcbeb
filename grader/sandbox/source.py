"""A source of workers, and what is known of how it confines them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from grader.model import Limits
from grader.model.dataclass import dataclass
from grader.sandbox.confinement import Confinement

if TYPE_CHECKING:
    from grader.sandbox.connection import WorkerConnection
    from grader.sandbox.shared_programs import SharedPrograms

HARMS = {
    "read": "reading files",
    "write": "writing files",
    "exist": "learning that a path exists",
    "run": "starting processes",
    "network": "network",
    "signal": "signalling processes",
    "spy": "looking into processes",
    "share": "shared memory",
}
"""What student code should not be able to do, as reports say it."""


_ALLOWED = "; allowed: "


@dataclass(frozen=True)
class Isolation:
    """What confines a worker, and which of HARMS it can do all the same."""

    name: str
    layers: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def text(self) -> str:
        """One line with the details, for reports: the layers, what they block, and what student code can do."""
        layers = " + ".join(self.layers) or "separate process with limits"
        blocked = ", ".join(HARMS[harm] for harm in HARMS if harm not in self.open) or "nothing"
        allowed = ", ".join(HARMS[harm] for harm in self.open) or "nothing"
        return f"{layers}; blocked: {blocked}{_ALLOWED}{allowed}"

    @property
    def summary(self) -> str:
        """One line for terminals, without the details."""
        return summary_of_text(self.text)


def summary_of_text(text: str) -> str:
    """The summary of the isolation with this `text`; all of it where an earlier version of the grader wrote it."""
    _, known, allowed = text.partition(_ALLOWED)
    if not known:
        return f"sandbox: {text}"
    if allowed == "nothing":
        return "sandbox: full"
    degree = "basic" if HARMS["read"] in allowed else "partial"
    return f"sandbox: {degree}, not blocked: {allowed} (see `grade doctor`)"


class Sandbox(Protocol):
    """A source of workers, all confined in one way."""

    confinement: Confinement
    held: tuple[str, ...]
    probed: Isolation | None
    prepared: set[str]

    def teach(self, shared: Iterable[SharedPrograms]) -> None:
        """Has workers that start from now on know these programs, where that is possible. Raises GraderError."""

    def prepare(self, module: str) -> None:
        """Has workers that start from now on import a module that only some texts need. Raises GraderError."""

    def start(self, limits: Limits, cpu: int) -> WorkerConnection:
        """A worker for one submission, `cpu` seconds in all. Raises GraderError."""

    def close(self) -> None:
        """Ends every process that is left."""

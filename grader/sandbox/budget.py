"""What student code may still spend, over all the workers that serve one exercise."""

from __future__ import annotations

from grader.model import Limits
from grader.model.dataclass import dataclass


@dataclass
class Budget:
    """Seconds of CPU, of waiting (no thread runs, nor is ready to run) and of wall time; bytes of output; `serving`:
    seconds of CPU that the judge may take to answer its calls.

    A worker that ends restores nothing: the next one for the same exercise goes on with what is left.
    """

    cpu: float
    wait: float
    wall: float
    output: int
    serving: float = 0.0

    @classmethod
    def of(cls, limits: Limits) -> Budget:
        """All that the limits allow."""
        return cls(limits.cpu, limits.wait, limits.wall, limits.output, limits.cpu)

    def spend(
        self, cpu: float = 0.0, wait: float = 0.0, wall: float = 0.0, output: int = 0, serving: float = 0.0
    ) -> None:
        """Takes away what was used."""
        self.cpu -= cpu
        self.wait -= wait
        self.wall -= wall
        self.output -= output
        self.serving -= serving

    @property
    def spent(self) -> str:
        """What is used up, of cpu, wait, output and wall in this order; "" where something is left of each."""
        return next((name for name in ("cpu", "wait", "output", "wall") if getattr(self, name) < 0), "")

"""Work for a crew's processes that ends them: a test's own processes, started for it alone."""

from __future__ import annotations

import os
from pathlib import Path

from grader.bench import Bench


def answer(bench: Bench, number: int) -> int:
    """The number; at 3 the process is gone."""
    if number == 3:
        os._exit(9)
    return number


def die_once(bench: Bench, mark: str) -> str:
    """Ends the process the first time that it is given this mark."""
    path = Path(mark)
    if not path.exists():
        path.write_text("", "utf-8")
        os._exit(9)
    return "alive"

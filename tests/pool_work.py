"""Work for a pool's processes that ends them: a test's own processes, started for it alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

from grader.judge.environment import JudgeEnvironment


def answer(environment: JudgeEnvironment, number: int) -> int:
    """The number; at 3 the process is gone."""
    if number == 3:
        os._exit(9)
    return number


def die_once(environment: JudgeEnvironment, mark: str) -> str:
    """Ends the process the first time that it is given this mark."""
    path = Path(mark)
    if not path.exists():
        path.write_text("", "utf-8")
        os._exit(9)
    return "alive"


def sleep(environment: JudgeEnvironment, seconds: float) -> None:
    """Never answers in time."""
    time.sleep(seconds)


def sleep_and_count(environment: JudgeEnvironment, mark: str) -> None:
    """Leaves a line for each time that it is tried, and never answers in time."""
    with Path(mark).open("a", encoding="utf-8") as file:
        file.write("tried\n")
    time.sleep(40)

"""What the checks of an exercise ask first: all of it in one exchange, each reply kept for its check."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import field

from grader.checks.base import PlanAttempt
from grader.model.dataclass import dataclass
from grader.sandbox.answers import ProtocolError
from grader.sandbox.connection import WorkerConnection, WorkerLost
from grader.sandbox.requests import Reply, Request, ask_all


@dataclass
class FirstAnswers:
    """The replies to what a check asks first, in order; `lost` is how its worker ended over it, `seconds` how long its
    replies took. Where an earlier check ended the worker, there is none of this."""

    attempt: PlanAttempt
    replies: list[Reply] = field(default_factory=list)
    lost: WorkerLost | ProtocolError | None = None
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether all was answered."""
        return len(self.replies) == len(self.attempt.requests)

    @property
    def known(self) -> Sequence[tuple[Request, Reply]]:
        """The requests with their replies."""
        return list(zip(self.attempt.requests, self.replies, strict=True)) if self.complete else []


def first_answers(worker: WorkerConnection, attempts: Mapping[str, PlanAttempt]) -> dict[str, FirstAnswers]:
    """The first answers of each check, by its id. What must come before the judged file is imported is asked before
    all else."""
    found = {name: FirstAnswers(attempt) for name, attempt in attempts.items()}
    asked = [(one, request) for one in found.values() for request in one.attempt.requests]
    asked.sort(key=lambda pair: not pair[1].first)
    running, since = asked[0][0], time.perf_counter()

    def take(number: int, reply: Reply) -> None:
        nonlocal running, since
        now = time.perf_counter()
        running = asked[number][0]
        running.replies.append(reply)
        running.seconds += now - since
        running, since = asked[min(number + 1, len(asked) - 1)][0], now

    try:
        ask_all(worker, [request for _, request in asked], take)
    except (WorkerLost, ProtocolError) as error:
        running.lost = error
    return found

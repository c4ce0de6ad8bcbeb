"""What the checks of an exercise ask first: all of it in one exchange, each reply kept for its check."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.checks.base import PlanAttempt
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
    all else. Raises GraderError where no worker can be started."""
    found = {name: FirstAnswers(attempt) for name, attempt in attempts.items()}
    asked = list(_in_order(found.values()))
    done = [0]
    started = [time.perf_counter()]

    def take(number: int, reply: Reply) -> None:
        now = time.perf_counter()
        asked[number][0].replies.append(reply)
        asked[number][0].seconds += now - started[0]
        started[0] = now
        done[0] += 1

    try:
        if asked:
            ask_all(worker, [request for _, request in asked], take)
    except (WorkerLost, ProtocolError) as error:
        asked[min(done[0], len(asked) - 1)][0].lost = error
    return found


def _in_order(answers: Iterable[FirstAnswers]) -> Iterable[tuple[FirstAnswers, Request]]:
    pairs = [(one, request) for one in answers for request in one.attempt.requests]
    return sorted(pairs, key=lambda pair: not pair[1].first)

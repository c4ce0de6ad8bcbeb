"""The worker in which the course's own solution answers: one for a submission, which never meets student code."""

from __future__ import annotations

from collections.abc import Callable

from grader.model import Course, Limits
from grader.sandbox import requests
from grader.sandbox.budget import Budget
from grader.sandbox.connection import WorkerConnection


class ReferenceWorker:
    """Started when a check first asks, and again where the solution has ended it."""

    def __init__(self, start: Callable[[], WorkerConnection], course: Course, factor: float) -> None:
        self._start, self._course = start, course
        self._cpu = factor * max(exercise.limits.cpu for exercise in course.exercises)
        self._connection: WorkerConnection | None = None

    def running(self) -> WorkerConnection:
        """The worker. Raises GraderError where none can be started."""
        if self._connection is None or not self._connection.alive:
            self._connection = self._allowed(self._start())
            requests.load(self._connection, self._course.reference)
        return self._allowed(self._connection)

    def _allowed(self, connection: WorkerConnection) -> WorkerConnection:
        connection.allow(Budget.of(Limits(cpu=self._cpu)))
        return connection

    def close(self) -> None:
        """Ends it."""
        if self._connection is not None:
            self._connection.close()

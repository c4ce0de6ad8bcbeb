"""The workers of one submission: an exercise has its own, which end with it, on one budget.

So what one file breaks costs no other exercise, and there is no second attempt that code could tell from the first.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from grader.model import GraderError, Limits, Submission
from grader.sandbox import requests
from grader.sandbox.budget import Budget
from grader.sandbox.connection import WorkerConnection
from grader.sandbox.requests import Request
from grader.sandbox.source import Sandbox

# Tries to start a worker, and seconds of the first pause between two: 1.5 s in all, in which other workers
# of a crowded machine end.
STARTS, PAUSE = 4, 0.25
# Seconds of CPU beyond its budget before the system ends a worker: the judge, which looks every 0.05 s, is to be first.
SPARE_CPU = 30
# Seconds of CPU to read one text: what people write takes some milliseconds. And how many texts there may be, at most.
READING, MOST_TEXTS = 5.0, 100
# What reading texts of a form needs beside what every worker has: a quarter of a second to import, and few texts need
# it.
PARSERS = {"dot": "pydot.dot_parser"}
# A submission may wait as long as this many exercises may; from then on each may wait for this share of its time. A
# file that sleeps costs itself alone; whoever has them all sleep does not hold up a class.
PATIENT, IMPATIENT = 3.0, 0.3


class Workers:
    """The running workers by their purpose: the judged code, what it rests on, and reading."""

    def __init__(self, sandbox: Sandbox, submission: Submission) -> None:
        self._sandbox, self._submission = sandbox, submission
        self._judged: WorkerConnection | None = None
        self._apart: WorkerConnection | None = None
        self._reading: WorkerConnection | None = None
        self._parsers: frozenset[str] = frozenset()
        self._limits, self._waited = Limits(), 0.0
        self._budget, self._allowed = Budget.of(self._limits), self._limits.wait
        self.left = 0  # processes that the exercise's code had started and that still ran when its workers had ended

    def begin(self, limits: Limits) -> None:
        """An exercise begins, with a budget that all of its workers share."""
        self.end()
        self.left = 0
        self._limits = limits
        patient = self._waited < PATIENT * limits.wait
        self._budget = Budget.of(replace(limits, wait=limits.wait * (1.0 if patient else IMPATIENT)))
        self._allowed = self._budget.wait

    def again(self) -> None:
        """The machine caused a failure: new workers go on with what is left of CPU and waiting."""
        self.drop()
        self.take_output()
        self._budget.wall = self._limits.wall

    def drop(self) -> None:
        """Ends the workers that run the exercise's code; others go on where they are needed."""
        for connection in (self._judged, self._apart):
            if connection is not None:
                connection.close()

    def end(self) -> None:
        """The exercise is over, and so are the workers that ran its code."""
        self.drop()
        if self._judged is not None or self._apart is not None:
            self._waited += max(0.0, self._allowed - self._budget.wait)
        self.left += sum(connection.left for connection in (self._judged, self._apart) if connection is not None)
        self._judged = self._apart = None

    def close(self) -> None:
        """Ends all of them."""
        self.end()
        if self._reading is not None:
            self._reading.close()

    def teach(self, requested: Iterable[Request]) -> None:
        """Has workers that start from now on know the programs that a class shares. Raises GraderError."""
        self._sandbox.teach([request.shared for request in requested if request.shared is not None])

    def judged(self) -> WorkerConnection:
        """Runs the file that is judged; where code has ended it, a new one for the requests that are left."""
        if self._judged is None or not self._judged.alive:
            self._judged = self._loaded(self._judged)
        return self._judged

    def apart(self) -> WorkerConnection:
        """Runs what the judged file rests on, which is measured where that file never ran."""
        if self._apart is None or not self._apart.alive:
            self._apart = self._loaded(self._apart)
        return self._apart

    def reading(self, form: str) -> WorkerConnection:
        """Has the submission's files and runs none of them; with a budget for the next text, of this form, alone."""
        needed = PARSERS.get(form)
        if needed is not None:
            self._sandbox.prepare(needed)
            if self._reading is not None and needed not in self._parsers:
                self._reading.close()
        if self._reading is None or not self._reading.alive:
            self._parsers = frozenset(self._sandbox.prepared)
            self._reading = self._loaded(None, replace(self._limits, cpu=READING * MOST_TEXTS))
        self._reading.allow(Budget.of(replace(self._limits, cpu=min(self._limits.cpu, READING))))
        return self._reading

    def take_output(self) -> str:
        """What the exercise's code has printed since the last call."""
        connections = (self._judged, self._apart)
        return "".join(connection.take_output() for connection in connections if connection is not None)

    def start(self, limits: Limits) -> WorkerConnection:
        """A new worker. Where the machine has no room for one it is tried again, later. Raises GraderError."""
        cpu = int(limits.cpu) + SPARE_CPU
        for pause in range(1, STARTS):
            try:
                return self._sandbox.start(limits, cpu)
            except GraderError:
                time.sleep(pause * PAUSE)
        return self._sandbox.start(limits, cpu)

    def _loaded(self, before: WorkerConnection | None, limits: Limits | None = None) -> WorkerConnection:
        """A new worker that has the submission's files, in the place of one that has ended."""
        printed = before.take_output() if before is not None else ""
        self.left += before.left if before is not None else 0
        connection = self.start(limits or self._limits)
        connection.allow(Budget.of(Limits(cpu=SPARE_CPU)))  # loading the files is not charged to the student
        requests.load(connection, {**self._submission.files, **self._submission.given}, self._submission.notebooks)
        connection.allow(self._budget)
        connection.keep_output(printed)
        return connection

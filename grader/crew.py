"""Grades many submissions on several processes: each loads the course once and keeps a warm worker of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from grader.model import Course, Report, Settings, Submission
from grader.sandbox import Sandbox


@dataclass(frozen=True)
class Job:
    """One submission to grade with one seed; `key` says whose result it is."""

    key: str
    submission: Submission
    settings: Settings


@dataclass(frozen=True)
class _Bench:
    course: Course
    sandbox: Sandbox


_bench: _Bench | None = None


def run(jobs: Sequence[Job], course: Path, processes: int, explain: bool = True) -> Iterator[tuple[str, Report]]:
    """Each job's key and report, as they are done. Without `explain` no failure is diagnosed, which costs less."""
    if processes <= 1:
        yield from _run_here(jobs, course, processes != 0, explain)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, initializer=_prepare, initargs=(course, True, explain))
    try:
        for future in as_completed([pool.submit(_grade, job) for job in jobs]):
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def default_processes() -> int:
    """One process a core."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _run_here(jobs: Sequence[Job], course: Path, warm: bool, explain: bool) -> Iterator[tuple[str, Report]]:
    _prepare(course, warm, explain)
    try:
        for job in jobs:
            yield _grade(job)
    finally:
        if _bench is not None:
            _bench.sandbox.close()


def _prepare(folder: Path, warm: bool, explain: bool) -> None:
    from grader.course.load import load_course
    from grader.sandbox import open_sandbox

    global _bench
    course = load_course(folder)
    if not explain:
        course = replace(course, exercises=tuple(replace(exercise, wrong=()) for exercise in course.exercises))
    _bench = _Bench(course, open_sandbox(warm, modules=course.modules))


def _grade(job: Job) -> tuple[str, Report]:
    from grader.pipeline import grade

    assert _bench is not None
    return job.key, grade(_bench.course, job.submission, job.settings, _bench.sandbox)

"""Progress of a class: one line that is updated on a terminal, a new line now and then elsewhere."""

from __future__ import annotations

import os
import shutil
import time
from typing import TextIO

from grader.base.text import escape_controls
from grader.classroom.run.grade_class import Progress

EVERY_LIVE, EVERY_PLAIN = 0.2, 15.0  # seconds: an update that looks continuous, and a log that stays short
SLOW = 2.0  # seconds from which a submission is named; most take less
RECENT = 0.3  # weight of the newest second in the rate: smooth, but it follows within some seconds


class ProgressLine:
    """Shows progress on a stream. The rate only counts submissions graded in this run: reused ones take no time."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._live = stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
        self._start = self._last = time.monotonic()
        self._shown = False
        self._seen = (self._start, 0)
        self._rate = 0.0

    def hear(self, progress: Progress) -> None:
        """Shows it, unless it was shown just before."""
        now = time.monotonic()
        if now - self._last < (EVERY_LIVE if self._live else EVERY_PLAIN):
            return
        self._last = now
        self._measure(now, progress.judged)
        line = self._line(now, progress)
        if self._live:
            width = shutil.get_terminal_size((88, 24)).columns - 1
            self._write(f"\r\x1b[K{line[:width]}")
            self._shown = True
        else:
            self._write(line + "\n")

    def clear(self) -> None:
        """Clears the line."""
        if self._shown:
            self._write("\r\x1b[K")

    def _measure(self, now: float, judged: int) -> None:
        then, before = self._seen
        if now - then >= 1.0:
            rate = (judged - before) / (now - then)
            self._rate = rate if not before else (1 - RECENT) * self._rate + RECENT * rate
            self._seen = (now, judged)

    def _line(self, now: float, progress: Progress) -> str:
        parts = [f"{progress.done} of {progress.total}"]
        left = progress.total - progress.done
        if self._rate > 0:
            parts.append(f"{self._rate:.3g} per second")
            if left:
                parts.append(f"{duration(left / self._rate)} left")
        slowest = min(progress.running, key=lambda one: one.since, default=None)
        if slowest is not None and now - slowest.since >= SLOW:
            seconds = f"{now - slowest.since:.0f}"
            parts.append(f"slowest: {escape_controls(slowest.job.name)}, {seconds} s")
        return " · ".join(parts)

    def _write(self, text: str) -> None:
        if self._stream is not None:
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError):
                self._stream = None


def duration(seconds: float) -> str:
    """A time to wait, in the unit that fits."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

"""What a process that grades one submission of a class is sent, and what it sends back."""

from __future__ import annotations

from collections.abc import Mapping

from grader.model import Settings, Submission
from grader.model.dataclass import dataclass
from grader.review.decision import Decision


@dataclass(frozen=True)
class Task:
    """A submission; stored results as JSON by exercise; a person's decisions on it."""

    submission: Submission
    settings: Settings
    known: Mapping[str, bytes]
    decisions: tuple[Decision, ...]

    @property
    def name(self) -> str:
        """The submission's name."""
        return self.submission.name


@dataclass(frozen=True)
class Done:
    """Both reports, the summary and the marks as text; the new results as JSON by exercise, before any decision.

    An exercise where the grader failed (`judge_error`) has no new result; `errors` counts those checks.
    """

    json: str
    html: str
    summary: str
    marks: str
    fresh: Mapping[str, bytes]
    errors: int

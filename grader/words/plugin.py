"""Sentences of the pytest plugin."""

from __future__ import annotations

PYTEST_SUBMISSION = "submission: {path}, course: {title}"
PYTEST_CHECK = "{claim}: {score} of {max} points, {verdict}"
PYTEST_WAITS = "waits for a person: {message}"
PYTEST_ADVICE = "advice: {message}"
PYTEST_POINTS = "points"
PYTEST_FOREIGN_SETTINGS = (
    "pytest would follow {ini}, which is part of the submission: write --submission={path} with an equals sign, "
    "then it does not look there"
)

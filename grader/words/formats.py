"""Sentences of reports that other tools read: JUnit, GitHub, Gradescope, Classroom 50, Markdown."""

from __future__ import annotations

# --format and --fail-under

# What the formats say
CHECK_TITLE = "{id} {title}: {claim}"
MORE_LOST = "{count} more places lose points: see the summary, or report.html"
FORMAT_BONUS = "bonus: this costs no points"
FORMAT_ADVICE = "advice: this costs no points"
FORMAT_WAITS = "this waits for a person: its points count neither as earned nor as lost"
BONUS_EARNED = "{id} {title} (bonus: {score} of {max} points, not counted here)"
CUT = "… (cut here; report.html has all of it)"

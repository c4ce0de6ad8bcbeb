"""Sentences of comparisons: what moved between two runs, and why."""

from __future__ import annotations

# What was given

# What changed on the whole
DIFF_FACTS = {
    "course": "course",
    "template": "course: template",
    "reference": "course: reference",
    "grader": "grader",
    "python": "Python",
    "numpy": "numpy",
    "platform": "platform",
    "isolation": "isolation",
    "seed": "seed",
    "submission": "submission",
}

# Who moved
DIFF_ARROW = "{before} → {after}"
DIFF_OF = "{score} of {max}"
DIFF_CAUSES = {
    "submission": "submission",
    "elsewhere": "other parts of the submission",
    "course": "course",
    "grader": "grader",
    "isolation": "isolation",
    "seed": "seed",
    "review": "review",
    "only": "--only",
}

# The sum

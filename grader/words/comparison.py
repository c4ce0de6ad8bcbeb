"""Sentences of comparisons: what moved between two runs, and why."""

from __future__ import annotations

# What was given
DIFF_NO_SUCH = "there is nothing at {path}; give a report folder, a results.json, or the folder of a class's reports"
DIFF_ONE_AND_CLASS = "{one} is one report and {many} holds a class's; give two of a kind, as in {example}"
DIFF_NOTHING_SHARED = "no submission is in both {one} and {two}: the names of their folders differ"

# What changed on the whole
DIFF_ALL_THE_SAME = "course, grader, machine, seed and what was handed in are the same on both sides"
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
DIFF_CHANGED = "changed"
DIFF_IN_SO_MANY = "   (in {count} of {all})"

# Who moved
DIFF_ARROW = "{before} → {after}"
DIFF_OF = "{score} of {max}"
DIFF_BONUS = "bonus {points}"
DIFF_NOT_GRADED = "not graded"
DIFF_CAUSED = "({causes} changed)"
DIFF_NO_CAUSE = "(nothing that was recorded changed)"
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
DIFF_ONLY_IN = "only in {run}: {name}"
DIFF_NOT_COMPARED = "not compared: {why}"

# The sum
DIFF_COMPARED = "{count} compared"
DIFF_UP_DOWN = "{up} moved up, {down} down"
DIFF_LEVEL = "{count} moved at the same points"
DIFF_UNCHANGED = "{count} unchanged"
DIFF_MEAN = "mean change {change}"
DIFF_IN_DOUBT = (
    "{count} move{s} with nothing recorded that changed: the grader or the machine is in doubt (a time limit on a busy "
    "machine, for one); grade again to see"
)
DIFF_COMPARING = "comparing {done} of {all}"

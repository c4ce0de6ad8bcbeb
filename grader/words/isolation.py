"""Sentences about isolation and the attacks on it."""

from __future__ import annotations

# Isolation

# Attacks on the isolation
CANARY_SECRETS = {
    "secret": "a secret file was read",
    "reference": "the reference was read",
    "neighbour": "another student's file was read",
    "course": "the course's file was read",
    "environment": "the judge's environment was read",
    "memory": "the judge's memory was read",
}
SIEGE_FAILED = "right code got {score:g} of {due:g} points: {said}"
SIEGE_RAISED = "the judge raised {what}"
SIEGE_HUNG = "the judge hung for {seconds:g} seconds"
SIEGE_DIED = "the judge's process ended with status {status}: {last}"
SIEGE_TOTAL = "{backend}: {tried} tried, {forged} forged, {harmed} harmed, {failed} failed, {crashed} crashed{left}"
SIEGE_NOT_TRIED_HERE = "{count} would harm the machine where nothing is locked, and were not tried"
SIEGE_KNOWN = "{id}: {what} (this isolation cannot hide that)"

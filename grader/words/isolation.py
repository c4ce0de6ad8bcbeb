"""Sentences about isolation and the attacks on it."""

from __future__ import annotations

# Isolation
NO_LAYERS = "separate process with limits"
ISOLATION_LINE = "{layers}; shut: {held}; open: {open}"
PROBE_FAILED = "the isolation could not be tried out ({why}); `grade doctor` says more"
TOO_WEAK = (
    "student code would be confined by `{name}` here, and at least `{least}` is required; `grade doctor` says what to "
    "install or set"
)
NOT_ISOLATED = "this machine leaves something open: {open}; `grade doctor` says what to install or set"
DOCTOR_HEAD = "{system}, Python {python}, numpy {numpy}, {cores} core{s}"
DOCTOR_TAKEN = "strongest; used unless --isolation names another"
DOCTOR_OPEN = "open: {open}"
DOCTOR_SHUT = "nothing open"
DOCTOR_NOT_HERE = "not here: {why}"
DOCTOR_EXPERIMENTAL = "experimental"
DOCTOR_REMEDY = "to do: {remedy}"

# Attacks on the isolation
NO_ATTACK = "there is no attack and no family of attacks called {name!r}"
CANARY_SECRETS = {
    "secret": "a secret file was read",
    "reference": "the reference was read",
    "neighbour": "another student's file was read",
    "course": "the course's file was read",
    "environment": "the judge's environment was read",
    "memory": "the judge's memory was read",
}
CANARY_RANG = "it got through: {what}"
CANARY_FILE_NEW = "a file was written: {path}"
CANARY_FILE_GONE = "a file was removed: {path}"
CANARY_FILE_CHANGED = "a file was changed: {path}"
CANARY_REACHED = "a socket was reached: {name}"
CANARY_KILLED = "another process of the judge's user was killed (status {status})"
CANARY_SIGNALLED = "another process of the judge's user got signal {number}"
CANARY_ALTERED = "another process of the judge's user was stopped or given other limits"
CANARY_SWOLLEN = "the judge's memory grew by {size} MiB"
CANARY_DESCRIPTORS = "the judge has {count} more open descriptors"
CANARY_LEFT_FILE = "a file is left behind: {path}"
CANARY_SEGMENT = "a System V segment ({kind}) is left behind"
CANARY_SETTING = "a setting of the kernel was changed"
CANARY_PROCESS = "{count} processes too many are left running"
CANARY_UNSAFE_TEXT = "control characters reach the report"
SIEGE_FORGED = "{score:g} points where {earned:g} are earned ({verdicts})"
SIEGE_FAILED = "right code got {score:g} of {due:g} points: {said}"
SIEGE_SPOILT = "other exercises lost points: {names}"
SIEGE_NEXT_SPOILT = "the next submission, all right, got {score:g} points"
SIEGE_RAISED = "the judge raised {what}"
SIEGE_BUSY = "the judge took {seconds:.1f} seconds of CPU for it"
SIEGE_HUNG = "the judge hung for {seconds:g} seconds"
SIEGE_DIED = "the judge's process ended with status {status}: {last}"
SIEGE_UNLOCKED = "nothing is locked"
SIEGE_NONE = "{backend}: not tried, {why}"
SIEGE_TOTAL = "{backend}: {tried} tried, {forged} forged, {harmed} harmed, {failed} failed, {crashed} crashed{left}"
SIEGE_NOT_TRIED = ", {count} not tried"
SIEGE_NOT_TRIED_HERE = "{count} would harm the machine where nothing is locked, and were not tried"
SIEGE_KNOWN = "{id}: {what} (this isolation cannot hide that)"

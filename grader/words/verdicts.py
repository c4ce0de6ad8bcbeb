"""Sentences of verdicts on student code: what came back, what failed, what is wrong."""

from __future__ import annotations

# What came back from student code, and what is due
A_NUMBER = "the number {value}"
NOT_A_NUMBER = "{got} came back where a number is due"
A_PAIR = "a pair (a {kind} of 2 values)"
SEVERAL_VALUES = "a {kind} of {count} values"
SEVERAL = "{got} came back; return {due}"
CAME_BACK_NAN = "NaN (not a number) came back"
WRONG_COUNT = "{got} came back where {due} is due"

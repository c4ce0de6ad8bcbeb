"""Sentences about names of submissions, and about how much of something there may be."""

from __future__ import annotations

CLASS_PLAIN_CUT = (
    "Without JavaScript these are the first {shown} of {all} students; gradebook.csv has all of them, and with "
    "JavaScript so has this page."
)

"""Sentences about names of submissions, and about how much of something there may be."""

from __future__ import annotations

NAMES_ALIKE = "{one} and {two} would have one name among the results: rename one of them"
TOO_MANY_HERE = "{path} holds more than {limit} entries: give a folder with the submission's own files alone"
CLASS_PLAIN_CUT = (
    "Without JavaScript these are the first {shown} of {all} students; gradebook.csv has all of them, and with "
    "JavaScript so has this page."
)

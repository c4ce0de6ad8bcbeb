"""Sentences on submissions that cannot be read, or not in time, and on repositories that are not their own."""

from __future__ import annotations

# A class's reader
READER_SLOW = (
    "reading it took more than {seconds} seconds, so it was given up: is the machine or its disk that slow? If not, it "
    "is made to break programs that open it"
)

# Several entries of one person

# Archives

# Notebooks

# Repositories

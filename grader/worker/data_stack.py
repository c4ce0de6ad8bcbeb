"""Room for the frames of all calls that one call makes.

CPython keeps frames in chunks of 16 KB, asks the system for a chunk when a call needs another one, and gives it back
when that call returns. A loop that calls a function just there does so each time, and takes up to twice as long.
Python 3.15 keeps one chunk instead, and so may later releases of 3.13 and 3.14:
https://github.com/python/cpython/issues/142183.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
# A chunk that holds a frame of this many words is the next larger power of two, 1 MB, of which no page is used until a
# call needs it. Its other half holds the frames of more than a thousand nested calls, which is Python's limit.
WORDS = 1 << 16


def with_room(act: Callable[[], Result]) -> Result:
    """What `act` returns. All calls that it makes share one chunk, unless they are nested very deeply."""
    return act()


if sys.version_info >= (3, 11):
    with_room.__code__ = with_room.__code__.replace(co_stacksize=WORDS)

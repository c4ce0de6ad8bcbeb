"""The names of a new exercise: its title as it was typed, the name of its function and files, and the next id."""

from __future__ import annotations

import keyword
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable

from grader.base.text import escape_controls
from grader.model import GraderError

LONGEST = 80  # letters of a title, and of a file's name: what fits on a line of the report
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "ł": "l"})
_NUMBERED = re.compile(r"(.*?)([0-9]+)")


def title_of(text: str) -> str:
    """A title on one line. Raises GraderError for text that is none."""
    title = " ".join(text.split())
    if not title or len(title) > LONGEST or escape_controls(title) != title:
        raise GraderError(f"{escape_controls(text[:LONGEST])!r} is no title: give one line of 1 to {LONGEST} letters")
    if title.endswith((".py", ".yaml")):
        raise GraderError(
            f"{title!r} is a file, not a title: give a name, as in layers, and then change `file:` in its YAML"
        )
    return title


def function_name(title: str) -> str:
    """A name for a Python function and its file: `softplus`, `l2_norm`, `gruesse`.

    A name that Python, its library or numpy has already gets `my_` before it.
    """
    folded = unicodedata.normalize("NFC", title).lower().translate(_SPELLED)
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "exercise"
    taken = keyword.iskeyword(name) or name in sys.stdlib_module_names or name == "numpy"
    return f"my_{name}" if taken or name[0].isdecimal() else name


def next_id(ids: Iterable[str]) -> tuple[str, int]:
    """What stands before the number of a new exercise, and the number: after `1` and `2` comes `3`, after `2.1` and
    `2.2` comes `2.3`. Of several beginnings, the most frequent one goes on."""
    found = [(match[1], int(match[2])) for one in ids if (match := _NUMBERED.fullmatch(one))]
    if not found:
        return "", 1
    [(beginning, _)] = Counter(beginning for beginning, _ in found).most_common(1)
    return beginning, 1 + max(number for other, number in found if other == beginning)

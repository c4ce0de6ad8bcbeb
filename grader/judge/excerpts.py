"""The student's own lines around a mistake, with the one at fault marked where the text of the file tells which."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence

from grader.base.text import escape_controls
from grader.checks.code.wrong_step import normal
from grader.checks.notebook_places import place as place_of
from grader.model import Excerpt, Notebook
from grader.sandbox.requests import FunctionOutline

MOST_LINES = 16  # of an excerpt: a method of an engine is shown whole
AROUND = 5  # lines before and after the marked ones, where a function is longer
WIDEST = 160  # characters of a line
_ASSIGNED = re.compile(r"\s*([\w\s,.()\[\]*]+?)\s*(?:[-+*/@]|\*\*)?=(?!=)")
_RETURN = re.compile(r"\s*return\b")


def lines_of(text: str) -> list[str]:
    """The lines of a file, as Python and editors count them."""
    return re.split(r"\r\n|\r|\n", text)


def of_results(text: str, function: FunctionOutline, names: Collection[str], step: str = "") -> tuple[int, ...]:
    """The numbers of the lines of a function that compute a wrong `step`, else the results of these names, else what
    its only `return` gives."""
    lines = list(_numbered(text, function))
    for wanted in ([step] if step else [], names):
        meant = {normal(name) for name in wanted}
        found = tuple(number for number, line in lines if meant & {normal(name) for name in _assigned(line)})
        if found:
            return found
    returns = tuple(number for number, line in lines if _RETURN.match(line))
    return returns if len(returns) == 1 else ()


def of_gradients(text: str, function: FunctionOutline, gradient: str, replaced: bool) -> tuple[int, ...]:
    """The numbers of the lines of a method that set a gradient; where it is `replaced` and not added to, those alone
    that do so."""
    any_of_them = re.compile(rf"\.{re.escape(gradient)}\s*(?:[-+*/]|\*\*)?=(?!=)")
    plain = re.compile(rf"(\b[\w.]*\.{re.escape(gradient)})\s*=(?!=)(?!.*\1\b)")
    lines = list(_numbered(text, function))
    for pattern in (plain, any_of_them) if replaced else (any_of_them,):
        found = tuple(number for number, line in lines if pattern.search(line))
        if found:
            return found
    return ()


def excerpt(
    file: str, text: str, function: FunctionOutline | None, marked: Sequence[int], notebooks: Mapping[str, Notebook]
) -> Excerpt | None:
    """The function, or as much of it as stands around the marked lines; None where nothing is to be shown."""
    lines = lines_of(text)
    marked = [number for number in marked if 0 < number <= len(lines)]
    first = function.line if function else min(marked, default=1) - AROUND
    last = function.last or function.line if function else max(marked, default=0) + AROUND
    if last - first >= MOST_LINES:
        near = marked[:1] or [first]
        first, last = max(first, near[0] - AROUND), min(last, max(near[0] + AROUND, first + MOST_LINES - 1))
        last = min(last, first + MOST_LINES - 1)
    first, last = max(1, first), min(last, len(lines))
    shown = textwrap.dedent("\n".join(line.expandtabs(4).rstrip() for line in lines[first - 1 : last])).split("\n")
    shown = [escape_controls(line)[:WIDEST] for line in shown]
    if not any(shown):
        return None
    inside = tuple(number for number in marked if first <= number <= last)
    at = inside[0] if inside else first
    return Excerpt(place_of(escape_controls(file), at, notebooks), first, tuple(shown), inside)


def _numbered(text: str, function: FunctionOutline) -> Iterator[tuple[int, str]]:
    """The lines of a function by number, without comments."""
    lines = lines_of(text)
    for number in range(function.line, min(function.last or function.line, len(lines)) + 1):
        if not lines[number - 1].lstrip().startswith("#"):
            yield number, lines[number - 1]


def _assigned(line: str) -> list[str]:
    """The names that a line assigns to."""
    found = _ASSIGNED.match(line)
    return re.findall(r"\w+", found[1]) if found else []

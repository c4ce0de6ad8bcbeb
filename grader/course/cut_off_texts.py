"""Texts that YAML cut off at a comma: in `{call: f(x, e)}` it ends the text, and `e)` becomes a key of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grader.course.strict_yaml import Path
from grader.model.dataclass import dataclass

_OPEN, _CLOSE = "([", ")]"


@dataclass(frozen=True)
class Cut:
    """The place of the text's beginning, the keys that its rest became, and the text as it was meant."""

    path: Path
    rest: tuple[Path, ...]
    meant: str

    def covers(self, path: Path) -> bool:
        """Whether something at `path` is about this text, or a part of it, or about all that stands beside it."""
        owners = {self.path[:-1], self.path[:-2] if self.path[-1] == "reference" else self.path[:-1]}
        return path in owners or any(path[: len(mine)] == mine for mine in (self.path, *self.rest))


def cuts(data: Any, path: Path = ()) -> Iterator[Cut]:
    """Every text in the data, which stands at `path`, that is missing its closing bracket and is followed by keys
    without a value up to the one that has it."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from cuts(item, (*path, index))
    if not isinstance(data, Mapping):
        return
    items = list(data.items())
    for number, (key, value) in enumerate(items):
        if isinstance(value, str) and _left_open(value) > 0:
            meant, rest = value, []
            for other, nothing in items[number + 1 :]:
                if nothing is not None or _left_open(meant) <= 0:
                    break
                meant += f", {other}"
                rest.append((*path, other))
            if rest and _left_open(meant) == 0:
                yield Cut((*path, key), tuple(rest), meant)
        yield from cuts(value, (*path, key))


def _left_open(text: str) -> int:
    return sum((letter in _OPEN) - (letter in _CLOSE) for letter in text)

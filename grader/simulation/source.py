"""What the text of an engine shows of its style: which methods it has, and which of them are made of others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from grader.simulation.styles import STYLES

METHODS = {"neg": "__neg__", "sub": "__sub__", "div": "__truediv__"}
NATIVE = "native"


@dataclass(frozen=True)
class Source:
    """The text of an engine, and the names of the attributes that hold a number and its gradient."""

    text: str
    value: str = "data"
    gradient: str = "grad"

    def names(self, method: str) -> bool:
        """Whether the text names this method at all."""
        return method in self.text

    @cached_property
    def styles(self) -> dict[str, tuple[str, ...]]:
        """For each choice the ways that are possible: a method that touches neither number nor gradient is made of
        other operations."""
        found = dict(STYLES)
        for choice, method in METHODS.items():
            body = self._body(method)
            if body and not re.search(rf"\.({re.escape(self.value)}|{re.escape(self.gradient)})\b", body):
                found[choice] = tuple(way for way in STYLES[choice] if way != NATIVE)
        return found

    def _body(self, method: str) -> str:
        """The lines of a method, by their indentation; "" where it is defined in another way."""
        lines = self.text.splitlines()
        for number, line in enumerate(lines):
            if re.match(rf"\s*def {method}\b", line):
                margin = len(line) - len(line.lstrip())
                rest = []
                for below in lines[number + 1 :]:
                    if below.strip() and len(below) - len(below.lstrip()) <= margin:
                        break
                    rest.append(below)
                return "\n".join([line, *rest])
        return ""

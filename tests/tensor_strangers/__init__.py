"""Engines on arrays as students write them: right ones in many styles, and each with one known mistake, or two.

They are texts; nothing here runs them. They measure how well a mistake is named, so whoever writes a rule that names
mistakes must not look at the styles in `HELD_BACK`.
"""

from __future__ import annotations

from . import (
    expansions,
    functions,
    generator,
    kahn,
    kinds,
    lambdas,
    micrograd,
    nodes,
    op_strings,
    serial_numbers,
    tables,
    tape,
    waiting,
)
from .faults import FAULTS, PAIRS
from .style import Style

__all__ = ["FAULTS", "HELD_BACK", "STYLES", "pairs", "places", "source"]

_STYLES: dict[str, Style] = {
    "micrograd": micrograd.STYLE,
    "functions": functions.STYLE,
    "tape": tape.STYLE,
    "lambdas": lambdas.STYLE,
    "kahn": kahn.STYLE,
    "generator": generator.STYLE,
    "op_strings": op_strings.STYLE,
    "expansions": expansions.STYLE,
    "serial_numbers": serial_numbers.STYLE,
    "nodes": nodes.STYLE,
    "kinds": kinds.STYLE,
    "waiting": waiting.STYLE,
    "tables": tables.STYLE,
}
STYLES = tuple(_STYLES)
HELD_BACK = STYLES[3::4]


def source(style: str, fault: str = "") -> str | None:
    """The text of tensor.py in this style with this mistake; None if it cannot be made in the style."""
    return _STYLES[style].source(*[fault] if fault else [])


def places(style: str, fault: str) -> set[str]:
    """The methods and functions that may be named as the place of the mistake: `Tensor.sum`, `unbroadcast`."""
    here = _STYLES[style]
    # The rule of the power that / is made of belongs to **, wherever it stands.
    power = any(edit.startswith("inv:") for edit in here.edits_of(fault) or ()) and "def __pow__" in here.text
    return FAULTS[fault][1] | here.changed(fault) | ({"Tensor.__pow__"} if power else set())


def pairs(style: str) -> list[tuple[str, str, str]]:
    """About eight pairs of mistakes in different operations, with the text of an engine that has both."""
    found = []
    for first, second in PAIRS:
        text = _STYLES[style].source(first, second)
        if text is not None:
            found.append((first, second, text))
    return found[:8]

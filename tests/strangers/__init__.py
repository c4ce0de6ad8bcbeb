"""Scalar engines as students write them: right ones in many styles, and each with one known mistake, or two.

They are texts; nothing here runs them. They measure how well a mistake is named, so whoever writes a rule that names
mistakes must not look at the styles in `HELD_BACK`.
"""

from __future__ import annotations

from . import (
    composed,
    functions,
    generations,
    generator,
    helpers,
    kahn,
    kinds,
    lambdas,
    local_pairs,
    micrograd,
    numpy_scalars,
    op_strings,
    serial_numbers,
    sets,
    tape,
    waiting,
)
from .faults import FAULTS, PAIRS
from .style import Style

__all__ = ["FAULTS", "HELD_BACK", "STYLES", "pairs", "places", "source"]

_STYLES: dict[str, Style] = {
    "micrograd": micrograd.STYLE,
    "sets": sets.STYLE,
    "functions": functions.STYLE,
    "kinds": kinds.STYLE,
    "tape": tape.STYLE,
    "local_pairs": local_pairs.STYLE,
    "kahn": kahn.STYLE,
    "op_strings": op_strings.STYLE,
    "generator": generator.STYLE,
    "lambdas": lambdas.STYLE,
    "numpy_scalars": numpy_scalars.STYLE,
    "helpers": helpers.STYLE,
    "composed": composed.STYLE,
    "serial_numbers": serial_numbers.STYLE,
    "generations": generations.STYLE,
    "waiting": waiting.STYLE,
}
STYLES = tuple(_STYLES)
HELD_BACK = STYLES[3::4]


def source(style: str, fault: str = "") -> str | None:
    """The text of value.py in this style with this mistake; None if it cannot be made in the style."""
    return _STYLES[style].source(*[fault] if fault else [])


def places(style: str, fault: str) -> frozenset[str]:
    """The methods that may be named as the place of the mistake, also the helpers that the style has it in."""
    here = _STYLES[style]
    parts = {edit.split(":", 1)[0].partition("#")[0].rstrip("+") for edit in here.edits_of(fault) or ()}
    names = {name for part in parts for one in part.split(",") for name in here.where.get(one, ())}
    return FAULTS[fault][1] | names


def pairs(style: str) -> list[tuple[str, str, str]]:
    """About twelve pairs of mistakes in different operations, with the text of an engine that has both."""
    found = []
    for first, second in PAIRS:
        text = _STYLES[style].source(first, second)
        if text is not None:
            found.append((first, second, text))
    return found[:12]

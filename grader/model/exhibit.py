"""What a report shows of a finding beside its sentences: wrong parts by name, lines of code, pictures, lines to paste.

It is made after a failure only. Every text is safe to print, every number finite.
"""

from __future__ import annotations

from grader.model.dataclass import noun


@noun(frozen=True)
class ComparedEntry:
    """One entry of an array: what it is, what it should be, and whether that is too far apart."""

    yours: str
    expected: str
    wrong: bool


@noun(frozen=True)
class WrongPart:
    """A part of a result that is wrong; `name` is "" where the result has one part. A small array has its entries as
    rows as well: one row for a vector."""

    name: str
    yours: str
    expected: str
    rows: tuple[tuple[ComparedEntry, ...], ...] = ()


@noun(frozen=True)
class Excerpt:
    """Lines of a student's file from line `first` on, those at fault `marked` by number; `place` is where it is, as a
    student knows it."""

    place: str
    first: int
    lines: tuple[str, ...]
    marked: tuple[int, ...] = ()


@noun(frozen=True)
class GradientNode:
    """A value in a graph, in a column and a row from 0: its gradient as the student's engine has it and as it should
    be. `yours` is "" where the engine keeps none."""

    x: float
    y: float
    label: str
    value: str
    yours: str
    expected: str
    wrong: bool


@noun(frozen=True)
class GradientGraph:
    """The smallest graph in which gradients go wrong; edges lead from operands to results, as pairs of indices."""

    nodes: tuple[GradientNode, ...]
    edges: tuple[tuple[int, int], ...]


@noun(frozen=True)
class DerivativeCurve:
    """A part of a gradient along one input, as the student's code has it and as it should be; the check asked `at` this
    input, and all others are those of the case."""

    part: str
    along: str
    xs: tuple[float, ...]
    yours: tuple[float, ...]
    expected: tuple[float, ...]
    at: float


@noun(frozen=True)
class AskedPoints:
    """The points at which a gradient checker called the function, each once, as offsets of each entry of the point from
    `at`. `step` is the one that was expected, `entries` the names of the entries that are listed."""

    at: str
    step: float
    entries: tuple[str, ...]
    offsets: tuple[tuple[float, ...], ...]


@noun(frozen=True)
class Exhibit:
    """All that is shown of one finding; what does not apply is empty. `paste` is code that shows the failure again."""

    parts: tuple[WrongPart, ...] = ()
    excerpt: Excerpt | None = None
    graph: GradientGraph | None = None
    curve: DerivativeCurve | None = None
    asked: AskedPoints | None = None
    paste: str = ""

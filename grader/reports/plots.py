"""Coordinates for a report's pictures: a loss over its epochs, and a graph in columns. Templates draw them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.model import Drawing
from grader.model.dataclass import dataclass

# All in pixels. The template has the same size, box height and left margin.
WIDTH, HEIGHT = 640.0, 180.0
LEFT, BOTTOM, TOP, RIGHT = 56.0, 22.0, 10.0, 10.0  # margins: left for the labels of powers of ten, below for the axis
COLUMN, ROW, BOX_HEIGHT = 150.0, 52.0, 30.0
LETTER = 7.4  # assumed width of a letter at the 12 px of report.css, to size a box by its label


@dataclass(frozen=True)
class Mark:
    """A label at a place, in pixels from the top left."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class LossPlot:
    """A polyline on a logarithmic scale, and its powers of ten."""

    points: str
    ticks: tuple[Mark, ...]


@dataclass(frozen=True)
class Box:
    """A node of a drawing: the middle of its box, its width, its label."""

    x: float
    y: float
    width: float
    label: str


@dataclass(frozen=True)
class GraphPlot:
    """Boxes, and arrows from edge to edge of two boxes as (x1, y1, x2, y2)."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[tuple[float, float, float, float], ...]


def loss_plot(curve: Sequence[float]) -> LossPlot | None:
    """The curve over equal steps; None where there are not two positive values to draw."""
    values = [math.log10(min(max(value, 1e-12), 1e12)) for value in curve if math.isfinite(value) and value >= 0]
    if len(values) < 2:
        return None
    low, high = math.floor(min(values)), math.ceil(max(values))
    span = max(1, high - low)
    across = (WIDTH - LEFT - RIGHT) / (len(values) - 1)
    down = (HEIGHT - TOP - BOTTOM) / span
    points = " ".join(
        f"{LEFT + index * across:.1f},{TOP + (low + span - value) * down:.1f}" for index, value in enumerate(values)
    )
    step = max(1, span // 5)
    ticks = [Mark(LEFT, TOP + (low + span - power) * down, f"{10.0**power:g}")
             for power in range(low, low + span + 1, step)]  # fmt: skip
    return LossPlot(points, tuple(ticks))


def graph_plot(drawing: Drawing) -> GraphPlot | None:
    """The graph from left to right; None for an empty one."""
    if not drawing.nodes:
        return None
    boxes = tuple(
        Box(COLUMN * (x + 0.5), ROW * (y + 0.5), max(30.0, LETTER * len(label) + 16), label)
        for x, y, label in drawing.nodes
    )
    arrows = tuple(_arrow(boxes[start], boxes[end]) for start, end in drawing.edges)
    width = max(box.x + box.width / 2 for box in boxes) + 10
    return GraphPlot(width, max(box.y for box in boxes) + ROW / 2, boxes, arrows)


def _arrow(start: Box, end: Box) -> tuple[float, float, float, float]:
    (x1, y1), (x2, y2) = _rim(start, end), _rim(end, start)
    return x1, y1, x2, y2


def _rim(box: Box, towards: Box) -> tuple[float, float]:
    """Where the line from the middle of a box to another leaves the box."""
    dx, dy = towards.x - box.x, towards.y - box.y
    if dx == dy == 0:
        return box.x, box.y
    share = min(box.width / 2 / abs(dx) if dx else math.inf, BOX_HEIGHT / 2 / abs(dy) if dy else math.inf)
    return round(box.x + dx * share, 1), round(box.y + dy * share, 1)

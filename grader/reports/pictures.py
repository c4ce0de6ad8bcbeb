"""Pictures of a finding, laid out for the template in pixels, each with the sentence that says the same in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.model import AskedPoints, DerivativeCurve, GradientGraph, GradientNode
from grader.model.dataclass import dataclass
from grader.reports.plots import Mark

BOX_WIDTH, BOX_HEIGHT, COLUMN, ROW = 132.0, 62.0, 146.0, 92.0  # of a node, and from one to the next
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 340.0, 190.0, 48.0, 12.0, 12.0, 30.0  # of a curve, and its margins
FAR = 3.0  # a wrong curve is cut where it is so many times as far off as the true one reaches
LINE, MIDDLE, UNIT, REACH = 30.0, 190.0, 50.0, 2.4  # of asked points: a line's height, x on it, a step, steps shown
SPARK_WIDTH, SPARK_HEIGHT = 150.0, 32.0
DIGITS = 4


def _short(value: float, digits: int) -> str:
    # As grader.maths.display writes numbers; that imports numpy, which the page of an unchanged class does without.
    return f"{value:.{digits}g}"


@dataclass(frozen=True)
class NodeBox:
    """A node of a graph with the middle of its box."""

    node: GradientNode
    x: float
    y: float


@dataclass(frozen=True)
class GradientPlot:
    """A graph from top to bottom: boxes, and arrows as (x1, y1, x2, y2)."""

    width: float
    height: float
    boxes: tuple[NodeBox, ...]
    arrows: tuple[tuple[float, float, float, float], ...]
    words: str


@dataclass(frozen=True)
class CurvePlot:
    """Two polylines on common axes, the probe on both, labels of the axes, and the line of 0 where it is in sight."""

    yours: str
    expected: str
    probe: tuple[Mark, Mark] | None
    across: tuple[Mark, ...]
    down: tuple[Mark, ...]
    zero: float | None
    words: str


@dataclass(frozen=True)
class AskedLine:
    """One entry of a point: where a checker moved it to, as places in pixels."""

    label: str
    y: float
    places: tuple[float, ...]


@dataclass(frozen=True)
class AskedPlot:
    """The lines of all entries, with labels above them."""

    height: float
    lines: tuple[AskedLine, ...]
    ticks: tuple[Mark, ...]
    words: str


@dataclass(frozen=True)
class Sparkline:
    """A small polyline of points over attempts, and its end."""

    points: str
    end: Mark
    words: str


def gradient_plot(graph: GradientGraph) -> GradientPlot:
    """The graph with leaves at the top and the result at the bottom, each layer in the middle."""
    layers: dict[float, list[GradientNode]] = {}
    for node in graph.nodes:
        layers.setdefault(node.x, []).append(node)
    width = COLUMN * max(map(len, layers.values()))
    boxes = [
        NodeBox(node, width / 2 + COLUMN * (node.y - (len(layers[node.x]) - 1) / 2), ROW * node.x + BOX_HEIGHT / 2 + 2)
        for node in graph.nodes
    ]
    arrows = tuple(
        (boxes[start].x, boxes[start].y + BOX_HEIGHT / 2, boxes[end].x, boxes[end].y - BOX_HEIGHT / 2)
        for start, end in graph.edges
    )
    words = "; ".join(map(_node_in_words, graph.nodes))
    return GradientPlot(width, ROW * (max(layers) + 1) - (ROW - BOX_HEIGHT) + 4, tuple(boxes), arrows, words)


def _node_in_words(node: GradientNode) -> str:
    yours = f"your gradient {node.yours}, " if node.yours else ""
    return f"{node.label} = {node.value}: {yours}true gradient {node.expected}{', wrong' if node.wrong else ''}"


def curve_plot(curve: DerivativeCurve) -> CurvePlot:
    """Both derivatives over the interval. Where yours is far off, it leaves the picture, so that the true one has a
    shape."""
    low, high = min(curve.expected), max(curve.expected)
    room = max(high - low, abs(high), abs(low), 1e-12)
    bottom = max(min(low, *curve.yours), low - FAR * room)
    top = min(max(high, *curve.yours), high + FAR * room)
    if top == bottom:
        bottom, top = bottom - 1, top + 1
    first, last = curve.xs[0], curve.xs[-1]

    def place(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * (x - first) / ((last - first) or 1.0)
        return across, TOP + (HEIGHT - TOP - BOTTOM) * (top - min(max(y, bottom), top)) / (top - bottom)

    def line(ys: Sequence[float]) -> str:
        return " ".join("{:.1f},{:.1f}".format(*place(x, y)) for x, y in zip(curve.xs, ys, strict=True))

    near = min(range(len(curve.xs)), key=lambda index: abs(curve.xs[index] - curve.at))
    yours, true = curve.yours[near], curve.expected[near]
    probe = (Mark(*place(curve.xs[near], yours), ""), Mark(*place(curve.xs[near], true), ""))
    words = (
        f"{curve.part} over {curve.along} from {_short(first, 3)} to {_short(last, 3)}: yours goes from "
        f"{_short(curve.yours[0], DIGITS)} to {_short(curve.yours[-1], DIGITS)}, the true one from "
        f"{_short(curve.expected[0], DIGITS)} to {_short(curve.expected[-1], DIGITS)}; near {curve.along} = "
        f"{_short(curve.at, DIGITS)} yours is {_short(yours, DIGITS)} and the true one {_short(true, DIGITS)}"
    )
    return CurvePlot(
        line(curve.yours), line(curve.expected), probe,
        (Mark(LEFT, HEIGHT - 12, _short(first, 3)), Mark(WIDTH - RIGHT, HEIGHT - 12, _short(last, 3))),
        (Mark(LEFT - 6, TOP + 4, _short(top, 3)), Mark(LEFT - 6, HEIGHT - BOTTOM + 4, _short(bottom, 3))),
        place(first, 0.0)[1] if bottom < 0 < top else None, words,
    )  # fmt: skip


def asked_plot(asked: AskedPoints) -> AskedPlot:
    """A line for each entry of the point, with the places that it was moved to."""
    lines, words = [], []
    for index, label in enumerate(asked.entries):
        moves = [offset[index] for offset in asked.offsets if index < len(offset)]
        alone = [move for move in dict.fromkeys(moves) if move]
        y = 26 + LINE * index + LINE / 2
        places = [MIDDLE + UNIT * max(-REACH, min(REACH, move / asked.step)) for move in (0.0, *alone)]
        lines.append(AskedLine(label, y, tuple(places[0 if any(not move for move in moves) else 1 :])))
        listed = ", ".join(f"{_short(move, 3):s}" for move in alone)
        words.append(f"{label} was moved by {listed}" if alone else f"{label} was never moved")
    ticks = tuple(
        Mark(MIDDLE + UNIT * step, 16, f"{asked.at} {'+' if step > 0 else '−'} ε" if step else asked.at)
        for step in (-1, 0, 1)
    )
    return AskedPlot(26 + LINE * len(lines), tuple(lines), ticks, f"points asked for: {'; '.join(words)}")


def sparkline(scores: Sequence[float]) -> Sparkline | None:
    """The points of the attempts from left to right; None for fewer than two."""
    if len(scores) < 2 or not all(map(math.isfinite, scores)):
        return None
    low, high = min(scores), max(scores)
    across, down = (SPARK_WIDTH - 12) / (len(scores) - 1), (SPARK_HEIGHT - 12) / ((high - low) or 1.0)
    places = [(6 + across * index, SPARK_HEIGHT - 6 - down * (score - low)) for index, score in enumerate(scores)]
    words = f"points of {len(scores)} attempts: {', '.join(_short(score, DIGITS) for score in scores)}"
    return Sparkline(" ".join(f"{x:.1f},{y:.1f}" for x, y in places), Mark(*places[-1], ""), words)

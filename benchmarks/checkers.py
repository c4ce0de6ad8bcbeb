"""Is any honest checker of gradients called wrong? Every style against functions as the course draws them.

    python benchmarks/checkers.py [DRAWS] [CHECK...]

Each check of the kinds `planted` and `detached` draws its functions with so many seeds; every style answers each of
them, in this process, by the programs that a worker runs, and the judge's own functions say whether it is right.
Prints what a style got wrong, and how tame the functions were.
"""

from __future__ import annotations

import importlib.util
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.checks.code import planted
from grader.checks.code.planted_gradients import RIGHT, SEEN_AT_ONCE
from grader.checks.code.planted_plan import misjudged
from grader.checks.engine import detached
from grader.course.load import load_course
from grader.sandbox import requests
from grader.sandbox.answers import Bool
from grader.worker import frames, programs
from grader.worker.encode import encode

ROOT = Path(__file__).resolve().parent.parent
Checker = Callable[..., Any]


def central(f: Any, x: Any, epsilon: float) -> tuple[Any, Any]:
    x = np.array(x, dtype=float)
    n = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += epsilon
        down[i] -= epsilon
        n[i] = (f(up)[0] - f(down)[0]) / (2 * epsilon)
    return np.asarray(f(x)[1], dtype=float), n


def in_place(f: Any, x: Any, epsilon: float) -> tuple[Any, Any]:
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        x = np.array(x, dtype=float)
    claimed, n = np.array(f(x)[1]), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += epsilon
        above = f(x)[0]
        x[i] -= 2 * epsilon
        n[i] = (above - f(x)[0]) / (2 * epsilon)
        x[i] += epsilon
    return claimed, n


def scaled(f: Any, x: Any, epsilon: float) -> tuple[Any, Any]:
    x = np.array(x, dtype=float)
    n = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        h = np.zeros_like(x)
        h[i] = epsilon * max(1.0, abs(x[i]))
        n[i] = (f(x + h)[0] - f(x - h)[0]) / (2 * h[i])
    return np.asarray(f(x)[1], dtype=float), n


def single(f: Any, x: Any, epsilon: float) -> tuple[Any, Any]:
    """The step that is really taken in float32 is what is divided by."""
    x = np.array(x, dtype=np.float32)
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += np.float32(epsilon)
        down[i] -= np.float32(epsilon)
        n[i] = (f(up)[0] - f(down)[0]) / (float(up[i]) - float(down[i]))
    return np.asarray(f(x)[1], dtype=float), n


def ratio(a: Any, n: Any) -> Any:
    return np.abs(a - n) / (np.abs(a) + np.abs(n))


def norms(a: Any, n: Any) -> float:
    return float(np.linalg.norm(a - n) / (np.linalg.norm(a) + np.linalg.norm(n)))


VERDICTS: dict[str, Callable[[Any, Any], Any]] = {
    "allclose as it is": np.allclose,
    "allclose, 1e-3 and 1e-4": lambda a, n: np.allclose(a, n, rtol=1e-3, atol=1e-4),
    "isclose of every entry, 1e-4": lambda a, n: bool(np.all(np.isclose(a, n, rtol=1e-4))),
    "absolute 1e-7": lambda a, n: bool(np.max(np.abs(a - n)) < 1e-7),
    "absolute 1e-4": lambda a, n: bool(np.max(np.abs(a - n)) < 1e-4),
    "absolute 1e-2": lambda a, n: bool(np.max(np.abs(a - n)) < 1e-2),
    "relative 1e-6": lambda a, n: bool(np.all(np.abs(a - n) <= 1e-6 * np.abs(n))),
    "relative 1e-2": lambda a, n: bool(np.all(np.abs(a - n) <= 1e-2 * np.abs(n))),
    "ratio of entries 1e-7": lambda a, n: bool(np.all(ratio(a, n) < 1e-7)),
    "ratio of entries 1e-2": lambda a, n: bool(np.max(ratio(a, n)) < 1e-2),
    "ratio of norms 1e-7": lambda a, n: norms(a, n) < 1e-7,
    "ratio of norms 1e-6": lambda a, n: norms(a, n) < 1e-6,
    "ratio of norms 1e-4": lambda a, n: norms(a, n) < 1e-4,
    "largest error over largest": lambda a, n: bool(np.max(np.abs(a - n)) < 1e-5 * max(1.0, np.max(np.abs(n)))),
    "math.isclose of each": lambda a, n: all(map(lambda p, q: math.isclose(p, q, rel_tol=1e-5), a.flat, n.flat)),
    "over max(1, |n|)": lambda a, n: bool(np.all(np.abs(a - n) < 1e-4 * np.maximum(1.0, np.abs(n)))),
}  # fmt: skip
LOOSE = ("allclose, 1e-3 and 1e-4", "absolute 1e-2", "relative 1e-2", "ratio of entries 1e-2")


GRADIENT_STYLES: dict[str, tuple[Checker, tuple[str, ...]]] = {
    "central": (central, tuple(VERDICTS)),
    "in place": (in_place, tuple(VERDICTS)),
    "scaled step": (scaled, tuple(VERDICTS)),
    "float32": (single, LOOSE),
}


def engine() -> Any:
    """The reference's class."""
    found = importlib.util.spec_from_file_location("value", ROOT / "reference" / "value.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def engine_styles(value: Any) -> dict[str, tuple[Checker, tuple[str, ...]]]:
    def differences(above: float, below: float) -> Checker:
        def take(f: Any, inputs: Any, epsilon: float) -> tuple[Any, Any]:
            values = [value(x) for x in inputs]
            f(values).backward()
            start, n = np.array(inputs), []
            for move in epsilon * np.eye(len(inputs)):
                ends = [f(*map(value, start + sign * move)).data for sign in (above, -below)]
                n.append((ends[0] - ends[1]) / (epsilon * (above + below)))
            return np.array([v.grad for v in values]), np.array(n)

        return take

    one_sided = ("isclose of every entry, 1e-4", *LOOSE, "ratio of norms 1e-4")
    return {
        "central": (differences(1, 1), tuple(VERDICTS)),
        "forward": (differences(1, 0), one_sided),
        "backward": (differences(0, 1), one_sided),
    }


@dataclass(frozen=True)
class HereAndNow:
    """A worker that is this process: it runs programs on modules that are there already."""

    modules: dict[str, Any]
    known: frozenset[str] = frozenset()

    def ask(self, frame: bytes, serve: Any = None, part: Any = None) -> tuple[Any, memoryview]:
        _, length = frames.sizes(frame[: frames.HEAD.size], frames.MAX_REQUEST)
        request, raw = frames.unpack(frame[frames.HEAD.size :], length)

        def ask_judge(number: int, x: Any) -> tuple[Any, Any]:
            blobs: list[bytes] = []
            data = encode(x, blobs)
            reply = serve(number, data, memoryview(b"".join(blobs)))
            _, length = frames.sizes(reply[: frames.HEAD.size], frames.MAX_REQUEST)
            message, raw = frames.unpack(reply[frames.HEAD.size :], length)
            return message["value"], programs.value(message["gradient"], raw)

        scene = programs.ExecContext(request["file"], self.modules, {}, ask_judge, {})
        blobs: list[bytes] = []
        row: list[float] = []
        results = [programs.run(one, scene, blobs, row) for one in programs.compiled(request, raw)]
        start = sum(map(len, blobs))
        blobs.append(np.array(row, "<f8").tobytes())
        return {"results": results, "row": [start, len(row)], "asked": []}, memoryview(b"".join(blobs))


def tried(spec: Any, rng: Random, value: Any) -> Iterator[tuple[Any, str, bool]]:
    """Each plot of one draw of a check, with each style: whether it was judged wrong."""
    plots: list[planted.FunctionTrial | detached.DetachedTrial] = []
    plots += planted.draw_trials(spec, rng) if isinstance(spec, planted.Spec) else detached.draw_trials(spec, rng)
    styles = GRADIENT_STYLES if isinstance(spec, planted.Spec) else engine_styles(value.Value)
    found: list[Any] = []
    for name, (take, verdicts) in styles.items():
        found.clear()

        def checker(f: Any, x: Any, epsilon: float = 1e-5, take: Checker = take) -> bool:
            found.append(tuple(np.atleast_1d(part) for part in take(f, x, epsilon)))
            return True

        modules = {"x.py": SimpleNamespace(**{spec.call.links[-1].path: checker}), "value.py": value}
        functions = [plot.serve for plot in plots]
        steps = [plot.program(number) for number, plot in enumerate(plots)]
        outcomes = requests.ask(HereAndNow(modules), requests.Request("x.py", steps, functions)).outcomes
        for plot, outcome, (claimed, n) in zip(plots, outcomes, found, strict=True):
            assert outcome.failure is None, outcome.failure
            for verdict in verdicts:
                says = Bool(bool(VERDICTS[verdict](claimed, n)))
                answered = replace(outcome, answers=(says, *outcome.answers[1:]))
                yield plot, f"{name}, {verdict}", judged_wrong(plot, answered)


def judged_wrong(plot: Any, answered: requests.ProgramResult) -> bool:
    return misjudged(plot, answered, plot.plant in RIGHT, {}) is not None


def main() -> int:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    only = sys.argv[2:]
    value, faults = engine(), Counter[tuple[str, str, str]]()
    print(f"{'check':24}{'functions':>10}{'verdicts':>10}{'wrong':>7}   claimed slopes, true slopes")
    for exercise in load_course(ROOT / "exercises").exercises:
        for check in exercise.checks:
            name = f"{exercise.id} {check.id}"
            if not isinstance(check.spec, (planted.Spec, detached.Spec)) or (only and name not in only):
                continue
            functions: dict[int, Any] = {}
            verdicts = lost = 0
            slopes: list[float] = []
            true: list[float] = []
            for seed in range(draws):
                functions.clear()
                for plot, style, wrong in tried(check.spec, Random(seed), value):
                    verdicts += 1
                    lost += wrong
                    faults[name, style, plot.planted.plant] += wrong
                    functions[id(plot)] = plot
                for plot in functions.values():
                    size = np.abs(plot.planted.claimed(plot.point) if isinstance(plot, planted.FunctionTrial) else
                                  plot.planted.claimed)  # fmt: skip
                    slopes += [] if plot.planted.plant in SEEN_AT_ONCE else size.flat
                    true += list(np.abs(plot.planted.true).flat)
            sizes = f"{min(slopes):.2f} to {max(slopes):.2f}, {min(true):.2f} to {max(true):.2f}"
            print(f"{name:24}{draws * len(functions):10}{verdicts:10}{lost:7}   {sizes}", flush=True)
    for (where, style, plant), number in faults.most_common(20):
        if number:
            print(f"{number:6} x {where}: {style}, on {plant}")
    return 1 if any(faults.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

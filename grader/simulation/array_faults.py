"""Known mistakes in engines of arrays: those of scalar engines that have arrays as well, and those of shapes."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np

from grader.simulation.array_engine import FORWARDS, RULES, ArrayForward, ArrayRule, count, spread
from grader.simulation.array_recording import ALL
from grader.simulation.engine import Mistake
from grader.simulation.faults import BINARY, BROADCAST, LEAK, METHOD, Fault, are_same, lost, of_operation, only

OPERATIONS = ("add", "mul", "sub", "div", "matmul", "sum", "mean", "relu")
SUMMED = {
    "not-summed": "not", "columns-not-summed": "rows", "rows-not-summed": "columns", "keepdims-lost": "axis lost",
    "leading-axes-kept": "leading kept", "unbroadcast-means": "mean", "first-row-only": "first",
    "summed-over-axis-0": "axis 0", "summed-over-axis-0-kept": "axis 0 kept", "summed-over-all": "all",
}  # fmt: skip
"""Ways to sum wrongly what was broadcast, by the mistake's id."""
FAMILIES = {
    "rows-not-summed": frozenset({"rows-not-summed", "leading-axes-kept"}),
    "wrongly-summed": frozenset(SUMMED),
    # Each expression is weighed and added up: where * or sum pass nothing on, nothing gets anywhere.
    "nothing-passed-on": frozenset({
        "not-reversed", "seed-missing", "first-parent-only", "mul-detached", "mul-parents", "mul-other-only",
        "mul-second-parent", "sum-detached", "sum-parents",
    }),
}  # fmt: skip
"""Mistakes that some engines answer alike with, by what is said of all of them."""


@functools.cache
def faults() -> tuple[Fault, ...]:
    """All of them; of several in one operation those first that say more."""
    operations = [fault for op in OPERATIONS for fault in of_operation(op, RULES[op])]
    rules = [Fault(id_, op := id_.partition("-")[0], METHOD[op], made) for id_, made in _rules()]
    return (*_broadcast(), *operations, *rules, *_of_engine())


def _broadcast() -> Iterator[Fault]:
    """Gradients that keep an axis which their operand has not, or lose one that it has."""
    for id_, way in SUMMED.items():
        everywhere = {(op, place): way for op in BINARY for place in (0, 1)}
        yield Fault(id_, BROADCAST, "", Mistake(summed=everywhere))
        if id_ != "not-summed":
            continue
        for place, name in enumerate(("first", "second")):
            yield Fault(f"{name}-{id_}", BROADCAST, "", Mistake(summed={(op, place): way for op in BINARY}))
    for op in BINARY:
        for id_, way in SUMMED.items():
            if id_ in ("not-summed", "columns-not-summed", "rows-not-summed"):
                yield Fault(f"{op}-{id_}", op, METHOD[op], Mistake(summed={(op, 0): way, (op, 1): way}))
                for place, name in enumerate(("first", "second")):
                    yield Fault(f"{op}-{name}-{id_}", op, METHOD[op], Mistake(summed={(op, place): way}))


def _rules() -> Iterator[tuple[str, Mistake]]:
    """Wrong derivatives, and wrong values, by the mistake's id, which begins with the operation."""
    rules: dict[str, ArrayRule] = {
        "mul-out": lambda at: (at.out * at.g, at.out * at.g),
        "mul-const": lambda at: (at.g, at.g),
        "sub-as-mul": lambda at: (at.y * at.g, -at.x * at.g),
        "div-no-square": lambda at: (at.g / at.y, -at.x / at.y * at.g),
        "div-no-a": lambda at: (at.g / at.y, -at.g / at.y**2),
        "div-as-mul": lambda at: (at.y * at.g, at.x * at.g),
        "div-first-b": lambda at: (at.y * at.g, -at.x / at.y**2 * at.g),
        "div-out-squared": lambda at: (at.g / at.y, -(at.out**2) * at.g),
        "div-a-squared": lambda at: (at.g / at.y, -(at.x**2) / at.y * at.g),
        "matmul-untransposed": lambda at: (at.g @ at.y, at.x @ at.g),
        "matmul-untransposed-first": lambda at: (at.g @ at.y, np.transpose(at.x) @ at.g),
        "matmul-untransposed-second": lambda at: (at.g @ np.transpose(at.y), at.x @ at.g),
        "matmul-swapped": lambda at: (np.transpose(at.x) @ at.g, at.g @ np.transpose(at.y)),
        "matmul-wrong-side": lambda at: (np.transpose(at.y) @ at.g, at.g @ np.transpose(at.x)),
        "matmul-wrong-side-first": lambda at: (np.transpose(at.y) @ at.g, np.transpose(at.x) @ at.g),
        "matmul-wrong-side-second": lambda at: (at.g @ np.transpose(at.y), at.g @ np.transpose(at.x)),
        "matmul-elementwise": lambda at: (at.y * at.g, at.x * at.g),
        "matmul-elementwise-transposed": lambda at: (np.transpose(at.y) * at.g, np.transpose(at.x) * at.g),
        "matmul-own": lambda at: (at.g @ np.transpose(at.x), np.transpose(at.y) @ at.g),
        "matmul-turned": lambda at: (at.y @ np.transpose(at.g), np.transpose(at.g) @ at.x),
        "matmul-turned-first": lambda at: (at.y @ np.transpose(at.g), np.transpose(at.x) @ at.g),
        "matmul-turned-second": lambda at: (at.g @ np.transpose(at.y), np.transpose(at.g) @ at.x),
        "sum-axis-not-restored": lambda at: (at.g,),
        "sum-averaged": lambda at: (spread(at) / count(at),),
        "sum-all-added": lambda at: (np.broadcast_to(np.sum(at.g), np.shape(at.x)),),
        "mean-gradient-not-divided": lambda at: (spread(at),),
        "mean-axis-not-restored": lambda at: (at.g / count(at),),
        "mean-gradient-counts-rows": lambda at: (spread(at) / len(at.x),),
        "mean-gradient-counts-columns": lambda at: (spread(at) / np.shape(at.x)[-1],),
        "mean-gradient-counts-all": lambda at: (spread(at) / np.size(at.x),),
        "mean-gradient-counts-output": lambda at: (spread(at) / np.size(at.out),),
        "relu-leaky-backward": lambda at: (at.g * np.where(at.x > 0, 1.0, LEAK),),
        "relu-no-mask": lambda at: (at.g,),
        "relu-mask-of-grad": lambda at: (np.where(at.g > 0, at.g, 0.0),),
        "relu-value": lambda at: (at.out * at.g,),
        "relu-inverted": lambda at: (np.where(at.x <= 0, at.g, 0.0),),
        "relu-inverted-strictly": lambda at: (np.where(at.x < 0, at.g, 0.0),),
        "relu-sign": lambda at: (at.g * np.sign(at.x),),
        "relu-both": lambda at: (np.where((at.x > 0) & (at.g > 0), at.g, 0.0),),
        "relu-tanh-rule": lambda at: ((1 - at.out**2) * at.g,),
    }
    for id_, rule in rules.items():
        yield id_, Mistake(rules={id_.partition("-")[0]: rule})
    for op in ("sum", "mean"):
        yield f"{op}-keeps-axis", Mistake(keeps=frozenset({op, ALL}))
        yield f"{op}-keeps-axis", Mistake(keeps=frozenset({op}))
        yield f"{op}-ignores-axis", Mistake(ignores=frozenset({op}))
    values: dict[str, tuple[ArrayForward, ArrayRule | None]] = {
        "mul-forward-matmul": (lambda at: at.x @ at.y, None),
        "matmul-forward-elementwise": (lambda at: at.x * at.y, lambda at: (at.y * at.g, at.x * at.g)),
        "div-floor": (lambda at: at.x // at.y, lambda at: (at.g / at.y, -at.g * at.out / at.y)),
        "mean-is-sum": (FORWARDS["sum"], RULES["sum"]),
        "mean-value-is-sum": (FORWARDS["sum"], None),
        "mean-counts-rows": (lambda at: FORWARDS["sum"](at) / len(at.x), lambda at: (spread(at) / len(at.x),)),
        "mean-counts-all": (lambda at: FORWARDS["sum"](at) / np.size(at.x), lambda at: (spread(at) / np.size(at.x),)),
        "relu-leaky": (lambda at: np.maximum(at.x, LEAK * at.x), rules["relu-leaky-backward"]),
        "relu-leaky-forward": (lambda at: np.maximum(at.x, LEAK * at.x), None),
        "relu-of-negative": (lambda at: np.where(at.x < 0, at.x, 0.0), rules["relu-inverted-strictly"]),
        "relu-abs": (lambda at: np.abs(at.x), rules["relu-sign"]),
    }
    for id_, (forward, made) in values.items():
        op = id_.partition("-")[0]
        yield id_, Mistake(forwards={op: forward}, rules={op: made} if made else {})


def _of_engine() -> Iterator[Fault]:
    """How the gradients go back."""
    orders = {
        "no-visited-set": "recursive", "preorder": "preorder", "breadth-first": "breadth first",
        "visited-twice": "added twice", "not-reversed": "not reversed",
    }  # fmt: skip
    for id_, order in orders.items():
        yield Fault(id_, "", "backward", Mistake(order=order))
    yield Fault("visited-twice", "", "backward", Mistake(order="each way"))
    yield Fault("seed-missing", "", "backward", Mistake(seed="none"))
    yield Fault("seed-data", "", "backward", Mistake(seed="data"))
    for id_, kept in (
        ("kept-between-calls", "again"),
        ("marked-for-ever", "left out"),
        ("blocked-for-ever", "blocked"),
    ):
        yield Fault(id_, "", "backward", Mistake(kept=kept))
    for place in (0, 1):
        yield Fault("first-parent-only", "", "", Mistake(parents=dict.fromkeys(METHOD, (place,))))
        rules = {op: only(place, RULES[op]) for op in (*BINARY, "matmul")}
        yield Fault("first-parent-only", "", "", Mistake(rules=rules))
    for first in (None, 1):
        rules = {op: lost(RULES[op], are_same, first) for op in (*BINARY, "matmul")}
        yield Fault("keyed-by-operand", "", "", Mistake(rules=rules))
    yield Fault("assign-everywhere", "", "", Mistake(assigned=frozenset((op, at) for op in RULES for at in (0, 1))))
    yield Fault("shared-array", "", "", Mistake(shared=frozenset(RULES)))
    yield Fault("add-shared-array", "add", METHOD["add"], Mistake(shared=frozenset({"add"})))
    yield Fault("shared-array", "", "", Mistake(shared=frozenset({"add", "sub"})))

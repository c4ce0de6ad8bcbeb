"""Known mistakes in engines of arrays: those of scalar engines that have arrays as well, and those of shapes."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.simulation.array_engine import FORWARDS, RULES, ArrayForward, Operands, count, spread
from grader.simulation.array_recording import ALL
from grader.simulation.engine import Mistake, Rule
from grader.simulation.faults import (
    BINARY,
    BROADCAST,
    LEAK,
    METHOD,
    WRONG_RULES,
    Fault,
    are_same,
    in_orders,
    lost,
    of_operation,
    only,
    seeds_and_calls,
)

OPERATIONS = ("add", "mul", "sub", "div", "neg", "pow", "matmul", "sum", "mean", "relu")
SUMMED = {
    "not-summed": "not", "columns-not-summed": "rows", "rows-not-summed": "columns", "keepdims-lost": "axis lost",
    "leading-axes-kept": "leading kept", "unbroadcast-means": "mean", "first-row-only": "first",
    "trailing-axes-summed": "end", "scalars-not-summed": "not scalars", "summed-over-axis-0": "axis 0",
    "summed-over-axis-0-kept": "axis 0 kept", "summed-over-all": "all",
}  # fmt: skip
"""Ways to sum wrongly what was broadcast, by the mistake's id."""
FAMILIES = {
    "rows-not-summed": frozenset({"rows-not-summed", "leading-axes-kept"}),
    "wrongly-summed": frozenset(SUMMED),
    "shared-array": frozenset({"shared-array", "add-shared-array"}),
    "relu-mask": frozenset({"relu-no-mask", "relu-any"}),
    # Where the only power is the inverse, the factor left out is a sign.
    "pow-no-n": frozenset({"pow-no-n", "pow-negated"}),
    "not-topological": frozenset({"preorder", "breadth-first", "no-visited-set"}),
    **{f"{op}-not-summed": frozenset({"summed-in-some", f"{op}-not-summed"}) for op in BINARY},
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
    operations = [fault for op in OPERATIONS for fault in (*of_operation(op, RULES[op]), *_set_to_the_same(op))]
    rules = [Fault(id_, op := id_.partition("-")[0], METHOD[op], made) for id_, made in _rules()]
    return (*_broadcast(), *operations, *rules, *_of_engine())


def _broadcast() -> Iterator[Fault]:
    """Gradients that keep an axis which their operand has not, or lose one that it has."""
    for id_, way in SUMMED.items():
        everywhere = {(op, place): way for op in BINARY for place in (0, 1)}
        yield Fault(id_, BROADCAST, "", Mistake(summed=everywhere))
        if id_ == "keepdims-lost":
            yield Fault(id_, BROADCAST, "", Mistake(summed=dict.fromkeys(everywhere, "axis always lost")))
        if id_ != "not-summed":
            continue
        for place, name in enumerate(("first", "second")):
            yield Fault(f"{name}-{id_}", BROADCAST, "", Mistake(summed={(op, place): way for op in BINARY}))
        for some in (("add",), ("mul",), ("add", "mul"), ("add", "sub")):
            rest = {(op, place): way for op in BINARY if op not in some for place in (0, 1)}
            yield Fault("summed-in-some", BROADCAST, "", Mistake(summed=rest))
    for op in BINARY:
        for id_, way in SUMMED.items():
            if id_ in ("not-summed", "columns-not-summed", "rows-not-summed"):
                yield Fault(f"{op}-{id_}", op, METHOD[op], Mistake(summed={(op, 0): way, (op, 1): way}))
                for place, name in enumerate(("first", "second")):
                    yield Fault(f"{op}-{name}-{id_}", op, METHOD[op], Mistake(summed={(op, place): way}))


def _set_to_the_same(op: str) -> Iterator[Fault]:
    """Gradients that are set where they should be added to, to the very array that is passed on."""
    places = {(op, place) for place in (0, 1)}
    for name, own in (("assign", places), ("assign-self", {(op, 0)}), ("assign-other", {(op, 1)})):
        made = Mistake(assigned=frozenset(own), shared=frozenset({op}))
        yield Fault(f"{op}-{name}", op, METHOD[op], made)


def _rules() -> Iterator[tuple[str, Mistake]]:
    """Wrong derivatives, and wrong values, by the mistake's id, which begins with the operation."""
    rules: dict[str, Rule] = {
        **WRONG_RULES,
        "div-first-plain": lambda at: (at.g, -at.g * at.x / at.y**2),
        "div-mirrored": lambda at: (at.g / at.y, at.g / at.x),
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
        "matmul-outgrad-turned": lambda at: (
            np.transpose(at.g) @ np.transpose(at.y),
            np.transpose(at.x) @ np.transpose(at.g),
        ),
        "sum-axis-not-restored": lambda at: (at.g,),
        "sum-axis-at-the-end": lambda at: (_at_the_end(at),),
        "sum-negative-axis": lambda at: (_by_slices(at),),
        "sum-averaged": lambda at: (spread(at) / count(at),),
        "sum-all-added": lambda at: (np.broadcast_to(np.sum(at.g), np.shape(at.x)),),
        "mean-gradient-not-divided": lambda at: (spread(at),),
        "mean-divided-twice": lambda at: (spread(at) / count(at) ** 2,),
        "mean-axis-at-the-end": lambda at: (_at_the_end(at) / count(at),),
        "mean-negative-axis": lambda at: (_by_slices(at) / count(at),),
        "mean-axis-not-restored": lambda at: (at.g / count(at),),
        "mean-gradient-counts-rows": lambda at: (spread(at) / len(at.x),),
        "mean-gradient-counts-columns": lambda at: (spread(at) / np.shape(at.x)[-1],),
        "mean-gradient-counts-all": lambda at: (spread(at) / np.size(at.x),),
        "mean-gradient-counts-output": lambda at: (spread(at) / np.size(at.out),),
        "relu-leaky-backward": lambda at: (at.g * np.where(at.x > 0, 1.0, LEAK),),
        "relu-mask-of-grad": lambda at: (np.where(at.g > 0, at.g, 0.0),),
        "relu-inverted": lambda at: (np.where(at.x <= 0, at.g, 0.0),),
        "relu-inverted-strictly": lambda at: (np.where(at.x < 0, at.g, 0.0),),
        "relu-sign": lambda at: (at.g * np.sign(at.x),),
        "relu-both": lambda at: (np.where((at.x > 0) & (at.g > 0), at.g, 0.0),),
        "relu-any": lambda at: (at.g if np.any(at.x > 0) else 0.0 * at.g,),
    }
    # Where what should be multiplied by out.grad has not its shape either.
    yield "mul-no-outgrad", Mistake(rules={"mul": lambda at: (at.y, at.x)})
    yield "div-no-outgrad", Mistake(rules={"div": lambda at: (1 / at.y, -at.x / at.y**2)})
    yield "pow-no-outgrad", Mistake(rules={"pow": lambda at: (at.n * at.x ** (at.n - 1),)})
    yield "sub-is-add", Mistake(forwards={"sub": FORWARDS["add"]}, rules={"sub": RULES["add"]})
    yield "div-floor", Mistake(forwards={"div": lambda at: at.x // at.y}, rules={"div": lambda at: (None, None)})
    for op in (*BINARY, "neg", "relu"):
        for way in ("in place", "copied"):
            yield f"{op}-changes-operand", Mistake(changes={op: way})
    for id_, rule in rules.items():
        yield id_, Mistake(rules={id_.partition("-")[0]: rule})
    for op in ("sum", "mean"):
        yield f"{op}-keeps-axis", Mistake(keeps=frozenset({op, ALL}))
        yield f"{op}-keeps-axis", Mistake(keeps=frozenset({op}))
        yield f"{op}-ignores-axis", Mistake(ignores=frozenset({op}))
    values: dict[str, tuple[ArrayForward, Rule | None]] = {
        "mul-forward-matmul": (lambda at: at.x @ at.y, None),
        "matmul-forward-elementwise": (lambda at: at.x * at.y, lambda at: (at.y * at.g, at.x * at.g)),
        "div-floor": (lambda at: at.x // at.y, lambda at: (at.g / at.y, -at.g * at.out / at.y)),
        "mean-is-sum": (FORWARDS["sum"], RULES["sum"]),
        "mean-value-is-sum": (FORWARDS["sum"], None),
        "mean-counts-rows": (lambda at: FORWARDS["sum"](at) / len(at.x), lambda at: (spread(at) / len(at.x),)),
        "mean-counts-all": (lambda at: FORWARDS["sum"](at) / np.size(at.x), lambda at: (spread(at) / np.size(at.x),)),
        "relu-of-numbers": (lambda at: max(0.0, at.x), None),
        "relu-leaky": (lambda at: np.maximum(at.x, LEAK * at.x), rules["relu-leaky-backward"]),
        "relu-leaky-forward": (lambda at: np.maximum(at.x, LEAK * at.x), None),
        "relu-of-negative": (lambda at: np.where(at.x < 0, at.x, 0.0), rules["relu-inverted-strictly"]),
        "relu-abs": (lambda at: np.abs(at.x), rules["relu-sign"]),
    }
    for name, along in (("rows", 0), ("columns", -1)):
        rule = functools.partial(_mean_rule, along)
        values[f"mean-counts-{name}-of-axis"] = (functools.partial(_mean_value, along), rule)
        yield f"mean-gradient-counts-{name}", Mistake(rules={"mean": rule})
    for id_, (forward, made) in values.items():
        op = id_.partition("-")[0]
        yield id_, Mistake(forwards={op: forward}, rules={op: made} if made else {})


def _at_the_end(at: Operands) -> Any:
    return np.broadcast_to(at.g if at.axis is None else np.asarray(at.g)[..., None], np.shape(at.x))


def _by_slices(at: Operands) -> Any:
    """The gradient of a reduction where what is left and right of the axis is found by slices: not of axis -1."""
    if at.axis is None:
        return spread(at)
    shape = np.shape(at.x)
    return np.broadcast_to(np.reshape(at.g, (*shape[: at.axis], 1, *shape[at.axis + 1 :])), shape)


def _divisor(along: int, at: Operands) -> float:
    return float(np.size(at.x) if at.axis is None else np.shape(at.x)[along])


def _mean_value(along: int, at: Operands) -> Any:
    return FORWARDS["sum"](at) / _divisor(along, at)


def _mean_rule(along: int, at: Operands) -> tuple[Any, ...]:
    return (spread(at) / _divisor(along, at),)


def _unspread(at: Operands) -> Any:
    """The gradient of a reduction with its axis put back, of size 1, and no more."""
    return at.g if at.axis is None else np.expand_dims(at.g, at.axis)


def _of_engine() -> Iterator[Fault]:
    """How the gradients go back."""
    orders = {
        "no-visited-set": "recursive", "preorder": "preorder", "breadth-first": "breadth first",
        "visited-twice": "added twice", "not-reversed": "not reversed", "passes-on-again": "passes the sum",
        "visited-by-number": "equal numbers are one",
    }  # fmt: skip
    yield from in_orders(orders)
    yield Fault("seed-everywhere", "", "backward", Mistake(seed="everywhere"))
    yield Fault("whole-numbers-only", "", "__init__", Mistake(whole=True))
    unspread = {"sum": lambda at: (_unspread(at),), "mean": lambda at: (_unspread(at) / count(at),)}
    yield Fault("starts-as-number", "", "__init__", Mistake(rules=unspread, starts="number"))
    yield Fault("visited-twice", "", "backward", Mistake(order="each way"))
    yield from seeds_and_calls()
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

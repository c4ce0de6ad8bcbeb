"""Known mistakes in scalar engines: what each does, and in which method it is.

They were seen in engines that people wrote by hand. Two that answer alike everywhere are one.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from grader.model.dataclass import dataclass
from grader.simulation.engine import RULES, Forward, Local, Mistake, Rule, sigmoid
from grader.simulation.hints import hint_of
from grader.simulation.styles import STYLES

METHOD = {
    "add": "__add__", "mul": "__mul__", "sub": "__sub__", "div": "__truediv__", "neg": "__neg__", "pow": "__pow__",
    "tanh": "tanh", "relu": "relu", "sigmoid": "sigmoid", "matmul": "__matmul__", "sum": "sum", "mean": "mean",
}  # fmt: skip
BINARY = ("add", "mul", "sub", "div")
CHOICES = {
    "add": ("sub", "neg", "rsub", "radd", "numbers", "tanh", "sigmoid"),
    "mul": ("neg", "sub", "div", "rsub", "rdiv", "rmul", "numbers", "tanh", "sigmoid"),
    "sub": ("sub", "rsub", "neg", "tanh", "sigmoid"),
    "div": ("div", "rdiv", "tanh", "sigmoid"),
    "neg": ("neg", "sub", "rsub", "numbers", "tanh", "sigmoid"),
    "pow": ("div", "rdiv", "numbers", "tanh", "sigmoid"),
    "tanh": (), "relu": (), "sigmoid": ("tanh",), "matmul": (), "sum": (), "mean": (),
    "broadcast": ("sub", "neg", "div"),
    "": ("sub", "neg", "div", "rsub", "rdiv", "radd", "rmul", "numbers", "tanh", "sigmoid"),
}  # fmt: skip
"""The choices of style that decide whether a mistake in an operation shows; "" is a mistake of the whole engine."""
BROADCAST = "broadcast"  # stands for the operation where gradients are summed wrongly over what was broadcast
LEAK = 0.01  # the slope of a leaky relu, as libraries have it by default


# Right rules in another form, which differ where the output is not what it should be.
BY_OUTPUT: dict[str, Rule] = {"div": lambda at: (at.g / at.y, -at.g * at.out / at.y)}
BY_OPERAND: dict[str, Rule] = {
    "tanh": lambda at: ((1 - math.tanh(at.x) ** 2) * at.g,),
    "sigmoid": lambda at: (sigmoid(at.x) * (1 - sigmoid(at.x)) * at.g,),
}

# Wrong derivatives that are written alike for numbers and for arrays.
WRONG_RULES: dict[str, Rule] = {
    "mul-out": lambda at: (at.out * at.g, at.out * at.g),
    "mul-const": lambda at: (at.g, at.g),
    "sub-as-mul": lambda at: (at.y * at.g, -at.x * at.g),
    "div-no-square": lambda at: (at.g / at.y, -at.x / at.y * at.g),
    "div-no-a": lambda at: (at.g / at.y, -at.g / at.y**2),
    "div-as-mul": lambda at: (at.y * at.g, at.x * at.g),
    "div-first-b": lambda at: (at.y * at.g, -at.x / at.y**2 * at.g),
    "div-out-squared": lambda at: (at.g / at.y, -(at.out**2) * at.g),
    "div-a-squared": lambda at: (at.g / at.y, -(at.x**2) / at.y * at.g),
    "neg-positive": lambda at: (at.g,),
    "pow-no-n": lambda at: (at.x ** (at.n - 1) * at.g,),
    "pow-same-exponent": lambda at: (at.n * at.x**at.n * at.g,),
    "pow-less-two": lambda at: (at.n * at.x ** (at.n - 2) * at.g,),
    "relu-no-mask": lambda at: (at.g,),
    "relu-value": lambda at: (at.out * at.g,),
    "relu-tanh-rule": lambda at: ((1 - at.out**2) * at.g,),
}


LOSES = ("-only", "detached", "parents", "-parent", "div-floor", "not-reversed")
"""How the ids of mistakes end with which some objects get no gradient at all."""


@dataclass(frozen=True)
class Fault:
    """A mistake by its id, in the operation `op` ("" for the whole engine); `method` is where it is, "" where that
    depends on the engine."""

    id: str
    op: str
    method: str
    mistake: Mistake

    @property
    def hint(self) -> str:
        """What helps."""
        return hint_of(self.id)

    @property
    def topic(self) -> str:
        """What it is a mistake in: the operation, or BROADCAST where that is how gradients are summed."""
        return BROADCAST if self.mistake.summed else self.op

    @property
    def choices(self) -> tuple[str, ...]:
        """The choices of style that decide whether it shows; where the order matters in which gradients are set, also
        those of what comes between."""
        mistake = self.mistake
        if mistake.seed in ("none", "data"):
            return ("adds", "asks")
        if mistake.copied or mistake.missing:
            return ("rsub", "rdiv", "neg", "sub", "numbers", "tanh", "sigmoid")
        between = ("div", "sub", "neg", "first") if mistake.assigned or mistake.live else ()
        shapes = ["spreads", "fitted"] if mistake.summed else []
        shapes += ["fits", "fitted"] if mistake.starts or self.id.endswith("axis-not-restored") else []
        shapes += ["fits", "fitted", "spreads"] if self.id.endswith("no-outgrad") else []
        shapes += ["fitted"] if self.op == "matmul" else []
        shapes += ["asks"] if self.id.endswith(LOSES) else []
        return tuple(dict.fromkeys((*CHOICES[self.op], *between, "mean", "adds", *shapes)))

    @property
    def needs(self) -> tuple[tuple[str, str], ...]:
        """Choices that an engine with this mistake has made, as (choice, value): it has the operation."""
        return ((self.op, "native"),) if self.op in STYLES else ()


@functools.cache
def faults() -> tuple[Fault, ...]:
    """All of them; of several in one operation those first that say more."""
    operations = [fault for op, right in RULES.items() if op in METHOD for fault in of_operation(op, right)]
    rules = [Fault(id_, op := id_.partition("-")[0], METHOD[op], made) for id_, made in _rules().items()]
    rules.append(
        Fault("div-floor", "div", METHOD["div"], Mistake(forwards={"div": lambda x, y, n: x // y}, rules=BY_OUTPUT))
    )
    reflected = [Fault(id_, "", method, made) for id_, method, made in _reflected()]
    return (*operations, *rules, *reflected, *_of_engine())


def of_operation(op: str, right: Rule) -> Iterator[Fault]:
    """What may be wrong in any operation, by its right rule."""
    binary = op in (*BINARY, "matmul")
    places = (0, 1) if binary else (0,)
    made: dict[str, Mistake | Rule] = {
        "assign": Mistake(assigned=frozenset((op, place) for place in places)),
        "no-outgrad": lambda at: right(replace(at, g=at.g**0)),
        "outgrad-twice": lambda at: right(replace(at, g=at.g * at.g)),
        "outgrad-added": lambda at: tuple(part + at.g for part in right(replace(at, g=at.g**0)) if part is not None),
        "detached": lambda at: (None, None),
        "parents": Mistake(parents={op: ()}),
    }
    if binary:
        made |= {
            "assign-self": Mistake(assigned=frozenset({(op, 0)})),
            "assign-other": Mistake(assigned=frozenset({(op, 1)})),
            "self-only": lambda at: (right(at)[0], None),
            "other-only": lambda at: (None, right(at)[1]),
            "first-parent": Mistake(parents={op: (0,)}),
            "second-parent": Mistake(parents={op: (1,)}),
            "swapped": lambda at: right(at)[::-1],
            "aliased": lambda at: (right(at)[0], None) if at.same else right(at),
            "second-sign": _signs(right, 1, -1),
            "first-sign": _signs(right, -1, 1),
        }
        if op != "sub":  # there, it is the same as to swap the gradients
            made["signs"] = _signs(right, -1, -1)
        if op == "add":  # both are the same
            del made["swapped"]
    elif op != "neg":  # there, it has a name of its own
        made["negated"] = _signs(right, -1)
    for name, one in made.items():
        yield Fault(f"{op}-{name}", op, METHOD[op], one if isinstance(one, Mistake) else Mistake(rules={op: one}))


def _signs(right: Rule, *signs: float) -> Rule:
    return lambda at: tuple(sign * part for sign, part in zip(signs, right(at), strict=True) if part is not None)


def _rules() -> dict[str, Mistake]:
    """Wrong derivatives, and wrong values, by the mistake's id, which begins with the operation."""
    rules: dict[str, Rule] = {
        **WRONG_RULES,
        "pow-paren": lambda at: (at.n * (at.x**at.n - 1) * at.g,),
        "pow-late": lambda at: (at.n * at.x**at.n * at.g - 1,),
        "pow-n-less-one": lambda at: ((at.n - 1) * at.x ** (at.n - 1) * at.g,),
        "pow-linear": lambda at: (at.n * at.x * at.g,),
        "pow-integral": lambda at: (at.x ** (at.n + 1) / (at.n + 1) * at.g,),
        "pow-by-exponent": lambda at: (at.out * math.log(abs(at.x)) * at.g,),
        "tanh-x": lambda at: ((1 - at.x**2) * at.g,),
        "tanh-sigmoid-rule": lambda at: (at.out * (1 - at.out) * at.g,),
        "tanh-no-square": lambda at: ((1 - at.out) * at.g,),
        "tanh-plus": lambda at: ((1 + at.out**2) * at.g,),
        "tanh-value": lambda at: (at.out * at.g,),
        "tanh-twice": lambda at: ((1 - math.tanh(at.out) ** 2) * at.g,),
        "tanh-precedence": lambda at: (1 - at.out**2 * at.g,),
        "sigmoid-x": lambda at: (at.x * (1 - at.x) * at.g,),
        "sigmoid-no-s": lambda at: ((1 - at.out) * at.g,),
        "sigmoid-value": lambda at: (at.out * at.g,),
        "sigmoid-plus": lambda at: (at.out * (1 + at.out) * at.g,),
        "sigmoid-tanh-rule": lambda at: ((1 - at.out**2) * at.g,),
        "sigmoid-square": lambda at: (at.out**2 * (1 - at.out) * at.g,),
        "sigmoid-twice": lambda at: (sigmoid(at.out) * (1 - sigmoid(at.out)) * at.g,),
        "sigmoid-precedence": lambda at: (at.out * 1 - at.out * at.g,),
        "relu-leaky-backward": lambda at: (at.g * (1.0 if at.x > 0 else LEAK),),
        "relu-mask-of-grad": lambda at: (at.g if at.g > 0 else 0.0,),
        "relu-inverted": lambda at: (at.g if at.x <= 0 else 0.0,),
        "relu-inverted-strictly": lambda at: (at.g if at.x < 0 else 0.0,),
        "relu-sign": lambda at: (at.g * (math.copysign(1.0, at.x) if at.x else 0.0),),
        "relu-both": lambda at: (at.g if at.x > 0 and at.g > 0 else 0.0,),
    }
    values: dict[str, tuple[Forward, Rule | None]] = {
        "pow-exp-log": (lambda x, y, n: math.exp(n * math.log(x)), None),
        "pow-exp-log-abs": (lambda x, y, n: math.exp(n * math.log(abs(x))), None),
        "neg-noop": (lambda x, y, n: x, lambda at: (at.g,)),
        "div-floor": (lambda x, y, n: x // y, None),
        "relu-leaky": (lambda x, y, n: x if x > 0 else LEAK * x, rules["relu-leaky-backward"]),
        "relu-of-negative": (lambda x, y, n: x if x < 0 else 0.0, rules["relu-inverted-strictly"]),
    }
    found = {id_: Mistake(rules={id_.partition("-")[0]: rule}) for id_, rule in rules.items()}
    found["mul-grad-for-data"] = Mistake(rules={"mul": _by_gradients}, live=True)
    for id_, (forward, rule) in values.items():
        op = id_.partition("-")[0]
        found[id_] = Mistake(forwards={op: forward}, rules={op: rule} if rule else {})
    return found


def _by_gradients(at: Local) -> tuple[float | None, ...]:
    """Gradients where data belong; the second operand's is computed when the first one's has changed."""
    first = at.y_grad * at.g
    return first, (at.x_grad + first) * at.g


def _reflected() -> Iterator[tuple[str, str, Mistake]]:
    """Plain numbers on the left, and plain numbers at all: the id, the method, the mistake."""
    for method in ("__radd__", "__rmul__", "__rsub__", "__rtruediv__"):
        yield f"{method.strip('_')}-missing", method, Mistake(missing=frozenset({method}))
    for method in ("__rsub__", "__rtruediv__"):
        yield f"{method.strip('_')}-swapped", method, Mistake(copied=frozenset({method}))
    yield "no-wrap", "", Mistake(wraps="nowhere")
    yield "no-wrap", "", Mistake(wraps="left")


def _of_engine() -> Iterator[Fault]:
    """How the gradients go back."""
    orders = {
        "no-visited-set": "recursive", "passes-on-again": "passes the sum", "preorder": "preorder",
        "breadth-first": "breadth first", "visited-twice": "added twice",
        "visited-by-number": "equal numbers are one", "not-reversed": "not reversed",
    }  # fmt: skip
    yield from in_orders(orders)
    yield from seeds_and_calls()
    yield Fault("equal-by-value", "", "__eq__", Mistake(order="equal numbers are one"))
    for place in (0, 1):
        yield Fault("first-parent-only", "", "", Mistake(parents=dict.fromkeys(METHOD, (place,))))
        yield Fault("first-parent-only", "", "", Mistake(rules={op: only(place, RULES[op]) for op in BINARY}))
    for id_, where, first in (
        ("keyed-by-operand", are_same, None), ("keyed-by-operand", are_same, 1),
        ("parents-by-value", _are_equal, None),
    ):  # fmt: skip
        yield Fault(id_, "", "", Mistake(rules={op: lost(RULES[op], where, first) for op in BINARY}))
    for kept in ("first", "last"):
        yield Fault("parents-by-value", "", "", Mistake(merged=kept))
    yield Fault("assign-everywhere", "", "", Mistake(assigned=frozenset((op, at) for op in RULES for at in (0, 1))))
    for rules in ({}, BY_OUTPUT, BY_OPERAND, {**BY_OUTPUT, **BY_OPERAND}):
        yield Fault("whole-numbers-only", "", "__init__", Mistake(rules=rules, whole=True))
    yield Fault("visited-twice", "", "backward", Mistake(order="each way"))


def in_orders(orders: Mapping[str, str]) -> Iterator[Fault]:
    """Wrong ways to go back, by the mistake's id."""
    for id_, order in orders.items():
        # Where nothing goes further than one step, it may also be that no object keeps what it was made of.
        yield Fault(id_, "", "" if id_ == "not-reversed" else "backward", Mistake(order=order))


def seeds_and_calls() -> Iterator[Fault]:
    """Gradients that the output starts with, and what is kept between calls."""
    yield Fault("seed-missing", "", "backward", Mistake(seed="none"))
    yield Fault("seed-data", "", "backward", Mistake(seed="data"))
    yield Fault("kept-between-calls", "", "backward", Mistake(kept="again"))
    yield Fault("marked-for-ever", "", "backward", Mistake(kept="left out"))
    yield Fault("blocked-for-ever", "", "backward", Mistake(kept="blocked"))


def are_same(at: Any) -> bool:
    """Whether both operands are the same object."""
    return bool(at.same)


def _are_equal(at: Local) -> bool:
    return at.x == at.y


def lost(right: Rule, where: Callable[[Any], bool], first: int | None) -> Rule:
    """The rule where, of two operands, the second one's contribution stands for both: the first gets None, or the
    contribution at this place."""

    def rule(at: Any) -> tuple[Any, ...]:
        passed = right(at)
        return (None if first is None else passed[first], passed[1]) if where(at) else passed

    return rule


def only(place: int, right: Rule) -> Rule:
    """The rule of an operation that passes a gradient on to the operand at this place alone."""

    def rule(at: Any) -> tuple[Any, ...]:
        return tuple(part if index == place else None for index, part in enumerate(right(at)))

    return rule

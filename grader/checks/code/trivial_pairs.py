"""Two pairs of forward and backward that fit each other and solve nothing: all zeros, and the input passed through.

They are written as code to stand behind a reference, whose functions they replace. `grade verify` hands them in: a
course that judges backward by the student's own forward alone gives both of them full marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.checks.calls import Call, CallLink
from grader.maths.display import joined

ZERO, IDENTITY = "zero", "identity"
_DUNDERS = ("add", "sub", "mul", "truediv", "pow", "matmul")

_KEPT = """

import functools as _functools

import numpy as _np

_given = {}


def _kept(owner, names, keys, args, kwargs):
    known = _given.setdefault(id(owner), {})
    known.update(zip(names, args))
    known.update((keys.get(key, key), value) for key, value in kwargs.items())
    return known
"""
_MADE = """

def _init(self, *args, _first=CLASS.__init__, **kwargs):
    _given.pop(id(self), None)
    _kept(self, NAMES, KEYS, args, kwargs)
    _first(self, *args, **kwargs)


if isinstance(CLASS, type):
    CLASS.__init__ = _init
"""
_METHOD = """

def _method(self, *args, **kwargs):
    known = _kept(self, NAMES, KEYS, args, kwargs)
    return RESULT


if isinstance(CLASS, type):
    CLASS.FUNCTION = _method
else:  # a function that makes the object
    def CLASS(*args, _first=CLASS, _method=_method, _names=MADE_NAMES, _keys=MADE_KEYS, **kwargs):
        made = _first(*args, **kwargs)
        _given.pop(id(made), None)
        _kept(made, _names, _keys, args, kwargs)
        made.FUNCTION = _functools.partial(_method, made)
        return made
"""
_FUNCTION = """

def FUNCTION(*args, **kwargs):
    known = _kept(None, NAMES, KEYS, args, kwargs)
    return RESULT
"""
_ENGINE = """

def _operation(self, *others, **named):
    return RESULT


def _backward(self):
    UPSTREAM


for _name in NAMES:
    if hasattr(CLASS, _name):
        _is_property = isinstance(getattr(CLASS, _name), property)
        setattr(CLASS, _name, property(_operation) if _is_property else _operation)
CLASS.BACKWARD = _backward
"""


def of_calls(
    make: Mapping[str, Call], forward: Call | None, backward: Call, wrt: Sequence[str], upstream: str
) -> dict[str, str]:
    """Code by the name of its pair; none where calls are longer chains than a class and a method."""
    calls = [call for call in (forward, backward) if call is not None]
    chains = [(*(make[call.root].links if call.root in make else ()), *call.links) for call in calls]
    if any(len(chain) > 2 for chain in chains) or not all(map(_is_plain, calls, chains)):
        return {}
    first = next((name for name in wrt if forward is None or name in forward.inputs), wrt[0])
    zeros = [f"0.0 * _np.asarray(known.get({name!r}, 0.0))" for name in wrt]
    passed = [f"known.get({upstream!r}, 0.0)" if name == first else zero for name, zero in zip(wrt, zeros, strict=True)]
    beside = "".join(", None" for _ in forward.results[1:]) if forward else ""  # a cache, which no pair needs
    value = {ZERO: "0.0", IDENTITY: f"known.get({first!r}, 0.0)"}
    value = {name: f"({text}{beside})" if beside else text for name, text in value.items()}
    results = {ZERO: (value[ZERO], joined(zeros)), IDENTITY: (value[IDENTITY], joined(passed))}
    return {name: _KEPT + "".join(map(_code, chains, result_of[-len(chains) :])) for name, result_of in results.items()}


def of_engine(class_: str, value: str, gradient: str, backward: str, methods: Sequence[str]) -> dict[str, str]:
    """Code by the name of its pair, for a class whose operations make graphs."""
    names = [f"__{side}{name}__" for name in _DUNDERS for side in ("", "r")]
    code = _ENGINE.replace("NAMES", repr(["__neg__", *names, *methods]))
    code = code.replace("CLASS", class_).replace("BACKWARD", backward)
    zero = code.replace("RESULT", f"{class_}(0.0 * self.{value})").replace("UPSTREAM", "pass")
    passed = code.replace("RESULT", "self").replace("UPSTREAM", f"self.{gradient} = 1.0 + 0.0 * self.{value}")
    return {ZERO: zero, IDENTITY: passed}


def _is_plain(call: Call, chain: Sequence[CallLink]) -> bool:
    """Whether the call is of a function, or on an object that is made, with names and numbers as arguments."""
    known = not call.root or len(chain) > len(call.links)
    given = (argument for link in chain for argument in (*link.args, *(value for _, value in link.kwargs)))
    return known and all(isinstance(argument, (str, int, float)) for argument in given)


def _code(chain: Sequence[CallLink], result: str) -> str:
    """What takes the place of a call: of a function, or of a method on an object that is made."""
    *made, link = chain
    if not made:
        return _filled(_FUNCTION, link).replace("RESULT", result)
    names, keys = map(repr, _parameters(made[0]))
    method = _METHOD.replace("MADE_NAMES", names).replace("MADE_KEYS", keys)
    method = _filled(_MADE, made[0]) + _filled(method, link)
    return method.replace("CLASS", made[0].path).replace("RESULT", result)


def _filled(text: str, link: CallLink) -> str:
    names, keys = _parameters(link)
    return text.replace("FUNCTION", link.path).replace("NAMES", repr(names)).replace("KEYS", repr(keys))


def _parameters(link: CallLink) -> tuple[Sequence[str | float], dict[str, str]]:
    """What the call gives by place, and what by keyword: names and numbers."""
    return tuple(arg for arg in link.args if isinstance(arg, (str, int, float))), {
        key: value for key, value in link.kwargs if isinstance(value, str)
    }

"""Field types of check specs: formulas, calls, input domains and fixed cases, validated as the course is read."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping
from random import Random
from typing import Annotated, Any, NoReturn

import numpy as np
from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from grader.base.text import did_you_mean
from grader.checks.calls import MAX_LENGTH, NOT_A_CALL, Call, parse_object, parse_step
from grader.maths.domains import MAX_ENTRIES, MOST_DRAWS, MOST_ENTRIES, Domain, Number, draw_cases
from grader.maths.formula import CONSTANTS, FUNCTIONS, Formula, FormulaError, env_of, parse


def formula_of(text: Any) -> Formula:
    """A formula of course files, from its text or number. Raises PydanticCustomError."""
    if type(text) in (int, float):
        text = repr(text) if abs(text) < 1e300 else "(too large)"
    if isinstance(text, list):
        raise PydanticCustomError("formula", "one formula goes here, not a list")
    if not isinstance(text, str):
        raise PydanticCustomError("formula", "not a formula")
    try:
        return parse(text)
    except FormulaError as error:
        raise PydanticCustomError("formula", "{text}", {"text": str(error), "column": error.column}) from None


def object_of(text: Any) -> Call:
    """What makes an object, from its text. Raises PydanticCustomError."""
    if isinstance(text, Call):
        return text
    if not isinstance(text, str) or len(text) > MAX_LENGTH:
        what = "an object is made by a text: a call, as in Name(x), or a dict or list in quotes, as in '{\"rate\": x}'"
        raise PydanticCustomError("call", "{text}", {"text": what})
    return parse_object(text)


def as_tuple(value: Any) -> Any:
    """A list as a tuple, anything else as it is: YAML has no tuples."""
    return tuple(value) if isinstance(value, list) else value


def as_step(value: Any) -> Call:
    """A step of several from its text. Raises PydanticCustomError."""
    if isinstance(value, Call):
        return value
    if not isinstance(value, str) or len(value) > MAX_LENGTH:
        raise PydanticCustomError("call", NOT_A_CALL)
    return parse_step(value)


def as_item(value: Any) -> Any:
    """A bare text as the item that states it."""
    return {"of": value} if isinstance(value, str) else value


def sort_of(value: Any) -> str:
    """Whether an item of a group states one graph (`of`) or alternatives (`any`), as data or already validated."""
    return "any" if (isinstance(value, dict) and "any" in value) or hasattr(value, "any") else "of"


# `format` is for readers of the schema: editors ignore a format that they do not know.
FormulaField = Annotated[
    Formula,
    BeforeValidator(formula_of),
    WithJsonSchema({"type": ["string", "number"], "format": "formula"}),
    Field(description="what is expected, as a formula of the inputs"),
]
CallField = Annotated[
    Call,
    WithJsonSchema({"type": "string", "format": "call"}),
    Field(description="how the student's code is called, as in f(x, y) or Name(x).method(y)"),
]
Inputs = Annotated[dict[str, Domain], Field(min_length=1, description="where each input is drawn from")]
FixedCases = Annotated[
    tuple[dict[str, int | Number | list[Any]], ...],
    BeforeValidator(as_tuple),
    Field(description="cases tried before drawn ones; inputs that a case does not state are drawn"),
]
Sizes = Annotated[
    tuple[dict[str, Annotated[int, Field(ge=0, le=MOST_ENTRIES)]], ...],
    BeforeValidator(as_tuple),
    Field(description="values of the named sizes, one mapping per case, in turn"),
]
Draws = Annotated[
    int, Field(ge=0, le=MOST_DRAWS, description="how many cases are drawn; 0: one for every combination, at least 4")
]
PlantDraws = Annotated[
    int,
    Field(ge=0, le=100, description="how many functions are drawn for each plant; 0: one, or those of `cases` alone"),
]
Definitions = Annotated[
    dict[str, FormulaField], Field(description="names for parts of formulas, each of which may use those before it")
]
MayChange = Annotated[
    tuple[str, ...],
    BeforeValidator(as_tuple),
    Field(alias="may-change", description="inputs whose arrays the calls may change"),
]
Rtol = Annotated[
    float, Field(ge=0, le=1, description="relative error allowed; 0: 1e-6, and what results in float32 or float16 need")
]
Steps = Annotated[
    tuple[Annotated[Call, PlainValidator(as_step), WithJsonSchema({"type": "string", "format": "call"})], ...],
    BeforeValidator(as_tuple),
    Field(max_length=100, description="calls in their order; names before `=` can be used by later ones"),
]
ObjectField = Annotated[
    Call,
    PlainValidator(object_of),
    WithJsonSchema({"type": "string", "format": "call", "description": "a call, or a dict or a list"}),
]
Objects = Annotated[dict[str, ObjectField], Field(max_length=8, description="objects made anew for each case")]


# Numbers that a worker reports for a check: three quarters of what an answer holds (worker/frames.py). The rest is for
# the cases of each submission's own, and traps.
MOST_ANSWERED = 800_000


def refuse(key: str, text: str, remedy: str = "", name: str = "") -> NoReturn:
    """Raises a validation error about the field `key`, or about the name or formula in it."""
    fault = {"text": text, "key": key, "remedy": remedy} | ({"name": name} if name else {})
    raise PydanticCustomError("fault", "{text}", fault)


def needs_known(what: str, used: Iterable[str], known: Iterable[str]) -> None:
    """Raises a validation error for a name that is not among the known ones."""
    unknown = sorted(set(used) - set(known))
    if unknown:
        known = list(known)
        text = f"uses {unknown[0]!r}, which is not an input{did_you_mean(unknown[0], known)}"
        names = f"inputs are {', '.join(known)}"
        refuse(what, text, names, unknown[0])


def size_names(sizes: Iterable[Mapping[str, int]]) -> tuple[str, ...]:
    """The names that every case has a size for: they are numbers in formulas and calls."""
    names = [set(size) for size in sizes]
    return tuple(sorted(set.intersection(*names))) if names else ()


def defined(let: Mapping[str, Formula], known: Iterable[str]) -> dict[str, Formula]:
    """The definitions with those before them filled in. Raises a validation error for one that cannot be used."""
    found: dict[str, Formula] = {}
    check_names("let", let)
    known = list(known)
    for name, formula in let.items():
        if name in known:
            refuse("let", f"{name!r} is an input already: give the definition another name")
        found[name] = with_definitions(formula, found)
        needs_known("let", found[name].names, known)
    return found


def with_definitions(formula: Formula, let: Mapping[str, Formula]) -> Formula:
    """The formula with definitions filled in."""
    # Whatever names it has by itself: a derivative of what is not defined yet is 0, and names nothing.
    return parse(formula.text, let) if let else formula


def check_names(key: str, names: Iterable[str]) -> None:
    """Raises a validation error for a name that formulas cannot use."""
    for name in names:
        if not name.isidentifier() or keyword.iskeyword(name) or name in CONSTANTS or name in FUNCTIONS:
            refuse(key, f"{name!r} cannot name an input: it is not a plain name, or has a meaning in formulas")


def check_calls(
    make: Mapping[str, Call],
    calls: Iterable[tuple[str, Call]],
    inputs: Mapping[str, Domain],
    also: Iterable[str] = (),
) -> None:
    """Raises a validation error for a call on an object that is not made, or with an argument that is not known.

    The calls are done in their order, each with the key it stands under: what one returns is known to those after it.
    """
    check_names("inputs", inputs)
    known = [*inputs, *also]
    for name, call in make.items():
        if name in known or not name.isidentifier():
            refuse("make", f"{name!r} cannot name an object: it is not a plain name, or is an input already")
        if call.results:
            refuse("make", f"{call.text!r} names its result: write `{name}: {call.text.partition('=')[2].strip()}`")
        if call.root and _is_object(call.root):
            refuse("make", f"{call.text!r} starts with {call.root!r}: write what makes the object, as in Name()")
        needs_known("make", call.inputs, known)
        known.append(name)
    objects = [*make]
    for key, call in calls:
        if call.root and call.root not in objects and _is_object(call.root):
            made = ", ".join(objects) or "none"
            refuse(key, f"is called on {call.root!r}, which `make` does not make; objects are {made}")
        if call.root in make and not make[call.root].links:
            refuse(key, f"is called on {call.root!r}, which is no object of the student's: pass it as an argument")
        needs_known(key, call.inputs, [*known, *objects[len(make) :]])
        if call.place and call.place[0] not in objects:
            refuse(key, f"sets {'.'.join(call.place)!r}, and {call.place[0]!r} is not an object; make it before")
        for name in call.results:
            if name in known or not name.isidentifier() or keyword.iskeyword(name):
                refuse(key, f"{name!r} cannot name a result: it is an input already; choose another name")
        objects += call.results


def _is_object(root: str) -> bool:
    """Whether what a call starts at looks like an object; classes, whose functions are called as they are, do not."""
    return not root[0].isupper()


def check_formulas(
    key: str, formulas: Iterable[Formula], inputs: Mapping[str, Domain], cases: Any, sizes: Any, scalar: bool = False
) -> None:
    """Raises a validation error where one of them is not finite, or not computable, at inputs that would be drawn."""
    formulas = list(formulas)
    for seed in range(2):  # two, since a course loads many formulas; one that fails more rarely is seen when judged
        fixed = [{name: value for name, value in case.items() if name in inputs} for case in cases]
        for case in draw_cases(inputs, fixed, Random(seed), sizes):
            env = env_of(case)
            for formula in formulas:
                _check_at(key, formula, inputs, case, env, scalar)


def check_answer_size(
    inputs: Mapping[str, Domain], cases: Any, sizes: Any, draws: int, results: Iterable[Formula] = ()
) -> None:
    """Raises a validation error where arrays would be too many for one answer: each is reported with the results."""
    if not any(domain.shape for domain in inputs.values()):
        return
    fixed = [{name: value for name, value in case.items() if name in inputs} for case in cases]
    drawn, results = draw_cases(inputs, fixed, Random(0), sizes, draws), list(results)
    total = sum(np.size(value) for case in drawn for value in case.values())
    if total > MOST_ANSWERED // 8:  # else no result is so large either
        total += sum(np.size(formula(env_of(case))) for case in drawn for formula in results)
    if total > MOST_ANSWERED:
        text = f"make {total:,} numbers in {len(drawn)} cases, with the results; at most {MOST_ANSWERED:,} are allowed"
        refuse("inputs", text, "make the arrays smaller, or give a smaller number of `draws`")


def _check_at(
    key: str,
    formula: Formula,
    inputs: Mapping[str, Domain],
    case: Mapping[str, Any],
    env: dict[str, Any],
    scalar: bool,
) -> None:
    try:
        found = formula(env)
    except (ValueError, TypeError) as error:
        shapes = {name: np.shape(case[name]) for name in sorted(formula.names) if name in inputs}
        sizes = {name: case[name] for name in sorted(formula.names) if name in case and name not in inputs} | {
            part: size
            for name, shape in shapes.items()
            for part, size in zip(inputs[name].shape or (), shape, strict=False) if isinstance(part, str)
        }  # fmt: skip
        drawn = [f"{name} of shape {shape}" for name, shape in shapes.items()]
        drawn += [f"{name} = {size}" for name, size in sizes.items()]
        text = f"cannot be computed with {', '.join(drawn)}: {error}" if drawn else str(error)
        refuse(key, text, name=formula.text)
    if np.iscomplexobj(found) or not np.isfinite(found).all():
        at = ", ".join(f"{name} = {np.asarray(value).tolist()}" for name, value in case.items())
        refuse(key, f"is not finite at {at}: change `inputs`, or `avoid` such points", name=formula.text)
    if scalar and np.shape(found):
        refuse(key, "must be a single number: use sum(...)")


def check_cases(
    inputs: Mapping[str, Domain],
    cases: tuple[Mapping[str, Any], ...],
    sizes: tuple[Mapping[str, int], ...],
    also: Iterable[str] = (),
    most: int = MAX_ENTRIES,
) -> None:
    """Raises a validation error for a fixed case of what is neither an input nor `also` known, and for an array whose
    named sizes are not given, or that has more than the `most` entries."""
    for name in size_names(sizes):
        if name in inputs:
            refuse("sizes", f"{name!r} is an input already: give the size another name")
    for case in cases:
        needs_known("cases", case, [*inputs, *also])
    for name, domain in inputs.items():
        for size in sizes or ({},):
            count = 1
            for part in domain.shape or ():
                if isinstance(part, str) and part not in size:
                    _no_size(name, part, sizes)
                count *= size[part] if isinstance(part, str) else part
            if isinstance(domain.labels, str) and domain.labels not in size:
                _no_size(name, domain.labels, sizes)
            if count > most:
                refuse("inputs", f"`{name}` would have {count} entries; at most {most} are allowed")


def _no_size(name: str, size: str, sizes: Iterable[Mapping[str, int]]) -> NoReturn:
    where = "every entry of `sizes`" if any(size in one for one in sizes) else "`sizes`"
    text = f"`{name}` has the size {size!r}, which is not in {where}"
    remedy = (
        f"add it to each entry, as in {{{size}: 2}}" if any(sizes) else f"add `sizes: [{{{size}: 2}}, {{{size}: 3}}]`"
    )
    refuse("inputs", text, remedy, name)

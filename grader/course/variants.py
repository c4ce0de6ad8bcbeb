"""The `wrong`, `right` and `equivalent` lists of an exercise file: checked against its checks, made into Variants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from grader.base.text import did_you_mean, plural
from grader.checks import KINDS
from grader.checks.spec_fields import with_definitions
from grader.course.problems import Place
from grader.course.spec import ExerciseSpec, RightSpec, WrongSpec
from grader.course.strict_yaml import Document, Path
from grader.maths.formula import Formula, FormulaError, parse
from grader.model import Check, Equivalent, Variant


def wrong_variants(document: Document, spec: ExerciseSpec, checks: Mapping[str, Check]) -> tuple[Variant, ...]:
    """The known mistakes; notes every error of the list."""
    found = []
    for index, item in enumerate(spec.wrong):
        path: Path = ("wrong", index)
        _one_way(document, path, item, [item.gives, item.function, item.swap], "`gives`, `function` or `swap`")
        for key, names in (("fails", item.fails), ("may-fail", item.may_fail)):
            for number, name in enumerate(names):
                place = document.values.get((*path, key, number))
                if name not in checks:
                    _unknown_check(document, place, name, checks)
                elif key == "may-fail" and name in item.fails:
                    document.problem(f"{name!r} is already in `fails`", place, remedy="keep it in one of the two")
        gives = _gives(document, (*path, "gives"), item, checks)
        file = item.file or spec.file
        found.append(
            Variant(
                item.id, file, tuple(item.fails), item.hint, gives, item.function or "", item.swap or {},
                tuple(item.may_fail),
            )
        )  # fmt: skip
    _unique(document, "wrong", spec.wrong)
    return tuple(found)


def right_variants(document: Document, spec: ExerciseSpec) -> tuple[Variant, ...]:
    """Other correct ways; notes every error of the list."""
    for index, item in enumerate(spec.right):
        _one_way(document, ("right", index), item, [item.function, item.swap], "`function` or `swap`")
    _unique(document, "right", spec.right)
    return tuple(
        Variant(item.id, item.file or spec.file, function=item.function or "", swap=item.swap or {})
        for item in spec.right
    )


def equivalents(spec: ExerciseSpec) -> tuple[Equivalent, ...]:
    """Mutants declared equal to the reference."""
    return tuple(Equivalent(item.was, item.becomes, item.why) for item in spec.equivalent)


def _one_way(document: Document, path: Path, item: RightSpec, ways: list[Any], names: str) -> None:
    if sum(way is not None for way in ways) != 1:
        document.problem(
            f"{item.id!r} must be stated in one way", document.values.get(path), remedy=f"give exactly one of {names}"
        )


def _unknown_check(document: Document, place: Place | None, name: str, checks: Iterable[str]) -> None:
    guess = did_you_mean(name, checks).removeprefix("; ")
    document.problem(f"unknown check {name!r}", place, guess, f"checks of this exercise are {', '.join(checks)}")


def _unique(document: Document, key: str, items: Sequence[RightSpec]) -> None:
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.id in seen:
            document.problem(f"two variants have the id {item.id!r}", document.values.get((key, index, "id")))
        seen.add(item.id)


def _gives(document: Document, path: Path, item: WrongSpec, checks: Mapping[str, Check]) -> dict[str, tuple[Any, ...]]:
    if item.gives is None:
        return {}
    by_check = item.gives if isinstance(item.gives, dict) else dict.fromkeys(item.fails, item.gives)
    found: dict[str, tuple[Any, ...]] = {}
    for name, texts in by_check.items():
        place = document.values.get((*path, name), document.values.get(path))
        if name not in checks:
            if isinstance(item.gives, dict):  # else it is said of `fails`
                _unknown_check(document, place, name, checks)
            continue
        form = KINDS[checks[name].kind].answer_form(checks[name].spec)
        if form is None:
            document.problem(f"`gives` does not work for the check {name!r}", place, remedy="give a `function` instead")
            continue
        count, names = form
        if len(texts) != count:
            document.problem(f"the check {name!r} compares {plural(count, 'value')}, not {len(texts)}", place)
        let = _definitions(checks[name], names)
        found[name] = tuple(_formula(document, place, str(text), names, let) for text in texts)
    return found


def _definitions(check: Check, names: frozenset[str]) -> dict[str, Formula]:
    """What the check's formulas have names for, each with those before it filled in."""
    let: dict[str, Formula] = {}
    for name, formula in getattr(check.spec, "let", {}).items():
        if name not in names:
            let[name] = with_definitions(formula, let)
    return let


def _formula(document: Document, place: Any, text: str, names: frozenset[str], let: Mapping[str, Formula]) -> Any:
    try:
        formula = with_definitions(parse(text), let)
    except FormulaError as error:
        document.problem(f"{text!r}: {error}", place)
        return None
    for name in sorted(formula.names - names):
        document.problem(
            f"{text!r} uses {name!r}", place, did_you_mean(name, [*names, *let]).removeprefix("; "),
            f"known names are {', '.join(sorted({*names, *let}))}",
        )  # fmt: skip
    return formula

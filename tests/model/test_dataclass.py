"""Frozen dataclasses are, print, compare and hash as those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from grader.model import CheckResult, Course, Evidence, Exercise, ExerciseResult, Limits, Report
from grader.model.dataclass import dataclass, noun

Decorate = Callable[..., Any]


def made(decorate: Decorate) -> dict[str, type]:
    """The same classes by one decorator."""

    @decorate(frozen=True)
    class Empty:
        pass

    @decorate(frozen=True)
    class One:
        only: Any

    @decorate(frozen=True)
    class Several:
        first: int
        second: str = "b"
        secret: str = field(default="", repr=False)
        note: list[int] = field(default_factory=list, compare=False)

    @decorate(frozen=True)
    class Child(Several):
        third: float = 0.5

    @decorate(frozen=True, eq=False)
    class Itself:
        name: str

    @decorate(frozen=True)
    class Told:
        name: str

        def __repr__(self) -> str:
            return f"<{self.name}>"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    @decorate(frozen=True)
    class Alike:
        name: str

        def __eq__(self, other: object) -> bool:
            return True

    return {one.__name__: one for one in (Empty, One, Several, Child, Itself, Told, Alike)}


OURS, THEIRS = made(dataclass), made(dataclasses.dataclass)
CALLS = [
    ("Empty", ()), ("One", (1,)), ("One", ((1, 2),)), ("Several", (1,)), ("Several", (1, "c")),
    ("Several", (1, "b", "s")), ("Several", (1, "b", "", [4])), ("Child", (1,)), ("Child", (1, "b", "", [], 0.25)),
    ("Itself", ("x",)), ("Told", ("x",)), ("Told", ("y",)), ("Alike", ("x",)),
]  # fmt: skip


def all_of(classes: dict[str, type]) -> list[Any]:
    return [classes[name](*values) for name, values in CALLS]


def test_they_print_alike() -> None:
    assert list(map(repr, all_of(OURS))) == list(map(repr, all_of(THEIRS)))


def test_the_same_ones_are_equal() -> None:
    ours, theirs = all_of(OURS), all_of(THEIRS)
    again, theirs_again = all_of(OURS), all_of(THEIRS)
    for one, their in zip(ours, theirs, strict=True):
        assert [one == other for other in again] == [their == other for other in theirs_again]
    assert OURS["One"]("text") != "text"


def test_equal_ones_have_equal_hashes() -> None:
    ours, again = all_of(OURS), all_of(OURS)
    for (name, _), one, other in zip(CALLS, ours, again, strict=True):
        assert (hash(one) == hash(other)) == (name != "Itself")
    one, other = OURS["Itself"]("x"), OURS["Itself"]("x")
    assert hash(one) != hash(other)
    with pytest.raises(TypeError, match="unhashable"):
        hash(OURS["One"]([]))


def test_what_contains_itself_can_be_printed() -> None:
    knot: list[Any] = []
    knot.append(OURS["One"](knot))
    assert repr(knot[0]).endswith("One(only=[...])")


def test_the_helpers_of_the_standard_library_know_them() -> None:
    one = OURS["Child"](1, third=2.5)
    assert dataclasses.asdict(one) == {"first": 1, "second": "b", "secret": "", "note": [], "third": 2.5}
    assert dataclasses.replace(one, first=2) == OURS["Child"](2, third=2.5)
    assert [each.name for each in dataclasses.fields(one)] == ["first", "second", "secret", "note", "third"]


def test_nouns_cannot_be_changed() -> None:
    for decorate in (noun, dataclasses.dataclass):

        @decorate(frozen=True)
        class Named:
            """Of any kind."""

            name: str
            parts: list[str] = field(default_factory=list)

        one = Named("x")
        for act in (lambda: setattr(one, "name", "y"), lambda: setattr(one, "other", 1), lambda: delattr(one, "name")):  # noqa: B023
            with pytest.raises(dataclasses.FrozenInstanceError):
                act()
        assert one == Named("x", []) and dataclasses.replace(one, name="y").name == "y"
        assert repr(one).endswith("Named(name='x', parts=[])")


def test_every_noun_of_the_python_interface_is_one() -> None:
    for kind in (Course, Exercise, Report, CheckResult, ExerciseResult, Evidence, Limits):
        one = object.__new__(kind)
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(one, dataclasses.fields(kind)[0].name)
    assert copy.copy(Limits()) == Limits()

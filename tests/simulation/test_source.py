"""What the text of an engine shows of its style, whatever somebody writes there, and in no time."""

from __future__ import annotations

import time

import pytest

from grader.simulation.source import Source

CLASS = "class Value:\n    def __neg__(self):\n        {neg}\n\n    def __sub__(self, other):\n        {sub}\n"


@pytest.mark.parametrize(
    ("neg", "sub", "found"),
    [
        ("return self * -1", "return self + (-other)", ("a * -1", "a + -b")),
        ("return -1.0 * self  # .grad", "return self + -1 * other", ("-1 * a", "a + b * -1")),
        ("return 0 - self", "return self + other * (-1)", ("0 - a", "a + b * -1")),
        ("return Value(-self.data)", "out = Value(self.data - other.data)", ("native", "native")),
    ],
)
def test_a_method_is_native_or_made_of_others(neg: str, sub: str, found: tuple[str, str]) -> None:
    styles = Source(CLASS.format(neg=neg, sub=sub)).styles
    assert (styles["neg"], styles["sub"]) == ((found[0],), (found[1],))


def test_a_method_may_have_another_name() -> None:
    text = "def minus(a, b):\n    return a + (-b)\n\nValue.__sub__ = minus\nValue.__neg__ = lambda self: self * -1\n"
    text += "Value.__radd__ = Value.__add__\n"
    styles = Source(text).styles
    assert (styles["sub"], styles["neg"], styles["radd"]) == (("a + -b",), ("a * -1",), ("turned",))
    assert len(Source("").styles["sub"]) == 3, "nothing is known of what is not there"


@pytest.mark.parametrize(
    "piece", [" ", "*", "(", "-", "__sub__ ", "__sub__ = lambda ", '"""', "'", "def __sub__", "\n"]
)
def test_every_text_is_read_in_linear_time(piece: str) -> None:
    text = CLASS.format(neg="return self *" + piece * 50_000, sub="return self +" + piece * 50_000)
    started = time.process_time()
    assert Source(text).styles
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("handed_on", "below"),
    [
        ("return Sub.apply(self, other)", "class Sub:\n    def forward(self, x, y):\n        return x - y\n"),
        ("return Sub(self, other)", "class Sub(Node):\n    pass\n"),
        ("return sub(self, other)", "def sub(a, b):\n    return Value(a.data - b.data, (a, b))\n"),
    ],
)
def test_a_method_that_hands_its_operands_on_is_an_operation_of_its_own(handed_on: str, below: str) -> None:
    text = f"class Value:\n    def __sub__(self, other):\n        {handed_on}\n\n\n{below}"
    assert Source(text).styles["sub"] == ("native",)


def test_what_is_handed_to_the_engine_itself_says_nothing() -> None:
    text = "class Value:\n    def __sub__(self, other):\n        return Value.of('-', self, other)\n"
    assert len(Source(text).styles["sub"]) > 1

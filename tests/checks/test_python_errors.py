"""Errors that students of automatic differentiation make in Python are explained where the text bears it out, and
nowhere else."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from conftest import Judged
from notebooks import classic

MANY = 3000  # functions in a file of the size that is read
RIGHT_BACKWARD = "return g / self.b, -g * self.a / self.b ** 2"
BOTH = "self.a, self.b = a, b\n        return a / b"


def div(forward: str = BOTH, backward: str = RIGHT_BACKWARD, takes: str = "self, a, b", needs: str = "self, g") -> str:
    return (
        f"import math\nimport numpy as np\nclass Div:\n    def forward({takes}):\n        {forward}\n"
        f"    def backward({needs}):\n        {backward}\n"
    )


def sigmoid(forward: str = "1 / (1 + np.exp(-x))", backward: str = "g * s * (1 - s)", head: str = "") -> str:
    return (
        f"import math\nimport numpy as np\n{head}def sigmoid(x):\n    return {forward}\n"
        f"def sigmoid_backward(x, g):\n    s = sigmoid(x)\n    return {backward}\n"
    )


def checker(quotient: str) -> str:
    return f"def check_gradient(f, x, e=1e-5):\n    return bool(abs({quotient} - f(x)[1]) < 1e-4)\n"


def matmul(grad_x: str) -> str:
    return f"import numpy as np\ndef matmul_backward(X, W, g):\n    return {grad_x}, X.T @ g\n"


def pow_(init: str = "self, n", kept: str = "self.n = n", power: str = "a ** self.n") -> str:
    return (
        f"class Pow:\n    def __init__({init}):\n        {kept}\n    def forward(self, a):\n        self.a = a\n"
        f"        return {power}\n    def backward(self, g):\n        return g * self.n * self.a ** (self.n - 1)\n"
    )


VALUE = """
import math
class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents, self.back = data, 0.0, parents, lambda: None
    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))
        def back():
            self.grad += out.grad
            other.grad += out.grad
        out.back = back
        return out
    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))
        def back():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.back = back
        return out
    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))
        def back():
            self.grad += (1 - t * t) * out.grad
        out.back = back
        return out
    def backward(self):
        order, seen = [], set()
        def visit(value):
            if value not in seen:
                seen.add(value)
                for parent in value.parents:
                    visit(parent)
                order.append(value)
        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            value.back()
"""


def value(old: str, new: str) -> str:
    assert old in VALUE
    return VALUE.replace(old, new, 1)


FILES = {
    "2.5": "ops.py", "2.6": "ops.py", "2.7": "ops.py", "2.8": "gradient_check.py", "2.9": "matmul.py",
    "value": "value.py",
}  # fmt: skip
# The exercise and check, the program, and what its hint says.
EXPLAINED: dict[str, tuple[str, str, str]] = {
    "attribute-never-set": ("2.5/gradient", div("self.a = a\n        return a / b"),
        "The attribute `b` of `Div` is read in `backward` and never set: keep it in `forward`, as `self.b = b`."),
    "kept-in-a-variable": ("2.6/forward", pow_(kept="n = n"),
        "The attribute `n` of `Pow` is read in `forward` and never set: keep it in `__init__`, as `self.n = n`."),
    "attribute-misspelt": ("2.5/gradient", div(backward=RIGHT_BACKWARD.replace("self.a", "self.A")),
        "The attribute `A` of `Div` is read in `backward` and never set: should it be `a`?"),
    "attribute-of-a-method": ("value/add", value("parents, self.back = data, 0.0, parents,", "back = data, 0.0,"),
        "The attribute `parents` of `Value` is read in `backward` and never set: keep it in `__init__`, as"),
    "not-in-every-value": ("value/add",
        value(", self.back = data, 0.0, parents, lambda: None", " = data, 0.0, parents"),
        "Not every `Value` has `back`: `__init__` does not set it."),
    "attribute-of-a-number": ("value/numbers", value(" if isinstance(other, Value) else Value(other)", ""),
        "A plain number has no `data`, which belongs to `Value`: make a `Value` of the number first."),
    "attribute-of-a-numpy-number": ("value/numbers",
        value(" if isinstance(other, Value) else Value(other)", " if isinstance(other, Value) else np.float64(other)")
        .replace("import math", "import math\nimport numpy as np").replace("other.data, (self", "other.grad, (self", 1),
        "A plain number has no `grad`, which belongs to `Value`: make a `Value` of the number first."),
    "method-misspelt": ("2.5/gradient",
        div(backward="return self.slope(g)") + "    def slopes(self, g):\n        return g\n",
        "`Div` has no method `slope`; did you mean `slopes`?"),
    "self-forgotten": ("2.5/gradient", div(backward="return g / b, -g * a / b ** 2"),
        "`b` is an attribute: write its object before it, as in `self.b`."),
    "self-forgotten-left": ("value/tanh", value("self.grad += (1", "grad += (1"),
        "`grad` is an attribute: write its object before it, as in `self.grad`."),
    "known-in-forward-alone": ("2.5/gradient", div("return a / b", "return g / b, -g * a / b ** 2"),
        "`b` is a parameter of `forward` and unknown in `backward`: keep it in `forward`, as `self.b = b`, and read"),
    "self-not-a-parameter": ("2.5/gradient", div(needs="g"), "`self` is missing in `def backward(g)`"),
    "self-by-another-name": ("2.5/forward", div(takes="x, a, b"),
        "The first parameter of `Div.forward` is `x`, not `self`: name it `self`."),
    "parameter-missing": ("2.5/gradient", div(needs="self", backward="g = 1\n        " + RIGHT_BACKWARD),
        "`def backward(self)` has 1 parameter fewer than it is called with."),
    "not-given": ("2.5/gradient", div("return a / b", "return g / b, -g * a / b ** 2", needs="self, a, b, g"),
        "`backward` is called with fewer arguments: keep what `forward` is given there, as `self.a = a` and"),
    "no-init": ("2.6/forward", pow_().replace("__init__", "__int__"),
        "`Pow` has no `__init__`: should `__int__` be it?"),
    "parameter-misspelt": ("2.9/gradient", matmul("grad @ W.T").replace("g)", "grad_Y)").replace("grad @", "grad_y @"),
        "There is no `grad_y` in `matmul_backward`; did you mean `grad_Y`?"),
    "function-misspelt": ("2.7/gradient", sigmoid().replace("s = sigmoid", "s = sigmod"),
        "There is no `sigmod` in `sigmoid_backward`; did you mean `sigmoid`?"),
    "caret-on-floats": ("2.5/gradient", div(backward="return g / self.b, -g * self.a / self.b ^ 2"),
        "In Python, `^` (ops.py:8) is bitwise XOR: write `**` for powers."),
    "caret-on-ints": ("2.5/gradient", div(backward="return g / self.b, -g * self.a / (int(self.b) ^ 2)"),
        "In Python, `^` (ops.py:8) is bitwise XOR: write `**` for powers."),
    "caret-silent-at-first": ("2.6/forward", pow_(power="a ^ self.n"),
        "In Python, `^` (ops.py:6) is bitwise XOR: write `**` for powers."),
    "caret-on-arrays": ("2.7/gradient-array", sigmoid(backward="g * np.exp(-x) * s ^ 2"),
        "In Python, `^` (ops.py:7) is bitwise XOR: write `**` for powers."),
    "caret-in-a-helper": ("2.7/gradient",
        sigmoid(backward="g * s - g * square(s)", head="def square(s):\n    return s ^ 2\n"),
        "In Python, `^` (ops.py:4) is bitwise XOR: write `**` for powers."),
    "left-to-right": ("2.7/gradient", sigmoid(backward="g * s / 3*s"),
        "Python does `/` and `*` from left to right: x / y*z is (x / y) * z. In ops.py:7, is the divisor in"),
    "half-of-a-difference": ("2.8/number", checker("(f(x + e)[0] - f(x - e)[0]) / 2 * e"),
        "Python does `/` and `*` from left to right: x / y*z is (x / y) * z. In gradient_check.py:2, is the"),
    "asks": ("2.5/forward", div("a = float(input('a? '))\n        return a / b"),
        "`input()` waits for the keyboard, and nobody can type here: take the values from the arguments."),
    "no-return": ("2.5/forward", div("self.a, self.b = a, b\n        a / b"),
        "`Div.forward` (ops.py:4) has no `return` with a value, so its result is None."),
    "prints": ("2.5/gradient", div(backward=RIGHT_BACKWARD.replace("return ", "print(") + ")"),
        "`Div.backward` (ops.py:7) has no `return` with a value, so its result is None: `print` only shows a value."),
    "no-return-of-another": ("2.7/gradient", sigmoid().replace("return 1", "1"),
        "`sigmoid` (ops.py:3) has no `return` with a value"),
    "no-return-of-an-operator": ("value/mul",
        value("other.grad += self.data * out.grad\n        out.back = back\n        return out", "out.back = back"),
        "`Value.__mul__` (value.py:14) has no `return` with a value"),
    "None-to-begin-with": ("value/add", value("data, 0.0,", "data, None,"),
        "The left side of `+=` is None: give it a number to begin with, such as 0.0."),
    "None-among-numbers": ("2.5/gradient", div(BOTH.replace("= a, b", "= a, [b].sort()")),
        "One of the values is None."),
    "None-for-a-function": ("value/add", value("        out.back = back\n", "        out.back = back()\n"),
        "None is called here as a function."),
    "math-on-arrays": ("2.7/forward-array", sigmoid("1 / (1 + math.exp(-x))"),
        "`math.exp` takes one number, and an array came: numpy's functions take whole arrays."),
    "math-on-values": ("value/tanh", value("math.tanh(self.data)", "math.tanh(self)"),
        "A plain number is expected here, and a `Value` came: use the number that it holds."),
    "numpy-not-imported": ("2.7/forward", sigmoid().replace("import numpy as np\n", ""),
        "`np` is not imported here: write `import numpy as np` at the top."),
    "exp-of-nobody": ("2.7/forward", sigmoid("1 / (1 + exp(-x))"), "Python has no `exp` of its own: write `np.exp`"),
    "if-of-an-array": ("2.7/forward-array", sigmoid("1 / (1 + np.exp(-x)) if x > 0 else 1 - 1 / (1 + np.exp(x))"),
        "`if`, `and` and `or` need one True or False"),
    "before-it-has-a-value": ("2.5/forward", div("if a > 100:\n            z = a / b\n        return z"),
        "`z` is used before it has a value here: give it one on every path."),
    "a-call-for-a-product": ("2.7/gradient", sigmoid(backward="g(s * (1 - s))"),
        "A number or an array is called as a function here: multiply with `*`"),
    "a-function-for-its-result": ("2.7/gradient", sigmoid().replace("s = sigmoid(x)", "s = sigmoid"),
        "A function itself is used as a number here: call it"),
    "columns-and-rows": ("2.9/gradient", matmul("X @ g").replace("X.T @ g\n", "np.zeros((3, 4)) @ np.zeros((2, 5))\n"),
        "`A @ B` needs as many columns in A as rows in B; here A has 4, and B has 2."),
    "not-aligned": ("2.9/gradient", matmul("np.dot(np.zeros((3, 4)), np.zeros((2, 5)))"),
        "A product of matrices needs as many columns in the first as rows in the second; here they are 4 and 2."),
    "element-by-element": ("2.9/gradient", matmul("np.zeros((2, 3)) * np.zeros((3, 2))"),
        "The shapes (2,3) and (3,2) do not fit element by element"),
    "fractions-into-integers": ("2.9/gradient", matmul("np.array([1, 2]).__iadd__(0.5)"),
        "An array of integers cannot hold fractions"),
    "lists": ("2.5/gradient", div(backward="return [g, g] - [self.b]"), "Python does not compute with lists"),
    "tabs": ("2.5/forward", div("self.a, self.b = a, b\n\treturn a / b"), "Tabs and spaces are mixed"),
    "dedent": ("2.5/forward", div("self.a, self.b = a, b\n      return a / b"), "No line above begins in this column"),
    "indent": ("2.5/forward", div("self.a, self.b = a, b\n            return a / b"), "This line begins further right"),
    "only-a-comment": ("2.5/forward", div("# to do"), "A comment alone is not enough"),
    "factor-without-star": ("2.5/forward", div("return 1a / b"), "write `*` between factors"),
    "of-a-notebook": ("2.5/forward", "%matplotlib inline\n" + div(), "work in notebooks only: delete the line."),
    "prompt": ("2.5/forward", ">>> import math\n" + div(), "The prompt of an interactive Python"),
    "merge": ("2.5/forward", "<<<<<<< HEAD\n" + div(), "This line is left from a merge in git"),
}  # fmt: skip
# Of a character in code: what is typed in its place.
LOOKALIKES = {
    "“": '`"`', "”": '`"`', "‘": "`'`", "’": "`'`", "−": "`-`", "–": "`-`", "—": "`-`", "×": "`*`", "·": "`*`", 
    "÷": "`/`", "\u00a0": "a space", "\u2009": "a space", "\u3000": "a space", "²": "`**2`", "³": "`**3`", "（": "`(`",
    "；": "`;`", "≤": "`<=`", "…": "`...`",
}  # fmt: skip


@pytest.fixture
def hint_of(judged: Callable[..., Judged]) -> Callable[[str, str], str]:
    """`hint_of("2.5/gradient", program)`: the hint of a check that the program fails, the same as in a notebook."""

    def call(place: str, program: str) -> str:
        exercise, _, name = place.partition("/")
        check = judged({FILES[exercise]: program}, exercise).check(exercise, name)
        assert check["status"] in ("wrong", "crashed", "partial")
        return str(check["hint"])

    return call


@pytest.mark.parametrize("name", EXPLAINED)
def test_what_the_text_bears_out_is_explained(name: str, hint_of: Callable[[str, str], str]) -> None:
    place, program, said = EXPLAINED[name]
    assert said in hint_of(place, program)


@pytest.mark.parametrize("letter", LOOKALIKES)
def test_characters_that_only_look_like_code_are_named(letter: str, hint_of: Callable[[str, str], str]) -> None:
    hint = hint_of("2.5/forward", div(f"# {letter}\n        return a {letter} b"))
    assert f"U+{ord(letter):04X}" in hint
    assert f"type {LOOKALIKES[letter]} in its place. It is in lines 5 and 6." in hint


@pytest.mark.parametrize("code", ["FFFFFF", "110000", "D800", "202E"])
def test_words_that_no_python_says_do_no_harm(code: str, judged: Callable[..., Judged]) -> None:
    raised = f"raise SyntaxError('invalid non-printable character U+{code}', ('ops.py', 1, 1, ''))\n"
    for program in (raised + div(), div(raised.strip())):
        check = judged({"ops.py": program}, "2.5").check("2.5", "forward")
        assert check["status"] == "crashed"
        assert check["hint"].encode() is not None


def test_invisible_and_meaningless_characters_are_deleted(hint_of: Callable[[str, str], str]) -> None:
    for letter in "\u200b★":
        assert hint_of("2.5/forward", div(f"return a {letter}/ b")).endswith(" in code: delete it.")


def test_a_typographic_quote_ends_no_text(hint_of: Callable[[str, str], str]) -> None:
    assert hint_of("2.5/forward", div('print("a”)')) == (
        'In Python, `”` U+201D (right double quotation mark) does not end a text: type `"`.'
    )


@pytest.mark.parametrize(
    ("named", "read"), [("gr\u0430d", "grad"), ("grad", "gr\u0430d")], ids=["of-the-parameter", "of-the-use"]
)
def test_letters_of_other_alphabets_are_told(named: str, read: str, hint_of: Callable[[str, str], str]) -> None:
    program = div(backward=f"return {read} / self.b, -{read} * self.a / self.b ** 2", needs=f"self, {named}")
    hint = hint_of("2.5/gradient", program)
    assert "U+0430 (cyrillic small letter a) in a name here only looks like a Latin letter: type `a`" in hint


INHERITED = div().replace("class Div:", "class Base:\n    def keep(self, b):\n        self.b = b\nclass Div(Base):")
# Programs that fail in a way that is near to one that is explained: what must not be said of them.
NEIGHBOURS: dict[str, tuple[str, str, str]] = {
    "set-on-one-path": ("2.5/gradient",
        div("if a > 100:\n            self.b = b\n        self.a = a\n        return a / b"),
        "never set"),
    "set-by-name-where-others-are-kept": ("2.6/forward",
        pow_(kept="self.m = n").replace("    def back", "    def put(self, n): setattr(self, n, 1)\n    def back"),
        "Not every"),
    "set-by-name": ("2.5/gradient", div("setattr(self, 'a', a)\n        return a / b"), "never set"),
    "set-in-a-base-class": ("2.5/gradient", INHERITED.replace("self.a, self.b = a, b", "self.a = a"), "never set"),
    "slots": ("2.5/forward", div().replace("    def forward", "    __slots__ = ('a',)\n    def forward"), "never set"),
    "of-another-class": ("2.5/gradient", div(backward="return np.float64(g).b"), "never set"),
    "exclusive-or-of-signs": ("2.5/gradient",
        div(backward="return g / self.b, (1 if (self.a < 0) ^ (self.b < 0) else -1) * g"), "`^`"),
    "exclusive-or-of-names": ("2.5/gradient", div(backward="p, q = True, False\n        return (p ^ q) * g, g"), "`^`"),
    "caret-elsewhere": ("2.5/forward", div("return a * b") + "def other(n):\n    return n ^ 2\n", "`^`"),
    "divided-and-multiplied": ("2.7/gradient", sigmoid(backward="g * s / 3 * s"), "left to right"),
    "a-product-in-parentheses": ("2.7/gradient", sigmoid(backward="(g / s)*s"), "left to right"),
    "imported-elsewhere": ("2.7/forward",
        sigmoid(head="def f():\n    import numpy as np\n").replace("import math\nimport numpy as np\n", ""),
        "not imported"),
    "returns-on-one-path": ("2.5/forward", div("if a > 100:\n            return a / b"), "has no `return`"),
    "wrapped": ("2.5/forward",
        div("self.z = a").replace("class Div:", "def two(f):\n    return lambda *all: 2\nclass Div:").replace(
            "    def forward", "    @two\n    def forward"), "has no `return`"),
    "static": ("2.5/forward", div(takes="a").replace("    def forward", "    @staticmethod\n    def forward"),
        "`self`"),
    "unknown-to-all": ("2.5/gradient", div(backward="return nothing"), "`nothing`"),
    "an-EOFError-of-another-kind": ("2.5/forward", div("raise EOFError('nothing left')"), "keyboard"),
    "a-line-that-begins-with-a-remainder": ("2.5/forward", div("a\n                % b"), "notebooks"),
}  # fmt: skip


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_what_the_text_does_not_bear_out_is_not_said(name: str, hint_of: Callable[[str, str], str]) -> None:
    place, program, unsaid = NEIGHBOURS[name]
    assert unsaid not in hint_of(place, program)


RIGHT = {
    "exclusive-or": div(
        backward="sign = -1 if (g < 0) ^ (self.a < 0) else 1\n"
        "        return g / self.b, -sign * abs(g * self.a) / self.b ** 2"
    ),
    "lookalikes-in-texts": "# a × b², “quoted” – with\u00a0spaces\nTEXT = '−'\n" + div(),
    "no-return-where-none-is-due": div("self.keep(a, b)\n        return a / b").replace(
        "class Div:", "class Div:\n    def keep(self, a, b):\n        self.a, self.b = a, b"
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_programs_beside_them_are_right(name: str, judged: Callable[..., Judged]) -> None:
    exercise = judged({"ops.py": RIGHT[name]}, "2.5").exercise("2.5")
    assert (exercise["score"], [check["hint"] for check in exercise["checks"]]) == (exercise["max_score"], ["", ""])


def test_a_notebook_is_told_the_same_in_its_own_terms(judged: Callable[..., Judged]) -> None:
    def hints(program: str) -> list[str]:
        exercise = judged({"ops.ipynb": classic("import numpy as np", program)}, "2.5").exercise("2.5")
        return [*(check["hint"] for check in exercise["checks"]), *exercise["notes"]]

    kept = hints(div("self.a = a\n        return a / b"))
    assert kept[1].endswith("and never set: keep it in `forward`, as `self.b = b`.")
    caret = hints(div(backward="return g / self.b, -g * self.a / (self.b ^ 2)"))
    assert caret[1] == "In Python, `^` (ops.ipynb, code cell 2, line 8) is bitwise XOR: write `**` for powers."
    assert "nobody can type here: take the values from the arguments" in hints(div("return float(input())"))[0]
    minus = hints(div("return −a / b"))
    told = "Python does not read `−` U+2212 (minus sign) in code: type `-` in its place."
    assert minus[:2] == [told, told]
    assert minus[2].startswith("ops.ipynb, code cell 2 is left out: SyntaxError") and minus[2].endswith(f" {told}")


def test_a_file_of_many_names_costs_little(judged: Callable[..., Judged]) -> None:
    """A chain of calls, as many attributes as fit, and many imports in one line: nothing is gone through squared."""
    chain = "".join(f"def f{number}(): return f{number + 1}()\n" for number in range(MANY))
    kept = "; ".join(f"self.a{number} = a" for number in range(MANY))
    for program in (
        div(backward="if g > 99:\n            f0()\n        return g ^ 2, g") + chain,
        div(kept + "; return a / b"),
        "# " + "import " * 9 * MANY + "\n" + div("return numpy.pi").replace("import numpy", "# no"),
    ):
        started = time.process_time()
        judged({"ops.py": program}, "2.5")
        assert time.process_time() - started < 1.0

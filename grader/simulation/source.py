"""What the text of an engine shows of its style: which methods it has, and which of them are made of others."""

from __future__ import annotations

import re
from functools import cached_property

from grader.model.dataclass import dataclass
from grader.simulation.styles import STYLES

METHODS = {"neg": "__neg__", "sub": "__sub__", "div": "__truediv__", "mean": "mean"}
REFLECTED = {"radd": "__radd__", "rmul": "__rmul__", "rsub": "__rsub__", "rdiv": "__rtruediv__"}
OWN = "own"
TURNED = {"radd": "__add__", "rmul": "__mul__"}  # where one is the other by another name, its operands are turned
# How an operation that is made of others is written, and which way that is; of what is written in no such way all are
# possible.
_WRITTEN = {
    "neg": ((r"\b0(?:\.0)?\)? ?-", "0 - a"), (r"\* ?\(? ?- ?1", "a * -1"), (r"- ?1(?:\.0)? ?\)? ?\*", "-1 * a")),
    "sub": ((r"\* ?\(? ?- ?1|- ?1(?:\.0)? ?\)? ?\*", "a + b * -1"), (r"\+ ?\(? ?-", "a + -b")),
    "div": ((r"self ?\*", "a * b ** -1"), (r"\* ?self\b", "b ** -1 * a")),
    "mean": (),
}
ACTIVATIONS = ("tanh", "sigmoid")
NATIVE = "native"
# A call of a method of values, not of `math` or numpy.
_OF_VALUES = re.compile(r"(?<!math)(?<!np)(?<!numpy)\.(?:exp|sigmoid|tanh)\(")
_SUM_OF_VALUES = re.compile(r"(?<![\w.])(?!np\.|numpy\.)\w{1,40}\.sum\(")
# A body that hands its operands on: `return Sub.apply(self, other)`, `return Sub()(self, other)`, `return sub(a, b)`.
_HANDED_ON = re.compile(r"return (\w{1,40})(?:\.\w{1,40}|\(\))?\([\w, =]{0,80}\)")
_TEXT = re.compile(r"#.*|\"\"\".*?\"\"\"|\"[^\"\n]*\"|'[^'\n]*'")


@dataclass(frozen=True)
class Source:
    """The text of an engine, and the names of the attributes that hold a number and its gradient."""

    text: str
    value: str = "data"
    gradient: str = "grad"

    def names(self, method: str) -> bool:
        """Whether the text names this method at all."""
        return method in self.text

    @cached_property
    def styles(self) -> dict[str, tuple[str, ...]]:
        """For each choice the ways that are possible. A method that touches numbers or gradients is an operation of its
        own; one that does not, and computes, is made of other operations; of others it is not known."""
        found = dict(STYLES)
        for choice, method in METHODS.items():
            body = self._body(method)
            if choice == "mean" and _SUM_OF_VALUES.search(body):
                pass  # made of a sum, or of one that is spoilt so that it is an operation of its own
            elif self._touches(body) or self._is_handed_on(body, method):
                found[choice] = (NATIVE,)
            elif choice == "sub" and re.search(r"[+*/]", body) and "-" not in body:
                pass  # no subtraction at all
            elif re.search(r"[-+*/]", body):
                ways = [way for pattern, way in _WRITTEN[choice] if re.search(pattern, body)]
                found[choice] = (ways[0],) if ways else tuple(way for way in STYLES[choice] if way != NATIVE)
        for choice, method in REFLECTED.items():
            if choice in TURNED and re.search(rf"\b{method}\s*=\s*\w*\.?{TURNED[choice]}\b", self.text):
                found[choice] = ("turned",)
            else:
                own = self._touches(self._body(method))
                found[choice] = tuple(way for way in STYLES[choice] if (way == OWN) is own)
        found["adds"] = self._adds()
        if found["adds"] == STYLES["adds"][:1]:
            found["fitted"], found["asks"] = STYLES["fitted"][:1], STYLES["asks"][:1]
        for method in ACTIVATIONS:
            body = self._body(method)
            if not _OF_VALUES.search(body):
                found[method] = (NATIVE,)
            elif not self._touches(body):
                found[method] = tuple(way for way in STYLES[method] if way != NATIVE)
        return found

    def _adds(self) -> tuple[str, ...]:
        """How contributions may be added up."""
        in_place = re.search(rf"\.{re.escape(self.gradient)}(?:\[[^\]\n]{{0,20}}\])? ?[-+]=", self.text)
        plain, new, none, table = STYLES["adds"]
        tables = [table] if re.search(r"\bif \w+ (?:not )?in \w+ else\b|defaultdict", self.text) else []
        if re.search(r"(?<!axis) is (?:not )?None\b", self.text):
            return (plain, new, none, *tables)
        return (plain,) if in_place else (new, none, *tables)

    def _touches(self, body: str) -> bool:
        return bool(re.search(rf"\.(?:{re.escape(self.value)}|{re.escape(self.gradient)})\b", body))

    def _is_handed_on(self, body: str, method: str) -> bool:
        """Whether a method only calls another class or function, which is an operation of its own: a class that is not
        the engine itself, or a function that touches numbers or gradients."""
        called = _HANDED_ON.fullmatch(body.strip())
        if called is None:
            return False
        if re.search(rf"^class {called[1]}\b", self.text, re.MULTILINE):
            return f"def {method}" not in self._lines_below("class", called[1])
        return self._touches(_plain(self._lines_below("def", called[1])))

    @cached_property
    def is_composed(self) -> bool:
        """Whether an activation is made of other operations."""
        return any(self.styles[method] != (NATIVE,) for method in ACTIVATIONS)

    def _body(self, method: str) -> str:
        """The lines of a method below its first, by their indentation, without comments and texts; "" where it is
        defined in another way than by `def`, by a function's name or by a lambda."""
        alias = re.search(rf"\b{method}\s*=\s*(?:lambda\b[^:\n]{{0,200}}:(.*)|(\w+)\s*$)", self.text, re.MULTILINE)
        if alias and alias[1]:
            return _plain(alias[1])
        name = alias[2] if alias and not re.search(rf"\bdef {method}\b", self.text) else method
        return _plain(self._lines_below("def", name))

    def _lines_below(self, what: str, name: str) -> str:
        """What belongs to a `def` or a `class` of this name, by its indentation; "" where there is none."""
        lines = self.text.splitlines()
        for number, line in enumerate(lines):
            if name in line and re.match(rf"\s*{what} {name}\b", line):
                margin = len(line) - len(line.lstrip())
                rest = []
                for below in lines[number + 1 :]:
                    if below.strip() and len(below) - len(below.lstrip()) <= margin:
                        break
                    rest.append(below)
                return "\n".join(rest)
        return ""


def _plain(text: str) -> str:
    """Without comments and texts, and with single spaces, so that no pattern has to look through many."""
    return re.sub(r"\s+", " ", _TEXT.sub("", text))

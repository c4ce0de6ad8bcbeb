"""A formula as a student writes it, `2x cos x²`, `grad_Y Wᵀ`: every usual reading of it, computed in floats by us.

Nothing is run as Python: one tokenizer, and one parser that runs once for each way to settle what the notation leaves
open (a _Setting), so that time is linear. A reading is a program in postfix order; equal ones are listed once.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from grader.base.text import did_you_mean
from grader.maths.formula import CONSTANTS, FUNCTIONS, MAX_LENGTH, MAX_NESTING, MAX_NODES, Env, Formula, FormulaError
from grader.model.dataclass import dataclass

MAX_READINGS = 8  # the settings below make twelve at most, the rare ones last

# A step is ("number", its digits), ("name", a variable) or ("call", an operation on what was pushed last).
_Program = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Token:
    """A piece of the text. `kind` is the sign itself for operators; `spaced` is whether a space came before."""

    kind: str
    value: str
    column: int
    spaced: bool


@dataclass(frozen=True)
class _Setting:
    """What notation leaves open: is 1/2x 1/(2x), is sin 2x sin(2x), and which signs multiply matrices."""

    tight: bool
    swallow: bool
    matrix: str


def _soft_matmul(x: Any, y: Any) -> Any:
    return np.matmul(x, y) if np.ndim(x) == np.ndim(y) == 2 else x * y


def _prime(x: Any) -> Any:
    if np.ndim(x) < 2:  # (x²)' is a derivative not carried out: it must not pass for x²
        raise ValueError("only a matrix can be transposed")
    return np.transpose(x)


_FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = FUNCTIONS | {
    "cosh": (1, np.cosh), "sinh": (1, np.sinh), "square": (1, lambda x: x * x), "transpose": (1, np.transpose),
    "cot": (1, lambda x: 1.0 / np.tan(x)), "sec": (1, lambda x: 1.0 / np.cos(x)),
    "matmul": (2, np.matmul), "multiply": (2, operator.mul), "power": (2, operator.pow),
}  # fmt: skip
_OPERATIONS: dict[str, tuple[int, Callable[..., Any]]] = _FUNCTIONS | {
    "+": (2, operator.add), "-": (2, operator.sub), "*": (2, operator.mul), "/": (2, operator.truediv),
    "^": (2, operator.pow), "·": (2, _soft_matmul), "@": (2, np.matmul), "negate": (1, operator.neg), "'": (1, _prime),
}  # fmt: skip
_SPELLINGS = {
    "absolute": "abs", "ctg": "cot", "dot": "matmul", "fabs": "abs", "ln": "log", "max": "maximum", "min": "minimum",
    "mm": "matmul", "pow": "power", "sgn": "sign", "sigma": "sigmoid", "tg": "tan", "σ": "sigmoid", "√": "sqrt",
}  # fmt: skip
FUNCTION_NAMES = frozenset(word for name in (*_FUNCTIONS, *_SPELLINGS) for word in (name, name.capitalize()))
_FRACTION = "\ue000"  # stands for \frac
_LATEX = {
    "cdot": "·", "times": "×", "ast": "*", "odot": "⊙", "circ": "⊙", "div": "/", "frac": _FRACTION, "dfrac": _FRACTION,
    "tfrac": _FRACTION, "left": "", "right": "", "quad": "", "top": "⊤", "intercal": "⊤", "partial": "∂", "prime": "'",
    "pi": "π", "sigma": "σ", "lvert": "|", "rvert": "|", "displaystyle": "", "nabla": "∇",
}  # fmt: skip
_PLAIN = str.maketrans("−–‐‑‒﹣－⋅∙•∗÷:∘[]{}′’≈“”", "-------···*//⊙()()''=\"\"")
_DIGITS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_SMALL = "ᵀ⁰¹²³⁴⁵⁶⁷⁸⁹"  # \w for `re`, but no part of a word here
_LETTER = rf"[^\W\d{_SMALL}]"
_WORD = rf"{_LETTER}[^\W{_SMALL}]*"
_NO_WORD = rf"(?![^\W{_SMALL}])"
_POWER = r"\^|\*\*"
_PATTERN = (
    rf"(?P<space>\s+)|(?P<transpose>(?:{_POWER})\s*(?:[T⊤]|\(\s*[T⊤]\s*\))|[ᵀ⊤]|\.\s*(?:T{_NO_WORD}|(?:transpose|t)\s*\(\s*\)))"
    r"|(?P<method>\.\s*(?:dot|matmul|mm)(?=\s*\())|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    rf"|(?P<superscript>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<power>{_POWER})|(?P<sign>[-+*/@·×⊙()|,'{_FRACTION}])"
)
_PREFIX = r"(?P<prefix>(?:np|numpy|math|torch)\s*\.\s*(?=[A-Za-z]))"
_WRAPPED = re.compile(r"\\(?:mathrm|mathbf|mathit|text|operatorname|boldsymbol|bm)\s*\{\s*(\w+)\s*\}")
_LABEL = re.compile(r"[\w∇]+'*(?:\([-\w,.]*\))?'*|[d∂]\w*(?:\(\w+\))?/[d∂]\w+(?:\(\w+\))?")
_TO_DERIVE = re.compile(r"\s*[d∂]\s*/\s*[d∂]\s*\w+")
_PLACEHOLDER = re.compile(r"\(\s*[·_.*]?\s*\)\s*$")
_PRODUCTS = ("*", "×", "·", "⊙", "@", "/")
_STARTS = ("name", "function", "constant", "(", _FRACTION)
_NEGATE = ("call", "negate")
_E = ("number", repr(float(CONSTANTS["e"])))
_USUAL, _ANY, _NONE = " ·", " ·*×", ""  # the signs that multiply matrices; a space for no sign at all
_SETTINGS = [_Setting(t, s, m) for m in (_USUAL, _ANY, _NONE) for t in (False, True) for s in (True, False)]


def readings(text: str, names: Collection[str], aliases: Mapping[str, str] = {}) -> list[Formula]:
    """Every formula that `text` may mean, the most usual reading first; at most MAX_READINGS.

    `names` are the variables, `aliases` other spellings of them. Raises FormulaError with the column. A reading's
    `compute` raises ValueError where the shapes of the matrices do not fit it.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"a formula has at most {MAX_LENGTH} characters, this one {len(text)}")
    words = _Vocabulary(tuple(names), tuple(aliases.items()))
    line = _without_labels(_plain(text), words)
    tokens = words.tokens(short := _PLACEHOLDER.sub("", line) if len(names) == 1 else line)
    if len(names) == 1 and [token.kind for token in tokens] in (["function", "end"], ["-", "function", "end"]):
        tokens.insert(-1, _Token("name", next(iter(names)), tokens[-1].column, True))  # `sin`, `-sin(·)`
    elif short != line:
        tokens = words.tokens(line)
    usual = _Parser(tokens, _SETTINGS[0])
    programs = dict.fromkeys([usual.program()])
    programs.update((_Parser(tokens, setting).program(), None) for setting in _SETTINGS[1:] if usual.open)
    return [_formula(text.strip(), program) for program in list(programs)[:MAX_READINGS]]


def _formula(text: str, program: _Program) -> Formula:
    def compute(env: Env) -> Any:
        stack: list[Any] = []
        with np.errstate(all="ignore"):
            for kind, value in program:
                if kind == "call":
                    count, function = _OPERATIONS[value]
                    stack[-count:] = [function(*stack[-count:])]
                else:
                    stack.append(np.float64(value) if kind == "number" else np.asarray(env[value])[()])
        return stack[0]

    return Formula(text, frozenset(value for kind, value in program if kind == "name"), compute)


def _plain(text: str) -> str:
    """LaTeX and typographic signs replaced, quotes and full stop dropped; all in the same columns."""
    if root := re.search(r"\\sqrt\s*\[", text):
        raise FormulaError("only square roots can be read: write this one as a power", root.start())
    text = re.sub(r"\\_(\w*)", r"_\1 ", text)
    text = _WRAPPED.sub(lambda found: found[1].rjust(len(found[0]) - 1) + " ", text)
    text = re.sub(r"\\([A-Za-z]+)", lambda found: _LATEX.get(found[1], " " + found[1]).ljust(len(found[0])), text)
    text = re.sub(r"\\[,;!: ]", "  ", re.sub(r"\\([(){}\[\]])", r" \1", text)).translate(_PLAIN)
    outer = ""
    while text != outer:
        outer = text
        text = re.sub(r"[.;](\s*)$", r" \1", text)
        text = re.sub(r"^(\s*)([$`\"'])(.*)\2(\s*)$", r"\1 \3 \4", text, flags=re.DOTALL)
    return text


def _squeezed(text: str) -> str:
    return re.sub(rf"{_FRACTION}\((.*?)\)\((.*?)\)", r"\1/\2", re.sub(r"\s", "", text))


def _without_labels(line: str, words: _Vocabulary) -> str:
    """What follows the last `=`, if all that comes before are labels such as f'(x), or formulas themselves."""
    start = 0
    while (end := line.find("=", start)) >= 0:
        part = line[start:end]
        if not part.strip() and start:
            raise FormulaError("expected a formula before `=`", end)
        if part.strip() and not _LABEL.fullmatch(_squeezed(part)):
            formula = _TO_DERIVE.sub(lambda found: " " * len(found[0]), part, count=1)
            _Parser(words.tokens(" " * start + formula), _SETTINGS[0]).program()
        start = end + 1
    return " " * start + line[start:]


@functools.lru_cache(256)
class _Vocabulary:
    """The words that a text may use, and its tokens."""

    def __init__(self, names: tuple[str, ...], aliases: tuple[tuple[str, str], ...]) -> None:
        functions = {word: _SPELLINGS.get(word.lower(), word.lower()) for word in FUNCTION_NAMES}
        spelled = {_squeezed(_plain(word)): name for word, name in aliases} | {name: name for name in names}
        self.names = sorted(names)
        self.words = {"π": ("constant", repr(np.pi))}
        self.words |= {word: ("constant", repr(float(value))) for word, value in CONSTANTS.items()}
        self.words |= {word: ("function", name) for word, name in functions.items()}
        self.words |= {word: ("name", name) for word, name in spelled.items() if word}
        longest_first = sorted(self.words, key=len, reverse=True)
        self.pattern = re.compile(f"{_PREFIX}|(?P<known>{'|'.join(map(self.finder, longest_first))})|{_PATTERN}")

    def finder(self, word: str) -> str:
        """The pattern of one word: where it may stand, with spaces around its signs, and dL/dY as a fraction too."""
        kind, value = self.words[word]
        if word == "e" and kind == "constant":  # `sine` is a slip, not sin(e)
            return rf"e(?=\s*(?:{_POWER}|[⁺⁻{_SMALL}]))|(?<!{_LETTER})e{_NO_WORD}"
        if kind == "function":  # sin2x is sin 2x, but log10 and exp2 are other functions
            return re.escape(word) + ("(?![0-9])" if value in ("exp", "log") else "")
        if re.fullmatch(_WORD, word):  # x2 may be meant as x²: not for us to say
            return re.escape(word) + "(?![0-9])"
        top, *bottom = (r"\s*".join(map(re.escape, re.findall(r"\w+|\W", part))) for part in word.split("/"))
        fraction = rf"|{_FRACTION}\s*\(\s*{top}\s*\)\s*\(\s*{bottom[0]}\s*\)" if len(bottom) == 1 else ""
        return r"\s*/\s*".join([top, *bottom]) + (_NO_WORD if word[-1].isalnum() else "") + fraction

    def tokens(self, line: str) -> list[_Token]:
        """The tokens of `line` and one that marks the end."""
        tokens: list[_Token] = []
        at, spaced = 0, False
        while at < len(line):
            found = self.pattern.match(line, at)
            if not found:
                raise self.unknown(line, at)
            kind, value, end = str(found.lastgroup), found[0], found.end()
            t = at + value.find("T")
            if kind == "transpose" and t > at and value[0] != "." and any(line.startswith(w, t) for w in self.names):
                kind, value, end = "power", "^", at + len(value) - len(value.lstrip("^*"))
            if kind == "known":
                kind, value = self.words[_squeezed(value)]
            elif kind == "superscript":
                value = value.translate(_DIGITS)
            elif kind in ("sign", "power"):
                kind = value = "^" if kind == "power" else value
            if kind not in ("space", "prefix"):
                tokens.append(_Token(kind, value, at, spaced))
            spaced = kind == "space" or (kind == "prefix" and spaced)
            at = end
        if len(tokens) > MAX_NODES:
            raise FormulaError("the formula has too many terms")
        return [*tokens, _Token("end", "", len(line), True)]

    def unknown(self, line: str, at: int) -> FormulaError:
        for word in re.finditer(_WORD, line):
            if word.start() <= at < word.end():
                hint = did_you_mean(word[0][:40], self.words)
                shown = word[0] if len(word[0]) <= 20 else word[0][:20] + "…"
                names = f"names are {', '.join(self.names)}" if self.names else "the answer is a number, without names"
                return FormulaError(f"unknown name `{shown}`: {names}{hint}", word.start())
        shown = f"`{line[at]}`" if line[at].isprintable() else f"the character U+{ord(line[at]):04X}"
        return FormulaError(f"{shown} is not part of a formula", at)


class _Parser:
    """Recursive descent over the tokens under one setting; every recursion goes through `power`, which counts it."""

    def __init__(self, tokens: list[_Token], setting: _Setting) -> None:
        self.tokens, self.setting = tokens, setting
        self.at, self.depth, self.closing = 0, 0, ""
        self.open = False  # whether the setting mattered: if not, every other one makes the same program

    def program(self) -> _Program:
        """The whole text as one program."""
        whole = self.sum()
        self.expect("end", "`(` before this `)`" if self.token.kind == ")" else "an operator")
        return whole

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def takes(self, *kinds: str) -> bool:
        """Whether the next token is one of these; if so it is taken."""
        found = self.token.kind in kinds
        self.at += found
        return found

    def expect(self, kind: str, what: str) -> None:
        if not self.takes(kind):
            raise FormulaError(f"expected {what}" + " at the end" * (self.token.kind == "end"), self.token.column)

    def sum(self) -> _Program:
        left = self.term()
        while (sign := self.token.kind) in ("+", "-"):
            self.at += 1
            left += self.term() + (("call", sign),)
        return left

    def term(self) -> _Program:
        negative, factors, matrix = self.negative(), self.side_by_side(), self.setting.matrix
        left = self.product(" ", *factors)
        while (sign := self.token.kind) in _PRODUCTS:
            self.at += 1
            negative ^= self.negative()
            factors = self.side_by_side()
            # Where the order cannot matter, both settings build the same program, and it is listed once.
            matters = sign in "/@" or ((sign in matrix) != (" " in matrix) and not _is_constant(left))
            self.open |= len(factors) > 1
            if self.setting.tight and matters:
                factors = [self.product(" ", *factors)]
            left = self.product(" ", self.product(sign, left, factors[0]), *factors[1:])
        return left + (_NEGATE,) * negative

    def negative(self) -> bool:
        negative = False
        while self.takes("+", "-"):
            negative ^= self.tokens[self.at - 1].kind == "-"
        return negative

    def side_by_side(self) -> list[_Program]:
        factors = [self.power()]
        while self.is_factor_next():
            factors.append(self.power())
        return factors

    def is_factor_next(self) -> bool:
        before, token = self.tokens[self.at - 1], self.token
        if token.kind == "number":  # 2 3 and x.5 are slips, cos(x)2 and x 2 are not
            return before.kind == ")" or (token.spaced and before.kind != "number")
        return token.kind in _STARTS or (token.kind == "|" and self.closing != "|")

    def product(self, sign: str, left: _Program, *rest: _Program) -> _Program:
        for right in rest:
            soft = not _is_constant(left) and not _is_constant(right)
            self.open |= soft
            left += right + (("call", sign if sign in "/@" else "·" if soft and sign in self.setting.matrix else "*"),)
        return left

    def power(self) -> _Program:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise FormulaError("too many nested parentheses", self.token.column)
        base = self.atom()
        while True:
            before, token = self.tokens[self.at - 1], self.token
            if (exponent := self.exponent()) is not None:
                base = _raised(base, exponent)
            elif self.takes("transpose"):
                base += (("call", "transpose"),)
            elif self.takes("method"):
                base += self.arguments("the method", 1) + (("call", "matmul"),)
            elif self.takes("'"):
                if before.kind not in ("name", ")", "transpose", "'") or self.token.kind == "(":
                    raise FormulaError("`'` means transpose, and stands after a matrix", token.column)
                base += (("call", "'"),)
            else:
                self.depth -= 1
                return base

    def exponent(self) -> _Program | None:
        value = self.token.value
        if self.takes("superscript"):
            return (("number", value.lstrip("-")),) + (_NEGATE,) * value.startswith("-")
        return self.signed_power() if self.takes("^") else None

    def signed_power(self) -> _Program:
        negative = self.negative()
        return self.power() + (_NEGATE,) * negative

    def atom(self) -> _Program:
        value = self.token.value
        if self.takes("number", "constant"):
            digits = value + "".join(token.value for token in self.tokens[self.at : self.at + 2] if not token.spaced)
            if self.closing != "," and re.fullmatch(r"[0-9]+,[0-9]+(?:[eE][-+]?[0-9]+)?", digits):
                self.at += 2
                value = digits.replace(",", ".")
            return (("number", value),)
        if self.takes("name"):
            return (("name", value),)
        if self.takes("function"):
            return self.function(value)
        if self.takes("|"):
            return self.inside("|") + (("call", "abs"),)
        if self.takes(_FRACTION):
            return self.arguments("the fraction", 1) + self.arguments("the fraction", 1) + (("call", "/"),)
        self.expect("(", "a number, a name or `(`")
        return self.inside(")")

    def inside(self, closing: str) -> _Program:
        """A sum, and the sign that closes it."""
        outer, self.closing = self.closing, closing
        inner = self.sum()
        self.closing = outer
        self.expect(closing, f"`{closing}`")
        return inner

    def arguments(self, name: str, count: int) -> _Program:
        self.expect("(", f"`(` after {name}")
        first = self.inside(",") if count == 2 else ()
        return first + self.inside(")")

    def function(self, name: str) -> _Program:
        count, token = _FUNCTIONS[name][0], self.token
        exponent = self.exponent()
        if exponent and exponent[-1] == _NEGATE:
            raise FormulaError(f"is this 1/{name} or the inverse function? write it without the power", token.column)
        explicit = count > 1 or self.token.kind == "("
        applied = (self.arguments(name, count) if explicit else self.bare_argument(name)) + (("call", name),)
        return _raised(applied, exponent) if exponent else applied

    def bare_argument(self, name: str) -> _Program:
        """The argument of a function without parentheses: numbers and names, so that sin 2x cos x ends before cos."""
        if self.token.kind not in (*_STARTS, "number", "|", "-"):
            self.expect("(", f"an argument after {name}")
        argument = self.signed_power()
        while self.setting.swallow and self.is_factor_next() and (self.token.kind == "name" or _is_constant(argument)):
            self.open = True
            argument = self.product(" ", argument, self.power())
        return argument


def _raised(base: _Program, exponent: _Program) -> _Program:
    return exponent + (("call", "exp"),) if base == (_E,) else base + exponent + (("call", "^"),)


def _is_constant(program: _Program) -> bool:
    return all(kind != "name" for kind, _ in program)

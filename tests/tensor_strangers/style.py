"""A style: the text of a right engine in parts, and what a student in that style would write for each mistake."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from strangers.style import PART, apply_edit

from .faults import ASSIGNED, COUNTS, FORMULAS, LEFT_OUT, ONCE, UNSUMMED, VALUES

Edits = tuple[str, ...]
BROADCASTING = ("add", "sub", "mul", "div")


@dataclass(frozen=True)
class Style:
    """A right engine and its mistakes.

    Parts and edits are written as in `strangers.style`. `rules` holds the right gradients as they stand in the text,
    before they are summed over axes that were broadcast: for the operands of `add`, `mul` and so on, and of `neg` and
    `inv` where a style composes - and / of them. `words` says how the style calls things: `a` and `b` are the
    statements around a gradient, with {} where it stands; `a=` and `b=` the same with an assignment; `a!` and `b!`
    without the sum over axes that were broadcast; `v` is the value's expression, `count` what mean divides by; the
    others are the names in `FORMULAS`. A word for one part is `part.word`, one for all operations that do not
    broadcast is `plain.word`; `vx` and `vy` are `x` and `y` in a value, if they have other names there.
    `nothing` is the gradient of what gets none; where it is empty, the statement is left out.
    """

    text: str
    rules: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]
    edits: Mapping[str, Edits | None]
    nothing: str = ""

    def parts(self) -> dict[str, str]:
        """The text in parts, by name, in order."""
        pieces = PART.split(self.text.lstrip("\n"))
        return {"head": pieces[0], **dict(zip(pieces[1::2], pieces[2::2], strict=True))}

    def edits_of(self, fault: str) -> Edits | None:
        """What makes the mistake; None if it cannot be made here."""
        if fault in self.edits:
            return self.edits[fault]
        if fault in ASSIGNED:
            return self._restated("=", *ASSIGNED[fault])
        if fault in UNSUMMED:
            parts = [part for part in UNSUMMED[fault][0].split() if part in self.rules]
            if fault == "bcast-only-add" and len(parts) < 2:
                return None  # it would be the same as missing in that other one
            return self._restated("!", *UNSUMMED[fault])
        if fault in LEFT_OUT:
            return self._left_out(*LEFT_OUT[fault])
        if fault in COUNTS:
            return self._count(COUNTS[fault])
        if fault in ONCE:
            return self._once(ONCE[fault])
        found: list[str] = []
        for table in (self._value, self._formula):
            edits = table(fault)
            if edits is None:
                return None
            found += edits
        return tuple(found) or None

    def _word(self, part: str, key: str) -> str | None:
        plain = None if part in BROADCASTING else self.words.get(f"plain.{key}")
        return self.words.get(f"{part}.{key}", plain or self.words.get(key))

    def _names(self, part: str, in_value: bool = False) -> dict[str, str]:
        names = {key: self._word(part, key) for key in ("g", "x", "y", "o", "p", "q", "n", "all", "ones")}
        if in_value:
            names |= {key: self._word(part, "v" + key) or names[key] for key in "xy"}
        if names["ones"] is None and names["x"]:
            names["ones"] = f"np.ones_like({names['x']})"
        return {key: name for key, name in names.items() if name}

    def _statement(self, part: str, operand: str, rule: str = "", sign: str = "") -> str | None:
        around = self._word(part, operand + sign)
        return None if around is None else around.format(rule or self.rules[part]["ab".index(operand)])

    def _restated(self, sign: str, parts: str, operands: str) -> Edits | None:
        edits = []
        for part in parts.split():
            for operand in "ab"[: len(self.rules.get(part, ()))]:
                if operand in operands:
                    old, new = self._statement(part, operand), self._statement(part, operand, sign=sign)
                    if old is None or new is None:
                        return None
                    edits.append(f"{part}: {old} => {new}")
        return tuple(edits) or None

    def _left_out(self, part: str, operand: str) -> Edits | None:
        if part not in self.rules:
            return None
        old = self._statement(part, operand)
        nothing = self.nothing.format(**self._names(part)) if self.nothing else ""
        return (f"{part}: {old} => {self._statement(part, operand, nothing) if nothing else ''}",)

    def _once(self, part: str) -> Edits | None:
        other, this = self.words.get("other"), self.words.get("self")
        if part not in self.rules or other is None or this is None:
            return None
        old = self._statement(part, "b")
        return (f"{part}: {old} => if {other} is not {this}:\n    {old}",)

    def _count(self, wrong: str) -> Edits | None:
        count = self._word("mean", "count")
        return None if count is None else (f"mean: {count} => {wrong.format(**self._names('mean', in_value=True))}",)

    def _value(self, fault: str) -> Edits | None:
        if fault not in VALUES:
            return ()
        part, wrong = VALUES[fault]
        value = self._word(part, "v")
        return None if value is None else (f"{part}#1: {value} => {wrong.format(**self._names(part, in_value=True))}",)

    def _formula(self, fault: str) -> Edits | None:
        edits = []
        for part, *wrong in FORMULAS.get(fault, ()):
            if part not in self.rules:
                continue
            for operand, rule in zip("ab", wrong, strict=True):
                if rule is None:
                    continue
                try:
                    new = rule.format(**self._names(part))
                except KeyError:
                    return None
                if " @ " in new and "dot" in self.words:
                    new = self.words["dot"].format(*new.split(" @ "))
                edits.append(f"{part}: {self._statement(part, operand)} => {self._statement(part, operand, new)}")
            return tuple(edits)
        return () if fault not in FORMULAS else None

    def source(self, *faults: str) -> str | None:
        """The engine with these mistakes; None if one of them cannot be made."""
        parts = self.parts()
        for fault in faults:
            edits = self.edits_of(fault)
            if edits is None:
                return None
            for edit in edits:
                apply_edit(parts, edit)
        text = re.sub(r"^ +$", "", "".join(parts.values()), flags=re.MULTILINE)
        return re.sub(r"\n{4,}", "\n\n\n", text).rstrip() + "\n"

    def changed(self, fault: str) -> set[str]:
        """The functions and methods of the wrong engine that the right one does not have in the same words."""
        right, wrong = (_functions(self.source(*faults) or "") for faults in ((), (fault,)))
        return {name for name, text in wrong.items() if right.get(name) != text}


def _functions(text: str) -> dict[str, str]:
    """What functions and methods are called, and how they read; of a class itself, what is not in its methods."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = ast.dump(node)
        elif isinstance(node, ast.ClassDef):
            loose = [inner for inner in node.body if not isinstance(inner, ast.FunctionDef)]
            found[node.name] = "".join(ast.dump(part) for part in (*node.bases, *loose))
            methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)]
            found |= {f"{node.name}.{method.name}": ast.dump(method) for method in methods}
    return found

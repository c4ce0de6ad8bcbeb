"""A style: the text of a right engine in parts, and what a student in that style would write for each mistake."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .faults import ASSIGNED, FORMULAS

Edits = tuple[str, ...]
PART = re.compile(r"^#(\w+)\n", re.MULTILINE)
MISSING = {"rsub-missing": "rsub", "rtruediv-missing": "rdiv", "radd-missing": "radd", "rmul-missing": "rmul"}
ONCE = {"add-aliased": "add", "mul-self-square": "mul"}

EQUAL_BY_VALUE = """end+=
    def __eq__(self, other):
        return isinstance(other, Value) and self.data == other.data

    def __hash__(self):
        return hash(self.data)
"""


@dataclass(frozen=True)
class Style:
    """A right engine and its mistakes.

    A line `#mul` in `text` starts the part of that name. An edit is one of
    `mul: old => new` (each `old` in that part; `mul,add: ` in those parts, `*: ` in all that have it),
    `mul#2: old => new` (the second `old`), `mul:=text` (all of the part), `mul+=text` (more at its end).

    `rules` holds the right derivatives as they stand in the text: for the operands of `add`, `mul` and so on. `words`
    says how the style calls things: `a` and `b` are the statements around a derivative, with {} where it stands;
    `a=` and `b=` the same with an assignment; the others are the names in `FORMULAS`, where `part.x` goes before `x`.
    `order` is how a local derivative {d} is multiplied by the gradient; "{d}" if the style keeps local derivatives.
    `nothing` is a derivative of zero; empty if one would leave out the statement.
    """

    text: str
    rules: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]
    edits: Mapping[str, Edits | None]
    order: str = "{d} * {g}"
    nothing: str = ""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def parts(self) -> dict[str, str]:
        """The text in parts, by name, in order."""
        pieces = PART.split(self.text.lstrip("\n"))
        return {"head": pieces[0], **dict(zip(pieces[1::2], pieces[2::2], strict=True))}

    def edits_of(self, fault: str) -> Edits | None:
        """What makes the mistake; None if it cannot be made here."""
        if fault in self.edits:
            return self.edits[fault]
        if fault in MISSING:
            return (f"{MISSING[fault]}:=",) if MISSING[fault] in self.parts() else None
        if fault in ASSIGNED:
            return self._assigned(*ASSIGNED[fault])
        if fault == "all-assign":
            found = [self._assigned(part, "ab"[: len(rule)]) for part, rule in self.rules.items()]
            negation = re.search(r"(-=|\+= -)( ?)(?=\S+$)", self.parts().get("neg", ""), re.MULTILINE)
            found += [(f"neg: {negation.group()} => = -",)] if negation else []
            return None if None in found else tuple(edit for edits in found for edit in edits or ())
        if fault in FORMULAS:
            return self._formula(*FORMULAS[fault])
        if fault in ONCE and ONCE[fault] in self.rules and not self.nothing:
            old = self._statement(ONCE[fault], "b")
            return (f"{ONCE[fault]}: {old} => if {self.words['other']} is not {self.words['self']}:\n    {old}",)
        if fault == "add-self-only" and "add" in self.rules:
            old = self._statement("add", "b")
            new = self.words["b"].format(self.nothing) if self.nothing else ""
            return (f"add: {old} => {new}",)
        return None

    def _statement(self, part: str, operand: str) -> str:
        return self.words[operand].format(self.rules[part]["ab".index(operand)])

    def _assigned(self, part: str, operands: str) -> Edits | None:
        if part not in self.rules or "a=" not in self.words:
            return None
        rule = self.rules[part]
        return tuple(
            f"{part}: {self._statement(part, operand)} => {self.words[operand + '='].format(new)}"
            for operand, new in zip("ab", rule, strict=False)
            if operand in operands
        )

    def _formula(self, part: str, *wrong: str | None) -> Edits | None:
        if part not in self.rules or (any(rule and rule[0] == "!" for rule in wrong) and "g" not in self.words):
            return None
        words = {"part": part, "g": "1.0", **self.words}
        words |= {key.partition(".")[2]: word for key, word in self.words.items() if key.startswith(part + ".")}
        edits = []
        for operand, rule in zip("ab", wrong, strict=False):
            if rule is None or len(self.rules[part]) <= "ab".index(operand):
                continue
            if rule in ("*", "-"):
                new = words["g"] if rule == "*" else "-" + words["g"]
            elif rule[0] == "*":
                local = rule[1:].format(**words)
                around = self.order != "{d}" and (" / " in local or local[0] == "-")
                new = self.order.format(d=f"({local})" if around else local, g=words["g"])
            else:
                new = rule[1:].format(**words)
            edits.append(f"{part}: {self._statement(part, operand)} => {words[operand].format(new)}")
        return tuple(edits)

    def source(self, *faults: str) -> str | None:
        """The engine with these mistakes; None if one of them cannot be made."""
        parts = self.parts()
        for fault in faults:
            edits = self.edits_of(fault)
            if edits is None:
                return None
            for edit in edits:
                apply_edit(parts, edit)
        return re.sub(r"\n{4,}", "\n\n\n", "".join(parts.values())).rstrip() + "\n"


def apply_edit(parts: dict[str, str], edit: str) -> None:
    """Change `parts` as the edit says; an edit that finds nothing to change is an error."""
    whole = re.match(r"(\w+)(:=|\+=)\n?", edit)
    if whole:
        name, sign = whole.groups()
        parts[name] = (parts[name] if sign == "+=" else "") + edit[whole.end() :]
        return
    place, change = edit.split(": ", 1)
    old, new = change.split(" => ", 1)
    names, _, which = place.partition("#")
    chosen = [name for name in parts if old in parts[name]] if names == "*" else names.split(",")
    for name in chosen:
        if old not in parts[name]:
            raise ValueError(f"{name!r} has no {old!r}")
        if which:
            before = old.join(parts[name].split(old)[: int(which)])
            parts[name] = before + new + parts[name][len(before) + len(old) :]
        else:
            parts[name] = _replaced(parts[name], old, new)
    if not chosen:
        raise ValueError(f"no part has {old!r}")


def _replaced(text: str, old: str, new: str) -> str:
    """Replace all: a new line in `new` is indented as the line that `old` stands in, if `old` is within a line."""
    if "\n" in old or "\n" not in new:
        return re.sub(r"\n +(?=\n)", "", text.replace(old, new))
    lines = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        lines.append(line.replace(old, new.replace("\n", "\n" + indent)))
    return "\n".join(lines)

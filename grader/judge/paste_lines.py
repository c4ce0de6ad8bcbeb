"""Lines of Python that show a failure again: imports, inputs, the call, and what it should give as a comment."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from grader.model import Evidence, WrongPart
from grader.worker.submitted_modules import module_name

LONGEST_COMMENT = 72  # characters of an expected value that a line can carry
_NUMPY = re.compile(r"(?<![\w.])np\.")


def paste_lines(
    evidence: Evidence, file: str, targets: Sequence[str], results: Sequence[str], in_notebook: bool
) -> str:
    """The lines; "" where the call is no Python, as of a trap that is told in words. `targets` are the functions that
    are called in `file`, `results` the names of what comes back."""
    exhibit = evidence.exhibit
    if exhibit is not None and exhibit.paste:
        body = exhibit.paste.split("\n")
    elif evidence.call and evidence.expected:
        body = _body(evidence, exhibit.parts if exhibit else (), results)
    else:
        return ""
    names = ", ".join(dict.fromkeys(target.partition(".")[0] for target in targets))
    imports = ["import numpy as np"] if any(map(_NUMPY.search, body)) else []
    if in_notebook:
        imports.insert(0, "# in a new cell at the end of the notebook")
    else:
        imports.append(f"from {module_name(file)} import {names}")
    text = "\n".join([*imports, *body])
    try:
        ast.parse(text)  # of the judge's own text
    except SyntaxError:
        return ""
    return text


def _body(evidence: Evidence, parts: Sequence[WrongPart], results: Sequence[str]) -> list[str]:
    call, inputs = evidence.call, []
    for name, value in evidence.case.items():
        if value.startswith("np."):
            call = call.replace(value, name)
            if re.search(rf"\b{re.escape(name)}\b", call):
                inputs.append(f"{name} = {value}")
    *before, last = call.split("; ")
    lines = [*inputs, *(["; ".join(before)] if before else [])]
    named = [part for part in parts if part.name]
    if named and all("." in part.name for part in named):  # attributes that are read when all is done
        return [*inputs, call, *(f"print({part.name})  # {_comment(part.yours, part.expected)}" for part in named)]
    if named and len(results) > 1:
        shown = [f"print({part.name})  # {_comment(part.yours, part.expected)}" for part in named]
        return [*lines, f"{', '.join(results)} = {last}", *shown]
    yours, expected = (parts[0].yours, parts[0].expected) if len(parts) == 1 else (evidence.yours, evidence.expected)
    return [*lines, f"print({last})  # {_comment(yours, expected)}"]


def _comment(yours: str, expected: str) -> str:
    both = f"yours: {yours}, expected: {expected}"
    if yours and len(both) <= LONGEST_COMMENT:
        return both
    return f"expected: {expected if len(expected) <= LONGEST_COMMENT else expected[:LONGEST_COMMENT] + ' …'}"

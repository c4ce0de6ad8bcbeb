"""The check kind `shape`: a written answer that is the shape of an array in named sizes, as in (D, M)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from grader.checks import absent
from grader.checks.base import CheckContext, Finding
from grader.checks.spec_fields import refuse
from grader.checks.written.answer import AnswerSpec, Form, WrittenAnswer, find, in_doubt, single_spaced, unwrapped
from grader.model import Verdict

MAX_TEXT = 300  # a shape in words, with a reason behind it, has some fifty letters
MALFORMED = "write it as a tuple of sizes, for example (N, D)"
Names = Annotated[tuple[str, ...], Field(strict=False, min_length=1)]

targets, answer_form = absent.targets, absent.answer_form
planned, plan = absent.planned, absent.plan
files, pairs, derives = absent.files, absent.pairs, absent.derives


class Spec(AnswerSpec):
    """The sizes in order. `arrays` names arrays of known shapes, so that `same as W` and `W.shape` are answers too."""

    kind: Literal["shape"]
    equals: Names = Field(description="the right shape, as in [N, D]")
    sizes: Names = Field(description="all sizes that may be used")
    arrays: dict[str, Names] = Field(
        {}, description="shapes of arrays, so that `same as W` and `W.shape` are answers too"
    )
    mistakes: dict[str, str] = Field({}, description="hints by wrong shape, written as in `M, D`")

    @model_validator(mode="after")
    def _sound(self) -> Spec:
        for key, used in (("equals", self.equals), *(("arrays", names) for names in self.arrays.values())):
            unknown = sorted(set(used) - set(self.sizes))
            if unknown:
                refuse(key, f"uses {unknown[0]!r}; sizes are {', '.join(self.sizes)}")
        return self


class ShapeForm(Form):
    """The names that may be in it: of sizes, and of arrays that have shapes."""

    kind: Literal["shape"]
    sizes: Names = Field(description="all sizes that may be used")
    arrays: Annotated[tuple[str, ...], Field(strict=False, description="arrays that have shapes")] = ()

    def doubt(self, data: Any) -> str:
        """Why it is no shape in these sizes."""
        found = _sizes(data, self.sizes, dict.fromkeys(self.arrays, self.sizes))
        return found if isinstance(found, str) else ""


def form(spec: Spec) -> ShapeForm:
    """The names alone, in alphabetical order."""
    return ShapeForm(kind="shape", sizes=tuple(sorted(spec.sizes)), arrays=tuple(sorted(spec.arrays)))


def run(spec: Spec, context: CheckContext) -> Finding:
    """Compares size by size."""
    written = find(spec.answer, context)
    if not isinstance(written, WrittenAnswer):
        return written
    found = _sizes(written.data, spec.sizes, spec.arrays)
    if isinstance(found, str):
        return in_doubt(written, found)
    if found == spec.equals:
        return written.finding(Verdict.CORRECT, 1.0)
    return written.finding(Verdict.WRONG, 0.0, "not correct", spec.mistakes.get(", ".join(found), ""))


def _sizes(data: Any, sizes: Names, arrays: Mapping[str, Names]) -> tuple[str, ...] | str:
    """The sizes in order, or why they cannot be read."""
    if isinstance(data, str):
        if len(data) > MAX_TEXT:
            return MALFORMED
        if array := _array(arrays, data):
            return arrays[array]
        data = _parts(sizes, single_spaced(data))
    if not isinstance(data, list) or not data or not all(isinstance(part, str) for part in data):
        return MALFORMED
    known = {size.casefold(): size for size in sizes}
    for part in data:
        if part.strip().casefold() not in known:
            return f"unknown size {part.strip()[:20]!r}; sizes are {', '.join(sizes)}"
    return tuple(known[part.strip().casefold()] for part in data)


def _parts(sizes: Names, text: str) -> list[str]:
    """What stands between the commas or crosses, without a label before it, or words around it that change nothing."""
    label = re.match(r"(.*)[=:∈]", text, re.DOTALL)
    if label and (re.search(r"[)\]}]\s*[@·×x*]\s*[(\[{]", label[1]) or not re.search(r"[,;()\[\]{}]", label[1])):
        text = text[label.end() :]
    text = re.sub(r"\b(?:torch\.Size|an?|the|it|has|is|in|of|with|shape|size|matrix|array|tensor|tuple)\b", " ", text)
    text = re.sub(r"\s?(?<![,;(])[,;(]*\s?\b(?:because|since|(?:same )?(?:as|like)) [^,;()]*\)?[\s.]*$", "", text)
    text = re.sub(r"^\s*\$?\s*(?:[Rℝ]|\\mathbb\s*\{?R\}?)\s*\^", "", text.strip("$. "))
    size = "|".join(map(re.escape, sizes))
    text = re.sub(rf"\b({size})\s*x\s*(?=(?:{size})\b)", r"\1,", unwrapped(text.strip("$. -")), flags=re.IGNORECASE)
    return [part for part in re.split(r"\s*(?:,|;|×|\*|·|\\times|\b-?by\b-?)\s*|\s+", text.strip("-")) if part]


def _array(arrays: Mapping[str, Names], text: str) -> str:
    """The array whose shape is meant by `W.shape`, `shape of W`, `the same as W`; "" for none."""
    for name in arrays:
        word = re.escape(name)
        said = rf"(?:it has )?(?:the )?(?:same )?(?:shape )?(?:as|of|like)?(?: that of)? ?{word}(?:'s shape)?"
        if re.fullmatch(rf"(?:np\.shape\({word}\)|{word}\.shape|{said})\.?", text.strip(), re.IGNORECASE):
            return name
    return ""

"""The words of rules about a file's text: which paths of functions each of them means."""

from __future__ import annotations

import builtins
from collections.abc import Collection
from types import ModuleType
from typing import Any

import numpy as np


def meant_by(word: str, module: str) -> frozenset[str]:
    """The paths that a word of a rule stands for: a builtin function, a function of the file, or a module; `.sum` is
    whatever ends so."""
    if "." in word:
        return frozenset((word,))
    return frozenset((f"builtins.{word}",) if hasattr(builtins, word) else (word, f"{module}.{word}"))


def fits(path: str, meant: Collection[str]) -> bool:
    """Whether a path is one that is meant, or in it; numpy has some functions under several."""
    if any(path == one or path.startswith(f"{one}.") or (one[0] == "." and path.endswith(one)) for one in meant):
        return True
    found = _of_numpy(path)
    return found is not None and any(found is _of_numpy(one) for one in meant)


def may_be(path: str, word: str) -> bool:
    """Whether a function of the same package has the same name."""
    ours, theirs = path.split("."), word.split(".")
    return min(len(ours), len(theirs)) > 1 and (ours[0], ours[-1]) == (theirs[0], theirs[-1])


def _of_numpy(path: str) -> Any:
    """The function at a path in numpy, None for all others."""
    top, *names = path.split(".")
    found: Any = np if top == "numpy" and names else None
    for name in names:
        found = vars(found).get(name) if isinstance(found, ModuleType) else None
    return found if callable(found) else None

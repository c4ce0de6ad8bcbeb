"""Which file a student meant: names that differ from a wanted one as copies, downloads and renamings do."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

_COPY = re.compile(r"( ?\([0-9]{1,3}\)|-[0-9]{1,3})$")


def clear(names: Iterable[str], wanted: Collection[str]) -> dict[str, str]:
    """For each wanted file that is not among the names, the one name that can only mean it.

    That is one in other letters' case, with a number that browsers add (` (1)`, `-1`), or `.yml` for `.yaml`. Where
    two names could be meant there is none.
    """
    names = list(names)
    lacking = {_key(file): file for file in wanted if file not in names}
    meant: dict[str, list[str]] = {}
    for name in names:
        if name not in wanted:
            file = lacking.get(_key(name)) or lacking.get(_key(name, copy=True))
            if file is not None:
                meant.setdefault(file, []).append(name)
    return {file: found[0] for file, found in meant.items() if len(found) == 1}


def wide(name: str, wanted: Collection[str]) -> str | None:
    """The one wanted file whose name is a whole part of this one's: `12345_ops.py`, `ops_final.py` mean `ops.py`.

    Right only where the submission is this one file. Of two that fit, the longer one that holds the other is meant.
    """
    stem, suffix = _parts(_key(name))
    fits = []
    for file in wanted:
        part, other = _parts(_key(file))
        if suffix == other and re.search(rf"(?<![^\W_]){re.escape(part)}(?![^\W_])", stem):
            fits.append((part, file))
    best = [file for part, file in fits if not any(part != other and part in other for other, _ in fits)]
    return best[0] if len(best) == 1 else None


def _key(name: str, copy: bool = False) -> str:
    stem, suffix = _parts(name.casefold())
    return (_COPY.sub("", stem) if copy else stem).strip() + (".yaml" if suffix == ".yml" else suffix)


def _parts(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if dot else (name, "")


def name_taken(file: str, module: str) -> str:
    """The note on a file that cannot be imported by its name."""
    return f"{file} is left out: the name `{module}` belongs to Python or numpy"

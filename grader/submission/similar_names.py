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


def in_place(name: str, wanted: Collection[str], typed: str = "") -> str | None:
    """The one wanted file in a folder whose own name is, or can only mean, that of a file which came without folders.

    Where it is the whole submission, it may be part of a longer name, and the path under which it was `typed` decides
    between several.
    """
    called = {file: file.rpartition("/")[2] for file in wanted if "/" in file}
    lies = [file for file in called if f"/{typed}".endswith(f"/{file}")]
    if lies:
        return max(lies, key=len)
    names = set(called.values())
    meant = name if name in names else next(iter(clear([name], names)), None) or (wide(name, names) if typed else None)
    fits = [file for file, its in called.items() if its == meant]
    return fits[0] if len(fits) == 1 else None


def misplaced(file: str, names: Collection[str], wanted: Collection[str] = ()) -> str:
    """The end of a sentence on a missing file in a folder, where a file of its name lies in another place; or ""."""
    folder, _, base = file.rpartition("/")
    if not folder:
        return ""
    deeper = next((name for name in names if name.endswith(f"/{file}")), "")
    if deeper:
        around, top = deeper[: -len(file) - 1], file.partition("/")[0]
        return f", but {deeper} is: hand in what is in the folder `{around}`, so that `{top}` lies at the top"
    if base in names and base not in wanted:
        return f", but {base} is: hand it in inside of its folder, as {file}"
    return ""


def _key(name: str, copy: bool = False) -> str:
    stem, suffix = _parts(name.casefold())
    return (_COPY.sub("", stem) if copy else stem).strip() + (".yaml" if suffix == ".yml" else suffix)


def _parts(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if dot else (name, "")


def name_taken(file: str, module: str) -> str:
    """The note on a file that cannot be imported by its name."""
    return f"{file} is left out: the name `{module}` belongs to Python or numpy"

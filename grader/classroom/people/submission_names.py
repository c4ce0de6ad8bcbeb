"""A unique folder name for each submission, even on a file system that ignores letter case."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from grader.base.text import escape_controls
from grader.classroom.model import HandedIn
from grader.classroom.people.matching import fold
from grader.model import GraderError
from grader.submission.entry_name import stem

LONGEST = 240  # bytes: file systems take 255, and some room is left for endings
DIGITS = 12  # of a SHA-256 in hex: 48 bits, so that a collision within a class is out of the question


def by_stems(entries: Iterable[tuple[str, bool]]) -> list[HandedIn]:
    """A submission for each entry of a class's folder (its name, and whether it is a folder). Files lose their
    endings, `ben` for `ben.zip`, unless another entry has or would get that name."""
    pairs = [(name, name if is_folder else stem(name)) for name, is_folder in entries]
    often = Counter(key for pair in pairs for key in {name_folded(_text(name)) for name in pair})
    return [
        HandedIn(short, ((name, ""),)) if short == name or often[name_folded(_text(short))] == 1
        else HandedIn(name, ((name, ""),), person_name=short)
        for name, short in pairs
    ]  # fmt: skip


def with_unique_names(handed: Iterable[HandedIn]) -> list[HandedIn]:
    """The same submissions with unique names; one that is renamed keeps its old name as `person_name`.

    Shared names get the platform's number appended, else a digest of what identifies the submission. All who share a
    name are renamed, so that no name depends on an order. Raises GraderError where names still collide.
    """
    handed = list(handed)
    shared: dict[str, list[int]] = {}
    step = [0] * len(handed)
    names = [_plain(one) for one in handed]
    while True:
        keys = [name_folded(name) for name in names]
        often = Counter(keys)
        again = [place for place, key in enumerate(keys) if often[key] > 1 or key in shared]
        if not again:
            break
        for place in again:
            shared.setdefault(keys[place], []).append(place)
        for place in again:
            step[place] += 1
            if step[place] == len(_STEPS):
                raise _indistinct([handed[other] for other in shared[keys[place]]])
            names[place] = _STEPS[step[place]](handed[place])
    return [
        one if one.name == name else replace(one, name=name, person_name=one.owner_name)
        for one, name in zip(handed, names, strict=True)
    ]


def name_folded(name: str) -> str:
    """The name for comparison, as file systems compare it that ignore letter case and the encoding of accents."""
    return unicodedata.normalize("NFC", fold(name))


def _plain(one: HandedIn) -> str:
    """Never a path to another folder or a hidden name, and valid text whatever the bytes of the entry are."""
    return _short(_text(_entry(one) if one.name[:1] in ("", ".") else one.name))


def _with_id(one: HandedIn) -> str:
    return _short(f"{_plain(one)} {_text(one.id)}") if one.id else _plain(one)


def _with_digest(one: HandedIn) -> str:
    """By the person where the platform names one, so that it stays the same for another file of that person."""
    who = repr((one.id, one.login)) if one.id or one.login else _entry(one)
    return _marked(_plain(one), os.fsencode(who))


def _with_entry(one: HandedIn) -> str:
    return _marked(_plain(one), os.fsencode(_entry(one)))


_STEPS = (_plain, _with_id, _with_digest, _with_entry)


def _entry(one: HandedIn) -> str:
    return one.entries[0][0] if one.entries else one.name


def _text(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _short(name: str) -> str:
    return name if len(name.encode()) <= LONGEST else _marked(name, name.encode())


def _marked(name: str, what: bytes) -> str:
    start = name.encode()[: LONGEST - DIGITS - 1].decode("utf-8", "ignore")
    return f"{start}~{hashlib.sha256(what).hexdigest()[:DIGITS]}"


def _indistinct(twins: Iterable[HandedIn]) -> GraderError:
    one, two, *_ = (escape_controls(_entry(one)) for one in twins)
    return GraderError(f"{one} and {two} would get the same name in the results; rename one of them")

"""A name for each submission that a folder can have, and that no other has, not even on a disk without letter case."""

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

LONGEST = 240  # bytes; file systems take 255
DIGITS = 12


def by_stems(entries: Iterable[tuple[str, bool]]) -> list[HandedIn]:
    """A submission for each entry of a class's folder (its name, and whether it is a folder): files are called without
    their endings, `ben` for `ben.zip`, where no other entry is called so or would be."""
    pairs = [(name, name if is_folder else stem(name)) for name, is_folder in entries]
    often = Counter(key for pair in pairs for key in {name_folded(_text(name)) for name in pair})
    return [
        HandedIn(short, ((name, ""),)) if short == name or often[name_folded(_text(short))] == 1
        else HandedIn(name, ((name, ""),), told=short)
        for name, short in pairs
    ]  # fmt: skip


def told_apart(handed: Iterable[HandedIn]) -> list[HandedIn]:
    """The same submissions, each under a name of its own; one that gets another name keeps its person's in `told`.

    Who shares a name gets the platform's number behind it, else a digest of what the submission is known by. All who
    share it do, so that no name depends on an order. Raises GraderError where that does not help.
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
        one if one.name == name else replace(one, name=name, told=one.told or one.name)
        for one, name in zip(handed, names, strict=True)
    ]


def name_folded(name: str) -> str:
    """The name as the most careless file system compares it; two that look alike are one as well."""
    return unicodedata.normalize("NFC", fold(name))


def _plain(one: HandedIn) -> str:
    """Never one that leads elsewhere or is hidden, and text whatever the bytes of the entry are."""
    return _short(_text(_entry(one) if one.name[:1] in ("", ".") else one.name))


def _with_id(one: HandedIn) -> str:
    return _short(f"{_plain(one)} {_text(one.id)}") if one.id else _plain(one)


def _with_digest(one: HandedIn) -> str:
    """By the person where the platform tells it: another file of the same person changes nothing."""
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
    return GraderError(f"{one} and {two} would have one name among the results: rename one of them")

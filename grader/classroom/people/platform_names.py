"""Names of entries as learning platforms export them: who submitted them, and which belong together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from grader.base.text import escape_controls
from grader.classroom.model import HandedIn
from grader.classroom.people.matching import fold
from grader.classroom.people.submission_names import with_unique_names
from grader.submission.entry_name import stem

# <sortable name squeezed>[_LATE]_<user>_<attachment>_<file>; typed text and links have no attachment; where grading
# is anonymous there is `anon` and a short key. (Canvas: ContentZipper)
_CANVAS = re.compile(
    r"(?P<name>.+?)(?P<late>_late)?_(?P<id>\d+|(?<=anon_)[A-Za-z0-9]{5}|(?<=anon_LATE_)[A-Za-z0-9]{5})_"
    r"(?:\d+_(?P<file>.+)|(?P<typed>text\.html|link\.html))",
    re.IGNORECASE | re.DOTALL,
)
# <full name>_<participant>_assignsubmission_<plugin>[_[<file>]] (Moodle: assign::download_submissions)
_MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL)
_TEAM = re.compile(r"[^-]*\w[^-]*-.*\w", re.DOTALL)
_LOGIN = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9])*")
_AGAIN = re.compile(r"-\d+(?=(?:\.[^.]*)?\Z)")


def submissions(entries: Iterable[str], kind: str, logins: Collection[str] = ()) -> tuple[list[HandedIn], list[str]]:
    """The submissions in the order of the entries, and notes; several entries of one person are one submission.

    `kind` is canvas, moodle or github; `logins` are the roster's, which show where a login begins in GitHub's names.
    An entry with another pattern keeps its name. Names are unique.
    """
    entries = list(entries)
    parsed, notes = _github(entries, logins) if kind == "github" else ([_PARSERS[kind](entry) for entry in entries], [])
    notes += [
        f"{escape_controls(entry)}: not a name that {_PLATFORMS[kind]} would export; its name is unchanged"
        for entry, one in zip(entries, parsed, strict=True)
        if one is None
    ]
    teams = _teams([one.name for one in parsed if one is not None]) if kind == "moodle" else {}
    merged: dict[tuple[str, str, str], HandedIn] = {}
    for entry, one in zip(entries, parsed, strict=True):
        one = replace(one, team=teams.get(one.name, "")) if one else _unknown(entry)
        key = (one.id, fold(one.login), "" if one.id or one.login else one.name)
        if key in merged:
            before = merged[key]
            one = replace(before, entries=before.entries + one.entries, late=before.late or one.late)
        merged[key] = one
    return with_unique_names(merged.values()), notes


def without_copy_number(file: str, wanted: Collection[str]) -> str:
    """The name of a file without the `-1` that Canvas adds to one submitted again, where that is a wanted one."""
    plain = _AGAIN.sub("", file, count=1)
    return plain if file not in wanted and plain in wanted else file


def _canvas(entry: str) -> HandedIn | None:
    match = _CANVAS.fullmatch(entry)
    if match is None:
        return None
    file = match["file"] or match["typed"]
    late = match["late"] is not None
    return HandedIn(match["name"], ((entry, file),), match["id"], late=late, platform="canvas")


def _moodle(entry: str) -> HandedIn | None:
    match = _MOODLE.fullmatch(entry)
    if match is None:
        return None
    return HandedIn(match["name"].strip(), ((entry, match["file"] or ""),), match["id"], platform="moodle")


def _teams(names: Sequence[str]) -> dict[str, str]:
    """The group that Moodle puts before each name, as in `Red-Ada Lovelace`, where all submit for groups.

    (assign::download_submissions.) Groups and names may have hyphens too: a group is a beginning of several names.
    """
    if not all(map(_TEAM.match, names)):
        return {}
    starts = {name: [name[:at] for at, letter in enumerate(name) if letter == "-" and at] for name in names}
    often = Counter(start for name in names for start in starts[name])
    teams = {name: next((start for start in starts[name][::-1] if often[start] > 1), "") for name in names}
    # A beginning of several groups is not a group, as `Group` in `Group-1-Ada`, `Group-1-Bo` and `Group-2-Cy`.
    known = sorted({f"{team}-" for team in teams.values() if team})
    no_team = {one[:-1] for one, other in pairwise(known) if other.startswith(one)}
    teams = {name: "" if team in no_team else team for name, team in teams.items()}
    return teams if len(set(teams.values())) > 1 else {}


def _unknown(entry: str) -> HandedIn:
    short = stem(entry)
    return HandedIn(entry, ((entry, ""),), person_name=short if short != entry else "")


_PARSERS: dict[str, Callable[[str], HandedIn | None]] = {"canvas": _canvas, "moodle": _moodle}
KINDS = (*_PARSERS, "github")
_PLATFORMS = {"canvas": "Canvas", "moodle": "Moodle", "github": "GitHub Classroom"}


def _github(entries: Sequence[str], logins: Collection[str]) -> tuple[list[HandedIn | None], list[str]]:
    """<assignment>-<login>, where both may have hyphens: known logins decide, else what all names begin with."""
    known = {login.casefold() for login in logins if login}
    prefixes = Counter(
        entry[: len(entry) - len(login)]
        for entry in entries
        for login in _after_hyphens(entry.casefold())
        if login in known
    )
    if prefixes:
        # A login may end with another login: the assignment's name is the most frequent prefix, else the shortest.
        prefix = min(prefixes, key=lambda prefix: (-prefixes[prefix], len(prefix)))
        return [_repository(entry, prefix) for entry in entries], []
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*entries, strict=False))
    common = "".join(letters[0] for letters in same) if len(entries) > 1 else ""
    prefix = common[: common.rfind("-") + 1]
    note = (
        f"assuming that the assignment is called {escape_controls(prefix[:-1])}; give a roster with logins to be sure"
    )
    return [_repository(entry, prefix) for entry in entries], [note] if prefix else []


def _after_hyphens(text: str) -> Iterator[str]:
    return (text[at + 1 :] for at, letter in enumerate(text) if letter == "-")


def _repository(entry: str, prefix: str) -> HandedIn | None:
    login = entry.removeprefix(prefix)
    if not prefix or login == entry or not _LOGIN.fullmatch(login):
        return None
    return HandedIn(login, ((entry, ""),), login=login)

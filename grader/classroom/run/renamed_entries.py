"""Moves results that an earlier run stored under another name of the same entry, as `ben.zip` for `ben`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from grader.base.errors import unwritable
from grader.base.text import escape_controls
from grader.classroom.model import HandedIn
from grader.classroom.run.store import Store
from grader.model import GraderError
from grader.review import store as reviews


def move_renamed(handed: Iterable[HandedIn], store: Store, out: Path) -> None:
    """Renames the attempts and the folder of each entry to its current name, where that is free, and stores it.

    An older store has no names of entries: there an entry's name was the submission's. Raises GraderError."""
    single = {one.entries[0][0]: one.name for one in handed if len(one.entries) == 1 and not one.platform}
    before, graded = store.entries(), set(store.names())
    pending = {before.get(entry, entry): name for entry, name in single.items()}
    pending = {old: name for old, name in pending.items() if old != name and old in graded}
    # A name may become free when another one moves.
    while ready := {old: name for old, name in pending.items() if name not in graded}:
        for old, name in ready.items():
            _move(out / old, out / name, escape_controls(old), escape_controls(name))
            store.rename(old, name)
            graded = graded - {old} | {name}
            del pending[old]
    store.keep_entries(single)


def _move(old: Path, new: Path, was: str, name: str) -> None:
    """The reports first: if the run is killed in between, the next one finds them under the new name."""
    try:
        if old.is_dir() and not new.exists():
            old.rename(new)
        with suppress(GraderError):  # unreadable decisions are reported when the submission is graded
            decisions = reviews.load(new)
            if any(one.submission == was for one in decisions):
                reviews.save(
                    new, [replace(one, submission=name) if one.submission == was else one for one in decisions]
                )
    except OSError as error:
        raise unwritable(new, error) from None

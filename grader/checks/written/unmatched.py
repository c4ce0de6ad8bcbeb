"""What is in a file of written answers and belongs to no question: whose answer it may be, and why it is not read.

A slip such as `a:left` may hide an answer. It is never guessed: where an answer is missing that it may hold, a person
marks that one.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from grader.base.text import abbreviate, enumerate_names, escape_controls
from grader.model.dataclass import dataclass
from grader.sandbox.reading import MAX_LOST, Answers, UnreadablePart
from grader.worker.answer_reader import BREAK
from grader.worker.yaml_mistakes import COLONS, FULL_WIDTH, SPACE_MISSING, odd_indent

MAX_TEXT = 2000  # of what a stray holds, as shown to the person who reads it
MAX_STRAYS = 300  # each costs a walk over all keys; a template has 40 of them
MAX_LINES = 8  # in a note, as numbers
NO_EXERCISE_ABOVE = "this belongs to no exercise: indent it below its exercise's id"
_TIGHT = re.compile(r"[\w.]{1,20}:\S")
BLANK = {"", "~", "null", "none", "...", "…", "?", "-", "todo", "tbd"}


@dataclass(frozen=True)
class Questions:
    """The questions of an exercise: the places of its answers, as `c.value`, and the names of the parts of each."""

    places: tuple[str, ...]
    parts: Mapping[str, frozenset[str]]

    @property
    def names(self) -> frozenset[str]:
        """Every key that an answer may have, as it is compared."""
        return frozenset().union(*map(self.keys, self.places))

    def keys(self, place: str) -> frozenset[str]:
        """The keys that the answer at a place may have."""
        return frozenset(map(plain_key, place.split("."))) | self.parts.get(place, frozenset())


@dataclass(frozen=True)
class Stray:
    """A text that no question reads: it may be an answer of `exercise` ("" for any) to one of `names` (none: to any).

    `sure` ones are reported in any case, others only where they may hold an answer that is missing.
    """

    line: int
    why: str
    text: str
    exercise: str
    names: frozenset[str] = frozenset()
    sure: bool = False


@dataclass(frozen=True)
class AnswerSheet:
    """A file of written answers as it was read: the data, what is astray in it, and the questions, by exercise."""

    data: Any
    strays: tuple[Stray, ...]
    asked: Mapping[str, Questions]

    def missed(self, exercise: str, place: str) -> list[Stray]:
        """What may hold the answer at this place, which is missing where it should be."""
        keys = self.asked[exercise].keys(place) if exercise in self.asked else frozenset[str]()
        return [
            stray for stray in self.strays
            if stray.exercise in ("", exercise) and (not stray.names or stray.names & keys)
        ]  # fmt: skip

    def notes(self, exercise: str, file: str) -> list[str]:
        """A note for each cause of what is astray and may concern an exercise."""
        asked = self.asked.get(exercise)
        places = [place for place in (asked.places if asked else ()) if self._lacks(exercise, place)]
        costly = {id(stray) for place in places for stray in self.missed(exercise, place)}
        lines: dict[str, dict[int, None]] = {}
        for stray in self.strays:
            if id(stray) in costly or (stray.sure and stray.exercise in ("", exercise)):
                lines.setdefault(stray.why, {})[stray.line] = None
        return [f"{file}, {_numbered([*at])}: not read: {why}" for why, at in lines.items()]

    def _lacks(self, exercise: str, place: str) -> bool:
        return is_blank(look_up([exercise, *place.split(".")], self.data))


def sheet(read: Answers, text: str, asked: Mapping[str, Questions]) -> AnswerSheet:
    """What was read, sorted into what the questions find and what they do not."""
    ids = {plain_key(name): name for name in asked}
    top = [(line, path[0]) for line, _, path in read.keys if len(path) == 1]
    heads = sorted((line, name) for line, key in top if (name := ids.get(plain_key(key)) or named_in(key, asked)))
    if not isinstance(read.data, dict) and not is_blank(read.data):
        why = f"write one key per exercise, as in `{next(iter(asked), '2.1')}: {{a: ..., b: ...}}`"
        return AnswerSheet("", (Stray(1, why, text[:MAX_TEXT], "", sure=True),), asked)
    strays = [_lost(part, asked, ids, heads) for part in read.unreadable]
    finder = _Finder(read, BREAK.split(text), asked, ids, heads)
    strays += itertools.islice(finder.strays(), MAX_STRAYS)
    if len(strays) >= MAX_STRAYS:
        strays.append(Stray(1, "too many keys that belong to no question", text[:MAX_TEXT], "", sure=True))
    return AnswerSheet(read.data, tuple(sorted(strays, key=lambda stray: stray.line)), asked)


def _lost(
    part: UnreadablePart, asked: Mapping[str, Questions], ids: Mapping[str, str], heads: list[tuple[int, str]]
) -> Stray:
    if part.whole:
        return Stray(part.line, part.why, part.text, "", sure=True)
    lines, why = [line for line in part.text.splitlines() if line.strip()], part.why
    top = part.path[0] if part.path else ""
    exercise = ids.get(plain_key(top), "") or named_in(top or "".join(lines[:1]), asked)
    if not exercise:
        exercise = _above(part.line, heads)
        if top and plain_key(top) in _all_names(asked):
            why = NO_EXERCISE_ABOVE
    known = asked[exercise].names if exercise else _all_names(asked)
    found = [_leading(line) for line in lines]
    whole = found and len(part.text) < MAX_LOST
    names = frozenset(found) if whole and set(found) <= known else frozenset[str]()
    return Stray(part.line, why, part.text, exercise, names, sure=True)


def _above(line: int, heads: Sequence[tuple[int, str]]) -> str:
    """The exercise that a line comes after, of `heads` in order; "" for none."""
    before = bisect.bisect_left(heads, (line, ""))
    return heads[before - 1][1] if before else ""


def _all_names(asked: Mapping[str, Questions]) -> frozenset[str]:
    return frozenset().union(*(one.names for one in asked.values()))


def named_in(text: str, asked: Iterable[str]) -> str:
    """The exercise whose id is in a key, as in `2.1a` or `Exercise 2.1`; "" for none."""
    text = text[:100]
    found = (name for name in asked if name in text)  # most keys hold none: a pattern for each takes its time
    return next((name for name in found if re.search(rf"(?<![\w.]){re.escape(name)}(?!\.?\d)", text)), "")


def _leading(line: str) -> str:
    """The word that a line begins with, as keys are compared."""
    found = re.match(r"[\s\"'({-]{0,80}([\w/∂]{1,20})", line)
    return plain_key(found[1]) if found else ""


@dataclass(frozen=True)
class _Finder:
    """Walks through what was read, in search of keys that no question asks for."""

    read: Answers
    lines: list[str]
    asked: Mapping[str, Questions]
    ids: Mapping[str, str]
    heads: list[tuple[int, str]]

    @functools.cached_property
    def _all(self) -> frozenset[str]:
        return _all_names(self.asked)

    @functools.cached_property
    def _places(self) -> Mapping[tuple[str, ...], int]:
        """Where a path is first among the keys."""
        return {path: at for at, (_, _, path) in reversed([*enumerate(self.read.keys)])}

    def strays(self) -> Iterator[Stray]:
        data = self.read.data if isinstance(self.read.data, dict) else {}
        for key, value in data.items():
            name = self.ids.get(plain_key(key))
            if name is not None:
                yield from self._below(name, (key,), value)
            elif (not is_blank(value) or _slip(key)) and (stray := self._orphan(key, value)):
                yield stray

    def _orphan(self, key: str, value: Any) -> Stray | None:
        """A key at the left that is no exercise; None where it is no answer either, such as `name`."""
        line, known = self._line((key,)), self._all
        exercise = named_in(key, self.asked)
        rest = key.partition(exercise)[2] if exercise else key
        word = _leading(rest) or _leading(key)
        odd = odd_indent(self._source(line))
        if exercise:
            name = rest.strip(" .)(:_-")[:20]
            if plain_key(name) in known:
                why = f"write each letter on its own line below `{exercise}:`, indented, as in `  a: your answer`"
            else:
                why = f"the key must be `{exercise}:`, not `{escape_controls(key[:40])}:`"
        elif word in known and len(key.strip()) <= len(word) + 2:
            exercise = _above(line, self.heads)
            why = odd[1] if odd else NO_EXERCISE_ABOVE
        elif word in known and _slip(key):
            exercise, why = _above(line, self.heads), _slip(key)
        elif isinstance(value, dict) and {plain_key(inner) for inner in value} & known:
            why = f"there is no exercise `{escape_controls(key[:40])}`; exercises are {', '.join(self.asked)}"
        else:
            return None
        names = frozenset([word]) if word in (self.asked[exercise].names if exercise else known) else frozenset[str]()
        return Stray(line, why, self._text((key,)), exercise, names)

    def _below(self, exercise: str, path: tuple[str, ...], value: Any) -> Iterator[Stray]:
        """What no question asks for below a key of an exercise."""
        above = [plain_key(key) for key in path[1:]]
        places = [[plain_key(key) for key in place.split(".")] for place in self.asked[exercise].places]
        keys = {place[len(above)] for place in places if place[: len(above)] == above and len(place) > len(above)}
        if not keys:
            return
        if not isinstance(value, dict):
            slip = _slip(value) if isinstance(value, str) else ""
            if not is_blank(value) and (slip or len(path) == 1):
                line = self._line(path) + (slip != "" and self._source(self._line(path)).rstrip().endswith(":"))
                listed = ", ".join(sorted(keys))
                why = slip or f"below `{exercise}:`, write the keys {listed}, each on its own line, indented"
                yield Stray(line, why, self._text(path), exercise, sure=True)
            return
        for key, inner in value.items():
            if plain_key(key) in keys:
                yield from self._below(exercise, (*path, key), inner)
            elif plain_key(key) in self.ids:
                shown = escape_controls(key.strip())
                why = f"`{shown}:` is indented too far: move it to the left, like the other exercises"
                yield Stray(self._line((*path, key)), why, self._text((*path, key)), self.ids[plain_key(key)])
            elif not (is_blank(inner) and re.fullmatch(r"\w{1,40}", key.strip())):
                upper = self._upper(exercise, plain_key(key))
                why = _slip(key) or (f"this belongs below `{upper}:`: indent it further" if upper else "")
                why = why or f"{exercise} has no question with the key `{escape_controls(key.strip()[:40])}`"
                names = frozenset([_leading(key)]) & self.asked[exercise].names
                yield Stray(self._line((*path, key)), why, self._text((*path, key)), exercise, names)

    def _upper(self, exercise: str, key: str) -> str:
        """The key that another belongs below; "" for one that belongs nowhere, or right below the exercise."""
        for place in self.asked[exercise].places:
            *above, last = place.split(".")
            if key in self.asked[exercise].parts.get(place, ()):
                return last
            if above and key == plain_key(last):
                return above[-1]
        return ""

    def _line(self, path: tuple[str, ...]) -> int:
        return self.read.keys[self._places[path]][0] if path in self._places else 1

    def _source(self, line: int) -> str:
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    def _text(self, path: tuple[str, ...]) -> str:
        """The lines from a key to the next one that does not stand below it."""
        start, behind = self._line(path), self._places.get(path, 0) + 1
        others = itertools.islice(self.read.keys, behind, None)
        end = next((line for line, _, where in others if line > start and where[: len(path)] != path), None)
        return "\n".join(self.lines[start - 1 : end - 1 if end else None]).rstrip()[:MAX_TEXT]


def _slip(text: str) -> str:
    """What is wrong with a key that is a key with its answer; "" for nothing that is known."""
    start = text.strip()[:24]
    if re.match(rf"[\w.]{{1,20}}[ ]?[{COLONS}]", start):
        return FULL_WIDTH
    if _TIGHT.match(start):
        return SPACE_MISSING
    return ""


def _numbered(lines: list[int]) -> str:
    names = [str(line) for line in lines]
    listed = abbreviate(names, MAX_LINES) if len(names) > MAX_LINES else enumerate_names(names)
    return f"{'line' if len(names) == 1 else 'lines'} {listed}"


def look_up(keys: Iterable[str], data: Any) -> Any:
    """The data below the keys, which are compared without case and without a bracket or dot behind: `A)` is a."""
    for key in keys:
        if not isinstance(data, dict):
            return ""
        data = next((value for name, value in data.items() if plain_key(name) == plain_key(key)), "")
    return data


def plain_key(name: str) -> str:
    """A key as it is compared."""
    return name.strip().strip("(").casefold().rstrip(" \t\n)(.:")


def is_blank(data: Any) -> bool:
    """Whether nothing is written: an empty text, a placeholder, or only such."""
    if isinstance(data, str):
        return data.strip().casefold() in BLANK
    values = data.values() if isinstance(data, dict) else data
    return all(is_blank(value) for value in values)

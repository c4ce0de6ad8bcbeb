"""Finds the columns of a roster whose headings are unknown, by the names of the submissions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from grader.base.csv_table import CsvRow, CsvTable
from grader.base.text import enumerate_names, escape_controls
from grader.classroom.model import HandedIn
from grader.classroom.people.matching import fold, name_key, squeezed, turned
from grader.model import GraderError
from grader.model.dataclass import dataclass

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_MOST_TOGETHER = 12  # columns tried in pairs as first and last names; exports have the names in front
_SHARED = 0.8  # groups of two and three with some singles stay below; of a class's names nearly all differ
Columns = Mapping[str, list[int]]


@dataclass(frozen=True)
class FoundColumns:
    """The columns by field, whether the first row is a person instead of headings, and a note on what was found."""

    columns: Columns
    headless: bool
    note: str


class _Names:
    """The names of people, ids, logins and groups in the names of the submissions."""

    def __init__(self, handed: Iterable[HandedIn]) -> None:
        handed = list(handed)
        called = [one.owner_name for one in handed]
        called += [name[len(one.team) + 1 :] for one, name in zip(handed, called, strict=True) if one.team]
        self.keys = {name_key(name) for name in called} - {""}
        self.squeezed = {squeezed(name) for name in called} - {""}
        self.sorted = {squeezed(one.owner_name) for one in handed if one.platform == "canvas"}
        self.own = {fold(text) for one in handed for text in (one.owner_name, one.id, one.login)} - {""}
        self.teams = {fold(one.team) for one in handed} - {""}

    def is_name(self, text: str) -> bool:
        """Whether it is the name of one of them, in any order of its parts."""
        return bool(text) and (name_key(text) in self.keys or not self.squeezed.isdisjoint(turned(text)))

    def are_names(self, first: str, last: str) -> bool:
        """Whether first and last name are one of them; Canvas squeezes a name and begins with the last name."""
        both = bool(first and last)
        return both and (name_key(f"{first} {last}") in self.keys or squeezed(f"{last}{first}") in self.sorted)

    def is_own(self, text: str) -> bool:
        """Whether it identifies one of them: the entry's name, an id, a login."""
        return fold(text) in self.own

    def is_address(self, text: str) -> bool:
        """Whether it is the address of one of them."""
        return fold(text) in self.own or fold(text).partition("@")[0] in self.own

    def is_group(self, text: str) -> bool:
        """Whether it is one of their groups, or an entry is named after it."""
        return fold(text) in self.teams | self.own


def columns_by_names(table: CsvTable, known: Columns, handed: Iterable[HandedIn]) -> FoundColumns | None:
    """The columns found by the names of the submissions, besides those with `known` headings; None where no column
    matches any of these names. Raises GraderError where two columns match equally well."""
    names, every = _Names(handed), table.lines
    named = {column for columns in known.values() for column in columns}
    free = [column for column in range(len(table.head)) if column not in named]
    found = {noun: list(columns) for noun, columns in known.items()}
    if not found["email"]:
        found["email"] = _addresses(table, free, names)
    free = [column for column in free if column not in found["email"]]
    shared = [column for column in free if _is_shared(table, column)]
    if not found["group"]:
        found["group"] = _best(table, shared, names.is_group, "group")
    free = [column for column in free if column not in found["group"]]
    if not found["name"] and not (found["first"] and found["last"]):
        found |= _named(table, found, free, names)
    free = [column for column in free if all(column not in columns for columns in found.values())]
    for column in _best(table, free, names.is_own, "id"):
        noun = "login" if found["id"] else "id"
        found[noun] = found[noun] or [column]
    if not any(found[noun] for noun in ("id", "name", "first", "login", "email")):
        # Entries named after groups contain no names: a column of texts is taken for them if it is the only one.
        texts = [column for column in free if column not in shared and _is_text(table, column)]
        found["name"] = texts if len(texts) == 1 else []
        if not found["name"]:
            return None
    tests: dict[str, Callable[[str], bool]] = {"email": names.is_address, "name": names.is_name, "id": names.is_own,
        "login": names.is_own, "group": names.is_group}  # fmt: skip
    fits = any(test(line.value(column)) for noun, test in tests.items() for column in found[noun] for line in every)
    if not fits and not _pair_fits(every, found, names):
        return None
    headless = not named and _is_somebody(every[0], found, tests, names)
    return FoundColumns(found, headless, _note(table, found, headless))


def _addresses(table: CsvTable, free: Sequence[int], names: _Names) -> list[int]:
    """The column of e-mail addresses; of several, the one that the entries are named after, if any."""
    fits = []
    for column in free:
        values = [line.value(column) for line in table.people if line.value(column)]
        if values and all(map(_ADDRESS.fullmatch, values)):
            fits.append((sum(map(names.is_address, values)), column))
    top = max(fits, default=(0, 0))[0]
    best = [column for score, column in fits if score == top]
    return best if len(best) == 1 else []


def _named(table: CsvTable, found: Columns, free: Sequence[int], names: _Names) -> dict[str, list[int]]:
    """The column with names, or the two with first and last names."""
    whole = _best(table, free, names.is_name, "name")
    score = max((_score(table.lines, column, names.is_name) for column in whole), default=0)
    texts = [column for column in free if _is_text(table, column)][:_MOST_TOGETHER]
    firsts, lasts = found["first"] or texts, found["last"] or texts
    pairs = [
        (sum(names.are_names(line.value(one), line.value(other)) for line in table.lines), one, other)
        for one in firsts for other in lasts if one != other
    ]  # fmt: skip
    top = max(pairs, default=(0, 0, 0))[0]
    best = [(one, other) for fits, one, other in pairs if fits == top]
    if top > score:
        if len(best) > 1:
            raise _unclear(table, sorted({column for pair in best for column in pair}), "last")
        return {"first": [best[0][0]], "last": [best[0][1]]}
    return {"name": whole} if whole else {}


def _best(table: CsvTable, free: Sequence[int], test: Callable[[str], bool], noun: str) -> list[int]:
    """The column with the most cells that pass, none where none does. Raises GraderError for a tie of columns that
    differ."""
    scores = {column: _score(table.lines, column, test) for column in free}
    top = max(scores.values(), default=0)
    best = [column for column, score in scores.items() if score == top > 0]
    if len({tuple(fold(line.value(column)) for line in table.people) for column in best}) > 1:
        raise _unclear(table, best, noun)
    return best[:1]


def _is_shared(table: CsvTable, column: int) -> bool:
    """Whether many cells are equal, as for groups; people seldom share a name."""
    values = [fold(line.value(column)) for line in table.people if line.value(column)]
    return bool(values) and len(set(values)) <= _SHARED * len(values)


def _score(lines: Sequence[CsvRow], column: int, test: Callable[[str], bool]) -> int:
    return sum(test(line.value(column)) for line in lines)


def _is_text(table: CsvTable, column: int) -> bool:
    values = [line.value(column) for line in table.people if line.value(column)]
    return 2 * sum(not re.search(r"[\d@]", value) for value in values) > len(values)


def _pair_fits(lines: Sequence[CsvRow], found: Columns, names: _Names) -> bool:
    return any(
        names.are_names(line.value(one), line.value(other))
        for one in found["first"] for other in found["last"] for line in lines
    )  # fmt: skip


def _is_somebody(line: CsvRow, found: Columns, tests: Mapping[str, Callable[[str], bool]], names: _Names) -> bool:
    """Whether the first row is a person instead of headings."""
    if any(_ADDRESS.fullmatch(line.value(column)) for column in found["email"]) or _pair_fits([line], found, names):
        return True
    return any(tests[noun](line.value(column)) for noun in ("name", "id", "login") for column in found[noun])


def _note(table: CsvTable, found: Columns, headless: bool) -> str:
    def shown(column: int) -> str:
        return f"column {column + 1}" if headless else f"`{escape_controls(table.head[column])[:40]}`"

    what = ", ".join(f"{noun}: {shown(columns[0])}" for noun, columns in found.items() if columns)
    used = {column for columns in found.values() for column in columns}
    groups = [] if found["group"] else [shown(one) for one in _maybe_groups(table) if one not in used]
    rest = f"; not used: {', '.join(groups[:3])} (call it `group` if these people submit together)" if groups else ""
    return f"{table.path}: unknown headings; columns found by the names of the submissions: {what}{rest}"


def _maybe_groups(table: CsvTable) -> Iterator[int]:
    """Columns of texts that several people share."""
    for column in range(len(table.head)):
        values = [fold(line.value(column)) for line in table.people if line.value(column)]
        if _is_text(table, column) and 1 < len(set(values)) < len(values):
            yield column


def _unclear(table: CsvTable, columns: Sequence[int], noun: str) -> GraderError:
    tied = [f"column {column + 1} (`{escape_controls(table.head[column])[:40]}`)" for column in columns[:4]]
    return GraderError(
        f"{table.path}:{table.first}: {enumerate_names(tied)} match the names of the submissions equally well; call "
        f"the right one `{noun}`"
    )

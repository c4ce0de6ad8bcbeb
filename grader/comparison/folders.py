"""Reports on disk: found, paired by the names of their folders, and compared one pair at a time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from grader.base.errors import unreadable
from grader.base.text import escape_controls
from grader.comparison.causes import changes, moved
from grader.comparison.model import Change, Comparison, Moved, arrow
from grader.model import GraderError, Report
from grader.model.dataclass import dataclass
from grader.reports.json_report import MAX_BYTES, NAME, bad_results, no_reports, parsed
from grader.submission.entry_name import stem

Listener = Callable[[int, int], None]
# A line break is escaped inside of JSON's strings: this matches no text of a student.
_SECONDS = re.compile(rb'\n *"seconds": [-+.e0-9]+,')


@dataclass(frozen=True)
class Run:
    """The paths of results.json by folder name: a class's, or one alone under the empty name."""

    path: Path
    files: Mapping[str, Path]

    @property
    def single(self) -> bool:
        """Whether this is one report and not a class's."""
        return "" in self.files


def find(path: Path) -> Run:
    """The reports at `path`: a results.json, its folder, or a folder of such folders. Raises GraderError for none."""
    try:
        if not path.is_dir():
            if not path.exists():
                raise GraderError(
                    f"{escape_controls(str(path))} does not exist; give a report folder, a results.json, or the folder "
                    "of a class's reports"
                )
            return Run(path, {"": path})
        if (path / NAME).is_file():
            return Run(path, {"": path / NAME})
        found = {entry.name: entry / NAME for entry in path.iterdir() if (entry / NAME).is_file()}
    except OSError as error:
        raise unreadable(path, error) from None
    if not found:
        raise no_reports(path)
    return Run(path, found)


def compare(one: Run, two: Run, listen: Listener = lambda done, total: None) -> Comparison:
    """Compares every submission that both runs have, with no more than two reports in memory at a time.

    Raises GraderError for one report against a class, and where nothing could be compared.
    """
    if one.single != two.single:
        alone, many = (one, two) if one.single else (two, one)
        example = escape_controls(str(many.path / min(many.files)))
        raise GraderError(
            f"{escape_controls(str(alone.path))} is one report, but {escape_controls(str(many.path))} holds a class's "
            f"reports; compare two reports or two classes, for example {example}"
        )
    one = _named_as(one, two)
    both = sorted(one.files.keys() & two.files.keys())
    if not both:
        raise GraderError(
            f"{escape_controls(str(one.path))} and {escape_controls(str(two.path))} have no submission in common; "
            "submissions are matched by the names of their folders"
        )
    counted: Counter[tuple[str, str, str]] = Counter()
    found: list[Moved] = []
    unreadable: list[str] = []
    for done, name in enumerate(both):
        listen(done, len(both))
        try:
            pair = _pair(one.files[name], two.files[name])
        except GraderError as error:
            unreadable.append(str(error))
            continue
        if pair is not None:
            counted.update(changes(*pair) if one.single else _of_class(*pair))
            move = moved(name or _name(*pair), *pair)
            found += [move] if move else []
    if len(unreadable) == len(both):
        raise GraderError(unreadable[0])
    return Comparison(
        compared=len(both) - len(unreadable),
        changes=[Change(*what, count) for what, count in counted.most_common()],
        moved=found,
        only_before=sorted(one.files.keys() - two.files.keys()),
        only_after=sorted(two.files.keys() - one.files.keys()),
        unreadable=unreadable,
    )


def _of_class(before: Report, after: Report) -> Iterator[tuple[str, str, str]]:
    """The facts that differ. In a class each submission has its own seed, which changes with its files: the numbers are
    left out, and so is a seed that had to change."""
    facts = [*changes(before, after)]
    other_files = any(what == "submission" for what, _, _ in facts)
    for what, old, new in facts:
        if what != "seed":
            yield what, old, new
        elif not other_files:
            yield what, "", ""


def _named_as(one: Run, two: Run) -> Run:
    """`one` with its submissions named as in `two`, where two names differ only in the ending of the file."""
    free = two.files.keys() - one.files.keys()
    longer = {stem(name): name for name in free}
    names: dict[str, str] = {}
    for name in one.files.keys() - two.files.keys():
        new = stem(name) if stem(name) in free else longer.get(name)
        if new is not None and new not in names.values():
            names[name] = new
    return Run(one.path, {names.get(name, name): path for name, path in one.files.items()}) if names else one


def _pair(before: Path, after: Path) -> tuple[Report, Report] | None:
    """Both reports; None where they differ at most in the seconds that checks took. Raises GraderError."""
    old, new = _bytes(before), _bytes(after)
    whole = old.startswith(b"{") and old.endswith(b"}\n")
    if whole and (old == new or _SECONDS.sub(b"", old) == _SECONDS.sub(b"", new)):
        return None
    return _report(before, old), _report(after, new)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise bad_results(path, error) from None


def _report(path: Path, data: bytes) -> Report:
    try:
        return parsed(data)
    except ValueError as error:
        raise bad_results(path, error) from None


def _name(before: Report, after: Report) -> str:
    """The name for two single reports."""
    return arrow(before.submission["name"], after.submission["name"])

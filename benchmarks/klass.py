"""A class of any size, generated: right and wrong solutions, packed as students pack them, the same for the same seed.

    python benchmarks/klass.py FOLDER --count 1000 --no-training --hostile

Every known mistake and every other right way of the course comes once, before anything comes twice.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from klass_packing import PACKINGS, Packing, person, write
from klass_works import HARMFUL, SHARES, Pool, Work

from grader.course.files import packaged_course
from grader.course.load import load_course
from grader.model import Course

COPIES = 3


@dataclass(frozen=True)
class Entry:
    """One entry of the class: whose it is, what it holds, how it is packed (None: it is an entry as it is)."""

    name: str
    work: Work
    packing: Packing | None
    number: int
    copied: bool = False


def make(
    folder: Path, count: int, seed: int = 1, training: bool = True, hostile: bool = False, course: Course | None = None
) -> list[str]:
    """Writes `count` submissions into a folder that is new or empty; the entries' names in order.

    Raises FileExistsError where there is something in the folder.
    """
    return [entry.name for entry in made(folder, count, seed, training, hostile, course)]


def made(
    folder: Path, count: int, seed: int = 1, training: bool = True, hostile: bool = False, course: Course | None = None
) -> list[Entry]:
    """The same, told in full."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    entries = list(planned(course or load_course(packaged_course()), count, seed, training, hostile))
    for entry in entries:
        owner = person(entry.number)
        packed = entry.packing.pack(entry.work.files, owner) if entry.packing else entry.work.files[""]
        write(folder / entry.name, packed, entry.number)
    return entries


def planned(course: Course, count: int, seed: int, training: bool, hostile: bool) -> Iterator[Entry]:
    """The entries of a class; some are what another one handed in, packed anew."""
    pool = Pool(course, seed, training)
    rng = Random(f"{seed}/class")
    taken: Counter[str] = Counter()
    earlier: list[Work] = []
    for number, kind in enumerate(kinds(count, hostile)):
        copied = kind == "copy"
        work = rng.choice(earlier) if copied else pool.work(kind, taken[kind])
        taken[kind] += 1
        if not work.suffix and kind not in HARMFUL:
            earlier.append(work)
        yield _entry(work, number, copied, rng)


def kinds(count: int, hostile: bool) -> Iterator[str]:
    """What each entry is: one of every kind first, as far as they go, then whatever is furthest behind its share."""
    shares = {**{kind: share for kind, share in SHARES.items() if hostile or kind not in HARMFUL}, "copy": COPIES}
    whole = sum(shares.values())
    first = iter([kind for kind, share in shares.items() if share >= 1])
    taken = dict.fromkeys(shares, 0)
    for number in range(1, count + 1):
        behind = max(shares, key=lambda kind: shares[kind] / whole * number - taken[kind])
        kind = next(first, behind)
        taken[kind] += 1
        yield kind


def _entry(work: Work, number: int, copied: bool, rng: Random) -> Entry:
    owner = person(number)
    if work.suffix:
        return Entry(owner + work.suffix, work, None, number)
    fitting = [packing for packing in PACKINGS if _fits(packing, work)]
    packing = rng.choices(fitting, [packing.share for packing in fitting])[0]
    if packing.id == "single":
        work = Work(work.kind, work.id, {work.main: work.files[work.main]}, work.main)
    return Entry(owner + packing.suffix.format(file=work.main), work, packing, number, copied)


def _fits(packing: Packing, work: Work) -> bool:
    if work.packing or packing.whole:
        return work.packing in ("", packing.id)
    return bool(work.main) and not work.whole and (packing.id == "single" or work.main.endswith(".py"))


def summary(entries: Sequence[Entry]) -> str:
    """What was made, in one line."""
    by_kind = Counter("copy" if entry.copied else entry.work.kind for entry in entries)
    by_packing = Counter(entry.packing.id if entry.packing else "as it is" for entry in entries)
    return f"{len(entries)} submissions: {_told(by_kind)}; as {_told(by_packing)}"


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.most_common())


def main(argv: Sequence[str] | None = None) -> None:
    """Makes a class and says what is in it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the submissions go: a folder that is new or empty")
    parser.add_argument("--count", type=int, default=1000, metavar="N", help="how many")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another class")
    parser.add_argument("--no-training", action="store_true", help="leave out what trains, or is slow")
    parser.add_argument("--hostile", action="store_true", help="with some that attack the grader or never end")
    given = parser.parse_args(argv)
    try:
        print(summary(made(given.folder, given.count, given.seed, not given.no_training, given.hostile)))
    except FileExistsError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()

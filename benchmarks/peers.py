"""What `grade batch` costs a submission beside its own calls, and beside tools that judge the same checks.

    python benchmarks/peers.py --count 24 --rounds 3

A peer is one process for each submission: a plain script, gradescope-utils, pytest, otter-grader (peer_scripts.py). It
makes the calls that the judge makes of the reference, and compares what they return with numbers that it is given. It
confines nothing, draws no inputs, explains no mistake and writes no report.

Ours is the CPU of a class of N in one process (`--jobs 1`) minus that of a class of eight, divided by the difference;
reports, gradebook and class page count. A process makes each of the eight sets of inputs of a class when it first meets
it, so the eight submissions are such that they meet all of them: what is left of their CPU is start-up and these sets.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import peer_scripts
from bare import Times, bare_calls, cpu, in_turn, submissions
from classroom import command

from grader.classroom.run import store
from grader.course.files import packaged_course
from grader.course.load import load_course
from grader.judge import seeds
from grader.submission.folder import read_folder

LEAST_TIMES = {"plain script": 2.5, "gradescope-utils": 2.5, "pytest": 5.0}  # of ours, without training
MOST_OVER = {"without training": 60, "three mistakes": 150, "untouched template": 10}  # ms more than the bare calls
MOST_OF_BARE = {"with training": 1.0}
MOST_START, MOST_FURTHER = 800, 50  # ms
FEW = seeds.PLANS
JUDGED_BY_PEERS = ("without training", "with training")
NO_PEERS = ("bare", "few", "class")
Middle = Callable[[Sequence[float]], float]


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints every number beside its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=24, metavar="N", help=f"submissions of the class, more than {FEW}")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each is measured, in turn")
    arguments = parser.parse_args(argv)
    if arguments.count <= FEW:
        parser.error(f"--count must be more than {FEW}")
    with tempfile.TemporaryDirectory() as name:
        acts = measured(Path(name), arguments.count)
        times = in_turn(acts, arguments.rounds)
    print(f"{f'CPU a submission, ms, {arguments.rounds} rounds':42}{'min':>8}{'median':>8}")
    for line in Table(times, arguments.count).lines():
        print(line)


def measured(folder: Path, count: int) -> dict[str, Callable[[], float]]:
    """Everything that is measured in a round, by name: CPU seconds."""
    works = submissions(folder)
    calls = bare_calls(folder, works)
    salted = folder / "salted"
    salt = made_salt(salted)
    acts: dict[str, Callable[[], float]] = {}
    for kind, work in works.items():
        acts[f"{kind}: bare"] = partial(calls[kind].own, work)
        if kind in JUDGED_BY_PEERS:
            acts |= {f"{kind}: {peer}": act for peer, act in peer_scripts.acts(calls[kind], work).items()}
        for size, name in ((FEW, "few"), (count, "class")):
            members = class_of(folder / f"{kind}, {name}", work, size, salt)
            acts[f"{kind}: {name}"] = partial(batch, members, salted, 1)
    (folder / "nothing" / "student").mkdir(parents=True)
    acts["nothing"] = partial(batch, folder / "nothing", salted, 1)
    # One file each: what a process costs would be lost in the noise of a whole class.
    (folder / "one file").mkdir()
    shutil.copy(works["without training"] / "ops.py", folder / "one file")
    small = class_of(folder / "one file, few", folder / "one file", FEW, salt)
    for jobs, name in ((1, "one process"), (2, "two processes")):
        acts[name] = partial(batch, small, salted, jobs)
    return acts


def made_salt(out: Path) -> bytes:
    """The salt of results that are still empty: what a class draws its sets of inputs by, and who gets which."""
    out.mkdir()
    with closing(store.Store(out / store.NAME)) as empty:
        return empty.salt()


def class_of(folder: Path, work: Path, count: int, salt: bytes) -> Path:
    """Submissions that differ in a comment in every file. As many meet each set of inputs, give or take one."""
    course = load_course(packaged_course())
    met: Counter[int] = Counter()
    for number in itertools.count():
        if met.total() == count:
            return folder
        one = folder / f"student {number:05}"
        one.mkdir(parents=True)
        for path in work.iterdir():
            (one / path.name).write_text(f"# {number}\n{path.read_text('utf-8')}", "utf-8")
        inputs = seeds.in_class(salt, read_folder(one, course.files).digest) >> seeds.OWN_BITS
        if met[inputs] > met.total() // seeds.PLANS:
            shutil.rmtree(one)
        else:
            met[inputs] += 1
    raise AssertionError


def batch(work: Path, salted: Path, jobs: int) -> float:
    """CPU seconds of grading a class anew."""
    with tempfile.TemporaryDirectory() as out:
        shutil.copytree(salted, out, dirs_exist_ok=True)
        return cpu([*command(work, Path(out)), "--jobs", str(jobs)])


@dataclass(frozen=True)
class Table:
    """What was measured, with what follows from it. Minima and medians are taken of what was measured, then subtracted:
    the least of some differences is the luckiest one."""

    times: Times
    count: int

    def lines(self) -> Iterator[str]:
        """The lines to print."""
        for kind in dict.fromkeys(name.partition(": ")[0] for name in self.times if ": " in name):
            yield f"\n{kind}"
            yield from self._kind(kind)
        yield f"\nonce, for a class of {FEW}"
        yield self._line("start-up and sets of inputs", self._start, f"goal <= {MOST_START}")
        yield self._line("  of it for a class of one empty folder", partial(self._ms, "nothing"))
        yield self._line("a further process", self._further, f"goal <= {MOST_FURTHER}")

    def _kind(self, kind: str) -> Iterator[str]:
        ours, bare = partial(self._ours, kind), partial(self._ms, f"{kind}: bare")
        yield self._line("grade batch", ours)
        yield self._line("bare calls", bare)
        most = MOST_OVER.get(kind)
        yield self._line("overhead", lambda middle: ours(middle) - bare(middle), f"goal <= {most}" if most else "")
        if kind in MOST_OF_BARE:
            yield self._ratio("ours / bare calls", ours, bare, f"goal <= {MOST_OF_BARE[kind]}")
        for name in self.times:
            measured_on, _, peer = name.partition(": ")
            if measured_on == kind and peer not in NO_PEERS:
                least = LEAST_TIMES.get(peer) if kind == JUDGED_BY_PEERS[0] else None
                yield self._line(peer, partial(self._ms, name))
                yield self._ratio("  / ours", partial(self._ms, name), ours, f"goal >= {least}" if least else "")

    def _ours(self, kind: str, middle: Middle) -> float:
        more = self._ms(f"{kind}: class", middle) - self._ms(f"{kind}: few", middle)
        return more / (self.count - FEW)

    def _start(self, middle: Middle) -> float:
        return self._ms("without training: few", middle) - FEW * self._ours("without training", middle)

    def _further(self, middle: Middle) -> float:
        return self._ms("two processes", middle) - self._ms("one process", middle)

    def _ms(self, name: str, middle: Middle) -> float:
        return 1000 * middle(self.times[name])

    def _line(self, name: str, value: Callable[[Middle], float], goal: str = "") -> str:
        return f"  {name:40}{value(min):8.0f}{value(statistics.median):8.0f}   {goal}".rstrip()

    def _ratio(self, name: str, upper: Callable[[Middle], float], lower: Callable[[Middle], float], goal: str) -> str:
        ratios = [upper(middle) / lower(middle) for middle in (min, statistics.median)]
        return f"  {name:40}{ratios[0]:8.2f}{ratios[1]:8.2f}   {goal}".rstrip()


if __name__ == "__main__":
    main()

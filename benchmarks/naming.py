"""Are mistakes in engines named? Engines in many styles, each with one known mistake or two, by their judge's names.

    python benchmarks/naming.py tensor --every 4 --pairs

The engines are those of tests/strangers and tests/tensor_strangers. Styles marked * are held back: whoever changes the
simulated engines must not have looked at them. A mistake is named rightly if every method that the name stands for is
one that a teacher may point to, wrongly otherwise. Mistakes that cost no points are not counted. Exit code 1 where a
mistake, or a right engine, is named wrongly.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import strangers
import tensor_strangers

from grader.course.files import packaged_course
from grader.judge import submission_judge
from grader.judge.engine_cause import EngineCause, engine_causes
from grader.judge.environment import JudgeConfig, JudgeEnvironment, open_environment
from grader.judge.pipeline import grade
from grader.model import Settings
from grader.simulation import array_faults, faults
from grader.submission.folder import read_folder

SETS = {"value": strangers, "tensor": tensor_strangers}
METHODS = {fault.id: fault.method for fault in (*faults.faults(), *array_faults.faults())}
MOST = 200  # unnamed mistakes that are listed


@dataclass(frozen=True)
class Engine:
    """An engine of an exercise in a style, with mistakes; `places` may be named for them."""

    exercise: str
    style: str
    mistakes: tuple[str, ...]
    text: str
    places: frozenset[str]


@dataclass(frozen=True)
class Named:
    """What the judge called the mistake, "" for nothing; whether points were lost; CPU seconds of all searches."""

    engine: Engine
    name: str
    lost: bool
    seconds: float

    @property
    def word(self) -> str:
        """How well it is named."""
        if not self.name:
            return "not named" if self.engine.mistakes and self.lost else "right"
        named = {METHODS[name] for name in self.name.split("+") if METHODS.get(name)}
        allowed = {place.rpartition(".")[2] for place in self.engine.places}
        return "named" if self.engine.mistakes and named <= allowed else "wrongly"


def main(argv: Sequence[str] | None = None) -> int:
    """Grades the engines and prints how their mistakes are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exercise", choices=SETS)
    parser.add_argument("--style", action="append", metavar="NAME", help="only this style; can be repeated")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only one engine in N")
    parser.add_argument("--pairs", action="store_true", help="engines with two mistakes as well")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes")
    arguments = parser.parse_args(argv)
    styles = arguments.style or SETS[arguments.exercise].STYLES
    engines = list(engines_of(arguments.exercise, styles, arguments.pairs))[:: arguments.every]
    with ProcessPoolExecutor(arguments.jobs) as pool:
        found = list(pool.map(named, engines, chunksize=max(1, len(engines) // (8 * arguments.jobs))))
    for line in table(found, SETS[arguments.exercise].HELD_BACK):
        print(line)
    return int(any(one.word == "wrongly" for one in found))


def engines_of(exercise: str, styles: Iterable[str], pairs: bool) -> Iterator[Engine]:
    """Right engines, and those with mistakes."""
    texts = SETS[exercise]
    for style in styles:
        yield Engine(exercise, style, (), texts.source(style) or "", frozenset())
        for fault in texts.FAULTS:
            text = texts.source(style, fault)
            if text is not None:
                yield Engine(exercise, style, (fault,), text, frozenset(texts.places(style, fault)))
        for first, second, text in texts.pairs(style) if pairs else ():
            places = frozenset(texts.places(style, first) | texts.places(style, second))
            yield Engine(exercise, style, (first, second), text, places)


def named(engine: Engine) -> Named:
    """Grades one engine, in a process that opens its environment once."""
    global _environment
    _environment = _environment or open_environment(JudgeConfig(packaged_course()))
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / f"{engine.exercise}.py").write_text(engine.text, "utf-8")
        submission = read_folder(Path(name), _environment.course.files)
        _seconds.clear()
        report = grade(_environment.course, submission, Settings((engine.exercise,)), _environment.sandbox)
    checks = [check for check in report.exercises[0].checks if check.max_score]
    names = {check.misconception: None for check in checks if check.misconception}
    lost = any(check.score < check.max_score or check.follows for check in checks)
    return Named(engine, "+".join(names), lost, sum(_seconds))


_environment: JudgeEnvironment | None = None
_seconds: list[float] = []


def timed(*arguments: object) -> list[EngineCause]:
    """As engine_causes, and notes the CPU that it takes."""
    started = time.process_time()
    found = list(engine_causes(*arguments))  # type: ignore[arg-type]
    _seconds.append(time.process_time() - started)
    return found


vars(submission_judge)["engine_causes"] = timed


def table(found: Sequence[Named], held_back: Iterable[str]) -> Iterator[str]:
    """The lines to print: a style each, all together, what was not named, and the time."""
    groups: dict[str, list[Named]] = defaultdict(list)
    for one in found:
        pair = len(one.engine.mistakes) > 1
        if one.lost or one.word != "right":
            if not pair:
                groups[f"{one.engine.style}{'*' if one.engine.style in held_back else ''}"].append(one)
            groups["all pairs" if pair else "all, one mistake"].append(one)
    yield f"{'':22}{'named':>9}{'not named':>11}{'wrongly':>9}{'':>5}"
    for name in sorted(groups, key=lambda name: name.startswith("all")):
        words = [one.word for one in groups[name]]
        counts = [words.count(word) for word in ("named", "not named", "wrongly")]
        yield f"{name:22}{counts[0]:9}{counts[1]:11}{counts[2]:9}{counts[0] / max(1, sum(counts)):8.1%}"
    for word, most in (("wrongly", len(found)), ("not named", MOST)):
        ones = [one for one in found if one.word == word]
        for one in ones[:most]:
            mistakes = "+".join(one.engine.mistakes) or "a right engine"
            yield f"{word}: {mistakes} in {one.engine.style} {one.name}".rstrip()
        if len(ones) > most:
            yield f"{word}: {len(ones) - most} more"
    seconds = sorted(one.seconds for one in found if one.seconds)
    if seconds:
        yield (
            f"CPU of a search, ms: mean {1000 * statistics.mean(seconds):.0f}, "
            f"median {1000 * statistics.median(seconds):.0f}, most {1000 * seconds[-1]:.0f}"
        )


if __name__ == "__main__":
    sys.exit(main())

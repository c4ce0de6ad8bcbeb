"""Is `grade batch` true to `grade`? A class graded with a SIGKILL in the middle, once more without, and each one alone.

    python benchmarks/class_check.py 1000 --hostile

Says where the two gradebooks differ, where a result differs from what `grade` says of the submission alone, and what
a killed run leaves behind or loses. Exit code 1 where anything does. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import difflib
import io
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from klass import made, summary

from grader.base.csv_table import escape_formulas
from grader.base.text import escape_controls
from grader.classroom.people.submission_names import by_stems, with_unique_names
from grader.cli.main import main as grade
from grader.judge.seeds import sharing

# For all: a class draws one for each submission, which `grade` alone does not know. With this one, too, they share a
# plan, and each has its own trials.
SEED = str(sharing(7))
KILL_AFTER = 0.4
POLL, PATIENCE = 0.05, 30.0
SHOWN = 40
# What one and the same run says differently another time or in another place.
PASSING = frozenset({"seconds", "isolation", "again"})
_TIME = re.compile(r"\b(?:seconds|took)\b")
_ADDRESS = re.compile(r"0x[0-9a-f]{6,16}")


@dataclass(frozen=True)
class Alone:
    """What `grade` said of one submission: results.json, or the error it gave, and its exit code."""

    name: str
    results: dict[str, Any] | None
    error: str
    code: int


@dataclass(frozen=True)
class Killed:
    """What a killed run left: results by entry, as they were, and processes that did not end."""

    results: dict[str, bytes]
    outlived: tuple[int, ...]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs everything and prints what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("klass", metavar="FOLDER_OR_COUNT", help="a folder of submissions, or how many to make")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the class that is made")
    parser.add_argument("--no-training", action="store_true", help="make it without what trains, or is slow")
    parser.add_argument("--hostile", action="store_true", help="make it with hostile submissions")
    parser.add_argument("--alone", type=int, metavar="N", help="grade only N of them alone (default: all)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="to grade alone in")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="class-") as scratch:
        folder = Path(given.klass)
        if given.klass.isdigit() and not folder.exists():
            folder = Path(scratch) / "class"
            print(summary(made(folder, int(given.klass), given.seed, not given.no_training, given.hostile)), flush=True)
        differences = list(check(folder.resolve(), Path(scratch), given.alone, given.processes, given.seed))
    for text in differences[:SHOWN]:
        print(f"  {text}")
    if len(differences) > SHOWN:
        print(f"  and {len(differences) - SHOWN} more")
    print(f"{len(differences)} differences" if differences else "no difference")
    return 1 if differences else 0


def check(folder: Path, scratch: Path, alone: int | None, processes: int, seed: int) -> Iterator[str]:
    """Every difference, as a sentence."""
    names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    handed = with_unique_names(by_stems((name, (folder / name).is_dir()) for name in names))
    called = {name: one.name for name, one in zip(names, handed, strict=True)}
    once, twice = scratch / "uninterrupted", scratch / "interrupted"
    killed = _timed("killed", partial(kill_in_the_middle, folder, twice, len(names)))
    yield from (f"process {pid} outlived the killed run" for pid in killed.outlived)
    _timed("run again", partial(batch, folder, twice))
    after = results_in(twice)
    yield from (f"{name}: its result of the killed run is lost" for name in killed.results.keys() - after.keys())
    kept = sum(after.get(name) == text for name, text in killed.results.items())
    print(f"{len(killed.results)} results before the kill, {kept} of them unchanged after the second run", flush=True)
    _timed("uninterrupted", partial(batch, folder, once))
    yield from gradebooks_differ(twice, once)
    some = names if alone is None else sorted(Random(seed).sample(names, min(alone, len(names))))
    single = _timed(f"{len(some)} alone", partial(grade_alone, folder, some, processes))
    for out in (once, twice):
        rows = gradebook(out)
        if len(rows) != len(names):
            yield f"{out.name}: the gradebook has {len(rows)} lines for {len(names)} submissions"
        for one in single:
            yield from (f"{out.name}: {one.name}: {text}" for text in differs(one, out / called[one.name], rows))


def _timed(what: str, run: Any) -> Any:
    started = time.monotonic()
    found = run()
    print(f"{what}: {time.monotonic() - started:.1f} s", flush=True)
    return found


def _command(folder: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "grader", "batch", str(folder), "--out", str(out), "--seed", SEED]


def batch(folder: Path, out: Path) -> None:
    """Runs `grade batch` to its end; anything but exit codes 0 and 1 (something was unreadable) ends the check."""
    done = subprocess.run(_command(folder, out), capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode not in (0, 1):
        raise SystemExit(f"grade batch ended with exit code {done.returncode}\n{done.stderr[-2000:]}")


def kill_in_the_middle(folder: Path, out: Path, count: int) -> Killed:
    """Starts `grade batch` and kills it, and it alone, when enough results have arrived."""
    nowhere = subprocess.DEVNULL
    running = subprocess.Popen(_command(folder, out), stdout=nowhere, stderr=nowhere, start_new_session=True)
    while running.poll() is None and len(found_in(out)) < KILL_AFTER * count:
        time.sleep(POLL)
    family = descendants(running.pid)
    if running.poll() is not None:
        raise SystemExit("grade batch ended before it could be killed: take a larger class")
    running.kill()
    running.wait()
    until = time.monotonic() + PATIENCE
    while (alive := family & processes().keys()) and time.monotonic() < until:
        time.sleep(POLL)
    return Killed(results_in(out), tuple(sorted(pid for pid, _ in alive)))


def found_in(out: Path) -> list[Path]:
    """Every results.json of a class."""
    with contextlib.suppress(FileNotFoundError):
        return [file for entry in out.iterdir() if (file := entry / "results.json").exists()]
    return []


def results_in(out: Path) -> dict[str, bytes]:
    """Every results.json of a class by its entry."""
    return {file.parent.name: file.read_bytes() for file in found_in(out)}


def processes() -> dict[tuple[int, str], int]:
    """The parent of every process that runs; one is named by its number and the time of its start."""
    found = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                fields = (place / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                if fields[0] not in "ZX":
                    found[int(place.name), fields[19]] = int(fields[1])
    return found


def descendants(pid: int) -> set[tuple[int, str]]:
    """The processes below one."""
    parents = processes()
    found: set[tuple[int, str]] = set()
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        below = {process for process, above in parents.items() if above == parent} - found
        found |= below
        waiting += [number for number, _ in below]
    return found


def gradebooks_differ(one: Path, other: Path) -> Iterator[str]:
    """The lines that two gradebooks do not share."""
    texts = [(out / "gradebook.csv").read_bytes() for out in (one, other)]
    if texts[0] != texts[1]:
        before, after = (text.decode("utf-8").splitlines() for text in texts)
        changes = list(difflib.unified_diff(before, after, one.name, other.name, lineterm="", n=0))
        yield from (f"gradebook.csv: {line}" for line in changes or ["line ends"])


def gradebook(out: Path) -> dict[str, dict[str, str]]:
    """The lines of a gradebook by the submission's name."""
    text = (out / "gradebook.csv").read_text("utf-8-sig")
    return {row["name"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def grade_alone(folder: Path, names: Sequence[str], count: int) -> list[Alone]:
    """What `grade` says of each, by the command line's own function, in processes that know nothing of the batch."""
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(partial(_alone, folder), names))


def _alone(folder: Path, name: str) -> Alone:
    inside = (folder / name).is_dir()
    os.chdir(folder / name if inside else folder)
    with tempfile.TemporaryDirectory() as out:
        errors = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
            code = grade(["--out", out, "--seed", SEED, "--", "." if inside else name])
        file = Path(out) / "results.json"
        results = json.loads(file.read_text("utf-8")) if file.exists() else None
    return Alone(name, results, errors.getvalue(), code)


def differs(alone: Alone, entry: Path, rows: dict[str, dict[str, str]]) -> Iterator[str]:
    """Where the class's result is not what `grade` says of the submission alone."""
    row = rows.get(escape_formulas(escape_controls(entry.name)))
    file = entry / "results.json"
    if row is None:
        yield "is not in the gradebook"
    elif row["status"] == "unreadable" and alone.results is not None and not alone.results["score"]:
        return  # nothing that is asked for was found: a class leaves the points open where `grade` gives none
    elif row["status"] == "graded" and not float(row["score"]) and "is an empty folder" in alone.error:
        return  # whoever hands in nothing gets no points; a student who grades an empty folder has mistaken it
    elif (alone.results is None) != (row["status"] == "unreadable"):
        yield f"is {row['status']!r} in the gradebook, and alone has exit code {alone.code} {alone.error}"
    if (alone.results is None) == file.exists():
        yield f"{'has' if file.exists() else 'has no'} results.json; alone exit code {alone.code} {alone.error}"
    elif alone.results is not None:
        for place, ours, theirs in unequal(alone.results, json.loads(file.read_text("utf-8"))):
            yield f"{place}: alone {_short(ours)}, in the class {_short(theirs)}"
        if row is not None and abs(float(row["score"]) - alone.results["score"]) > 1e-4:
            yield f"has {row['score']} points in the gradebook, and alone {alone.results['score']}"


def unequal(one: Any, other: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The places where two results differ, but for what passes. A class names a file without its ending."""
    if place == "submission.name":
        return
    if place.endswith(".evidence"):
        one, other = _timeless(one), _timeless(other)
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other} - PASSING):
            yield from unequal(one.get(key), other.get(key), f"{place}.{key}" if place else key)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (ours, theirs) in enumerate(zip(one, other, strict=True)):
            known = ours.get("id", number) if isinstance(ours, dict) else number
            yield from unequal(ours, theirs, f"{place}[{known}]")
    elif isinstance(one, str) and isinstance(other, str):
        if _told(one) != _told(other):
            yield place, one, other
    elif one != other:
        yield place, one, other


def _told(text: str) -> str:
    """The text without addresses; an accent may be written in two ways, as in the names of archives."""
    return unicodedata.normalize("NFC", _ADDRESS.sub("0x…", text))


def _timeless(evidence: dict[str, Any]) -> dict[str, Any]:
    """Evidence without facts and columns that are times."""
    head, *_ = evidence["table"] or [[]]
    kept = [at for at, heading in enumerate(head) if not _TIME.search(heading)]
    facts = {name: text for name, text in evidence["facts"].items() if not _TIME.search(name)}
    return {**evidence, "facts": facts, "table": [[row[at] for at in kept] for row in evidence["table"]]}


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else text[:157] + "..."


if __name__ == "__main__":
    raise SystemExit(main())

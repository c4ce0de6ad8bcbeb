"""When a result can be reused: a key for each exercise, of everything that its verdict may depend on."""

from __future__ import annotations

import functools
import hashlib
import platform
import re
from collections.abc import Iterable, Mapping, Set
from importlib.metadata import version
from pathlib import Path

from grader import __version__
from grader.base.normal_form import compatible
from grader.model import Course, Exercise, Settings, Submission

PACKAGE = Path(__file__).parent.parent
# The rooms that make verdicts. How verdicts are shown, stored and checked changes none.
VERDICT_ROOMS = ("base", "checks", "course", "judge", "maths", "model", "sandbox", "simulation", "submission", "worker")
_REPORTS = PACKAGE / "reports"
_IMPORT = re.compile(r"^.*\b(?:import|from)\b.*$", re.MULTILINE)
# Code that could import without saying so in an import statement: it is taken to use every file.
_DYNAMIC = re.compile(
    r"importlib|runpy|pkgutil|pydoc|pickle|marshal|builtins|inspect|\b(?:exec|eval|compile|sys|gc|globals|types)\b"
)
_CONTINUED = re.compile(r"\\(?:\r\n|\r|\n)")
_DUNDER = re.compile(r"__(\w+?)__")
_PLAIN_DUNDERS = frozenset((
    "init", "repr", "str", "add", "radd", "iadd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow",
    "rpow", "neg", "pos", "abs", "matmul", "rmatmul", "call", "len", "iter", "getitem", "setitem", "eq", "ne", "lt",
    "le", "gt", "ge", "hash", "bool", "float", "int", "contains", "enter", "exit", "name", "main", "doc", "all",
    "slots", "version", "author", "future", "annotations",
))  # fmt: skip


def environment_key(settings: Settings, isolation: str) -> str:
    """Digest of the grader's code, its platform and settings."""
    parts = [
        grader_digest(), platform.python_version(), _numpy_version(), platform.system(),
        settings.seed, settings.cpu_factor, isolation,
    ]  # fmt: skip
    return _hash(map(str, parts))


def course_digest(course: Course) -> str:
    """Digest of a course's exercises: points of attempts can be compared where it is the same."""
    return _hash(text for exercise in course.exercises for text in (exercise.id, exercise.digest))


def keys(course: Course, submission: Submission, environment: str) -> dict[str, str]:
    """A key for each exercise, in the course's order: equal where the verdict on this submission must be equal.

    Of the files that the course asks for, those that texts import count, and any other file always. Code may hide an
    import, so a result is never used for another submission, only for a later version of the same.
    """
    uses = _uses(submission.files)
    others = submission.files.keys() - course.files
    return {exercise.id: _key(exercise, submission, environment, uses, others) for exercise in course.exercises}


@functools.cache
def _numpy_version() -> str:
    """As it is installed: to read it takes a millisecond, half of what a submission without changes costs."""
    return version("numpy")


@functools.cache
def grader_digest() -> str:
    """Digest of the code that makes verdicts."""
    paths = sorted(path for folder in VERDICT_ROOMS for path in (PACKAGE / folder).rglob("*.py"))
    return _hash([__version__, *(path.read_text("utf-8") for path in paths)])


@functools.cache
def reports_digest() -> str:
    """Digest of the code and the templates that make reports."""
    paths = sorted(path for path in _REPORTS.rglob("*") if path.suffix in (".py", ".jinja", ".css"))
    return _hash([grader_digest(), *(path.read_text("utf-8") for path in paths)])


def _key(
    exercise: Exercise,
    submission: Submission,
    environment: str,
    uses: Mapping[str, frozenset[str]],
    others: Iterable[str],
) -> str:
    parts = [environment, exercise.digest, submission.name, submission.path]
    for name in sorted({*exercise.files, *_reach(exercise.files, uses), *others}):
        if name in submission.files:
            parts += [name, "text", submission.files[name], repr(submission.notebooks.get(name))]
        elif name in submission.unreadable:
            parts += [name, "unreadable", submission.unreadable[name]]
        else:
            parts += [name, "missing", *submission.names]  # the message may guess one of them
    return _hash(parts)


def _uses(files: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """For each file the submission's files that it may import."""
    modules: dict[str, set[str]] = {}
    for name in files:
        if name.endswith(".py"):
            modules.setdefault(_top(name), set()).add(name)
    used = {name: _used(files[name], modules) for names in modules.values() for name in names}
    # A package imports its __init__.py wherever it is imported from, and its own modules without its name.
    return {name: found | modules[_top(name)] if "/" in name else found for name, found in used.items()}


def _top(file: str) -> str:
    """What an import statement must name to come to a file: its module, or the first package that it is in."""
    return file.partition("/")[0].removesuffix(".py")


def _used(text: str, modules: Mapping[str, Set[str]]) -> frozenset[str]:
    text = compatible(text)  # as Python reads names
    every = bool(_DYNAMIC.search(text)) or not _PLAIN_DUNDERS.issuperset(_DUNDER.findall(text))
    said = "\n".join(_IMPORT.findall(_CONTINUED.sub(" ", text)))
    return frozenset(file for module, files in modules.items() if every or module in said for file in files)


def _reach(start: Iterable[str], uses: Mapping[str, frozenset[str]]) -> set[str]:
    """These files and what they import, and so on."""
    found: set[str] = set()
    waiting = [name for name in start if name in uses]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(uses[name] - found)
    return found


def _hash(parts: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        whole.update(b"%d:" % len(data))
        whole.update(data)
    return whole.hexdigest()

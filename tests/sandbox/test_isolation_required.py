"""`--require-isolation`: nothing left open, or at least what a kind of isolation covers; it fails closed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from classes import RIGHT, make_class, make_course
from conftest import Graded, write_files

import grader
from grader.model import GraderError
from grader.sandbox.backends import BACKENDS, LEAVES
from grader.sandbox.confinement import Confinement, Missing
from grader.sandbox.open_sandbox import isolation, open_sandbox, require_isolation
from grader.sandbox.source import HARMS, Isolation

pytestmark = pytest.mark.alone
Run = Callable[..., Graded]
LOCKED = [name for name in ("bubblewrap", "spare-user", "lock") if isinstance(BACKENDS[name](), Confinement)]
needs_lock = pytest.mark.skipif("lock" not in LOCKED, reason="no lock here")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    """A right submission, and the small course that it is for: what confines it is no matter of the course."""
    folder = tmp_path_factory.mktemp("isolation")
    write_files(folder / "work", RIGHT)
    return [folder / "work", "--course", make_course(folder / "course")]


def strongest(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes all that is stronger unavailable, as on another machine."""
    for other in [*BACKENDS][: [*BACKENDS].index(name)]:
        monkeypatch.setitem(BACKENDS, other, lambda other=other: Missing(other, "not here", ""))


def test_each_kind_leaves_what_stronger_ones_leave_and_more_or_the_same() -> None:
    assert [*LEAVES] == [*BACKENDS]
    left = [LEAVES[name] for name in BACKENDS]
    assert all(stronger <= weaker for stronger, weaker in itertools.pairwise(left))
    assert left[0] == frozenset() and left[-1] == {*HARMS}


@pytest.mark.parametrize("name", [*LOCKED, "plain"])
def test_what_a_kind_is_said_to_leave_is_what_it_leaves(name: str) -> None:
    sandbox = open_sandbox(backend=name)
    try:
        assert {*isolation(sandbox).open} == LEAVES[name]
    finally:
        sandbox.close()


@needs_lock
@pytest.mark.parametrize("least", ["lock", "macos", "plain"])
def test_the_same_or_a_stronger_kind_will_do(
    least: str, run: Run, monkeypatch: pytest.MonkeyPatch, work: list[str | Path]
) -> None:
    strongest("lock", monkeypatch)
    assert run(*work, f"--require-isolation={least}").code == 0


@pytest.mark.parametrize("least", ["", "=bubblewrap", "=spare-user", "=lock", "=macos"])
def test_where_nothing_confines_it_fails_closed(
    least: str, run: Run, monkeypatch: pytest.MonkeyPatch, work: list[str | Path]
) -> None:
    strongest("plain", monkeypatch)
    for typed in ([f"--require-isolation{least}", *work], [*work, f"--require-isolation{least}"]):
        graded = run(*typed)
        assert graded.code == 2 and "`grade doctor` says" in graded.err
        assert not (graded.folder / "results.json").exists()


@needs_lock
def test_a_weaker_kind_is_refused_and_the_exact_one_stays_exact(
    run: Run, monkeypatch: pytest.MonkeyPatch, work: list[str | Path]
) -> None:
    strongest("lock", monkeypatch)
    for least in ("bubblewrap", "spare-user"):
        graded = run(*work, f"--require-isolation={least}")
        assert graded.code == 2 and f"sandbox here is `lock`, but at least `{least}`" in graded.err
    graded = run(*work, "--require-isolation")
    assert graded.code == 2 and "learning that a path exists" in graded.err
    assert run(*work, "--isolation", "bubblewrap").code == 2
    graded = run(*work, "--isolation", "plain", "--require-isolation=lock")
    assert graded.code == 2 and "sandbox here is `plain`" in graded.err


@needs_lock
def test_a_lock_that_does_not_hold_is_none(run: Run, monkeypatch: pytest.MonkeyPatch, work: list[str | Path]) -> None:
    """What counts is what the trial finds, not what a kind is called."""
    monkeypatch.setattr(
        "grader.sandbox.harm_probe.probe", lambda sandbox: Isolation("lock", ("seccomp",), ("exist", "read"))
    )
    graded = run(*work, "--isolation", "lock", "--require-isolation=lock")
    assert graded.code == 2 and "reading files" in graded.err and "path exists" not in graded.err


@pytest.mark.parametrize("value", ["=docker", "=Lock", "=lock,plain", "=0"])
def test_an_unknown_kind_is_refused(value: str, run: Run, tmp_path: Path, work: list[str | Path]) -> None:
    make_class(tmp_path / "class", {"anna": RIGHT})
    for command in (work, ("batch", "class", "--out", "out"), ("watch", *work)):
        graded = run(*command, f"--require-isolation{value}")
        assert graded.code == 2 and "unknown sandbox" in graded.err


@needs_lock
def test_a_class_asks_for_it_too(run: Run, tmp_path: Path) -> None:
    make_class(tmp_path / "class", {"anna": RIGHT})
    command = ("batch", "class", "--out", "out", "--course", make_course(tmp_path / "course"), "--jobs", "1")
    graded = run(*command, "--isolation", "plain", "--require-isolation=lock")
    assert graded.code == 2 and "sandbox here is `plain`" in graded.err
    assert run(*command, "--require-isolation=lock").code == 0


@needs_lock
def test_the_api_asks_for_it_too(work: list[str | Path]) -> None:
    submission, _, course = work
    assert grader.grade(submission, course=course, isolation="lock", require_isolation="lock").score == 5
    for least in ("bubblewrap", True):
        with pytest.raises(GraderError):
            grader.grade(submission, course=course, isolation="lock", require_isolation=least)
    with pytest.raises(GraderError, match="unknown sandbox"):
        grader.grade(submission, course=course, require_isolation="docker")


def test_plain_is_enough_where_plain_is_asked_for() -> None:
    sandbox = open_sandbox(backend="plain")
    try:
        require_isolation(sandbox, "plain")
        with pytest.raises(GraderError):
            require_isolation(sandbox)
    finally:
        sandbox.close()

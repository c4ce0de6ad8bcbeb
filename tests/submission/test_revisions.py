"""REPO@REV is that repository and no other: hostile ones end at once in one line, honest ones of any form are read."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Graded, write_files
from test_division import division
from test_submissions import WANTED, committed, git

from grader.classroom.model import HandedIn
from grader.classroom.run import entries
from grader.model import GraderError
from grader.submission import git as git_module
from grader.submission.reader import read_submission

RIGHT, WRONG = {"ops.py": division()}, {"ops.py": division("a")}
AT_ONCE = 10.0  # seconds: less than what git is given, more than a busy machine takes


@pytest.fixture
def repos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: bob's repository, which is right, and alice's, which is wrong."""
    monkeypatch.chdir(tmp_path)
    committed(write_files(tmp_path / "bob", RIGHT))
    committed(write_files(tmp_path / "alice", WRONG))
    return tmp_path


def replaced_by_link(at: Path, name: str) -> None:
    mine = at / "alice" / ".git" / name
    shutil.rmtree(mine) if mine.is_dir() else mine.unlink(missing_ok=True)
    mine.symlink_to(at / "bob" / ".git" / name)


def replaced_by_pipe(at: Path, name: str) -> None:
    mine = at / "alice" / ".git" / name
    shutil.rmtree(mine) if mine.is_dir() else mine.unlink(missing_ok=True)
    mine.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(mine)


def without_git(at: Path) -> Path:
    shutil.rmtree(at / "alice" / ".git")
    return at / "alice"


def as_worktree(at: Path) -> None:
    shutil.rmtree(at / "alice")
    git(at / "bob", "worktree", "add", "-b", "side", str(at / "alice"))


def in_bobs(at: Path) -> None:
    shutil.move(at / "bob" / ".git", at / ".git")
    without_git(at)


def behind_a_link(at: Path) -> None:
    shutil.rmtree(at / "alice")
    (at / "alice").symlink_to("bob")


def in_a_linked_folder(at: Path) -> None:
    (at / "real").mkdir()
    shutil.move(at / "bob", at / "real" / "alice")
    shutil.rmtree(at / "alice")
    (at / "links").symlink_to("real")
    (at / "alice").symlink_to("links/alice")


LINKS = ("HEAD", "refs", "refs/heads/main", "objects", "objects/pack", "packed-refs", "config", "reftable")
PIPES = (
    "HEAD", "config", "packed-refs", "refs", "refs/heads/main", "refs/tags/v1", "objects", "objects/info/alternates",
    "objects/pack/pack-x.idx", "objects/info/commit-graph", "commondir", "reftable",
)  # fmt: skip
ELSEWHERE: dict[str, Callable[[Path], object]] = {
    "git-file": lambda at: write_files(without_git(at), {".git": "gitdir: ../bob/.git\n"}),
    "git-link": lambda at: (without_git(at) / ".git").symlink_to("../bob/.git"),
    "git-pipe": lambda at: os.mkfifo(without_git(at) / ".git"),
    "worktree": as_worktree,
    "commondir": lambda at: write_files(at / "alice" / ".git", {"commondir": "../../bob/.git\n"}),
    "alternates": lambda at: write_files(
        at / "alice" / ".git" / "objects" / "info", {"alternates": str(at / "bob" / ".git" / "objects")}
    ),
    "part-of-another": in_bobs,
    "link-to-another": behind_a_link,
    "link-further-up": in_a_linked_folder,
    **{f"link-{name}": lambda at, name=name: replaced_by_link(at, name) for name in LINKS},
    **{f"pipe-{name}": lambda at, name=name: replaced_by_pipe(at, name) for name in PIPES},
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_who_leads_elsewhere_is_refused_at_once_in_one_line(name: str, repos: Path, run: Callable[..., Graded]) -> None:
    ELSEWHERE[name](repos)
    started = time.monotonic()
    graded = run("alice@main", "--only", "2.5")
    assert graded.code == 2 and graded.err.startswith("error: ") and graded.err.count("\n") == 1
    assert not (repos / "grade-report" / "results.json").exists()
    for typed in ("./alice@HEAD", f"{repos}/alice@main~0", "alice/@main"):
        with pytest.raises(GraderError):
            read_submission(typed, WANTED)
    assert time.monotonic() - started < AT_ONCE


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_class_is_read_by_the_same_reader(name: str, repos: Path) -> None:
    ELSEWHERE[name](repos)
    with pytest.raises(GraderError):
        entries.read(HandedIn("alice", (("alice", ""),)), repos, WANTED, "main")


SETTINGS = {
    "worktree": {"core.worktree": "{bob}"},
    "include": {"include.path": "{bob}/.git/config"},
    "include-of-a-pipe": {"include.path": "{pipe}"},
    "include-if": {"includeIf.gitdir:/.path": "{pipe}"},
    "include-of-a-device": {"include.path": "/dev/zero"},
    "promisor": {"extensions.partialClone": "origin", "remote.origin.url": "{bob}", "remote.origin.promisor": "true"},
    "unknown-extension": {"core.repositoryFormatVersion": "1", "extensions.unknown": "true"},
    "worktree-config": {"extensions.worktreeConfig": "true"},
    "fsmonitor": {"core.fsmonitor": "touch {bob}/trace"},
    "alternates-command": {"core.alternateRefsCommand": "touch {bob}/trace"},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_repository_s_settings_have_no_say(name: str, repos: Path, run: Callable[..., Graded]) -> None:
    os.mkfifo(repos / "pipe")
    places = {"bob": repos / "bob", "pipe": repos / "pipe"}
    with (repos / "alice" / ".git" / "config").open("a") as file:
        for key, value in SETTINGS[name].items():
            section, _, last = key.rpartition(".")
            first, _, second = section.partition(".")
            head = f'{first} "{second}"' if second else first
            file.write(f"[{head}]\n\t{last} = {value.format(**places)}\n")
    (repos / "alice" / ".git" / "config.worktree").write_text(f"[core]\n\tworktree = {repos}/bob\n")
    started = time.monotonic()
    assert run("alice@main", "--only", "2.5").score < 8
    assert time.monotonic() - started < AT_ONCE and not (repos / "bob" / "trace").exists()


def test_what_git_never_reads_may_be_anything(repos: Path, run: Callable[..., Graded]) -> None:
    """Hooks as links, a file monitor's socket, pipes called like a revision: neither refused nor opened."""
    place = repos / "bob" / ".git"
    for name in ("main", "index", "shallow", "FETCH_HEAD", "info/grafts"):
        (place / name).unlink(missing_ok=True)
        (place / name).parent.mkdir(exist_ok=True)
        os.mkfifo(place / name)
    (place / "hooks" / "post-commit").symlink_to("/etc/passwd")
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.bind(os.path.relpath(place / "fsmonitor--daemon.ipc"))
        assert run("bob@main", "--only", "2.5").score == 8


def test_the_caller_s_variables_lead_nowhere_else(
    repos: Path, run: Callable[..., Graded], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = str(repos / "bob" / ".git")
    for name, value in {
        "GIT_DIR": other, "GIT_WORK_TREE": str(repos / "bob"), "GIT_OBJECT_DIRECTORY": f"{other}/objects",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": f"{other}/objects", "GIT_COMMON_DIR": other, "GIT_NAMESPACE": "x",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.worktree", "GIT_CONFIG_VALUE_0": str(repos / "bob"),
        "GIT_CONFIG_GLOBAL": f"{other}/config", "GIT_CEILING_DIRECTORIES": "/", "GIT_TRACE": f"{repos}/trace",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    assert run("alice@main", "--only", "2.5").score < 8
    assert run("bob@main", "--only", "2.5").score == 8 and not (repos / "trace").exists()


def packed(at: Path) -> str:
    git(at / "bob", "gc", "--prune=now")
    assert not (at / "bob" / ".git" / "refs" / "heads" / "main").exists()
    return "bob@main"


def bare(at: Path) -> str:
    git(at, "clone", "--bare", "--no-hardlinks", "bob", "bare@home.git")
    return "bare@home.git@main"


def tagged(at: Path) -> str:
    git(at / "bob", "tag", "-a", "-m", "x", "final/v1.0")
    git(at / "bob", "commit", "--allow-empty", "-m", "later")
    return "bob@final/v1.0"


def renamed(at: Path, name: str, typed: str) -> str:
    (at / name).parent.mkdir(exist_ok=True)
    (at / "bob").rename(at / name)
    return typed


def in_the_folder(at: Path, typed: str) -> str:
    os.chdir(at / "bob")
    return typed


def below(at: Path) -> str:
    folder = committed(write_files(at / "whole" / "home work" / "week@2 ü", RIGHT).parent.parent)
    return f"{folder.name}@main:home work/week@2 ü/"


def sha256(at: Path) -> str:
    folder = write_files(at / "long", RIGHT)
    git(folder, "init", "--object-format=sha256")
    return f"{committed(folder).name}@main"


def link_above(at: Path) -> str:
    (at / "real").mkdir()
    (at / "bob").rename(at / "real" / "bob")
    (at / "link").symlink_to("real")
    (at / "elsewhere").mkdir()
    os.chdir(at / "elsewhere")
    return "../link/bob@main"


def submodule_s_config(at: Path) -> str:
    git(at / "bob", "config", "core.worktree", "../../..")
    return "bob@main"


HONEST: dict[str, Callable[[Path], str]] = {
    "relative": lambda at: "bob@main",
    "absolute": lambda at: f"{at}/bob@main",
    "with-dots": lambda at: "./alice/../bob/@HEAD~0",
    "packed": packed,
    "bare": bare,
    "tag": tagged,
    "commit": lambda at: f"bob@{git(at / 'bob', 'rev-parse', 'HEAD')[:9]}",
    "detached": lambda at: (git(at / "bob", "checkout", "--detach"), "bob@HEAD")[1],
    "spaces": lambda at: renamed(at, "bob b. (2)/home work", "bob b. (2)/home work@main"),
    "at-sign": lambda at: renamed(at, "bob@home", "bob@home@main"),
    "at-signs-and-a-shorter-folder": lambda at: renamed(at, "alice@main", "alice@main@main"),
    "dot": lambda at: in_the_folder(at, ".@HEAD"),
    "nothing": lambda at: in_the_folder(at, "@main"),
    "up": lambda at: in_the_folder(at, "../bob@main"),
    "folder-inside": below,
    "whole-tree": lambda at: "bob@main:",
    "sha256": sha256,
    "link-above": link_above,
    "setting-of-a-submodule": submodule_s_config,
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_repositories_are_read(name: str, repos: Path) -> None:
    found = read_submission(HONEST[name](repos), WANTED)
    assert found.files == RIGHT and any(note.startswith("commit ") for note in found.notes)


def test_a_worktree_and_a_part_are_refused_with_what_to_write(repos: Path, run: Callable[..., Graded]) -> None:
    committed(write_files(repos / "whole" / "home work" / "2", RIGHT).parent.parent)
    graded = run("whole/home work/2@main", "--only", "2.5")
    assert graded.code == 2 and "write `whole@main:home work/2`" in graded.err
    assert run("whole@main:home work/2", "--only", "2.5").score == 8
    graded = run("whole/home work@main:2", "--only", "2.5")
    assert graded.code == 2 and "write `whole@main:home work/2`" in graded.err
    git(repos / "bob", "worktree", "add", "-b", "side", str(repos / "side"))
    graded = run("side@side", "--only", "2.5")
    assert graded.code == 2 and "worktree" in graded.err and "REPO@BRANCH" in graded.err
    assert run("bob@side", "--only", "2.5").score == 8


@pytest.mark.parametrize(
    "part", ["nowhere", "ops.py", "../bob", "/", "/etc", "a/../b", "link", "x" * 2000, "a\x1bb", "-t"]
)
def test_what_is_no_folder_inside(part: str, repos: Path) -> None:
    (repos / "bob" / "link").symlink_to("/etc")
    committed(repos / "bob")
    with pytest.raises(GraderError) as raised:
        read_submission(f"bob@main:{part}", WANTED)
    assert str(raised.value).isprintable() and len(str(raised.value)) < 600


def test_a_class_takes_a_folder_inside_as_well(repos: Path, run: Callable[..., Graded]) -> None:
    for name, files in {"anna": RIGHT, "carl": WRONG}.items():
        committed(write_files(repos / "class" / name / "hw" / "2", files).parent.parent)
    graded = run("batch", "class", "--out", "out", "--jobs", "1", "--revision", "main:hw/2")
    assert graded.code == 0, graded.err
    lines = (repos / "out" / "gradebook.csv").read_text("utf-8").splitlines()
    scores = {line.split(",")[0]: line for line in lines[1:]}
    assert scores["anna"] != scores["carl"].replace("carl", "anna")


def test_a_pipe_that_is_put_there_late_ends_with_its_time(repos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a look at the files did not see, git would wait for: its time ends that too."""
    monkeypatch.setattr(git_module, "TIMEOUT", 2.0)
    seen = git_module.Git.small

    def late(self: git_module.Git, failed: str, name: str, limit: int) -> None:
        seen(self, failed, name, limit)
        for path in (repos / "alice" / ".git" / "objects").glob("??/*"):
            path.unlink()
            os.mkfifo(path)

    monkeypatch.setattr(git_module.Git, "small", late)
    with pytest.raises(GraderError, match="took more than 2 seconds"):
        read_submission("alice@main", WANTED)


def test_nothing_of_git_is_left_behind(repos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(write_files(tmp_path / "temporary", {})))
    read_submission("bob@main", WANTED)
    with pytest.raises(GraderError):
        read_submission("bob@nowhere", WANTED)
    assert [*(tmp_path / "temporary").iterdir()] == []

"""A course in git: exactly the revision that is named, from a cache that is whole, and nothing but files."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Graded, write_files
from course_sources import commit_of, forget, repository
from test_submissions import committed, git

Run = Callable[..., Graded]
SPRUNG = "SPRUNG"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def root(tmp_path: Path, cache: Path) -> Path:
    """A repository with the course."""
    repository(tmp_path / "repository")
    return tmp_path / "repository"


def address(root: Path, revision: str, folder: str = "autodiff") -> str:
    return f"git+{root.as_uri()}@{revision}#{folder}"


def retitled(root: Path, title: str) -> None:
    course = root / "autodiff" / "course.yaml"
    course.write_text(re.sub("title: .*", f"title: {title}", course.read_text("utf-8")), "utf-8")
    git(root, "commit", "-qam", title)


def entries(cache: Path) -> list[Path]:
    return [*cache.glob("git/*/*/digest")]


def test_a_commit_in_the_cache_needs_no_network_and_no_git(
    root: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = address(root, commit_of(root))
    assert run("show", "--course", named).code == 0
    forget(root)
    monkeypatch.setenv("PATH", "")
    graded = run("show", "--course", named)
    assert (graded.code, graded.err) == (0, "") and "Doubling" in graded.out
    assert "git is not installed" in run("show", "--course", address(root, "v1")).err


def test_a_commit_is_that_commit_whatever_came_later(root: Path, run: Run) -> None:
    first = commit_of(root)
    retitled(root, "Second")
    assert run("show", "--course", address(root, first)).out.startswith("Sums")
    assert run("show", "--course", address(root, "v1")).out.startswith("Sums")
    assert run("show", "--course", address(root, "main")).out.startswith("Second")


def test_a_branch_is_what_it_is_now(root: Path, run: Run) -> None:
    for title in ("Second", "Third"):
        retitled(root, title)
        assert run("show", "--course", address(root, "main")).out.startswith(title)
    git(root, "checkout", "-qb", "autumn/2026")
    assert run("show", "--course", address(root, "autumn/2026")).out.startswith("Third")
    assert run("show", "--course", address(root, "refs/heads/autumn/2026")).out.startswith("Third")


def test_without_network_a_branch_is_what_it_was_and_a_warning_says_so(root: Path, run: Run) -> None:
    commit = commit_of(root)
    assert run("show", "--course", address(root, "main")).err == ""
    forget(root)
    graded = run("show", "--course", address(root, "main"))
    assert graded.code == 0 and graded.err.startswith("warning: ") and f"commit {commit[:7]}" in graded.err
    never = run("show", "--course", address(root, "v1"))
    assert never.code == 2 and never.err.startswith("error: cannot ask")


def test_a_branch_that_is_gone_is_an_error_not_what_it_was(root: Path, run: Run) -> None:
    git(root, "branch", "side")
    assert run("show", "--course", address(root, "side")).code == 0
    git(root, "branch", "-D", "side")
    graded = run("show", "--course", address(root, "side"))
    assert graded.code == 2 and "has no tag or branch side" in graded.err


def test_a_missing_revision_is_an_error_with_the_one_to_write(root: Path, run: Run) -> None:
    graded = run("show", "--course", f"git+{root.as_uri()}#autodiff")
    assert graded.code == 2 and graded.err.rstrip().endswith(address(root, commit_of(root)))
    assert run("show", "--course", graded.err.split()[-1]).code == 0


def test_what_cannot_be_meant_is_said(root: Path, run: Run) -> None:
    short = run("show", "--course", address(root, commit_of(root)[:8]))
    assert "a commit is named in full" in short.err
    retitled(root, "Second")
    git(root, "branch", "v1")
    assert "write refs/tags/v1 or refs/heads/v1" in run("show", "--course", address(root, "v1")).err
    git(root, "tag", "text", "HEAD:autodiff/course.yaml")
    assert run("show", "--course", address(root, "text")).code == 2
    assert "there is one in autodiff" in run("show", "--course", f"git+{root.as_uri()}@main").err
    assert "did you mean `autodiff`?" in run("show", "--course", address(root, "main", "autodif")).err
    assert run("show", "--course", address(root, "0" * 40)).err.startswith(f"error: cannot fetch {'0' * 40}")


def edited(files: Path) -> None:
    path = files / "autodiff" / "1.yaml"
    path.write_text(path.read_text("utf-8").replace("2 * x", "3 * x"), "utf-8")


def added(files: Path) -> None:
    shutil.copyfile(files / "autodiff" / "1.yaml", files / "autodiff" / "9.yaml")


def removed(files: Path) -> None:
    (files / "autodiff" / "2.yaml").unlink()


def linked(files: Path) -> None:
    path = files / "stubs" / "work.py"
    path.rename(files.parent / "work.py")
    path.symlink_to(files.parent / "work.py")


def half(files: Path) -> None:
    shutil.rmtree(files / "autodiff")
    (files.parent / "digest").unlink()


def emptied(files: Path) -> None:
    shutil.rmtree(files.parent)
    files.parent.write_text("no folder")


@pytest.mark.parametrize("change", [edited, added, removed, linked, half, emptied])
def test_a_changed_cache_is_never_used(change: Callable[[Path], None], root: Path, run: Run, cache: Path) -> None:
    named = address(root, commit_of(root))
    right = run("show", "--course", named).out
    files = entries(cache)[0].parent / "files"
    change(files)
    graded = run("show", "--course", named)
    assert (graded.code, graded.out) == (0, right) and "was changed; it is fetched again" in graded.err
    assert run("show", "--course", named).err == ""
    change(files)
    forget(root)
    assert run("show", "--course", named).code == 2


def test_two_at_once_get_one_whole_course(root: Path, cache: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grader", "show", "--course", address(root, "v1")]
    for round_ in range(3):
        started = [subprocess.Popen(command, cwd=tmp_path, stdout=-1, stderr=-1, encoding="utf-8") for _ in range(4)]
        said = [process.communicate(timeout=100) for process in started]
        assert {process.returncode for process in started} == {0}, said
        assert len({out for out, _ in said}) == 1 and {err for _, err in said} == {""}
        assert len(entries(cache)) == 1 and not [*cache.rglob(".new-*")]
        if round_ == 1:
            shutil.rmtree(cache)


def test_a_cache_that_cannot_be_written_says_what_to_do(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CACHE", str(root / "setup.py" / "cache"))
    graded = run("show", "--course", address(root, "v1"))
    assert graded.code == 2 and "GRADER_CACHE" in graded.err and len(graded.err.splitlines()) == 1


def test_the_cache_is_where_the_system_keeps_caches(
    root: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GRADER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert run("show", "--course", address(root, "v1")).code == 0
    if sys.platform == "linux":
        assert len(entries(tmp_path / "xdg" / "autodiff-grader" / "courses")) == 1


LEAVING = {
    "absolute": "/etc/passwd",
    "out-of-the-repository": "../../elsewhere.yaml",
    "a-folder": "../stubs",
    "nothing": "nothing.yaml",
    "itself": "9.yaml",
}


@pytest.mark.parametrize("kind", LEAVING)
def test_a_link_that_leads_out_of_the_course_is_refused(kind: str, root: Path, run: Run, tmp_path: Path) -> None:
    write_files(tmp_path, {"elsewhere.yaml": "secret"})
    (root / "autodiff" / "9.yaml").symlink_to(LEAVING[kind])
    committed(root)
    graded = run("show", "--course", address(root, "main"))
    assert graded.code == 2 and "autodiff/9.yaml is a link" in graded.err and "secret" not in graded.err


def test_a_link_to_a_file_of_the_repository_is_that_file(root: Path, run: Run, cache: Path) -> None:
    shutil.move(root / "autodiff" / "1.yaml", root / "first.yaml")
    (root / "autodiff" / "1.yaml").symlink_to("../first.yaml")
    (root / "docs").mkdir()
    (root / "docs" / "elsewhere").symlink_to("/etc/passwd")  # beside the course: it is left out
    committed(root)
    assert "Doubling" in run("show", "--course", address(root, "main")).out
    assert not [path for path in cache.rglob("*") if path.is_symlink() or path.name == "elsewhere"]


def test_a_course_that_uses_files_of_this_machine_is_refused(root: Path, run: Run, tmp_path: Path) -> None:
    write_files(tmp_path / "keys", {"id.py": "secret"})
    for key, path in (("template: ../stubs", tmp_path / "keys"), (r"reference: ../reference", Path("../../../../.."))):
        course = root / "autodiff" / "course.yaml"
        before = course.read_text("utf-8")
        course.write_text(before.replace(key, f"{key.split(':')[0]}: {path.as_posix()}"), "utf-8")
        committed(root)
        course.write_text(before, "utf-8")
        graded = run("init", "new", "--course", address(root, "main"))
        assert graded.code == 2 and "outside of what was fetched" in graded.err and not (tmp_path / "new").exists()


def test_nothing_of_a_repository_runs(
    root: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    """Filters, hooks, submodules and large files are what a checkout would run, ask others for, or fill in."""
    touch = f"touch {(tmp_path / SPRUNG).as_posix()}"
    hook = f"#!/bin/sh\n{touch}\ncat\n"
    write_files(root, {".gitattributes": "* filter=evil eol=crlf\n", "autodiff/note.txt": "$Id$\n"})
    write_files(root, {".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = ext::{touch}\n'})
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{commit_of(root)},x")
    committed(root)
    home = write_files(
        tmp_path / "home", {"hooks/post-checkout": hook, "hooks/reference-transaction": hook, "run": hook}
    )
    for path in (*(home / "hooks").iterdir(), home / "run"):
        path.chmod(0o755)
    settings = f"""\
[core]\nhooksPath = {home}/hooks\nfsmonitor = {home}/run\naskPass = {home}/run
[filter "evil"]\nsmudge = {home}/run\nrequired = true
[submodule]\nrecurse = true\n[protocol "ext"]\nallow = always\n"""
    write_files(home, {".gitconfig": settings})
    monkeypatch.setenv("HOME", str(home))
    hostile = {
        "GIT_DIR": "/nowhere", "GIT_SSH_COMMAND": str(home / "run"), "GIT_ASKPASS": str(home / "run"),
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "uploadpack.packObjectsHook",
        "GIT_CONFIG_VALUE_0": str(home / "run"),
        "GIT_TEMPLATE_DIR": str(home), "GIT_EXEC_PATH": "/nowhere", "GIT_PROXY_COMMAND": str(home / "run"),
    }  # fmt: skip
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    graded = run("show", "--course", address(root, "main"))
    assert graded.code == 0 and "Doubling" in graded.out, graded.err
    assert not (tmp_path / SPRUNG).exists()
    kept = next(cache.rglob("note.txt"))
    assert kept.read_bytes() == b"$Id$\n" and not (kept.parent.parent / "x").exists()


def test_a_pointer_to_a_large_file_is_no_file(root: Path, run: Run) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 9\n"
    write_files(root, {"autodiff/data.csv": pointer, "video.mp4": pointer})
    committed(root)
    graded = run("show", "--course", address(root, "main"))
    assert graded.code == 2 and "autodiff/data.csv is kept in Git LFS" in graded.err


def test_a_large_file_beside_the_course_is_left_out_and_in_it_refused(root: Path, run: Run, cache: Path) -> None:
    write_files(root, {"slides.pdf": os.urandom(9 << 20)})
    committed(root)
    assert run("show", "--course", address(root, "main")).code == 0
    assert not [*cache.rglob("slides.pdf")]
    write_files(root, {"autodiff/data.bin": os.urandom(9 << 20)})
    committed(root)
    assert "autodiff/data.bin is larger than 8 MiB" in run("show", "--course", address(root, "main")).err


def test_names_that_lead_elsewhere_are_refused(root: Path, run: Run) -> None:
    blob = git(root, "rev-parse", "HEAD:autodiff/course.yaml")
    tree = git(root, "rev-parse", "HEAD^{tree}")
    for name in ("..", ".git", "a\\b"):
        listing = git(root, "ls-tree", tree) + f"\n100644 blob {blob}\t{name}\n"
        made = subprocess.run(
            ["git", "mktree"], cwd=root, input=listing, capture_output=True, encoding="utf-8", check=True
        )
        git(root, "tag", "-f", "odd", git(root, "commit-tree", "-m", "odd", made.stdout.strip()))
        graded = run("show", "--course", f"git+{root.as_uri()}@odd")
        assert graded.code == 2 and ("refused" in graded.err or "cannot fetch" in graded.err), graded.err


def test_only_the_commit_is_fetched(root: Path, run: Run, cache: Path, tmp_path: Path) -> None:
    (root / "reference" / "old.py").write_text("OLD = 1\n")
    committed(root)
    (root / "reference" / "old.py").unlink()
    committed(root)
    run("show", "--course", address(root, "main"))
    assert not [*cache.rglob("old.py")] and not [*cache.rglob("*.pack")]


RECORDER = """\
#!/bin/sh
printf '%s\\n' "$@" >> {0}/argv
env >> {0}/env
echo "fatal: Authentication failed for 'https://u:s3cret@127.0.0.1/x'" >&2
exit 128
"""


def test_a_token_is_given_to_git_where_nobody_else_can_read_it(
    cache: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "bin", {"git": RECORDER.format(tmp_path)})
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    graded = run("show", "--course", "git+https://u:s3cret@127.0.0.1/x@v1")
    assert graded.code == 2 and "Authentication failed" in graded.err and "s3cret" not in graded.err
    typed, given = (tmp_path / "argv").read_text("utf-8"), (tmp_path / "env").read_text("utf-8")
    assert "https://127.0.0.1/x" in typed.split() and "s3cret" not in typed
    assert f"Basic {base64.b64encode(b'u:s3cret').decode()}" in given
    assert {"GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=https:ssh"} <= {*given.splitlines()}
    assert typed.split().index("--") < typed.split().index("https://127.0.0.1/x")
    (tmp_path / "env").unlink()
    run("show", "--course", "git+https://anna@127.0.0.1/x@v1")
    assert "Authorization" not in (tmp_path / "env").read_text("utf-8"), "a name is no token"
    run("show", "--course", f"git+https://{'t0ken' * 8}@127.0.0.1/x@v1")
    assert "Authorization" in (tmp_path / "env").read_text("utf-8")


def test_the_repository_of_a_course_may_be_anywhere_in_a_path_with_signs(tmp_path: Path, cache: Path, run: Run) -> None:
    root = tmp_path / "cs@school" / "auto diff"
    repository(root)
    graded = run("show", "--course", f"git+file://{root}@v1#autodiff")
    assert graded.code == 0 and "Doubling" in graded.out, graded.err

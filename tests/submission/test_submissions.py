"""However a submission is packed, it is the same submission; what cannot be read gets one clear line."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import Graded, Judged, write_files
from test_division import division

from grader.model import GraderError, Submission
from grader.submission.reader import read_submission

FILES = {"ops.py": division(), "helper.py": "x = 'ü'\r\n", "answers.yaml": '"2.1": {}\n'}
WANTED = ("answers.yaml", "matmul.py", "ops.py")
LITTER = {
    "__MACOSX/._ops.py": b"\0\5\x16\7", ".DS_Store": b"\0", "__pycache__/ops.cpython-311.pyc": b"\0",
    ".git/config": b"[core]", ".venv/lib/numpy.py": b"raise SystemExit", "node_modules/a/b.py": b"",
}  # fmt: skip


def tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        write_files((root / name).parent, {Path(name).name: content})
    return root


def zipped(path: Path, files: Mapping[str, str | bytes], kind: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, files: Mapping[str, str | bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Zoë", "-c", "user.email=z@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, encoding="utf-8")
    return done.stdout.strip()


def committed(folder: Path) -> Path:
    git(folder, "init")
    git(folder, "add", "--force", ".")
    git(folder, "-c", "core.autocrlf=false", "commit", "-m", "handed in")
    return folder


def inside(prefix: str, files: Mapping[str, str | bytes] = FILES) -> dict[str, str | bytes]:
    return {prefix + name: content for name, content in files.items()}


PACKINGS: dict[str, Callable[[Path], str | Path]] = {
    "folder": lambda at: tree(at / "alice", FILES),
    "folder-in-a-folder": lambda at: tree(at / "alice", inside("hw 2/")),
    "two-folders-deep": lambda at: tree(at / "alice", inside("Abgabe/übung/")),
    "with-litter": lambda at: tree(at / "alice", {**FILES, **LITTER}),
    "zip": lambda at: zipped(at / "alice.zip", FILES),
    "zip-stored": lambda at: zipped(at / "alice.ZIP", FILES, zipfile.ZIP_STORED),
    "zip-of-a-folder": lambda at: zipped(at / "Zoë Müller (1).zip", inside("übung 2/")),
    "zip-two-deep": lambda at: zipped(at / "a.zip", {**inside("a/b/"), **LITTER, "a/.DS_Store": b""}),
    "zip-from-windows": lambda at: zipped(at / "a.zip", inside("hw\\")),
    "zip-of-an-environment": lambda at: zipped(at / "a.zip", {**FILES, **{f".venv/{n}.py": "" for n in range(900)}}),
    "zip-in-a-zip": lambda at: zipped(at / "a.zip", {**FILES, "more.zip": zipped(at / "b.zip", FILES).read_bytes()}),
    "tar": lambda at: tarred(at / "alice.tar", FILES),
    "tar-with-dots": lambda at: tarred(at / "alice.tar", inside("./")),
    "tar.gz": lambda at: tarred(at / "alice.tar.gz", inside("alice/"), "w:gz"),
    "tgz": lambda at: tarred(at / "alice.tgz", {**inside("alice/"), **inside("alice/", LITTER)}, "w:gz"),
    "tar-with-long-names": lambda at: tarred(at / "a.tar", inside("long " * 50 + "/")),
    "git": lambda at: f"{committed(tree(at / 'repo', FILES))}@main",
    "git-folder": lambda at: f"{committed(tree(at / 'repo', inside('hw/alice/')))}@HEAD:hw/alice",
}


@pytest.mark.parametrize("name", PACKINGS)
def test_every_packing_is_the_same_submission(name: str, tmp_path: Path) -> None:
    whole = read_submission(str(tree(tmp_path / "whole", FILES)), WANTED)
    typed = str(PACKINGS[name](tmp_path))
    packed = read_submission(typed, WANTED)
    assert (packed.files, packed.digest, packed.path) == (whole.files, whole.digest, typed)
    assert packed.unreadable == {}


@pytest.mark.parametrize("name", ["folder", "zip-of-a-folder", "tgz", "git"])
def test_every_packing_has_the_same_score(name: str, run: Callable[..., Graded], tmp_path: Path) -> None:
    typed = str(PACKINGS[name](tmp_path))
    graded = run(typed, "--only", "2.5")
    assert (graded.code, graded.err, graded.score) == (0, "", 8)
    shown = {"git": "repo@main"}.get(name, Path(typed).name)
    assert graded.results["submission"]["name"] == shown
    wrong = {**FILES, "ops.py": division("a").replace("\n", "\r\n")}
    again = run(zipped(tmp_path / "wrong one.zip", wrong), "--only", "2.5").check("2.5", "forward")
    assert again["status"] == "wrong" and f"grade '{tmp_path}/wrong one.zip' --only" in again["evidence"]["again"]


def test_names_have_one_spelling(tmp_path: Path) -> None:
    files = {"ops.py": "", "größe.py": "x = 1"}
    apart = {unicodedata.normalize("NFD", name): text for name, text in files.items()}
    makers = (
        lambda at: tree(at / "a", apart),
        lambda at: zipped(at / "a.zip", apart),
        lambda at: tarred(at / "a.tar", apart),
    )
    assert {frozenset(read_submission(str(make(tmp_path)), WANTED).files) for make in makers} == {frozenset(files)}
    member = zipfile.ZipInfo("grxxxe.py")
    with zipfile.ZipFile(tmp_path / "mac.zip", "w") as archive:
        archive.writestr(member, "x = 1")
    data = (tmp_path / "mac.zip").read_bytes().replace(b"grxxxe", "gröe".encode() + b"e")
    (tmp_path / "mac.zip").write_bytes(data)
    assert "gröee.py" in read_submission(str(tmp_path / "mac.zip"), ()).files


def read_single(at: Path, name: str, text: str | bytes = "x = 1\n", wanted: tuple[str, ...] = WANTED) -> Submission:
    return read_submission(str(write_files(at, {name: text}) / name), wanted)


MEANT = {
    "ops.py": "ops.py", "Ops.py": "ops.py", "OPS.PY": "ops.py", "ops (1).py": "ops.py", "ops-2.py": "ops.py",
    "ops_final.py": "ops.py", "12345_ops.py": "ops.py", "müller_77_Ops-1.py": "ops.py", "answers.yml": "answers.yaml",
    "drops.py": None, "ops2.py": None, "ops_matmul.py": None, "solution.py": None,
}  # fmt: skip


@pytest.mark.parametrize("name", MEANT)
def test_one_file_stands_for_the_one_it_is_called_like(name: str, tmp_path: Path) -> None:
    found = read_single(tmp_path, name)
    meant = MEANT[name]
    assert set(found.files) == {meant or name}
    assert (f"{name} is read as {meant}" in found.notes) == (meant not in (None, name))
    assert any("holds none of the files" in note for note in found.notes) == (meant is None)


def test_of_two_names_the_longer_is_meant(tmp_path: Path) -> None:
    wanted = ("check.py", "gradient_check.py", "lab.py", "lab-1.py")
    assert set(read_single(tmp_path, "77_gradient_check.py", wanted=wanted).files) == {"gradient_check.py"}
    assert set(read_single(tmp_path, "Lab-1.py", wanted=wanted).files) == {"lab-1.py"}


def test_one_file_is_graded(run: Callable[..., Graded], tmp_path: Path) -> None:
    write_files(tmp_path, {"ops (1).py": division()})
    graded = run("ops (1).py", "--only", "2.5")
    assert (graded.code, graded.score) == (0, 8) and "ops (1).py is read as ops.py" in graded.out
    unreadable = read_single(tmp_path, "ops.py", b"\xff")
    assert "not UTF-8" in unreadable.unreadable["ops.py"]


@pytest.mark.parametrize("name", ["Ops.py", "ops (1).py", "ops-1.py", "OPS (12).PY"])
def test_clear_names_in_a_folder_are_read_with_a_note(name: str, tmp_path: Path) -> None:
    for found in (
        read_submission(str(tree(tmp_path / "a", {name: "x = 1", "answers.yml": "a: 1"})), WANTED),
        read_submission(str(zipped(tmp_path / "a.zip", {f"a/{name}": "x = 1", "a/answers.yml": "a: 1"})), WANTED),
    ):
        assert (found.files["ops.py"], found.files["answers.yaml"]) == ("x = 1", "a: 1")
        assert f"{name} is read as ops.py" in found.notes


def test_unsure_names_are_not_guessed(tmp_path: Path, judged: Callable[..., Judged]) -> None:
    for names in (["ops (1).py", "ops (2).py"], ["Ops.py", "ops-1.py"], ["ops_final.py"], ["12_ops.py"]):
        folder = tree(tmp_path / names[0], dict.fromkeys(names, "x = 1"))
        assert "ops.py" not in read_submission(str(folder), WANTED).files
    exact = read_submission(str(tree(tmp_path / "b", {"ops.py": "x = 1", "ops (1).py": "x = 2"})), WANTED)
    assert exact.files["ops.py"] == "x = 1"
    assert "did you mean `ops (" in judged({"ops (1).py": "", "ops (2).py": ""}, "2.5").out


def test_a_folder_is_looked_through_only_where_it_is_sure(tmp_path: Path) -> None:
    two = tree(tmp_path / "a", {"x/ops.py": "", "y/ops.py": ""})
    deep = tree(tmp_path / "b", {"x/y/z/ops.py": ""})
    useless = tree(tmp_path / "c", {"main.py": "", "x/data.py": ""})
    linked = tree(tmp_path / "d", {"main.py": ""})
    (linked / "x").symlink_to(tmp_path / "b" / "x" / "y" / "z")
    for folder in (two, deep, useless, linked):
        found = read_submission(str(folder), WANTED)
        assert "ops.py" not in found.files and any("holds none" in note for note in found.notes)
    assert "main.py" in read_submission(str(useless), WANTED).files


def test_what_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ops.py")
    (tmp_path / "a.zip").symlink_to("/dev/zero")
    (tmp_path / "a.rar").write_text("")
    for typed, piece in {
        "": "no such file or folder", "a\0b": "cannot read", "x" * 5000: "cannot read", str(tmp_path / "a.rar"): ".tgz",
        str(tmp_path / "ops.py"): "not a regular file", str(tmp_path / "a.zip"): "is a link", "no@main": "no such file",
    }.items():  # fmt: skip
        with pytest.raises(GraderError, match=piece):
            read_submission(typed, WANTED)


def test_files_in_archives_keep_the_rules_of_files(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"ops.py": "#" * 300_000 + str(os.urandom(5000)), "matmul.py": b"\0",
                                       "numpy.py": "", "answers.yaml": b"\xef\xbb\xbfa: 1\r\n"})  # fmt: skip
    found = read_submission(str(path), WANTED)
    assert "larger than 256 KiB" in found.unreadable["ops.py"] and "NUL" in found.unreadable["matmul.py"]
    assert found.files == {"answers.yaml": "a: 1\r\n"}
    assert any("numpy.py is left out" in note for note in found.notes)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two revisions: a wrong one called `draft`, a right one; hooks and filters that leave a trace."""
    repo = tree(tmp_path / "repo", {"ops.py": division("a"), ".gitattributes": "*.py filter=trap export-subst\n"})
    committed(repo)
    git(repo, "tag", "draft")
    write_files(repo, {"ops.py": division() + "# $Format:%H$\n"})
    git(repo, "commit", "-a", "-m", "second")
    for setting in ("filter.trap.smudge", "core.fsmonitor", "core.pager", "core.sshCommand", "diff.external"):
        git(repo, "config", setting, f"touch {tmp_path}/trace; cat")
    return repo


def test_revisions_of_a_repository(repository: Path, run: Callable[..., Graded], tmp_path: Path) -> None:
    write_files(repository, {"ops.py": "raise SystemExit('not committed')"})
    assert run("repo@draft", "--only", "2.5").score < 8
    graded = run("repo@main", "--only", "2.5")
    assert (graded.code, graded.score, graded.results["submission"]["name"]) == (0, 8, "repo@main")
    commit = git(repository, "rev-parse", "HEAD")
    time = git(repository, "log", "-1", "--format=%ci")[:19]
    assert f"commit {commit[:12]} of {time}" in graded.out
    digests = {read_submission(f"{repository}@{revision}", WANTED).digest for revision in ("main", commit, "HEAD~0")}
    assert len(digests) == 1
    assert "$Format:%H$" in read_submission(f"{repository}@main", WANTED).files["ops.py"]
    assert not (tmp_path / "trace").exists()


def test_a_bare_repository_and_its_links(repository: Path, tmp_path: Path) -> None:
    (repository / "matmul.py").symlink_to("/etc/passwd")
    (repository / "answers.yaml").write_text("a" * 300_000)
    committed(repository)
    git(tmp_path, "clone", "--bare", "repo", "bare@home.git")
    found = read_submission(f"{tmp_path}/bare@home.git@main", WANTED)
    assert "is a link" in found.unreadable["matmul.py"] and "larger" in found.unreadable["answers.yaml"]
    assert set(found.files) == {"ops.py"}


@pytest.mark.parametrize("revision", [
    "--output=/tmp/x", "-h", "", "nowhere", "main:ops.py", "main..draft", "$(touch x)", "main\nx",
    "@{1}", "x" * 300, "a b",
])  # fmt: skip
def test_what_is_no_revision(revision: str, repository: Path) -> None:
    with pytest.raises(GraderError) as raised:
        read_submission(f"{repository}@{revision}", WANTED)
    assert str(raised.value).isprintable() and len(str(raised.value)) < 600


def test_what_is_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    (tmp_path / "plain").mkdir()
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    with pytest.raises(GraderError, match="not a git repository"):
        read_submission(f"{tmp_path}/plain@main", WANTED)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GraderError, match="git is not installed"):
        read_submission(f"{repository}@main", WANTED)

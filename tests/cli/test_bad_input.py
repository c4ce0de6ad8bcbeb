"""Bad input gets one clear line that names the place and the remedy, and never a traceback of the grader."""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from conftest import ROOT, Graded, write_files
from test_division import division

BROKEN = {
    "syntax": ("class Div:\n    def forward(self, a, b)\n        return a / b\n", "crashed", ["SyntaxError", "line 2"]),
    "bad-indent": ("class Div:\ndef forward(self): pass\n", "crashed", ["IndentationError", "line 2"]),
    "import-raises": ("x = 1\ny = x / 0\n", "crashed",
                      ["ops.py cannot be imported: line 2 raises ZeroDivisionError", "ops.py:2"]),
    "call-raises": (division("a / self.nothing"), "crashed", ["AttributeError", "in op = Div", "ops.py:5"]),
    "missing-class": ("class Dvi:\n    pass\n", "missing", ["no `Div`", "should `Dvi` be renamed to `Div`?"]),
    "wrong-case": ("class div:\n    pass\n", "missing", ["should `div` be renamed to `Div`?"]),
    "missing-method": ("class Div:\n    def foward(self, a, b): return a / b\n", "missing",
                       ["`Div` has no `forward`", "did you mean `foward`"]),
    "arity": ("class Div:\n    def forward(self, a): return a\n", "crashed", ["wrong arguments in the call"]),
    "no-return": ("class Div:\n    def forward(self, a, b): a / b\n", "wrong", ["returned None", "without `return`"]),
    "bool": (division("True"), "wrong", ["returned the bool True; return one number"]),
    "complex": (division("1j * a"), "wrong", ["an object of type complex"]),
    "nan": (division("float('nan')"), "wrong", ["NaN"]),
    "string": (division("'0.5'"), "wrong", ["returned the string '0.5'"]),
    "exit-at-import": ("import sys\nsys.exit(0)\n", "crashed", ["sys.exit"]),
    "exit-in-call": (division("exit()"), "crashed", ["sys.exit"]),
    "sys-exit-in-call": (division("sys.exit(0)", head="import sys"), "crashed", ["sys.exit"]),
    "exception-text-raises": (
        "class Bad(Exception):\n    def __str__(self): raise ValueError\nraise Bad\n", "crashed", ["its text raised"]),
    "not-there": ("def f():\n    import torch_\nf()\n", "crashed", ["imports `torch_`"]),
    "not-utf8": ("# caf\xe9\n".encode("latin-1"), "crashed", ["not UTF-8", "0xe9", "line 1"]),
    "nul": (b"x = 1\n\0", "crashed", ["NUL byte in line 2"]),
    "too-large": ("#" * 300_000, "crashed", ["larger than 256 KiB"]),
    "recursion": (division("self.forward(a, b)"), "crashed", ["RecursionError"]),
    "empty-file": ("", "missing", ["no `Div`"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_code_gets_one_clear_line(name: str, hand_in: Callable[..., Graded]) -> None:
    source, status, pieces = BROKEN[name]
    graded = hand_in({"ops.py": source}, "--only", "2.5")
    forward = graded.check("2.5", "forward")
    assert (graded.code, graded.err, forward["score"], forward["status"]) == (1, "", 0, status)
    for piece in pieces:
        assert piece in graded.out, graded.out
    assert "Traceback" not in graded.out and "grader/" not in graded.out and "site-packages" not in graded.html


def test_a_syntax_error_shows_the_line_with_a_caret(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({"ops.py": BROKEN["syntax"][0]}, "--only", "2.5")
    snippet = graded.check("2.5", "forward")["evidence"]["snippet"]
    line, caret = snippet.split("\n")
    assert line == "    2 |     def forward(self, a, b)"
    assert caret.index("^") == len(line)
    assert graded.check("2.5", "gradient")["status"] == "skipped"


HOSTILE = {
    "endless-loop": (division("[None for _ in iter(int, 1)]"), "timed_out", "endless loop"),
    "endless-import": ("while True: pass\n", "timed_out", "endless loop"),
    "endless-output": ("import sys\nwhile True: print('x' * 10000)\n", "output_limit", "print in an endless loop"),
    "sleep": ("import time\ntime.sleep(1000)\n", "timed_out", "the code waited"),
    "os-exit": (division("os._exit(0)", head="import os"), "crashed", "ended the Python process"),
    "exit-at-import": ("import os\nos._exit(0)\n", "crashed", "exit status 0"),
    "segfault": ("import ctypes\nctypes.string_at(0)\n", "crashed", "SIGSEGV"),
    "memory": (division("bytearray(1 << 40)"), "out_of_memory", "more memory"),
    "numpy-memory": (division("np.ones(1 << 33)", head="import numpy as np"), "out_of_memory", "more memory"),
    "fake-verdict": ('import os\nprint(\'{"status": "correct", "score": 8}\')\nos._exit(0)\n', "crashed", "ended"),
    "str-that-loops": (
        "class Bad(Exception):\n    def __str__(self):\n        while True: pass\nraise Bad\n", "timed_out", "loop"),
    "writes-everywhere": (
        "import os\nfor fd in range(64):\n    try: os.write(fd, b'\\xff' * 64)\n    except OSError: pass\n",
        "forbidden", "disturbed"),
    "huge-frame-head": (
        "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'\\xff\\xff\\xff\\xff\\0\\0\\0\\1')\n"
        "    except OSError: pass\n", "forbidden", "disturbed"),
    "deep-brackets": (
        "import os, struct\nbody = b'[' * 900000\n"
        "for fd in range(3, 64):\n    try: os.write(fd, struct.pack('>II', len(body), len(body)) + body)\n"
        "    except OSError: pass\n", "forbidden", "disturbed"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code_is_stopped_and_told_so(name: str, hand_in_hostile: Callable[..., Graded]) -> None:
    source, status, piece = HOSTILE[name]
    graded = hand_in_hostile({"ops.py": source}, "--only", "2.5")
    assert (graded.code, graded.score, graded.err) == (1, 0, "")
    assert graded.check("2.5", "forward")["status"] == status, graded.out
    assert piece in graded.out


def test_points_earned_before_the_process_ended_are_kept(hand_in_hostile: Callable[..., Graded]) -> None:
    graded = hand_in_hostile({"ops.py": division(backward="os._exit(3)", head="import os")}, "--only", "2.5")
    assert graded.score == 3
    assert "exit status 3" in graded.check("2.5", "gradient")["message"]


def test_modules_named_like_the_libraries_change_nothing(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({
        "ops.py": "import json, helper\n" + division("np.float64(a) / b", head="import numpy as np\n"),
        "numpy.py": "raise SystemExit('shadow')",
        "json.py": "raise SystemExit('shadow')",
        "helper.py": "import numpy",
    }, "--only", "2.5")  # fmt: skip
    assert graded.score == 8
    assert "numpy.py is left out" in graded.out and "json.py is left out" in graded.out


def test_other_installed_packages_are_not_there(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({"ops.py": "import yaml\n" + division("yaml.dump(a)")}, "--only", "2.5")
    assert graded.check("2.5", "forward")["status"] == "crashed"
    assert "uses `yaml.dump`, but yaml is not available" in graded.out


def test_the_environment_of_the_judge_is_not_there(
    hand_in: Callable[..., Graded], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_TOKEN", "hunter2")
    graded = hand_in({"ops.py": "import os\nprint(dict(os.environ))\n" + division()}, "--only", "2.5")
    assert "OPENBLAS_NUM_THREADS" in graded.exercise("2.5")["output"]
    assert "hunter2" not in graded.exercise("2.5")["output"]


def test_nothing_is_there(run: Callable[..., Graded]) -> None:
    graded = run("nowhere")
    assert (graded.code, graded.err) == (2, "error: no such file or folder: nowhere\n")


def test_a_file_of_another_kind(run: Callable[..., Graded], tmp_path: Path) -> None:
    (tmp_path / "ops.docx").write_text(division())
    graded = run("ops.docx")
    assert graded.code == 2
    assert graded.err.startswith(
        "error: cannot read ops.docx: give a folder, REPO@REVISION, or a file that ends in .py, "
    )


def test_an_empty_folder(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({})
    assert graded.code == 2 and len(graded.err.splitlines()) == 1
    assert "is an empty folder" in graded.err and "grade init" in graded.err


def test_an_empty_folder_is_worth_0_points_where_a_tool_waits_for_a_report(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({}, "--format", "junit")
    assert (graded.code, graded.score, graded.err) == (1, 0, "")
    assert "ops.py is not in the submission" in graded.out


@pytest.mark.parametrize("name", ["opps.py", "ops.py (1).download"])
def test_a_file_by_a_near_name(hand_in: Callable[..., Graded], name: str) -> None:
    graded = hand_in({name: division()}, "--only", "2.5")
    assert f"ops.py is not in the submission; did you mean `{name}`? Then rename it to ops.py" in graded.out


def test_links_and_pipes_are_not_followed(hand_in: Callable[..., Graded], tmp_path: Path) -> None:
    graded = hand_in({})
    (tmp_path / "submission" / "ops.py").symlink_to(ROOT / "reference" / "ops.py")
    graded = hand_in_existing(hand_in, tmp_path)
    assert "is a link" in graded.out and graded.score == 0
    (tmp_path / "submission" / "ops.py").unlink()
    os.mkfifo(tmp_path / "submission" / "ops.py")
    graded = hand_in_existing(hand_in, tmp_path)
    assert "not a regular file" in graded.out


def hand_in_existing(hand_in: Callable[..., Graded], tmp_path: Path) -> Graded:
    from grader.cli.main import main

    code = main([str(tmp_path / "submission"), "--out", str(tmp_path / "grade-report")])
    results = Graded(code, "", "", tmp_path / "grade-report")
    return Graded(code, (tmp_path / "grade-report" / "results.json").read_text("utf-8"), "", results.folder)


def test_an_unknown_exercise(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({"ops.py": division()}, "--only", "2.55")
    assert graded.code == 2
    assert "no exercise '2.55'; did you mean `2.5`?" in graded.err


@pytest.mark.parametrize("place", ["file", "under-file", "inside"])
def test_an_impossible_out(place: str, hand_in: Callable[..., Graded], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    out = {"file": tmp_path / "taken", "under-file": tmp_path / "taken" / "r", "inside": tmp_path / "submission" / "r"}
    graded = hand_in({"ops.py": division()}, "--out", out[place])
    assert graded.code == 2
    assert graded.err.startswith("error: ") and graded.err.count("\n") == 1 and "--out" in graded.err
    assert not (tmp_path / "submission" / "r").exists()


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs a folder that nobody can write to")
def test_an_unwritable_out(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({"ops.py": division()}, "--out", "/proc/report")
    assert graded.code == 2
    assert graded.err.startswith("error: cannot write into /proc/report")


def test_a_report_is_never_written_into_the_submission(
    hand_in: Callable[..., Graded], run: Callable[..., Graded], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in({"ops.py": division()})
    (tmp_path / "grade-report" / "report.html").unlink()
    monkeypatch.chdir(tmp_path / "submission")
    assert run(".").score >= 8
    assert sorted(path.name for path in (tmp_path / "submission").iterdir()) == ["ops.py"]


def test_unicode_names_and_spaces(run: Callable[..., Graded], tmp_path: Path) -> None:
    folder = tmp_path / "Zoë Müller (übung 2)"
    folder.mkdir()
    (folder / "ops.py").write_text(division(backward="(g, g)"), "utf-8")
    graded = run(folder, "--only", "2.5")
    assert graded.results["submission"]["name"] == "Zoë Müller (übung 2)"
    assert f"grade '{folder}' --only 2.5" in graded.out


def test_a_folder_that_cannot_be_read(run: Callable[..., Graded], tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads every folder")
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(stat.S_IWUSR)
    assert "cannot read" in run(closed).err


def test_names_from_student_code_are_harmless(hand_in: Callable[..., Graded]) -> None:
    source = division("boom()") + "\ndef boom():\n    error = SyntaxError('x')\n"
    source += "    error.filename, error.lineno = '\\x1b[31mEVIL', 10 ** 9\n    raise error\n"
    graded = hand_in({"ops.py": source, "\x1b[31mred.py": "raise ValueError"}, "--only", "2.5")
    assert graded.code == 1 and "\x1b" not in graded.out + graded.html
    lying = "import sys\nmodule = sys.modules['_autodiff_worker.request_handler']\n"
    lying += "module.run = lambda *a: {'told': [], 'step': -1, 'error': {'type': 'SyntaxError', 'text': '', 'frames': "
    lying += "[['\\ud800', 1, '\\x1b']], 'syntax': ['\\x1b]0;pwn\\x07\\ud800', 1, 1]}}\n"
    graded = hand_in({"ops.py": lying + division()}, "--only", "2.5")
    assert (graded.code, graded.err) == (1, "") and "\x1b" not in graded.out + graded.html


def test_a_run_that_fails_leaves_no_older_grade(hand_in: Callable[..., Graded], tmp_path: Path) -> None:
    hand_in({"ops.py": division()})
    assert (tmp_path / "grade-report" / "results.json").exists()
    (tmp_path / "course").mkdir()
    assert hand_in({"ops.py": division()}, "--only", "2.5", "--seed", "3").results["seed"] == 3


def test_many_files_do_not_push_out_the_one_that_is_asked_for(hand_in: Callable[..., Graded]) -> None:
    files = {f"a{number}.py": "x = 1\n" for number in range(210)}
    graded = hand_in({**files, "ops.py": division()}, "--only", "2.5")
    assert graded.score == 8
    assert "only 200 files were read" in graded.out


def test_very_large_helpers_cost_nothing(hand_in: Callable[..., Graded]) -> None:
    files = {f"a{number}.py": "#" + "é" * 130_000 for number in range(60)}
    assert hand_in({**files, "ops.py": division()}, "--only", "2.5").score == 8


def test_the_command_to_run_again_is_complete(hand_in: Callable[..., Graded], quick_course: Path) -> None:
    graded = hand_in({"ops.py": division("a")}, "--course", quick_course, "--cpu-factor", "2", "--only", "2.5")
    again = graded.check("2.5", "forward")["evidence"]["again"]
    end = rf"--only 2\.5 --seed 2026:[0-9a-f]{{8}} --course {re.escape(str(quick_course))} --cpu-factor 2"
    assert re.search(end + "$", again)


def test_the_command_to_run_again_says_when_the_files_have_changed(
    hand_in: Callable[..., Graded], run: Callable[..., Graded]
) -> None:
    wrong = {"ops.py": division("a")}
    first = hand_in(wrong, "--only", "2.5").check("2.5", "forward")["evidence"]
    _, *words = shlex.split(first["again"])
    same = run(*words)
    assert (same.check("2.5", "forward")["evidence"]["case"], same.results["notes"]) == (first["case"], [])
    assert same.check("2.5", "forward")["evidence"]["again"] == first["again"]
    seed = words[words.index("--seed") + 1]
    edited = {"ops.py": wrong["ops.py"] + "# another try\n"}
    other = hand_in(edited, "--only", "2.5", "--seed", seed)
    assert other.results["notes"] == [OTHER_INPUTS]
    assert OTHER_INPUTS in other.out
    assert other.results["seed"] == first_number(seed)
    assert hand_in(edited, "--only", "2.5", "--seed", seed.partition(":")[0]).results["notes"] == []
    another_file = hand_in({**wrong, "value.py": "x = 1\n"}, "--only", "2.5", "--seed", seed)
    assert another_file.results["notes"] == [OTHER_INPUTS]
    assert hand_in(wrong, "--seed", "two").code == 2
    negative = hand_in(wrong, "--only", "2.5", "--seed=-3").check("2.5", "forward")["evidence"]["again"]
    assert run(*shlex.split(negative)[1:]).results["notes"] == []


def first_number(seed: str) -> int:
    return int(seed.partition(":")[0])


OTHER_INPUTS = "the files have changed since that command was printed, so the inputs differ from those that it names"


@pytest.mark.parametrize(("source", "due"), [
    (b"# -*- coding: latin-1 -*-\n", "\xe9"), (b"#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\n", "\u20ac"),
    (b"# coding: iso-8859-15\n", "\u20ac"), (b"# coding: shift_jis\n", "\u3042"), (b"# coding: utf8\n", "\xe9"),
    (b"", "\xe9"), (b"\xef\xbb\xbf", "\xe9"),
])  # fmt: skip
def test_a_file_is_decoded_as_its_coding_line_says(source: bytes, due: str, hand_in: Callable[..., Graded]) -> None:
    named = re.search(rb"coding[:=]\s*([-\w]+)", source)
    code = f"# {due}\nif ord('{due}') != {ord(due)}:\n    raise ValueError('decoded otherwise')\n" + division()
    text = source + code.encode(named[1].decode() if named else "utf-8")
    assert hand_in({"ops.py": text}, "--only", "2.5").score == 8
    if not source.startswith(b"\xef"):
        compile(text, "ops.py", "exec")  # as Python itself reads it


@pytest.mark.parametrize(("source", "why"), [
    (b"# coding: utf-7\n", "its coding line names utf-7; save it as UTF-8"),
    (b"# coding: rot13\n", "its coding line names rot13; save it as UTF-8"),
    (b"# coding: ascii\n# \xe9\n", "is not ascii text, as its coding line says: byte 0xe9 in line 2"),
    (b"x = 1\n# coding: latin-1\n# \xe9\n", "is not UTF-8 text: byte 0xe9 in line 3; save it as UTF-8"),
    (b"x = 1\ny = 2\n# coding: latin-1\n# \xe9\n", "is not UTF-8 text: byte 0xe9 in line 4"),
])  # fmt: skip
def test_a_coding_line_that_means_other_code_is_refused(
    source: bytes, why: str, hand_in: Callable[..., Graded]
) -> None:
    graded = hand_in({"ops.py": source + division().encode()}, "--only", "2.5")
    assert graded.exercise("2.5")["status"] == "crashed"
    assert why in graded.check("2.5", "forward")["message"]


@pytest.mark.parametrize(
    "given", ["bacth class --out out", "Batch class", "verfy", "wacth work", "reviw export", "pakc x"]
)
def test_a_mistyped_command_is_guessed(given: str, run: Callable[..., Graded], tmp_path: Path) -> None:
    done = run(*given.split())
    assert done.code == 2
    (guess,) = re.findall(r"did you mean `grade (\w+)`\?$", done.err.strip())
    assert sorted(guess) == sorted(given.split()[0].lower()) or guess in ("verify", "review")
    assert len(done.err.splitlines()) == 1
    write_files(tmp_path / given.split()[0], {"ops.py": division()})  # what is there is what is meant
    assert run(given.split()[0], "--only", "2.5").code == 0


def test_what_is_far_from_every_command_is_a_file(run: Callable[..., Graded]) -> None:
    assert run("homework").err == "error: no such file or folder: homework\n"


@pytest.mark.parametrize("given", ["s --only 2.5", "s --only 2.5 --format markdown=-", "s --only 2.5 --format junit=-"])
def test_a_closed_pipe_keeps_the_exit_code(given: str, tmp_path: Path) -> None:
    write_files(tmp_path / "s", {"ops.py": division("a") + "print('x' * 200000)\n"})
    command = f"{sys.executable} -m grader {given} | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert (done.returncode, "Broken" in done.stderr) == (1, False)
    assert (tmp_path / "grade-report" / "report.html").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("given", ["s --only 2.5", "show 2.5", "--version"])
def test_an_output_on_a_full_disk_is_told_in_one_line(given: str, unbuffered: str, tmp_path: Path) -> None:
    write_files(tmp_path / "s", {"ops.py": division()})
    told = "error: the standard output cannot be written: No space left on device\n"
    assert on_a_full_disk(tmp_path, ["-m", "grader", *given.split()], unbuffered) == (2, told)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_what_fails_before_the_full_disk_is_told(tmp_path: Path) -> None:
    assert on_a_full_disk(tmp_path, ["-c", FAILS]) == (2, "error: what failed\n")


def on_a_full_disk(folder: Path, arguments: Sequence[str], unbuffered: str = "") -> tuple[int, str]:
    """The exit code and the errors of Python with these arguments, whose standard output is on a full disk."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=folder, stdout=full, stderr=subprocess.PIPE, encoding="utf-8",
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )  # fmt: skip
    return done.returncode, done.stderr


FAILS = """
import sys
from grader.cli.exit_codes import exit_code_of
from grader.cli.output import lasting_output
from grader.model import GraderError

def fail():
    with lasting_output():
        print("a line")
        raise GraderError("what failed")

sys.exit(exit_code_of(fail))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="closes it by the shell")
@pytest.mark.parametrize("given", ["s --only 2.5", "s --only 2.5 --format junit=-", "show 2.5", "--help"])
def test_an_output_that_is_closed_from_the_start_is_no_bug(given: str, tmp_path: Path) -> None:
    write_files(tmp_path / "s", {"ops.py": division()})
    command = f"{shlex.quote(sys.executable)} -m grader {given} >&-"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, stderr=subprocess.PIPE, encoding="utf-8")
    assert (done.returncode, "bug" in done.stderr) == (0, False)


def test_a_closed_pipe_does_not_end_a_class(tmp_path: Path) -> None:
    for name in ("anna", "ben"):
        write_files(tmp_path / "class" / name, {"ops.py": division()})
    command = f"{sys.executable} -m grader batch class --out out | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert (done.returncode, "Broken" in done.stderr) == (0, False)
    assert (tmp_path / "out" / "gradebook.csv").exists()


def test_what_is_printed_shows_on_the_terminal(hand_in: Callable[..., Graded]) -> None:
    printing = "print('\x1b[31mloaded')\nfor number in range(30):\n    print('line', number, 'x' * 500)\n" + division()
    graded = hand_in({"ops.py": printing}, "--only", "2.5")
    assert "  output of ops.py\n    | \\x1b[31mloaded\n    | line 0 " in graded.out
    assert "and 21 more lines (the report has all)" in graded.out
    assert "line 8 " in graded.out and "line 9 " not in graded.out and "line 29 " in graded.html
    assert max(map(len, graded.out.splitlines())) < 300 + len("sandbox: ")
    assert "printed" not in hand_in({"ops.py": division()}, "--only", "2.5").out


def test_points_are_written_in_one_way(run: Callable[..., Graded], tmp_path: Path) -> None:
    exercise = (
        'id: "1"\ntitle: T\nfile: work.py\npoints: 4\ntask: T\nchecks:\n'
        + "".join(
            f"  - {{id: c{number}, claim: C, kind: value, points: {points}, call: f{number}(x), equals: x, "
            "inputs: {x: {between: [1, 5]}}}\n"
            for number, points in enumerate(("1.333333333", "1.333333333", "1.333333334"))
        )
    )  # fmt: skip
    write_files(tmp_path / "course", {"course.yaml": "title: T\n", "1.yaml": exercise})
    write_files(tmp_path / "s", {"work.py": "def f0(x): return x\ndef f1(x): return x\ndef f2(x): return 2 * x\n"})
    graded = run("s", "--course", "course", "--format", "markdown=-", "-v")
    assert graded.code == 1
    assert "2.67 / 4" in graded.err and "1.33 / 1.33" in graded.err and "2.67 of 4 points" in graded.err
    assert "2.67 of 4 points" in graded.out and "(wrong\\, 0 \\/ 1\\.33\\)" in graded.out
    assert "2.67 / 4" in graded.html and "1.33 / 1.33" in graded.html
    assert not re.search(r"1\.333|2\.666", graded.err + graded.out + graded.html)


def test_a_closed_terminal_does_not_stop_the_grading(tmp_path: Path) -> None:
    write_files(tmp_path / "s", {"ops.py": division()})
    command = f"{sys.executable} -m grader s --only 2.5 | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m grader s --only 2.5 >&-"], cwd=tmp_path, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "grade-report" / "results.json").exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["verify", "--seeds", "0"], "'0' is not a whole number between 1 and 1024"),
        (["verify", "--jobs=-2"], "'-2' is not a whole number between 0 and 1024"),
        (["batch", "class", "--out", "out", "--jobs", "0"], "'0' is not a whole number between 1 and 1024"),
        (["batch", "class", "--out", "out", "--seed", "3:ab"], "invalid int value: '3:ab'"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(command: list[str], said: str, run: Callable[..., Graded]) -> None:
    refused = run(*command)
    assert refused.code == 2 and said in refused.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["submision/"], "no such file or folder: submision/; did you mean `submission/`?"),
        (["submision/ops.py"], "no such file or folder: submision/ops.py"),
        (["submission/osp.py"], "no such file or folder: submission/osp.py; did you mean `submission/ops.py`?"),
        (["submission", "--course", "cuorse"], "cuorse is not a folder; did you mean `course`?"),
        (["submission", "--onyl", "2.5"], "grade: error: unknown option --onyl; did you mean `--only`?"),
        (["batch", "submission", "--roter=x.csv"], "error: unknown option --roter; did you mean `--roster`?"),
        (["show", "--zzz"], "grade show: error: unknown option --zzz\n"),
    ],
)  # fmt: skip
def test_a_mistyped_path_or_option_gets_the_near_one(
    words: list[str], said: str, run: Callable[..., Graded], tmp_path: Path
) -> None:
    write_files(tmp_path / "submission", {"ops.py": division()})
    write_files(tmp_path / "course", {"course.yaml": "title: T\n"})
    graded = run(*words)
    assert graded.code == 2 and said in graded.err and "Traceback" not in graded.err

"""report.html as a student reads it: where to start, the line at fault, numbers by name, pictures with words."""

from __future__ import annotations

import base64
import hashlib
import html
import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Graded, Judged, write_files
from test_reports import Tags

from grader.reports import attempts, html_report
from grader.reports.attempts import SinceEarlier
from grader.reports.marked_digits import marked_digits

REFERENCE = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "reference").iterdir()) if path.is_file()}
LARGEST = html_report.LARGEST  # bytes
SIGN = ("ops.py", "grad_b = -grad_output", "grad_b = grad_output")
MASK = ("network.py", " * (a1 > 0)", "")
ASSIGN = ("value.py", "self.grad += other.data * out.grad", "self.grad = other.data * out.grad")
# What the page must show, and the output of the lines to paste: enough to mend the mistake without any other file.
MISTAKES = {
    "sign": (SIGN, "2.5", "grad_b = grad_output * self.a / self.b**2", "wrong sign"),
    "mask": (MASK, "2.10", "grad_z1 = (grad_output @ W2.T)", "mask of relu is missing"),
    "assign": (ASSIGN, "value", "self.grad = other.data * out.grad", "Value.__mul__"),
}  # fmt: skip


def changed(file: str, old: str, new: str) -> dict[str, str]:
    text = REFERENCE[file]
    assert text.count(old) == 1
    return {file: text.replace(old, new)}


def start_of(page: str) -> str:
    (start,) = re.findall(r'<section class="start".*?</section>', page, re.S)
    return start


@pytest.mark.parametrize("name", MISTAKES)
def test_a_typical_mistake_can_be_found_and_mended_from_the_page(
    name: str, judged: Callable[..., Judged], tmp_path: Path
) -> None:
    mistake, exercise, line, hint = MISTAKES[name]
    files = changed(*mistake)
    start = start_of(judged(files, exercise).html)
    marked = re.findall(r'<code class="line fault"><span class="no">▶ (\d+)</span>(.*?)\n</code>', start)
    assert [html.unescape(text).strip() for _, text in marked] == [line]
    (text,) = files.values()
    assert text.split("\n")[int(marked[0][0]) - 1].strip() == line
    assert hint in re.sub("</?code>", "", start)
    assert '<th scope="col">yours</th>' in start or '<td class="bad">' in start
    (paste,) = re.findall(r'<pre class="paste">(.*?)</pre>', start, re.S)
    write_files(tmp_path / "work", files)
    done = subprocess.run([sys.executable, "-c", html.unescape(paste)], cwd=tmp_path / "work", capture_output=True,
                          encoding="utf-8")  # fmt: skip
    assert done.returncode == 0, done.stderr
    for number in re.findall(r"# yours: (-?[\d.]+),", html.unescape(paste)):
        assert str(float(done.stdout.split()[0]))[:5] == number[:5]


def test_the_reference_has_nothing_red(judged: Callable[..., Judged]) -> None:
    found = judged(REFERENCE)
    looks = {part for _, attributes in Tags(found.html).seen for part in (attributes.get("class") or "").split()}
    assert not looks & {"wrong", "crashed", "bad", "off", "lost", "timed_out", "forbidden", "judge_error"}
    assert "Nothing to fix" in found.html and not re.search(r'<article class="finding card wrong"', found.html)
    assert len(found.out.splitlines()) <= 30


def test_what_is_optional_is_never_red(judged: Callable[..., Judged]) -> None:
    found = judged({"visualize.py": "def draw(root):\n    return 7\n", "value.py": REFERENCE["value.py"]}, "graph")
    assert found.report.exercises[0].status.value == "wrong"
    assert not re.search(r'class="(?:badge|mark) wrong"|card wrong', found.html)


def test_the_header_adds_up(judged: Callable[..., Judged]) -> None:
    found = judged(REFERENCE | changed(*ASSIGN) | changed(*SIGN)).html
    (line,) = re.findall(r'<p class="sum">(.*?)</p>', found)
    earned, lost, total = map(float, re.match(r"([\d.]+) earned \+ ([\d.]+) lost = ([\d.]+) points", line).groups())
    assert earned + lost == pytest.approx(total) and lost > 5
    assert re.findall(r"<h1>([\d.]+) <span class=\"of\">/ ([\d.]+) points", found) == [(f"{earned:g}", f"{total:g}")]


def test_a_cause_of_several_checks_comes_before_a_dearer_one(judged: Callable[..., Judged]) -> None:
    found = judged(REFERENCE | changed(*MASK) | changed(*SIGN))
    assert "2.10" in start_of(found.html) and 'id="2.5-gradient"' in found.html
    assert "start here: 2.10 " in found.out and "(3.5 points lost)" in found.out


@pytest.mark.parametrize("name", [*MISTAKES, "checker"])
def test_every_picture_says_the_same_in_words(name: str, judged: Callable[..., Judged]) -> None:
    forward = (
        "gradient_check.py",
        "(f(above)[0] - f(below)[0]) / (2 * epsilon)",
        "(f(above)[0] - f(x)[0]) / epsilon / 2",
    )
    mistake, exercise = MISTAKES[name][:2] if name in MISTAKES else (forward, "2.8")
    page = judged(changed(*mistake), exercise).html
    pictures = [attributes for tag, attributes in Tags(page).seen if tag == "svg"]
    assert pictures or name == "mask"
    assert all(one["role"] == "img" and len(one["aria-label"] or "") > 20 for one in pictures)
    expected = {
        "sign": "grad_b over b", "assign": "your gradient ", "mask": "entries are wrong", "checker": "was moved by",
    }[name]  # fmt: skip
    assert expected in page


def test_a_report_is_small_however_much_is_wrong(judged: Callable[..., Judged]) -> None:
    wrong = {name: text.replace(" * ", " + ").replace("+=", "=") for name, text in REFERENCE.items()}
    for files in (wrong, {}):
        found = judged(files)
        assert found.score < 50
        assert len(found.html.encode()) <= LARGEST


def test_the_text_of_a_student_is_shown_and_never_live(judged: Callable[..., Judged]) -> None:
    file, old, new = SIGN
    nasty = "  # </code></pre><script>alert(1)</script> \u202e"
    text = REFERENCE[file].replace(old, new).replace("self.b**2\n", f"self.b**2{nasty}\n")
    page = judged({file: text}, "2.5").html
    assert "&lt;script&gt;alert(1)" in start_of(page) and "<script" not in page and "\u202e" not in page


def test_the_same_error_in_many_checks_is_told_once(judged: Callable[..., Judged]) -> None:
    found = judged(changed("value.py", "self.data + other.data, (self", "self.data + other.dat, (self"), "value")
    failed = [check for check in found.report.exercises[0].checks if check.status.value == "crashed"]
    assert len(failed) > 3
    start = start_of(found.html)
    assert "checks go wrong in the same way" in start
    for text in (html.unescape(start), found.out):
        assert text.count("has no attribute 'dat'") == 1
        assert all(check.claim[:40] in text for check in failed)


def test_attempts_in_one_folder_are_told(hand_in: Callable[..., Graded], tmp_path: Path) -> None:
    wrong = hand_in({"ops.py": changed(*SIGN)["ops.py"]}, "--only", "2.5")
    assert " attempts." not in start_and_header(wrong.html)
    same = hand_in({"ops.py": changed(*SIGN)["ops.py"]}, "--only", "2.5")
    assert " attempts." not in start_and_header(same.html), "nothing has changed"
    right = hand_in({"ops.py": REFERENCE["ops.py"]}, "--only", "2.5")
    header = start_and_header(right.html)
    assert "2 attempts. Changed since the last one: 2.5 3 → 8." in header
    assert 'aria-label="points of 2 attempts: 3, 8"' in header


@pytest.mark.parametrize("text", ["", "[", "7", "[7]", '[{"exercises": 7}]', '[{"score": "x"}]', "\x00", "[" * 100_000])
def test_what_cannot_be_read_of_earlier_attempts_is_left_out(
    text: str, judged: Callable[..., Judged], tmp_path: Path
) -> None:
    (tmp_path / attempts.NAME).write_text(text)
    report = judged({"ops.py": REFERENCE["ops.py"]}, "2.5").report
    assert attempts.record(report, tmp_path) == SinceEarlier()
    assert attempts.record(report, tmp_path) == SinceEarlier(), "the same once more is no attempt"


def start_and_header(page: str) -> str:
    return page[page.index("<body>") : page.index("<fieldset")]


def test_only_the_page_of_watch_has_a_script_and_it_alone_may_run(judged: Callable[..., Judged]) -> None:
    report = judged({"ops.py": REFERENCE["ops.py"]}, "2.5").report
    assert "<script" not in html_report.text(report)
    page = html_report.text(report, reloads=True)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page and "location.reload" in script


@pytest.mark.parametrize(
    ("yours", "expected", "marked"),
    [
        ("-3.381", "3.381", ("-", "3.381")),
        ("0.123456", "0.123999", ("456", "999")),
        ("[1, 2.65, 3]", "[1, 0, 3]", ("2.65", "0")),
        ("True", "False", ("True", "False")),
        ("1.5", "1.5", ("", "")),
    ],
)
def test_digits_that_differ_are_marked(yours: str, expected: str, marked: tuple[str, str]) -> None:
    both = marked_digits(yours, expected)
    for text, pieces, wanted in zip((yours, expected), both, marked, strict=True):
        assert "".join(piece.text for piece in pieces) == text
        assert "".join(piece.text for piece in pieces if piece.marked) == wanted


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_have_the_contrast_that_wcag_asks_for() -> None:
    style = (ROOT / "grader" / "reports" / "templates" / "design.css").read_text("utf-8")
    light, dark, paper = (
        {**dict(re.findall(r"--([\w-]+): (#\w+);", part))} for part in re.findall(r":root \{(.*?)\}", style, re.S)[:3]
    )
    for scheme in (light, light | dark, light | paper):
        for text, ground in itertools.product(("ink", "quiet", "accent", "warn", "bad"), ("bg", "card", "code")):
            assert _contrast(scheme[text], scheme[ground]) >= 4.5, (text, ground)
        for name in ("accent", "warn", "bad"):
            assert _contrast(scheme[name], scheme[f"{name}-bg"]) >= 4.5, name
        assert _contrast(scheme["edge"], scheme["card"]) >= 3, "edges of what can be operated"


def test_a_report_on_some_exercises_says_so(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({"ops.py": REFERENCE["ops.py"]}, "--only", "2.5")
    assert "Only 2.5 was graded: this report says nothing of the other exercises." in " ".join(Tags(graded.html).texts)


def test_code_in_a_task_is_set_as_code(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in(changed(*SIGN), "--only", "2.5")
    (task,) = re.findall(r'<p class="task">(.*?)</p>', graded.html, re.S)[:1]
    assert "<code>ops.py</code>" in task and "`" not in task

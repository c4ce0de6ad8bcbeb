"""The reports: HTML without requests or live student text, JSON by its schema, a terminal without stray colour."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from conftest import ROOT, Graded, Judged
from test_division import division

NASTY = "\x1b[31m<script>alert(1)</script>\u202e'\"&\x00\x07"
SUBMISSIONS = {
    "right": division(),
    "wrong": division(backward="(g / b, g * a / b ** 2)"),
    "nasty": f"print({NASTY!r})\nraise ValueError({NASTY!r})\n",
    "not-finite": division("float('inf')", "(float('inf'), float('nan'))"),
}


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_results_follow_their_schema(name: str, judged: Callable[..., Judged]) -> None:
    schema = json.loads((ROOT / "docs" / "results.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(judged({"ops.py": SUBMISSIONS[name]}).results, schema)


def test_the_documented_schema_is_the_one_of_the_code() -> None:
    from grader.reports.json_report import schema

    assert json.loads((ROOT / "docs" / "results.schema.json").read_text("utf-8")) == schema()


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_the_html_report_stands_alone(name: str, judged: Callable[..., Judged]) -> None:
    graded = judged({"ops.py": SUBMISSIONS[name]})
    page = Tags(graded.html)
    tags = [tag for tag, _ in page.seen]
    assert "script" not in tags and "link" not in tags and "iframe" not in tags
    for tag, attributes in page.seen:
        assert not attributes.get("src"), tag
        assert (attributes.get("href") or "#").startswith("#"), tag
        assert not any(key.startswith("on") for key in attributes), tag
    assert "url(" not in graded.html and "@import" not in graded.html
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", graded.html)


def test_the_score_is_the_heading_and_failures_are_open(hand_in: Callable[..., Graded]) -> None:
    graded = hand_in({"ops.py": SUBMISSIONS["wrong"]}, "--only", "2.5")
    heading = re.sub("<[^>]+>", "", re.search("<h1>(.*?)</h1>", graded.html, re.S).group(1))
    assert heading.split() == ["3", "/", "8", "points"]
    assert 'id="start-2.5-gradient"' in graded.html and 'id="2.5-gradient"' not in graded.html, (
        "told once, and unfolded"
    )
    text = " ".join(Tags(graded.html).texts)
    for piece in ("grad_b is wrong", "yours", "expected", "--only 2.5 --seed 2026", "Sandbox", "numpy"):
        assert piece in text


def test_what_the_student_printed_is_shown_escaped(judged: Callable[..., Judged]) -> None:
    graded = judged({"ops.py": SUBMISSIONS["nasty"]}, "2.5")
    output = graded.exercise("2.5")["output"]
    assert output == "\\x1b[31m<script>alert(1)</script>\\u202e'\"&\\x00\\x07\n"
    assert "&lt;script&gt;" in graded.html
    assert "\x1b" not in graded.out


def test_much_output_is_cut(judged: Callable[..., Judged]) -> None:
    graded = judged({"ops.py": "print('y' * 200_000)\n" + division()}, "2.5")
    assert graded.score == 8
    assert 60_000 < len(graded.exercise("2.5")["output"]) < 70_000


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_only_on_a_terminal(variables: dict[str, str], coloured: bool, tmp_path: Path) -> None:
    script = (
        "import pty, sys, os\n"
        "os.environ.pop('NO_COLOR', None); os.environ['TERM'] = 'xterm'\n"
        f"os.environ.update({variables!r})\n"
        f"sys.exit(os.waitstatus_to_exitcode(pty.spawn([sys.executable, '-m', 'grader', {str(ROOT / 'reference')!r}])))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert (b"\x1b[32m" in done.stdout) is coloured


def test_help_teaches() -> None:
    done = subprocess.run([sys.executable, "-m", "grader", "--help"], capture_output=True, encoding="utf-8")
    assert done.returncode == 0
    for piece in ("--only", "--seed", "--out", "examples:", "exit codes:"):
        assert piece in done.stdout

"""What students write costs the judge next to no time: the worst of each grammar is made here and read on a budget.

64 KiB are due in 0.2 s of CPU; a test fails at five times that, where a clock ends it, so that none can hang.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import COURSE, Judged, write_files

from grader.base.normal_form import compatible
from grader.base.text import escape_controls
from grader.checks import failures
from grader.checks.written import answer, choice, edges, formula, number, shape, unmatched
from grader.checks.written.answer import asked_in
from grader.course.load import load_course
from grader.judge import cache_key
from grader.maths.formula import FormulaError
from grader.maths.graphs.isomorphism import same_structure
from grader.sandbox.reading import Answers, UnreadablePart
from grader.sandbox.requests import MissingName
from grader.submission.folder import read_folder
from grader.submission.notebook_cells import parted

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a clock that interrupts")
MOST = 1.0
WHOLE = 64 << 10
# What is repeated: spaces, brackets, operators, near-misses of every pattern, letters that Unicode makes longer.
PIECES = (
    " ", "\t", "\n", "\n ", "\u2003", "-", "-> ", "->", "->a", "a -> b, ", "a -> b ", "a ", "<-", "<", "=", "= ", ">=",
    "x'to'to y'to ", "to ", "(", "((a", "(a,b)", "(a, ", "(abc", "(abc) ", "[", "{", ")", ",", ", ", ";", ". ", ".",
    "*", "x ", "D x ", "1", "1,", "1.", "1 / ", "1e", "/", "+", '"', "'", "`", "$", "and ", " &", "shape of ",
    "same as ", "like (", "because ", "or ", "it is ", "R^", "sin", "sin ", "sin(", "|", "e", "\\", "\\_", "\\frac(",
    "\\frac{a}{", "\\mathrm{a", "∂/∂", "d / ", "(·)", "².", "ᵀ", "\u0345\u0323", "ﷺ", "\u202e", "\x00", "# ", "a: ",
    "1) ", "digraph ",
)  # fmt: skip
WRAPPED = (("", ""), ("x", "!"), ("(1", ")"))
FORMULA = formula.FormulaForm(kind="formula", names=("x", "Y"), spelled={"Y": ("dL/dY", "grad_Y")})
ANY_NAME = formula.FormulaForm(kind="formula", names=("x",), any_name=True)
# By grammar: what reads it, and the longest text that it takes apart, where a longer one is refused at once.
GRAMMARS: dict[str, tuple[Callable[[str], Any], int]] = {
    "edges": (edges.EdgesForm(kind="edges").doubt, edges.MAX_TEXT),
    "edges-in-a-list": (lambda text: edges.EdgesForm(kind="edges").doubt([text]), edges.MAX_TEXT - 10),
    "edges-by-node": (lambda text: edges.EdgesForm(kind="edges").doubt({"a": text}), edges.MAX_TEXT - 10),
    "shape": (shape.ShapeForm(kind="shape", sizes=("D", "N"), arrays=("W",)).doubt, shape.MAX_TEXT),
    "choice": (choice.ChoiceForm(kind="choice", choices=("left side", "right")).doubt, choice.MAX_TEXT),
    "number": (number.NumberForm(kind="number").doubt, answer.MAX_TEXT),
    "numbers": (number.NumberForm(kind="number", parts=("u", "v", "dz/da")).doubt, answer.MAX_TEXT),
    "formula": (FORMULA.doubt, answer.MAX_TEXT),
    "formula-of-any-name": (ANY_NAME.doubt, answer.MAX_TEXT),
    "shown": (escape_controls, WHOLE),
}


@contextlib.contextmanager
def on_a_budget(what: object) -> Iterator[None]:
    """Ends what takes more CPU than it may. What answers too late, but answers, fails as well."""

    def end(*_: object) -> None:
        pytest.fail(f"more than {MOST} s of CPU: {what!r}", pytrace=False)

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("name", GRAMMARS)
def test_every_written_answer_is_read_in_linear_time(name: str) -> None:
    read, longest = GRAMMARS[name]
    for piece, (before, behind) in itertools.product(PIECES, WRAPPED):
        # 40 letters are enough for what takes exponential time.
        for length in {40, 490, longest - 10, WHOLE}:
            whole = before + (piece * length)[: length - 2] + behind
            with on_a_budget((name, piece, before, behind, length)):
                read(whole)


@pytest.mark.parametrize(
    "data",
    [
        ["a", " " * 7000 + "b"],
        [["a"] * 2] * 2000,
        {"a" * 100 + str(number): "b" for number in range(70)},
        {"a": ["b" + "-" * 3900, "b" + "-" * 3900]},
        ["(a, b)" * 1300],
        [", ".join("ab") + " -> " + ", ".join(f"c{number}" for number in range(1500))],
        " , ".join("a" * 1300) + " -> " + "b," * 1300,
    ],
    ids=["spaces", "pairs", "nodes", "dashes", "brackets", "ends", "commas"],
)
def test_edges_in_lists_and_mappings_are_read_in_linear_time(data: Any) -> None:
    with on_a_budget("edges"), contextlib.suppress(ValueError):
        edges.edges_in(data)


def _sheet(paths: list[tuple[str, ...]], data: Any, unreadable: int = 0) -> tuple[Answers, str]:
    found = tuple((line, 1, path) for line, path in enumerate(paths, 1))
    why = tuple(UnreadablePart(line, 1, "this is no key", "a left", ()) for line in range(1, unreadable + 1))
    return Answers(data, found, why), "a: left\n" * 8000


@pytest.mark.parametrize(
    "names",
    [
        [f"k{number}" for number in range(4000)],
        [f"a{number}" for number in range(4000)],
        [f"2.1a{number}" for number in range(4000)],
        [f"2.{number}" for number in range(4000)],
        ["a:" + str(number) for number in range(4000)],
    ],
    ids=lambda names: names[7],
)
def test_keys_that_nobody_asks_for_are_sorted_out_in_linear_time(names: list[str]) -> None:
    asked = asked_in(load_course(COURSE))["answers.yaml"]
    at_left = [(name,) for name in names]
    below = [("2.3",), *(("2.3", name) for name in names)]
    for paths, data in ((at_left, dict.fromkeys(names, "x")), (below, {"2.3": dict.fromkeys(names, "x")})):
        read, whole = _sheet(paths, data, unreadable=300)
        with on_a_budget(names[:2]):
            sheet = unmatched.sheet(read, whole, asked)
            for exercise, questions in asked.items():
                sheet.notes(exercise, "answers.yaml")
                for place in questions.places:
                    sheet.missed(exercise, place)


def _circle(name: str, count: int) -> list[tuple[str, str]]:
    there = [(f"{name}{at}", f"{name}{(at + 1) % count}") for at in range(count)]
    return [*there, *((end, start) for start, end in there)]


def _graph(edges_: list[tuple[str, str]]) -> tuple[list[str], list[tuple[str, str]]]:
    return list(dict.fromkeys(itertools.chain(*edges_))), edges_


STAR = [(f"leaf{number}", "middle") for number in range(99)]
FULL = [(f"n{one}", f"n{other}") for one in range(14) for other in range(14)]
CIRCLES = [pair for number in range(5) for pair in _circle(f"c{number}_", 6)]


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (_circle("a", 30), _circle("b", 15) + _circle("c", 15), False),
        (_circle("a", 30), CIRCLES, False),
        (CIRCLES, [pair for number in range(5) for pair in _circle(f"d{number}_", 6)], True),
        (STAR, [(f"{start}x", f"{end}x") for start, end in reversed(STAR)], True),
        (FULL, [(f"{start}x", f"{end}x") for start, end in reversed(FULL)], True),
    ],
    ids=["circle-or-two", "circle-or-five", "five-circles", "star", "all-alike"],
)
def test_graphs_of_nodes_that_are_all_alike_are_compared(one: Any, other: Any, equal: bool) -> None:
    with on_a_budget("graphs"):
        assert same_structure(_graph(one), _graph(other)) is equal


def test_graphs_too_alike_to_be_compared_are_given_up_soon() -> None:
    many = [pair for number in range(7) for pair in _circle(f"c{number}_", 7)]
    with on_a_budget("graphs"), pytest.raises(ValueError, match="too alike"):
        same_structure(_graph(_circle("a", 49)), _graph(many))


def test_marks_without_end_are_cut() -> None:
    """Putting marks into Unicode's order takes the square of their number."""
    assert compatible("e\u0301 𝒐𝒑𝒔 ﬁ") == "é ops fi"
    with on_a_budget("marks"):
        assert len(compatible("a" + "\u0345\u0323" * WHOLE + "b")) < 40


def test_a_file_of_marks_does_not_stop_a_class(tmp_path: Path) -> None:
    course = load_course(COURSE)
    source = "# " + "\u0345" * 60_000 + "\u0323" * 60_000 + "\nimport 𝒉𝒆𝒍𝒑𝒆𝒓\n"
    submission = read_folder(write_files(tmp_path / "s", {"ops.py": source, "helper.py": "a = 1\n"}), course.files)
    other = read_folder(write_files(tmp_path / "s", {"ops.py": source, "helper.py": "a = 2\n"}), course.files)
    with on_a_budget("keys"):
        assert cache_key.keys(course, submission, "")["2.5"] != cache_key.keys(course, other, "")["2.5"]


@pytest.mark.parametrize(
    "row",
    [
        "%%writefile a" + " " * WHOLE + "b.py",
        "%%writefile " + "-a " * WHOLE,
        '%%file "' + "a " * WHOLE,
        "%%writefile " + "a" + "\u0345\u0323" * WHOLE + ".py",
        "%run" + " -i" * WHOLE,
        "%time " + "a," * WHOLE,
        "a." * WHOLE + "?x",
        "a, " * WHOLE + "= x",
        "([{" * WHOLE,
        "'\\" * WHOLE,
    ],
    ids=lambda row: row[:14],
)
def test_cells_of_notebooks_are_read_in_linear_time(row: str) -> None:
    with on_a_budget(row[:20]):
        parted([row, f"x = 1\n{row}"])


def test_a_name_is_not_compared_with_long_ones() -> None:
    known = tuple("ab" * 95 + str(number) for number in range(200))
    with on_a_budget("names"):
        message = failures.for_failure(MissingName("", "ba" * 95, known, 0), "Div()", {})[1]
    assert "renamed" not in message
    near = failures.for_failure(MissingName("", "Div", ("Dib", *known), 0), "Div()", {})[1]
    assert "Dib" in near


def test_answers_of_all_letters_try_few_names() -> None:
    letters = "".join(map(chr, range(0x4E00, 0x4E00 + 480)))
    with on_a_budget("letters"), pytest.raises(FormulaError):
        formula._readings(ANY_NAME, letters)
    for honest in (r"\frac{1}{2} \cdot \left(z\right)^2", "np.exp(q) * sigmoid(tanh(q))", "f(u) = sinu", "d/dv cos v"):
        assert ANY_NAME.doubt(honest) == "" or "d/dv" in honest


WORST = "".join(f"  {place}: {json.dumps('x' + piece * (7900 // len(piece)) + '!')}\n"
                for place, piece in (("graph", " "), ("a", "x'to'to y'to ")))  # fmt: skip


def test_grade_reads_the_worst_answers_as_fast_as_others(judged: Callable[..., Judged]) -> None:
    took = []
    for answers in ("2.3:\n  graph: [x -> y]\n", "2.3:\n  graph: [x -> y]\n", f"2.3:\n{WORST}"):
        started = time.process_time()  # of the judge: workers have clocks of their own
        graded = judged({"answers.yaml": answers}, "2.3")
        took.append(time.process_time() - started)
        assert graded.code == 1
    assert took[2] < took[1] + MOST
    assert graded.exercise("2.3")["status"] == "needs_review"

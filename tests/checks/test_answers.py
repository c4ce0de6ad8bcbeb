"""Written answers through the door students take: every sensible form is read, no wrong one passes, nothing harms."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Graded, Seeds, check_of, said, write_files
from test_notation import RIGHT, RIGHT_MATRIX, WRONG, WRONG_MATRIX
from written_answers import REFERENCE, WRITTEN, answers

from grader.judge.pipeline import grade
from grader.model import CheckResult, Course, Settings, Verdict
from grader.sandbox.source import Sandbox
from grader.submission.folder import read_folder

Judge = Callable[..., dict[str, CheckResult]]


@pytest.fixture
def judge(whole_course: Course, warm_sandbox: Sandbox, tmp_path: Path) -> Judge:
    """`judge(text, ids…)`: the verdicts on an answers.yaml, by exercise and check, as in "2.1/step"."""

    def call(text: str | bytes, *only: str) -> dict[str, CheckResult]:
        submission = read_folder(write_files(tmp_path / "answers", {"answers.yaml": text}))
        report = grade(whole_course, submission, Settings(only=only or WRITTEN), warm_sandbox)
        assert "Traceback" not in said(report)
        return {f"{exercise.id}/{check.id}": check for exercise in report.exercises for check in exercise.checks}

    return call


def quoted(answer: str) -> str:
    """The answer in double quotes, as YAML and JSON write it."""
    return json.dumps(answer, ensure_ascii=False)


def others(judge: Judge, place: str, forms: list[str], due: Verdict) -> dict[str, Verdict]:
    """The forms of an answer that get another verdict than is due, with that verdict."""
    found = {form: judge(answers({place: form}), place.partition("/")[0])[place].status for form in forms}
    return {form: status for form, status in found.items() if status is not due}


CORRECT_FORMS = {
    "2.1/direction": [
        "left", "Left", "LEFT", "left.", "to the left", "To the left!", "the left", "leftwards", '"left"', "'left'",
        "left (towards 0)", "left, because f' > 0", "left because the slope is positive", "left since f'(3) = 6 > 0",
        "left - slope positive", "x must move left", "left direction", "in negative direction", "links", "left?",
        "the negative x direction", "left, not right", "[left]", "{left}", "left # towards 0", "|\n    left", "←",
        ">-\n    left", "\tleft\t", "left; f' = 6", "left as f' is positive", "left — since f' > 0", "l", "-x",
    ],
    "2.1/step": [
        "2.4", "2.4.", "x=2.4", "x = 2.4", "approx. 2.4", "about 2.4", "~2.4", "≈2.4", "2.4 (learning rate)", "2,4",
        "2.9 (distance)", "2.9", "x_new = 2.4", "x₁ = 2.4", "3 - 0.1*6", "3 - 0.1*6 = 2.4", "x = 3 − 0.1·6 = 2.4",
        "12/5", "24e-1", "+2.4", "'2.4'", '"2.4"', "$2.4$", "x -> 2.4", "at x = 2.4", "2.40", "[2.4]", "{2.4}",
        "(2.4)", "2.4 # my answer", "2.4;", "2.4,", "= 2.4", "|\n    2.4", "3 - 0.1 x 6 = 2.4", "2.4\t", "x ≈ 2,40",
    ],
    "2.1/value": [
        "5.76", "5,76", '"5,76"', "f(2.4) = 5.76", "f(2.4)=2.4^2=5.76", "2.4²", "2,4^2", "(3-0.6)^2", "144/25",
        "≈ 5.76", "5.76 (smaller)", "f = 2.4² = 5.76", "5.760", "f(x) = x² = 5.76",
    ],
    "2.1/smaller": [
        "yes", "Yes", "YES", "y", "true", "True", "yes.", '"yes"', "yes (5.76 < 9)", '"yes, it is"', "it's smaller",
        "yes since 5.76 < 9", "smaller", "it got smaller", "f is smaller", "yes - smaller", "ja", "yes smaller", "yep",
    ],
    "2.2/outer": [
        "sin(u)", "sin u", "sin", "sin(x)", "sin(·)", "f(u) = sin(u)", "Sin(u)", r"\sin(u)", "u ↦ sin(u)", "np.sin(u)",
        '"lambda u: sin(u)"', "sin(v)", "sin(u) (outer)", "sin()",
    ],
    "2.2/inner": ["x**2", "x^2", "x²", "x*x", "u = x^2", "u(x) = x²", '"x^{2}"', "t^2", "x -> x²", "x^2 (inner)", "X²"],
    "2.2/graph": [
        "4, -0.7568, -0.6536, 4, -2.6146", "4; -0,7568; -0,6536; 4; -2,6146", "4, -0,7568, -0,6536, 4, -2,6146",
        "{u: 4, f: -0,7568, df_du: -0,6536, du_dx: 4, df_dx: -2,6146}", "[4,-0.7568,-0.6536,4,-2.6146]",
        "{u: 4, f: -0.757, df/du: -0.654, du/dx: 4, df/dx: -2.61}", "4, sin(4), cos(4), 4, 4cos(4)",
        "{u: u = 4, f: −0.7568, df_du: −0.6536, du_dx: 2x = 4, df_dx: −2.6146}",
        "df_dx=-2.6146, u=4, f=-0.7568, df_du=-0.6536, du_dx=4",
        '"u: 4, f: -0.757, df_du: -0.654, du_dx: 4, df_dx: -2.61"',
        "|\n    u: 4\n    f: -0.7568\n    df_du: -0.6536\n    du_dx: 4\n    df_dx: -2.6146",
        "|\n    4\n    -0.7568\n    -0.6536\n    4\n    -2.6146",
        "\n    - u: 4\n    - f: -0.7568\n    - df_du: -0.6536\n    - du_dx: 4\n    - df_dx: -2.6146",
        "{u: 4, f: sin(u) = -0.757, df_du: ≈ -0.654, du_dx: 2*2, df_dx: 4 cos 4 = -2.61}",
    ],
    "2.3/size": ["5, 6", "5 and 6", "[5, 6]", "5,6", "(5, 6)", "{5, 6}", "{edges: 6, nodes: 5}", "edges=6, nodes=5",
                 "5 nodes and 6 edges", "6 edges, 5 nodes", "{Nodes: 5.0, Edges: 6}", '"nodes: 5, edges: 6"'],
    "2.3/values": ["5, 1, 5", "[5, 1, 5]", "5,1,5", "{sum: 3+2, difference: 3-2, z: 5*1}", "z=5, sum=5, difference=1"],
    "2.3/gradients": ["6, -4", "6,-4", "(6, -4)", "6 and −4", "{dz/da: 6, dz/db: -4}", "{∂z/∂a: 6, ∂z/∂b: -4}",
                      "dz_db = -4, dz_da = 6", "∂z/∂a = 6; ∂z/∂b = -4", "{dz_da: 5+1, dz_db: 1-5}"],
    "2.4/forward": [
        "n < m", "n<m", "m > n", "N < M", "n << m", "n ≪ m", "n is smaller than m", "fewer inputs than outputs", "n＜m",
        "few inputs, many outputs", "when n < m", "for n < m", "n < m (few inputs)", "n < m because of n passes",
        "$n < m$", r"n \ll m", "m bigger than n", "n < m, not n > m", "inputs < outputs", "more outputs than inputs",
    ],
    "2.9/shape": [
        "(D, M)", "(D,M)", "[D, M]", "{D, M}", "D x M", "DxM", "D X M", "D×M", "D by M", "D M", "D, M", "d x m",
        "R^{D×M}", "R^(DxM)", "ℝ^{D×M}", r"$\mathbb{R}^{D \times M}$", "same as W", "W.shape", "the shape of W",
        "np.shape(W)", "(D, M), same as W", "D x M matrix", "shape (D, M)", "matrix of shape (D, M)",
        "∂L/∂W ∈ R^{D×M}", "(D; M).", "(D, N) @ (N, M) = (D, M)", "[D x M]", "torch.Size([D, M])", "\n    - D\n    - M",
    ],
    "2.11/doubled": ["1024", "512", "2^10", "2**9", "2¹⁰", "1024.0", "1.024e3", "2^10 = 1024", "2^{10}", "pow(2,10)",
                     "g = 1024", "1024 (at the input)", "dL/dx_1 = 1024"],
    "2.11/halved": ["1/1024", "0.0009765625", "0.000977", "0,00098", "9.77e-4", "2^-10", "(1/2)^10", "0.5**10",
                    "1:1024", "9,77·10⁻⁴", "9.77 x 10^-4", "0.5^10 ≈ 0.00098", ".000977"],
}  # fmt: skip
WRONG_FORMS = {
    "2.1/direction": ["right", "to the right", "Right.", "right, not left", "right because f grows", "r", '"+"', "→"],
    "2.1/step": ["2.5", "3.6", "3.1", "-2.4", "24", "2.3", "4.2", "3 - 0.1 * 6 = 2.5", "2.41", "x = 2.94", "2,5"],
    "2.1/value": ["8.41", "4.8", "5.75", "-5.76", "9", "5,67", "2.4*3", "12/5"],
    "2.1/smaller": ["no", "No.", "n", "false", "not smaller", "larger", "no (9 < 5.76)", "bigger"],
    "2.2/outer": ["cos(u)", "u", "x^2", "sin(x^2)", "-cos(u)", "sin²(u)", "sin(-u)", "sin(2u)"],
    "2.2/inner": ["2x", "x", "x^3", "sin(x)", "u", "2x²", "-x²", "x^2 + 1"],
    "2.3/size": ["8, 9", "6, 5", "{nodes: 7, edges: 8}", "edges=5, nodes=6"],
    "2.3/gradients": ["-4, 6", "5, 1.5", "{dz_da: -6, dz_db: 4}", "dz_db = 6, dz_da = -4"],
    "2.4/forward": ["n > m", "m < n", "n = m", "many inputs", "n > m, not n < m", "more inputs than outputs", "n >> m"],
    "2.4/reverse": ["n < m", "n == m", "few inputs", "m ≫ n", "if m > n"],
    "2.9/shape": ["(M, D)", "M x D", "MxD", "(N, M)", "(N, D)", "(D, M, N)", "same as X", "R^{M×D}", "Y.shape", "D",
                  "(M, D), same as W", "the shape (N, D)"],
    "2.11/doubled": ["20", "1", "2048", "10", "0", "-1024", "2^11", "1000", "1025"],
    "2.11/halved": ["5", "0.5", "0", "1024", "-1/1024", "1/512", "2^-9", "0.0009", "1/20"],
}  # fmt: skip
UNREAD_FORMS = {
    "2.1/direction": ["left or right", "left, right", "left; right", "left (or right?)", "left/right", "up", "downhill",
                      "not right", "left - or right", "left, no right", "42", "left, then right"],
    "2.1/step": ["2.4 or 2.9", "2.4 / 2.9", "2.4, 2.9", "2.4 (not 2.9)", "two point four", "[2.4, 2.9]", "nan", "2.4x",
                 "{x: 2.4}", "2.4 3", ".inf", "2..4"],
    "2.1/value": ["5.8", "5.76 < 9", "x^2 = 5.76"],
    "2.1/smaller": ['"yes, no"', '"no, yes"', "yes or no", "y/n", "maybe"],
    "2.2/outer": ["the sine", "sin(g(x))", "[sin(u), x^2]"],
    "2.2/inner": ["exp(2 ln(x))"],
    "2.2/graph": ["4 -0.7568 -0.6536 4 -2.6146", "[4, -0,7568, -0,6536, 4, -2,6146]", "see above", "4, -0.7568",
                  "{u: 4, f: -0.8, df_du: -0.7, du_dx: 4, df_dx: -2.8}", "{w: 4, f: -0.757}"],
    "2.3/size": ["five and six", "{vertices: 5, edges: 6}", "5/6", "5, 6, 7"],
    "2.4/forward": ["n <= m", "n ≤ m", "n < m, n > m", "n < m or n = m", "both", "never",
                    "n < m, then n > m", '"n<m: false, use n > m"'],
    "2.9/shape": ["(in_features, out_features)", "(3, 4)", "(D, M) or (M, D)", "(D, M)^T", "DM", "(D = M)", "W.T.shape",
                  '"X: (N, D), W: (D, M)"', "D rows, M columns"],
    "2.9/formula": ["grad_Y times W transposed", "np.einsum('nm,dm->nd', grad_Y, W)", "grad_Y @ W.T / N", "dZ @ W.T"],
    "2.11/doubled": ["1,024", "1.024", "1 024", "1024 / 512", "1024 or 512", "about 1000", "2 hoch 10",
                     "9**9**9**9", "1e999999999", "1024'", "matmul(2, 512)"],
    "2.11/halved": ["0.001", "0.0010", "1e-3", "~0.001", "0.098 %"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("place", "due"),
    [(place, Verdict.CORRECT) for place in CORRECT_FORMS]
    + [(place, Verdict.WRONG) for place in WRONG_FORMS]
    + [(place, Verdict.NEEDS_REVIEW) for place in UNREAD_FORMS],
)
def test_every_form_has_its_verdict(place: str, due: Verdict, judge: Judge) -> None:
    forms = {Verdict.CORRECT: CORRECT_FORMS, Verdict.WRONG: WRONG_FORMS, Verdict.NEEDS_REVIEW: UNREAD_FORMS}[due]
    assert others(judge, place, forms[place], due) == {}


def test_a_derivative_that_is_only_marked_is_not_about_shapes(judge: Judge) -> None:
    found = judge(answers({"2.2/derivative": "sin(x^2)'"}), "2.2")["2.2/derivative"]
    assert (found.status, "write the derivative out" in found.message) == (Verdict.WRONG, True)


def in_some_style(number: int, formula: str) -> str:
    """The formula in one of YAML's styles: single or double quotes, a block, with a comment; plain where it can be."""
    plain = formula[0] not in "`'$[=|-" and not any(sign in formula for sign in ("{", ": ", " #", '"', ";", "\n"))
    styles = [quoted(formula), "'" + formula.replace("'", "''") + "'", f"|\n    {formula.strip()}", f"{formula} # mine"]
    return styles[number % (4 if plain else 3)]


@pytest.mark.parametrize(
    ("place", "formulas", "due"),
    [
        ("2.2/derivative", RIGHT, Verdict.CORRECT),
        ("2.2/derivative", WRONG, Verdict.WRONG),
        ("2.9/formula", [text for text in RIGHT_MATRIX if "grad\\_" not in text], Verdict.CORRECT),
        ("2.9/formula", WRONG_MATRIX, Verdict.WRONG),
    ],
)
def test_formulas_in_the_file(place: str, formulas: list[str], due: Verdict, judge: Judge) -> None:
    forms = [in_some_style(number, formula) for number, formula in enumerate(formulas)]
    assert others(judge, place, forms, due) == {}


EDGES = [("a", "s"), ("b", "s"), ("a", "d"), ("b", "d"), ("s", "z"), ("d", "z")]
ARROWS = [" -> ", "->", " --> ", " → ", " => ", " ⟶ ", " > ", " to ", "−>", " —> ", " ⇒ "]
ARROWED = ", ".join(f"{start} -> {end}" for start, end in EDGES)
LISTED = [
    f"[{ARROWED}]", f"{{{ARROWED}}}", ARROWED, ARROWED.replace(",", ";"), "digraph {" + ARROWED.replace(",", ";") + "}",
    "|\n" + "\n".join(f"    {start} -> {end}" for start, end in EDGES),
    "\n" + "\n".join(f"    {start} -> {end}" for start, end in EDGES),
    "[" + ", ".join(f"({start}, {end})" for start, end in EDGES) + "]",
    "[" + ", ".join(f"[{start}, {end}]" for start, end in EDGES) + "]",
    "\n" + "\n".join(f"    - {number}. {start} -> {end};" for number, (start, end) in enumerate(EDGES, 1)),
    "\n" + "\n".join(f"    - {end} <- {start}" for start, end in EDGES),
    "\n" + "\n".join(f"    - {start.upper()} -> {end.upper()}" for start, end in EDGES),
    "\n    a: [s, d]\n    b: [s, d]\n    s: z\n    d: z",
    "\n    - a, b -> s\n    - (a, b) -> d\n    - s and d -> z",
    "\n    - a -> s, d\n    - b -> {s, d}\n    - s -> z\n    - d -> z",
    "[a -> s -> z, b -> s, a -> d -> z, b -> d]",
    "[a -> a+b, b -> a + b, a -> (a-b), b -> a - b, a+b -> z, a-b -> (z)]",
]  # fmt: skip
OPERATIONS = "a -> p, b -> p, p -> s, a -> m, b -> m, m -> d, s -> t, d -> t, t -> z"
WRONG_GRAPHS = [
    "[a -> s, b -> s, a -> d, s -> z, d -> z]", "[s -> a, s -> b, d -> a, d -> b, z -> s, z -> d]", "[a -> z, b -> z]",
    "[a -> s, b -> s, a -> d, b -> d, s -> z, d -> z, a -> z]", "[x -> s, y -> s, x -> d, y -> d, s -> z, d -> z]",
    "[a -> s, a -> s, b -> d, b -> d, s -> z, d -> z]", "[a -> a]", "[a -> b, b -> a, a -> z]", "s <- z, d <- z",
    "[a -> s, b -> s, a -> d, b -> d, s -> z]", "a -> s -> z, b -> s, b -> d -> z, z -> a", "[a -> s, b -> s, s -> z]",
]  # fmt: skip
UNREAD_GRAPHS = [
    "six edges", "[a, b]", "[a - s, b - s]", "[a -- s]", "[a s, b s]", "[z = s * d, s = a + b, d = a - b]",
    "[[a, b, s]]", ARROWED.replace("a -> s", "a -> s (the sum)"),
    "a -> s | b -> s | a -> d | b -> d | s -> z | d -> z",
]  # fmt: skip


def test_graphs_in_every_notation(judge: Judge) -> None:
    arrows = ["\n" + "\n".join(f"    - {start}{arrow}{end}" for start, end in EDGES) for arrow in ARROWS]
    assert others(judge, "2.3/graph", [*LISTED, *arrows, OPERATIONS], Verdict.CORRECT) == {}
    assert others(judge, "2.3/graph", WRONG_GRAPHS, Verdict.WRONG) == {}
    assert others(judge, "2.3/graph", UNREAD_GRAPHS, Verdict.NEEDS_REVIEW) == {}


CONSEQUENCES: list[tuple[dict[str, str], dict[str, float | str]]] = [
    ({"2.1/step": "2.9", "2.1/value": "8.41"}, {"2.1/step": 1, "2.1/value": 1, "2.1/smaller": 1}),
    ({"2.1/step": "2.9"}, {"2.1/value": 0}),
    ({"2.1/value": "8.41"}, {"2.1/value": 0}),
    ({"2.1/step": "3.6", "2.1/value": "12.96", "2.1/smaller": "no"}, {"2.1/step": 0, "2.1/value": 1, "2.1/smaller": 1}),
    ({"2.1/step": "", "2.1/value": "8.41"}, {"2.1/step": "missing", "2.1/value": 1}),
    ({"2.1/step": "2.4 or 2.9", "2.1/value": "8.41"}, {"2.1/step": "needs_review", "2.1/value": 1}),
    ({"2.1/step": "uphill", "2.1/value": "12.96"}, {"2.1/value": "needs_review"}),
    ({"2.1/step": "", "2.1/value": "12.96"}, {"2.1/value": 0}),
    ({"2.1/value": "a lot", "2.1/smaller": "no"}, {"2.1/smaller": "needs_review"}),
    ({"2.1/value": "", "2.1/smaller": "no"}, {"2.1/value": "missing", "2.1/smaller": 0}),
    ({"2.2/outer": "x**2", "2.2/inner": "sin(x)", "2.2/derivative": "2 sin(x) cos(x)"}, {"2.2/derivative": 1.5}),
    ({"2.2/outer": "cos(u)", "2.2/derivative": "-2x sin(x²)"}, {"2.2/outer": 0, "2.2/derivative": 1.5}),
    ({"2.2/outer": "cos(u)"}, {"2.2/derivative": 1.5}),
    ({"2.2/inner": "x^3", "2.2/derivative": "cos(x^3)"}, {"2.2/inner": 0, "2.2/derivative": 0}),
    ({"2.2/inner": "x^3", "2.2/derivative": "3x^2 cos(x^3)"}, {"2.2/derivative": 1.5}),
    ({"2.2/inner": '"|x|^2"', "2.2/derivative": "0"}, {"2.2/inner": 0.5, "2.2/derivative": 0}),
    ({"2.2/outer": "", "2.2/inner": ""}, {"2.2/outer": "missing", "2.2/derivative": 1.5}),
    ({"2.2/outer": "some(u)", "2.2/derivative": "-2x sin(x²)"}, {"2.2/derivative": "needs_review"}),
    ({"2.2/outer": "cos(u)'", "2.2/derivative": "-2x sin(x²)"}, {"2.2/outer": 0, "2.2/derivative": "needs_review"}),
    ({"2.3/graph": OPERATIONS, "2.3/size": "8, 9"}, {"2.3/graph": 2, "2.3/size": 1}),
    ({"2.3/graph": OPERATIONS}, {"2.3/graph": 2, "2.3/size": 0}),
    ({"2.3/size": "8, 9"}, {"2.3/size": 0}),
    ({"2.3/graph": "", "2.3/size": "8, 9"}, {"2.3/graph": "missing", "2.3/size": 1}),
    ({"2.3/graph": "", "2.3/size": "5, 9"}, {"2.3/size": 0.5}),
    ({"2.3/graph": "on paper", "2.3/size": "7, 8"}, {"2.3/graph": "needs_review", "2.3/size": "needs_review"}),
    ({"2.3/graph": "a -> s, b -> s", "2.3/size": "3, 2"}, {"2.3/graph": 0, "2.3/size": 0}),
    ({"2.3/graph": "a -> s, b -> s, s -> z", "2.3/size": "4, 3"}, {"2.3/graph": 0, "2.3/size": 1}),
    ({"2.3/values": "0, 0, 0", "2.3/gradients": "0, 0"}, {"2.3/values": 0, "2.3/gradients": 0}),
    ({"2.1/step": "0", "2.1/value": "0"}, {"2.1/step": 0, "2.1/value": 0}),
    ({"2.3/values": "5, -1, -5", "2.3/gradients": "4, -6"}, {"2.3/values": 1, "2.3/gradients": 1.5}),
    ({"2.3/values": "{sum: 5, difference: -1, z: -5}"}, {"2.3/values": 1, "2.3/gradients": 1.5}),
    ({"2.3/values": "{sum: 6, difference: 1, z: 6}", "2.3/gradients": "7,-5"}, {"2.3/values": 1, "2.3/gradients": 1.5}),
    ({"2.3/values": "5, 1, 6"}, {"2.3/values": 1}),
    ({"2.3/values": ""}, {"2.3/values": "missing", "2.3/gradients": 1.5}),
    ({"2.3/values": "5, one, 5", "2.3/gradients": "4, -6"}, {"2.3/gradients": "needs_review"}),
    ({"2.3/gradients": "6, 4"}, {"2.3/gradients": 0.75}),
    ({"2.3/gradients": "{dz_da: 6}"}, {"2.3/gradients": 0.75}),
    ({"2.2/graph": "{u: 4, f: 0.0698, df_du: 0.9976, du_dx: 4, df_dx: 3.990}"}, {"2.2/graph": 0.9}),
    ({"2.2/graph": "{u: 4, f: -0.7568, df_du: 0.6536, du_dx: 4, df_dx: 2.6144}"}, {"2.2/graph": 1.2}),
    ({"2.11/doubled": "512", "2.11/halved": "1/512"}, {"2.11/doubled": 1, "2.11/halved": 1}),
    ({"2.11/doubled": "512"}, {"2.11/doubled": 1, "2.11/halved": 0}),
    ({"2.11/halved": "1/512"}, {"2.11/doubled": 1, "2.11/halved": 0}),
    ({"2.11/doubled": "2048", "2.11/halved": "1/2048"}, {"2.11/doubled": 0, "2.11/halved": 1}),
    ({"2.11/doubled": "1", "2.11/halved": "1"}, {"2.11/doubled": 0, "2.11/halved": 0}),
    ({"2.11/doubled": "", "2.11/halved": "1/512"}, {"2.11/doubled": "missing", "2.11/halved": 1}),
    ({"2.11/doubled": "0", "2.11/halved": "5"}, {"2.11/halved": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("given", "due"), CONSEQUENCES, ids=lambda part: str(part)[:70])
def test_each_answer_is_judged_by_the_students_own_earlier_ones(
    given: dict[str, str], due: dict[str, float | str], judge: Judge
) -> None:
    found = judge(answers(given), next(iter(given)).partition("/")[0])
    statuses = {place: found[place].status.value if isinstance(want, str) else found[place].score
                for place, want in due.items()}  # fmt: skip
    assert statuses == pytest.approx(due)


@pytest.mark.parametrize(
    "text",
    [
        REFERENCE.replace("\n", "\r\n"), REFERENCE.replace("\n", "\r"), b"\xef\xbb\xbf" + REFERENCE.encode(),
        "---\n" + REFERENCE, "%YAML 1.1\n---\n" + REFERENCE + "...\n", REFERENCE.replace("  a: ", "  A): "),
        REFERENCE.replace("  b: ", "  (b): "), REFERENCE.replace("2.1:", '"2.1":').replace("2.4:", "'2.4' :"),
        REFERENCE.replace(": ", ":   "), REFERENCE.replace("  b: ", "  b:\t"), REFERENCE.replace("  a: ", "  a.: "),
        REFERENCE.replace("left\n", "left \t # comment\n"), REFERENCE + "\n\n# the end", REFERENCE + "9.9: {a: 1}\n",
    ],
    ids=range(14),
)  # fmt: skip
def test_the_file_may_be_written_in_any_way(text: str | bytes, judge: Judge) -> None:
    found = judge(text)
    assert {place: check.message for place, check in found.items() if check.status is not Verdict.CORRECT}.keys() == {
        "2.4/why", "2.11/remedy", "2.9/gradient",
    }  # fmt: skip


def test_free_text_waits_and_blank_text_is_missing(judge: Judge) -> None:
    found = judge("2.4: {c: Because one number comes out.}\n2.11:\n  c: |\n    TODO\n")
    assert found["2.4/why"].status is Verdict.NEEDS_REVIEW
    assert found["2.4/why"].evidence.answer == "Because one number comes out."
    assert found["2.11/remedy"].status is Verdict.MISSING
    assert judge("2.4: {c: [a, b]}")["2.4/why"].status is Verdict.NEEDS_REVIEW


def test_the_template_and_empty_files_are_missing_throughout(judge: Judge) -> None:
    template = (ROOT / "student_template" / "answers.yaml").read_text("utf-8")
    for text in (template, "", "# nothing", "~", "---", "2.1:\n2.2:\n", "2.1: {a: , b: , c: {value: , smaller: }}"):
        assert {check.status for check in judge(text).values()} == {Verdict.MISSING}


BROKEN = {
    "alias bomb": "a: &a [x, x]\nb: &b [*a, *a]\n2.1: *b", "tag": "2.1: !!python/object/apply:os.system [x]",
    "another tag": "2.1:\n  b: !!float 2.4", "too long": "2.1:\n  a: " + "x" * (200 << 10),
    "tabs": REFERENCE.replace("  a: left", "\ta: left"), "colon": REFERENCE.replace("  a: left", "  a: left: f grows"),
    "key twice": REFERENCE.replace("  a: left", "  a: left\n  a: right"), "2.1 twice": REFERENCE + "2.1: {a: left}\n",
    "many keys": "\n".join(f"k{number}: 1" for number in range(10_000)),
    "many short keys": "{" + ",".join(map(str, range(10_000))) + "}",
    "deep flow": "2.1: " + "{a: " * 5000 + "1" + "}" * 5000, "deep list": "2.1: " + "[" * 20_000 + "]" * 20_000,
    "deep blocks": "\n".join(" " * depth + "a:" for depth in range(200)), "open bracket": "2.1: [left, 2.4",
    "open quote": '2.1: {a: "left}', "dash": REFERENCE.replace("  a: left", "  a: - left"), "an end": "...",
    "second document": REFERENCE + "\n---\n" + REFERENCE, "list key": "? [a, b]\n: 1", "a list": "- 2.1\n- 2.4",
    "bad escape": REFERENCE.replace("left", r'"\x"'), "a scalar": "left", "bell": REFERENCE.replace("left", "le\aft"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_ends_in_one_line(name: str, judge: Judge) -> None:
    """What is broken is never called wrong; the rest of tests/checks/test_unread_answers.py looks closer."""
    checks = judge(BROKEN[name])
    first = checks["2.1/direction"]
    assert first.status in (Verdict.NEEDS_REVIEW, Verdict.MISSING)
    assert (first.status is Verdict.MISSING) == (name == "another tag")  # b alone is written there
    assert first.unread == (first.status is Verdict.NEEDS_REVIEW)
    assert "\n" not in first.message
    assert len(first.message) < 400
    assert first.score == 0
    assert {check.status for check in checks.values()} <= {Verdict.NEEDS_REVIEW, Verdict.MISSING, Verdict.CORRECT}


WAITING = {Verdict.NEEDS_REVIEW, Verdict.MISSING, Verdict.CRASHED, Verdict.SKIPPED}
ODD = [bracket * 60_000 for bracket in '()[]{}<>|"']
ODD += ["__import__('os').system('x')", "9" * 60_000, "\0", "\ud800x", "\u202e2.4", "-" * 60_000]
ODD += [" " * 60_000 + "x", "a," * 30_000, "a->" * 20_000, "a->" + "bbbb->" * 900, "1/" * 900 + "1", "x " * 30_000]
ODD += [",".join(map(str, range(1500))) + " -> " + ",".join(map(str, range(1500))), "sin(" * 400, "2 " + "(" * 1900]


def test_hostile_answers_wait_for_a_person(judge: Judge) -> None:
    # Escaped in ASCII, as only so YAML holds them all; each stands where it is read as every kind of answer.
    for text in ODD:
        odd = json.dumps(text)
        for exercise, given in {
            "2.1": f"{{a: {odd}}}", "2.2": f"{{a: {{outer: {odd}}}, c: {odd}}}", "2.3": f"{{graph: {odd}, a: {odd}}}",
            "2.4": f"{{a: {odd}, c: {odd}}}", "2.9": f"{{a: {odd}, b: {odd}}}", "2.11": f"{{a: {odd}}}",
        }.items():  # fmt: skip
            found = judge(f"{exercise}: {given}", exercise)
            for check in found.values():
                assert check.score == 0
                assert check.status in WAITING, text[:20]
                assert len(check.message) < 400
                check.message.encode()
                check.evidence.answer.encode()


def test_lists_and_texts_where_keys_are_due(judge: Judge) -> None:
    for text in ("2.1: [left, 2.4, [5.76, yes]]", "2.1: left"):
        found = judge(text, "2.1")
        assert {check.status for check in found.values()} == {Verdict.NEEDS_REVIEW}
    found = judge("2.1:\n  a: left\n  b: 2.4\n  c: 5.76, yes\n", "2.1")
    assert [found[f"2.1/{check}"].status for check in ("step", "value", "smaller")] == [
        Verdict.CORRECT, Verdict.NEEDS_REVIEW, Verdict.NEEDS_REVIEW,
    ]  # fmt: skip
    assert "2.1: c: value" in found["2.1/value"].message


def test_a_broken_file_spares_the_others(hand_in: Callable[..., Graded]) -> None:
    ops = (ROOT / "reference" / "ops.py").read_text("utf-8")
    graded = hand_in({"answers.yaml": "2.1:\n  a: left: f grows\n", "ops.py": ops}, "--only", "2.1", "--only", "2.5")
    assert graded.code == 1
    assert [note for note in graded.results["notes"] if note.startswith("answers.yaml, line 2: not read: ")]
    assert "Traceback" not in graded.out + graded.err
    assert graded.exercise("2.5")["score"] == graded.exercise("2.5")["max_score"] > 0
    assert graded.exercise("2.1")["score"] == 0


@pytest.mark.parametrize("derivative", ["2x cos x²", "2x cos(x)"])
def test_the_verdict_does_not_depend_on_the_seed(derivative: str, many_seeds: Seeds) -> None:
    text = answers({"2.2/derivative": derivative})
    verdict = {check_of(report, "derivative").status for report in many_seeds({"answers.yaml": text}, "2.2")}
    assert verdict == {Verdict.CORRECT if "²" in derivative else Verdict.WRONG}

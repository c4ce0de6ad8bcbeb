"""The optional exercise `graph`: drawings of every right style get all points, wrong ones lose theirs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest
from conftest import ROOT, Graded, Judged, Seeds, check_of, said

from grader.maths.graphs.layout import layered

VALUE = (ROOT / "reference" / "value.py").read_text("utf-8")
REFERENCE = (ROOT / "reference" / "visualize.py").read_text("utf-8")

WALK = """
from value import Value
def behind(root):
    found = []
    def visit(value):
        if not any(value is other for other in found):
            for parent in value._parents:
                visit(parent)
            found.append(value)
    visit(root)
    return found
def draw(root):
    values = behind(root)
    number = {id(value): index for index, value in enumerate(values)}
    lines = ["digraph {"]
"""
NODES = '    lines += [f"v{number[id(v)]} [label={v.data}];" for v in values]\n'
ARROWS = '    lines += [f"v{number[id(p)]} -> v{number[id(v)]};" for v in values for p in v._parents]\n'
TURNED = "v{number[id(v)]} -> v{number[id(p)]}"
END = '    return "\\n".join([*lines, "}"])\n'


def drawn(nodes: str = NODES, arrows: str = ARROWS, end: str = END) -> str:
    return WALK + nodes + arrows + end


RIGHT = {
    "reference": REFERENCE,
    "counted": drawn(),
    "arrows-first": drawn(ARROWS, NODES),
    "turned": drawn(arrows=ARROWS.replace("v{number[id(p)]} -> v{number[id(v)]}", TURNED)),
    "on-one-line": drawn(end=END.replace('"\\n"', '" "')),
    "windows-lines": drawn(end=END.replace('"\\n"', '"\\r\\n"')),
    "nodes-by-arrows-alone": drawn(nodes=""),
    "strict": drawn().replace('"digraph {"', '"strict digraph \\"The graph\\" {"'),
    "chains": drawn(arrows="""
    for v in values:
        for p in v._parents:
            lines.append(f"v{number[id(p)]} -> v{number[id(v)]} [color=red]")
    if root._parents:
        arrow = f"v{number[id(root._parents[0])]} -> v{number[id(root)]}"
        lines.remove(f"{arrow} [color=red]")
        lines.append(f"{arrow} [weight=2; penwidth=3];")
"""),
    "attributes-of-every-kind": drawn(nodes="""
    lines += ["rankdir=LR", "node [shape=record, style=filled]; edge [arrowsize=0.5]"]
    lines += ["graph [fontname=\\"Helvetica\\"]"]
    lines += ["# a comment", "// another", "/* and a { third", "*/"]
    for v in values:
        label = f'label="{{<in> {v.data:.2f} | \\\\"grad\\\\" {v.grad:.2f}}}"'
        lines.append(f'"v{number[id(v)]}" [{label}; color="#ff0000", tooltip="a -> b"]')
"""),
    "html-labels": drawn(nodes="""
    for v in values:
        lines.append(f"v{number[id(v)]} [label=<<b>{v.data}</b><br/>value>]")
"""),
    "ports": drawn(arrows=ARROWS.replace("v{number[id(p)]} ->", "v{number[id(p)]}:out:e ->")),
    "names-of-negative-numbers": drawn().replace("v{number[", "-{1 + number["),
    "operations-as-nodes": drawn(arrows="""
    for v in values:
        if v._parents:
            name = f"v{number[id(v)]}"
            lines.append(f'{name}op [label="+", shape=circle]; {name}op -> {name}')
            lines += [f"v{number[id(p)]} -> {name}op" for p in v._parents]
"""),
    "operations-as-nodes-turned": drawn(arrows="""
    for v in values:
        if v._parents:
            name = f"v{number[id(v)]}"
            lines.append(f"{name} -> {name}op -> {{ {' '.join(f'v{number[id(p)]}' for p in v._parents)} }};")
"""),
    "clusters": drawn(nodes="""
    lines.append("subgraph cluster_leaves { label=leaves; style=dashed; node [color=green]")
    lines += [f"v{number[id(v)]} [label=\\\\"leaf {v.data}\\\\"]" for v in values if not v._parents]
    lines.append("}")
    lines.append("{ rank=same; v%d }" % number[id(root)])
    lines += [f"v{number[id(v)]} [label={v.data}]" for v in values if v._parents]
""".replace('\\\\"', '\\"')),
    "breadth-first-with-joined-labels": """
import io
import value
def draw(root):
    queue, seen, out = [root], {id(root)}, io.StringIO()
    print("digraph  G", file=out)
    print("{", file=out)
    while queue:
        v = queue.pop(0)
        print(f'\\tn{id(v)} [label = "data: " + "{v.data}"];', file=out)
        for p in v._parents:
            print(f"\\tn{id(p)}->n{id(v)};", file=out)
            if id(p) not in seen:
                seen.add(id(p))
                queue.append(p)
    print("}", file=out)
    return out.getvalue()
""",
}  # fmt: skip

TREE = """
from value import Value
def draw(root):
    lines = []
    def visit(v):
        name = f"n{len(lines)}"
        lines.append(name)
        lines.extend(f"{visit(p)} -> {name};" for p in v._parents)
        return name
    visit(root)
    return "digraph { " + "\\n".join(lines) + " }"
"""

# By name: the code, the check that must see it, and a part of what the student must read.
WRONG = {
    "tree": (TREE, "shared", "used twice is drawn twice"),
    "arrows-twice": (REFERENCE.replace("if value in seen", "if False and value in seen"), "shared", "more than once"),
    "by-number": (drawn().replace("number[id(v)]", "v.data").replace("number[id(p)]", "p.data")
                  .replace("v{p.data}", '\\"{p.data}\\"').replace("v{v.data}", '\\"{v.data}\\"'),
                  "equal", "equal numbers"),
    "no-arrows": (drawn(arrows=""), "trees", "3 nodes and 0 edges"),
    "one-operand": (drawn(arrows=ARROWS.replace("v._parents]", "v._parents[:1]]")), "trees", "3 nodes and 1 edge;"),
    "root-left-out": (drawn().replace("    number = ", "    values = values[:-1]\n    number = "), "trees", "2 nodes"),
    "one-step": (drawn().replace("values = behind(root)", "values = [*root._parents, root]")
                 .replace("for v in values for p", "for v in [root] for p"), "trees", "it must have"),
    "joined-wrongly": (drawn(arrows='    lines += [f"v{i} -> v{i + 1};" for i in range(len(values) - 1)]\n'),
                       "trees", "drawing of a + b"),
    "mixed": (drawn(arrows="""
    for v in values:
        for p in v._parents:
            a, b = sorted((number[id(v)], number[id(p)]), key=lambda n: (n % 2, n))
            lines.append(f"v{a} -> v{b}")
"""), "trees", "the other way"),
    "undirected": (drawn().replace("digraph", "graph").replace("->", "--"), "trees", "write `digraph` and `->`"),
    "lines-in-a-digraph": (drawn().replace("->", "--"), "trees", "write edges with -> in a digraph"),
    "not-closed": (drawn(end='    return "\\n".join(lines)\n'), "trees", "line 1, column 9: this { is never closed"),
    "bad-third-line": (drawn().replace("[label={v.data}];", "label={v.data}]"), "trees", "line 2, column"),
    "words": (drawn(end='    return f"{len(values)} values"\n'), "trees", "column 1: unexpected: 3 values"),
    "empty": (drawn(end='    return ""\n'), "trees", "the text ends too early"),
    "two-graphs": (drawn(end='    return "digraph { } digraph { }"\n'), "trees", "2 graphs"),
    "nothing": (drawn(end="    print(lines)\n"), "trees", "returned None"),
    "bytes": (drawn(end='    return "\\n".join([*lines, "}"]).encode()\n'), "trees", "an object of type bytes"),
    "list": (drawn(end="    return lines\n"), "trees", "a list of"),
    "kept-between-calls": (REFERENCE.replace("root: Value)", "root: Value, seen=set())")
                           .replace("    seen = set()\n", ""), "trees", "second drawing"),
    "crashes": (drawn().replace("v._parents", "v.nowhere"), "trees", "no attribute 'nowhere'"),
}  # fmt: skip


@pytest.mark.parametrize("style", RIGHT)
def test_a_right_style_gets_all_points(style: str, many_seeds: Seeds) -> None:
    seeds = 10 if style == "reference" else 1  # the judge draws nothing at random; but names may be addresses
    for report in islice(many_seeds({"value.py": VALUE, "visualize.py": RIGHT[style]}, "graph"), seeds):
        assert report.bonus == 5, said(report)
        assert check_of(report, "shared").evidence.drawing.nodes


@pytest.mark.parametrize("bug", WRONG)
def test_a_wrong_drawing_loses_points(bug: str, many_seeds: Seeds) -> None:
    source, check, text = WRONG[bug]
    for report in islice(many_seeds({"value.py": VALUE, "visualize.py": source}, "graph"), 1):
        assert report.bonus < 5, said(report)
        found = check_of(report, check)
        assert found.status in ("wrong", "crashed") and text in found.message, said(report)


def test_operands_may_be_kept_in_a_set(judged: Callable[..., Judged]) -> None:
    engine = VALUE.replace("self._parents = parents", "self._parents = set(parents)")
    assert judged({"value.py": engine, "visualize.py": drawn()}, "graph").results["bonus"] == 5


def test_the_largest_drawing_is_shown(judged: Callable[..., Judged]) -> None:
    check = judged({"value.py": VALUE, "visualize.py": REFERENCE}, "graph").check("graph", "shared")
    drawing = check["evidence"]["drawing"]
    assert check["evidence"]["facts"] == {"nodes drawn": "7", "edges drawn": "8"}
    assert sorted(label for _, _, label in drawing["nodes"]) == sorted(["3", "-5", "-2", "0.5", "-1", "-3", "-9"])
    assert len({(x, y) for x, y, _ in drawing["nodes"]}) == 7 and len(drawing["edges"]) == 8
    assert all(drawing["nodes"][start][0] < drawing["nodes"][end][0] for start, end in drawing["edges"])


def test_a_line_that_cannot_be_read_is_shown(judged: Callable[..., Judged]) -> None:
    source = WRONG["bad-third-line"][0]
    check = judged({"value.py": VALUE, "visualize.py": source}, "graph").check("graph", "trees")
    assert "v0 label=3.0]" in check["evidence"]["snippet"] and "^" in check["evidence"]["snippet"]


TYPED = """
from value import Value
TEXTS = {
    -2.0: "a -> z; b -> z", -15.0: "a -> z; b -> z", -14.5: "a -> y; b -> y; y -> z; c -> z",
    2.5: "c -> x; d -> x; b -> y; x -> y; a -> z; y -> z", -9.0: "a -> x; b -> x; c -> y; d -> y; x -> z; y -> z",
    -12.0: "a -> y; b -> y; y -> z; a -> z", -22.5: "a -> d; b -> d; d -> e; c -> e; d -> z; e -> z",
}
def draw(root):
    return "digraph { " + TEXTS.get(root.data, "a -> y; b -> y; y -> z; c -> z") + " }"
"""


def test_drawings_that_are_typed_in_earn_nothing(judged: Callable[..., Judged]) -> None:
    graded = judged({"value.py": VALUE, "visualize.py": TYPED}, "graph")
    assert graded.results["bonus"] == 0
    assert "drawing of a + b" not in graded.check("graph", "trees")["message"], (
        "those that stand in the course are right"
    )


def test_a_label_may_hold_a_code_that_no_letter_has(judged: Callable[..., Judged]) -> None:
    """Python reads no number of 5,000 digits."""
    code = drawn(nodes=NODES.replace("[label={v.data}]", '[label=\\"{v.data} &#" + "9" * 5000 + f";\\"]'))
    graded = judged({"value.py": VALUE, "visualize.py": code}, "graph")
    assert graded.check("graph", "labels")["status"] == "correct", graded.out


def test_labels_are_advice(judged: Callable[..., Judged]) -> None:
    source = drawn(nodes="")
    graded = judged({"value.py": VALUE, "visualize.py": source}, "graph")
    assert graded.results["bonus"] == 5
    assert graded.check("graph", "labels")["message"] == "no label shows 3"
    assert graded.check("graph", "leaf")["status"] == "wrong"


BROKEN = {
    "stub": (ROOT / "student_template" / "value.py").read_text("utf-8"),
    "raises": VALUE.replace("    def __add__(self, other):\n", "    def __add__(self, other):\n        1 / 0\n"),
    "forgets-operands": VALUE.replace("self._parents = parents", "self._parents = ()"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_engine_is_not_held_against_the_drawing(fault: str, judged: Callable[..., Judged]) -> None:
    graded = judged({"value.py": BROKEN[fault], "visualize.py": REFERENCE}, "graph")
    check = graded.check("graph", "trees")
    assert check["status"] == "skipped" and "value.py must work first" in check["message"]


def test_the_untouched_stub_is_missing(judged: Callable[..., Judged]) -> None:
    stub = (ROOT / "student_template" / "visualize.py").read_text("utf-8")
    for engine in (VALUE, BROKEN["stub"]):
        graded = judged({"value.py": engine, "visualize.py": stub}, "graph")
        assert {check["status"] for check in graded.exercise("graph")["checks"]} == {"missing"}


def returning(what: str) -> str:
    head = "class Text(str):\n    def __len__(self): raise SystemExit\n    __str__ = __iter__ = __getitem__ = __len__\n"
    return head + f"def draw(root):\n    return {what}\n"


HOSTILE = {
    "ten-megabytes": returning('"digraph {" + " " * 10_000_000 + "}"'),
    "sixty-kilobytes-of-edges": returning('"digraph {" + "a->b;" * 12_000 + "}"'),
    "many-nodes": returning('"digraph {" + " ".join(map(str, range(600))) + "}"'),
    "deep-braces": returning('"digraph { " + "subgraph {" * 5000 + "}" * 5000 + "}"'),
    "deep-brackets": returning('"digraph { a " + "[" * 30_000'),
    "open-brackets": returning('"digraph { a [label=" + "<" * 60_000'),
    "sets-of-sets": returning('"digraph { " + "{a b c d e f g h i j k l m n o p} -> " * 60 + " z }"'),
    "text-of-its-own": returning('Text("digraph { }")'),
    "control-characters": returning('"digraph { \\x1b[2J \\u202e a"'),
    "surrogates": returning('"digraph { \\"\\ud800\\" -> b }"'),
    "nul": returning('"\\0"'),
    "a-class": returning("Text"),
    "itself": returning("root"),
    "parser-replaced": """
import sys
for name in list(sys.modules):
    if "pydot" in name or "readers" in name:
        sys.modules[name] = None
""" + returning('"digraph { a }"'),
}  # fmt: skip


@pytest.mark.parametrize("trick", HOSTILE)
def test_a_trick_neither_earns_nor_harms(trick: str, hand_in_hostile: Callable[..., Graded]) -> None:
    graded = hand_in_hostile({"value.py": VALUE, "visualize.py": HOSTILE[trick]}, "--only", "graph")
    exercise = graded.exercise("graph")
    assert exercise["score"] == 0 and exercise["status"] not in ("correct", "judge_error"), graded.out + graded.err
    assert "\x1b" not in graded.out and "\u202e" not in graded.out


def test_a_layout_has_a_place_for_each_node() -> None:
    places = layered(5, [(0, 2), (1, 2), (2, 3), (0, 3), (4, 4)])
    assert [x for x, _ in places] == [0, 0, 1, 2, 0] and len(set(places)) == 5


def test_a_layout_of_a_cycle_ends() -> None:
    assert len(set(layered(3, [(0, 1), (1, 2), (2, 0)]))) == 3
    assert layered(0, []) == []


LABELS = """
    for v in values:
        text = str(v.data).replace("-", "{minus}")
        lines.append(f'v{{number[id(v)]}} [label="{{text}}"];')
"""
MINUSES = {
    "hyphen": "-",
    "minus": "−",
    "en-dash": "–",
    "full-width": "－",
    "entity": "&minus;",
    "number-entity": "&#8722;",
}


@pytest.mark.parametrize("minus", MINUSES)
def test_a_label_may_have_a_minus_of_any_kind(minus: str, judged: Callable[..., Judged]) -> None:
    source = drawn(nodes=LABELS.format(minus=MINUSES[minus]))
    graded = judged({"visualize.py": source, "value.py": VALUE}, "graph")
    assert graded.results["bonus"] == 5, graded.out
    assert graded.check("graph", "labels")["status"] == "correct", graded.out


def test_a_label_without_its_minus_shows_another_number(judged: Callable[..., Judged]) -> None:
    source = drawn(nodes=LABELS.format(minus=""))
    graded = judged({"visualize.py": source, "value.py": VALUE}, "graph")
    assert graded.check("graph", "labels")["message"] == "no label shows -5"

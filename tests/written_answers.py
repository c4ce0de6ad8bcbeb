"""Written answers: those of the reference, and the same with others in their places."""

from __future__ import annotations

from collections.abc import Mapping

from conftest import ROOT

REFERENCE = (ROOT / "reference" / "answers.yaml").read_text("utf-8")
WRITTEN = ("2.1", "2.2", "2.3", "2.4", "2.9", "2.11")
GRAPH = REFERENCE[REFERENCE.index("  graph:\n") : REFERENCE.index("  a: {nodes")]
STANDS = {
    "2.1/direction": "  a: left", "2.1/step": "  b: 2.4", "2.1/value": "value: 5.76", "2.1/smaller": "smaller: yes",
    "2.2/outer": "outer: sin(u)", "2.2/inner": "inner: x**2", "2.2/derivative": "  b: cos(x**2) * 2*x",
    "2.2/graph": "  c: {u: 4, f: -0.7568, df_du: -0.6536, du_dx: 4, df_dx: -2.6146}", "2.3/graph": GRAPH.rstrip(),
    "2.3/size": "  a: {nodes: 5, edges: 6}", "2.3/values": "  b: {sum: 5, difference: 1, z: 5}",
    "2.3/gradients": "  c: {dz_da: 6, dz_db: -4}", "2.4/forward": "  a: n < m", "2.4/reverse": "  b: n > m",
    "2.9/shape": "  a: (D, M)", "2.9/formula": "  b: grad_Y @ W.T", "2.11/doubled": "  a: 1024",
    "2.11/halved": "  b: 1/1024",
}  # fmt: skip


def answers(given: Mapping[str, str]) -> str:
    """The reference with other answers; one that starts with a line break stands below its key."""
    text = REFERENCE
    for place, answer in given.items():
        old = STANDS[place]
        assert text.count(old) == 1
        text = text.replace(old, old[: old.index(":") + 1] + ("" if answer.startswith("\n") else " ") + answer)
    return text

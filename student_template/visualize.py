"""A picture of the graph behind a Value (optional).

    a, b = Value(2.0), Value(-3.0)
    print(draw(a * b + a))

DOT is a small language for graphs; `dot -Tsvg` or an online graphviz viewer draws a picture of

    digraph {
      v1 [label="2.0"];
      v2 [label="-3.0"];
      v3 [label="-6.0"];
      v1 -> v3;
      v2 -> v3;
    }
"""

from value import Value


def draw(root: Value) -> str:
    """The graph behind root as DOT text: each value is one node, arrows go from operand to result."""
    # TODO: visit every value behind root once, and write one line per node and per arrow
    pass

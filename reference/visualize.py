"""The graph behind a Value as DOT text, which graphviz turns into a picture."""

from value import Value


def draw(root: Value) -> str:
    """A digraph with one node per value behind root, and an arrow from each operand to its result."""
    lines = ["digraph {", "  rankdir=LR;"]
    seen = set()

    def visit(value):
        if value in seen:
            return
        seen.add(value)
        # id() and not the number: two values may hold equal numbers.
        lines.append(f'  v{id(value)} [label="{value.data:.4g}"];')
        for parent in value._parents:
            visit(parent)
            lines.append(f"  v{id(parent)} -> v{id(value)};")

    visit(root)
    return "\n".join([*lines, "}"])

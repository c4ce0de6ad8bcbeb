"""The order in which the nodes of a graph can be computed."""


class Node:
    """A node of a graph, with the nodes that it was computed from."""

    def __init__(self, data, operands=()):
        self.data = data
        self.operands = operands


def topological_order(node):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for operand in node.operands:
                visit(operand)
            order.append(node)

    visit(node)
    return order

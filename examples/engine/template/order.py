"""The order in which the nodes of a graph can be computed.

    a = Node(1.0)
    b = Node(2.0, [a])
    topological_order(b)    # [a, b]
"""


class Node:
    """A node of a graph, with the nodes that it was computed from."""

    def __init__(self, data, operands=()):
        self.data = data
        self.operands = operands


def topological_order(node):
    """The list of the node and of all nodes that it was computed from, each after its operands."""
    # TODO
    pass

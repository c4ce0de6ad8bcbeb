"""A place for each node of a small directed graph: columns by the longest path from the sources, rows by neighbours."""

from __future__ import annotations

from collections.abc import Sequence

Edge = tuple[int, int]


def layered(count: int, edges: Sequence[Edge]) -> list[tuple[float, float]]:
    """(column, row) of the nodes 0 to count - 1. On a cycle, columns end where every node has been moved once.

    A node stands at the mean row of the nodes that lead to it, or as near below as there is room; a source keeps its
    place in the order of nodes.
    """
    columns = [0] * count
    for _ in range(count):
        before = list(columns)
        for start, end in edges:
            if start != end:
                columns[end] = min(max(columns[end], columns[start] + 1), count - 1)
        if columns == before:
            break
    places = [(0.0, 0.0)] * count
    for column in sorted(set(columns)):
        members = [node for node in range(count) if columns[node] == column]
        wished = {}
        for node in members:
            rows = [places[start][1] for start, end in edges if end == node and columns[start] < column]
            wished[node] = sum(rows) / len(rows) if rows else 0.0
        free = 0.0
        for node in sorted(members, key=lambda node: wished[node]):
            row = max(free, wished[node])
            places[node] = (float(column), row)
            free = row + 1
    return places

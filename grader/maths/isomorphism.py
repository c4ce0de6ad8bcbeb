"""Whether two small directed graphs are equal up to the names of their nodes: colours refined, then a search."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

Nodes = Sequence[str]
Edges = Collection[tuple[str, str]]
MOST_STEPS = 20_000


def same_structure(
    one: tuple[Nodes, Edges], other: tuple[Nodes, Edges], label: Callable[[str], str] = lambda name: ""
) -> bool:
    """Whether a renaming of nodes that keeps their labels turns one graph into the other.

    Nodes are first told apart by colour refinement (labels, then the colours of neighbours on either side), which on
    expression graphs leaves next to nothing to try. Raises ValueError where the search would not end soon.
    """
    nodes, edges = one
    others, other_edges = other
    if len(nodes) != len(others) or len(set(edges)) != len(set(other_edges)):
        return False
    colours, other_colours = _refined(nodes, edges, label), _refined(others, other_edges, label)
    if sorted(colours.values()) != sorted(other_colours.values()):
        return False
    order = sorted(nodes, key=lambda name: (list(colours.values()).count(colours[name]), name))
    return _match(order, {}, set(edges), set(other_edges), colours, other_colours, [0])


def _refined(nodes: Nodes, edges: Edges, label: Callable[[str], str]) -> dict[str, str]:
    colours = {name: label(name) for name in nodes}
    for _ in range(len(nodes)):
        seen = {
            name: repr((
                colours[name],
                sorted(colours[start] for start, end in edges if end == name),
                sorted(colours[end] for start, end in edges if start == name),
            ))
            for name in nodes
        }  # fmt: skip
        ranks = {colour: f"{rank:04}" for rank, colour in enumerate(sorted(set(seen.values())))}
        refined = {name: ranks[seen[name]] for name in nodes}
        if len(set(refined.values())) == len(set(colours.values())):
            return {name: repr((ranks[seen[name]], seen[name])) for name in nodes}
        colours = refined
    return colours


def _match(
    order: Sequence[str],
    found: dict[str, str],
    edges: set[tuple[str, str]],
    other_edges: set[tuple[str, str]],
    colours: Mapping[str, str],
    other_colours: Mapping[str, str],
    steps: list[int],
) -> bool:
    if len(found) == len(order):
        return True
    name = order[len(found)]
    for candidate, colour in other_colours.items():
        steps[0] += 1
        if steps[0] > MOST_STEPS:
            raise ValueError("the graphs are too alike in all their parts to be compared")
        if colour != colours[name] or candidate in found.values():
            continue
        fits = ((name, name) in edges) == ((candidate, candidate) in other_edges) and all(
            ((name, known) in edges) == ((candidate, image) in other_edges)
            and ((known, name) in edges) == ((image, candidate) in other_edges)
            for known, image in found.items()
        )
        if fits:
            found[name] = candidate
            if _match(order, found, edges, other_edges, colours, other_colours, steps):
                return True
            del found[name]
    return False

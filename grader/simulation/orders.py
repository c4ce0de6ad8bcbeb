"""Orders in which engines go back from a root: those that are right, and those that people write by mistake."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterator, Sequence

Parents = tuple[tuple[int, ...], ...]
"""For each object, in the order in which they were made, what it was made of."""
MOST_FORKS = 7  # objects whose two parents come in either order; graphs of more are larger than one can follow
MOST_VISITS = 4000  # objects gone through in one order: traversals that never mark what they saw grow exponentially


def wrong_order(name: str, parents: Parents, data: Sequence[Hashable], root: int) -> Sequence[int]:
    """The wrong order of this name; `data` are the numbers of the objects. Raises RecursionError, ValueError."""
    match name:
        case "preorder":
            return _preorder(parents, root)
        case "breadth first":
            return _breadth_first(parents, root)
        case "recursive":
            return _recursive(parents, root)
        case "added twice":
            return _added_twice(parents, root)[::-1]
        case "equal numbers are one":
            return _by_number(parents, data, root)[::-1]
        case "each way":
            return _each_way(parents, root)
        case "not reversed":
            return _depth_first(parents, root, 1)
    raise ValueError(name)


def turned(parents: Parents, roots: Sequence[int], sets: bool) -> Iterator[Parents]:
    """Parents as they may be gone through: from the left, from the right, and in a set, where each comes once, and
    those of each object in an order of its own."""
    yield parents
    yield tuple(own[::-1] for own in parents)
    if not sets:
        return
    once = tuple(tuple(dict.fromkeys(own)) for own in parents)
    forks = [index for index in range(max(roots), -1, -1) if len(once[index]) > 1][:MOST_FORKS]
    for mask in range(2 ** len(forks)):
        other = {index for bit, index in enumerate(forks) if mask >> bit & 1}
        yield tuple(own[::-1] if index in other else own for index, own in enumerate(once))


@functools.lru_cache(8192)
def right_orders(parents: Parents, root: int, sets: bool) -> Parents:
    """Orders in which right engines go back from a root: depth first from either side, as made, and by counting."""
    found = dict.fromkeys([
        tuple(reversed(_depth_first(parents, root, 1))),
        tuple(reversed(_depth_first(parents, root, -1))),
    ])  # fmt: skip
    reached = sorted(next(iter(found)), reverse=True)
    found[tuple(reached)] = None
    found |= dict.fromkeys(_by_depth(parents, reached))
    found[tuple(_counted(parents, root, 1))] = None
    found[tuple(_counted(parents, root, -1))] = None
    # In a set, the parents of each object come in an order of its own.
    forks = [index for index in reached if sets and len(set(parents[index])) > 1]
    for mask in range(1, 2 ** min(len(forks), MOST_FORKS) - 1):
        turned = frozenset(index for bit, index in enumerate(forks[:MOST_FORKS]) if mask >> bit & 1)
        found[tuple(reversed(_depth_first(parents, root, 1, turned)))] = None
    return tuple(found)


def _by_depth(parents: Parents, reached: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Orders by the length of the longest way from the leaves, which some engines keep with each object."""
    depths: dict[int, int] = {}
    for index in reversed(reached):
        depths[index] = 1 + max((depths[arg] for arg in parents[index]), default=0)
    yield tuple(sorted(reached, key=lambda index: (-depths[index], -index)))
    yield tuple(sorted(reached, key=lambda index: (-depths[index], index)))


def _depth_first(
    parents: Sequence[Sequence[int]], root: int, side: int, turned: frozenset[int] = frozenset()
) -> list[int]:
    order: list[int] = []
    seen = {root}
    stack = [(root, iter(parents[root][:: side if root not in turned else -side]))]
    while stack:
        index, rest = stack[-1]
        following = next((arg for arg in rest if arg not in seen), None)
        if following is None:
            order.append(index)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(parents[following][:: side if following not in turned else -side])))
    return order


def _counted(parents: Sequence[Sequence[int]], root: int, side: int) -> list[int]:
    """Kahn's algorithm: an object comes when all that was made of it has come."""
    left = dict.fromkeys(_depth_first(parents, root, 1), 0)
    for index in left:
        for arg in parents[index]:
            left[arg] += 1
    order, ready = [], [root]
    while ready:
        index = ready.pop(0)
        order.append(index)
        for arg in parents[index][::side]:
            left[arg] -= 1
            if not left[arg]:
                ready.append(arg)
    return order


def _preorder(parents: Sequence[Sequence[int]], root: int) -> list[int]:
    order: list[int] = []
    stack = [root]
    while stack:
        index = stack.pop()
        if index not in order:
            order.append(index)
            stack += reversed(parents[index])
    return order


def _breadth_first(parents: Sequence[Sequence[int]], root: int) -> list[int]:
    order = [root]
    for index in order:
        order += [arg for arg in dict.fromkeys(parents[index]) if arg not in order]
    return order


def _recursive(parents: Sequence[Sequence[int]], root: int) -> list[int]:
    """Each object passes on, then its operands do, as often as they are reached."""
    order: list[int] = []
    stack = [root]
    while stack:
        index = stack.pop()
        order.append(index)
        if len(order) > MOST_VISITS:
            raise RecursionError
        stack += reversed(parents[index])
    return order


def _added_twice(parents: Sequence[Sequence[int]], root: int) -> list[int]:
    """Post-order in which an object is marked, and added to the list each time that it is reached."""
    order: list[int] = []
    seen = {root}
    stack = [(root, iter(parents[root]))]
    while stack:
        index, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            order.append(index)
            stack.pop()
        elif following in seen:
            order.append(following)
        else:
            seen.add(following)
            stack.append((following, iter(parents[following])))
    return order


def _each_way(parents: Sequence[Sequence[int]], root: int) -> list[int]:
    """Each object once for each way to it, those first that are the furthest from the leaves."""
    order = [root]
    for index in order:
        order += parents[index]
        if len(order) > MOST_VISITS:
            raise RecursionError
    depths: dict[int, int] = {}
    for index in sorted(set(order)):
        depths[index] = 1 + max((depths[arg] for arg in parents[index]), default=0)
    return sorted(order, key=lambda index: -depths[index])


def _by_number(parents: Sequence[Sequence[int]], data: Sequence[Hashable], root: int) -> list[int]:
    """Post-order in which objects of equal numbers are taken for one."""
    order: list[int] = []
    seen = {data[root]}
    stack = [(root, iter(parents[root]))]
    while stack:
        index, rest = stack[-1]
        following = next((arg for arg in rest if data[arg] not in seen), None)
        if following is None:
            order.append(index)
            stack.pop()
        else:
            seen.add(data[following])
            stack.append((following, iter(parents[following])))
    return order

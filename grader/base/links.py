"""Where a path leads, and which links lie on the way to it. Standard library only."""

from __future__ import annotations

import errno
import os
from pathlib import Path

MAX_LINKS = 40  # as many as Linux follows


def followed(path: Path) -> tuple[Path, list[Path]]:
    """The place that a path leads to, and every link on the way, each in the real folder that holds it.

    What is not there is no link. Raises OSError for links that lead round in a circle.
    """
    place, links = Path.cwd(), list[Path]()
    parts = [*path.parts][::-1]
    while parts:
        part = parts.pop()
        step = place / part
        if part == os.pardir:
            place = place.parent
        elif step.is_symlink():
            links.append(step)
            if len(links) > MAX_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
            parts += [*Path(os.readlink(step)).parts][::-1]  # noqa: PTH115
        else:
            place = step
    return place, links


def link_below(path: Path, folder: Path) -> Path | None:
    """The first link on the way to a path that lies in a (real) folder or further down; None for none.

    Raises OSError.
    """
    return next((link for link in followed(path)[1] if link.parent.is_relative_to(folder)), None)

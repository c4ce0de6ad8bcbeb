"""Files that are written whole or not at all. Standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def whole_file(path: Path, text: str) -> Path:
    """Writes a file so that readers see the old one or the new one, never a part. Raises OSError."""
    with new_file(path) as new:
        new.write_text(text, "utf-8")
    return path


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Where to write what is to be at `path`: it takes that place once all of it is written. Raises OSError."""
    new = path.with_name(f".{path.name}.new")
    try:
        yield new
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)

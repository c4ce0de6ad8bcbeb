"""Files that are written whole or not at all. Standard library only."""

from __future__ import annotations

from pathlib import Path


def whole_file(path: Path, text: str) -> Path:
    """Writes a file so that readers see the old one or the new one, never a part. Raises OSError."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(text, "utf-8")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    return path

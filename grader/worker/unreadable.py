"""What is raised for a text that cannot be read, and how a place in a text is counted."""

from __future__ import annotations


class UnreadableData(Exception):
    """A text cannot be read: the line and column (from 1), and why. Past a `limit`, its parts are not tried either."""

    def __init__(self, line: int, column: int, why: str, limit: bool = False) -> None:
        super().__init__(why)
        self.line, self.column, self.why, self.limit = line, column, why, limit


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """The line and column, from 1, of the character with this index."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)

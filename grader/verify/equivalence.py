"""Which mutants an exercise declares equal to its reference: lines are compared as Python reads them."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Sequence

from grader.model import Equivalent
from grader.verify.mutants import Mutant


class Declared:
    """The entries of `equivalent`, and which of them match some mutant."""

    def __init__(self, entries: Sequence[Equivalent]) -> None:
        self._entries = [(_plain(one.was), _plain(one.becomes), one) for one in entries]
        self._met: set[int] = set()

    def entry(self, mutant: Mutant, lives: bool) -> Equivalent | None:
        """The entry for a mutant; one without `becomes` is only for mutants that live."""
        was, becomes = _plain(mutant.was), _plain(mutant.becomes)
        for exact in (True, False):
            for number, (old, new, one) in enumerate(self._entries):
                if old == was and (new == becomes if exact else not one.becomes and lives):
                    self._met.add(number)
                    return one
        return None

    def unmet(self) -> list[Equivalent]:
        """Entries that match no mutant."""
        return [one for number, (_, _, one) in enumerate(self._entries) if number not in self._met]


def _plain(line: str) -> str:
    """The line's tokens with one space between them, texts in one kind of quotes; unchanged where it has no tokens."""
    try:
        tokens = [token.string if token.type != tokenize.STRING else _text(token.string)
                  for token in tokenize.generate_tokens(io.StringIO(line.strip()).readline)]  # fmt: skip
    except (tokenize.TokenError, SyntaxError):
        return " ".join(line.split())
    return " ".join(token for token in tokens if token.strip())


def _text(token: str) -> str:
    try:
        return repr(ast.literal_eval(token))
    except (SyntaxError, ValueError):
        return token.replace('"', "'")

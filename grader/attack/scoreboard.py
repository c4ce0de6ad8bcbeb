"""Results of attacks: one for each, a scoreboard for each sandbox, and both as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from grader.model.dataclass import dataclass


@dataclass(frozen=True)
class AttackResult:
    """One attack: how it scored more than it earned, what it harmed, how it broke the judge; all empty when repelled.

    `failed` says how honest code lost points, `known` what this sandbox cannot hide.
    """

    id: str
    family: str
    does: str
    score: float = 0.0
    forged: str = ""
    harmed: tuple[str, ...] = ()
    failed: str = ""
    crashed: str = ""
    known: tuple[str, ...] = ()
    verdicts: str = ""
    seconds: float = 0.0

    @property
    def findings(self) -> tuple[str, ...]:
        """Everything that should not have happened."""
        return tuple(filter(None, (self.forged, *self.harmed, self.failed, self.crashed)))


@dataclass(frozen=True)
class Scoreboard:
    """All results on one sandbox; `held` names the layers of its lock, `trouble` says why it could not be tried."""

    backend: str
    locked: bool = False
    held: tuple[str, ...] = ()
    results: tuple[AttackResult, ...] = ()
    not_tried: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def findings(self) -> tuple[AttackResult, ...]:
        """The attacks that were not repelled."""
        return tuple(result for result in self.results if result.findings)


def sound(boards: Sequence[Scoreboard]) -> bool:
    """Whether no attack got through where a lock was promised, and one was tried at all."""
    locked = [board for board in boards if board.locked]
    return bool(locked) and not any(board.findings or board.trouble for board in locked)


def lines(boards: Iterable[Scoreboard]) -> Iterator[str]:
    """A table for each sandbox, its findings one by one, and the totals."""
    boards = list(boards)
    for board in boards:
        yield from _one(board)
        yield ""
    for board in boards:
        if board.trouble:
            yield f"{board.backend}: not tried, {board.trouble}"
            continue
        left = f", {len(board.not_tried)} not tried" if board.not_tried else ""
        counts = ", ".join(f"{count} {what}" for what, count in _counts(board.results).items())
        yield f"{board.backend}: {len(board.results)} tried, {counts}{left}"


def _counts(results: Sequence[AttackResult]) -> dict[str, int]:
    """How many attacks there were with each kind of finding."""
    return {
        what: sum(bool(getattr(one, what)) for one in results) for what in ("forged", "harmed", "failed", "crashed")
    }


def _one(board: Scoreboard) -> Iterator[str]:
    held = ", ".join(board.held) or "nothing is locked"
    yield f"{board.backend}  ({board.trouble or held})"
    if not board.results:
        return
    families = list(dict.fromkeys(result.family for result in board.results))
    width = max(map(len, families))
    yield f"  {'':{width}}  {'tried':>6} {'forged':>6} {'harmed':>6} {'failed':>6} {'crashed':>7}"
    for family in families:
        own = [result for result in board.results if result.family == family]
        cells = " ".join(f"{count or '.':>{max(len(what), 6)}}" for what, count in _counts(own).items())
        yield f"  {family:{width}}  {len(own):>6} {cells}"
    for result in board.findings:
        yield f"  {result.family}/{result.id}: {result.does}"
        for line in result.findings:
            yield f"      {line}"
    for result in board.results:
        for line in result.known:
            yield f"  {result.family}/{result.id}: {line} (this sandbox cannot hide that)"
    if board.not_tried:
        yield f"  {len(board.not_tried)} not tried: they would harm the machine where nothing is locked"


def hung(seconds: float) -> str:
    """What to say of a judge that gave no sign for so long."""
    return f"the judge hung for {seconds:g} seconds"


def died(status: int | None, last: str) -> str:
    """What to say of a judge's process that ended, and the `last` line that it printed."""
    return f"the judge's process ended with status {status}: {last}"


def lost_points(score: float, max_score: float, said: str) -> str:
    """What to say of honest code that lost points."""
    return f"right code got {score:g} of {max_score:g} points: {said}"

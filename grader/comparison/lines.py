"""A comparison as lines of text, and as data for JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from grader import words
from grader.base.text import escape_controls, points
from grader.comparison.model import ROUNDING, Cause, Change, CheckMove, Comparison, Judged, Moved, ReportPoints

Paint = Callable[[str, str], str]


def lines(found: Comparison, before: str, after: str, paint: Paint) -> Iterator[str]:
    """What changed on the whole, every submission that moved, and the sum. `paint(text, tone)` adds colour.

    `before` and `after` name the two runs. Text from the reports is made safe to print.
    """
    yield from _changes(found, paint)
    for one in found.moved:
        yield ""
        yield from _submission(one, paint)
    if found.only_before or found.only_after or found.unreadable:
        yield ""
    for run, names in ((before, found.only_before), (after, found.only_after)):
        for name in names:
            yield paint(f"only in {escape_controls(run)}: {escape_controls(name)}", "warn")
    for why in found.unreadable:
        yield paint(f"not compared: {why}", "bad")
    yield ""
    yield paint(_sum(found), "bold")
    if found.in_doubt:
        s = "" if found.in_doubt == 1 else "s"
        yield paint(
            (
                f"{found.in_doubt} move{s} with nothing recorded that changed: the grader or the machine is in "
                "doubt (a time limit on a busy machine, for one); grade again to see"
            ),
            "warn",
        )


def data(found: Comparison, before: str, after: str) -> dict[str, Any]:
    """The comparison as plain data: what `lines` tells, in numbers."""
    whole = asdict(found)
    for one, move in zip(whole["moved"], found.moved, strict=True):
        one["change"] = move.change
    return {
        "before": before,
        "after": after,
        "summary": {
            "compared": found.compared,
            "up": found.up,
            "down": found.down,
            "level": found.level,
            "unchanged": found.unchanged,
            "mean_change": found.mean_change,
            "in_doubt": found.in_doubt,
        },
        **{name: whole[name] for name in ("changes", "moved", "only_before", "only_after", "unreadable")},
    }


def _changes(found: Comparison, paint: Paint) -> Iterator[str]:
    if not found.changes:
        yield paint("course, grader, machine, seed and what was handed in are the same on both sides", "quiet")
    width = max((len(words.DIFF_FACTS[change.what]) for change in found.changes), default=0)
    for change in found.changes:
        yield f"{paint(words.DIFF_FACTS[change.what].ljust(width), 'bold')}  {_change(change, found.compared)}"


def _change(change: Change, compared: int) -> str:
    told = (
        _arrow(escape_controls(change.before), escape_controls(change.after))
        if change.before or change.after
        else "changed"
    )
    if compared == 1:
        return told
    return told + f"   (in {change.submissions} of {compared})"


def _submission(one: Moved, paint: Paint) -> Iterator[str]:
    causes = "" if one.checks else "   " + paint(_causes(one.causes), "quiet")
    yield f"{paint(escape_controls(one.name), 'bold')}   {_points(one.before, one.after)}{causes}"
    names = [escape_controls(f"{move.exercise} {move.check}".strip()) for move in one.checks]
    told = [_move(move) for move in one.checks]
    wide, wider = max(map(len, names), default=0), max(map(len, told), default=0)
    for name, text, move in zip(names, told, one.checks, strict=True):
        tone = "good" if move.change > ROUNDING else "bad" if move.change < -ROUNDING else "warn"
        yield f"    {name.ljust(wide)}  {paint(text.ljust(wider), tone)}   {paint(_causes(move.causes), 'quiet')}"


def _points(before: ReportPoints, after: ReportPoints) -> str:
    parts = [_of(before.score, before.max_score, after.score, after.max_score)]
    if before.max_bonus or after.max_bonus:
        bonus = _of(before.bonus, before.max_bonus, after.bonus, after.max_bonus)
        parts.append(f"bonus {bonus}")
    if before.pending or after.pending:
        parts.append(f"{_arrow(points(before.pending), points(after.pending))} not marked yet")
    return ", ".join(parts)


def _of(score: float, most: float, new_score: float, new_most: float) -> str:
    """Points before and after, as in 12 → 15.5 of 20; the worth is said twice where it is another one."""
    if abs(most - new_most) <= ROUNDING:
        return words.DIFF_OF.format(score=_arrow(points(score), points(new_score)), max=points(most))
    return _arrow(
        words.DIFF_OF.format(score=points(score), max=points(most)),
        words.DIFF_OF.format(score=points(new_score), max=points(new_most)),
    )


def _move(move: CheckMove) -> str:
    other_worth = (
        move.before is not None
        and move.after is not None
        and abs(move.before.max_score - move.after.max_score) > ROUNDING
    )
    return _arrow(_judged(move.before, other_worth), _judged(move.after, other_worth))


def _judged(judged: Judged | None, with_worth: bool) -> str:
    if judged is None:
        return "not graded"
    score = points(judged.score)
    earned = words.DIFF_OF.format(score=score, max=points(judged.max_score)) if with_worth else score
    return f"{judged.status.label} {earned}"


def _causes(causes: tuple[Cause, ...]) -> str:
    if not causes:
        return "(nothing that was recorded changed)"
    return f"({', '.join(words.DIFF_CAUSES[cause.value] for cause in causes)} changed)"


def _sum(found: Comparison) -> str:
    parts = [f"{found.compared} compared"]
    if found.moved:
        parts.append(f"{found.up} moved up, {found.down} down")
    if found.level:
        parts.append(f"{found.level} moved at the same points")
    parts.append(f"{found.unchanged} unchanged")
    if found.moved:
        parts.append(f"mean change {_signed(found.mean_change)}")
    return ", ".join(parts)


def _arrow(before: str, after: str) -> str:
    return before if before == after else words.DIFF_ARROW.format(before=before, after=after)


def _signed(value: float) -> str:
    return f"{value:+.3g}" if abs(value) > ROUNDING else "0"

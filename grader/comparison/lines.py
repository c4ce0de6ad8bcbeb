"""A comparison as lines of text, and as data for JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from grader.base.text import POINTS_ROUNDING, escape_controls, plural, points
from grader.comparison.model import Change, CheckMove, Comparison, Judged, Moved, Reason, ReportPoints, arrow

Paint = Callable[[str, str], str]
# Where what is printed differs from the name in the data.
_FACTS = {"template": "course: template", "reference": "course: reference", "python": "Python"}
MEAN_DIGITS = 3  # one more than points have: a mean over a class changes by less than anybody's points
_CAUSES = {Reason.ELSEWHERE: "other parts of the submission", Reason.ONLY: "--only"}


def lines(found: Comparison, before: str, after: str, paint: Paint) -> Iterator[str]:
    """The facts that changed, every submission that moved, and a summary. `paint(text, tone)` adds colour.

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
        yield paint(
            f"{plural(found.in_doubt, 'change')} without a recorded cause: perhaps the grader or the machine (such as "
            "a time limit on a busy machine); grade again to see",
            "warn",
        )


def data(found: Comparison, before: str, after: str) -> dict[str, Any]:
    """The comparison as plain data, with everything that `lines` prints."""
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
        yield paint("course, grader, machine, seed and submission are the same on both sides", "quiet")
    names = [_FACTS.get(change.what, change.what) for change in found.changes]
    width = max(map(len, names), default=0)
    for name, change in zip(names, found.changes, strict=True):
        yield f"{paint(name.ljust(width), 'bold')}  {_change(change, found.compared)}"


def _change(change: Change, compared: int) -> str:
    values = arrow(escape_controls(change.before), escape_controls(change.after)) or "changed"
    return values if compared == 1 else f"{values}   (in {change.submissions} of {compared})"


def _submission(one: Moved, paint: Paint) -> Iterator[str]:
    causes = "" if one.checks else "   " + paint(_causes(one.causes), "quiet")
    yield f"{paint(escape_controls(one.name), 'bold')}   {_points(one.before, one.after)}{causes}"
    names = [escape_controls(f"{move.exercise} {move.check}".strip()) for move in one.checks]
    texts = [_move(move) for move in one.checks]
    wide, wider = max(map(len, names), default=0), max(map(len, texts), default=0)
    for name, text, move in zip(names, texts, one.checks, strict=True):
        tone = "good" if move.change > POINTS_ROUNDING else "bad" if move.change < -POINTS_ROUNDING else "warn"
        yield f"    {name.ljust(wide)}  {paint(text.ljust(wider), tone)}   {paint(_causes(move.causes), 'quiet')}"


def _points(before: ReportPoints, after: ReportPoints) -> str:
    parts = [_of(before.score, before.max_score, after.score, after.max_score)]
    if before.max_bonus or after.max_bonus:
        parts.append(f"bonus {_of(before.bonus, before.max_bonus, after.bonus, after.max_bonus)}")
    if before.pending or after.pending:
        parts.append(f"{arrow(points(before.pending), points(after.pending))} not marked yet")
    return ", ".join(parts)


def _of(score: float, max_score: float, new_score: float, new_max: float) -> str:
    """Points before and after, as in `12 → 15.5 of 20`, or `2 of 2 → 2 of 3` where the maximum changed."""
    if abs(max_score - new_max) <= POINTS_ROUNDING:
        return f"{arrow(points(score), points(new_score))} of {points(max_score)}"
    return arrow(f"{points(score)} of {points(max_score)}", f"{points(new_score)} of {points(new_max)}")


def _move(move: CheckMove) -> str:
    other_max = (
        move.before is not None
        and move.after is not None
        and abs(move.before.max_score - move.after.max_score) > POINTS_ROUNDING
    )
    return arrow(_judged(move.before, other_max), _judged(move.after, other_max))


def _judged(judged: Judged | None, with_max: bool) -> str:
    if judged is None:
        return "not graded"
    score = points(judged.score)
    earned = f"{score} of {points(judged.max_score)}" if with_max else score
    return f"{judged.status.label} {earned}"


def _causes(causes: tuple[Reason, ...]) -> str:
    if not causes:
        return "(no recorded cause)"
    return f"({', '.join(_CAUSES.get(cause, cause.value) for cause in causes)} changed)"


def _sum(found: Comparison) -> str:
    parts = [f"{found.compared} compared"]
    if found.moved:
        parts.append(f"{found.up} moved up, {found.down} down")
    if found.level:
        parts.append(f"{found.level} changed with the same points")
    parts.append(f"{found.unchanged} unchanged")
    if found.moved:
        parts.append(f"mean change {_signed(found.mean_change)}")
    return ", ".join(parts)


def _signed(value: float) -> str:
    text = points(value, MEAN_DIGITS)
    return f"+{text}" if float(text) > 0 else text

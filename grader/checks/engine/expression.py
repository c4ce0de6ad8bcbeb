"""The check kinds `expression` and `tensor`: expressions on the student's class, values and gradients in closed form.

The operations travel as data and run in the worker on objects of the student's class; a number is an array of shape ().
Expressions may be stated, or drawn at random: of those that fail, the smallest that still fails is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import Random

from grader.checks import absent
from grader.checks.base import CORRECT, CheckContext, Finding
from grader.checks.code.trivial_pairs import of_engine
from grader.checks.engine.expression_points import TRIES, ExpressionPoint, Numbers, draw_points, of_repeated
from grader.checks.engine.expression_spec import Item, RandomGraphs, Spec, Stated, texts_of
from grader.checks.engine.expression_trial import DUNDERS, Root, changed
from grader.checks.engine.inner_gradients import own_gradients
from grader.checks.program import Trial
from grader.checks.proof import TrialPlan
from grader.checks.trials import CourseFault, Miss, answer_of, loosest, misses_of, summary
from grader.maths.graphs import expression_graph as graphs
from grader.maths.graphs.expression_graph import ITEM, METHODS, REDUCTIONS
from grader.model import Exhibit, Verdict
from grader.model.dataclass import dataclass
from grader.sandbox.requests import ProgramResult, Request

DRAWS = 2  # points at which a stated graph of numbers is tried: a rule right at one is hardly right at the next
FEW = 20  # draws after which a graph that was made by chance is given up; repetitions that are no long chain
SHRINKING_ROUNDS = 8  # each leaves out a node at least; these and the next bound the time that a failure costs
MAX_CANDIDATES = 60  # smaller graphs tried in a round

answer_form, planned = absent.answer_form, absent.planned
files, form, derives, run = absent.files, absent.form, absent.derives, absent.run


def pairs(spec: Spec) -> dict[str, str]:
    """Code of operations that solve nothing."""
    methods = [*(REDUCTIONS if spec.arrays else ()), *METHODS, *(form.name for form in spec.forms)]
    methods += ["T", "__getitem__"] if spec.arrays else []
    return of_engine(spec.class_, spec.value, spec.gradient, spec.backward, methods)


def targets(spec: Spec) -> list[str]:
    """The method that every expression needs, the methods that are used, and the one that all have in common.

    Alternatives of graphs of numbers show by other operations what is in question: these are not in question.
    """
    items = [item for group in spec.groups.values() for item in group if spec.arrays or isinstance(item, Stated)]
    texts = [text for item in items for text in texts_of(item)]
    used = [{node.op for node in spec.parse(text).nodes} for text in texts]
    known = (*REDUCTIONS, *METHODS, *(form.name for form in spec.forms), "T", ITEM)
    methods = [DUNDERS.get(method, method) for method in known if any(method in ops for ops in used)]
    common = set.intersection(*used) - {"leaf"} if spec.arrays and used else set[str]()
    names = [spec.backward, *methods, *(DUNDERS.get(op, op) for op in sorted(common))]
    return [f"{spec.class_}.{name}" for name in dict.fromkeys(names)]


@dataclass(frozen=True)
class _Claim:
    """One item of a group: right when every point of the first alternative is right, or of a later one."""

    group: str
    first: tuple[ExpressionPoint, ...]
    later: tuple[tuple[str, ...], ...]
    at: Mapping[str, Numbers]


def plan(spec: Spec, rng: Random) -> TrialPlan:
    """Every expression, in one worker, one after the other."""
    claims = [_stated_claim(spec, group, item, rng) for group, items in spec.groups.items() for item in items]
    return _plan(spec, [*claims, *_random_claims(spec, spec.random, rng)], [])


def _plan(spec: Spec, claims: Sequence[_Claim], tried: Sequence[Sequence[Trial]]) -> TrialPlan:
    """A plan for these claims, for the first of which the trials are made already."""
    firsts = [*tried, *([point.trial(spec.engine, spec.roots[0]) for point in claim.first]
                        for claim in claims[len(tried) :])]  # fmt: skip
    trials = [trial for first in firsts for trial in first]
    return TrialPlan(
        trials, partial(_explain, spec, claims, firsts), lambda rng: _plan(spec, [*claims, *_own(spec, rng)], firsts)
    )


def _own(spec: Spec, rng: Random) -> list[_Claim]:
    """One expression of each group, once more at one point, which the course does not state."""
    claims = []
    for group, stated in spec.groups.items():
        drawn = [item for item in stated if not _is_fixed(item, spec)]
        item = _shortened(rng.choice(drawn or stated), rng)
        try:
            claims.append(_stated_claim(spec, group, item if drawn else item.model_copy(update={"at": {}}), rng, 1))
        except CourseFault:
            if drawn:
                raise  # else it is defined where the course states it, and hardly anywhere else
    one = spec.random.model_copy(update={"count": 1}) if spec.random is not None else None
    return [*claims, *_random_claims(spec, one, rng)]


def _shortened(item: Item, rng: Random) -> Item:
    """The item with its operation repeated a few times, where it is many, and with one of several expressions that are
    to be right together: each student gets all of them once."""
    if isinstance(item, Stated):
        return item.model_copy(update={"times": min(item.times, FEW)}) if item.times > FEW else item
    place = rng.randrange(min(map(len, item.any)))
    return item.model_copy(update={"any": [[texts[place % len(texts)]] for texts in item.any]})


def _is_fixed(item: Item, spec: Spec) -> bool:
    """Whether there is nothing to draw."""
    leaves = {leaf for text in texts_of(item) for leaf in spec.parse(text).leaves}
    return item.at.keys() >= leaves


def _explain(
    spec: Spec, claims: Sequence[_Claim], firsts: Sequence[Sequence[Trial]], request: Request, context: CheckContext
) -> Finding:
    """The simplest expression that went wrong, and the points for the others."""
    trials = [trial for first in firsts for trial in first]
    missed = _missed(spec, trials, context, request)
    wrong = [index for index, first in enumerate(firsts) if any(id(trial) in missed for trial in first)]
    right = _right_another_way(spec, [(claims[index], _lost(claims[index].first, firsts[index], missed))
                                      for index in wrong], context)  # fmt: skip
    wrong = [index for index, another in zip(wrong, right, strict=True) if not another]
    if not wrong:
        return CORRECT
    lost = [one for index in wrong for one in _lost(claims[index].first, firsts[index], missed)]
    misses = [miss for _, miss in lost]
    shown = lost[0]
    if claims[wrong[0]].group == "random":
        shown = _smallest(spec, lost, context)
        misses = [shown[1], *misses]
    finding = _with_contributions(spec, summary(misses, trials), *shown, context)
    if _only_after_others(spec, lost, context):
        hint = (
            "Each graph by itself is right, but not after another graph on the same values: is something kept between "
            f"calls of `{spec.backward}`, such as a default argument (`seen=set()`), a list on the class or in the "
            "module, or a flag on a value?"
        )
        finding = replace(finding, hint=hint)
    groups = list(dict.fromkeys(claim.group for claim in claims))
    bad = list(dict.fromkeys(claims[index].group for index in wrong))
    if len(groups) > 1:
        finding = replace(finding, message=f"{finding.message} (in: {', '.join(bad)})")
    share = 1 - len(bad) / len(groups)
    if share > 0 and finding.importable:
        return replace(finding, status=Verdict.PARTIAL, share=share)
    return finding


def _stated_claim(spec: Spec, group: str, item: Item, rng: Random, draws: int = 0) -> _Claim:
    texts, *later = [[item.of]] if isinstance(item, Stated) else item.any
    times, plain = (item.times, item.plain) if isinstance(item, Stated) else (1, False)
    points = [replace(point, times=times, plain=plain) for text in texts
              for point in _stated(spec, text, item.at, rng, draws)]  # fmt: skip
    if times > 1:
        points = [replace(point, expected=of_repeated(point.graph, times, tuple(point.case.items())))
                  for point in points]  # fmt: skip
    return _Claim(group, tuple(points), tuple(map(tuple, later)), item.at)


def _random_claims(spec: Spec, wanted: RandomGraphs | None, rng: Random) -> list[_Claim]:
    points = _random_points(spec, wanted, rng) if wanted is not None else []
    return [_Claim("random", (point,), (), {}) for point in points]


def _stated(spec: Spec, text: str, at: Mapping[str, Numbers], rng: Random, draws: int = 0) -> list[ExpressionPoint]:
    graph = spec.parse(text)
    fixed = at.keys() >= set(graph.leaves)
    draws = draws or spec.draws or (1 if spec.arrays else DRAWS)
    points = draw_points(spec.leaves, graph, at, rng, 1 if fixed else draws)
    if not points:
        raise CourseFault(f"{text!r} is not defined at the values of its leaves that were drawn")
    return points


def _missed(
    spec: Spec, trials: Sequence[Trial], context: CheckContext, request: Request | None = None
) -> dict[int, Miss]:
    """The misses of these trials, by the identity of the trial.

    A trial that shows float32 anywhere is judged as float32: such data leave their rounding in float64 gradients.
    """
    if not trials:
        return {}
    outcomes = context.answers(request or Request(context.file, [trial.program for trial in trials]))
    context.record.tried += zip(trials, outcomes, strict=True)
    return {
        id(trial): replace(miss, trial=trial)
        for trial, outcome in zip(trials, outcomes, strict=True)
        for miss in _misses_of_one(spec, trial, outcome, context)
    }


def _misses_of_one(spec: Spec, trial: Trial, outcome: ProgramResult, context: CheckContext) -> list[Miss]:
    judged = replace(trial, rtol=loosest(outcome.answers))
    _, now = answer_of(trial, outcome.answers)
    return changed(judged, now, spec.value) or misses_of([judged], [outcome], context.sources, context.record)


def _lost(
    points: Sequence[ExpressionPoint], trials: Sequence[Trial], missed: Mapping[int, Miss]
) -> list[tuple[ExpressionPoint, Miss]]:
    """The points that were missed, of those that the trials were made for."""
    return [(point, missed[id(trial)]) for point, trial in zip(points, trials, strict=True) if id(trial) in missed]


_Lost = Sequence[tuple[ExpressionPoint, Miss]]


def _right_another_way(spec: Spec, claims: Sequence[tuple[_Claim, _Lost]], context: CheckContext) -> list[bool]:
    """For each claim and what it lost, whether its first alternative is right with another root, or a later one with
    any.

    Several expressions on the same leaves may also be right where nothing sets the gradients to 0 in between: some
    classes do so themselves, and do not see what is set.
    """
    ways = [list(_ways(spec, claim, lost, context.rng)) for claim, lost in claims]
    trials = [trial for claim in ways for way in claim for trial in way.trials]
    if not trials:
        return [False] * len(claims)
    answered = context.answers(Request(context.file, [trial.program for trial in trials]))
    outcomes = dict(zip(map(id, trials), answered, strict=True))

    def right(way: _Way) -> bool:
        # What is expected is computed as far as it is needed: most ways are wrong at their first point.
        judged = zip(way.points, way.trials, strict=True)
        return not any(
            _misses_of_one(spec, point.expecting(trial, way.root), outcomes[id(trial)], context)
            for point, trial in judged
        )

    return [any(map(right, claim)) for claim in ways]


@dataclass(frozen=True)
class _Way:
    """One way for a claim to be right: all of these points, as they are asked from this root."""

    points: Sequence[ExpressionPoint]
    root: Root
    trials: Sequence[Trial]


def _ways(spec: Spec, claim: _Claim, lost: _Lost, rng: Random) -> Iterator[_Way]:
    later = [[point for text in texts for point in _stated(spec, text, claim.at, rng)] for texts in claim.later]
    # What was wrong once is most likely wrong again, and no root changes the value of what comes before it.
    first = [*(point for point, _ in lost), *claim.first]
    first = [] if any(0 in miss.members for _, miss in lost) else [*{id(point): point for point in first}.values()]
    for number, points in enumerate([first, *later]):
        for root in spec.roots:
            for reset in (True, False) if any(point.graph.earlier for point in points) else (True,):
                if points and (number or root is not spec.roots[0] or not reset):
                    yield _Way(points, root, [point.asked(spec.engine, root, reset) for point in points])


def _only_after_others(spec: Spec, lost: Sequence[tuple[ExpressionPoint, Miss]], context: CheckContext) -> bool:
    """Whether graphs have wrong numbers only after others on the same leaves: each by itself comes out right."""
    if not all(point.graph.earlier and miss.members for point, miss in lost):
        return False
    alone = [graphs.pruned(point.graph.nodes) for point, _ in lost]
    points = [one for graph in alone for one in draw_points(spec.leaves, graph, {}, context.rng, 1, hopeless=FEW)]
    trials = [point.trial(spec.engine, spec.roots[0]) for point in points]
    request = Request(context.file, [trial.program for trial in trials], first=True)  # where nothing is kept yet
    return not _missed(spec, trials, context, request)


def _random_points(spec: Spec, wanted: RandomGraphs, rng: Random) -> list[ExpressionPoint]:
    found: list[ExpressionPoint] = []
    for _ in range(TRIES):
        graph = graphs.random_graph(rng, list(spec.inputs), wanted.operations, wanted.size, spec.forms)
        at = wanted.at[len(found) % len(wanted.at)] if wanted.at else {}
        if len(graph.leaves) > 1:
            # An engine that confuses equal values is found by graphs that state them, not by chance in some seeds.
            found += draw_points(spec.leaves, graph, at, rng, 1, hopeless=FEW, distinct=True)
        if len(found) >= wanted.count:
            break
    return found


def _with_contributions(
    spec: Spec, finding: Finding, point: ExpressionPoint, miss: Miss, context: CheckContext
) -> Finding:
    """The finding with the picture of the graph, and with what each use of the first node that is off contributes,
    where that shows: values are right."""
    if not miss.members or 0 in miss.members or miss.spoilt:
        return finding
    own = own_gradients(spec, point, context)
    if own is None:
        return finding
    evidence = finding.evidence
    evidence = replace(evidence, exhibit=replace(evidence.exhibit or Exhibit(), graph=own.picture()))
    node = own.wrong_node()
    if node is None:
        return replace(finding, evidence=evidence)
    evidence = replace(evidence, facts={**evidence.facts, "contributions": node.text})
    method = f"{spec.class_}.{DUNDERS.get(node.op, node.op)}" if node.op else ""
    return replace(finding, evidence=evidence, method=method)


def _smallest(
    spec: Spec, lost: Sequence[tuple[ExpressionPoint, Miss]], context: CheckContext
) -> tuple[ExpressionPoint, Miss]:
    """The smallest graph that still fails, met on the way down from the smallest one that failed, and how."""
    best, miss = min(lost, key=lambda pair: len(pair[0].graph.nodes))
    for _ in range(SHRINKING_ROUNDS):
        smaller = [point for graph in graphs.smaller(best.graph)[:MAX_CANDIDATES]
                   for point in draw_points(spec.leaves, graph, {}, context.rng, 1, FEW, FEW)]  # fmt: skip
        trials = [point.trial(spec.engine, spec.roots[0]) for point in smaller]
        missed = _missed(spec, trials, context)
        fails = _lost(smaller, trials, missed)
        if not fails:
            break
        best, miss = min(fails, key=lambda pair: len(pair[0].graph.nodes))
    return best, miss

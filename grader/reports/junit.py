"""junit.xml: one suite per exercise, one test case per check, points as properties; for GitLab, Jenkins and others."""

from __future__ import annotations

from datetime import datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from grader.base.text import escape_controls, points
from grader.model import CheckResult, ExerciseResult, Report, Submission, Verdict
from grader.reports.grouping import Group, group_by_check
from grader.reports.outcome import PassFail, costs_nothing, outcome, plain_in_group, shortened

LIMIT = 20_000  # characters of one text: some 200 lines, more than anybody reads


def text(report: Report, submission: Submission, now: datetime) -> str:
    """The report in the dialect that pytest writes. Texts are escaped: none has a character that XML forbids."""
    root = Element("testsuites", name=escape_controls(report.course["title"]))
    for exercise in report.exercises:
        _suite(root, exercise, now)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", _seconds(*(check for exercise in report.exercises for check in exercise.checks)))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(root: Element, exercise: ExerciseResult, now: datetime) -> None:
    name = escape_controls(f"{exercise.id} {exercise.title}")
    suite = SubElement(root, "testsuite", name=name, timestamp=now.isoformat(timespec="seconds"))
    _properties(
        suite,
        score=exercise.score,
        max_score=exercise.max_score,
        bonus=str(exercise.bonus).lower(),
        verdict=exercise.status.value,
        seed=str(exercise.seed),
    )
    together = group_by_check(exercise)
    for check in exercise.checks:
        case = SubElement(suite, "testcase", classname=name, name=escape_controls(check.claim), time=_seconds(check))
        case.set("file", escape_controls(exercise.file))
        _properties(case, score=check.score, max_score=check.max_score, verdict=check.status.value)
        _result(case, check, exercise, together[check.id])
    if exercise.output:
        SubElement(suite, "system-out").text = shortened(exercise.output, LIMIT)
    counted = {"tests": "testcase", "failures": "testcase/failure", "errors": "testcase/error"}
    for attribute, path in {**counted, "skipped": "testcase/skipped"}.items():
        suite.set(attribute, str(len(suite.findall(path))))
    suite.set("time", _seconds(*exercise.checks))


def _result(case: Element, check: CheckResult, exercise: ExerciseResult, group: Group) -> None:
    what = outcome(check, exercise)
    message = escape_controls(check.message) or check.status.label
    if check.status is Verdict.JUDGE_ERROR and not check.advisory:
        tag = "error"
    elif what is PassFail.FAILED:
        tag = "failure"
    elif what is PassFail.PASSED:
        return
    else:
        tag = "skipped"
        message = f"{costs_nothing(check, what)} ({message})"
    SubElement(case, tag, message=message, type=check.status.value).text = plain_in_group(check, group, LIMIT)


def _properties(element: Element, **values: float | str) -> None:
    properties = SubElement(element, "properties")
    for name, value in values.items():
        SubElement(properties, "property", name=name, value=value if isinstance(value, str) else points(value))


def _seconds(*checks: CheckResult) -> str:
    return f"{sum(check.seconds for check in checks):.3f}"

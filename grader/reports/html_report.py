"""report.html: a single file that needs no JavaScript and requests nothing."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from grader.base.atomic_write import whole_file
from grader.base.inline_source import source_hash
from grader.base.text import plural, points
from grader.model import Exercise, Report, WrongPart, origin_of
from grader.reports import pictures
from grader.reports.attempts import SinceEarlier
from grader.reports.findings import (
    by_urgency,
    first_to_fix,
    first_to_write,
    points_sum,
    sorted_checks,
    told_at_once,
    tone,
    with_lines_told_before,
)
from grader.reports.grouping import FOLLOWS
from grader.reports.marked_digits import marked_digits
from grader.reports.plots import graph_plot, loss_plot
from grader.reports.points_line import not_marked
from grader.sandbox.source import summary_of_text

NAME = "report.html"
PAGE, PREVIEW = "report.html.jinja", "preview.html.jinja"
TEMPLATES = Path(__file__).parent / "templates"
LARGEST = 150_000  # bytes: what a browser and a mail take at once; a report with more is told in brief
UNFOLDED = 3  # findings: with them, a report that is printed has at most four pages
IN_FULL, SHORT_OUTPUT = 12, 1_500  # findings and characters of printed output in a brief report
_CODE = re.compile(r"`([^`\n]+)`")
_FIRST_LETTER = re.compile(r"[a-z](?=[a-z]+ )|a(?= )")


def write(
    report: Report,
    folder: Path,
    progress: SinceEarlier | None = None,
    reloads: bool = False,
    only: Sequence[str] = (),
) -> Path:
    """Writes report.html into `folder`."""
    return whole_file(folder / NAME, text(report, progress, reloads, only))


def text(
    report: Report, progress: SinceEarlier | None = None, reloads: bool = False, only: Sequence[str] = ()
) -> str:  # fmt: skip
    """The report as HTML. Every value goes through autoescape. One that `reloads` shows the next one by itself; where
    `only` some exercises of the course were graded, it says so."""
    made = _text(report, progress, reloads, only, brief=False)
    return made if len(made.encode()) <= LARGEST else _text(report, progress, reloads, only, brief=True)


def preview(report: Report, exercise: Exercise) -> str:
    """A page on one exercise: what students are asked, as they see it, and a report on it."""
    return _text(report, None, False, (), brief=False, exercise=exercise)


def prepare() -> None:
    """Compiles the templates of a report, for all processes that are forked from this one."""
    environment = template(PAGE).environment
    for path in TEMPLATES.glob("*.jinja"):
        if path.name != PREVIEW:
            environment.get_template(path.name)


def _text(
    report: Report,
    progress: SinceEarlier | None,
    reloads: bool,
    only: Sequence[str],
    brief: bool,
    exercise: Exercise | None = None,
) -> str:
    """The report; a `brief` one shows the most urgent findings alone with all that belongs to them. Where an `exercise`
    is given, its task comes first."""
    sections = [sorted_checks(exercise) for exercise in report.exercises]
    first = first_to_fix(sections)
    ranked = by_urgency(sections)
    script = _reloading() if reloads else Markup("")
    return template(PREVIEW if exercise else PAGE).render(
        report=report,
        previewed=exercise,
        only=tuple(dict.fromkeys(only)),
        sections=sections,
        sum=points_sum(report),
        first=first,
        unfolded=frozenset(finding.key for finding in ranked[:UNFOLDED]),
        short=frozenset(finding.key for finding in ranked[IN_FULL:]) if brief else frozenset[object](),
        shown_output=SHORT_OUTPUT if brief else LARGEST,
        repeated=with_lines_told_before(sections, first),
        unwritten=None if first else first_to_write(sections),
        progress=progress or SinceEarlier(),
        sandbox=summary_of_text(report.isolation).removeprefix("sandbox: ").partition(" (")[0],
        origin=origin_of(report.course),
        script=script,
        script_hash=source_hash(script) if script else "",
    )


@functools.cache
def _reloading() -> Markup:
    """The script of a page that reloads itself; it is the grader's own text."""
    return Markup((TEMPLATES / "reload.js").read_text("utf-8"))


@functools.cache
def template(name: str, folder: Path = TEMPLATES) -> Template:
    """A template of `folder`, with autoescape; it may include templates of this package."""
    environment = Environment(
        loader=FileSystemLoader([folder, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        optimized=False,  # a template is compiled once and rendered a few times: it costs more than it saves
    )
    environment.filters.update(points=points, prose=_prose, paragraphs=_paragraphs, cut=_cut)
    environment.globals.update(
        loss_plot=loss_plot, graph_plot=graph_plot, gradient_plot=pictures.gradient_plot,
        curve_plot=pictures.curve_plot, asked_plot=pictures.asked_plot, sparkline=pictures.sparkline,
        not_marked=not_marked, marked_digits=marked_digits, wrong_entries=_wrong_entries, told_at_once=told_at_once,
        tone=tone, FOLLOWS=FOLLOWS,
    )  # fmt: skip
    return environment.get_template(name)


def _prose(text: str) -> Markup:
    """A message as a sentence: with a capital where it begins with a plain word, and what is in backticks as code."""
    return _coded(text[0].upper() + text[1:] if _FIRST_LETTER.match(text) else text)


def _coded(text: str) -> Markup:
    pieces = _CODE.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if place % 2 else piece for place, piece in enumerate(pieces)
    )


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}\n… (cut here; results.json has all of it)"


def _paragraphs(text: str) -> Markup:
    """A task with its paragraphs and items on lines of their own, no line breaks inside, and what is in backticks as
    code."""
    return _coded(re.sub(r"(?<!\n)\n(?!\n|\s*[-*] |\s*[a-h]\) |\s{4,})\s*", " ", text.strip()))


def _wrong_entries(part: WrongPart) -> str:
    """`2 of 6 entries are wrong`."""
    entries = [entry for row in part.rows for entry in row]
    wrong = sum(entry.wrong for entry in entries)
    return f"{wrong} of {plural(len(entries), 'entry', 'entries')} {'is' if wrong == 1 else 'are'} wrong"

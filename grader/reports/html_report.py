"""report.html: a single file that needs no JavaScript and requests nothing."""

from __future__ import annotations

import functools
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from grader.base.atomic_write import whole_file
from grader.base.text import points
from grader.model import Report, Verdict
from grader.reports.grouping import FOLLOWS, groups
from grader.reports.plots import graph_plot, loss_plot
from grader.reports.points_line import not_marked

NAME = "report.html"
TEMPLATES = Path(__file__).parent / "templates"


def write(report: Report, folder: Path) -> Path:
    """Writes report.html into `folder`."""
    return whole_file(folder / NAME, text(report))


def text(report: Report) -> str:
    """The report as HTML. Every value goes through autoescape."""
    together = [(exercise, groups(exercise)) for exercise in report.exercises]
    return template("report.html.jinja").render(
        report=report, together=together, headed=any(len(parts) > 1 for _, parts in together), FOLLOWS=FOLLOWS,
        Verdict=Verdict,
    )  # fmt: skip


@functools.cache
def template(name: str, folder: Path = TEMPLATES) -> Template:
    """A template of `folder`, with autoescape; it may include templates of this package."""
    environment = Environment(
        loader=FileSystemLoader([folder, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = points
    environment.globals.update(loss_plot=loss_plot, graph_plot=graph_plot, not_marked=not_marked)
    return environment.get_template(name)

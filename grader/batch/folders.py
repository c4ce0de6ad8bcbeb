"""The folder of one submission's reports: the newest attempt's files, and earlier attempts in folders inside."""

from __future__ import annotations

from pathlib import Path

from grader.files import whole_file
from grader.reports import html_report, json_report

REPORTS = (json_report.NAME, html_report.NAME)


def complete(folder: Path) -> bool:
    """Whether both reports are there."""
    return all((folder / name).is_file() for name in REPORTS)


def write(folder: Path, json: str, html: str) -> None:
    """Writes both reports. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    whole_file(folder / html_report.NAME, html)
    whole_file(folder / json_report.NAME, json)


def put_aside(folder: Path, number: int) -> None:
    """Moves the reports of attempt `number` out of the way of a newer one's. Raises OSError."""
    if any((folder / name).exists() for name in REPORTS):
        aside = folder / attempt_folder(number)
        aside.mkdir(exist_ok=True)
        for name in REPORTS:
            if (folder / name).exists():
                (folder / name).replace(aside / name)


def attempt_folder(number: int) -> str:
    """The name of the folder of an earlier attempt."""
    return f"attempt-{number}"

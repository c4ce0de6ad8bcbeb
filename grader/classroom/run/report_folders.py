"""The folder of one submission's reports: the newest attempt's files, and subfolders for earlier attempts."""

from __future__ import annotations

from pathlib import Path

from grader.base.atomic_write import own_folder, whole_file
from grader.model import GraderError
from grader.reports import html_report, json_report

ATTEMPT = "attempt-"
REPORTS = (json_report.NAME, html_report.NAME)


def complete(folder: Path) -> bool:
    """Whether both reports exist as regular files."""
    paths = [folder / name for name in REPORTS]
    return all(path.is_file() and not path.is_symlink() for path in paths)


def write(folder: Path, json: str, html: str) -> None:
    """Writes both reports. Raises OSError."""
    own_folder(folder)
    whole_file(folder / html_report.NAME, html)
    whole_file(folder / json_report.NAME, json)


def put_aside(folder: Path, number: int, digest: str) -> None:
    """Moves the reports of attempt `number` into its subfolder if they belong to the files with this digest: a run that
    was killed may have written newer ones. Raises OSError."""
    if digest_of(folder) == digest:
        aside = own_folder(own_folder(folder) / attempt_folder(number))
        for name in REPORTS[::-1]:  # results.json last: it identifies the reports
            if (folder / name).exists():
                (folder / name).replace(aside / name)


def digest_of(folder: Path) -> str:
    """The digest of the files that the folder's reports are about; empty where there is no report."""
    try:
        return json_report.read(folder).submission["digest"]
    except GraderError:
        return ""


def highest(folder: Path) -> int:
    """The highest number of an earlier attempt's subfolder, 0 where there is none."""
    numbers = [path.name.removeprefix(ATTEMPT) for path in folder.glob(f"{ATTEMPT}*")]
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def attempt_folder(number: int) -> str:
    """The name of an earlier attempt's subfolder."""
    return f"{ATTEMPT}{number}"

"""The files of a course that was fetched: what their names may be, and where among them the course is."""

from __future__ import annotations

import sys
from pathlib import Path

from grader.base.text import did_you_mean, enumerate_names, escape_controls
from grader.course.files import COURSE_FILE
from grader.model import GraderError, Origin
from grader.model.dataclass import dataclass

MAX_FILES, MAX_SIZE = 5000, 128 << 20  # of a course with all that lies beside it: the bundled one has 100, and 1 MB
MAX_PATH = 200  # letters: Windows opens none beyond 260, with the cache's folder
SHOWN = 5  # folders that a message names


@dataclass(frozen=True)
class FetchedCourse:
    """The course's `folder` in the folder `root`, outside of which nothing belongs to it; and where it came from."""

    root: Path
    folder: Path
    origin: Origin


def refuse_name(path: str) -> str:
    """Why a file of this path is not written; empty where it may be."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or part.lower() == ".git" for part in parts) or "\\" in path:
        return "would lie outside of the course"
    if not path.isprintable() or (sys.platform == "win32" and any(letter in path for letter in '<>:"|?*')):
        return "has a name that not every system can write"
    return "has too long a path" if len(path) > MAX_PATH else ""


def within(root: Path, path: str, named: str) -> Path:
    """The folder of the course in the folder `root`. Raises GraderError where there is none."""
    folder = root / path if path else root
    if (folder / COURSE_FILE).is_file():
        return folder
    known = sorted(found.parent.relative_to(root).as_posix() for found in root.rglob(COURSE_FILE))
    if "." in known:
        instead = "it is at the top: leave out the folder"
    elif known:
        guess = did_you_mean(path, known) if path else ""
        instead = f"there is one in {enumerate_names([escape_controls(one) for one in known[:SHOWN]])}"
        instead += guess or f": name the folder, as in #{escape_controls(known[0])}"
    else:
        instead = f"there is no {COURSE_FILE} in it at all"
    raise GraderError(f"{escape_controls(named)} is no course: it has no {COURSE_FILE}; {instead}")

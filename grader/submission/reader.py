"""Chooses the reader by what the path is; a new format is one file and one line here."""

from __future__ import annotations

import stat
from collections.abc import Callable, Collection
from pathlib import Path

from grader.base.errors import no_such_path, unreadable
from grader.base.text import enumerate_names, escape_controls
from grader.model import GraderError, Submission

# Each format is a function of a module here, which is imported where a submission has that format.
READERS = {
    ".py": "single_file:read_single",
    ".yaml": "single_file:read_single",
    ".yml": "single_file:read_single",
    ".ipynb": "notebook_file:read_notebook",
    ".zip": "zip_archive:read_zip",
    ".tar": "tar_archive:read_tar",
    ".tar.gz": "tar_archive:read_tar",
    ".tgz": "tar_archive:read_tar",
}


def read_submission(path_text: str, wanted: Collection[str]) -> Submission:
    """The submission at a path, or at a revision `REPO@REV`, as far as it is `wanted`.

    `path_text` is kept as it was typed. Raises GraderError, in one sentence, for what cannot be read.
    """
    path = Path(path_text)
    try:
        mode = path.stat().st_mode if path_text else None
    except FileNotFoundError:
        mode = None
    except (OSError, ValueError) as error:
        raise unreadable(path_text, error) from None
    if mode is None:
        from grader.submission.revision import read_revision, split

        revision = split(path_text)
        if revision is None:
            raise no_such_path(path_text)
        return read_revision(*revision, wanted, path_text)
    if stat.S_ISDIR(mode):
        from grader.submission.folder import read_folder

        return read_folder(path, wanted, path_text)
    fits = [suffix for suffix in READERS if path.name.lower().endswith(suffix)]
    if not fits:
        raise GraderError(
            f"cannot read {escape_controls(path_text)}: give a folder, REPO@REVISION, or a file that ends in "
            f"{enumerate_names([*READERS], 'or')}"
        )
    from pkgutil import resolve_name

    read: Callable[[Path, Collection[str], str], Submission] = resolve_name(f"grader.submission.{READERS[fits[0]]}")
    return read(path, wanted, path_text)

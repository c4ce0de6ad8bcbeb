"""Chooses the reader by what the path is; a new format is one file and one line here."""

from __future__ import annotations

import stat
from collections.abc import Callable, Collection
from pathlib import Path

from grader.base.errors import no_such_path, unreadable
from grader.base.text import enumerate_names, escape_controls
from grader.model import GraderError, Submission
from grader.submission.folder import read_folder
from grader.submission.notebook_file import read_notebook
from grader.submission.revision import read_revision, split
from grader.submission.single_file import read_single
from grader.submission.tar_archive import read_tar
from grader.submission.zip_archive import read_zip

READERS: dict[str, Callable[[Path, Collection[str], str], Submission]] = {
    ".py": read_single,
    ".yaml": read_single,
    ".yml": read_single,
    ".ipynb": read_notebook,
    ".zip": read_zip,
    ".tar": read_tar,
    ".tar.gz": read_tar,
    ".tgz": read_tar,
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
        revision = split(path_text)
        if revision is None:
            raise no_such_path(path_text)
        return read_revision(*revision, wanted, path_text)
    if stat.S_ISDIR(mode):
        return read_folder(path, wanted, path_text)
    fits = [suffix for suffix in READERS if path.name.lower().endswith(suffix)]
    if not fits:
        raise GraderError(
            f"cannot read {escape_controls(path_text)}: give a folder, REPO@REVISION, or a file that ends in "
            f"{enumerate_names([*READERS], 'or')}"
        )
    return READERS[fits[0]](path, wanted, path_text)

"""Sentences on submissions that cannot be read, or not in time, and on repositories that are not their own."""

from __future__ import annotations

# Archives
MEMBER_NAME_LONG = "{member} is too long for a name"

# Notebooks
CELL_IS_FILE = "{file}, code cell {cell} is read as {name}"
CELLS_ARE_FILE = "{file}, code cells {cell} are read as {name}"
NOTEBOOK_CROWDED = "it holds far more cells or outputs than a notebook has: clear its outputs"

# Repositories
REPOSITORY_ELSEWHERE = (
    "{path} is not read: its {name} leads to another place than its own repository; hand in a plain clone of it"
)
NO_FOLDER_AT = "{revision} of {repository} has no folder {folder}"

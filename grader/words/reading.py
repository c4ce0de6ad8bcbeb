"""Sentences on submissions that cannot be read, or not in time, and on repositories that are not their own."""

from __future__ import annotations

# A class's reader
READER_NOT_STARTED = "the process that reads submissions does not start: is there memory left on this machine?"
READER_DIED = "the process that reads submissions ended at this one: is it made to break programs that open it?"
READER_SLOW = (
    "reading it took more than {seconds} seconds, so it was given up: is the machine or its disk that slow? If not, it "
    "is made to break programs that open it"
)
READER_MEMORY = "reading it takes more than {limit} MB of memory: hand in the files that are asked for alone"

# Several entries of one person
PARTS_LEFT_OUT = "only {limit} of {count} files were looked at: pack them into one archive"
PARTS_TOO_LARGE = "what was handed in holds more than {limit} MB altogether: hand in the files that are asked for alone"
NOT_A_REPOSITORY = "{file} is no git repository, so it has no revision {revision}"

# Archives
MEMBER_NAME_LONG = "{member} is too long for a name"

# Notebooks
SEVERAL_NOTEBOOKS = (
    "{books}: it is not clear which notebook counts, so none of these is read; hand in one, or name each like the file "
    "it stands for (`{example}`)"
)
NOTEBOOKS_UNREAD = (
    "{books}: not read, because the Python files are in the submission too; if a notebook should count instead of a "
    "file, hand it in without that file"
)
NOTEBOOK_EMPTY = "{file} has no code cells"
CELL_IS_FILE = "{file}, code cell {cell} is read as {name}"
CELLS_ARE_FILE = "{file}, code cells {cell} are read as {name}"
CELL_WRITTEN_OVER = "{file}, code cell {cell}: not used, because code cell {later} writes {name} again"
CELL_FILE_THERE = "{file}, code cell {cell}: not used, because {name} is in the submission as a file"
CELLS_MORE = "{file}: {count} more lines are left out in the same way"
CELL_LEFT_OUT = "{file}, code cell {cell} is left out: {what}"
CELL_ENDS = "{file}, code cell {cell} is left out from line {line} on: {what}"
CELL_NO_PYTHON = "{file}, code cell {cell} is left out: {what} (line {line})"
CELL_IDLE = "{file}, code cell {cell}: `{name}` does nothing here"
MORE_CELLS = "{file}: {count} more code cells are left out"
CELL_PLACE = "{file}, code cell {cell}, line {line}"
CELL_DEFINES = "`{name}` is missing because code cell {cell} of {file}, which defines it, is left out: {what}"
FILE_MISSING_NOTEBOOKS = "{file} is not in the submission, and no notebook is read as it: {books} (the notes say why)"
NOTEBOOK_CROWDED = "it holds far more cells or outputs than a notebook has: clear its outputs"
NOTEBOOKS_LARGE = "{file} is left out: the notebooks hold more than {limit} MB together; clear their outputs"

# Repositories
NO_REPOSITORY = "{path} is no git repository by itself: it has no folder .git"
NOT_AT_TOP = "{path} is a folder inside of a git repository, not a repository itself: write `{instead}`"
GIT_IS_FILE = (
    "{path} is not read: its .git leads to another place (it is a file, as in a worktree or a submodule); name the "
    "repository itself (`REPO@BRANCH`), or a plain clone"
)
REPOSITORY_BEHIND_LINK = "{path} is not read: {link} is a link; name the folder that it leads to, {leads}"
REPOSITORY_ELSEWHERE = (
    "{path} is not read: its {name} leads to another place than its own repository; hand in a plain clone of it"
)
REPOSITORY_ODD = "{path} is not read: {name} in its repository is neither a file nor a folder; hand in a plain clone"
REPOSITORY_LARGE = "{path} is not read: its repository has more than {limit} files; run `git gc` in it"
REPOSITORY_NAMES = "{path} is not read: its repository has far too many branches and tags; hand in a plain clone"
BAD_FOLDER_AT = "{folder} is no folder inside of a repository; write it as in `grade work@main:homework/2`"
NO_FOLDER_AT = "{revision} of {repository} has no folder {folder}"
GIT_OBJECT_LARGE = ": an object is far too large"
GIT_SLOW = ": it took more than {seconds} seconds"

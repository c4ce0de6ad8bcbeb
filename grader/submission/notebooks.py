"""Which files a submission's notebooks stand for: those that cells write, and Python files that are missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field

from grader.base.text import abbreviate, plural
from grader.model import GraderError, Notebook
from grader.model.dataclass import dataclass
from grader.submission import notebook
from grader.submission.file_tree import NOTEBOOK, is_taken, packages
from grader.submission.notebook_cells import Code, WrittenFile
from grader.submission.similar_names import clear, name_taken

MAX_BOOKS = 2 * notebook.MAX_BYTES  # bytes of all notebooks that are read
MAX_WRITTEN = 100  # files that cells write; a course asks for some ten
MAX_NOTES, MAX_LINE = 20, 80  # notes of one kind, letters of a line in them: enough to see what is left out
FEW = 5  # names in a sentence


@dataclass
class Shelf:
    """Files of a submission as far as they are known, and how those that notebooks stand for lie in them."""

    wanted: Collection[str]
    files: dict[str, str]
    unreadable: Collection[str] = ()
    notebooks: dict[str, Notebook] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def lacking(self) -> list[str]:
        """The wanted files that are missing."""
        return [file for file in sorted(self.wanted) if file not in self.files and file not in self.unreadable]

    def take(self, book: str, code: Code, stands_for: Collection[str]) -> None:
        """Adds the files that a notebook's cells write and, where these are lacking, those that it stands for."""
        for name, one in code.written.items():
            self._write(book, name, one)
        lacking = [file for file in self.lacking if file in stands_for and code.cells]
        self.files.update(dict.fromkeys(lacking, code.text))
        self.notebooks.update(dict.fromkeys(lacking, Notebook(book, code.cells)))
        if lacking:
            self.notes.append(f"{book} is read as {', '.join(lacking)}")
        elif not code.written and not code.cells:
            self.notes.append(f"{book} has no code cells")
        left = code.left
        self.notes += [f"{book}, code cell {one.cell}: `{one.line[:MAX_LINE]}` is left out" for one in left[:MAX_NOTES]]
        if len(left) > MAX_NOTES:
            self.notes.append(f"{book}: {plural(len(left) - MAX_NOTES, 'more line')} left out in the same way")

    def _write(self, book: str, name: str, one: WrittenFile) -> None:
        cells = ", ".join(str(cell.number) for cell in one.cells)
        file = next(iter(clear([name], self.lacking)), name)
        module = file.removesuffix(".py")
        if file in self.files or file in self.unreadable:
            self.notes.append(f"{book}, code cell {cells}: not used, because {file} is in the submission as a file")
        elif file.endswith(".py") and is_taken(module):
            self.notes.append(name_taken(file, module))
        elif len(self.notebooks) < MAX_WRITTEN:
            self.files[file] = one.text
            self.notebooks[file] = Notebook(book, one.cells, written=True)
            which = f"cells {cells} are" if len(one.cells) > 1 else f"cell {cells} is"
            self.notes.append(f"{book}, code {which} read as {file}")
            self.notes += [
                f"{book}, code cell {lost}: not used, because code cell {one.cells[0].number} writes {file} again"
                for lost in one.lost[:MAX_NOTES]
            ]


def from_notebooks(books: Sequence[str], read: Callable[[str], bytes], shelf: Shelf) -> None:
    """Takes what the notebooks in a folder stand for: each the file of its own name, a single one all missing files.

    Of several, none is guessed. `read` gives the bytes of one, or raises GraderError.
    """
    meant = _meant(books, shelf)
    size = 0
    for book, stands_for in meant.items():
        try:
            data = read(book)
            size += len(data)
            if size > MAX_BOOKS:
                raise GraderError(
                    f"{book} is left out: all notebooks together exceed {MAX_BOOKS >> 20} MiB; clear their outputs"
                )
            shelf.take(book, notebook.code(book, data, shelf.files, packages(shelf.wanted)), stands_for)
        except GraderError as error:
            shelf.notes.append(str(error))
    others = [book for book in books if book not in meant]
    if not others or not any(file.endswith(".py") for file in shelf.wanted):
        return
    open_ = [file for file in shelf.lacking if file.endswith(".py")]
    if open_:
        example = open_[0].rpartition("/")[2].removesuffix(".py") + NOTEBOOK
        shelf.notes.append(
            f"{abbreviate(others, FEW)}: it is not clear which notebook counts, so none of these is read; "
            f"hand in one, or name each like the file it stands for (`{example}`)"
        )
    else:
        shelf.notes.append(
            f"{abbreviate(others, FEW)}: not read, because the Python files are in the submission too; if a "
            "notebook should count instead of a file, hand it in without that file"
        )


def _meant(books: Sequence[str], shelf: Shelf) -> Mapping[str, list[str]]:
    """The notebooks to be read, and the Python files that each one stands for."""
    lacking = shelf.lacking
    python = [file for file in lacking if file.endswith(".py")]
    if len(books) == 1:
        return {books[0]: python} if lacking else {}
    named = dict(_named(books, python))
    return {book: [file for file, its in named.items() if its == book] for book in dict.fromkeys(named.values())}


def _named(books: Sequence[str], lacking: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each lacking file with the notebook that is called like it, wherever the file has to lie."""
    called = {book[: -len(NOTEBOOK)] + ".py": book for book in books}
    bare = [file.rpartition("/")[2] for file in lacking]
    near = clear(called, bare)
    for file, name in zip(lacking, bare, strict=True):
        book = called.get(name) or called.get(near.get(name, ""))
        if book is not None and bare.count(name) == 1:
            yield file, book
